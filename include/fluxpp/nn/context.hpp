// SPDX-License-Identifier: MIT
#pragma once
// What a layer sees while its network is traced: where it stands, its parameters, its state, and whether we train.
#include "fluxpp/ops/ops.hpp"

#include <string_view>

namespace fluxpp::inline v0_1::nn {

/// path: the dotted name of a layer or parameter, as weight files spell it ("features.0.weight").
struct path {
  static constexpr int capacity = 96;
  char value[capacity]{};
  int length = 0;

  constexpr std::string_view view() const { return {value, static_cast<std::size_t>(length)}; }
  constexpr void append(std::string_view part) {
    if (length > 0 && length < capacity) value[length++] = '.';
    for (char c : part)
      if (length < capacity) value[length++] = c;
  }
  /// The same with a number behind the first `length` characters.
  constexpr path with(int depth, int number) const {
    path out = *this;
    out.length = depth;
    out.append(number);
    if (depth < length) out.append(view().substr(static_cast<std::size_t>(depth == 0 ? 0 : depth + 1)));
    return out;
  }
  constexpr void append(int number) {
    char digits[12]{};
    int n = 0;
    do digits[n++] = static_cast<char>('0' + number % 10), number /= 10;
    while (number > 0);
    char forward[12]{};
    for (int i = 0; i < n; ++i) forward[i] = digits[n - 1 - i];
    append(std::string_view(forward, static_cast<std::size_t>(n)));
  }
};

/// How a parameter starts.
enum class initial : int {
  zeros,
  ones,
  kaiming_uniform ///< U(-b, b), b = sqrt(6 / fan_in): He et al. 2015, arXiv:1502.01852
};

/// entry: one tensor of the flat parameter or state buffer.
struct entry {
  path name;
  dims shape;
  int offset = 0;
  int size = 0;
  nn::initial initial = initial::zeros;
};

/// context: handed through the layers of a network; records its tensors in order of use.
class context {
public:
  constexpr context(graph::tape& t, bool training) : tape(&t), training_(training) {}

  constexpr bool training() const { return training_; }

  /// A tensor to be learned; its name is the layer's path and this name. The shape must hold numbers only.
  constexpr var parameter(std::string_view name, const dims& shape, initial how) {
    return tensor_of(parameters, name, shape, how, graph::space::parameter);
  }
  /// A tensor that training updates but does not learn (running statistics).
  constexpr var state(std::string_view name, const dims& shape, initial how) {
    const var value = tensor_of(states, name, shape, how, graph::space::state);
    state_offsets.push(states[states.size() - repeated_.count].offset);
    return value;
  }
  /// The value that the last state of this context takes after the step.
  constexpr void next_state(int which, var value) {
    next_states.push(value.id);
    next_offsets.push(state_offsets[which]);
  }
  constexpr int states_so_far() const { return state_offsets.size(); }

  /// A number of the architecture that may differ between objects of one type (a dropout rate).
  constexpr var number(double value) {
    numbers.push(value);
    return tape->input({}, {graph::space::number, numbers.size() - 1, false});
  }

  /// Runs f one level deeper in the names.
  template <class Name, class F> constexpr var within(Name name, F f) {
    const path outer = here_;
    here_.append(name);
    const var y = f();
    here_ = outer;
    return y;
  }

  /// Runs f(value) `count` times, as a region: a layer inside has tensors of its own for each time, one after the other
  /// in the flat buffers, and a number below here in their names. A checkpoint keeps x alone for derivatives.
  template <class F> constexpr var repeat(int count, var x, F f, bool checkpoint = false) {
    const int r = tape->open(), outside = std::exchange(tape->current_region, r), first = next_states.size();
    tape->regions[r].recompute = checkpoint;
    const repetition before = std::exchange(repeated_, {count, r, here_.length});
    const var y = f(graph::add_carry(*tape, r, x));
    ops::set_next(*tape, r, 0, y);
    for (int i = first; i < next_states.size(); ++i) ops::add_stack(*tape, r, {*tape, next_states[i]});
    repeated_ = before;
    tape->current_region = outside;
    graph::close(*tape, r, count);
    for (int i = first; i < next_states.size(); ++i)
      next_states[i] = graph::result_of(*tape, r, graph::result_role::stack, i - first).id;
    return graph::result_of(*tape, r, graph::result_role::last, 0);
  }

  graph::tape* tape;
  list<entry> parameters, states;
  list<int> state_offsets, next_states, next_offsets;
  list<double> numbers;

private:
  /// Where layers are repeated: how often, by which region, and how long the name of that place is.
  struct repetition {
    int count = 1, region = 0, depth = 0;
  };

  /// A tensor for every repetition; what one run has of it.
  constexpr var tensor_of(list<entry>& table, std::string_view name, const dims& shape, initial how, graph::space s) {
    if (repeated_.region == 0) return leaf(add(table, name, shape, how), s);
    entry all;
    for (int i = 0; i < repeated_.count; ++i) {
      const entry e = add(table, name, shape, how, i);
      if (i == 0) all = e;
    }
    all.shape = make_dims(repeated_.count);
    for (int a = 0; a < shape.rank; ++a) all.shape = all.shape.with(shape[a]);
    return graph::add_slice(*tape, repeated_.region, leaf(all, s));
  }
  constexpr entry add(list<entry>& table, std::string_view name, const dims& shape, initial how, int run = 0) {
    entry e;
    e.name = repeated_.region == 0 ? here_ : here_.with(repeated_.depth, run);
    e.name.append(name);
    e.shape = shape;
    e.initial = how;
    e.size = 1;
    for (int i = 0; i < shape.rank; ++i) e.size *= shape[i];
    if (!table.empty()) {
      const entry& last = table.back();
      e.offset = run > 0 ? last.offset + last.size : (last.offset + last.size + 15) / 16 * 16;
    }
    table.push(e);
    return e;
  }
  constexpr var leaf(const entry& e, graph::space s) { return tape->input(e.shape, {s, e.offset, false}); }

  path here_;
  repetition repeated_;
  bool training_;
};

/// A layer turns a value into another, given a context; an operation on values alone is a layer without parameters.
template <class L> concept layer = requires(const L& l, context& c, var x) {
  { l(c, x) } -> std::same_as<var>;
}
|| requires(const L& l, var x) {
  { l(x) } -> std::same_as<var>;
};

template <layer L> constexpr var apply(const L& l, context& c, var x) {
  if constexpr (requires { l(c, x); }) return l(c, x);
  else return l(x);
}

/// identity: a layer that returns its input; the default activation.
struct identity_layer {
  constexpr var operator()(var x) const { return x; }
};
inline constexpr identity_layer identity{};

} // namespace fluxpp::inline v0_1::nn
