// SPDX-License-Identifier: MIT
// The elementary functions of a batch against long double, in batches that mix ranges of arguments, and at special values.

#include "catch.hpp"

#include "fluxpp/simd/simd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace {
using namespace fluxpp;

/// numbers: a repeatable source of arguments.
struct numbers {
  unsigned long long state = 1;

  double next(double low, double high) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return low + (high - low) * static_cast<double>(state >> 11) * 0x1p-53;
  }
  double sign() { return next(0, 1) < 0.5 ? -1 : 1; }
};

/// Arguments of many magnitudes, and some of the order of 1, in turn: neighbours meet different branches of a function.
template <class T> std::vector<T> arguments(double smallest, double largest, bool both_signs) {
  std::vector<T> all(16384);
  numbers source;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double wide = std::exp(source.next(std::log(smallest), std::log(largest)));
    const double near = source.next(0, std::min(4.0, largest));
    all[i] = static_cast<T>((i % 3 == 0 ? near : wide) * (both_signs ? source.sign() : 1));
  }
  return all;
}

/// The error of y in units in the last place of the exact value; an exact overflow may also be the largest number.
template <class T> double ulps(T y, long double exact) {
  using limits = std::numeric_limits<T>;
  const T rounded = static_cast<T>(exact);
  if (std::isnan(exact)) return std::isnan(y) ? 0 : 1e9;
  if (y == rounded) return static_cast<double>(std::abs(static_cast<long double>(y) - exact) > 0 ? 0.5 : 0);
  if (std::isinf(rounded)) return y == std::copysign(limits::max(), rounded) ? 1 : 1e9;
  if (!std::isfinite(y)) return 1e9;
  int exponent = 0;
  static_cast<void>(std::frexp(rounded, &exponent));
  const long double ulp = std::ldexp(1.0L, std::max(exponent, limits::min_exponent) - limits::digits);
  return static_cast<double>(std::abs(y - exact) / ulp);
}

template <class T, class F, class G> double worst(const std::vector<T>& x, F f, G exact) {
  using batch = simd::batch<T>;
  double most = 0;
  for (std::size_t i = 0; i + static_cast<std::size_t>(batch::size) <= x.size();
       i += static_cast<std::size_t>(batch::size)) {
    const batch y = f(batch::load(&x[i]));
    for (int l = 0; l < batch::size; ++l)
      most = std::max(most, ulps(y.get(l), exact(static_cast<long double>(x[i + static_cast<std::size_t>(l)]))));
  }
  return most;
}

template <class T> std::vector<T> special_values() {
  using limits = std::numeric_limits<T>;
  std::vector<T> v{0,
                   1,
                   T(0.5),
                   2,
                   3,
                   10,
                   100,
                   1000,
                   T(1e-5),
                   limits::min(),
                   limits::max(),
                   limits::denorm_min(),
                   limits::infinity(),
                   limits::epsilon(),
                   1 + limits::epsilon(),
                   1 - limits::epsilon() / 2};
  const std::vector<T> positive = v;
  for (T x : positive) v.push_back(-x);
  v.push_back(limits::quiet_NaN());
  return v;
}

/// The functions under test, each beside the one of long double.
#define FLUXPP_PAIR(name)                                                                                              \
  struct name##_pair {                                                                                                 \
    template <class V> auto operator()(V x) const {                                                                    \
      using std::name;                                                                                                 \
      return name(x);                                                                                                  \
    }                                                                                                                  \
  }
FLUXPP_PAIR(exp);
FLUXPP_PAIR(exp2);
FLUXPP_PAIR(expm1);
FLUXPP_PAIR(log);
FLUXPP_PAIR(log1p);
FLUXPP_PAIR(log2);
FLUXPP_PAIR(sqrt);
FLUXPP_PAIR(cbrt);
FLUXPP_PAIR(sin);
FLUXPP_PAIR(cos);
FLUXPP_PAIR(tan);
FLUXPP_PAIR(asin);
FLUXPP_PAIR(acos);
FLUXPP_PAIR(atan);
FLUXPP_PAIR(sinh);
FLUXPP_PAIR(cosh);
FLUXPP_PAIR(tanh);
FLUXPP_PAIR(erf);
FLUXPP_PAIR(erfc);
FLUXPP_PAIR(asinh);
FLUXPP_PAIR(acosh);
FLUXPP_PAIR(atanh);
FLUXPP_PAIR(ceil);
FLUXPP_PAIR(trunc);
FLUXPP_PAIR(nearbyint);
#undef FLUXPP_PAIR

// A little more is allowed where products and sums round apart.
template <class T> double allowed(double ulp) { return ulp + (simd::fused<T> ? 0 : 0.1); }

template <class T, class F> void check(F f, double smallest, double largest, bool both_signs, double most) {
  CHECK(worst(arguments<T>(smallest, largest, both_signs), f, f) <= allowed<T>(most));
  for (T x : special_values<T>()) {
    const T y = f(simd::batch<T>(x)).get(simd::batch<T>::size - 1);
    const long double exact = f(static_cast<long double>(x));
    INFO("f(" << x << ") = " << y);
    CHECK(ulps(y, exact) <= allowed<T>(most));
    if (!std::isnan(exact)) CHECK(std::signbit(y) == std::signbit(exact));
  }
}
} // namespace

TEMPLATE_TEST_CASE("exponentials and logarithms are within 2 ulp", "", float, double) {
  const double top = sizeof(TestType) == 4 ? 88.7 : 709.7, tiny = std::numeric_limits<TestType>::min(), huge = 1 / tiny;
  check<TestType>(exp_pair{}, 1e-9, top * 1.04, true, 2);
  check<TestType>(exp2_pair{}, 1e-9, top * 1.5, true, 2);
  check<TestType>(expm1_pair{}, 1e-9, top, true, 2);
  check<TestType>(log_pair{}, tiny, huge, false, 2);
  check<TestType>(log2_pair{}, tiny, huge, false, 2);
  check<TestType>(log1p_pair{}, 1e-20, huge, false, 2);
  check<TestType>(log1p_pair{}, 1e-20, 1, true, 2);
}

TEMPLATE_TEST_CASE("roots are within 1 ulp", "", float, double) {
  const double tiny = std::numeric_limits<TestType>::min();
  check<TestType>(sqrt_pair{}, tiny, 1 / tiny, false, 1);
  check<TestType>(cbrt_pair{}, tiny, 1 / tiny, true, 1);
}

TEMPLATE_TEST_CASE("sines are within 2 ulp and tangents within 4, far from zero too", "", float, double) {
  const double far = sizeof(TestType) == 4 ? 1e4 : 1e6;
  check<TestType>(sin_pair{}, 1e-9, far, true, 2);
  check<TestType>(cos_pair{}, 1e-9, far, true, 2);
  check<TestType>(tan_pair{}, 1e-9, far, true, 4);
  check<TestType>(sin_pair{}, 1, 1e18, true, 2); // one lane beyond the reduction sends the batch to the C library
}

TEMPLATE_TEST_CASE("inverse trigonometric functions are within 4 ulp", "", float, double) {
  check<TestType>(asin_pair{}, 1e-9, 1, true, 4);
  check<TestType>(acos_pair{}, 1e-9, 1, true, 4);
  check<TestType>(atan_pair{}, 1e-9, 1e9, true, 4);
}

TEMPLATE_TEST_CASE("hyperbolic functions and erf keep their bounds", "", float, double) {
  const double top = sizeof(TestType) == 4 ? 89.3 : 710.4;
  check<TestType>(sinh_pair{}, 1e-9, top, true, 4);
  check<TestType>(cosh_pair{}, 1e-9, top, true, 4);
  check<TestType>(tanh_pair{}, 1e-9, top, true, 2);
  check<TestType>(erf_pair{}, 1e-9, 8, true, 2);
}

TEMPLATE_TEST_CASE("inverse hyperbolic functions and erfc are within 4 ulp", "", float, double) {
  const double huge = 1 / static_cast<double>(std::numeric_limits<TestType>::min());
  check<TestType>(asinh_pair{}, 1e-9, huge, true, 4);
  check<TestType>(acosh_pair{}, 1, huge, false, 4);
  check<TestType>(atanh_pair{}, 1e-9, 1, true, 4);
  check<TestType>(erfc_pair{}, 1e-9, sizeof(TestType) == 4 ? 10.2 : 27.3, true, 4);
}

TEMPLATE_TEST_CASE("roundings are exact", "", float, double) {
  check<TestType>(ceil_pair{}, 1e-9, 1e18, true, 0);
  check<TestType>(trunc_pair{}, 1e-9, 1e18, true, 0);
  check<TestType>(nearbyint_pair{}, 1e-9, 1e18, true, 0);
}

TEMPLATE_TEST_CASE("functions of two numbers are within 4 ulp and have C's values at special ones", "", float, double) {
  using batch = simd::batch<TestType>;
  const std::vector<TestType> x = arguments<TestType>(1e-30, 1e30, false),
                              angles = arguments<TestType>(1e-9, 1e9, true);
  for (TestType y : {TestType(0.3), TestType(-1.7), TestType(2), TestType(-3), TestType(0.5), TestType(9.25)}) {
    CHECK(worst(
              x, [y](batch v) { return pow(v, y); }, [y](long double v) { return std::pow(v, y); }) <= 4);
    CHECK(worst(
              angles, [y](batch v) { return atan2(v, y); }, [y](long double v) { return std::atan2(v, y); }) <= 4);
  }
  for (TestType a : special_values<TestType>())
    for (TestType b : special_values<TestType>()) {
      INFO(a << ", " << b);
      const long double wide_a = a, wide_b = b;
      const TestType power = pow(batch(a), batch(b)).get(0), angle = atan2(batch(a), batch(b)).get(0);
      CHECK(ulps(power, std::pow(wide_a, wide_b)) <= 4);
      CHECK(ulps(angle, std::atan2(wide_a, wide_b)) <= 4);
      if (!std::isnan(power)) CHECK(std::signbit(power) == std::signbit(std::pow(wide_a, wide_b)));
      if (!std::isnan(angle)) CHECK(std::signbit(angle) == std::signbit(std::atan2(wide_a, wide_b)));
    }
}
