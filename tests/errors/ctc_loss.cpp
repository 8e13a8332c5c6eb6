// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::ctc_loss(x, targets, input_lengths, target_lengths): they must be [t, n, classes], [n, s], [n] and [n]"
// expected-error: "extents<5, 2, 3>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
using labels = xt::xtensor_fixed<int, xt::xshape<2, 4>>;
#else
using labels = xt::xtensor_fixed<int, xt::xshape<3, 4>>;
#endif
constexpr auto loss = [](auto x, auto targets) { return fx::sum(fx::ctc_loss(x, targets, 5.0, 2.0)); };
using scores = xt::xtensor_fixed<double, xt::xshape<5, 2, 3>>;
double f(const scores& x, const labels& targets) { return fx::compile(loss)(x, targets); }
