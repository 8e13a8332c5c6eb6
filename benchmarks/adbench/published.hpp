// SPDX-License-Identifier: MIT
#pragma once
// Verification values of the instances of ADBench: from long double, to 15 digits.
#include "../checksums.hpp"

#include <string_view>

namespace adbench {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// published: value, gradient, and its first and last element, of a scalar objective. What is not known is not a number.
struct published {
  std::string_view instance;
  double value;
  bench::checksums gradient;
  double first, last;
};
inline constexpr published published_values[] = {
    {"gmm test", 8.0738040800497, {12.4734682305381, 44.7513831714168, 58.5819889001046}, 0.108662855508652, unknown},
    {"gmm d2 K5",
     -5240.5905625496,
     {-1001.22833317782, 1631211.39606113, -2949.51010548856},
     167.215275110001,
     unknown},
    {"gmm d10 K25",
     -25649.652621198,
     {-17695.9952351957, 7088366.31227034, -73170.5286285056},
     48.3466834161106,
     unknown},
    {"gmm test less prior", -20.0673605466583, {-7.38640799488243, 61.9131022049753, unknown}, unknown, unknown},
    {"gmm d2 K5 less prior", -5396.0998384261, {-1250.47454822994, 1745815.44325089, unknown}, unknown, unknown},
    {"lstm l2 c1024",
     0.666665179558853,
     {-0.038195000973341, 0.00897592910599271, 0.0963173376225949},
     3.14387024996104e-06,
     -0.020022569089598},
};

/// The pair that is furthest apart, among those whose second number is known.
template <std::size_t N> double apart_from(const std::pair<double, double> (&pairs)[N]) {
  double worst = 0;
  for (const auto& [a, b] : pairs)
    if (b == b) worst = std::max(worst, bench::apart(a, b));
  return worst;
}
/// How far a value and a gradient are from what is published of an instance; 0 where nothing is.
template <class Array> double deviation(std::string_view instance, double value, const Array& g) {
  const bench::checksums s = bench::checksums_of(g);
  double worst = 0;
  for (const published& p : published_values)
    if (p.instance == instance)
      worst = apart_from({{value, p.value},
                          {s.sum, p.gradient.sum},
                          {s.squares, p.gradient.squares},
                          {s.weighted, p.gradient.weighted},
                          {g[0], p.first},
                          {g[g.size() - 1], p.last}});
  return worst;
}

/// published_jacobian: of a vector objective the first errors, the sum and the squares of its errors, the squares of what it
/// has besides, and its Jacobian. What is not known is not a number.
struct published_jacobian {
  std::string_view instance;
  double first[3], sum, squares, others;
  bench::checksums jacobian;
};
inline constexpr published_jacobian published_jacobians[] = {
    {"ba test",
     {-0.269048849235306, 0.259944792677912, unknown},
     -0.091040565573941,
     1.39958578515205,
     6.82429068888735,
     {-11655.9616384624, 23034077.4273555, -50627.4352903157}},
    {"ba test perturbed",
     {11.0073412296856, -4.18906916521897, unknown},
     17415.7461173292,
     42227437.4974204,
     6.82900278299162,
     {444474.321320486, 14778894704.074, 1774115.3492973}},
    {"ba BA1",
     {0.101335837914461, -0.068967765924357, unknown},
     1030.6965163809,
     478.457148786688,
     21730.588840624,
     {96283600.70425, 224563829032.88, 385134402.817}},
    {"ba BA1 perturbed",
     {-1.68285514423146, -7.37314232856218, unknown},
     -148336.760273109,
     31671240.3178232,
     21730.3288200062,
     {94165946.662985, 222092495046.23, 364526559.54703}},
    {"hand c100",
     {0.192243394535881, 0.0824719159318972, -0.236519466547532},
     -1.12493459343133,
     3.12473986893889,
     0,
     {-313.174228243718, 302.110575375143, unknown}},
    {"hand c800",
     {-0.12468483397245, 0.0363616475912317, -0.00959569039613437},
     3.25361257003081,
     25.2502287321379,
     0,
     {-2418.32043606901, 2426.03343847013, unknown}},
    {"hand c100 complicated",
     {0.215819935448832, 0.221245144290809, -0.134317035308565},
     1.76514503478888,
     4.93490244786019,
     0,
     {-309.477798717288, 302.138804458041, unknown}},
    {"hand c800 complicated",
     {-0.122032933403734, 0.210660421169864, -0.120231775327466},
     2.08635819769102,
     39.3535900429226,
     0,
     {-2415.41938965091, 2425.913410142, unknown}},
};

/// How far errors, what an objective has besides, and a Jacobian are from what is published of an instance.
template <class Errors, class Others, class Jacobian>
double deviation(std::string_view instance, const Errors& e, const Others& others, const Jacobian& jacobian) {
  const bench::checksums of_e = bench::checksums_of(e), j = bench::checksums_of(jacobian);
  const double squares = bench::checksums_of(others).squares;
  double worst = 0;
  for (const published_jacobian& p : published_jacobians)
    if (p.instance == instance)
      worst = apart_from({{e[0], p.first[0]},
                          {e[1], p.first[1]},
                          {e[2], p.first[2]},
                          {of_e.sum, p.sum},
                          {of_e.squares, p.squares},
                          {squares, p.others},
                          {j.sum, p.jacobian.sum},
                          {j.squares, p.jacobian.squares},
                          {j.weighted, p.jacobian.weighted}});
  return worst;
}

} // namespace adbench
