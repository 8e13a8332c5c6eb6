// SPDX-License-Identifier: MIT
#pragma once
// A tile of attention: the scores of a block of queries and a block of keys, their weights and their slopes.
#include "fluxpp/core/scalar.hpp"
#include "fluxpp/kernels/copy.hpp"
#include "fluxpp/kernels/gemm.hpp"
#include "fluxpp/kernels/window.hpp"

#include <limits>

namespace fluxpp::inline v0_1::kernels::attention {

/// The edges of a tile, and the most tasks: constants, so that scratch and results do not depend on the threads.
inline constexpr int query_block = 64, key_block = 128, most_tasks = 16;
inline constexpr std::size_t tile_size = std::size_t{query_block} * key_block;

/// shape: the extents of attention, and the strides of its mask, 0 along axes where it repeats.
struct shape {
  std::ptrdiff_t heads = 1;
  int queries, keys, width, value_width;
  bool causal, masked;
  copy_axes mask_heads; ///< `from`: of the mask
  std::ptrdiff_t mask_row = 0, mask_column = 0;

  shape(const dims& q, const dims& kv, const dims& mask, bool only_earlier)
      : queries(q[q.rank - 2]), keys(kv[q.rank - 2]), width(q[q.rank - 1]), value_width(kv[q.rank - 1] - width),
        causal(only_earlier), masked(mask.rank > 0) {
    dims whole = q;
    for (int i = 0; i < q.rank; ++i) whole[i] = i < q.rank - mask.rank ? 1 : mask[i - q.rank + mask.rank];
    const strides_of strides(whole);
    const auto stride = [&](int i) { return whole[i] == 1 ? 0 : strides[i]; };
    for (int i = 0; i < q.rank - 2; ++i) {
      heads *= q[i];
      mask_heads.push({q[i], stride(i), 0});
    }
    mask_row = stride(q.rank - 2), mask_column = stride(q.rank - 1);
  }
  int kv_width() const { return width + value_width; }
  /// How many keys the queries before `end` see; the first query, a multiple of a block, that sees a key.
  int keys_seen(int end) const { return causal ? std::min(keys, end) : keys; }
  int first_query(int key) const { return causal ? key / query_block * query_block : 0; }
};

/// for_each_block(s, n, block, scratch, tiles, f): f(head, block, tile) for the blocks of n rows of every head, divided
/// among threads; each task owns so many tiles of scratch.
template <class T, class F> void for_each_block(const shape& s, int n, int block, T* scratch, int tiles, F f) {
  const std::ptrdiff_t blocks = (n + block - 1) / block, jobs = s.heads * blocks;
  const std::ptrdiff_t work =
      std::ptrdiff_t{s.queries} * s.keys / std::max<std::ptrdiff_t>(1, blocks) * s.kv_width() / 16;
  in_tasks(jobs, most_tasks, work, [&](int task, int tasks) {
    for (std::ptrdiff_t i = task; i < jobs; i += tasks) {
      const int first = static_cast<int>(i % blocks) * block;
      f(i / blocks, range{first, std::min(first + block, n)},
        scratch + static_cast<std::size_t>(task) * static_cast<std::size_t>(tiles) * tile_size);
    }
  });
}

/// operands: those of one head.
template <class T> struct operands {
  const T *q, *kv, *mask, *rows;
  std::ptrdiff_t width, kv_width, row_width;

  operands(const shape& s, std::ptrdiff_t head, const T* all_q, const T* all_kv, const T* all_mask,
           const T* all_rows = nullptr)
      : q(all_q + head * s.queries * s.width), kv(all_kv + head * s.keys * s.kv_width()),
        mask(all_mask + s.mask_heads.offsets(head).from), rows(all_rows), width(s.width), kv_width(s.kv_width()),
        row_width(s.value_width + 2) {
    if (rows != nullptr) rows += head * s.queries * row_width;
  }
  strided<T> queries(int i) const { return {q + i * width, width, 1}; }
  strided<T> keys(int j) const { return {kv + j * kv_width, kv_width, 1}; }
  strided<T> values(int j) const { return {kv + j * kv_width + width, kv_width, 1}; }
  strided<T> cotangents(int i) const { return {rows + i * row_width, row_width, 1}; }
  T log_sum(int i) const { return rows[(i + 1) * row_width - 2]; }
  T taken_off(int i) const { return rows[(i + 1) * row_width - 1]; }
};
template <class T> strided<T> turned(const strided<T>& a) { return {a.data, a.col, a.row}; }

/// for_each_batch(n, x, fill, f): x[j] = f(x[j]) by registers; lanes beyond the end hold `fill` and are not stored.
template <class T, class F> void for_each_batch(int n, T* x, T fill, F f) {
  using batch = simd::batch<T>;
  int j = 0;
  for (; j + batch::size <= n; j += batch::size) f(batch::load(x + j), j).store(x + j);
  if (j < n) f(simd::keep_first(batch::load_first(x + j, n - j), n - j, fill), j).store_first(x + j, n - j);
}
template <class T> void scale(int n, T by, T* x) {
  if (by == T(1)) return;
  for (int j = 0; j < n; ++j) x[j] *= by;
}
template <class T> void clear(int n, int columns, T* x, std::ptrdiff_t row) {
  for (int i = 0; i < n; ++i) std::fill_n(x + i * row, columns, T(0));
}

/// scores(s, o, at, keys, tile): q k' + mask, -inf where a query must not see a key.
template <class T> void scores(const shape& s, const operands<T>& o, range at, range keys, T* tile) {
  gemm(at.size(), keys.size(), s.width, o.queries(at.begin), turned(o.keys(keys.begin)), tile,
       std::ptrdiff_t{key_block}, false, false);
  for (int i = 0; i < at.size(); ++i) {
    T* const row = tile + i * key_block;
    const T* const added = o.mask + (at.begin + i) * s.mask_row + keys.begin * s.mask_column;
    if (s.masked)
      for (int j = 0; j < keys.size(); ++j) row[j] += added[j * s.mask_column];
    const int seen = s.causal ? std::clamp(at.begin + i + 1 - keys.begin, 0, keys.size()) : keys.size();
    std::fill(row + seen, row + keys.size(), -std::numeric_limits<T>::infinity());
  }
}

/// finite_shift(x): what is taken off scores before exp: x, or 0 where there is no score but -inf.
template <class T> T finite_shift(T x) { return x == -std::numeric_limits<T>::infinity() ? T(0) : x; }

/// weights(s, o, at, keys, tile): exp(scores - log_sum).
template <class T> void weights(const shape& s, const operands<T>& o, range at, range keys, T* tile) {
  scores(s, o, at, keys, tile);
  for (int i = 0; i < at.size(); ++i) {
    const simd::batch<T> shift = finite_shift(o.log_sum(at.begin + i));
    for_each_batch(keys.size(), tile + i * key_block, T(0), [&](auto x, int) { return simd::exp(x - shift); });
  }
}

/// slopes(s, o, at, keys, tile, products): weights in the tile become p (g v' - m), the slopes of the loss in the scores.
template <class T> void slopes(const shape& s, const operands<T>& o, range at, range keys, T* tile, T* products) {
  using batch = simd::batch<T>;
  gemm(at.size(), keys.size(), s.value_width, o.cotangents(at.begin), turned(o.values(keys.begin)), products,
       std::ptrdiff_t{key_block}, false, false);
  for (int i = 0; i < at.size(); ++i) {
    const batch m = o.taken_off(at.begin + i);
    const T* const dp = products + i * key_block;
    for_each_batch(keys.size(), tile + i * key_block, T(0), [&](auto p, int j) {
      const int n = std::min(batch::size, keys.size() - j);
      return p * ((n == batch::size ? batch::load(dp + j) : batch::load_first(dp + j, n)) - m);
    });
  }
}

/// add_query_gradient(s, o, at, keys, tile, out): out += slopes k.
template <class T>
void add_query_gradient(const shape& s, const operands<T>& o, range at, range keys, const T* tile, T* out) {
  gemm(at.size(), s.width, keys.size(), strided<T>{tile, key_block, 1}, o.keys(keys.begin), out,
       std::ptrdiff_t{s.width}, true, false);
}

/// running_softmax: for each query of a block the largest score and the sum of exponentials so far.
template <class T> struct running_softmax {
  static constexpr T inf = std::numeric_limits<T>::infinity();
  T largest[query_block], sum[query_block];

  running_softmax() {
    std::fill_n(largest, query_block, -inf);
    std::fill_n(sum, query_block, T(0));
  }
  /// Scores of more keys become weights; what was summed up before must be multiplied by the result.
  T extend(int i, T* x, int n) {
    using batch = simd::batch<T>;
    batch most = largest[i], total = T(0);
    for (int j = 0; j < n; j += batch::size)
      most = simd::max(most, j + batch::size <= n ? batch::load(x + j)
                                                  : simd::keep_first(batch::load_first(x + j, n - j), n - j, -inf));
    const T before = largest[i], shift = finite_shift(largest[i] = simd::reduce_max(most));
    for_each_batch(n, x, -inf, [&](batch v, int) {
      const batch weight = simd::exp(v - batch(shift));
      total += weight;
      return weight;
    });
    const T factor = before == -inf ? T(0) : simd::exp(batch(before - shift)).get(0);
    sum[i] = scalar::fma(sum[i], factor, simd::reduce_add(total));
    return factor;
  }
  /// Divides by the sum, and writes the logarithm behind the values; a row without a key is 0 and -inf.
  void finish(int i, int n, T* row) const {
    scale(n, sum[i] == T(0) ? T(0) : T(1) / sum[i], row);
    row[n] = sum[i] == T(0) ? -inf : finite_shift(largest[i]) + std::log(sum[i]);
  }
};

} // namespace fluxpp::inline v0_1::kernels::attention
