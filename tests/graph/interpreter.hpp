// SPDX-License-Identifier: MIT
#pragma once
// Runs a plan with plain loops: codes of loops, places in the workspace, axes and masks are taken from the plan alone.
#include "planned.hpp"

#include "fluxpp/eval/reference.hpp"

#include <limits>
#include <vector>

namespace graph_tests {

using numbers = std::vector<double>;

/// interpreter: one evaluation of a plan; the workspace begins as NaN.
class interpreter {
public:
  interpreter(const planned& p, int n, const std::vector<numbers>& arguments) : p_(p), n_(n), arguments_(arguments) {
    const graph::amount& a = p.places.arena;
    fixed_.assign(at(a.fixed), not_a_number);
    batch_.assign(at(a.per_batch * n), not_a_number);
    for (int i = 0; i < p.places.constants.size(); ++i) constants_.push_back(p.places.constants[i]);
    for (int i = 0; i < p.steps.steps.size(); ++i)
      p.steps.steps[i].op == nullptr ? run_loop(i) : run_step(p.steps.steps[i].node);
  }

  numbers value(int output) {
    const int id = p_.view().outputs[output];
    const double* from = address(id);
    return {from, from + p_.elements(p_.view().shape_of(id), n_)};
  }

private:
  static constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  static std::size_t at(long i) { return static_cast<std::size_t>(i); }
  dims shape(int id) const { return numbered(p_.view().shape_of(id)); }
  dims numbered(dims d) const {
    for (int i = 0; i < d.rank; ++i) d[i] = p_.number(d[i], n_);
    return d;
  }

  double* address(int id) {
    const graph::location& w = p_.places.of[p_.owner(id)];
    if (w.space == graph::space::constant) return &constants_[at(w.index)];
    if (w.space == graph::space::argument) return arguments_[at(w.index)].data();
    if (w.space == graph::space::extent) return &(extent_ = p_.number(w.index, n_));
    return w.offset.fixed >= 0 ? fixed_.data() + w.offset.fixed : batch_.data() + w.offset.per_batch * n_;
  }
  double read(int source, const std::vector<int>& index, int rank) {
    return address(source)[fx::eval::offset_of(index, rank, shape(source))];
  }

  static double apply(int code, const double* x) {
    double y = not_a_number;
    auto try_one = [&]<class Op>() {
      if (code_of(&fx::ops::info<Op>) == code) y = fx::ops::info<Op>.evaluate(x);
    };
    [&]<class... Op>(fx::ops::op_list<Op...>) {
      (try_one.template operator()<Op>(), ...);
    }(fx::ops::elementwise_list{});
    return y;
  }

  void run_loop(int number) {
    const graph::plan_step& step = p_.steps.steps[number];
    const graph::loop_code code = p_.code_of_kernel(p_.codes.kernel[number]);
    const dims space = numbered(p_.view().shapes[step.shape]);
    std::vector<numbers> folded;
    for (int o = 0; o < step.outputs; ++o)
      folded.emplace_back(at(p_.elements(p_.view().shape_of(p_.steps.outputs[step.first_output + o]), n_)),
                          neutral(code.output(o).fold));
    std::size_t element = 0;
    fx::eval::for_each_index(space, [&](const std::vector<int>& index) {
      numbers v;
      for (int i = 0; i < step.inputs; ++i)
        v.push_back(read(p_.steps.inputs[step.first_input + i].source, index, space.rank));
      for (int i = 0; i < code.operations(); ++i) {
        const graph::coded_operation o = code.operation(i);
        const double x[3]{v[at(o.args[0])], v[at(o.args[1])], v[at(o.args[2])]};
        v.push_back(apply(o.op, x));
      }
      for (int o = 0; o < step.outputs; ++o) {
        const int id = p_.steps.outputs[step.first_output + o];
        const graph::coded_output result = code.output(o);
        const double y = v[at(result.value)];
        if (result.fold == graph::fold::none) address(id)[element] = y;
        else fold(result.fold, folded[at(o)][place_in_result(id, index, space)], y);
      }
      ++element;
    });
    for (int o = 0; o < step.outputs; ++o)
      if (code.output(o).fold != graph::fold::none)
        std::copy(folded[at(o)].begin(), folded[at(o)].end(), address(p_.steps.outputs[step.first_output + o]));
  }
  std::size_t place_in_result(int id, std::vector<int> index, dims space) const {
    const int mask = p_.view().attributes_of(id).value[0];
    for (int axis = 0; axis < space.rank; ++axis)
      if (mask >> axis & 1) index[at(axis)] = 0, space[axis] = 1;
    return fx::eval::offset_of(index, space.rank, space);
  }
  static double neutral(graph::fold fold) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    return fold == graph::fold::max ? -inf : fold == graph::fold::min ? inf : fold == graph::fold::prod ? 1 : 0;
  }
  static void fold(graph::fold kind, double& sum, double x) {
    if (kind == graph::fold::sum) sum += x;
    else if (kind == graph::fold::prod) sum *= x;
    else if (x != x || (kind == graph::fold::max ? x > sum : x < sum)) sum = x;
  }

  void run_step(int id) {
    const graph::node& n = p_.view()[id];
    fx::kernels::step_args<double> args;
    args.out = address(id), args.shape = shape(id), args.attr = p_.view().attributes_of(id);
    for (int i = 0; i < n.op->arity; ++i) args.in[i] = address(n.args[i]), args.in_shape[i] = shape(n.args[i]);
    auto try_one = [&]<class Op>() {
      if (n.op != &fx::ops::info<Op>) return;
      numbers scratch(fx::kernels::step<Op>::template scratch<double>(args));
      args.scratch = scratch.data();
      fx::kernels::step<Op>::template run<double>(args);
    };
    [&]<class... Op>(fx::ops::op_list<Op...>) { (try_one.template operator()<Op>(), ...); }(fx::ops::step_list{});
  }

  const planned& p_;
  int n_;
  std::vector<numbers> arguments_;
  numbers fixed_, batch_, constants_;
  double extent_ = 0;
};

} // namespace graph_tests
