// SPDX-License-Identifier: MIT
#pragma once
// safetensors files, read and written.

#include "fluxpp/io/safetensors_reader.hpp"
#include "fluxpp/io/safetensors_writer.hpp"
