// SPDX-License-Identifier: MIT
#pragma once
// The objectives of ADBench, one file each.
#include "../harness.hpp"

namespace adbench {
void add_gmm(const bench::suite&);
void add_lstm(const bench::suite&);
void add_ba(const bench::suite&);
void add_hand(const bench::suite&);
} // namespace adbench
