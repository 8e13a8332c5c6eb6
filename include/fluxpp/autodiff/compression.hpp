// SPDX-License-Identifier: MIT
#pragma once
// Sparse matrices read out of a few products: which product, and which of its elements, each entry is.
#include "fluxpp/autodiff/sparsity.hpp"

#include <utility>

namespace fluxpp::inline v0_1::autodiff {

/// compression: where the elements of a sparse matrix stand in its products with the directions of the colours.
class compression {
public:
  compression() = default;
  explicit compression(colouring c) : colours_(std::move(c)), begin_(static_cast<std::size_t>(colours_.count) + 1) {}

  std::size_t count() const { return static_cast<std::size_t>(colours_.count); }
  /// The direction of a column (of a row, if rows have colours).
  std::size_t operator()(std::size_t j) const { return static_cast<std::size_t>(colours_.colour[j]); }

  /// Value `to` is element `from` of the product with the direction of column j.
  void add(std::size_t j, std::size_t from, std::size_t to) { entries_.push_back({(*this)(j), from, to}); }
  void finish() {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const entry& a, const entry& b) { return a.colour < b.colour; });
    for (const entry& e : entries_) ++begin_[e.colour + 1];
    for (std::size_t k = 0; k < count(); ++k) begin_[k + 1] += begin_[k];
  }
  /// Reads the values of colours first, first + 1, ... from the rows of a matrix of products.
  template <class Products, class T>
  void read(const Products& products, std::size_t first, std::size_t rows, T* values) const {
    for (std::size_t k = 0; k < rows; ++k) {
      const T* const row = products.data() + k * products.shape(1);
      for (std::size_t e = begin_[first + k]; e < begin_[first + k + 1]; ++e)
        values[entries_[e].to] = row[entries_[e].from];
    }
  }

private:
  struct entry {
    std::size_t colour, from, to;
  };
  colouring colours_;
  std::vector<entry> entries_;
  std::vector<std::size_t> begin_{0}; ///< of each colour among the entries
};

/// The compression of all entries of a pattern, by colours of its columns, or of its rows where these are fewer.
struct compressed_pattern {
  compression by;
  bool rows = false;

  compressed_pattern() = default;
  explicit compressed_pattern(const sparsity& p) {
    const sparsity q = transposed(p);
    colouring c;
    rows = fullest_row(q) < fullest_row(p); // a bound on the colours, and a dense row or column makes many
    c = rows ? column_colours(q, p) : column_colours(p, q);
    if (const sparsity& other = rows ? p : q; fullest_row(other) < c.count) {
      colouring d = rows ? column_colours(p, q) : column_colours(q, p);
      if (d.count < c.count) c = std::move(d), rows = !rows;
    }
    by = compression(std::move(c));
    for (std::size_t i = 0, to = 0; i < p.rows(); ++i)
      for (const int j : p.row(i)) {
        const auto column = static_cast<std::size_t>(j);
        if (rows) by.add(i, column, to++);
        else by.add(column, i, to++);
      }
    by.finish();
  }
};

} // namespace fluxpp::inline v0_1::autodiff
