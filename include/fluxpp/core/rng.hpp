// SPDX-License-Identifier: MIT
#pragma once
// Random numbers as pure functions of (seed, stream, step, element): Philox4x32-10, no generator and no hidden state.

#include "fluxpp/core/errors.hpp"

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string_view>
#include <utility>

namespace fluxpp::inline v0_1 {

/// fnv1a(name): FNV-1a hash of the bytes of a name, 64 bits.
/// source   Fowler, Noll, Vo 1991, draft-eastlake-fnv
constexpr std::uint64_t fnv1a(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

/// stream_of(name): the random stream that belongs to a name; both halves of its FNV-1a hash, folded.
constexpr std::uint32_t stream_of(std::string_view name) {
  const std::uint64_t hash = fnv1a(name);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

/// philox: the counter-based generator Philox4x32-10; a keyed permutation of 128-bit counters.
/// source   Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405
struct philox {
  using words = std::array<std::uint32_t, 4>;

  /// One round on one counter {c0, c1, c2, c3}; 64-bit products, so that compilers see a widening multiply.
  static constexpr void round(std::uint32_t& c0, std::uint32_t& c1, std::uint32_t& c2, std::uint32_t& c3,
                              std::uint32_t k0, std::uint32_t k1) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
  }

  /// Counters beside each other, so that a round is one loop that the compiler turns into vector code.
  template <std::size_t N> struct lanes {
    std::uint32_t c[4][N];

    constexpr void permute(std::uint64_t key) {
      auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
      for (int r = 0; r < 10; ++r, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
        for (std::size_t j = 0; j < N; ++j) round(c[0][j], c[1][j], c[2][j], c[3][j], k0, k1);
    }
  };

  static constexpr words permute(words counter, std::uint64_t key) {
    lanes<1> one{{{counter[0]}, {counter[1]}, {counter[2]}, {counter[3]}}};
    one.permute(key);
    return {one.c[0][0], one.c[1][0], one.c[2][0], one.c[3][0]};
  }

  /// block(seed, index, stream, step): four random words.
  static constexpr words block(std::uint64_t seed, std::uint64_t index, std::uint32_t stream, std::uint32_t step) {
    return permute({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), stream, step}, seed);
  }
};

/// seed_of_run(seed, run): the seed of one run of a part of a program that runs many times.
constexpr std::uint64_t seed_of_run(std::uint64_t seed, std::uint64_t run) {
  const philox::words w = philox::block(seed, run, stream_of("run"), 0);
  return std::uint64_t{w[0]} << 32 | w[1];
}

/// uniform_float(w): 24 bits of a word as a number in [0, 1).
constexpr float uniform_float(std::uint32_t w) {
  return static_cast<float>(static_cast<std::int32_t>(w >> 8)) * 0x1p-24f;
}

/// uniform_double(w0, w1): 53 bits of two words as a number in [0, 1).
constexpr double uniform_double(std::uint32_t w0, std::uint32_t w1) {
  return static_cast<double>(((std::uint64_t{w0} << 32) | w1) >> 11) * 0x1p-53;
}

/// random_words{seed, stream, step}: the words of a stream one after another, for draws of unknown number.
struct random_words {
  std::uint64_t seed = 0;
  std::uint32_t stream = 0, step = 0;
  std::uint64_t position = 0;
  philox::words block{};

  constexpr std::uint32_t next() {
    if (position % 4 == 0) block = philox::block(seed, position / 4, stream, step);
    return block[position++ % 4];
  }

  /// below(n): an integer in [0, n), n > 0, without bias.
  /// source   Lemire 2019, arXiv:1805.10941
  constexpr std::uint32_t below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t{next()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t biased = (0u - n) % n;
      while (static_cast<std::uint32_t>(product) < biased) product = std::uint64_t{next()} * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }
};

/// shuffle(items, seed, stream, step): permutes items in place (Fisher-Yates from the end).
/// errors   value_error for 2^32 items and more
template <class T>
constexpr void shuffle(std::span<T> items, std::uint64_t seed, std::uint32_t stream = 0, std::uint32_t step = 0) {
  if (items.size() > 0xffffffffu) throw value_error("shuffle(items)", "items must be fewer than 2^32", "items");
  random_words words{seed, stream, step};
  for (auto left = static_cast<std::uint32_t>(items.size()); left > 1; --left)
    std::swap(items[left - 1], items[words.below(left)]);
}

/// uniforms_per_block<T>: how many uniform numbers of type T one block of four words holds.
template <std::floating_point T> inline constexpr std::size_t uniforms_per_block = sizeof(T) <= sizeof(float) ? 4 : 2;

/// uniform_tile: 64 consecutive blocks as uniform numbers, the unit in which streams are filled.
/// With 16 blocks or fewer g++ 12 -O3 unrolls the rounds away and stops using vectors.
template <std::floating_point T> struct uniform_tile {
  static constexpr std::size_t blocks = 64, size = blocks * uniforms_per_block<T>;
  philox::lanes<blocks> words;

  constexpr void draw(std::uint64_t seed, std::uint64_t first, std::uint32_t stream, std::uint32_t step) {
    for (std::size_t j = 0; j < blocks; ++j) {
      words.c[0][j] = static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(j);
      words.c[1][j] = static_cast<std::uint32_t>(first >> 32);
      words.c[2][j] = stream;
      words.c[3][j] = step;
    }
    words.permute(seed);
  }

  constexpr void store(T* out) const {
    if constexpr (uniforms_per_block<T> == 4)
      for (std::size_t j = 0; j < blocks; ++j)
        for (std::size_t k = 0; k < 4; ++k) out[4 * j + k] = uniform_float(words.c[k][j]);
    else
      for (std::size_t j = 0; j < blocks; ++j)
        for (std::size_t k = 0; k < 2; ++k) out[2 * j + k] = uniform_double(words.c[2 * k][j], words.c[2 * k + 1][j]);
  }
};

/// fill_uniform(out, n, seed, stream, step, block = 0): n numbers in [0, 1); element i comes from block
/// block + i / uniforms_per_block, so that parts of a stream can be filled apart.
template <std::floating_point T>
constexpr void fill_uniform(T* out, std::size_t n, std::uint64_t seed, std::uint32_t stream, std::uint32_t step,
                            std::uint64_t block = 0) {
  uniform_tile<T> words{};
  for (; n >= words.size; n -= words.size, out += words.size, block += words.blocks) {
    words.draw(seed, block, stream, step);
    words.store(out);
  }
  if (n == 0) return;
  T rest[words.size]{};
  words.draw(seed, block, stream, step);
  words.store(rest);
  for (std::size_t i = 0; i < n; ++i) out[i] = rest[i];
}

/// fill_normal(out, n, seed, stream, step): n standard normal numbers; elements 2i and 2i + 1 come from the uniforms
/// (u1, u2) of the same places as sqrt(-2 log(1 - u1)) times (cos, sin)(2 pi u2).
/// source   Box & Muller 1958, doi:10.1214/aoms/1177706645
template <std::floating_point T>
inline void fill_normal(T* out, std::size_t n, std::uint64_t seed, std::uint32_t stream, std::uint32_t step) {
  fill_uniform(out, n, seed, stream, step);
  const auto pair = [](T& first, T& second) {
    const T radius = std::sqrt(T(-2) * std::log(T(1) - first)), angle = T(2) * std::numbers::pi_v<T> * second;
    first = radius * std::cos(angle);
    second = radius * std::sin(angle);
  };
  for (std::size_t i = 0; i + 1 < n; i += 2) pair(out[i], out[i + 1]);
  if (n % 2 == 0) return;
  const philox::words w = philox::block(seed, n / uniforms_per_block<T>, stream, step);
  T partner{};
  if constexpr (uniforms_per_block<T> == 4) partner = uniform_float(w[n % 4]);
  else partner = uniform_double(w[2], w[3]);
  pair(out[n - 1], partner);
}

} // namespace fluxpp::inline v0_1
