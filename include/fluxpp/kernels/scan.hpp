// SPDX-License-Identifier: MIT
#pragma once
// Scans: sums and products of all elements up to each one, along any axis.
#include "fluxpp/kernels/sweep.hpp"

namespace fluxpp::inline v0_1::kernels {

struct addition {
  template <class T> static constexpr T neutral = T(0);
  template <class V> static V of(V a, V b) { return a + b; }
};
struct multiplication {
  template <class T> static constexpr T neutral = T(1);
  template <class V> static V of(V a, V b) { return a * b; }
};

/// chains: how one long line is scanned: by runs of consecutive elements that do not wait for each other, each of which then
/// meets what all before it gave.
struct chains {
  static constexpr std::ptrdiff_t count = 8, length = 32, tile = count * length;

  /// The scan of each chain of a tile by itself, and its total. Step is 1, or -1 from the end.
  template <class Fold, int Step, class T> static void scan(bool exclusive, const T* x, T* y, T* totals) {
    T total[count];
    std::fill_n(total, count, Fold::template neutral<T>);
    for (std::ptrdiff_t i = 0; i < length; ++i)
      for (std::ptrdiff_t c = 0; c < count; ++c) {
        const std::ptrdiff_t at = Step * (c * length + i);
        const T sum = Fold::of(total[c], x[at]);
        y[at] = exclusive ? total[c] : sum;
        total[c] = sum;
      }
    std::copy_n(total, count, totals);
  }
  /// Totals of n chains become what came before each of them; returns what came before the next.
  template <class Fold, class T> static T carries(std::ptrdiff_t n, T* totals, T carry) {
    for (std::ptrdiff_t c = 0; c < n; ++c) {
      const T next = Fold::of(carry, totals[c]);
      totals[c] = carry;
      carry = next;
    }
    return carry;
  }
  /// What came before each chain of a tile meets its elements.
  template <class Fold, int Step, class T> static void carry_in(T* y, const T* carry) {
    for (std::ptrdiff_t c = 0; c < count; ++c) {
      T* const chain = y + (Step > 0 ? c * length : -(c + 1) * length + 1);
      map_row(
          length, chain, [v = carry[c]](auto x) { return Fold::of(decltype(x)(v), x); }, chain);
    }
  }
};

/// scan_line(exclusive, n, x, y, scratch): n consecutive elements; with scratch for n / chains::length numbers the tiles are
/// divided among threads. The result is the same.
template <class Fold, int Step, class T>
void scan_line(bool exclusive, std::ptrdiff_t n, const T* x, T* y, T* scratch) {
  const std::ptrdiff_t tiles = n / chains::tile, span = Step * chains::tile;
  T carry = Fold::template neutral<T>;
  const auto scan = [&](std::ptrdiff_t t, T* totals) {
    chains::scan<Fold, Step>(exclusive, x + t * span, y + t * span, totals);
  };
  const auto carry_in = [&](std::ptrdiff_t t, const T* carries) {
    chains::carry_in<Fold, Step>(y + t * span, carries);
  };
  const auto each_tile = [&](auto&& f) {
    in_parts(tiles, chains::tile, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t t = first; t < last; ++t) f(t, scratch + t * chains::count);
    });
  };
  if (scratch != nullptr) {
    each_tile(scan);
    carry = chains::carries<Fold>(tiles * chains::count, scratch, carry);
    each_tile(carry_in);
  } else {
    T own[chains::count];
    for (std::ptrdiff_t t = 0; t < tiles; ++t) {
      scan(t, own);
      carry = chains::carries<Fold>(chains::count, own, carry);
      carry_in(t, own);
    }
  }
  for (std::ptrdiff_t i = tiles * chains::tile; i < n; ++i) {
    const T sum = Fold::of(carry, x[Step * i]);
    y[Step * i] = exclusive ? carry : sum;
    carry = sum;
  }
}

/// scan_lines(s, exclusive, x, y, scratch): every line of an array whose last axis is scanned. A line shares its tiles among
/// threads where there are fewer lines than threads.
template <class Fold, class T> void scan_lines(const scan_shape& s, bool exclusive, const T* x, T* y, T* scratch) {
  const bool alone = s.lead < thread_pool::instance().size() && s.shares_lines();
  const auto scan = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t l = first; l < last; ++l) {
      const std::ptrdiff_t at = l * s.n + (s.reverse ? s.n - 1 : 0);
      const auto line = s.reverse ? &scan_line<Fold, -1, T> : &scan_line<Fold, 1, T>;
      line(exclusive, s.n, x + at, y + at, alone ? scratch : nullptr);
    }
  };
  if (alone) scan(0, s.lead);
  else in_parts(s.lead, s.n, scan);
}

/// scan(s, exclusive, x, y, scratch): all elements up to each one, folded.
template <class Fold, class T> void scan(const scan_shape& s, bool exclusive, const T* x, T* y, T* scratch) {
  if (s.empty()) return;
  if (s.rest == 1) return scan_lines<Fold>(s, exclusive, x, y, scratch);
  const auto first = [&](std::ptrdiff_t at, std::ptrdiff_t width) {
    if (exclusive) std::fill_n(y + at, width, Fold::template neutral<T>);
    else std::copy_n(x + at, width, y + at);
  };
  sweep_columns(s, first, [&](std::ptrdiff_t at, std::ptrdiff_t before, std::ptrdiff_t width) {
    const auto fold = [](auto a, auto b) { return Fold::of(a, b); };
    map_row(width, y + at, fold, y + before, x + (exclusive ? before : at));
  });
}

} // namespace fluxpp::inline v0_1::kernels
