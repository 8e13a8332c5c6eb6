// SPDX-License-Identifier: MIT
// Linear algebra: laws of derivatives, products that give back the matrix, ill-conditioned and refused matrices.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using fx::graph::rule;
using laws::argument;
using laws::numbers;
using laws::vars;

namespace {

/// f's results at the arguments, without derivatives.
std::vector<numbers> results(vars (*f)(const vars&), const std::vector<argument>& arguments) {
  fx::graph::tape t;
  vars x;
  for (const argument& a : arguments) x.push(t.input(a.shape, {fx::graph::space::argument, x.size(), false}));
  const vars y = f(x);
  REQUIRE(int(t.first_fault().rule) == int(rule::none));
  fx::eval::reference<double> r(t);
  for (int i = 0; i < x.size(); ++i) {
    const argument& a = arguments[static_cast<std::size_t>(i)];
    r.bind(i, a.shape, a.values.empty() ? laws::random_numbers(laws::count(a.shape), unsigned(i)) : a.values);
  }
  r.run();
  std::vector<numbers> all;
  for (const var v : y) all.push_back(r.value(v));
  return all;
}
vars list_of(std::initializer_list<var> y) {
  vars all;
  for (const var& v : y) all.push(v);
  return all;
}
/// The largest of |x|, relative to that of |y|.
double ratio(const numbers& x, const numbers& y) {
  double largest_x = 0, largest_y = 0;
  for (const double v : x) largest_x = v == v ? std::max(largest_x, std::abs(v)) : HUGE_VAL;
  for (const double v : y) largest_y = std::max(largest_y, std::abs(v));
  return largest_y > 0 ? largest_x / largest_y : largest_x;
}

var identity_like(var x) { return fx::ops::broadcast_to(fx::ops::on_diagonal(x), x.shape()); }
/// A positive definite matrix from any.
var positive(var x) { return fx::matmul(x, fx::transpose(x)) + identity_like(fx::matmul(x, fx::transpose(x))); }
/// s as the diagonal of a matrix that multiplies x.
var times_diagonal(var x, var s) { return x * fx::reshape(s, {s.extent(0), 1, s.extent(1)}); }

} // namespace

TEST_CASE("parts of matrices obey the laws", "[linalg]") {
  const std::vector<argument> x{{make_dims(2, 4, 3)}};
  const laws::options named{{4, 3}};
  laws::check(
      "tril", [](const vars& a) { return fx::tril(a[0] * a[0]); }, x, named);
  laws::check(
      "triu", [](const vars& a) { return fx::triu(a[0] * a[0]); }, x, named);
  laws::check(
      "diagonal", [](const vars& a) { return fx::diagonal(a[0] * a[0]); }, x, named);
  laws::check(
      "trace", [](const vars& a) { return fx::trace(a[0] * a[0]); }, x, named);
  const numbers m{1, 2, 3, 4, 5, 6};
  CHECK(laws::value([](const vars& a) { return fx::tril(a[0]); }, {{make_dims(2, 3), m}}) == numbers{1, 0, 0, 4, 5, 0});
  CHECK(laws::value([](const vars& a) { return fx::triu(a[0]); }, {{make_dims(2, 3), m}}) == numbers{1, 2, 3, 0, 5, 6});
  CHECK(laws::value([](const vars& a) { return fx::trace(a[0]); }, {{make_dims(2, 3), m}}) == numbers{6});
}

TEST_CASE("cholesky obeys the laws", "[linalg]") {
  const auto f = [](const vars& a) { return fx::cholesky(positive(a[0])); };
  laws::check("cholesky", f, {{make_dims(4, 4)}}, {{4}});
  laws::check("cholesky of several", f, {{make_dims(2, 3, 3)}}, {{2}});
  laws::check("cholesky of one number", f, {{make_dims(1, 1)}});
}

TEST_CASE("triangular_solve obeys the laws", "[linalg]") {
  const std::vector<argument> ab{{make_dims(2, 3, 3)}, {make_dims(2, 3, 4)}};
  laws::check("lower", [](const vars& x) { return fx::triangular_solve(0.25 * x[0] + identity_like(x[0]), x[1]); }, ab,
              {{2}});
  laws::check(
      "upper",
      [](const vars& x) { return fx::triangular_solve(0.25 * x[0] + identity_like(x[0]), x[1], {.upper = true}); }, ab,
      {{3}});
  laws::check(
      "lower, transposed",
      [](const vars& x) { return fx::triangular_solve(0.25 * x[0] + identity_like(x[0]), x[1], {.transposed = true}); },
      ab);
  laws::check(
      "upper, transposed, of ones",
      [](const vars& x) {
        return fx::triangular_solve(0.25 * x[0], x[1], {.upper = true, .transposed = true, .unit = true});
      },
      ab);
  laws::check("vector", [](const vars& x) { return fx::triangular_solve(0.25 * x[0] + identity_like(x[0]), x[1]); },
              {{make_dims(3, 3)}, {make_dims(3)}});
  laws::check("one triangle for all",
              [](const vars& x) { return fx::triangular_solve(0.25 * x[0] + identity_like(x[0]), x[1]); },
              {{make_dims(3, 3)}, {make_dims(2, 3, 4)}});
}

TEST_CASE("solve, inverse and determinants obey the laws", "[linalg]") {
  const auto solve = [](const vars& x) { return fx::solve(x[0] + 3 * identity_like(x[0]), x[1]); };
  laws::check("solve", solve, {{make_dims(2, 4, 4)}, {make_dims(2, 4, 3)}}, {{2, 3}});
  laws::check("solve, named", solve, {{make_dims(4, 4)}, {make_dims(4, 3)}}, {{4}});
  laws::check("vector", solve, {{make_dims(3, 3)}, {make_dims(3)}});
  laws::check("one matrix for all", solve, {{make_dims(3, 3)}, {make_dims(2, 3, 2)}});
  laws::check("one right side for all", solve, {{make_dims(2, 3, 3)}, {make_dims(3, 2)}});
  laws::check("inverse", [](const vars& x) { return fx::inverse(x[0] + 3 * identity_like(x[0])); },
              {{make_dims(2, 3, 3)}}, {{2}});
  laws::check("det", [](const vars& x) { return fx::det(x[0]); }, {{make_dims(2, 3, 3)}}, {{3}});
  laws::check("logabsdet", [](const vars& x) { return fx::slogdet(x[0]).logabsdet; }, {{make_dims(2, 3, 3)}}, {{2}});
  laws::check("logdet", [](const vars& x) { return fx::logdet(positive(x[0])); }, {{make_dims(3, 3)}});
}

TEST_CASE("qr obeys the laws", "[linalg]") {
  const laws::options named{{2, 5}};
  laws::check(
      "q", [](const vars& x) { return fx::qr(x[0]).q; }, {{make_dims(2, 5, 3)}}, named);
  laws::check(
      "r", [](const vars& x) { return fx::qr(x[0]).r; }, {{make_dims(2, 5, 3)}}, named);
  laws::check("q and r",
              [](const vars& x) {
                const auto [q, r] = fx::qr(x[0]);
                return fx::matmul(q, r * r);
              },
              {{make_dims(4, 4)}});
  laws::check("q of a wide matrix", [](const vars& x) { return fx::qr(x[0]).q; }, {{make_dims(2, 3, 5)}}, {{2}});
  laws::check("r of a wide matrix", [](const vars& x) { return fx::qr(x[0]).r; }, {{make_dims(2, 3, 5)}}, {{2}});
}

TEST_CASE("eigh obeys the laws", "[linalg]") {
  const argument x{make_dims(2, 3, 3), {4, 1, 0, 1, 2, 0.5, -1, 0.5, -1, 1, 2, 3, 0, -2, 1, 1, 0, 5}};
  laws::check("values", [](const vars& a) { return fx::eigh(a[0]).values; }, {x}, {{2}});
  laws::check("vectors", [](const vars& a) { return fx::eigh(a[0]).vectors; }, {x}, {{3}});
  laws::check("both",
              [](const vars& a) {
                const auto [w, v] = fx::eigh(a[0]);
                return fx::matmul(times_diagonal(v, fx::exp(0.25 * w)), fx::transpose(v));
              },
              {x});
}

TEST_CASE("svd obeys the laws", "[linalg]") {
  const numbers separate{4, 1,   0.5, -1,   2.5, 0.25, 0.5,  0.75, 1,   0.25, -0.5, 0.5,
                         1, 0.5, 3,   0.25, 2,   -0.5, -0.5, 1,    0.5, 0.75, 0.25, 0.5};
  const std::vector<argument> high{{make_dims(2, 4, 3), separate}}, wide{{make_dims(2, 3, 4), separate}};
  laws::check("s", [](const vars& x) { return fx::svd(x[0]).s; }, high, {{4}});
  laws::check("u", [](const vars& x) { return fx::svd(x[0]).u; }, high, {{2}});
  laws::check(
      "vh", [](const vars& x) { return fx::svd(x[0]).vh; }, high);
  laws::check("all",
              [](const vars& x) {
                const auto [u, s, vh] = fx::svd(x[0]);
                return fx::matmul(times_diagonal(u, fx::tanh(s)), vh);
              },
              wide, {{2}});
  const auto all_of = [](const vars& x) { return fx::matmul(fx::svd(x[0]).u, fx::qr(x[0]).r); };
  laws::check("both extents named", all_of, high, {{4, 3}});
}

TEST_CASE("factorisations of any size give back the matrix", "[linalg]") {
  for (const int n : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17, 31, 32, 33, 47, 63, 64, 65}) {
    const std::vector<argument> square{{make_dims(3, n, n)}, {make_dims(3, n, 4)}, {make_dims(3, n)}};
    const auto check = [&](const char* what, vars (*f)(const vars&), const std::vector<argument>& of) {
      INFO(what << ", n = " << n);
      const std::vector<numbers> y = results(f, of); // rest, scale, rest, scale, ...
      for (std::size_t i = 0; i + 1 < y.size(); i += 2) CHECK(ratio(y[i], y[i + 1]) <= 1e-12);
    };
    check(
        "cholesky",
        [](const vars& x) {
          const var a = positive(x[0]), l = fx::cholesky(a);
          return list_of({fx::matmul(l, fx::transpose(l)) - a, a, fx::triu(l) - l * identity_like(l), a});
        },
        square);
    check(
        "triangular_solve",
        [](const vars& x) {
          const var l = fx::cholesky(positive(x[0])), u = fx::transpose(l), b = x[1], c = x[2];
          const var y = fx::triangular_solve(l, b), z = fx::triangular_solve(l, y, {.transposed = true});
          const var w = fx::triangular_solve(u, b, {.upper = true}), column = fx::reshape(c, c.shape().with(1));
          const var v = fx::triangular_solve(u, column, {.upper = true, .transposed = true});
          const var t = fx::triangular_solve(l, column, {.transposed = true});
          return list_of({fx::matmul(l, y) - b, b, fx::matmul(u, z) - y, y, fx::matmul(u, w) - b, b,
                          fx::matmul(l, v) - column, column, fx::matmul(u, t) - column, column});
        },
        square);
    check(
        "solve",
        [](const vars& x) {
          const var a = x[0], b = x[1], y = fx::solve(a, b), inverse = fx::inverse(a);
          const var one = identity_like(a), column = fx::reshape(x[2], x[2].shape().with(1));
          return list_of({fx::matmul(a, y) - b, fx::matmul(fx::abs(a), fx::abs(y)), fx::matmul(a, inverse) - one,
                          fx::matmul(fx::abs(a), fx::abs(inverse)), fx::matmul(a, fx::solve(a, column)) - column,
                          fx::matmul(fx::abs(a), fx::abs(inverse))});
        },
        square);
    check(
        "slogdet",
        [](const vars& x) {
          const auto [sign, logarithm] = fx::slogdet(x[0]);
          const var r = fx::qr(x[0]).r, same = fx::sum(fx::log(fx::diagonal(r)), 1);
          const var small = x[0] * 0.25;
          return list_of({logarithm - same, same, fx::det(small) - sign * fx::exp(fx::slogdet(small).logabsdet),
                          fx::exp(fx::slogdet(small).logabsdet)});
        },
        square);
    const auto qr = [](const vars& x) {
      const auto [q, r] = fx::qr(x[0]);
      const var one = fx::matmul(fx::transpose(q), q);
      return list_of({fx::matmul(q, r) - x[0], x[0], one - identity_like(one), one, fx::triu(r) - r, r});
    };
    check("qr", qr, {{make_dims(3, n + 5, n)}});
    check("qr of a wide matrix", qr, {{make_dims(3, n, n + 5)}});
    check(
        "eigh",
        [](const vars& x) {
          const var a = x[0] + fx::transpose(x[0]);
          const auto [w, v] = fx::eigh(a);
          const var one = fx::matmul(fx::transpose(v), v);
          return list_of({fx::matmul(a, v) - times_diagonal(v, w), a, one - identity_like(one), one});
        },
        square);
    check("svd",
          [](const vars& x) {
            const auto [u, s, vh] = fx::svd(x[0]);
            const var one = fx::matmul(fx::transpose(u), u), same = fx::matmul(vh, fx::transpose(vh));
            return list_of({fx::matmul(times_diagonal(u, s), vh) - x[0], x[0], one - identity_like(one), one,
                            same - identity_like(same), same});
          },
          {{make_dims(3, n + 3, n)}});
  }
}

TEST_CASE("small matrices in large numbers give what each gives alone", "[linalg]") {
  for (int n = 1; n <= 9; ++n) {
    const auto f = [](const vars& x) {
      const var a = x[0], b = x[1], l = fx::cholesky(positive(a));
      return list_of({l, fx::triangular_solve(l, b), fx::triangular_solve(l, b, {.transposed = true}),
                      fx::triangular_solve(fx::transpose(l), b, {.upper = true}), fx::solve(a, b), fx::inverse(a),
                      fx::det(a), fx::slogdet(a).logabsdet, fx::slogdet(a).sign, fx::solve(a, x[2]),
                      fx::ops::inverse_of(a, true, fx::ops::solver::inverse)});
    };
    const int count = 37;
    numbers a = laws::random_numbers(std::size_t(count * n * n), 1),
            b = laws::random_numbers(std::size_t(count * n * 3), 2);
    const numbers c = laws::random_numbers(std::size_t(n), 3);
    for (int i = 0; i < count * n * n; i += n + 1) a[std::size_t(i)] += 3;
    const std::vector<numbers> all =
        results(f, {{make_dims(count, n, n), a}, {make_dims(count, n, 3), b}, {make_dims(n), c}});
    for (int m = 0; m < count; ++m) {
      const auto part = [m](const numbers& v, std::size_t size) {
        const auto first = v.begin() + std::ptrdiff_t(size) * m;
        return numbers(first, first + std::ptrdiff_t(size));
      };
      const std::vector<numbers> one = results(f, {{make_dims(1, n, n), part(a, std::size_t(n * n))},
                                                   {make_dims(1, n, 3), part(b, std::size_t(n * 3))},
                                                   {make_dims(n), c}});
      INFO("n = " << n << ", matrix " << m);
      for (std::size_t i = 0; i < one.size(); ++i) CHECK(laws::worst(part(all[i], one[i].size()), one[i]) <= 1e-10);
    }
  }
}

TEST_CASE("one matrix that cannot be factored is found among many", "[linalg]") {
  numbers a;
  for (int m = 0; m < 21; ++m) a.insert(a.end(), {2, 1, 1, m == 13 ? 0.5 : 2});
  const auto sentence = [&](vars (*f)(const vars&)) {
    try {
      results(f, {{make_dims(21, 2, 2), a}});
      return std::string();
    } catch (const fx::value_error& e) { return std::string(e.what()); }
  };
  CHECK(sentence([](const vars& x) { return list_of({fx::cholesky(x[0] - 0.125)}); }) ==
        "fluxpp::cholesky(a): a must be positive definite: pivot 1 is not above 0 (matrix 13)");
  CHECK(sentence([](const vars& x) { return list_of({fx::solve(x[0], x[0])}); }) ==
        "fluxpp::solve(a, b): a must not be singular: pivot 1 is 0 (matrix 13)");
  CHECK(sentence([](const vars& x) { return list_of({fx::triangular_solve(x[0] - 0.5, x[0])}); }) ==
        "fluxpp::triangular_solve(a, b): a must not be singular: pivot 1 is 0 (matrix 13)");
  CHECK(sentence([](const vars& x) { return list_of({fx::det(x[0])}); }).empty());
}

TEST_CASE("large matrices are factored by blocks", "[linalg]") {
  const std::vector<numbers> y = results(
      [](const vars& x) {
        const var a = positive(x[0]), l = fx::cholesky(a), z = fx::solve(x[0], x[1]);
        const var w = fx::triangular_solve(l, x[1]), t = fx::triangular_solve(l, w, {.transposed = true});
        const var gradient = fx::inverse(fx::transpose(x[0]));
        return list_of({fx::matmul(l, fx::transpose(l)) - a, a, fx::matmul(x[0], z) - x[1],
                        fx::matmul(fx::abs(x[0]), fx::abs(z)), fx::matmul(a, t) - x[1],
                        fx::matmul(fx::abs(a), fx::abs(t)),
                        fx::matmul(fx::transpose(x[0]), gradient) - identity_like(gradient),
                        fx::matmul(fx::abs(fx::transpose(x[0])), fx::abs(gradient))});
      },
      {{make_dims(211, 211)}, {make_dims(211, 17)}});
  const std::vector<numbers> z = results(
      [](const vars& x) {
        const auto [q, r] = fx::qr(x[0]);
        const var one = fx::matmul(fx::transpose(q), q);
        return list_of({fx::matmul(q, r) - x[0], x[0], one - identity_like(one), one, fx::triu(r) - r, r});
      },
      {{make_dims(2, 211, 133)}});
  for (std::size_t i = 0; i < y.size(); i += 2) CHECK(ratio(y[i], y[i + 1]) <= 1e-12);
  for (std::size_t i = 0; i < z.size(); i += 2) CHECK(ratio(z[i], z[i + 1]) <= 1e-12);
}

TEST_CASE("Hilbert's matrices are solved within the bound of a backward stable method", "[linalg]") {
  for (int n = 2; n <= 12; ++n) {
    numbers a;
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) a.push_back(1.0 / (i + j + 1));
    const std::vector<numbers> y = results(
        [](const vars& x) {
          const var z = fx::solve(x[0], x[1]);
          const auto [w, v] = fx::eigh(x[0]);
          const auto [q, r] = fx::qr(x[0]);
          const auto [u, s, vh] = fx::svd(x[0]);
          const var back = fx::matmul(v * w, fx::transpose(v)), again = fx::matmul(u * s, vh);
          return list_of({fx::matmul(x[0], z) - x[1], fx::matmul(fx::abs(x[0]), fx::abs(z)), back - x[0], x[0],
                          fx::matmul(q, r) - x[0], x[0], again - x[0], x[0]});
        },
        {{make_dims(n, n), a}, {make_dims(n, 1), numbers(std::size_t(n), 1.0)}});
    INFO("n = " << n);
    for (std::size_t i = 0; i < y.size(); i += 2) CHECK(ratio(y[i], y[i + 1]) <= 8 * n * 0x1p-52);
  }
}

TEST_CASE("small decompositions have the known values", "[linalg]") {
  const auto all = [](vars (*f)(const vars&), numbers a, int m, int n) {
    return results(f, {{make_dims(m, n), std::move(a)}});
  };
  const auto close = [](const numbers& a, const numbers& b) { return laws::worst(a, b) <= 1e-14; };
  const auto eigen = all(
      [](const vars& x) {
        return list_of({fx::eigh(x[0]).values, fx::eigh(x[0]).vectors});
      },
      {2, 1, 1, 2}, 2, 2);
  const double half = std::sqrt(0.5);
  CHECK(close(eigen[0], {1, 3}));
  CHECK(close({std::abs(eigen[1][0]), eigen[1][1], std::abs(eigen[1][2]), eigen[1][3]}, {half, half, half, half}));
  CHECK(
      close(all([](const vars& x) { return list_of({fx::det(x[0])}); }, {1, 2, 3, 4, 5, 6, 7, 8, 10}, 3, 3)[0], {-3}));
  CHECK(all([](const vars& x) { return list_of({fx::det(x[0])}); }, {1, 2, 2, 4}, 2, 2)[0] == numbers{0});
  const auto singular = all(
      [](const vars& x) {
        return list_of({fx::slogdet(x[0]).sign, fx::slogdet(x[0]).logabsdet, fx::logdet(x[0])});
      },
      {1, 2, 2, 4}, 2, 2);
  CHECK(singular == std::vector<numbers>{{0}, {-HUGE_VAL}, {-HUGE_VAL}});
  const auto svd = all(
      [](const vars& x) {
        return list_of({fx::svd(x[0]).u, fx::svd(x[0]).s, fx::svd(x[0]).vh});
      },
      {3, 0, 0, 0, 0, 0, 0, 0, -2, 0, 0, 0}, 4, 3);
  CHECK(close(svd[1], {3, 2, 0}));
  CHECK(close(svd[0], {1, 0, 0, 0, 0, 1, 0, -1, 0, 0, 0, 0}));
  const auto qr = all([](const vars& x) { return list_of({fx::qr(x[0]).r}); }, {3, 1, -4, 2}, 2, 2);
  CHECK(close(qr[0], {5, -1, 0, 2}));
}

TEST_CASE("derivatives at equal eigenvalues and singular values are finite, and right where they exist", "[linalg]") {
  const numbers one{1, 0, 0, 0, 1, 0, 0, 0, 1};
  const auto gradient = [&](laws::function f) {
    const std::vector<argument> x{{make_dims(3, 3), one}};
    const laws::program p(f, x, {}, {});
    const laws::results at(p, x);
    for (const double v : at.r.value(p.forward_over_reverse[0])) CHECK(std::isfinite(v));
    return at.r.value(p.xbar[0]);
  };
  const auto ybar = laws::random_numbers(1, 300)[0];
  const numbers trace = gradient([](const vars& x) { return fx::sum(fx::exp(fx::eigh(x[0]).values)); });
  const numbers nuclear = gradient([](const vars& x) { return fx::sum(fx::svd(x[0]).s); });
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(std::abs(trace[i] - one[i] * std::exp(1.0) * ybar) <= 1e-14);
    CHECK(std::abs(nuclear[i] - one[i] * ybar) <= 1e-14);
  }
}

TEST_CASE("matrices that cannot be factored are refused, and named", "[linalg]") {
  const auto refused = [](vars (*f)(const vars&), numbers a, const char* sentence) {
    a.insert(a.begin(), {2, 1, 1, 2}); // matrix 0 is well
    try {
      results(f, {{make_dims(2, 2, 2), std::move(a)}});
      FAIL("not refused: " << sentence);
    } catch (const fx::value_error& e) { CHECK(std::string(e.what()) == sentence); }
  };
  const double nan = std::nan(""), inf = HUGE_VAL;
  const auto cholesky = [](const vars& x) { return list_of({fx::cholesky(x[0])}); };
  const auto solve = [](const vars& x) { return list_of({fx::solve(x[0], x[0])}); };
  refused(cholesky, {1, 2, 2, 1},
          "fluxpp::cholesky(a): a must be positive definite: pivot 1 is not above 0 (matrix 1)");
  refused(cholesky, {1, nan, 2, 1}, "fluxpp::cholesky(a): a must be finite (matrix 1)");
  refused(solve, {1, 2, 2, 4}, "fluxpp::solve(a, b): a must not be singular: pivot 1 is 0 (matrix 1)");
  refused(solve, {1, nan, 2, 4}, "fluxpp::solve(a, b): a must be finite (matrix 1)");
  refused(solve, {1, 2, 3, inf}, "fluxpp::solve(a, b): a must be finite (matrix 1)");
  refused([](const vars& x) { return list_of({fx::inverse(x[0])}); }, {0, 0, 0, 0},
          "fluxpp::inverse(a): a must not be singular: pivot 0 is 0 (matrix 1)");
  refused([](const vars& x) { return list_of({fx::triangular_solve(x[0], x[0])}); }, {1, 0, 1, 0},
          "fluxpp::triangular_solve(a, b): a must not be singular: pivot 1 is 0 (matrix 1)");
  refused([](const vars& x) { return list_of({fx::det(x[0])}); }, {1, 2, nan, 4},
          "fluxpp::det(a): a must be finite (matrix 1)");
  refused([](const vars& x) { return list_of({fx::qr(x[0]).q}); }, {1, 2, nan, 4},
          "fluxpp::qr(a): a must be finite (matrix 1)");
  refused([](const vars& x) { return list_of({fx::eigh(x[0]).values}); }, {1, inf, 2, 4},
          "fluxpp::eigh(a): a must be finite (matrix 1)");
  refused([](const vars& x) { return list_of({fx::svd(x[0]).s}); }, {nan, 2, 2, 4},
          "fluxpp::svd(a): a must be finite (matrix 1)");
}

TEST_CASE("matrices of the wrong shape are faults", "[linalg]") {
  const auto solve = [](const vars& x) { return fx::solve(x[0], x[1]); };
  CHECK(laws::fault([](const vars& x) { return fx::cholesky(x[0]); }, {{make_dims(3, 4)}}) == rule::square);
  CHECK(laws::fault([](const vars& x) { return fx::eigh(x[0]).values; }, {{make_dims(2, 3, 4)}}) == rule::square);
  CHECK(laws::fault([](const vars& x) { return fx::det(x[0]); }, {{make_dims(3)}}) == rule::rank);
  CHECK(laws::fault([](const vars& x) { return fx::svd(x[0]).s; }, {{make_dims(3)}}) == rule::rank);
  CHECK(laws::fault(solve, {{make_dims(3, 3)}, {make_dims(4, 2)}}) == rule::solve);
  CHECK(laws::fault([](const vars& x) { return fx::solve(x[0], 1.0); }, {{make_dims(3, 3)}}) == rule::rank);
  CHECK(laws::fault(solve, {{make_dims(2, 3, 3)}, {make_dims(5, 3, 2)}}) == rule::broadcast);
}
