// SPDX-License-Identifier: MIT
// The value law: every elementwise operation against long double, on numbers and on batches of mixed ranges.
#include "catch.hpp"
#include "ops/elementwise.hpp"

#include "fluxpp/simd/simd.hpp"

namespace simd = fluxpp::simd;
using namespace elementwise_tests;

namespace {

/// The error of one value in ulp; 0 where the operation's absolute bound (units of half an epsilon) covers it.
template <class Op, class T> double error_of(T value, long double exact) {
  if constexpr (requires { Op::max_absolute; })
    if (std::abs(static_cast<long double>(value) - exact) <= Op::max_absolute * std::numeric_limits<T>::epsilon() / 2)
      return 0;
  return ulps(value, exact);
}

struct finding {
  double error = 0;
  point at;
};

/// The largest error of forward on V, a T or several, over the operation's sweep.
template <class Op, class T, class V> finding worst() {
  constexpr bool single = std::is_same_v<T, V>;
  constexpr std::size_t lanes = single ? 1 : sizeof(V) / sizeof(T);
  const std::vector<point> points = sweep<Op>();
  finding worst;
  for (std::size_t i = 0; i + lanes <= points.size(); i += lanes) {
    T in[3][lanes], out[lanes];
    V x[3];
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t k = 0; k < lanes; ++k) in[a][k] = static_cast<T>(points[i + k].x[a]);
      if constexpr (single) x[a] = in[a][0];
      else x[a] = V::load(in[a]);
    }
    if constexpr (single) out[0] = ops::forward_at<Op>(x);
    else ops::forward_at<Op>(x).store(out);
    for (std::size_t k = 0; k < lanes; ++k) {
      const long double exact[]{in[0][k], in[1][k], in[2][k]};
      const double e = error_of<Op>(out[k], ops::forward_at<Op>(exact));
      if (!(e <= worst.error)) worst = {e, points[i + k]};
    }
  }
  return worst;
}

template <class T, class V> void check_all(const char* type) {
  for_each([&]<class Op>() {
    const finding w = worst<Op, T, V>();
    INFO(Op::name << " on " << type << " at " << w.at.x[0] << ", " << w.at.x[1] << ", " << w.at.x[2]);
    CHECK(w.error <= Op::max_ulp);
  });
}

} // namespace

TEST_CASE("elementwise operations on float keep their max_ulp") { check_all<float, float>("float"); }
TEST_CASE("elementwise operations on double keep their max_ulp") { check_all<double, double>("double"); }
TEST_CASE("elementwise operations on batches of float keep their max_ulp") {
  check_all<float, simd::batch<float>>("batch<float>");
}
TEST_CASE("elementwise operations on batches of double keep their max_ulp") {
  check_all<double, simd::batch<double>>("batch<double>");
}
