// SPDX-License-Identifier: MIT
#pragma once
// Random programs: from a seed, a function of a scalar, a vector, a matrix and an array of matrices, at run time or in
// constant evaluation alike. Values stay of the order of 1, so that every node matters.
#include "fluxpp/core/rng.hpp"
#include "fluxpp/ops/ops.hpp"

namespace random_programs {

namespace fx = fluxpp;
using fluxpp::dims;
using fluxpp::list;
using fluxpp::make_dims;
using fluxpp::var;

/// The shapes of the arguments, as numbers; no extent is 1 and matrices are not square.
inline constexpr int arguments = 4;
constexpr dims argument_shape(int i, int scale = 1) {
  const int a = 3 * scale, b = 4 * scale, c = 5 * scale;
  return i == 0 ? dims{} : i == 1 ? make_dims(c) : i == 2 ? make_dims(b, c) : make_dims(a, b, c);
}

/// generator: appends random operations to the tape of its arguments.
class generator {
public:
  constexpr generator(const list<var>& args, unsigned seed, int scale) : t_(*args[0].tape), words_{seed, 1, 0} {
    for (int i = 0; i < args.size(); ++i) {
      bind(args[i].shape(), argument_shape(i, scale));
      keep(args[i], 2);
    }
  }

  /// The mean of all values that nothing else uses, after this many random steps.
  constexpr var run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    var total(0.0);
    for (int i = 0; i < pool_.size(); ++i)
      if (!used_[i]) total = total + fx::mean(pool_[i]) * (1.0 + 0.25 * (i % 4));
    return total;
  }

private:
  constexpr int below(int n) { return static_cast<int>(words_.below(static_cast<unsigned>(n))); }

  // What an extent will be at the call: broadcasting and products of matrices need extents that fit.
  constexpr void bind(const dims& program, const dims& numbers) {
    for (int i = 0; i < program.rank; ++i) {
      while (value_.size() < t_.extents.size()) value_.push(-1);
      if (program[i] < 0) value_[-1 - program[i]] = numbers[i];
    }
  }
  constexpr int number(int e) {
    if (e >= 0) return e;
    while (value_.size() < t_.extents.size()) {
      const fx::graph::extent_entry& entry = t_.extents[value_.size()];
      value_.push(static_cast<int>(fx::graph::value_of(entry, value_.begin())));
    }
    if (value_[-1 - e] < 0) value_[-1 - e] = static_cast<int>(fx::graph::value_of(t_.extents.at(e), value_.begin()));
    return value_[-1 - e];
  }
  constexpr bool broadcasts(var a, var b) {
    for (int i = 1; i <= a.rank() && i <= b.rank(); ++i) {
      const int x = a.extent(-i), y = b.extent(-i);
      if (x != 1 && y != 1 && number(x) != number(y)) return false;
    }
    return true;
  }

  constexpr void keep(var y, double bound) {
    if (bound > 3) y = below(2) == 0 ? fx::tanh(y) : y * (1 / bound), bound = 1;
    pool_.push(y), bound_.push(bound), used_.push(false);
  }
  /// A value from the pool, more often a late one.
  constexpr int pick() {
    const int n = pool_.size(), a = below(n), b = below(n);
    const int i = a > b ? a : b;
    used_[i] = true;
    return i;
  }

  constexpr void step() {
    const int what = below(16), i = pick();
    if (what < 6) unary(i);
    else if (what < 11) binary(i, pick());
    else if (what < 13) reduce(i);
    else structure(i);
  }

  constexpr void unary(int i) {
    const var x = pool_[i];
    const double b = bound_[i];
    switch (below(20)) {
    case 0: return keep(fx::tanh(x), 1);
    case 1: return keep(fx::sigmoid(x), 1);
    case 2: return keep(fx::sin(x), 1);
    case 3: return keep(fx::cos(x), 1);
    case 4: return keep(fx::relu(x), b);
    case 5: return keep(fx::square(x), b * b);
    case 6: return keep(fx::abs(x), b);
    case 7: return keep(fx::exp(x), 20);
    case 8: return keep(fx::log(x * x + 1.5), 2.5);
    case 9: return keep(fx::sqrt(x * x + 0.5), b + 1);
    case 10: return keep(-x, b);
    case 11: return keep(fx::gelu(x), b);
    case 12: return keep(fx::softplus(x), b + 1);
    case 13: return keep(fx::atan(x), 1.6);
    case 14: return keep(fx::erf(x), 1);
    case 15: return keep(fx::silu(x), b);
    case 16: return keep(x * 0.5 + 0.25, b);
    case 17: return keep(fx::pow(x * x + 0.5, 1.3), 20);
    case 18: return keep(fx::stop_gradient(x) * x, b * b);
    default: return keep(1.0 / (x * x + 1.0), 1);
    }
  }
  constexpr void binary(int i, int k) {
    var a = pool_[i], b = pool_[k];
    const double p = bound_[i], q = bound_[k];
    if (!broadcasts(a, b)) b = fx::mean(b);
    switch (below(9)) {
    case 0: return keep(a + b, p + q);
    case 1: return keep(a - b, p + q);
    case 2: return keep(a * b, p * q);
    case 3: return keep(a / (b * b + 1.5), p);
    case 4: return keep(fx::maximum(a, b), p > q ? p : q);
    case 5: return keep(fx::minimum(a, b), p > q ? p : q);
    case 6: return keep(fx::select(a < b, a, b * 0.5), p > q ? p : q);
    case 7: return keep(fx::atan2(a, b * b + 0.5), 3.2);
    default: return keep(a * 0.5 - b * a, p + p * q);
    }
  }
  constexpr fx::axes some_axes(int rank) {
    const int choice = below(rank + 2);
    fx::axes over = choice < rank ? fx::axes(choice) : choice == rank && rank > 2 ? fx::axes(0, 2) : fx::axes{};
    return below(2) == 0 ? over.kept() : over;
  }
  constexpr void reduce(int i) {
    const var x = pool_[i];
    const double b = bound_[i];
    const fx::axes over = some_axes(x.rank());
    switch (below(7)) {
    case 0: return keep(fx::sum(x, over) * 0.1, 3 * b);
    case 1: return keep(fx::mean(x, over), b);
    case 2: return keep(fx::max(x, over), b);
    case 3: return keep(fx::min(x, over), b);
    case 4: return keep(fx::logsumexp(x, over) * 0.5, b + 2);
    case 5: return keep(fx::variance(x, over), b * b);
    default: return keep(fx::sum(fx::square(x), over) * 0.1, 3 * b * b);
    }
  }
  constexpr void structure(int i) {
    const var x = pool_[i];
    const double b = bound_[i];
    if (x.rank() == 0) return unary(i);
    const int axis = below(x.rank()), n = number(x.extent(axis));
    switch (below(8)) {
    case 0: return keep(fx::transpose(x), b);
    case 1: return keep(fx::flatten(x), b);
    case 2: return keep(fx::reshape(x, {-1}), b);
    case 3: return n < 2 ? unary(i) : keep(fx::slice(x, axis, 1, fx::to_end), b);
    case 4: return keep(fx::pad(x, axis, {1, 0}), b);
    case 5: return keep(fx::concat(x, fx::sin(x), axis), b + 1);
    case 6: return keep(fx::softmax(x, axis), 1);
    default: return multiply(i, pick());
    }
  }
  constexpr void multiply(int i, int k) {
    const var a = pool_[i], b = pool_[k];
    if (a.rank() != 2 || b.rank() != 2) return binary(i, k);
    if (number(a.extent(1)) == number(b.extent(0))) return keep(fx::matmul(a, b), 5 * bound_[i] * bound_[k]);
    if (number(a.extent(1)) == number(b.extent(1)))
      return keep(fx::matmul(a, fx::transpose(b)), 5 * bound_[i] * bound_[k]);
    return binary(i, k);
  }

  fx::graph::tape& t_;
  fx::random_words words_;
  list<var> pool_;
  list<double> bound_;
  list<bool> used_;
  list<int> value_;
};

/// The random function of a seed, on a tape; arguments are `scale` times as long along every axis.
constexpr var build(const list<var>& args, unsigned seed, int scale = 1) {
  generator g(args, seed, scale);
  return g.run(4 + static_cast<int>(seed * 7 % 21));
}

/// function<Seed>: the random function of a seed as the user of the library would write it.
template <unsigned Seed, int Scale = 1> struct function {
  constexpr var operator()(var s, var v, var m, var b) const {
    list<var> args;
    args.push(s), args.push(v), args.push(m), args.push(b);
    return build(args, Seed, Scale);
  }
};

} // namespace random_programs
