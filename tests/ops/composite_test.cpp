// SPDX-License-Identifier: MIT
// Normalisations, dropout and losses: values against formulas, numerical limits, laws.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace fx = fluxpp;
using fx::make_dims;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

TEST_CASE("normalisations obey the laws", "[ops]") {
  const laws::options named{{5, 7}};
  const auto train = [](const vars& a) { return fx::batch_norm(a[0], a[1], a[2], a[3], a[4]).y; };
  const laws::argument c{make_dims(3)}, variance{make_dims(3), {0.5, 1, 2}};
  laws::check("batch_norm of images", train, {{make_dims(5, 3, 2, 7)}, c, c, c, variance}, named);
  laws::check("batch_norm of rows", train, {{make_dims(5, 3)}, c, c, c, variance}, named);
  laws::check(
      "batch_norm by statistics",
      [](const vars& a) { return fx::batch_norm_inference(a[0], a[1], a[2], a[3], a[4], {.epsilon = 0.1}); },
      {{make_dims(5, 3, 2, 7)}, c, c, c, variance}, named);
  laws::check(
      "layer_norm", [](const vars& a) { return fx::layer_norm(a[0], a[1], a[2]); },
      {{make_dims(5, 4, 3)}, {make_dims(4, 3)}, {make_dims(4, 3)}}, named);
}

TEST_CASE("batch_norm gives mean 0 and variance 1, and running statistics", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(4, 2), {1, 10, 2, 20, 3, 30, 4, 40}},
                                      {make_dims(2), {1, 2}},
                                      {make_dims(2), {0, 5}},
                                      {make_dims(2), {0, 0}},
                                      {make_dims(2), {1, 1}}};
  const numbers y =
      laws::value([](const vars& a) { return fx::batch_norm(a[0], a[1], a[2], a[3], a[4], {.epsilon = 0}).y; }, x);
  CHECK(y[0] == approx(-1.5 / std::sqrt(1.25)));
  CHECK(y[7] == approx(5 + 2 * 15 / std::sqrt(125)));
  const numbers mean = laws::value([](const vars& a) { return fx::batch_norm(a[0], a[1], a[2], a[3], a[4]).mean; }, x);
  CHECK(mean[0] == approx(0.25));
  const numbers variance = laws::value(
      [](const vars& a) { return fx::batch_norm(a[0], a[1], a[2], a[3], a[4], {.momentum = 0.5}).variance; }, x);
  CHECK(variance[0] == approx(0.5 + 0.5 * 5 / 3));
}

TEST_CASE("losses obey the laws", "[ops]") {
  const std::vector<laws::argument> yt{{make_dims(3, 5)}, {make_dims(3, 5)}};
  const std::vector<laws::argument> scores{{make_dims(3, 5)}, {make_dims(3), {4, 0, 2}, true}};
  const laws::options named{{3, 5}};
  laws::check(
      "mse", [](const vars& a) { return fx::mse(a[0], a[1]); }, yt, named);
  laws::check(
      "l1", [](const vars& a) { return fx::l1(a[0], a[1]); }, yt, named);
  laws::check(
      "huber", [](const vars& a) { return fx::huber(a[0], a[1], 0.7); }, yt, named);
  laws::check(
      "binary", [](const vars& a) { return fx::binary_cross_entropy_with_logits(a[0], a[1]); }, yt, named);
  laws::check(
      "cross_entropy", [](const vars& a) { return fx::cross_entropy(a[0] * a[0], a[1]); }, scores, named);
}

TEST_CASE("losses have the values of their formulas", "[ops]") {
  const std::vector<laws::argument> yt{{make_dims(2), {1, 4}}, {make_dims(2), {0.5, 1}}};
  CHECK(laws::value([](const vars& a) { return fx::mse(a[0], a[1]); }, yt)[0] == approx((0.25 + 9) / 2));
  CHECK(laws::value([](const vars& a) { return fx::l1(a[0], a[1]); }, yt)[0] == approx(1.75));
  CHECK(laws::value([](const vars& a) { return fx::huber(a[0], a[1]); }, yt)[0] == approx((0.125 + 2.5) / 2));
  const std::vector<laws::argument> scores{{make_dims(2, 3), {0, 0, 0, 1000, -1000, 0}}, {make_dims(2), {1, 0}, true}};
  CHECK(laws::value([](const vars& a) { return fx::cross_entropy(a[0], a[1]); }, scores)[0] ==
        approx(std::log(3.0) / 2));
  CHECK(laws::shape([](const vars& a) { return fx::cross_entropy(a[0], a[1]); }, scores) == make_dims());
  const std::vector<laws::argument> sure{{make_dims(2), {1000, -1000}}, {make_dims(2), {1, 0}}};
  CHECK(laws::value([](const vars& a) { return fx::binary_cross_entropy_with_logits(a[0], a[1]); }, sure)[0] == 0);
}

TEST_CASE("a label that no class has is refused", "[ops]") {
  const auto loss = [](const vars& a) { return fx::softmax_cross_entropy(a[0], a[1]); };
  for (const double bad : {-1.0, 3.0}) {
    const std::vector<laws::argument> scores{{make_dims(2, 3)}, {make_dims(2), {1, bad}, true}};
    CHECK_THROWS_WITH(laws::value(loss, scores), contains("fluxpp::cross_entropy(x, label): label[1] is "));
  }
  CHECK(laws::fault(loss, {{make_dims(2, 3)}, {make_dims(3), {}, true}}) == rule::labels);
  CHECK(laws::fault(loss, {{make_dims(2, 3)}, {make_dims(2, 3), {}, true}}) == rule::labels);
}

TEST_CASE("dropout keeps a share, scales it up, and differs between uses and steps", "[ops]") {
  fx::graph::tape t;
  const auto x = t.input(make_dims(10000), {}), rate = t.input(make_dims(), {fx::graph::space::argument, 1, false});
  const auto y = fx::dropout(x, 0.25), z = fx::dropout(x, rate);
  CHECK(fx::dropout(x, 0.0).id == x.id);
  vars wanted;
  wanted.push(x);
  const auto xbar = fx::autodiff::adjoint(t, y, t.constant(1), wanted);
  fx::eval::reference<float> r(t);
  r.bind(0, make_dims(10000), std::vector<float>(10000, 3.0f));
  r.bind(1, make_dims(), {0.25f});
  r.random(1, 1);
  r.run();
  const std::vector<float> first = r.value(y);
  CHECK(std::abs(std::count(first.begin(), first.end(), 4.0f) - 7500) < 200);
  CHECK(std::count(first.begin(), first.end(), 4.0f) + std::count(first.begin(), first.end(), 0.0f) == 10000);
  CHECK(r.value(z) != first);
  std::size_t agree = 0;
  for (std::size_t i = 0; i < 10000; ++i) agree += (r.value(xbar[0])[i] != 0) == (first[i] != 0);
  CHECK(agree == 10000);
  r.random(1, 2);
  r.run();
  CHECK(r.value(y) != first);
}

TEST_CASE("dropout of everything, at a rate given at the call, is 0 and so are its derivatives", "[ops]") {
  fx::graph::tape t;
  vars wanted;
  wanted.push(t.input(make_dims(100), {}));
  wanted.push(t.input(make_dims(), {fx::graph::space::argument, 1, false}));
  const auto y = fx::dropout(wanted[0], wanted[1]);
  const auto xbar = fx::autodiff::adjoint(t, y, t.constant(1), wanted);
  fx::eval::reference<double> r(t);
  r.bind(0, make_dims(100), numbers(100, 3.0));
  r.bind(1, make_dims(), {1.0});
  r.run();
  CHECK(r.value(y) == numbers(100, 0.0));
  CHECK(r.value(xbar[0]) == numbers(100, 0.0));
  CHECK(r.value(xbar[1]) == numbers(1, 0.0));
}

TEST_CASE("one_hot compares, iota counts", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 2), {0, 2, 1, 5}, true}};
  CHECK(laws::value([](const vars& a) { return fx::one_hot(a[0], 3); }, x) ==
        numbers{1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0});
  CHECK(laws::value([](const vars& a) { return fx::iota(fx::one_hot(a[0], 3), -1); }, x) == numbers{0, 1, 2});
}

TEST_CASE("the derivative of a variance sums nothing twice", "[ops]") {
  fx::graph::tape t;
  vars x;
  x.push(t.input(make_dims(64, 32), {}));
  const auto y = fx::variance(x[0], 0);
  const int before = t.size();
  fx::autodiff::adjoint(t, y, t.input(make_dims(32), {fx::graph::space::argument, 1, false}), x);
  for (int id = before; id < t.size(); ++id) CHECK(t[id].op->kind != fx::graph::kind::reduction);
}

TEST_CASE("pins keep equal values apart", "[ops]") {
  fx::graph::tape t;
  vars x;
  x.push(t.input(make_dims(3), {}));
  const auto a = fx::ops::pin::apply(x[0]), b = fx::ops::pin::apply(x[0]);
  CHECK(a.id != b.id);
  const auto xbar = fx::autodiff::adjoint(t, a * b, fx::ops::broadcast_to(t.constant(1), make_dims(3)), x);
  fx::eval::reference<double> r(t);
  r.bind(0, make_dims(3), {1, 2, 3});
  r.run();
  CHECK(r.value(xbar[0]) == numbers{2, 4, 6});
}

namespace {

/// The number of joint nodes of a small network, in constant evaluation.
constexpr int nodes_of_a_network() {
  fx::graph::tape t;
  const int n = t.extents.symbol(1);
  const auto leaf = [&](const fx::dims& d) {
    return t.input(d, {fx::graph::space::argument, t.leaves().size(), false});
  };
  vars w;
  w.push(leaf(make_dims(8, 1, 3, 3)));
  w.push(leaf(make_dims(10, 128)));
  const auto x = leaf(make_dims(n, 1, 8, 8)), label = leaf(make_dims(n));
  auto h = fx::max_pool2d(fx::relu(fx::conv2d(x, w[0], {.same = true})));
  h = fx::dropout(fx::flatten(h), 0.1);
  const auto loss = fx::cross_entropy(fx::matmul(h, fx::transpose(w[1])), label);
  fx::autodiff::adjoint(t, loss, t.constant(1), w);
  return t.first_fault().rule == rule::none ? t.size() : -1;
}
static_assert(nodes_of_a_network() > 0);

} // namespace
