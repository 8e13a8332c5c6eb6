// SPDX-License-Identifier: MIT
#pragma once
// Catch2, version 2 or 3, under one set of names; tests use only the macros that both versions have.

#if __has_include(<catch2/catch_test_macros.hpp>) // 3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_random.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#define FLUXPP_SKIP(reason) SKIP(reason)
using approx = Catch::Approx;
inline auto contains(std::string const& part) { return Catch::Matchers::ContainsSubstring(part); }
#else // 2.13
#include <catch2/catch.hpp>

#define FLUXPP_SKIP(reason)                                                                                            \
  do {                                                                                                                 \
    WARN("skipped: " << reason);                                                                                       \
    return;                                                                                                            \
  } while (false)
using approx = Catch::Detail::Approx; // Catch::Approx is a matcher for vectors in version 2
inline auto contains(std::string const& part) { return Catch::Matchers::Contains(part); }
#endif
