// SPDX-License-Identifier: MIT
// expected-error: "operands must have an axis for each letter, and axes of one letter the same"
// expected-error: "extents<2, 3>"
#include <fluxpp/fluxpp.hpp>
namespace fx = fluxpp;

#ifdef FLUXPP_FIXED
constexpr fx::text subscripts = "ij,kj->ik";
#else
constexpr fx::text subscripts = "ij,jk->ik";
#endif
constexpr auto product = [](auto a, auto b) { return fx::sum(fx::einsum<subscripts>(a, b)); };
using left = xt::xtensor_fixed<double, xt::xshape<2, 3>>;
using right = xt::xtensor_fixed<double, xt::xshape<4, 3>>;
double f(const left& a, const right& b) { return fx::compile(product)(a, b); }
