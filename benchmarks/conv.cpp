// SPDX-License-Identifier: MIT
// The three passes of a convolution on one core beside oneDNN, where that is installed, and beside as many multiply-adds on
// registers, which is the core's peak. oneDNN works in the layout it likes best: once with operands and results in it
// already, once turned from and to ours, in which ours works. The
// aim, without the turning, is 0.95 of it for 3x3 forward and 0.85 for both gradients, 0.9 for 1x1 and for filters of one channel.
#include "peak.hpp"

#include <fluxpp/kernels/conv.hpp>

#if defined(FLUXPP_BENCHMARK_ONEDNN)
#include <dnnl.hpp>
#include <omp.h>

#include <unordered_map>
#endif

namespace {
using namespace fluxpp;
using kernels::conv_shape;

enum class pass { forward, input_grad, weight_grad };
constexpr const char* pass_names[] = {"forward", "input_grad", "weight_grad"};

/// problem: one pass of one convolution, float, images [n, c, h, w].
struct problem {
  conv_shape s;
  pass p;
  bench::numbers<float> x{s.input_size(), 1}, w{s.weight_size(), 2}, y{s.output_size(), 3}, result{size_of_result()},
      scratch{size_of_scratch()};

  problem(const conv_shape& shape, pass which) : s(shape), p(which) {}

  void renew() {}
  void ours() {
    if (p == pass::forward) kernels::conv_forward(s, x.data(), w.data(), result.data(), scratch.data());
    else if (p == pass::input_grad) kernels::conv_input_grad(s, y.data(), w.data(), result.data(), scratch.data());
    else kernels::conv_weight_grad(s, x.data(), y.data(), result.data(), scratch.data());
    bench::keep(result);
  }

private:
  std::size_t size_of_result() const {
    return p == pass::forward ? s.output_size() : p == pass::input_grad ? s.input_size() : s.weight_size();
  }
  std::size_t size_of_scratch() const {
    return p == pass::forward      ? kernels::conv_forward_scratch<float>(s)
           : p == pass::input_grad ? kernels::conv_input_grad_scratch<float>(s)
                                   : kernels::conv_weight_grad_scratch<float>(s);
  }
};

#if defined(FLUXPP_BENCHMARK_ONEDNN)
/// beside_onednn: a problem as oneDNN solves it, in the layout that it likes best.
struct beside_onednn : problem {
  beside_onednn(const conv_shape& shape, pass which) : problem(shape, which) {
    using namespace dnnl;
    const memory::dims strides{s.rows.stride, s.cols.stride}, apart{s.rows.dilation - 1, s.cols.dilation - 1};
    const memory::dims before{s.rows.pad_before, s.cols.pad_before}, after{pad_after(s.rows), pad_after(s.cols)};
    const auto any = [](const memory::dims& d) {
      return memory::desc(d, memory::data_type::f32, memory::format_tag::any);
    };
    const memory::desc x_any = any(x_dims()), w_any = any(w_dims()), y_any = any(y_dims());
    const auto direct = algorithm::convolution_direct;
    const convolution_forward::primitive_desc forward(
        {prop_kind::forward_training, direct, x_any, w_any, y_any, strides, apart, before, after}, engine_);
    if (p == pass::forward) {
      prepare(convolution_forward(forward), forward.src_desc(), forward.weights_desc(), forward.dst_desc());
    } else if (p == pass::input_grad) {
      const convolution_backward_data::primitive_desc d({direct, x_any, w_any, y_any, strides, apart, before, after},
                                                        engine_, forward);
      prepare(convolution_backward_data(d), d.diff_src_desc(), d.weights_desc(), d.diff_dst_desc());
    } else {
      const convolution_backward_weights::primitive_desc d({direct, x_any, w_any, y_any, strides, apart, before, after},
                                                           engine_, forward);
      prepare(convolution_backward_weights(d), d.src_desc(), d.diff_weights_desc(), d.diff_dst_desc());
    }
  }
  /// With operands and result in its layout, or with operands turned into it and the result turned back.
  void by_onednn(bool turned) {
    for (int i = 0; i < 3 && turned; ++i)
      if (i != at()) to_onednn_[i].execute(stream_, plain_[i], memories_[i]);
    primitive_.execute(stream_, arguments_);
    if (turned) from_onednn_.execute(stream_, memories_[at()], plain_[at()]);
    stream_.wait();
  }
  double difference() {
    from_onednn_.execute(stream_, memories_[at()], plain_[at()]);
    stream_.wait();
    return bench::difference(result, expected_) / std::sqrt(s.products() / static_cast<double>(result.size()));
  }

private:
  using dims = dnnl::memory::dims;
  /// at(): which of x, w, y is the result.
  int at() const { return p == pass::forward ? 2 : p == pass::input_grad ? 0 : 1; }
  static dnnl::memory::dim pad_after(const kernels::window& w) {
    return (w.out - 1) * w.stride + (w.size - 1) * w.dilation + 1 - w.in - w.pad_before;
  }
  dims x_dims() const { return {s.batch, s.channels, s.rows.in, s.cols.in}; }
  dims y_dims() const { return {s.batch, s.filters, s.rows.out, s.cols.out}; }
  dims w_dims() const {
    if (s.groups == 1) return {s.filters, s.channels, s.rows.size, s.cols.size};
    return {s.groups, s.group_filters(), s.group_channels(), s.rows.size, s.cols.size};
  }
  dnnl::memory::desc plain_desc(int operand) const {
    using tag = dnnl::memory::format_tag;
    if (operand != 1) return {operand == 0 ? x_dims() : y_dims(), dnnl::memory::data_type::f32, tag::nchw};
    return {w_dims(), dnnl::memory::data_type::f32, s.groups == 1 ? tag::oihw : tag::goihw};
  }
  void prepare(dnnl::primitive primitive, const dnnl::memory::desc& of_x, const dnnl::memory::desc& of_w,
               const dnnl::memory::desc& of_y) {
    primitive_ = primitive;
    expected_ = bench::numbers<float>(result.size());
    const dnnl::memory::desc* const layout[] = {&of_x, &of_w, &of_y};
    bench::numbers<float>* const numbers[] = {&x, &w, &y};
    for (int i = 0; i < 3; ++i) {
      memories_[i] = dnnl::memory(*layout[i], engine_);
      plain_[i] = dnnl::memory(plain_desc(i), engine_, (i == at() ? expected_ : *numbers[i]).data());
      to_onednn_[i] = dnnl::reorder(plain_[i], memories_[i]);
      to_onednn_[i].execute(stream_, plain_[i], memories_[i]);
    }
    from_onednn_ = dnnl::reorder(memories_[at()], plain_[at()]);
    stream_.wait();
    const int of_operand[3][3] = {{DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
                                  {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
                                  {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST}};
    for (int i = 0; i < 3; ++i) arguments_[of_operand[static_cast<int>(p)][i]] = memories_[i];
  }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::primitive primitive_;
  dnnl::memory memories_[3], plain_[3]; // x, w, y
  dnnl::reorder to_onednn_[3], from_onednn_;
  bench::numbers<float> expected_{0};
  std::unordered_map<int, dnnl::memory> arguments_;
};
#endif

struct layer {
  const char* name;
  conv_shape shape;
};

conv_shape images(int batch, int channels, int filters, int extent, int size, int stride = 1, int groups = 1) {
  const kernels::window w = kernels::padded_window(extent, size, stride, size / 2, size / 2);
  return {batch, channels, filters, groups, w, w};
}

const layer layers[] = {
    {"3x3 64x56x56 batch 1", images(1, 64, 64, 56, 3)},
    {"3x3 64x56x56 batch 4", images(4, 64, 64, 56, 3)},
    {"3x3 64x56x56 batch 16", images(16, 64, 64, 56, 3)},
    {"3x3 128x28x28 batch 8", images(8, 128, 128, 28, 3)},
    {"3x3 256x14x14 batch 8", images(8, 256, 256, 14, 3)},
    {"3x3 512x7x7 batch 8", images(8, 512, 512, 7, 3)},
    {"1x1 64 to 256x56x56 batch 4", images(4, 64, 256, 56, 1)},
    {"1x1 256 to 64x56x56 batch 4", images(4, 256, 64, 56, 1)},
    {"1x1 512 to 128x28x28 batch 4", images(4, 512, 128, 28, 1)},
    {"3x3 stride 2 128x56x56 batch 4", images(4, 128, 128, 56, 3, 2)},
    {"7x7 stride 2 3 to 64x224x224", images(1, 3, 64, 224, 7, 2)},
    {"depthwise 3x3 128x56x56 batch 4", images(4, 128, 128, 56, 3, 1, 128)},
    {"depthwise 3x3 256x14x14 batch 8", images(8, 256, 256, 14, 3, 1, 256)},
    {"depthwise 3x3 stride 2 128x56x56", images(4, 128, 128, 56, 3, 2, 128)},
    {"depthwise 5x5 192x28x28 batch 8", images(8, 192, 192, 28, 5, 1, 192)},
    {"depthwise 7x7 96x56x56 batch 4", images(4, 96, 96, 56, 7, 1, 96)},
    {"digits 1x8x8 to 16 batch 64", images(64, 1, 16, 8, 3)},
    {"digits 16x4x4 to 32 batch 64", images(64, 16, 32, 4, 3)},
};

/// Sequences: their yardstick is the peak.
const layer sequences[] = {
    {"1x4000 to 64 width 64", {8, 1, 64, 1, {}, kernels::padded_window(4000, 64, 1, 32, 31)}},
    {"32x2000 width 101", {8, 32, 32, 1, {}, kernels::padded_window(2000, 101, 1, 50, 50)}},
    {"64x2000 depthwise width 64", {8, 64, 64, 64, {}, kernels::padded_window(2000, 64, 1, 32, 31)}},
    {"64x1000 width 9", {8, 64, 64, 1, {}, kernels::padded_window(1000, 9, 1, 4, 4)}},
};

void compare_with_peak(const bench::suite& suite, const std::string& name, const layer& l, pass which) {
  struct alone : problem {
    using problem::problem;
    double difference() const { return 0; }
  } p(l.shape, which);
  suite.compare(name, 0, p, bench::reference{bench::peak, [&] { bench::at_peak<float>(p.s.products()); }});
}
void compare(const bench::suite& suite, const std::string& name, const layer& l, pass which) {
#if defined(FLUXPP_BENCHMARK_ONEDNN)
  beside_onednn p(l.shape, which);
  suite.compare(name, 1e-5, p, bench::reference{"oneDNN", [&p] { p.by_onednn(false); }},
                bench::reference{"oneDNN and its layout", [&p] { p.by_onednn(true); }},
                bench::reference{bench::peak, [&] { bench::at_peak<float>(p.s.products()); }});
#else
  compare_with_peak(suite, name, l, which);
#endif
}
/// f(name, layer, pass) for every pass that was asked for: others need no memory.
template <class Layers, class F> void each_pass(const bench::suite& suite, const Layers& all, const F& f) {
  for (const layer& l : all)
    for (const pass p : {pass::forward, pass::input_grad, pass::weight_grad})
      if (const std::string name = std::string(l.name) + " " + pass_names[static_cast<int>(p)]; suite.runs(name))
        f(suite, name, l, p);
}
} // namespace

int main(int argc, char** argv) {
  const bench::suite suite(argc, argv);
  kernels::thread_pool::instance().resize(1);
#if defined(FLUXPP_BENCHMARK_ONEDNN)
  omp_set_num_threads(1);
#else
  std::fputs("no oneDNN (Debian: libdnnl-dev): beside the peak of the core only\n", stderr);
#endif
  each_pass(suite, layers, compare);
  each_pass(suite, sequences, compare_with_peak);
}
