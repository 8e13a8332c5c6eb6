// SPDX-License-Identifier: MIT
#pragma once
// What the arguments of the last call were, as far as the pattern of a derivative depends on them.
#include "fluxpp/core/arguments.hpp"

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace fluxpp::inline v0_1::autodiff {

/// seen_arguments: the extents of arguments, and the indices among them.
class seen_arguments {
public:
  /// Whether these are the arguments of the last call, in a program of T; remembers them.
  template <class T, class... A> bool again(const A&... args) {
    bool same = std::exchange(precision_, sizeof(T)) == sizeof(T);
    seen_.resize(sizeof...(A));
    std::size_t i = 0;
    ((same = again(seen_[i++], args) && same), ...);
    return same;
  }
  void forget() { precision_ = 0; }

private:
  struct argument {
    std::vector<std::size_t> extents;
    std::vector<std::int64_t> indices;
  };

  template <class A> static bool again(argument& seen, const A& a) {
    using traits = arguments::argument_traits<A>;
    bool same = seen.extents.size() == traits::rank;
    seen.extents.resize(traits::rank);
    for (int i = 0; i < traits::rank; ++i) {
      const std::size_t n = traits::size(a, i);
      same = std::exchange(seen.extents[static_cast<std::size_t>(i)], n) == n && same;
    }
    if constexpr (traits::rank > 0) {
      if constexpr (std::is_integral_v<typename traits::element>) return same_indices(seen, a) && same;
    }
    return same;
  }
  template <class A> static bool same_indices(argument& seen, const A& a) {
    const std::size_t n = count(seen.extents);
    if (arguments::contiguous(a) && seen.indices.size() == n &&
        std::equal(seen.indices.begin(), seen.indices.end(), arguments::first_element(a)))
      return true;
    std::vector<std::int64_t> now(n);
    arguments::copy_elements(a, now.data());
    return std::exchange(seen.indices, now) == now;
  }
  static std::size_t count(const std::vector<std::size_t>& extents) {
    std::size_t n = 1;
    for (const std::size_t e : extents) n *= e;
    return n;
  }

  std::size_t precision_ = 0;
  std::vector<argument> seen_;
};

} // namespace fluxpp::inline v0_1::autodiff
