// SPDX-License-Identifier: MIT
#pragma once
// Writing safetensors files: the same tensors give the same bytes, and the file appears complete or not at all.

#include "fluxpp/core/errors.hpp"
#include "fluxpp/io/file.hpp"
#include "fluxpp/io/json.hpp"
#include "fluxpp/io/tensor_entry.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fluxpp::inline v0_1::io {

/// write_order(entries): by decreasing size of the elements, so that each tensor is aligned, then by name.
inline std::vector<const tensor_entry*> write_order(std::span<const tensor_entry> entries) {
  std::vector<const tensor_entry*> order;
  for (const tensor_entry& e : entries) order.push_back(&e);
  std::sort(order.begin(), order.end(), [](const tensor_entry* a, const tensor_entry* b) {
    const unsigned left = std::max(bits_of(a->type), 8u), right = std::max(bits_of(b->type), 8u);
    return left != right ? left > right : a->name < b->name;
  });
  return order;
}

/// safetensors_header(ordered, metadata): length and JSON, padded with spaces to a multiple of 8 bytes.
inline std::string safetensors_header(std::span<const tensor_entry* const> ordered,
                                      const std::map<std::string, std::string>& metadata) {
  std::string json;
  const auto member = [&](std::string_view key, const std::string& value) {
    json.append(json.empty() ? "{" : ",").append(json_quoted(key)).append(":").append(value);
  };
  if (!metadata.empty()) {
    std::string pairs;
    for (const auto& [key, value] : metadata)
      pairs.append(pairs.empty() ? "{" : ",").append(json_quoted(key)).append(":").append(json_quoted(value));
    member("__metadata__", pairs + '}');
  }
  std::uint64_t begin = 0;
  for (const tensor_entry* e : ordered) {
    std::string extents;
    for (const std::int64_t extent : e->shape)
      extents.append(extents.empty() ? "" : ",").append(std::to_string(extent));
    const std::uint64_t end = begin + e->bytes.size();
    member(e->name, "{\"dtype\":\"" + std::string(name_of(e->type)) + "\",\"shape\":[" + extents +
                        "],\"data_offsets\":[" + std::to_string(begin) + ',' + std::to_string(end) + "]}");
    begin = end;
  }
  json.append(json.empty() ? "{}" : "}").append((8 - json.size() % 8) % 8, ' ');
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(std::uint64_t{json.size()} >> (8 * i) & 0xff);
  return length + json;
}

/// is_utf8(text): whether text is well-formed UTF-8.
constexpr bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// check_writable(call, ordered, metadata): what a reader would refuse is refused before anything is written.
inline void check_writable(const std::string& call, std::span<const tensor_entry* const> ordered,
                           const std::map<std::string, std::string>& metadata) {
  const auto refuse = [&](const std::string& name, std::string_view why) {
    throw value_error(call, json_quoted(name).append(" ").append(why), name);
  };
  for (const tensor_entry* e : ordered) {
    if (!is_utf8(e->name) || e->name.find('\0') != std::string::npos) refuse(e->name, "must be UTF-8 without NUL");
    if (e->name == "__metadata__") refuse(e->name, "must not be the name of a tensor");
    for (const std::int64_t extent : e->shape)
      if (extent < 0) refuse(e->name, "must not have negative extents");
    if (bytes_of(e->type, e->shape) != e->bytes.size()) refuse(e->name, "must have as many bytes as its shape says");
  }
  std::vector<std::string_view> names;
  for (const tensor_entry* e : ordered) names.push_back(e->name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) refuse(std::string(*twice), "must not be given twice");
  for (const auto& [key, value] : metadata)
    if (!is_utf8(key) || !is_utf8(value)) refuse(key, "must be UTF-8 in key and value");
}

/// write_safetensors(path, entries, metadata): writes a file, atomically and with deterministic bytes.
/// errors   value_error: an entry that no reader would accept; file_error: the operating system refuses
inline void write_safetensors(const std::string& path, std::span<const tensor_entry> entries,
                              const std::map<std::string, std::string>& metadata = {}) {
  const std::vector<const tensor_entry*> ordered = write_order(entries);
  check_writable(call_on("write_safetensors", path), ordered, metadata);
  atomic_file file("write_safetensors", path);
  file.write(safetensors_header(ordered, metadata));
  for (const tensor_entry* e : ordered) file.write(e->bytes);
  file.commit();
}

} // namespace fluxpp::inline v0_1::io
