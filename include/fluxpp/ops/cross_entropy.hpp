// SPDX-License-Identifier: MIT
#pragma once
// cross_entropy: the loss of classification, from scores and labels.
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/linear_in.hpp"
#include "fluxpp/ops/logsumexp.hpp"
#include "fluxpp/ops/mean.hpp"

namespace fluxpp::inline v0_1 {
namespace ops {

/// pick(x, label): x[i, label[i]] for every row i of a matrix.
/// grad     in x: ybar in column label[i], by comparison with the column numbers, so that nothing is stored; in label: 0
/// errors   run: a label is not one of 0, ... c - 1 (value_error)
struct pick : linear_in<pick, 2, 0> {
  static constexpr auto name = "pick";
  static constexpr var apply(var x, var label) { return record<pick>(*x.tape, make_dims(x.extent(0)), {}, x, label); }
  static constexpr var transpose(const node_view& y, var ybar) {
    const var column = reshape::apply(ybar, ybar.shape().with(1));
    return fluxpp::select(one_hot(y.arg(1), y.arg(0).extent(1)), column, 0.0, y.node.line);
  }
};

struct cross_entropy_function {
  constexpr var operator()(var x, var label, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() != 2 || label.rank() != 1) {
      t.fail(graph::rule::labels, x.shape(), label.is_number() ? dims{} : label.shape());
      return x;
    }
    if (!same_extent(t, x.extent(0), label.extent(0), "cross_entropy"))
      t.fail(graph::rule::labels, x.shape(), label.shape());
    require_elements(x, 3u, "cross_entropy");
    const exponentials e(x, 2u);
    const dims rows = make_dims(x.extent(0));
    const var normaliser = fluxpp::log(reshape::apply(e.sum, rows), line);
    const var losses = normaliser - (pick::apply(x, label) - reshape::apply(e.shift, rows));
    return squeezed(mean::apply(losses, 1u), 1u, {});
  }
};

} // namespace ops

/// cross_entropy(x, label): the mean over rows of logsumexp(x[i]) - x[i, label[i]].
/// shapes   x [n, c], label [n] -> scalar
/// grad     in x: (softmax(x) - one_hot(label)) / n; in label: 0
/// errors   compile: x is no matrix, label has another length; run: a label is not one of 0, ... c - 1 (value_error)
/// range    [0, inf)
/// units    nats
inline constexpr ops::cross_entropy_function cross_entropy{};
inline constexpr ops::cross_entropy_function softmax_cross_entropy{};

} // namespace fluxpp::inline v0_1
