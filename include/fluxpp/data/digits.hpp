// SPDX-License-Identifier: MIT
#pragma once
// The handwritten digits that come with the library: 1,797 grey images of 8x8 pixels in ten classes.

#include "fluxpp/data/dataset.hpp"
#include "fluxpp/data/digits_data.hpp"

#include <cstdint>

namespace fluxpp::inline v0_1::data {

/// all_digits(): the whole set in its original order.
/// shapes   inputs [1797, 1, 8, 8] in [0, 1], targets [1797] in 0..9
/// source   Alpaydin & Kaynak 1998, doi:10.24432/C50P49, CC BY 4.0
inline dataset<4> all_digits() {
  auto ds = dataset<4>::observations(digits_count, {1, 8, 8});
  decode_digits(ds.inputs.data(), ds.targets.data());
  for (float* pixel = ds.inputs.data(); pixel != ds.inputs.data() + ds.inputs.size(); ++pixel) *pixel /= 16;
  return ds;
}

/// digits(test_fraction, seed): the set split into {train, test}, class by class; by default 1,438 and 359 images.
inline split<dataset<4>> digits(double test_fraction = 0.2, std::uint64_t seed = 0) {
  return stratified_split(all_digits(), test_fraction, seed);
}

} // namespace fluxpp::inline v0_1::data
