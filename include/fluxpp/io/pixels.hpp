// SPDX-License-Identifier: MIT
#pragma once
// Decoded images as the decoders hand them over, and the limits that hold before anything is decoded.

#include "fluxpp/core/errors.hpp"
#include "fluxpp/io/file.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1::io {

/// image_limits: what a file may claim at most.
struct image_limits {
  std::uint64_t pixels = std::uint64_t{1} << 28;
};

/// pixels: samples 0 .. maximum, row by row, the channels of a pixel beside each other.
struct pixels {
  std::size_t height = 0, width = 0, channels = 0;
  unsigned maximum = 255;
  std::vector<std::uint16_t> samples;
};

/// file_content(file): all bytes of a file.
inline std::vector<std::byte> file_content(input_file& file) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(file.size()));
  file.read(bytes);
  return bytes;
}

/// make_room(image, file, limits, ratio): checks the claimed size of an image and allocates its samples. `ratio` is the
/// largest number of samples that one byte of the format can stand for.
/// errors   file_error
inline void make_room(pixels& image, const input_file& file, const image_limits& limits, std::uint64_t ratio) {
  const std::string size = std::to_string(image.width) + " x " + std::to_string(image.height);
  if (image.width == 0 || image.height == 0) file.fail("an image must have pixels, not " + size);
  if (image.width > limits.pixels / image.height)
    file.fail("an image must not have more than " + std::to_string(limits.pixels) + " pixels; this one claims " + size);
  const std::size_t samples = image.width * image.height * image.channels;
  if (samples / ratio > file.size()) file.fail("the file is too short for the " + size + " pixels that it claims");
  image.samples.resize(samples);
}

} // namespace fluxpp::inline v0_1::io
