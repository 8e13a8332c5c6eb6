// SPDX-License-Identifier: MIT
#pragma once
// Derivatives: graph to graph, and dual numbers.

#include <fluxpp/autodiff/adjoint.hpp>
#include <fluxpp/autodiff/by_rows.hpp>
#include <fluxpp/autodiff/compression.hpp>
#include <fluxpp/autodiff/copier.hpp>
#include <fluxpp/autodiff/custom_rule.hpp>
#include <fluxpp/autodiff/directional.hpp>
#include <fluxpp/autodiff/directions.hpp>
#include <fluxpp/autodiff/dual.hpp>
#include <fluxpp/autodiff/gradcheck.hpp>
#include <fluxpp/autodiff/gradients.hpp>
#include <fluxpp/autodiff/jacobian.hpp>
#include <fluxpp/autodiff/many.hpp>
#include <fluxpp/autodiff/sparse.hpp>
#include <fluxpp/autodiff/sparsity.hpp>
#include <fluxpp/autodiff/tangent.hpp>
#include <fluxpp/autodiff/transforms.hpp>
