// SPDX-License-Identifier: MIT
// The main of every test program under Catch2 version 2; version 3 brings its own (tests/CMakeLists.txt).

#define CATCH_CONFIG_MAIN
#include "catch.hpp"
