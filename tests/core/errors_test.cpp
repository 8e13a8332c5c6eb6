// SPDX-License-Identifier: MIT
// The exceptions: one sentence, typed fields, one base.

#include "catch.hpp"

#include <fluxpp/core/errors.hpp>

#include <string>

namespace fx = fluxpp;

TEST_CASE("an exception is one sentence and its fields", "[core]") {
  fx::shape_error const e{"nll(mu, sigma, x)", "axis 0 of x is bound to batch = 64, but y has 63", "y", 0, 64, 63};
  CHECK(std::string(e.what()) == "fluxpp::nll(mu, sigma, x): axis 0 of x is bound to batch = 64, but y has 63");
  CHECK(e.argument == "y");
  CHECK(e.axis == 0);
  CHECK(e.expected == 64);
  CHECK(e.got == 63);
}

TEST_CASE("every exception is caught as fluxpp::error::error", "[core]") {
  CHECK_THROWS_AS(throw fx::value_error("f(x)", "x must be positive", "x"), fx::error::error);
  CHECK_THROWS_AS(throw fx::file_error("read(path)", "cannot be opened", "a.bin", 7, "w"), fx::error::error);
  CHECK_THROWS_AS(throw fx::shape_error("f(x)", "x must have rank 2", "x"), std::runtime_error);
}

TEST_CASE("a file_error says where in the file", "[core]") {
  fx::error::file_error const e{"read_safetensors(\"w\")", "the header is cut off", "w", 12, "conv1.weight"};
  CHECK(e.path == "w");
  CHECK(e.offset == 12);
  CHECK(e.key == "conv1.weight");
}
