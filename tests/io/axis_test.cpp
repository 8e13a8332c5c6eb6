// SPDX-License-Identifier: MIT
// Axes of figures: round steps, ticks inside the range, and degenerate data.
#include "catch.hpp"

#include "fluxpp/io/axis.hpp"

#include <cmath>
#include <limits>

namespace io = fluxpp::io;

namespace {
std::string labels(const io::axis& a) {
  std::string all;
  for (const double t : a.ticks) all += (all.empty() ? "" : " ") + io::tick_label(t);
  return all;
}
} // namespace

TEST_CASE("steps are 1, 2 or 5 times a power of ten", "[io]") {
  CHECK(io::round_step(10, 10) == approx(1));
  CHECK(io::round_step(10, 6) == approx(2));
  CHECK(io::round_step(10, 4) == approx(5));
  CHECK(io::round_step(10, 1) == approx(10));
  CHECK(io::round_step(0.003, 6) == approx(0.0005));
}

TEST_CASE("an axis of values has round ticks inside a slightly wider range", "[io]") {
  const io::axis a = io::value_axis(0.03, 2.2);
  CHECK(labels(a) == "0 0.5 1 1.5 2");
  CHECK(a.low == 0);
  CHECK(a.position(a.low) == 0);
  CHECK(a.position(a.high) == approx(1));
  CHECK(labels(io::value_axis(-1, 1)) == "-1 -0.5 0 0.5 1");
  CHECK(labels(io::value_axis(0.3, 0.99)) == "0.4 0.6 0.8 1");
}

TEST_CASE("a logarithmic axis has decades, or steps where there is none", "[io]") {
  CHECK(labels(io::value_axis(0.03, 2.2, true)) == "0.05 0.1 0.2 0.5 1 2");
  CHECK(labels(io::value_axis(1e-6, 1, true)) == "1e-06 1e-05 0.0001 0.001 0.01 0.1 1");
  CHECK(io::value_axis(0.3, 0.4, true).ticks.size() >= 3);
  CHECK(!io::value_axis(0, 1, true).logarithmic);
  const io::axis a = io::value_axis(0.01, 1, true);
  CHECK(a.position(0.1) == approx(0.5));
}

TEST_CASE("data without a range have an axis all the same", "[io]") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(labels(io::value_axis(inf, -inf)) == "0 0.2 0.4 0.6 0.8 1");
  const io::axis constant = io::value_axis(3, 3);
  CHECK(constant.low < 3);
  CHECK(constant.high > 3);
  CHECK(io::value_axis(0, 0).high > 0);
  CHECK(io::value_axis(2, 2, true).high > 2);
}

TEST_CASE("an axis of epochs shows whole numbers, the first one too", "[io]") {
  CHECK(labels(io::epoch_axis(1)) == "1");
  CHECK(labels(io::epoch_axis(4)) == "1 2 3 4");
  CHECK(labels(io::epoch_axis(20)) == "1 5 10 15 20");
  CHECK(labels(io::epoch_axis(100)) == "1 20 40 60 80 100");
}

TEST_CASE("the range of values leaves out what is not finite", "[io]") {
  io::finite_range r;
  r.add(std::vector<double>{std::nan(""), 2, -1, std::numeric_limits<double>::infinity()});
  CHECK(r.low == -1);
  CHECK(r.high == 2);
}
