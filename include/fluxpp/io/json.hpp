// SPDX-License-Identifier: MIT
#pragma once
// A strict JSON reader that is led by its caller: it has no tree and no recursion, and it shows duplicate keys.

#include "fluxpp/core/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fluxpp::inline v0_1::io {

/// json_error: the text is not the JSON that was asked for; `offset` is the byte where that shows.
struct json_error : error::error {
  std::size_t offset;
  std::string reason;
  json_error(std::size_t at, std::string why) : error("json_reader(text)", why), offset(at), reason(std::move(why)) {}
};

/// utf8_length(text): bytes of the well-formed UTF-8 sequence at the front of text, 0 if there is none.
/// source   Unicode 15 (2022), table 3-7
constexpr std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned lead = at(0);
  if (text.empty()) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF)
    return follows(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  if (lead >= 0xF0 && lead <= 0xF4)
    return follows(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

/// append_utf8(text, code): appends a code point.
inline void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  if (code < 0x10000) put(0xE0 | code >> 12);
  else put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F));
  put(0x80 | (code >> 6 & 0x3F));
  put(0x80 | (code & 0x3F));
}

/// json_reader(text): reads one value after another, as the caller expects them.
/// errors   json_error
class json_reader {
public:
  explicit json_reader(std::string_view text, std::size_t max_string = 1'000'000)
      : text_(text), max_string_(max_string) {}

  std::size_t offset() const { return at_; }

  /// object(member): `{...}`; calls member(key) with the reader standing before the value, which member must read.
  template <class Member> void object(Member&& member) {
    expect('{');
    if (consume('}')) return;
    do {
      skip_space();
      const std::string key = string();
      expect(':');
      member(key);
    } while (consume(','));
    expect('}');
  }

  /// array(element): `[...]`; calls element() before each value, which element must read.
  template <class Element> void array(Element&& element) {
    expect('[');
    if (consume(']')) return;
    do element();
    while (consume(','));
    expect(']');
  }

  /// natural(): an integer in [0, 2^63), written without sign, fraction or exponent.
  std::int64_t natural() {
    skip_space();
    const std::size_t first = at_;
    std::uint64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
      if (value > (limit - digit) / 10) fail("a number must be below 2^63");
      value = value * 10 + digit;
    }
    if (at_ == first || peek() == '.' || peek() == 'e' || peek() == 'E')
      fail("a number must be a non-negative integer");
    if (text_[first] == '0' && at_ - first > 1) fail("a number must not begin with 0");
    return static_cast<std::int64_t>(value);
  }

  std::string string() {
    expect('"');
    std::string value;
    while (peek() != '"') {
      if (value.size() > max_string_)
        fail("a string must not be longer than " + std::to_string(max_string_) + " bytes");
      if (peek() == '\\') escape(value);
      else character(value);
    }
    ++at_;
    return value;
  }

  /// The text must end here, spaces apart.
  void end() {
    while (peek() == ' ') ++at_;
    if (at_ != text_.size()) fail("nothing but spaces may follow the JSON text");
  }

  [[noreturn]] void fail(std::string reason) const { throw json_error(at_, std::move(reason)); }

private:
  static constexpr std::uint64_t limit = (std::uint64_t{1} << 63) - 1;

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  bool consume(char c) {
    skip_space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!consume(c)) fail(std::string("expected '") + c + "'");
  }

  void character(std::string& value) {
    if (static_cast<unsigned char>(peek()) < 0x20) fail("a string must end and must not hold control characters");
    const std::size_t length = utf8_length(text_.substr(at_));
    if (length == 0) fail("a string must be valid UTF-8");
    value.append(text_.substr(at_, length));
    at_ += length;
  }

  void escape(std::string& value) {
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    ++at_;
    if (peek() == 'u') return ++at_, append_utf8(value, escaped_code_point());
    const std::size_t which = at_ < text_.size() ? letters.find(peek()) : letters.npos;
    if (which == letters.npos) fail("a backslash must begin a JSON escape");
    value.push_back(meanings[which]);
    ++at_;
  }

  std::uint32_t escaped_code_point() {
    const std::uint32_t high = four_digits();
    if (high < 0xD800 || high > 0xDFFF) return high;
    if (high > 0xDBFF || text_.substr(at_, 2) != "\\u") fail("a surrogate must be half of a pair");
    at_ += 2;
    const std::uint32_t low = four_digits();
    if (low < 0xDC00 || low > 0xDFFF) fail("a surrogate must be half of a pair");
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }

  std::uint32_t four_digits() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const bool digit = c >= '0' && c <= '9', letter = (c | 32) >= 'a' && (c | 32) <= 'f';
      if (!digit && !letter) fail("\\u must be followed by four hexadecimal digits");
      value = value * 16 + static_cast<std::uint32_t>(digit ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
  }

  std::string_view text_;
  std::size_t max_string_, at_ = 0;
};

/// json_quoted(text): a JSON string, with no more escapes than needed.
inline std::string json_quoted(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) quoted.append("\\u00").append({digits[byte >> 4], digits[byte & 15]});
    else if (c == '"' || c == '\\') quoted.append({'\\', c});
    else quoted.push_back(c);
  }
  return quoted.append("\"");
}

} // namespace fluxpp::inline v0_1::io
