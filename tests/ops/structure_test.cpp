// SPDX-License-Identifier: MIT
// Structural operations: permute, reshape, slice, pad, concat, stack: values, faults, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <numeric>

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

numbers counted(int n) {
  numbers v(static_cast<std::size_t>(n));
  std::iota(v.begin(), v.end(), 0.0);
  return v;
}
std::vector<laws::argument> counted(fx::dims shape) { return {{shape, counted(static_cast<int>(laws::count(shape)))}}; }
/// What a linear operation is made of to have a second derivative.
var square(var x) { return x * x; }

} // namespace

TEST_CASE("structural operations obey the laws", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3, 5)}}, xy{{make_dims(2, 3, 5)}, {make_dims(2, 7, 5)}};
  const laws::options named{{2, 5}}, all_named{{2, 3, 5, 7}};
  laws::check(
      "permute",
      [](const vars& a) {
        return fx::permute(square(a[0]), {2, 0, 1});
      },
      x, named);
  laws::check(
      "transpose", [](const vars& a) { return fx::transpose(square(a[0])); }, x, all_named);
  laws::check(
      "reshape",
      [](const vars& a) {
        return fx::reshape(square(a[0]), {a[0].extent(0), -1});
      },
      x, all_named);
  laws::check(
      "flatten", [](const vars& a) { return fx::flatten(square(a[0])); }, x, all_named);
  laws::check(
      "slice", [](const vars& a) { return fx::slice(square(a[0]), 1, 1, 3); }, x, all_named);
  laws::check(
      "slice from the end", [](const vars& a) { return fx::slice(square(a[0]), 2, -4, -1, 2); }, x, all_named);
  laws::check(
      "slice up to the end", [](const vars& a) { return fx::slice(square(a[0]), 2, 1, fx::to_end, 3); }, x, all_named);
  laws::check(
      "pad",
      [](const vars& a) {
        return fx::pad(square(a[0]), {{1, 0}, {0, 2}, {3, 1}});
      },
      x, all_named);
  laws::check(
      "concat", [](const vars& a) { return fx::concat(square(a[0]), square(a[1]), 1); }, xy, all_named);
  laws::check(
      "concat of three",
      [](const vars& a) {
        return fx::concat({square(a[0]), square(a[1]), a[0]}, 1);
      },
      xy, all_named);
  laws::check(
      "concat of six",
      [](const vars& a) {
        return fx::concat({a[0], square(a[1]), a[0], a[1], square(a[0]), a[1]}, -2);
      },
      xy, all_named);
  laws::check(
      "stack",
      [](const vars& a) {
        return fx::stack({square(a[0]), a[0], a[0]}, -1);
      },
      x, all_named);
  laws::check(
      "stack in front",
      [](const vars& a) {
        return fx::stack({square(a[0]), a[0]});
      },
      x, all_named);
}

TEST_CASE("extents 0 and 1 go through every copy", "[ops]") {
  const std::vector<laws::argument> empty{{make_dims(3, 0, 2)}}, one{{make_dims(1, 1)}};
  CHECK(laws::shape([](const vars& a) { return fx::permute(a[0], {2, 1, 0}); }, empty) == make_dims(2, 0, 3));
  CHECK(laws::shape([](const vars& a) { return fx::slice(a[0], 0, 3, 3); }, empty) == make_dims(0, 0, 2));
  CHECK(laws::shape([](const vars& a) { return fx::flatten(a[0]); }, empty) == make_dims(3, 0));
  CHECK(laws::value([](const vars& a) { return fx::pad(a[0], 1, {1, 1}); }, empty) == numbers(12, 0.0));
  CHECK(laws::shape([](const vars& a) { return fx::concat({a[0], a[0]}, 1); }, empty) == make_dims(3, 0, 2));
  CHECK(laws::value(
            [](const vars& a) {
              return fx::pad(a[0], {{0, 1}, {1, 0}});
            },
            {{make_dims(1, 1), {7}}}) == numbers{0, 7, 0, 0});
  CHECK(laws::value([](const vars& a) { return fx::transpose(a[0]); }, {{make_dims(1, 1), {7}}}) == numbers{7});
}

TEST_CASE("permute moves every element to its place, in every order of four axes", "[ops]") {
  int order[4] = {0, 1, 2, 3};
  const fx::dims shape = make_dims(3, 17, 2, 19);
  do {
    fx::graph::tape t;
    const var x = t.input(shape, {});
    const var y = fx::permute(x, {order[0], order[1], order[2], order[3]});
    fx::eval::reference<double> r(t);
    r.bind(0, shape, counted(3 * 17 * 2 * 19));
    r.run();
    const fx::dims to = r.shape(y);
    std::size_t wrong = 0, at = 0;
    fx::eval::for_each_index(to, [&](const std::vector<int>& index) {
      std::vector<int> from(4);
      for (std::size_t i = 0; i < 4; ++i) from[static_cast<std::size_t>(order[i])] = index[i];
      wrong += r.value(y)[at++] != r.value(x)[fx::eval::offset_of(from, 4, shape)];
    });
    CHECK(wrong == 0);
  } while (std::next_permutation(order, order + 4));
}

TEST_CASE("the cotangents of slices side by side become one array without sums", "[ops]") {
  const auto parts = [](const vars& a) {
    const auto part = [&](int i) { return fx::slice(a[0], 1, 2 * i, 2 * i + 2); };
    return part(0) * fx::sin(part(1)) + fx::exp(part(2)) * part(3);
  };
  laws::check("all parts", parts, {{make_dims(3, 8)}});
  laws::check("not all parts", parts, {{make_dims(3, 9)}});
  laws::check("rows of parts",
              [](const vars& a) {
                const auto part = [&](int i, int j) { return fx::slice(fx::slice(a[0], 0, i, i + 1), 1, j, j + 2); };
                return part(0, 0) * part(0, 2) + part(1, 0) * part(1, 2);
              },
              {{make_dims(2, 4)}});

  fx::graph::tape t;
  const var x = t.input(make_dims(3, 4), {}), a = fx::slice(x, 1, 0, 2), b = fx::slice(x, 1, 2, 4);
  const var g = fx::autodiff::adjoint(t, fx::sum(a * b), t.constant(1), fx::list_of(x))[0];
  CHECK(t[g.id].op == &fx::ops::info<fx::ops::concat<2>>);
}

TEST_CASE("slice, pad and concat put elements where they say", "[ops]") {
  const auto x = counted(make_dims(2, 5));
  CHECK(laws::value([](const vars& a) { return fx::slice(a[0], 1, 1, 4, 2); }, x) == numbers{1, 3, 6, 8});
  CHECK(laws::value([](const vars& a) { return fx::slice(a[0], 1, -2, fx::to_end); }, x) == numbers{3, 4, 8, 9});
  CHECK(laws::value([](const vars& a) { return fx::slice(a[0], 0, -1, fx::to_end); }, x) == numbers{5, 6, 7, 8, 9});
  CHECK(laws::value(
            [](const vars& a) {
              return fx::pad(fx::slice(a[0], 1, 0, 1), 1, {1, 2});
            },
            x) == numbers{0, 0, 0, 0, 0, 5, 0, 0});
  CHECK(laws::value(
            [](const vars& a) {
              return fx::concat({fx::slice(a[0], 1, 4, 5), a[0]}, 1);
            },
            x) == numbers{4, 0, 1, 2, 3, 4, 9, 5, 6, 7, 8, 9});
  CHECK(laws::value(
            [](const vars& a) {
              return fx::stack({a[0], -a[0]}, 1);
            },
            counted(make_dims(2, 2))) == numbers{0, 1, -0.0, -1, 2, 3, -2, -3});
}

TEST_CASE("equal extents in other words are one shape", "[ops]") {
  fx::graph::tape t;
  const int n = t.extents.symbol(1), m = t.extents.symbol(2);
  const var x = t.input(make_dims(n, 6, m), {});
  CHECK(x.extent(0) != -1);
  CHECK(fx::reshape(x, {-1, n}).shape() == make_dims(t.extents.product(6, m), n));
  CHECK(fx::reshape(x, {-1, 2}).extent(0) == t.extents.product(t.extents.product(3, n), m));
  CHECK(fx::reshape(fx::flatten(x), {n, 6, m}).id == x.id);
  CHECK(fx::slice(x, 0, 0, fx::to_end).id == x.id);
  CHECK(t.extents.constraints().empty());
  CHECK(fx::slice(fx::pad(x, 2, {1, 1}), 2, 1, -1).id == x.id);
  CHECK(int(t.first_fault().rule) == int(rule::none));
  const int checks = t.extents.constraints().size();
  fx::reshape(x, {m, 6, 6});
  CHECK(t.extents.constraints().size() == checks + 1);
  CHECK(int(t.first_fault().rule) == int(rule::none));
}

TEST_CASE("copies that copy nothing are not recorded", "[ops]") {
  fx::graph::tape t;
  const var x = t.input(make_dims(2, 3, 1), {});
  const var moved = fx::permute(fx::permute(x, {2, 0, 1}), {1, 2, 0});
  CHECK(moved.id == x.id);
  CHECK(t[fx::permute(x, {0, 2, 1}).id].op == &fx::ops::info<fx::ops::reshape>);
  CHECK(fx::pad(x, 1, {0, 0}).id == x.id);
  const var zeros = fx::ops::broadcast_to(t.constant(0), x.shape());
  CHECK(t[fx::pad(zeros, 0, {1, 1}).id].op == &fx::ops::info<fx::ops::broadcast>);
  CHECK(t[fx::transpose(zeros).id].op == &fx::ops::info<fx::ops::broadcast>);
}

TEST_CASE("structural faults name their rule", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3)}}, xy{{make_dims(2, 3)}, {make_dims(3, 3)}};
  CHECK(laws::fault([](const vars& a) { return fx::permute(a[0], {0, 0}); }, x) == rule::permute);
  CHECK(laws::fault([](const vars& a) { return fx::permute(a[0], {0}); }, x) == rule::permute);
  CHECK(laws::fault([](const vars& a) { return fx::reshape(a[0], {4, 2}); }, x) == rule::reshape);
  CHECK(laws::fault([](const vars& a) { return fx::reshape(a[0], {4, -1}); }, x) == rule::reshape);
  CHECK(laws::fault([](const vars& a) { return fx::reshape(a[0], {-1, -1}); }, x) == rule::reshape);
  CHECK(laws::fault([](const vars& a) { return fx::slice(a[0], 1, 0, 4); }, x) == rule::slice);
  CHECK(laws::fault([](const vars& a) { return fx::slice(a[0], 1, 0, 3, 0); }, x) == rule::slice);
  CHECK(laws::fault([](const vars& a) { return fx::slice(a[0], 2, 0, 1); }, x) == rule::axis);
  CHECK(laws::fault([](const vars& a) { return fx::pad(a[0], 0, {-1, 0}); }, x) == rule::pad);
  CHECK(laws::fault([](const vars& a) { return fx::concat(a[0], a[1], 1); }, xy) == rule::concat);
  CHECK(laws::fault([](const vars& a) { return fx::stack({a[0], a[1]}); }, xy) == rule::concat);
}

TEST_CASE("named extents are checked when the program is called", "[ops]") {
  fx::graph::tape t;
  const int n = t.extents.symbol(1), m = t.extents.symbol(2);
  const var x = t.input(make_dims(n, 3), {fx::graph::space::argument, 0, false});
  const var y = t.input(make_dims(m, 3), {fx::graph::space::argument, 1, false});
  fx::slice(x, 0, 1, 4);
  fx::concat(x, y, 1);
  const auto run = [&](int a, int b) {
    fx::eval::reference<double> r(t);
    r.bind(0, make_dims(a, 3), numbers(static_cast<std::size_t>(3 * a)));
    r.bind(1, make_dims(b, 3), numbers(static_cast<std::size_t>(3 * b)));
    r.run();
  };
  CHECK_NOTHROW(run(4, 4));
  CHECK_THROWS_WITH(run(3, 3), contains("fluxpp::slice: 3 must be at least 4"));
  CHECK_THROWS_WITH(run(4, 5), contains("fluxpp::concat"));
}

TEST_CASE("an index that is not whole is refused with its value", "[ops]") {
  const auto refusal = [](laws::function f, const laws::argument& x) {
    return [=] { laws::value(f, {x, {make_dims(2), {0.5, 1.75}, true}}); };
  };
  const laws::argument table{make_dims(3, 2)}, rows{make_dims(2, 2)};
  const auto gathered = [](const vars& a) { return fx::gather(a[0], a[1]); };
  const auto added = [](const vars& a) { return fx::scatter_add(a[0], a[1], 3); };
  const auto loss = [](const vars& a) { return fx::cross_entropy(a[0], a[1]); };
  CHECK_THROWS_WITH(refusal(gathered, table)(),
                    contains("fluxpp::gather(x, index): index[0] is 0.5, but must be one of 0, ... 2"));
  CHECK_THROWS_WITH(refusal(added, rows)(), contains("index[0] is 0.5"));
  CHECK_THROWS_WITH(refusal(loss, rows)(), contains("fluxpp::cross_entropy(x, label): label[0] is 0.5"));
}

TEST_CASE("whole numbers are indices however large, and no others", "[ops]") {
  constexpr int bound = (1 << 24) + 2;
  for (const float good : {0.0f, 1.0f, 4194305.0f, 8388607.0f, 8388609.0f, 16777215.0f, 16777216.0f})
    CHECK_NOTHROW(fx::kernels::check_indices("f(x)", "x", &good, 1, bound));
  for (const float bad : {-1.0f, 0.25f, 4194304.5f, 8388607.5f, 16777218.0f})
    CHECK_THROWS_AS(fx::kernels::check_indices("f(x)", "x", &bad, 1, bound), fx::value_error);
}

TEST_CASE("more elements than a float counts have no indices in float", "[ops]") {
  fx::kernels::step_args<float> count, place;
  count.shape = place.in_shape[0] = make_dims((1 << 24) + 1);
  place.shape = make_dims(1), place.attr = fx::graph::make_attributes(0, 1);
  CHECK_THROWS_WITH(fx::kernels::step<fx::ops::iota>::run(count), contains("fluxpp::iota(x, axis)"));
  CHECK_THROWS_WITH(fx::kernels::step<fx::ops::arg_extremum>::run(place),
                    contains("fluxpp::argmin(x, axis): an axis of 16777217 elements is too long"));
  CHECK_THROWS_AS(fx::kernels::step<fx::ops::arg_extremum>::run(place), fx::value_error);
}
