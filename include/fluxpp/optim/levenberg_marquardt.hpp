// SPDX-License-Identifier: MIT
#pragma once
// levenberg_marquardt: least squares of residuals that are not linear in the unknowns.
#include "fluxpp/autodiff/jacobian.hpp"
#include "fluxpp/optim/unknowns.hpp"

#include <algorithm>

namespace fluxpp::inline v0_1 {

/// levenberg_marquardt_options: when to stop, and how careful the first step is.
struct levenberg_marquardt_options {
  int iterations = 200;
  double gradient = 1e-10; ///< of the largest cosine between the residuals and a column of the Jacobian
  double step = 1e-14;     ///< of a step, by the length of the unknowns
  double value = 1e-14;    ///< of the fall of the sum of squares, by itself; of the residuals, by those at the start
  double damping = 1e-3;   ///< first; 0 is a step of Gauss and Newton
};

namespace optim {

/// normal_equations: J'J and J'r, row by row, with the scale of each unknown.
struct normal_equations {
  std::size_t n;
  std::vector<double> matrix, gradient, scale;

  explicit normal_equations(std::size_t unknowns) : n(unknowns), matrix(n * n), gradient(n), scale(n) {}

  template <class T> void assign(const tensor<T, 2>& j, const std::vector<double>& r) {
    std::fill(matrix.begin(), matrix.end(), 0.0), std::fill(gradient.begin(), gradient.end(), 0.0);
    for (std::size_t i = 0; i < r.size(); ++i) {
      const T* const row = j.data() + i * n;
      for (std::size_t a = 0; a < n; ++a) {
        const double v = static_cast<double>(row[a]);
        gradient[a] += v * r[i];
        for (std::size_t b = 0; b <= a; ++b) matrix[a * n + b] += v * static_cast<double>(row[b]);
      }
    }
    for (std::size_t a = 0; a < n; ++a) scale[a] = std::max(scale[a], matrix[a * n + a]);
  }
  /// The largest cosine between the residuals and a column of J.
  double largest_cosine(double cost) const {
    double most = 0;
    for (std::size_t a = 0; a < n; ++a)
      if (const double length = matrix[a * n + a] * 2 * cost; length > 0)
        most = std::max(most, std::abs(gradient[a]) / std::sqrt(length));
    return most;
  }
  /// h of (J'J + damping scale) h = -J'r, by Cholesky's decomposition; empty where the matrix is not positive definite.
  std::vector<double> step(double damping) const {
    std::vector<double> l(matrix), h(n);
    for (std::size_t a = 0; a < n; ++a) {
      double* const row = &l[a * n];
      row[a] += damping * (scale[a] > 0 ? scale[a] : 1);
      for (std::size_t b = 0; b <= a; ++b) {
        double sum = row[b];
        for (std::size_t k = 0; k < b; ++k) sum -= row[k] * l[b * n + k];
        if (a != b) row[b] = sum / l[b * n + b];
        else if (!(sum > 0)) return {};
        else row[a] = std::sqrt(sum);
      }
      double sum = -gradient[a];
      for (std::size_t k = 0; k < a; ++k) sum -= row[k] * h[k];
      h[a] = sum / row[a];
    }
    for (std::size_t a = n; a-- > 0;) {
      for (std::size_t k = a + 1; k < n; ++k) h[a] -= l[k * n + a] * h[k];
      h[a] /= l[a * n + a];
    }
    return h;
  }
  /// How far the model of the residuals falls along a step.
  double predicted(const std::vector<double>& h, double damping) const {
    double fall = 0;
    for (std::size_t a = 0; a < n; ++a) fall += 0.5 * h[a] * (damping * scale[a] * h[a] - gradient[a]);
    return fall;
  }
};

/// levenberg_marquardt_run<Unknowns, Residuals, Jacobian>: the iteration, over what the two callables say.
template <class Unknowns, class Residuals, class Jacobian> class levenberg_marquardt_run {
public:
  levenberg_marquardt_run(Unknowns& u, const levenberg_marquardt_options& o)
      : u_(u), o_(o), x_(u.vector()), equations_(x_.size()) {
    constexpr auto call = "levenberg_marquardt(f)(start)";
    require_finite(x_, call, "the start must be finite");
    r_ = residuals(x_);
    require_finite(r_, call, "the residuals must be finite at the start");
    cost_ = 0.5 * dot(r_, r_), nothing_ = o.value * o.value * cost_;
  }

  auto run() {
    double damping = o_.damping, growth = 2;
    linearise();
    int iteration = 0;
    while (reason_ == stopped::iterations && iteration < o_.iterations) {
      ++iteration;
      const std::vector<double> h = equations_.step(damping);
      const double gain = h.empty() ? -1 : try_step(h, damping);
      if (gain > 0) {
        damping *= std::max(1.0 / 3, 1 - std::pow(2 * gain - 1, 3)), growth = 2;
      } else {
        damping = std::max(damping, 1e-10) * growth, growth *= 2;
        if (!(damping < 1e100)) reason_ = stopped::no_step;
      }
    }
    u_.set(x_);
    return solution<decltype(u_.result())>{u_.result(), cost_, cosine_, iteration, evaluations_, reason_};
  }

private:
  std::vector<double> residuals(const std::vector<double>& x) {
    u_.set(x), ++evaluations_;
    std::vector<double> r;
    append(r, u_.call(residuals_));
    return r;
  }
  void linearise() {
    u_.set(x_);
    equations_.assign(u_.call(jacobian_), r_);
    cosine_ = equations_.largest_cosine(cost_);
    if (cost_ <= nothing_) reason_ = stopped::value;
    if (!(cosine_ > o_.gradient)) reason_ = stopped::gradient;
  }
  /// The fall of the sum of squares by what was predicted; the step is taken where that is positive. Where the fall would drown
  /// in rounding, the model is trusted for as long as it makes the cosine smaller.
  double try_step(const std::vector<double>& h, double damping) {
    if (norm(h) <= o_.step * (norm(x_) + o_.step)) {
      reason_ = stopped::step;
      return 0;
    }
    std::vector<double> x = moved(x_, 1, h), r = residuals(x);
    const double cost = 0.5 * dot(r, r), fall = cost_ - cost, predicted = equations_.predicted(h, damping);
    const bool drowns = predicted <= o_.value * cost_ && std::abs(fall) <= o_.value * cost_;
    const double gain = drowns ? 1 : fall / predicted;
    if (!std::isfinite(cost) || !(gain > 0)) return -1;
    x_ = std::move(x), r_ = std::move(r), cost_ = cost;
    const double before = cosine_;
    linearise();
    if (drowns && reason_ == stopped::iterations && !(cosine_ < before)) reason_ = stopped::value;
    return gain;
  }

  Unknowns& u_;
  levenberg_marquardt_options o_;
  Residuals residuals_;
  Jacobian jacobian_;
  std::vector<double> x_, r_;
  normal_equations equations_;
  double cost_ = 0, cosine_ = 0, nothing_ = 0;
  int evaluations_ = 0;
  stopped reason_ = stopped::iterations;
};

/// levenberg_marquardt_method<Tag>: the above, as the solver takes it.
template <class Tag> struct levenberg_marquardt_method {
  using options = levenberg_marquardt_options;
  template <class G, text... At, class Unknowns> static auto run(Unknowns& u, const options& o) {
    return levenberg_marquardt_run<Unknowns, callable<autodiff::value_transform<G>, Tag>,
                                   jacobian_callable<G, Tag, At...>>(u, o)
        .run();
  }
};

} // namespace optim
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::levenberg_marquardt<"x">(residuals)(args...): the solution x that makes half the sum of squares of the residuals smallest
/// nearby, from the arguments that are named (the first, if none is) as they are given. Damped by the scale of each unknown
/// (Marquardt); the damping follows the gain of each step (Nielsen).
/// errors   run: the start, or the residuals there, are not finite (value_error)
/// source   Marquardt 1963, doi:10.1137/0111030; Nielsen 1999, IMM-REP-1999-05; Madsen, Nielsen & Tingleff 2004, Methods for
///          Non-Linear Least Squares Problems, algorithm 3.16
/// example  examples/05_curve_fit.cpp
template <text... Wrt, class F, class Tag = cpu_tag>
auto levenberg_marquardt(F, const levenberg_marquardt_options& o = {}, Tag = {}) {
  return optim::solver<optim::levenberg_marquardt_method<Tag>, typename autodiff::requirements<F, Wrt...>::function,
                       Wrt...>(o);
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
