// SPDX-License-Identifier: MIT
#pragma once
// Verification values of the nine functions: from long double with forward duals, to 15 digits.
#include "../checksums.hpp"

#include <string_view>

namespace fastad_suite {

/// published: value and gradient g of a function on the inputs of functions.hpp; checksum is the sum of g[k] (1 + k mod 7).
struct published {
  std::string_view function;
  std::size_t n;
  double value, sum, sum_of_squares, checksum, first, last;
};

inline constexpr published published_values[] = {
    {"sum", 64, 0.124078264100971, 64, 64, 253, 1, 1},
    {"sum", 512, 0.259335764949806, 512, 512, 2045, 1, 1},
    {"prod", 8, 1.10262756394281, 8.73547156859915, 9.58609892482816, 31.4199919343164, 1.01364113008364,
     1.17374922444624},
    {"prod", 64, 1.10721926762455, 70.928111333164, 79.003023083755, 280.692080054258, 1.01786226499915,
     1.0080222923931},
    {"prod", 512, 0.995191562057255, 510.818519458537, 512.185084815096, 2040.11766296371, 0.914875641242125,
     1.06283622078322},
    {"log_sum_exp", 8, 2.29169027766337, 1, 0.183445763915158, 3.80787987615006, 0.250977282770275, 0.0373940803736917},
    {"log_sum_exp", 64, 4.40988895375223, 1, 0.0221000180732266, 3.92074573286938, 0.0301795261389655,
     0.0269850448096647},
    {"log_sum_exp", 512, 6.47356663789414, 1, 0.00277775568800079, 3.98992892446264, 0.00383238018316726,
     0.00203971307644942},
    {"normal_log_pdf", 8, -3.7428940125517, -1.64479883821363, 1.30471319072026, -6.34306157180711, -0.373552138131955,
     -0.0587951065402518},
    {"normal_log_pdf", 512, -272.044767523945, -152.608917401899, 118.132738798921, -608.003757714345,
     -0.373552138131955, -0.809147589736108},
    {"matrix_product", 2, 0.629862077038595, -1.58906993753183, 1.26541911229022, -2.34587243283976, -0.832267442223901,
     -0.756802495307928},
    {"matrix_product", 128, 0.381378053551718, -13.0403384773572, 84.4933166880321, -45.7077808999908,
     -0.686466488113192, 0.474985312003098},
    {"regression", 12, -324.953268665198, -595.502640719868, 2457668.60652424, -6099.49599917957, 194.417956679171,
     -165.404022561888},
    {"stochastic_volatility", 5, -5.89812996982273, -4.30510926215518, 4.4712684879911, -11.8766915692039,
     -1.54814620856969, -0.756121271776686},
    {"stochastic_volatility", 35, -20.400441065615, -18.941605993835, 64.4612641140819, -93.8341016136358,
     -1.64352405460632, -5.85586925677826},
};

/// deviation(p, value, g): how far these and the published values are apart.
template <class Array> double deviation(const published& p, double value, const Array& g) {
  return std::max(bench::apart(bench::checksums_of(g), {p.sum, p.sum_of_squares, p.checksum}),
                  bench::apart({{value, p.value}, {g.front(), p.first}, {g.back(), p.last}}));
}

} // namespace fastad_suite
