// SPDX-License-Identifier: MIT
// Programs with regions as text and as drawings.
#include "catch.hpp"
#include "planned.hpp"

#include "fluxpp/graph/graphviz.hpp"
#include "fluxpp/ops/ops.hpp"

using namespace graph_tests;

namespace {

/// Powers of a matrix by a loop.
constexpr void powers(graph::tape& t) {
  const var w = argument(t, make_dims(3, 3)), h = argument(t, make_dims(2, 3)), xs = argument(t, make_dims(5, 2, 3));
  const auto [last, all] = fx::scan(
      [&](var carry, var x) {
        const var next = fx::matmul(carry, w) + x;
        return std::pair{next, fx::sum(next)};
      },
      h, xs);
  t.output(last), t.output(all);
}

constexpr graph::tables finished() {
  graph::tape t;
  powers(t);
  return graph::dce(t);
}
constexpr graph::sizes size = finished().count();
constexpr auto constant = graph::freeze<size>(finished());

int occurrences(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

} // namespace

TEST_CASE("a program is printed with the blocks that its regions run", "[graph]") {
  const graph::tables p = finished();
  const std::string text = graph::str(p);
  INFO(text);
  CHECK(p.blocks.size() == 2);
  CHECK(text.find("runs block 1 : [5]") < text.find("block 1\n%0 = "));
  CHECK(text.find("matmul") > text.find("block 1\n"));
  CHECK(occurrences(text, "outputs") == 2);
  CHECK(graph::str(constant) == text);
}

TEST_CASE("a region is drawn with an edge for each of its operands", "[graph]") {
  const graph::tables p = finished();
  const std::string text = graph::dot(p.view());
  INFO(text);
  int edges = 0;
  for (int id = 0; id < p.view().count.nodes; ++id) edges += p.view().operands(id).count;
  CHECK(occurrences(text, " -> ") == edges);
  CHECK(occurrences(text, " -> ") == 3 + 2); // the region reads h, xs and w, and has two results
}
