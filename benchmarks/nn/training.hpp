// SPDX-License-Identifier: MIT
#pragma once
// A network's training step (forward, backward, AdamW) on one fixed batch, as every comparison needs it.
#include "../peak.hpp"

#include <fluxpp/fluxpp.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace bench {
namespace fx = fluxpp;

/// workload: a network by name; what its step costs, and its two comparisons.
struct workload {
  std::string_view name;
  double multiply_adds; ///< of its products, forward and backward
  void (*beside_peak)(const suite&, const workload&);
  void (*exchange)(const std::string& path, int threads);
};
workload digits(), lstm(), mlp(), transformer();

/// The time of this thread where there is no other, else the time that passes.
inline double nanoseconds(int threads) {
  if (threads == 1) return nanoseconds();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// training<net, shape, classes>: the step of net on a batch whose inputs have this shape, as many labels as the first
/// extent, and losses from answers [n, classes].
template <const auto& net, auto shape, int classes> class training {
  template <class> struct extents;
  template <auto... N> struct extents<fx::shape_t<N...>> {
    static constexpr std::array<std::size_t, sizeof...(N)> value{static_cast<std::size_t>(N)...};
  };
  static constexpr auto size = extents<std::remove_const_t<decltype(shape)>>::value;
  template <class Rule>
  using learner =
      fx::learner<std::remove_cvref_t<decltype(net)>, std::remove_const_t<decltype(fx::softmax_cross_entropy)>, Rule,
                  std::remove_const_t<decltype(shape)>>;

public:
  training() {
    b.inputs = decltype(b.inputs)(size);
    b.targets = decltype(b.targets)(std::array{size[0]});
  }
  void renew() { // whole numbers, for inputs may be tokens
    for (std::size_t i = 0; i < b.inputs.size(); ++i) b.inputs.data()[i] = static_cast<float>((7 * i + round) % 10);
    for (std::size_t i = 0; i < size[0]; ++i) b.targets.data()[i] = static_cast<int>((3 * i + round) % classes);
    ++round;
  }
  void ours() { loss = learn.step(b); }
  double difference() const { return std::isfinite(loss) ? 0 : 1; }

  static void beside_peak(const suite& s, const workload& w) {
    training step;
    s.compare(std::string(w.name), 0, step, reference{peak, [&] { at_peak<float>(w.multiply_adds); }});
  }

  /// Reads parameters, inputs and targets from a file; writes what one step of descent at the rate `large` leaves of the
  /// parameters, which tells the gradients, behind its name; prints the loss and the nanoseconds of the fastest step.
  static void exchange(const std::string& path, int threads) {
    training step;
    const fx::io::safetensors file = fx::io::read_safetensors(path);
    const auto read = [&](const char* name, auto& to) {
      const std::vector<float> v = fx::io::values<float>(file.find(name));
      std::copy(v.begin(), v.end(), to.data());
    };
    read("inputs", step.b.inputs), read("targets", step.b.targets);
    learner<fx::descent> once{net, fx::softmax_cross_entropy, fx::descent{.lr = 1024}, shape};
    once.load(path), step.learn.load(path);
    std::printf("%.9g ", once.step(step.b));
    once.save(path + ".after");
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 4 || (i < 200 && i * least < 4e8); ++i) {
      const double start = nanoseconds(threads);
      step.ours();
      least = std::min(least, nanoseconds(threads) - start);
    }
    std::printf("%.0f\n", least);
  }

private:
  learner<fx::adamw> learn{net, fx::softmax_cross_entropy, fx::adamw{.lr = 1e-3}, shape};
  fx::data::minibatch<static_cast<int>(size.size()), std::int32_t, 1> b;
  std::size_t round = 0;
  double loss = 0;
};

/// The workload of a network.
template <class Training> constexpr workload workload_of(std::string_view name, double multiply_adds) {
  return {name, multiply_adds, &Training::beside_peak, &Training::exchange};
}

} // namespace bench
