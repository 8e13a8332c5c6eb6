// SPDX-License-Identifier: MIT
#pragma once
// A network and a shape of input: its tensors as compile-time tables, and its programs for training and inference.
#include "fluxpp/nn/context.hpp"

namespace fluxpp::inline v0_1::nn {

/// The extents of shape<batch, 1, 8, 8> on a tape: numbers, and a symbol per name.
template <class Shape> struct input_shape;
template <auto... Extents> struct input_shape<shape_t<Extents...>> {
  static constexpr int rank = sizeof...(Extents);
  template <class E> static constexpr int on_tape(graph::tape& t, E extent) {
    if constexpr (std::is_integral_v<E>) return static_cast<int>(extent);
    else return t.extents.symbol(extent.hash());
  }
  static constexpr dims make(graph::tape& t) {
    dims d;
    ((d = d.with(on_tape(t, Extents))), ...);
    return d;
  }
};

/// layout<Parameters, States>: the tensors of a network; offsets are those of the flat buffers.
template <int Parameters, int States> struct layout {
  entry parameters[Parameters + 1]{};
  entry states[States + 1]{};
  static constexpr int parameter_count = Parameters, state_count = States;

  static constexpr int extent_of(const entry* table, int n) {
    return n == 0 ? 0 : (table[n - 1].offset + table[n - 1].size + 15) / 16 * 16;
  }
  /// Elements of the flat buffers, padding included.
  constexpr int parameter_size() const { return extent_of(parameters, Parameters); }
  constexpr int state_size() const { return extent_of(states, States); }
  /// Elements that are learned.
  constexpr int learned() const {
    int n = 0;
    for (int i = 0; i < Parameters; ++i) n += parameters[i].size;
    return n;
  }
};

/// The places of a program's arguments.
inline constexpr int input_argument = 0, target_argument = 1;

template <class Net, class Shape> constexpr var trace_network(const Net& net, context& c) {
  const var x = c.tape->input(input_shape<Shape>::make(*c.tape), {graph::space::argument, input_argument, false});
  return apply(net, c, x);
}

struct table_sizes {
  int parameters, states, numbers;
};
template <class Net, class Shape> constexpr table_sizes measure() {
  graph::tape t;
  context c(t, true);
  trace_network<Net, Shape>(Net{}, c);
  return {c.parameters.size(), c.states.size(), c.numbers.size()};
}
template <class Net, class Shape> constexpr auto make_layout() {
  constexpr table_sizes n = measure<Net, Shape>();
  graph::tape t;
  context c(t, true);
  trace_network<Net, Shape>(Net{}, c);
  layout<n.parameters, n.states> l;
  for (int i = 0; i < n.parameters; ++i) l.parameters[i] = c.parameters[i];
  for (int i = 0; i < n.states; ++i) l.states[i] = c.states[i];
  return l;
}
/// layout_of<Net, Shape>: names, shapes and offsets, known to the compiler.
template <class Net, class Shape> inline constexpr auto layout_of = make_layout<Net, Shape>();

/// The places of a program's first outputs.
inline constexpr int loss_output = 0, answers_output = 1;

/// Loss and answers of a network as the first outputs of a program; returns the loss.
template <class Net, class Loss, class Shape> constexpr var trace_loss(context& c) {
  graph::tape& t = *c.tape;
  const var answers = trace_network<Net, Shape>(Net{}, c);
  const int batch = answers.rank() > 0 ? answers.extent(0) : 1;
  const var loss = Loss{}(answers, t.input(make_dims(batch), {graph::space::argument, target_argument, true}));
  t.output(ops::own_value(loss, t.outputs));
  t.output(ops::own_value(answers, t.outputs));
  return loss;
}

/// training_program: loss, answers and gradients. Gradients are written into the flat result buffer at the offsets of
/// their parameters, new states over the old ones.
/// Outputs: loss, answers, the gradients, the states.
template <class Net, class Loss, class Shape, class Gradient> struct training_program {
  static constexpr void trace(graph::tape& t) {
    context c(t, true);
    const var loss = trace_loss<Net, Loss, Shape>(c);
    list<var> x;
    for (int id = 0; id < t.size(); ++id)
      if (t[id].op == &graph::input_op && t.leaf_of(id).space == graph::space::parameter) x.push({t, id});
    const list<var> xbar = Gradient::of(t, loss, x);
    for (int i = 0; i < x.size(); ++i)
      t.output(ops::own_value(xbar[i], t.outputs), {graph::space::result, t.leaf_of(x[i].id).index});
    for (int i = 0; i < c.next_states.size(); ++i)
      t.output(ops::own_value({t, c.next_states[i]}, t.outputs), {graph::space::state, c.next_offsets[i]});
  }
};

/// inference_program: loss and answers, with layers in inference mode.
template <class Net, class Loss, class Shape> struct inference_program {
  static constexpr void trace(graph::tape& t) {
    context c(t, false);
    trace_loss<Net, Loss, Shape>(c);
  }
};

/// The run-time numbers of this object of a network (dropout rates), in the order in which its programs ask for them.
template <class Net, class Shape> list<double> numbers_of(const Net& net) {
  graph::tape t;
  context c(t, true);
  trace_network<Net, Shape>(net, c);
  return c.numbers;
}

} // namespace fluxpp::inline v0_1::nn
