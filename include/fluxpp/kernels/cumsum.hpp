// SPDX-License-Identifier: MIT
#pragma once
// Running sums along any axis.
#include "fluxpp/kernels/sweep.hpp"

namespace fluxpp::inline v0_1::kernels {

/// chains: how one long line is summed: by runs of consecutive elements that do not wait for each other, to each of
/// which then the sum of all before it is added.
struct chains {
  static constexpr std::ptrdiff_t count = 8, length = 32, tile = count * length;

  /// The running sums of each chain of a tile by itself, and its total. Step is 1, or -1 from the end.
  template <int Step, class T> static void scan(bool exclusive, const T* x, T* y, T* totals) {
    T total[count]{};
    for (std::ptrdiff_t i = 0; i < length; ++i)
      for (std::ptrdiff_t c = 0; c < count; ++c) {
        const std::ptrdiff_t at = Step * (c * length + i);
        const T sum = total[c] + x[at];
        y[at] = exclusive ? total[c] : sum;
        total[c] = sum;
      }
    std::copy_n(total, count, totals);
  }
  /// Totals of n chains become what came before each of them; returns what came before the next.
  template <class T> static T carries(std::ptrdiff_t n, T* totals, T carry) {
    for (std::ptrdiff_t c = 0; c < n; ++c) {
      const T next = carry + totals[c];
      totals[c] = carry;
      carry = next;
    }
    return carry;
  }
  /// What came before each chain of a tile is added to its elements.
  template <int Step, class T> static void carry_in(T* y, const T* carry) {
    for (std::ptrdiff_t c = 0; c < count; ++c) {
      T* const chain = y + (Step > 0 ? c * length : -(c + 1) * length + 1);
      for (std::ptrdiff_t i = 0; i < length; ++i) chain[i] += carry[c];
    }
  }
};

/// sum_line(exclusive, n, x, y, scratch): n consecutive elements; with scratch for n / chains::length numbers the tiles
/// are divided among threads. The result is the same.
template <int Step, class T> void sum_line(bool exclusive, std::ptrdiff_t n, const T* x, T* y, T* scratch) {
  const std::ptrdiff_t tiles = n / chains::tile, span = Step * chains::tile;
  T carry = T(0);
  const auto scan = [&](std::ptrdiff_t t, T* totals) {
    chains::scan<Step>(exclusive, x + t * span, y + t * span, totals);
  };
  const auto carry_in = [&](std::ptrdiff_t t, const T* carries) { chains::carry_in<Step>(y + t * span, carries); };
  const auto each_tile = [&](auto&& f) {
    in_parts(tiles, chains::tile, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t t = first; t < last; ++t) f(t, scratch + t * chains::count);
    });
  };
  if (scratch != nullptr) {
    each_tile(scan);
    carry = chains::carries(tiles * chains::count, scratch, carry);
    each_tile(carry_in);
  } else {
    T own[chains::count];
    for (std::ptrdiff_t t = 0; t < tiles; ++t) {
      scan(t, own);
      carry = chains::carries(chains::count, own, carry);
      carry_in(t, own);
    }
  }
  for (std::ptrdiff_t i = tiles * chains::tile; i < n; ++i) {
    const T sum = carry + x[Step * i];
    y[Step * i] = exclusive ? carry : sum;
    carry = sum;
  }
}

/// sum_lines(s, exclusive, x, y, scratch): every line of an array whose last axis is summed. A line shares its tiles
/// among threads where there are fewer lines than threads.
template <class T> void sum_lines(const scan_shape& s, bool exclusive, const T* x, T* y, T* scratch) {
  const bool alone = s.lead < thread_pool::instance().size() && s.shares_lines();
  const auto lines = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t l = first; l < last; ++l) {
      const std::ptrdiff_t at = l * s.n + (s.reverse ? s.n - 1 : 0);
      const auto line = s.reverse ? &sum_line<-1, T> : &sum_line<1, T>;
      line(exclusive, s.n, x + at, y + at, alone ? scratch : nullptr);
    }
  };
  if (alone) lines(0, s.lead);
  else in_parts(s.lead, s.n, lines);
}

/// running_sum(s, exclusive, x, y, scratch): the sum of all elements up to each one.
template <class T> void running_sum(const scan_shape& s, bool exclusive, const T* x, T* y, T* scratch) {
  if (s.empty()) return;
  if (s.rest == 1) return sum_lines(s, exclusive, x, y, scratch);
  const auto sum = [](auto last, auto term) { return last + term; };
  scan_columns(s, exclusive, T(0), sum, x, y);
}

} // namespace fluxpp::inline v0_1::kernels
