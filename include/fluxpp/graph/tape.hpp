// SPDX-License-Identifier: MIT
#pragma once
// The tape: a program under construction. Every push looks the node up first, so equal expressions are one node.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/graph/node.hpp"
#include "fluxpp/graph/region.hpp"

namespace fluxpp::inline v0_1::graph {

/// var: a handle to a node under construction, or a number not yet on a tape. What user functions compute with.
struct var {
  graph::tape* tape = nullptr;
  int id = -1;
  double number = 0;

  constexpr var() = default;
  constexpr var(double v) : number(v), numeric_(true) {}
  constexpr var(graph::tape& t, int i) : tape(&t), id(i) {}

  constexpr bool is_number() const { return tape == nullptr; }
  /// Made from nothing: neither a node nor a number (a tangent that is zero).
  constexpr bool absent() const { return tape == nullptr && !numeric_; }
  constexpr bool exists() const { return tape != nullptr; }
  constexpr int rank() const;
  constexpr dims shape() const;
  /// Extent of an axis; negative axes count from the end.
  constexpr int extent(int axis) const;
  /// A number decides a branch of the program; a value that is not known yet cannot, which is a fault.
  constexpr explicit operator bool() const;

private:
  bool numeric_ = false;
};

/// located: an operand of an operator, and the line of the source on which the operator stands.
struct located {
  var value;
  int line;
  constexpr located(var v, int at = __builtin_LINE()) : value(v), line(at) {}
  constexpr located(double v, int at = __builtin_LINE()) : value(v), line(at) {}
};

/// An operation of the graph itself: no rules, only a kind.
constexpr op_info graph_operation(const char* name, graph::kind kind, int arity) {
  return {name,  hash_of(name), kind,    arity,   0,       false,   false,  false,
          false, fold::none,    nullptr, nullptr, nullptr, nullptr, nullptr};
}
inline constexpr op_info input_op = graph_operation("input", kind::input, 0);
inline constexpr op_info constant_op = graph_operation("constant", kind::constant, 0);
inline constexpr op_info entry_op = graph_operation("entry", kind::input, 0); ///< what a run is given
inline constexpr op_info region_op = graph_operation("scan", kind::region, 0);
inline constexpr op_info result_op = graph_operation("result", kind::result, 1);

class tape : private interner<node> {
public:
  constexpr tape() {
    shapes_(dims{});
    attributes_(attributes{});
  }
  tape(const tape&) = delete;
  tape& operator=(const tape&) = delete;

  constexpr int push(const node& n) { return regions.empty() ? (*this)(n) : entered((*this)(n)); }
  constexpr int intern(const dims& d) { return shapes_(d); }
  constexpr int intern(const attributes& a) { return a.size == 0 ? 0 : attributes_(a); }

  constexpr var constant(double value) {
    node n{&constant_op};
    n.value = value;
    return {*this, push(n)};
  }
  constexpr var input(const dims& shape, const leaf& l) {
    leaves_.push(l);
    node n{&input_op};
    n.shape = intern(shape);
    n.attr = leaves_.size() - 1;
    return {*this, push(n)};
  }
  /// The value of an extent, as a scalar; one leaf for each.
  constexpr var extent(int e) {
    for (const int id : extents_)
      if (leaf_of(id).index == e) return {*this, id};
    extents_.push(size());
    return input({}, {space::extent, e, false});
  }

  using interner<node>::size;
  constexpr const interner<node>& nodes() const { return *this; }
  constexpr const node& operator[](int id) const { return data_[id]; }
  /// A copy: tables move when they grow.
  constexpr dims shape_of(int id) const { return shapes_[data_[id].shape]; }
  constexpr const attributes& attributes_of(int id) const { return attributes_[data_[id].attr]; }
  constexpr const leaf& leaf_of(int id) const { return leaves_[data_[id].attr]; }
  /// The value is an index or a truth value, or a view of one.
  constexpr bool integer(int id) const {
    while (is_view(data_[id].op->kind)) id = data_[id].args[0];
    if (data_[id].op == &result_op) return is_count(id) || integer(value_inside(id));
    if (data_[id].op == &entry_op) return attributes_of(id).value[0] != 0;
    return data_[id].op == &input_op ? leaf_of(id).integer : data_[id].op->integer;
  }

  constexpr const interner<dims>& shapes() const { return shapes_; }
  constexpr const interner<attributes>& attribute_table() const { return attributes_; }
  constexpr const list<leaf>& leaves() const { return leaves_; }

  /// Records the first fault; construction goes on with whatever extents are at hand.
  constexpr void fail(rule r, const dims& a, const dims& b) {
    if (fault_.rule == rule::none) fault_ = {r, a, b, line};
  }
  constexpr const graph::fault& first_fault() const { return fault_; }

  /// Makes v an output, to be written to a place of its own or to the target.
  constexpr void output(var v, const target& to = {}) {
    outputs.push(v.id);
    targets.push(to);
  }

  /// A new region; its number.
  constexpr int open() {
    if (regions.empty()) regions.push({}); // number 0 is the program itself
    regions.push({});
    regions.back().parent = current_region;
    return regions.size() - 1;
  }
  /// What a run of region r is given: an element of an array, or a carry.
  constexpr var region_input(int r, const dims& shape, bool integer) {
    node n{&entry_op};
    n.shape = intern(shape), n.attr = intern(make_attributes(integer, size()));
    const int id = push(n);
    region_of_[id] = r;
    return {*this, id};
  }
  /// The region that a node belongs to.
  constexpr int region_of(int id) const { return id < region_of_.size() ? region_of_[id] : 0; }
  /// Moves the last node into a region that its operands do not tell.
  constexpr void settle(int id, int r) {
    if (const int before = region_of_[id]; before > 0) regions[before].nodes.pop();
    region_of_[id] = r;
    if (r > 0) regions[r].nodes.push(id);
  }
  /// The region in which values of two regions meet: the inner one, or the one that is being written.
  constexpr int meeting(int a, int b) const { return within(a, b) ? a : within(b, a) ? b : current_region; }
  list<graph::region> regions;
  int current_region = 0; ///< that is being written

  graph::extent_table extents;
  list<int> outputs;
  list<target> targets; ///< per output
  int draws = 0;        ///< of random numbers, so far, that were given no stream

  /// Says on which line of the source the operation stands that is about to be recorded.
  constexpr void note(int at) {
    if (!rules) line = at;
  }
  int line = 0; ///< of the operation that is being recorded
  bool rules =
      false; ///< what is recorded are derivatives by the rules of operations, whose lines are those of their nodes

private:
  constexpr bool is_count(int result) const {
    return static_cast<result_role>(attributes_of(result).value[0]) == result_role::runs;
  }
  /// What a run has of a result.
  constexpr int value_inside(int result) const {
    const graph::region& r = regions[data_[data_[result].args[0]].args[0]];
    const attributes& a = attributes_of(result);
    return static_cast<result_role>(a.value[0]) == result_role::stack ? r.stacks[a.value[1]].inside
                                                                      : r.carries[a.value[1]].inside;
  }
  constexpr bool within(int inner, int outer) const {
    while (inner > outer) inner = regions[inner].parent;
    return inner == outer;
  }
  constexpr int entered(int id) {
    if (id >= region_of_.size()) enter(id);
    return id;
  }
  constexpr void enter(int id) {
    while (region_of_.size() <= id) region_of_.push(0);
    const node& n = data_[id];
    int r = n.op->random ? current_region : 0;
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) r = meeting(region_of_[n.args[i]], r);
    settle(id, r);
  }

  interner<dims> shapes_;
  interner<attributes> attributes_;
  list<int> region_of_; ///< per node, once there are regions
  list<leaf> leaves_;
  list<int> extents_; ///< nodes that stand for extents
  graph::fault fault_;
};

constexpr dims var::shape() const { return is_number() ? dims{} : tape->shape_of(id); }
constexpr int var::rank() const { return shape().rank; }
constexpr var::operator bool() const {
  if (is_number()) return number != 0;
  tape->fail(rule::branch, shape(), {});
  return false;
}
constexpr int var::extent(int axis) const { return shape()[axis < 0 ? axis + rank() : axis]; }

/// at_line(x, line): the tape of x; an operation written on this line of the source is about to be recorded.
constexpr tape& at_line(var x, int line) {
  if (x.tape == nullptr) throw value_error("operation", "it needs an argument of the function, not a plain number");
  x.tape->note(line);
  return *x.tape;
}

/// node_view: a node with its surroundings, as the rules of an operation see it.
struct node_view {
  graph::tape* tape;
  int id;
  graph::node node; // a copy: the tape grows while rules run

  constexpr node_view(graph::tape& t, int i) : tape(&t), id(i), node(t[i]) {}
  constexpr var result() const { return {*tape, id}; }
  constexpr var arg(int i) const { return {*tape, node.args[i]}; }
  constexpr dims shape() const { return tape->shape_of(id); }
  constexpr graph::attributes attributes() const { return tape->attribute_table()[node.attr]; }

  constexpr int attr(int i) const { return tape->attribute_table()[node.attr].value[i]; }
};

/// pullback: the cotangent of a node, and the contributions that its rule makes to the operands.
struct pullback {
  var ybar;
  bool wanted[4]{};
  var contribution[4]{};
};

/// pushforward: the tangents of a node's operands; one that does not exist is zero.
struct pushforward {
  var dx[4]{};
};

} // namespace fluxpp::inline v0_1::graph
