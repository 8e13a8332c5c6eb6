// SPDX-License-Identifier: MIT
#pragma once
// How one step of a plan is computed on a CPU.

#include <fluxpp/kernels/conv.hpp>
#include <fluxpp/kernels/convolution/correlate.hpp>
#include <fluxpp/kernels/convolution/input_gradient.hpp>
#include <fluxpp/kernels/convolution/layout.hpp>
#include <fluxpp/kernels/convolution/pack.hpp>
#include <fluxpp/kernels/convolution/shape.hpp>
#include <fluxpp/kernels/convolution/tile.hpp>
#include <fluxpp/kernels/convolution/weight_gradient.hpp>
#include <fluxpp/kernels/copy.hpp>
#include <fluxpp/kernels/custom.hpp>
#include <fluxpp/kernels/fused.hpp>
#include <fluxpp/kernels/gemm.hpp>
#include <fluxpp/kernels/gemm/blocks.hpp>
#include <fluxpp/kernels/gemm/dot.hpp>
#include <fluxpp/kernels/gemm/pack.hpp>
#include <fluxpp/kernels/gemm/tile.hpp>
#include <fluxpp/kernels/loop.hpp>
#include <fluxpp/kernels/parts.hpp>
#include <fluxpp/kernels/pool.hpp>
#include <fluxpp/kernels/pooling/shape.hpp>
#include <fluxpp/kernels/pooling/slab.hpp>
#include <fluxpp/kernels/pooling/sweep.hpp>
#include <fluxpp/kernels/step.hpp>
#include <fluxpp/kernels/steps.hpp>
#include <fluxpp/kernels/steps/contraction.hpp>
#include <fluxpp/kernels/steps/convolution.hpp>
#include <fluxpp/kernels/steps/extremum.hpp>
#include <fluxpp/kernels/steps/indexed.hpp>
#include <fluxpp/kernels/steps/pool.hpp>
#include <fluxpp/kernels/steps/random.hpp>
#include <fluxpp/kernels/steps/structural.hpp>
#include <fluxpp/kernels/steps/unfold.hpp>
#include <fluxpp/kernels/thread_pool.hpp>
#include <fluxpp/kernels/window.hpp>
