// SPDX-License-Identifier: MIT
#pragma once
// FastAD and Eigen, the peers of the suite, where their paths are given. FastAD is bound once; a call clears the gradient
// and evaluates, as its own benchmark does.
#include "../harness.hpp"

#include <iterator>
#include <memory>
#include <tuple>

#if __has_include(<fastad>)
#define FLUXPP_HAS_FASTAD 1
#include <fastad>

namespace fastad_suite {

using fastad_vector = ad::VarView<double, ad::vec>;

/// counting: an iterator over 0, 1, 2, ... as FastAD's sums and loops over indices want it.
struct counting {
  using difference_type = std::ptrdiff_t;
  using value_type = std::size_t;
  using pointer = const std::size_t*;
  using reference = std::size_t;
  using iterator_category = std::random_access_iterator_tag;
  std::size_t at;

  std::size_t operator*() const { return at; }
  counting& operator++() { return ++at, *this; }
  friend std::ptrdiff_t operator-(counting a, counting b) { return static_cast<std::ptrdiff_t>(a.at - b.at); }
  friend bool operator==(counting a, counting b) { return a.at == b.at; }
};

template <class Array> Eigen::VectorXd as_eigen(const Array& x) {
  return Eigen::Map<const Eigen::VectorXd>(x.data(), static_cast<Eigen::Index>(x.size()));
}

/// fastad_run<Problem>: expression(p, x) by argument-dependent look-up, on the inputs of p.
template <class Problem> class fastad_run {
public:
  explicit fastad_run(const Problem& p)
      : x_(as_eigen(p.inputs())), g_(x_.size()), view_(x_.data(), g_.data(), x_.size()),
        expression_(expression(p, view_)) {
    const auto size = expression_.bind_cache_size();
    values_.resize(size(0)), adjoints_.resize(size(1));
    expression_.bind_cache({values_.data(), adjoints_.data()});
  }
  fastad_run(const fastad_run&) = delete;

  void operator()() {
    g_.setZero();
    const double value = ad::autodiff(expression_);
    bench::keep(value);
  }

private:
  Eigen::VectorXd x_, g_;
  fastad_vector view_;
  std::decay_t<decltype(expression(std::declval<const Problem&>(), std::declval<fastad_vector&>()))> expression_;
  Eigen::VectorXd values_, adjoints_;
};

/// FastAD, and the value alone as Eigen has it: eigen_value(p, x).
template <class Problem> auto fastad_references(Problem& p) {
  const auto run = std::make_shared<fastad_run<Problem>>(p);
  const auto value = [&p, x = as_eigen(p.inputs())] {
    const double y = eigen_value(p, x);
    bench::keep(y);
  };
  return std::tuple{bench::reference{"FastAD", [run] { (*run)(); }}, bench::reference{"Eigen objective", value}};
}

} // namespace fastad_suite
#else
#define FLUXPP_HAS_FASTAD 0
namespace fastad_suite {
template <class Problem> auto fastad_references(Problem&) { return std::tuple{}; }
} // namespace fastad_suite
#endif
