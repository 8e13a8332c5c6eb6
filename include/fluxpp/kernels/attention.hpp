// SPDX-License-Identifier: MIT
#pragma once
// Attention by blocks of queries and keys: scores live in a tile, rows are normalised as they grow, gradients compute
// their weights again. Which block is computed where does not matter to results.
#include "fluxpp/kernels/attention_tile.hpp"

namespace fluxpp::inline v0_1::kernels {

/// attention_scratch<T>(tiles): elements of scratch for so many tiles per task.
template <class T> constexpr std::size_t attention_scratch(int tiles) {
  return static_cast<std::size_t>(attention::most_tasks) * static_cast<std::size_t>(tiles) * attention::tile_size;
}

/// attention_rows(s, q, kv, mask, rows, scratch): means of values, and the logarithm of the sum of exponentials.
/// source   Milakov & Gimelshein 2018, arXiv:1805.02867; Dao 2023, arXiv:2307.08691, algorithm 1
template <class T>
void attention_rows(const attention::shape& s, const T* q, const T* kv, const T* mask, T* rows, T* scratch) {
  using namespace attention;
  const int row = s.value_width + 1;
  for_each_block(s, s.queries, query_block, scratch, 1, [&](std::ptrdiff_t head, range at, T* tile) {
    const operands<T> o(s, head, q, kv, mask);
    T* const out = rows + (head * s.queries + at.begin) * row;
    running_softmax<T> running;
    if (s.keys == 0) clear(at.size(), s.value_width, out, row);
    for (int k = 0; k < s.keys_seen(at.end); k += key_block) {
      const range keys{k, std::min(k + key_block, s.keys_seen(at.end))};
      scores(s, o, at, keys, tile);
      for (int i = 0; i < at.size(); ++i)
        scale(s.value_width, running.extend(i, tile + i * key_block, keys.size()), out + i * row);
      gemm(at.size(), s.value_width, keys.size(), strided<T>{tile, key_block, 1}, o.values(keys.begin), out,
           std::ptrdiff_t{row}, k > 0, false);
    }
    for (int i = 0; i < at.size(); ++i) running.finish(i, s.value_width, out + i * row);
  });
}

namespace attention {
/// query_gradient(s, o, at, tile, out): the gradient in a block of queries.
template <class T> void query_gradient(const shape& s, const operands<T>& o, range at, T* tile, T* out) {
  clear(at.size(), s.width, out, s.width);
  for (int k = 0; k < s.keys_seen(at.end); k += key_block) {
    const range keys{k, std::min(k + key_block, s.keys_seen(at.end))};
    weights(s, o, at, keys, tile);
    slopes(s, o, at, keys, tile, tile + tile_size);
    add_query_gradient(s, o, at, keys, tile, out);
  }
}

/// key_gradient(s, o, keys, tile, out, qbar): the gradient in a block of keys and their values; and, where qbar is given,
/// what these keys add to the gradient in all queries.
template <class T> void key_gradient(const shape& s, const operands<T>& o, range keys, T* tile, T* out, T* qbar) {
  const std::ptrdiff_t row = s.kv_width();
  const strided<T> turned{tile, 1, key_block};
  clear(keys.size(), s.kv_width(), out, row);
  for (int i = s.first_query(keys.begin); i < s.queries; i += query_block) {
    const range at{i, std::min(i + query_block, s.queries)};
    weights(s, o, at, keys, tile);
    gemm(keys.size(), s.value_width, at.size(), turned, o.cotangents(at.begin), out + s.width, row, true, false);
    slopes(s, o, at, keys, tile, tile + tile_size);
    gemm(keys.size(), s.width, at.size(), turned, o.queries(at.begin), out, row, true, false);
    if (qbar != nullptr) add_query_gradient(s, o, at, keys, tile, qbar + std::ptrdiff_t{i} * s.width);
  }
}
} // namespace attention

/// attention_grad(s, q, kv, rows, mask, bar, scratch): the gradients in queries, and in keys and values, for each head one
/// after the other; rows hold the cotangent, the logarithm of the sum of exponentials, and what is taken off each slope.
/// Where there are heads for all threads, weights are computed once for both gradients; else a block of queries or keys is
/// a job of its own. The bits are the same.
/// source   Dao 2023, arXiv:2307.08691, algorithm 2
template <class T>
void attention_grad(const attention::shape& s, const T* q, const T* kv, const T* rows, const T* mask, T* bar,
                    T* scratch) {
  using namespace attention;
  const std::ptrdiff_t queries = std::ptrdiff_t{s.queries} * s.width, keys = std::ptrdiff_t{s.keys} * s.kv_width();
  const bool whole = s.keys <= key_block || s.heads >= std::min(most_tasks, thread_pool::instance().size());
  if (!whole)
    for_each_block(s, s.queries, query_block, scratch, 2, [&](std::ptrdiff_t head, range at, T* tile) {
      query_gradient(s, operands<T>(s, head, q, kv, mask, rows), at, tile,
                     bar + head * (queries + keys) + at.begin * std::ptrdiff_t{s.width});
    });
  const int block = whole ? std::max(1, s.keys) : key_block;
  for_each_block(s, std::max(1, s.keys), block, scratch, 2, [&](std::ptrdiff_t head, range mine, T* tile) {
    const operands<T> o(s, head, q, kv, mask, rows);
    T* const qbar = bar + head * (queries + keys);
    if (whole) std::fill_n(qbar, queries, T(0));
    for (int k = mine.begin; k < std::min(mine.end, s.keys); k += key_block)
      key_gradient(s, o, {k, std::min(k + key_block, s.keys)}, tile, qbar + queries + std::ptrdiff_t{k} * s.kv_width(),
                   whole ? qbar : nullptr);
  });
}

} // namespace fluxpp::inline v0_1::kernels
