// SPDX-License-Identifier: MIT
#pragma once
// The xtensor shim: the only includer of xtensor, 0.24 to 0.27, and the container that the library fills.
// FLUXPP_HAS_XTENSOR is 1 or 0; define FLUXPP_NO_XTENSOR to do without. xtensor never enters device code.

#include "fluxpp/core/tensor.hpp"

#include <cstddef>

#if defined(FLUXPP_NO_XTENSOR) || defined(__CUDACC__)
#define FLUXPP_HAS_XTENSOR 0
#elif __has_include(<xtensor/containers/xtensor.hpp>) // 0.26 and newer
#include <xtensor/core/xtensor_config.hpp>
#define FLUXPP_HAS_XTENSOR 1
#if defined(__clang__) && __clang_major__ < 16 && XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR >= 27
#error "fluxpp: clang 14 needs xtensor < 0.27, or clang 16+"
#endif
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/containers/xtensor.hpp>
#elif __has_include(<xtensor/xtensor.hpp>) // 0.24, 0.25
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>
#define FLUXPP_HAS_XTENSOR 1
#else
#define FLUXPP_HAS_XTENSOR 0
#endif

#if FLUXPP_HAS_XTENSOR
static_assert(XTENSOR_VERSION_MAJOR > 0 || XTENSOR_VERSION_MINOR >= 24, "fluxpp: xtensor must be 0.24 or newer");
#endif

namespace fluxpp::inline v0_1 {

#if FLUXPP_HAS_XTENSOR
/// nd_array<T, Rank>: an owned, row-major array of Rank axes; an xt::xtensor where xtensor is present.
template <class T, std::size_t Rank> using nd_array = xt::xtensor<T, Rank>;
#else
/// nd_array<T, Rank>: an owned, row-major array of Rank axes; a tensor where xtensor is absent.
template <class T, std::size_t Rank> using nd_array = tensor<T, static_cast<int>(Rank)>;
#endif

} // namespace fluxpp::inline v0_1
