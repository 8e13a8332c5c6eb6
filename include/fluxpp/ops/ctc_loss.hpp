// SPDX-License-Identifier: MIT
#pragma once
// ctc_loss: connectionist temporal classification, the loss of labels whose places in a sequence are not known.
#include "fluxpp/ops/concat.hpp"
#include "fluxpp/ops/gather.hpp"
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sum.hpp"

#include <limits>

namespace fluxpp::inline v0_1 {

/// ctc_options: the class that means no label; whether sequences that cannot be aligned count as 0.
struct ctc_options {
  int blank = 0;
  bool zero_infinity = false;
};

namespace ops {

/// ctc_second(x, v, targets, lengths): the derivative of the occupancies along v; attribute 0: blank. Linear in v, and its
/// own transpose. It has no derivative in x.
struct ctc_second : custom<4> {
  static constexpr auto name = "ctc_second";
  static constexpr var apply(const node_view& y, var v) {
    return record<ctc_second>(*y.tape, v.shape(), y.attributes(), y.arg(0), v, y.arg(1), y.arg(2));
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    return i == 1 ? with_operand(y, 1, ybar) : refused(y, i == 0);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return p.dx[1].exists() ? plus(with_operand(y, 1, p.dx[1]), refused(y, p.dx[0].exists()))
                            : refused(y, p.dx[0].exists());
  }

private:
  static constexpr var refused(const node_view& y, bool third) {
    if (third) y.tape->fail(graph::rule::third_order, y.shape(), {});
    return {};
  }
};

/// ctc_occupancy(x, targets, lengths): the probability of each class at each frame, given the targets; 0 behind the end of
/// a sequence, and for one that cannot be aligned. Attribute 0: blank.
struct ctc_occupancy : custom<3> {
  static constexpr auto name = "ctc_occupancy";
  static constexpr var apply(const node_view& y) {
    return record<ctc_occupancy>(*y.tape, y.arg(0).shape(), y.attributes(), y.arg(0), y.arg(1), y.arg(2));
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) { return i == 0 ? ctc_second::apply(y, ybar) : var{}; }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return p.dx[0].exists() ? ctc_second::apply(y, p.dx[0]) : var{};
  }
};

/// ctc(x, targets, lengths): for each sequence the logarithm of the probability of its targets, over -1; lengths [2, n] are
/// those of x, then those of targets. Attribute 0: blank.
/// grad     in x: minus the occupancies times ybar; in the others: 0
struct ctc : custom<3> {
  static constexpr auto name = "ctc_loss";
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    if (i != 0) return {};
    return -ctc_occupancy::apply(y) * reshape::apply(ybar, make_dims(1, y.shape()[0], 1));
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    if (!p.dx[0].exists()) return {};
    return -squeezed(sum::apply(ctc_occupancy::apply(y) * p.dx[0], 5u), 5u, {});
  }
};

struct ctc_loss_function {
  constexpr var operator()(var x, var targets, var input_lengths, var target_lengths, ctc_options o = {},
                           int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() != 3 || targets.rank() != 2 || !same_extent(t, x.extent(1), targets.extent(0), ctc::name)) {
      t.fail(graph::rule::ctc, x.shape(), targets.is_number() ? dims{} : targets.shape());
      return x;
    }
    const dims each = make_dims(x.extent(1));
    const auto of_each = [&](var n) { return fitted(on_tape_of(x, n), each, ctc::name, graph::rule::ctc); };
    const var lengths = fluxpp::stack({of_each(input_lengths), of_each(target_lengths)}, 0, line);
    const var loss = record<ctc>(t, each, graph::make_attributes(o.blank), x, targets, lengths);
    constexpr double inf = std::numeric_limits<double>::infinity();
    return o.zero_infinity ? fluxpp::select(fluxpp::equal(loss, inf, line), 0.0, loss, line) : loss;
  }
};

} // namespace ops

/// ctc_loss(x, targets, input_lengths, target_lengths, {.blank = 0, .zero_infinity = false}): for each sequence minus the
/// logarithm of the probability that its frames say the targets, summed over all ways to align them: between labels there
/// may be blanks, and between equal ones there must be; a label may last. x are logarithms of probabilities (log_softmax).
/// Of sequence i only the first input_lengths[i] frames and target_lengths[i] labels count; a length for all may be a number.
/// shapes   x [t, n, classes], targets [n, s], lengths [n] -> [n]
/// grad     in x: minus the probability of each class at each frame given the targets, times ybar; to the second order
/// errors   inf, with gradient 0, where there are too few frames (0 with .zero_infinity); compile: other shapes, a
///          derivative of third order; run: another named extent (shape_error), a length or a label out of range, a label
///          that is the blank (value_error)
/// units    nats
/// source   Graves, Fernandez, Gomez & Schmidhuber 2006, doi:10.1145/1143844.1143891, equations 5 to 16
/// example  examples/07_ctc_loss.cpp
inline constexpr ops::ctc_loss_function ctc_loss{};

} // namespace fluxpp::inline v0_1
