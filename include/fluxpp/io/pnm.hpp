// SPDX-License-Identifier: MIT
#pragma once
// PGM and PPM images, text (P2, P3) and binary (P5, P6), 8 and 16 bits.
// format   https://netpbm.sourceforge.net/doc/ppm.html, 2016

#include "fluxpp/io/file.hpp"
#include "fluxpp/io/pixels.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
