// SPDX-License-Identifier: MIT
#pragma once
// Canonical kernels: a fused loop as a sequence of ints, so that equal loops share one instantiation.
#include "fluxpp/graph/passes/fuse.hpp"

namespace fluxpp::inline v0_1::graph {

// The code of a loop:
//   scalar                      1 when the loop has one element
//   n, n x repeated             operands: 1 when the operand is constant along the innermost axis
//   m, m x (op, a, b, c)        operations: code in the list of elementwise operations, or -1 - k for the k-th operation
//                               of the user; operands numbered: memory operands, then results
//   r, r x (value, fold, inner) results: value stored; fold as in graph::fold; inner = 1 when the innermost axis is folded

/// codes: all loops' codes one after the other; the distinct ones are kernels.
struct codes {
  list<int> values;
  list<int> first;   ///< per kernel
  list<int> length;  ///< per kernel
  list<int> kernel;  ///< per step; -1 for a step with a kernel of its own
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

/// Numbers of values inside one loop.
struct numbering {
  const staged_view& s;
  const fused& f;
  const plan_step& step;
  int at;
  list<int>& value_of;  ///< per node of the program, valid for members of this loop

  constexpr int operator()(int a) const {
    if (a < 0) return 0;
    if (f.step_of[a] == at) return value_of[a];
    const input_ref ref = memory_operand(s, a);
    for (int i = 0; i < step.inputs; ++i)
      if (f.inputs[step.first_input + i] == ref) return i;
    return -1;
  }
};

constexpr void encode_step(const staged_view& s, const fused& f, int at, int (*code_of)(const op_info*),
                           list<int>& value_of, codes& c, list<int>& out) {
  const plan_step& step = f.steps[at];
  const dims& space = s.g.shapes[step.shape];
  const int inner = innermost_axis(step);
  out.push(inner < 0 ? 1 : 0);
  out.push(step.inputs);
  for (int i = 0; i < step.inputs; ++i) {
    const dims& d = s.g.shape_of(f.inputs[step.first_input + i].source);
    out.push(inner < 0 || repeated(d, space, inner) ? 1 : 0);
  }
  const int count_at = out.size();
  out.push(0);
  const numbering number{s, f, step, at, value_of};
  for (int m = 0; m < step.members; ++m) {
    const int id = f.members[step.first_member + m];
    const node& n = s.g[id];
    if (n.op->kind != kind::elementwise) {
      value_of[id] = number(n.args[0]);
      continue;
    }
    const int code = code_of(n.op);
    const int a = number(n.args[0]), b = number(n.args[1]), d = number(n.args[2]);
    out.push(code >= 0 ? code : user_code(c, n.op->custom));
    out.push(a), out.push(b), out.push(d);
    value_of[id] = step.inputs + out[count_at]++;
  }
  out.push(step.outputs);
  for (int i = 0; i < step.outputs; ++i) {
    const int id = f.outputs[step.first_output + i];
    const bool folds = s.g.kind_of(id) == kind::reduction;
    out.push(value_of[id]);
    out.push(folds ? static_cast<int>(s.g[id].op->fold) : 0);
    out.push(folds && inner >= 0 && (s.g.attributes_of(id).value[0] >> inner & 1) ? 1 : 0);
  }
}

/// encode(s, f, code_of): the codes of all loops; equal ones are one kernel.
constexpr codes encode(const staged_view& s, const fused& f, int (*code_of)(const op_info*)) {
  codes c;
  list<int> value_of, hashes, code;
  value_of.assign(s.g.count.nodes, -1);
  for (int at = 0; at < f.steps.size(); ++at) {
    if (f.steps[at].op != nullptr) {
      c.kernel.push(-1);
      continue;
    }
    code.assign(0, 0);
    encode_step(s, f, at, code_of, value_of, c, code);
    unsigned h = 0;
    for (int v : code) h = mix(h, static_cast<unsigned>(v));
    int found = -1;
    for (int k = 0; k < hashes.size() && found < 0; ++k) {
      if (hashes[k] != static_cast<int>(h) || c.length[k] != code.size()) continue;
      found = k;
      for (int i = 0; i < code.size(); ++i)
        if (c.values[c.first[k] + i] != code[i]) found = -1;
    }
    if (found < 0) {
      found = hashes.size();
      hashes.push(static_cast<int>(h));
      c.first.push(c.values.size());
      c.length.push(code.size());
      c.values.append(code);
    }
    c.kernel.push(found);
  }
  return c;
}

}  // namespace fluxpp::inline v0_1::graph
