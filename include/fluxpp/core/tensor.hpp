// SPDX-License-Identifier: MIT
#pragma once
// Results of programs: a view of an array of static rank, and its owning form; both convert to other containers.
#include "fluxpp/core/shape.hpp"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace fluxpp::inline v0_1 {

/// A container that can be made from a shape (xt::xtensor, xt::xarray).
template <class X, int Rank> concept shaped_container = requires(X x, std::array<std::size_t, Rank> shape) {
  X::from_shape(shape);
  x.begin();
};

/// tensor_view<T, Rank>: contiguous row-major elements that something else owns.
template <class T, int Rank> class tensor_view {
public:
  using value_type = T;
  using shape_type = std::array<std::size_t, Rank>;

  constexpr tensor_view() = default;
  constexpr tensor_view(T* data, const shape_type& shape) : data_(data), shape_(shape) {}

  constexpr T* data() const { return data_; }
  constexpr const shape_type& shape() const { return shape_; }
  constexpr std::size_t shape(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }
  constexpr std::size_t size() const {
    std::size_t n = 1;
    for (std::size_t e : shape_) n *= e;
    return n;
  }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size(); }
  constexpr T& operator[](std::size_t i) const { return data_[i]; }
  template <class... Index>
  requires(sizeof...(Index) == Rank) constexpr T& operator()(Index... i) const {
    const std::array<std::size_t, Rank> index{static_cast<std::size_t>(i)...};
    std::size_t at = 0;
    for (std::size_t a = 0; a < Rank; ++a) at = at * shape_[a] + index[a];
    return data_[at];
  }
  /// A copy in a container of the caller's choice.
  template <class X>
  requires shaped_container<X, Rank>
  operator X() const {
    X x = X::from_shape(shape_);
    auto to = x.begin();
    for (T* p = begin(); p != end(); ++p, ++to) *to = *p;
    return x;
  }

private:
  T* data_ = nullptr;
  shape_type shape_{};
};

/// tensor<T, Rank>: owns what it shows.
template <class T, int Rank> class tensor {
public:
  using value_type = T;
  using shape_type = std::array<std::size_t, Rank>;

  tensor() = default;
  explicit tensor(const shape_type& shape) : shape_(shape), data_(tensor_view<T, Rank>(nullptr, shape).size()) {}
  explicit tensor(tensor_view<T, Rank> v) : shape_(v.shape()), data_(v.begin(), v.end()) {}

  tensor_view<T, Rank> view() { return {data_.data(), shape_}; }
  tensor_view<const T, Rank> view() const { return {data_.data(), shape_}; }
  T* data() { return data_.data(); }
  const T* data() const { return data_.data(); }
  const shape_type& shape() const { return shape_; }
  std::size_t shape(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }
  std::size_t size() const { return data_.size(); }
  auto begin() { return data_.begin(); }
  auto end() { return data_.end(); }
  auto begin() const { return data_.begin(); }
  auto end() const { return data_.end(); }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  template <class... Index>
  requires(sizeof...(Index) == Rank) T& operator()(Index... i) { return view()(i...); }
  template <class... Index>
  requires(sizeof...(Index) == Rank) const T& operator()(Index... i) const { return view()(i...); }
  template <class X>
  requires shaped_container<X, Rank>
  operator X() const { return static_cast<X>(view()); }

private:
  shape_type shape_{};
  std::vector<T> data_;
};

/// A tangent that is zero: fx::jvp(f)(a, b, da, fx::zero).
struct zero_t {};
inline constexpr zero_t zero{};

/// array_ref<T>: an array of any rank, for look-up by a name known at run time; one element converts to a number.
template <class T> struct array_ref {
  T* data = nullptr;
  std::size_t size = 0;
  operator T() const { return data[0]; }
  T& operator[](std::size_t i) const { return data[i]; }
  T* begin() const { return data; }
  T* end() const { return data + size; }
};

} // namespace fluxpp::inline v0_1
