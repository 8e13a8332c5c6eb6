// SPDX-License-Identifier: MIT
#pragma once
// What a region that takes arrays by blocks of rows reads and writes: columns, where the arrays have rows.
#include "fluxpp/eval/plan.hpp"
#include "fluxpp/graph/extents.hpp"
#include "fluxpp/kernels/columns.hpp"
#include "fluxpp/kernels/indices.hpp"

namespace fluxpp::inline v0_1::eval {

/// A column of a block stands this many elements behind the one before: a power of two would have all columns in the same
/// few sets of a cache.
inline constexpr std::ptrdiff_t column_step = graph::block_rows + 16;

/// column_reader<T>: an array of rows, or of those that an index names, as columns.
template <class T> class column_reader {
public:
  column_reader(int columns, int rows) : columns_(columns), rows_(rows) {}
  int columns() const { return columns_; }

  /// errors   run: an index names no row (value_error)
  void check(const T* index, int count) const {
    kernels::check_indices("map_instances(f, rows(x, index))", "index", index, static_cast<std::size_t>(count), rows_);
  }
  void point_at(const T* array, const T* index) {
    array_ = array, index_ = index;
    if (array_of_columns() && copy_.data() == nullptr)
      copy_ = aligned_buffer<T>(static_cast<std::size_t>(columns_ * column_step));
  }
  /// Says where the columns of the rows from `first` on are.
  void read(std::ptrdiff_t first, std::ptrdiff_t count, T** to) {
    if (!array_of_columns()) {
      *to = const_cast<T*>(array_ + first);
      return;
    }
    const T* row[graph::block_rows];
    for (std::ptrdiff_t i = 0; i < count; ++i)
      row[i] = array_ + (index_ == nullptr ? first + i : static_cast<std::ptrdiff_t>(index_[first + i])) * columns_;
    kernels::take_columns<column_step>(row, count, columns_, copy_.data());
    for (std::ptrdiff_t j = 0; j < columns_; ++j) to[j] = copy_.data() + j * column_step;
  }

private:
  /// A single column that is read in its order is read where it is.
  bool array_of_columns() const { return columns_ != 1 || index_ != nullptr; }

  int columns_, rows_;
  const T *array_ = nullptr, *index_ = nullptr;
  aligned_buffer<T> copy_;
};

/// column_writer<T>: a result whose rows are written from columns.
template <class T> class column_writer {
public:
  column_writer() = default;
  explicit column_writer(int columns)
      : columns_(columns), copy_(columns > 1 ? static_cast<std::size_t>(columns * column_step) : 0) {}
  void point_at(T* array) { array_ = array; }
  /// Where the next run shall write column j.
  T* column(std::ptrdiff_t first, std::ptrdiff_t j) const {
    return columns_ > 1 ? copy_.data() + j * column_step : array_ + first;
  }
  void write(std::ptrdiff_t first, std::ptrdiff_t count) const {
    if (columns_ > 1) kernels::put_columns<column_step>(copy_.data(), count, columns_, array_ + first * columns_);
  }
  int columns() const { return columns_; }

private:
  int columns_ = 1;
  T* array_ = nullptr;
  aligned_buffer<T> copy_;
};

} // namespace fluxpp::inline v0_1::eval
