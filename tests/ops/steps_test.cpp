// SPDX-License-Identifier: MIT
// Kernels of steps on arrays large enough to be divided among threads: the same bits for any number of threads.
#include "catch.hpp"

#include "fluxpp/kernels/steps.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace fx = fluxpp;
using fx::dims;
using fx::make_dims;
using fx::graph::attributes;
using fx::graph::make_attributes;

namespace {

template <class T> std::vector<T> random_numbers(const dims& d, std::uint32_t stream) {
  std::vector<T> v(fx::kernels::step_args<T>::size(d));
  fx::fill_normal(v.data(), v.size(), 5, stream, 0);
  return v;
}

/// Runs a step of two operands with 1, 2, 3 and 7 threads, on results that hold NaN before.
template <class Op, class T>
void check_threads(const dims& x, const std::vector<T>& second, const dims& second_shape, const dims& y,
                   const attributes& a) {
  const std::vector<T> first = random_numbers<T>(x, 1);
  fx::kernels::thread_pool& pool = fx::kernels::thread_pool::instance();
  const int before = pool.size();
  std::vector<T> expected;
  for (const int threads : {1, 2, 3, 7}) {
    pool.resize(threads);
    std::vector<T> out(fx::kernels::step_args<T>::size(y), std::numeric_limits<T>::quiet_NaN());
    fx::kernels::step_args<T> s;
    s.in[0] = first.data(), s.in[1] = second.data(), s.in_shape[0] = x, s.in_shape[1] = second_shape;
    s.out = out.data(), s.shape = y, s.attr = a, s.seed = 3, s.step = 4;
    std::vector<T> scratch(fx::kernels::step<Op>::scratch(s));
    s.scratch = scratch.data();
    fx::kernels::step<Op>::run(s);
    if (threads == 1) expected = out;
    INFO(Op::name << " with " << threads << " threads");
    CHECK(std::memcmp(out.data(), expected.data(), out.size() * sizeof(T)) == 0);
    CHECK(std::none_of(out.begin(), out.end(), [](T v) { return v != v; }));
  }
  pool.resize(before);
}

} // namespace

TEMPLATE_TEST_CASE("steps give the same bits for any number of threads", "[ops]", float, double) {
  namespace ops = fx::ops;
  using numbers = std::vector<TestType>;
  const dims x = make_dims(37, 53, 67), y = make_dims(67, 37, 53);
  check_threads<ops::permute, TestType>(x, {}, {}, y, make_attributes(2, 0, 1));
  check_threads<ops::slice, TestType>(x, {}, {}, make_dims(36, 26, 66), make_attributes(1, 0, -1, 1, 2, 1));
  check_threads<ops::embed, TestType>(x, {}, {}, make_dims(38, 110, 68), make_attributes(1, 0, -2, 1, 2, 1));
  const numbers other = random_numbers<TestType>(make_dims(37, 11, 67), 2);
  check_threads<ops::concat<2>, TestType>(x, other, make_dims(37, 11, 67), make_dims(37, 64, 67), make_attributes(1));
  numbers index(1000);
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<TestType>(i * 7919 % 37);
  check_threads<ops::gather, TestType>(x, index, make_dims(1000), make_dims(1000, 53, 67), {});
  check_threads<ops::scatter_add, TestType>(make_dims(1000, 53, 17), index, make_dims(1000), make_dims(37, 53, 17), {});
  const numbers same = random_numbers<TestType>(x, 2), folded = random_numbers<TestType>(make_dims(37, 1, 67), 3);
  check_threads<ops::arg_extremum, TestType>(x, {}, {}, make_dims(37, 53, 1), make_attributes(2, 1));
  check_threads<ops::take_at_extremum, TestType>(x, same, x, make_dims(37, 1, 67), make_attributes(2, 0));
  check_threads<ops::take_at_extremum, TestType>(x, same, x, make_dims(1, 53, 1), make_attributes(5, 1));
  check_threads<ops::put_at_extremum, TestType>(x, folded, make_dims(37, 1, 67), x, make_attributes(2, 0));
  const numbers matrices = random_numbers<TestType>(make_dims(37, 67, 41), 4);
  check_threads<ops::batched_matmul, TestType>(x, matrices, make_dims(37, 67, 41), make_dims(37, 53, 41),
                                               make_attributes(0, 0));
  check_threads<ops::matmul, TestType>(make_dims(300, 200), random_numbers<TestType>(make_dims(250, 200), 5),
                                       make_dims(250, 200), make_dims(300, 250), make_attributes(0, 1));
  const dims images = make_dims(5, 7, 41, 53);
  const attributes windows = make_attributes(3, 2, 2, 1, 1, 0, 2, 1, 1, 3), axis = make_attributes(3, 3, 0, 1);
  check_threads<ops::unfold, TestType>(images, {}, {}, make_dims(5, 42, 1060), windows);
  check_threads<ops::fold_windows, TestType>(make_dims(5, 42, 1060), {}, {}, images, windows);
  check_threads<ops::resample, TestType>(images, {}, {}, make_dims(5, 7, 41, 30), axis);
  check_threads<ops::resample_grad, TestType>(make_dims(5, 7, 41, 80), {}, {}, images, axis);
  check_threads<ops::uniform, TestType>({}, {}, {}, make_dims(200003), make_attributes(9));
}

TEST_CASE("uniform is one stream, however it is divided", "[ops]") {
  std::vector<float> out(200003), expected(200003);
  fx::kernels::step_args<float> s;
  s.out = out.data(), s.shape = make_dims(200003), s.attr = make_attributes(9), s.seed = 3, s.step = 4;
  fx::kernels::step<fx::ops::uniform>::run(s);
  fx::fill_uniform(expected.data(), expected.size(), 3, 9, 4);
  CHECK(out == expected);
}
