// SPDX-License-Identifier: MIT
#pragma once
// Datasets, splits, batches.

#include <fluxpp/data/dataset.hpp>
#include <fluxpp/data/digits.hpp>
#include <fluxpp/data/digits_data.hpp>
#include <fluxpp/data/loader.hpp>
