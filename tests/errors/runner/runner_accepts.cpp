// SPDX-License-Identifier: MIT
// expected-error: "fluxpp::twice(n): n must be even"
// max-errors: 1        max-chars: 600

template <int N> struct even_count {
  static_assert(N % 2 == 0, "fluxpp::twice(n): n must be even");
  static constexpr int value = N;
};

#ifdef FLUXPP_FIXED
int answer = even_count<4>::value;
#else
int answer = even_count<3>::value;
#endif
