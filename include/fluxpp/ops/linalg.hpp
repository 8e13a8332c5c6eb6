// SPDX-License-Identifier: MIT
#pragma once
// Linear algebra: factorisations of matrices and what is computed with them, for every index of the leading axes.
#include "fluxpp/ops/linalg/cholesky.hpp"
#include "fluxpp/ops/linalg/det.hpp"
#include "fluxpp/ops/linalg/eigh.hpp"
#include "fluxpp/ops/linalg/qr.hpp"
#include "fluxpp/ops/linalg/solve.hpp"
#include "fluxpp/ops/linalg/svd.hpp"
#include "fluxpp/ops/linalg/triangle.hpp"
#include "fluxpp/ops/linalg/triangular_solve.hpp"
