// SPDX-License-Identifier: MIT
#pragma once
// subscripts: what a string like "bij,bjk->bik" says about the axes of one or two arrays and of a result.
#include "fluxpp/core/shape.hpp"

namespace fluxpp::inline v0_1::ops {

/// letters: one letter for each axis of an array.
struct letters {
  int count = 0;
  char letter[max_rank]{};

  constexpr char operator[](int i) const { return letter[i]; }
  constexpr void push(char c) { letter[count++] = c; }
  /// The first axis that has the letter, or -1.
  constexpr int find(char c) const {
    for (int i = 0; i < count; ++i)
      if (letter[i] == c) return i;
    return -1;
  }
  constexpr bool has(char c) const { return find(c) >= 0; }
  friend constexpr letters operator+(letters a, const letters& b) {
    for (int i = 0; i < b.count; ++i) a.push(b[i]);
    return a;
  }
};

/// subscripts(string): the letters of each operand and of the result; blanks mean nothing.
struct subscripts {
  letters operand[2], result;
  int operands = 1;
  /// Letters, at most one comma, then "->" and the result; at most 6 letters each; each letter of the result stands
  /// there once, and in an operand.
  bool valid = true;

  constexpr explicit subscripts(std::string_view s) {
    letters* reading = &operand[0];
    for (std::size_t i = 0; i < s.size() && valid; ++i) {
      const char c = s[i];
      if (c == ' ') continue;
      if (c == ',' && reading == &operand[0]) {
        reading = &operand[1];
        operands = 2;
      } else if (c == '-' && reading != &result && i + 1 < s.size() && s[i + 1] == '>') {
        reading = &result;
        ++i;
      } else if (is_letter(c) && reading->count < max_rank) {
        reading->push(c);
      } else {
        valid = false;
      }
    }
    valid = valid && reading == &result;
    for (int i = 0; i < result.count; ++i) {
      const char c = result[i];
      valid = valid && result.find(c) == i && (operand[0].has(c) || operand[1].has(c));
    }
  }

private:
  static constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
};

} // namespace fluxpp::inline v0_1::ops
