// SPDX-License-Identifier: MIT
#pragma once
// Images from and to files, as arrays [channels, height, width] in [0, 1]; the only home of CImg.
// Needs libpng (link -lpng); reads JPEG too where cimg_use_jpeg is defined (link -ljpeg). The CMake target fluxpp::cimg
// sets all that.

#ifdef cimg_version
#ifndef cimg_use_png
#error "fluxpp: include <fluxpp/io/image.hpp> before <CImg.h>, or define cimg_use_png for both"
#endif
#else
#ifndef cimg_display
#define cimg_display 0
#endif
#ifndef cimg_verbosity
#define cimg_verbosity 0
#endif
#ifndef cimg_use_openmp
#define cimg_use_openmp 0
#endif
#ifndef cimg_use_png
#define cimg_use_png 1
#endif
#endif
#include "fluxpp/core/errors.hpp"
#include "fluxpp/core/xtensor.hpp"
#include "fluxpp/io/file.hpp"
#include "fluxpp/io/pixels.hpp"
#include "fluxpp/io/png.hpp"
#include "fluxpp/io/pnm.hpp"

#include <CImg.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#ifdef cimg_use_jpeg
#include "fluxpp/io/jpeg.hpp"
#endif

namespace fluxpp::inline v0_1::io {

/// decode_pixels(file, limits): the pixels of a file whose kind its first bytes tell.
inline pixels decode_pixels(input_file& file, const image_limits& limits) {
  const std::vector<std::byte> bytes = file_content(file);
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), bytes.size() < 8 ? bytes.size() : 8);
  if (head == "\x89PNG\r\n\x1a\n") return png_reader(file, bytes, limits).read();
  if (head.size() > 1 && head[0] == 'P' && head[1] >= '1' && head[1] <= '7')
    return pnm_reader(file, bytes, limits).read();
#ifdef cimg_use_jpeg
  if (head.substr(0, 3) == "\xff\xd8\xff") return jpeg_reader(file, bytes, limits).read();
  file.fail("the file must be a PNG, JPEG, PGM or PPM image");
#else
  file.fail("the file must be a PNG, PGM or PPM image");
#endif
}

/// read_image(path): an image as an array in [0, 1]; 1 channel is grey, 3 are RGB, one more is opacity.
/// shapes   -> [c, h, w]
/// errors   file_error {path, offset}
inline nd_array<float, 3> read_image(const std::string& path, const image_limits& limits = {}) {
  input_file file("read_image", path);
  const pixels image = decode_pixels(file, limits);
  nd_array<float, 3> out(std::array{image.channels, image.height, image.width});
  const std::size_t area = image.height * image.width;
  for (std::size_t c = 0; c < image.channels; ++c)
    for (std::size_t i = 0; i < area; ++i)
      out.data()[c * area + i] =
          static_cast<float>(image.samples[i * image.channels + c]) / static_cast<float>(image.maximum);
  return out;
}

/// byte_of(x): a number in [0, 1] as 0 .. 255, rounded; what is outside is clamped, NaN is 0.
inline unsigned char byte_of(float x) {
  return static_cast<unsigned char>(x > 0 ? (x < 1 ? std::lround(x * 255) : 255) : 0);
}

using byte_image = cimg_library::CImg<unsigned char>;

/// write_png(path, image): writes 8-bit pixels, atomically.
/// errors   file_error
inline void write_png(const std::string& path, const byte_image& image) {
  atomic_file file("write_image", path);
  try {
    image.save_png(file.handle(), 1);
  } catch (const cimg_library::CImgException& e) { file.fail(e.what()); }
  file.commit();
}

/// write_pnm(path, image): the same as PGM (1 channel) or PPM (3 channels).
inline void write_pnm(const std::string& path, const byte_image& image) {
  const auto channels = static_cast<std::size_t>(image.spectrum());
  const std::size_t area = static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.height());
  std::string text = channels == 1 ? "P5\n" : "P6\n";
  text += std::to_string(image.width()) + ' ' + std::to_string(image.height()) + "\n255\n";
  for (std::size_t i = 0; i < area; ++i)
    for (std::size_t c = 0; c < channels; ++c) text.push_back(static_cast<char>(image.data()[c * area + i]));
  atomic_file file("write_image", path);
  file.write(text);
  file.commit();
}

/// write_image(path, image): 8 bits per channel; `.png` for 1 to 4 channels, `.pgm`, `.ppm` or `.pnm` for 1 or 3.
/// shapes   image [c, h, w], values in [0, 1]
/// errors   value_error: another ending of the name; shape_error: channels; file_error
inline void write_image(const std::string& path, const nd_array<float, 3>& image) {
  const std::size_t channels = image.shape()[0], dot = path.rfind('.');
  const std::string ending = dot == std::string::npos ? "" : path.substr(dot + 1), call = call_on("write_image", path);
  const bool png = ending == "png", pnm = ending == "pgm" || ending == "ppm" || ending == "pnm";
  if (!png && !pnm) throw value_error(call, "the name must end in .png, .pgm, .ppm or .pnm", "path");
  if (channels < 1 || channels > 4 || (pnm && channels % 2 == 0))
    throw shape_error(call,
                      "an image must have 1 to 4 channels as PNG, 1 or 3 as PNM; it has " + std::to_string(channels),
                      "image", 0, 3, static_cast<std::int64_t>(channels));
  if (image.size() == 0) throw shape_error(call, "an image must have pixels", "image");
  byte_image bytes(static_cast<unsigned>(image.shape()[2]), static_cast<unsigned>(image.shape()[1]), 1,
                   static_cast<unsigned>(channels));
  for (std::size_t i = 0; i < image.size(); ++i) bytes.data()[i] = byte_of(image.data()[i]);
  png ? write_png(path, bytes) : write_pnm(path, bytes);
}

} // namespace fluxpp::inline v0_1::io
