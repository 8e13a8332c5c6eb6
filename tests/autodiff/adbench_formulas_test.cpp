// SPDX-License-Identifier: MIT
// The plain loops that the suite adbench compares with, in long double, beside what is published of ADBench's files.
#include "../../benchmarks/adbench/ba_by_hand.hpp"
#include "../../benchmarks/adbench/data.hpp"
#include "../../benchmarks/adbench/gmm.hpp"
#include "../../benchmarks/adbench/hand_by_hand.hpp"
#include "../../benchmarks/adbench/lstm.hpp"
#include "../../benchmarks/adbench/published.hpp"
#include "catch.hpp"

using namespace adbench;

namespace {

using exact = std::vector<long double>;

template <template <class> class Loops, class Instance> double deviation_of(std::string_view name, const Instance& p) {
  exact g;
  const auto value = static_cast<double>(Loops<long double>(p).gradient(g));
  return deviation(name, value, std::vector<double>(g.begin(), g.end()));
}

} // namespace

TEST_CASE("gradients of mixtures and of a language model are the published ones", "[data]") {
  if (!has_data()) FLUXPP_SKIP("no reference data");
  for (const auto& [name, file] : {std::pair{"gmm test", "gmm/test.txt"}, {"gmm d2 K5", "gmm/1k/gmm_d2_K5.txt"}}) {
    gmm g = read_gmm(data_file(file));
    CHECK(deviation_of<gmm_by_hand>(name, g) < 1e-12);
    g.sign = -1;
    CHECK(deviation_of<gmm_by_hand>(name + std::string(" less prior"), g) < 1e-12);
  }
  CHECK(deviation_of<lstm_by_hand>("lstm l2 c1024", read_lstm(data_file("lstm/lstm_l2_c1024.txt"))) < 1e-12);
}

TEST_CASE("the first row of the Jacobian of bundle adjustment is the published one", "[data]") {
  if (!has_data()) FLUXPP_SKIP("no reference data");
  ba b = read_ba(data_file("ba/ba1_n49_m7776_p31843.txt"));
  b.p = 1;
  exact j;
  ba_by_hand<long double>(b).jacobian(j);
  const double row[] = {-461.446321002, 178.867928014, -19.4239164722,
                        -3.06159834204, 6.39245755623, -3.3402822813,
                        0.264760249207, 0.417022,      0,
                        243.628245661,  676.486778266, 3.06159834204,
                        -6.39245755623, 3.3402822813,  0.242998781634};
  for (std::size_t k = 0; k < ba::row; ++k) CHECK(static_cast<double>(j[k]) == approx(row[k]).epsilon(1e-11));
}

TEST_CASE("columns of the Jacobian of a hand add up to the published sums", "[data]") {
  if (!has_data()) FLUXPP_SKIP("no reference data");
  const std::string folder = data_file("hand/simple_small/");
  hand h = read_hand(folder + "model", folder + "hand1_t26_c100.txt");
  exact j;
  hand_by_hand<long double>(h).jacobian(j);
  const auto column = [&](std::size_t k) {
    long double sum = 0;
    for (std::size_t i = k; i < j.size(); i += h.columns()) sum += j[i];
    return static_cast<double>(sum);
  };
  const std::pair<std::size_t, double> sums[] = {
      {0, -7.568034365},  {1, -1.443127},     {2, -0.6140039424}, {3, -100},          {4, -100},          {5, -100},
      {6, 0.05350984618}, {7, 0.01050673516}, {8, 0.4662257963},  {9, 0.06467422224}, {25, 0.04242038336}};
  for (const auto& [k, sum] : sums) CHECK(column(k) == approx(sum).epsilon(1e-6));
  for (std::size_t k = 0; k < 3; ++k) h.theta[k] = 1e-5;
  hand_by_hand<long double>(h).jacobian(j);
  for (std::size_t k = 0; k < 3; ++k) CHECK(column(k) == 0); // shorter than 1e-4: no rotation
}
