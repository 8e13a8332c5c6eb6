// SPDX-License-Identifier: MIT
// The laws of kernels over every operation that has one, on arrays that are divided among threads: the number of threads
// changes no bit, and float is double within the stated rounding.
#include "laws/cases.hpp"

#include <cstring>
#include <limits>

namespace {

namespace fx = fluxpp;

/// A node with a kernel of its own, with what the reference found in float.
struct step_node {
  const fx::graph::tape& tape;
  const fx::eval::reference<float>& values;
  int id;

  const fx::graph::node& node() const { return tape[id]; }
};

/// The operand that an operation is linear in, as one that is linear in all of them; -1 where the others decide positions.
template <class Op, int K> constexpr bool linear_in_operand = std::is_base_of_v<fx::linear_in<Op, Op::arity, K>, Op>;
template <class Op> constexpr bool adds_up(int operand) {
  if constexpr (std::is_base_of_v<fx::ops::patch_member<Op>, Op>) return operand == 0 || operand == 3;
  else if constexpr (linear_in_operand<Op, 0>) return operand == 0;
  else if constexpr (linear_in_operand<Op, 1>) return operand == 1;
  else return true;
}

/// run<Op, T>(step, map): the step in T, on operands of which those that add up are mapped. Results hold NaN before.
template <class Op, class T, class Map> std::vector<T> run(const step_node& step, Map map) {
  std::vector<T> in[4], out(laws::count(step.tape.shape_of(step.id)), std::numeric_limits<T>::quiet_NaN());
  fx::kernels::step_args<T> args;
  for (int i = 0; i < Op::arity; ++i) {
    const std::vector<float>& v = step.values.value(step.node().args[i]);
    for (const float x : v) in[i].push_back(static_cast<T>(adds_up<Op>(i) ? map(x) : x));
    args.in[i] = in[i].data(), args.in_shape[i] = step.values.shape(step.node().args[i]);
  }
  args.out = out.data(), args.shape = step.tape.shape_of(step.id), args.attr = step.tape.attributes_of(step.id);
  args.seed = 3, args.step = 4;
  std::vector<T> scratch(fx::kernels::step<Op>::scratch(args));
  args.scratch = scratch.data();
  fx::kernels::step<Op>::run(args);
  return out;
}
constexpr float itself(float x) { return x; }

/// The result for one thread, which is that for any number.
template <class Op, class T> std::vector<T> run_on_threads(const step_node& step) {
  fx::kernels::thread_pool& pool = fx::kernels::thread_pool::instance();
  const int before = pool.size();
  pool.resize(1);
  const std::vector<T> expected = run<Op, T>(step, itself);
  CHECK(std::none_of(expected.begin(), expected.end(), [](T v) { return v != v; }));
  for (const int threads : {2, 3, 7}) {
    pool.resize(threads);
    INFO(threads << " threads in " << sizeof(T) << " bytes");
    CHECK(std::memcmp(run<Op, T>(step, itself).data(), expected.data(), expected.size() * sizeof(T)) == 0);
  }
  pool.resize(before);
  return expected;
}

/// The largest of |f - d| over 4 sqrt(k) ulp of the result on magnitudes; k, the terms of an element, is its result on ones.
template <class Op>
double rounding(const step_node& step, const std::vector<float>& f, const std::vector<double>& d, int roundings) {
  const auto size = run<Op, double>(step, [](float x) { return std::abs(x); });
  const auto terms = run<Op, double>(step, [](float) { return 1.0f; });
  double worst = 0;
  for (std::size_t i = 0; i < f.size(); ++i) {
    const double error = std::abs(static_cast<double>(f[i]) - d[i]);
    const double most = std::sqrt(std::max(terms[i], static_cast<double>(roundings))) * size[i];
    if (error > 0) worst = std::max(worst, error / (4 * std::numeric_limits<float>::epsilon() * most));
  }
  return worst;
}

template <class Op, class... Some> constexpr bool listed(fx::ops::op_list<Some...>) {
  return (std::is_same_v<Op, Some> || ...);
}
template <class Op> void check_step(const step_node& step, int roundings) {
  if (step.node().op != &fx::ops::info<Op>) return;
  INFO(Op::name);
  const std::vector<float> f = run_on_threads<Op, float>(step);
  const std::vector<double> d = run_on_threads<Op, double>(step);
  // Float and double are streams of their own; decompositions (tests/laws/linalg.cpp) and alignments
  // (tests/ops/ctc_test.cpp) round as a whole.
  if (!std::is_same_v<Op, fx::ops::uniform> && !listed<Op>(fx::ops::decomposition_list{}) &&
      !listed<Op>(fx::ops::alignment_list{}))
    CHECK(rounding<Op>(step, f, d, roundings) <= 1);
}
template <class... Op> void check_listed(fx::ops::op_list<Op...>, const step_node& step, int roundings) {
  (check_step<Op>(step, roundings), ...);
}

/// Gives every leaf its numbers: indices go through all rows, other arguments are random.
void bind_leaves(fx::eval::reference<float>& r, const fx::graph::tape& t, const laws::law_case& c) {
  for (int id = 0; id < t.size(); ++id) {
    if (t[id].op != &fx::graph::input_op) continue;
    const int leaf = t[id].attr, rows = leaf < c.arity() ? c.operands[leaf].rows[1] : 0;
    const laws::numbers random = laws::random_numbers(laws::count(t.shape_of(id)), static_cast<std::uint32_t>(leaf));
    std::vector<float> v(random.begin(), random.end());
    for (std::size_t k = 0; k < v.size() && rows > 0; ++k) v[k] = static_cast<float>(static_cast<int>(k) * 7 % rows);
    r.bind(leaf, t.shape_of(id), v);
  }
}

} // namespace

TEST_CASE("kernels give the same bits for any number of threads, and float is double but for rounding", "[laws]") {
  for (const laws::law_case& c : laws::cases) {
    INFO(c.name);
    fx::graph::tape t;
    const laws::derivatives program(t, c.f, c.leaves(t, true));
    fx::eval::reference<float> r(t);
    bind_leaves(r, t, c);
    r.run();
    for (int id = 0; id < t.size(); ++id) check_listed(fx::ops::step_list{}, {t, r, id}, c.roundings);
  }
}
