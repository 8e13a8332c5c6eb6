// SPDX-License-Identifier: MIT
#pragma once
// The xtensor shim: the only includer of xtensor, 0.24 to 0.27, and the owned array that stands in where it is absent.
// FLUXPP_HAS_XTENSOR is 1 or 0; define FLUXPP_NO_XTENSOR to do without. xtensor never enters device code.

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#if defined(FLUXPP_NO_XTENSOR) || defined(__CUDACC__)
#define FLUXPP_HAS_XTENSOR 0
#elif __has_include(<xtensor/containers/xtensor.hpp>)  // 0.26 and newer
#include <xtensor/core/xtensor_config.hpp>
#define FLUXPP_HAS_XTENSOR 1
#if defined(__clang__) && __clang_major__ < 16 && XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR >= 27
#error "fluxpp: clang 14 needs xtensor < 0.27, or clang 16+"
#endif
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/containers/xtensor.hpp>
#elif __has_include(<xtensor/xtensor.hpp>)  // 0.24, 0.25
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>
#define FLUXPP_HAS_XTENSOR 1
#else
#define FLUXPP_HAS_XTENSOR 0
#endif

#if FLUXPP_HAS_XTENSOR
static_assert(XTENSOR_VERSION_MAJOR > 0 || XTENSOR_VERSION_MINOR >= 24, "fluxpp: xtensor must be 0.24 or newer");
#endif

namespace fluxpp::inline v0_1 {

#if FLUXPP_HAS_XTENSOR
/// nd_array<T, Rank>: an owned, row-major array of Rank axes; an xt::xtensor where xtensor is present.
template <class T, std::size_t Rank> using nd_array = xt::xtensor<T, Rank>;
#else
/// nd_array<T, Rank>: an owned, row-major array of Rank axes, with the part of xt::xtensor that fluxpp uses.
template <class T, std::size_t Rank> class nd_array {
 public:
  using value_type = T;
  using shape_type = std::array<std::size_t, Rank>;

  nd_array() = default;
  explicit nd_array(const shape_type& shape) { resize(shape); }
  nd_array(const nd_array& other) { assign(other); }
  nd_array(nd_array&& other) noexcept = default;
  nd_array& operator=(const nd_array& other) {
    if (this != &other) assign(other);
    return *this;
  }
  nd_array& operator=(nd_array&& other) noexcept = default;

  static nd_array from_shape(const shape_type& shape) { return nd_array(shape); }
  void resize(const shape_type& shape) {
    std::size_t n = 1;
    for (const std::size_t extent : shape) n *= extent;
    if (!values_ || n != size_) values_ = std::make_unique<T[]>(n);
    size_ = n;
    shape_ = shape;
  }

  const shape_type& shape() const { return shape_; }
  std::size_t shape(std::size_t axis) const { return shape_[axis]; }
  std::size_t size() const { return size_; }
  T* data() { return values_.get(); }
  const T* data() const { return values_.get(); }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  template <class... I> T& operator()(I... i) { return values_[offset(i...)]; }
  template <class... I> const T& operator()(I... i) const { return values_[offset(i...)]; }
  bool operator==(const nd_array& other) const {
    return shape_ == other.shape_ && std::equal(begin(), end(), other.begin());
  }

 private:
  template <class... I> std::size_t offset(I... i) const {
    static_assert(sizeof...(I) == Rank, "fluxpp::nd_array(i...): one index per axis");
    std::size_t at = 0, axis = 0;
    ((at = at * shape_[axis++] + static_cast<std::size_t>(i)), ...);
    return at;
  }
  void assign(const nd_array& other) {
    resize(other.shape_);
    std::copy(other.begin(), other.end(), begin());
  }

  shape_type shape_{};
  std::size_t size_ = 0;
  std::unique_ptr<T[]> values_;
};
#endif

}  // namespace fluxpp::inline v0_1
