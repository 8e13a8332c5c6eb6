// SPDX-License-Identifier: MIT
#pragma once
// A named tensor as a file holds it: type, shape and bytes, and the way to its numbers.

#include "fluxpp/core/errors.hpp"
#include "fluxpp/io/dtype.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fluxpp::inline v0_1::io {

/// product_of(shape): the number of elements, or nothing above 2^63 - 1; a zero extent wins in any order.
constexpr std::optional<std::uint64_t> product_of(std::span<const std::int64_t> shape) {
  std::uint64_t product = 1;
  bool too_large = false;
  for (const std::int64_t extent : shape) {
    const auto factor = static_cast<std::uint64_t>(extent);
    if (factor == 0) return 0;
    if (product > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / factor) too_large = true;
    else product *= factor;
  }
  return too_large ? std::nullopt : std::optional(product);
}

/// bytes_of(type, shape): the bytes of a tensor, or nothing if they overflow or do not fill whole bytes.
constexpr std::optional<std::uint64_t> bytes_of(dtype type, std::span<const std::int64_t> shape) {
  const std::optional<std::uint64_t> n = product_of(shape);
  if (!n || *n > std::numeric_limits<std::uint64_t>::max() / bits_of(type)) return std::nullopt;
  const std::uint64_t bits = *n * bits_of(type);
  return bits % 8 == 0 ? std::optional(bits / 8) : std::nullopt;
}

/// tensor_entry: a named tensor; `bytes` are its elements, row-major and little-endian, owned by someone else.
struct tensor_entry {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;

  std::size_t size() const { return static_cast<std::size_t>(bytes.size() * 8 / bits_of(type)); }
};

/// entry_of(name, shape, values): the entry that stores values as they are.
template <class T> tensor_entry entry_of(std::string name, std::vector<std::int64_t> shape, std::span<const T> values) {
  static_assert(std::endian::native == std::endian::little, "fluxpp::io::entry_of needs a little-endian machine");
  return {std::move(name), dtype_of<T>(), std::move(shape), std::as_bytes(values)};
}

/// copy_values(entry, out): the elements of F16, BF16, F32, F64, BOOL or integer tensors as numbers.
/// errors   value_error: another type, or a BOOL that is neither 0 nor 1; shape_error: out has another size
template <std::floating_point T> void copy_values(const tensor_entry& entry, std::span<T> out) {
  if (out.size() != entry.size())
    throw shape_error("io::copy_values(entry, out)",
                      '"' + entry.name + "\" has " + std::to_string(entry.size()) + " elements, but out has " +
                          std::to_string(out.size()),
                      entry.name, 0, static_cast<std::int64_t>(entry.size()), static_cast<std::int64_t>(out.size()));
  if (!decode(entry.type, entry.bytes, out))
    throw value_error(
        "io::copy_values(entry, out)",
        '"' + entry.name + "\" of type " + std::string(name_of(entry.type)) + " cannot be read as numbers", entry.name);
}

/// values<float>(entry): the same in a new vector.
template <std::floating_point T> std::vector<T> values(const tensor_entry& entry) {
  std::vector<T> out(entry.size());
  copy_values(entry, std::span<T>(out));
  return out;
}

} // namespace fluxpp::inline v0_1::io
