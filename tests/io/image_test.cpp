// SPDX-License-Identifier: MIT
// Images: round trips, kinds and depths by hand-made files, damage of every sort, and writes that fail.
#include "catch.hpp"
#include "folder.hpp"

#if __has_include(<CImg.h>) && __has_include(<png.h>)
#include "fluxpp/io/image.hpp"

#include <filesystem>

namespace fx = fluxpp;
namespace io = fluxpp::io;
using namespace std::string_literals;

namespace {

fx::nd_array<float, 3> ramp(std::size_t c, std::size_t h, std::size_t w) {
  fx::nd_array<float, 3> image(std::array<std::size_t, 3>{c, h, w});
  for (std::size_t i = 0; i < image.size(); ++i) image.data()[i] = static_cast<float>(i * 37 % 256) / 255;
  return image;
}

bool same(const fx::nd_array<float, 3>& a, const fx::nd_array<float, 3>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

std::vector<float> reading(const std::string& bytes) {
  const folder here;
  put(here / "f", bytes);
  const auto image = io::read_image(here / "f");
  return {image.data(), image.data() + image.size()};
}

std::string refusal(const std::string& bytes, const io::image_limits& limits = {}) {
  const folder here;
  put(here / "f", bytes);
  try {
    io::read_image(here / "f", limits);
  } catch (const fx::file_error& e) { return e.what(); }
  return "accepted";
}

std::string big_endian(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

std::uint32_t crc_of(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

std::string chunk(const std::string& kind, const std::string& data) {
  return big_endian(static_cast<std::uint32_t>(data.size())) + kind + data + big_endian(crc_of(kind + data));
}

/// deflate without compression
std::string stored(const std::string& data) {
  std::uint32_t a = 1, b = 0;
  for (const char c : data) a = (a + static_cast<unsigned char>(c)) % 65521, b = (b + a) % 65521;
  const auto n = static_cast<std::uint32_t>(data.size());
  return "\x78\x01\x01"s + static_cast<char>(n) + static_cast<char>(n >> 8) + static_cast<char>(~n) +
         static_cast<char>(~n >> 8) + data + big_endian(b << 16 | a);
}

const std::string signature = "\x89PNG\r\n\x1a\n";

/// A PNG of a bit depth and colour type (0 grey, 2 RGB, 3 palette), from its filtered rows.
std::string png(std::uint32_t w, std::uint32_t h, char depth, char kind, const std::string& rows,
                const std::string& extra = "") {
  return signature + chunk("IHDR", big_endian(w) + big_endian(h) + depth + kind + "\0\0\0"s) + extra +
         chunk("IDAT", stored(rows)) + chunk("IEND", "");
}

} // namespace

TEST_CASE("what is written as PNG or PNM is read back", "[io]") {
  const folder here;
  const std::size_t channels = GENERATE(1u, 2u, 3u, 4u);
  const auto image = ramp(channels, 5, 7);
  io::write_image(here / "f.png", image);
  CHECK(same(io::read_image(here / "f.png"), image));
  if (channels % 2 == 0) {
    CHECK_THROWS_AS(io::write_image(here / "f.ppm", image), fx::shape_error);
    return;
  }
  io::write_image(here / "f.ppm", image);
  CHECK(same(io::read_image(here / "f.ppm"), image));
}

TEST_CASE("what is outside [0, 1] is clamped on writing", "[io]") {
  const folder here;
  fx::nd_array<float, 3> image(std::array<std::size_t, 3>{1, 1, 4});
  image(0, 0, 0) = -3;
  image(0, 0, 1) = 3;
  image(0, 0, 2) = std::nanf("");
  image(0, 0, 3) = 0.5f;
  io::write_image(here / "f.pgm", image);
  CHECK(get(here / "f.pgm") == "P5\n4 1\n255\n\x00\xff\x00\x80"s);
}

TEST_CASE("PGM and PPM are read as text and binary, in 8 and 16 bits, with comments", "[io]") {
  CHECK(reading("P2\n# a comment\n2 1 # another\n4\n0 4\n") == std::vector<float>{0, 1});
  CHECK(reading("P3 1 1 255 255 0 51") == std::vector<float>{1, 0, 0.2f});
  CHECK(reading("P5 2 1 65535 \xff\xff\x00\x00"s) == std::vector<float>{1, 0});
  CHECK(reading("P6\n1 2\n255\n\xff\x00\x00\x00\x00\xff"s) == std::vector<float>{1, 0, 0, 0, 0, 1});
}

TEST_CASE("malformed PGM and PPM files are refused", "[io]") {
  const auto [why, bytes] = GENERATE(table<std::string, std::string>({
      {"must be a PNG", ""},
      {"kind", "P1\n1 1\n0"},
      {"kind", "P7\n"},
      {"missing", "P5"},
      {"missing", "P5\n-1 1 255 x"},
      {"must have pixels", "P5\n0 1\n255\n"},
      {"1 .. 65535", "P5\n1 1\n0\nx"},
      {"above 65535", "P5\n1 1\n65536\nx"},
      {"above 4294967295", "P5\n99999999999 1\n255\nx"},
      {"end with a blank", "P5\n1 1\n255"},
      {"too short", "P5\n1000 1000\n255\nx"},
      {"must not have more than", "P5\n4000000000 4000000000\n255\nx"},
      {"exactly", "P5\n2 1\n255\nx"},
      {"exactly", "P5\n1 1\n255\nxx"},
      {"above 100", "P5\n1 1\n100\n\x65"},
      {"above 4", "P2\n1 1\n4\n5\n"},
      {"missing", "P2\n2 1\n4\n1\n"},
      {"last pixel", "P2\n1 1\n4\n1 1\n"},
  }));
  CAPTURE(bytes);
  CHECK_THAT(refusal(bytes), contains(why));
}

TEST_CASE("PNG of every depth becomes numbers in [0, 1]", "[io]") {
  CHECK(reading(png(3, 1, 1, 0, "\0\xa0"s)) == std::vector<float>{1, 0, 1});
  CHECK(reading(png(2, 1, 4, 0, "\0\xf0"s)) == std::vector<float>{1, 0});
  CHECK(reading(png(2, 1, 8, 0, "\0\xff\x33"s)) == std::vector<float>{1, 0.2f});
  CHECK(reading(png(2, 1, 16, 0, "\0\xff\xff\x33\x33"s)) == std::vector<float>{1, 0.2f});
  CHECK(reading(png(1, 1, 8, 2, "\0\xff\x00\x33"s)) == std::vector<float>{1, 0, 0.2f});
  CHECK(reading(png(2, 1, 8, 3, "\0\1\0"s, chunk("PLTE", "\xff\xff\xff\x33\x00\xff"s))) ==
        std::vector<float>{0.2f, 1, 0, 1, 1, 1});
  CHECK(reading(png(1, 1, 8, 2, "\0\xff\x00\x33"s, chunk("tRNS", "\0\xff\0\0\0\x33"s))) ==
        std::vector<float>{1, 0, 0.2f, 0});
}

TEST_CASE("a damaged PNG is refused at every truncation and for every flipped bit before its data ends", "[io]") {
  const std::string whole = png(2, 2, 8, 0, "\0\xff\x33\0\1\2"s);
  REQUIRE(reading(whole).size() == 4);
  for (std::size_t n = 0; n < whole.size(); ++n) REQUIRE(refusal(whole.substr(0, n)) != "accepted");
  for (std::size_t bit = 0; bit < 8 * (whole.size() - 12); ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    refusal(bytes); // any answer but a crash; the CRC of each chunk refuses nearly all
  }
}

TEST_CASE("an image that claims more than its file can hold is refused before it is allocated", "[io]") {
  CHECK_THAT(refusal(png(30000, 8000, 8, 0, "\0"s)), contains("too short"));
  CHECK_THAT(refusal(png(2000000000, 2000000000, 8, 0, "\0"s)), contains("must not have more than"));
  CHECK_THAT(refusal(png(2, 2, 8, 0, "\0\1\2\0\1\2"s), {.pixels = 3}), contains("more than 3 pixels"));
}

TEST_CASE("what is no image is refused", "[io]") {
  const folder here;
  CHECK_THAT(refusal("GIF89a"), contains("must be a PNG"));
  CHECK_THROWS_AS(io::read_image(here / "missing.png"), fx::file_error);
  CHECK_THROWS_AS(io::read_image(here.path.string()), fx::file_error);
}

TEST_CASE("a picture that cannot be written leaves nothing behind", "[io]") {
  const folder here;
  CHECK_THROWS_AS(io::write_image(here / "f.gif", ramp(1, 2, 2)), fx::value_error);
  CHECK_THROWS_AS(io::write_image(here / "f.png", ramp(5, 2, 2)), fx::shape_error);
  CHECK_THROWS_AS(io::write_image(here / "f.png", ramp(1, 0, 2)), fx::shape_error);
  CHECK_THROWS_AS(io::write_image(here / "missing/f.png", ramp(1, 2, 2)), fx::file_error);
  CHECK(std::filesystem::is_empty(here.path));
}

#ifdef cimg_use_jpeg
TEST_CASE("a JPEG is read, and refused at every truncation", "[io]") {
  const folder here;
  io::byte_image grey(16, 8, 1, 3, 128);
  grey.save_jpeg((here / "f").c_str(), 100);
  const auto image = io::read_image(here / "f");
  CHECK(image.shape()[0] == 3);
  CHECK(image.shape()[1] == 8);
  CHECK(image.shape()[2] == 16);
  CHECK(image(1, 4, 8) == approx(128.0 / 255).margin(0.01));
  const std::string whole = get(here / "f");
  for (std::size_t n = 0; n < whole.size(); ++n) REQUIRE(refusal(whole.substr(0, n)) != "accepted");
}
#endif
#endif
