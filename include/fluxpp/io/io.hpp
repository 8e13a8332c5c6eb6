// SPDX-License-Identifier: MIT
#pragma once
// Tensors and files.

#include <fluxpp/io/dtype.hpp>
#include <fluxpp/io/file.hpp>
#include <fluxpp/io/json.hpp>
#include <fluxpp/io/safetensors.hpp>
#include <fluxpp/io/safetensors_reader.hpp>
#include <fluxpp/io/safetensors_writer.hpp>
#include <fluxpp/io/tensor_entry.hpp>
