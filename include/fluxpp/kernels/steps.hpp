// SPDX-License-Identifier: MIT
#pragma once
// Every operation of ops::step_list with the kernel that runs it on a CPU.
#include "fluxpp/kernels/steps/attention.hpp"
#include "fluxpp/kernels/steps/contraction.hpp"
#include "fluxpp/kernels/steps/convolution.hpp"
#include "fluxpp/kernels/steps/decomposition.hpp"
#include "fluxpp/kernels/steps/extremum.hpp"
#include "fluxpp/kernels/steps/indexed.hpp"
#include "fluxpp/kernels/steps/lu.hpp"
#include "fluxpp/kernels/steps/patch.hpp"
#include "fluxpp/kernels/steps/pool.hpp"
#include "fluxpp/kernels/steps/random.hpp"
#include "fluxpp/kernels/steps/resample.hpp"
#include "fluxpp/kernels/steps/scan.hpp"
#include "fluxpp/kernels/steps/sort.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/kernels/steps/triangular.hpp"
#include "fluxpp/kernels/steps/unfold.hpp"
