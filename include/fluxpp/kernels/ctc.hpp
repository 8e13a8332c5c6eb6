// SPDX-License-Identifier: MIT
#pragma once
// Sums over all alignments of labels with frames: the forward and backward recursions of connectionist temporal
// classification, in logarithms, with the slope of each along a direction.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace fluxpp::inline v0_1::kernels::ctc {

/// logarithm<T>: that of a sum of probabilities, and its slope.
template <class T> struct logarithm {
  T value = -std::numeric_limits<T>::infinity(), slope = 0;
  logarithm operator+(const logarithm& o) const { return {value + o.value, slope + o.slope}; }
};
template <class T> bool is_none(T value) { return !(value > -std::numeric_limits<T>::infinity()); }

/// log_sum(a, b, c): log(e^a + e^b + e^c).
template <class T> logarithm<T> log_sum(const logarithm<T>& a, const logarithm<T>& b, const logarithm<T>& c) {
  const T most = std::max({a.value, b.value, c.value});
  if (is_none(most)) return {a.value + b.value + c.value, T(0)}; // nothing, or NaN
  const T x = std::exp(a.value - most), y = std::exp(b.value - most), z = std::exp(c.value - most), sum = x + y + z;
  return {most + std::log(sum), (x * a.slope + y * b.slope + z * c.slope) / sum};
}

/// row<T>: one logarithm for each state, in memory of the caller.
template <class T> struct row {
  T* data;
  logarithm<T> operator[](int s) const { return {data[2 * s], data[2 * s + 1]}; }
  void set(int s, const logarithm<T>& l) const { data[2 * s] = l.value, data[2 * s + 1] = l.slope; }
  static std::ptrdiff_t size(int states) { return 2 * std::ptrdiff_t{states}; }

  /// Takes the largest value off all, so that sums over many frames stay accurate; what was taken.
  T rescale(int states) const {
    T most = -std::numeric_limits<T>::infinity();
    for (int s = 0; s < states; ++s) most = std::max(most, data[2 * s]);
    if (is_none(most)) return 0;
    for (int s = 0; s < states; ++s) data[2 * s] -= most;
    return most;
  }
};

/// alignment<T>: the frames of a sequence and its labels; state 2 k + 1 says label k, the states around it the blank.
template <class T> struct alignment {
  const T* x;            ///< logarithms of the probabilities of all classes, at the first frame
  const T* direction;    ///< along which slopes are asked for, or nullptr
  std::ptrdiff_t stride; ///< from frame to frame
  const T* labels;
  int frames, count, blank;

  int states() const { return 2 * count + 1; }
  int symbol(int s) const { return s % 2 == 0 ? blank : static_cast<int>(labels[s / 2]); }
  logarithm<T> score(int t, int s) const {
    const std::ptrdiff_t at = t * stride + symbol(s);
    return {x[at], direction != nullptr ? direction[at] : T(0)};
  }
  /// What state s of a row gives; nothing from outside, or across a blank that must stand between equal labels.
  logarithm<T> at(const row<T>& r, int s) const { return s < 0 || s >= states() ? logarithm<T>{} : r[s]; }
  logarithm<T> across(const row<T>& r, int from, int label_state) const {
    const int k = label_state / 2;
    const bool skips = label_state % 2 == 1 && k > 0 && k < count && labels[k] != labels[k - 1];
    return skips ? at(r, from) : logarithm<T>{};
  }

  /// Before the first frame: nothing has been said.
  void begin(const row<T>& alpha) const {
    for (int s = 0; s < states(); ++s) alpha.set(s, {});
    alpha.set(0, {T(0), T(0)});
  }
  /// Equation 6: the sum over beginnings that end in each state at frame t; after may be before.
  void advance(int t, const row<T>& before, const row<T>& after) const {
    for (int s = states() - 1; s >= 0; --s)
      after.set(s, log_sum(at(before, s), at(before, s - 1), across(before, s - 2, s)) + score(t, s));
  }
  /// Behind the last frame: everything has been said.
  void end(const row<T>& beta) const {
    for (int s = 0; s < states(); ++s) beta.set(s, s < states() - 2 ? logarithm<T>{} : logarithm<T>{T(0), T(0)});
  }
  /// Equation 10: the sum over the frames from t on that complete each state before.
  void retreat(int t, const row<T>& beta) const {
    for (int s = 0; s < states(); ++s) beta.set(s, beta[s] + score(t, s));
    for (int s = 0; s < states(); ++s) beta.set(s, log_sum(beta[s], at(beta, s + 1), across(beta, s + 2, s + 2)));
  }
};

/// log_probability(a, memory): equation 8, of all alignments; memory for one row.
template <class T> T log_probability(const alignment<T>& a, T* memory) {
  const row<T> alpha{memory};
  a.begin(alpha);
  double scale = 0;
  for (int t = 0; t < a.frames; ++t) {
    a.advance(t, alpha, alpha);
    scale += static_cast<double>(alpha.rescale(a.states()));
  }
  const int last = a.states() - 1;
  return static_cast<T>(scale) + log_sum(a.at(alpha, last), a.at(alpha, last - 1), {}).value;
}

/// add_occupancy(a, alpha, beta, y): the probability of each class at a frame, or its slope, added to y.
template <class T> void add_occupancy(const alignment<T>& a, const row<T>& alpha, const row<T>& beta, T* y) {
  T most = -std::numeric_limits<T>::infinity(), sum = 0, slopes = 0;
  for (int s = 0; s < a.states(); ++s) {
    const T both = alpha[s].value + beta[s].value;
    most = both > most || both != both ? both : most;
  }
  if (most == -std::numeric_limits<T>::infinity()) return;
  const auto weight = [&](const logarithm<T>& l) { return std::exp(l.value - most); };
  for (int s = 0; s < a.states(); ++s) {
    const logarithm<T> both = alpha[s] + beta[s];
    sum += weight(both), slopes += weight(both) * both.slope;
  }
  for (int s = 0; s < a.states(); ++s) {
    const logarithm<T> both = alpha[s] + beta[s];
    y[a.symbol(s)] += weight(both) / sum * (a.direction != nullptr ? both.slope - slopes / sum : T(1));
  }
}

/// occupancies(a, y, memory): those of all frames, frames apart as in x; memory for a row per frame and one more.
template <class T> void occupancies(const alignment<T>& a, T* y, T* memory) {
  const std::ptrdiff_t size = row<T>::size(a.states());
  const auto alpha = [&](int t) { return row<T>{memory + t * size}; };
  a.begin(alpha(0));
  for (int t = 0; t < a.frames; ++t) {
    a.advance(t, alpha(t > 0 ? t - 1 : 0), alpha(t));
    alpha(t).rescale(a.states());
  }
  const row<T> beta = alpha(a.frames);
  a.end(beta);
  for (int t = a.frames - 1; t >= 0; --t) {
    add_occupancy(a, alpha(t), beta, y + t * a.stride);
    a.retreat(t, beta);
    beta.rescale(a.states());
  }
}

} // namespace fluxpp::inline v0_1::kernels::ctc
