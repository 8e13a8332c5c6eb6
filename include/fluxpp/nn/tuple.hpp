// SPDX-License-Identifier: MIT
#pragma once
// Heterogeneous tuples at the rim of the library (layers of a chain): Boost.Hana where it is found, std::tuple elsewhere.

#if !defined(FLUXPP_NO_HANA) && __has_include(<boost/hana/tuple.hpp>)
#define FLUXPP_HAS_HANA 1
#include <boost/hana/fold_left.hpp>
#include <boost/hana/tuple.hpp>
#else
#define FLUXPP_HAS_HANA 0
#include <tuple>
#endif

namespace fluxpp::inline v0_1 {

#if FLUXPP_HAS_HANA
template <class... T> using heterogeneous = boost::hana::tuple<T...>;
/// fold_left(tuple, start, f): f(...f(f(start, t0), t1)..., tn).
template <class Tuple, class Start, class F> constexpr auto fold_left(const Tuple& t, Start start, F f) {
  return boost::hana::fold_left(t, start, f);
}
#else
template <class... T> using heterogeneous = std::tuple<T...>;
template <class Tuple, class Start, class F> constexpr auto fold_left(const Tuple& t, Start start, F f) {
  return std::apply([&](const auto&... x) { return ((start = f(start, x)), ..., start); }, t);
}
#endif

} // namespace fluxpp::inline v0_1
