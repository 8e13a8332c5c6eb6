// SPDX-License-Identifier: MIT
#pragma once
// Sums of products over the runs of a region as one product behind it: the gradients of the matrices that runs share.
#include "fluxpp/graph/regions.hpp"
#include "fluxpp/ops/matmul.hpp"

namespace fluxpp::inline v0_1::autodiff {

/// postponed<Region>: cotangents of a region's captures that are sums over runs of a' b, where a and b change from run to
/// run. The region hands out a and b of all runs instead of adding up products, and one product contracts runs and rows.
/// Region is a derived_region.
template <class Region> class postponed {
public:
  constexpr postponed(graph::tape& t, Region& region) : t_(t), region_(region) {}

  /// Takes the cotangent `each` that a run adds to that of `of`, if it is such a product.
  constexpr bool take(int of, var each) {
    const graph::node n = t_[each.id];
    if (n.op != &ops::info<ops::matmul> || !suits(each)) return false;
    sums_.push({of, n.args[0], n.args[1], collect(n.args[0]), collect(n.args[1])});
    return true;
  }
  /// add(of, cotangent) for each, when the region is written.
  template <class Add> constexpr void each(int written, const Add& add) {
    for (const sum& s : sums_)
      add(s.of, ops::matmul::apply(rows_of(s.a, s.in_a, written), rows_of(s.b, s.in_b, written), true, false));
  }

private:
  /// Sums over the rows of both operands, which take less room than what they are summed to.
  constexpr bool suits(var each) const {
    if (region_.ends_early()) return false; // what runs that are missing read is no zero
    const graph::node n = t_[each.id];
    const graph::attributes& transposed = t_.attributes_of(each.id);
    if (transposed.value[0] == 0 || transposed.value[1] != 0 || region_.recomputes()) return false;
    if (!region_.written(n.args[0]) || !region_.written(n.args[1])) return false;
    const dims a = t_.shape_of(n.args[0]), b = t_.shape_of(n.args[1]);
    const long rows = t_.extents.resolve(a[0]), m = t_.extents.resolve(a[1]), n_ = t_.extents.resolve(b[1]);
    return rows < 0 || m < 0 || n_ < 0 || rows * (m + n_) <= 2 * m * n_;
  }
  /// Which stack of the draft has this node; -1 if the runs of the primal keep it.
  constexpr int collect(int id) {
    if (region_.kept(id)) return -1;
    list<graph::region::stack>& stacks = t_.regions[region_.draft].stacks;
    for (int i = 0; i < stacks.size(); ++i)
      if (stacks[i].inside == id) return i;
    stacks.push({id});
    return stacks.size() - 1;
  }
  /// The rows of a node in all runs, one below the other.
  constexpr var rows_of(int id, int stack, int written) {
    const var all =
        stack < 0 ? region_.kept_array(id) : graph::result_of(t_, written, graph::result_role::stack, stack);
    const dims d = all.shape();
    return ops::reshape::apply(all, make_dims(ops::element_count(t_, make_dims(d[0], d[1])), d[2]));
  }

  struct sum {
    int of, a, b, in_a, in_b; ///< in_a, in_b: as collect says
  };
  graph::tape& t_;
  Region& region_;
  list<sum> sums_;
};

} // namespace fluxpp::inline v0_1::autodiff
