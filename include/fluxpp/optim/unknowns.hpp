// SPDX-License-Identifier: MIT
#pragma once
// What a solver moves: some arguments of a function as one vector of numbers, and what it says when it is done.
#include "fluxpp/autodiff/directions.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1 {

/// Why a solver stopped.
enum class stopped {
  gradient,   ///< the gradient is as small as asked
  step,       ///< steps are too small to change the unknowns
  value,      ///< the function falls no more
  iterations, ///< as many as allowed
  no_step     ///< no step along a direction of descent makes the function smaller
};

/// solution<X>: the unknowns as they were given (a number, an array, or gradients-like parts by name), and what is known of them.
template <class X> struct solution {
  X x;
  double value = 0;    ///< of the function at x; for residuals half the sum of their squares
  double gradient = 0; ///< the measure that the tolerance of the gradient bounds
  int iterations = 0, evaluations = 0;
  stopped reason = stopped::iterations;
  /// The solver found no reason to go on, other than that it must not.
  bool converged() const { return reason != stopped::iterations && reason != stopped::no_step; }
};

namespace optim {

/// The names of N arguments that have none: their numbers.
constexpr text<2> numeral(std::size_t i) {
  const char digit[2]{static_cast<char>('0' + i), 0};
  return digit;
}
template <class F, class Index> struct numbered;
template <class F, std::size_t... I> struct numbered<F, std::index_sequence<I...>> {
  using type = named_function<F, numeral(I)...>;
};
template <class Names> struct first_of;
template <text First, text... More> struct first_of<names<First, More...>> { using type = names<First>; };

/// problem<F, N, Wrt...>: F with names for its N arguments, and those of its unknowns: the first, if none is named.
template <class F, int N, text... Wrt> struct problem {
  using function =
      std::conditional_t<names_of<F>::type::size == 0, typename numbered<F, std::make_index_sequence<N>>::type, F>;
  using unknowns = names<Wrt...>;
};
template <class F, int N> struct problem<F, N> {
  using function =
      std::conditional_t<names_of<F>::type::size == 0, typename numbered<F, std::make_index_sequence<N>>::type, F>;
  using unknowns = typename first_of<typename names_of<function>::type>::type;
};

/// A number or an array of type T like an argument, and its elements.
template <class T, class A> auto unknown_like(const A& a) {
  if constexpr (arguments::number<A>) {
    return static_cast<T>(a);
  } else if constexpr (requires { requires std::is_same_v<A, std::array<T, std::tuple_size<A>::value>>; }) {
    return a;
  } else {
    constexpr int rank = arguments::argument_traits<A>::rank;
    std::array<std::size_t, rank> shape{};
    for (int i = 0; i < rank; ++i) shape[static_cast<std::size_t>(i)] = arguments::argument_traits<A>::size(a, i);
    tensor<T, rank> copy(shape);
    arguments::copy_elements(a, copy.data());
    return copy;
  }
}
template <class X> auto* elements_of(X& x) {
  if constexpr (arguments::number<X>) return &x;
  else return x.data();
}

/// Copies of the arguments that are named.
template <class T, class F, text... Wrt, class... A>
auto copies_of(names<Wrt...>, const std::tuple<const A&...>& args) {
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    return std::tuple(unknown_like<T>(std::get<autodiff::position_at<F, int{sizeof...(A)}, Wrt...>(K)>(args))...);
  }
  (std::make_index_sequence<sizeof...(Wrt)>{});
}

/// unknowns<F, names<Wrt...>, A...>: the arguments of a call of F, of which those named move.
template <class F, class Names, class... A> class unknowns;
template <class F, text... Wrt, class... A> class unknowns<F, names<Wrt...>, A...> {
public:
  using T = typename arguments::real_type<A...>::type;

  explicit unknowns(const A&... args) : args_(args...), parts_(copies_of<T, F>(names<Wrt...>{}, args_)) {}

  std::vector<double> vector() const {
    std::vector<double> x;
    each([&](const auto& part) {
      const T* const from = elements_of(part);
      x.insert(x.end(), from, from + autodiff::element_count(part));
    });
    return x;
  }
  void set(const std::vector<double>& x) {
    auto from = x.begin();
    each([&](auto& part) {
      T* to = const_cast<T*>(elements_of(part));
      for (std::size_t i = 0; i < autodiff::element_count(part); ++i) to[i] = static_cast<T>(*from++);
    });
  }
  /// f at the unknowns.
  template <class Callable> auto call(Callable& f) const { return call(f, std::index_sequence_for<A...>{}); }
  /// The unknowns: the only one, or each by its name.
  auto result() const {
    if constexpr (count == 1) return std::get<0>(parts_);
    else
      return std::apply(
          [](const auto&... p) { return gradients<names<Wrt...>, T, std::decay_t<decltype(p)>...>{{p...}}; }, parts_);
  }

private:
  static constexpr std::size_t count = sizeof...(Wrt), none = count;
  static constexpr std::size_t position(std::size_t k) {
    return autodiff::position_at<F, int{sizeof...(A)}, Wrt...>(k);
  }
  /// Which of the unknowns argument i is, or none.
  static constexpr std::size_t place(std::size_t i) {
    for (std::size_t k = 0; k < count; ++k)
      if (position(k) == i) return k;
    return none;
  }
  template <std::size_t I> const auto& argument() const {
    if constexpr (constexpr std::size_t k = place(I); k == none) return std::get<I>(args_);
    else return std::get<k>(parts_);
  }
  template <class Callable, std::size_t... I> auto call(Callable& f, std::index_sequence<I...>) const {
    return f(argument<I>()...);
  }
  template <class Visit> void each(const Visit& visit) {
    std::apply([&](auto&... part) { (visit(part), ...); }, parts_);
  }
  template <class Visit> void each(const Visit& visit) const {
    std::apply([&](const auto&... part) { (visit(part), ...); }, parts_);
  }

  std::tuple<const A&...> args_;
  decltype(copies_of<T, F>(names<Wrt...>{}, std::declval<const std::tuple<const A&...>&>())) parts_;
};

/// A number, or the elements of an array or of several, after what is already in `to`.
template <class Y> void append(std::vector<double>& to, const Y& y) {
  if constexpr (arguments::number<Y>) to.push_back(static_cast<double>(y));
  else if constexpr (requires { y.values; })
    std::apply([&](const auto&... part) { (append(to, part), ...); }, y.values);
  else to.insert(to.end(), y.begin(), y.end());
}
/// errors   run: an element is not finite (value_error)
inline void require_finite(const std::vector<double>& x, const char* call, const char* requirement) {
  for (const double v : x)
    if (!std::isfinite(v)) throw value_error(call, requirement);
}

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
inline double norm(const std::vector<double>& a) { return std::sqrt(dot(a, a)); }
/// a + t b
inline std::vector<double> moved(std::vector<double> a, double t, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += t * b[i];
  return a;
}

/// solver<Method, F, Wrt...>: what fx::lbfgs and its kin return: called with the arguments of F, it moves those that are named from
/// where they are. Method has the type of its options and run<G, names...>(unknowns, options).
template <class Method, class F, text... Wrt> class solver {
public:
  explicit solver(const typename Method::options& o) : options_(o) {}
  template <class... A> auto operator()(const A&... args) const {
    using problem = optim::problem<F, int{sizeof...(A)}, Wrt...>;
    return solve<typename problem::function>(typename problem::unknowns{}, args...);
  }

private:
  template <class G, text... At, class... A> auto solve(names<At...>, const A&... args) const {
    unknowns<G, names<At...>, A...> u(args...);
    return Method::template run<G, At...>(u, options_);
  }
  typename Method::options options_;
};

} // namespace optim
} // namespace fluxpp::inline v0_1
