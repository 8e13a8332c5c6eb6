// SPDX-License-Identifier: MIT
#pragma once
// ADBench's own modules as references, where the path of its sources is given. A module is a library that is opened while
// the program runs: all of them export the same names.
#include "../harness.hpp"
#include "ba.hpp"
#include "gmm.hpp"
#include "hand.hpp"
#include "lstm.hpp"

#include <tuple>

#if defined(FLUXPP_ADBENCH_MODULES)
#include <dlfcn.h>
#include <shared/BAData.h>
#include <shared/GMMData.h>
#include <shared/HandData.h>
#include <shared/ITest.h>
#include <shared/LSTMData.h>
#undef PI

#include <memory>

namespace adbench {

/// module_of<Output>(name, symbol, input): what a module has for an objective; symbol is its factory, get_gmm_test say.
/// errors   the program ends with a sentence: the library or the symbol is missing
template <class Output, class Input>
std::shared_ptr<ITest<Input, Output>> module_of(const char* name, const char* symbol, Input input) {
  const std::string path = std::string(FLUXPP_ADBENCH_MODULES "/libfluxpp_adbench_") + name + ".so";
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const make = library != nullptr ? dlsym(library, symbol) : nullptr;
  if (make == nullptr) std::fprintf(stderr, "%s has no %s\n", path.c_str(), symbol), std::exit(EXIT_FAILURE);
  std::shared_ptr<ITest<Input, Output>> test(reinterpret_cast<ITest<Input, Output>* (*)()>(make)());
  test->prepare(std::move(input));
  return test;
}

/// The derivatives of ADBench's modules, and its objective, on an input.
template <class Output, class Input> auto modules(const char* symbol, const Input& input) {
  const auto derivative = [&](std::string_view as, const char* name) {
    return bench::reference{as, [test = module_of<Output>(name, symbol, input)] { test->calculate_jacobian(1); }};
  };
  const auto objective = module_of<Output>("manual", symbol, input);
  return std::tuple{bench::reference{"ADBench objective", [objective] { objective->calculate_objective(1); }},
                    derivative("ADBench manual", "manual"), derivative("ADBench manualEigen", "manualEigen"),
                    derivative("Tapenade", "tapenade")};
}

inline auto peers(const gmm& g) {
  const auto whole = [](std::size_t n) { return static_cast<int>(n); };
  return modules<GMMOutput>("get_gmm_test",
                            GMMInput{whole(g.d), whole(g.k), whole(g.n), g.alpha, g.mu, g.icf, g.x, {g.gamma, g.m}});
}
inline auto peers(const lstm& s) {
  const auto whole = [](std::size_t n) { return static_cast<int>(n); };
  return modules<LSTMOutput>("get_lstm_test",
                             LSTMInput{whole(s.l), whole(s.c), whole(s.b), s.main, s.extra, s.state, s.sequence});
}
inline auto peers(const ba& b) {
  const auto whole = [](std::size_t n) { return static_cast<int>(n); };
  std::vector<int> seen;
  for (std::size_t i = 0; i < b.p; ++i) seen.push_back(b.camera[i]), seen.push_back(b.point[i]);
  return modules<BAOutput>("get_ba_test",
                           BAInput{whole(b.n), whole(b.m), whole(b.p), b.cameras, b.points, b.w, b.features, seen});
}

/// A matrix [4, 4] as ADBench has it.
inline LightMatrix<double> light(const std::array<double, 16>& m) {
  LightMatrix<double> a(4, 4);
  for (int i = 0; i < 16; ++i) a(i / 4, i % 4) = m[static_cast<std::size_t>(i)];
  return a;
}
inline HandModelLightMatrix light(const hand_model& m) {
  HandModelLightMatrix a;
  for (const auto& bone : m.skeleton) {
    a.parents.push_back(bone.parent), a.bone_names.emplace_back();
    a.base_relatives.push_back(light(bone.relative)), a.inverse_base_absolutes.push_back(light(bone.inverse));
  }
  const int n = static_cast<int>(m.vertices.size());
  a.base_positions.resize(4, n), a.weights.resize(hand_model::bones, n), a.weights.fill(0);
  for (int v = 0; v < n; ++v) {
    const auto& vertex = m.vertices[static_cast<std::size_t>(v)];
    for (int c = 0; c < 4; ++c) a.base_positions(c, v) = c < 3 ? vertex.at[static_cast<std::size_t>(c)] : 1.0;
    for (const auto& [bone, weight] : vertex.weights) a.weights(bone, v) += weight;
  }
  for (const auto& t : m.triangles) a.triangles.push_back({{t[0], t[1], t[2]}});
  a.is_mirrored = false;
  return a;
}
inline auto peers(const hand& h) {
  HandInput input{h.theta, {light(h.model), {}, {}}, {}};
  input.data.points.resize(3, static_cast<int>(h.points.size()));
  for (std::size_t i = 0; i < h.points.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) input.data.points(static_cast<int>(c), static_cast<int>(i)) = h.points[i][c];
    input.data.correspondences.push_back(h.partner[i]);
    for (std::size_t k = 0; k < 2 && h.complicated(); ++k) input.us.push_back(h.u[i][k]);
  }
  return modules<HandOutput>("get_hand_test", input);
}

} // namespace adbench
#else
namespace adbench {
template <class Instance> std::tuple<> peers(const Instance&) { return {}; }
} // namespace adbench
#endif

namespace adbench {

/// compare(s, name, tolerance, case, references...): suite::compare with the peers on the instance of the case as well.
template <class Case, class... Reference>
void compare(const bench::suite& s, const std::string& name, double tolerance, Case& c, const Reference&... own) {
  std::apply([&](const auto&... peer) { s.compare(name, tolerance, c, own..., peer...); }, peers(c.p));
}

} // namespace adbench
