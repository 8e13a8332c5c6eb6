// SPDX-License-Identifier: MIT
// Scans, orders and indices beside what the standard library and plain loops offer, one thread.
#include "harness.hpp"

#include <fluxpp/fluxpp.hpp>

#include <numeric>
#include <vector>

namespace fx = fluxpp;

namespace {

using matrix = fx::tensor<float, 2>;
using row = fx::tensor<float, 1>;

/// An operation on random numbers [n, columns] and random indices 0, ... groups - 1 of its rows, beside a loop by hand.
template <class F, class Hand> struct operation_case {
  matrix x;
  row index;
  int groups;
  decltype(fx::compile(F{})) program = fx::compile(F{});
  std::vector<float> result{}, hand_result{};

  operation_case(std::size_t n, std::size_t columns, int rows) : x({n, columns}), index({n}), groups(rows) {}
  void renew() {
    static std::uint32_t step = 0;
    fx::fill_uniform(x.data(), x.size(), 1, 0, ++step);
    fx::fill_uniform(index.data(), index.size(), 1, 1, step);
    for (float& i : index) i = static_cast<float>(static_cast<int>(i * static_cast<float>(groups)));
  }
  void ours() {
    const auto& y = program(x, index);
    if (result.size() != y.size()) result.resize(y.size());
    last = y.data();
    bench::keep(*last);
  }
  void reference() { Hand{}(x, index, hand_result); }
  double difference() {
    std::copy_n(last, result.size(), result.begin());
    return bench::difference(result, hand_result);
  }
  const float* last = nullptr;
};

struct sums_of_lines {
  constexpr auto operator()(auto x, auto) const { return fx::cumsum(x, 1); }
};
struct partial_sums {
  void operator()(const matrix& x, const row&, std::vector<float>& y) const {
    y.resize(x.size());
    const std::size_t n = x.shape()[1];
    for (std::size_t i = 0; i < x.size(); i += n) std::partial_sum(x.data() + i, x.data() + i + n, y.begin() + i);
  }
};
struct sums_of_columns {
  constexpr auto operator()(auto x, auto) const { return fx::cumsum(x, 0); }
};
struct running_rows {
  void operator()(const matrix& x, const row&, std::vector<float>& y) const {
    y.assign(x.data(), x.data() + x.size());
    const std::size_t n = x.shape()[1];
    for (std::size_t i = n; i < x.size(); ++i) y[i] += y[i - n];
  }
};

struct order_of_lines {
  constexpr auto operator()(auto x, auto) const { return fx::argsort(x, 1); }
};
struct stable_sort {
  void operator()(const matrix& x, const row&, std::vector<float>& y) const {
    y.resize(x.size());
    const std::size_t n = x.shape()[1];
    std::vector<int> at(n);
    for (std::size_t i = 0; i < x.size(); i += n) {
      std::iota(at.begin(), at.end(), 0);
      std::stable_sort(at.begin(), at.end(), [line = x.data() + i](int a, int b) { return line[a] < line[b]; });
      std::copy(at.begin(), at.end(), y.begin() + i);
    }
  }
};

struct groups_of_rows {
  constexpr auto operator()(auto x, auto index) const { return fx::segment_sum(x, index, 1000); }
};
struct added_rows {
  void operator()(const matrix& x, const row& index, std::vector<float>& y) const {
    const std::size_t n = x.shape()[1];
    y.assign(1000 * n, 0);
    for (std::size_t i = 0; i < x.shape()[0]; ++i)
      for (std::size_t j = 0; j < n; ++j) y[static_cast<std::size_t>(index[i]) * n + j] += x.data()[i * n + j];
  }
};
struct rows_by_number {
  constexpr auto operator()(auto x, auto index) const { return fx::gather(x, index); }
};
struct copied_rows {
  void operator()(const matrix& x, const row& index, std::vector<float>& y) const {
    const std::size_t n = x.shape()[1];
    y.resize(x.size());
    for (std::size_t i = 0; i < x.shape()[0]; ++i)
      std::copy_n(x.data() + static_cast<std::size_t>(index[i]) * n, n, y.begin() + i * n);
  }
};

template <class F, class Hand>
void run(const bench::suite& s, const std::string& name, std::size_t n, std::size_t columns) {
  operation_case<F, Hand> c(n, columns, 1000);
  s.compare(name + " " + std::to_string(n) + "x" + std::to_string(columns), 1e-3, c,
            bench::reference{"standard library", [&c] { c.reference(); }});
}

} // namespace

int main(int argc, char** argv) {
  fx::kernels::thread_pool::instance().resize(1);
  const bench::suite s(argc, argv);
  run<sums_of_lines, partial_sums>(s, "cumsum", 1, 1'000'000);
  run<sums_of_lines, partial_sums>(s, "cumsum", 1000, 1000);
  run<sums_of_columns, running_rows>(s, "cumsum of columns", 1000, 1000);
  run<order_of_lines, stable_sort>(s, "argsort", 1, 1'000'000);
  run<order_of_lines, stable_sort>(s, "argsort", 1000, 1000);
  run<order_of_lines, stable_sort>(s, "argsort", 50'000, 20);
  run<groups_of_rows, added_rows>(s, "segment_sum", 10'000, 64);
  run<rows_by_number, copied_rows>(s, "gather", 10'000, 64);
}
