// SPDX-License-Identifier: MIT
#pragma once
// Training: learner, metrics, progress.

#include <fluxpp/train/fit.hpp>
#include <fluxpp/train/input.hpp>
#include <fluxpp/train/learner.hpp>
#include <fluxpp/train/metrics.hpp>
#include <fluxpp/train/model.hpp>
#include <fluxpp/train/progress.hpp>
#include <fluxpp/train/progress_text.hpp>
