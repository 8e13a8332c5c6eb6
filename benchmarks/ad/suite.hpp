// SPDX-License-Identifier: MIT
#pragma once
// The cases of the suite, one file each.
#include "../harness.hpp"

namespace fastad_suite {
void add_sum(const bench::suite&);
void add_prod(const bench::suite&);
void add_log_sum_exp(const bench::suite&);
void add_normal_log_pdf(const bench::suite&);
void add_matrix_product(const bench::suite&);
void add_regression(const bench::suite&);
void add_stochastic_volatility(const bench::suite&);
} // namespace fastad_suite
