// SPDX-License-Identifier: MIT
// Pools of images: against plain loops, as transposes of each other, at ties, NaNs and paddings.

#include "catch.hpp"

#include <fluxpp/kernels/pool.hpp>

#include <cmath>
#include <random>
#include <vector>

using namespace fluxpp::kernels;

namespace {
pool_shape adaptive(int planes, int in_rows, int in_cols, int out_rows, int out_cols) {
  return {planes, {.in = in_rows, .out = out_rows}, {.in = in_cols, .out = out_cols}, true};
}

window with_outputs(window w, int out) { // more outputs than fit: what is called ceil mode
  w.out = out;
  return w;
}

const std::vector<pool_shape> shapes = {
    {1024, padded_window(8, 2, 2), padded_window(8, 2, 2)},
    {5, padded_window(4, 2, 2), padded_window(38, 2, 2)},
    {3, padded_window(9, 2, 2), padded_window(7, 3, 2)},
    {3, padded_window(9, 3, 2, 1, 1), padded_window(12, 3, 2, 1, 1)},
    {2, padded_window(6, 3, 1, 1, 1), padded_window(5, 2, 1, 1, 0)},
    {2, same_window(7, 3, 2), same_window(8, 3, 2)},
    {2, padded_window(11, 3, 2, 2, 2, 2), padded_window(13, 2, 3, 0, 1, 3)},
    {2, with_outputs(padded_window(6, 3, 2), 3), with_outputs(padded_window(8, 3, 2, 1, 1), 5)},
    {2, padded_window(4, 2, 2, 3, 3), padded_window(4, 2, 2, 3, 3)},
    {1, padded_window(1, 1), padded_window(30, 5, 1, 2, 2)},
    {2, padded_window(2, 3), padded_window(8, 2, 2)},
    {0, padded_window(8, 2, 2), padded_window(8, 2, 2)},
    adaptive(5, 7, 7, 1, 1),
    adaptive(3, 13, 10, 6, 6),
    adaptive(3, 3, 5, 7, 5),
    // wider than what fits side by side, and windows that do not fit at all
    {19, padded_window(8, 3, 2, 1, 1), padded_window(900, 3, 2, 1, 1)},
    {2, padded_window(60, 2, 2), padded_window(64, 2, 2)},
    {2, padded_window(50, 45, 1, 3, 3), padded_window(40, 30, 7, 1, 0)},
    adaptive(2, 41, 40, 1, 1),
};

std::vector<double> numbers(std::ptrdiff_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> some(-20, 20); // so that ties are frequent
  std::vector<double> v(static_cast<std::size_t>(n));
  for (double& x : v) x = some(random) / 8.0;
  return v;
}

bool under(const window& w, bool adaptive_windows, int o, int i) {
  if (adaptive_windows) return i >= std::floor(double(o) * w.in / w.out) && i < std::ceil((o + 1.0) * w.in / w.out);
  const int tap = i - (o * w.stride - w.pad_before);
  return tap >= 0 && tap % w.dilation == 0 && tap / w.dilation < w.size;
}

/// plain: the four pools by their definitions.
struct plain {
  pool_shape s;
  std::vector<double> x, t, ybar;
  std::vector<double> max_at, max_put, mean, mean_grad;

  plain(const pool_shape& of, bool count_padding)
      : s(of), x(numbers(s.planes * s.input_plane(), 1)), t(numbers(s.planes * s.input_plane(), 2)),
        ybar(numbers(s.planes * s.output_plane(), 3)), max_at(ybar.size()), max_put(x.size()), mean(ybar.size()),
        mean_grad(x.size()) {
    std::size_t out = 0;
    for (int n = 0; n < s.planes; ++n)
      for (int i = 0; i < s.rows.out; ++i)
        for (int j = 0; j < s.cols.out; ++j) add(n, i, j, out++, count_padding);
  }

  void add(int n, int i, int j, std::size_t out, bool count_padding) {
    std::vector<std::size_t> inputs;
    double positions = 0;
    for (int h = -20; h < s.rows.in + 20; ++h)
      for (int v = -20; v < s.cols.in + 20; ++v) {
        if (!under(s.rows, s.adaptive, i, h) || !under(s.cols, s.adaptive, j, v)) continue;
        if (h >= -s.rows.pad_before && h < s.rows.in + s.rows.pad_after && v >= -s.cols.pad_before &&
            v < s.cols.in + s.cols.pad_after)
          ++positions;
        if (h >= 0 && h < s.rows.in && v >= 0 && v < s.cols.in)
          inputs.push_back(static_cast<std::size_t>((n * s.rows.in + h) * s.cols.in + v));
      }
    if (inputs.empty()) return;
    if (!count_padding) positions = static_cast<double>(inputs.size());
    std::size_t best = inputs.front();
    for (std::size_t at : inputs) {
      if (x[at] > x[best]) best = at;
      mean[out] += x[at] / positions;
      mean_grad[at] += ybar[out] / positions;
    }
    max_at[out] = t[best];
    max_put[best] += ybar[out];
  }
};

bool near(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= 1e-13)) return false;
  return a.size() == b.size();
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
} // namespace

TEST_CASE("pools agree with plain loops", "[kernels][pool]") {
  for (std::size_t n = 0; n < shapes.size(); ++n)
    for (bool count_padding : {false, true}) {
      INFO("shape " << n << ", count_padding " << count_padding);
      const plain p(shapes[n], count_padding);
      std::vector<double> y(p.ybar.size(), NAN), xbar(p.x.size(), NAN);
      max_pool_at(p.s, p.x.data(), p.t.data(), y.data());
      CHECK(near(y, p.max_at));
      max_pool_put(p.s, p.x.data(), p.ybar.data(), xbar.data());
      CHECK(near(xbar, p.max_put));
      avg_pool(p.s, p.x.data(), y.data(), count_padding);
      CHECK(near(y, p.mean));
      xbar.assign(xbar.size(), NAN);
      avg_pool_grad(p.s, p.ybar.data(), xbar.data(), count_padding);
      CHECK(near(xbar, p.mean_grad));
    }
}

TEST_CASE("gradients of pools are their transposes", "[kernels][pool]") {
  for (std::size_t n = 0; n < shapes.size(); ++n)
    for (bool count_padding : {false, true}) {
      INFO("shape " << n << ", count_padding " << count_padding);
      const plain p(shapes[n], count_padding);
      std::vector<double> y(p.ybar.size()), xbar(p.x.size());
      max_pool_at(p.s, p.x.data(), p.t.data(), y.data());
      max_pool_put(p.s, p.x.data(), p.ybar.data(), xbar.data());
      CHECK(dot(p.ybar, y) == approx(dot(xbar, p.t)).epsilon(1e-12).margin(1e-12));
      avg_pool(p.s, p.x.data(), y.data(), count_padding);
      avg_pool_grad(p.s, p.ybar.data(), xbar.data(), count_padding);
      CHECK(dot(p.ybar, y) == approx(dot(xbar, p.x)).epsilon(1e-12).margin(1e-12));
    }
}

TEST_CASE("a maximum is the first of equals, and a NaN is the largest", "[kernels][pool]") {
  const pool_shape s{1, padded_window(1, 1), padded_window(4, 4)};
  const float t[] = {10, 20, 30, 40};
  const auto at = [&](std::vector<float> x) {
    float y = 0;
    max_pool_at(s, x.data(), t, &y);
    return y;
  };
  CHECK(at({1, 2, 2, 1}) == 20);
  CHECK(at({-INFINITY, -INFINITY, -INFINITY, -INFINITY}) == 10);
  CHECK(at({1, NAN, 5, 7}) == 20);
  CHECK(at({1, 9, NAN, NAN}) == 30);
  CHECK(at({NAN, 9, 3, 4}) == 10);
}

TEST_CASE("padding is never the maximum", "[kernels][pool]") {
  const pool_shape s{1, padded_window(2, 3, 1, 1, 1), padded_window(2, 3, 1, 1, 1)};
  const std::vector<float> x{-4, -3, -2, -1};
  std::vector<float> y(4);
  max_pool_at(s, x.data(), x.data(), y.data());
  CHECK(y == std::vector<float>(4, -1));
}

TEST_CASE("pools have the same bits on any number of threads", "[kernels][pool]") {
  const plain p({300, padded_window(30, 3, 2, 1, 1), padded_window(28, 3, 2, 1, 1)}, false);
  const auto all = [&] {
    std::vector<double> y(p.ybar.size()), xbar(p.x.size()), out;
    max_pool_at(p.s, p.x.data(), p.x.data(), y.data());
    out.insert(out.end(), y.begin(), y.end());
    avg_pool_grad(p.s, p.ybar.data(), xbar.data(), false);
    out.insert(out.end(), xbar.begin(), xbar.end());
    return out;
  };
  const int before = thread_pool::instance().size();
  thread_pool::instance().resize(1);
  const std::vector<double> serial = all();
  for (int threads : {2, 3, 7}) {
    thread_pool::instance().resize(threads);
    CHECK(all() == serial);
  }
  thread_pool::instance().resize(before);
}
