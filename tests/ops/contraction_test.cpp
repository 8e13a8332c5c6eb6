// SPDX-License-Identifier: MIT
// matmul, batched_matmul and convolutions: values, transposes, faults, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

TEST_CASE("matrix products obey the laws, with operands as they lie and transposed", "[ops]") {
  const std::vector<laws::argument> ab{{make_dims(2, 3)}, {make_dims(3, 5)}};
  const std::vector<laws::argument> ab_t{{make_dims(3, 2)}, {make_dims(5, 3)}};
  const laws::options named{{2, 3}};
  laws::check(
      "a b", [](const vars& x) { return fx::matmul(x[0], x[1]); }, ab, named);
  laws::check(
      "a' b'", [](const vars& x) { return fx::matmul(fx::transpose(x[0]), fx::transpose(x[1])); }, ab_t, named);
  laws::check(
      "a' a", [](const vars& x) { return fx::matmul(fx::transpose(x[0]), x[0]); }, ab, named);
  laws::check(
      "a a'", [](const vars& x) { return fx::matmul(x[0], fx::transpose(x[0])); }, ab, named);
  laws::check(
      "chain",
      [](const vars& x) {
        return fx::matmul(fx::tanh(fx::matmul(x[0], x[1])), fx::transpose(fx::matmul(x[0] * x[0], x[1])));
      },
      ab, named);
}

TEST_CASE("rows that are taken before a product may be multiplied before they are taken", "[ops]") {
  const laws::argument each{make_dims(5, 4), {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1}, true};
  laws::check("rows", [](const vars& x) { return fx::matmul(fx::gather(x[0], x[2]), x[1]); },
              {{make_dims(3, 4)}, {make_dims(4, 2)}, {make_dims(5), {2, 0, 1, 1, 2}, true}}, {{}});
  laws::check("elements", [](const vars& x) { return fx::matmul(fx::take_along(x[0], x[2], 0), x[1]); },
              {{make_dims(3, 4)}, {make_dims(4, 2)}, each}, {{}});
  const auto y = laws::value(
      [](const vars& x) { return fx::matmul(fx::take_along(x[0], x[2], 0), x[1]); },
      {{make_dims(3, 4), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}, {make_dims(4, 2), {1, 0, 1, 0, 1, 0, 1, 0}}, each});
  CHECK(y[0] == 0 + 5 + 10 + 3);
  CHECK(y[2] == 4 + 9 + 2 + 7);
}

TEST_CASE("batched matrix products obey the laws, and leading axes repeat", "[ops]") {
  const laws::options named{{7, 3}};
  const auto product = [](const vars& x) { return fx::matmul(x[0], x[1]); };
  const auto transposed = [](const vars& x) { return fx::matmul(fx::transpose(x[0]), fx::transpose(x[1])); };
  laws::check("both", product, {{make_dims(7, 2, 3)}, {make_dims(7, 3, 5)}}, named);
  laws::check("transposed", transposed, {{make_dims(7, 3, 2)}, {make_dims(7, 5, 3)}}, named);
  laws::check("left lacks", product, {{make_dims(2, 3)}, {make_dims(7, 3, 5)}}, named);
  laws::check("right lacks", product, {{make_dims(7, 2, 3)}, {make_dims(3, 5)}}, named);
  laws::check("left repeats", product, {{make_dims(1, 4, 2, 3)}, {make_dims(7, 4, 3, 5)}}, named);
  laws::check("both repeat", product, {{make_dims(7, 1, 2, 3)}, {make_dims(4, 3, 5)}}, named);
  laws::check("vector on the left", product, {{make_dims(3)}, {make_dims(7, 3, 5)}}, named);
  laws::check("vector on the right", product, {{make_dims(7, 2, 3)}, {make_dims(3)}}, named);
  laws::check("inner product", product, {{make_dims(3)}, {make_dims(3)}}, named);
}

TEST_CASE("matrix products of any extents have the shape and the value of NumPy's", "[ops]") {
  const auto product = [](const vars& x) { return fx::matmul(x[0], x[1]); };
  CHECK(laws::shape(product, {{make_dims(3)}, {make_dims(3)}}) == make_dims());
  CHECK(laws::shape(product, {{make_dims(7, 1, 2, 3)}, {make_dims(4, 3, 5)}}) == make_dims(7, 4, 2, 5));
  CHECK(laws::shape(product, {{make_dims(7, 2, 3)}, {make_dims(3)}}) == make_dims(7, 2));
  CHECK(laws::shape(product, {{make_dims(0, 3)}, {make_dims(3, 5)}}) == make_dims(0, 5));
  CHECK(laws::value(product, {{make_dims(2, 0)}, {make_dims(0, 2)}}) == numbers(4, 0.0));
  CHECK(laws::value(product, {{make_dims(2, 2), {1, 2, 3, 4}}, {make_dims(2, 2), {5, 6, 7, 8}}}) ==
        numbers{19, 22, 43, 50});
}

TEST_CASE("an operand repeated along the contracted axis leaves sums of the other", "[ops]") {
  static constexpr auto repeated = [](var x, int rows, int columns) {
    return fx::ops::broadcast_to(x, make_dims(rows, columns));
  };
  const auto check = [](const char* name, laws::function f, const std::vector<laws::argument>& x,
                        const numbers& value) {
    laws::check(name, f, x);
    CHECK(laws::value(f, x) == value);
  };
  const numbers column{1, 2}, matrix{1, 2, 3, 4, 5, 6}, turned{1, 3, 5, 2, 4, 6};
  const auto left = [](const vars& x) { return fx::matmul(repeated(x[0], 2, 3), x[1]); };
  check("left", left, {{make_dims(2, 1), column}, {make_dims(3, 2), matrix}}, {9, 12, 18, 24});
  check("left, one number", left, {{make_dims(), {2}}, {make_dims(3, 2), matrix}}, {18, 24, 18, 24});
  check("left, both transposed",
        [](const vars& x) { return fx::matmul(fx::transpose(repeated(x[0], 3, 2)), fx::transpose(x[1])); },
        {{make_dims(1, 2), column}, {make_dims(2, 3), turned}}, {9, 12, 18, 24});
  check("right", [](const vars& x) { return fx::matmul(x[0], repeated(x[1], 3, 2)); },
        {{make_dims(2, 3), matrix}, {make_dims(2), column}}, {6, 12, 15, 30});
  check("right, both transposed",
        [](const vars& x) { return fx::matmul(fx::transpose(x[0]), fx::transpose(repeated(x[1], 2, 3))); },
        {{make_dims(3, 2), {1, 4, 2, 5, 3, 6}}, {make_dims(2, 1), column}}, {6, 12, 15, 30});
}

TEST_CASE("rows that are taken from fewer are multiplied before they are taken", "[ops]") {
  const laws::argument table{make_dims(3, 2), {1, 2, 3, 4, 5, 6}}, matrix{make_dims(2, 2), {1, 10, 100, 1000}};
  const laws::argument rows{make_dims(5), {2, 0, 2, 1, 0}, true};
  const auto f = [](const vars& x) { return fx::matmul(fx::gather(x[0], x[2]), x[1]); };
  CHECK(laws::value(f, {table, matrix, rows}) == numbers{605, 6050, 201, 2010, 605, 6050, 403, 4030, 201, 2010});
  laws::check("few rows", f, {table, matrix, rows});
  laws::check("few rows, transposed",
              [](const vars& x) { return fx::matmul(fx::gather(x[0], x[2]), fx::transpose(x[1])); },
              {table, matrix, rows});
  fx::graph::tape t;
  const var x = t.input(make_dims(3, 2), {}), w = t.input(make_dims(2, 2), {fx::graph::space::argument, 1, false});
  const auto taken = [&](int n) { return fx::gather(x, fx::ops::iota::apply(t, n)); };
  CHECK(t[fx::matmul(taken(5), w).id].op == &fx::ops::info<fx::ops::gather>);
  CHECK(t[fx::matmul(taken(2), w).id].op == &fx::ops::info<fx::ops::matmul>);
}

TEST_CASE("a transposed operand is read as it lies", "[ops]") {
  fx::graph::tape t;
  const var a = t.input(make_dims(3, 2), {}), b = t.input(make_dims(5, 3), {fx::graph::space::argument, 1, false});
  const var c = t.input(make_dims(7, 3, 2), {fx::graph::space::argument, 2, false});
  const var y = fx::matmul(fx::transpose(a), fx::transpose(b)), z = fx::matmul(fx::transpose(c), fx::transpose(b));
  CHECK(t[y.id].args[0] == a.id);
  CHECK(t[y.id].args[1] == b.id);
  CHECK(t.attributes_of(y.id) == fx::graph::make_attributes(1, 1));
  CHECK(z.shape() == make_dims(7, 2, 5));
}

TEST_CASE("convolutions obey the laws", "[ops]") {
  const std::vector<laws::argument> xw{{make_dims(4, 3, 7, 6)}, {make_dims(5, 3, 3, 2)}};
  const std::vector<laws::argument> grouped{{make_dims(2, 4, 7, 6)}, {make_dims(6, 2, 3, 2)}};
  const laws::options named{{4, 7}};
  laws::check(
      "plain", [](const vars& a) { return fx::conv2d(a[0], a[1]); }, xw, named);
  laws::check(
      "strided, padded", [](const vars& a) { return fx::conv2d(a[0], a[1], {.stride = 2, .pad = 1}); }, xw, named);
  laws::check(
      "uneven",
      [](const vars& a) {
        return fx::conv2d(a[0], a[1], {.stride = {2, 3}, .pad = {2, 0, 0, 1}, .dilation = {2, 1}});
      },
      xw, named);
  laws::check(
      "same",
      [](const vars& a) {
        return fx::conv2d(a[0], a[1], {.stride = {1, 2}, .same = true});
      },
      xw, named);
  laws::check("same, named columns", [](const vars& a) { return fx::conv2d(a[0], a[1], {.stride = 2, .same = true}); },
              xw, {{6, 7}});
  laws::check("named filters",
              [](const vars& a) {
                return fx::conv2d(a[0], a[1], {.stride = {1, 2}, .pad = 1, .dilation = 2});
              },
              xw, {{2, 3, 5, 6, 7}});
  laws::check("groups", [](const vars& a) { return fx::conv2d(a[0], a[1], {.pad = 1, .groups = 2}); }, grouped, {{7}});
  laws::check("depthwise", [](const vars& a) { return fx::conv2d(a[0], a[1], {.groups = 4}); },
              {{make_dims(2, 4, 5, 6)}, {make_dims(8, 1, 2, 3)}}, {{5}});
  laws::check("one pixel", [](const vars& a) { return fx::conv2d(a[0], a[1]); },
              {{make_dims(2, 3, 5, 4)}, {make_dims(7, 3, 1, 1)}}, {{2}});
  laws::check("1-D", [](const vars& a) { return fx::conv1d(a[0], a[1], {.stride = 2, .pad = 1}); },
              {{make_dims(2, 3, 11)}, {make_dims(4, 3, 5)}}, {{11}});
  laws::check("transposed", [](const vars& a) { return fx::conv_transpose2d(a[0], a[1], {.stride = 2, .pad = 1}); },
              {{make_dims(2, 5, 4, 3)}, {make_dims(5, 3, 3, 2)}}, {{4, 2, 3}});
}

TEST_CASE("convolutions count their windows", "[ops]") {
  const std::vector<laws::argument> xw{{make_dims(1, 1, 5, 8)}, {make_dims(1, 1, 3, 3)}};
  CHECK(laws::shape([](const vars& a) { return fx::conv2d(a[0], a[1]); }, xw) == make_dims(1, 1, 3, 6));
  CHECK(laws::shape([](const vars& a) { return fx::conv2d(a[0], a[1], {.stride = 2}); }, xw) == make_dims(1, 1, 2, 3));
  CHECK(laws::shape([](const vars& a) { return fx::conv2d(a[0], a[1], {.stride = 2, .same = true}); }, xw) ==
        make_dims(1, 1, 3, 4));
  CHECK(laws::shape([](const vars& a) { return fx::conv2d(a[0], a[1], {.dilation = 2}); }, xw) ==
        make_dims(1, 1, 1, 4));
  CHECK(laws::value([](const vars& a) { return fx::conv1d(a[0], a[1], {.pad = 1}); },
                    {{make_dims(1, 1, 4), {1, 2, 3, 4}}, {make_dims(1, 1, 3), {1, 10, 100}}}) ==
        numbers{210, 321, 432, 43});
}

TEST_CASE("contractions that do not fit are faults", "[ops]") {
  const auto product = [](const vars& x) { return fx::matmul(x[0], x[1]); };
  const auto conv = [](const vars& x) { return fx::conv2d(x[0], x[1]); };
  CHECK(laws::fault(product, {{make_dims(2, 3)}, {make_dims(4, 5)}}) == rule::matmul);
  CHECK(laws::fault(product, {{make_dims()}, {make_dims(4, 5)}}) == rule::matmul);
  CHECK(laws::fault(product, {{make_dims(2, 3)}, {make_dims(4)}}) == rule::matmul);
  CHECK(laws::fault(product, {{make_dims(2, 2, 3)}, {make_dims(7, 3, 2)}}) == rule::broadcast);
  const auto wide = [](const vars& a) { return fx::conv_transpose2d(a[0], a[1], {.groups = 2}); };
  CHECK(laws::fault(wide, {{make_dims(2, 3, 4, 4)}, {make_dims(3, 2, 3, 3)}}) == rule::conv_channels);
  CHECK(laws::fault(conv, {{make_dims(2, 3, 4, 4)}, {make_dims(5, 2, 3, 3)}}) == rule::conv_channels);
  CHECK(laws::fault(conv, {{make_dims(2, 3, 2, 4)}, {make_dims(5, 3, 3, 3)}}) == rule::conv_window);
  CHECK(laws::fault(conv, {{make_dims(3, 4, 4)}, {make_dims(5, 3, 3, 3)}}) == rule::rank);
  CHECK(laws::fault([](const vars& x) { return fx::conv2d(x[0], x[1], {.stride = 0}); },
                    {{make_dims(2, 3, 4, 4)}, {make_dims(5, 3, 3, 3)}}) == rule::window_options);
  CHECK(laws::fault([](const vars& x) { return fx::conv2d(x[0], x[1], {.groups = 2}); },
                    {{make_dims(2, 4, 4, 4)}, {make_dims(5, 2, 3, 3)}}) == rule::conv_channels);
}

TEST_CASE("a named image smaller than the window is refused when the program is called", "[ops]") {
  fx::graph::tape t;
  const var x = t.input(make_dims(1, 1, t.extents.symbol(1), 4), {});
  const var w = t.input(make_dims(1, 1, 3, 3), {fx::graph::space::argument, 1, false});
  fx::conv2d(x, w, {.stride = 2});
  fx::eval::reference<double> r(t);
  r.bind(0, make_dims(1, 1, 2, 4), numbers(8));
  r.bind(1, make_dims(1, 1, 3, 3), numbers(9));
  CHECK_THROWS_AS(r.run(), fx::shape_error);
}
