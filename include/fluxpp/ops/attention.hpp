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
    graph::tape& t = graph::at_line(q, line);
    if (mask.is_number()) mask = t.constant(mask.number);
    const int rank = q.rank();
    if (!fits(q, k, v)) {
      t.fail(graph::rule::attention, q.shape(), k.shape());
      return q;
    }
    dims scores = q.shape();
    scores[rank - 1] = k.extent(rank - 2);
    if (!covers(scores, mask)) t.fail(graph::rule::broadcast, scores, mask.shape());
    const var kv = concat_function{}(k, v, rank - 1, line);
    const var rows = attention_rows::apply(times_scale(q, o.scale), kv, added(mask), v.extent(rank - 1), o.causal);
    return slice_function{}(rows, rank - 1, 0, -1, 1, line);
  }

private:
  /// Equal axes but for the rows, of which k and v have as many, and the columns, of which q and k have.
  static constexpr bool fits(var q, var k, var v) {
    const int rank = q.rank();
    if (rank < 2 || k.rank() != rank || v.rank() != rank) return false;
    bool fit = equal(q, -1, k) && equal(k, -2, v);
    for (int i = 0; fit && i < rank - 2; ++i) fit = equal(q, i, k) && equal(q, i, v);
    return fit;
  }
  static constexpr bool equal(var a, int axis, var b) {
    return same_extent(*a.tape, a.extent(axis), b.extent(axis), "attention");
  }
  /// Whether a mask can be repeated to the shape of the scores.
  static constexpr bool covers(const dims& scores, var mask) {
    graph::tape& t = *mask.tape;
    const dims both = common_shape(t, scores, mask.shape(), "attention");
    for (int i = 0; i < scores.rank; ++i)
      if (t.extents.resolve(both[i]) != t.extents.resolve(scores[i])) return false;
    return both.rank == scores.rank;
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
