// SPDX-License-Identifier: MIT
// Recurrences along a line, which leap over elements where factors allow it, beside the same element after element in long double.
#include "catch.hpp"

#include <fluxpp/core/rng.hpp>
#include <fluxpp/kernels/recurrence.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

namespace fx = fluxpp;

namespace {

template <class T> struct line {
  std::vector<T> a, b, y;
  fx::kernels::scan_shape shape;
  bool lagged;

  line(std::size_t n, T scale, bool lag, bool reverse, std::uint32_t stream) : a(n), b(n), y(n), lagged(lag) {
    fx::fill_normal(a.data(), n, 1, stream, 0), fx::fill_normal(b.data(), n, 2, stream, 0);
    for (T& v : a) v *= scale;
    shape.n = static_cast<std::ptrdiff_t>(n), shape.reverse = reverse;
  }
  /// The largest error over the sum of sizes of all that an element is made of, in units of rounding.
  double worst() {
    fx::kernels::recurrence(shape, lagged, a.data(), b.data(), y.data());
    long double last = 0, size = 0, most = 0;
    for (std::size_t i = 0, n = a.size(); i < n; ++i) {
      const std::size_t at = shape.reverse ? n - 1 - i : i, before = shape.reverse ? at + 1 : at - 1;
      const long double factor = i == 0 ? 0 : static_cast<long double>(a[lagged ? before : at]);
      last = factor * last + b[at], size = std::abs(factor) * size + std::abs(static_cast<long double>(b[at]));
      if (!std::isfinite(static_cast<T>(size))) break;
      most = std::max(most, std::abs(last - y[at]) / size);
    }
    return static_cast<double>(most / std::numeric_limits<T>::epsilon());
  }
};

template <class T> void check(T scale) {
  for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 16, 17, 18, 33, 100, 257})
    for (const bool lagged : {false, true})
      for (const bool reverse : {false, true}) {
        INFO(n << " elements, factors of " << scale << (lagged ? ", lagged" : "") << (reverse ? ", from the end" : ""));
        line<T> plain(n, scale, lagged, reverse, 1), broken = plain, vanishing = plain;
        broken.a[n / 2] = 0, vanishing.a[n / 3] = std::numeric_limits<T>::min();
        for (line<T>* l : {&plain, &broken, &vanishing}) CHECK(l->worst() < 50);
      }
}

} // namespace

TEST_CASE("a recurrence is that of its elements one by one") {
  check(0.5), check(1.0), check(3.0), check(1e30), check(1e100);
  check(0.5f), check(1.0f), check(3.0f), check(1e10f);
}

TEST_CASE("factors that would overflow by themselves do not where what came before is tiny") {
  std::vector<double> a(40, 1e-100), b(40, 0), y(40);
  b[0] = 1e-200;
  a[20] = a[21] = 1e150;
  for (std::size_t i = 1; i < 20; ++i) a[i] = 1;
  fx::kernels::scan_shape shape;
  shape.n = 40;
  fx::kernels::recurrence(shape, false, a.data(), b.data(), y.data());
  CHECK(y[21] == approx(1e100));
  CHECK(y[39] == 0);
}

TEST_CASE("what is no number stays none, and reaches nothing before it") {
  std::vector<double> a(64, 0.5), b(64, 1), y(64);
  b[30] = std::numeric_limits<double>::quiet_NaN();
  fx::kernels::scan_shape shape;
  shape.n = 64;
  fx::kernels::recurrence(shape, false, a.data(), b.data(), y.data());
  CHECK(y[29] == approx(2));
  for (std::size_t i = 30; i < 64; ++i) CHECK(std::isnan(y[i]));
}
