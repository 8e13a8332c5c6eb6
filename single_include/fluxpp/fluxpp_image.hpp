// SPDX-License-Identifier: MIT
// fluxpp 0.1.0, generated: edit include/fluxpp.
//
// MIT License
//
// Copyright (c) The fluxpp authors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.
#pragma once

#include "fluxpp.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
// Decoded images as the decoders hand them over, and the limits that hold before anything is decoded.

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

// Reading PNG images with libpng, of which this is the only home: no leak and no chatter, however damaged the file is.

#include <png.h>

namespace fluxpp::inline v0_1::io {

/// png_reader: one reading of one file. Palettes are expanded and a transparent colour becomes a channel; grey stays
/// one channel and 16 bits stay 16 bits. libpng leaves by longjmp: the two functions that call it own nothing.
class png_reader {
public:
  png_reader(input_file& file, std::span<const std::byte> bytes, const image_limits& limits)
      : file_(file), bytes_(bytes), limits_(limits) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &png_reader::on_error, &png_reader::on_warning);
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
  }
  png_reader(const png_reader&) = delete;
  png_reader& operator=(const png_reader&) = delete;
  ~png_reader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  pixels read() {
    if (info_ == nullptr || !read_header()) refuse();
    pixels image;
    image.height = png_get_image_height(png_, info_);
    image.width = png_get_image_width(png_, info_);
    image.channels = png_get_channels(png_, info_);
    const bool wide = png_get_bit_depth(png_, info_) == 16;
    image.maximum = wide ? 65535 : 255;
    make_room(image, file_, limits_, 8 * 1040); // deflate packs 1,032 bytes into one, a byte holds up to 8 samples
    const std::size_t row_bytes = png_get_rowbytes(png_, info_);
    std::vector<png_byte> samples(row_bytes * image.height);
    rows_.resize(image.height);
    for (std::size_t y = 0; y < image.height; ++y) rows_[y] = samples.data() + y * row_bytes;
    if (!read_rows()) refuse();
    for (std::size_t i = 0; i < image.samples.size(); ++i)
      image.samples[i] = wide ? static_cast<std::uint16_t>(samples[2 * i] << 8 | samples[2 * i + 1]) : samples[i];
    return image;
  }

private:
  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, &png_reader::on_read);
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);
    png_read_info(png_, info_);
    png_set_expand(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_rows() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows_.data());
    png_read_end(png_, nullptr);
    return true;
  }

  [[noreturn]] void refuse() const { file_.fail(std::string("the PNG image is refused: ") + fault_, at_); }

  static void on_read(png_structp png, png_bytep to, std::size_t n) {
    auto* const self = static_cast<png_reader*>(png_get_io_ptr(png));
    if (n > self->bytes_.size() - self->at_) png_error(png, "the file ends early");
    std::memcpy(to, self->bytes_.data() + self->at_, n);
    self->at_ += n;
  }
  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* const self = static_cast<png_reader*>(png_get_error_ptr(png));
    std::strncpy(self->fault_, message, sizeof self->fault_ - 1);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  input_file& file_;
  std::span<const std::byte> bytes_;
  image_limits limits_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::vector<png_bytep> rows_;
  std::size_t at_ = 0;
  char fault_[128] = "libpng cannot be used";
};

} // namespace fluxpp::inline v0_1::io

// PGM and PPM images, text (P2, P3) and binary (P5, P6), 8 and 16 bits.
// format   https://netpbm.sourceforge.net/doc/ppm.html, 2016

namespace fluxpp::inline v0_1::io {

/// pnm_reader: one reading of one file.
class pnm_reader {
public:
  pnm_reader(input_file& file, std::span<const std::byte> bytes, const image_limits& limits)
      : file_(file), bytes_(bytes), limits_(limits) {}

  pixels read() {
    const char kind = letter(1);
    if (letter(0) != 'P' || (kind != '2' && kind != '3' && kind != '5' && kind != '6'))
      file_.fail("a PNM file must be of kind P2, P3, P5 or P6");
    at_ = 2;
    pixels image;
    image.channels = kind == '3' || kind == '6' ? 3 : 1;
    image.width = number(0xffffffffu);
    image.height = number(0xffffffffu);
    image.maximum = static_cast<unsigned>(number(65535));
    if (image.maximum == 0) file_.fail("the largest value must be in 1 .. 65535", at_);
    if (!is_space(letter(at_))) file_.fail("the header must end with a blank", at_);
    ++at_;
    const bool text = kind <= '3';
    make_room(image, file_, limits_, 1);
    if (text) read_text(image);
    else read_binary(image);
    if (at_ != bytes_.size()) file_.fail("the file must end with its last pixel", at_);
    return image;
  }

private:
  char letter(std::size_t i) const { return i < bytes_.size() ? static_cast<char>(bytes_[i]) : '\0'; }
  static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  void skip_blanks() {
    for (; at_ < bytes_.size(); ++at_) {
      if (letter(at_) == '#')
        while (at_ < bytes_.size() && letter(at_) != '\n') ++at_;
      else if (!is_space(letter(at_))) return;
    }
  }

  std::size_t number(std::size_t most) {
    skip_blanks();
    const std::size_t first = at_;
    std::size_t value = 0;
    for (; letter(at_) >= '0' && letter(at_) <= '9'; ++at_) {
      value = value * 10 + static_cast<std::size_t>(letter(at_) - '0');
      if (value > most) file_.fail("a number must not be above " + std::to_string(most), first);
    }
    if (at_ == first) file_.fail("a number is missing", first);
    return value;
  }

  void read_text(pixels& image) {
    for (std::uint16_t& sample : image.samples) sample = static_cast<std::uint16_t>(number(image.maximum));
    skip_blanks();
  }

  void read_binary(pixels& image) {
    const std::size_t width = image.maximum > 255 ? 2 : 1;
    if (bytes_.size() - at_ != image.samples.size() * width) file_.fail("the file must hold exactly its pixels", at_);
    for (std::uint16_t& sample : image.samples)
      for (std::size_t i = 0; i < width; ++i)
        sample = static_cast<std::uint16_t>(256u * sample + std::to_integer<unsigned>(bytes_[at_++]));
    for (const std::uint16_t sample : image.samples)
      if (sample > image.maximum) file_.fail("a pixel must not be above " + std::to_string(image.maximum));
  }

  input_file& file_;
  std::span<const std::byte> bytes_;
  image_limits limits_;
  std::size_t at_ = 0;
};

} // namespace fluxpp::inline v0_1::io

#include <CImg.h>

#ifdef cimg_use_jpeg
// Reading JPEG images with libjpeg, of which this is the only home; damaged files are refused, not mended.

#include <jpeglib.h>

namespace fluxpp::inline v0_1::io {

/// jpeg_reader: one reading of one file: grey or RGB, 8 bits. CMYK is refused, an EXIF orientation is not applied.
/// libjpeg leaves by longjmp: the functions that call it own nothing.
class jpeg_reader {
public:
  jpeg_reader(input_file& file, std::span<const std::byte> bytes, const image_limits& limits)
      : file_(file), bytes_(bytes), limits_(limits) {
    state_.err = jpeg_std_error(&errors_);
    state_.client_data = this;
    errors_.error_exit = &jpeg_reader::on_error;
    errors_.emit_message = &jpeg_reader::on_message;
  }
  jpeg_reader(const jpeg_reader&) = delete;
  jpeg_reader& operator=(const jpeg_reader&) = delete;
  ~jpeg_reader() { jpeg_destroy_decompress(&state_); }

  pixels read() {
    if (!read_header()) refuse();
    const bool grey = state_.jpeg_color_space == JCS_GRAYSCALE;
    if (!grey && state_.jpeg_color_space != JCS_YCbCr && state_.jpeg_color_space != JCS_RGB)
      file_.fail("a JPEG image must be grey or have three colours");
    state_.out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
    pixels image;
    image.height = state_.image_height;
    image.width = state_.image_width;
    image.channels = grey ? 1 : 3;
    make_room(image, file_, limits_, 64 * 3 * 8); // a block of 8 x 8 takes at least one bit per channel
    row_.resize(image.width * image.channels);
    if (!start()) refuse();
    for (std::size_t y = 0; y < image.height; ++y) {
      if (!read_row()) refuse();
      for (std::size_t i = 0; i < row_.size(); ++i) image.samples[y * row_.size() + i] = row_[i];
    }
    if (!finish()) refuse();
    return image;
  }

private:
  bool read_header() {
    if (setjmp(escape_) != 0) return false;
    jpeg_create_decompress(&state_);
    jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
    jpeg_read_header(&state_, TRUE);
    return true;
  }
  bool start() {
    if (setjmp(escape_) != 0) return false;
    jpeg_start_decompress(&state_);
    return true;
  }
  bool read_row() {
    if (setjmp(escape_) != 0) return false;
    JSAMPROW row = row_.data();
    return jpeg_read_scanlines(&state_, &row, 1) == 1;
  }
  bool finish() {
    if (setjmp(escape_) != 0) return false;
    return jpeg_finish_decompress(&state_) == TRUE;
  }

  [[noreturn]] void refuse() const { file_.fail(std::string("the JPEG image is refused: ") + fault_); }

  [[noreturn]] static void on_error(j_common_ptr state) {
    auto* const self = static_cast<jpeg_reader*>(state->client_data);
    (*state->err->format_message)(state, self->fault_);
    std::longjmp(self->escape_, 1);
  }
  static void on_message(j_common_ptr state, int level) {
    if (level < 0) on_error(state); // a warning: libjpeg would go on with invented pixels
  }

  input_file& file_;
  std::span<const std::byte> bytes_;
  image_limits limits_;
  jpeg_decompress_struct state_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf escape_{};
  std::vector<JSAMPLE> row_;
  char fault_[JMSG_LENGTH_MAX] = "libjpeg cannot be used";
};

} // namespace fluxpp::inline v0_1::io

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
