// SPDX-License-Identifier: MIT
#pragma once
// Evaluators: from a plan to numbers.

#include <fluxpp/eval/binding.hpp>
#include <fluxpp/eval/compiled.hpp>
#include <fluxpp/eval/cpu.hpp>
#include <fluxpp/eval/executor.hpp>
#include <fluxpp/eval/plan.hpp>
#include <fluxpp/eval/planned.hpp>
#include <fluxpp/eval/reference.hpp>
#include <fluxpp/eval/runner.hpp>
#include <fluxpp/eval/tasks.hpp>
