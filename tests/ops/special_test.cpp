// SPDX-License-Identifier: MIT
// Special functions against values of mpmath 1.3.0 with 40 digits, and at their poles and edges. A row is an argument and
// mpmath's loggamma, psi(0, x), psi(n, x), erfc, erfinv, log(x / (1 - x)), sincpi there;
// erfcx, log_ndtr, ndtr and ndtri are made of its erfc, log and findroot.
#include "catch.hpp"
#include "ops/elementwise.hpp"
#include "ops/laws.hpp"

#include "fluxpp/autodiff/dual.hpp"
#include "fluxpp/simd/simd.hpp"

namespace fx = fluxpp;

namespace {

struct row {
  double x;
  long double y;
};
constexpr double inf = std::numeric_limits<double>::infinity(), qnan = std::numeric_limits<double>::quiet_NaN();

/// f(x) on a number and on a batch.
template <class Op> std::array<double, 2> both(fx::operation<Op> f, double x) {
  return {f(x), Op::forward(fx::simd::batch<double>(x)).get(0)};
}

/// Every value of f is within so many ulp, on numbers and on batches; a few units of 2^-53 do where f cancels.
template <class Op, std::size_t N>
void check(fx::operation<Op> f, double ulp, const row (&table)[N], double units = 0) {
  for (const row& r : table)
    for (const double y : both(f, r.x)) {
      INFO(Op::name << "(" << r.x << ") = " << y);
      const bool cancels = std::abs(static_cast<long double>(y) - r.y) <= static_cast<long double>(units * 0x1p-53);
      CHECK((cancels || elementwise_tests::ulps(y, r.y) <= ulp));
    }
}
template <class Op> void check_edge(fx::operation<Op> f, double x, double expected) {
  for (const double y : both(f, x)) {
    INFO(Op::name << "(" << x << ") = " << y);
    CHECK((y == expected || (std::isnan(y) && std::isnan(expected))));
  }
}

} // namespace

TEST_CASE("the gamma function's logarithm and its derivatives have the published values", "[ops]") {
  check(fx::lgamma, 4,
        {{1e-300, 690.77552789821370518L},
         {1e-05, 11.512919692895825626L},
         {0.25, 1.2880225246980774574L},
         {0.9990234375, 0.00056447191185512338426L},
         {1.0009765625, -0.0005629031799912046317L},
         {1.4616321449683622, -0.1214862905358496081L},
         {1.5, -0.12078223763524522235L},
         {1.9990234375, -0.00041256773597148940171L},
         {2.0009765625, 0.00041318279306425426426L},
         {3.75, 1.4868155785934170555L},
         {7.9375, 8.3994445251249576882L},
         {8.0, 8.5251613610654143002L},
         {25.5, 56.389167643719946744L},
         {100000.0, 1051287.7089736568949L},
         {1e+300, 6.8977552789821374147e+302L}});
  check(fx::lgamma, 4,
        {{-1e-05, 11.512931237209124458L},
         {-0.5, 1.2655121234846453965L},
         {-1.5625, 0.83455318826058761694L},
         {-3.25, -0.62315345132099864663L},
         {-10.125, -13.293845140389538484L},
         {-100.4375, -364.5931406418887231L}},
        8);
  check(fx::digamma, 4,
        {{1e-05, -100000.57719921567289L},
         {0.25, -4.2274535333762654081L},
         {0.9990234375, -0.57882319320592077922L},
         {1.46875, 0.0068654114707357767281L},
         {1.4616321449683622, -9.2412655217294275168e-17L},
         {1.5, 0.036489973978576520559L},
         {1.9990234375, 0.4221543239006285854L},
         {3.75, 1.1825373886117962286L},
         {7.9375, 2.0072856526575243427L},
         {8.0, 2.0156414779556099965L},
         {25.5, 3.2189424728839197665L},
         {100000.0, 11.512920464961895087L},
         {1e+300, 690.77552789821370526L}});
  check(fx::digamma, 4,
        {{-1e-05, 99999.422767885629412L},
         {-0.5, 0.036489973978576520559L},
         {-1.5625, 0.10844994805819416435L},
         {-3.25, 4.4662758723502799671L},
         {-10.125, 9.9480538258660761287L},
         {-100.4375, 5.2394072350415474515L}},
        8);
  check(fx::trigamma, 4,
        {{1e-05, 10000000001.64490839L},
         {0.25, 17.197329154507110739L},
         {1.0, 1.6449340668482264365L},
         {1.5, 0.93480220054467930942L},
         {3.75, 0.30533985269025307549L},
         {7.9375, 0.1342524926473170552L},
         {8.0, 0.13313701469403142513L},
         {25.5, 0.039994669649562924037L},
         {100000.0, 0.000010000050000166666667L},
         {1e+300, 9.999999999999999475e-301L},
         {-1e-05, 10000000001.644956472L},
         {-0.5, 8.9348022005446793094L},
         {-1.5625, 9.784086540974488378L},
         {-3.25, 19.474085068082155114L},
         {-10.125, 67.299826017487103049L},
         {-100.4375, 10.25019941113775216L}});
}

TEMPLATE_TEST_CASE("the gamma function's logarithm and its derivatives are within 6 ulp of positive arguments", "[ops]",
                   float, double) {
  const auto check_all = []<class Op>(fx::operation<Op> f, double zero) {
    double worst = 0;
    for (int i = 1; i < 40000; ++i) {
      const auto x = static_cast<TestType>(i * 0x1.02p-10);
      if (std::abs(static_cast<double>(x) - zero) < 0.03125) continue; // there long double does not know better
      const long double exact = Op::forward(static_cast<long double>(x));
      const fx::simd::batch<TestType> many = Op::forward(fx::simd::batch<TestType>(x));
      worst = std::max({worst, elementwise_tests::ulps(f(x), exact), elementwise_tests::ulps(many.get(0), exact)});
    }
    INFO(Op::name);
    CHECK(worst <= 6); // 5 with a fused multiply-add
  };
  check_all(fx::lgamma, 0), check_all(fx::digamma, 1.4616321449683622), check_all(fx::trigamma, 0);
}

TEST_CASE("lbeta obeys the laws", "[ops]") {
  const std::vector<laws::argument> ab{{fx::make_dims(3), {0.5, 2, 7}}, {fx::make_dims(3), {1.5, 3, 0.25}}};
  const auto f = [](const laws::vars& x) { return fx::lbeta(x[0], x[1]); };
  laws::check("lbeta", f, ab);
  CHECK(std::abs(laws::value(f, ab)[1] - std::log(1.0 / 12)) <= 1e-15);
}

TEST_CASE("ordinary templates on dual numbers find the special functions", "[ops]") {
  const auto slope = [](auto f, double x) { return f(fx::dual<double>::variable(x)).tangent[0]; };
  const auto lgamma_of = [](auto x) {
    using std::lgamma;
    return lgamma(x);
  };
  const auto erfc_of = [](auto x) {
    using std::erfc;
    return erfc(x);
  };
  const auto hypot_of = [](auto x) {
    using std::hypot;
    return hypot(x, 4.0);
  };
  CHECK(slope(lgamma_of, 2.5) == fx::digamma(2.5));
  CHECK(std::abs(slope(erfc_of, 0.5) + 2 / std::sqrt(std::acos(-1)) * std::exp(-0.25)) <= 1e-15);
  CHECK(std::abs(slope(hypot_of, 3.0) - 0.6) <= 1e-15);
}

TEST_CASE("polygamma of any order has the published values", "[ops]") {
  const auto check_order = [](double n, auto... rows) {
    for (const row& r : {rows...})
      for (const double y :
           {fx::polygamma(n, r.x), fx::ops::polygamma::forward(fx::simd::batch<double>(n), {r.x}).get(0)}) {
        INFO("polygamma(" << n << ", " << r.x << ") = " << y);
        CHECK(elementwise_tests::ulps(y, r.y) <= 8 + 2 * n);
      }
  };
  check_order(2, row{0.25, -129.32773993753692033L}, row{1.0, -2.4041138063191885708L},
              row{3.75, -0.092546338515899269635L}, row{25.5, -0.0015993605962783072858L},
              row{-0.5, -0.8287966442343199956L}, row{-3.25, 123.95521103942202266L});
  check_order(7, row{0.25, 330302293.70901344778L}, row{1.0, 5060.5498752376394705L},
              row{3.75, 0.15436902018887793841L}, row{25.5, 1.1752623754625115955e-7L},
              row{-0.5, 2580680.218185598065L}, row{-3.25, 330352695.79619261006L});
  CHECK(fx::polygamma(0.0, 2.5) == fx::digamma(2.5));
  CHECK(fx::polygamma(1.0, 2.5) == fx::trigamma(2.5));
  CHECK(std::isnan(fx::polygamma(-1.0, 2.5)));
}

TEST_CASE("error functions, logit and sinc have the published values", "[ops]") {
  check(fx::erfc, 4,
        {{-3.0, 1.9999779095030014146L},
         {-0.25, 1.276326390168236933L},
         {1e-10, 0.99999999988716208329L},
         {0.5, 0.47950012218695346232L},
         {1.0, 0.15729920705028513066L},
         {2.5, 0.00040695201744495893956L},
         {5.0, 1.5374597944280348502e-12L},
         {10.0, 2.088487583762544757e-45L},
         {20.0, 5.3958656116079009289e-176L},
         {26.5, 2.2109076642637342759e-307L}});
  check(fx::erfinv, 4,
        {{1e-300, 8.8622692545275803586e-301L},
         {0.0078125, 0.0069237584915496137081L},
         {0.5, 0.47693627620446987338L},
         {0.9375, 1.3171503349861307489L},
         {0.974609375, 1.5806716206322039618L},
         {0.9755859375, 1.5913790636663246434L},
         {0.9990234375, 2.3314677736219476723L},
         {0.9999990463256836, 3.4655050258033307173L},
         {0.9999999999999999, 5.8635847487551679272L}});
  check(fx::erfcx, 4,
        {{-26.5, 1.9245531624185688092e+305L},
         {-5.0, 144009798674.66104041L},
         {-0.25, 1.3586423701047221152L},
         {1e-10, 0.9999999998871620833L},
         {0.5, 0.61569034419292587487L},
         {2.75, 0.1936620962790686786L},
         {10.5, 0.053491899746564116726L},
         {27.5, 0.020502447384614797762L},
         {28.0, 0.020136801964214276777L},
         {100000.0, 5.6418958351954680777e-6L},
         {1e+300, 5.6418958354775625733e-301L}});
  check(fx::log_ndtr, 6,
        {{-10000000000.0, -50000000000000000024.0L},
         {-40.0, -804.60844201375378817L},
         {-9.5, -48.306019298965230282L},
         {-1.0, -1.8410216450092635058L},
         {-0.0078125, -0.69940009909320642946L},
         {0.25, -0.51298407540943043213L},
         {3.0, -0.0013508099647481937988L},
         {12.5, -3.7325642988777133772e-36L},
         {37.0, -5.7255712225245768227e-300L}});
  check(fx::ndtr, 6,
        {{-37.0, 5.7255712225245768227e-300L},
         {-12.5, 3.7325642988777133772e-36L},
         {-5.0, 2.8665157187919391167e-7L},
         {-1.0, 0.15865525393145705141L},
         {0.25, 0.59870632568292372424L},
         {3.0, 0.99865010196836990547L}});
  check(fx::ndtri, 4,
        {{1e-300, -37.047096299361199237L},
         {1e-20, -9.2623400897984075796L},
         {0.0009765625, -3.0972690781987844624L},
         {0.2499, -0.67480447011060998732L},
         {0.375, -0.31863936396437516302L},
         {0.75, 0.6744897501960817432L},
         {0.9990234375, 3.0972690781987844624L}});
  check(fx::logit, 4,
        {{1e-300, -690.77552789821370518L},
         {0.125, -1.9459101490553133051L},
         {0.4990234375, -0.0039062549670650999973L},
         {0.75, 1.0986122886681096914L},
         {0.9990234375, 6.9304947659516264814L}});
  check(fx::sinc, 4,
        {{1e-08, 0.99999999999999983551L},
         {0.0009765625, 0.99999843126936654043L},
         {0.25, 0.90031631615710606956L},
         {10.5, 0.030315227255599111575L},
         {100.125, 0.0012165984499431119165L}});
}

TEST_CASE("special functions know their poles and edges", "[ops]") {
  for (const double x : {0.0, -0.0, -1.0, -7.0, -1e300, inf, -inf}) check_edge(fx::lgamma, x, inf);
  check_edge(fx::lgamma, 1, 0), check_edge(fx::lgamma, 2, 0), check_edge(fx::lgamma, 1e306, inf);
  check_edge(fx::digamma, 0.0, -inf), check_edge(fx::digamma, -0.0, inf), check_edge(fx::digamma, inf, inf);
  for (const double x : {-1.0, -7.0, -1e300, -inf}) check_edge(fx::digamma, x, qnan);
  for (const double x : {0.0, -0.0, -1.0, -7.0, -1e300}) check_edge(fx::trigamma, x, inf);
  check_edge(fx::trigamma, inf, 0), check_edge(fx::trigamma, -inf, qnan);
  check_edge(fx::erfc, inf, 0), check_edge(fx::erfc, -inf, 2), check_edge(fx::erfc, 30, 0);
  check_edge(fx::erfinv, 1, inf), check_edge(fx::erfinv, -1, -inf), check_edge(fx::erfinv, 1.5, qnan);
  check_edge(fx::logit, 0, -inf), check_edge(fx::logit, 1, inf), check_edge(fx::logit, 0.5, 0);
  check_edge(fx::logit, -0.5, qnan), check_edge(fx::logit, 1.5, qnan);
  check_edge(fx::sinc, 0, 1), check_edge(fx::sinc, -3, 0), check_edge(fx::ndtr, -inf, 0), check_edge(fx::ndtr, inf, 1);
  check_edge(fx::erfcx, inf, 0), check_edge(fx::erfcx, -inf, inf), check_edge(fx::erfcx, qnan, qnan);
  check_edge(fx::ndtr, qnan, qnan), check_edge(fx::ndtr, 1e300, 1), check_edge(fx::ndtr, -1e300, 0);
  check_edge(fx::log_ndtr, -inf, -inf), check_edge(fx::log_ndtr, inf, 0), check_edge(fx::log_ndtr, qnan, qnan);
  check_edge(fx::ndtri, 0, -inf), check_edge(fx::ndtri, 1, inf), check_edge(fx::ndtri, 0.5, 0);
  check_edge(fx::ndtri, -0.5, qnan), check_edge(fx::ndtri, 1.5, qnan), check_edge(fx::ndtri, qnan, qnan);
  check_edge(fx::entr, 0, 0), check_edge(fx::entr, -1, -inf), check_edge(fx::entr, inf, -inf);
  check_edge(fx::entr, qnan, qnan), check_edge(fx::entr, 1, 0);
  check_edge(fx::log_sigmoid, -inf, -inf), check_edge(fx::log_sigmoid, inf, 0), check_edge(fx::log_sigmoid, -1e4, -1e4);
  check_edge(fx::acosh, 1, 0), check_edge(fx::acosh, 0.5, qnan), check_edge(fx::acosh, inf, inf);
  check_edge(fx::asinh, -inf, -inf), check_edge(fx::atanh, -1, -inf), check_edge(fx::atanh, 1.5, qnan);
  check_edge(fx::round, 2.5, 2), check_edge(fx::round, -3.5, -4), check_edge(fx::trunc, -1.5, -1);
  check_edge(fx::ceil, -1.5, -1);
  CHECK(std::signbit(both(fx::ceil, -0.5)[1]));
  CHECK(std::signbit(both(fx::round, -0.25)[1]));
}

TEST_CASE("functions of two numbers know their edges", "[ops]") {
  CHECK(elementwise_tests::ulps(fx::hypot(3e200, 4e200), 5e200L) <= 2);
  CHECK(fx::hypot(0.0, 0.0) == 0);
  CHECK(fx::hypot(-inf, 1.0) == inf);
  CHECK(fx::logaddexp(-inf, -inf) == -inf);
  CHECK(fx::logaddexp(inf, -inf) == inf);
  CHECK(fx::logaddexp(1e4, 1e4) == 1e4 + std::log(2.0));
  CHECK(fx::xlogy(0.0, 0.0) == 0);
  CHECK(fx::xlogy(0.0, -1.0) == 0);
  CHECK(std::isnan(fx::xlogy(0.0, qnan)));
  CHECK(fx::xlog1py(0.0, -1.0) == 0);
  CHECK(fx::xlog1py(0.0, -2.0) == 0);
  CHECK(std::isnan(fx::xlog1py(0.0, qnan)));
  CHECK(fx::xlog1py(2.0, 1e-20) == 2e-20);
  CHECK(fx::fmod(-5.5, 2.0) == -1.5);
  CHECK(fx::fmod(1e300, 3.0) == std::fmod(1e300, 3.0));
  CHECK(std::isnan(fx::fmod(1.0, 0.0)));
}
