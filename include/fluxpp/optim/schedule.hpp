// SPDX-License-Identifier: MIT
#pragma once
// Schedules: a hyper-parameter as a pure function of the step and the number of steps, so that resuming needs no state.

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <numbers>
#include <optional>
#include <type_traits>

namespace fluxpp::inline v0_1 {

/// A schedule rule is a thing that gives a value for step t = 0, 1, ... of a run of n steps.
template <class R> concept schedule_rule = std::is_trivially_copyable_v<R> && requires(const R& rule, std::int64_t t) {
  { rule(t, t) } -> std::convertible_to<double>;
};

/// A rule may give the momentum too: Adam's first beta, or the momentum of gradient descent.
template <class R> concept momentum_rule = schedule_rule<R> && requires(const R& rule, std::int64_t t) {
  { rule.momentum(t, t) } -> std::convertible_to<double>;
};

/// cosine_piece(a, b, p): half a cosine wave from a at p = 0 to b at p = 1.
inline double cosine_piece(double a, double b, double p) {
  return a + (1 + std::cos(std::numbers::pi * (1 - p))) * (b - a) / 2;
}

/// progress_of(t, n): t / n, at most 1.
constexpr double progress_of(std::int64_t t, std::int64_t n) {
  return t < n ? static_cast<double>(t) / static_cast<double>(n) : 1.0;
}

/// constant_rate{value}: the same at every step.
struct constant_rate {
  double value;
  constexpr double operator()(std::int64_t, std::int64_t) const { return value; }
};

/// exponential_decay{start, factor}: start factor^t, t in steps.
struct exponential_decay {
  double start, factor;
  double operator()(std::int64_t t, std::int64_t) const { return start * std::pow(factor, static_cast<double>(t)); }
};

/// cosine_decay{start, end}: half a cosine wave over the whole run; stays at end afterwards.
/// source   Loshchilov & Hutter 2016, arXiv:1608.03983
struct cosine_decay {
  double start, end = 0;
  double operator()(std::int64_t t, std::int64_t n) const { return cosine_piece(start, end, progress_of(t, n)); }
};

/// one_cycle{lr_max}: a cosine up from lr_max / div and, from pct_start of the run on, down to lr_max / div_final; the
/// momentum goes the opposite way. The last step is t = n - 1, so the very end is not reached.
/// source   Smith 2018, arXiv:1803.09820, in the form of fastai
struct one_cycle {
  double lr_max;
  double pct_start = 0.25, div = 25, div_final = 1e5;
  double momentum_high = 0.95, momentum_low = 0.85;

  double operator()(std::int64_t t, std::int64_t n) const {
    return there_and_back(lr_max / div, lr_max, lr_max / div_final, progress_of(t, n));
  }
  double momentum(std::int64_t t, std::int64_t n) const {
    return there_and_back(momentum_high, momentum_low, momentum_high, progress_of(t, n));
  }

private:
  double there_and_back(double from, double middle, double to, double p) const {
    return p < pct_start ? cosine_piece(from, middle, p / pct_start)
                         : cosine_piece(middle, to, (p - pct_start) / (1 - pct_start));
  }
};

/// schedule: any rule, held by value without allocation; made implicitly, `.schedule = one_cycle{2e-3}`.
/// A default-constructed schedule is empty: false, and not to be called.
class schedule {
public:
  schedule() = default;
  template <schedule_rule R>
  requires(!std::same_as<R, schedule>) schedule(const R& rule) : value_(&value_of<R>) {
    static_assert(sizeof(R) <= sizeof storage_ && alignof(R) <= alignof(double),
                  "fluxpp::schedule(rule): the rule must fit into 64 bytes");
    new (storage_) R(rule);
    if constexpr (momentum_rule<R>) momentum_ = &momentum_of<R>;
  }

  explicit operator bool() const { return value_ != nullptr; }
  double operator()(std::int64_t t, std::int64_t n) const { return value_(storage_, t, n); }
  /// Nothing if the rule says nothing about the momentum.
  std::optional<double> momentum(std::int64_t t, std::int64_t n) const {
    return momentum_ ? std::optional(momentum_(storage_, t, n)) : std::nullopt;
  }

private:
  using function = double (*)(const std::byte*, std::int64_t, std::int64_t);
  template <class R> static const R& rule_in(const std::byte* storage) {
    return *std::launder(reinterpret_cast<const R*>(storage));
  }
  template <class R> static double value_of(const std::byte* storage, std::int64_t t, std::int64_t n) {
    return rule_in<R>(storage)(t, n);
  }
  template <class R> static double momentum_of(const std::byte* storage, std::int64_t t, std::int64_t n) {
    return rule_in<R>(storage).momentum(t, n);
  }

  function value_ = nullptr, momentum_ = nullptr;
  alignas(double) std::byte storage_[64]{};
};

} // namespace fluxpp::inline v0_1
