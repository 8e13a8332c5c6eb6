// SPDX-License-Identifier: MIT
// Random programs through all passes at run time: the plan computes what the tape says, and obeys every rule of plans.
#include "catch.hpp"
#include "interpreter.hpp"
#include "laws/random_program.hpp"

#include "fluxpp/autodiff/adjoint.hpp"
#include "fluxpp/graph/print.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

using namespace graph_tests;

namespace {

/// What the one symbol of a program stands for, if there is one: the leading extent, or the last.
constexpr int symbol_of(unsigned seed) { return seed % 4 == 3 ? 5 : 3; }

/// Value and gradient of the random function of a seed. Which extents have names depends on the seed:
/// none, one, all (each its own), or one in all arguments.
struct subject {
  graph::tape t;
  list<var> args;

  explicit subject(unsigned seed) {
    for (int i = 0; i < random_programs::arguments; ++i) args.push(argument(t, shape(i, seed)));
    const var y = random_programs::build(args, seed);
    t.output(y);
    for (const var& g : fx::autodiff::adjoint(t, y, t.constant(1), args)) t.output(g);
  }

private:
  dims shape(int i, unsigned seed) {
    dims d = random_programs::argument_shape(i);
    const bool all = seed % 4 == 2, shared = seed % 4 == 3;
    for (int axis = 0; axis < d.rank; ++axis) {
      const bool leading = i == 3 && axis == 0;
      if (seed % 4 == 1 && leading) d[axis] = t.extents.symbol(1);
      if (all) d[axis] = t.extents.symbol(static_cast<unsigned>(1000 * (6 * i + axis + 1) + d[axis]));
      if (shared && axis + 1 == d.rank) d[axis] = t.extents.symbol(static_cast<unsigned>(1000 + d[axis]));
    }
    return d;
  }
};

std::vector<numbers> values(unsigned seed) {
  std::vector<numbers> all;
  for (int i = 0; i < random_programs::arguments; ++i) {
    numbers v(fx::kernels::step_args<double>::size(random_programs::argument_shape(i)));
    fx::fill_normal(v.data(), v.size(), seed, static_cast<std::uint32_t>(i), 0);
    all.push_back(v);
  }
  return all;
}

std::vector<numbers> by_reference(const graph::tape& t, const std::vector<numbers>& arguments) {
  fx::eval::reference<double> r(t);
  for (int i = 0; i < t.leaves().size(); ++i)
    if (const graph::leaf& l = t.leaves()[i]; l.space == graph::space::argument)
      r.bind(i, random_programs::argument_shape(l.index), arguments[static_cast<std::size_t>(l.index)]);
  r.run();
  std::vector<numbers> all;
  for (const int o : t.outputs) all.push_back(r.value(o));
  return all;
}

/// A tape again, from a finished program.
void rebuild(graph::tape& t, const graph::tables& p) {
  for (const graph::extent_entry& e : p.extents) {
    if (e.kind == graph::extent_kind::symbol) t.extents.symbol(static_cast<unsigned>(e.a));
    else if (e.kind == graph::extent_kind::product) t.extents.product(e.a, e.b);
    else if (e.kind == graph::extent_kind::quotient) t.extents.quotient(e.a, e.b);
    else if (graph::is_shift(e.a)) t.extents.shifted(e.b, e.a - graph::shift_bias);
    else t.extents.sum(e.a, e.b);
  }
  const graph::block& main = p.blocks[0];
  for (int id = 0; id < main.nodes.size(); ++id) {
    graph::node n = main.nodes[id];
    if (n.op == &graph::input_op) {
      t.input(p.shapes[n.shape], main.leaves[n.attr]);
      continue;
    }
    n.shape = t.intern(p.shapes[n.shape]), n.attr = t.intern(p.attribute_table[n.attr]);
    t.push(n);
  }
  for (const int o : main.outputs) t.output({t, o});
  for (const graph::constraint& c : p.constraints)
    c.relation == fx::graph::relation::at_least ? t.extents.require_at_least(c.a, c.b, c.rule, c.line)
                                                : t.extents.equate(c.a, c.b, c.rule, c.line);
}

bool same_bits(const numbers& a, const numbers& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

unsigned seeds() {
  const char* const many = std::getenv("FLUXPP_RANDOM_PROGRAMS");
  return many == nullptr ? 2000 : static_cast<unsigned>(std::atol(many));
}

} // namespace

TEST_CASE("plans of random programs compute what the tape says and obey the rules of plans", "[graph]") {
  for (unsigned seed = 0; seed < seeds(); ++seed) {
    const subject s(seed);
    const planned p(s.t, symbol_of(seed));
    INFO("seed " << seed << "\n" << graph::str(p.view()) << graph::str(p.staged(), p.steps, p.places));
    REQUIRE(static_cast<int>(s.t.first_fault().rule) == 0);
    REQUIRE(operands_come_first(p));
    REQUIRE(memory_raises_the_stage(p));
    REQUIRE(nothing_alive_is_overwritten(p, p.one_symbol ? 16 : 1));
    const std::vector<numbers> arguments = values(seed), expected = by_reference(s.t, arguments);
    interpreter run(p, symbol_of(seed), arguments);
    for (int o = 0; o < s.t.outputs.size(); ++o) {
      INFO("output " << o);
      REQUIRE(same_bits(run.value(o), expected[static_cast<std::size_t>(o)]));
    }
  }
}

TEST_CASE("dead-code elimination changes no value of random programs, and done twice it changes nothing", "[graph]") {
  for (unsigned seed = 0; seed < seeds() / 2; ++seed) {
    INFO("seed " << seed);
    const subject s(seed);
    const graph::tables once = graph::dce(s.t);
    graph::tape again;
    rebuild(again, once);
    REQUIRE(by_reference(s.t, values(seed)) == by_reference(again, values(seed)));
    const graph::tables twice = graph::dce(again);
    CHECK(once.count().nodes <= s.t.size());
    CHECK(graph::str(once.view()) == graph::str(twice.view()));
  }
}

TEST_CASE("random programs are differentiated with at most a few times their nodes", "[graph]") {
  for (unsigned seed = 0; seed < seeds() / 2; ++seed) {
    graph::tape t;
    list<var> args;
    for (int i = 0; i < random_programs::arguments; ++i) args.push(argument(t, random_programs::argument_shape(i)));
    t.output(random_programs::build(args, seed));
    const int forward = graph::dce(t).blocks[0].nodes.size();
    INFO("seed " << seed << ": " << forward << " nodes");
    CHECK(graph::dce(subject(seed).t).blocks[0].nodes.size() <= 8 * forward + 20);
  }
}
