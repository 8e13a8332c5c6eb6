// SPDX-License-Identifier: MIT
#pragma once
// The kernels of patch_sum, patch_put and patch_dot.
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/patch.hpp"

namespace fluxpp::inline v0_1::kernels {

/// patches: the images of a batch, and how many patches of each are read, in blocks.
struct patches {
  static constexpr int block = 64;
  int batch, channels, rows, columns, taps;
  std::ptrdiff_t places;

  patches(const dims& image, const dims& top, const graph::attributes& a)
      : batch(image[0]), channels(image[1]), rows(image[2]), columns(image[3]), taps(a.value[0]), places(top[1]) {}
  std::ptrdiff_t plane() const { return std::ptrdiff_t{rows} * columns; }
  std::ptrdiff_t blocks() const { return (places + block - 1) / block; }
  int size(std::ptrdiff_t b) const { return static_cast<int>(std::min<std::ptrdiff_t>(block, places - b * block)); }
};

/// pixel_offsets: for each pixel of the patches of a block where it lies in its image, -1 if outside.
struct pixel_offsets {
  std::ptrdiff_t at[4][patches::block]; // patches of up to 2 x 2 pixels

  template <class T> pixel_offsets(const patches& p, const T* top, const T* left, int n) {
    for (int t = 0; t < p.taps * p.taps; ++t)
      for (int i = 0; i < n; ++i) {
        const T row = top[i] + static_cast<T>(t / p.taps), column = left[i] + static_cast<T>(t % p.taps);
        const bool inside =
            row >= 0 && row < static_cast<T>(p.rows) && column >= 0 && column < static_cast<T>(p.columns);
        at[t][i] = inside ? static_cast<std::ptrdiff_t>(row) * p.columns + static_cast<std::ptrdiff_t>(column) : -1;
      }
  }
};
template <class T> T pixel(const T* plane, std::ptrdiff_t at) { return at < 0 ? T(0) : plane[at]; }

/// for_each_block(p, top, left, f): f(n, first, size, offsets) for every block of patches, divided among threads.
template <class T, class F> void for_each_block(const patches& p, const T* top, const T* left, F f) {
  in_parts(p.batch * p.blocks(), std::ptrdiff_t{patches::block} * p.channels * p.taps * p.taps,
           [&](auto begin, auto end) {
             for (std::ptrdiff_t i = begin; i < end; ++i) {
               const std::ptrdiff_t n = i / p.blocks(), b = i % p.blocks(), first = n * p.places + b * patches::block;
               f(n, b * patches::block, p.size(b), pixel_offsets(p, top + first, left + first, p.size(b)));
             }
           });
}

template <> struct step<ops::patch_sum> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const patches p(s.in_shape[0], s.in_shape[1], s.attr);
    for_each_block(p, s.in[1], s.in[2], [&](auto n, auto first, int size, const pixel_offsets& o) {
      const T* const w = s.in[3] + n * p.taps * p.taps * p.places + first;
      for (std::ptrdiff_t c = n * p.channels; c < (n + 1) * p.channels; ++c) {
        const T* const x = s.in[0] + c * p.plane();
        T* const y = s.out + c * p.places + first;
        for (int i = 0; i < size; ++i) y[i] = w[i] * pixel(x, o.at[0][i]);
        for (int t = 1; t < p.taps * p.taps; ++t)
          for (int i = 0; i < size; ++i) y[i] = scalar::fma(w[t * p.places + i], pixel(x, o.at[t][i]), y[i]);
      }
    });
  }
};

/// Patches of one plane are added in their order; threads share planes.
template <> struct step<ops::patch_put> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const patches p(s.shape, s.in_shape[1], s.attr);
    fill_zeros(s.out, s.size());
    const std::ptrdiff_t planes = std::ptrdiff_t{p.batch} * p.channels;
    in_parts(planes, p.places * p.taps * p.taps, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
      for (std::ptrdiff_t c = begin, next; c < end; c = next) { // planes of one image, which share offsets
        const std::ptrdiff_t n = c / p.channels;
        next = std::min(end, (n + 1) * p.channels);
        for (std::ptrdiff_t b = 0; b < p.blocks(); ++b) put(p, s, n, b, c, next);
      }
    });
  }

private:
  template <class T>
  static void put(const patches& p, const step_args<T>& s, std::ptrdiff_t n, std::ptrdiff_t b, std::ptrdiff_t c,
                  std::ptrdiff_t end) {
    const std::ptrdiff_t first = b * patches::block, at = n * p.places + first;
    const pixel_offsets o(p, s.in[1] + at, s.in[2] + at, p.size(b));
    const T* const w = s.in[3] + n * p.taps * p.taps * p.places + first;
    for (; c < end; ++c)
      for (int t = 0; t < p.taps * p.taps; ++t)
        for (int i = 0; i < p.size(b); ++i)
          if (const std::ptrdiff_t pixel = o.at[t][i]; pixel >= 0) {
            T& x = s.out[c * p.plane() + pixel];
            x = scalar::fma(w[t * p.places + i], s.in[0][c * p.places + first + i], x);
          }
  }
};

template <> struct step<ops::patch_dot> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const patches p(s.in_shape[0], s.in_shape[1], s.attr);
    for_each_block(p, s.in[1], s.in[2], [&](auto n, auto first, int size, const pixel_offsets& o) {
      T* const w = s.out + n * p.taps * p.taps * p.places + first;
      for (int t = 0; t < p.taps * p.taps; ++t) std::fill_n(w + t * p.places, size, T(0));
      for (std::ptrdiff_t c = n * p.channels; c < (n + 1) * p.channels; ++c)
        for (int t = 0; t < p.taps * p.taps; ++t)
          for (int i = 0; i < size; ++i) {
            T& sum = w[t * p.places + i];
            sum = scalar::fma(pixel(s.in[0] + c * p.plane(), o.at[t][i]), s.in[3][c * p.places + first + i], sum);
          }
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels
