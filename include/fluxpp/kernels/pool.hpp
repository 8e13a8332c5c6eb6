// SPDX-License-Identifier: MIT
#pragma once
// Pools of images: the largest element or the mean under each window, and the transposes of both.

#include <fluxpp/kernels/pooling/squares.hpp>
#include <fluxpp/kernels/pooling/sweep.hpp>

namespace fluxpp::inline v0_1::kernels {
namespace pooling {
/// select(m, a, b): as for batches.
template <simd::element T> T select(bool m, T a, T b) { return m ? a : b; }

/// follow_maximum<V>(p, x, f): f(better, position, number of the tap), where better holds if an element is larger than all
/// before it, or is the first NaN.
template <class V, class T, class F> void follow_maximum(const place& p, const T* x, F f) {
  V best = get<V>(x, p.first());
  int tap = 0;
  p.for_each([&](std::ptrdiff_t i) {
    const V v = get<V>(x, i);
    const auto better = (!(v <= best)) & (best == best);
    best = select(better, v, best);
    f(better, i, V(static_cast<T>(tap++)));
  });
}
} // namespace pooling

/// max_pool_at(s, x, t, y): y = t where x has its first largest element under each window; the maximum itself if t is x.
/// A NaN counts as largest, padding never does; a window of nothing but padding gives 0.
/// shapes   x, t [planes, h, w], y [planes, h', w']
/// accuracy exact
template <class T> void max_pool_at(const pool_shape& s, const T* x, const T* t, T* y) {
  using namespace pooling;
  if (in_squares<T>(s)) return squares_at(s, x, t, y);
  sweep<T>{s}.to_outputs(std::array{x, t}, y, []<class V>(V, const place& p, const auto& in) {
    if (p.empty()) return V(T(0));
    V taken = get<V>(in[1], p.first());
    follow_maximum<V>(p, in[0],
                      [&](auto better, std::ptrdiff_t i, V) { taken = select(better, get<V>(in[1], i), taken); });
    return taken;
  });
}

/// max_pool_put(s, x, ybar, xbar): the transpose of max_pool_at in t: ybar added where x has its first largest element, 0
/// elsewhere.
/// shapes   as max_pool_at
template <class T> void max_pool_put(const pool_shape& s, const T* x, const T* ybar, T* xbar) {
  using namespace pooling;
  if (in_squares<T>(s)) return squares_put(s, x, ybar, xbar);
  sweep<T>{s}.to_inputs(std::array{x}, ybar, xbar, []<class V>(V up, const place& p, const auto& in, T* out) {
    V where(T(0));
    if (!p.empty())
      follow_maximum<V>(p, in[0], [&](auto better, std::ptrdiff_t, V tap) { where = select(better, tap, where); });
    int tap = 0;
    p.for_each([&](std::ptrdiff_t i) {
      put(get<V>(static_cast<const T*>(out), i) + select(where == V(static_cast<T>(tap++)), up, V(T(0))), out, i);
    });
  });
}

/// avg_pool(s, x, y, count_padding): the mean under each window, of the inputs alone, or with count_padding as if the
/// padding of the image were zeros; a window of nothing but padding gives 0.
/// shapes   x [planes, h, w], y [planes, h', w']
/// accuracy 1 ulp * inputs under a window
template <class T> void avg_pool(const pool_shape& s, const T* x, T* y, bool count_padding) {
  using namespace pooling;
  const sweep<T> all{s, count_padding};
  all.to_outputs(std::array{x}, y, []<class V>(V, const place& p, const auto& in) {
    V sum(T(0));
    p.for_each([&](std::ptrdiff_t i) { sum += get<V>(in[0], i); });
    return p.empty() ? sum : sum / V(static_cast<T>(p.divisor));
  });
}

/// avg_pool_grad(s, ybar, xbar, count_padding): the transpose of avg_pool.
/// shapes   as avg_pool
template <class T> void avg_pool_grad(const pool_shape& s, const T* ybar, T* xbar, bool count_padding) {
  using namespace pooling;
  const sweep<T> all{s, count_padding};
  all.to_inputs(std::array<const T*, 0>{}, ybar, xbar, []<class V>(V up, const place& p, const auto&, T* out) {
    if (p.empty()) return;
    const V share = up / V(static_cast<T>(p.divisor));
    p.for_each([&](std::ptrdiff_t i) { put(get<V>(static_cast<const T*>(out), i) + share, out, i); });
  });
}
} // namespace fluxpp::inline v0_1::kernels
