// SPDX-License-Identifier: MIT
// The sparse Jacobian of ADBench's bundle adjustment, as benchmarks/adbench runs it, beside formulas in long double.
#include "../../benchmarks/adbench/ba_by_hand.hpp"
#include "../../benchmarks/adbench/ba_program.hpp"
#include "../../benchmarks/adbench/data.hpp"
#include "../../benchmarks/adbench/published.hpp"
#include "catch.hpp"

#include <span>

using namespace adbench;

namespace {

using matrix = fx::tensor_view<const double, 2>;

template <class F> decltype(auto) call(F& f, const ba& b) {
  return f(matrix(b.cameras.data(), {b.n, ba::of_camera}), matrix(b.points.data(), {b.m, ba::of_point}), b.w,
           matrix(b.features.data(), {b.p, ba::of_feature}), b.camera, b.point);
}
template <class Values> double apart_from_formulas(const Values& values, const ba& b) {
  std::vector<long double> exact;
  ba_by_hand<long double>(b).jacobian(exact);
  REQUIRE(values.size() == exact.size());
  double worst = 0;
  for (std::size_t i = 0; i < exact.size(); ++i)
    worst = std::max(worst, bench::apart(values[i], static_cast<double>(exact[i])));
  return worst;
}

} // namespace

TEST_CASE("the Jacobian of bundle adjustment has the published sums, in the arrays of the first call", "[data]") {
  if (!has_data()) FLUXPP_SKIP("no reference data");
  const ba plain = read_ba(data_file("ba/test.txt")), moved = perturbed(plain);
  auto f = fx::sparse_jacobian<"cameras", "points", "w">(ba_errors);
  const auto* const values = call(f, plain).values.data();
  const auto* const columns = call(f, plain).pattern.column.data();
  for (const auto& [name, b] : {std::pair{"ba test", plain}, std::pair{"ba test perturbed", moved}}) {
    const auto& j = call(f, b);
    CHECK(j.values.data() == values);
    CHECK(j.pattern.column.data() == columns);
    CHECK(apart_from_formulas(j.values, b) < 1e-12);
    std::vector<double> e;
    ba_by_hand<double>(b).errors(e);
    const std::span<const double> all(e);
    CHECK(deviation(name, all.first(2 * b.p), all.last(b.p), j.values) < 1e-11);
  }
}

TEST_CASE("the pattern of bundle adjustment is ADBench's, whose zeros are stored", "[data]") {
  if (!has_data()) FLUXPP_SKIP("no reference data");
  const ba b = perturbed(read_ba(data_file("ba/test.txt")));
  auto f = fx::sparse_jacobian<"cameras", "points", "w">(ba_errors);
  const auto& j = call(f, b);
  const fx::sparsity expected = pattern(b);
  CHECK(j.pattern.columns == expected.columns);
  CHECK(j.pattern.start == expected.start);
  CHECK(j.pattern.column == expected.column);
}
