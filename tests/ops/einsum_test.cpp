// SPDX-License-Identifier: MIT
// einsum: values beside sums over all indices, faults, laws, what it is made of.
#include "laws.hpp"

#include "fluxpp/ops/ops.hpp"

#include <map>

namespace fx = fluxpp;
using fx::dims;
using fx::make_dims;
using fx::var;
using fx::graph::rule;
using laws::numbers;
using laws::vars;

namespace {

/// The definition: a loop over all letters.
numbers by_definition(const fx::ops::subscripts& s, const dims* shape, const numbers* x) {
  std::map<char, int> extent;
  for (int k = 0; k < s.operands; ++k)
    for (int i = 0; i < s.operand[k].count; ++i) extent[s.operand[k][i]] = shape[k][i];
  dims all, result;
  std::map<char, std::size_t> position;
  for (const auto& [letter, n] : extent) position[letter] = position.size(), all = all.with(n);
  for (int i = 0; i < s.result.count; ++i) result = result.with(extent[s.result[i]]);
  numbers y(laws::count(result), 0.0);
  fx::eval::for_each_index(all, [&](const std::vector<int>& index) {
    const auto at = [&](const fx::ops::letters& of, const dims& d) {
      std::size_t offset = 0;
      for (int i = 0; i < of.count; ++i)
        offset = offset * static_cast<std::size_t>(d[i]) + static_cast<std::size_t>(index[position[of[i]]]);
      return offset;
    };
    double product = 1;
    for (int k = 0; k < s.operands; ++k) product *= x[k][at(s.operand[k], shape[k])];
    y[at(s.result, result)] += product;
  });
  return y;
}

/// One extent per letter: a is 2, b is 3, ... g is 8.
dims shape_of(const fx::ops::letters& of) {
  dims d;
  for (int i = 0; i < of.count; ++i) d = d.with(2 + of[i] - 'a');
  return d;
}

/// Values and laws of einsum<S>, with numbers and names for extents.
template <fx::text S> void check() {
  constexpr fx::ops::subscripts s(S.view());
  const std::string name(S.view());
  std::vector<laws::argument> arguments;
  dims shape[2];
  numbers x[2];
  for (int k = 0; k < s.operands; ++k) {
    shape[k] = shape_of(s.operand[k]);
    x[k] = laws::random_numbers(laws::count(shape[k]), static_cast<std::uint32_t>(k));
    arguments.push_back({shape[k], x[k]});
  }
  const laws::function f = [](const vars& a) {
    if constexpr (s.operands == 1) return fx::einsum<S>(a[0] * a[0]);
    else return fx::einsum<S>(a[0], a[1]);
  };
  laws::check(name, f, arguments, {{2, 3, 4, 5, 6, 7}});
  if (s.operands == 1)
    for (double& v : x[0]) v *= v;
  INFO(name);
  CHECK(laws::shape(f, arguments) == shape_of(s.result));
  CHECK(laws::worst(laws::value(f, arguments), by_definition(s, shape, x)) <= 1e-13);
}

} // namespace

TEST_CASE("einsum of two arrays is the sum over all indices", "[ops]") {
  check<"ij,jk->ik">();
  check<"ij,kj->ik">();
  check<"ji,jk->ki">();
  check<"bij,bjk->bik">();
  check<"bij,bkj->bik">();
  check<"abij,abjk->iabk">();
  check<"ij,j->i">();
  check<"j,jk->k">();
  check<"i,j->ij">();
  check<"i,i->">();
  check<"bi,bi->b">();
  check<"ij,ij->ji">();
  check<"ij,ji->">();
  check<"abc,bde->ade">();
  check<"abcd,cdef->abef">();
  check<"abc,cba->b">();
  check<"ii,ij->j">();
  check<"iij,jkk->ik">();
  check<"ab,->ba">();
  check<"a b, b c -> a c">();
}

TEST_CASE("einsum of one array is the sum over all indices", "[ops]") {
  check<"ij->ji">();
  check<"abc->ca">();
  check<"ii->i">();
  check<"ii->">();
  check<"iji->j">();
  check<"aba->ba">();
  check<"ij->">();
  check<"->">();
}

TEST_CASE("einsum of matrices is a product of matrices, read as they lie", "[ops]") {
  fx::graph::tape t;
  const var a = t.input(make_dims(3, 4), {fx::graph::space::argument, 0, false});
  const var b = t.input(make_dims(5, 4), {fx::graph::space::argument, 1, false});
  CHECK(fx::einsum<"ij,kj->ik">(a, b).id == fx::matmul(a, fx::transpose(b)).id);
  CHECK(fx::einsum<"ij->ij">(a).id == a.id);
  CHECK(fx::einsum<"ij->ji">(a).id == fx::transpose(a).id);
}

TEST_CASE("faults of einsum name their rule", "[ops]") {
  const std::vector<laws::argument> x{{make_dims(2, 3)}, {make_dims(4, 3)}};
  CHECK(laws::fault([](const vars& a) { return fx::einsum<"ij,jk->ik">(a[0], a[1]); }, x) == rule::einsum);
  CHECK(laws::fault([](const vars& a) { return fx::einsum<"ijk,jk->i">(a[0], a[1]); }, x) == rule::einsum);
  CHECK(laws::fault([](const vars& a) { return fx::einsum<"ii->i">(a[0]); }, x) == rule::einsum);
}

TEST_CASE("what is no subscript is told apart", "[ops]") {
  using fx::ops::subscripts;
  CHECK(subscripts("ij,jk->ik").valid);
  for (const char* const s : {"", "ij", "ij,jk", "ij,jk,kl->il", "i1->i", "ij->i->j", "ij>i", "ij-i", "abcdefg->a",
                              "ij->ii", "ij->k", "ij,jk->ikl"})
    CHECK_FALSE(subscripts(s).valid);
  const std::vector<laws::argument> x{{make_dims(3)}};
  CHECK(laws::fault([](const vars& a) { return fx::einsum<"i,i->">(a[0]); }, x) == rule::subscripts);
  CHECK(laws::fault([](const vars& a) { return fx::einsum<"i->">(a[0], a[0]); }, x) == rule::subscripts);
  CHECK(laws::fault([](const vars& a) { return fx::einsum<"i->j">(a[0]); }, x) == rule::subscripts);
}
