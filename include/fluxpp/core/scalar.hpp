// SPDX-License-Identifier: MIT
#pragma once
// What batches have and plain numbers lack, so that one `forward` body serves both: select, any, fma, fnma, horner.

#include <cmath>
#include <type_traits>

namespace fluxpp::inline v0_1::scalar {
/// A real is a plain floating-point number.
template <class T> concept real = std::is_floating_point_v<T>;

/// real_of<V>: the plain number that a value type is made of; double for handles, which have no type of their own.
template <class V> struct real_in { using type = double; };
template <real V> struct real_in<V> { using type = V; };
template <class V>
requires requires { typename V::value_type; }
struct real_in<V> : real_in<typename V::value_type> {};
template <class V> using real_of = typename real_in<V>::type;

/// select(m, a, b): a if m, else b; the twin of simd::select.
template <real T> constexpr T select(bool m, T a, std::type_identity_t<T> b) { return m ? a : b; }

/// any(m): m; the twin of a mask's any.
constexpr bool any(bool m) { return m; }

/// fma(a, b, c): a b + c, rounded once where the target has the instruction, twice elsewhere and in constant evaluation.
template <real T> constexpr T fma(T a, std::type_identity_t<T> b, std::type_identity_t<T> c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(FP_FAST_FMA) || defined(__CUDA_ARCH__)
  if (!std::is_constant_evaluated()) return std::fma(a, b, c);
#endif
  return a * b + c;
}

/// fnma(a, b, c): c - a b, rounded as fma is.
template <real T> constexpr T fnma(T a, std::type_identity_t<T> b, std::type_identity_t<T> c) { return fma(-a, b, c); }

/// horner(x, c...): the polynomial with coefficients c, that of the highest power first; the twin of simd::horner.
template <real T, class... Coefficient> constexpr T horner(T x, std::type_identity_t<T> first, Coefficient... rest) {
  T p = first;
  ((p = fma(p, x, static_cast<T>(rest))), ...);
  return p;
}

/// wide<V>: a plain number of more than double precision, in which the tests compute what others approximate.
template <class V> inline constexpr bool wide = real<V> && sizeof(V) > 8;
} // namespace fluxpp::inline v0_1::scalar
