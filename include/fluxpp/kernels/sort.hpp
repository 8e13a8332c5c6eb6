// SPDX-License-Identifier: MIT
#pragma once
// Elements in order: sortable keys of numbers, and the positions of the first elements of a line.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace fluxpp::inline v0_1::kernels {

/// sort_key<T>: unsigned numbers in the order of the numbers that they stand for; NaN is the largest, -0 equals 0.
template <class T> using sort_key = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
template <class T> sort_key<T> key_of(T x, bool descending) {
  constexpr sort_key<T> sign = sort_key<T>{1} << (8 * sizeof(T) - 1), none = 0;
  const auto bits = std::bit_cast<sort_key<T>>(x + T(0));
  const sort_key<T> key = x != x ? ~none : (bits & sign) != 0 ? ~bits : bits | sign;
  return descending ? ~key : key;
}

/// sort_entry<T>: the key of an element and its position, which makes all entries of a line different: their order is one,
/// however it is found.
template <class T> struct sort_entry {
  sort_key<T> key;
  std::uint32_t position;

  friend bool operator<(const sort_entry& a, const sort_entry& b) {
    return a.key < b.key || (a.key == b.key && a.position < b.position);
  }
};

/// Numbers of T that make room for an entry.
template <class T> inline constexpr std::size_t numbers_per_entry = sizeof(sort_entry<T>) / sizeof(T);

/// sort_positions(n, count, stride, descending, x, to, room): the positions of the first `count` of n elements in order, both
/// arrays with the stride; room for n entries.
template <class T>
void sort_positions(std::ptrdiff_t n, std::ptrdiff_t count, std::ptrdiff_t stride, bool descending, const T* x, T* to,
                    T* room) {
  auto* const first = reinterpret_cast<sort_entry<T>*>(room);
  for (std::ptrdiff_t i = 0; i < n; ++i)
    std::construct_at(first + i, sort_entry<T>{key_of(x[i * stride], descending), static_cast<std::uint32_t>(i)});
  if (count < n / 16) {
    std::partial_sort(first, first + count, first + n);
  } else {
    if (count < n) std::nth_element(first, first + count, first + n);
    std::sort(first, first + count);
  }
  for (std::ptrdiff_t i = 0; i < count; ++i) to[i * stride] = static_cast<T>(first[i].position);
}

/// place_of(right, n, sorted, x): how many of n sorted numbers are smaller than x, or not larger if right. Numbers that are
/// not sorted give some place.
template <class T> std::ptrdiff_t place_of(bool right, std::ptrdiff_t n, const T* sorted, T x) {
  const auto smaller = [](T a, T b) { return a < b || (b != b && a == a); };
  std::ptrdiff_t place = 0;
  while (n > 0) {
    const std::ptrdiff_t half = n / 2;
    const T middle = sorted[place + half];
    const bool before = right ? !smaller(x, middle) : smaller(middle, x);
    place += before ? half + 1 : 0;
    n = before ? n - half - 1 : half;
  }
  return place;
}

} // namespace fluxpp::inline v0_1::kernels
