// SPDX-License-Identifier: MIT
#pragma once
// Regions on a tape: how they are built, what they read from outside, and their results.
#include "fluxpp/graph/tape.hpp"

namespace fluxpp::inline v0_1::graph {

/// What a region has again where its nodes use it: a number, the value of an extent.
constexpr bool is_number(const tape& t, int id) {
  return t[id].op == &constant_op || (t[id].op == &input_op && t.leaf_of(id).space == space::extent);
}

constexpr list<int> captures(const tape& t, int r, bool views = false);

/// each_operand(t, id, f): f(a) for the nodes that node id reads; of a region, what its runs read, too, and the entries that
/// it finds again.
template <class F> constexpr void each_operand(const tape& t, int id, const F& f) {
  const node& n = t[id];
  for (int i = 0; i < n.op->arity; ++i)
    if (n.args[i] >= 0) f(n.args[i]);
  if (n.op->kind != kind::region) return;
  const region& r = t.regions[n.args[0]];
  if (r.most >= 0) f(r.most);
  for (const region::carry& c : r.carries) f(c.initial);
  for (const region::slice& s : r.slices) {
    f(s.array);
    if (s.index >= 0) f(s.index);
  }
  for (const int a : captures(t, n.args[0], true)) f(a);
}

/// needed_in(t, r): the nodes of region r that its outputs need, in order; derivatives leave others behind.
constexpr list<int> needed_in(const tape& t, int r) {
  const region& of = t.regions[r];
  list<bool> needed(t.size());
  for (const region::carry& c : of.carries)
    if (c.next >= 0) needed[c.next] = true;
  for (const region::stack& s : of.stacks) needed[s.inside] = true;
  if (of.again >= 0) needed[of.again] = true;
  for (int i = of.nodes.size() - 1; i >= 0; --i)
    if (needed[of.nodes[i]]) each_operand(t, of.nodes[i], [&](int a) { needed[a] = true; });
  list<int> out;
  for (const int id : of.nodes)
    if (needed[id]) out.push(id);
  return out;
}

/// captures(t, r): the nodes outside region r that its outputs need, each once; views are parts of their readers, and are
/// among them where that is asked.
constexpr list<int> captures(const tape& t, int r, bool views) {
  list<int> out;
  list<bool> seen(t.size());
  const auto visit = [&](int a) {
    for (; is_view(t[a].op->kind) && t.region_of(a) != r; a = t[a].args[0])
      if (views && !seen[a]) seen[a] = true, out.push(a);
    if (t.region_of(a) == r || seen[a] || is_number(t, a)) return;
    seen[a] = true;
    out.push(a);
  };
  for (const int id : needed_in(t, r)) each_operand(t, id, visit);
  return out;
}

/// What a run of region r has of a carry that is first `initial`.
constexpr var add_carry(tape& t, int r, var initial) {
  const var x = t.region_input(r, initial.shape(), t.integer(initial.id));
  t.regions[r].carries.push({x.id, initial.id});
  return x;
}
/// How many columns region r takes of an array, one by one; 0 where it takes elements.
constexpr int columns_of(const tape& t, int r, int array) {
  const dims shape = t.shape_of(array);
  return t.regions[r].blocks && shape.rank > 1 ? t.extents.resolve(shape[1]) : 0;
}

/// What a run of region r has of an array: one element of its leading axis. Of blocks of rows it has a column, and the
/// index says which rows there are.
constexpr var add_slice(tape& t, int r, var array, int column = 0, int index = -1) {
  const bool blocks = t.regions[r].blocks;
  for (const region::slice& s : t.regions[r].slices)
    if (blocks && s.array == array.id && s.index == index && s.column == column) return {t, s.inside};
  dims shape;
  if (blocks) shape = make_dims(t.extents.symbol(block_symbol));
  for (int a = 1; a < array.rank() && !blocks; ++a) shape = shape.with(array.shape()[a]);
  const int first = t.regions[r].slices.size(), columns = columns_of(t, r, array.id);
  for (int c = 0; c == 0 || c < columns; ++c) {
    const var x = t.region_input(r, shape, t.integer(array.id));
    t.regions[r].slices.push({x.id, array.id, index, c});
  }
  return {t, t.regions[r].slices[first + column].inside};
}
/// What region `of` had on entry of a run as carry i, which the executor finds again if both regions stand in one block.
constexpr var add_rewound(tape& t, int r, var entries) {
  const var x = add_slice(t, r, entries);
  t.regions[r].slices.back().rewound = true;
  return x;
}
/// Whether node id has the carries on entry of the runs of a region that is rewound.
constexpr bool found_again(const tape& t, int id) {
  return t[id].op == &result_op && static_cast<result_role>(t.attributes_of(id).value[0]) == result_role::entries &&
         t.regions[t[t[id].args[0]].args[0]].rewinds;
}
/// Whether a slice of region r is found again, not read.
constexpr bool rewound(const tape& t, const region& r, const region::slice& s) {
  return s.rewound && found_again(t, s.array) && t.region_of(t[s.array].args[0]) == t.region_of(r.node);
}
/// Ends the building of region r, which runs so many times.
constexpr void close(tape& t, int r, int runs) {
  node n{&region_op, {r, -1, -1, -1}, t.intern(dims{}.with(runs))};
  n.line = t.line;
  const int id = t.push(n);
  t.regions[r].node = id;
  int outside = 0;
  each_operand(t, id, [&](int a) { outside = t.meeting(t.region_of(a), outside); });
  t.settle(id, outside);
}

/// A result of region r, as a value of its own.
constexpr var result_of(tape& t, int r, result_role role, int which) {
  region& from = t.regions[r];
  int& known = role == result_role::runs    ? from.runs
               : role == result_role::stack ? from.stacks[which].result
               : role == result_role::last  ? from.carries[which].last
                                            : from.carries[which].entries;
  if (known >= 0) return {t, known};
  dims shape = t.shape_of(from.node), each; // the runs
  const int columns = role == result_role::stack ? from.stacks[which].columns : 0;
  if (role == result_role::last || role == result_role::runs) shape = {};
  if (role == result_role::stack && from.blocks) each = columns > 0 ? make_dims(columns) : dims{};
  else if (role != result_role::runs)
    each = t.shape_of(role == result_role::stack ? from.stacks[which].inside : from.carries[which].inside);
  for (int a = 0; a < each.rank; ++a) shape = shape.with(each[a]);
  node n{&result_op, {from.node, -1, -1, -1}, t.intern(shape)};
  n.attr = t.intern(make_attributes(static_cast<int>(role), which));
  n.line = t[from.node].line;
  known = t.push(n);
  for (int c = 1; c < columns; ++c) from.stacks[which + c].result = known;
  return {t, known};
}

} // namespace fluxpp::inline v0_1::graph
