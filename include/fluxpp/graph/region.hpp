// SPDX-License-Identifier: MIT
#pragma once
// The region: a part of a program that runs many times, with values that pass from one run to the next.
#include "fluxpp/core/list.hpp"

namespace fluxpp::inline v0_1::graph {

/// What a result of a region is.
enum class result_role : int {
  last,    ///< a carry after the last run
  entries, ///< a carry on entry of every run, stacked
  runs,    ///< how many runs there were
  stack    ///< an output of every run, stacked
};

/// region: a part of a program that runs once per element of arrays. Its nodes stand on the tape among the others; a node
/// belongs to the innermost region of its operands, so that what is the same in every run is computed once, outside.
struct region {
  /// A value that each run takes and hands on.
  struct carry {
    int inside = -1;             ///< on entry of a run
    int initial = -1;            ///< outside: on entry of the first run
    int next = -1;               ///< inside: on entry of the next run
    int last = -1, entries = -1; ///< outside: results, once they are asked for
  };
  /// An array of which each run sees one element of the leading axis; of a block of rows, a column.
  struct slice {
    int inside = -1;
    int array = -1;
    int index = -1; ///< outside: which rows of the array there are, if not all in their order
    int column = 0;
    bool rewound = false; ///< the array has the carries on entry of another region's runs: they are found again
  };
  /// A value of every run, stacked along a new leading axis; of blocks of rows, a column of the result.
  struct stack {
    int inside = -1;
    int result = -1;
    int column = 0;
    int columns = 0; ///< of the result, as consecutive stacks; 0: its rows are numbers
  };

  int parent = 0; ///< the region in which it was begun; 0 is the program itself
  static constexpr int open = -1, abandoned = -2;
  int node = open;      ///< that stands for it; its shape is the number of runs
  bool reverse = false; ///< from the last element to the first
  bool blocks = false;  ///< a run sees a block of rows of the arrays at once, each column as an array of its own
  constexpr bool ends_early() const { return most >= 0 || again >= 0; }
  bool solves = false;    ///< its carry is a fixed point of a run, and has the derivatives of that equation
  double tolerance = 0;   ///< of the fixed point
  bool recompute = false; ///< derivatives compute again what they need of a run, from the carries on its entry
  bool rewinds = false;   ///< and find those again from a few that are kept
  int most = -1;          ///< outside: at most so many runs, if it is there
  int again = -1;         ///< inside: 0 after the last run, if it is there
  int runs = -1;          ///< outside: how many there were, once it is asked for
  list<carry> carries;
  list<slice> slices;
  list<stack> stacks;
  list<int> nodes; ///< inside, but for inputs
};

} // namespace fluxpp::inline v0_1::graph
