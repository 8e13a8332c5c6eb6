// SPDX-License-Identifier: MIT
#pragma once
// Shapes: rows of extents, each a number or an index into a table of symbols and formulas; user-level named extents.
#include "fluxpp/core/list.hpp"
#include "fluxpp/core/names.hpp"

namespace fluxpp::inline v0_1 {

/// The largest number of axes of an array in a program.
inline constexpr int max_rank = 6;

/// dims: a shape. An extent >= 0 is a number; an extent < 0 is entry -1 - extent of the program's extent table.
struct dims {
  int rank = 0;
  int extent[max_rank]{};

  constexpr int operator[](int axis) const { return extent[axis]; }
  constexpr int& operator[](int axis) { return extent[axis]; }
  constexpr bool operator==(const dims& o) const {
    if (rank != o.rank) return false;
    for (int i = 0; i < rank; ++i)
      if (extent[i] != o.extent[i]) return false;
    return true;
  }
  constexpr unsigned hash() const {
    unsigned h = mix(2166136261u, static_cast<unsigned>(rank));
    for (int i = 0; i < rank; ++i) h = mix(h, static_cast<unsigned>(extent[i]));
    return h;
  }
  /// The same shape with one more axis at the end.
  constexpr dims with(int e) const {
    dims d = *this;
    d.extent[d.rank++] = e;
    return d;
  }
  /// The same shape with the extents of `by` in place of `count` axes from `axis` on.
  constexpr dims replaced(int axis, int count, const dims& by) const {
    dims d;
    for (int i = 0; i < axis; ++i) d = d.with(extent[i]);
    for (int i = 0; i < by.rank; ++i) d = d.with(by[i]);
    for (int i = axis + count; i < rank; ++i) d = d.with(extent[i]);
    return d;
  }
  /// Every extent is the number 1: one element, whatever is bound.
  constexpr bool single() const {
    for (int i = 0; i < rank; ++i)
      if (extent[i] != 1) return false;
    return true;
  }
  constexpr bool fixed() const {
    for (int i = 0; i < rank; ++i)
      if (extent[i] < 0) return false;
    return true;
  }
};

/// make_dims(3, 4): a shape from extents.
template <class... E> constexpr dims make_dims(E... e) {
  static_assert(sizeof...(E) <= max_rank, "fluxpp: an array has at most six axes");
  return {static_cast<int>(sizeof...(E)), {e...}};
}

/// named<"batch">: an extent known by name, bound when a program is called.
template <text Name> struct named {
  static constexpr unsigned hash() { return hash_of(Name.view()); }
  constexpr bool operator==(const named&) const = default;
};
template <text Name> inline constexpr named<Name> dim{};
inline constexpr named<"batch"> batch{};

/// shape<batch, 1, 8, 8>: a shape that mixes numbers and names.
template <auto... Extents> struct shape_t {
  static_assert(sizeof...(Extents) <= max_rank, "fluxpp: an array has at most six axes");
  static constexpr int rank = sizeof...(Extents);
};
template <auto... Extents> inline constexpr shape_t<Extents...> shape{};

} // namespace fluxpp::inline v0_1
