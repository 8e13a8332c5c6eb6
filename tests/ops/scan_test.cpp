// SPDX-License-Identifier: MIT
// scan: values, derivatives of every order in every direction, what is computed outside, faults.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace {

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using laws::numbers;
using laws::vars;

constexpr var square(var x) { return x * x; }

/// A recurrent network: hidden values of all runs and those after the last, from the first ones, weights and inputs.
template <bool Reverse, bool Recompute, bool Rewind = false> constexpr var network(const vars& a) {
  const auto [last, all] = fx::scan(
      [&](var h, var x) {
        h = fx::tanh(0.3 * fx::matmul(h, a[1]) + 0.3 * x);
        return std::pair{h, square(h) * fx::exp(0.3 * x)};
      },
      a[0], a[2], {.reverse = Reverse, .recompute = Recompute, .rewind = Rewind});
  return fx::sum(all, 0) + 2.0 * last;
}
const std::vector<laws::argument> network_arguments{{make_dims(2, 3)}, {make_dims(3, 3)}, {make_dims(4, 2, 3)}};

} // namespace

TEST_CASE("scan obeys the laws of derivatives, both ways, with values kept or computed again", "[ops]") {
  laws::check("forward", network<false, false>, network_arguments, {{2, 4}});
  laws::check("reverse", network<true, false>, network_arguments, {{2, 4}});
  laws::check("recomputed", network<false, true>, network_arguments, {{2, 4}});
  laws::check("reverse, recomputed", network<true, true>, network_arguments, {{2, 4}});
  laws::check("rewound", network<false, false, true>, network_arguments, {{2, 4}});
  laws::check("reverse, rewound", network<true, false, true>, network_arguments, {{2, 4}});
}

TEST_CASE("scan hands on several carries, stacks several arrays and takes several", "[ops]") {
  const auto f = [](const vars& a) {
    const auto [carry, out] = fx::scan(
        [&](const auto& c, const auto& e) {
          const auto [u, v] = c;
          const auto [x, y] = e;
          const var next = fx::sin(0.3 * u * x) + 0.3 * v;
          return std::pair{std::tuple{next, 0.3 * v * y + a[3]}, std::tuple{next * y, u}};
        },
        std::tuple{a[0], a[0] + 1.0}, std::tuple{a[1], a[2]});
    return std::get<0>(carry) * std::get<1>(carry) + fx::sum(std::get<0>(out) * std::get<1>(out), 0);
  };
  laws::check("several", f, {{make_dims(3)}, {make_dims(5, 3)}, {make_dims(5, 3)}, {make_dims(3)}}, {{3, 5}});
}

TEST_CASE("a scan inside a scan obeys the laws", "[ops]") {
  const auto f = [](const vars& a) {
    const auto [last, all] = fx::scan(
        [&](var h, var rows) {
          const auto [inner, outs] = fx::scan(
              [&](var s, var x) {
                s = fx::tanh(0.3 * (s * a[2] + x * h));
                return std::pair{s, fx::exp(0.3 * s)};
              },
              h, rows);
          return std::pair{inner + 0.1 * fx::sum(outs, 0), inner};
        },
        a[0], a[1]);
    return last + fx::sum(all, 0);
  };
  laws::check("nested", f, {{make_dims(2)}, {make_dims(3, 4, 2)}, {make_dims(2)}}, {{3, 4}});
}

/// A scan inside a scan, whose runs repeat a number of the outer one along their vectors.
template <bool Rewind> constexpr var repeated(const vars& a) {
  return fx::scan(
             [&](var h, var e) {
               h = fx::scan(
                       [&](var s, var x) {
                         s = fx::tanh(0.3 * s * e + x);
                         return std::pair{s, s};
                       },
                       h, a[2], {.rewind = Rewind})
                       .first;
               return std::pair{h, fx::sum(h)};
             },
             a[0], a[1])
      .first;
}

TEST_CASE("a scan inside a scan may repeat a number of the outer run, and be rewound in it", "[ops]") {
  const std::vector<laws::argument> arguments{{make_dims(3)}, {make_dims(4)}, {make_dims(5, 3)}};
  laws::check("repeated", repeated<false>, arguments, {{5}});
  laws::check("rewound", repeated<true>, arguments, {{5}});
}

TEST_CASE("a scan without arrays runs as often as it is told, one over nothing not at all", "[ops]") {
  const auto doubled = [](const vars& a) {
    return fx::scan(
               [](var x, auto) {
                 return std::pair{2.0 * x, std::tuple{}};
               },
               a[0], std::tuple{}, {.runs = 5})
        .first;
  };
  CHECK(laws::value(doubled, {{make_dims(2), {1, 3}}}) == numbers{32, 96});
  const auto summed = [](const vars& a) {
    return fx::scan([](var s, var x) { return std::pair{s + x, s}; }, 7.0, a[0]).first;
  };
  CHECK(laws::value(summed, {{make_dims(0)}}) == numbers{7});
  CHECK(laws::value(summed, {{make_dims(3), {1, 2, 3}}}) == numbers{13});
}

TEST_CASE("outs of a scan are stacked, also those that are the same in every run or the carry itself", "[ops]") {
  const auto f = [](const vars& a) {
    const auto [last, out] = fx::scan(
        [&](var s, var x) {
          return std::pair{s + x, std::tuple{s, s + x, 2.0 * a[1], x}};
        },
        0.0, a[0], {.reverse = true});
    const auto [entry, exit, constant, x] = out;
    return fx::concat({fx::reshape(last, {1}), entry, exit}, 0) * 1.0 + 0.0 * fx::sum(constant + x);
  };
  CHECK(laws::value(f, {{make_dims(3), {1, 2, 3}}, {make_dims(), {5}}}) == numbers{6, 5, 3, 0, 6, 5, 3});
}

TEST_CASE("what does not change from run to run is computed outside", "[ops]") {
  fx::graph::tape t;
  const var x = t.input(make_dims(4, 3), {}), w = t.input(make_dims(3), {fx::graph::space::argument, 1, false});
  const auto [last, all] = fx::scan([&](var s, var e) { return std::pair{s + e * fx::exp(w), s}; }, w, x);
  t.output(last), t.output(all);
  int inside = 0, outside = 0;
  for (int id = 0; id < t.size(); ++id)
    if (t[id].op == &fx::ops::info<fx::ops::exp>) ++(t.region_of(id) == 0 ? outside : inside);
  CHECK(inside == 0);
  CHECK(outside == 1);
}

TEST_CASE("the gradient of a matrix that runs share is one product behind the loop", "[ops]") {
  const auto products = [](bool recompute) {
    fx::graph::tape t;
    const auto input = [&](int i, const fx::dims& d) { return t.input(d, {fx::graph::space::argument, i, false}); };
    const vars a = fx::list_of(input(0, make_dims(2, 3)), input(1, make_dims(3, 3)), input(2, make_dims(4, 2, 3)));
    const var y = fx::sum(recompute ? network<false, true>(a) : network<false, false>(a));
    const var g = fx::autodiff::adjoint(t, y, t.constant(1), fx::list_of(a[1]))[0];
    return t[g.id].op == &fx::ops::info<fx::ops::matmul> ? t.shape_of(t[g.id].args[0]) : fx::dims{};
  };
  CHECK(products(false) == make_dims(8, 3));
  CHECK(products(true) == fx::dims{}); // which keeps carries alone
}

TEST_CASE("behind the end of a sequence its carry stays and its outs are zeros, both ways", "[ops]") {
  const auto f = [](const vars& a) {
    const auto sums = [](var s, var x) { return std::pair{s + x, s + x}; };
    const auto [last, all] = fx::scan(sums, 0.0 * a[0], a[1], {.lengths = a[2]});
    const auto [first, back] = fx::scan(sums, 0.0 * a[0], a[1], {.reverse = true, .lengths = a[2]});
    return fx::concat({fx::reshape(last, {1, 2}), all, back, fx::reshape(first, {1, 2})}, 0);
  };
  const numbers arrays{1, 10, 2, 20, 3, 30};
  CHECK(laws::value(f, {{make_dims(2), {0, 0}}, {make_dims(3, 2), arrays}, {make_dims(2), {3, 1}, true}}) ==
        numbers{6, 10, 1, 10, 3, 0, 6, 0, 6, 10, 5, 0, 3, 0, 6, 10});
  const auto network_of_sequences = [](const vars& a) {
    return fx::scan(
               [&](var h, var x) {
                 h = fx::tanh(0.3 * fx::matmul(h, a[1]) + 0.3 * x);
                 return std::pair{h, h};
               },
               a[0], a[2], {.lengths = a[3]})
        .second;
  };
  std::vector<laws::argument> arguments = network_arguments;
  arguments.push_back({make_dims(2), {4, 2}, true});
  laws::check("lengths", network_of_sequences, arguments, {{2, 4}});
}

TEST_CASE("random numbers in a scan differ from run to run", "[ops]") {
  const auto f = [](const vars& a) {
    return fx::scan([](var s, var x) { return std::pair{s, fx::uniform_like(x)}; }, 0.0, a[0]).second;
  };
  const numbers u = laws::value(f, {{make_dims(2, 1), {1, 1}}});
  CHECK(u[0] != u[1]);
}

TEST_CASE("scan refuses carries that change their shape and arrays of different length", "[ops]") {
  using fx::graph::rule;
  const auto grows = [](const vars& a) {
    return fx::scan([](var s, var x) { return std::pair{fx::concat({s, x}, 0), s}; }, a[0], a[1]).first;
  };
  CHECK(laws::fault(grows, {{make_dims(2)}, {make_dims(3, 2)}}) == rule::carry);
  const auto two = [](const vars& a) {
    return fx::scan(
               [](var s, auto e) {
                 return std::pair{s + std::get<0>(e) + std::get<1>(e), s};
               },
               0.0, std::tuple{a[0], a[1]})
        .first;
  };
  CHECK(laws::fault(two, {{make_dims(2)}, {make_dims(3)}}) == rule::slices);
  CHECK(laws::fault(two, {{make_dims()}, {make_dims(3)}}) == rule::slices);
}
