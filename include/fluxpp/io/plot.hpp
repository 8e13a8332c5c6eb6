// SPDX-License-Identifier: MIT
#pragma once
// Pictures of a training run as PNG files: learning curves, classified images, a confusion matrix.

#include "fluxpp/io/plot_confusion.hpp"
#include "fluxpp/io/plot_curves.hpp"
#include "fluxpp/io/plot_grid.hpp"
