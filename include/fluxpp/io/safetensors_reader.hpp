// SPDX-License-Identifier: MIT
#pragma once
// Reading safetensors files: every claim of the header is checked against the file before it is believed.
// format   u64 header length N, N bytes of JSON, data; little-endian. https://github.com/huggingface/safetensors, 2023

#include "fluxpp/core/errors.hpp"
#include "fluxpp/io/file.hpp"
#include "fluxpp/io/json.hpp"
#include "fluxpp/io/tensor_entry.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fluxpp::inline v0_1::io {

/// safetensors_limits: what a file may claim at most.
struct safetensors_limits {
  std::uint64_t header_bytes = 100'000'000;
  std::size_t tensors = 1'000'000, rank = 8, key_bytes = 4'096, string_bytes = 1'000'000;
};

/// safetensors: the content of a file; owns the bytes its entries point to. Copies share them.
class safetensors {
public:
  /// In the order of the data.
  std::span<const tensor_entry> entries() const { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& path() const { return path_; }

  bool contains(std::string_view name) const { return position(name) != entries_.size(); }

  /// find(name): the entry of that name.
  /// errors   file_error with path and key
  const tensor_entry& find(std::string_view name) const {
    const std::size_t at = position(name);
    if (at == entries_.size())
      throw file_error(call_on("read_safetensors", path_) + ".find(" + json_quoted(name) + ')',
                       "the file must hold a tensor of this name; it holds " + names(), path_, 0, std::string(name));
    return entries_[at];
  }

private:
  friend class safetensors_reader;

  std::size_t position(std::string_view name) const {
    const auto less = [&](std::size_t i, std::string_view n) { return entries_[i].name < n; };
    const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name, less);
    return found != by_name_.end() && entries_[*found].name == name ? *found : entries_.size();
  }

  std::string names() const {
    if (entries_.empty()) return "none";
    std::string list;
    for (std::size_t i = 0; i < entries_.size() && i < 5; ++i)
      list.append(i > 0 ? ", " : "").append(json_quoted(entries_[i].name));
    return entries_.size() <= 5 ? list : list + ", ... (" + std::to_string(entries_.size()) + " in all)";
  }

  std::string path_;
  std::shared_ptr<const std::byte[]> data_;
  std::vector<tensor_entry> entries_;
  std::vector<std::size_t> by_name_;
  std::map<std::string, std::string> metadata_;
};

/// safetensors_reader: one reading of one file, step by step; each step refuses before the next one allocates.
class safetensors_reader {
public:
  safetensors_reader(const std::string& path, const safetensors_limits& limits)
      : file_("read_safetensors", path), limits_(limits) {}

  safetensors read() {
    read_header();
    parse_header();
    check_offsets();
    check_names();
    read_data();
    return std::move(result_);
  }

private:
  struct claim {
    std::uint64_t begin = 0, end = 0, offset = 0; // offset: of the entry in the file
    tensor_entry entry;
  };

  void read_header() {
    if (file_.size() < 8) file_.fail("the file must have at least 8 bytes, it has " + std::to_string(file_.size()));
    std::byte length[8];
    file_.read(length);
    const auto n = little_endian<std::uint64_t>(length);
    if (n > limits_.header_bytes)
      file_.fail("the header must not be longer than " + std::to_string(limits_.header_bytes) + " bytes");
    if (n > file_.size() - 8)
      file_.fail("the header says " + std::to_string(n) + " + 8 bytes, the file ends at " +
                 std::to_string(file_.size()));
    header_.resize(static_cast<std::size_t>(n));
    file_.read(std::as_writable_bytes(std::span(header_)));
    if (header_.empty() || header_[0] != '{') file_.fail("the header must begin with '{'", 8);
  }

  void parse_header() {
    json_reader json(header_, limits_.string_bytes);
    try {
      json.object([&](const std::string& key) {
        key_ = key;
        if (key == "__metadata__") read_metadata(json);
        else read_entry(json);
        key_.clear();
      });
      json.end();
    } catch (const json_error& e) {
      file_.fail("the header is refused at byte " + std::to_string(8 + e.offset) +
                     (key_.empty() ? "" : " in " + json_quoted(key_)) + ": " + e.reason,
                 8 + e.offset, key_);
    }
  }

  void read_metadata(json_reader& json) {
    if (has_metadata_) json.fail("a key must not be given twice");
    has_metadata_ = true;
    json.object([&](const std::string& key) {
      if (!result_.metadata_.emplace(key, json.string()).second) json.fail("a key must not be given twice");
    });
  }

  void read_entry(json_reader& json) {
    if (claims_.size() == limits_.tensors) json.fail("the file holds too many tensors");
    if (key_.size() > limits_.key_bytes) json.fail("a name must not be longer than its limit");
    if (key_.find('\0') != std::string::npos) json.fail("a name must not hold NUL");
    claim c;
    c.offset = 8 + json.offset();
    bool has_dtype = false, has_shape = false, has_offsets = false;
    const auto once = [&](bool& seen) {
      if (seen) json.fail("a key must not be given twice");
      seen = true;
    };
    json.object([&](const std::string& field) {
      if (field == "dtype") once(has_dtype), c.entry.type = read_dtype(json);
      else if (field == "shape") once(has_shape), c.entry.shape = read_shape(json);
      else if (field == "data_offsets") once(has_offsets), read_offsets(json, c);
      else json.fail("an entry must hold dtype, shape and data_offsets only");
    });
    if (!has_dtype || !has_shape || !has_offsets) json.fail("an entry must hold dtype, shape and data_offsets");
    c.entry.name = key_;
    claims_.push_back(std::move(c));
  }

  static dtype read_dtype(json_reader& json) {
    const std::string name = json.string();
    for (std::size_t i = 0; i < dtype_table.size(); ++i)
      if (dtype_table[i].name == name) return static_cast<dtype>(i);
    json.fail("the dtype is unknown");
  }

  std::vector<std::int64_t> read_shape(json_reader& json) const {
    std::vector<std::int64_t> shape;
    json.array([&] {
      if (shape.size() == limits_.rank) json.fail("a shape must not have more axes than its limit");
      shape.push_back(json.natural());
    });
    return shape;
  }

  static void read_offsets(json_reader& json, claim& c) {
    std::uint64_t ends[2]{};
    std::size_t n = 0;
    json.array([&] {
      if (n == 2) json.fail("data_offsets must be two numbers");
      ends[n++] = static_cast<std::uint64_t>(json.natural());
    });
    if (n != 2) json.fail("data_offsets must be two numbers");
    c.begin = ends[0];
    c.end = ends[1];
  }

  /// Sorted by (begin, end), so that empty tensors may stand at any boundary; then no hole, no overlap, nothing left.
  void check_offsets() {
    std::sort(claims_.begin(), claims_.end(), [](const claim& a, const claim& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : a.entry.name < b.entry.name;
    });
    const std::uint64_t data_bytes = file_.size() - 8 - header_.size();
    std::uint64_t next = 0;
    for (const claim& c : claims_) {
      if (c.begin > c.end) refuse(c, "begins after its end");
      if (c.begin != next) refuse(c, c.begin < next ? "overlaps the tensor before it" : "leaves a hole before it");
      if (c.end > data_bytes) refuse(c, "ends behind the end of the file");
      if (bytes_of(c.entry.type, c.entry.shape) != c.end - c.begin) refuse(c, "has another size than its shape");
      next = c.end;
    }
    if (next != data_bytes) file_.fail("the last tensor must end with the file", 8 + header_.size() + next);
  }

  [[noreturn]] void refuse(const claim& c, std::string_view fault) const {
    file_.fail(json_quoted(c.entry.name).append(" ").append(fault), c.offset, c.entry.name);
  }

  void check_names() {
    std::vector<std::size_t>& order = result_.by_name_;
    for (std::size_t i = 0; i < claims_.size(); ++i) order.push_back(i);
    const auto name = [&](std::size_t i) -> const std::string& { return claims_[i].entry.name; };
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return name(i) < name(j); });
    for (std::size_t i = 1; i < order.size(); ++i)
      if (name(order[i - 1]) == name(order[i])) refuse(claims_[order[i]], "is given twice");
  }

  void read_data() {
    const auto n = static_cast<std::size_t>(file_.size() - 8 - header_.size());
    std::unique_ptr<std::byte[]> data(new std::byte[n]); // not make_unique, which would write zeros first
    file_.read({data.get(), n});
    for (claim& c : claims_) {
      c.entry.bytes = {data.get() + c.begin, static_cast<std::size_t>(c.end - c.begin)};
      result_.entries_.push_back(std::move(c.entry));
    }
    result_.data_ = std::move(data);
    result_.path_ = file_.path();
  }

  input_file file_;
  safetensors_limits limits_;
  std::string header_, key_;
  bool has_metadata_ = false;
  std::vector<claim> claims_;
  safetensors result_;
};

/// read_safetensors(path): reads and validates a whole file.
/// errors   file_error {path, offset, key}
inline safetensors read_safetensors(const std::string& path, const safetensors_limits& limits = {}) {
  return safetensors_reader(path, limits).read();
}

} // namespace fluxpp::inline v0_1::io
