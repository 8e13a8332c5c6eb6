// SPDX-License-Identifier: MIT
#pragma once
// What stands behind simd::batch: xsimd's registers where xsimd is found, single numbers where it is not.

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized" // g++ 12 warns inside its own AVX-512 intrinsics
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#if defined(__AVX__)
#include <immintrin.h>
#endif
#if !defined(FLUXPP_NO_XSIMD) && !defined(__CUDACC__) && __has_include(<xsimd/xsimd.hpp>)
#include <xsimd/xsimd.hpp>
#if !defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
#define FLUXPP_HAS_XSIMD 1
#endif
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#if defined(__has_builtin) && !defined(__CUDACC__)
#if __has_builtin(__builtin_shufflevector)
#define FLUXPP_HAS_SHUFFLEVECTOR 1
#endif
#endif

namespace fluxpp::inline v0_1::simd {
/// An element is a number that a register holds several of.
template <class T> concept element = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// word<T>: the unsigned integer as wide as T.
template <element T> using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// registers: how many vector registers the target has.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int registers = 32;
#else
inline constexpr int registers = 16;
#endif

namespace backend {
#if defined(FLUXPP_HAS_XSIMD)
template <class T> using vector = xsimd::batch<T>;
template <class T> using vector_mask = xsimd::batch_bool<T>;
template <class T> using native = typename xsimd::batch<T>::register_type;
template <class T> inline constexpr int lanes = static_cast<int>(xsimd::batch<T>::size);

template <class T> vector<T> load(const T* from) { return vector<T>::load_unaligned(from); }
template <class T> void store(T* to, vector<T> v) { v.store_unaligned(to); }
template <class T> vector<T> blend(vector_mask<T> m, vector<T> a, vector<T> b) { return xsimd::select(m, a, b); }
template <class T> bool any(vector_mask<T> m) { return xsimd::any(m); }
template <class T> vector<T> root(vector<T> v) { return xsimd::sqrt(v); }
template <class T> vector<T> magnitude(vector<T> v) { return xsimd::abs(v); }
template <class T> vector<T> round_even(vector<T> v) { return xsimd::nearbyint(v); }
template <class T> vector<T> round_down(vector<T> v) {
#if defined(__SSE4_1__) || defined(__aarch64__)
  return xsimd::floor(v);
#else // xsimd would convert each lane to an integer, also one that is too large for that
  const vector<T> r = xsimd::nearbyint(v);
  return xsimd::select(r > v, r - vector<T>(T(1)), r);
#endif
}
#else
template <class T> using vector = T;
template <class T> using vector_mask = bool;
template <class T> using native = T;
template <class T> inline constexpr int lanes = 1;

template <class T> T load(const T* from) { return *from; }
template <class T> void store(T* to, std::type_identity_t<T> v) { *to = v; }
template <class T> T blend(bool m, T a, T b) { return m ? a : b; }
template <class T> bool any(bool m) { return m; }
template <class T> T root(T v) { return std::sqrt(v); }
template <class T> T magnitude(T v) { return std::abs(v); }
template <class T> T round_down(T v) { return std::floor(v); }
template <class T> T round_even(T v) { return std::nearbyint(v); }
#endif

/// negated(v): v with its sign bits flipped. xsimd's `0 - v` turns 0 into 0, and lets g++ contract products that other
/// lines rely on.
template <class T> vector<T> negated(vector<T> v) {
  using bits = vector<word<T>>;
  constexpr word<T> sign = word<T>{1} << (8 * sizeof(T) - 1);
  return std::bit_cast<vector<T>>(static_cast<bits>(std::bit_cast<bits>(v) ^ bits(sign)));
}

struct no_register {};

// fused(a, b, c), fused_negative(a, b, c): c + a b and c - a b with one rounding, for every register that can.
no_register fused(no_register, no_register, no_register);
no_register fused_negative(no_register, no_register, no_register);
#if defined(__AVX512F__)
inline __m512 fused(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
inline __m512d fused(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
inline __m512 fused_negative(__m512 a, __m512 b, __m512 c) { return _mm512_fnmadd_ps(a, b, c); }
inline __m512d fused_negative(__m512d a, __m512d b, __m512d c) { return _mm512_fnmadd_pd(a, b, c); }
#endif
#if defined(__FMA__)
inline __m256 fused(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
inline __m256d fused(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
inline __m256 fused_negative(__m256 a, __m256 b, __m256 c) { return _mm256_fnmadd_ps(a, b, c); }
inline __m256d fused_negative(__m256d a, __m256d b, __m256d c) { return _mm256_fnmadd_pd(a, b, c); }
inline __m128 fused(__m128 a, __m128 b, __m128 c) { return _mm_fmadd_ps(a, b, c); }
inline __m128d fused(__m128d a, __m128d b, __m128d c) { return _mm_fmadd_pd(a, b, c); }
inline __m128 fused_negative(__m128 a, __m128 b, __m128 c) { return _mm_fnmadd_ps(a, b, c); }
inline __m128d fused_negative(__m128d a, __m128d b, __m128d c) { return _mm_fnmadd_pd(a, b, c); }
#elif defined(__aarch64__) && defined(__ARM_NEON)
inline float32x4_t fused(float32x4_t a, float32x4_t b, float32x4_t c) { return vfmaq_f32(c, a, b); }
inline float64x2_t fused(float64x2_t a, float64x2_t b, float64x2_t c) { return vfmaq_f64(c, a, b); }
inline float32x4_t fused_negative(float32x4_t a, float32x4_t b, float32x4_t c) { return vfmsq_f32(c, a, b); }
inline float64x2_t fused_negative(float64x2_t a, float64x2_t b, float64x2_t c) { return vfmsq_f64(c, a, b); }
#endif
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(FP_FAST_FMA)
inline float fused(float a, float b, float c) { return std::fma(a, b, c); }
inline double fused(double a, double b, double c) { return std::fma(a, b, c); }
inline float fused_negative(float a, float b, float c) { return std::fma(-a, b, c); }
inline double fused_negative(double a, double b, double c) { return std::fma(-a, b, c); }
#endif

template <class T> concept fusible = requires(native<T> v) { fused(v, v, v); };

// scaled(x, n): x 2^n. exponent_of(x), mantissa_of(x): floor(log2 x), and x 2^-floor(log2 x).
no_register scaled(no_register, no_register);
no_register exponent_of(no_register);
no_register mantissa_of(no_register);
#if defined(__AVX512F__)
inline __m512 scaled(__m512 x, __m512 n) { return _mm512_scalef_ps(x, n); }
inline __m512d scaled(__m512d x, __m512d n) { return _mm512_scalef_pd(x, n); }
inline __m512 exponent_of(__m512 x) { return _mm512_getexp_ps(x); }
inline __m512d exponent_of(__m512d x) { return _mm512_getexp_pd(x); }
inline __m512 mantissa_of(__m512 x) { return _mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src); }
inline __m512d mantissa_of(__m512d x) { return _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src); }
#endif

// clamped(x, a, b): x within [a, b]; NaN stays NaN, since the x86 instructions return their second operand then.
no_register clamped(no_register, no_register, no_register);
#if defined(__AVX512F__)
inline __m512 clamped(__m512 x, __m512 a, __m512 b) { return _mm512_min_ps(b, _mm512_max_ps(a, x)); }
inline __m512d clamped(__m512d x, __m512d a, __m512d b) { return _mm512_min_pd(b, _mm512_max_pd(a, x)); }
#endif
#if defined(__AVX__)
inline __m256 clamped(__m256 x, __m256 a, __m256 b) { return _mm256_min_ps(b, _mm256_max_ps(a, x)); }
inline __m256d clamped(__m256d x, __m256d a, __m256d b) { return _mm256_min_pd(b, _mm256_max_pd(a, x)); }
#endif

// Loads and stores of the first n lanes that touch no other memory, for every register that can.
no_register load_some(const no_register*, int, no_register);
void store_some(no_register*, int, no_register);
#if defined(__AVX512F__)
inline __m512 load_some(const float* p, int n, __m512) { return _mm512_maskz_loadu_ps(__mmask16((1u << n) - 1), p); }
inline __m512d load_some(const double* p, int n, __m512d) { return _mm512_maskz_loadu_pd(__mmask8((1u << n) - 1), p); }
inline void store_some(float* p, int n, __m512 v) { _mm512_mask_storeu_ps(p, __mmask16((1u << n) - 1), v); }
inline void store_some(double* p, int n, __m512d v) { _mm512_mask_storeu_pd(p, __mmask8((1u << n) - 1), v); }
#endif
#if defined(__AVX__)
template <class T> __m256i first_lanes(int n) {
  alignas(64) static constexpr word<T> bits[64 / sizeof(T)] = {~word<T>{},
                                                               ~word<T>{},
                                                               ~word<T>{},
                                                               ~word<T>{},
                                                               sizeof(T) == 4 ? ~word<T>{} : 0,
                                                               sizeof(T) == 4 ? ~word<T>{} : 0,
                                                               sizeof(T) == 4 ? ~word<T>{} : 0,
                                                               sizeof(T) == 4 ? ~word<T>{} : 0};
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits + 32 / static_cast<int>(sizeof(T)) - n));
}
inline __m256 load_some(const float* p, int n, __m256) { return _mm256_maskload_ps(p, first_lanes<float>(n)); }
inline __m256d load_some(const double* p, int n, __m256d) { return _mm256_maskload_pd(p, first_lanes<double>(n)); }
inline void store_some(float* p, int n, __m256 v) { _mm256_maskstore_ps(p, first_lanes<float>(n), v); }
inline void store_some(double* p, int n, __m256d v) { _mm256_maskstore_pd(p, first_lanes<double>(n), v); }
#endif

/// in_register(v): v, which g++ may not take for a value that it can as well read again from memory at each use.
template <class T> vector<T> in_register(vector<T> v) {
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
  auto r = static_cast<native<T>>(v);
  asm("" : "+v"(r));
  return vector<T>(r);
#else
  return v;
#endif
}

template <class T> concept maskable = requires(T* p, native<T> v) { store_some(p, 1, v); };
} // namespace backend
} // namespace fluxpp::inline v0_1::simd
