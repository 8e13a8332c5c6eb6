// SPDX-License-Identifier: MIT
#pragma once
// Everything in simd: registers of numbers, their reductions and their elementary functions.

#include <fluxpp/simd/batch.hpp>
#include <fluxpp/simd/erfc.hpp>
#include <fluxpp/simd/exponential.hpp>
#include <fluxpp/simd/hyperbolic.hpp>
#include <fluxpp/simd/inverse_hyperbolic.hpp>
#include <fluxpp/simd/pairs.hpp>
#include <fluxpp/simd/power.hpp>
#include <fluxpp/simd/reduce.hpp>
#include <fluxpp/simd/rounding.hpp>
#include <fluxpp/simd/transpose.hpp>
#include <fluxpp/simd/trigonometric.hpp>
