// SPDX-License-Identifier: MIT
#pragma once
// The declared shape of a network's input, compared with what a dataset holds.
#include "fluxpp/core/errors.hpp"
#include "fluxpp/core/shape.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <type_traits>

namespace fluxpp::inline v0_1::train {

template <class Shape> struct input;

/// input<shape_t<batch, 1, 8, 8>>: which axis a symbol names, and the check that observations fit.
template <auto... Extents> struct input<shape_t<Extents...>> {
  static constexpr int rank = sizeof...(Extents);

  template <class E> static constexpr int number_of(E e) {
    if constexpr (std::is_integral_v<E>) return static_cast<int>(e);
    else return -1;
  }
  template <class E> static constexpr int key_of(E e) {
    if constexpr (std::is_integral_v<E>) return 0;
    else return static_cast<int>(e.hash());
  }
  static constexpr int number[rank + 1]{number_of(Extents)..., 0}; ///< -1 for a name
  static constexpr int key[rank + 1]{key_of(Extents)..., 0};       ///< of the symbol

  int axis(int k) const {
    int at = 0;
    while (at + 1 < rank && key[at] != k) ++at;
    return at;
  }
  std::string argument(int) const { return "inputs"; }

  /// errors   run: observations have another rank or shape (shape_error), there are none (value_error)
  template <class Dataset> static void check(const Dataset& data, const char* call) {
    const auto row = data.input_shape();
    check_row(row, call);
    if (data.size() == 0) throw value_error(call, "the dataset is empty", "data");
  }
  /// The same for one batch, whose targets must be as many as its inputs.
  template <class Batch> static void check_batch(const Batch& b, const char* call) {
    const auto& shape = b.inputs.shape();
    std::array<std::size_t, rank> row{};
    if (static_cast<int>(shape.size()) == rank) std::copy(shape.begin() + 1, shape.end(), row.begin());
    check_row(std::span(row).first(static_cast<int>(shape.size()) == rank ? rank - 1 : 0), call);
    if (b.targets.size() != static_cast<std::size_t>(shape[0]))
      throw shape_error(call,
                        std::to_string(shape[0]) + " inputs, but " + std::to_string(b.targets.size()) + " targets",
                        "targets", 0, static_cast<std::int64_t>(shape[0]), static_cast<std::int64_t>(b.targets.size()));
  }

private:
  template <class Row> static void check_row(const Row& row, const char* call) {
    if (row.size() + 1 != static_cast<std::size_t>(rank))
      throw shape_error(call,
                        "inputs have " + std::to_string(row.size() + 1) + " axes, but the network takes " +
                            std::to_string(rank),
                        "inputs", -1, rank, static_cast<std::int64_t>(row.size() + 1));
    for (int a = 1; a < rank; ++a) {
      const auto got = static_cast<std::int64_t>(row[static_cast<std::size_t>(a - 1)]);
      if (number[a] < 0 || number[a] == got) continue;
      throw shape_error(call,
                        "axis " + std::to_string(a) + " of inputs is " + std::to_string(got) +
                            ", but the network takes " + std::to_string(number[a]),
                        "inputs", a, number[a], got);
    }
  }
};

} // namespace fluxpp::inline v0_1::train
