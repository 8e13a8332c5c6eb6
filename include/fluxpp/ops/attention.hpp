// SPDX-License-Identifier: MIT
#pragma once
// attention: values averaged by how well their keys match queries, without the matrix of all matches.
#include "fluxpp/ops/attention_rows.hpp"
#include "fluxpp/ops/rsqrt.hpp"

namespace fluxpp::inline v0_1 {

/// attention_options: fx::attention(q, k, v, {.causal = true}).
struct attention_options {
  bool causal = false; ///< query i sees the keys 0, ... i
  double scale = 0;    ///< of the products q k'; 0: 1 / sqrt(d)
};

namespace ops {

struct attention_function {
  constexpr var operator()(var q, var k, var v, const attention_options& o = {}, int line = __builtin_LINE()) const {
    return (*this)(q, k, v, q.tape->constant(0), o, line);
  }
  constexpr var operator()(var q, var k, var v, var mask, const attention_options& o = {},
                           int line = __builtin_LINE()) const {
    graph::tape& t = *q.tape;
    t.line = line;
    const int rank = q.rank();
    if (!fits(q, k, v) || mask.rank() > rank) {
      t.fail(graph::rule::attention, q.shape(), k.shape());
      return q;
    }
    dims scores = q.shape();
    scores[rank - 1] = k.extent(rank - 2);
    if (!(common_shape(t, scores, mask.shape(), "attention") == scores))
      t.fail(graph::rule::attention, scores, mask.shape());
    const var kv = concat_function{}(k, v, rank - 1, line);
    const var rows = attention_rows::apply(times_scale(q, o.scale), kv, added(mask), v.extent(rank - 1), o.causal);
    return slice_function{}(rows, rank - 1, 0, -1, 1, line);
  }

private:
  /// Equal axes but for the rows, of which k and v have as many, and the columns, of which q and k have.
  static constexpr bool fits(var q, var k, var v) {
    graph::extent_table& t = q.tape->extents;
    const int rank = q.rank();
    if (rank < 2 || k.rank() != rank || v.rank() != rank) return false;
    const auto equal = [&](int a, int b) {
      a = t.resolve(a), b = t.resolve(b);
      if (a >= 0 && b >= 0) return a == b;
      t.equate(a, b, "attention", q.tape->line);
      return true;
    };
    bool fit = equal(q.extent(-1), k.extent(-1)) && equal(k.extent(-2), v.extent(-2));
    for (int i = 0; fit && i < rank - 2; ++i) fit = equal(q.extent(i), k.extent(i)) && equal(q.extent(i), v.extent(i));
    return fit;
  }
  static constexpr var times_scale(var q, double scale) {
    if (scale != 0) return q * var(scale);
    return q * fluxpp::rsqrt(folded_count(*q.tape, q.shape(), 1u << (q.rank() - 1)), q.tape->line);
  }
  /// A mask of truth values as what is added to scores.
  static constexpr var added(var mask) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    return mask.tape->integer(mask.id) ? fluxpp::select(mask, 0.0, -inf, mask.tape->line) : mask;
  }
};

} // namespace ops

/// attention(q, k, v, mask, {.causal, .scale}): softmax(scale q k' + mask) v for each of the leading axes; the mask may be
/// left out. A mask of truth values says which keys a query sees; any other is added. A query that sees no key gives 0.
/// shapes   q [.., m, d], k [.., n, d], v [.., n, e], mask broadcasts to [.., m, n] -> [.., m, e]
/// grad     in q, k, v and an added mask; memory grows with m + n, but that of a mask, of jvp and of second derivatives
///          with m n
/// errors   compile: d, n or the leading axes differ; run: so with named extents (shape_error)
/// accuracy 8 sqrt(d + n) ulp of the largest |v|
/// source   Vaswani et al. 2017, arXiv:1706.03762; Dao et al. 2022, arXiv:2205.14135; Milakov & Gimelshein 2018,
///          arXiv:1805.02867
inline constexpr ops::attention_function attention{};

} // namespace fluxpp::inline v0_1
