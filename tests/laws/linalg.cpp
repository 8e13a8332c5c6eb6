// SPDX-License-Identifier: MIT
// Linear algebra inside compiled programs: values, derivatives of first and second order agree with the reference, in
// float they are near it, and the number of threads changes no bit.
#include "laws/compiled.hpp"

#include "fluxpp/kernels/thread_pool.hpp"
#include "fluxpp/ops/ops.hpp"

namespace {

namespace fx = fluxpp;
using fx::var;

constexpr var positive(var x) {
  const var square = fx::matmul(x, fx::transpose(x));
  return square + fx::ops::on_diagonal(square);
}

/// The logarithm of a normal density with a full covariance, and what a Gaussian process needs beside it.
struct triangles {
  constexpr var operator()(var x, var y) const {
    const var l = fx::cholesky(positive(x)), z = fx::triangular_solve(l, y);
    const var w = fx::triangular_solve(l, z, {.transposed = true});
    return fx::sum(z * z, {1, 2}) + fx::sum(fx::log(fx::diagonal(l)), 1) + fx::mean(fx::square(w), {1, 2});
  }
};
struct systems {
  constexpr var operator()(var a, var b) const {
    const var x = fx::solve(a + 4.0 * fx::ops::on_diagonal(a), b);
    return fx::sum(x * x) + fx::sum(fx::slogdet(a).logabsdet) + fx::mean(fx::inverse(positive(a)) * fx::tril(a)) +
           fx::sum(fx::det(0.5 * a)) + fx::sum(fx::logdet(positive(a)));
  }
};
struct decompositions {
  constexpr var operator()(var x) const {
    const auto [q, r] = fx::qr(x);
    const auto [u, s, vh] = fx::svd(x);
    const auto [w, v] = fx::eigh(positive(fx::transpose(x)));
    return fx::trace(fx::matmul(fx::transpose(u), q * x)) + fx::sum(fx::log(s) + fx::sqrt(w), 1) +
           fx::mean(fx::matmul(vh, r) * v, {1, 2});
  }
};

} // namespace

TEST_CASE("triangles agree with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<3>({5, 6, 6}, s); };
  const auto y = [](unsigned s) { return laws::normal_tensor<3>({5, 6, 3}, s); };
  laws::check_agreement<laws::everything<triangles, 2>>(1e-9, x(1), y(2), x(3), y(4), x(5), y(6),
                                                        laws::normal_tensor<1>({5}, 7));
}

TEST_CASE("systems agree with the reference", "[laws]") {
  const auto a = [](unsigned s) { return laws::normal_tensor<3>({3, 5, 5}, s); };
  const auto b = [](unsigned s) { return laws::normal_tensor<3>({3, 5, 2}, s); };
  laws::check_agreement<laws::everything<systems, 2>>(1e-8, a(1), b(2), a(3), b(4), a(5), b(6), 1.5);
}

TEST_CASE("decompositions agree with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<3>({3, 6, 4}, s); };
  laws::check_agreement<laws::everything<decompositions, 1>>(1e-8, x(1), x(3), x(5), laws::normal_tensor<1>({3}, 7));
}

TEST_CASE("linear algebra in float is near the reference in double", "[laws]") {
  const auto x = laws::normal_tensor<3, float>({5, 6, 6}, 1), y = laws::normal_tensor<3, float>({5, 6, 3}, 2);
  laws::check_agreement<laws::value<triangles>>(1e-4, x, y);
  laws::check_agreement<laws::value<systems>>(1e-3, x, y);
  laws::check_agreement<laws::value<decompositions>>(1e-4, laws::normal_tensor<3, float>({3, 6, 4}, 1));
}

TEST_CASE("the number of threads changes no bit of linear algebra", "[laws]") {
  fx::kernels::thread_pool& pool = fx::kernels::thread_pool::instance();
  const int before = pool.size();
  const auto check = [&](auto f) {
    pool.resize(1);
    const auto expected = f();
    for (const int threads : {2, 3, 7}) {
      pool.resize(threads);
      INFO(threads << " threads");
      CHECK(f() == expected);
    }
  };
  for (const std::size_t batch : {std::size_t{1}, std::size_t{64}}) {
    const std::size_t n = batch == 1 ? 200 : 40;
    const auto x = laws::normal_tensor<3>({batch, n, n}, 1), y = laws::normal_tensor<3>({batch, n, 30}, 2);
    check([&] { return laws::by_cpu<laws::value<triangles>>(x, y); });
    check([&] { return laws::by_cpu<laws::value_and_gradient<systems>>(x, y); });
    check([&] { return laws::by_cpu<laws::value<decompositions>>(laws::normal_tensor<3>({batch, n, n / 2}, 3)); });
  }
  pool.resize(before);
}
