// SPDX-License-Identifier: MIT
#pragma once
// What batches have and plain numbers lack, so that one `forward` body serves both: select, fma, fnma.

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

/// fma(a, b, c): a b + c, rounded once where the target has the instruction, twice elsewhere and in constant evaluation.
template <real T> constexpr T fma(T a, std::type_identity_t<T> b, std::type_identity_t<T> c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(FP_FAST_FMA) || defined(__CUDA_ARCH__)
  if (!std::is_constant_evaluated()) return std::fma(a, b, c);
#endif
  return a * b + c;
}

/// fnma(a, b, c): c - a b, rounded as fma is.
template <real T> constexpr T fnma(T a, std::type_identity_t<T> b, std::type_identity_t<T> c) { return fma(-a, b, c); }
} // namespace fluxpp::inline v0_1::scalar
