// SPDX-License-Identifier: MIT
// The one instance that tests/reference.hpp promises.
#include "reference.hpp"

template class fluxpp::eval::reference<double>;
