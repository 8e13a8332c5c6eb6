// SPDX-License-Identifier: MIT
#pragma once
// Where a sparse matrix has its elements: patterns by rows, colours of columns that no row meets twice, and how a pattern is
// found by asking.
#include "fluxpp/core/errors.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fluxpp::inline v0_1 {

/// sparsity: which elements of a matrix may differ from 0, row after row (CSR).
struct sparsity {
  std::size_t columns = 0;
  std::vector<int> start{0}; ///< where each row begins in `column`, and where the last one ends
  std::vector<int> column{}; ///< of each entry

  std::size_t rows() const { return start.size() - 1; }
  std::size_t entries() const { return column.size(); }
  std::span<const int> row(std::size_t i) const {
    return {column.data() + start[i], static_cast<std::size_t>(start[i + 1] - start[i])};
  }
  /// Ends a row: what was added to `column` since the last call belongs to it.
  void end_row() { start.push_back(static_cast<int>(column.size())); }
};

/// csr_matrix<T>: a sparse matrix; value k stands in column pattern.column[k].
template <class T> struct csr_matrix {
  sparsity pattern;
  std::vector<T> values;
};

namespace autodiff {

/// Columns as rows.
inline sparsity transposed(const sparsity& p) {
  sparsity q{p.rows(), std::vector<int>(p.columns + 1), std::vector<int>(p.entries())};
  for (const int j : p.column) ++q.start[static_cast<std::size_t>(j) + 1];
  for (std::size_t j = 0; j < p.columns; ++j) q.start[j + 1] += q.start[j];
  std::vector<int> at(q.start.begin(), q.start.end() - 1);
  for (std::size_t i = 0; i < p.rows(); ++i)
    for (const int j : p.row(i))
      q.column[static_cast<std::size_t>(at[static_cast<std::size_t>(j)]++)] = static_cast<int>(i);
  return q;
}
/// The entries of the fullest row.
inline int fullest_row(const sparsity& p) {
  int most = 0;
  for (std::size_t i = 0; i < p.rows(); ++i) most = std::max(most, static_cast<int>(p.row(i).size()));
  return most;
}

/// colouring: a colour for each of some columns, from 0 on.
struct colouring {
  std::vector<int> colour;
  int count = 0;
};

/// The first colour that none of the neighbours has, for one column after the other; neighbours(j, visit) names them.
template <class Neighbours> colouring first_free_colours(std::size_t n, const Neighbours& neighbours) {
  colouring c{std::vector<int>(n, -1)};
  std::vector<int> taken_by(n + 1, -1); // per colour: the last column that must not have it
  for (std::size_t j = 0; j < n; ++j) {
    neighbours(j, [&](int k) {
      if (const int colour = c.colour[static_cast<std::size_t>(k)]; colour >= 0)
        taken_by[static_cast<std::size_t>(colour)] = static_cast<int>(j);
    });
    int free = 0;
    while (taken_by[static_cast<std::size_t>(free)] == static_cast<int>(j)) ++free;
    c.colour[j] = free;
    c.count = std::max(c.count, free + 1);
  }
  return c;
}
/// Colours of columns such that no row has two entries of one colour: each entry is an element of the product with the sum
/// of a colour's unit vectors.
/// source   Curtis, Powell & Reid 1974, doi:10.1093/imamat/13.1.117; Gebremedhin, Manne & Pothen 2005,
///          doi:10.1137/S0036144504444711, algorithm 3.1
inline colouring column_colours(const sparsity& p, const sparsity& by_columns) {
  return first_free_colours(p.columns, [&](std::size_t j, const auto& visit) {
    for (const int i : by_columns.row(j))
      for (const int k : p.row(static_cast<std::size_t>(i))) visit(k);
  });
}
/// Colours of a symmetric matrix such that the diagonal can be read from the products: neighbours differ.
inline colouring diagonal_colours(const sparsity& p) {
  return first_free_colours(p.columns, [&](std::size_t j, const auto& visit) {
    for (const int k : p.row(j)) visit(k);
  });
}

/// found_by(m, n, probe): the pattern of an m by n matrix. Whole groups of columns are asked for first, then the halves of
/// those that answered; halves that no row may have both of are asked for together. probe(colour, count, hit) must call
/// hit(k, i) where row i has an element in a column j of colour(j) = k.
/// source   Griewank & Mitev 2002, doi:10.1007/s101070100281, by halves
template <class Probe> sparsity found_by(std::size_t m, std::size_t n, const Probe& probe) {
  sparsity found{std::min<std::size_t>(n, 1)}; // all columns as one group, which every row may have
  for (std::size_t i = 0; i < m; ++i, found.end_row())
    if (n > 0) found.column.push_back(0);
  for (std::size_t width = std::bit_ceil(n) / 2; width > 0; width /= 2) {
    sparsity halves{(n + width - 1) / width};
    for (std::size_t i = 0; i < m; ++i, halves.end_row())
      for (const int group : found.row(i))
        for (int half = 2 * group; half < std::min(2 * group + 2, static_cast<int>(halves.columns)); ++half)
          halves.column.push_back(half);
    const colouring c = column_colours(halves, transposed(halves));
    std::vector<bool> hit(static_cast<std::size_t>(c.count) * m);
    probe([&](std::size_t j) { return c.colour[j / width]; }, static_cast<std::size_t>(c.count),
          [&](std::size_t k, std::size_t i) { hit[k * m + i] = true; });
    found = {halves.columns};
    for (std::size_t i = 0; i < m; ++i, found.end_row())
      for (const int half : halves.row(i))
        if (hit[static_cast<std::size_t>(c.colour[static_cast<std::size_t>(half)]) * m + i])
          found.column.push_back(half);
  }
  return found;
}

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

} // namespace autodiff
} // namespace fluxpp::inline v0_1
