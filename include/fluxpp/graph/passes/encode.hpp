// SPDX-License-Identifier: MIT
#pragma once
// Canonical kernels: a fused loop as a sequence of words, so that equal loops share one instantiation.
#include "fluxpp/graph/passes/fuse.hpp"

#include <cstdint>

namespace fluxpp::inline v0_1::graph {

/// coded_operation: one operation of a loop: its position in the list of elementwise operations, or -1 - k for the k-th
/// operation of the user; operands numbered: operands in memory, then results of earlier operations.
struct coded_operation {
  int op = 0;
  int args[3]{};
};
/// coded_output: the value stored; folded how (fold::none: not at all); whether the innermost axis is folded.
struct coded_output {
  int value = 0;
  graph::fold fold = fold::none;
  bool inner = false;
};

/// loop_code: a loop as words: the counts, the operands that are constant along the innermost axis as bits, then one word
/// for every operation and every output.
struct loop_code {
  using word = long long;
  const word* code;

  /// The loop has one element.
  constexpr bool single() const { return (code[0] & 1) != 0; }
  constexpr int inputs() const { return field(code[0], 1, 7); }
  constexpr int operations() const { return field(code[0], 8, value_bits); }
  constexpr int outputs() const { return field(code[0], 8 + value_bits, value_bits); }
  constexpr bool repeated(int input) const { return (code[1] >> input & 1) != 0; }
  constexpr coded_operation operation(int i) const {
    const word c = code[2 + i];
    return {static_cast<std::int16_t>(field(c, 0, 16)), {argument(c, 0), argument(c, 1), argument(c, 2)}};
  }
  constexpr coded_output output(int i) const {
    const word c = code[2 + operations() + i];
    return {field(c, 4, value_bits), static_cast<graph::fold>(field(c, 1, 3)), (c & 1) != 0};
  }

  static constexpr word counts(bool single, int inputs, int operations, int outputs) {
    return word{single} | word{inputs} << 1 | word{operations} << 8 | word{outputs} << (8 + value_bits);
  }
  static constexpr word of(const coded_operation& o) {
    word c = o.op & 0xffff;
    for (int i = 0; i < 3; ++i) c |= word{o.args[i]} << (16 + i * value_bits);
    return c;
  }
  static constexpr word of(const coded_output& o) {
    return word{o.inner} | static_cast<word>(o.fold) << 1 | word{o.value} << 4;
  }

private:
  static constexpr int value_bits = 10; ///< of the number of an operand or a result
  static constexpr int field(word c, int first, int bits) { return static_cast<int>(c >> first & ((1 << bits) - 1)); }
  static constexpr int argument(word c, int i) { return field(c, 16 + i * value_bits, value_bits); }
  static_assert(most_operations + most_inputs + 3 < 1 << value_bits && most_inputs + 3 < 64);
};

/// codes: all loops' codes one after the other; the distinct ones are kernels.
struct codes {
  list<loop_code::word> values;
  list<int> first;  ///< per kernel
  list<int> length; ///< per kernel
  list<int> kernel; ///< per step; -1 for a step with a kernel of its own
  list<const custom_kernels*> users;
};

constexpr int innermost_axis(const plan_step& step) {
  int axis = -1;
  for (int i = 0; i < max_rank; ++i)
    if (step.starts >> i & 1u) axis = i;
  return axis;
}

constexpr int user_code(codes& c, const custom_kernels* k) {
  for (int i = 0; i < c.users.size(); ++i)
    if (c.users[i] == k) return -1 - i;
  c.users.push(k);
  return -c.users.size();
}

/// encoder: writes the codes of one program's loops.
class encoder {
public:
  constexpr encoder(const staged_view& s, const fused_view& f, int (*code_of)(const op_info*))
      : s_(s), f_(f), code_of_(code_of) {
    number_.assign(s.g.count.nodes, 0);
  }
  /// Appends the code of loop number `at`.
  constexpr void operator()(int at, codes& c) {
    const plan_step& step = f_.steps[at];
    const int inner = innermost_axis(step), counts = c.values.size();
    c.values.push(0);
    c.values.push(number_operands(step, inner));
    int operations = 0;
    for (int m = 0; m < step.members; ++m) {
      const int id = f_.members[step.first_member + m];
      if (s_.g.kind_of(id) != kind::elementwise) {
        number_[id] = number(at, s_.g[id].args[0]);
        continue;
      }
      c.values.push(loop_code::of(operation(at, id, c)));
      number_[id] = step.inputs + operations++;
    }
    for (int i = 0; i < step.outputs; ++i)
      c.values.push(loop_code::of(output(f_.outputs[step.first_output + i], inner)));
    c.values[counts] = loop_code::counts(inner < 0, step.inputs, operations, step.outputs);
  }

private:
  /// Numbers the operands in memory; those that are constant along the innermost axis, as bits.
  constexpr loop_code::word number_operands(const plan_step& step, int inner) {
    loop_code::word constant = 0;
    for (int i = 0; i < step.inputs; ++i) {
      const int source = f_.inputs[step.first_input + i].source;
      number_[source] = i;
      if (inner >= 0 && repeated(s_.g.shape_of(source), s_.g.shapes[step.shape], inner))
        constant |= loop_code::word{1} << i;
    }
    return constant;
  }
  /// The number of operand a in loop `at`: a result of the loop, or in memory.
  constexpr int number(int at, int a) const { return number_[f_.step_of[a] == at ? a : memory_source(s_, a)]; }

  constexpr coded_operation operation(int at, int id, codes& c) const {
    const node& n = s_.g[id];
    coded_operation o{code_of_(n.op)};
    if (o.op < 0) o.op = user_code(c, n.op->custom);
    for (int i = 0; i < n.op->arity; ++i) o.args[i] = number(at, n.args[i]);
    return o;
  }
  constexpr coded_output output(int id, int inner) const {
    if (s_.g.kind_of(id) != kind::reduction) return {number_[id]};
    const bool folds = inner >= 0 && (s_.g.attributes_of(id).value[0] >> inner & 1) != 0;
    return {number_[id], s_.g[id].op->fold, folds};
  }

  const staged_view& s_;
  const fused_view& f_;
  int (*code_of_)(const op_info*);
  list<int> number_; ///< per node, valid for the operands and members of one loop at a time
};

/// kernel_table: finds a code among the kernels seen so far; codes are compared only when their hashes agree.
class kernel_table {
public:
  constexpr explicit kernel_table(int steps) {
    int slots = 16;
    while (slots < 2 * steps) slots *= 2;
    kernel_.assign(slots, -1);
    hash_.assign(slots, 0);
  }
  /// The kernel whose code stands at the end of c.values from `first` on; a new one, or an old one and the code is taken back.
  constexpr int operator()(codes& c, int first) {
    const int length = c.values.size() - first, mask = kernel_.size() - 1;
    unsigned h = static_cast<unsigned>(length);
    for (int i = first; i < c.values.size(); ++i)
      h = mix(mix(h, static_cast<unsigned>(c.values[i])), static_cast<unsigned>(c.values[i] >> 32));
    int at = static_cast<int>(h) & mask;
    for (; kernel_[at] >= 0; at = (at + 1) & mask)
      if (hash_[at] == h && same(c, kernel_[at], first, length)) {
        c.values.shrink(first);
        return kernel_[at];
      }
    hash_[at] = h;
    c.first.push(first);
    c.length.push(length);
    return kernel_[at] = c.first.size() - 1;
  }

private:
  static constexpr bool same(const codes& c, int kernel, int first, int length) {
    if (c.length[kernel] != length) return false;
    for (int i = 0; i < length; ++i)
      if (c.values[c.first[kernel] + i] != c.values[first + i]) return false;
    return true;
  }
  list<int> kernel_;
  list<unsigned> hash_;
};

/// encode(s, f, code_of): the codes of all loops; equal ones are one kernel.
constexpr codes encode(const staged_view& s, const fused_view& f, int (*code_of)(const op_info*)) {
  codes c;
  encoder encode_loop(s, f, code_of);
  kernel_table kernel(f.step_count);
  for (int at = 0; at < f.step_count; ++at) {
    if (f.steps[at].op != nullptr) {
      c.kernel.push(-1);
      continue;
    }
    const int first = c.values.size();
    encode_loop(at, c);
    c.kernel.push(kernel(c, first));
  }
  return c;
}

} // namespace fluxpp::inline v0_1::graph
