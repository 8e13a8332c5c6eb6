// SPDX-License-Identifier: MIT
#pragma once
// One function, two judges: the compiled program on the CPU and the reference evaluator, for any arguments.
#include "catch.hpp"
#include "reference.hpp"

#include "fluxpp/autodiff/transforms.hpp"
#include "fluxpp/eval/cpu.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace laws {

namespace fx = fluxpp;
using fx::dims;
using fx::list;
using fx::var;
using numbers = std::vector<double>;
template <class T> using outputs = std::vector<std::vector<T>>;

template <class Transform, class... A>
using program_of = fx::eval::function_program<Transform, fx::arguments::argument_t<A>...>;

/// The elements of an argument in row-major order, and its shape.
template <class A> numbers elements(const A& a) {
  if constexpr (fx::arguments::number<A>) {
    return {static_cast<double>(a)};
  } else {
    using traits = fx::arguments::argument_traits<A>;
    std::size_t n = 1;
    for (int axis = 0; axis < traits::rank; ++axis) n *= traits::size(a, axis);
    numbers v(n);
    fx::arguments::copy_elements(a, v.data());
    return v;
  }
}
template <class A> dims shape_of(const A& a) {
  dims d;
  if constexpr (!fx::arguments::number<A>)
    for (int i = 0; i < fx::arguments::argument_traits<A>::rank; ++i)
      d = d.with(static_cast<int>(fx::arguments::argument_traits<A>::size(a, i)));
  return d;
}

/// run_on_cpu<T, Program>(args...): all outputs of the compiled program.
template <class T, class Program, class... A> outputs<T> run_on_cpu(const A&... args) {
  fx::eval::session<T, Program> session;
  session.run(args...);
  outputs<T> all;
  for (int o = 0; o < fx::eval::size_of<Program>.outputs; ++o) {
    const T* const from = session.address(o);
    all.emplace_back(from, from + fx::kernels::step_args<T>::size(session.shape_of(o)));
  }
  return all;
}
/// by_cpu<Transform>(args...): the same of a transform, as the types of the arguments say.
template <class Transform, class... A> auto by_cpu(const A&... args) {
  return run_on_cpu<typename fx::arguments::real_type<A...>::type, program_of<Transform, A...>>(args...);
}

/// run_reference<Program>(args...), by_reference<Transform>(args...): the same outputs, node by node in double.
template <class Program, class... A> outputs<double> run_reference(const A&... args) {
  fx::graph::tape t;
  Program::trace(t);
  REQUIRE(static_cast<int>(t.first_fault().rule) == 0);
  fx::eval::reference<double> r(t);
  int leaf = 0;
  (r.bind(leaf++, shape_of(args), elements(args)), ...);
  r.run();
  outputs<double> all;
  for (const int o : t.outputs) all.push_back(r.value(o));
  return all;
}
template <class Transform, class... A> outputs<double> by_reference(const A&... args) {
  return run_reference<program_of<Transform, A...>>(args...);
}

/// difference: the largest of |a - b| / max(|a|, |b|, a tenth of the largest |b| of the output, 1e-9): sums that
/// cancel leave noise. And where it is.
struct difference {
  double worst = 0, a = 0, b = 0;
  std::size_t output = 0, index = 0;
  bool within(double tolerance) const { return worst <= tolerance; }
  std::string str() const {
    return "output " + std::to_string(output) + " element " + std::to_string(index) + ": " + std::to_string(a) +
           " instead of " + std::to_string(b) + ", relative error " + std::to_string(worst * 1e12) + "e-12";
  }
};
template <class T> difference compare(const outputs<T>& a, const outputs<double>& b) {
  difference d;
  REQUIRE(a.size() == b.size());
  for (std::size_t o = 0; o < a.size(); ++o) {
    REQUIRE(a[o].size() == b[o].size());
    double size = 0;
    for (const double v : b[o]) size = std::isfinite(v) ? std::max(size, std::abs(v)) : size;
    for (std::size_t i = 0; i < a[o].size(); ++i) {
      const double x = static_cast<double>(a[o][i]), y = b[o][i];
      if (x == y || (std::isnan(x) && std::isnan(y))) continue;
      const double e = std::abs(x - y) / std::max({1e-9, 0.1 * size, std::abs(x), std::abs(y)});
      if (!(e <= d.worst)) d = {std::isnan(e) ? HUGE_VAL : e, x, y, o, i};
    }
  }
  return d;
}

/// Both judges agree on all outputs of a transform.
template <class Transform, class... A> void check_agreement(double tolerance, const A&... args) {
  const difference d = compare(by_cpu<Transform>(args...), by_reference<Transform>(args...));
  INFO(d.str());
  CHECK(d.within(tolerance));
}

/// everything<F, N>: of a function of N real arguments y, its tangent, its adjoint and its second derivative in two ways.
/// Arguments: x..., dx..., u..., ybar. Outputs: y, dy, xbar..., then tangent of xbar along u, then adjoint of <xbar, u>.
template <class F, int N> struct everything {
  using function = F;
  template <int Given> static constexpr list<var> build(fx::graph::tape& t, const list<var>& args) {
    static_assert(Given == 3 * N + 1);
    list<var> x, dx, u, out, y;
    for (int i = 0; i < N; ++i) x.push(args[i]), dx.push(args[N + i]), u.push(args[2 * N + i]);
    y.push(fx::graph::call<F, N>(t, x));
    out.push(y[0]);
    out.append(fx::autodiff::tangent(t, y, x, dx));
    const list<var> xbar = fx::autodiff::adjoint(t, y[0], args[3 * N], x);
    out.append(xbar);
    out.append(fx::autodiff::tangent(t, xbar, x, u));
    var product = t.constant(0);
    for (int i = 0; i < N; ++i) product = product + fx::sum(xbar[i] * u[i]);
    out.append(fx::autodiff::adjoint(t, product, t.constant(1), x));
    return out;
  }
};

/// value<F>, gradients<F>: what fx::compile and fx::value_and_grad build.
template <class F> using value = fx::autodiff::value_transform<F>;
template <class F> using value_and_gradient = fx::autodiff::gradient_transform<F, true>;

/// numbers_like(n, stream): n normal numbers.
inline numbers normal(std::size_t n, std::uint32_t stream) {
  numbers v(n);
  fx::fill_normal(v.data(), n, 2025, stream, 0);
  return v;
}
template <int Rank, class T = double>
fx::tensor<T, Rank> normal_tensor(std::array<std::size_t, Rank> shape, std::uint32_t stream) {
  fx::tensor<T, Rank> x(shape);
  const numbers v = normal(x.size(), stream);
  std::transform(v.begin(), v.end(), x.begin(), [](double a) { return static_cast<T>(a); });
  return x;
}

} // namespace laws
