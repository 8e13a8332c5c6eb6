// SPDX-License-Identifier: MIT
#pragma once
// Programs as values: expressions, tapes, passes.

#include <fluxpp/graph/evaluator.hpp>
#include <fluxpp/graph/extents.hpp>
#include <fluxpp/graph/function.hpp>
#include <fluxpp/graph/graphviz.hpp>
#include <fluxpp/graph/mismatch.hpp>
#include <fluxpp/graph/node.hpp>
#include <fluxpp/graph/passes/dce.hpp>
#include <fluxpp/graph/passes/encode.hpp>
#include <fluxpp/graph/passes/fuse.hpp>
#include <fluxpp/graph/passes/place.hpp>
#include <fluxpp/graph/passes/schedule.hpp>
#include <fluxpp/graph/print.hpp>
#include <fluxpp/graph/program.hpp>
#include <fluxpp/graph/tape.hpp>
