// SPDX-License-Identifier: MIT
#pragma once
// Observations in memory, what a container of observations is, and splits that depend on a key alone.

#include "fluxpp/core/errors.hpp"
#include "fluxpp/core/rng.hpp"
#include "fluxpp/core/xtensor.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fluxpp::inline v0_1::data {

/// A container is a thing of known size that can write observation i into one row of inputs and one of targets.
/// input_shape() and target_shape() are the extents of such a row, without the batch.
template <class C>
concept container = requires(const C& c, std::size_t i, float* input, typename C::target_type* target) {
  { c.size() } -> std::convertible_to<std::size_t>;
  { std::tuple_size<std::remove_cvref_t<decltype(c.input_shape())>>::value } -> std::convertible_to<std::size_t>;
  { std::tuple_size<std::remove_cvref_t<decltype(c.target_shape())>>::value } -> std::convertible_to<std::size_t>;
  c.copy(i, input, target);
};

/// without_first(shape): the extents of one row.
template <std::size_t Rank, class Shape> std::array<std::size_t, Rank - 1> without_first(const Shape& shape) {
  std::array<std::size_t, Rank - 1> row{};
  for (std::size_t axis = 1; axis < Rank; ++axis) row[axis - 1] = static_cast<std::size_t>(shape[axis]);
  return row;
}

/// with_first(n, shape): the extents of n rows.
template <std::size_t Rank>
std::array<std::size_t, Rank + 1> with_first(std::size_t n, const std::array<std::size_t, Rank>& row) {
  std::array<std::size_t, Rank + 1> shape{n};
  std::copy(row.begin(), row.end(), shape.begin() + 1);
  return shape;
}

/// product_of(shape): the number of elements.
template <std::size_t Rank> constexpr std::size_t product_of(const std::array<std::size_t, Rank>& shape) {
  std::size_t n = 1;
  for (const std::size_t extent : shape) n *= extent;
  return n;
}

/// dataset{inputs, targets}: observations in memory; the first axis of both counts them.
/// shapes   inputs [n, ...], targets [n] for labels or [n, ...]
template <std::size_t Rank, class Target = std::int32_t, std::size_t TargetRank = 1> struct dataset {
  static_assert(Rank >= 1 && TargetRank >= 1, "fluxpp::data::dataset: the first axis counts observations");
  using target_type = Target;

  nd_array<float, Rank> inputs;
  nd_array<Target, TargetRank> targets;

  std::size_t size() const { return inputs.shape()[0]; }
  std::array<std::size_t, Rank - 1> input_shape() const { return without_first<Rank>(inputs.shape()); }
  std::array<std::size_t, TargetRank - 1> target_shape() const { return without_first<TargetRank>(targets.shape()); }
  std::size_t input_size() const { return product_of(input_shape()); }
  std::size_t target_size() const { return product_of(target_shape()); }

  /// check(call): inputs and targets count the same observations. errors: they do not (shape_error)
  void check(std::string_view call) const {
    if (targets.shape()[0] == size()) return;
    throw shape_error(call,
                      "inputs hold " + std::to_string(size()) + " observations, but targets hold " +
                          std::to_string(targets.shape()[0]),
                      "targets", 0, static_cast<std::int64_t>(size()), static_cast<std::int64_t>(targets.shape()[0]));
  }

  /// copy(i, input, target): observation i, i < size(), into one row each.
  void copy(std::size_t i, float* input, Target* target) const {
    const std::size_t n = input_size(), m = target_size();
    std::copy_n(inputs.data() + i * n, n, input);
    std::copy_n(targets.data() + i * m, m, target);
  }

  /// observations(n, input_shape, target_shape): room for n observations.
  static dataset observations(std::size_t n, const std::array<std::size_t, Rank - 1>& input_shape,
                              const std::array<std::size_t, TargetRank - 1>& target_shape = {}) {
    return {nd_array<float, Rank>(with_first(n, input_shape)),
            nd_array<Target, TargetRank>(with_first(n, target_shape))};
  }

  /// take(rows): the observations of those indices, in that order, copied.
  dataset take(std::span<const std::size_t> rows) const {
    dataset part = observations(rows.size(), input_shape(), target_shape());
    for (std::size_t i = 0; i < rows.size(); ++i)
      copy(rows[i], part.inputs.data() + i * input_size(), part.targets.data() + i * target_size());
    return part;
  }
};

/// split: two parts of a dataset; `auto [train, test] = ...`.
template <class Dataset> struct split { Dataset train, test; };

/// stratified_split(ds, test_fraction, seed): every class gives round(test_fraction * its size) observations to the
/// test part; both parts keep the order of ds. Which ones depends on (seed, labels) alone.
/// errors   value_error: test_fraction outside [0, 1]
template <std::size_t Rank>
split<dataset<Rank>> stratified_split(const dataset<Rank>& ds, double test_fraction, std::uint64_t seed = 0) {
  if (!(test_fraction >= 0 && test_fraction <= 1))
    throw value_error("data::stratified_split(ds, test_fraction, seed)", "test_fraction must be in [0, 1]",
                      "test_fraction");
  ds.check("data::stratified_split(ds, test_fraction, seed)");
  std::map<std::int32_t, std::vector<std::size_t>> rows_of_class;
  for (std::size_t i = 0; i < ds.size(); ++i) rows_of_class[ds.targets.data()[i]].push_back(i);
  std::vector<std::size_t> train, test;
  for (auto& [label, rows] : rows_of_class) {
    shuffle(std::span(rows), seed, stream_of("data.stratified_split"), static_cast<std::uint32_t>(label));
    const auto chosen = static_cast<std::ptrdiff_t>(test_fraction * static_cast<double>(rows.size()) + 0.5);
    test.insert(test.end(), rows.begin(), rows.begin() + chosen);
    train.insert(train.end(), rows.begin() + chosen, rows.end());
  }
  std::sort(train.begin(), train.end());
  std::sort(test.begin(), test.end());
  return {ds.take(train), ds.take(test)};
}

} // namespace fluxpp::inline v0_1::data
