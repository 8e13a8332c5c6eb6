// SPDX-License-Identifier: MIT
#pragma once
// A window says how one axis of an image is covered by the taps of a convolution or of a pool.

namespace fluxpp::inline v0_1::kernels {
/// range: the integers begin, begin + 1, ... end - 1.
struct range {
  int begin = 0, end = 0;

  constexpr int size() const { return end - begin; }
  constexpr bool operator==(const range&) const = default;
};

/// ceil_div(a, b): a / b rounded up, b > 0; a may be negative.
constexpr int ceil_div(int a, int b) { return a > 0 ? (a - 1) / b + 1 : -(-a / b); }

/// window: output o and tap t of one axis meet at input o stride - pad_before + t dilation.
/// A negative pad drops inputs; outputs and inputs beyond the last meeting point are legal.
struct window {
  int in = 1, out = 1, size = 1, stride = 1, pad_before = 0, pad_after = 0, dilation = 1;

  /// reach(): the distance from the first tap to the end of the last.
  constexpr int reach() const { return (size - 1) * dilation + 1; }

  /// origin(o): the input under the first tap of output o; negative or >= in inside the padding.
  constexpr int origin(int o) const { return o * stride - pad_before; }

  /// taps(o): the taps of output o that meet an input.
  constexpr range taps(int o) const { return taps_between(o, 0, in); }

  /// padded_taps(o): the taps of output o that meet an input or the padding that belongs to the image.
  constexpr range padded_taps(int o) const { return taps_between(o, -pad_before, in + pad_after); }

  /// part(o): the same window for the n outputs from o on.
  constexpr window part(int o, int n) const {
    window w = *this;
    w.out = n;
    w.pad_before -= o * stride;
    return w;
  }

  /// plain(): whether output o is input o alone.
  constexpr bool plain() const { return in == out && size == 1 && stride == 1 && pad_before == 0; }

  constexpr bool operator==(const window&) const = default;

private:
  constexpr range taps_between(int o, int low, int high) const {
    if (low <= origin(o) && origin(o) + reach() <= high) return {0, size}; // most windows, without a division
    const auto clamp = [this](int t) { return t < 0 ? 0 : t < size ? t : size; };
    const int begin = clamp(ceil_div(low - origin(o), dilation));
    const int end = clamp(ceil_div(high - origin(o), dilation));
    return {begin, end < begin ? begin : end};
  }
};

/// output_extent(in, size, stride, before, after, dilation): the number of places where the window fits; 0 if it never does.
/// source   Dumoulin & Visin 2016, arXiv:1603.07285
constexpr int output_extent(int in, int size, int stride, int before, int after, int dilation) {
  const int room = in + before + after - ((size - 1) * dilation + 1);
  return room < 0 ? 0 : room / stride + 1;
}

/// padded_window(in, size, stride, before, after, dilation): a window with the padding given.
constexpr window padded_window(int in, int size, int stride = 1, int before = 0, int after = 0, int dilation = 1) {
  return {in, output_extent(in, size, stride, before, after, dilation), size, stride, before, after, dilation};
}

/// same_window(in, size, stride, dilation): a window with ceil(in / stride) outputs; an odd padding has its extra at the end.
/// source   TensorFlow 2015, padding SAME
constexpr window same_window(int in, int size, int stride = 1, int dilation = 1) {
  const int out = ceil_div(in, stride);
  const int missing = (out - 1) * stride + (size - 1) * dilation + 1 - in;
  const int total = out > 0 && missing > 0 ? missing : 0;
  return {in, out, size, stride, total / 2, total - total / 2, dilation};
}
} // namespace fluxpp::inline v0_1::kernels
