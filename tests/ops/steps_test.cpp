// SPDX-License-Identifier: MIT
// What the laws of kernels (tests/laws/kernels.cpp) cannot know of steps.
#include "catch.hpp"

#include "fluxpp/kernels/steps.hpp"

#include <vector>

namespace fx = fluxpp;
using fx::make_dims;
using fx::graph::make_attributes;

TEST_CASE("uniform is one stream, however it is divided", "[ops]") {
  std::vector<float> out(200003), expected(200003);
  fx::kernels::step_args<float> s;
  s.out = out.data(), s.shape = make_dims(200003), s.attr = make_attributes(9), s.seed = 3, s.step = 4;
  fx::kernels::step<fx::ops::uniform>::run(s);
  fx::fill_uniform(expected.data(), expected.size(), 3, 9, 4);
  CHECK(out == expected);
}
