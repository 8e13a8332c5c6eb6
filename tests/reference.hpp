// SPDX-License-Identifier: MIT
#pragma once
// The reference evaluator in double, compiled once for all tests of a program: it has every kernel.
#include <fluxpp/eval/reference.hpp>

extern template class fluxpp::eval::reference<double>;
