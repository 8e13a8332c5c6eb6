// SPDX-License-Identifier: MIT
#pragma once
// Update rules and schedules; solvers.

#include <fluxpp/optim/lbfgs.hpp>
#include <fluxpp/optim/levenberg_marquardt.hpp>
#include <fluxpp/optim/line_search.hpp>
#include <fluxpp/optim/row_optimizer.hpp>
#include <fluxpp/optim/rules.hpp>
#include <fluxpp/optim/schedule.hpp>
#include <fluxpp/optim/unknowns.hpp>
