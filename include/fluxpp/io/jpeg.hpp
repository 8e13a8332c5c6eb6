// SPDX-License-Identifier: MIT
#pragma once
// Reading JPEG images with libjpeg, of which this is the only home; damaged files are refused, not mended.

#include "fluxpp/io/file.hpp"
#include "fluxpp/io/pixels.hpp"

#include <jpeglib.h>

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

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
