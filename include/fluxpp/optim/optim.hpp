// SPDX-License-Identifier: MIT
#pragma once
// Update rules and schedules.

#include <fluxpp/optim/rules.hpp>
#include <fluxpp/optim/schedule.hpp>
