// SPDX-License-Identifier: MIT
// attention: against the products and softmax it stands for, masks, rows without a key, faults, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <limits>

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// q, k, v: of 2 x 3 heads.
std::vector<laws::argument> heads(int queries, int keys, int width, int value_width) {
  return {{make_dims(2, 3, queries, width)}, {make_dims(2, 3, keys, width)}, {make_dims(2, 3, keys, value_width)}};
}
std::vector<laws::argument> with_mask(std::vector<laws::argument> a, const laws::argument& mask) {
  a.push_back(mask);
  return a;
}

var plain(const vars& a) { return fx::attention(a[0], a[1], a[2]); }
var causal(const vars& a) { return fx::attention(a[0], a[1], a[2], {.causal = true, .scale = 0.3}); }
var masked(const vars& a) { return fx::attention(a[0], a[1], a[2], a[3]); }
var both(const vars& a) { return fx::attention(a[0], a[1], a[2], a[3], {.causal = true}); }

/// softmax(scale q k' + mask) v as it is written.
var written_out(var q, var k, var v, var mask, double scale) {
  return fx::matmul(fx::softmax(fx::matmul(q, fx::transpose(k)) * scale + mask), v);
}

} // namespace

TEST_CASE("attention obeys the laws", "[ops]") {
  const laws::options named{{2, 5, 7}};
  laws::check("plain", plain, heads(5, 7, 4, 6), named);
  laws::check("causal", causal, heads(7, 7, 4, 6), named);
  laws::check("causal, fewer keys", causal, heads(7, 4, 3, 2), {{7}});
  laws::check("mask of all heads", masked, with_mask(heads(5, 7, 4, 6), {make_dims(5, 7)}), named);
  laws::check("mask of keys", masked, with_mask(heads(5, 7, 4, 6), {make_dims(2, 1, 1, 7)}), named);
  laws::check("mask and causal", both, with_mask(heads(5, 7, 4, 6), {make_dims(2, 3, 5, 7)}), named);
  laws::check("one head", plain, {{make_dims(5, 3)}, {make_dims(7, 3)}, {make_dims(7, 2)}}, {{5, 7}});
  laws::check("of one array", [](const vars& a) { return fx::attention(a[0] * a[0], a[0], fx::tanh(a[0])); },
              {{make_dims(2, 6, 3)}}, {{6}});
}

TEST_CASE("attention is softmax of products, whatever the blocks", "[ops]") {
  for (const int queries : {1, 63, 130})
    for (const int keys : {1, 127, 300}) {
      INFO(queries << " queries, " << keys << " keys");
      const std::vector<laws::argument> a{{make_dims(2, queries, 5)}, {make_dims(2, keys, 5)}, {make_dims(2, keys, 9)}};
      CHECK(laws::worst(laws::value([](const vars& x) { return fx::attention(x[0], x[1], x[2], {.scale = 2}); }, a),
                        laws::value([](const vars& x) { return written_out(x[0], x[1], x[2], 0.0, 2); }, a)) <= 1e-13);
    }
}

TEST_CASE("gradients of attention are those of softmax of products, whatever the blocks", "[ops]") {
  const auto gradient = [](const vars& a, var y) {
    vars x;
    for (const var& v : a) x.push(v);
    const vars bar = fx::autodiff::adjoint(*y.tape, fx::sum(y * y), y.tape->constant(1), x);
    vars flat;
    for (const var& v : bar) flat.push(fx::reshape(v, {-1}));
    return fx::concat(flat, 0);
  };
  static constexpr auto all = gradient;
  const std::vector<laws::argument> a{
      {make_dims(2, 130, 5)}, {make_dims(2, 300, 5)}, {make_dims(2, 300, 9)}, {make_dims(130, 300)}};
  CHECK(laws::worst(
            laws::value([](const vars& x) { return all(x, fx::attention(x[0], x[1], x[2], x[3], {.scale = 1})); }, a),
            laws::value([](const vars& x) { return all(x, written_out(x[0], x[1], x[2], x[3], 1)); }, a)) <= 1e-12);
  const auto earlier = [](const vars& x) {
    const var row = fx::reshape(fx::iota(x[0], 1), {130, 1});
    return fx::select(fx::iota(x[1], 1) <= row, x[3], -inf);
  };
  static constexpr auto mask = earlier;
  CHECK(
      laws::worst(
          laws::value(
              [](const vars& x) { return all(x, fx::attention(x[0], x[1], x[2], x[3], {.causal = true, .scale = 1})); },
              a),
          laws::value([](const vars& x) { return all(x, written_out(x[0], x[1], x[2], mask(x), 1)); }, a)) <= 1e-12);
}

TEST_CASE("a mask of truth values says which keys are seen, any other is added", "[ops]") {
  const std::vector<laws::argument> a{{make_dims(1, 1), {1}},
                                      {make_dims(3, 1), {0, 5, 0}},
                                      {make_dims(3, 1), {1, 2, 4}},
                                      {make_dims(3), {1, 0, 1}, true}};
  CHECK(laws::worst(laws::value(masked, a), {2.5}) <= 1e-15);
  std::vector<laws::argument> b = a;
  b[3] = {make_dims(3), {std::log(3.0), -inf, 0}};
  CHECK(laws::worst(laws::value(masked, b), {1.75}) <= 1e-15);
}

TEST_CASE("a query that sees no key gives 0, with gradients 0", "[ops]") {
  const laws::argument none{make_dims(2, 3), {0, 0, 0, 1, 1, 0}, true};
  const std::vector<laws::argument> a{{make_dims(2, 4)}, {make_dims(3, 4)}, {make_dims(3, 2)}, none};
  const numbers y = laws::value(masked, a);
  CHECK(y[0] == 0);
  CHECK(y[1] == 0);
  CHECK(y[2] != 0);
  laws::check("a row without a key", masked, a);
  CHECK(laws::value(plain, {{make_dims(2, 4)}, {make_dims(0, 4)}, {make_dims(0, 2)}}) == numbers(4, 0.0));
}

TEST_CASE("large scores neither overflow nor lose the largest", "[ops]") {
  const std::vector<laws::argument> a{
      {make_dims(1, 1), {1e5}}, {make_dims(2, 1), {-1e5, 1e5}}, {make_dims(2, 1), {1, 2}}};
  CHECK(laws::value(plain, a) == numbers{2});
}

TEST_CASE("attentions that do not fit are faults", "[ops]") {
  CHECK(laws::fault(plain, {{make_dims(2, 4)}, {make_dims(3, 5)}, {make_dims(3, 2)}}) == rule::attention);
  CHECK(laws::fault(plain, {{make_dims(2, 4)}, {make_dims(3, 4)}, {make_dims(4, 2)}}) == rule::attention);
  CHECK(laws::fault(plain, {{make_dims(5, 2, 4)}, {make_dims(3, 4)}, {make_dims(3, 2)}}) == rule::attention);
  CHECK(laws::fault(plain, {{make_dims(5, 2, 4)}, {make_dims(6, 3, 4)}, {make_dims(6, 3, 2)}}) == rule::attention);
  CHECK(laws::fault(masked, {{make_dims(2, 4)}, {make_dims(3, 4)}, {make_dims(3, 2)}, {make_dims(2, 4)}}) ==
        rule::broadcast);
}
