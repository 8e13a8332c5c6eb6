// SPDX-License-Identifier: MIT
// The passes on small programs: what is merged, kept, fused, placed; at run time and in constant evaluation.
#include "catch.hpp"
#include "planned.hpp"

#include "fluxpp/autodiff/adjoint.hpp"
#include "fluxpp/ops/ops.hpp"

using namespace graph_tests;

namespace {

constexpr int nodes_of(const graph::tape& t) { return graph::dce(t).blocks[0].nodes.size(); }

// Each property is a function, run twice: by the compiler below and by the test.

constexpr bool equal_expressions_are_one_node() {
  graph::tape t;
  const var x = argument(t, make_dims(4)), y = argument(t, make_dims(4));
  return (x + y).id == (y + x).id && (x * y).id == (y * x).id && fx::exp(x).id == fx::exp(x).id &&
         (x - y).id != (y - x).id && (x / y).id != (y / x).id && fx::equal(x, y).id == fx::equal(y, x).id;
}
constexpr bool identities_of_arithmetic_hold() {
  graph::tape t;
  const var x = argument(t, make_dims(4)), y = argument(t, make_dims(4)), s = argument(t, {});
  return (x * 1.0).id == x.id && (1.0 * x).id == x.id && (x + 0.0).id == x.id && (x - 0.0).id == x.id &&
         (x / 1.0).id == x.id && (-(-x)).id == x.id && (0.0 - x).id == (-x).id && (x * -1.0).id == (-x).id &&
         (-(x - y)).id == (y - x).id && (x + -y).id == (x - y).id && (x - -y).id == (x + y).id &&
         (x + x).id == (2.0 * x).id && (-x * y).id == (-(x * y)).id && (s * (x * s)).id == (s * s * x).id &&
         (2.0 * (3.0 * x)).id == (6.0 * x).id && fx::select(x, y, y).id == y.id;
}
constexpr bool arithmetic_on_numbers_is_done_at_once() {
  graph::tape t;
  const var two = t.constant(2);
  return t[(two * 3.0 + 1.0).id].value == 7 && t[(two - 5.0).id].value == -3 && t[(two < 3.0).id].value == 1 &&
         (fx::var(2.0) * fx::var(4.0)).number == 8;
}
constexpr bool broadcasts_are_views_computed_last() {
  graph::tape t;
  const var m = argument(t, make_dims(3, 4)), row = argument(t, make_dims(4)), s = argument(t, {});
  const var y = m * fx::exp(row + s); // exp is taken of four elements, not of twelve
  const graph::node& mul = t[y.id];
  const graph::node& view = t[mul.args[0] == m.id ? mul.args[1] : mul.args[0]];
  return view.op->kind == graph::kind::broadcast && t.shape_of(view.args[0]) == make_dims(4) &&
         y.shape() == make_dims(3, 4);
}
constexpr bool what_no_output_needs_is_gone() {
  graph::tape t;
  const var x = argument(t, make_dims(4)), unused = argument(t, make_dims(9));
  fx::exp(unused);
  t.output(fx::log(x));
  return nodes_of(t) == 2 && graph::dce(t).shapes.size() == 1;
}
constexpr bool views_that_change_nothing_are_gone() {
  graph::tape t;
  const int n = t.extents.symbol(1), m = t.extents.symbol(2);
  const var x = argument(t, make_dims(n)), y = argument(t, make_dims(m));
  const var z = fx::ops::broadcast_to(x, make_dims(m)); // a view only until n and m are known to be equal
  t.extents.equate(n, m, "test", 1);
  t.output(fx::stop_gradient(z) * y);
  return nodes_of(t) == 3;
}
constexpr bool a_broadcast_of_a_broadcast_is_one() {
  graph::tape t;
  const var row = argument(t, make_dims(4)), all = argument(t, make_dims(2, 3, 4));
  const var rows = fx::stop_gradient(fx::ops::broadcast_to(row, make_dims(3, 4)));
  t.output(all * rows);
  const graph::tables program = graph::dce(t);
  const graph::graph_view p = program.view();
  for (int id = 0; id < p.count.nodes; ++id)
    if (p.kind_of(id) == graph::kind::broadcast && p.kind_of(p[id].args[0]) == graph::kind::broadcast) return false;
  return p.count.nodes == 4;
}
constexpr bool an_extent_that_proves_to_be_one_folds_nothing() {
  graph::tape t;
  const int n = t.extents.symbol(1);
  const var x = argument(t, make_dims(n)), total = fx::sum(x * 3.0);
  t.extents.equate(n, 1, "test", 1);
  t.output(total);
  const planned p(t);
  for (const graph::plan_step& s : p.steps.steps)
    if (s.starts != 0) return false;
  return p.steps.steps.size() == 2;
}

/// Squares depth times; the value and, if asked, the gradient.
constexpr void square_again_and_again(graph::tape& t, int depth, bool gradient) {
  const var x = argument(t, make_dims(1000));
  var y = x;
  for (int i = 0; i < depth; ++i) y = y * y;
  t.output(y);
  list<var> wrt;
  wrt.push(x);
  if (gradient) t.output(fx::autodiff::adjoint(t, y, t.constant(1), wrt)[0]);
}
constexpr int squarings(int depth, bool gradient) {
  graph::tape t;
  square_again_and_again(t, depth, gradient);
  return planned(t).operations();
}
constexpr int nodes_of_squarings(int depth, bool gradient) {
  graph::tape t;
  square_again_and_again(t, depth, gradient);
  return nodes_of(t);
}

constexpr void normal_log_density(graph::tape& t) {
  const var x = argument(t, make_dims(t.extents.symbol(1))), mu = argument(t, {}), sigma = argument(t, {});
  const var z = (x - mu) / sigma, y = fx::mean(0.5 * z * z + fx::log(sigma));
  list<var> wrt;
  wrt.push(mu), wrt.push(sigma);
  const list<var> g = fx::autodiff::adjoint(t, y, t.constant(1), wrt);
  t.output(y), t.output(g[0]), t.output(g[1]);
}
constexpr bool normal_log_density_is_three_steps_with_one_loop() {
  graph::tape t;
  normal_log_density(t);
  const planned p(t);
  const auto& s = p.steps.steps;
  return s.size() == 3 && s[0].starts == 0 && s[1].starts == 1 && s[2].starts == 0 && p.one_symbol && obeys_all(p);
}
constexpr bool a_gradient_that_does_not_need_the_data_does_not_read_it() {
  graph::tape t;
  const var k = argument(t, {}), x = argument(t, make_dims(100));
  list<var> wrt;
  wrt.push(x);
  t.output(fx::autodiff::adjoint(t, fx::sum(k * x), t.constant(1), wrt)[0]);
  const graph::tables p = graph::dce(t);
  return p.blocks[0].leaves.size() == 1 && p.blocks[0].leaves[0].index == 0;
}

static_assert(equal_expressions_are_one_node());
static_assert(identities_of_arithmetic_hold());
static_assert(arithmetic_on_numbers_is_done_at_once());
static_assert(broadcasts_are_views_computed_last());
static_assert(what_no_output_needs_is_gone());
static_assert(views_that_change_nothing_are_gone());
static_assert(a_broadcast_of_a_broadcast_is_one());
static_assert(an_extent_that_proves_to_be_one_folds_nothing());
static_assert(nodes_of_squarings(24, false) == 25);
static_assert(nodes_of_squarings(24, true) <= 25 + 4 * 24);
static_assert(squarings(24, false) == 24);
static_assert(squarings(24, true) <= 24 + 3 * 24);
static_assert(normal_log_density_is_three_steps_with_one_loop());
static_assert(a_gradient_that_does_not_need_the_data_does_not_read_it());

} // namespace

TEST_CASE("tape: equal expressions are one node, identities hold, numbers are folded", "[graph]") {
  CHECK(equal_expressions_are_one_node());
  CHECK(identities_of_arithmetic_hold());
  CHECK(arithmetic_on_numbers_is_done_at_once());
  CHECK(broadcasts_are_views_computed_last());
}

TEST_CASE("dce: what is not needed or changes nothing is gone", "[graph]") {
  CHECK(what_no_output_needs_is_gone());
  CHECK(views_that_change_nothing_are_gone());
  CHECK(a_broadcast_of_a_broadcast_is_one());
  CHECK(an_extent_that_proves_to_be_one_folds_nothing());
  CHECK(a_gradient_that_does_not_need_the_data_does_not_read_it());
}

TEST_CASE("y = y * y costs one multiplication per level, forward and backward", "[graph]") {
  for (const int depth : {1, 5, 24, 30}) {
    CHECK(nodes_of_squarings(depth, false) == depth + 1);
    CHECK(squarings(depth, false) == depth);
    CHECK(squarings(depth, true) <= 4 * depth);
  }
}

TEST_CASE("fuse: the normal log-density and its gradient are three steps with one loop", "[graph]") {
  CHECK(normal_log_density_is_three_steps_with_one_loop());
}

TEST_CASE("encode: equal loops share one kernel, whatever their extents and constants", "[graph]") {
  graph::tape t;
  for (const int n : {10, 20, 30}) t.output(fx::exp(argument(t, make_dims(n)) * static_cast<double>(n)) + 1.0);
  const planned p(t);
  CHECK(p.steps.steps.size() == 3);
  CHECK(p.codes.first.size() == 1);
}

TEST_CASE("fuse: loops are cut at their caps, and every operand still comes first", "[graph]") {
  using graph::most_operations;
  for (const int length :
       {most_operations / 2 - 1, most_operations / 2, most_operations / 2 + 1, 2 * most_operations}) {
    graph::tape t;
    const var x = argument(t, make_dims(100)), z = argument(t, make_dims(100));
    var y = x;
    for (int i = 0; i < length; ++i) y = fx::exp(y) - z;
    t.output(y);
    const planned p(t);
    CHECK(p.steps.steps[0].members == std::min(2 * length, most_operations));
    CHECK(p.steps.steps.size() == (2 * length + most_operations - 1) / most_operations);
    CHECK(obeys_all(p));
  }
  graph::tape t;
  var y = argument(t, make_dims(100));
  for (int i = 0; i < 200; ++i) y = y + argument(t, make_dims(100));
  t.output(y);
  const planned p(t);
  CHECK(p.steps.steps[0].inputs >= graph::most_inputs);
  for (const graph::plan_step& s : p.steps.steps) CHECK(s.inputs <= graph::most_inputs + 3);
  CHECK(obeys_all(p));
}

TEST_CASE("encode: what a code says is what was written, at its limits too", "[graph]") {
  using graph::loop_code;
  constexpr int most = graph::most_operations + graph::most_inputs;
  for (const int op : {0, 191, 300, -1, -200})
    for (const int last : {0, 127, 128, most}) {
      const loop_code::word words[]{loop_code::counts(false, 63, 1, 240), loop_code::word{1} << 62,
                                    loop_code::of(graph::coded_operation{op, {most, 1, last}}),
                                    loop_code::of(graph::coded_output{last, graph::fold::max, true})};
      const loop_code code{words};
      CHECK((!code.single() && code.inputs() == 63 && code.operations() == 1 && code.outputs() == 240));
      CHECK((code.repeated(62) && !code.repeated(30)));
      CHECK((code.operation(0).op == op && code.operation(0).args[0] == most && code.operation(0).args[1] == 1));
      CHECK(code.operation(0).args[2] == last);
      CHECK((code.output(0).value == last && code.output(0).fold == graph::fold::max && code.output(0).inner));
    }
}

TEST_CASE("place: values of one symbol, of numbers and of neither lie apart", "[graph]") {
  graph::tape t;
  const int n = t.extents.symbol(1);
  const var x = argument(t, make_dims(n, 3)), w = argument(t, make_dims(3, 4));
  t.output(fx::sum(fx::exp(fx::matmul(x, fx::exp(w)))));
  const planned p(t);
  CHECK(p.one_symbol);
  CHECK(p.places.arena.per_batch >= 8); // the product and its exponential
  CHECK(p.places.arena.per_batch % graph::alignment == 0);
  CHECK(obeys_all(p));
}
