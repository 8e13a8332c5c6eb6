// SPDX-License-Identifier: MIT
// Gradients in tables by rows: they are the dense gradient, whose memory is never touched.
#include "catch.hpp"

#include "fluxpp/autodiff/by_rows.hpp"
#include "fluxpp/eval/cpu.hpp"
#include "fluxpp/ops/ops.hpp"

#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

namespace fx = fluxpp;

namespace {

/// Skip-gram with negative samples: two tables, one of which is read twice.
/// source   Mikolov et al. 2013, arXiv:1310.4546, equation 4
constexpr auto skip_gram = fx::function<"in", "out", "word", "context", "noise", "scale">(
    [](auto in, auto out, auto word, auto context, auto noise, auto scale) {
      const auto centre = fx::embedding(in, word);
      const auto true_pairs = fx::sum(centre * fx::embedding(out, context), 1);
      const auto noise_pairs = fx::sum(fx::reshape(centre, {centre.extent(0), 1, -1}) * fx::embedding(out, noise), 2);
      return -scale * (fx::sum(fx::log_sigmoid(true_pairs)) + fx::sum(fx::log_sigmoid(-noise_pairs)));
    });

fx::tensor<double, 2> table(std::size_t rows, std::size_t columns, std::uint32_t stream) {
  fx::tensor<double, 2> x({rows, columns});
  fx::fill_normal(x.data(), x.size(), 5, stream, 0);
  return x;
}

/// The dense gradient that rows stand for.
template <class G> std::vector<double> spread(const G& g, std::size_t rows) {
  const std::size_t columns = g.rows.shape(1);
  std::vector<double> dense(rows * columns);
  for (std::size_t k = 0; k < g.indices.size(); ++k)
    for (std::size_t j = 0; j < columns; ++j)
      dense[static_cast<std::size_t>(g.indices[k]) * columns + j] += g.rows(k, j);
  return dense;
}

void check_equal(const std::vector<double>& a, const double* b) {
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == approx(b[i]).epsilon(1e-13));
}

} // namespace

TEST_CASE("rows with their numbers are the dense gradient; a table may be read several times", "[autodiff]") {
  const fx::tensor<double, 2> in = table(7, 3, 1), out = table(7, 3, 2);
  const std::vector<int> word{1, 4, 1, 0}, context{2, 2, 6, 4};
  fx::tensor<int, 2> noise({4, 2});
  for (std::size_t i = 0; i < 8; ++i) noise[i] = static_cast<int>(i * i % 7);
  auto dense = fx::value_and_grad<"in", "out", "scale">(skip_gram);
  auto by_rows = fx::value_and_grad<"in", "out", "scale">(fx::by_rows<"in", "out">(skip_gram));
  const auto [value, g] = dense(in, out, word, context, noise, 0.5);
  const auto [same, r] = by_rows(in, out, word, context, noise, 0.5);
  CHECK(same == value);
  CHECK(r.get<"in">().indices.size() == 4);
  CHECK(r.get<"out">().rows.shape(0) == 4 + 8);
  check_equal(spread(r.get<"in">(), 7), g.get<"in">().data());
  check_equal(spread(r.get<"out">(), 7), g.get<"out">().data());
  CHECK(r.get<"scale">() == approx(g.get<"scale">()));
}

TEST_CASE("one table by rows beside a dense gradient, and alone", "[autodiff]") {
  const fx::tensor<double, 2> in = table(5, 2, 1), out = table(5, 2, 2);
  const std::vector<int> word{3, 3}, context{0, 1};
  fx::tensor<int, 2> noise({2, 1});
  auto mixed = fx::grad<"out", "in">(fx::by_rows<"in">(skip_gram));
  auto alone = fx::grad<"in">(fx::by_rows<"in">(skip_gram));
  auto dense = fx::grad<"out", "in">(skip_gram);
  const auto [gout, gin] = dense(in, out, word, context, noise, 1.0);
  const auto [mout, min] = mixed(in, out, word, context, noise, 1.0);
  check_equal(std::vector<double>(mout.begin(), mout.end()), gout.data());
  check_equal(spread(min, 5), gin.data());
  check_equal(spread(alone(in, out, word, context, noise, 1.0), 5), gin.data());
}

TEST_CASE("rows of a gradient take part in larger programs", "[autodiff]") {
  auto squared_norm = fx::compile([](auto in, auto word) {
    constexpr auto energy =
        fx::function<"table", "word">([](auto t, auto w) { return fx::sum(fx::exp(fx::embedding(t, w))); });
    const auto g = fx::grad<"table">(fx::by_rows<"table">(energy))(in, word);
    return fx::sum(g.rows * g.rows) + fx::sum(g.indices);
  });
  const fx::tensor<double, 2> in = table(4, 2, 1);
  double expected = 3 + 1;
  for (const std::size_t i : {3u, 1u})
    for (std::size_t j = 0; j < 2; ++j) expected += std::exp(2 * in(i, j));
  CHECK(squared_norm(in, std::vector{3, 1}) == approx(expected));
}

TEST_CASE("an index that names no row of the table is refused", "[autodiff]") {
  auto f = fx::grad<"in">(fx::by_rows<"in">(skip_gram));
  const fx::tensor<double, 2> in = table(5, 2, 1);
  fx::tensor<int, 2> noise({1, 1});
  CHECK_THROWS_WITH(f(in, in, std::vector{5}, std::vector{0}, noise, 1.0),
                    contains("gather(x, index): index[0] is 5, but must be one of 0, ... 4"));
}

TEST_CASE("nothing of the size of the table is written: ten million rows that no memory stands behind", "[autodiff]") {
  constexpr std::size_t rows = 10'000'000, columns = 16;
  // Pages that are never written stay the zero page of the system.
  const std::unique_ptr<float, void (*)(void*)> in(static_cast<float*>(std::calloc(rows * columns, sizeof(float))),
                                                   std::free);
  const std::unique_ptr<float, void (*)(void*)> out(static_cast<float*>(std::calloc(rows * columns, sizeof(float))),
                                                    std::free);
  REQUIRE((in != nullptr && out != nullptr));
  const fx::tensor_view<float, 2> x(in.get(), {rows, columns}), y(out.get(), {rows, columns});
  const std::vector<int> word{9'999'999, 3}, context{0, 5'000'000};
  const fx::tensor<int, 2> noise({2, 3});
  auto f = fx::value_and_grad<"in", "out">(fx::by_rows<"in", "out">(skip_gram));
  const auto [value, g] = f(x, y, word, context, noise, 1.0);
  CHECK(value == approx(8 * std::log(2.0)));
  CHECK(g.get<"in">().indices[0] == 9'999'999);

  using program = fx::eval::function_program<
      fx::autodiff::gradient_transform<std::remove_const_t<decltype(fx::by_rows<"in", "out">(skip_gram))>, true, "in",
                                       "out">,
      fx::arguments::argument<float, rows, columns>, fx::arguments::argument<float, rows, columns>,
      fx::arguments::argument<int, 2>, fx::arguments::argument<int, 2>, fx::arguments::argument<int, 2, 3>,
      fx::arguments::argument<float>>;
  CHECK(fx::eval::places_of<program>.arena.fixed < 1000); // elements
}
