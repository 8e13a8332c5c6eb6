// SPDX-License-Identifier: MIT
#pragma once
// Layers and the ways to combine them.

#include <fluxpp/nn/chain.hpp>
#include <fluxpp/nn/context.hpp>
#include <fluxpp/nn/conv.hpp>
#include <fluxpp/nn/dense.hpp>
#include <fluxpp/nn/dropout.hpp>
#include <fluxpp/nn/network.hpp>
#include <fluxpp/nn/norm.hpp>
#include <fluxpp/nn/pool.hpp>
#include <fluxpp/nn/repeat.hpp>
#include <fluxpp/nn/tuple.hpp>
