// SPDX-License-Identifier: MIT
#pragma once
// The umbrella: every floor for the CPU; no Thrust, no CUDA, no CImg.

#include <fluxpp/autodiff/autodiff.hpp>
#include <fluxpp/core/core.hpp>
#include <fluxpp/data/data.hpp>
#include <fluxpp/eval/eval.hpp>
#include <fluxpp/graph/graph.hpp>
#include <fluxpp/io/io.hpp>
#include <fluxpp/kernels/kernels.hpp>
#include <fluxpp/nn/nn.hpp>
#include <fluxpp/ops/ops.hpp>
#include <fluxpp/optim/optim.hpp>
#include <fluxpp/simd/simd.hpp>
#include <fluxpp/train/train.hpp>
