// SPDX-License-Identifier: MIT
// Operations on indices and order inside compiled programs: values, derivatives of first and second order agree with
// the reference.
#include "laws/compiled.hpp"

#include "fluxpp/ops/ops.hpp"

namespace {

namespace fx = fluxpp;
using fx::var;

struct arranged {
  constexpr var operator()(var x, var y) const {
    const var turned = fx::flip(x * y, {0, 1}) + fx::roll(fx::tanh(x), 2, 1) * fx::tril(y, 1);
    const var wide = fx::repeat_interleave(turned, 2, 1) - fx::tile(x * x, {1, 2});
    return fx::masked_fill(wide, fx::tile(y, {1, 2}) < 0.0, fx::sum(x));
  }
};
struct accumulated {
  constexpr var operator()(var x, var y) const {
    const var sums = fx::cumsum(x * y, 1), products = fx::cumprod(x, 0, {.exclusive = true});
    return fx::linear_recurrence(fx::tanh(y), sums * products, 1, true) + fx::cumprod(y, 1, {.reverse = true});
  }
};
struct ordered {
  constexpr var operator()(var x, var y) const {
    const fx::top_elements best = fx::top_k(x * x, 3, 0);
    const var chosen = fx::take_along(y, best.indices, 0), places = fx::searchsorted(fx::sort(y, 1), x);
    return fx::sort(x * y, 1, {.descending = true}) * fx::sum(best.values * chosen, fx::axes{0}.kept()) +
           fx::sin(places) * fx::gather(y, fx::argsort(fx::sum(x, 1)), 0);
  }
};
/// Edges of a graph: rows x[from] in groups `to`, for indices that are no arguments.
struct grouped {
  constexpr var operator()(var x, var y) const {
    const var to = fx::argmax(x, 1), edges = fx::gather(y, to);
    const var weight = fx::segment_softmax(edges, to, 7), rows = fx::segment_mean(x * weight, to, 7);
    const var largest = fx::segment_max(x, to, 7);
    return rows * fx::scatter_add(y, to, 7, 1) +
           fx::segment_sum(weight, to, 7) * fx::where(largest > -1e9, largest, 0.0);
  }
};
struct summed {
  constexpr var operator()(var a, var b) const {
    const var batch = fx::einsum<"bij,bjk->kbi">(a, b), scores = fx::einsum<"bij,bjk->bk">(fx::tanh(a), b);
    return fx::einsum<"kbi,bk->ib">(batch, scores) + fx::einsum<"bij->ib">(a * a);
  }
};
/// Calls stand in statements of their own: within an expression, the order of streams would be the compiler's.
struct noisy {
  constexpr var operator()(var mu, var sigma) const {
    const var chosen = fx::categorical(mu, 0), order = fx::permutation(mu), z = fx::normal_like(mu);
    const var kept = fx::bernoulli(fx::sigmoid(mu)), g = fx::gumbel_like(sigma);
    return mu + sigma * z * kept + g * fx::gather(mu, order) + chosen;
  }
};

using shape = std::array<std::size_t, 2>;

template <class F> void check_everything(double tolerance, shape x, shape y) {
  const auto n = [&](unsigned s) { return laws::normal_tensor<2>(x, s); };
  laws::check_agreement<laws::everything<F, 2>>(tolerance, n(1), n(2), n(3), n(4), n(5), n(6),
                                                laws::normal_tensor<2>(y, 7));
}
template <class F> void check_float(shape x) {
  const auto n = [&](unsigned s) { return laws::normal_tensor<2, float>(x, s); };
  laws::check_agreement<laws::value<F>>(1e-4, n(1), n(2));
}

} // namespace

TEST_CASE("arrangements agree with the reference", "[laws]") {
  check_everything<arranged>(1e-12, {6, 5}, {6, 10});
  check_float<arranged>({6, 5});
}
TEST_CASE("scans agree with the reference", "[laws]") {
  check_everything<accumulated>(1e-11, {6, 9}, {6, 9});
  check_float<accumulated>({6, 9});
}
TEST_CASE("orders agree with the reference", "[laws]") {
  check_everything<ordered>(1e-12, {7, 5}, {7, 5});
  check_float<ordered>({7, 5});
}
TEST_CASE("groups agree with the reference", "[laws]") {
  check_everything<grouped>(1e-11, {7, 7}, {7, 7});
  check_float<grouped>({7, 7});
}
TEST_CASE("random numbers agree with the reference", "[laws]") { check_everything<noisy>(1e-12, {7, 5}, {7, 5}); }

TEST_CASE("sums of products agree with the reference", "[laws]") {
  const auto a = [](unsigned s) { return laws::normal_tensor<3>({3, 5, 4}, s); };
  const auto b = [](unsigned s) { return laws::normal_tensor<3>({3, 4, 7}, s); };
  laws::check_agreement<laws::everything<summed, 2>>(1e-11, a(1), b(2), a(3), b(4), a(5), b(6),
                                                     laws::normal_tensor<2>({5, 3}, 7));
}
