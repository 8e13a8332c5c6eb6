// SPDX-License-Identifier: MIT
#pragma once
// The exceptions of fluxpp: one sentence for the reader, typed fields for the program.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fluxpp::inline v0_1::error {

/// sentence(call, requirement): the text of every exception, `fluxpp::<call>: <requirement>`.
inline std::string sentence(std::string_view call, std::string_view requirement) {
  std::string text = "fluxpp::";
  return text.append(call).append(": ").append(requirement);
}

/// in_source(line): where in the user's source, as a part of a sentence; nothing when the line is not known.
inline std::string in_source(int line) {
  return line > 0 ? " (source line " + std::to_string(line) + ")" : std::string();
}

/// error: the base of all exceptions of fluxpp; what() is one sentence.
struct error : std::runtime_error {
  error(std::string_view call, std::string_view requirement) : std::runtime_error(sentence(call, requirement)) {}
};

/// shape_error(call, requirement, argument, axis, expected, got): an extent of an argument is not what it must be.
/// `axis` is -1 when the rank is meant.
struct shape_error : error {
  std::string argument;
  int axis;
  std::int64_t expected, got;

  shape_error(std::string_view call, std::string_view requirement, std::string which = {}, int at_axis = -1,
              std::int64_t must_be = 0, std::int64_t found = 0)
      : error(call, requirement), argument(std::move(which)), axis(at_axis), expected(must_be), got(found) {}
};

/// value_error(call, requirement, argument): a value of an argument is outside its domain.
struct value_error : error {
  std::string argument;

  value_error(std::string_view call, std::string_view requirement, std::string which = {})
      : error(call, requirement), argument(std::move(which)) {}
};

/// file_error(call, requirement, path, offset, key): a file cannot be read or written, or its content is refused.
/// `offset` is the byte where the fault shows, `key` the entry it belongs to (empty: the file as a whole).
struct file_error : error {
  std::string path;
  std::uint64_t offset;
  std::string key;

  file_error(std::string_view call, std::string_view requirement, std::string file, std::uint64_t at_byte = 0,
             std::string of_key = {})
      : error(call, requirement), path(std::move(file)), offset(at_byte), key(std::move(of_key)) {}
};

} // namespace fluxpp::inline v0_1::error

namespace fluxpp::inline v0_1 {

using error::file_error;
using error::shape_error;
using error::value_error;

} // namespace fluxpp::inline v0_1
