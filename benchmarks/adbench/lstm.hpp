// SPDX-License-Identifier: MIT
#pragma once
// LSTM: loss of a language model whose weights are diagonal. Its instances, and the objective and gradient by plain loops.
// source   microsoft/ADBench 38cb793, docs/FileFormat.md
#include "number_file.hpp"

#include <cmath>

namespace adbench {

/// lstm: l layers over c characters of b bits. main [l, 8, b] holds weights of forget, input, output gate and candidate,
/// then their biases; extra [3, b] weights of input and output and the bias of the output; state [l, 2, b] is h, then
/// the cell; sequence [c, b].
struct lstm {
  std::size_t l, c, b;
  std::vector<double> main, extra, state, sequence;
};

inline lstm read_lstm(const std::string& path) {
  number_file file(path);
  constexpr std::int64_t most = 1'000'000;
  lstm s;
  s.l = file.size("l", most), s.c = file.size("c", most), s.b = file.size("b", most);
  if (s.c < 2) file.fail("c", "a sequence has two characters at least");
  s.main = file.reals("main parameters", s.l * 8 * s.b), s.extra = file.reals("extra parameters", 3 * s.b);
  s.state = file.reals("state", s.l * 2 * s.b), s.sequence = file.reals("sequence", s.c * s.b);
  file.finish();
  return s;
}

/// lstm_by_hand<T>: the loss and its gradient in main, extra.
template <class T> class lstm_by_hand {
public:
  explicit lstm_by_hand(const lstm& s) : p_(s), steps_((s.c - 1) * s.l * s.b), y_(s.b), h_(s.l * s.b), cell_(h_) {}

  T value() {
    start();
    T total = 0;
    for (std::size_t t = 0; t + 1 < p_.c; ++t) total += forward(t);
    return -total * scale();
  }
  T gradient(std::vector<T>& g) {
    out_.resize((p_.c - 1) * p_.b), share_.resize(out_.size());
    start();
    T total = 0;
    for (std::size_t t = 0; t + 1 < p_.c; ++t) {
      total += forward(t);
      for (std::size_t j = 0; j < p_.b; ++j) out_[t * p_.b + j] = top_[j], share_[t * p_.b + j] = y_[j];
    }
    g.assign(p_.main.size() + p_.extra.size(), 0);
    g_ = g.data(), extra_ = g_ + p_.main.size();
    h_.assign(h_.size(), 0), cell_.assign(cell_.size(), 0);
    for (std::size_t t = p_.c - 1; t-- > 0;) backward(t);
    return -total * scale();
  }

private:
  /// What a step of one bit leaves for its adjoint.
  struct gates {
    T u, h, cell, f, i, o, g, tc;
  };
  static T sigmoid(T x) { return 1 / (1 + std::exp(-x)); }
  T scale() const { return T(1) / (T(p_.c - 1) * T(p_.b)); }
  T weight(std::size_t layer, std::size_t which, std::size_t j) const {
    return p_.main[(layer * 8 + which) * p_.b + j];
  }
  T extra(std::size_t which, std::size_t j) const { return p_.extra[which * p_.b + j]; }
  gates* step(std::size_t t, std::size_t layer) { return &steps_[(t * p_.l + layer) * p_.b]; }

  void start() {
    for (std::size_t k = 0; k < p_.l; ++k)
      for (std::size_t j = 0; j < p_.b; ++j)
        h_[k * p_.b + j] = p_.state[2 * k * p_.b + j], cell_[k * p_.b + j] = p_.state[(2 * k + 1) * p_.b + j];
  }
  /// The log-likelihood of the next character; y_ becomes the softmax, top_ the output of the last layer.
  T forward(std::size_t t) {
    for (std::size_t k = 0; k < p_.l; ++k)
      for (std::size_t j = 0; j < p_.b; ++j) {
        gates& s = step(t, k)[j];
        s.u = k == 0 ? p_.sequence[t * p_.b + j] * extra(0, j) : h_[(k - 1) * p_.b + j];
        T &h = h_[k * p_.b + j], &cell = cell_[k * p_.b + j];
        s.h = h, s.cell = cell;
        s.f = sigmoid(s.u * weight(k, 0, j) + weight(k, 4, j)), s.i = sigmoid(h * weight(k, 1, j) + weight(k, 5, j));
        s.o = sigmoid(s.u * weight(k, 2, j) + weight(k, 6, j)), s.g = std::tanh(h * weight(k, 3, j) + weight(k, 7, j));
        cell = cell * s.f + s.i * s.g;
        s.tc = std::tanh(cell);
        h = s.o * s.tc;
      }
    top_ = &h_[(p_.l - 1) * p_.b];
    T sum = 2, total = 0;
    for (std::size_t j = 0; j < p_.b; ++j) y_[j] = top_[j] * extra(1, j) + extra(2, j), sum += std::exp(y_[j]);
    const T log_sum = std::log(sum);
    for (std::size_t j = 0; j < p_.b; ++j) {
      total += next(t, j) * (y_[j] - log_sum);
      y_[j] = std::exp(y_[j]) / sum;
    }
    return total;
  }
  T next(std::size_t t, std::size_t j) const { return p_.sequence[(t + 1) * p_.b + j]; }

  /// h_ and cell_ hold adjoints of the state.
  void backward(std::size_t t) {
    T bits = 0;
    for (std::size_t j = 0; j < p_.b; ++j) bits += next(t, j);
    for (std::size_t j = 0; j < p_.b; ++j) {
      const T dy = (bits * share_[t * p_.b + j] - next(t, j)) * scale();
      extra_[p_.b + j] += dy * out_[t * p_.b + j], extra_[2 * p_.b + j] += dy;
      h_[(p_.l - 1) * p_.b + j] += dy * extra(1, j);
    }
    for (std::size_t k = p_.l; k-- > 0;)
      for (std::size_t j = 0; j < p_.b; ++j) {
        const T du = backward(t, k, j);
        if (k > 0) h_[(k - 1) * p_.b + j] += du;
        else extra_[j] += du * p_.sequence[t * p_.b + j];
      }
  }
  /// The adjoint of the input of a layer.
  T backward(std::size_t t, std::size_t k, std::size_t j) {
    const gates& s = step(t, k)[j];
    T &dh = h_[k * p_.b + j], &dc = cell_[k * p_.b + j];
    const T o = dh * s.tc * s.o * (1 - s.o), all = dc + dh * s.o * (1 - s.tc * s.tc);
    const T f = all * s.cell * s.f * (1 - s.f), i = all * s.g * s.i * (1 - s.i), g = all * s.i * (1 - s.g * s.g);
    const T before[] = {f, i, o, g}, input[] = {s.u, s.h, s.u, s.h};
    for (std::size_t w = 0; w < 4; ++w) {
      g_[(k * 8 + w) * p_.b + j] += before[w] * input[w];
      g_[(k * 8 + 4 + w) * p_.b + j] += before[w];
    }
    dc = all * s.f;
    dh = i * weight(k, 1, j) + g * weight(k, 3, j);
    return f * weight(k, 0, j) + o * weight(k, 2, j);
  }

  const lstm& p_;
  std::vector<gates> steps_;
  std::vector<T> y_, h_, cell_, out_, share_;
  const T* top_ = nullptr;
  T *g_ = nullptr, *extra_ = nullptr;
};

} // namespace adbench
