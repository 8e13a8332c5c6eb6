// SPDX-License-Identifier: MIT
#pragma once
// Metrics of classifiers: counts that are exact over batches of any size and merge by addition.

#include "fluxpp/core/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fluxpp::inline v0_1 {

/// classified: the answers of a classifier beside the truth.
/// shapes   logits [n, classes] row-major (any monotonic score will do), labels [n] in 0 .. classes - 1
struct classified {
  std::span<const float> logits;
  std::span<const std::int32_t> labels;

  std::size_t size() const { return labels.size(); }
  std::size_t classes() const { return labels.empty() ? 0 : logits.size() / labels.size(); }
  std::span<const float> row(std::size_t i) const { return logits.subspan(i * classes(), classes()); }

  /// errors   shape_error: logits are not whole rows; value_error: a label names no class
  void check(std::string_view call) const {
    if (labels.empty() ? !logits.empty() : logits.size() % labels.size() != 0)
      throw shape_error(
          call,
          std::to_string(logits.size()) + " logits cannot be the rows of " + std::to_string(labels.size()) + " labels",
          "logits", 0, static_cast<std::int64_t>(labels.size()), static_cast<std::int64_t>(logits.size()));
    for (std::size_t i = 0; i < size(); ++i)
      if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= classes())
        throw value_error(call,
                          "label " + std::to_string(labels[i]) + " at row " + std::to_string(i) +
                              " is not below the number of classes " + std::to_string(classes()),
                          "labels");
  }
};

/// largest(row): the index of the largest value; the lowest one of equals, and NaN counts as the smallest of all.
inline std::size_t largest(std::span<const float> row) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < row.size(); ++i)
    if (row[i] > row[best] || (row[best] != row[best] && row[i] == row[i])) best = i;
  return best;
}

/// ratio(a, b): a / b, and 0 for 0 / 0.
constexpr double ratio(double a, double b) { return b == 0 ? 0.0 : a / b; }

/// tally: how many of how many; two tallies add.
struct tally {
  std::uint64_t hits = 0, total = 0;

  double value() const { return ratio(static_cast<double>(hits), static_cast<double>(total)); }
  tally& operator+=(const tally& other) {
    hits += other.hits;
    total += other.total;
    return *this;
  }
  bool operator==(const tally&) const = default;
};

/// metric: a name and a function from answers to a tally; a value, so that `.metrics = {accuracy, top_k_accuracy<5>}`
/// is a list.
struct metric {
  std::string_view name;
  tally (*count)(const classified&);

  tally operator()(const classified& answers) const { return count(answers); }
  tally operator()(std::span<const float> logits, std::span<const std::int32_t> labels) const {
    return count({logits, labels});
  }
};

/// count_top<K>(answers): rows in which fewer than K other classes come before the label, as largest ranks them.
template <std::size_t K> tally count_top(const classified& answers) {
  answers.check(K == 1 ? "accuracy(logits, labels)" : "top_k_accuracy(logits, labels)");
  tally result{0, answers.size()};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::span<const float> row = answers.row(i);
    const auto label = static_cast<std::size_t>(answers.labels[i]);
    const float mine = row[label];
    std::size_t before = 0;
    for (std::size_t c = 0; c < row.size(); ++c)
      before += row[c] > mine || (row[c] == mine && c < label) || (mine != mine && (row[c] == row[c] || c < label));
    result.hits += before < K;
  }
  return result;
}

/// accuracy: the share of rows whose largest logit is that of the label.
inline constexpr metric accuracy{"accuracy", &count_top<1>};

/// top_k_accuracy<K>: the share of rows whose label is among the K largest logits.
template <std::size_t K> inline constexpr metric top_k_accuracy{"top_k_accuracy", &count_top<K>};

/// confusion_matrix(classes): how often the class `truth` was taken for `predicted`; adds over batches and merges.
/// 0 / 0 gives 0 in every rate.
class confusion_matrix {
public:
  explicit confusion_matrix(std::size_t classes) : classes_(classes), counts_(classes * classes) {}

  std::size_t classes() const { return classes_; }
  std::span<const std::uint64_t> counts() const { return counts_; }
  std::uint64_t operator()(std::size_t truth, std::size_t predicted) const {
    return counts_[truth * classes_ + predicted];
  }

  void add(std::size_t truth, std::size_t predicted) { ++counts_[truth * classes_ + predicted]; }
  void add(const classified& answers) {
    answers.check("confusion_matrix.add(logits, labels)");
    check_classes(answers.size() == 0 ? classes_ : answers.classes(), "confusion_matrix.add(logits, labels)");
    for (std::size_t i = 0; i < answers.size(); ++i)
      add(static_cast<std::size_t>(answers.labels[i]), largest(answers.row(i)));
  }
  confusion_matrix& operator+=(const confusion_matrix& other) {
    check_classes(other.classes_, "confusion_matrix += other");
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    return *this;
  }

  std::uint64_t total() const { return sum(0, 1, counts_.size()); }
  double accuracy() const { return quotient(sum(0, classes_ + 1, classes_), total()); }
  double recall(std::size_t c) const { return quotient((*this)(c, c), sum(c * classes_, 1, classes_)); }
  double precision(std::size_t c) const { return quotient((*this)(c, c), sum(c, classes_, classes_)); }
  double f1(std::size_t c) const {
    return quotient(2 * (*this)(c, c), sum(c * classes_, 1, classes_) + sum(c, classes_, classes_));
  }
  double macro_f1() const {
    double total = 0;
    for (std::size_t c = 0; c < classes_; ++c) total += f1(c);
    return ratio(total, static_cast<double>(classes_));
  }

private:
  static double quotient(std::uint64_t a, std::uint64_t b) {
    return ratio(static_cast<double>(a), static_cast<double>(b));
  }
  std::uint64_t sum(std::size_t first, std::size_t step, std::size_t n) const {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < n; ++i) total += counts_[first + i * step];
    return total;
  }
  void check_classes(std::size_t found, std::string_view call) const {
    if (found != classes_)
      throw shape_error(
          call, "the matrix has " + std::to_string(classes_) + " classes, but " + std::to_string(found) + " came",
          "classes", 1, static_cast<std::int64_t>(classes_), static_cast<std::int64_t>(found));
  }

  std::size_t classes_;
  std::vector<std::uint64_t> counts_;
};

} // namespace fluxpp::inline v0_1
