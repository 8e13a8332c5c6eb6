// SPDX-License-Identifier: MIT
#pragma once
// The numbers of a network: flat parameter and state buffers with names, their beginning, and their file.
#include "fluxpp/core/rng.hpp"
#include "fluxpp/eval/runner.hpp"
#include "fluxpp/io/safetensors.hpp"
#include "fluxpp/nn/network.hpp"

#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1::train {

/// fan_in of a weight [out, in, ...]: the inputs that one output sees.
inline double fan_in(const dims& shape) {
  double n = 1;
  for (int a = 1; a < shape.rank; ++a) n *= shape[a];
  return n;
}

/// Fills one tensor as its layer asks; random ones follow from the seed and the name alone.
template <class T> void initialise(const nn::entry& e, std::uint64_t seed, std::span<T> out) {
  if (e.initial != nn::initial::kaiming_uniform) {
    std::fill(out.begin(), out.end(), T(e.initial == nn::initial::ones ? 1 : 0));
    return;
  }
  const double bound = std::sqrt(6 / fan_in(e.shape));
  fill_uniform(out.data(), out.size(), seed, stream_of(e.name.view()), 0);
  for (T& v : out) v = static_cast<T>(bound * (2 * static_cast<double>(v) - 1));
}

/// model<T, Net, Shape>: parameters and state of a network, each one aligned buffer in the order of the network's layout.
template <class T, class Net, class Shape> class model {
public:
  static constexpr const auto& layout = nn::layout_of<Net, Shape>;
  static constexpr int parameter_size = layout.parameter_size();

  explicit model(std::uint64_t seed = 0)
      : parameters_(static_cast<std::size_t>(layout.parameter_size())),
        states_(static_cast<std::size_t>(layout.state_size())) {
    reset(seed);
  }

  void reset(std::uint64_t seed) {
    for_each([&](const nn::entry& e, std::span<T> v) { initialise(e, seed, v); });
  }
  T* parameters() const { return parameters_.data(); }
  T* states() const { return states_.data(); }

  /// The tensor of that name. errors: no such tensor (value_error)
  std::span<T> operator[](std::string_view name) const {
    std::span<T> found;
    for_each([&](const nn::entry& e, std::span<T> v) { found = e.name.view() == name ? v : found; });
    if (found.empty()) throw value_error("model", "no tensor is named '" + std::string(name) + "'", std::string(name));
    return found;
  }
  /// f(entry, values) for all parameters, then all states.
  template <class F> void for_each(F f) const {
    for (int i = 0; i < layout.parameter_count; ++i) f(layout.parameters[i], part(parameters_, layout.parameters[i]));
    for (int i = 0; i < layout.state_count; ++i) f(layout.states[i], part(states_, layout.states[i]));
  }

  /// Writes all tensors by name; the file is complete or not there.
  /// errors   run: the file cannot be written (file_error)
  void save(const std::string& path) const {
    std::vector<io::tensor_entry> entries;
    for_each([&](const nn::entry& e, std::span<T> v) {
      entries.push_back(io::entry_of<T>(std::string(e.name.view()), shape_of(e), std::span<const T>(v)));
    });
    io::write_safetensors(path, entries, {});
  }
  /// Reads all tensors by name; the model changes only if every one is there with its shape.
  /// errors   run: the file is damaged, or lacks a tensor, or one has another shape (file_error)
  void load(const std::string& path) {
    const io::safetensors file = io::read_safetensors(path);
    std::vector<std::vector<T>> read;
    for_each([&](const nn::entry& e, std::span<T>) {
      const io::tensor_entry& found = file.find(e.name.view());
      check(found, e, path);
      read.push_back(io::values<T>(found));
    });
    std::size_t i = 0;
    for_each([&](const nn::entry&, std::span<T> v) { std::copy(read[i].begin(), read[i].end(), v.begin()), ++i; });
  }

private:
  static std::span<T> part(const eval::aligned_buffer<T>& from, const nn::entry& e) {
    return {from.data() + e.offset, static_cast<std::size_t>(e.size)};
  }
  static std::vector<std::int64_t> shape_of(const nn::entry& e) {
    return std::vector<std::int64_t>(e.shape.extent, e.shape.extent + e.shape.rank);
  }
  static std::string text(const std::vector<std::int64_t>& shape) {
    std::string s = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) s += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return s + "]";
  }
  static void check(const io::tensor_entry& found, const nn::entry& e, const std::string& path) {
    if (found.shape == shape_of(e)) return;
    throw file_error("learner::load(\"" + path + "\")",
                     "tensor '" + found.name + "' has shape " + text(found.shape) + ", but the model needs " +
                         text(shape_of(e)),
                     path, 0, found.name);
  }

  eval::aligned_buffer<T> parameters_, states_;
};

} // namespace fluxpp::inline v0_1::train
