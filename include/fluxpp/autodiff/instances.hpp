// SPDX-License-Identifier: MIT
#pragma once
// Jacobians of results that map_instances gave: their pattern is known from the indices, their values are one program.
#include "fluxpp/autodiff/regions.hpp"
#include "fluxpp/autodiff/sparsity.hpp"
#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/ops/concat.hpp"

namespace fluxpp::inline v0_1::autodiff {

/// instance_maps: the maps that a result consists of, one after the other, if it consists of nothing else, and each depends
/// on x by rows of arrays in x alone.
class instance_maps {
public:
  struct map {
    int region, first, results; ///< numbers for each row, as consecutive stacks of the region
  };

  constexpr instance_maps(graph::tape& t, var y, const list<var>& x)
      : t_(t), x_(x), depends_(reached_from(t, t.size() - 1, x)), whole_(collect(y.id)) {
    if (!whole_) maps_.shrink(0);
  }
  constexpr const list<map>& maps() const { return maps_; }
  /// The position of an array in x, or -1.
  constexpr int position(int array) const {
    for (int i = 0; i < x_.size(); ++i)
      if (x_[i].id == array) return i;
    return -1;
  }
  /// The derivatives of all results of a map by the elements of all rows that they depend on: a row for each row.
  constexpr var jacobian(const map& m) const {
    const graph::region of = t_.regions[m.region]; // a copy: regions move when there are more
    derived_region d(t_, m.region);
    list<var> x, derivatives;
    for (const graph::region::slice& s : of.slices)
      if (position(s.array) >= 0) x.push({t_, s.inside});
    for (int i = 0; i < m.results; ++i) {
      const var y(t_, of.stacks[m.first + i].inside);
      const list<var> g = adjoint(t_, list_of(y), list_of(ops::broadcast_to(t_.constant(1), y.shape())), x);
      for (int j = 0; j < x.size(); ++j) derivatives.push(or_zero(g[j], x[j]));
    }
    stack_columns(t_, d.draft, derivatives.begin(), derivatives.begin(), derivatives.size());
    return graph::result_of(t_, d.write(false), graph::result_role::stack, 0);
  }

private:
  constexpr bool collect(int id) {
    const graph::node n = t_[id];
    if (n.op->kind == graph::kind::reshape) return collect(n.args[0]);
    if (n.op == &ops::info<ops::concat<2>> || n.op == &ops::info<ops::concat<3>> ||
        n.op == &ops::info<ops::concat<4>>) {
      bool all = t_.attributes_of(id).value[0] == 0;
      for (int i = 0; i < n.op->arity; ++i) all = all && collect(n.args[i]);
      return all;
    }
    return n.op == &graph::result_op && is_map(t_[n.args[0]].args[0], t_.attributes_of(id));
  }
  constexpr bool is_map(int r, const graph::attributes& result) {
    const graph::region& of = t_.regions[r];
    if (!of.blocks || static_cast<graph::result_role>(result.value[0]) != graph::result_role::stack) return false;
    bool any = false;
    for (const graph::region::slice& s : of.slices) {
      if (position(s.array) < 0 && depends_[s.array]) return false;
      any = any || position(s.array) >= 0;
    }
    for (const int a : graph::captures(t_, r))
      if (depends_[a]) return false;
    const graph::region::stack& first = of.stacks[result.value[1]];
    maps_.push({r, result.value[1], first.columns > 0 ? first.columns : 1});
    return any;
  }

  graph::tape& t_;
  const list<var>& x_;
  list<bool> depends_;
  list<map> maps_;
  bool whole_;
};

/// The Jacobian of so many maps is computed as one program.
inline constexpr int most_maps = 8;

/// instance_pattern: what a Jacobian of maps has where.
struct instance_pattern {
  static constexpr int most_wanted = 16;
  struct array {
    int wanted, index, columns; ///< which of the wanted arguments; the position of the one that names rows, or -1
  };
  struct map {
    static constexpr int most_arrays = 16;
    int results = 0, arrays = 0, width = 0; ///< entries in the row of a result
    array of[most_arrays]{};
  };
  int maps = 0, wanted = 0;
  map of[most_maps]{};
  int argument[most_wanted]{}; ///< positions of the wanted arguments
};

/// The argument that node id is, or -1.
constexpr int argument_at(const graph::tape& t, int id) {
  return t[id].op == &graph::input_op && t.leaf_of(id).space == graph::space::argument ? t.leaf_of(id).index : -1;
}
/// The node of an argument, or -1.
constexpr int argument_node(const graph::tape& t, int argument) {
  for (int id = 0; id < t.size(); ++id)
    if (argument_at(t, id) == argument) return id;
  return -1;
}
/// instance_pattern_of<Program, Wrt>(): the pattern of the program of a function by the arguments at the positions in Wrt;
/// without maps where it is not known from indices among the arguments.
template <class Program, int... Wrt> constexpr instance_pattern instance_pattern_of() {
  graph::tape t;
  Program::trace(t);
  list<var> x;
  (x.push({t, argument_node(t, Wrt)}), ...);
  if (x.size() > instance_pattern::most_wanted) return {};
  const instance_maps maps(t, {t, t.outputs[0]}, x);
  instance_pattern p;
  ((p.argument[p.wanted++] = Wrt), ...);
  for (const instance_maps::map& m : maps.maps()) {
    if (p.maps == most_maps) return {};
    instance_pattern::map& to = p.of[p.maps++];
    to.results = m.results;
    for (const graph::region::slice& s : t.regions[m.region].slices) {
      if (s.column > 0 || maps.position(s.array) < 0) continue;
      const int columns = graph::columns_of(t, m.region, s.array);
      const int index = s.index < 0 ? -1 : argument_at(t, s.index);
      if ((s.index >= 0 && index < 0) || to.arrays == instance_pattern::map::most_arrays) return {};
      to.of[to.arrays++] = {maps.position(s.array), index, columns > 0 ? columns : 1};
      to.width += columns > 0 ? columns : 1;
    }
  }
  return p;
}

/// instance_jacobian: arguments are those of F, then an array for the values of each map, which are written there.
template <class F, text... Wrt> struct instance_jacobian_transform {
  using function = F;
  template <int N> static constexpr int from_function = N + most_maps;
  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> primals, out;
    for (int i = 0; i < N - most_maps; ++i) primals.push(args[i]);
    const list<var> x = chosen(primals, positions<F, N - most_maps, Wrt...>());
    const instance_maps maps(t, graph::call<F, N - most_maps>(t, primals), x);
    for (const instance_maps::map& m : maps.maps()) out.push(maps.jacobian(m));
    return out;
  }
  template <int N> static constexpr graph::target target(int output) {
    return {graph::space::argument, N - most_maps + output};
  }
  template <class T, int N, class Get> static constexpr auto results(const Get&) { return 0; }
};

} // namespace fluxpp::inline v0_1::autodiff
