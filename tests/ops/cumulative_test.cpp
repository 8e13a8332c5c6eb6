// SPDX-License-Identifier: MIT
// cumsum, cumprod, linear_recurrence: values beside plain loops, faults, laws, zeros.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <numeric>

namespace fx = fluxpp;
using fx::dims;
using fx::make_dims;
using fx::var;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

/// Products that contain zeros, one and more per line.
const std::vector<laws::argument> with_zeros{{make_dims(2, 5), {2, 0, 3, -1, 4, 0.5, 0, -2, 0, 3}}};

/// The scan of plain loops along the middle of [lead, n, rest].
template <class F>
numbers scanned(const dims& d, const numbers& x, double start, bool exclusive, bool reverse, F fold) {
  numbers y(x.size());
  for (int l = 0; l < d[0]; ++l)
    for (int j = 0; j < d[2]; ++j) {
      double sum = start;
      for (int i = 0; i < d[1]; ++i) {
        const auto at = static_cast<std::size_t>((l * d[1] + (reverse ? d[1] - 1 - i : i)) * d[2] + j);
        const double next = fold(sum, x[at]);
        y[at] = exclusive ? sum : next;
        sum = next;
      }
    }
  return y;
}

/// cumsum or cumprod of a kernel, with 1, 2 and 7 threads.
template <class Op, class T>
std::vector<T> by_kernel(const dims& d, const std::vector<T>& x, bool exclusive, bool reverse) {
  fx::kernels::thread_pool& pool = fx::kernels::thread_pool::instance();
  const int before = pool.size();
  std::vector<T> first;
  for (const int threads : {1, 2, 7}) {
    pool.resize(threads);
    std::vector<T> y(x.size(), std::numeric_limits<T>::quiet_NaN());
    fx::kernels::step_args<T> s;
    s.in[0] = x.data(), s.in_shape[0] = s.shape = d, s.out = y.data();
    s.attr = fx::graph::make_attributes(1, exclusive, reverse);
    std::vector<T> scratch(fx::kernels::step<Op>::scratch(s));
    s.scratch = scratch.data();
    fx::kernels::step<Op>::run(s);
    if (threads == 1) first = y;
    CHECK(y == first);
  }
  pool.resize(before);
  return first;
}

} // namespace

TEST_CASE("sums and products up to each element obey the laws", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(3, 5, 4)}};
  const laws::options named{{3, 5, 4}};
  laws::check(
      "cumsum", [](const vars& a) { return fx::cumsum(a[0] * a[0], 1); }, x, named);
  laws::check(
      "cumsum of those after",
      [](const vars& a) {
        return fx::cumsum(a[0] * a[0], -1, {true, true});
      },
      x, named);
  laws::check(
      "cumprod", [](const vars& a) { return fx::cumprod(a[0], 1); }, x, named);
  laws::check(
      "cumprod from the end", [](const vars& a) { return fx::cumprod(a[0], 0, {.reverse = true}); }, x, named);
  laws::check(
      "cumprod of those before", [](const vars& a) { return fx::cumprod(a[0], -1, {.exclusive = true}); }, x, named);
  laws::check(
      "cumprod of those after",
      [](const vars& a) {
        return fx::cumprod(a[0], 1, {true, true});
      },
      x, named);
}

TEST_CASE("products with zeros obey the laws, also those of the second order", "[ops]") {
  laws::check("cumprod", [](const vars& a) { return fx::cumprod(a[0], 1); }, with_zeros, {{5}});
  laws::check(
      "cumprod of those before", [](const vars& a) { return fx::cumprod(a[0], 1, {.exclusive = true}); }, with_zeros);
  laws::check(
      "cumprod of those after",
      [](const vars& a) {
        return fx::cumprod(a[0], 1, {true, true});
      },
      with_zeros);
}

TEST_CASE("linear_recurrence obeys the laws", "[ops]") {
  const std::vector<laws::argument> ab{{make_dims(2, 5, 3)}, {make_dims(2, 5, 3)}},
      row{{make_dims(5)}, {make_dims(2, 5)}};
  laws::check("linear_recurrence", [](const vars& a) { return fx::linear_recurrence(a[0], a[1], 1); }, ab, {{2, 5, 3}});
  laws::check("from the end", [](const vars& a) { return fx::linear_recurrence(a[0], a[1], 0, true); }, ab,
              {{2, 5, 3}});
  laws::check("one factor per place", [](const vars& a) { return fx::linear_recurrence(a[0], a[1], -1); }, row,
              {{2, 5}});
  laws::check(
      "discounted", [](const vars& a) { return fx::linear_recurrence(0.5, a[1] * a[0], -1, true); }, row);
}

TEST_CASE("what is known of cumsum, cumprod and recurrences", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(4), {1, 2, 3, 4}}};
  CHECK(laws::value([](const vars& a) { return fx::cumsum(a[0], 0); }, x) == numbers{1, 3, 6, 10});
  CHECK(laws::value([](const vars& a) { return fx::cumsum(a[0], 0, {.exclusive = true}); }, x) == numbers{0, 1, 3, 6});
  CHECK(laws::value([](const vars& a) { return fx::cumsum(a[0], 0, {.reverse = true}); }, x) == numbers{10, 9, 7, 4});
  CHECK(laws::value([](const vars& a) { return fx::cumsum(a[0], 0, {true, true}); }, x) == numbers{9, 7, 4, 0});
  CHECK(laws::value([](const vars& a) { return fx::cumprod(a[0], 0); }, x) == numbers{1, 2, 6, 24});
  CHECK(laws::value([](const vars& a) { return fx::cumprod(a[0], 0, {true, true}); }, x) == numbers{24, 12, 4, 1});
  CHECK(laws::value([](const vars& a) { return fx::linear_recurrence(0.5, a[0], 0); }, x) ==
        numbers{1, 2.5, 4.25, 6.125});
  CHECK(laws::value([](const vars& a) { return fx::linear_recurrence(0.5, a[0], 0, true); }, x) ==
        numbers{3.25, 4.5, 5, 4});
}

TEST_CASE("scans of every shape agree with plain loops", "[ops]") {
  const auto sum = [](double a, double b) { return a + b; };
  const auto product = [](double a, double b) { return a * b; };
  for (const dims& d : {make_dims(1, 255, 1), make_dims(2, 256, 1), make_dims(3, 257, 1), make_dims(1, 200003, 1),
                        make_dims(2, 17, 3), make_dims(3, 9, 1029), make_dims(1, 1, 5), make_dims(2, 1, 1),
                        make_dims(40, 4099, 1), make_dims(2, 0, 3), make_dims(0, 2, 1)})
    for (const bool exclusive : {false, true})
      for (const bool reverse : {false, true}) {
        numbers x = laws::random_numbers(laws::count(d), 1);
        INFO(d[0] << " x " << d[1] << " x " << d[2] << (exclusive ? ", exclusive" : "")
                  << (reverse ? ", reverse" : ""));
        for (double& v : x) v = std::round(8 * v); // sums of whole numbers are exact
        CHECK(by_kernel<fx::ops::cumsum>(d, x, exclusive, reverse) == scanned(d, x, 0, exclusive, reverse, sum));
        for (double& v : x) v = v < 0 ? -1 : v > 12 ? 2 : v > 11 ? 0.5 : 1; // and so are products of powers of two
        CHECK(by_kernel<fx::ops::cumprod>(d, x, exclusive, reverse) == scanned(d, x, 1, exclusive, reverse, product));
        const std::vector<float> narrow(x.begin(), x.end());
        by_kernel<fx::ops::cumsum>(d, narrow, exclusive, reverse);
      }
}

TEST_CASE("recurrences of every shape agree with plain loops", "[ops]") {
  for (const dims& d : {make_dims(1, 37, 1), make_dims(19, 37, 1), make_dims(2, 5, 1029), make_dims(0, 3, 1)})
    for (const int reverse : {0, 1})
      for (const int lagged : {0, 1}) {
        const numbers a = laws::random_numbers(laws::count(d), 1), b = laws::random_numbers(laws::count(d), 2);
        numbers y(a.size(), std::nan("")), expected(a.size());
        fx::kernels::step_args<double> s;
        s.in[0] = a.data(), s.in[1] = b.data(), s.out = y.data(), s.in_shape[0] = s.in_shape[1] = s.shape = d;
        s.attr = fx::graph::make_attributes(1, lagged, reverse);
        fx::kernels::step<fx::ops::linear_recurrence>::run(s);
        for (int l = 0; l < d[0]; ++l)
          for (int j = 0; j < d[2]; ++j) {
            double last = 0, factor = 0;
            for (int i = 0; i < d[1]; ++i) {
              const auto at = static_cast<std::size_t>((l * d[1] + (reverse ? d[1] - 1 - i : i)) * d[2] + j);
              last = (lagged ? factor : a[at]) * last + b[at];
              factor = a[at];
              expected[at] = last;
            }
          }
        CHECK(laws::worst(y, expected) <= 1e-13);
      }
}

TEST_CASE("a product stays 0, or finite, where elements after it would overflow by themselves", "[ops]") {
  for (const dims& d : {make_dims(1, 400, 1), make_dims(1, 400, 9)}) {
    numbers x(laws::count(d), 1e200);
    std::fill_n(x.begin(), d[2], 0.0);
    CHECK(by_kernel<fx::ops::cumprod>(d, x, false, false) == numbers(x.size(), 0.0));
    const std::vector<float> tiny(laws::count(d), 1e-1f), large(laws::count(d), 10.f);
    std::vector<float> both(tiny.begin(), tiny.begin() + 30 * d[2]);
    both.insert(both.end(), large.begin(), large.begin() + 60 * d[2]);
    const std::vector<float> y = by_kernel<fx::ops::cumprod>(make_dims(1, 90, d[2]), both, false, false);
    CHECK(std::abs(y.back() / 1e30f - 1) < 1e-4f);
  }
}

TEST_CASE("scans of empty arrays are empty, and a missing axis is a fault", "[ops]") {
  const std::vector<laws::argument> empty{{make_dims(2, 0)}}, x{{make_dims(2, 3)}};
  CHECK(laws::shape([](const vars& a) { return fx::cumprod(a[0], 1); }, empty) == make_dims(2, 0));
  CHECK(laws::fault([](const vars& a) { return fx::cumsum(a[0], 2); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::cumprod(fx::sum(a[0]), 0); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::linear_recurrence(a[0], a[0], 2); }, x) == rule::axis);
}
