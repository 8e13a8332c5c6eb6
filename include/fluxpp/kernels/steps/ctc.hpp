// SPDX-License-Identifier: MIT
#pragma once
// The kernels of ctc_loss, of its occupancies and of their derivative.
#include "fluxpp/kernels/ctc.hpp"
#include "fluxpp/kernels/indices.hpp"
#include "fluxpp/kernels/steps/structural.hpp"
#include "fluxpp/ops/ctc_loss.hpp"

namespace fluxpp::inline v0_1::kernels {

/// ctc_batch<T>: the operands of a step, taken apart: x [t, n, classes], targets [n, s], lengths [2, n].
template <class T> struct ctc_batch {
  static constexpr auto call = "ctc_loss(x, targets, input_lengths, target_lengths)";
  const T *x, *direction, *targets, *lengths;
  int frames, count, classes, labels, blank;

  ctc_batch(const step_args<T>& s, bool with_direction)
      : x(s.in[0]), direction(with_direction ? s.in[1] : nullptr), targets(s.in[with_direction ? 2 : 1]),
        lengths(s.in[with_direction ? 3 : 2]), frames(s.in_shape[0][0]), count(s.in_shape[0][1]),
        classes(s.in_shape[0][2]), labels(s.in_shape[with_direction ? 2 : 1][1]), blank(s.attr.value[0]) {}

  /// The memory of a sequence with so many rows.
  std::size_t memory(int rows) const {
    return static_cast<std::size_t>(ctc::row<T>::size(2 * labels + 1)) * static_cast<std::size_t>(rows);
  }
  ctc::alignment<T> sequence(std::ptrdiff_t i) const {
    const std::ptrdiff_t at = i * classes;
    return {x + at,
            direction != nullptr ? direction + at : nullptr,
            std::ptrdiff_t{count} * classes,
            targets + i * labels,
            static_cast<int>(lengths[i]),
            static_cast<int>(lengths[count + i]),
            blank};
  }
  /// f(i, sequence i) for all of them, once lengths and labels are known to be right.
  template <class F> void for_each(const F& f) const {
    check();
    in_parts(count, std::ptrdiff_t{frames} * (2 * labels + 1), [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t i = first; i < last; ++i) f(i, sequence(i));
    });
  }

private:
  void check() const {
    const auto n = static_cast<std::size_t>(count);
    check_indices(call, "input_lengths", lengths, n, frames + 1);
    check_indices(call, "target_lengths", lengths + count, n, labels + 1);
    if (blank < 0 || blank >= classes)
      throw value_error(call, "blank must be one of the classes 0, ... " + std::to_string(classes - 1), "blank");
    for (std::ptrdiff_t i = 0; i < count; ++i) check_labels(sequence(i), static_cast<std::size_t>(i * labels));
  }
  void check_labels(const ctc::alignment<T>& a, std::size_t position) const {
    for (int k = 0; k < a.count; ++k, ++position) {
      if (!all(are_indices(simd::batch<T>(a.labels[k]), simd::batch<T>(T(0)), simd::batch<T>(static_cast<T>(classes)))))
        refuse_index(call, "targets", position, static_cast<double>(a.labels[k]), classes);
      if (a.labels[k] == static_cast<T>(blank))
        throw value_error(call, "targets[" + std::to_string(position) + "] is the blank, which is no label", "targets");
    }
  }
};

template <> struct step<ops::ctc> {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const ctc_batch<T> b(s, false);
    return b.memory(b.count);
  }
  template <class T> static void run(const step_args<T>& s) {
    const ctc_batch<T> b(s, false);
    b.for_each([&](std::ptrdiff_t i, const ctc::alignment<T>& a) {
      s.out[i] = -ctc::log_probability(a, s.scratch + i * static_cast<std::ptrdiff_t>(b.memory(1)));
    });
  }
};

/// occupancy_step<T, Slopes>: occupancies of all sequences, or their slopes along operand 1.
template <bool Slopes> struct occupancy_step {
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    const ctc_batch<T> b(s, Slopes);
    return b.memory(b.frames + 1) * static_cast<std::size_t>(b.count);
  }
  template <class T> static void run(const step_args<T>& s) {
    const ctc_batch<T> b(s, Slopes);
    fill_zeros(s.out, s.size());
    b.for_each([&](std::ptrdiff_t i, const ctc::alignment<T>& a) {
      ctc::occupancies(a, s.out + i * b.classes, s.scratch + i * static_cast<std::ptrdiff_t>(b.memory(b.frames + 1)));
    });
  }
};
template <> struct step<ops::ctc_occupancy> : occupancy_step<false> {};
template <> struct step<ops::ctc_second> : occupancy_step<true> {};

} // namespace fluxpp::inline v0_1::kernels
