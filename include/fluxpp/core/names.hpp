// SPDX-License-Identifier: MIT
#pragma once
// Names as compile-time values: text literals usable as template arguments, and `"x"_n`.
#include <cstddef>
#include <string_view>

namespace fluxpp::inline v0_1 {

/// text: a string literal that can be a template argument.
template <std::size_t N> struct text {
  char value[N]{};
  constexpr text(const char (&s)[N]) {
    for (std::size_t i = 0; i < N; ++i) value[i] = s[i];
  }
  constexpr std::string_view view() const { return {value, N - 1}; }
  constexpr bool operator==(const text&) const = default;
};

/// hash_of(s): FNV-1a of a name, 32 bits.
constexpr unsigned hash_of(std::string_view s) {
  unsigned h = 2166136261u;
  for (char c : s) h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
  return h;
}

/// name<"x">: a name as a type, for typed look-up; written `"x"_n`.
template <text Name> struct name {
  static constexpr std::string_view view() { return Name.view(); }
};
namespace literals {
template <text Name> consteval name<Name> operator""_n() { return {}; }
} // namespace literals

/// position<Name, Names...>: the index of Name in Names, or -1.
template <text Name, text... Names> consteval int position() {
  int at = -1, i = 0;
  ((at = at < 0 && Names.view() == Name.view() ? i : at, ++i), ...);
  return at;
}

} // namespace fluxpp::inline v0_1
