// SPDX-License-Identifier: MIT
#pragma once
// Element types as files name them, and the way from their bytes to numbers.

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace fluxpp::inline v0_1::io {

/// dtype: the element types of safetensors; the order is that of `dtype_table`.
enum class dtype : std::uint8_t {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  f8_e8m0,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  f4,
  f6_e2m3,
  f6_e3m2,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  i64,
  u64,
  f64,
  c64
};

struct dtype_row {
  std::string_view name;
  unsigned bits;
};
inline constexpr std::array<dtype_row, 22> dtype_table{{
    {"BOOL", 8},        {"U8", 8},          {"I8", 8},    {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8},
    {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"F4", 4},    {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"I16", 16},
    {"U16", 16},        {"F16", 16},        {"BF16", 16}, {"I32", 32},    {"U32", 32},    {"F32", 32},
    {"I64", 64},        {"U64", 64},        {"F64", 64},  {"C64", 64},
}};

constexpr std::string_view name_of(dtype type) { return dtype_table[static_cast<std::size_t>(type)].name; }
constexpr unsigned bits_of(dtype type) { return dtype_table[static_cast<std::size_t>(type)].bits; }

/// dtype_of<T>: the dtype that stores a C++ type exactly.
template <class T> constexpr dtype dtype_of() {
  if constexpr (std::same_as<T, float>) return dtype::f32;
  else if constexpr (std::same_as<T, double>) return dtype::f64;
  else if constexpr (std::same_as<T, bool>) return dtype::boolean;
  else {
    static_assert(std::integral<T>, "fluxpp::io::dtype_of<T>: T must be float, double, bool or an integer");
    constexpr dtype types[2][4] = {{dtype::u8, dtype::u16, dtype::u32, dtype::u64},
                                   {dtype::i8, dtype::i16, dtype::i32, dtype::i64}};
    return types[std::is_signed_v<T>][std::bit_width(sizeof(T)) - 1];
  }
}

/// little_endian<U>(p): the unsigned integer stored at p, least significant byte first, at any alignment.
template <std::unsigned_integral U> constexpr U little_endian(const std::byte* p) {
  U value = 0;
  for (std::size_t i = 0; i < sizeof(U); ++i) value = static_cast<U>(value | static_cast<U>(U(p[i]) << (8 * i)));
  return value;
}

/// float_from_half(h): IEEE binary16 as float, exact; subnormals, infinities and the payload of a NaN included.
constexpr float float_from_half(std::uint16_t h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16, rest = h & 0x7fffu;
  if (rest >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest >= 0x0400u) return std::bit_cast<float>(sign | ((rest << 13) + 0x38000000u));
  const float magnitude = static_cast<float>(rest) * 0x1p-24f;
  return sign != 0 ? -magnitude : magnitude;
}

/// float_from_bfloat(b): bfloat16 as float, exact.
constexpr float float_from_bfloat(std::uint16_t b) { return std::bit_cast<float>(static_cast<std::uint32_t>(b) << 16); }

/// decode<T>(type, bytes, out): the elements of `bytes` as numbers of type T, each conversion as static_cast does it.
/// Returns false for types that have no numbers here (8 bits and fewer in floating form, complex) and for a BOOL that
/// is neither 0 nor 1. `bytes` must hold out.size() elements.
template <std::floating_point T> bool decode(dtype type, std::span<const std::byte> bytes, std::span<T> out) {
  const auto each = [&]<class U>(U, auto number) {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<T>(number(little_endian<U>(bytes.data() + i * sizeof(U))));
    return true;
  };
  switch (type) {
  case dtype::f32: return each(std::uint32_t{}, [](std::uint32_t u) { return std::bit_cast<float>(u); });
  case dtype::f64: return each(std::uint64_t{}, [](std::uint64_t u) { return std::bit_cast<double>(u); });
  case dtype::f16: return each(std::uint16_t{}, float_from_half);
  case dtype::bf16: return each(std::uint16_t{}, float_from_bfloat);
  case dtype::u8: return each(std::uint8_t{}, [](std::uint8_t u) { return u; });
  case dtype::i8: return each(std::uint8_t{}, [](std::uint8_t u) { return static_cast<std::int8_t>(u); });
  case dtype::u16: return each(std::uint16_t{}, [](std::uint16_t u) { return u; });
  case dtype::i16: return each(std::uint16_t{}, [](std::uint16_t u) { return static_cast<std::int16_t>(u); });
  case dtype::u32: return each(std::uint32_t{}, [](std::uint32_t u) { return u; });
  case dtype::i32: return each(std::uint32_t{}, [](std::uint32_t u) { return static_cast<std::int32_t>(u); });
  case dtype::u64: return each(std::uint64_t{}, [](std::uint64_t u) { return u; });
  case dtype::i64: return each(std::uint64_t{}, [](std::uint64_t u) { return static_cast<std::int64_t>(u); });
  case dtype::boolean:
    for (const std::byte b : bytes)
      if (b > std::byte{1}) return false;
    return each(std::uint8_t{}, [](std::uint8_t u) { return u; });
  default: return false;
  }
}

} // namespace fluxpp::inline v0_1::io
