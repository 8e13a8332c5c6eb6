// SPDX-License-Identifier: MIT
// Your own operations: an elementwise one from its value and derivative, and an opaque one with a kernel of its own.
// You will see that both differentiate, nest and fuse like the library's.
#include <fluxpp/fluxpp.hpp>

#include <cstdio>
#include <vector>
namespace fx = fluxpp;

// [elementwise]
/// softsign(x) = x / (1 + |x|)
struct softsign_op : fx::elementwise<1> {
  static constexpr auto name = "softsign";
  template <class V> static constexpr V forward(V x) {
    using std::abs;
    return x / (1 + abs(x));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    V d = 1 + fx::abs(x);
    return {1 / (d * d)};
  }
};
inline constexpr fx::operation<softsign_op> softsign{};
// [elementwise]

// [opaque]
/// running_sum(x): y[i] = x[0] + ... + x[i]; its transpose sums from the other end.
template <bool Backwards> struct running_sum_op : fx::linear<1> {
  static constexpr auto name = Backwards ? "running_sum_back" : "running_sum";
  static constexpr fx::dims shape(fx::dims x) { return x; }
  template <class Args> static void run(const Args& a) {
    const std::size_t n = a.size();
    auto sum = *a.in[0] * 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = Backwards ? n - 1 - i : i;
      a.out[at] = sum += a.in[0][at];
    }
  }
  static constexpr fx::var transpose(const fx::node_view&, fx::var ybar, int) {
    return fx::operation<running_sum_op<!Backwards>>{}(ybar);
  }
};
inline constexpr fx::operation<running_sum_op<false>> running_sum{};
// [opaque]

int main() {
  constexpr auto f = [](auto x) { return fx::sum(fx::square(running_sum(softsign(x)))); };
  std::vector<double> x{0.5, -1.0, 2.0};
  auto g = fx::value_and_grad(f);
  auto [value, d] = g(x);
  std::printf("value %.6f  gradient", value);
  for (double v : d.get<0>()) std::printf(" %.6f", v);
  std::printf("\n%s\n", fx::gradcheck(f, x) ? "gradcheck passed" : "gradcheck failed");
}
