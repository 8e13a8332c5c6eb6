// SPDX-License-Identifier: MIT
#pragma once
// Reading PNG images with libpng, of which this is the only home: no leak and no chatter, however damaged the file is.

#include "fluxpp/io/file.hpp"
#include "fluxpp/io/pixels.hpp"

#include <png.h>

#include <bit>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

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
