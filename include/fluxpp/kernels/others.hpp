// SPDX-License-Identifier: MIT
#pragma once
// Products of all other elements, without division: a tile gives up its product, and takes that of all other tiles.
#include "fluxpp/kernels/recurrence.hpp"
#include "fluxpp/simd/simd.hpp"

namespace fluxpp::inline v0_1::kernels {

/// factors<T, Whole>: consecutive numbers in registers, `rows` batches of them or, if not whole, fewer.
template <class T, bool Whole> class factors {
public:
  using V = simd::batch<T>;
  static constexpr std::ptrdiff_t rows = 8, size = rows * V::size;

  factors(std::ptrdiff_t n, const T* x) : n_(n) {
    for (int k = 0; k < used(); ++k) {
      if constexpr (Whole) row_[k] = V::load(x + k * V::size);
      else row_[k] = keep_first(V::load_first(x + k * V::size, lanes(k)), lanes(k), T(1));
    }
  }
  T product() const {
    V all(T(1)), unused(T(1));
    for (int k = 0; k < used(); ++k) all = all * row_[k];
    return across<1>(all, unused).get(0);
  }
  /// y: for each number what lies outside, times those above it in its lane, those below it, and all of the other lanes.
  void others(T outside, T* y) const {
    V above[rows], all(T(1)), rest(outside);
    for (int k = 0; k < used(); ++k) above[k] = all, all = all * row_[k];
    across<1>(all, rest);
    for (int k = used(); k-- > 0; rest = rest * row_[k]) {
      if constexpr (Whole) (above[k] * rest).store(y + k * V::size);
      else (above[k] * rest).store_first(y + k * V::size, lanes(k));
    }
  }

private:
  int used() const { return Whole ? int{rows} : static_cast<int>((n_ + V::size - 1) / V::size); }
  int lanes(int k) const { return static_cast<int>(std::min<std::ptrdiff_t>(V::size, n_ - k * V::size)); }
  /// The product of all lanes, in each of them; others is multiplied, in each lane, by the product of the other lanes.
  template <int Step> static V across(V all, V& others) {
    if constexpr (Step >= V::size) return all;
    else {
      const V partner = simd::swap_groups<Step>(all);
      others = others * partner;
      return across<2 * Step>(all * partner, others);
    }
  }

  std::ptrdiff_t n_;
  V row_[rows];
};
template <class T> inline constexpr std::ptrdiff_t factors_of_tile = factors<T, true>::size;

/// The numbers of scratch that others_in_line needs.
template <class T> constexpr std::ptrdiff_t others_scratch(std::ptrdiff_t n) {
  return n / (factors_of_tile<T> - 1) + 24;
}

/// others_in_line(n, x, y, scratch, parallel): y[i] is the product of all x but x[i]; y may be x.
template <class T> void others_in_line(std::ptrdiff_t n, const T* x, T* y, T* scratch, bool parallel) {
  constexpr std::ptrdiff_t size = factors_of_tile<T>;
  if (n <= size) return factors<T, false>(n, x).others(T(1), y);
  const std::ptrdiff_t whole = n / size, tiles = (n + size - 1) / size;
  const auto each = [&](auto&& f) {
    const auto some = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t t = first; t < last; ++t) f(t, factors<T, true>(size, x + t * size));
    };
    if (parallel) in_parts(whole, size, some);
    else some(0, whole);
    if (whole < tiles) f(whole, factors<T, false>(n - whole * size, x + whole * size));
  };
  each([&](std::ptrdiff_t t, const auto& tile) { scratch[t] = tile.product(); });
  others_in_line(tiles, scratch, scratch, scratch + tiles, false);
  each([&](std::ptrdiff_t t, const auto& tile) { tile.others(scratch[t], y + t * size); });
}

/// products_of_others(s, x, y, scratch): along the middle axis of s, for each element the product of all others.
template <class T> void products_of_others(const scan_shape& s, const T* x, T* y, T* scratch) {
  if (s.empty()) return;
  if (s.rest == 1) {
    if (s.lead == 1) return others_in_line(s.n, x, y, scratch, true);
    return in_parts(s.lead, s.n, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t l = first; l < last; ++l)
        others_in_line(s.n, x + l * s.n, y + l * s.n, scratch + l * others_scratch<T>(s.n), false);
    });
  }
  running_product({s.lead, s.n, s.rest, false}, true, x, y);
  running_product({s.lead, s.n, s.rest, true}, true, x, scratch);
  map_row(
      s.lead * s.n * s.rest, y, [](auto before, auto after) { return before * after; }, y, scratch);
}
/// The numbers of scratch it needs.
template <class T> constexpr std::ptrdiff_t others_scratch(const scan_shape& s) {
  return s.rest == 1 ? s.lead * others_scratch<T>(s.n) : s.lead * s.n * s.rest;
}

} // namespace fluxpp::inline v0_1::kernels
