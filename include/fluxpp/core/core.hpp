// SPDX-License-Identifier: MIT
#pragma once
// Extents, shapes, names, errors, random keys.

#include <fluxpp/core/arguments.hpp>
#include <fluxpp/core/errors.hpp>
#include <fluxpp/core/list.hpp>
#include <fluxpp/core/names.hpp>
#include <fluxpp/core/normal_tail.hpp>
#include <fluxpp/core/rng.hpp>
#include <fluxpp/core/scalar.hpp>
#include <fluxpp/core/shape.hpp>
#include <fluxpp/core/tensor.hpp>
#include <fluxpp/core/version.hpp>
