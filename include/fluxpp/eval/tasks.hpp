// SPDX-License-Identifier: MIT
#pragma once
// How a loop is divided into tasks: by its extents and folds alone, so that results do not depend on threads.
#include "fluxpp/kernels/loop.hpp"

#include <algorithm>
#include <vector>

namespace fluxpp::inline v0_1::eval {

/// A loop of at least this many elements is divided among threads, in tasks of about half as many.
inline constexpr std::ptrdiff_t parallel_size = 32768;
/// At most so many tasks, and so many partial sums of one loop.
inline constexpr std::ptrdiff_t most_tasks = 64, most_partials = 1 << 18;
/// Tasks run over at least so many columns; over so many where they fold rows, and over so many rows then.
inline constexpr std::ptrdiff_t least_columns = 64, least_folded_columns = 256, least_folded_rows = 64;

/// folded: the elements of a folded result, 0 of any other; whether rows are folded, whether columns are.
struct folded {
  std::ptrdiff_t size = 0;
  bool rows = false, columns = false;
};

/// tasks: how many, and along which direction.
struct tasks {
  std::ptrdiff_t count = 1;
  bool by_columns = false;

  /// Tasks that run over different columns share the sums of rows; else each has its own.
  bool share(const folded& f) const { return by_columns && !f.columns; }
  std::ptrdiff_t copies(const folded& f) const { return share(f) ? 1 : count; }
};

/// divide(rows, columns, results): the tasks of a loop.
inline tasks divide(std::ptrdiff_t rows, std::ptrdiff_t columns, const std::vector<folded>& results) {
  if (rows * columns < parallel_size) return {};
  bool folds_rows = false, folds_columns = false;
  for (const folded& f : results) folds_rows = folds_rows || f.rows, folds_columns = folds_columns || f.columns;
  std::ptrdiff_t count = std::min(most_tasks, rows * columns / (parallel_size / 2)), copied = 0;
  tasks t;
  t.by_columns = rows < count || (folds_rows && !folds_columns && columns >= 2 * least_folded_columns);
  for (const folded& f : results) copied += t.share(f) ? 0 : f.size;
  if (copied > 0) count = std::min(count, most_partials / copied);
  count = std::min(count, t.by_columns ? columns / (folds_rows ? least_folded_columns : least_columns)
                                       : rows / (folds_rows ? least_folded_rows : 1));
  t.count = std::max<std::ptrdiff_t>(count, 1);
  return t;
}

/// The rows and columns of task number i.
inline kernels::part part_of(std::ptrdiff_t rows, std::ptrdiff_t columns, const tasks& t, std::ptrdiff_t i) {
  kernels::part p{0, rows, 0, columns, static_cast<int>(i)};
  if (t.count == 1) return p;
  if (t.by_columns) {
    const std::ptrdiff_t size = (columns / t.count + 63) / 64 * 64;
    p.first_column = std::min(i * size, columns);
    p.last_column = i + 1 == t.count ? columns : std::min((i + 1) * size, columns);
  } else {
    p.first_row = i * rows / t.count;
    p.last_row = (i + 1) * rows / t.count;
  }
  return p;
}

} // namespace fluxpp::inline v0_1::eval
