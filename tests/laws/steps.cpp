// SPDX-License-Identifier: MIT
// Operations with kernels of their own, and what is made of them, inside compiled programs: values, derivatives of first
// and second order agree with the reference.
#include "laws/compiled.hpp"

#include "fluxpp/ops/ops.hpp"

namespace {

namespace fx = fluxpp;
using fx::var;

struct copies {
  constexpr var operator()(var x, var y) const {
    const var joined = fx::concat({fx::permute(x * x, {1, 0, 2}), y, fx::tanh(y)}, 0);
    return fx::pad(fx::slice(joined, 0, 1, -1, 2), 2, {1, 2}) * 0.5;
  }
};
struct products {
  constexpr var operator()(var a, var b) const {
    const var scores = fx::softmax(fx::matmul(a, fx::transpose(b)));
    return fx::matmul(scores, b * b) + fx::mean(a, fx::axes{1, 2}.kept());
  }
};
struct images {
  constexpr var operator()(var x, var w, var scale) const {
    var h = fx::conv2d(x, w, {.stride = 1, .same = true});
    h = fx::batch_norm(h, scale, scale, fx::stop_gradient(scale), fx::stop_gradient(scale)).y;
    h = fx::max_pool2d(fx::tanh(h), {.size = 3, .stride = 2}) + fx::avg_pool2d(h, {.size = 3, .stride = 2});
    return fx::global_avg_pool2d(h * fx::adaptive_avg_pool2d(h, 1));
  }
};
struct statistics {
  constexpr var operator()(var x) const {
    const var y = fx::max(x, 1) * fx::min(x * x, 0) + fx::variance(x, {0, 1}) + fx::norm(x) + fx::prod(x, 2);
    return fx::layer_norm(y, fx::logsumexp(y, 0), fx::log_softmax(fx::max(y, 0)));
  }
};
/// Scores of a table's rows, chosen by indices, against labels; arguments that are indices are not differentiated.
struct chosen {
  constexpr var operator()(var table, var index, var label) const {
    const var rows = fx::gather(table, fx::floor(index)), counts = fx::one_hot(fx::floor(label), table.extent(1));
    const var loss = fx::cross_entropy(rows, fx::argmax(counts, 1));
    return loss + fx::mean(fx::square(fx::scatter_add(rows, fx::floor(index), 5))) +
           fx::mean(rows * fx::argmin(rows, fx::axes{1}.kept()));
  }
};

template <class F, class... A> void check_everything(double tolerance, const A&... args) {
  laws::check_agreement<laws::everything<F, static_cast<int>(sizeof...(A) - 1) / 3>>(tolerance, args...);
}

} // namespace

TEST_CASE("copies agree with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<3>({5, 4, 3}, s); };
  const auto y = [](unsigned s) { return laws::normal_tensor<3>({2, 5, 3}, s); };
  check_everything<copies>(1e-12, x(1), y(2), x(3), y(4), x(5), y(6), laws::normal_tensor<3>({3, 5, 6}, 7));
}

TEST_CASE("products agree with the reference", "[laws]") {
  const auto a = [](unsigned s) { return laws::normal_tensor<3>({3, 5, 4}, s); };
  const auto b = [](unsigned s) { return laws::normal_tensor<3>({3, 7, 4}, s); };
  check_everything<products>(1e-11, a(1), b(2), a(3), b(4), a(5), b(6), a(7));
}

TEST_CASE("layers on images agree with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<4>({3, 2, 9, 8}, s); };
  const auto w = [](unsigned s) { return laws::normal_tensor<4>({4, 2, 3, 3}, s); };
  const auto c = [](unsigned s) { return laws::normal_tensor<1>({4}, s); };
  check_everything<images>(1e-10, x(1), w(2), c(3), x(4), w(5), c(6), x(7), w(8), c(9),
                           laws::normal_tensor<2>({3, 4}, 10));
}

TEST_CASE("statistics agree with the reference", "[laws]") {
  const auto x = [](unsigned s) { return laws::normal_tensor<3>({4, 4, 4}, s); };
  check_everything<statistics>(1e-9, x(1), x(2), x(3), laws::normal_tensor<2>({4, 4}, 4));
}

TEST_CASE("choices by index agree with the reference", "[laws]") {
  fx::tensor<double, 1> index({6}), label({6});
  for (std::size_t i = 0; i < 6; ++i)
    index[i] = static_cast<double>(i * 3 % 5) + 0.25, label[i] = static_cast<double>(i % 3) + 0.5;
  const auto table = laws::normal_tensor<2>({5, 3}, 1);
  laws::check_agreement<laws::value_and_gradient<chosen>>(1e-12, table, index, label);
}
