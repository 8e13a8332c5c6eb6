// SPDX-License-Identifier: MIT
// Attention by blocks and its gradients beside the same products and softmax with the matrix of all scores written out:
// the least of several runs on one thread. The aim is to need no more time
// from 256 tokens on, with memory that grows with the length, not with its square. benchmarks/attention_torch.py runs
// PyTorch beside it.
#include "harness.hpp"

#include <fluxpp/fluxpp.hpp>

#include <fstream>

namespace {
namespace fx = fluxpp;

constexpr auto blocked = [](auto q, auto k, auto v) { return fx::sum(fx::square(fx::attention(q, k, v))); };
constexpr auto written_out = [](auto q, auto k, auto v) {
  return fx::sum(fx::square(fx::matmul(fx::softmax(fx::matmul(q * 0.125, fx::transpose(k))), v)));
};

using heads = fx::tensor<float, 3>;
heads random_heads(std::size_t number, std::size_t length, std::uint32_t stream) {
  heads x({number, length, 64});
  fx::fill_normal(&x[0], x.size(), 1, stream, 0);
  return x;
}

/// Value and gradients of two functions of the same heads.
template <class Ours, class Reference> struct pair {
  heads q, k, v;
  Ours ours_of;
  Reference reference_of;
  float a = 0, b = 0;

  void renew() {}
  void ours() { a = call(ours_of); }
  void reference() { b = call(reference_of); }
  double difference() const { return std::abs(a / b - 1); }

private:
  template <class F> float call(F& f) {
    if constexpr (requires { f(q, k, v).value; }) return f(q, k, v).value;
    else return f(q, k, v);
  }
};

template <class Ours, class Reference>
void compare(const bench::suite& suite, const std::string& name, std::size_t number, std::size_t length, Ours ours,
             Reference reference) {
  pair<Ours, Reference> p{random_heads(number, length, 1), random_heads(number, length, 2),
                          random_heads(number, length, 3), std::move(ours), std::move(reference)};
  suite.compare(name + " " + std::to_string(length), 1e-3, p,
                bench::reference{"scores written out", [&p] { p.reference(); }});
}

/// exchange(path, number, length): reads q, k, v from a file of floats, writes their gradients behind them, and prints the
/// nanoseconds of the fastest of some runs.
int exchange(const char* path, std::size_t number, std::size_t length) {
  heads operands[] = {random_heads(number, length, 1), random_heads(number, length, 2),
                      random_heads(number, length, 3)};
  const auto bytes = static_cast<std::streamsize>(operands[0].size() * sizeof(float));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (heads& x : operands) file.read(reinterpret_cast<char*>(&x[0]), bytes);
  if (!file) return EXIT_FAILURE;
  auto f = fx::value_and_grad(blocked);
  const auto write = [&](const auto& g) { file.write(reinterpret_cast<const char*>(g.data()), bytes); };
  const auto [value, gradient] = f(operands[0], operands[1], operands[2]);
  file.seekp(3 * bytes);
  write(gradient.template get<0>()), write(gradient.template get<1>()), write(gradient.template get<2>());
  file.close();
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 8; ++i) {
    const double start = bench::nanoseconds();
    bench::keep(f(operands[0], operands[1], operands[2]));
    least = std::min(least, bench::nanoseconds() - start);
  }
  std::printf("%.0f\n", least);
  return EXIT_SUCCESS;
}
} // namespace

int main(int argc, char** argv) {
  fx::kernels::thread_pool::instance().resize(1);
  if (argc == 5 && std::string_view(argv[1]) == "--exchange")
    return exchange(argv[2], std::stoul(argv[3]), std::stoul(argv[4]));
  const bench::suite suite(argc, argv);
  for (const auto& [number, length] :
       {std::pair<std::size_t, std::size_t>{16, 64}, {8, 256}, {8, 512}, {4, 1024}, {1, 4096}}) {
    compare(suite, "value", number, length, fx::compile(blocked), fx::compile(written_out));
    compare(suite, "gradients", number, length, fx::value_and_grad(blocked), fx::value_and_grad(written_out));
  }
}
