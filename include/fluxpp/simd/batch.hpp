// SPDX-License-Identifier: MIT
#pragma once
// A batch is a register of numbers that behaves like one number; a mask is a register of truths.

#include <fluxpp/simd/backend.hpp>

namespace fluxpp::inline v0_1::simd {
/// mask<T>: the lane-wise truths that comparing two batches yields.
template <element T> struct mask {
  backend::vector_mask<T> raw;

  mask() = default;
  mask(bool all) : raw(all) {}
  static mask wrap(backend::vector_mask<T> v) {
    mask m;
    m.raw = v;
    return m;
  }

  friend mask operator&(mask a, mask b) { return wrap(a.raw & b.raw); }
  friend mask operator|(mask a, mask b) { return wrap(a.raw | b.raw); }
  friend mask operator!(mask a) { return wrap(!a.raw); }
  friend bool any(mask a) { return backend::any<T>(a.raw); }
  friend bool all(mask a) { return !backend::any<T>(!a.raw); }
};

/// batch<T>(x): `size` numbers of type T, all equal to x; without an argument, not yet set.
template <element T> struct batch {
  using value_type = T;
  static constexpr int size = backend::lanes<T>;
  backend::vector<T> raw;

  batch() = default;
  batch(T x) : raw(x) {}
  static batch wrap(backend::vector<T> v) {
    batch b;
    b.raw = v;
    return b;
  }

  /// batch::load(from): `size` numbers at any alignment.
  static batch load(const T* from) { return wrap(backend::load(from)); }
  void store(T* to) const { backend::store(to, raw); }

  /// batch::load_first(from, n): n numbers, 0 <= n <= size, and zeros; nothing beyond them is read.
  static batch load_first(const T* from, int n) {
    using native = backend::native<T>;
    if constexpr (backend::maskable<T>) return wrap(backend::load_some(from, n, native(batch(T(0)).raw)));
    T lanes[size] = {};
    for (int i = 0; i < n; ++i) lanes[i] = from[i];
    return load(lanes);
  }

  /// b.store_first(to, n): writes the first n lanes, 0 <= n <= size, and nothing else.
  void store_first(T* to, int n) const {
    if constexpr (backend::maskable<T>) return backend::store_some(to, n, backend::native<T>(raw));
    T lanes[size];
    store(lanes);
    for (int i = 0; i < n; ++i) to[i] = lanes[i];
  }

  /// batch::iota(): the lane numbers 0, 1, ... size - 1.
  static batch iota() {
    static constexpr T numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return load(numbers);
  }

  /// b.get(i): the number in lane i; slow, for tests and tails.
  T get(int i) const {
    T lanes[size];
    store(lanes);
    return lanes[i];
  }

  friend batch operator+(batch a, batch b) { return wrap(a.raw + b.raw); }
  friend batch operator-(batch a, batch b) { return wrap(a.raw - b.raw); }
  friend batch operator*(batch a, batch b) { return wrap(a.raw * b.raw); }
  friend batch operator/(batch a, batch b) { return wrap(a.raw / b.raw); }
  friend batch operator-(batch a) { return wrap(backend::negated<T>(a.raw)); }
  batch& operator+=(batch b) { return *this = *this + b; }
  batch& operator-=(batch b) { return *this = *this - b; }
  batch& operator*=(batch b) { return *this = *this * b; }
  batch& operator/=(batch b) { return *this = *this / b; }

  friend mask<T> operator<(batch a, batch b) { return mask<T>::wrap(a.raw < b.raw); }
  friend mask<T> operator<=(batch a, batch b) { return mask<T>::wrap(a.raw <= b.raw); }
  friend mask<T> operator>(batch a, batch b) { return mask<T>::wrap(b.raw < a.raw); }
  friend mask<T> operator>=(batch a, batch b) { return mask<T>::wrap(b.raw <= a.raw); }
  friend mask<T> operator==(batch a, batch b) { return mask<T>::wrap(a.raw == b.raw); }
  friend mask<T> operator!=(batch a, batch b) { return !(a == b); } // xsimd 8.1's own is false for NaN on AVX
};

/// select(m, a, b): a where m holds, else b.
template <class T> batch<T> select(mask<T> m, std::type_identity_t<batch<T>> a, std::type_identity_t<batch<T>> b) {
  return batch<T>::wrap(backend::blend<T>(m.raw, a.raw, b.raw));
}

/// fused<T>: whether fma rounds once on this target.
template <element T> inline constexpr bool fused = backend::fusible<T>;

/// fma(a, b, c): a b + c, rounded once where the machine can (`fused<T>`), twice elsewhere.
template <class T> batch<T> fma(batch<T> a, std::type_identity_t<batch<T>> b, std::type_identity_t<batch<T>> c) {
  using native = backend::native<T>;
  if constexpr (fused<T>) return batch<T>::wrap(backend::fused(native(a.raw), native(b.raw), native(c.raw)));
  else return a * b + c;
}

/// fnma(a, b, c): c - a b, rounded as fma is.
template <class T> batch<T> fnma(batch<T> a, std::type_identity_t<batch<T>> b, std::type_identity_t<batch<T>> c) {
  using native = backend::native<T>;
  if constexpr (fused<T>) return batch<T>::wrap(backend::fused_negative(native(a.raw), native(b.raw), native(c.raw)));
  else return c - a * b;
}

/// in_register(v): v, held in a register rather than read again from memory at each use (a hint, for g++).
template <class T> batch<T> in_register(batch<T> v) { return batch<T>::wrap(backend::in_register<T>(v.raw)); }

/// keep_first(v, n, fill): v with every lane from n on replaced by fill.
template <class T> batch<T> keep_first(batch<T> v, int n, std::type_identity_t<batch<T>> fill) {
  return select(batch<T>::iota() < batch<T>(static_cast<T>(n)), v, fill);
}

/// apply_operation(op, x...): an elementwise operation on batches is its `forward`; so operation objects take them.
template <class Op, class T, class... More>
requires(std::is_same_v<batch<T>, More>&&...) batch<T> apply_operation(Op, batch<T> x, More... more) {
  return Op::forward(x, more...);
}
} // namespace fluxpp::inline v0_1::simd
