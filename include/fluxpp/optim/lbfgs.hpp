// SPDX-License-Identifier: MIT
#pragma once
// lbfgs: a minimum of a smooth function of many unknowns, from its gradients alone.
#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/optim/line_search.hpp"
#include "fluxpp/optim/unknowns.hpp"

#include <algorithm>
#include <vector>

namespace fluxpp::inline v0_1 {

/// lbfgs_options: when to stop, and how many steps are remembered.
struct lbfgs_options {
  int iterations = 1000;
  int history = 10;
  double gradient = 1e-8; ///< of the largest element of the gradient, by that at the start, or 1
  double value = 1e-15;   ///< of the fall of f in a step, by |f|
};

namespace optim {

/// quasi_newton: the inverse Hessian as the last few steps show it, applied without being stored.
/// source   Nocedal & Wright 2006, Numerical Optimization, algorithm 7.4
class quasi_newton {
public:
  explicit quasi_newton(int history) : history_(static_cast<std::size_t>(std::max(history, 1))) {}

  /// A step s changed the gradient by y; one along which the gradient falls teaches nothing.
  void learn(std::vector<double> s, std::vector<double> y) {
    const double sy = dot(s, y);
    if (!(sy > 0)) return;
    scale_ = sy / dot(y, y);
    if (pairs_.size() == history_) pairs_.erase(pairs_.begin());
    pairs_.push_back({std::move(s), std::move(y), 1 / sy});
  }
  void forget() { pairs_.clear(); }
  bool knows_nothing() const { return pairs_.empty(); }

  std::vector<double> apply(std::vector<double> q) const {
    std::vector<double> alpha;
    for (auto p = pairs_.rbegin(); p != pairs_.rend(); ++p) {
      alpha.push_back(p->rho * dot(p->s, q));
      q = moved(std::move(q), -alpha.back(), p->y);
    }
    for (double& v : q) v *= pairs_.empty() ? 1 : scale_;
    for (const pair& p : pairs_) {
      const double beta = p.rho * dot(p.y, q);
      q = moved(std::move(q), alpha.back() - beta, p.s);
      alpha.pop_back();
    }
    return q;
  }

private:
  struct pair {
    std::vector<double> s, y;
    double rho;
  };
  std::size_t history_;
  double scale_ = 1;
  std::vector<pair> pairs_; ///< the oldest first
};

/// lbfgs_run<Unknowns, F>: the iteration, over a callable that gives value and gradient.
template <class Unknowns, class F> class lbfgs_run {
public:
  lbfgs_run(Unknowns& u, const lbfgs_options& o) : u_(u), o_(o), memory_(o.history) {
    constexpr auto call = "lbfgs(f)(start)";
    require_finite(u.vector(), call, "the start must be finite");
    at_ = evaluate(u.vector());
    require_finite({at_.value}, call, "f must be finite at the start");
    require_finite(at_.gradient, call, "the gradient of f must be finite at the start");
    small_ = o.gradient * std::max(1.0, largest(at_.gradient));
  }

  auto run() {
    int iteration = 0;
    for (; !done() && iteration < o_.iterations; ++iteration) step();
    u_.set(at_.x);
    return solution<decltype(u_.result())>{u_.result(), at_.value,    largest(at_.gradient),
                                           iteration,   evaluations_, reason_};
  }

private:
  static double largest(const std::vector<double>& g) {
    double most = 0;
    for (const double v : g) most = std::max(most, std::abs(v));
    return most;
  }
  trial evaluate(std::vector<double> x) {
    u_.set(x), ++evaluations_;
    const auto r = u_.call(f_);
    trial p{0, static_cast<double>(r.value), 0, std::move(x)};
    append(p.gradient, r.gradient);
    return p;
  }
  bool done() {
    if (largest(at_.gradient) <= small_) reason_ = stopped::gradient;
    return reason_ != stopped::iterations;
  }
  void step() {
    std::vector<double> direction = memory_.apply(at_.gradient);
    for (double& v : direction) v = -v;
    trial start = std::move(at_);
    start.t = 0, start.slope = dot(start.gradient, direction);
    auto along = [&](double t) {
      trial p = evaluate(moved(start.x, t, direction));
      p.t = t, p.slope = dot(p.gradient, direction);
      return p;
    };
    const double first = memory_.knows_nothing() ? std::min(1.0, 1 / norm(start.gradient)) : 1;
    at_ = line_search(along, start).from(first);
    if (at_.t == 0) return give_up_or_forget();
    if (start.value - at_.value <= o_.value * std::abs(at_.value)) reason_ = stopped::value;
    memory_.learn(moved(at_.x, -1, start.x), moved(at_.gradient, -1, start.gradient));
  }
  /// Steepest descent is tried before giving up.
  void give_up_or_forget() {
    if (memory_.knows_nothing()) reason_ = stopped::no_step;
    memory_.forget();
  }

  Unknowns& u_;
  lbfgs_options o_;
  F f_;
  quasi_newton memory_;
  trial at_;
  double small_ = 0; ///< gradient
  int evaluations_ = 0;
  stopped reason_ = stopped::iterations;
};

/// lbfgs_method<Tag>: the above, as the solver takes it.
template <class Tag> struct lbfgs_method {
  using options = lbfgs_options;
  template <class G, text... At, class Unknowns> static auto run(Unknowns& u, const options& o) {
    return lbfgs_run<Unknowns, callable<autodiff::gradient_transform<G, true, At...>, Tag>>(u, o).run();
  }
};

} // namespace optim
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::lbfgs<"x">(f)(args...): the solution x that makes the scalar f smallest nearby, from the arguments that are named (the first,
/// if none is) as they are given. Limited-memory BFGS; every step satisfies the strong Wolfe conditions.
/// errors   run: the start, or f or its gradient there, are not finite (value_error)
/// source   Nocedal & Wright 2006, Numerical Optimization, algorithm 7.5
template <text... Wrt, class F, class Tag = cpu_tag> auto lbfgs(F, const lbfgs_options& o = {}, Tag = {}) {
  return optim::solver<optim::lbfgs_method<Tag>, typename autodiff::requirements<F, Wrt...>::function, Wrt...>(o);
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
