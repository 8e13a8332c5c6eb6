// SPDX-License-Identifier: MIT
#pragma once
// The Jacobian of maps for the arguments of a call: how many rows there are, where values go, which columns they stand in.
#include "fluxpp/autodiff/directions.hpp"
#include "fluxpp/autodiff/instances.hpp"

#include <cstdint>

namespace fluxpp::inline v0_1::autodiff {

/// instance_call<Known, A...>: the sizes of the arguments of a call.
template <instance_pattern Known, class... A> class instance_call {
public:
  explicit instance_call(const A&... args) : args_(args...), size_{size_of(args)...} {
    for (std::size_t m = 0; m < maps; ++m) {
      const auto [wanted, index, columns] = of(m).of[0];
      rows_[m] = index >= 0 ? size_[at(index)] : size_[at(Known.argument[wanted])] / at(columns);
      begin_[m + 1] = begin_[m] + rows_[m] * at(of(m).results) * at(of(m).width);
    }
  }
  /// Whether indices are whole by their type, as seen_arguments compares them.
  static constexpr bool whole_indices() {
    constexpr bool whole[]{std::is_integral_v<typename arguments::argument_traits<A>::element>...};
    for (std::size_t m = 0; m < maps; ++m)
      for (int k = 0; k < of(m).arrays; ++k)
        if (of(m).of[k].index >= 0 && !whole[of(m).of[k].index]) return false;
    return true;
  }
  std::size_t entries() const { return begin_[maps]; }
  /// Where the values of map number M are, among all; nothing where there is no such map.
  template <std::size_t M, class T> auto values(T* all) const {
    if constexpr (M >= maps) return zero_t{};
    else return tensor_view<T, 2>(all + begin_[M], {rows_[M], at(of(M).results * of(M).width)});
  }
  sparsity pattern() const {
    sparsity p;
    std::array<std::size_t, instance_pattern::most_wanted> first{};
    for (std::size_t i = 0; i < at(Known.wanted); ++i)
      first[i] = std::exchange(p.columns, p.columns + size_[at(Known.argument[i])]);
    p.column.reserve(entries());
    for (std::size_t m = 0; m < maps; ++m) append(p, m, first);
    return p;
  }

private:
  static constexpr std::size_t maps = static_cast<std::size_t>(Known.maps);
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
  static constexpr const instance_pattern::map& of(std::size_t m) { return Known.of[m]; }

  /// The rows of map m.
  template <class First> void append(sparsity& p, std::size_t m, const First& first) const {
    std::vector<std::vector<std::int64_t>> named;
    for (int k = 0; k < of(m).arrays; ++k) named.push_back(indices(of(m).of[k].index));
    for (std::size_t i = 0; i < rows_[m]; ++i)
      for (int result = 0; result < of(m).results; ++result, p.end_row())
        for (int k = 0; k < of(m).arrays; ++k) {
          const auto [wanted, index, columns] = of(m).of[k];
          const std::size_t row = index < 0 ? i : static_cast<std::size_t>(named[at(k)][i]);
          for (std::size_t j = 0; j < at(columns); ++j)
            p.column.push_back(static_cast<int>(first[at(wanted)] + row * at(columns) + j));
        }
  }
  /// The indices in an argument; none where there is no such argument.
  std::vector<std::int64_t> indices(int argument) const {
    std::vector<std::int64_t> out;
    int i = 0;
    const auto read = [&](const auto& a) {
      using traits = arguments::argument_traits<std::remove_cvref_t<decltype(a)>>;
      if constexpr (traits::rank == 1) {
        if (i == argument) out.resize(size_of(a)), arguments::copy_elements(a, out.data());
      }
      ++i;
    };
    std::apply([&](const auto&... a) { (read(a), ...); }, args_);
    return out;
  }

  std::tuple<const A&...> args_;
  std::array<std::size_t, sizeof...(A)> size_;
  std::array<std::size_t, maps + 1> rows_{}, begin_{};
};

} // namespace fluxpp::inline v0_1::autodiff
