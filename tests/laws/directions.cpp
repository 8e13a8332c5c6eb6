// SPDX-License-Identifier: MIT
// The law of many directions over every operation: derivatives along several at once are those along each.
#include "laws/cases.hpp"

#include "fluxpp/autodiff/directional.hpp"

namespace {

using namespace laws;
constexpr int directions = 3;

/// A function of a direction, recorded once for each row of the seeds, and at once for all of them.
struct both_ways {
  vars each;
  var all;

  template <class Of> both_ways(fx::graph::tape& t, const vars& x, const vars& s, const Of& of) {
    all = fx::autodiff::along(t, x, s, of);
    for (int k = 0; k < directions; ++k) {
      vars dx, rows;
      for (int i = 0; i < x.size(); ++i) dx.push(fx::autodiff::direction_at(s[i], k, x[i].shape()));
      for (const var& y : of(dx)) rows.push(fx::autodiff::row_of(y));
      each.push(fx::concat(rows, 1));
    }
  }
  void check(const fx::eval::reference<double>& r) const {
    numbers one_by_one;
    for (const var& v : each) one_by_one.insert(one_by_one.end(), r.value(v).begin(), r.value(v).end());
    CHECK(worst(r.value(all), one_by_one) <= 1e-13);
  }
};

vars matrices_of(fx::graph::tape& t, const vars& x) {
  vars s;
  for (const var& v : x) s.push(leaf(t, make_dims(directions, fx::ops::element_count(t, v.shape()))));
  return s;
}

/// The operands of a case; extents that are listed get names.
vars leaves(fx::graph::tape& t, const law_case& c, const std::vector<int>& named) {
  vars all;
  for (int i = 0; i < c.arity(); ++i) {
    dims shape = c.operands[i].small;
    for (int a = 0; a < shape.rank; ++a)
      for (const int e : named)
        if (shape[a] == e) shape[a] = t.extents.symbol(static_cast<unsigned>(e));
    all.push(leaf(t, shape, c.operands[i].rows[0] > 0));
  }
  return all;
}

/// Random numbers for every input; indices go through all rows, out of order.
void bind_leaves(fx::eval::reference<double>& r, fx::graph::tape& t, const law_case& c) {
  for (int id = 0, size = t.size(); id < size; ++id) {
    if (t[id].op != &fx::graph::input_op || t.leaf_of(id).space != fx::graph::space::argument) continue;
    const int leaf = t.leaf_of(id).index;
    const dims shape = leaf < c.arity() ? c.operands[leaf].small : r.bound_shape({t, id});
    numbers v = random_numbers(count(shape), static_cast<std::uint32_t>(leaf));
    for (std::size_t k = 0; t.leaf_of(id).integer && k < v.size(); ++k)
      v[k] = static_cast<double>((static_cast<int>(k) * 3 + 1) % c.operands[leaf].rows[0]);
    r.bind(t[id].attr, shape, v);
  }
}

void check(const law_case& c, const std::vector<int>& named) {
  fx::graph::tape t;
  vars x, y, all = leaves(t, c, named);
  for (const var& v : all)
    if (!t.integer(v.id)) x.push(v);
  y.push(c.f(all));
  const vars s = matrices_of(t, x), sy = matrices_of(t, y);
  const both_ways forward(t, x, s, [&](const vars& dx) { return fx::autodiff::tangent(t, y, x, dx); });
  const both_ways reverse(t, y, sy, [&](const vars& ybar) { return fx::autodiff::adjoint(t, y[0], ybar[0], x); });
  const vars g = fx::autodiff::adjoint(t, y[0], t.constant(1), x);
  const both_ways second(t, x, s, [&](const vars& dx) { return fx::autodiff::tangent(t, g, x, dx); });
  REQUIRE(int(t.first_fault().rule) == int(fx::graph::rule::none));

  fx::eval::reference<double> r(t);
  bind_leaves(r, t, c);
  r.random(7, 1);
  r.run();
  forward.check(r), reverse.check(r), second.check(r);
}

} // namespace

TEST_CASE("derivatives along many directions at once are those along each", "[laws]") {
  for (const law_case& c : cases) {
    INFO(c.name);
    check(c, {});
    check(c, {2, 4});
  }
}
