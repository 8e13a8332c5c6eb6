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
    const entry e = add(parameters, name, shape, how);
    return leaf(e, graph::space::parameter);
  }
  /// A tensor that training updates but does not learn (running statistics).
  constexpr var state(std::string_view name, const dims& shape, initial how) {
    const entry e = add(states, name, shape, how);
    state_offsets.push(e.offset);
    return leaf(e, graph::space::state);
  }
  /// The value that the last state of this context takes after the step.
  constexpr void next_state(int which, var value) {
    next_states.push(value.id);
    next_offsets.push(state_offsets[which]);
  }
  constexpr int states_so_far() const { return states.size(); }

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

  graph::tape* tape;
  list<entry> parameters, states;
  list<int> state_offsets, next_states, next_offsets;
  list<double> numbers;

private:
  constexpr entry add(list<entry>& table, std::string_view name, const dims& shape, initial how) {
    entry e;
    e.name = here_;
    e.name.append(name);
    e.shape = shape;
    e.initial = how;
    e.size = 1;
    for (int i = 0; i < shape.rank; ++i) e.size *= shape[i];
    if (!table.empty()) {
      const entry& last = table.back();
      e.offset = (last.offset + last.size + 15) / 16 * 16;
    }
    table.push(e);
    return e;
  }
  constexpr var leaf(const entry& e, graph::space s) { return tape->input(e.shape, {s, e.offset, false}); }

  path here_;
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
