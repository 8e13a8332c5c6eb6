// SPDX-License-Identifier: MIT
// checkpoint, cond, while_loop: values, derivatives, what is computed and what is not.
#include "laws.hpp"

#include "fluxpp/graph/passes/dce.hpp"
#include "fluxpp/ops/ops.hpp"

namespace {

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using laws::numbers;
using laws::vars;

constexpr var layer(var x, var w) { return fx::tanh(0.3 * fx::matmul(x, w)); }

/// The square root by Newton's method, and how often it took a step.
constexpr auto newton(var x) {
  return fx::while_loop([x](const auto& c) { return fx::greater(fx::abs(std::get<0>(c) * std::get<0>(c) - x), 1e-10); },
                        [x](const auto& c) {
                          const auto [y, n] = c;
                          return std::tuple{0.5 * (y + x / y), n + 1.0};
                        },
                        std::tuple{x, x.tape->constant(0)}, {.most = 50});
}

} // namespace

TEST_CASE("a checkpoint changes no derivative", "[ops]") {
  const auto f = [](const vars& a) { return fx::checkpoint(layer, fx::checkpoint(layer, a[0], a[1]), a[1]); };
  laws::check("checkpoint", f, {{make_dims(2, 3)}, {make_dims(3, 3)}}, {{2, 4}});
}

TEST_CASE("of a checkpoint nothing is kept: its gradient alone does not need its value", "[ops]") {
  fx::graph::tape t;
  const var x = t.input(make_dims(2, 3), {}), w = t.input(make_dims(3, 3), {fx::graph::space::argument, 1, false});
  fx::list<var> all;
  all.push(x), all.push(w);
  const var y = fx::sum(fx::checkpoint(layer, x, w));
  for (const var& g : fx::autodiff::adjoint(t, y, t.constant(1), all)) t.output(g);
  CHECK(fx::graph::dce(t).blocks.size() == 2); // the program, and the region of the derivative
}

TEST_CASE("cond computes one of two functions, and derives it", "[ops]") {
  const auto f = [](const vars& a) {
    return fx::cond(
        fx::greater(a[2], 0.0), [](var x, var y) { return fx::sin(x) * y; }, [](var x, var y) { return x - y * y; },
        a[0], a[1]);
  };
  for (const double sign : {1.0, -1.0})
    laws::check("cond", f, {{make_dims(3)}, {make_dims(3)}, {make_dims(), {sign}, true}}, {{3, 5}});
  const numbers y = laws::value(f, {{make_dims(1), {2}}, {make_dims(1), {3}}, {make_dims(), {-1}}});
  CHECK(y == numbers{-7});
}

TEST_CASE("while_loop runs as long as its condition holds, at most so often, perhaps never", "[ops]") {
  const auto root = [](const vars& a) { return std::get<0>(newton(a[0])); };
  const auto steps = [](const vars& a) { return std::get<1>(newton(a[0])); };
  CHECK(std::abs(laws::value(root, {{make_dims(), {2}}})[0] - std::sqrt(2.0)) <= 1e-11);
  CHECK(laws::value(steps, {{make_dims(), {2}}}) == numbers{4});
  CHECK(laws::value(steps, {{make_dims(), {1}}}) == numbers{0});
  const auto capped = [](const vars& a) {
    return fx::while_loop([](var) { return var(1.0); }, [](var x) { return x + 1.0; }, a[0], {.most = 7});
  };
  CHECK(laws::value(capped, {{make_dims(), {2}}}) == numbers{9});
}

TEST_CASE("while_loop obeys the laws of derivatives", "[ops]") {
  const auto root = [](const vars& a) { return std::get<0>(newton(2.0 + a[0])); };
  laws::check("newton", root, {{make_dims()}});
}

TEST_CASE("fixed_point obeys the laws of derivatives: those of the equation", "[ops]") {
  const auto f = [](const vars& a) {
    return fx::fixed_point([&](var z) { return fx::tanh(0.2 * fx::matmul(a[0], z) + a[1]); }, a[1],
                           {.tolerance = 1e-15});
  };
  laws::check("fixed point", f, {{make_dims(3, 3)}, {make_dims(3)}}, {{3}});
}

TEST_CASE("fixed_point finds the number that is its own cosine", "[ops]") {
  const auto f = [](const vars& a) {
    return fx::fixed_point([&](var z) { return fx::cos(z * a[0]); }, 0.5 * a[0], {.tolerance = 1e-15});
  };
  CHECK(std::abs(laws::value(f, {{make_dims(), {1}}})[0] - 0.73908513321516064166) <= 1e-15); // Dottie's number
  const auto slope = [](const vars& a) {
    const var y = fx::fixed_point([&](var z) { return fx::cos(z * a[0]); }, 0.5 * a[0], {.tolerance = 1e-15});
    return fx::autodiff::adjoint(*y.tape, y, y.tape->constant(1), a)[0];
  };
  const double d = 0.73908513321516064166, s = std::sin(d);
  CHECK(std::abs(laws::value(slope, {{make_dims(), {1}}})[0] + s * d / (1 + s)) <= 1e-14);
}

TEST_CASE("fixed_point inside a scan obeys the laws", "[ops]") {
  const auto f = [](const vars& a) {
    return fx::scan(
               [&](var s, var x) {
                 s = fx::fixed_point([&](var z) { return fx::sin(0.3 * z * s + x); }, x, {.tolerance = 1e-15});
                 return std::pair{s, s};
               },
               a[0], a[1])
        .second;
  };
  laws::check("in a scan", f, {{make_dims(2)}, {make_dims(3, 2)}}, {{2}});
}

TEST_CASE("a condition that is no scalar is refused", "[ops]") {
  const auto f = [](const vars& a) {
    return fx::cond(
        a[0], [](var x) { return x; }, [](var x) { return -x; }, a[0]);
  };
  CHECK(laws::fault(f, {{make_dims(2)}}) == fx::graph::rule::condition);
}
