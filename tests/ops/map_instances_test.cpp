// SPDX-License-Identifier: MIT
// map_instances: values beside the same written for whole arrays, derivatives of every order, many blocks, faults.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

namespace {

namespace fx = fluxpp;
using fx::make_dims;
using fx::var;
using laws::numbers;
using laws::vars;

constexpr var column(var x, int j) { return fx::reshape(fx::slice(x, 1, j, j + 1), {-1}); }

/// Two numbers for each pair of rows of tables, with one number from outside.
constexpr auto pair_of = [](auto p, auto q, auto w, var scale) {
  const var d = p[0] - q[1];
  return std::array{fx::sin(0.3 * d * w) * scale, fx::exp(0.1 * p[1] * q[0]) + w * w};
};
constexpr var mapped(const vars& a) {
  return fx::map_instances([&](auto p, auto q, auto w) { return pair_of(p, q, w, a[3]); }, fx::rows<>(a[0], a[4]),
                           fx::rows<>(a[1], a[5]), a[2]);
}
constexpr var written_out(const vars& a) {
  const auto rows = [](var x, var index) {
    const var y = fx::gather(x, index);
    return std::array{column(y, 0), column(y, 1)};
  };
  const auto out = pair_of(rows(a[0], a[4]), rows(a[1], a[5]), a[2], a[3]);
  return fx::stack({out[0], out[1]}, 1);
}
const std::vector<laws::argument> arguments{{make_dims(3, 2)},
                                            {make_dims(4, 2)},
                                            {make_dims(5)},
                                            {make_dims()},
                                            {make_dims(5), {0, 2, 1, 1, 0}, true},
                                            {make_dims(5), {3, 3, 0, 1, 2}, true}};

} // namespace

TEST_CASE("map_instances obeys the laws of derivatives", "[ops]") {
  laws::check("tables, numbers, a number from outside", mapped, arguments, {{5}});
}

TEST_CASE("map_instances is the function on whole arrays", "[ops]") {
  CHECK(laws::value(mapped, arguments) == laws::value(written_out, arguments));
}
