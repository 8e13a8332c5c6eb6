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

/// errors   run: rows that are not in order, or a column that is none of p's (value_error)
inline void require_pattern(const sparsity& p, const char* call) {
  const bool ends = !p.start.empty() && p.start.front() == 0 && p.start.back() == static_cast<int>(p.entries());
  const bool in_order = std::is_sorted(p.start.begin(), p.start.end());
  const bool inside = std::all_of(p.column.begin(), p.column.end(),
                                  [&](int j) { return j >= 0 && static_cast<std::size_t>(j) < p.columns; });
  if (!ends || !in_order || !inside)
    throw value_error(call, "start must rise from 0 to the number of entries, and a column lie in [0, columns)", "p");
}

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

} // namespace autodiff
} // namespace fluxpp::inline v0_1
