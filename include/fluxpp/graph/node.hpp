// SPDX-License-Identifier: MIT
#pragma once
// The node of a program: what an operation tells the passes about itself, and the plain record that stands for one use.
#include "fluxpp/graph/extents.hpp"

#include <bit>
#include <cstdint>

namespace fluxpp::inline v0_1::graph {

class tape;
struct var;
struct node;
struct node_view;
struct pullback;
struct pushforward;

/// How a step runs (not how it differentiates).
enum class kind : int {
  input,       ///< an argument, parameter, state or run-time number
  constant,    ///< a number known to the program
  elementwise, ///< one result element from the operand elements at the same index
  reduction,   ///< folds axes away (they keep extent 1)
  broadcast,   ///< a view that repeats axes of extent 1
  reshape,     ///< a view with other extents
  step,        ///< a kernel of its own
  region,      ///< runs a part of the program once per element of its shape (graph/region.hpp)
  result       ///< one of the results of a region
};

/// A view has no storage: it shows the elements of its operand.
constexpr bool is_view(kind k) { return k == kind::broadcast || k == kind::reshape; }

enum class fold : int { none, sum, max, min, prod };

/// custom_kernels: compiled forms of an operation defined by the user; completed in kernels/.
struct custom_kernels;

/// op_info: the traits of an operation that passes ask for; one constant object per operation.
struct op_info {
  const char* name;
  unsigned id;
  graph::kind kind;
  int arity;
  int cost; ///< relative work per element; <= 1 is cheap enough to move
  bool commutative;
  bool integer;  ///< result is an index or a truth value: no derivative
  bool foldable; ///< forward on numbers is a constant expression
  bool random;   ///< another value each time: never moved out of a region
  graph::fold fold;
  double (*evaluate)(const double*);              ///< elementwise: value on numbers (nullptr else)
  void (*adjoint)(const node_view&, pullback&);   ///< reverse rule
  var (*tangent)(const node_view&, pushforward&); ///< forward rule
  int (*rewrite)(tape&, const node&);             ///< identities: an equal, simpler node, or -1
  const custom_kernels* custom;
  const op_info* facts = nullptr; ///< the same without functions, for finished programs; or nullptr
};

/// operand_span: the operands of a node.
struct operand_span {
  const int* first;
  int count;
  constexpr const int* begin() const { return first; }
  constexpr const int* end() const { return first + count; }
};

/// A polynomial hash; in few statements, since constant evaluation counts them.
template <class... Int> constexpr unsigned hash_of_ints(std::uint64_t h, Int... v) {
  ((h = h * 0x9E3779B97F4A7C15 + static_cast<unsigned>(v)), ...);
  return static_cast<unsigned>((h * 0x9E3779B97F4A7C15) >> 32);
}

/// node: one operation applied to earlier nodes. Shapes and attributes are indices into tables of the program.
/// A region has its number in args[0]; in a finished program: where its operands stand in a table, how many they are, and
/// the block that it runs.
struct node {
  const op_info* op = nullptr;
  int args[4]{-1, -1, -1, -1};
  int shape = 0;
  int attr = 0;
  double value = 0;
  int line = 0;

  constexpr bool operator==(const node& o) const {
    return op == o.op && args[0] == o.args[0] && args[1] == o.args[1] && args[2] == o.args[2] && args[3] == o.args[3] &&
           shape == o.shape && attr == o.attr &&
           (op->kind != kind::constant || std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(o.value));
  }
  constexpr unsigned hash() const {
    const std::uint64_t bits = value != 0 ? std::bit_cast<std::uint64_t>(value) : 0;
    return hash_of_ints(op->id ^ bits, args[0], args[1], args[2], args[3], shape, attr);
  }
};

/// attributes: the numbers that complete an operation (axes, strides, paddings); may hold encoded extents.
inline constexpr int max_attributes = 18;
struct attributes {
  int size = 0;
  int value[max_attributes]{};
  constexpr bool operator==(const attributes& o) const {
    if (size != o.size) return false;
    for (int i = 0; i < size; ++i)
      if (value[i] != o.value[i]) return false;
    return true;
  }
  constexpr unsigned hash() const {
    unsigned h = mix(2166136261u, static_cast<unsigned>(size));
    for (int i = 0; i < size; ++i) h = mix(h, static_cast<unsigned>(value[i]));
    return h;
  }
};
template <class... Int> constexpr attributes make_attributes(Int... v) {
  return {static_cast<int>(sizeof...(Int)), {static_cast<int>(v)...}};
}

/// Where an operand or a result lives.
enum class space : int {
  argument,  ///< index: position in the call
  parameter, ///< offset into the flat parameter buffer
  state,     ///< offset into the flat state buffer
  number,    ///< index: run-time number of the architecture (a dropout rate) or of the call
  constant,  ///< index into the constant pool
  operand,   ///< index: operand of the region
  output,    ///< index: output of the region
  arena,     ///< planned workspace
  result,    ///< index: output of the program
  extent     ///< the value of an extent
};

/// leaf: an input of the program.
struct leaf {
  graph::space space = space::argument;
  int index = 0;
  bool integer = false;
  int carry = -1; ///< of the region that the operand is: what it had on entry of a run
};

/// target: where an output must be written; the arena if nothing else is asked.
struct target {
  graph::space space = space::arena;
  int index = 0;
};

/// What is wrong with a program: the first fault that its construction met.
enum class rule : int {
  none,
  broadcast,
  matmul,
  conv_channels,
  conv_window,
  reshape,
  concat,
  permute,
  axis,
  gather,
  scatter,
  along,
  top_k,
  searchsorted,
  subscripts,
  einsum,
  labels,
  rank,
  slice,
  pad,
  empty,
  window_options,
  repeats,
  square,
  solve,
  groups,
  fold,
  interpolate,
  grid,
  attention,
  scalar_gradient,
  integer_gradient,
  tangent,
  cotangent,
  directions,
  direction_count,
  custom_rule,
  by_rows,
  ctc,
  third_order,
  branch,
  carry,
  slices,
  instances,
  element,
  numbers,
  condition,
  escaped,
  no_result
};
struct fault {
  graph::rule rule = rule::none;
  dims a{};
  dims b{};
  int line = 0;
};

} // namespace fluxpp::inline v0_1::graph
