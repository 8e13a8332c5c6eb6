// SPDX-License-Identifier: MIT
// Metrics: small cases by hand, ties, NaN, merging, and mistakes.
#include "catch.hpp"

#include "fluxpp/train/metrics.hpp"

#include <cmath>
#include <string>

namespace fx = fluxpp;

namespace {
const std::vector<float> logits{0.1f,  0.9f,  0.0f,  // 1
                                2.0f,  1.0f,  2.0f,  // 0, tied with 2
                                -3.0f, -2.0f, -1.0f, // 2
                                0.0f,  0.0f,  0.0f}; // 0, all tied
const std::vector<std::int32_t> labels{1, 2, 2, 0};
} // namespace

TEST_CASE("accuracy counts the rows whose largest logit is the label's, ties going to the lowest", "[train]") {
  CHECK(fx::accuracy(logits, labels) == fx::tally{3, 4});
  CHECK(fx::accuracy(logits, labels).value() == 0.75);
  CHECK(fx::top_k_accuracy<2>(logits, labels) == fx::tally{4, 4});
  CHECK(fx::accuracy.name == "accuracy");
  const std::vector<fx::metric> list{fx::accuracy, fx::top_k_accuracy<2>};
  CHECK(list[1](logits, labels).value() == 1);
}

TEST_CASE("tallies merge to the value of the whole", "[train]") {
  const fx::classified whole{logits, labels};
  fx::tally merged;
  CHECK(merged.value() == 0);
  for (std::size_t i = 0; i < whole.size(); ++i)
    merged += fx::accuracy(whole.row(i), std::span<const std::int32_t>(labels).subspan(i, 1));
  CHECK(merged == fx::accuracy(logits, labels));
}

TEST_CASE("NaN is never the answer while there is a number", "[train]") {
  const float nan = std::nanf("");
  const std::vector<float> row{nan, -1.0f, -2.0f}, none{nan, nan, nan};
  const std::vector<std::int32_t> zero{0}, one{1};
  CHECK(fx::largest(row) == 1);
  CHECK(fx::largest(none) == 0);
  CHECK(fx::accuracy(row, one).hits == 1);
  CHECK(fx::accuracy(row, zero).hits == 0);
  CHECK(fx::accuracy(none, zero).hits == 1);
}

TEST_CASE("a label that names no class is an error with the numbers in it", "[train]") {
  const std::vector<std::int32_t> wrong{1, 3, 2, 0};
  try {
    fx::accuracy(logits, wrong);
    FAIL("accepted");
  } catch (const fx::value_error& e) {
    CHECK(std::string(e.what()) ==
          "fluxpp::accuracy(logits, labels): label 3 at row 1 is not below the number of classes 3");
  }
  CHECK_THROWS_AS(fx::accuracy(logits, std::vector<std::int32_t>{0, 1, 2, 0, 0}), fx::shape_error);
  CHECK(fx::accuracy(std::span<const float>{}, std::span<const std::int32_t>{}) == fx::tally{0, 0});
}

TEST_CASE("a confusion matrix has truth in rows and answers in columns", "[train]") {
  fx::confusion_matrix m(3);
  m.add({logits, labels});
  CHECK(m(1, 1) == 1);
  CHECK(m(2, 0) == 1);
  CHECK(m(2, 2) == 1);
  CHECK(m(0, 0) == 1);
  CHECK(m.total() == 4);
  CHECK(m.accuracy() == 0.75);
  CHECK(m.recall(2) == 0.5);
  CHECK(m.precision(0) == 0.5);
  CHECK(m.f1(0) == approx(2.0 / 3));
  CHECK(m.macro_f1() == approx((2.0 / 3 + 1 + 2.0 / 3) / 3));
}

TEST_CASE("confusion matrices merge, and rates of nothing are 0", "[train]") {
  fx::confusion_matrix a(3), b(3);
  CHECK(a.accuracy() == 0);
  CHECK(a.macro_f1() == 0);
  a.add(0, 1);
  b.add(0, 1);
  b.add(2, 2);
  a += b;
  CHECK(a(0, 1) == 2);
  CHECK(a.total() == 3);
  CHECK_THROWS_AS(a += fx::confusion_matrix(2), fx::shape_error);
  CHECK_THROWS_AS(fx::confusion_matrix(4).add({logits, labels}), fx::shape_error);
}
