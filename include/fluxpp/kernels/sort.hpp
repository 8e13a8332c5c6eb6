// SPDX-License-Identifier: MIT
#pragma once
// Elements in order: sortable keys of numbers, and the positions of the first elements of a line.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace fluxpp::inline v0_1::kernels {

/// sort_key<T>: unsigned numbers in the order of the numbers that they stand for; NaN is the largest, -0 equals 0.
template <class T> using sort_key = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
template <class T> sort_key<T> key_of(T x, bool descending) {
  constexpr sort_key<T> sign = sort_key<T>{1} << (8 * sizeof(T) - 1), none = 0;
  const auto bits = std::bit_cast<sort_key<T>>(x + T(0));
  const sort_key<T> key = x != x ? ~none : (bits & sign) != 0 ? ~bits : bits | sign;
  return descending ? ~key : key;
}

/// sort_entry<T>: the key of an element and its position, which makes all entries of a line different: their order is
/// one, however it is found.
template <class T> struct sort_entry {
  sort_key<T> key;
  std::uint32_t position;

  friend bool operator<(const sort_entry& a, const sort_entry& b) {
    return a.key < b.key || (a.key == b.key && a.position < b.position);
  }
};

/// radix_sort(n, first, spare): by the bytes of the keys, the lowest first; each pass keeps the order of the one
/// before. Returns which of the two places holds the result.
/// source   Knuth 1998, The Art of Computer Programming 3, section 5.2.5
template <class T> sort_entry<T>* radix_sort(std::ptrdiff_t n, sort_entry<T>* first, sort_entry<T>* spare) {
  constexpr int bytes = sizeof(sort_key<T>);
  const auto digit = [](const sort_entry<T>& e, int byte) { return e.key >> (8 * byte) & 255; };
  std::uint32_t counts[bytes][256]{};
  for (std::ptrdiff_t i = 0; i < n; ++i)
    for (int byte = 0; byte < bytes; ++byte) ++counts[byte][digit(first[i], byte)];
  for (int byte = 0; byte < bytes; ++byte) {
    std::uint32_t* const count = counts[byte];
    if (static_cast<std::ptrdiff_t>(count[digit(first[0], byte)]) == n) continue; // nothing to tell apart
    std::uint32_t place = 0;
    for (int d = 0; d < 256; ++d) place += std::exchange(count[d], place);
    for (std::ptrdiff_t i = 0; i < n; ++i) spare[count[digit(first[i], byte)]++] = first[i];
    std::swap(first, spare);
  }
  return first;
}

/// Numbers of T that make room for an entry and a spare one.
template <class T> inline constexpr std::size_t numbers_per_entry = 2 * sizeof(sort_entry<T>) / sizeof(T);

/// sort_positions(n, count, stride, descending, x, to, room): the positions of the first `count` of n elements in
/// order, both arrays with the stride. A few of many are selected, short lines are compared, long ones sorted by
/// digits.
template <class T>
void sort_positions(std::ptrdiff_t n, std::ptrdiff_t count, std::ptrdiff_t stride, bool descending, const T* x, T* to,
                    T* room) {
  auto* entries = reinterpret_cast<sort_entry<T>*>(room);
  for (std::ptrdiff_t i = 0; i < n; ++i)
    std::construct_at(entries + i, sort_entry<T>{key_of(x[i * stride], descending), static_cast<std::uint32_t>(i)});
  if (count < n / 16) std::partial_sort(entries, entries + count, entries + n);
  else if (n < 16 * static_cast<std::ptrdiff_t>(sizeof(T))) std::sort(entries, entries + n);
  else entries = radix_sort<T>(n, entries, entries + n);
  for (std::ptrdiff_t i = 0; i < count; ++i) to[i * stride] = static_cast<T>(entries[i].position);
}

/// place_of(right, n, sorted, x): how many of n sorted numbers are smaller than x, or not larger if right. Numbers that
/// are not sorted give some place.
template <class T> std::ptrdiff_t place_of(bool right, std::ptrdiff_t n, const T* sorted, T x) {
  const auto smaller = [](T a, T b) { return a < b || (b != b && a == a); };
  const T* from = sorted;
  for (std::ptrdiff_t half; n > 0; n -= half) {
    half = (n + 1) / 2;
    const T last = from[half - 1];
    if (right ? !smaller(x, last) : smaller(last, x)) from += half;
  }
  return from - sorted;
}

} // namespace fluxpp::inline v0_1::kernels
