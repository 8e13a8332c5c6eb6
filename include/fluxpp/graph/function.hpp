// SPDX-License-Identifier: MIT
#pragma once
// Functions that become programs: a callable on vars, with names for its arguments.
#include "fluxpp/core/arguments.hpp"
#include "fluxpp/core/tensor.hpp"
#include "fluxpp/graph/evaluator.hpp"

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fluxpp::inline v0_1 {

/// names<"x", "y">: a list of names.
template <text... Names> struct names {
  static constexpr int size = sizeof...(Names);
  template <text Name> static constexpr int at = position<Name, Names...>();
  static constexpr std::array<std::string_view, sizeof...(Names) + 1> list{Names.view()..., {}};
};

/// named_function: a function whose arguments have names; made by fx::function.
template <class F, text... Names> struct named_function : F { using argument_names = names<Names...>; };

template <text... Names> struct function_builder {
  template <class F> constexpr named_function<F, Names...> operator()(F) const { return {}; }
};
/// fx::function<"mu", "sigma", "x">(f): f with names for its arguments, in order. f must not capture: it is a constant,
/// run by the compiler on handles to build the program; values that change are arguments.
template <text... Names> inline constexpr function_builder<Names...> function{};

template <class F> struct names_of { using type = names<>; };
template <class F>
requires requires { typename F::argument_names; }
struct names_of<F> {
  using type = typename F::argument_names;
};

/// A function that can become a program needs nothing at run time.
template <class F> inline constexpr bool traceable = std::is_empty_v<F>&& std::is_default_constructible_v<F>;

namespace graph {

template <class F, int... Index>
constexpr var call_with(tape& t, const list<var>& args, std::integer_sequence<int, Index...>) {
  if constexpr (std::is_convertible_v<decltype(F{}(args[Index]...)), var>) {
    return F{}(args[Index]...);
  } else {
    t.fail(rule::no_result, {}, {});
    return 0.0;
  }
}
/// The result of F on N vars; a plain number is put on the tape.
template <class F, int N> constexpr var call(tape& t, const list<var>& args) {
  const var y = call_with<F>(t, args, std::make_integer_sequence<int, N>{});
  return y.is_number() ? t.constant(y.number) : y;
}

constexpr var as_var(var v) { return v; }
constexpr var as_var(zero_t) { return {}; }

/// Puts plain numbers among vars on the tape of the others; a tangent that is zero stays absent.
template <class... V> constexpr list<var> on_one_tape(V... v) {
  tape* t = nullptr;
  ((t = v.exists() ? v.tape : t), ...);
  list<var> out;
  (out.push(v.exists() || v.absent() ? v : t->constant(v.number)), ...);
  return out;
}
constexpr tape* tape_of(const list<var>& x) {
  for (const var& v : x)
    if (v.exists()) return v.tape;
  return nullptr;
}

/// How output I of a transform is handed out inside a larger program.
struct var_reader {
  const list<var>& all;
  template <int Index> constexpr var operator()() const { return all[Index]; }
};

} // namespace graph

/// argument_count<Given, Expected>: instantiated for a call; the numbers stand in the message.
template <int Given, int Expected> struct argument_count {
  static_assert(
      Given == Expected,
      "fluxpp::f(args): one argument for each argument of f, in order (fx::jvp and fx::hvp: then a tangent for "
      "each; fx::vjp: then the cotangent of the result)");
};
/// Whether F can be called with N vars.
template <int> using one_var = graph::var;
template <class F, int... I> constexpr bool takes(std::integer_sequence<int, I...>) {
  return requires(const F& f) { f(one_var<I>{}...); };
}
/// The number of arguments of a call: told by F's names, or what is given if F takes it; else 0.
template <class F, class Transform, int Given, int N = 0> constexpr int expected_arguments() {
  constexpr int named = names_of<F>::type::size;
  if constexpr (named > 0) return Transform::template from_function<named>;
  else if constexpr (Transform::template from_function<N> == Given)
    return takes<F>(std::make_integer_sequence<int, N>{}) ? Given : 0;
  else if constexpr (N < Given) return expected_arguments<F, Transform, Given, N + 1>();
  else return 0;
}
template <class...> inline constexpr bool never = false;

/// callable<Transform, Tag>: what fx::value_and_grad and its kin return. Owns its workspace and reuses it call after call;
/// one object must not be called from two threads at once, copies are independent.
/// Called as an lvalue it returns views of its workspace, valid until its next call; called as an rvalue, owning tensors.
/// Called on vars it takes part in a larger program, so derivatives nest.
template <class Transform, class Tag> class callable {
public:
  using transform = Transform;
  constexpr callable() = default;
  constexpr callable(const callable& other) : key_(other.key_) {}
  constexpr callable(callable&& other) noexcept
      : key_(other.key_), workspace_(std::exchange(other.workspace_, nullptr)) {}
  constexpr callable& operator=(callable other) noexcept {
    key_ = other.key_;
    std::swap(workspace_, other.workspace_);
    return *this;
  }
  constexpr ~callable() { delete workspace_; }

  /// Sets what dropout and other random numbers of later calls follow from; the same key gives the same numbers.
  callable& key(std::uint64_t seed, std::uint32_t step = 0) {
    key_ = {seed, step};
    return *this;
  }

  // Both calls say the same in full: one function more between would be a long line more in every compile error.
  template <class... A>
  requires(!(std::is_same_v<std::remove_cvref_t<A>, graph::var> || ...)) auto operator()(const A&... args) & {
    static_assert(sizeof(argument_count<int{sizeof...(A)}, expected<int{sizeof...(A)}>>) > 0);
    static_assert(sizeof(arguments::requirements<A...>) > 0);
    if constexpr (int{sizeof...(A)} != expected<int{sizeof...(A)}> || !arguments::acceptable<A...>) {
      return Transform::template results<double, expected<int{sizeof...(A)}>>(nothing_reader{});
    } else {
      static_assert(sizeof(typename evaluator_of<Tag>::template report<Transform, A...>) > 0);
      return evaluator_of<Tag>::template call<Transform, false>(memory(), key_, args...);
    }
  }
  template <class... A>
  requires(!(std::is_same_v<std::remove_cvref_t<A>, graph::var> || ...)) auto operator()(const A&... args) && {
    static_assert(sizeof(argument_count<int{sizeof...(A)}, expected<int{sizeof...(A)}>>) > 0);
    static_assert(sizeof(arguments::requirements<A...>) > 0);
    if constexpr (int{sizeof...(A)} != expected<int{sizeof...(A)}> || !arguments::acceptable<A...>) {
      return Transform::template results<double, expected<int{sizeof...(A)}>>(nothing_reader{});
    } else {
      static_assert(sizeof(typename evaluator_of<Tag>::template report<Transform, A...>) > 0);
      return evaluator_of<Tag>::template call<Transform, true>(memory(), key_, args...);
    }
  }
  template <class... A>
  requires(!(std::is_same_v<std::remove_cvref_t<A>, graph::var> || ...)) auto operator()(const A&...) const& {
    static_assert(never<A...>,
                  "fluxpp: a compiled function keeps its workspace in itself: call one that is not const, or a copy");
    return Transform::template results<double, expected<int{sizeof...(A)}>>(nothing_reader{});
  }
  template <class... A>
  requires(std::is_same_v<std::remove_cvref_t<A>, graph::var> || ...) constexpr auto operator()(A... args) const {
    static_assert(sizeof(argument_count<int{sizeof...(A)}, expected<int{sizeof...(A)}>>) > 0);
    if constexpr (int{sizeof...(A)} != expected<int{sizeof...(A)}>) {
      return Transform::template results<graph::var, expected<int{sizeof...(A)}>>(nothing_reader{});
    } else {
      const list<graph::var> x = graph::on_one_tape(graph::as_var(args)...);
      const list<graph::var> y = Transform::template build<sizeof...(A)>(*graph::tape_of(x), x);
      return Transform::template results<graph::var, sizeof...(A)>(graph::var_reader{y});
    }
  }

private:
  using workspace = typename evaluator_of<Tag>::workspace;
  template <int Given>
  static constexpr int expected = expected_arguments<typename Transform::function, Transform, Given>();
  workspace& memory() {
    if (workspace_ == nullptr) workspace_ = new workspace;
    return *workspace_;
  }
  random_key key_;
  workspace* workspace_ = nullptr; // made by the first call, so that a callable is a constant until then
};

} // namespace fluxpp::inline v0_1
