// SPDX-License-Identifier: MIT
// Convolution and its gradients: against plain loops, as transposes of each other, and with equal bits on any threads.

#include "catch.hpp"

#include <fluxpp/kernels/conv.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace fluxpp::kernels;

namespace {
using shape_list = std::vector<conv_shape>;

conv_shape image(int batch, int channels, int filters, window rows, window cols, int groups = 1) {
  return {batch, channels, filters, groups, rows, cols};
}

window valid(int in, int size, int stride = 1, int dilation = 1) {
  return padded_window(in, size, stride, 0, 0, dilation);
}

window centred(int in, int size, int stride = 1) { return padded_window(in, size, stride, size / 2, size / 2); }

const shape_list shapes = {
    // the digits network and its neighbours
    image(64, 1, 16, centred(8, 3), centred(8, 3)),
    image(7, 16, 32, centred(4, 3), centred(4, 3)),
    image(3, 6, 16, valid(14, 5), valid(14, 5)),
    // small planes: columns and filters that fill tiles, one and two registers of them, blocks of images
    image(40, 3, 32, centred(8, 3), centred(8, 3)),
    image(5, 20, 16, centred(7, 3), centred(7, 3)),
    image(2, 4, 48, padded_window(5, 5, 1, 3, 0), padded_window(9, 5, 1, 0, 2)),
    image(3, 2, 64, padded_window(4, 2, 1, -1, 1), padded_window(6, 3, 1, 2, 2, 2)),
    image(33, 8, 16, centred(4, 3, 2), centred(14, 3, 2)),
    // strides, dilations, asymmetric padding
    image(2, 3, 8, padded_window(17, 3, 2, 1, 0), padded_window(23, 5, 3, 0, 2)),
    image(2, 3, 5, same_window(11, 3, 2), same_window(10, 4, 3)),
    image(1, 2, 3, padded_window(19, 3, 1, 2, 2, 2), padded_window(31, 4, 2, 3, 1, 3)),
    image(1, 2, 3, padded_window(19, 3, 4, 0, 0, 2), padded_window(31, 3, 6, 3, 1, 4)),
    image(2, 4, 4, valid(9, 2, 5), valid(12, 1, 7)),
    image(1, 3, 4, padded_window(5, 3, 1, 4, 3), padded_window(6, 2, 2, 5, 3)),
    image(1, 2, 2, padded_window(7, 1, 1, 2, 1), padded_window(6, 1, 3, 1, 2)),
    image(1, 2, 2, padded_window(9, 3, 2, -1, 0), padded_window(9, 3, 1, 1, -2)),
    image(1, 2, 3, padded_window(60, 3, 1, 20, 20, 20), padded_window(70, 3, 2, 24, 24, 24)),
    image(1, 2, 3, padded_window(64, 5, 1, 3, 0, 7), padded_window(150, 3, 1, 1, 1)),
    // filters of one pixel, images of one row, column or pixel
    image(5, 24, 40, valid(7, 1), valid(7, 1)),
    image(2, 9, 17, valid(12, 1, 2), valid(11, 1, 2)),
    image(3, 13, 21, valid(13, 1), valid(11, 1)),
    image(2, 16, 24, valid(12, 1), valid(14, 1), 2),
    image(33, 13, 21, valid(1, 1), valid(1, 1)),
    image(3, 4, 7, {}, centred(130, 9)),
    image(3, 4, 7, centred(130, 9, 2), {}),
    image(1, 2, 3, {}, padded_window(5000, 40, 1, 3, 4, 5)),
    image(1, 1, 2, valid(1, 1), valid(3000, 700)),
    image(2, 3, 3, centred(2, 5), centred(1, 3)),
    image(1, 1, 1, valid(3, 3), valid(3, 3)),
    image(2, 3, 16, centred(3, 3), padded_window(70, 41, 1, 40, 40)),
    // groups
    image(2, 12, 18, centred(9, 3), centred(10, 3), 3),
    image(2, 40, 40, centred(14, 3), centred(13, 3), 40),
    image(2, 6, 12, centred(9, 5, 2), centred(9, 5, 2), 6),
    image(1, 64, 64, centred(6, 3), centred(6, 3), 16),
    // one channel per group: sizes, strides, bands of large planes, fewer rows than a tile, several filters of a channel
    image(2, 5, 5, centred(20, 5), centred(37, 5), 5),
    image(2, 3, 3, centred(19, 7), centred(18, 7), 3),
    image(2, 3, 3, centred(23, 3, 2), centred(36, 3, 2), 3),
    image(2, 3, 3, padded_window(23, 7, 2, 0, 1), padded_window(36, 5, 1, 3, 0), 3),
    image(1, 3, 6, padded_window(21, 4, 2, 2, 1), padded_window(40, 2, 3, 1, 0), 3),
    image(2, 3, 3, padded_window(16, 3, 2, -1, -2), padded_window(17, 3, 2, -2, -1), 3),
    image(1, 2, 2, centred(150, 3), centred(170, 3), 2),
    image(1, 2, 2, centred(150, 5, 2), centred(170, 5, 2), 2),
    image(2, 4, 4, centred(5, 3), centred(7, 3), 4),
    image(1, 2, 2, padded_window(6, 3, 1, 5, 4), padded_window(7, 3, 1, 4, 6), 2),
    image(1, 2, 2, padded_window(6, 3, 2, 5, 4), padded_window(7, 3, 2, 4, 6), 2),
    image(1, 2, 2, centred(30, 11), centred(30, 11), 2),
    image(1, 2, 2, centred(30, 3, 3), centred(31, 3, 3), 2),
    // one sequence per filter, filters long and short of what pays
    {2, 3, 3, 3, {}, centred(700, 32)},
    {2, 3, 3, 3, {}, padded_window(4500, 101, 1, 30, 99)},
    {1, 2, 2, 2, {}, padded_window(300, 45, 1, -3, -5)},
    {2, 2, 2, 2, {}, padded_window(130, 24, 1, 23, 23)},
    {1, 2, 4, 2, {}, centred(300, 33)},
    {1, 2, 2, 2, centred(400, 31), {}},
    // more than one block of the depth, more than one chunk of an image, odd numbers of filters
    image(1, 70, 13, centred(9, 3), centred(9, 3)),
    image(2, 3, 29, centred(75, 7, 2), centred(80, 7, 2)),
    image(1, 5, 50, valid(4, 25), padded_window(70, 25, 1, 12, 12)),
    image(1, 2, 200, centred(20, 3), centred(20, 3)),
    image(1, 30, 130, padded_window(40, 3, 1, 1, 1), padded_window(60, 3, 1, 1, 1)),
    // nothing at all
    image(0, 3, 4, centred(5, 3), centred(5, 3)),
    image(2, 0, 4, centred(5, 3), centred(5, 3)),
    image(2, 3, 0, centred(5, 3), centred(5, 3)),
    image(2, 3, 4, valid(2, 3), valid(8, 3)),
};

/// Enough work for several threads: many images, bands of one image, parts of the filters, groups.
const shape_list shapes_with_work = {
    image(64, 16, 32, centred(4, 3), centred(4, 3)), image(1, 16, 24, centred(56, 3), centred(57, 3)),
    image(1, 64, 512, centred(7, 3), centred(7, 3)), image(3, 48, 48, centred(40, 3, 2), centred(40, 5, 2), 48),
    image(2, 8, 16, {}, centred(9000, 9)),           image(3, 40, 40, centred(56, 3), centred(56, 3), 40),
    {2, 20, 20, 20, {}, centred(2500, 64)},          image(2, 20, 40, centred(60, 5, 2), centred(60, 5, 2), 20),
};

template <class T> std::vector<T> numbers(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> some(-1, 1);
  std::vector<T> v(n);
  for (T& x : v) x = static_cast<T>(some(random));
  return v;
}

/// data: the arrays of one convolution and what the three kernels make of them.
template <class T> struct data {
  conv_shape s;
  std::vector<T> x, w, ybar, y, xbar, wbar;

  explicit data(const conv_shape& of)
      : s(of), x(numbers<T>(s.input_size(), 1)), w(numbers<T>(s.weight_size(), 2)),
        ybar(numbers<T>(s.output_size(), 3)), y(ybar.size(), T(NAN)), xbar(x.size(), T(NAN)), wbar(w.size(), T(NAN)) {}

  void run() {
    std::vector<T> scratch(conv_forward_scratch<T>(s), T(NAN));
    conv_forward(s, x.data(), w.data(), y.data(), scratch.data());
    scratch.assign(conv_input_grad_scratch<T>(s), T(NAN));
    conv_input_grad(s, ybar.data(), w.data(), xbar.data(), scratch.data());
    scratch.assign(conv_weight_grad_scratch<T>(s), T(NAN));
    conv_weight_grad(s, x.data(), ybar.data(), wbar.data(), scratch.data());
  }
};

/// for_each_product(s, f): f(index in x, index in w, index in y) for all products of the definition.
template <class F> void for_each_product(const conv_shape& s, F f) {
  const auto index = [](int a, int b, int nb, int c, int nc, int d, int nd) {
    return static_cast<std::size_t>(((a * nb + b) * nc + c) * nd + d);
  };
  for (int n = 0; n < s.batch; ++n)
    for (int k = 0; k < s.filters; ++k)
      for (int i = 0; i < s.rows.out; ++i)
        for (int j = 0; j < s.cols.out; ++j)
          for (int c = 0; c < s.group_channels(); ++c)
            for (int r = 0; r < s.rows.size; ++r)
              for (int q = 0; q < s.cols.size; ++q) {
                const int h = i * s.rows.stride - s.rows.pad_before + r * s.rows.dilation;
                const int v = j * s.cols.stride - s.cols.pad_before + q * s.cols.dilation;
                if (h < 0 || h >= s.rows.in || v < 0 || v >= s.cols.in) continue;
                const int channel = k / s.group_filters() * s.group_channels() + c;
                f(index(n, channel, s.channels, h, s.rows.in, v, s.cols.in),
                  index(k, c, s.group_channels(), r, s.rows.size, q, s.cols.size),
                  index(n, k, s.filters, i, s.rows.out, j, s.cols.out));
              }
}

/// reference: values in double, and the sums of the absolute values of their terms.
struct reference {
  std::vector<double> value, size;

  explicit reference(std::size_t n) : value(n), size(n) {}
  void add(std::size_t i, double term) {
    value[i] += term;
    size[i] += std::abs(term);
  }
  template <class T> bool near(const std::vector<T>& got) const {
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!(std::abs(got[i] - value[i]) <= 16 * std::numeric_limits<T>::epsilon() * size[i])) return false;
    return true;
  }
};

double dot(const std::vector<double>& a, const std::vector<double>& b, double& size) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i], size += std::abs(a[i] * b[i]);
  return sum;
}

std::string describe(const conv_shape& s) {
  const auto axis = [](const window& w) {
    std::string text;
    for (int i : {w.in, w.out, w.size, w.stride, w.pad_before, w.pad_after, w.dilation})
      text += std::to_string(i) + " ";
    return text;
  };
  return "batch " + std::to_string(s.batch) + ", channels " + std::to_string(s.channels) + ", filters " +
         std::to_string(s.filters) + ", groups " + std::to_string(s.groups) + ", rows " + axis(s.rows) + ", columns " +
         axis(s.cols);
}
} // namespace

TEMPLATE_TEST_CASE("convolution and its gradients agree with plain loops", "[kernels][conv]", float, double) {
  for (const conv_shape& s : shapes) {
    INFO(describe(s));
    data<TestType> d(s);
    reference y(d.y.size()), xbar(d.x.size()), wbar(d.w.size());
    for_each_product(s, [&](std::size_t x, std::size_t w, std::size_t out) {
      y.add(out, double(d.x[x]) * double(d.w[w]));
      xbar.add(x, double(d.ybar[out]) * double(d.w[w]));
      wbar.add(w, double(d.ybar[out]) * double(d.x[x]));
    });
    d.run();
    CHECK(y.near(d.y));
    CHECK(xbar.near(d.xbar));
    CHECK(wbar.near(d.wbar));
  }
}

TEST_CASE("the gradients of a convolution are its transposes", "[kernels][conv]") {
  for (const conv_shape& s : shapes) {
    INFO(describe(s));
    data<double> d(s);
    d.run();
    double size = 0;
    const double in_y = dot(d.ybar, d.y, size), in_x = dot(d.xbar, d.x, size), in_w = dot(d.wbar, d.w, size);
    CHECK(std::abs(in_y - in_x) <= 1e-12 * size);
    CHECK(std::abs(in_y - in_w) <= 1e-12 * size);
  }
}

TEST_CASE("convolution and its gradients have the same bits on any number of threads", "[kernels][conv]") {
  const int before = thread_pool::instance().size();
  for (const conv_shape& s : shapes_with_work) {
    INFO(describe(s));
    data<float> serial(s);
    thread_pool::instance().resize(1);
    serial.run();
    for (int threads : {2, 3, 7}) {
      thread_pool::instance().resize(threads);
      data<float> d(s);
      d.run();
      CHECK(d.y == serial.y);
      CHECK(d.xbar == serial.xbar);
      CHECK(d.wbar == serial.wbar);
    }
  }
  thread_pool::instance().resize(before);
}

TEST_CASE("scratch of a convolution is known to the compiler", "[kernels][conv]") {
  constexpr conv_shape s{
      .batch = 64, .channels = 16, .filters = 32, .rows = same_window(4, 3), .cols = same_window(4, 3)};
  constexpr std::size_t forward = conv_forward_scratch<float>(s), input = conv_input_grad_scratch<float>(s);
  constexpr std::size_t weight = conv_weight_grad_scratch<float>(s);
  CHECK(forward > 0);
  CHECK(input > 0);
  CHECK(weight > 0);
}

TEST_CASE("a pixel that no output meets has gradient zero", "[kernels][conv]") {
  data<float> d(image(1, 1, 1, valid(4, 1, 2), valid(4, 1, 2)));
  d.run();
  for (std::size_t i = 0; i < 16; ++i)
    if (i / 4 % 2 == 1 || i % 2 == 1) CHECK(d.xbar[i] == 0);
}

TEST_CASE("a NaN reaches the outputs that meet it and no others", "[kernels][conv]") {
  data<float> d(image(2, 3, 5, centred(9, 3), centred(9, 3)));
  d.x[40] = NAN;
  d.run();
  for (std::size_t i = 0; i < d.y.size(); ++i) {
    const int n = static_cast<int>(i) / 405, row = static_cast<int>(i) / 9 % 9, col = static_cast<int>(i) % 9;
    CHECK(std::isnan(d.y[i]) == (n == 0 && std::abs(row - 4) <= 1 && std::abs(col - 4) <= 1));
  }
}

TEST_CASE("windows count their outputs and taps", "[kernels][window]") {
  STATIC_REQUIRE(output_extent(2, 3, 2, 0, 0, 1) == 0);
  STATIC_REQUIRE(output_extent(224, 3, 2, 1, 1, 1) == 112);
  STATIC_REQUIRE(output_extent(7, 3, 1, 0, 0, 3) == 1);
  STATIC_REQUIRE(same_window(10, 3, 2) == window{10, 5, 3, 2, 0, 1, 1});
  STATIC_REQUIRE(same_window(5, 3, 1, 2) == window{5, 5, 3, 1, 2, 2, 2});
  STATIC_REQUIRE(same_window(4, 1, 3) == window{4, 2, 1, 3, 0, 0, 1});
  STATIC_REQUIRE(same_window(0, 3) == window{0, 0, 3, 1, 0, 0, 1});
  STATIC_REQUIRE(padded_window(5, 3, 1, 1, 1).taps(0) == range{1, 3});
  STATIC_REQUIRE(padded_window(5, 3, 1, 1, 1).taps(4) == range{0, 2});
  STATIC_REQUIRE(padded_window(5, 3, 2, 1, 1, 2).taps(0) == range{1, 3});
  STATIC_REQUIRE(padded_window(5, 3, 1, 4, 4).taps(0) == range{3, 3});
  STATIC_REQUIRE(padded_window(5, 3, 1, 1, 1).padded_taps(0) == range{0, 3});
}
