// SPDX-License-Identifier: MIT
#pragma once
// The version of fluxpp: the only place where it is written by hand (CMake, conanfile.py and the tests read it here).

// [multi-include]
#ifdef FLUXPP_SINGLE_INCLUDE
#error "fluxpp: the single header and the headers of include/fluxpp meet in one program; include only one of the two"
#endif
#define FLUXPP_MULTI_INCLUDE
// [multi-include]

#define FLUXPP_VERSION_MAJOR 0
#define FLUXPP_VERSION_MINOR 1
#define FLUXPP_VERSION_PATCH 0

/// FLUXPP_VERSION: one number that grows with the version, 10203 for 1.2.3.
#define FLUXPP_VERSION (FLUXPP_VERSION_MAJOR * 10000 + FLUXPP_VERSION_MINOR * 100 + FLUXPP_VERSION_PATCH)
