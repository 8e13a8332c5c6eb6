// SPDX-License-Identifier: MIT
// HAND: dense Jacobians, of ADBench's simple instances and of the same points on triangles.
#include "data.hpp"
#include "hand_arrays.hpp"
#include "hand_by_hand.hpp"
#include "hand_program.hpp"
#include "peers.hpp"
#include "published.hpp"
#include "suite.hpp"

namespace adbench {
namespace {

/// The programs of an instance: errors(...) and jacobian(...).
struct simple {
  static constexpr auto errors = simple_errors;
  static constexpr auto jacobian = simple_jacobian;
  template <class F> static auto run(F& f, const hand& h, const hand_arrays& a) {
    const auto n = h.points.size();
    return f(h.theta, a.relative, a.inverse, a.turns, a.cross, a.seeds,
             fx::tensor_view<const double, 3>(a.skin.data(), {5, n, 12}),
             fx::tensor_view<const double, 2>(a.rest.data(), {n, 3}), a.points);
  }
};
struct complicated {
  static constexpr auto errors = triangle_errors;
  static constexpr auto jacobian = triangle_jacobian;
  template <class F> static auto run(F& f, const hand& h, const hand_arrays& a) {
    return f(h.theta, a.relative, a.inverse, a.turns, a.cross, a.seeds, a.skin, a.rest, a.u, a.points);
  }
};

template <class Kind> struct hand_case {
  std::string name;
  hand p;
  hand_arrays arrays{p};
  decltype(fx::compile(Kind::errors)) errors{};
  decltype(fx::compile(Kind::jacobian)) jacobian{};
  hand_by_hand<double> loops{p};
  std::vector<double> e{}, j{};

  hand_case(std::string of, hand instance) : name(std::move(of)), p(std::move(instance)) {}
  hand_case(const hand_case&) = delete;

  void renew() {}
  void ours() { bench::keep(Kind::run(jacobian, p, arrays)); }
  double difference() {
    std::vector<long double> e_exact, exact;
    hand_by_hand<long double> loops_exact(p);
    loops_exact.errors(e_exact), loops_exact.jacobian(exact);
    loops.errors(e), loops.jacobian(j);
    const auto ours = Kind::run(jacobian, p, arrays);
    return std::max({bench::difference(ours, exact), bench::difference(j, exact), bench::difference(e, e_exact),
                     bench::difference(Kind::run(errors, p, arrays), e_exact),
                     deviation(name, e, std::vector<double>{}, ours)});
  }
};

template <class Kind> void add(const bench::suite& s, const std::string& name, const hand& p) {
  if (!s.runs(name)) return;
  hand_case<Kind> c(name, p);
  compare(s, name, 1e-12, c, bench::reference{"scalar objective", [&c] { c.loops.errors(c.e), bench::keep(c.e); }},
          bench::reference{"scalar Jacobian", [&c] { c.loops.jacobian(c.j), bench::keep(c.j); }});
}

} // namespace

void add_hand(const bench::suite& s) {
  const std::string folder = data_file("hand/simple_small/");
  for (const auto& [name, file] :
       {std::pair{"hand c100", "hand1_t26_c100.txt"}, std::pair{"hand c800", "hand5_t26_c800.txt"}}) {
    const hand h = read_hand(folder + "model", folder + file);
    add<simple>(s, name, h);
    add<complicated>(s, name + std::string(" complicated"), on_triangles(h));
  }
}

} // namespace adbench
