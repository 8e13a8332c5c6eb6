// SPDX-License-Identifier: MIT
// BA: values of the sparse Jacobian, on ADBench's files and on copies whose numbers differ.
#include "ba_by_hand.hpp"
#include "ba_program.hpp"
#include "data.hpp"
#include "peers.hpp"
#include "published.hpp"
#include "suite.hpp"

#include <span>

namespace adbench {
namespace {

using matrix = fx::tensor_view<const double, 2>;

struct ba_case {
  std::string name;
  ba p;
  decltype(fx::sparse_jacobian<"cameras", "points", "w">(ba_errors)) jacobian{};
  decltype(fx::compile(ba_errors)) errors{};
  ba_by_hand<double> loops{p};
  std::vector<double> e{}, values{};

  ba_case(std::string of, ba instance) : name(std::move(of)), p(std::move(instance)) {}
  ba_case(const ba_case&) = delete;

  template <class F> decltype(auto) call(F& f) {
    return f(matrix(p.cameras.data(), {p.n, ba::of_camera}), matrix(p.points.data(), {p.m, ba::of_point}), p.w,
             matrix(p.features.data(), {p.p, ba::of_feature}), p.camera, p.point);
  }
  void renew() {}
  void ours() { bench::keep(call(jacobian).values); }
  double difference() {
    std::vector<long double> e_exact, exact;
    ba_by_hand<long double>(p).errors(e_exact), ba_by_hand<long double>(p).jacobian(exact);
    loops.errors(e), loops.jacobian(values);
    const auto& j = call(jacobian);
    const std::span<const double> all(e);
    return std::max({bench::difference(j.values, exact), bench::difference(values, exact),
                     bench::difference(e, e_exact), bench::difference(call(errors), e_exact),
                     deviation(name, all.first(2 * p.p), all.last(p.p), j.values)});
  }
};

void add(const bench::suite& s, const std::string& name, const ba& p) {
  if (!s.runs(name)) return;
  ba_case c(name, p);
  compare(s, name, 1e-11, c, bench::reference{"scalar objective", [&c] { c.loops.errors(c.e), bench::keep(c.e); }},
          bench::reference{"scalar Jacobian", [&c] { c.loops.jacobian(c.values), bench::keep(c.values); }});
}

} // namespace

void add_ba(const bench::suite& s) {
  for (const auto& [name, file] :
       {std::pair{"ba test", "ba/test.txt"}, std::pair{"ba BA1", "ba/ba1_n49_m7776_p31843.txt"}}) {
    const ba p = read_ba(data_file(file));
    add(s, name, p);
    add(s, name + std::string(" perturbed"), perturbed(p));
  }
}

} // namespace adbench
