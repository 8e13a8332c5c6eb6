// SPDX-License-Identifier: MIT
// fluxpp 0.1.0, generated: edit include/fluxpp.
//
// MIT License
//
// Copyright (c) The fluxpp authors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.
#pragma once

#ifdef FLUXPP_MULTI_INCLUDE
#error "fluxpp: the single header and the headers of include/fluxpp meet in one program; include only one of the two"
#endif
#define FLUXPP_SINGLE_INCLUDE

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <numbers>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// The umbrella: every floor for the CPU; no Thrust, no CUDA, no CImg.

// Derivatives: graph to graph, and dual numbers.

// Reverse mode: one sweep over the tape from an output to its inputs, appending the adjoint to the same tape.
// add, sub, mul, div, neg: the field operations, which rewrite each other and so share a file.
// operation<Op>: the function object a user calls; on numbers it computes, on vars it records.
// broadcast, reshape and sum: views and the reduction that are each other's adjoints.
// The four kinds of rule an operation may state, and the traits and derivative hooks that follow from each.
// What batches have and plain numbers lack, so that one `forward` body serves both: select, fma, fnma.

namespace fluxpp::inline v0_1::scalar {
/// A real is a plain floating-point number.
template <class T> concept real = std::is_floating_point_v<T>;

/// real_of<V>: the plain number that a value type is made of; double for handles, which have no type of their own.
template <class V> struct real_in { using type = double; };
template <real V> struct real_in<V> { using type = V; };
template <class V>
requires requires { typename V::value_type; }
struct real_in<V> : real_in<typename V::value_type> {};
template <class V> using real_of = typename real_in<V>::type;

/// select(m, a, b): a if m, else b; the twin of simd::select.
template <real T> constexpr T select(bool m, T a, std::type_identity_t<T> b) { return m ? a : b; }

/// fma(a, b, c): a b + c, rounded once where the target has the instruction, twice elsewhere and in constant evaluation.
template <real T> constexpr T fma(T a, std::type_identity_t<T> b, std::type_identity_t<T> c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(FP_FAST_FMA) || defined(__CUDA_ARCH__)
  if (!std::is_constant_evaluated()) return std::fma(a, b, c);
#endif
  return a * b + c;
}

/// fnma(a, b, c): c - a b, rounded as fma is.
template <real T> constexpr T fnma(T a, std::type_identity_t<T> b, std::type_identity_t<T> c) { return fma(-a, b, c); }
} // namespace fluxpp::inline v0_1::scalar

// The tape: a program under construction. Every push looks the node up first, so equal expressions are one node.
// The exceptions of fluxpp: one sentence for the reader, typed fields for the program.

namespace fluxpp::inline v0_1::error {

/// sentence(call, requirement): the text of every exception, `fluxpp::<call>: <requirement>`.
inline std::string sentence(std::string_view call, std::string_view requirement) {
  std::string text = "fluxpp::";
  return text.append(call).append(": ").append(requirement);
}

/// in_source(line): where in the user's source, as a part of a sentence; nothing when the line is not known.
inline std::string in_source(int line) {
  return line > 0 ? " (source line " + std::to_string(line) + ")" : std::string();
}

/// error: the base of all exceptions of fluxpp; what() is one sentence.
struct error : std::runtime_error {
  error(std::string_view call, std::string_view requirement) : std::runtime_error(sentence(call, requirement)) {}
};

/// shape_error(call, requirement, argument, axis, expected, got): an extent of an argument is not what it must be.
/// `axis` is -1 when the rank is meant.
struct shape_error : error {
  std::string argument;
  int axis;
  std::int64_t expected, got;

  shape_error(std::string_view call, std::string_view requirement, std::string which = {}, int at_axis = -1,
              std::int64_t must_be = 0, std::int64_t found = 0)
      : error(call, requirement), argument(std::move(which)), axis(at_axis), expected(must_be), got(found) {}
};

/// value_error(call, requirement, argument): a value of an argument is outside its domain.
struct value_error : error {
  std::string argument;

  value_error(std::string_view call, std::string_view requirement, std::string which = {})
      : error(call, requirement), argument(std::move(which)) {}
};

/// file_error(call, requirement, path, offset, key): a file cannot be read or written, or its content is refused.
/// `offset` is the byte where the fault shows, `key` the entry it belongs to (empty: the file as a whole).
struct file_error : error {
  std::string path;
  std::uint64_t offset;
  std::string key;

  file_error(std::string_view call, std::string_view requirement, std::string file, std::uint64_t at_byte = 0,
             std::string of_key = {})
      : error(call, requirement), path(std::move(file)), offset(at_byte), key(std::move(of_key)) {}
};

} // namespace fluxpp::inline v0_1::error

namespace fluxpp::inline v0_1 {

using error::file_error;
using error::shape_error;
using error::value_error;

} // namespace fluxpp::inline v0_1

// The node of a program: what an operation tells the passes about itself, and the plain record that stands for one use.
// The extent table of a program: symbols, formulas over them, and what must hold when they are bound.
// Shapes: rows of extents, each a number or an index into a table of symbols and formulas; user-level named extents.
// A growable array and an interning table that work in constant evaluation, made for passes over graphs.

namespace fluxpp::inline v0_1 {

/// list<T>: growable array usable in constant evaluation; T must be default-constructible and copyable.
template <class T> class list {
public:
  constexpr list() = default;
  /// n elements, zero or default.
  constexpr explicit list(int n) : data_(new T[static_cast<unsigned>(n)]{}), size_(n), capacity_(n) {}
  constexpr list(const list& other) { append(other); }
  constexpr list(list&& other) noexcept : data_(other.data_), size_(other.size_), capacity_(other.capacity_) {
    other.data_ = nullptr;
    other.size_ = other.capacity_ = 0;
  }
  constexpr list& operator=(const list& other) {
    if (this != &other) {
      size_ = 0;
      append(other);
    }
    return *this;
  }
  constexpr list& operator=(list&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  constexpr ~list() { delete[] data_; }

  constexpr int size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T& operator[](int i) { return data_[i]; }
  constexpr const T& operator[](int i) const { return data_[i]; }
  constexpr T* begin() { return data_; }
  constexpr T* end() { return data_ + size_; }
  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
  constexpr T& back() { return data_[size_ - 1]; }

  constexpr void push(const T& value) {
    if (size_ == capacity_) reserve(capacity_ == 0 ? 16 : 2 * capacity_);
    data_[size_++] = value;
  }
  constexpr T pop() { return data_[--size_]; }
  /// Forgets all elements from number n on.
  constexpr void shrink(int n) { size_ = n; }
  constexpr void append(const list& other) {
    for (int i = 0; i < other.size_; ++i) push(other.data_[i]);
  }
  constexpr void assign(int n, const T& value) {
    size_ = 0;
    reserve(n);
    for (; size_ < n; ++size_) data_[size_] = value;
  }
  constexpr void reserve(int n) {
    if (n <= capacity_) return;
    T* larger = new T[static_cast<unsigned>(n)];
    for (int i = 0; i < size_; ++i) larger[i] = data_[i];
    delete[] data_;
    data_ = larger;
    capacity_ = n;
  }

protected:
  T* data_ = nullptr;
  int size_ = 0;
  int capacity_ = 0;
};

/// mix(h, v): one step of an FNV-1a style hash over ints.
constexpr unsigned mix(unsigned h, unsigned v) {
  h = (h ^ v) * 16777619u;
  return h ^ (h >> 15);
}

/// interner<T>: gives equal values equal indices (hash-consing); T has hash() and operator==.
/// Open addressing with linear probing; indices follow insertion order, so nothing depends on the hash.
template <class T> class interner : protected list<T> {
public:
  using list<T>::size, list<T>::begin, list<T>::end;

  constexpr int operator()(const T& value) {
    if (2 * this->size_ >= static_cast<int>(mask_)) grow();
    int* const slot = slots_.begin();
    unsigned at = value.hash() & mask_;
    for (; slot[at] != 0; at = (at + 1) & mask_)
      if (this->data_[slot[at] - 1] == value) return slot[at] - 1;
    this->push(value);
    slot[at] = this->size_;
    return this->size_ - 1;
  }
  constexpr const T& operator[](int i) const { return this->data_[i]; }
  constexpr const T* data() const { return this->data_; }

private:
  constexpr void grow() {
    slots_ = list<int>(slots_.empty() ? 64 : 4 * slots_.size());
    int* const slot = slots_.begin();
    mask_ = static_cast<unsigned>(slots_.size()) - 1;
    for (int i = 0; i < this->size_; ++i) {
      unsigned at = this->data_[i].hash() & mask_;
      while (slot[at] != 0) at = (at + 1) & mask_;
      slot[at] = i + 1;
    }
  }

  unsigned mask_ = 0;
  list<int> slots_; ///< 1 + the index of a value; 0 where nothing is
};

} // namespace fluxpp::inline v0_1

// Names as compile-time values: text literals usable as template arguments, and `"x"_n`.

namespace fluxpp::inline v0_1 {

/// text: a string literal that can be a template argument.
template <std::size_t N> struct text {
  char value[N]{};
  constexpr text(const char (&s)[N]) {
    for (std::size_t i = 0; i < N; ++i) value[i] = s[i];
  }
  constexpr std::string_view view() const { return {value, N - 1}; }
  constexpr bool operator==(const text&) const = default;
};

/// hash_of(s): FNV-1a of a name, 32 bits.
constexpr unsigned hash_of(std::string_view s) {
  unsigned h = 2166136261u;
  for (char c : s) h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
  return h;
}

/// name<"x">: a name as a type, for typed look-up; written `"x"_n`.
template <text Name> struct name {
  static constexpr std::string_view view() { return Name.view(); }
};
namespace literals {
template <text Name> consteval name<Name> operator""_n() { return {}; }
} // namespace literals

/// position<Name, Names...>: the index of Name in Names, or -1.
template <text Name, text... Names> consteval int position() {
  int at = -1, i = 0;
  ((at = at < 0 && Names.view() == Name.view() ? i : at, ++i), ...);
  return at;
}

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {

/// The largest number of axes of an array in a program.
inline constexpr int max_rank = 6;

/// dims: a shape. An extent >= 0 is a number; an extent < 0 is entry -1 - extent of the program's extent table.
struct dims {
  int rank = 0;
  int extent[max_rank]{};

  constexpr int operator[](int axis) const { return extent[axis]; }
  constexpr int& operator[](int axis) { return extent[axis]; }
  constexpr bool operator==(const dims& o) const {
    if (rank != o.rank) return false;
    for (int i = 0; i < rank; ++i)
      if (extent[i] != o.extent[i]) return false;
    return true;
  }
  constexpr unsigned hash() const {
    unsigned h = mix(2166136261u, static_cast<unsigned>(rank));
    for (int i = 0; i < rank; ++i) h = mix(h, static_cast<unsigned>(extent[i]));
    return h;
  }
  /// The same shape with one more axis at the end.
  constexpr dims with(int e) const {
    dims d = *this;
    d.extent[d.rank++] = e;
    return d;
  }
  /// Every extent is the number 1: one element, whatever is bound.
  constexpr bool single() const {
    for (int i = 0; i < rank; ++i)
      if (extent[i] != 1) return false;
    return true;
  }
  constexpr bool fixed() const {
    for (int i = 0; i < rank; ++i)
      if (extent[i] < 0) return false;
    return true;
  }
};

/// make_dims(3, 4): a shape from extents.
template <class... E> constexpr dims make_dims(E... e) {
  static_assert(sizeof...(E) <= max_rank, "fluxpp: an array has at most six axes");
  return {static_cast<int>(sizeof...(E)), {e...}};
}

/// named<"batch">: an extent known by name, bound when a program is called.
template <text Name> struct named {
  static constexpr unsigned hash() { return hash_of(Name.view()); }
  constexpr bool operator==(const named&) const = default;
};
template <text Name> inline constexpr named<Name> dim{};
inline constexpr named<"batch"> batch{};

/// shape<batch, 1, 8, 8>: a shape that mixes numbers and names.
template <auto... Extents> struct shape_t {
  static_assert(sizeof...(Extents) <= max_rank, "fluxpp: an array has at most six axes");
  static constexpr int rank = sizeof...(Extents);
};
template <auto... Extents> inline constexpr shape_t<Extents...> shape{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::graph {

enum class extent_kind : int { symbol, product, sum, quotient, difference };

/// extent_entry: a symbol (a = key) or a formula over two encoded extents: a * b, a + b, floor(a / b), a - b.
struct extent_entry {
  extent_kind kind = extent_kind::symbol;
  int a = 0;
  int b = 0;
  constexpr bool operator==(const extent_entry&) const = default;
  constexpr unsigned hash() const {
    return mix(mix(mix(2166136261u, static_cast<unsigned>(kind)), static_cast<unsigned>(a)), static_cast<unsigned>(b));
  }
};

/// What must hold of two extents: a == b, a >= b, or that the number b > 0 divides a.
enum class relation : int { equal, at_least, multiple_of };
constexpr bool holds(relation r, int a, int b) {
  return r == relation::equal ? a == b : r == relation::at_least ? a >= b : a % b == 0;
}
/// What an extent must be, as messages say it.
constexpr const char* text_of(relation r) {
  return r == relation::equal ? "equal " : r == relation::at_least ? "be at least " : "be a multiple of ";
}

/// constraint: a check made once per call, before any work.
struct constraint {
  int a = 0;
  int b = 0;
  graph::relation relation = relation::equal;
  const char* rule = "";
  int line = 0;
};

/// The number inside a sum a + b may be negative, so it is stored as a, away from the encoded extents.
inline constexpr int shift_bias = 1 << 29;
constexpr bool is_shift(int a) { return a > shift_bias / 2; }

constexpr int floor_quotient(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

/// extent_table: builds encoded extents; arithmetic on numbers is done at once, on symbols it adds a formula.
class extent_table {
public:
  /// Entry 0 is no symbol, so that no extent of an array is -1: fx::reshape(x, {-1, 3}) keeps its meaning.
  constexpr extent_table() { encode({extent_kind::product, 1, 1}); }

  constexpr int symbol(unsigned key) { return encode({extent_kind::symbol, static_cast<int>(key), 0}); }

  constexpr int product(int a, int b) {
    a = resolve(a), b = resolve(b);
    if (a >= 0 && b >= 0) return a * b;
    if (a == 1) return b;
    if (b == 1) return a;
    if (a == 0 || b == 0) return 0;
    if (a < b) return product(b, a);
    if (a >= 0 && at(b).kind == extent_kind::product && at(b).a >= 0) return product(a * at(b).a, at(b).b);
    return encode({extent_kind::product, a, b});
  }

  constexpr int sum(int a, int b) {
    a = resolve(a), b = resolve(b);
    if (a >= 0 && b >= 0) return a + b;
    if (a >= 0) return shifted(b, a);
    if (b >= 0) return shifted(a, b);
    return encode({extent_kind::sum, a < b ? b : a, a < b ? a : b});
  }

  /// a + k, with a number k that may be negative; no number is below 0.
  constexpr int shifted(int a, int k) {
    a = resolve(a);
    if (a >= 0) return a + k < 0 ? 0 : a + k;
    if (k == 0) return a;
    if (at(a).kind == extent_kind::sum && shift_of(a) != 0) return shifted(at(a).b, shift_of(a) + k);
    return encode({extent_kind::sum, shift_code(k), a});
  }

  /// a - b for extents of which one has a name; a must not be less than b.
  constexpr int difference(int a, int b) {
    a = resolve(a), b = resolve(b);
    if (b >= 0) return shifted(a, -b);
    return a == b ? 0 : encode({extent_kind::difference, a, b});
  }

  constexpr int quotient(int a, int by) {
    a = resolve(a);
    if (a >= 0) return floor_quotient(a, by);
    if (by == 1) return a;
    if (at(a).kind == extent_kind::product && at(a).a >= 0 && at(a).a % by == 0) return product(at(a).a / by, at(a).b);
    return encode({extent_kind::quotient, a, by});
  }

  /// The extent that stands for e after all equalities seen so far.
  constexpr int resolve(int e) const {
    while (e < 0 && parent_[-1 - e] != e) e = parent_[-1 - e];
    return e;
  }

  /// Records that a and b must be equal and lets one stand for both where a symbol is free.
  constexpr void equate(int a, int b, const char* rule, int line) {
    a = resolve(a), b = resolve(b);
    if (a == b) return;
    constraints_.push({a, b, relation::equal, rule, line});
    if (a < 0 && b < 0 && a < b && at(a).kind == extent_kind::symbol) parent_[-1 - a] = b;
    else if (b < 0 && at(b).kind == extent_kind::symbol && (a >= 0 || b < a)) parent_[-1 - b] = a;
    else if (a < 0 && at(a).kind == extent_kind::symbol && b >= 0) parent_[-1 - a] = b;
  }
  constexpr void require_at_least(int a, int bound, const char* rule, int line) {
    for (const constraint& c : constraints_)
      if (c.relation == relation::at_least && c.a == a && c.b >= bound) return;
    constraints_.push({a, bound, relation::at_least, rule, line});
  }
  /// Whether a is a multiple of the number by, or may be: where a has a name, that is checked at the call.
  constexpr bool require_multiple(int a, int by, const char* rule, int line) {
    a = resolve(a);
    if (by <= 0 || a >= 0) return by > 0 && a % by == 0;
    if (product(quotient(a, by), by) != a) constraints_.push({a, by, relation::multiple_of, rule, line});
    return true;
  }

  constexpr const extent_entry& at(int e) const { return entries_[-1 - e]; }
  constexpr int size() const { return entries_.size(); }
  constexpr const extent_entry& operator[](int i) const { return entries_[i]; }
  constexpr const list<constraint>& constraints() const { return constraints_; }

private:
  static constexpr int shift_code(int k) { return shift_bias + k; }
  constexpr int shift_of(int e) const { return is_shift(at(e).a) ? at(e).a - shift_bias : 0; }

  constexpr int encode(const extent_entry& entry) {
    const int i = entries_(entry);
    while (parent_.size() <= i) parent_.push(-1 - parent_.size());
    return -1 - i;
  }

  interner<extent_entry> entries_;
  list<int> parent_;
  list<constraint> constraints_;
};

/// Extents are ints; formulas over them are computed wider, so that what does not fit can be refused.
inline constexpr long long largest_extent = 0x7fffffff;

/// value_of(entry, values): the number of an entry, given those of the entries before it; may exceed largest_extent.
constexpr long long value_of(const extent_entry& entry, const int* values) {
  auto number = [&](int e) -> long long { return e >= 0 ? e : values[-1 - e]; };
  switch (entry.kind) {
  case extent_kind::product: return number(entry.a) * number(entry.b);
  case extent_kind::sum: return (is_shift(entry.a) ? entry.a - shift_bias : number(entry.a)) + number(entry.b);
  case extent_kind::difference: return number(entry.a) - number(entry.b);
  case extent_kind::quotient:
    return floor_quotient(static_cast<int>(number(entry.a)), static_cast<int>(number(entry.b)));
  default: return 0;
  }
}

} // namespace fluxpp::inline v0_1::graph

namespace fluxpp::inline v0_1::graph {

class tape;
struct var;
struct node;
struct node_view;
struct pullback;
struct pushforward;

/// How a step runs (not how it differentiates).
enum class kind : int {
  input,       ///< an argument, parameter, state or run-time number
  constant,    ///< a number known to the program
  elementwise, ///< one result element from the operand elements at the same index
  reduction,   ///< folds axes away (they keep extent 1)
  broadcast,   ///< a view that repeats axes of extent 1
  reshape,     ///< a view with other extents
  step         ///< a kernel of its own
};

enum class fold : int { none, sum, max, min, prod };

/// custom_kernels: compiled forms of an operation defined by the user; completed in kernels/.
struct custom_kernels;

/// op_info: the traits of an operation that passes ask for; one constant object per operation.
struct op_info {
  const char* name;
  unsigned id;
  graph::kind kind;
  int arity;
  int cost; ///< relative work per element; <= 1 is cheap enough to move
  bool commutative;
  bool integer;  ///< result is an index or a truth value: no derivative
  bool foldable; ///< forward on numbers is a constant expression
  graph::fold fold;
  double (*evaluate)(const double*);              ///< elementwise: value on numbers (nullptr else)
  void (*adjoint)(const node_view&, pullback&);   ///< reverse rule
  var (*tangent)(const node_view&, pushforward&); ///< forward rule
  int (*rewrite)(tape&, const node&);             ///< identities: an equal, simpler node, or -1
  const custom_kernels* custom;
  const op_info* facts = nullptr; ///< the same without functions, for finished programs; or nullptr
};

/// A polynomial hash; in few statements, since constant evaluation counts them.
template <class... Int> constexpr unsigned hash_of_ints(std::uint64_t h, Int... v) {
  ((h = h * 0x9E3779B97F4A7C15 + static_cast<unsigned>(v)), ...);
  return static_cast<unsigned>((h * 0x9E3779B97F4A7C15) >> 32);
}

/// node: one operation applied to earlier nodes. Shapes and attributes are indices into tables of the program.
struct node {
  const op_info* op = nullptr;
  int args[4]{-1, -1, -1, -1};
  int shape = 0;
  int attr = 0;
  double value = 0;
  int line = 0;

  constexpr bool operator==(const node& o) const {
    return op == o.op && args[0] == o.args[0] && args[1] == o.args[1] && args[2] == o.args[2] && args[3] == o.args[3] &&
           shape == o.shape && attr == o.attr &&
           (op->kind != kind::constant || std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(o.value));
  }
  constexpr unsigned hash() const {
    const std::uint64_t bits = value != 0 ? std::bit_cast<std::uint64_t>(value) : 0;
    return hash_of_ints(op->id ^ bits, args[0], args[1], args[2], args[3], shape, attr);
  }
};

/// attributes: the numbers that complete an operation (axes, strides, paddings); may hold encoded extents.
inline constexpr int max_attributes = 18;
struct attributes {
  int size = 0;
  int value[max_attributes]{};
  constexpr bool operator==(const attributes& o) const {
    if (size != o.size) return false;
    for (int i = 0; i < size; ++i)
      if (value[i] != o.value[i]) return false;
    return true;
  }
  constexpr unsigned hash() const {
    unsigned h = mix(2166136261u, static_cast<unsigned>(size));
    for (int i = 0; i < size; ++i) h = mix(h, static_cast<unsigned>(value[i]));
    return h;
  }
};
template <class... Int> constexpr attributes make_attributes(Int... v) {
  return {static_cast<int>(sizeof...(Int)), {static_cast<int>(v)...}};
}

/// Where an operand or a result lives.
enum class space : int {
  argument,  ///< index: position in the call
  parameter, ///< offset into the flat parameter buffer
  state,     ///< offset into the flat state buffer
  number,    ///< index: run-time number of the architecture (a dropout rate) or of the call
  constant,  ///< index into the constant pool
  arena,     ///< planned workspace
  result,    ///< index: output of the program
  extent     ///< the value of an extent
};

/// leaf: an input of the program.
struct leaf {
  graph::space space = space::argument;
  int index = 0;
  bool integer = false;
};

/// target: where an output must be written; the arena if nothing else is asked.
struct target {
  graph::space space = space::arena;
  int index = 0;
};

/// What is wrong with a program: the first fault that its construction met.
enum class rule : int {
  none,
  broadcast,
  matmul,
  conv_channels,
  conv_window,
  reshape,
  concat,
  permute,
  axis,
  gather,
  labels,
  rank,
  slice,
  pad,
  empty,
  window_options,
  scalar_gradient,
  integer_gradient,
  tangent,
  cotangent,
  branch,
  no_result
};
struct fault {
  graph::rule rule = rule::none;
  dims a{};
  dims b{};
  int line = 0;
};

} // namespace fluxpp::inline v0_1::graph

namespace fluxpp::inline v0_1::graph {

/// var: a handle to a node under construction, or a number not yet on a tape. What user functions compute with.
struct var {
  graph::tape* tape = nullptr;
  int id = -1;
  double number = 0;

  constexpr var() = default;
  constexpr var(double v) : number(v), numeric_(true) {}
  constexpr var(graph::tape& t, int i) : tape(&t), id(i) {}

  constexpr bool is_number() const { return tape == nullptr; }
  /// Made from nothing: neither a node nor a number (a tangent that is zero).
  constexpr bool absent() const { return tape == nullptr && !numeric_; }
  constexpr bool exists() const { return tape != nullptr; }
  constexpr int rank() const;
  constexpr dims shape() const;
  /// Extent of an axis; negative axes count from the end.
  constexpr int extent(int axis) const;
  /// A number decides a branch of the program; a value that is not known yet cannot, which is a fault.
  constexpr explicit operator bool() const;

private:
  bool numeric_ = false;
};

/// located: an operand of an operator, and the line of the source on which the operator stands.
struct located {
  var value;
  int line;
  constexpr located(var v, int at = __builtin_LINE()) : value(v), line(at) {}
  constexpr located(double v, int at = __builtin_LINE()) : value(v), line(at) {}
};

inline constexpr op_info input_op{"input", hash_of("input"), kind::input, 0,       0,       false,   false,
                                  false,   fold::none,       nullptr,     nullptr, nullptr, nullptr, nullptr};
inline constexpr op_info constant_op{
    "constant", hash_of("constant"), kind::constant, 0,       0,       false,   false,
    false,      fold::none,          nullptr,        nullptr, nullptr, nullptr, nullptr};

class tape : private interner<node> {
public:
  constexpr tape() {
    shapes_(dims{});
    attributes_(attributes{});
  }
  tape(const tape&) = delete;
  tape& operator=(const tape&) = delete;

  constexpr int push(const node& n) { return (*this)(n); }
  constexpr int intern(const dims& d) { return shapes_(d); }
  constexpr int intern(const attributes& a) { return a.size == 0 ? 0 : attributes_(a); }

  constexpr var constant(double value) {
    node n{&constant_op};
    n.value = value;
    return {*this, push(n)};
  }
  constexpr var input(const dims& shape, const leaf& l) {
    leaves_.push(l);
    node n{&input_op};
    n.shape = intern(shape);
    n.attr = leaves_.size() - 1;
    return {*this, push(n)};
  }
  /// The value of an extent, as a scalar; one leaf for each.
  constexpr var extent(int e) {
    for (const int id : extents_)
      if (leaf_of(id).index == e) return {*this, id};
    extents_.push(size());
    return input({}, {space::extent, e, false});
  }

  using interner<node>::size;
  constexpr const interner<node>& nodes() const { return *this; }
  constexpr const node& operator[](int id) const { return data_[id]; }
  /// A copy: tables move when they grow.
  constexpr dims shape_of(int id) const { return shapes_[data_[id].shape]; }
  constexpr const attributes& attributes_of(int id) const { return attributes_[data_[id].attr]; }
  constexpr const leaf& leaf_of(int id) const { return leaves_[data_[id].attr]; }
  /// The value is an index or a truth value, or a view of one.
  constexpr bool integer(int id) const {
    while (data_[id].op->kind == kind::reshape || data_[id].op->kind == kind::broadcast) id = data_[id].args[0];
    return data_[id].op == &input_op ? leaf_of(id).integer : data_[id].op->integer;
  }

  constexpr const interner<dims>& shapes() const { return shapes_; }
  constexpr const interner<attributes>& attribute_table() const { return attributes_; }
  constexpr const list<leaf>& leaves() const { return leaves_; }

  /// Records the first fault; construction goes on with whatever extents are at hand.
  constexpr void fail(rule r, const dims& a, const dims& b) {
    if (fault_.rule == rule::none) fault_ = {r, a, b, line};
  }
  constexpr const graph::fault& first_fault() const { return fault_; }

  /// Makes v an output, to be written to a place of its own or to the target.
  constexpr void output(var v, const target& to = {}) {
    outputs.push(v.id);
    targets.push(to);
  }

  graph::extent_table extents;
  list<int> outputs;
  list<target> targets; ///< per output

  /// Says on which line of the source the operation stands that is about to be recorded.
  constexpr void note(int at) {
    if (!rules) line = at;
  }
  int line = 0; ///< of the operation that is being recorded
  bool rules =
      false; ///< what is recorded are derivatives by the rules of operations, whose lines are those of their nodes

private:
  interner<dims> shapes_;
  interner<attributes> attributes_;
  list<leaf> leaves_;
  list<int> extents_; ///< nodes that stand for extents
  graph::fault fault_;
};

constexpr dims var::shape() const { return is_number() ? dims{} : tape->shape_of(id); }
constexpr int var::rank() const { return shape().rank; }
constexpr var::operator bool() const {
  if (is_number()) return number != 0;
  tape->fail(rule::branch, shape(), {});
  return false;
}
constexpr int var::extent(int axis) const { return shape()[axis < 0 ? axis + rank() : axis]; }

/// at_line(x, line): the tape of x; an operation written on this line of the source is about to be recorded.
constexpr tape& at_line(var x, int line) {
  if (x.tape == nullptr) throw value_error("operation", "it needs an argument of the function, not a plain number");
  x.tape->note(line);
  return *x.tape;
}

/// node_view: a node with its surroundings, as the rules of an operation see it.
struct node_view {
  graph::tape* tape;
  int id;
  graph::node node; // a copy: the tape grows while rules run

  constexpr node_view(graph::tape& t, int i) : tape(&t), id(i), node(t[i]) {}
  constexpr var result() const { return {*tape, id}; }
  constexpr var arg(int i) const { return {*tape, node.args[i]}; }
  constexpr dims shape() const { return tape->shape_of(id); }
  constexpr graph::attributes attributes() const { return tape->attribute_table()[node.attr]; }

  constexpr int attr(int i) const { return tape->attribute_table()[node.attr].value[i]; }
};

/// pullback: the cotangent of a node, and the contributions that its rule makes to the operands.
struct pullback {
  var ybar;
  bool wanted[4]{};
  var contribution[4]{};
};

/// pushforward: the tangents of a node's operands; one that does not exist is zero.
struct pushforward {
  var dx[4]{};
};

} // namespace fluxpp::inline v0_1::graph

namespace fluxpp::inline v0_1 {

using graph::node_view;
using graph::pullback;
using graph::pushforward;
using graph::var;

// What vars compute with in the library itself, where operators belong to the line of the operation that is being recorded;
// users' operators are those of graph, which know their line. ops/arithmetic.hpp defines both.
constexpr var operator+(var a, var b);
constexpr var operator-(var a, var b);
constexpr var operator*(var a, var b);
constexpr var operator/(var a, var b);
constexpr var operator-(var x);

/// Facts an operation inherits; each may be restated in the operation.
struct rule_defaults {
  static constexpr int cost = 4;
  static constexpr bool commutative = false;
  static constexpr bool integer = false;
  static constexpr bool foldable = false;
  static constexpr graph::fold fold = graph::fold::none;
};

/// kink: a point where a derivative jumps, and the slope that the operation states there.
struct kink {
  double x;
  double slope;
};

/// elementwise<N>: states forward(x...) on plain values and partials(x..., y) on any value; without partials the
/// derivative is zero wherever it exists (floor, comparisons).
template <int Arity> struct elementwise : rule_defaults {
  static constexpr auto kind = graph::kind::elementwise;
  static constexpr int arity = Arity;
};

/// linear<N>: linear in each operand; states transpose(y, ybar, i), the adjoint with respect to operand i.
template <int Arity> struct linear : rule_defaults {
  static constexpr auto kind = graph::kind::step;
  static constexpr int arity = Arity;
  static constexpr bool is_linear = true;
};

/// custom<N>: states vjp(y, ybar, i), the cotangent of operand i, and jvp(y, tangents).
template <int Arity> struct custom : rule_defaults {
  static constexpr auto kind = graph::kind::step;
  static constexpr int arity = Arity;
};

/// An elementwise operation says how to compute a value and its partial derivatives.
template <class Op> concept has_partials = requires(std::array<var, 4> x) {
  { Op::arity } -> std::convertible_to<int>;
  requires(Op::arity == 1 && requires { Op::partials(x[0], x[0]); }) ||
      (Op::arity == 2 && requires { Op::partials(x[0], x[0], x[0]); }) ||
      (Op::arity == 3 && requires { Op::partials(x[0], x[0], x[0], x[0]); });
};
/// A function of this name is there, whatever it takes.
template <class Op> concept states_partials = requires { &Op::partials; }
|| requires { &Op::template partials<var>; };
template <class Op> concept elementwise_op = Op::kind == graph::kind::elementwise&& requires { Op::name; };
template <class Op> concept linear_op = requires(const node_view& y) {
  requires Op::is_linear;
  { Op::transpose(y, var{}, 0) } -> std::same_as<var>;
};
template <class Op> concept custom_op = requires(const node_view& y, const pushforward& p) {
  { Op::vjp(y, var{}, 0) } -> std::same_as<var>;
  { Op::jvp(y, p) } -> std::same_as<var>;
};

namespace ops {
/// Found by argument-dependent look-up for the library's own operations, and only for them.
constexpr bool is_own_operation(const void*) { return true; }
} // namespace ops
template <class Op> inline constexpr bool is_builtin = requires(const Op* op) { is_own_operation(op); };
/// Where the compiled forms of a user's operation stand; completed in kernels/.
template <class Op> struct compiled_form;

namespace ops {

/// Op::f(x[0], ..., x[n-1]) for the operation's arity.
template <class Op, class V> constexpr V forward_at(const V* x) {
  if constexpr (Op::arity == 0) return Op::template forward<V>();
  if constexpr (Op::arity == 1) return Op::forward(x[0]);
  if constexpr (Op::arity == 2) return Op::forward(x[0], x[1]);
  if constexpr (Op::arity == 3) return Op::forward(x[0], x[1], x[2]);
}
template <class Op, class V> constexpr auto partials_at(const V* x, const V& y) {
  if constexpr (Op::arity == 1) return Op::partials(x[0], y);
  if constexpr (Op::arity == 2) return Op::partials(x[0], x[1], y);
  if constexpr (Op::arity == 3) return Op::partials(x[0], x[1], x[2], y);
}

template <class Op> constexpr auto partials_of(const node_view& y) {
  var x[4];
  for (int i = 0; i < Op::arity; ++i) x[i] = y.arg(i);
  return partials_at<Op>(x, y.result());
}

/// A partial stated as V(0) is structural: it records nothing.
constexpr bool is_zero(var slope) { return slope.is_number() && slope.number == 0; }

/// direction * slope; a slope of 1 or -1 needs no product.
constexpr var scaled(var direction, var slope) {
  if (!slope.is_number()) return direction * slope;
  return slope.number == 1 ? direction : slope.number == -1 ? -direction : direction * slope;
}

/// The reverse rule that follows from what the operation states.
template <class Op> constexpr void adjoint_of(const node_view& y, pullback& p) {
  if constexpr (Op::integer) {
    return;
  } else if constexpr (elementwise_op<Op>) {
    if constexpr (has_partials<Op>) {
      const auto d = partials_of<Op>(y);
      for (int i = 0; i < Op::arity; ++i)
        if (const var slope = d[static_cast<unsigned>(i)]; p.wanted[i] && !is_zero(slope))
          p.contribution[i] = scaled(p.ybar, slope);
    }
  } else if constexpr (linear_op<Op>) {
    for (int i = 0; i < Op::arity; ++i)
      if (p.wanted[i]) p.contribution[i] = Op::transpose(y, p.ybar, i);
  } else if constexpr (custom_op<Op>) {
    for (int i = 0; i < Op::arity; ++i)
      if (p.wanted[i]) p.contribution[i] = Op::vjp(y, p.ybar, i);
  }
}

/// The same operation on the same node with operand i replaced.
constexpr var with_operand(const node_view& y, int i, var x) {
  graph::node n = y.node;
  n.args[i] = x.id;
  return {*y.tape, y.tape->push(n)};
}

constexpr var plus(var a, var b) { return a.exists() ? (b.exists() ? a + b : a) : b; }

/// The forward rule that follows from what the operation states; a var that does not exist is a zero tangent.
template <class Op> constexpr var tangent_of(const node_view& y, pushforward& p) {
  var dy;
  if constexpr (Op::integer) {
    return dy;
  } else if constexpr (elementwise_op<Op>) {
    if constexpr (has_partials<Op>) {
      const auto d = partials_of<Op>(y);
      for (int i = 0; i < Op::arity; ++i)
        if (const var slope = d[static_cast<unsigned>(i)]; p.dx[i].exists() && !is_zero(slope))
          dy = plus(dy, scaled(p.dx[i], slope));
    }
  } else if constexpr (linear_op<Op>) {
    for (int i = 0; i < Op::arity; ++i)
      if (p.dx[i].exists()) dy = plus(dy, with_operand(y, i, p.dx[i]));
  } else if constexpr (custom_op<Op>) {
    dy = Op::jvp(y, p);
  }
  return dy;
}

template <class Op> constexpr int rewrite_of(graph::tape& t, const graph::node& n) { return Op::rewrite(t, n); }
template <class Op> constexpr double evaluate_at(const double* x) { return forward_at<Op>(x); }

template <class Op> constexpr graph::op_info make_facts() {
  graph::op_info i{Op::name,     hash_of(Op::name), Op::kind, Op::arity, Op::cost, Op::commutative, Op::integer,
                   Op::foldable, Op::fold,          nullptr,  nullptr,   nullptr,  nullptr,         nullptr};
  if constexpr (!is_builtin<Op>) i.custom = &compiled_form<Op>::value;
  return i;
}
/// facts<Op>: the traits of an operation in a finished program.
template <class Op> inline constexpr graph::op_info facts = make_facts<Op>();

template <class Op> constexpr graph::op_info make_info() {
  graph::op_info i = make_facts<Op>();
  i.adjoint = &adjoint_of<Op>, i.tangent = &tangent_of<Op>, i.facts = &facts<Op>;
  if constexpr (elementwise_op<Op>) i.evaluate = &evaluate_at<Op>;
  if constexpr (requires { &Op::rewrite; }) i.rewrite = &rewrite_of<Op>;
  return i;
}
/// info<Op>: the one traits object of an operation; its address is the operation's identity in a program.
template <class Op> inline constexpr graph::op_info info = make_info<Op>();

/// record(t, node): the node, after the operation's identities have been tried.
constexpr var record(graph::tape& t, graph::node n) {
  if (const int a = n.args[0]; n.op->commutative && n.args[1] < a) n.args[0] = n.args[1], n.args[1] = a;
  if (n.op->rewrite != nullptr) {
    const int simpler = n.op->rewrite(t, n);
    if (simpler >= 0) return {t, simpler};
  }
  n.line = t.line;
  return {t, t.push(n)};
}
template <class Op, class... A>
constexpr var record(graph::tape& t, const dims& shape, const graph::attributes& a, A... args) {
  graph::node n{&info<Op>, {args.id...}, t.intern(shape), t.intern(a)};
  for (int i = sizeof...(A); i < 4; ++i) n.args[i] = -1;
  return record(t, n);
}

} // namespace ops
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {

/// axes: the axes an operation acts on; negative ones count from the end; none given means all.
struct axes {
  int count = 0;
  int axis[max_rank]{};
  bool all = false;
  bool keep = false; ///< reduced axes stay, with extent 1

  constexpr axes() : all(true) {}
  template <std::same_as<int>... Index>
  constexpr axes(int first, Index... more) : count(1 + int{sizeof...(Index)}), axis{first, more...} {}
  constexpr axes kept() const {
    axes a = *this;
    a.keep = true;
    return a;
  }
  /// Bit i is set when axis i of an array of this rank is meant.
  constexpr unsigned mask(int rank) const {
    unsigned m = all ? (1u << rank) - 1 : 0;
    for (int i = 0; i < count; ++i) {
      const int a = axis[i] < 0 ? axis[i] + rank : axis[i];
      m |= a >= 0 && a < rank ? 1u << a : 1u << max_rank;
    }
    return m;
  }
};
/// all axes, kept with extent 1: fx::sum(x, fx::keep_dims).
inline constexpr axes keep_dims = axes{}.kept();

namespace ops {

/// The shape with the axes in mask set to 1, and the shape without them.
constexpr dims kept_shape(dims d, unsigned mask) {
  for (int i = 0; i < d.rank; ++i)
    if (mask >> i & 1u) d[i] = 1;
  return d;
}
constexpr dims squeezed_shape(const dims& d, unsigned mask) {
  dims out;
  for (int i = 0; i < d.rank; ++i)
    if (!(mask >> i & 1u)) out = out.with(d[i]);
  return out;
}
constexpr int element_count(graph::tape& t, const dims& d) {
  int n = 1;
  for (int i = 0; i < d.rank; ++i) n = t.extents.product(n, d[i]);
  return n;
}

constexpr var broadcast_to(var x, const dims& shape);
constexpr var sum_to(var x, const dims& shape);

/// reshape(x): the same elements in the same order under another shape; a view.
struct reshape : linear<1> {
  static constexpr auto name = "reshape";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr var apply(var x, const dims& shape) {
    return x.shape() == shape ? x : record<reshape>(*x.tape, shape, {}, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int) { return apply(ybar, y.arg(0).shape()); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::node& x = t[n.args[0]];
    if (x.op->kind == graph::kind::broadcast && t.shape_of(n.args[0]).single()) return again(t, n, x.args[0]);
    return x.op == &info<reshape> ? again(t, n, x.args[0]) : -1;
  }

private:
  static constexpr int again(graph::tape& t, graph::node n, int x) {
    n.args[0] = x;
    return t[x].shape == n.shape ? x : record(t, n).id;
  }
};

/// broadcast(x): a view of x with axes of extent 1, and missing leading axes, repeated.
struct broadcast : linear<1> {
  static constexpr auto name = "broadcast";
  static constexpr auto kind = graph::kind::broadcast;
  static constexpr var transpose(const node_view& y, var ybar, int) { return sum_to(ybar, y.arg(0).shape()); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::node& x = t[n.args[0]];
    if (x.shape == n.shape) return n.args[0];
    if (t.shapes()[n.shape].single()) return reshape::apply({t, n.args[0]}, t.shapes()[n.shape]).id;
    const bool of_scalar = x.op == &info<reshape> && t.shapes()[x.shape].single();
    if (x.op != &info<broadcast> && !of_scalar) return -1;
    graph::node direct = n;
    direct.args[0] = x.args[0];
    return record(t, direct).id;
  }
};

/// The scalar s when node id is s repeated over an array; -1 otherwise.
constexpr int scalar_factor(const graph::tape& t, int id) {
  if (t[id].op != &info<broadcast>) return -1;
  const int s = t[id].args[0];
  return t.shape_of(s).rank == 0 ? s : -1;
}

/// The reduction Op over the axes in the mask, which keep extent 1; a node of one element is a scalar.
template <class Op> constexpr var reduce(var x, unsigned mask) {
  const dims kept = kept_shape(x.shape(), mask);
  if (kept == x.shape()) return x;
  return reshape::apply(record<Op>(*x.tape, kept.single() ? dims{} : kept, graph::make_attributes(mask), x), kept);
}

/// sum(x): the sum over the axes in the mask (attribute 0), which keep extent 1.
struct sum : linear<1> {
  static constexpr auto name = "sum";
  static constexpr auto kind = graph::kind::reduction;
  static constexpr auto fold = graph::fold::sum;
  static constexpr var apply(var x, unsigned mask) { return reduce<sum>(x, mask); }
  static constexpr var transpose(const node_view& y, var ybar, int) { return broadcast_to(ybar, y.arg(0).shape()); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
};

constexpr var broadcast_to(var x, const dims& shape) {
  return x.shape() == shape ? x : record<broadcast>(*x.tape, shape, {}, x);
}

/// The adjoint of broadcasting: sums x down to a shape that broadcasts to x's shape.
constexpr var sum_to(var x, const dims& shape) {
  const dims from = x.shape();
  const int lead = from.rank - shape.rank;
  unsigned mask = 0;
  for (int i = 0; i < from.rank; ++i)
    if (i < lead || (shape[i - lead] == 1 && from[i] != 1)) mask |= 1u << i;
  return reshape::apply(sum::apply(x, mask), shape);
}

/// The number of elements folded by a mask, as a scalar.
constexpr var folded_count(graph::tape& t, const dims& d, unsigned mask) {
  int n = 1;
  for (int i = 0; i < d.rank; ++i)
    if (mask >> i & 1u) n = t.extents.product(n, d[i]);
  if (n >= 0) return t.constant(n);
  return t.extent(n);
}

} // namespace ops

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {

namespace ops {

/// The shape that both broadcast to; a number that differs is a fault, a symbol becomes a check.
constexpr dims common_shape(graph::tape& t, const dims& a, const dims& b, const char* rule) {
  dims out = a.rank >= b.rank ? a : b;
  const dims& shorter = a.rank >= b.rank ? b : a;
  const int lead = out.rank - shorter.rank;
  for (int i = 0; i < shorter.rank; ++i) {
    const int x = t.extents.resolve(out[lead + i]), y = t.extents.resolve(shorter[i]);
    if (x == y || y == 1) continue;
    if (x == 1) {
      out[lead + i] = y;
    } else if (x >= 0 && y >= 0) {
      t.fail(graph::rule::broadcast, a, b);
    } else {
      t.extents.equate(x, y, rule, t.line);
      out[lead + i] = t.extents.resolve(x);
    }
  }
  return out;
}

constexpr int without_broadcast(const graph::tape& t, int id) {
  return t[id].op == &info<broadcast> ? t[id].args[0] : id;
}

/// Whether an operation is exact arithmetic on constants, and its value then.
constexpr bool folds(const graph::tape& t, const graph::node& n) {
  if (!n.op->foldable) return false;
  for (int i = 0; i < n.op->arity; ++i)
    if (t[n.args[i]].op != &graph::constant_op) return false;
  return true;
}
constexpr var folded(graph::tape& t, const graph::node& n) {
  double v[4]{};
  for (int i = 0; i < n.op->arity; ++i) v[i] = t[n.args[i]].value;
  return t.constant(n.op->evaluate(v));
}

/// record_alike(t, n, mixed): a node whose operands are scalars or have its shape; mixed when there are both.
constexpr var record_alike(graph::tape& t, graph::node& n, bool mixed) {
  if (mixed && n.shape != 0)
    for (int i = 0; i < n.op->arity; ++i)
      if (t[n.args[i]].shape != n.shape) n.args[i] = record(t, {&info<broadcast>, {n.args[i], -1, -1, -1}, n.shape}).id;
  return n.shape == 0 && folds(t, n) ? folded(t, n) : record(t, n);
}

/// Kinds of operands as bits, and one for scalars of any kind.
inline constexpr unsigned elementwise_bit = 1u << static_cast<int>(graph::kind::elementwise);
inline constexpr unsigned broadcast_bit = 1u << static_cast<int>(graph::kind::broadcast);
inline constexpr unsigned scalar_bit = 1u << 31;

/// An elementwise node: operands are broadcast to their common shape; what is the same for a whole axis is
/// computed once and then broadcast.
constexpr var record_elementwise(graph::tape& t, const graph::op_info& op, var* x) {
  graph::node n{&op};
  unsigned met = 0; // the kinds of the operands, as bits
  bool alike = true;
  for (int i = 0; i < op.arity; ++i) {
    if (x[i].tape == nullptr) x[i] = t.constant(x[i].number);
    n.args[i] = x[i].id;
    const graph::node& a = t[x[i].id];
    met |= a.shape == 0 ? scalar_bit : 1u << static_cast<int>(a.op->kind);
    if (a.shape == 0) continue;
    alike = alike && (n.shape == 0 || a.shape == n.shape);
    n.shape = a.shape;
  }
  // An array, and not of a single element: these are computed as scalars.
  const bool array =
      (met & elementwise_bit) != 0 || ((met & ~(scalar_bit | broadcast_bit)) != 0 && !t.shapes()[n.shape].single());
  if (n.shape == 0 || (alike && array)) return record_alike(t, n, (met & scalar_bit) != 0);
  dims shape, inner;
  int base[4]{};
  for (int i = 0; i < op.arity; ++i) {
    base[i] = without_broadcast(t, x[i].id);
    shape = common_shape(t, shape, x[i].shape(), op.name);
    inner = common_shape(t, inner, t.shape_of(base[i]), op.name);
  }
  const bool hoist = !(inner == shape) || inner.single();
  if (inner.single()) inner = {};
  for (int i = 0; i < op.arity; ++i) {
    const var operand = hoist ? var(t, base[i]) : x[i];
    n.args[i] = (inner.rank == 0 ? reshape::apply(operand, {}) : broadcast_to(operand, inner)).id;
  }
  if (folds(t, n)) return broadcast_to(folded(t, n), shape);
  n.shape = t.intern(inner);
  return broadcast_to(record(t, n), shape);
}

} // namespace ops

/// partials_requirement<Op>: a derivative with a slip in what it takes is no operation without derivative.
template <class Op> struct partials_requirement {
  static constexpr bool fits = !elementwise_op<Op> || has_partials<Op> || !states_partials<Op>;
  static_assert(fits, "fluxpp::elementwise<N>: partials(x..., y) must take the operands and then the value");
};

/// operation<Op>: calls an elementwise operation on numbers, on dual numbers, or records it on the tape of its vars.
template <class Op> struct operation {
  static_assert(
      elementwise_op<Op> || linear_op<Op> || custom_op<Op>,
      "fluxpp::operation<Op>: Op must derive from fx::elementwise<N> (name, forward, partials), fx::linear<N> "
      "(name, shape, transpose) or fx::custom<N> (name, shape, forward, jvp, vjp): see docs/adding_an_op.md");
  static_assert(sizeof(partials_requirement<Op>) > 0);
  using op = Op;

  constexpr var operator()(var x, int line = __builtin_LINE()) const requires(Op::arity == 1) { return named(line, x); }
  constexpr var operator()(var x, var y, int line = __builtin_LINE()) const requires(Op::arity == 2) {
    return named(line, x, y);
  }
  constexpr var operator()(var x, var y, var z, int line = __builtin_LINE()) const requires(Op::arity == 3) {
    return named(line, x, y, z);
  }
  template <std::floating_point V, std::same_as<V>... More>
  requires(elementwise_op<Op>&& Op::arity == 1 + sizeof...(More)) constexpr V operator()(V x, More... more) const {
    return Op::forward(x, more...);
  }
  /// Any other value type (dual numbers) brings its own rule, found in its namespace.
  template <class V, class... More>
  requires(elementwise_op<Op>&& Op::arity == 1 + sizeof...(More) &&
           requires(const V& x, const More&... more) { apply_operation(Op{}, x, more...); }) constexpr auto
  operator()(const V& x, const More&... more) const {
    return apply_operation(Op{}, x, more...);
  }

  /// The operation as an operator of the library, on the line of the operation that is being recorded.
  template <class... X> static constexpr var unnamed(X... x) {
    graph::tape* t = nullptr;
    ((t = x.tape != nullptr ? x.tape : t), ...);
    if (t == nullptr) {
      double v[]{x.number...};
      return var(ops::info<Op>.evaluate(v));
    }
    if constexpr (elementwise_op<Op>) {
      var args[]{x...};
      return ops::record_elementwise(*t, ops::info<Op>, args);
    } else {
      return ops::record<Op>(*t, Op::shape(x.shape()...), {}, x...);
    }
  }

private:
  template <class... X> static constexpr var named(int line, X... x) {
    ((x.tape != nullptr ? x.tape->note(line) : void()), ...);
    return unnamed(x...);
  }
};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// constant_at(t, id): the number that node id is or repeats; nullptr when it is none.
constexpr const double* constant_at(const graph::tape& t, int id) {
  const graph::node* n = &t[id];
  if (n->op->kind == graph::kind::broadcast) n = &t[n->args[0]];
  return n->op == &graph::constant_op ? &n->value : nullptr;
}
constexpr bool is_constant(const graph::tape& t, int id, double v) {
  const double* const k = constant_at(t, id);
  return k != nullptr && *k == v;
}

/// a + b, elementwise.
/// accuracy 0.5 ulp
struct add : elementwise<2> {
  static constexpr auto name = "add";
  static constexpr int cost = 1;
  static constexpr bool commutative = true, foldable = true;
  template <class V> static constexpr V forward(V a, V b) { return a + b; }
  template <class V> static constexpr std::array<V, 2> partials(V, V, V) { return {V(1), V(1)}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 3.0}};
  static constexpr double max_ulp = 0.5;
};

/// a - b, elementwise.
/// accuracy 0.5 ulp
struct sub : elementwise<2> {
  static constexpr auto name = "sub";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V a, V b) { return a - b; }
  template <class V> static constexpr std::array<V, 2> partials(V, V, V) { return {V(1), V(-1)}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 3.0}};
  static constexpr double max_ulp = 0.5;
};

/// a * b, elementwise. Scalar factors move outwards, so that loops multiply by one scalar at most; a product of scalar
/// factors overflows where it would not if each met the array first.
/// accuracy 0.5 ulp
struct mul : elementwise<2> {
  static constexpr auto name = "mul";
  static constexpr int cost = 1;
  static constexpr bool commutative = true, foldable = true;
  template <class V> static constexpr V forward(V a, V b) { return a * b; }
  template <class V> static constexpr std::array<V, 2> partials(V a, V b, V) { return {b, a}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 3.0}};
  static constexpr double max_ulp = 0.5;
};

/// a / b, elementwise. Division of an array by a scalar is multiplication by its reciprocal, which overflows where 1 / b
/// does (|b| below 3e-39 in float, 6e-309 in double).
/// accuracy 0.5 ulp; 1 ulp when b is a scalar and a is not
struct div : elementwise<2> {
  static constexpr auto name = "div";
  static constexpr bool foldable = false; // 1 / 0 is no constant expression
  template <class V> static constexpr V forward(V a, V b) { return a / b; }
  template <class V> static constexpr std::array<V, 2> partials(V, V b, V y) {
    V r = 1 / b;
    return {r, -y * r};
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 3.0}};
  static constexpr double max_ulp = 1;
};

/// -x, elementwise.
/// accuracy exact
struct neg : elementwise<1> {
  static constexpr auto name = "neg";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) { return -x; }
  template <class V> static constexpr std::array<V, 1> partials(V, V) { return {V(-1)}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
  static constexpr std::array samples{-2.0, 1.5};
  static constexpr double max_ulp = 0;
};

} // namespace ops

inline constexpr operation<ops::add> add{};
inline constexpr operation<ops::sub> sub{};
inline constexpr operation<ops::mul> mul{};
inline constexpr operation<ops::div> div{};
inline constexpr operation<ops::neg> neg{};

constexpr var operator+(var a, var b) { return operation<ops::add>::unnamed(a, b); }
constexpr var operator-(var a, var b) { return operation<ops::sub>::unnamed(a, b); }
constexpr var operator*(var a, var b) { return operation<ops::mul>::unnamed(a, b); }
constexpr var operator/(var a, var b) { return operation<ops::div>::unnamed(a, b); }
constexpr var operator-(var x) { return operation<ops::neg>::unnamed(x); }

namespace graph {
constexpr var operator+(located a, located b) { return fluxpp::add(a.value, b.value, a.line); }
constexpr var operator-(located a, located b) { return fluxpp::sub(a.value, b.value, a.line); }
constexpr var operator*(located a, located b) { return fluxpp::mul(a.value, b.value, a.line); }
constexpr var operator/(located a, located b) { return fluxpp::div(a.value, b.value, a.line); }
constexpr var operator-(located x) { return fluxpp::neg(x.value, x.line); }
} // namespace graph

namespace ops {

/// No identity looks at such an operand: it is computed, and not by neg or mul.
constexpr bool is_opaque(const graph::op_info* op) {
  return op->kind == graph::kind::elementwise && op != &info<neg> && op != &info<mul>;
}

constexpr int add::rewrite(graph::tape& t, const graph::node& n) {
  const int a = n.args[0], b = n.args[1];
  if (a == b) return (var(2.0) * var(t, a)).id;
  if (is_opaque(t[a].op) && is_opaque(t[b].op)) return -1;
  if (is_constant(t, a, 0)) return b;
  if (is_constant(t, b, 0)) return a;
  if (t[b].op == &info<neg>) return (var(t, a) - var(t, t[b].args[0])).id;
  if (t[a].op == &info<neg>) return (var(t, b) - var(t, t[a].args[0])).id;
  return -1;
}
constexpr int sub::rewrite(graph::tape& t, const graph::node& n) {
  const int a = n.args[0], b = n.args[1];
  if (is_constant(t, b, 0)) return a;
  if (is_constant(t, a, 0)) return (-var(t, b)).id;
  if (t[b].op == &info<neg>) return (var(t, a) + var(t, t[b].args[0])).id;
  return -1;
}
constexpr int mul::rewrite(graph::tape& t, const graph::node& n) {
  for (int i = 0; i < 2; ++i) {
    const int a = n.args[i], b = n.args[1 - i];
    const graph::node& x = t[a];
    if (is_opaque(x.op)) continue;
    if (x.op == &info<neg>) return (-(var(t, x.args[0]) * var(t, b))).id;
    if (x.op != &info<mul>) {
      if (is_constant(t, a, 1)) return b;
      if (is_constant(t, a, -1)) return (-var(t, b)).id;
      continue;
    }
    const int scalar = scalar_factor(t, x.args[0]) >= 0 ? 0 : scalar_factor(t, x.args[1]) >= 0 ? 1 : -1;
    if (scalar < 0) continue;
    const var k(t, x.args[scalar]), rest(t, x.args[1 - scalar]), other(t, b);
    return scalar_factor(t, b) >= 0 ? ((k * other) * rest).id : (k * (rest * other)).id;
  }
  return -1;
}
constexpr int div::rewrite(graph::tape& t, const graph::node& n) {
  const int a = n.args[0], b = n.args[1];
  if (is_constant(t, b, 1)) return a;
  if (t[a].op == &info<neg>) return (-(var(t, t[a].args[0]) / var(t, b))).id;
  if (t.shape_of(b).rank > 0 && scalar_factor(t, b) >= 0) return (var(t, a) * (var(1.0) / var(t, b))).id;
  return -1;
}
constexpr int neg::rewrite(graph::tape& t, const graph::node& n) {
  const graph::node x = t[n.args[0]]; // a copy: the tape grows
  if (x.op == &info<neg>) return x.args[0];
  if (x.op == &info<sub>) return (var(t, x.args[1]) - var(t, x.args[0])).id;
  if (x.op == &info<mul>)
    for (int i = 0; i < 2; ++i)
      if (scalar_factor(t, x.args[i]) >= 0) return (-var(t, x.args[i]) * var(t, x.args[1 - i])).id;
  return -1;
}

/// A product with a scalar factor, which a sum takes outwards.
constexpr bool is_scaled(const graph::tape& t, int id) {
  const graph::node& n = t[id];
  return n.op == &info<mul> && (scalar_factor(t, n.args[0]) >= 0 || scalar_factor(t, n.args[1]) >= 0);
}
constexpr int sum::rewrite(graph::tape& t, const graph::node& n) {
  const graph::node x = t[n.args[0]];
  const unsigned mask = static_cast<unsigned>(t.attribute_table()[n.attr].value[0]);
  const dims shape = t.shapes()[n.shape];
  if (const int s = scalar_factor(t, n.args[0]); s >= 0) {
    const var count = folded_count(t, t.shape_of(n.args[0]), mask);
    return broadcast_to(var(t, s) * count, shape).id;
  }
  if (x.op == &info<neg>) return (-reshape::apply(sum::apply({t, x.args[0]}, mask), shape)).id;
  if (x.op == &info<add> || x.op == &info<sub>)
    for (int i = 0; i < 2; ++i)
      if (scalar_factor(t, x.args[i]) >= 0 && is_scaled(t, x.args[1 - i])) {
        const var a = sum::apply({t, x.args[0]}, mask), b = sum::apply({t, x.args[1]}, mask);
        return reshape::apply(x.op == &info<add> ? a + b : a - b, shape).id;
      }
  if (x.op == &info<mul>)
    for (int i = 0; i < 2; ++i)
      if (const int s = scalar_factor(t, x.args[i]); s >= 0)
        return (var(t, s) * reshape::apply(sum::apply({t, x.args[1 - i]}, mask), shape)).id;
  return -1;
}

} // namespace ops
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::autodiff {

/// depends[i] is true when node i is reached from one of the vars in x; the sweep stops at them.
constexpr list<bool> reached_from(const graph::tape& t, int last, const list<var>& x) {
  list<bool> depends;
  depends.assign(last + 1, false);
  for (const var& v : x)
    if (v.id <= last) depends[v.id] = true;
  for (int id = 0; id <= last; ++id) {
    const graph::node& n = t[id];
    if (n.op->integer) continue;
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0 && depends[n.args[i]]) depends[id] = true;
  }
  return depends;
}

/// A direction with the shape that it must have; one that differs is a fault, one with other names is checked at the call.
constexpr var direction(var v, const dims& shape, const char* rule, graph::rule fault) {
  graph::tape& t = *v.tape;
  const dims given = v.shape();
  bool fits = given.rank <= shape.rank;
  for (int i = 1; fits && i <= given.rank; ++i) {
    const int is = t.extents.resolve(given[given.rank - i]), must_be = t.extents.resolve(shape[shape.rank - i]);
    if (is == 1 || is == must_be) continue;
    if (is >= 0 && must_be >= 0) fits = false;
    else t.extents.equate(must_be, is, rule, t.line);
  }
  if (!fits) t.fail(fault, shape, given);
  return ops::broadcast_to(fits ? v : t.constant(0), shape);
}

/// A zero with the shape of x.
constexpr var zeros_like(var x) { return ops::broadcast_to(x.tape->constant(0), x.shape()); }

/// adjoint(t, y, ybar, x): the cotangents of the vars in x, given the cotangent of y.
/// One that y does not reach is a zero of x's shape.
/// source   Griewank & Walther 2008, Evaluating Derivatives, chapter 3
constexpr list<var> adjoint(graph::tape& t, var y, var ybar, const list<var>& x) {
  const list<bool> depends = reached_from(t, y.id, x);
  list<int> bar;
  bar.assign(y.id + 1, -1);
  list<bool> wanted_here;
  wanted_here.assign(y.id + 1, false);
  for (const var& v : x)
    if (v.id <= y.id) wanted_here[v.id] = true;
  bar[y.id] = direction(ybar, y.shape(), "vjp", graph::rule::cotangent).id;
  const bool among_rules = std::exchange(t.rules, true);
  for (int id = y.id; id >= 0; --id) {
    if (bar[id] < 0 || !depends[id] || wanted_here[id] || t[id].op->adjoint == nullptr) continue;
    t.line = t[id].line;
    const graph::node_view node(t, id);
    graph::pullback p{{t, bar[id]}};
    for (int i = 0; i < node.node.op->arity; ++i) p.wanted[i] = node.node.args[i] >= 0 && depends[node.node.args[i]];
    node.node.op->adjoint(node, p);
    for (int i = 0; i < node.node.op->arity; ++i) {
      var c = p.contribution[i];
      if (!p.wanted[i] || !(c.exists() || c.number != 0)) continue;
      int& sum = bar[node.node.args[i]];
      sum = sum < 0 ? c.id : (c + var(t, sum)).id;
    }
  }
  t.rules = among_rules;
  list<var> xbar;
  for (const var& v : x) xbar.push(v.id <= y.id && bar[v.id] >= 0 ? var(t, bar[v.id]) : zeros_like(v));
  return xbar;
}

} // namespace fluxpp::inline v0_1::autodiff

// dual<T, N>: a number with its derivatives along N directions, for ordinary templates.
// The list of operations: to be tested, planned and run, an operation stands here.
// abs and sign: the magnitude, and its slope.

namespace fluxpp::inline v0_1 {
namespace ops {

/// sign(x): -1, 0 or 1, elementwise; zeros keep their sign, NaN stays NaN.
/// grad     0 everywhere
/// accuracy exact
struct sign : elementwise<1> {
  static constexpr auto name = "sign";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    return select(x > V(0), V(1), select(x < V(0), V(-1), x));
  }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::sign> sign{};
namespace ops {

/// abs(x): the magnitude of x, elementwise.
/// grad     sign(x); grad at 0 is 0
/// accuracy exact
struct abs : elementwise<1> {
  static constexpr auto name = "abs";
  static constexpr int cost = 1;
  template <class V> static constexpr V forward(V x) {
    using std::abs;
    return abs(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {fluxpp::sign(x)}; }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr std::array kinks{kink{0.0, 0.0}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::abs> abs{};
} // namespace fluxpp::inline v0_1

// acos: the inverse cosine.
// rsqrt: the reciprocal square root.

namespace fluxpp::inline v0_1 {
namespace ops {

/// rsqrt(x): one over the square root of x, elementwise; infinity at 0, NaN below.
/// accuracy 2 ulp
struct rsqrt : elementwise<1> {
  static constexpr auto name = "rsqrt";
  static constexpr double domain[2]{1e-30, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::sqrt;
    return V(1) / sqrt(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(-0.5) * y * y * y}; }
  static constexpr std::array samples{0.25, 1.0, 2.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::rsqrt> rsqrt{};
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// acos(x): the angle in [0, pi] whose cosine is x, elementwise; NaN outside [-1, 1].
/// grad     -1 / sqrt(1 - x^2); grad at -1 and 1 is -infinity
/// accuracy 4 ulp
/// units    radians
struct acos : elementwise<1> {
  static constexpr auto name = "acos";
  static constexpr double domain[2]{-1, 1};
  template <class V> static constexpr V forward(V x) {
    using std::acos;
    return acos(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {-fluxpp::rsqrt((V(1) - x) * (V(1) + x))};
  }
  static constexpr std::array samples{-0.75, -0.25, 0.0, 0.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::acos> acos{};
} // namespace fluxpp::inline v0_1

// argmax, argmin: where the first largest and smallest elements are.
// What all reductions share: which axes are meant, that they are not empty, and whether they stay with extent 1.

namespace fluxpp::inline v0_1::ops {

/// checked_mask(x, over): the axes of x that are meant, as bits; one that x lacks is a fault.
constexpr unsigned checked_mask(var x, const axes& over) {
  constexpr unsigned lacking = 1u << max_rank;
  const unsigned mask = over.mask(x.rank());
  if ((mask & lacking) == 0) return mask;
  dims given;
  for (int i = 0; i < over.count; ++i) given = given.with(over.axis[i]);
  x.tape->fail(graph::rule::axis, x.shape(), given);
  return (1u << (over.count < x.rank() ? over.count : x.rank())) -
         1; // as many axes, so that the result has the rank meant
}

/// checked_axis(x, axis): the axis, counted from the front; one that x lacks is a fault.
constexpr int checked_axis(var x, int axis) {
  const int a = axis < 0 ? axis + x.rank() : axis;
  if (a >= 0 && a < x.rank()) return a;
  x.tape->fail(graph::rule::axis, x.shape(), make_dims(axis));
  return 0;
}

/// Every axis in the mask must have an element: reductions without a neutral element need one.
constexpr void require_elements(var x, unsigned mask, const char* rule) {
  graph::extent_table& extents = x.tape->extents;
  for (int i = 0; i < x.rank(); ++i) {
    if (!(mask >> i & 1u)) continue;
    const int e = extents.resolve(x.shape()[i]);
    if (e == 0) x.tape->fail(graph::rule::empty, x.shape(), make_dims(i));
    if (e < 0) extents.require_at_least(e, 1, rule, x.tape->line);
  }
}

/// y without the reduced axes, unless they are kept.
constexpr var squeezed(var y, unsigned mask, const axes& over) {
  return over.keep ? y : reshape::apply(y, squeezed_shape(y.shape(), mask));
}

/// fold<Op>: a reduction node over the axes in the mask, which keep extent 1; x itself where there is nothing to fold.
template <class Op> constexpr var fold(var x, unsigned mask) {
  const dims shape = kept_shape(x.shape(), mask);
  return shape == x.shape() ? x : record<Op>(*x.tape, shape, graph::make_attributes(mask), x);
}

/// reduction<Op, Nonempty>: the function object of a reduction: f(x), f(x, 1), f(x, {0, 2}), f(x, fx::keep_dims).
template <class Op, bool Nonempty> struct reduction {
  constexpr var operator()(var x, axes over = {}, int line = __builtin_LINE()) const {
    if (x.is_number()) return x;
    graph::at_line(x, line);
    const unsigned mask = checked_mask(x, over);
    if constexpr (Nonempty) require_elements(x, mask, Op::name);
    return squeezed(Op::apply(x, mask), mask, over);
  }
};

} // namespace fluxpp::inline v0_1::ops

namespace fluxpp::inline v0_1 {
namespace ops {

/// arg_extremum(x): positions along axis (attribute 0), which keeps extent 1, of the first largest (attribute 1 = 0)
/// or smallest (1) elements.
struct arg_extremum : custom<1> {
  static constexpr auto name = "arg_extremum";
  static constexpr bool integer = true;
  static constexpr var apply(var x, int axis, bool smallest) {
    return record<arg_extremum>(*x.tape, kept_shape(x.shape(), 1u << axis), graph::make_attributes(axis, smallest), x);
  }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

template <bool Smallest> struct arg_reduction {
  static constexpr auto name = Smallest ? "argmin" : "argmax";

  constexpr var operator()(var x, axes over = {}, int line = __builtin_LINE()) const {
    if (x.is_number()) return 0.0;
    graph::at_line(x, line);
    if (over.all) return over_all(x, over.keep);
    const int axis = checked_axis(x, over.count == 1 ? over.axis[0] : max_rank);
    require_elements(x, 1u << axis, name);
    return squeezed(arg_extremum::apply(x, axis, Smallest), 1u << axis, over);
  }

private:
  /// The index in row-major order.
  static constexpr var over_all(var x, bool keep) {
    require_elements(x, ~0u, name);
    const var flat = reshape::apply(x, make_dims(element_count(*x.tape, x.shape())));
    return reshape::apply(arg_extremum::apply(flat, 0, Smallest), keep ? kept_shape(x.shape(), ~0u) : dims{});
  }
};

} // namespace ops

/// argmax(x, axis): the index of the first largest element along an axis, or in the whole array when none is given.
/// shapes   x [a, b, c], axis 1 -> [a, c]
/// grad     none: an index
/// errors   compile: x lacks the axis, the axis is empty; run: a named axis is empty (shape_error), it has more elements
///          than the program's type counts, 2^24 in float (value_error)
inline constexpr ops::arg_reduction<false> argmax{};

/// argmin(x, axis): the index of the first smallest element along an axis, or in the whole array when none is given.
/// shapes   as argmax
/// grad     none: an index
/// errors   as argmax
inline constexpr ops::arg_reduction<true> argmin{};

} // namespace fluxpp::inline v0_1

// asin: the inverse sine.

namespace fluxpp::inline v0_1 {
namespace ops {

/// asin(x): the angle in [-pi/2, pi/2] whose sine is x, elementwise; NaN outside [-1, 1].
/// grad     1 / sqrt(1 - x^2); grad at -1 and 1 is infinity
/// accuracy 4 ulp
/// units    radians
struct asin : elementwise<1> {
  static constexpr auto name = "asin";
  static constexpr double domain[2]{-1, 1};
  template <class V> static constexpr V forward(V x) {
    using std::asin;
    return asin(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {fluxpp::rsqrt((V(1) - x) * (V(1) + x))};
  }
  static constexpr std::array samples{-0.75, -0.25, 0.0, 0.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::asin> asin{};
} // namespace fluxpp::inline v0_1

// atan: the inverse tangent.

namespace fluxpp::inline v0_1 {
namespace ops {

/// atan(x): the angle in [-pi/2, pi/2] whose tangent is x, elementwise.
/// accuracy 4 ulp
/// units    radians
struct atan : elementwise<1> {
  static constexpr auto name = "atan";
  template <class V> static constexpr V forward(V x) {
    using std::atan;
    return atan(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(1) / (V(1) + x * x)}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::atan> atan{};
} // namespace fluxpp::inline v0_1

// atan2: the angle of a point in the plane.
// select: a choice between two values.
// less, less_equal, greater, greater_equal, equal, not_equal: comparisons, 1 where they hold and 0 elsewhere.

namespace fluxpp::inline v0_1 {
namespace ops {

/// What the comparisons share: no derivative, exact.
struct comparison : elementwise<2> {
  static constexpr int cost = 1;
  static constexpr bool integer = true, foldable = true;
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{1.5, 1.5}, std::array{3.0, 1.5}};
  static constexpr double max_ulp = 0;
};

/// less(a, b): 1 where a < b, else 0; a NaN is less than nothing. Also written a < b.
struct less : comparison {
  static constexpr auto name = "less";
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a < b, V(1), V(0));
  }
};

/// less_equal(a, b): 1 where a <= b, else 0. Also written a <= b.
struct less_equal : comparison {
  static constexpr auto name = "less_equal";
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a <= b, V(1), V(0));
  }
};

/// greater(a, b): 1 where a > b, else 0. Also written a > b.
struct greater : comparison {
  static constexpr auto name = "greater";
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a > b, V(1), V(0));
  }
};

/// greater_equal(a, b): 1 where a >= b, else 0. Also written a >= b.
struct greater_equal : comparison {
  static constexpr auto name = "greater_equal";
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a >= b, V(1), V(0));
  }
};

/// equal(a, b): 1 where a and b are equal, else 0; NaN equals nothing.
struct equal : comparison {
  static constexpr auto name = "equal";
  static constexpr bool commutative = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a == b, V(1), V(0));
  }
};

/// not_equal(a, b): 1 where a and b differ, else 0; NaN differs from everything.
struct not_equal : comparison {
  static constexpr auto name = "not_equal";
  static constexpr bool commutative = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select(a != b, V(1), V(0));
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
};

constexpr bool is_comparison(const graph::op_info* op) {
  return op == &info<less> || op == &info<less_equal> || op == &info<greater> || op == &info<greater_equal> ||
         op == &info<equal> || op == &info<not_equal>;
}
constexpr int not_equal::rewrite(graph::tape& t, const graph::node& n) {
  for (int i = 0; i < 2; ++i)
    if (is_constant(t, n.args[1 - i], 0) && is_comparison(t[n.args[i]].op)) return n.args[i];
  return -1;
}

} // namespace ops
inline constexpr operation<ops::less> less{};
inline constexpr operation<ops::less_equal> less_equal{};
inline constexpr operation<ops::greater> greater{};
inline constexpr operation<ops::greater_equal> greater_equal{};
inline constexpr operation<ops::equal> equal{};
inline constexpr operation<ops::not_equal> not_equal{};

namespace graph {
constexpr var operator<(located a, located b) { return fluxpp::less(a.value, b.value, a.line); }
constexpr var operator<=(located a, located b) { return fluxpp::less_equal(a.value, b.value, a.line); }
constexpr var operator>(located a, located b) { return fluxpp::greater(a.value, b.value, a.line); }
constexpr var operator>=(located a, located b) { return fluxpp::greater_equal(a.value, b.value, a.line); }
} // namespace graph
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// select(c, a, b): a where c is not 0, else b, elementwise; a NaN in c chooses a.
/// grad     in a where c is not 0, in b elsewhere, none in c
/// accuracy exact
struct select : elementwise<3> {
  static constexpr auto name = "select";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V c, V a, V b) {
    using scalar::select;
    return select(c != V(0), a, b);
  }
  template <class V> static constexpr std::array<V, 3> partials(V c, V, V, V) {
    const V first = fluxpp::not_equal(c, V(0));
    return {V(0), first, V(1) - first};
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    if (n.args[1] == n.args[2]) return n.args[1];
    const graph::node& c = t[without_broadcast(t, n.args[0])];
    return c.op == &graph::constant_op ? n.args[c.value != 0 ? 1 : 2] : -1;
  }
  static constexpr std::array samples{std::array{0.0, 2.0, -0.5}, std::array{1.0, 2.0, -0.5}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::select> select{};
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// atan2(y, x): the angle in [-pi, pi] of the point (x, y), elementwise.
/// grad     x / (x^2 + y^2) in y, -y / (x^2 + y^2) in x; grad at (0, 0) is 0
/// accuracy 4 ulp
/// units    radians
struct atan2 : elementwise<2> {
  static constexpr auto name = "atan2";
  template <class V> static constexpr V forward(V y, V x) {
    using std::atan2;
    return atan2(y, x);
  }
  template <class V> static constexpr std::array<V, 2> partials(V y, V x, V) {
    const V r2 = x * x + y * y;
    const V inverse = V(1) / fluxpp::select(r2, r2, V(1));
    return {x * inverse, -y * inverse};
  }
  static constexpr std::array samples{std::array{1.0, 2.0}, std::array{-1.5, 0.5}, std::array{2.0, -1.0},
                                      std::array{-0.5, -2.0}};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::atan2> atan2{};
} // namespace fluxpp::inline v0_1

// avg_pool2d, adaptive_avg_pool2d: the mean under each window of an image.
// mean: the arithmetic mean over axes.
// sum: the function a user calls; the operation stands beside its adjoint in broadcast.hpp.

namespace fluxpp::inline v0_1 {

/// sum(x, axes): the sum over axes; over all of them when none are given; 0 over none.
/// shapes   x [a, b, c], axes {0, 2} -> [b]; with axes{0, 2}.kept() [1, b, 1]
/// grad     ybar, repeated over the axes
/// errors   compile: x lacks an axis
/// accuracy evaluators sum pairwise or in double: error far below n ulp of sum |x|
/// example  examples/01_gradient.cpp
inline constexpr ops::reduction<ops::sum, false> sum{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// 1 / (n - correction) for the number n of elements that a mask folds; NaN when nothing is left.
constexpr var reciprocal_count(var x, unsigned mask, double correction = 0) {
  const var n = folded_count(*x.tape, x.shape(), mask);
  const graph::node& count = (*x.tape)[n.id];
  if (count.op != &graph::constant_op) return var(1.0) / (n - var(correction));
  const double left = count.value - correction;
  return left != 0 ? 1 / left : std::numeric_limits<double>::quiet_NaN();
}

/// mean(x): sum(x) / n over the axes in a mask.
struct mean {
  static constexpr auto name = "mean";
  static constexpr var apply(var x, unsigned mask) {
    return mask == 0 ? x : sum::apply(x, mask) * reciprocal_count(x, mask);
  }
};

} // namespace ops

/// mean(x, axes): the arithmetic mean over axes; over all of them when none are given.
/// shapes   as sum
/// grad     ybar / n, repeated over the axes
/// errors   compile: x lacks an axis, an axis is empty; run: a named axis is empty (shape_error)
/// example  examples/01_gradient.cpp
inline constexpr ops::reduction<ops::mean, true> mean{};

} // namespace fluxpp::inline v0_1

// What the pools share: their options, attributes and shapes.
// How convolutions and pools cover an image: strides, paddings, dilations, and the extents that follow.

namespace fluxpp::inline v0_1 {

/// per_axis: a number for rows and one for columns; one number stands for both.
struct per_axis {
  int rows, columns;
  constexpr per_axis(int both) : rows(both), columns(both) {}
  constexpr per_axis(int r, int c) : rows(r), columns(c) {}
};

/// padding: what is added to an image: on all sides, {rows, columns} on both sides, or {top, bottom, left, right}.
struct padding {
  int top, bottom, left, right;
  constexpr padding(int all) : padding(all, all) {}
  constexpr padding(int rows, int columns) : padding(rows, rows, columns, columns) {}
  constexpr padding(int t, int b, int l, int r) : top(t), bottom(b), left(l), right(r) {}
};

namespace ops {

/// window_axis: how one axis is covered; the size may be a named extent.
struct window_axis {
  int size = 1, stride = 1, before = 0, after = 0, dilation = 1;
  bool same = false;    ///< as many outputs as strides begin in the axis; the paddings follow from its extent
  bool ceiling = false; ///< a last window may reach beyond the padding, if it begins before it

  constexpr bool legal() const { return size != 0 && stride > 0 && dilation > 0; }

  /// From the first element under a window to the end of the last.
  constexpr int reach(graph::extent_table& t) const { return t.shifted(t.product(size, dilation), 1 - dilation); }

  /// The number of windows in an extent that is large enough. With `ceiling` the last may begin anywhere inside.
  constexpr int count(graph::extent_table& t, int in) const {
    if (same) return t.quotient(t.shifted(in, stride - 1), stride);
    const int most = before - 1, reached = reach(t);
    int room = t.difference(t.shifted(in, before + after), reached);
    if (ceiling) {
      const int beyond = before + after - reached + stride - 1;
      room = t.shifted(in, beyond < most ? beyond : most);
    }
    return t.shifted(t.quotient(room, stride), 1);
  }
};

/// The number of windows along an axis; fewer than one is a fault or a check.
/// source   Dumoulin & Visin 2016, arXiv:1603.07285
constexpr int window_count(graph::tape& t, int in, const window_axis& w, const dims& x, const dims& windows) {
  if (!w.legal()) {
    t.fail(graph::rule::window_options, x, windows);
    return in;
  }
  const int padded = t.extents.shifted(in, w.before + w.after), reach = w.reach(t.extents);
  const bool fixed = padded >= 0 && reach >= 0;
  if (!w.same && fixed && padded < reach) {
    t.fail(graph::rule::conv_window, x, windows);
    return in;
  }
  if (!w.same && !fixed) t.extents.require_at_least(padded, reach, "window", t.line);
  return w.count(t.extents, in);
}

} // namespace ops
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {

/// pool_options: fx::max_pool2d(x, {.size = 3, .stride = 2}).
struct pool_options {
  per_axis size = 2;
  per_axis stride = 0;        ///< 0: as size
  padding pad = 0;            ///< of -infinity for the maximum; see count_padding for the mean
  bool same = false;          ///< as in conv_options
  bool ceiling = false;       ///< count windows that begin inside but reach beyond the end
  bool count_padding = false; ///< the mean divides by the whole window, zeros of the padding included
};

namespace ops {

/// The attributes of a pool: size, stride, paddings, same, count_padding, adaptive.
constexpr graph::attributes pool_attributes(const pool_options& o) {
  return graph::make_attributes(o.size.rows, o.size.columns, o.stride.rows, o.stride.columns, o.pad.top, o.pad.bottom,
                                o.pad.left, o.pad.right, o.same, o.count_padding, 0);
}
/// Those of a pool with as many windows as the result has extents, which cover the image evenly.
constexpr graph::attributes adaptive_attributes() {
  graph::attributes a = pool_attributes({.size = 1, .stride = 1});
  a.value[10] = 1;
  return a;
}

constexpr dims pool_shape(graph::tape& t, const dims& x, const pool_options& o) {
  const window_axis rows{o.size.rows, o.stride.rows, o.pad.top, o.pad.bottom, 1, o.same, o.ceiling};
  const window_axis columns{o.size.columns, o.stride.columns, o.pad.left, o.pad.right, 1, o.same, o.ceiling};
  const dims windows = make_dims(o.size.rows, o.size.columns);
  if (o.pad.top >= o.size.rows || o.pad.bottom >= o.size.rows || o.pad.left >= o.size.columns ||
      o.pad.right >= o.size.columns)
    t.fail(graph::rule::window_options, x, windows); // a window would see nothing but padding
  return make_dims(x[0], x[1], window_count(t, x[2], rows, x, windows), window_count(t, x[3], columns, x, windows));
}

/// pool2d<Op>: the function object of a pool of images.
template <class Op> struct pool2d {
  constexpr var operator()(var x, pool_options o = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    if (x.rank() != 4) {
      x.tape->fail(graph::rule::rank, x.shape(), make_dims(o.size.rows, o.size.columns));
      return x;
    }
    if (o.stride.rows == 0) o.stride.rows = o.size.rows;
    if (o.stride.columns == 0) o.stride.columns = o.size.columns;
    return Op::apply(x, pool_shape(*x.tape, x.shape(), o), pool_attributes(o));
  }
};

/// adaptive_pool2d<Op>: the function object of a pool that is told the extents of its result.
template <class Op> struct adaptive_pool2d {
  constexpr var operator()(var x, per_axis extents, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const bool positive = extents.rows > 0 && extents.columns > 0;
    if (x.rank() != 4 || !positive) {
      x.tape->fail(positive ? graph::rule::rank : graph::rule::window_options, x.shape(),
                   make_dims(extents.rows, extents.columns));
      return x;
    }
    require_elements(x, 0b1100, "adaptive_pool2d");
    return Op::apply(x, make_dims(x.extent(0), x.extent(1), extents.rows, extents.columns), adaptive_attributes());
  }
};

} // namespace ops
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// avg_pool2d(x): see fx::avg_pool2d.
struct avg_pool2d : linear<1> {
  static constexpr auto name = "avg_pool2d";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& o) {
    return record<avg_pool2d>(*x.tape, shape, o, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int);
};

/// avg_pool2d_grad(y): the transpose of avg_pool2d.
struct avg_pool2d_grad : linear<1> {
  static constexpr auto name = "avg_pool2d_grad";
  static constexpr var apply(var y, const dims& shape, const graph::attributes& o) {
    return record<avg_pool2d_grad>(*y.tape, shape, o, y);
  }
  static constexpr var transpose(const node_view& x, var xbar, int) {
    return avg_pool2d::apply(xbar, x.arg(0).shape(), x.attributes());
  }
};

constexpr var avg_pool2d::transpose(const node_view& y, var ybar, int) {
  return avg_pool2d_grad::apply(ybar, y.arg(0).shape(), y.attributes());
}

struct global_avg_pool2d_function {
  constexpr var operator()(var x, int line = __builtin_LINE()) const { return fluxpp::mean(x, {2, 3}, line); }
};

} // namespace ops

/// avg_pool2d(x, {.size, .stride, .pad, .same, .ceiling, .count_padding}): the mean under each window, of the elements
/// of the image, or with count_padding of the padded image.
/// shapes   as max_pool2d
/// grad     ybar / n, added over the windows that hold an element
/// errors   as max_pool2d
inline constexpr ops::pool2d<ops::avg_pool2d> avg_pool2d{};

/// adaptive_avg_pool2d(x, {h, w}): the mean under each of h times w windows that cover the image evenly.
/// shapes   x [n, c, ..] -> [n, c, h, w]
/// grad     as avg_pool2d
/// errors   as adaptive_max_pool2d
inline constexpr ops::adaptive_pool2d<ops::avg_pool2d> adaptive_avg_pool2d{};

/// global_avg_pool2d(x): the mean of each channel.
/// shapes   x [n, c, h, w] -> [n, c]
/// grad     ybar / (h w)
inline constexpr ops::global_avg_pool2d_function global_avg_pool2d{};

} // namespace fluxpp::inline v0_1

// batch_norm: channels brought to mean 0 and variance 1, by statistics of the batch or of earlier batches.
// maximum and minimum: the larger and the smaller of two values.

namespace fluxpp::inline v0_1 {
namespace ops {

/// maximum(a, b): the larger of a and b, elementwise; NaN if either is.
/// grad     to the larger one; to a where they are equal
/// accuracy exact
struct maximum : elementwise<2> {
  static constexpr auto name = "maximum";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select((a >= b) | (a != a), a, b);
  }
  template <class V> static constexpr std::array<V, 2> partials(V a, V b, V) {
    const V first = fluxpp::greater_equal(a, b);
    return {first, V(1) - first};
  }
  static constexpr int rewrite(graph::tape&, const graph::node& n) { return n.args[0] == n.args[1] ? n.args[0] : -1; }
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{3.0, 1.5}};
  static constexpr double max_ulp = 0;
};

/// minimum(a, b): the smaller of a and b, elementwise; NaN if either is.
/// grad     to the smaller one; to a where they are equal
/// accuracy exact
struct minimum : elementwise<2> {
  static constexpr auto name = "minimum";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V a, V b) {
    using scalar::select;
    return select((a <= b) | (a != a), a, b);
  }
  template <class V> static constexpr std::array<V, 2> partials(V a, V b, V) {
    const V first = fluxpp::less_equal(a, b);
    return {first, V(1) - first};
  }
  static constexpr int rewrite(graph::tape&, const graph::node& n) { return n.args[0] == n.args[1] ? n.args[0] : -1; }
  static constexpr std::array samples{std::array{-2.0, 0.5}, std::array{3.0, 1.5}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::maximum> maximum{};
inline constexpr operation<ops::minimum> minimum{};
} // namespace fluxpp::inline v0_1

// stop_gradient: a value whose derivative is taken to be zero.

namespace fluxpp::inline v0_1 {
namespace ops {

/// stop_gradient(x): x itself, as a view without a rule of differentiation.
struct stop_gradient : rule_defaults {
  static constexpr auto name = "stop_gradient";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr int arity = 1;
  static constexpr var apply(var x) { return record<stop_gradient>(*x.tape, x.shape(), {}, x); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::op_info* op = t[n.args[0]].op;
    return op->integer || op == &graph::constant_op || op == n.op ? n.args[0] : -1;
  }
};

struct stop_gradient_function {
  constexpr var operator()(var x) const { return x.is_number() ? x : stop_gradient::apply(x); }
};

} // namespace ops

/// stop_gradient(x): x, of which derivatives know nothing.
/// grad     0
inline constexpr ops::stop_gradient_function stop_gradient{};

} // namespace fluxpp::inline v0_1

// variance: the mean square distance from the mean.

namespace fluxpp::inline v0_1 {
namespace ops {

/// variance(v, x, centred): v, the variance of x over the axes in attribute 0 less the correction in attribute 1, as a
/// view that knows the derivative in closed form: the share of the mean in it is zero, and need not be summed.
/// grad     in x: 2 centred / (n - correction) ybar, centred = x - mean(x); in v and centred: 0
struct variance : custom<3> {
  static constexpr auto name = "variance";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr var apply(var x, unsigned mask, int correction) {
    const var centred = x - mean::apply(x, mask);
    const var v = sum::apply(centred * centred, mask) * reciprocal_count(x, mask, correction);
    return record<variance>(*x.tape, v.shape(), graph::make_attributes(mask, correction), v, x, centred);
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) { return i == 1 ? slope(y) * ybar * y.arg(2) : var{}; }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    if (!p.dx[1].exists()) return {};
    return slope(y) * sum::apply(p.dx[1] * y.arg(2), static_cast<unsigned>(y.attr(0)));
  }

private:
  static constexpr var slope(const node_view& y) {
    return var(2.0) * reciprocal_count(y.arg(1), static_cast<unsigned>(y.attr(0)), y.attr(1));
  }
};

struct variance_function {
  constexpr var operator()(var x, axes over = {}, int correction = 0, int line = __builtin_LINE()) const {
    if (x.is_number()) return 0.0;
    graph::at_line(x, line);
    const unsigned mask = checked_mask(x, over);
    require_elements(x, mask, variance::name);
    return squeezed(variance::apply(x, mask, correction), mask, over);
  }
};

} // namespace ops

/// variance(x, axes, correction = 0): the mean square distance from the mean; n - correction is what the sum is divided by
/// (0: of a population, 1: unbiased from a sample).
/// shapes   as sum
/// grad     2 (x - mean(x)) / (n - correction) ybar
/// errors   as mean
/// accuracy in two passes: no cancellation
inline constexpr ops::variance_function variance{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {

/// batch_norm_options: fx::batch_norm(x, scale, shift, mean, variance, {.momentum = 0.01}).
struct batch_norm_options {
  double epsilon = 1e-5;
  double momentum = 0.1; ///< share of the new batch in the running statistics
};

/// batch_norm_result: the normalised batch, and the running statistics after it.
struct batch_norm_result {
  var y, mean, variance;
};

namespace ops {

/// A vector with a number per channel, so that it broadcasts against x [n, c, ...].
constexpr var per_channel(var v, var x) {
  dims shape;
  for (int i = 1; i < x.rank(); ++i) shape = shape.with(i == 1 && v.rank() == 1 ? v.extent(0) : 1);
  if (v.rank() == 1 && x.rank() > 1) return reshape::apply(v, shape);
  x.tape->fail(graph::rule::broadcast, x.shape(), v.shape());
  return v;
}

/// n / (n - 1) for the number n of elements that a mask folds: from the variance of a batch to that of its source.
constexpr var sample_factor(var x, unsigned mask) {
  const var n = folded_count(*x.tape, x.shape(), mask);
  const graph::node& count = (*x.tape)[n.id];
  if (count.op == &graph::constant_op) return count.value > 1 ? count.value / (count.value - 1) : 1.0;
  return n / fluxpp::maximum(n - var(1.0), 1.0, x.tape->line);
}

struct batch_norm_function {
  /// Training: statistics of the batch.
  constexpr batch_norm_result operator()(var x, var scale, var shift, var old_mean, var old_variance,
                                         const batch_norm_options& o = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const unsigned mask = ((1u << x.rank()) - 1) & ~2u;
    require_elements(x, mask, "batch_norm");
    const var m = ops::mean::apply(x, mask), v = ops::variance::apply(x, mask, 0);
    const auto running = [&](var old, var now) {
      return old * var(1 - o.momentum) + reshape::apply(stop_gradient::apply(now), old.shape()) * var(o.momentum);
    };
    return {normalised(x, m, v, per_channel(scale, x), per_channel(shift, x), o.epsilon), running(old_mean, m),
            running(old_variance, v * sample_factor(x, mask))};
  }

  static constexpr var normalised(var x, var m, var v, var scale, var shift, double epsilon) {
    return (x - m) * (fluxpp::rsqrt(v + var(epsilon), x.tape->line) * scale) + shift;
  }
};

struct batch_norm_inference_function {
  constexpr var operator()(var x, var scale, var shift, var m, var v, const batch_norm_options& o = {},
                           int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return batch_norm_function::normalised(x, per_channel(m, x), per_channel(v, x), per_channel(scale, x),
                                           per_channel(shift, x), o.epsilon);
  }
};

} // namespace ops

/// batch_norm(x, scale, shift, mean, variance, {.epsilon, .momentum}): channels brought to mean 0 and variance 1 over the
/// batch, then scaled and shifted; also the running statistics after this batch (the variance unbiased).
/// shapes   x [n, c, ...], the others [c] -> {x's, [c], [c]}
/// grad     through the statistics of the batch; none through the running ones
/// errors   compile: the vectors do not have an element per channel, a channel is empty
/// source   Ioffe & Szegedy 2015, arXiv:1502.03167
constexpr batch_norm_result batch_norm(var x, var scale, var shift, var old_mean, var old_variance,
                                       const batch_norm_options& o = {}, int line = __builtin_LINE()) {
  return ops::batch_norm_function{}(x, scale, shift, old_mean, old_variance, o, line);
}

/// batch_norm_inference(x, scale, shift, mean, variance, {.epsilon}): the same by given statistics.
/// shapes   x [n, c, ...], the others [c] -> x's
/// grad     in all arguments
/// errors   as batch_norm
/// source   Ioffe & Szegedy 2015, arXiv:1502.03167
inline constexpr ops::batch_norm_inference_function batch_norm_inference{};

} // namespace fluxpp::inline v0_1

// batched_matmul: one matrix product for every index of the leading axes.
// permute, transpose: the axes of an array in another order.

namespace fluxpp::inline v0_1 {
namespace ops {

/// permute(x): axis i of the result is axis attribute[i] of x; a copy, or a view where only axes of extent 1 move.
/// grad     the inverse permutation of ybar
struct permute : linear<1> {
  static constexpr auto name = "permute";
  static constexpr var apply(var x, const graph::attributes& order) {
    dims shape;
    for (int i = 0; i < order.size; ++i) shape = shape.with(x.shape()[order.value[i]]);
    return record<permute>(*x.tape, shape, order, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int) { return apply(ybar, inverse(y.attributes())); }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::attributes order = t.attribute_table()[n.attr];
    const var x(t, n.args[0]);
    if (const int s = scalar_factor(t, x.id); s >= 0) return broadcast_to({t, s}, t.shapes()[n.shape]).id;
    if (keeps_order(order, x.shape())) return reshape::apply(x, t.shapes()[n.shape]).id;
    if (t[x.id].op != n.op) return -1;
    return apply({t, t[x.id].args[0]}, composed(order, t.attributes_of(x.id))).id;
  }

private:
  static constexpr graph::attributes inverse(const graph::attributes& order) {
    graph::attributes back = order;
    for (int i = 0; i < order.size; ++i) back.value[order.value[i]] = i;
    return back;
  }
  static constexpr graph::attributes composed(graph::attributes outer, const graph::attributes& inner) {
    for (int i = 0; i < outer.size; ++i) outer.value[i] = inner.value[outer.value[i]];
    return outer;
  }
  /// Whether the axes longer than 1 stay in order, so that memory does not change.
  static constexpr bool keeps_order(const graph::attributes& order, const dims& shape) {
    int last = -1;
    for (int i = 0; i < order.size; ++i) {
      if (shape[order.value[i]] == 1) continue;
      if (order.value[i] < last) return false;
      last = order.value[i];
    }
    return true;
  }
};

/// The order in which axes swap places.
constexpr graph::attributes swapped(int rank, int a, int b) {
  graph::attributes order{rank};
  for (int i = 0; i < rank; ++i) order.value[i] = i == a ? b : i == b ? a : i;
  return order;
}

struct permute_function {
  constexpr var operator()(var x, axes order, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    graph::attributes a{x.rank()};
    unsigned seen = 0;
    for (int i = 0; i < order.count; ++i) {
      a.value[i] = checked_axis(x, order.axis[i]);
      seen |= 1u << a.value[i];
    }
    if (order.count == x.rank() && seen == (1u << x.rank()) - 1) return permute::apply(x, a);
    dims given;
    for (int i = 0; i < order.count; ++i) given = given.with(order.axis[i]);
    x.tape->fail(graph::rule::permute, x.shape(), given);
    return x;
  }
};
struct transpose_function {
  constexpr var operator()(var x, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return x.rank() < 2 ? x : permute::apply(x, swapped(x.rank(), x.rank() - 2, x.rank() - 1));
  }
};

} // namespace ops

/// permute(x, {1, 2, 0}): axis i of the result is axis order[i] of x.
/// shapes   x [a, b, c] -> [b, c, a]
/// grad     the inverse permutation of ybar
/// errors   compile: the axes are not those of x, each once
/// accuracy exact
inline constexpr ops::permute_function permute{};

/// transpose(x): the last two axes swapped; a vector is its own transpose.
/// shapes   x [..., a, b] -> [..., b, a]
/// grad     transpose(ybar)
/// accuracy exact
inline constexpr ops::transpose_function transpose{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::ops {

/// The rows (axis 0) or columns (1) of the last two axes, read transposed or not.
constexpr int matrix_extent(const dims& d, int axis, bool transposed) {
  return d[d.rank - (axis == int{transposed} ? 2 : 1)];
}

/// A contraction of the columns of a with the rows of b; a mismatch is a fault or a check.
constexpr void contract(graph::tape& t, const dims& a, const dims& b, bool ta, bool tb) {
  const int k = t.extents.resolve(matrix_extent(a, 1, ta)), l = t.extents.resolve(matrix_extent(b, 0, tb));
  if (k >= 0 && l >= 0 && k != l) t.fail(graph::rule::matmul, a, b);
  if (k < 0 || l < 0) t.extents.equate(k, l, "matmul", t.line);
}

/// A product of matrices reads a transposed operand as it lies: permutations that swap the last two axes become flags.
constexpr int absorb_transposes(graph::tape& t, const graph::node& n) {
  graph::node direct = n;
  graph::attributes flags = t.attribute_table()[n.attr];
  for (int i = 0; i < 2; ++i) {
    const int rank = t.shape_of(n.args[i]).rank;
    if (t[n.args[i]].op != &info<permute> || !(t.attributes_of(n.args[i]) == swapped(rank, rank - 2, rank - 1)))
      continue;
    direct.args[i] = t[n.args[i]].args[0];
    flags.value[i] = 1 - flags.value[i];
  }
  if (direct.args[0] == n.args[0] && direct.args[1] == n.args[1]) return -1;
  direct.attr = t.intern(flags);
  return record(t, direct).id;
}

/// batched_matmul(a, b): a b for every index of the leading axes, where an extent of 1 repeats; attributes 0 and 1 say
/// which operand is read transposed.
/// grad     in a: ybar b', in b: a' ybar, summed where an axis repeats
struct batched_matmul : linear<2> {
  static constexpr auto name = "batched_matmul";
  static constexpr var apply(var a, var b, bool ta, bool tb) {
    graph::tape& t = *a.tape;
    const dims shape = common_shape(t, lead_of(a.shape()), lead_of(b.shape()), name)
                           .with(matrix_extent(a.shape(), 0, ta))
                           .with(matrix_extent(b.shape(), 1, tb));
    return record<batched_matmul>(t, shape, graph::make_attributes(ta, tb), a, b);
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) { return absorb_transposes(t, n); }
  static constexpr var transpose(const node_view& y, var ybar, int i) {
    const bool ta = y.attr(0) != 0, tb = y.attr(1) != 0;
    const var x = y.arg(i), other = y.arg(1 - i);
    const bool swap = i == 0 ? ta : tb; // the cotangent of x' is the transpose of that of x
    const var xbar = i == 0 ? (swap ? apply(other, ybar, tb, true) : apply(ybar, other, false, !tb))
                            : (swap ? apply(ybar, other, true, ta) : apply(other, ybar, !ta, false));
    return sum_to(xbar, x.shape());
  }

private:
  /// The axes before the last two.
  static constexpr dims lead_of(const dims& d) {
    dims lead;
    for (int i = 0; i + 2 < d.rank; ++i) lead = lead.with(d[i]);
    return lead;
  }
};

} // namespace fluxpp::inline v0_1::ops

// binary_cross_entropy_with_logits: the loss of yes-or-no questions, from scores.
// softplus: the smooth rectifier.
// sigmoid: the logistic function.

namespace fluxpp::inline v0_1 {
namespace ops {

/// sigmoid(x): 1 / (1 + e^-x), elementwise; nothing overflows.
/// grad     y (1 - y)
/// accuracy 4 ulp
struct sigmoid : elementwise<1> {
  static constexpr auto name = "sigmoid";
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::abs, std::exp;
    const V e = exp(-abs(x));
    return select(x >= V(0), V(1), e) / (V(1) + e);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {y * (V(1) - y)}; }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::sigmoid> sigmoid{};
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// softplus(x): log(1 + e^x), elementwise; nothing overflows.
/// grad     sigmoid(x)
/// accuracy 4 ulp
/// source   Dugas, Bengio, Belisle, Nadeau & Garcia 2000, Incorporating second-order functional knowledge
struct softplus : elementwise<1> {
  static constexpr auto name = "softplus";
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::abs, std::exp, std::log1p;
    return select(x <= V(0), V(0), x) + log1p(exp(-abs(x)));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {fluxpp::sigmoid(x)}; }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::softplus> softplus{};
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

struct binary_cross_entropy_function {
  constexpr var operator()(var x, var target, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return fluxpp::mean(fluxpp::softplus(x, line) - x * target, axes{}, line);
  }
};

} // namespace ops

/// binary_cross_entropy_with_logits(x, target): the mean of -target log(p) - (1 - target) log(1 - p), p = sigmoid(x),
/// computed as softplus(x) - target x, which neither overflows nor meets log(0).
/// shapes   any that broadcast -> scalar
/// grad     in x: (sigmoid(x) - target) / n
/// range    [0, inf) for targets in [0, 1]
/// units    nats
inline constexpr ops::binary_cross_entropy_function binary_cross_entropy_with_logits{};

} // namespace fluxpp::inline v0_1

// cbrt: the cube root.

namespace fluxpp::inline v0_1 {
namespace ops {

/// cbrt(x): the real cube root, elementwise.
/// grad     1 / (3 y^2); grad at 0 is infinity
/// accuracy 4 ulp
struct cbrt : elementwise<1> {
  static constexpr auto name = "cbrt";
  template <class V> static constexpr V forward(V x) {
    using std::cbrt;
    return cbrt(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(1) / (V(3) * y * y)}; }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::cbrt> cbrt{};
} // namespace fluxpp::inline v0_1

// clamp: a value between two bounds.

namespace fluxpp::inline v0_1 {
namespace ops {

/// clamp(x, lo, hi): min(max(x, lo), hi), elementwise, for lo <= hi; NaN if any is.
/// grad     to x from lo to hi, both included; to the bound that x exceeds elsewhere
/// accuracy exact
struct clamp : elementwise<3> {
  static constexpr auto name = "clamp";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x, V lo, V hi) {
    return minimum::forward(maximum::forward(x, lo), hi);
  }
  template <class V> static constexpr std::array<V, 3> partials(V x, V lo, V hi, V) {
    return {fluxpp::greater_equal(x, lo) * fluxpp::less_equal(x, hi), fluxpp::less(x, lo), fluxpp::greater(x, hi)};
  }
  static constexpr std::array samples{std::array{-2.0, -1.0, 1.5}, std::array{0.5, -1.0, 1.5},
                                      std::array{3.0, -1.0, 1.5}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::clamp> clamp{};
} // namespace fluxpp::inline v0_1

// concat, stack: arrays one after the other along an axis that they have, or along a new one.
// slice, pad: a part of an array, and an array as a part of a larger one; each other's transposes.

namespace fluxpp::inline v0_1 {

/// to_end: the end of a slice that goes as far as the axis.
inline constexpr int to_end = 1 << 28;

/// border: how many zeros stand before and after the elements of an axis.
struct border {
  int before = 0, after = 0;
};

namespace ops {

/// Where the elements of the part lie in the whole, for every axis: begin + i step. As attributes: all begins, then all
/// steps; a begin of -1 - k says that k elements follow the last one, which is a number where the begin has a name.
constexpr graph::attributes whole_range(int rank) {
  graph::attributes a{2 * rank};
  for (int i = 0; i < rank; ++i) a.value[rank + i] = 1;
  return a;
}

/// slice(x): the part of x that the attributes say, as long as the shape of the result.
/// grad     embed(ybar): zeros around it
struct slice : linear<1> {
  static constexpr auto name = "slice";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& range) {
    return x.shape() == shape && range == whole_range(shape.rank) ? x : record<slice>(*x.tape, shape, range, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int);
  static constexpr int rewrite(graph::tape& t, const graph::node& n);
};

/// embed(x): zeros with the shape of the result, and x in the part of it that the attributes say.
/// grad     slice(ybar)
struct embed : linear<1> {
  static constexpr auto name = "embed";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& range) {
    return x.shape() == shape && range == whole_range(shape.rank) ? x : record<embed>(*x.tape, shape, range, x);
  }
  static constexpr var transpose(const node_view& y, var ybar, int) {
    return slice::apply(ybar, y.arg(0).shape(), y.attributes());
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const int s = scalar_factor(t, n.args[0]);
    const bool zeros = s >= 0 && t[s].op == &graph::constant_op && t[s].value == 0;
    return zeros ? broadcast_to({t, s}, t.shapes()[n.shape]).id : -1;
  }
};

constexpr var slice::transpose(const node_view& y, var ybar, int) {
  return embed::apply(ybar, y.arg(0).shape(), y.attributes());
}
constexpr int slice::rewrite(graph::tape& t, const graph::node& n) {
  if (const int s = scalar_factor(t, n.args[0]); s >= 0) return broadcast_to({t, s}, t.shapes()[n.shape]).id;
  const graph::node& x = t[n.args[0]];
  return x.op == &info<embed> && x.attr == n.attr && t[x.args[0]].shape == n.shape ? x.args[0] : -1;
}

/// section: the begin, as attribute, and the extent of a slice of one axis.
struct section {
  int begin = 0, extent = 0;
  bool valid = true;
};

/// The part of an axis whose extent is a number.
constexpr section section_of(int extent, int begin, int end, int step) {
  if (begin < 0) begin += extent;
  if (end == to_end) end = extent;
  if (end < 0) end += extent;
  const bool valid = step > 0 && 0 <= begin && begin <= end && end <= extent;
  return {begin, valid ? (end - begin + step - 1) / step : 0, valid};
}
/// The part of an axis whose extent is a name; it may begin at the end only if it ends there.
constexpr section section_of(graph::tape& t, int extent, int begin, int end, int step) {
  extent = t.extents.resolve(extent);
  if (extent >= 0) return section_of(extent, begin, end, step);
  if (end == to_end) end = 0;
  const bool back = begin < 0, backed_end = end <= 0; // an end of 0 is that of the axis: an empty part needs no slice
  const int distance = end - begin;
  if (step <= 0 || (back && !backed_end) || (back == backed_end && distance < 0)) return {0, 0, false};
  const int least = back ? -begin : backed_end ? -distance : end;
  if (least > 0) t.extents.require_at_least(extent, least, "slice", t.line);
  if (!back && backed_end) return {begin, t.extents.quotient(t.extents.shifted(extent, distance + step - 1), step)};
  const int n = (distance + step - 1) / step;
  const int after = distance - ((n - 1) * step + 1) - end;
  return {!back ? begin : n == 0 ? 0 : -1 - after, n};
}

struct slice_function {
  constexpr var operator()(var x, int axis, int begin, int end, int step = 1, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    axis = checked_axis(x, axis);
    dims shape = x.shape();
    const section s = section_of(*x.tape, shape[axis], begin, end, step);
    if (!s.valid) x.tape->fail(graph::rule::slice, x.shape(), make_dims(axis, begin, end, step));
    shape[axis] = s.extent;
    graph::attributes range = whole_range(shape.rank);
    range.value[axis] = s.begin;
    range.value[shape.rank + axis] = step;
    return slice::apply(x, shape, range);
  }
};

struct pad_function {
  constexpr var operator()(var x, int axis, border zeros, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    border all[max_rank]{};
    all[checked_axis(x, axis)] = zeros;
    return apply(x, all);
  }
  /// One border per axis; trailing axes without one stay.
  constexpr var operator()(var x, std::initializer_list<border> zeros, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    border all[max_rank]{};
    int axis = 0;
    for (const border& b : zeros)
      if (axis < max_rank) all[axis++] = b;
    if (static_cast<int>(zeros.size()) > x.rank()) x.tape->fail(graph::rule::pad, x.shape(), make_dims(axis));
    return apply(x, all);
  }

private:
  static constexpr var apply(var x, const border (&zeros)[max_rank]) {
    dims shape = x.shape();
    graph::attributes range = whole_range(shape.rank);
    for (int i = 0; i < shape.rank; ++i) {
      const auto [before, after] = zeros[i];
      if (before < 0 || after < 0) {
        x.tape->fail(graph::rule::pad, x.shape(), make_dims(i, before, after));
        continue;
      }
      shape[i] = x.tape->extents.shifted(shape[i], before + after);
      range.value[i] = before;
    }
    return embed::apply(x, shape, range);
  }
};

} // namespace ops

/// slice(x, axis, begin, end, step = 1): elements begin, begin + step, ... before end of one axis; numbers below 0 count
/// from the end, fx::to_end is the end.
/// shapes   x [.., n, ..] -> [.., (end - begin) / step rounded up, ..]
/// grad     ybar in its place, zeros elsewhere
/// errors   compile: not 0 <= begin <= end <= n; run: so with a named extent (shape_error)
/// accuracy exact
inline constexpr ops::slice_function slice{};

/// pad(x, axis, {before, after}) or pad(x, {{before, after}, ...}): zeros before and after the elements of axes.
/// shapes   x [.., n, ..] -> [.., before + n + after, ..]
/// grad     the part of ybar where x is
/// errors   compile: a border below 0, more borders than axes
/// accuracy exact
inline constexpr ops::pad_function pad{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// The part of a concatenation that operand i became.
constexpr var part_of(const node_view& y, var whole, int i, int operands) {
  const int axis = y.attr(0);
  graph::extent_table& extents = y.tape->extents;
  int before = 0, after = 0;
  for (int k = 0; k < operands; ++k) {
    if (k < i) before = extents.sum(before, y.arg(k).shape()[axis]);
    if (k > i) after = extents.sum(after, y.arg(k).shape()[axis]);
  }
  dims shape = y.arg(i).shape();
  graph::attributes range = whole_range(shape.rank);
  range.value[axis] = before >= 0 ? before : -1;
  if (before < 0 && after > 0) range.value[axis] -= after;
  if (before < 0 && after < 0) { // first without what follows, then the end of that
    dims until = shape;
    until[axis] = extents.sum(before, shape[axis]);
    whole = slice::apply(whole, until, whole_range(shape.rank));
  }
  return slice::apply(whole, shape, range);
}

/// concat<N>(x...): N arrays one after the other along the axis in attribute 0; longer rows of arrays are trees of these.
/// grad     the part of ybar that each array became
template <int N> struct concat : custom<N> {
  static constexpr auto name = N == 2 ? "concat2" : N == 3 ? "concat3" : "concat4";
  static constexpr var vjp(const node_view& y, var ybar, int i) { return part_of(y, ybar, i, N); }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    graph::node n = y.node;
    for (int i = 0; i < N; ++i)
      n.args[i] = (p.dx[i].exists() ? p.dx[i] : broadcast_to(y.tape->constant(0), y.arg(i).shape())).id;
    return {*y.tape, y.tape->push(n)};
  }
};

/// The shape of arrays one after the other along an axis; their other extents must be equal.
constexpr dims joined_shape(graph::tape& t, const var* x, int n, int axis) {
  dims shape = x[0].shape();
  for (int k = 1; k < n; ++k) {
    const dims& next = x[k].shape();
    bool fits = next.rank == shape.rank;
    for (int i = 0; fits && i < shape.rank; ++i) {
      const int a = t.extents.resolve(shape[i]), b = t.extents.resolve(next[i]);
      if (i == axis) shape[i] = t.extents.sum(a, b);
      else if (a >= 0 && b >= 0) fits = a == b;
      else t.extents.equate(a, b, "concat", t.line);
    }
    if (!fits) t.fail(graph::rule::concat, x[0].shape(), next);
  }
  return shape;
}

constexpr var joined(const var* x, int n, int axis) {
  graph::tape& t = *x[0].tape;
  if (n == 1) return x[0];
  const dims shape = joined_shape(t, x, n, axis);
  const graph::attributes a = graph::make_attributes(axis);
  return n == 2   ? record<concat<2>>(t, shape, a, x[0], x[1])
         : n == 3 ? record<concat<3>>(t, shape, a, x[0], x[1], x[2])
                  : record<concat<4>>(t, shape, a, x[0], x[1], x[2], x[3]);
}

/// Numbers among the arrays become constants.
constexpr graph::tape& on_one_tape(list<var>& x, int line) {
  var any;
  for (const var& v : x) any = v.exists() ? v : any;
  graph::tape& t = graph::at_line(any, line);
  for (var& v : x) v = v.exists() ? v : t.constant(v.number);
  return t;
}

struct concat_function {
  constexpr var operator()(var a, var b, int axis, int line = __builtin_LINE()) const {
    return (*this)({a, b}, axis, line);
  }
  constexpr var operator()(std::initializer_list<var> x, int axis, int line = __builtin_LINE()) const {
    list<var> parts;
    for (const var& p : x) parts.push(p);
    return (*this)(parts, axis, line);
  }
  constexpr var operator()(list<var> x, int axis, int line = __builtin_LINE()) const {
    on_one_tape(x, line);
    axis = checked_axis(x[0], axis);
    while (x.size() > 1) {
      list<var> fewer;
      for (int i = 0; i < x.size(); i += 4)
        fewer.push(joined(x.begin() + i, x.size() - i < 4 ? x.size() - i : 4, axis));
      x = fewer;
    }
    return x[0];
  }
};

struct stack_function {
  constexpr var operator()(std::initializer_list<var> x, int axis = 0, int line = __builtin_LINE()) const {
    list<var> parts;
    for (const var& p : x) parts.push(p);
    return (*this)(parts, axis, line);
  }
  constexpr var operator()(list<var> x, int axis = 0, int line = __builtin_LINE()) const {
    graph::tape& t = on_one_tape(x, line);
    const dims first = x[0].shape();
    const int at = axis < 0 ? axis + first.rank + 1 : axis;
    if (first.rank == max_rank || at < 0 || at > first.rank) {
      t.fail(graph::rule::axis, first, make_dims(axis));
      return x[0];
    }
    for (var& v : x) v = reshape::apply(v, with_axis(v.shape(), at));
    return concat_function{}(x, at, line);
  }

private:
  static constexpr dims with_axis(const dims& d, int at) {
    dims out;
    for (int i = 0; i <= d.rank; ++i) out = i < at ? out.with(d[i]) : i == at ? out.with(1) : out.with(d[i - 1]);
    return out;
  }
};

} // namespace ops

/// concat(a, b, axis) or concat({a, b, ...}, axis): arrays one after the other along an axis.
/// shapes   [.., m, ..], [.., n, ..] -> [.., m + n, ..]
/// grad     each array's part of ybar
/// errors   compile: another extent differs, x lacks the axis; run: another named extent differs (shape_error)
/// accuracy exact
inline constexpr ops::concat_function concat{};

/// stack({a, b, ...}, axis = 0): arrays of one shape along a new axis.
/// shapes   k times [m, n] -> [k, m, n]
/// grad     each array's part of ybar
/// errors   as concat
/// accuracy exact
inline constexpr ops::stack_function stack{};

} // namespace fluxpp::inline v0_1

// conv2d and its two gradients, each the transpose of the others; conv1d as images of one row.

namespace fluxpp::inline v0_1 {

/// conv_options: fx::conv2d(x, w, {.stride = 2, .pad = 1}).
struct conv_options {
  per_axis stride = 1;
  padding pad = 0;
  per_axis dilation = 1;
  int groups = 1;
  bool same = false; ///< paddings such that [h, w] becomes [h / stride, w / stride], rounded up; an odd one ends larger
};

namespace ops {

/// The attributes of the three: stride, paddings, dilation, groups, same.
constexpr graph::attributes conv_attributes(const conv_options& o) {
  return graph::make_attributes(o.stride.rows, o.stride.columns, o.pad.top, o.pad.bottom, o.pad.left, o.pad.right,
                                o.dilation.rows, o.dilation.columns, o.groups, o.same);
}

/// conv2d_member<Op>: one of the trilinear form sum over (y, x, w) that meet: what two give, the third has.
template <class Op> struct conv2d_member : linear<2> {
  static constexpr var apply(var a, var b, const dims& shape, const graph::attributes& o) {
    return record<Op>(*a.tape, shape, o, a, b);
  }
};

/// conv2d(x, w): see fx::conv2d.
struct conv2d : conv2d_member<conv2d> {
  static constexpr auto name = "conv2d";
  static constexpr var transpose(const node_view& y, var ybar, int i);
};

/// conv2d_input_grad(y, w): the transpose of conv2d in x.
struct conv2d_input_grad : conv2d_member<conv2d_input_grad> {
  static constexpr auto name = "conv2d_input_grad";
  static constexpr var transpose(const node_view& x, var xbar, int i);
};

/// conv2d_weight_grad(x, y): the transpose of conv2d in w.
struct conv2d_weight_grad : conv2d_member<conv2d_weight_grad> {
  static constexpr auto name = "conv2d_weight_grad";
  static constexpr var transpose(const node_view& w, var wbar, int i) {
    const var x = w.arg(0), y = w.arg(1);
    return i == 0 ? conv2d_input_grad::apply(y, wbar, x.shape(), w.attributes())
                  : conv2d::apply(x, wbar, y.shape(), w.attributes());
  }
};

constexpr var conv2d::transpose(const node_view& y, var ybar, int i) {
  const var x = y.arg(0), w = y.arg(1);
  return i == 0 ? conv2d_input_grad::apply(ybar, w, x.shape(), y.attributes())
                : conv2d_weight_grad::apply(x, ybar, w.shape(), y.attributes());
}
constexpr var conv2d_input_grad::transpose(const node_view& x, var xbar, int i) {
  const var y = x.arg(0), w = x.arg(1);
  return i == 0 ? conv2d::apply(xbar, w, y.shape(), x.attributes())
                : conv2d_weight_grad::apply(xbar, y, w.shape(), x.attributes());
}

/// The shape of conv2d(x, w); what does not fit is a fault.
constexpr dims conv2d_shape(graph::tape& t, const dims& x, const dims& w, const conv_options& o) {
  const int inputs = t.extents.resolve(x[1]), filters = t.extents.resolve(w[0]);
  const int share = o.groups > 0 ? t.extents.product(w[1], o.groups) : -1;
  if (!t.extents.require_multiple(filters, o.groups, "conv2d", t.line) ||
      (inputs >= 0 && share >= 0 && inputs != share))
    t.fail(graph::rule::conv_channels, x, w);
  else if (inputs < 0 || share < 0) t.extents.equate(inputs, share, "conv2d", t.line);
  const window_axis rows{t.extents.resolve(w[2]), o.stride.rows, o.pad.top, o.pad.bottom, o.dilation.rows, o.same};
  const window_axis columns{
      t.extents.resolve(w[3]), o.stride.columns, o.pad.left, o.pad.right, o.dilation.columns, o.same};
  return make_dims(x[0], filters, window_count(t, x[2], rows, x, w), window_count(t, x[3], columns, x, w));
}

struct conv2d_function {
  constexpr var operator()(var x, var w, const conv_options& options = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() != 4 || w.rank() != 4) {
      t.fail(graph::rule::rank, x.shape(), w.shape());
      return x;
    }
    return conv2d::apply(x, w, conv2d_shape(t, x.shape(), w.shape(), options), conv_attributes(options));
  }
};

struct conv1d_function {
  constexpr var operator()(var x, var w, conv_options options = {}, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    if (x.rank() != 3 || w.rank() != 3) {
      x.tape->fail(graph::rule::rank, x.shape(), w.shape());
      return x;
    }
    options.stride.rows = options.dilation.rows = 1;
    options.pad.top = options.pad.bottom = 0;
    const var y = conv2d_function{}(as_row(x), as_row(w), options, line);
    return reshape::apply(y, make_dims(y.extent(0), y.extent(1), y.extent(3)));
  }

private:
  static constexpr var as_row(var x) { return reshape::apply(x, make_dims(x.extent(0), x.extent(1), 1, x.extent(2))); }
};

} // namespace ops

/// conv2d(x, w, {.stride, .pad, .dilation, .groups, .same}): cross-correlation of images with filters.
/// shapes   x [n, c, h, w], w [k, c / groups, r, s] -> [n, k, h', w'],  h' = (h + 2 pad - dilation (r-1) - 1) / stride + 1
/// grad     in x: conv2d_input_grad(ybar, w); in w: conv2d_weight_grad(x, ybar)
/// errors   compile: channels differ, groups do not divide the filters, a window is larger than the padded image; run: so
///          with named extents (shape_error)
/// accuracy 4 ulp * sqrt(c r s) against double
/// source   Dumoulin & Visin 2016, arXiv:1603.07285
inline constexpr ops::conv2d_function conv2d{};

/// conv1d(x, w, {.stride, .pad, .dilation, .groups, .same}): cross-correlation of sequences with filters.
/// shapes   x [n, c, l], w [k, c / groups, s] -> [n, k, l'],  l' = (l + 2 pad - dilation (s-1) - 1) / stride + 1
/// grad     as conv2d
/// errors   as conv2d
/// accuracy as conv2d
inline constexpr ops::conv1d_function conv1d{};

} // namespace fluxpp::inline v0_1

// conv_transpose2d: the transpose of a convolution as an operation of its own, which enlarges images.

namespace fluxpp::inline v0_1 {
namespace ops {

/// The extent of which a convolution has `out` windows, the least that has.
constexpr int covered_extent(graph::tape& t, int out, const window_axis& w) {
  const int steps = t.extents.product(t.extents.shifted(out, -1), w.stride);
  return t.extents.shifted(t.extents.sum(steps, w.reach(t.extents)), -w.before - w.after);
}

struct conv_transpose2d_function {
  constexpr var operator()(var x, var w, const conv_options& o = {}, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    const window_axis rows{w.extent(2), o.stride.rows, o.pad.top, o.pad.bottom, o.dilation.rows};
    const window_axis columns{w.extent(3), o.stride.columns, o.pad.left, o.pad.right, o.dilation.columns};
    const bool images = x.rank() == 4 && w.rank() == 4;
    if (!images || !rows.legal() || !columns.legal() || o.same || o.groups < 1) {
      t.fail(images ? graph::rule::window_options : graph::rule::rank, x.shape(), w.shape());
      return x;
    }
    const int inputs = t.extents.resolve(x.extent(1)), filters = t.extents.resolve(w.extent(0));
    if (!t.extents.require_multiple(filters, o.groups, "conv_transpose2d", line) ||
        (inputs >= 0 && filters >= 0 && inputs != filters))
      t.fail(graph::rule::conv_channels, x.shape(), w.shape());
    else t.extents.equate(inputs, filters, "conv_transpose2d", line);
    const dims shape = make_dims(x.extent(0), t.extents.product(w.extent(1), o.groups),
                                 covered_extent(t, x.extent(2), rows), covered_extent(t, x.extent(3), columns));
    return conv2d_input_grad::apply(x, w, shape, conv_attributes(o));
  }
};

} // namespace ops

/// conv_transpose2d(x, w, {.stride, .pad, .dilation, .groups}): the transpose of conv2d, whose filters w would be.
/// shapes   x [n, k, h, w], w [k, c / groups, r, s] -> [n, c, h', w'],  h' = (h - 1) stride - 2 pad + dilation (r-1) + 1
/// grad     in x: conv2d(ybar, w); in w: conv2d_weight_grad(ybar, x)
/// errors   as conv2d; compile: padding `same`, which names no extent
/// accuracy as conv2d
/// source   Zeiler, Krishnan, Taylor & Fergus 2010, doi:10.1109/CVPR.2010.5539957
inline constexpr ops::conv_transpose2d_function conv_transpose2d{};

} // namespace fluxpp::inline v0_1

// copy: the same value in storage of its own, for results that would otherwise share memory.

namespace fluxpp::inline v0_1::ops {

/// copy(x): x, elementwise, in memory of its own. Attribute 0 tells copies of one value apart.
/// accuracy exact
struct copy : elementwise<1> {
  static constexpr auto name = "copy";
  static constexpr int cost = 0;
  template <class V> static constexpr V forward(V x) { return x; }
  template <class V> static constexpr std::array<V, 1> partials(V, V) { return {V(1)}; }
  static constexpr std::array samples{-2.0, 1.5};
  static constexpr double max_ulp = 0;
};

/// The node whose storage a value shows, through views that repeat nothing.
constexpr int storage_of(const graph::tape& t, int id) {
  while (t[id].op->kind == graph::kind::reshape) id = t[id].args[0];
  return id;
}

/// own_value(v, outputs): v, or a copy of it if it is an input, a constant, a repeated value or one of the outputs.
constexpr var own_value(var v, const list<int>& outputs) {
  graph::tape& t = *v.tape;
  const int id = storage_of(t, v.id);
  const graph::kind k = t[id].op->kind;
  bool shared = k == graph::kind::input || k == graph::kind::constant || k == graph::kind::broadcast;
  for (int o : outputs) shared = shared || storage_of(t, o) == id;
  if (!shared) return v;
  graph::node n{&info<copy>, {v.id, -1, -1, -1}, t[v.id].shape, t.intern(graph::make_attributes(outputs.size()))};
  return {t, t.push(n)};
}

} // namespace fluxpp::inline v0_1::ops

// cross_entropy: the loss of classification, from scores and labels.
// iota, one_hot: the indices of an axis, and where they equal given ones.

namespace fluxpp::inline v0_1 {
namespace ops {

/// iota(): 0, 1, 2, ... as a vector.
struct iota : custom<0> {
  static constexpr auto name = "iota";
  static constexpr bool integer = true;
  static constexpr var apply(graph::tape& t, int extent) { return record<iota>(t, make_dims(extent), {}); }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

struct iota_function {
  constexpr var operator()(var x, int axis, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return iota::apply(*x.tape, x.extent(checked_axis(x, axis)));
  }
};

/// one_hot(index, n): 1 in column index[i] of row i, by comparison, which fuses with what it is multiplied by.
constexpr var one_hot(var index, int n) {
  const var column = reshape::apply(index, index.shape().with(1));
  return fluxpp::equal(iota::apply(*index.tape, n), column, index.tape->line);
}

struct one_hot_function {
  constexpr var operator()(var index, int n, int line = __builtin_LINE()) const {
    graph::at_line(index, line);
    if (index.rank() < max_rank) return one_hot(index, n);
    index.tape->fail(graph::rule::rank, index.shape(), make_dims(n));
    return index;
  }
};

} // namespace ops

/// iota(x, axis): the indices 0, 1, ... of an axis of x, as a vector.
/// shapes   x [.., n, ..] -> [n]
/// grad     none: indices
/// errors   run: the axis has more elements than the program's type counts, 2^24 in float (value_error)
inline constexpr ops::iota_function iota{};

/// one_hot(index, n): rows of n numbers, 1 at the index and 0 elsewhere; an index outside 0, ... n - 1 gives zeros.
/// shapes   index [i, j] -> [i, j, n]
/// grad     none: truth values
inline constexpr ops::one_hot_function one_hot{};

} // namespace fluxpp::inline v0_1

// The rule of operations that are linear in one operand, while the others only say where.

namespace fluxpp::inline v0_1 {

/// linear_in<Op, N, K>: an operation of N operands, linear in operand K; Op states transpose(y, ybar), its adjoint.
/// grad     in the other operands: 0
template <class Op, int Arity, int Operand> struct linear_in : custom<Arity> {
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    return i == Operand ? Op::transpose(y, ybar) : var{};
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return p.dx[Operand].exists() ? ops::with_operand(y, Operand, p.dx[Operand]) : var{};
  }
};

} // namespace fluxpp::inline v0_1

// logsumexp: the logarithm of a sum of exponentials, without overflow.
// exp: the exponential function.

namespace fluxpp::inline v0_1 {
namespace ops {

/// exp(x): e to the power x, elementwise; overflows to infinity, underflows to 0.
/// accuracy 2 ulp
/// example  examples/01_gradient.cpp
struct exp : elementwise<1> {
  static constexpr auto name = "exp";
  template <class V> static constexpr V forward(V x) {
    using std::exp;
    return exp(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {y}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::exp> exp{};
} // namespace fluxpp::inline v0_1

// log: the natural logarithm.

namespace fluxpp::inline v0_1 {
namespace ops {

/// log(x): the natural logarithm, elementwise; -infinity at 0, NaN below.
/// accuracy 2 ulp
struct log : elementwise<1> {
  static constexpr auto name = "log";
  static constexpr double domain[2]{1e-30, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::log;
    return log(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(1) / x}; }
  static constexpr std::array samples{0.25, 1.0, 2.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::log> log{};
} // namespace fluxpp::inline v0_1

// max, min: the largest and smallest element over axes, or of two arrays element by element.
// take_at_extremum, put_at_extremum: reading and writing where a reduction found its largest or smallest element.

namespace fluxpp::inline v0_1::ops {

/// take_at_extremum(x, t): t where x has its first largest (attribute 1 = 0) or smallest (1) element over the axes in
/// attribute 0, which keep extent 1. The first NaN, if there is one, is the extremum.
/// grad     in x: 0; in t: put_at_extremum(x, ybar)
struct take_at_extremum : linear_in<take_at_extremum, 2, 1> {
  static constexpr auto name = "take_at_extremum";
  static constexpr var apply(var x, var t, unsigned mask, bool smallest) {
    return record<take_at_extremum>(*x.tape, kept_shape(x.shape(), mask), graph::make_attributes(mask, smallest), x, t);
  }
  static constexpr var transpose(const node_view& y, var ybar);
};

/// put_at_extremum(x, t): zeros with the shape of x, and t where x has its first largest or smallest element.
/// grad     in x: 0; in t: take_at_extremum(x, ybar)
struct put_at_extremum : linear_in<put_at_extremum, 2, 1> {
  static constexpr auto name = "put_at_extremum";
  static constexpr var apply(var x, var t, unsigned mask, bool smallest) {
    return record<put_at_extremum>(*x.tape, x.shape(), graph::make_attributes(mask, smallest), x, t);
  }
  static constexpr var transpose(const node_view& y, var ybar) {
    return take_at_extremum::apply(y.arg(0), ybar, static_cast<unsigned>(y.attr(0)), y.attr(1) != 0);
  }
};

constexpr var take_at_extremum::transpose(const node_view& y, var ybar) {
  return put_at_extremum::apply(y.arg(0), ybar, static_cast<unsigned>(y.attr(0)), y.attr(1) != 0);
}

/// extremum<Op, F>: a reduction to the largest or smallest element.
template <class Op, graph::fold F> struct extremum : custom<1> {
  static constexpr auto kind = graph::kind::reduction;
  static constexpr auto fold = F;
  static constexpr bool smallest = F == graph::fold::min;
  static constexpr var apply(var x, unsigned mask) { return ops::fold<Op>(x, mask); }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    return put_at_extremum::apply(y.arg(0), ybar, static_cast<unsigned>(y.attr(0)), smallest);
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return take_at_extremum::apply(y.arg(0), p.dx[0], static_cast<unsigned>(y.attr(0)), smallest);
  }
};

} // namespace fluxpp::inline v0_1::ops

namespace fluxpp::inline v0_1 {
namespace ops {

struct max : extremum<max, graph::fold::max> {
  static constexpr auto name = "max";
};
struct min : extremum<min, graph::fold::min> {
  static constexpr auto name = "min";
};

/// reduction or pairwise operation, by what the second argument is: axes (an int is one axis) or a value.
template <class Op, class Pairwise> struct reduction_or_pairwise : reduction<Op, true> {
  using reduction<Op, true>::operator();
  constexpr var operator()(var a, std::same_as<var> auto b, int line = __builtin_LINE()) const {
    return operation<Pairwise>{}(a, b, line);
  }
  constexpr var operator()(var a, std::floating_point auto b, int line = __builtin_LINE()) const {
    return operation<Pairwise>{}(a, var(b), line);
  }
};

} // namespace ops

/// max(x, axes): the largest element over axes, NaN if one is NaN; max(a, b) with values is maximum(a, b).
/// shapes   as sum
/// grad     ybar at the first largest element, 0 elsewhere
/// errors   compile: x lacks an axis, an axis is empty; run: a named axis is empty (shape_error)
/// accuracy exact
inline constexpr ops::reduction_or_pairwise<ops::max, ops::maximum> max{};

/// min(x, axes): the smallest element over axes, NaN if one is NaN; min(a, b) with values is minimum(a, b).
/// shapes   as sum
/// grad     ybar at the first smallest element, 0 elsewhere
/// errors   as max
/// accuracy exact
inline constexpr ops::reduction_or_pairwise<ops::min, ops::minimum> min{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// exponentials: exp(x - shift) and their sum over the axes in a mask. The shift is the largest element, or 0 where that
/// is infinite; nothing depends on it, so its derivative is 0.
/// source   Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
struct exponentials {
  var shift, each, sum;

  constexpr exponentials(var x, unsigned mask) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const int line = x.tape->line;
    const var largest = stop_gradient::apply(max::apply(x, mask));
    shift = fluxpp::select(fluxpp::less(fluxpp::abs(largest, line), inf, line), largest, 0.0, line);
    each = fluxpp::exp(x - shift, line);
    sum = ops::sum::apply(each, mask);
  }
};

struct logsumexp {
  static constexpr auto name = "logsumexp";
  static constexpr var apply(var x, unsigned mask) {
    const exponentials e(x, mask);
    return fluxpp::log(e.sum, x.tape->line) + e.shift;
  }
};

} // namespace ops

/// logsumexp(x, axes): log(sum(exp(x))), shifted by the largest element; -inf where all elements are -inf.
/// shapes   as sum
/// grad     exp(x - logsumexp(x)) ybar
/// errors   as mean
inline constexpr ops::reduction<ops::logsumexp, true> logsumexp{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// pick(x, label): x[i, label[i]] for every row i of a matrix.
/// grad     in x: ybar in column label[i], by comparison with the column numbers, so that nothing is stored; in label: 0
/// errors   run: a label is not one of 0, ... c - 1 (value_error)
struct pick : linear_in<pick, 2, 0> {
  static constexpr auto name = "pick";
  static constexpr var apply(var x, var label) { return record<pick>(*x.tape, make_dims(x.extent(0)), {}, x, label); }
  static constexpr var transpose(const node_view& y, var ybar) {
    const var column = reshape::apply(ybar, ybar.shape().with(1));
    return fluxpp::select(one_hot(y.arg(1), y.arg(0).extent(1)), column, 0.0, y.node.line);
  }
};

struct cross_entropy_function {
  constexpr var operator()(var x, var label, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    if (x.rank() != 2 || label.rank() != 1) {
      t.fail(graph::rule::labels, x.shape(), label.is_number() ? dims{} : label.shape());
      return x;
    }
    const int n = t.extents.resolve(x.extent(0)), m = t.extents.resolve(label.extent(0));
    if (n >= 0 && m >= 0 && n != m) t.fail(graph::rule::labels, x.shape(), label.shape());
    else t.extents.equate(n, m, "cross_entropy", line);
    require_elements(x, 3u, "cross_entropy");
    const exponentials e(x, 2u);
    const dims rows = make_dims(x.extent(0));
    const var normaliser = fluxpp::log(reshape::apply(e.sum, rows), line);
    const var losses = normaliser - (pick::apply(x, label) - reshape::apply(e.shift, rows));
    return squeezed(mean::apply(losses, 1u), 1u, {});
  }
};

} // namespace ops

/// cross_entropy(x, label): the mean over rows of logsumexp(x[i]) - x[i, label[i]].
/// shapes   x [n, c], label [n] -> scalar
/// grad     in x: (softmax(x) - one_hot(label)) / n; in label: 0
/// errors   compile: x is no matrix, label has another length; run: a label is not one of 0, ... c - 1 (value_error)
/// range    [0, inf)
/// units    nats
inline constexpr ops::cross_entropy_function cross_entropy{};
inline constexpr ops::cross_entropy_function softmax_cross_entropy{};

} // namespace fluxpp::inline v0_1

// dropout: a random part of the elements set to zero, the others scaled up.
// uniform_like: random numbers that are a function of seed, stream, step and position alone.

namespace fluxpp::inline v0_1 {
namespace ops {

/// uniform(): numbers in [0, 1) from the stream in attribute 0, one stream per use.
/// source   Salmon, Moraes, Dror & Shaw 2011, doi:10.1145/2063384.2063405
struct uniform : custom<0> {
  static constexpr auto name = "uniform";
  static constexpr var apply(graph::tape& t, const dims& shape) {
    return record<uniform>(t, shape, graph::make_attributes(t.size()));
  }
  static constexpr var vjp(const node_view&, var, int) { return {}; }
  static constexpr var jvp(const node_view&, const pushforward&) { return {}; }
};

struct uniform_like_function {
  constexpr var operator()(var x) const { return uniform::apply(*x.tape, x.shape()); }
};

} // namespace ops

/// uniform_like(x): numbers in [0, 1) with the shape of x; each call is a stream of its own, new at every training step.
/// grad     none
inline constexpr ops::uniform_like_function uniform_like{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

struct dropout_function {
  constexpr var operator()(var x, var rate, int line = __builtin_LINE()) const {
    if (x.is_number() || (rate.is_number() && rate.number == 0)) return x;
    graph::at_line(x, line);
    const var kept = fluxpp::greater_equal(uniform::apply(*x.tape, x.shape()), rate, line);
    // Where nothing is kept the scale is 1: an infinite one would make derivatives of 0 NaN.
    const var share = fluxpp::select(fluxpp::less(rate, 1.0, line), var(1.0) - rate, 1.0, line);
    return fluxpp::select(kept, x * (var(1.0) / share), 0.0, line);
  }
};

} // namespace ops

/// dropout(x, rate): every element is 0 with probability rate, else x / (1 - rate); rate is a number or a scalar.
/// shapes   x [a, b] -> [a, b]
/// grad     ybar / (1 - rate) where x is kept; 0 everywhere at a rate of 1
/// source   Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, JMLR 15
constexpr var dropout(var x, var rate, int line = __builtin_LINE()) { return ops::dropout_function{}(x, rate, line); }

} // namespace fluxpp::inline v0_1

// elu: the exponential linear unit.

namespace fluxpp::inline v0_1 {
namespace ops {

/// elu(x): x above 0, else e^x - 1, elementwise.
/// grad     1 above 0, else y + 1
/// accuracy 2 ulp
/// source   Clevert, Unterthiner & Hochreiter 2015, arXiv:1511.07289
struct elu : elementwise<1> {
  static constexpr auto name = "elu";
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    using std::expm1;
    return select(x > V(0), x, expm1(x));
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) {
    return {fluxpp::select(fluxpp::greater(y, V(0)), V(1), y + V(1))};
  }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::elu> elu{};
} // namespace fluxpp::inline v0_1

// erf: the error function.

namespace fluxpp::inline v0_1 {
namespace ops {

/// erf(x): the error function, elementwise.
/// grad     2 exp(-x^2) / sqrt(pi)
/// accuracy 2 ulp
struct erf : elementwise<1> {
  static constexpr auto name = "erf";
  template <class V> static constexpr V forward(V x) {
    using std::erf;
    return erf(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {V(2 * std::numbers::inv_sqrtpi_v<scalar::real_of<V>>) * fluxpp::exp(-x * x)};
  }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::erf> erf{};
} // namespace fluxpp::inline v0_1

// exclusive_product, exclusive_recurrence: what comes before each element along an axis; their derivatives divide by nothing.

namespace fluxpp::inline v0_1::ops {

/// The axis in attribute 0; attribute 1: from its end.
constexpr graph::attributes opposite(const node_view& y) { return graph::make_attributes(y.attr(0), y.attr(1) == 0); }

/// exclusive_recurrence(x, b): y[0] = 0, y[k + 1] = x[k] y[k] + b[k] along an axis; from the end, y[n - 1] = 0 and
/// y[k - 1] = x[k] y[k] + b[k].
/// grad     with r = exclusive_recurrence(x, ybar) from the other end: in x: y r; in b: r
struct exclusive_recurrence : custom<2> {
  static constexpr auto name = "exclusive_recurrence";
  static constexpr var apply(var x, var b, const graph::attributes& along) {
    return record<exclusive_recurrence>(*x.tape, x.shape(), along, x, broadcast_to(b, x.shape()));
  }
  static constexpr var vjp(const node_view& y, var ybar, int i) {
    const var r = apply(y.arg(0), ybar, opposite(y));
    return i == 0 ? y.result() * r : r;
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    const var by_x = p.dx[0].exists() ? p.dx[0] * y.result() : var{};
    return apply(y.arg(0), plus(by_x, p.dx[1]), y.attributes());
  }
};

/// exclusive_product(x): y[0] = 1, y[k + 1] = x[k] y[k] along an axis; from the end, y[n - 1] = 1 and y[k - 1] = x[k] y[k].
/// grad     y exclusive_recurrence(x, ybar) from the other end
struct exclusive_product : custom<1> {
  static constexpr auto name = "exclusive_product";
  static constexpr var apply(var x, int axis, bool from_end) {
    return record<exclusive_product>(*x.tape, x.shape(), graph::make_attributes(axis, from_end), x);
  }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    return y.result() * exclusive_recurrence::apply(y.arg(0), ybar, opposite(y));
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return exclusive_recurrence::apply(y.arg(0), p.dx[0] * y.result(), y.attributes());
  }
};

} // namespace fluxpp::inline v0_1::ops

// expm1: the exponential function less one.

namespace fluxpp::inline v0_1 {
namespace ops {

/// expm1(x): e^x - 1, elementwise, precise near 0.
/// accuracy 2 ulp
struct expm1 : elementwise<1> {
  static constexpr auto name = "expm1";
  template <class V> static constexpr V forward(V x) {
    using std::expm1;
    return expm1(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {y + V(1)}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::expm1> expm1{};
} // namespace fluxpp::inline v0_1

// floor: rounding down.

namespace fluxpp::inline v0_1 {
namespace ops {

/// floor(x): the largest integer not above x, elementwise.
/// grad     0 everywhere
/// accuracy exact
struct floor : elementwise<1> {
  static constexpr auto name = "floor";
  template <class V> static constexpr V forward(V x) {
    using std::floor;
    return floor(x);
  }
  static constexpr std::array samples{-2.5, -0.5, 1.5};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::floor> floor{};
} // namespace fluxpp::inline v0_1

// gather, scatter_add: rows of an array by their numbers, and rows added at their numbers; each other's transposes.

namespace fluxpp::inline v0_1 {
namespace ops {

/// gather(x, index): row index[i] of x for every i.
/// grad     in x: scatter_add(ybar, index); in index: 0
struct gather : linear_in<gather, 2, 0> {
  static constexpr auto name = "gather";
  static constexpr var apply(var x, var index) {
    dims shape = index.shape();
    for (int i = 1; i < x.rank(); ++i) shape = shape.with(x.shape()[i]);
    return record<gather>(*x.tape, shape, {}, x, index);
  }
  static constexpr var transpose(const node_view& y, var ybar);
};

/// scatter_add(x, index): zeros with as many rows as the result has, and row i of x added at row index[i], in order of i.
/// grad     in x: gather(ybar, index); in index: 0
struct scatter_add : linear_in<scatter_add, 2, 0> {
  static constexpr auto name = "scatter_add";
  static constexpr var apply(var x, var index, const dims& shape) {
    return record<scatter_add>(*x.tape, shape, {}, x, index);
  }
  static constexpr var transpose(const node_view& y, var ybar) { return gather::apply(ybar, y.arg(1)); }
};

constexpr var gather::transpose(const node_view& y, var ybar) {
  return scatter_add::apply(ybar, y.arg(1), y.arg(0).shape());
}

/// An index as a node: a number becomes a constant.
constexpr var on_tape_of(var x, var index) { return index.exists() ? index : x.tape->constant(index.number); }

struct gather_function {
  constexpr var operator()(var x, var index, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    index = on_tape_of(x, index);
    if (x.rank() > 0 && index.rank() + x.rank() - 1 <= max_rank) return gather::apply(x, index);
    x.tape->fail(graph::rule::gather, x.shape(), index.shape());
    return x;
  }
};

struct scatter_add_function {
  constexpr var operator()(var x, var index, int rows, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(x, line);
    index = on_tape_of(x, index);
    dims shape = make_dims(rows);
    if (index.rank() > x.rank() || x.rank() - index.rank() >= max_rank) {
      t.fail(graph::rule::gather, x.shape(), index.shape());
      return x;
    }
    for (int i = 0; i < x.rank(); ++i) {
      if (i >= index.rank()) shape = shape.with(x.shape()[i]);
      else if (const int a = t.extents.resolve(x.shape()[i]), b = t.extents.resolve(index.shape()[i]); a < 0 || b < 0)
        t.extents.equate(a, b, "scatter_add", line);
      else if (a != b) t.fail(graph::rule::gather, x.shape(), index.shape());
    }
    return scatter_add::apply(x, index, shape);
  }
};

} // namespace ops

/// gather(x, index): rows of x along its first axis, by their numbers.
/// shapes   x [n, a, b], index [i, j] -> [i, j, a, b]
/// grad     in x: the rows of ybar added at their numbers; in index: 0
/// errors   compile: x has no axis; run: an index is not one of the whole numbers 0, ... n - 1 (value_error)
/// accuracy exact
inline constexpr ops::gather_function gather{};

/// scatter_add(x, index, n): n rows of zeros, and every row of x added at its number; rows of one number in their order.
/// shapes   x [i, j, a, b], index [i, j] -> [n, a, b]
/// grad     in x: gather(ybar, index); in index: 0
/// errors   as gather; compile: index does not fit the first axes of x; run: so with named extents (shape_error)
inline constexpr ops::scatter_add_function scatter_add{};

} // namespace fluxpp::inline v0_1

// gelu: the Gaussian error linear unit.

namespace fluxpp::inline v0_1 {
namespace ops {

/// gelu(x): x Phi(x), elementwise, with the normal distribution function Phi; NaN at -infinity.
/// grad     Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi)
/// accuracy 4 ulp, or 4 units of 2^-24 (float) and 2^-53 (double)
/// source   Hendrycks & Gimpel 2016, arXiv:1606.08415
struct gelu : elementwise<1> {
  static constexpr auto name = "gelu";
  template <class R> static constexpr R half_root = std::numbers::sqrt2_v<R> / 2;
  template <class V> static constexpr V forward(V x) {
    using std::erf;
    return V(0.5) * x * (V(1) + erf(x * V(half_root<scalar::real_of<V>>)));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    using real = scalar::real_of<V>;
    const V area = V(0.5) + V(0.5) * fluxpp::erf(x * V(half_root<real>));
    return {area + x * fluxpp::exp(V(-0.5) * x * x) * V(half_root<real> * std::numbers::inv_sqrtpi_v<real>)};
  }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4, max_absolute = 4;
};

} // namespace ops
inline constexpr operation<ops::gelu> gelu{};
} // namespace fluxpp::inline v0_1

// gelu_tanh: the Gaussian error linear unit by the hyperbolic tangent.

namespace fluxpp::inline v0_1 {
namespace ops {

/// gelu_tanh(x): x (1 + tanh(u)) / 2 = x sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3), elementwise;
/// NaN at -infinity.
/// accuracy 4 ulp, or 4 units of 2^-24 (float) and 2^-53 (double)
/// source   Hendrycks & Gimpel 2016, arXiv:1606.08415
struct gelu_tanh : elementwise<1> {
  static constexpr auto name = "gelu_tanh";
  /// 2 u = x (a + b x^2)
  template <class R> static constexpr R a = R(2 * std::numbers::sqrt2_v<R> * std::numbers::inv_sqrtpi_v<R>);
  template <class R> static constexpr R b = R(0.044715) * a<R>;
  template <class V> static constexpr V forward(V x) {
    using real = scalar::real_of<V>;
    return x * sigmoid::forward(x * (V(a<real>) + V(b<real>) * x * x));
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    using real = scalar::real_of<V>;
    const V x2 = x * x, s = fluxpp::sigmoid(x * (V(a<real>) + V(b<real>) * x2));
    return {s * (V(1) + x * (V(1) - s) * (V(a<real>) + V(3 * b<real>) * x2))};
  }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4, max_absolute = 4;
};

} // namespace ops
inline constexpr operation<ops::gelu_tanh> gelu_tanh{};
} // namespace fluxpp::inline v0_1

// hardsigmoid: the logistic function in three straight pieces.
// relu6: the rectified linear unit, capped at six.

namespace fluxpp::inline v0_1 {
namespace ops {

/// relu6(x): x between 0 and 6, elementwise; NaN stays NaN.
/// grad     1 between 0 and 6, else 0; grad at 0 and 6 is 0
/// accuracy exact
struct relu6 : elementwise<1> {
  static constexpr auto name = "relu6";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    return select(x <= V(0), V(0), select(x >= V(6), V(6), x));
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) {
    return {fluxpp::greater(y, V(0)) * fluxpp::less(y, V(6))};
  }
  static constexpr std::array samples{-2.0, 0.5, 4.0, 7.0};
  static constexpr std::array kinks{kink{0.0, 0.0}, kink{6.0, 0.0}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::relu6> relu6{};
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// hardsigmoid(x): relu6(x + 3) / 6, elementwise.
/// grad     1/6 between -3 and 3, else 0; grad at -3 and 3 is 0
/// accuracy 2 ulp
/// source   Howard et al. 2019, arXiv:1905.02244
struct hardsigmoid : elementwise<1> {
  static constexpr auto name = "hardsigmoid";
  static constexpr int cost = 2;
  template <class V> static constexpr V forward(V x) { return relu6::forward(x + V(3)) * V(scalar::real_of<V>(1) / 6); }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {fluxpp::greater(x, V(-3)) * fluxpp::less(x, V(3)) * V(scalar::real_of<V>(1) / 6)};
  }
  static constexpr std::array samples{-4.0, -0.5, 1.5, 4.0};
  static constexpr std::array kinks{kink{-3.0, 0.0}, kink{3.0, 0.0}};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::hardsigmoid> hardsigmoid{};
} // namespace fluxpp::inline v0_1

// hardswish: silu with a hard sigmoid.

namespace fluxpp::inline v0_1 {
namespace ops {

/// hardswish(x): x relu6(x + 3) / 6, elementwise; NaN at -infinity.
/// grad     x / 3 + 1/2 between -3 and 3, 0 below, 1 above; grad at -3 is 0, at 3 it is 1
/// accuracy 3 ulp
/// source   Howard et al. 2019, arXiv:1905.02244
struct hardswish : elementwise<1> {
  static constexpr auto name = "hardswish";
  static constexpr int cost = 2;
  template <class V> static constexpr V forward(V x) { return x * hardsigmoid::forward(x); }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    const V inside = x * V(scalar::real_of<V>(1) / 3) + V(0.5);
    return {fluxpp::select(fluxpp::less(x, V(3)), fluxpp::select(fluxpp::greater(x, V(-3)), inside, V(0)), V(1))};
  }
  static constexpr std::array samples{-4.0, -0.5, 1.5, 4.0};
  static constexpr std::array kinks{kink{-3.0, 0.0}, kink{3.0, 1.0}};
  static constexpr double max_ulp = 3;
};

} // namespace ops
inline constexpr operation<ops::hardswish> hardswish{};
} // namespace fluxpp::inline v0_1

// layer_norm: every element of a batch brought to mean 0 and variance 1 over its trailing axes.

namespace fluxpp::inline v0_1 {
namespace ops {

struct layer_norm_function {
  constexpr var operator()(var x, var scale, var shift, double epsilon = 1e-5, int line = __builtin_LINE()) const {
    return over_trailing(x, scale.rank(), epsilon, line) * scale + shift;
  }
  /// Without scale and shift, over the last `trailing` axes.
  static constexpr var over_trailing(var x, int trailing, double epsilon, int line) {
    graph::at_line(x, line);
    if (trailing < 1 || trailing > x.rank()) {
      x.tape->fail(graph::rule::axis, x.shape(), make_dims(trailing));
      return x;
    }
    const unsigned all = (1u << x.rank()) - 1, mask = all & ~((1u << (x.rank() - trailing)) - 1);
    require_elements(x, mask, "layer_norm");
    const var v = variance::apply(x, mask, 0);
    return (x - mean::apply(x, mask)) * fluxpp::rsqrt(v + var(epsilon), line);
  }
};

} // namespace ops

/// layer_norm(x, scale, shift, epsilon = 1e-5): mean 0 and variance 1 over as many trailing axes as scale has, then scaled
/// and shifted.
/// shapes   x [n, a, b], scale and shift [a, b] -> [n, a, b]
/// errors   compile: scale does not fit the trailing axes, they are empty
/// source   Ba, Kiros & Hinton 2016, arXiv:1607.06450
inline constexpr ops::layer_norm_function layer_norm{};

} // namespace fluxpp::inline v0_1

// leaky_relu: the rectified linear unit that lets some through below zero.

namespace fluxpp::inline v0_1 {
namespace ops {

/// leaky_relu(x, slope): x above 0, else slope x, elementwise; leaky_relu(x) has the slope 0.01.
/// grad     in x 1 above 0, else slope; in slope 0 above 0, else x; grad at 0 is that of the left side
/// accuracy 0.5 ulp
/// source   He, Zhang, Ren & Sun 2015, arXiv:1502.01852
struct leaky_relu : elementwise<2> {
  static constexpr auto name = "leaky_relu";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x, V slope) {
    using scalar::select;
    return select(x > V(0), x, slope * x);
  }
  template <class V> static constexpr std::array<V, 2> partials(V x, V slope, V) {
    const V above = fluxpp::greater(x, V(0));
    return {fluxpp::select(above, V(1), slope), fluxpp::select(above, V(0), x)};
  }
  static constexpr std::array samples{std::array{-2.0, 0.25}, std::array{1.5, 0.25}, std::array{-0.5, -1.0}};
  static constexpr double max_ulp = 0.5;
};

/// The object behind fluxpp::leaky_relu: with one argument, an activation like the others.
struct leaky_relu_operation : operation<leaky_relu> {
  using operation<leaky_relu>::operator();
  constexpr var operator()(var x) const { return (*this)(x, 0.01, x.exists() ? x.tape->line : 0); }
  template <class V> constexpr V operator()(V x) const { return (*this)(x, V(scalar::real_of<V>(0.01))); }
};

} // namespace ops

inline constexpr ops::leaky_relu_operation leaky_relu{};
} // namespace fluxpp::inline v0_1

// log1p: the natural logarithm of one plus a number.

namespace fluxpp::inline v0_1 {
namespace ops {

/// log1p(x): log(1 + x), elementwise, precise near 0; -infinity at -1, NaN below.
/// accuracy 2 ulp
struct log1p : elementwise<1> {
  static constexpr auto name = "log1p";
  static constexpr double domain[2]{-0.999, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::log1p;
    return log1p(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(1) / (V(1) + x)}; }
  static constexpr std::array samples{-0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::log1p> log1p{};
} // namespace fluxpp::inline v0_1

// log2: the logarithm to base two.

namespace fluxpp::inline v0_1 {
namespace ops {

/// log2(x): the logarithm to base 2, elementwise; exact at powers of 2, -infinity at 0, NaN below.
/// accuracy 2 ulp
struct log2 : elementwise<1> {
  static constexpr auto name = "log2";
  static constexpr double domain[2]{1e-30, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::log2;
    return log2(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    return {V(std::numbers::log2e_v<scalar::real_of<V>>) / x};
  }
  static constexpr std::array samples{0.25, 1.0, 2.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::log2> log2{};
} // namespace fluxpp::inline v0_1

// matmul: products of matrices, vectors and arrays of matrices.
// reshape, flatten: the functions a user calls; the view itself stands beside sum and broadcast in broadcast.hpp.

namespace fluxpp::inline v0_1 {
namespace ops {

/// extent_list: extents as a user writes them, {x.extent(0), -1, 3}; -1 is the one to be found.
struct extent_list {
  dims extents;

  template <std::same_as<int>... Int> constexpr extent_list(Int... e) : extents(make_dims(e...)) {}
  constexpr extent_list(const dims& d) : extents(d) {}
};

/// factors: an extent as a number times symbols and formulas that are no products.
struct factors {
  int number = 1;
  list<int> symbols;

  constexpr void multiply(const graph::extent_table& t, int e) {
    e = t.resolve(e);
    if (e >= 0) {
      number *= e;
    } else if (t.at(e).kind == graph::extent_kind::product) {
      multiply(t, t.at(e).a);
      multiply(t, t.at(e).b);
    } else {
      symbols.push(e);
    }
  }
  /// The symbols times a number, as an extent.
  constexpr int times(graph::extent_table& t, int n) const {
    for (const int s : symbols) n = t.product(n, s);
    return n;
  }
  /// Takes a symbol out, if it is there.
  constexpr bool divide(int symbol) {
    for (int& s : symbols) {
      if (s != symbol) continue;
      s = symbols.back();
      symbols.pop();
      return true;
    }
    return false;
  }
};
constexpr factors factors_of(const graph::extent_table& t, const dims& d) {
  factors f;
  for (int i = 0; i < d.rank; ++i) f.multiply(t, d[i]);
  return f;
}

/// quotient{count, known}: `count` elements over extents that are known, without what is found in both.
struct quotient {
  int left = 1;       ///< of count
  int by = 1;         ///< of known, a number
  bool named = false; ///< so are names of known

  constexpr quotient(graph::extent_table& t, factors count, const factors& known) : by(known.number) {
    for (const int s : known.symbols) named = !count.divide(s) || named;
    const bool exact = by != 0 && count.number % by == 0;
    left = count.times(t, exact ? count.number / by : count.number);
    if (exact) by = 1;
  }
  constexpr bool equal() const { return !named && left == by; }
  constexpr bool decided() const { return !named && left >= 0; }
};

/// reshaped(x, shape): x with other extents, at most one of them -1; the number of elements must stay.
constexpr var reshaped(var x, dims shape) {
  graph::tape& t = *x.tape;
  dims known;
  int unknown = 0, found = 0;
  for (int i = 0; i < shape.rank; ++i) {
    if (shape[i] != -1) known = known.with(shape[i]);
    else found = i, ++unknown;
  }
  const quotient q(t.extents, factors_of(t.extents, x.shape()), factors_of(t.extents, known));
  if (unknown > 1 || (unknown == 1 && (q.named || !t.extents.require_multiple(q.left, q.by, "reshape", t.line))) ||
      (unknown == 0 && q.decided() && !q.equal()))
    t.fail(graph::rule::reshape, x.shape(), shape);
  else if (unknown == 0 && !q.equal())
    t.extents.equate(element_count(t, x.shape()), element_count(t, known), "reshape", t.line);
  if (unknown > 0) shape[found] = q.by > 0 ? t.extents.quotient(q.left, q.by) : 1;
  return reshape::apply(x, shape);
}

struct reshape_function {
  constexpr var operator()(var x, const extent_list& shape, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    return reshaped(x, shape.extents);
  }
};
struct flatten_function {
  /// flatten() as a layer of a network.
  constexpr flatten_function operator()() const { return *this; }
  constexpr var operator()(var x, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    if (x.rank() == 0) return reshape::apply(x, make_dims(1, 1));
    dims rest;
    for (int i = 1; i < x.rank(); ++i) rest = rest.with(x.shape()[i]);
    return reshape::apply(x, make_dims(x.shape()[0], element_count(*x.tape, rest)));
  }
};

} // namespace ops

/// reshape(x, {x.extent(0), -1}): the same elements in the same order under other extents; -1 stands for what is left.
/// shapes   x [a, b, c] -> [a, b c]
/// grad     ybar under the extents of x
/// errors   compile: the number of elements changes, or cannot be found; run: so with named extents (shape_error)
/// accuracy exact
inline constexpr ops::reshape_function reshape{};

/// flatten(x): all axes but the first as one.
/// shapes   x [n, a, b, ...] -> [n, a b ...]
/// grad     ybar under the extents of x
/// accuracy exact
inline constexpr ops::flatten_function flatten{};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

/// matmul(a, b): the product of two matrices; attributes 0 and 1 say which is read transposed.
/// grad     in a: ybar b', in b: a' ybar
struct matmul : linear<2> {
  static constexpr auto name = "matmul";
  static constexpr var apply(var a, var b, bool ta, bool tb) {
    const dims shape = make_dims(matrix_extent(a.shape(), 0, ta), matrix_extent(b.shape(), 1, tb));
    return record<matmul>(*a.tape, shape, graph::make_attributes(ta, tb), a, b);
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) { return absorb_transposes(t, n); }
  static constexpr var transpose(const node_view& y, var ybar, int i) {
    const bool ta = y.attr(0) != 0, tb = y.attr(1) != 0;
    const var other = y.arg(1 - i);
    if (i == 0) return ta ? apply(other, ybar, tb, true) : apply(ybar, other, false, !tb);
    return tb ? apply(ybar, other, true, ta) : apply(other, ybar, !ta, false);
  }
};

struct matmul_function {
  constexpr var operator()(var a, var b, int line = __builtin_LINE()) const {
    graph::tape& t = graph::at_line(a.exists() ? a : b, line);
    if (a.rank() == 0 || b.rank() == 0) {
      t.fail(graph::rule::matmul, a.shape(), b.shape());
      return a;
    }
    const bool row = a.rank() == 1, column = b.rank() == 1;
    if (row) a = reshape::apply(a, make_dims(1, a.extent(0)));
    if (column) b = reshape::apply(b, make_dims(b.extent(0), 1));
    contract(t, a.shape(), b.shape(), false, false);
    const var y = product(t, a, b);
    const unsigned last = 1u << (y.rank() - 1);
    return reshape::apply(y, squeezed_shape(y.shape(), (row ? last >> 1 : 0) | (column ? last : 0)));
  }

private:
  static constexpr var product(graph::tape& t, var a, var b) {
    if (a.rank() == 2 && b.rank() == 2) return matmul::apply(a, b, false, false);
    if (b.rank() > 2) return batched_matmul::apply(a, b, false, false);
    dims lead = a.shape(); // one matrix for all: one long product
    const int columns = lead[--lead.rank];
    lead[lead.rank] = 0;
    const var rows = reshape::apply(a, make_dims(element_count(t, lead), columns));
    return reshape::apply(matmul::apply(rows, b, false, false), lead.with(b.extent(1)));
  }
};

} // namespace ops

/// matmul(a, b): the matrix product; a vector is a row on the left, a column on the right; leading axes broadcast.
/// shapes   a [.., m, k], b [.., k, n] -> [.., m, n]
/// grad     in a: ybar b', in b: a' ybar
/// errors   compile: k differs, a scalar; run: a named k differs (shape_error)
/// accuracy 4 sqrt(k) ulp of |a| |b|
inline constexpr ops::matmul_function matmul{};

} // namespace fluxpp::inline v0_1

// max_pool2d, adaptive_max_pool2d: the largest element under each window of an image.

namespace fluxpp::inline v0_1 {
namespace ops {

/// max_pool_at(x, t): t, of x's shape, where x has its first largest element under each window.
/// grad     in x: 0; in t: max_pool_put(x, ybar)
struct max_pool_at : linear_in<max_pool_at, 2, 1> {
  static constexpr auto name = "max_pool_at";
  static constexpr var apply(var x, var t, const dims& shape, const graph::attributes& o) {
    return record<max_pool_at>(*x.tape, shape, o, x, t);
  }
  static constexpr var transpose(const node_view& y, var ybar);
};

/// max_pool_put(x, t): zeros of x's shape, and t, one per window, added where x has its first largest element under it.
/// grad     in x: 0; in t: max_pool_at(x, ybar)
struct max_pool_put : linear_in<max_pool_put, 2, 1> {
  static constexpr auto name = "max_pool_put";
  static constexpr var apply(var x, var t, const graph::attributes& o) {
    return record<max_pool_put>(*x.tape, x.shape(), o, x, t);
  }
  static constexpr var transpose(const node_view& y, var ybar) {
    return max_pool_at::apply(y.arg(0), ybar, y.arg(1).shape(), y.attributes());
  }
};

constexpr var max_pool_at::transpose(const node_view& y, var ybar) {
  return max_pool_put::apply(y.arg(0), ybar, y.attributes());
}

/// max_pool2d(x): see fx::max_pool2d.
struct max_pool2d : custom<1> {
  static constexpr auto name = "max_pool2d";
  static constexpr var apply(var x, const dims& shape, const graph::attributes& o) {
    return record<max_pool2d>(*x.tape, shape, o, x);
  }
  static constexpr var vjp(const node_view& y, var ybar, int) {
    return max_pool_put::apply(y.arg(0), ybar, y.attributes());
  }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return max_pool_at::apply(y.arg(0), p.dx[0], y.shape(), y.attributes());
  }
};

struct global_max_pool2d_function {
  constexpr var operator()(var x, int line = __builtin_LINE()) const { return fluxpp::max(x, {2, 3}, line); }
};

} // namespace ops

/// max_pool2d(x, {.size, .stride, .pad, .same, .ceiling}): the largest element under each window; NaN if one is NaN.
/// shapes   x [n, c, h, w] -> [n, c, h', w'],  h' = (h + 2 pad - size) / stride + 1
/// grad     ybar at the first largest element of each window, 0 elsewhere
/// errors   compile: a window is larger than the padded image, or fits into the padding; run: a named extent is too small
///          (shape_error)
/// accuracy exact
inline constexpr ops::pool2d<ops::max_pool2d> max_pool2d{};

/// adaptive_max_pool2d(x, {h, w}): the largest element under each of h times w windows that cover the image evenly.
/// shapes   x [n, c, ..] -> [n, c, h, w]
/// grad     as max_pool2d
/// errors   compile: x is no batch of images, or is empty
/// accuracy exact
inline constexpr ops::adaptive_pool2d<ops::max_pool2d> adaptive_max_pool2d{};

/// global_max_pool2d(x): the largest element of each channel.
/// shapes   x [n, c, h, w] -> [n, c]
/// grad     ybar at the first largest element
inline constexpr ops::global_max_pool2d_function global_max_pool2d{};

} // namespace fluxpp::inline v0_1

// mse, l1, huber: losses of regression.

namespace fluxpp::inline v0_1 {
namespace ops {

/// mean_loss<Loss>: the mean over all elements of a loss of the difference.
template <class Loss> struct mean_loss {
  constexpr var operator()(var y, var target, int line = __builtin_LINE()) const {
    return mean_of(y, target, Loss{}, line);
  }
  template <class Function> static constexpr var mean_of(var y, var target, Function loss, int line) {
    graph::at_line(y.exists() ? y : target, line);
    return fluxpp::mean(loss(y - target), axes{}, line);
  }
};

struct squared_difference {
  constexpr var operator()(var d) const { return d * d; }
};
struct absolute_difference {
  constexpr var operator()(var d) const { return fluxpp::abs(d, d.tape->line); }
};
struct huber_difference {
  double delta;
  constexpr var operator()(var d) const {
    const int line = d.tape->line;
    const var a = fluxpp::abs(d, line), near_zero = fluxpp::less(a, delta, line);
    return fluxpp::select(near_zero, var(0.5) * (d * d), var(delta) * (a - var(0.5 * delta)), line);
  }
};
struct huber_function {
  constexpr var operator()(var y, var target, double delta = 1, int line = __builtin_LINE()) const {
    return mean_loss<huber_difference>::mean_of(y, target, huber_difference{delta}, line);
  }
};

} // namespace ops

/// mse(y, target): the mean square difference.
/// shapes   any that broadcast -> scalar
/// range    [0, inf)
inline constexpr ops::mean_loss<ops::squared_difference> mse{};

/// l1(y, target): the mean absolute difference.
/// shapes   any that broadcast -> scalar
/// grad     grad at 0 is 0
/// range    [0, inf)
inline constexpr ops::mean_loss<ops::absolute_difference> l1{};

/// huber(y, target, delta = 1): the mean of d^2 / 2 for differences below delta, of delta (|d| - delta / 2) beyond.
/// shapes   any that broadcast -> scalar
/// range    [0, inf)
/// source   Huber 1964, doi:10.1214/aoms/1177703732
inline constexpr ops::huber_function huber{};

} // namespace fluxpp::inline v0_1

// norm: the Euclidean length.
// sqrt: the square root.

namespace fluxpp::inline v0_1 {
namespace ops {

/// sqrt(x): the square root, elementwise; NaN below 0.
/// grad     1 / (2 y); grad at 0 is infinity
/// accuracy 0.5 ulp
struct sqrt : elementwise<1> {
  static constexpr auto name = "sqrt";
  static constexpr double domain[2]{0, 1e30};
  template <class V> static constexpr V forward(V x) {
    using std::sqrt;
    return sqrt(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(0.5) / y}; }
  static constexpr std::array samples{0.25, 1.0, 2.5};
  static constexpr double max_ulp = 0.5;
};

} // namespace ops
inline constexpr operation<ops::sqrt> sqrt{};
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace ops {

struct norm {
  static constexpr auto name = "norm";
  static constexpr var apply(var x, unsigned mask) {
    const int line = x.tape->line;
    const var s = sum::apply(x * x, mask), zero = fluxpp::equal(s, 0.0, line);
    return fluxpp::select(zero, 0.0, fluxpp::sqrt(fluxpp::select(zero, 1.0, s, line), line), line);
  }
};

} // namespace ops

/// norm(x, axes): the Euclidean length, sqrt of the sum of squares; squares may overflow.
/// shapes   as sum
/// grad     x / norm(x) ybar; grad at 0 is 0
/// errors   compile: x lacks an axis
inline constexpr ops::reduction<ops::norm, false> norm{};

} // namespace fluxpp::inline v0_1

// pin: a view of a value that is equal to no other node, so that a nested derivative can be taken with respect to it.

namespace fluxpp::inline v0_1::ops {

/// pin(x): x itself under a number of its own (attribute 0); hash-consing never merges it with x or another pin.
/// grad     ybar
struct pin : custom<1> {
  static constexpr auto name = "pin";
  static constexpr auto kind = graph::kind::reshape;
  static constexpr var apply(var x) {
    return record<pin>(*x.tape, x.shape(), graph::make_attributes(x.tape->size()), x);
  }
  static constexpr var vjp(const node_view&, var ybar, int) { return ybar; }
  static constexpr var jvp(const node_view&, const pushforward& p) { return p.dx[0]; }
};

} // namespace fluxpp::inline v0_1::ops

// pow: powers.

namespace fluxpp::inline v0_1 {
namespace ops {

/// A whole power n >= 1 of x by repeated squaring.
constexpr var whole_power(var x, int n) {
  if (n == 1) return x;
  const var root = whole_power(x, n / 2);
  return n % 2 == 0 ? root * root : root * root * x;
}

/// pow(x, y): x to the power y, elementwise, with C's values at zeros, infinities, NaNs and for negative x.
/// Constant exponents that are whole, from -1 to 8, become products and a quotient.
/// grad     y x^(y-1) in x, and 0 where y is 0; x^y log(x) in y: 0 where x is 0 (and y >= 0), NaN where x is negative
/// accuracy 4 ulp
struct pow : elementwise<2> {
  static constexpr auto name = "pow";
  static constexpr double domain[2]{0.01, 100};
  template <class V> static constexpr V forward(V x, V y) {
    using std::pow;
    return pow(x, y);
  }
  template <class V> static constexpr std::array<V, 2> partials(V x, V y, V z) {
    const V slope = y * operation<pow>{}(x, y - V(1));
    return {fluxpp::select(y, slope, V(0)), z * fluxpp::log(fluxpp::select(x, x, V(1)))};
  }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const graph::node& exponent = t[without_broadcast(t, n.args[1])];
    if (exponent.op != &graph::constant_op) return -1;
    const double y = exponent.value;
    const var x(t, n.args[0]);
    if (y == 0) return broadcast_to(t.constant(1), dims(t.shapes()[n.shape])).id;
    if (y == -1) return (var(1.0) / x).id;
    for (int whole = 1; whole <= 8; ++whole)
      if (y == whole) return whole_power(x, whole).id;
    return -1;
  }
  static constexpr std::array samples{std::array{2.0, 3.0}, std::array{0.5, -1.5}, std::array{1.5, 0.25}};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::pow> pow{};
} // namespace fluxpp::inline v0_1

// prod: the product over axes.

namespace fluxpp::inline v0_1 {
namespace ops {

/// prod(x): the product over the axes in the mask (attribute 0), which keep extent 1.
struct prod : custom<1> {
  static constexpr auto name = "prod";
  static constexpr auto kind = graph::kind::reduction;
  static constexpr auto fold = graph::fold::prod;
  static constexpr var apply(var x, unsigned mask) { return ops::fold<prod>(x, mask); }
  static constexpr var vjp(const node_view& y, var ybar, int) { return ybar * others(y); }
  static constexpr var jvp(const node_view& y, const pushforward& p) {
    return sum::apply(p.dx[0] * others(y), static_cast<unsigned>(y.attr(0)));
  }

private:
  /// For each element the product of all others: of those before it and those after it along the last axis, times the same of
  /// the products along that axis, and so on for each axis before it.
  static constexpr var others(const node_view& y) {
    var x = y.arg(0), product = 1.0;
    for (int axis = x.rank() - 1; axis >= 0; --axis) {
      if (x.shape()[axis] == 1 || !(y.attr(0) >> axis & 1)) continue;
      product = product * (exclusive_product::apply(x, axis, false) * exclusive_product::apply(x, axis, true));
      x = apply(x, 1u << axis);
    }
    return product;
  }
};

} // namespace ops

/// prod(x, axes): the product over axes; over all of them when none are given; 1 over none.
/// shapes   as sum
/// grad     ybar times the product of the other elements, without division: exact where elements are 0, in every order
/// errors   compile: x lacks an axis
inline constexpr ops::reduction<ops::prod, false> prod{};

} // namespace fluxpp::inline v0_1

// relu: the rectified linear unit.

namespace fluxpp::inline v0_1 {
namespace ops {

/// relu(x): x above 0, else 0, elementwise; NaN stays NaN.
/// grad     1 above 0, else 0; grad at 0 is 0
/// accuracy exact
struct relu : elementwise<1> {
  static constexpr auto name = "relu";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) {
    using scalar::select;
    return select(x <= V(0), V(0), x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {fluxpp::greater(y, V(0))}; }
  static constexpr std::array samples{-2.0, -0.5, 1.5};
  static constexpr std::array kinks{kink{0.0, 0.0}};
  static constexpr double max_ulp = 0;
};

} // namespace ops
inline constexpr operation<ops::relu> relu{};
} // namespace fluxpp::inline v0_1

// silu: the sigmoid-weighted linear unit.

namespace fluxpp::inline v0_1 {
namespace ops {

/// silu(x): x sigmoid(x), elementwise, also called swish; NaN at -infinity.
/// grad     s (1 + x (1 - s)) with s = sigmoid(x)
/// accuracy 4 ulp while e^x is a normal number
/// source   Elfwing, Uchibe & Doya 2017, arXiv:1702.03118
struct silu : elementwise<1> {
  static constexpr auto name = "silu";
  static constexpr double domain[2]{-80, 1e30};
  template <class V> static constexpr V forward(V x) { return x * sigmoid::forward(x); }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) {
    const V s = fluxpp::sigmoid(x);
    return {s * (V(1) + x * (V(1) - s))};
  }
  static constexpr std::array samples{-4.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::silu> silu{};
} // namespace fluxpp::inline v0_1

// sin and cos, which are each other's slopes.

namespace fluxpp::inline v0_1 {
namespace ops {

/// sin(x): the sine, elementwise.
/// accuracy 2 ulp for |x| < 1e4
/// units    radians
struct sin : elementwise<1> {
  static constexpr auto name = "sin";
  static constexpr double domain[2]{-1e4, 1e4};
  template <class V> static constexpr V forward(V x) {
    using std::sin;
    return sin(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

/// cos(x): the cosine, elementwise.
/// accuracy 2 ulp for |x| < 1e4
/// units    radians
struct cos : elementwise<1> {
  static constexpr auto name = "cos";
  static constexpr double domain[2]{-1e4, 1e4};
  template <class V> static constexpr V forward(V x) {
    using std::cos;
    return cos(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::sin> sin{};
inline constexpr operation<ops::cos> cos{};

namespace ops {
template <class V> constexpr std::array<V, 1> sin::partials(V x, V) { return {fluxpp::cos(x)}; }
template <class V> constexpr std::array<V, 1> cos::partials(V x, V) { return {-fluxpp::sin(x)}; }
} // namespace ops
} // namespace fluxpp::inline v0_1

// sinh and cosh, which are each other's slopes.

namespace fluxpp::inline v0_1 {
namespace ops {

/// sinh(x): the hyperbolic sine, elementwise.
/// accuracy 2 ulp
struct sinh : elementwise<1> {
  static constexpr auto name = "sinh";
  template <class V> static constexpr V forward(V x) {
    using std::sinh;
    return sinh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

/// cosh(x): the hyperbolic cosine, elementwise.
/// accuracy 2 ulp
struct cosh : elementwise<1> {
  static constexpr auto name = "cosh";
  template <class V> static constexpr V forward(V x) {
    using std::cosh;
    return cosh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V x, V);
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 2;
};

} // namespace ops
inline constexpr operation<ops::sinh> sinh{};
inline constexpr operation<ops::cosh> cosh{};

namespace ops {
template <class V> constexpr std::array<V, 1> sinh::partials(V x, V) { return {fluxpp::cosh(x)}; }
template <class V> constexpr std::array<V, 1> cosh::partials(V x, V) { return {fluxpp::sinh(x)}; }
} // namespace ops
} // namespace fluxpp::inline v0_1

// softmax, log_softmax: probabilities from scores along an axis, and their logarithms.

namespace fluxpp::inline v0_1 {
namespace ops {

struct softmax_function {
  constexpr var operator()(var x, int axis = -1, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const unsigned mask = 1u << checked_axis(x, axis);
    require_elements(x, mask, "softmax");
    const exponentials e(x, mask);
    return e.each * (var(1.0) / e.sum);
  }
};
struct log_softmax_function {
  constexpr var operator()(var x, int axis = -1, int line = __builtin_LINE()) const {
    graph::at_line(x, line);
    const unsigned mask = 1u << checked_axis(x, axis);
    require_elements(x, mask, "log_softmax");
    const exponentials e(x, mask);
    return (x - e.shift) - fluxpp::log(e.sum, line);
  }
};

} // namespace ops

/// softmax(x, axis = -1): exp(x) / sum(exp(x)) along an axis; NaN where all scores are -inf.
/// shapes   x [a, b] -> [a, b]
/// grad     y (ybar - sum(y ybar))
/// errors   compile: x lacks the axis, the axis is empty; run: a named axis is empty (shape_error)
/// source   Bridle 1990, doi:10.1007/978-3-642-76153-9_28
inline constexpr ops::softmax_function softmax{};

/// log_softmax(x, axis = -1): x - logsumexp(x) along an axis.
/// shapes   x [a, b] -> [a, b]
/// grad     ybar - exp(y) sum(ybar)
/// errors   as softmax
/// units    nats
inline constexpr ops::log_softmax_function log_softmax{};

} // namespace fluxpp::inline v0_1

// square: the second power.

namespace fluxpp::inline v0_1 {
namespace ops {

/// square(x): x times x, elementwise; the same node as x * x.
/// accuracy 0.5 ulp
struct square : elementwise<1> {
  static constexpr auto name = "square";
  static constexpr int cost = 1;
  static constexpr bool foldable = true;
  template <class V> static constexpr V forward(V x) { return x * x; }
  template <class V> static constexpr std::array<V, 1> partials(V x, V) { return {V(2) * x}; }
  static constexpr int rewrite(graph::tape& t, const graph::node& n) {
    const var x(t, n.args[0]);
    return (x * x).id;
  }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 0.5;
};

} // namespace ops
inline constexpr operation<ops::square> square{};
} // namespace fluxpp::inline v0_1

// tan: the tangent.

namespace fluxpp::inline v0_1 {
namespace ops {

/// tan(x): the tangent, elementwise.
/// accuracy 4 ulp for |x| < 1e4
/// units    radians
struct tan : elementwise<1> {
  static constexpr auto name = "tan";
  static constexpr double domain[2]{-1e4, 1e4};
  template <class V> static constexpr V forward(V x) {
    using std::tan;
    return tan(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(1) + y * y}; }
  static constexpr std::array samples{-1.0, -0.5, 0.0, 1.0};
  static constexpr double max_ulp = 4;
};

} // namespace ops
inline constexpr operation<ops::tan> tan{};
} // namespace fluxpp::inline v0_1

// tanh: the hyperbolic tangent.

namespace fluxpp::inline v0_1 {
namespace ops {

/// tanh(x): the hyperbolic tangent, elementwise.
/// accuracy 3 ulp (batches 2)
struct tanh : elementwise<1> {
  static constexpr auto name = "tanh";
  template <class V> static constexpr V forward(V x) {
    using std::tanh;
    return tanh(x);
  }
  template <class V> static constexpr std::array<V, 1> partials(V, V y) { return {V(1) - y * y}; }
  static constexpr std::array samples{-2.0, -0.5, 0.0, 1.5};
  static constexpr double max_ulp = 3;
};

} // namespace ops
inline constexpr operation<ops::tanh> tanh{};
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::ops {

template <class... Op> struct op_list { static constexpr int size = sizeof...(Op); };

/// Elementwise operations; the position is the code of the operation in a fused kernel.
using elementwise_list = op_list<
    add, sub, mul, div, neg,                                                                                         //
    abs, acos, asin, atan, atan2, cbrt, clamp, copy, cos, cosh, elu, equal, erf, exp, expm1, floor, gelu, gelu_tanh, //
    greater, greater_equal, hardsigmoid, hardswish, leaky_relu, less, less_equal, log, log1p, log2, maximum,         //
    minimum, not_equal, pow, relu, relu6, rsqrt, select, sigmoid, sign, silu, sin, sinh, softplus, sqrt, square,     //
    tan, tanh>;

/// Reductions and views.
using reduction_list = op_list<sum, prod, max, min>;
using view_list = op_list<broadcast, reshape, stop_gradient, pin, variance>;

/// Operations with a kernel of their own (kernels/step.hpp).
using step_list =
    op_list<matmul, batched_matmul, conv2d, conv2d_input_grad, conv2d_weight_grad,             //
            max_pool2d, max_pool_at, max_pool_put, avg_pool2d, avg_pool2d_grad,                //
            permute, slice, embed, concat<2>, concat<3>, concat<4>, gather, scatter_add, pick, //
            arg_extremum, take_at_extremum, put_at_extremum, uniform, iota, exclusive_product, exclusive_recurrence>;

} // namespace fluxpp::inline v0_1::ops

namespace fluxpp::inline v0_1 {
/// Where dual stands, so that exp(x) of a dual finds the function here and never the object fluxpp::exp.
namespace dual_numbers {

/// dual<T, N>{value, tangent}: value + sum of tangent[k] e_k with e_j e_k = 0; a plain number is a constant.
/// dual<dual<T>> carries second derivatives.
/// source   Clifford 1873; Griewank & Walther 2008, Evaluating Derivatives, chapter 3
template <class T, int N = 1> struct dual {
  using value_type = T;
  static constexpr int directions = N;
  T value{};
  std::array<T, N> tangent{};

  constexpr dual() : dual(T(0)) {}
  constexpr dual(const T& v) : value(v) { tangent.fill(T(0)); }
  constexpr dual(const T& v, const std::array<T, N>& dv) : value(v), tangent(dv) {}
  template <class U>
  requires(std::is_arithmetic_v<U> && !std::is_same_v<U, T>) constexpr dual(U v)
      : dual(T(static_cast<scalar::real_of<T>>(v))) {}

  /// dual::variable(v, k): the k-th of N independent variables.
  static constexpr dual variable(const T& v, int k = 0) {
    dual x(v);
    x.tangent[static_cast<unsigned>(k)] = T(1);
    return x;
  }

  template <class U> constexpr dual& operator+=(const U& u) { return *this = *this + u; }
  template <class U> constexpr dual& operator-=(const U& u) { return *this = *this - u; }
  template <class U> constexpr dual& operator*=(const U& u) { return *this = *this * u; }
  template <class U> constexpr dual& operator/=(const U& u) { return *this = *this / u; }
};

/// The number of duals inside each other; 0 for plain numbers.
template <class X> inline constexpr int depth = 0;
template <class T, int N> inline constexpr int depth<dual<T, N>> = 1 + depth<T>;

template <class X> concept dual_number = (depth<X> > 0);

/// common<X...>: the operand that the others convert to, as constants of it.
template <class X, class... More> struct common_in { using type = X; };
template <class X, class Y, class... More>
struct common_in<X, Y, More...> : common_in<std::conditional_t<(depth<X> >= depth<Y>), X, Y>, More...> {};
template <class... X> using common = typename common_in<X...>::type;

/// A constant stands beside a dual without being one: a plain number, or the dual's value type.
template <class D, class X> constexpr typename D::value_type value_of(const X& x) {
  if constexpr (std::is_same_v<D, X>) return x.value;
  else return D(x).value;
}

/// sum of d[i] times the k-th tangent of operand i; constants have none, not even where d[i] is not finite.
template <class D, class P, class... X, std::size_t... Index>
constexpr typename D::value_type chain_rule(std::size_t k, std::index_sequence<Index...>, const P& d, const X&... x) {
  typename D::value_type sum(0);
  bool empty = true; // 0 + term would lose the sign of -0, and cost an addition
  auto add = [&]<class Y>(const auto& slope, const Y& y) {
    if constexpr (std::is_same_v<D, Y>)
      sum = std::exchange(empty, false) ? slope * y.tangent[k] : sum + slope * y.tangent[k];
  };
  (add(d[Index], x), ...);
  return sum;
}

/// apply_operation(op, x...): the rule of every elementwise operation on duals, from its forward and partials.
template <class Op, class... X>
requires dual_number<common<X...>>
constexpr auto apply_operation(Op, const X&... x) {
  using D = common<X...>;
  D y(operation<Op>{}(value_of<D>(x)...));
  if constexpr (has_partials<Op>) {
    const auto d = Op::partials(value_of<D>(x)..., y.value);
    for (std::size_t k = 0; k < y.tangent.size(); ++k)
      y.tangent[k] = chain_rule<D>(k, std::index_sequence_for<X...>{}, d, x...);
  }
  return y;
}

/// Two operands of which one is a dual, and the other is or becomes one.
template <class A, class B>
concept dual_operand =
    dual_number<common<A, B>> && std::convertible_to<A, common<A, B>> && std::convertible_to<B, common<A, B>>;

template <class A, dual_operand<A> B> constexpr auto operator+(const A& a, const B& b) {
  return apply_operation(ops::add{}, a, b);
}
template <class A, dual_operand<A> B> constexpr auto operator-(const A& a, const B& b) {
  return apply_operation(ops::sub{}, a, b);
}
template <class A, dual_operand<A> B> constexpr auto operator*(const A& a, const B& b) {
  return apply_operation(ops::mul{}, a, b);
}
template <class A, dual_operand<A> B> constexpr auto operator/(const A& a, const B& b) {
  return apply_operation(ops::div{}, a, b);
}
template <dual_number D> constexpr D operator-(const D& x) { return apply_operation(ops::neg{}, x); }
template <dual_number D> constexpr D operator+(const D& x) { return x; }

// Comparisons look at values only.
template <class A, dual_operand<A> B> constexpr auto operator<(const A& a, const B& b) {
  return value_of<common<A, B>>(a) < value_of<common<A, B>>(b);
}
template <class A, dual_operand<A> B> constexpr auto operator<=(const A& a, const B& b) {
  return value_of<common<A, B>>(a) <= value_of<common<A, B>>(b);
}
template <class A, dual_operand<A> B> constexpr auto operator>(const A& a, const B& b) { return b < a; }
template <class A, dual_operand<A> B> constexpr auto operator>=(const A& a, const B& b) { return b <= a; }
template <class A, dual_operand<A> B> constexpr auto operator==(const A& a, const B& b) {
  return value_of<common<A, B>>(a) == value_of<common<A, B>>(b);
}
template <class A, dual_operand<A> B> constexpr auto operator!=(const A& a, const B& b) {
  return value_of<common<A, B>>(a) != value_of<common<A, B>>(b);
}

// The functions of <cmath>, so that `using std::exp; exp(x)` serves numbers and duals alike.
template <dual_number D> constexpr D abs(const D& x) { return fluxpp::abs(x); }
template <dual_number D> constexpr D acos(const D& x) { return fluxpp::acos(x); }
template <dual_number D> constexpr D asin(const D& x) { return fluxpp::asin(x); }
template <dual_number D> constexpr D atan(const D& x) { return fluxpp::atan(x); }
template <dual_number D> constexpr D cbrt(const D& x) { return fluxpp::cbrt(x); }
template <dual_number D> constexpr D cos(const D& x) { return fluxpp::cos(x); }
template <dual_number D> constexpr D cosh(const D& x) { return fluxpp::cosh(x); }
template <dual_number D> constexpr D erf(const D& x) { return fluxpp::erf(x); }
template <dual_number D> constexpr D exp(const D& x) { return fluxpp::exp(x); }
template <dual_number D> constexpr D expm1(const D& x) { return fluxpp::expm1(x); }
template <dual_number D> constexpr D fabs(const D& x) { return fluxpp::abs(x); }
template <dual_number D> constexpr D floor(const D& x) { return fluxpp::floor(x); }
template <dual_number D> constexpr D log(const D& x) { return fluxpp::log(x); }
template <dual_number D> constexpr D log1p(const D& x) { return fluxpp::log1p(x); }
template <dual_number D> constexpr D log2(const D& x) { return fluxpp::log2(x); }
template <dual_number D> constexpr D sin(const D& x) { return fluxpp::sin(x); }
template <dual_number D> constexpr D sinh(const D& x) { return fluxpp::sinh(x); }
template <dual_number D> constexpr D sqrt(const D& x) { return fluxpp::sqrt(x); }
template <dual_number D> constexpr D tan(const D& x) { return fluxpp::tan(x); }
template <dual_number D> constexpr D tanh(const D& x) { return fluxpp::tanh(x); }
template <class A, dual_operand<A> B> constexpr auto atan2(const A& y, const B& x) { return fluxpp::atan2(y, x); }
template <class A, dual_operand<A> B> constexpr auto pow(const A& x, const B& y) { return fluxpp::pow(x, y); }

} // namespace dual_numbers

using dual_numbers::dual;

} // namespace fluxpp::inline v0_1

template <class T, int N> struct std::numeric_limits<fluxpp::dual<T, N>> : std::numeric_limits<T> {};

// gradcheck: compares derivatives of a function, in forward and reverse mode, with differences of its values.
// Derivatives as transforms of functions: value, gradient, directional derivatives, Hessian-vector products.
// What transforms return: values beside their derivatives, and gradients by name.
// Results of programs: a view of an array of static rank, and its owning form; both convert to other containers.

namespace fluxpp::inline v0_1 {

/// A container that can be made from a shape (xt::xtensor, xt::xarray).
template <class X, int Rank> concept shaped_container = requires(X x, std::array<std::size_t, Rank> shape) {
  X::from_shape(shape);
  x.begin();
};

/// tensor_view<T, Rank>: contiguous row-major elements that something else owns.
template <class T, int Rank> class tensor_view {
public:
  using value_type = T;
  using shape_type = std::array<std::size_t, Rank>;

  constexpr tensor_view() = default;
  constexpr tensor_view(T* data, const shape_type& shape) : data_(data), shape_(shape) {}

  constexpr T* data() const { return data_; }
  constexpr const shape_type& shape() const { return shape_; }
  constexpr std::size_t shape(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }
  constexpr std::size_t size() const {
    std::size_t n = 1;
    for (std::size_t e : shape_) n *= e;
    return n;
  }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size(); }
  constexpr T& operator[](std::size_t i) const { return data_[i]; }
  template <class... Index>
  requires(sizeof...(Index) == Rank) constexpr T& operator()(Index... i) const {
    const std::array<std::size_t, Rank> index{static_cast<std::size_t>(i)...};
    std::size_t at = 0;
    for (std::size_t a = 0; a < Rank; ++a) at = at * shape_[a] + index[a];
    return data_[at];
  }
  /// A copy in a container of the caller's choice.
  template <class X>
  requires shaped_container<X, Rank>
  operator X() const {
    X x = X::from_shape(shape_);
    auto to = x.begin();
    for (T* p = begin(); p != end(); ++p, ++to) *to = *p;
    return x;
  }

private:
  T* data_ = nullptr;
  shape_type shape_{};
};

/// tensor<T, Rank>: owns what it shows.
template <class T, int Rank> class tensor {
public:
  using value_type = T;
  using shape_type = std::array<std::size_t, Rank>;

  tensor() = default;
  explicit tensor(const shape_type& shape) : shape_(shape), data_(tensor_view<T, Rank>(nullptr, shape).size()) {}
  explicit tensor(tensor_view<T, Rank> v) : shape_(v.shape()), data_(v.begin(), v.end()) {}

  tensor_view<T, Rank> view() { return {data_.data(), shape_}; }
  tensor_view<const T, Rank> view() const { return {data_.data(), shape_}; }
  T* data() { return data_.data(); }
  const T* data() const { return data_.data(); }
  const shape_type& shape() const { return shape_; }
  std::size_t shape(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }
  std::size_t size() const { return data_.size(); }
  auto begin() { return data_.begin(); }
  auto end() { return data_.end(); }
  auto begin() const { return data_.begin(); }
  auto end() const { return data_.end(); }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  template <class... Index>
  requires(sizeof...(Index) == Rank) T& operator()(Index... i) { return view()(i...); }
  template <class... Index>
  requires(sizeof...(Index) == Rank) const T& operator()(Index... i) const { return view()(i...); }
  template <class X>
  requires shaped_container<X, Rank>
  operator X() const { return static_cast<X>(view()); }

private:
  shape_type shape_{};
  std::vector<T> data_;
};

/// A tangent that is zero: fx::jvp(f)(a, b, da, fx::zero).
struct zero_t {};
inline constexpr zero_t zero{};

/// array_ref<T>: an array of any rank, for look-up by a name known at run time; one element converts to a number.
template <class T> struct array_ref {
  T* data = nullptr;
  std::size_t size = 0;
  operator T() const { return data[0]; }
  T& operator[](std::size_t i) const { return data[i]; }
  T* begin() const { return data; }
  T* end() const { return data + size; }
};

} // namespace fluxpp::inline v0_1

// Functions that become programs: a callable on vars, with names for its arguments.
// The argument adaptor: what a program is told about an argument by its type, and how its elements are read.

namespace fluxpp::inline v0_1::arguments {

template <class A> concept number = std::is_arithmetic_v<A>;
/// An array has elements in memory, a shape and strides (xt::xtensor, xt::xtensor_fixed, views with data()).
template <class A> concept strided_array = requires(const A& a) {
  a.data();
  a.shape();
  a.strides();
};
/// A sequence is contiguous and has one axis (std::vector, std::array, std::span).
template <class A> concept sequence = !strided_array<A> && requires(const A& a) {
  { a.data()[0] } -> std::convertible_to<double>;
  { a.size() } -> std::convertible_to<std::size_t>;
}
&&!requires(const A& a) { a.shape(); };
template <class A> concept shaped_view = !strided_array<A> && requires(const A& a) {
  a.data();
  a.shape();
  a.begin();
};

/// static_extents<Shape>: what a shape type says: rank, and each extent or -1.
template <class S> struct static_extents { static constexpr int rank = -1; };
template <class Index, std::size_t N> struct static_extents<std::array<Index, N>> {
  static constexpr int rank = int{N};
  static constexpr int extent(int) { return -1; }
};
template <template <std::size_t...> class S, std::size_t... X> struct static_extents<S<X...>> {
  static constexpr int rank = int{sizeof...(X)};
  static constexpr int all[sizeof...(X) + 1]{static_cast<int>(X)..., 0};
  static constexpr int extent(int axis) { return all[axis]; }
};

/// What the type of an array says of its shape: xtensor's fixed containers name it, others show it.
template <class A> struct shape_of_type {
  using type = static_extents<std::remove_cvref_t<decltype(std::declval<const A&>().shape())>>;
};
template <class A>
requires(static_extents<typename A::shape_type>::rank >= 0) struct shape_of_type<A> {
  using type = static_extents<typename A::shape_type>;
};

/// argument_traits<A>: element type, rank, extents known from the type, and run-time access.
template <class A> struct argument_traits {
  static_assert(
      sizeof(A) == 0,
      "fluxpp: an argument must be a number, a std::array, std::vector or std::span, an xt::xtensor, or a tensor "
      "of fluxpp");
};
template <number A> struct argument_traits<A> {
  using element = A;
  static constexpr int rank = 0;
  static constexpr int extent(int) { return -1; }
};
/// An argument that is not there: a tangent known to be zero.
template <> struct argument_traits<zero_t> {
  using element = void;
  static constexpr int rank = 0;
  static constexpr int extent(int) { return -1; }
};
template <sequence A> struct argument_traits<A> {
  using element = std::remove_cvref_t<decltype(std::declval<const A&>().data()[0])>;
  static constexpr int rank = 1;
  static constexpr int extent(int) {
    if constexpr (requires { std::tuple_size<A>::value; }) return static_cast<int>(std::tuple_size<A>::value);
    else return -1;
  }
  static std::size_t size(const A& a, int) { return a.size(); }
  static std::ptrdiff_t stride(const A&, int) { return 1; }
};
template <class A>
requires strided_array<A> || shaped_view<A>
struct argument_traits<A> {
  using element = std::remove_cvref_t<decltype(*std::declval<const A&>().data())>;
  using shape_info = typename shape_of_type<A>::type;
  static_assert(
      shape_info::rank >= 0,
      "fluxpp: the rank of an argument must be known from its type: pass an xt::xtensor, or fx::ranked<N>(x)");
  static constexpr int rank = shape_info::rank >= 0 ? shape_info::rank : 0;
  static constexpr int extent(int axis) { return shape_info::extent(axis); }
  static std::size_t size(const A& a, int axis) {
    return static_cast<std::size_t>(a.shape()[static_cast<std::size_t>(axis)]);
  }
  static std::ptrdiff_t stride(const A& a, int axis) {
    if constexpr (strided_array<A>) return static_cast<std::ptrdiff_t>(a.strides()[static_cast<std::size_t>(axis)]);
    std::ptrdiff_t s = 1;
    for (int i = rank - 1; i > axis; --i) s *= static_cast<std::ptrdiff_t>(size(a, i));
    return s;
  }
};

// Functions, not concepts: compilers explain a concept at length.
template <class A> constexpr bool is_argument() {
  return number<A> || sequence<A> || strided_array<A> || shaped_view<A> || std::is_same_v<A, zero_t>;
}
template <class A> constexpr bool has_known_rank() {
  if constexpr (strided_array<A> || shaped_view<A>) return shape_of_type<A>::type::rank >= 0;
  else return true;
}
template <class A> constexpr bool has_few_axes() {
  if constexpr (is_argument<A>() && has_known_rank<A>()) return argument_traits<A>::rank <= max_rank;
  else return true;
}
/// acceptable<A...>: what arguments of a call must be.
template <class... A>
inline constexpr bool acceptable = ((is_argument<A>() && has_known_rank<A>() && has_few_axes<A>()) && ...);
/// requirements<A...>: instantiated for a call; its size is a compile error for arguments that are not acceptable.
template <class... A> struct requirements {
  static_assert(
      (is_argument<A>() && ...),
      "fluxpp: an argument must be a number, a std::array, std::vector or std::span, an xt::xtensor, or a tensor "
      "of fluxpp");
  static_assert(
      (has_known_rank<A>() && ...),
      "fluxpp: the rank of an argument must be known from its type: pass an xt::xtensor, or fx::ranked<N>(x)");
  static_assert((has_few_axes<A>() && ...), "fluxpp: an array has at most six axes");
};

/// argument<Element, extents...>: the signature of one argument; -1 is an extent known at the call.
template <class Element, int... Extents> struct argument {
  using element = Element;
  static constexpr int rank = sizeof...(Extents);
  static constexpr int extent[sizeof...(Extents) + 1]{Extents..., 0};
  static constexpr bool integer = rank > 0 && std::is_integral_v<Element>;
  static constexpr bool absent = std::is_void_v<Element>;
};
/// Whole numbers are real scalars; only arrays of them are indices.
template <class A>
using signature_element = std::conditional_t<argument_traits<A>::rank == 0 && std::is_integral_v<A>, double,
                                             typename argument_traits<A>::element>;
template <class A, class Index> struct argument_of;
template <class A, int... Index> struct argument_of<A, std::integer_sequence<int, Index...>> {
  using type = argument<signature_element<A>, argument_traits<A>::extent(Index)...>;
};
template <class A>
using argument_t = typename argument_of<A, std::make_integer_sequence<int, argument_traits<A>::rank>>::type;

/// The real type of a program: double if an array is double; else float if one is float; numbers decide without arrays.
template <class... A> struct real_type {
  template <class Element>
  static constexpr bool
      arrays = ((argument_traits<A>::rank > 0 && std::is_same_v<typename argument_traits<A>::element, Element>) || ...);
  template <class Element>
  static constexpr bool any = (std::is_same_v<typename argument_traits<A>::element, Element> || ...);
  using type = std::conditional_t<
      arrays<double>, double,
      std::conditional_t<arrays<float>, float, std::conditional_t<any<float> && !any<double>, float, double>>>;
};

/// The address of the first element: a view may say how far it is from where the memory begins.
template <class A> auto* first_element(const A& a) {
  if constexpr (requires { a.data_offset(); }) return a.data() + a.data_offset();
  else return a.data();
}

/// Whether the elements lie one after the other in row-major order.
template <class A> bool contiguous(const A& a) {
  using traits = argument_traits<A>;
  std::ptrdiff_t expected = 1;
  for (int axis = traits::rank - 1; axis >= 0; --axis) {
    const auto n = static_cast<std::ptrdiff_t>(traits::size(a, axis));
    if (n != 1 && traits::stride(a, axis) != expected) return false;
    expected *= n;
  }
  return true;
}

/// Whether T has the whole number v and all that are nearer to 0.
template <class T, class V> constexpr bool counts_to(V v) {
  if constexpr (std::numeric_limits<V>::digits <= std::numeric_limits<T>::digits) return true;
  else if (constexpr V most = V{1} << std::numeric_limits<T>::digits; std::is_signed_v<V>)
    return v <= most && v >= -most;
  else return v <= most;
}

/// copy_elements(a, to): the elements in row-major order as T. Index values beyond T's exact integers are refused.
template <class T, class A> void copy_elements(const A& a, T* to) {
  using traits = argument_traits<A>;
  constexpr int rank = traits::rank;
  std::size_t index[rank + 1]{};
  std::size_t count = 1;
  for (int axis = 0; axis < rank; ++axis) count *= traits::size(a, axis);
  for (std::size_t i = 0; i < count; ++i) {
    std::ptrdiff_t at = 0;
    for (int axis = 0; axis < rank; ++axis) at += static_cast<std::ptrdiff_t>(index[axis]) * traits::stride(a, axis);
    const auto v = first_element(a)[at];
    to[i] = static_cast<T>(v);
    if constexpr (std::is_integral_v<typename traits::element>)
      if (!counts_to<T, typename traits::element>(v))
        throw value_error("argument",
                          "an index of " + std::to_string(v) + " is not exact in a program of this precision");
    for (int axis = rank - 1; axis >= 0 && ++index[axis] == traits::size(a, axis); --axis) index[axis] = 0;
  }
}

} // namespace fluxpp::inline v0_1::arguments

namespace fluxpp::inline v0_1 {

/// strided_view<T, Rank>: elements that something else owns, any distances apart.
template <class T, int Rank> struct strided_view {
  using value_type = T;
  const T* first = nullptr;
  std::array<std::size_t, Rank> extents{};
  std::array<std::ptrdiff_t, Rank> distances{};

  const T* data() const { return first; }
  const auto& shape() const { return extents; }
  const auto& strides() const { return distances; }
};

/// ranked<N>(x): x, whose rank is known at run time only (xt::xarray), as an array of rank N.
/// errors   run: x has another rank (shape_error)
template <int N, class X> auto ranked(const X& x) {
  if (static_cast<int>(x.shape().size()) != N)
    throw shape_error("ranked<" + std::to_string(N) + ">(x)", "x has " + std::to_string(x.shape().size()) + " axes",
                      "x", -1, N, static_cast<std::int64_t>(x.shape().size()));
  strided_view<typename X::value_type, N> view{arguments::first_element(x)};
  for (std::size_t i = 0; i < N; ++i) {
    view.extents[i] = static_cast<std::size_t>(x.shape()[i]);
    view.distances[i] = static_cast<std::ptrdiff_t>(x.strides()[i]);
  }
  return view;
}

} // namespace fluxpp::inline v0_1

// An evaluator is a thing that executes a plan; this header names evaluators and finds the one a tag asks for.

namespace fluxpp::inline v0_1 {

/// random_key: what the random numbers of a call follow from, besides their place in the program.
struct random_key {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
};

/// What a call that cannot be compiled returns, so that one error stays one.
struct nothing_reader {
  template <int Index> constexpr double operator()() const { return 0; }
};

/// evaluator_of<Tag>: specialised by eval/*.hpp. An evaluator has a type `workspace`, owned by a callable, and
///   template <class Transform, class... A> using report = ...;   // whose size is an error for arguments that do not fit
///   template <class Transform, bool Owning, class... A> static auto call(workspace&, const random_key&, const A&... args);
template <class Tag> struct evaluator_of {
  static_assert(
      sizeof(Tag) == 0,
      "fluxpp: no evaluator for this tag: include fluxpp/eval/cpu.hpp (fx::cpu) or the header of your device");
  struct workspace {};
  template <class, class...> using report = workspace;
  template <class Transform, bool, class... A> static auto call(workspace&, const random_key&, const A&...) {
    return Transform::template results<double, sizeof...(A)>(nothing_reader{});
  }
};

/// cpu_evaluator: runs SIMD kernels on threads; one that checks looks at the result of every operation.
template <bool CheckFinite> struct cpu_evaluator { static constexpr bool check_finite = CheckFinite; };

} // namespace fluxpp::inline v0_1

// Translation units may differ in FLUXPP_CHECK_FINITE: what depends on it, the tag and every function or class that has
// it as its default, stands in a namespace that tells which, and is another entity there.
#ifndef FLUXPP_CHECK_FINITE
#define FLUXPP_CHECK_FINITE 0
#endif
#if FLUXPP_CHECK_FINITE
#define FLUXPP_DEFAULTS checked_defaults
#else
#define FLUXPP_DEFAULTS plain_defaults
#endif

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// cpu: the evaluator of functions that are not given another; with FLUXPP_CHECK_FINITE=1 the one that checks.
using cpu_tag = cpu_evaluator<FLUXPP_CHECK_FINITE != 0>;
inline constexpr cpu_tag cpu{};

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS

namespace fluxpp::inline v0_1 {

/// names<"x", "y">: a list of names.
template <text... Names> struct names {
  static constexpr int size = sizeof...(Names);
  template <text Name> static constexpr int at = position<Name, Names...>();
  static constexpr std::array<std::string_view, sizeof...(Names) + 1> list{Names.view()..., {}};
};

/// named_function: a function whose arguments have names; made by fx::function.
template <class F, text... Names> struct named_function : F { using argument_names = names<Names...>; };

template <text... Names> struct function_builder {
  template <class F> constexpr named_function<F, Names...> operator()(F) const { return {}; }
};
/// fx::function<"mu", "sigma", "x">(f): f with names for its arguments, in order. f must not capture: it is a constant,
/// run by the compiler on handles to build the program; values that change are arguments.
template <text... Names> inline constexpr function_builder<Names...> function{};

template <class F> struct names_of { using type = names<>; };
template <class F>
requires requires { typename F::argument_names; }
struct names_of<F> {
  using type = typename F::argument_names;
};

/// A function that can become a program needs nothing at run time.
template <class F> inline constexpr bool traceable = std::is_empty_v<F>&& std::is_default_constructible_v<F>;

namespace graph {

template <class F, int... Index>
constexpr var call_with(tape& t, const list<var>& args, std::integer_sequence<int, Index...>) {
  if constexpr (std::is_convertible_v<decltype(F{}(args[Index]...)), var>) {
    return F{}(args[Index]...);
  } else {
    t.fail(rule::no_result, {}, {});
    return 0.0;
  }
}
/// The result of F on N vars; a plain number is put on the tape.
template <class F, int N> constexpr var call(tape& t, const list<var>& args) {
  const var y = call_with<F>(t, args, std::make_integer_sequence<int, N>{});
  return y.is_number() ? t.constant(y.number) : y;
}

constexpr var as_var(var v) { return v; }
constexpr var as_var(zero_t) { return {}; }

/// Puts plain numbers among vars on the tape of the others; a tangent that is zero stays absent.
template <class... V> constexpr list<var> on_one_tape(V... v) {
  tape* t = nullptr;
  ((t = v.exists() ? v.tape : t), ...);
  list<var> out;
  (out.push(v.exists() || v.absent() ? v : t->constant(v.number)), ...);
  return out;
}
constexpr tape* tape_of(const list<var>& x) {
  for (const var& v : x)
    if (v.exists()) return v.tape;
  return nullptr;
}

/// How output I of a transform is handed out inside a larger program.
struct var_reader {
  const list<var>& all;
  template <int Index> constexpr var operator()() const { return all[Index]; }
};

} // namespace graph

/// argument_count<Given, Expected>: instantiated for a call; the numbers stand in the message.
template <int Given, int Expected> struct argument_count {
  static_assert(
      Given == Expected,
      "fluxpp::f(args): one argument for each argument of f, in order (fx::jvp and fx::hvp: then a tangent for "
      "each; fx::vjp: then the cotangent of the result)");
};
/// Whether F can be called with N vars.
template <int> using one_var = graph::var;
template <class F, int... I> constexpr bool takes(std::integer_sequence<int, I...>) {
  return requires(const F& f) { f(one_var<I>{}...); };
}
/// The number of arguments of a call: told by F's names, or what is given if F takes it; else 0.
template <class F, class Transform, int Given, int N = 0> constexpr int expected_arguments() {
  constexpr int named = names_of<F>::type::size;
  if constexpr (named > 0) return Transform::template from_function<named>;
  else if constexpr (Transform::template from_function<N> == Given)
    return takes<F>(std::make_integer_sequence<int, N>{}) ? Given : 0;
  else if constexpr (N < Given) return expected_arguments<F, Transform, Given, N + 1>();
  else return 0;
}
template <class...> inline constexpr bool never = false;

/// callable<Transform, Tag>: what fx::value_and_grad and its kin return. Owns its workspace and reuses it call after call;
/// one object must not be called from two threads at once, copies are independent.
/// Called as an lvalue it returns views of its workspace, valid until its next call; called as an rvalue, owning tensors.
/// Called on vars it takes part in a larger program, so derivatives nest.
template <class Transform, class Tag> class callable {
public:
  using transform = Transform;
  constexpr callable() = default;
  constexpr callable(const callable& other) : key_(other.key_) {}
  constexpr callable(callable&& other) noexcept
      : key_(other.key_), workspace_(std::exchange(other.workspace_, nullptr)) {}
  constexpr callable& operator=(callable other) noexcept {
    key_ = other.key_;
    std::swap(workspace_, other.workspace_);
    return *this;
  }
  constexpr ~callable() { delete workspace_; }

  /// Sets what dropout and other random numbers of later calls follow from; the same key gives the same numbers.
  callable& key(std::uint64_t seed, std::uint32_t step = 0) {
    key_ = {seed, step};
    return *this;
  }

  // Both calls say the same in full: one function more between would be a long line more in every compile error.
  template <class... A>
  requires(!(std::is_same_v<std::remove_cvref_t<A>, graph::var> || ...)) auto operator()(const A&... args) & {
    static_assert(sizeof(argument_count<int{sizeof...(A)}, expected<int{sizeof...(A)}>>) > 0);
    static_assert(sizeof(arguments::requirements<A...>) > 0);
    if constexpr (int{sizeof...(A)} != expected<int{sizeof...(A)}> || !arguments::acceptable<A...>) {
      return Transform::template results<double, expected<int{sizeof...(A)}>>(nothing_reader{});
    } else {
      static_assert(sizeof(typename evaluator_of<Tag>::template report<Transform, A...>) > 0);
      return evaluator_of<Tag>::template call<Transform, false>(memory(), key_, args...);
    }
  }
  template <class... A>
  requires(!(std::is_same_v<std::remove_cvref_t<A>, graph::var> || ...)) auto operator()(const A&... args) && {
    static_assert(sizeof(argument_count<int{sizeof...(A)}, expected<int{sizeof...(A)}>>) > 0);
    static_assert(sizeof(arguments::requirements<A...>) > 0);
    if constexpr (int{sizeof...(A)} != expected<int{sizeof...(A)}> || !arguments::acceptable<A...>) {
      return Transform::template results<double, expected<int{sizeof...(A)}>>(nothing_reader{});
    } else {
      static_assert(sizeof(typename evaluator_of<Tag>::template report<Transform, A...>) > 0);
      return evaluator_of<Tag>::template call<Transform, true>(memory(), key_, args...);
    }
  }
  template <class... A>
  requires(!(std::is_same_v<std::remove_cvref_t<A>, graph::var> || ...)) auto operator()(const A&...) const& {
    static_assert(never<A...>,
                  "fluxpp: a compiled function keeps its workspace in itself: call one that is not const, or a copy");
    return Transform::template results<double, expected<int{sizeof...(A)}>>(nothing_reader{});
  }
  template <class... A>
  requires(std::is_same_v<std::remove_cvref_t<A>, graph::var> || ...) constexpr auto operator()(A... args) const {
    static_assert(sizeof(argument_count<int{sizeof...(A)}, expected<int{sizeof...(A)}>>) > 0);
    if constexpr (int{sizeof...(A)} != expected<int{sizeof...(A)}>) {
      return Transform::template results<graph::var, expected<int{sizeof...(A)}>>(nothing_reader{});
    } else {
      const list<graph::var> x = graph::on_one_tape(graph::as_var(args)...);
      const list<graph::var> y = Transform::template build<sizeof...(A)>(*graph::tape_of(x), x);
      return Transform::template results<graph::var, sizeof...(A)>(graph::var_reader{y});
    }
  }

private:
  using workspace = typename evaluator_of<Tag>::workspace;
  template <int Given>
  static constexpr int expected = expected_arguments<typename Transform::function, Transform, Given>();
  workspace& memory() {
    if (workspace_ == nullptr) workspace_ = new workspace;
    return *workspace_;
  }
  random_key key_;
  workspace* workspace_ = nullptr; // made by the first call, so that a callable is a constant until then
};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {

/// gradients: one entry per argument that was differentiated, by position, by name, or by a name known at run time.
template <class Names, class T, class... G> struct gradients {
  std::tuple<G...> values;

  template <std::size_t Index> const auto& get() const { return std::get<Index>(values); }
  template <text Name> const auto& get() const {
    static_assert(Names::template at<Name> >= 0,
                  "fluxpp::gradients::get<name>(): the name must be one that was differentiated");
    return std::get<static_cast<std::size_t>(Names::template at<Name> < 0 ? 0 : Names::template at<Name>)>(values);
  }
  template <text Name> const auto& operator[](name<Name>) const { return get<Name>(); }
  /// Throws value_error for a name that was not differentiated.
  array_ref<T> operator[](std::string_view key) { return look_up(key, std::index_sequence_for<G...>{}); }

private:
  template <class V> static array_ref<T> as_ref(V& v) {
    if constexpr (std::is_same_v<V, T>) return {&v, 1};
    else return {v.data(), v.size()};
  }
  template <std::size_t... Index> array_ref<T> look_up(std::string_view key, std::index_sequence<Index...>) {
    array_ref<T> found;
    ((Names::list[Index] == key ? (found = as_ref(std::get<Index>(values)), 0) : 0), ...);
    if (found.data == nullptr) no_such_name(key);
    return found;
  }
  [[noreturn]] static void no_such_name(std::string_view key) {
    std::string known;
    for (std::string_view n : Names::list) known.append(n.empty() ? "" : " ").append(n);
    throw value_error("gradients", "no gradient is named '" + std::string(key) + "'; there are:" + known,
                      std::string(key));
  }
};

/// value_and_gradient: auto [value, g] = fx::value_and_grad(f)(x).
template <class V, class G> struct value_and_gradient {
  V value;
  G gradient;
};
/// value_and_tangent: auto [y, dy] = fx::jvp(f)(x, dx).
template <class V> struct value_and_tangent {
  V value;
  V tangent;
};

namespace autodiff {

/// gradients_at<First, Names, T>(get, indices): the results from number First on, one per name.
template <int First, class Names, class T, class Get, int... Index>
constexpr auto gradients_at(const Get& get, std::integer_sequence<int, Index...>) {
  return gradients<Names, T, decltype(get.template operator()<First + Index>())...>{
      {get.template operator()<First + Index>()...}};
}
/// The first Count results; a single one stands for itself.
template <int Count, class Names, class T, class Get> constexpr auto gradients_or_one(const Get& get) {
  if constexpr (Count == 1) return get.template operator()<0>();
  else return gradients_at<0, Names, T>(get, std::make_integer_sequence<int, Count>{});
}
/// The first result, and the Count that follow as its gradients.
template <int Count, class Names, class T, class Get> constexpr auto value_then_gradients(const Get& get) {
  auto g = gradients_at<1, Names, T>(get, std::make_integer_sequence<int, Count>{});
  return value_and_gradient<decltype(get.template operator()<0>()), decltype(g)>{get.template operator()<0>(),
                                                                                 std::move(g)};
}

} // namespace autodiff

} // namespace fluxpp::inline v0_1

/// Structured bindings of gradients.
template <class Names, class T, class... G>
struct std::tuple_size<fluxpp::gradients<Names, T, G...>> : std::integral_constant<std::size_t, sizeof...(G)> {};
template <std::size_t Index, class Names, class T, class... G>
struct std::tuple_element<Index, fluxpp::gradients<Names, T, G...>> {
  using type = std::tuple_element_t<Index, std::tuple<G...>>;
};

// Forward mode: one sweep over the tape from inputs to an output, appending the tangent to the same tape.

namespace fluxpp::inline v0_1::autodiff {

/// tangent(t, y, x, dx): the directional derivative of each var in y along dx, the tangents of the vars in x.
/// A var in dx that does not exist is a zero tangent.
/// source   Griewank & Walther 2008, Evaluating Derivatives, chapter 3
constexpr list<var> tangent(graph::tape& t, const list<var>& y, const list<var>& x, const list<var>& dx) {
  int last = -1;
  for (const var& v : y) last = v.id > last ? v.id : last;
  const list<bool> depends = reached_from(t, last, x);
  list<int> dot;
  dot.assign(last + 1, -1);
  list<bool> given;
  given.assign(last + 1, false);
  for (int i = 0; i < x.size(); ++i) {
    if (x[i].id > last) continue;
    given[x[i].id] = true;
    if (dx[i].exists()) dot[x[i].id] = direction(dx[i], x[i].shape(), "jvp", graph::rule::tangent).id;
  }
  const bool among_rules = std::exchange(t.rules, true);
  for (int id = 0; id <= last; ++id) {
    if (!depends[id] || given[id] || t[id].op->tangent == nullptr) continue;
    t.line = t[id].line;
    const graph::node_view node(t, id);
    graph::pushforward p;
    bool any = false;
    for (int i = 0; i < node.node.op->arity; ++i)
      if (const int d = node.node.args[i] >= 0 ? dot[node.node.args[i]] : -1; d >= 0) {
        p.dx[i] = {t, d};
        any = true;
      }
    if (!any) continue;
    if (const var dy = node.node.op->tangent(node, p); dy.exists()) dot[id] = dy.id;
  }
  t.rules = among_rules;
  list<var> dy;
  for (const var& v : y) dy.push(dot[v.id] >= 0 ? var(t, dot[v.id]) : zeros_like(v));
  return dy;
}

} // namespace fluxpp::inline v0_1::autodiff

namespace fluxpp::inline v0_1 {

namespace autodiff {

/// The positions that the names in Wrt have among the arguments of F; all of them when none is given.
template <class F, int N, text... Wrt> constexpr list<int> positions() {
  using all = typename names_of<F>::type;
  list<int> at;
  (at.push(all::template at<Wrt> < 0 ? 0 : all::template at<Wrt>), ...);
  if (sizeof...(Wrt) == 0)
    for (int i = 0; i < N; ++i) at.push(i);
  return at;
}

/// Stand-ins for arguments that are not inputs of the program, so that two equal arguments are differentiated apart.
constexpr list<var> pinned(const list<var>& args) {
  list<var> out;
  for (const var& a : args) {
    bool seen = (*a.tape)[a.id].op != &graph::input_op;
    for (const var& before : out) seen = seen || before.id == a.id;
    out.push(seen ? ops::pin::apply(a) : a);
  }
  return out;
}
constexpr list<var> chosen(const list<var>& args, const list<int>& at) {
  list<var> out;
  for (int i : at) out.push(args[i]);
  return out;
}
constexpr void require_real(graph::tape& t, const list<var>& x) {
  for (const var& v : x)
    if (t.integer(v.id)) t.fail(graph::rule::integer_gradient, v.shape(), {});
}
constexpr void require_scalar(graph::tape& t, var y) {
  if (!y.shape().single()) t.fail(graph::rule::scalar_gradient, y.shape(), {});
  if (t.integer(y.id)) t.fail(graph::rule::integer_gradient, y.shape(), {});
}

/// Value of F and its gradient with respect to the arguments at these positions.
template <class F, int N>
constexpr list<var> value_and_gradient_of(graph::tape& t, const list<var>& args, const list<int>& at) {
  const list<var> x = pinned(args);
  const var y = graph::call<F, N>(t, x);
  require_scalar(t, y);
  require_real(t, chosen(x, at));
  list<var> out;
  out.push(y);
  out.append(chosen(adjoint(t, y, t.constant(1), x), at)); // with respect to all, so that arguments stay apart
  return out;
}

/// compile(f): the value alone.
template <class F> struct value_transform {
  using function = F;
  template <int N> static constexpr int from_function = N;
  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> out;
    out.push(graph::call<F, N>(t, args));
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return get.template operator()<0>();
  }
};

template <class F, bool WithValue, text... Wrt> struct gradient_transform {
  using function = F;
  template <int N> static constexpr int from_function = N;
  template <int N> static constexpr int count = sizeof...(Wrt) == 0 ? N : static_cast<int>(sizeof...(Wrt));
  using wrt_names = std::conditional_t<sizeof...(Wrt) == 0, typename names_of<F>::type, names<Wrt...>>;

  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    const list<var> all = value_and_gradient_of<F, N>(t, args, positions<F, N, Wrt...>());
    list<var> out;
    for (int i = WithValue ? 0 : 1; i < all.size(); ++i) out.push(all[i]);
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    if constexpr (WithValue) return value_then_gradients<count<N>, wrt_names, T>(get);
    else return gradients_or_one<count<N>, wrt_names, T>(get);
  }
};

/// jvp: arguments are the primals, then a tangent for each.
template <class F> struct jvp_transform {
  using function = F;
  template <int N> static constexpr int from_function = 2 * N;
  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> primals, dx;
    for (int i = 0; i < N / 2; ++i) primals.push(args[i]), dx.push(args[N / 2 + i]);
    const list<var> x = pinned(primals);
    list<var> y;
    y.push(graph::call<F, N / 2>(t, x));
    require_real(t, y);
    list<var> out = y;
    out.append(tangent(t, y, x, dx));
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return value_and_tangent<decltype(get.template operator()<0>())>{get.template operator()<0>(),
                                                                     get.template operator()<1>()};
  }
};

/// vjp: arguments are the primals, then the cotangent of the result.
template <class F> struct vjp_transform {
  using function = F;
  template <int N> static constexpr int from_function = N + 1;
  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> primals;
    for (int i = 0; i < N - 1; ++i) primals.push(args[i]);
    const list<var> x = pinned(primals);
    const var y = graph::call<F, N - 1>(t, x);
    list<var> out;
    out.push(y);
    require_real(t, out);
    out.append(adjoint(t, y, args[N - 1], x));
    return out;
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return value_then_gradients<N - 1, typename names_of<F>::type, T>(get);
  }
};

/// hvp: arguments are the primals, then a tangent for each; the result is the Hessian applied to the tangents.
template <class F, text... Wrt> struct hvp_transform {
  using function = F;
  template <int N> static constexpr int from_function = 2 * N;
  using wrt_names = std::conditional_t<sizeof...(Wrt) == 0, typename names_of<F>::type, names<Wrt...>>;
  template <int N> static constexpr int count = sizeof...(Wrt) == 0 ? N / 2 : static_cast<int>(sizeof...(Wrt));

  template <int N> static constexpr list<var> build(graph::tape& t, const list<var>& args) {
    list<var> primals, dx;
    for (int i = 0; i < N / 2; ++i) primals.push(args[i]), dx.push(args[N / 2 + i]);
    const list<var> x = pinned(primals);
    const list<var> all = value_and_gradient_of<F, N / 2>(t, x, positions<F, N / 2, Wrt...>());
    list<var> g;
    for (int i = 1; i < all.size(); ++i) g.push(all[i]);
    return tangent(t, g, x, dx);
  }
  template <class T, int N, class Get> static constexpr auto results(const Get& get) {
    return gradients_or_one<count<N>, wrt_names, T>(get);
  }
};

/// Stands for a function that cannot be compiled, so that one error stays one.
struct no_function {
  template <class... V> constexpr var operator()(V...) const { return 0.0; }
};
template <class F> using traceable_t = std::conditional_t<traceable<F>, F, no_function>;

/// What must hold of a function before a derivative of it is made.
template <class F, text... Wrt> struct requirements {
  static_assert(traceable<F>,
                "fluxpp: a function to compile or differentiate must not capture; pass values as arguments");
  static_assert(((names_of<F>::type::template at<Wrt> >= 0) && ...),
                "fluxpp::grad<names>(f): each name must be a name that fx::function<names>(f) gave to an argument");
  using function = traceable_t<F>;
};

} // namespace autodiff
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::compile(f): f as a program: fused, planned, with a workspace of its own.
template <class F, class Tag = cpu_tag> constexpr auto compile(F, Tag = {}) {
  return callable<autodiff::value_transform<typename autodiff::requirements<F>::function>, Tag>{};
}
/// fx::value_and_grad<"x">(f): f and its gradient with respect to the named arguments (all, if none is named), computed
/// as one program. f must return a scalar.
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto value_and_grad(F, Tag = {}) {
  return callable<autodiff::gradient_transform<typename autodiff::requirements<F, Wrt...>::function, true, Wrt...>,
                  Tag>{};
}
/// fx::grad<"x">(f): the gradient alone.
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto grad(F, Tag = {}) {
  return callable<autodiff::gradient_transform<typename autodiff::requirements<F, Wrt...>::function, false, Wrt...>,
                  Tag>{};
}
/// fx::jvp(f)(x..., dx...): value and directional derivative.
template <class F, class Tag = cpu_tag> constexpr auto jvp(F, Tag = {}) {
  return callable<autodiff::jvp_transform<typename autodiff::requirements<F>::function>, Tag>{};
}
/// fx::vjp(f)(x..., ybar): value and the cotangents of all arguments.
template <class F, class Tag = cpu_tag> constexpr auto vjp(F, Tag = {}) {
  return callable<autodiff::vjp_transform<typename autodiff::requirements<F>::function>, Tag>{};
}
/// fx::hvp<"x">(f)(x..., dx...): the Hessian of f applied to a direction (forward over reverse).
template <text... Wrt, class F, class Tag = cpu_tag> constexpr auto hvp(F, Tag = {}) {
  return callable<autodiff::hvp_transform<typename autodiff::requirements<F, Wrt...>::function, Wrt...>, Tag>{};
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS

namespace fluxpp::inline v0_1 {

/// gradcheck_options: the step of the differences, and how far a derivative may be from them.
struct gradcheck_options {
  double eps = 1e-6;  ///< two points: added as it is; five points: times the magnitude of x, at least 1
  double atol = 1e-5; ///< |analytic - numeric| <= atol + rtol max(|analytic|, |numeric|), for every entry
  double rtol = 1e-3;
  bool five_points = false; ///< (f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)) / 12h instead of two points
};
/// strict: sees an error in the eighth digit; for functions that are smooth around the arguments.
inline constexpr gradcheck_options strict{.eps = 0x1p-11, .atol = 1e-8, .rtol = 1e-8, .five_points = true};

/// jacobian_entry: the derivative of one element of the result with respect to one of an argument, found in two ways.
struct jacobian_entry {
  std::string argument;
  std::size_t index = 0, output = 0;
  double analytic = 0, numeric = 0;
  const char* mode = ""; ///< "forward" or "reverse"
};

/// gradcheck_result: whether all entries agree; the worst one, and how many do not.
struct gradcheck_result {
  bool ok = true;
  std::size_t entries = 0, failures = 0;
  jacobian_entry worst;
  double excess = 0; ///< error of the worst entry, in units of what is allowed

  explicit operator bool() const { return ok; }
  /// One sentence: d f[2] / d w[5]: analytic 0.4131, numeric 0.8262 (reverse): 3 of 40 entries differ.
  std::string str() const {
    char text[400];
    std::snprintf(text, sizeof text,
                  "gradcheck %s: d f[%zu] / d %s[%zu]: analytic %.9g, numeric %.9g (%s): %zu of %zu entries differ",
                  ok ? "passed" : "failed", worst.output, worst.argument.c_str(), worst.index, worst.analytic,
                  worst.numeric, worst.mode, failures, entries);
    return std::string(text) + (ok ? "" : hint());
  }
  void add(const jacobian_entry& e, const gradcheck_options& o) {
    const double allowed = o.atol + o.rtol * std::max(std::abs(e.analytic), std::abs(e.numeric));
    const double error = std::abs(e.analytic - e.numeric) / allowed;
    ++entries;
    if (!(error <= 1)) ++failures, ok = false;
    if (entries == 1 || !(error <= excess)) excess = std::isnan(error) ? HUGE_VAL : error, worst = e;
  }

private:
  const char* hint() const {
    const double ratio = worst.analytic / worst.numeric;
    auto is = [ratio](double r) { return std::abs(ratio - r) < 1e-4; };
    return is(2) || is(0.5) ? "; a factor of 2?" : is(-1) ? "; the sign?" : is(0) ? "; a term that is missing?" : "";
  }
};

namespace autodiff {

/// An array that owns its elements: a copy can be moved without the caller noticing.
template <class A> concept owning_array = std::is_default_constructible_v<A> && requires(A a, const A& c) {
  { *a.begin() } -> std::same_as<double&>;
  { *c.begin() } -> std::same_as<const double&>;
};

/// A copy of an argument to be moved: numbers and owning arrays keep their type, and with it what it says of extents.
template <class A> auto movable_copy(const A& a) {
  if constexpr (arguments::number<A> || owning_array<A> ||
                std::is_integral_v<typename arguments::argument_traits<A>::element>) {
    return a;
  } else {
    constexpr int rank = arguments::argument_traits<A>::rank;
    std::array<std::size_t, rank> shape{};
    for (int i = 0; i < rank; ++i) shape[static_cast<std::size_t>(i)] = arguments::argument_traits<A>::size(a, i);
    tensor<double, rank> copy(shape);
    arguments::copy_elements(a, copy.data());
    return copy;
  }
}

/// Arguments of whole numbers are indices: they are not differentiated.
template <class A> inline constexpr bool is_index = std::is_integral_v<typename arguments::argument_traits<A>::element>;

template <class A> std::size_t count(const A& a) {
  if constexpr (is_index<A>) return 0;
  else if constexpr (arguments::number<A>) return 1;
  else return static_cast<std::size_t>(std::distance(a.begin(), a.end()));
}
template <class A> double& element(A& a, std::size_t i) {
  if constexpr (arguments::number<A>) return a;
  else return *std::next(a.begin(), static_cast<std::ptrdiff_t>(i));
}
/// A number, or the elements of an array, in row-major order.
template <class Y> std::vector<double> flattened(const Y& y) {
  if constexpr (arguments::number<Y>) return {y};
  else return {y.begin(), y.end()};
}

/// checked<F, Tag, A...>: F at arguments of these types: values, and derivatives in both modes.
template <class F, class Tag, class... A> class checked {
public:
  checked(const gradcheck_options& o, const A&... a) : options_(o), x_(a...) {}

  gradcheck_result run() {
    const std::vector<double> y = value();
    for (const double v : y)
      if (!std::isfinite(v)) throw value_error("gradcheck(f, args)", "f must be finite at args");
    each_argument(all, [&]<std::size_t I>() { check_argument<I>(y.size()); });
    std::apply([&](const auto&... a) { check_reverse(a...); }, x_);
    return result_;
  }

private:
  static constexpr auto all = std::index_sequence_for<A...>{};
  template <std::size_t I> using argument_t = std::tuple_element_t<I, std::tuple<A...>>;
  template <class Each, std::size_t... I> static void each_argument(std::index_sequence<I...>, Each each) {
    (each.template operator()<I>(), ...);
  }
  template <std::size_t I> static std::string name() {
    using known = typename names_of<F>::type;
    if constexpr (I < static_cast<std::size_t>(known::size)) return std::string(known::list[I]);
    else return "argument " + std::to_string(I);
  }

  std::vector<double> value() {
    return std::apply([&](const auto&... a) { return flattened(value_(a...)); }, x_);
  }
  /// The difference of f along one element.
  std::vector<double> difference(double& x) {
    const double at = x,
                 h = options_.five_points ? options_.eps * std::exp2(std::max(0, std::ilogb(at))) : options_.eps;
    auto moved = [&](double by) {
      x = at + by;
      const std::vector<double> y = value();
      x = at;
      return y;
    };
    std::vector<double> d = moved(h);
    const std::vector<double> b = moved(-h);
    if (!options_.five_points) {
      for (std::size_t i = 0; i < d.size(); ++i) d[i] = (d[i] - b[i]) / (2 * h);
      return d;
    }
    const std::vector<double> a = moved(-2 * h), e = moved(2 * h);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = (a[i] - 8 * b[i] + 8 * d[i] - e[i]) / (12 * h);
    return d;
  }

  /// Columns of the Jacobian: differences, and forward mode along one element.
  template <std::size_t I> void check_argument(std::size_t outputs) {
    std::vector<std::vector<double>>& columns = numeric_.emplace_back();
    if constexpr (!is_index<argument_t<I>>) {
      auto& x = std::get<I>(x_);
      for (std::size_t i = 0; i < count(x); ++i) {
        const std::vector<double> expected = difference(element(x, i)), got = along<I>(i, all);
        for (std::size_t o = 0; o < outputs; ++o)
          result_.add({name<I>(), i, o, got[o], expected[o], "forward"}, options_);
        columns.push_back(expected);
      }
    }
  }
  template <std::size_t I, std::size_t... K> std::vector<double> along(std::size_t i, std::index_sequence<K...>) {
    return flattened(jvp_(std::get<K>(x_)..., direction<I, K>(i)...).tangent);
  }
  /// The tangent of argument K along element i of argument I.
  template <std::size_t I, std::size_t K> auto direction([[maybe_unused]] std::size_t i) {
    if constexpr (K != I) {
      return zero;
    } else {
      auto dx = std::get<I>(x_);
      for (std::size_t k = 0; k < count(dx); ++k) element(dx, k) = k == i ? 1 : 0;
      return dx;
    }
  }

  /// Rows of the Jacobian: reverse mode from one element of the result.
  template <class... X> void check_reverse(const X&... x) {
    auto ybar = cotangent(value_(x...));
    for (std::size_t o = 0; o < count(ybar); ++o) {
      for (std::size_t k = 0; k < count(ybar); ++k) element(ybar, k) = k == o ? 1 : 0;
      const auto got = vjp_(x..., ybar);
      each_argument(all, [&]<std::size_t I>() {
        if constexpr (!is_index<argument_t<I>>) {
          const std::vector<double> row = flattened(got.gradient.template get<I>());
          for (std::size_t i = 0; i < numeric_[I].size(); ++i)
            result_.add({name<I>(), i, o, row[i], numeric_[I][i][o], "reverse"}, options_);
        }
      });
    }
  }
  template <class Y> static auto cotangent(const Y& y) {
    if constexpr (arguments::number<Y>) return y;
    else return tensor<double, arguments::argument_traits<Y>::rank>(y.shape());
  }

  gradcheck_options options_;
  std::tuple<A...> x_;
  callable<value_transform<F>, Tag> value_;
  callable<jvp_transform<F>, Tag> jvp_;
  callable<vjp_transform<F>, Tag> vjp_;
  std::vector<std::vector<std::vector<double>>> numeric_; // [argument][element][output]
  gradcheck_result result_;
};

template <class A> void require_double(const A& a) {
  using element = typename arguments::argument_traits<A>::element;
  if (std::is_same_v<element, float> || std::is_same_v<element, long double> || (arguments::number<A> && is_index<A>))
    throw value_error("gradcheck(f, args)", "arguments must be double: differences of other numbers are noise");
  if (!is_index<A> && count(movable_copy(a)) == 0)
    throw value_error("gradcheck(f, args)", "an argument has no elements");
}

} // namespace autodiff
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// gradcheck(f, args...) or gradcheck(fx::strict, f, args...): the derivatives of f at args, in forward and in reverse
/// mode, against differences, element by element. Arrays of whole numbers are indices and stay. For second derivatives
/// check a gradient: fx::gradcheck([](auto x) { return fx::grad(f)(x); }, x). gradcheck<Tag> runs on another evaluator.
/// errors   run: an argument is float or empty, f is not finite at args (value_error); never for a wrong derivative
template <class Tag = cpu_tag, class F, class... A>
requires(sizeof...(A) > 0) gradcheck_result gradcheck(const gradcheck_options& o, F, const A&... args) {
  (autodiff::require_double(args), ...);
  if constexpr (((std::is_same_v<typename arguments::argument_traits<A>::element, double> ||
                  (autodiff::is_index<A> && !arguments::number<A>)) &&
                 ...))
    return autodiff::checked<typename autodiff::requirements<F>::function, Tag,
                             decltype(autodiff::movable_copy(args))...>(o, autodiff::movable_copy(args)...)
        .run();
  else return {};
}
template <class Tag = cpu_tag, class F, class... A>
requires(sizeof...(A) > 0 && !std::is_same_v<F, gradcheck_options>) gradcheck_result gradcheck(F f, const A&... args) {
  return gradcheck<Tag>(gradcheck_options{}, f, args...);
}

/// gradcheck(op): an elementwise operation at its own samples, strictly; gradcheck(fx::tanh), gradcheck(my_op{}).
template <class Tag = cpu_tag, elementwise_op Op> gradcheck_result gradcheck(operation<Op> f) {
  constexpr std::size_t n = std::size(Op::samples);
  auto column = [](std::size_t a) {
    std::array<double, n> x{};
    for (std::size_t i = 0; i < n; ++i)
      if constexpr (Op::arity == 1) x[i] = Op::samples[i] + 0.0 * static_cast<double>(a);
      else x[i] = Op::samples[i][a];
    return x;
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) { return gradcheck<Tag>(strict, f, column(I)...); }
  (std::make_index_sequence<static_cast<std::size_t>(Op::arity)>{});
}
template <class Tag = cpu_tag, elementwise_op Op> gradcheck_result gradcheck(Op) {
  return gradcheck<Tag>(operation<Op>{});
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS

// Jacobians and Hessians, a column or a row at a time: one compiled directional derivative, run along every direction.

namespace fluxpp::inline v0_1 {
namespace autodiff {

/// An array that is zero but for one element, shaped as an argument.
template <class T, int Rank> struct unit_direction {
  tensor<T, Rank> value;
  template <class A> explicit unit_direction(const A& like) : value(shape_like(like)) {}
  template <class A> static std::array<std::size_t, Rank> shape_like(const A& a) {
    std::array<std::size_t, Rank> shape{};
    for (int i = 0; i < Rank; ++i) shape[static_cast<std::size_t>(i)] = arguments::argument_traits<A>::size(a, i);
    return shape;
  }
  const tensor<T, Rank>& get() const { return value; }
  std::size_t size() const { return value.size(); }
  T& operator[](std::size_t i) { return value[i]; }
};
template <class T> struct unit_direction<T, 0> {
  T value = 0;
  template <class A> explicit unit_direction(const A&) {}
  const T& get() const { return value; }
  std::size_t size() const { return 1; }
  T& operator[](std::size_t) { return value; }
};
/// The direction of an argument that is not differentiated.
struct no_direction {
  template <class A> explicit no_direction(const A&) {}
  const zero_t& get() const { return zero; }
  std::size_t size() const { return 0; }
  double& operator[](std::size_t) { return none; }
  double none = 0;
};

template <class T, class A, bool Wanted>
using direction_t = std::conditional_t<Wanted, unit_direction<T, arguments::argument_traits<A>::rank>, no_direction>;

template <class F, std::size_t Arguments, std::size_t At, text... Wrt> constexpr bool is_wanted() {
  bool found = false;
  for (int i : positions<F, static_cast<int>(Arguments), Wrt...>()) found = found || i == static_cast<int>(At);
  return found;
}

/// f(direction, number of the direction) for each unit vector of all arguments, one after the other.
template <class Directions, class Visit> void along_every(Directions& d, const Visit& visit) {
  std::size_t number = 0;
  std::apply(
      [&](auto&... one) {
        const auto sweep = [&](auto& x) {
          for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = 1;
            visit(number++);
            x[i] = 0;
          }
        };
        (sweep(one), ...);
      },
      d);
}
template <class T, class V> T* elements(V& v) {
  if constexpr (std::is_same_v<std::remove_const_t<V>, T>) return const_cast<T*>(&v);
  else return const_cast<T*>(v.data());
}
template <class T, class V> std::size_t element_count(const V& v) {
  if constexpr (std::is_same_v<V, T>) return 1;
  else return v.size();
}

} // namespace autodiff

/// hessian_callable: see fx::hessian.
template <class F, class Tag, text... Wrt> class hessian_callable {
public:
  template <class... A> auto operator()(const A&... args) { return run(std::index_sequence_for<A...>{}, args...); }

private:
  template <std::size_t... At, class... A> auto run(std::index_sequence<At...>, const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    std::tuple<autodiff::direction_t<T, A, autodiff::is_wanted<F, sizeof...(A), At, Wrt...>()>...> d(args...);
    const std::size_t n = (std::get<At>(d).size() + ...);
    tensor<T, 2> h(std::array<std::size_t, 2>{n, n});
    autodiff::along_every(d, [&](std::size_t row) {
      auto g = hvp_(args..., std::get<At>(d).get()...);
      T* to = h.data() + row * n;
      const auto put = [&](const auto& part) {
        to = std::copy_n(autodiff::elements<T>(part), autodiff::element_count<T>(part), to);
      };
      if constexpr (requires { g.values; }) std::apply([&](const auto&... part) { (put(part), ...); }, g.values);
      else put(g);
    });
    return h;
  }
  callable<autodiff::hvp_transform<F, Wrt...>, Tag> hvp_;
};

/// jacobian_callable: see fx::jacobian.
template <class F, class Tag, text... Wrt> class jacobian_callable {
public:
  template <class... A> auto operator()(const A&... args) { return run(std::index_sequence_for<A...>{}, args...); }

private:
  template <std::size_t... At, class... A> auto run(std::index_sequence<At...>, const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    std::tuple<autodiff::direction_t<T, A, autodiff::is_wanted<F, sizeof...(A), At, Wrt...>()>...> d(args...);
    const std::size_t inputs = (std::get<At>(d).size() + ...);
    auto y = value_(args...);
    const std::size_t outputs = autodiff::element_count<T>(y);
    tensor<T, 2> j(std::array<std::size_t, 2>{outputs, inputs});
    if (inputs <= outputs) {
      autodiff::along_every(d, [&](std::size_t column) {
        auto r = jvp_(args..., std::get<At>(d).get()...);
        const T* dy = autodiff::elements<T>(r.tangent);
        for (std::size_t i = 0; i < outputs; ++i) j(i, column) = dy[i];
      });
    } else {
      rows<T>(j, y, args...);
    }
    return j;
  }
  template <class T, class Y, class... A> void rows(tensor<T, 2>& j, const Y& y, const A&... args) {
    std::tuple<autodiff::unit_direction<T, rank_of<Y, T>()>> ybar(y);
    autodiff::along_every(ybar, [&](std::size_t row) {
      auto r = vjp_(args..., std::get<0>(ybar).get());
      T* to = j.data() + row * j.shape(1);
      const auto at = autodiff::positions<F, static_cast<int>(sizeof...(A)), Wrt...>();
      std::size_t i = 0;
      const auto put = [&](const auto& part) {
        bool wanted = false;
        for (int k : at) wanted = wanted || k == static_cast<int>(i);
        if (wanted) to = std::copy_n(autodiff::elements<T>(part), autodiff::element_count<T>(part), to);
        ++i;
      };
      std::apply([&](const auto&... part) { (put(part), ...); }, r.gradient.values);
    });
  }
  template <class Y, class T> static constexpr int rank_of() {
    if constexpr (std::is_same_v<Y, T>) return 0;
    else return arguments::argument_traits<Y>::rank;
  }
  callable<autodiff::value_transform<F>, Tag> value_;
  callable<autodiff::jvp_transform<F>, Tag> jvp_;
  callable<autodiff::vjp_transform<F>, Tag> vjp_;
};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// fx::hessian<"a", "b">(f): the matrix of second derivatives with respect to the named arguments (all, if none is named),
/// their elements one after the other in order of the names. f must return a scalar. Costs one Hessian-vector product
/// (about two gradients) per row.
/// shapes   -> [n, n], n the number of elements of the named arguments
template <text... Wrt, class F, class Tag = cpu_tag> auto hessian(F, Tag = {}) {
  return hessian_callable<typename autodiff::requirements<F, Wrt...>::function, Tag, Wrt...>{};
}

/// fx::jacobian<"x">(f): the matrix of derivatives of f's elements by those of the named arguments (all, if none is named).
/// Computed by columns (forward mode) or rows (reverse mode), whichever are fewer.
/// shapes   -> [m, n], m the elements of f's result, n those of the arguments
template <text... Wrt, class F, class Tag = cpu_tag> auto jacobian(F, Tag = {}) {
  return jacobian_callable<typename autodiff::requirements<F, Wrt...>::function, Tag, Wrt...>{};
}

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS

// Extents, shapes, names, errors, random keys.

// Random numbers as pure functions of (seed, stream, step, element): Philox4x32-10, no generator and no hidden state.

namespace fluxpp::inline v0_1 {

/// fnv1a(name): FNV-1a hash of the bytes of a name, 64 bits.
/// source   Fowler, Noll, Vo 1991, draft-eastlake-fnv
constexpr std::uint64_t fnv1a(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

/// stream_of(name): the random stream that belongs to a name; both halves of its FNV-1a hash, folded.
constexpr std::uint32_t stream_of(std::string_view name) {
  const std::uint64_t hash = fnv1a(name);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

/// philox: the counter-based generator Philox4x32-10; a keyed permutation of 128-bit counters.
/// source   Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405
struct philox {
  using words = std::array<std::uint32_t, 4>;

  /// One round on one counter {c0, c1, c2, c3}; 64-bit products, so that compilers see a widening multiply.
  static constexpr void round(std::uint32_t& c0, std::uint32_t& c1, std::uint32_t& c2, std::uint32_t& c3,
                              std::uint32_t k0, std::uint32_t k1) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
  }

  /// Counters beside each other, so that a round is one loop that the compiler turns into vector code.
  template <std::size_t N> struct lanes {
    std::uint32_t c[4][N];

    constexpr void permute(std::uint64_t key) {
      auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
      for (int r = 0; r < 10; ++r, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
        for (std::size_t j = 0; j < N; ++j) round(c[0][j], c[1][j], c[2][j], c[3][j], k0, k1);
    }
  };

  static constexpr words permute(words counter, std::uint64_t key) {
    lanes<1> one{{{counter[0]}, {counter[1]}, {counter[2]}, {counter[3]}}};
    one.permute(key);
    return {one.c[0][0], one.c[1][0], one.c[2][0], one.c[3][0]};
  }

  /// block(seed, index, stream, step): four random words.
  static constexpr words block(std::uint64_t seed, std::uint64_t index, std::uint32_t stream, std::uint32_t step) {
    return permute({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), stream, step}, seed);
  }
};

/// uniform_float(w): 24 bits of a word as a number in [0, 1).
constexpr float uniform_float(std::uint32_t w) {
  return static_cast<float>(static_cast<std::int32_t>(w >> 8)) * 0x1p-24f;
}

/// uniform_double(w0, w1): 53 bits of two words as a number in [0, 1).
constexpr double uniform_double(std::uint32_t w0, std::uint32_t w1) {
  return static_cast<double>(((std::uint64_t{w0} << 32) | w1) >> 11) * 0x1p-53;
}

/// random_words{seed, stream, step}: the words of a stream one after another, for draws of unknown number.
struct random_words {
  std::uint64_t seed = 0;
  std::uint32_t stream = 0, step = 0;
  std::uint64_t position = 0;
  philox::words block{};

  constexpr std::uint32_t next() {
    if (position % 4 == 0) block = philox::block(seed, position / 4, stream, step);
    return block[position++ % 4];
  }

  /// below(n): an integer in [0, n), n > 0, without bias.
  /// source   Lemire 2019, arXiv:1805.10941
  constexpr std::uint32_t below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t{next()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t biased = (0u - n) % n;
      while (static_cast<std::uint32_t>(product) < biased) product = std::uint64_t{next()} * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }
};

/// shuffle(items, seed, stream, step): permutes items in place (Fisher-Yates from the end).
/// errors   value_error for 2^32 items and more
template <class T>
constexpr void shuffle(std::span<T> items, std::uint64_t seed, std::uint32_t stream = 0, std::uint32_t step = 0) {
  if (items.size() > 0xffffffffu) throw value_error("shuffle(items)", "items must be fewer than 2^32", "items");
  random_words words{seed, stream, step};
  for (auto left = static_cast<std::uint32_t>(items.size()); left > 1; --left)
    std::swap(items[left - 1], items[words.below(left)]);
}

/// uniforms_per_block<T>: how many uniform numbers of type T one block of four words holds.
template <std::floating_point T> inline constexpr std::size_t uniforms_per_block = sizeof(T) <= sizeof(float) ? 4 : 2;

/// uniform_tile: 64 consecutive blocks as uniform numbers, the unit in which streams are filled.
/// With 16 blocks or fewer g++ 12 -O3 unrolls the rounds away and stops using vectors.
template <std::floating_point T> struct uniform_tile {
  static constexpr std::size_t blocks = 64, size = blocks * uniforms_per_block<T>;
  philox::lanes<blocks> words;

  constexpr void draw(std::uint64_t seed, std::uint64_t first, std::uint32_t stream, std::uint32_t step) {
    for (std::size_t j = 0; j < blocks; ++j) {
      words.c[0][j] = static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(j);
      words.c[1][j] = static_cast<std::uint32_t>(first >> 32);
      words.c[2][j] = stream;
      words.c[3][j] = step;
    }
    words.permute(seed);
  }

  constexpr void store(T* out) const {
    if constexpr (uniforms_per_block<T> == 4)
      for (std::size_t j = 0; j < blocks; ++j)
        for (std::size_t k = 0; k < 4; ++k) out[4 * j + k] = uniform_float(words.c[k][j]);
    else
      for (std::size_t j = 0; j < blocks; ++j)
        for (std::size_t k = 0; k < 2; ++k) out[2 * j + k] = uniform_double(words.c[2 * k][j], words.c[2 * k + 1][j]);
  }
};

/// fill_uniform(out, n, seed, stream, step, block = 0): n numbers in [0, 1); element i comes from block
/// block + i / uniforms_per_block, so that parts of a stream can be filled apart.
template <std::floating_point T>
constexpr void fill_uniform(T* out, std::size_t n, std::uint64_t seed, std::uint32_t stream, std::uint32_t step,
                            std::uint64_t block = 0) {
  uniform_tile<T> tile{};
  for (; n >= tile.size; n -= tile.size, out += tile.size, block += tile.blocks) {
    tile.draw(seed, block, stream, step);
    tile.store(out);
  }
  if (n == 0) return;
  T rest[tile.size]{};
  tile.draw(seed, block, stream, step);
  tile.store(rest);
  for (std::size_t i = 0; i < n; ++i) out[i] = rest[i];
}

/// fill_normal(out, n, seed, stream, step): n standard normal numbers; elements 2i and 2i + 1 come from the uniforms
/// (u1, u2) of the same places as sqrt(-2 log(1 - u1)) times (cos, sin)(2 pi u2).
/// source   Box & Muller 1958, doi:10.1214/aoms/1177706645
template <std::floating_point T>
inline void fill_normal(T* out, std::size_t n, std::uint64_t seed, std::uint32_t stream, std::uint32_t step) {
  fill_uniform(out, n, seed, stream, step);
  const auto pair = [](T& first, T& second) {
    const T radius = std::sqrt(T(-2) * std::log(T(1) - first)), angle = T(2) * std::numbers::pi_v<T> * second;
    first = radius * std::cos(angle);
    second = radius * std::sin(angle);
  };
  for (std::size_t i = 0; i + 1 < n; i += 2) pair(out[i], out[i + 1]);
  if (n % 2 == 0) return;
  const philox::words w = philox::block(seed, n / uniforms_per_block<T>, stream, step);
  T partner{};
  if constexpr (uniforms_per_block<T> == 4) partner = uniform_float(w[n % 4]);
  else partner = uniform_double(w[2], w[3]);
  pair(out[n - 1], partner);
}

} // namespace fluxpp::inline v0_1

// The version of fluxpp: the only place where it is written by hand (CMake, conanfile.py and the tests read it here).

#define FLUXPP_VERSION_MAJOR 0
#define FLUXPP_VERSION_MINOR 1
#define FLUXPP_VERSION_PATCH 0

/// FLUXPP_VERSION: one number that grows with the version, 10203 for 1.2.3.
#define FLUXPP_VERSION (FLUXPP_VERSION_MAJOR * 10000 + FLUXPP_VERSION_MINOR * 100 + FLUXPP_VERSION_PATCH)

// Datasets, splits, batches.

// Observations in memory, what a container of observations is, and splits that depend on a key alone.

// The xtensor shim: the only includer of xtensor, 0.24 to 0.27, and the container that the library fills.
// FLUXPP_HAS_XTENSOR is 1 or 0; define FLUXPP_NO_XTENSOR to do without. xtensor never enters device code.

#if defined(FLUXPP_NO_XTENSOR) || defined(__CUDACC__)
#define FLUXPP_HAS_XTENSOR 0
#elif __has_include(<xtensor/containers/xtensor.hpp>) // 0.26 and newer
#include <xtensor/core/xtensor_config.hpp>
#define FLUXPP_HAS_XTENSOR 1
#if defined(__clang__) && __clang_major__ < 16 && XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR >= 27
#error "fluxpp: clang 14 needs xtensor < 0.27, or clang 16+"
#endif
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/containers/xtensor.hpp>
#elif __has_include(<xtensor/xtensor.hpp>) // 0.24, 0.25
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>
#define FLUXPP_HAS_XTENSOR 1
#else
#define FLUXPP_HAS_XTENSOR 0
#endif

#if FLUXPP_HAS_XTENSOR
static_assert(XTENSOR_VERSION_MAJOR > 0 || XTENSOR_VERSION_MINOR >= 24, "fluxpp: xtensor must be 0.24 or newer");
#endif

namespace fluxpp::inline v0_1 {

#if FLUXPP_HAS_XTENSOR
/// nd_array<T, Rank>: an owned, row-major array of Rank axes; an xt::xtensor where xtensor is present.
template <class T, std::size_t Rank> using nd_array = xt::xtensor<T, Rank>;
#else
/// nd_array<T, Rank>: an owned, row-major array of Rank axes; a tensor where xtensor is absent.
template <class T, std::size_t Rank> using nd_array = tensor<T, static_cast<int>(Rank)>;
#endif

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::data {

/// A container is a thing of known size that can write observation i into one row of inputs and one of targets.
/// input_shape() and target_shape() are the extents of such a row, without the batch.
template <class C>
concept container = requires(const C& c, std::size_t i, float* input, typename C::target_type* target) {
  { c.size() } -> std::convertible_to<std::size_t>;
  { std::tuple_size<std::remove_cvref_t<decltype(c.input_shape())>>::value } -> std::convertible_to<std::size_t>;
  { std::tuple_size<std::remove_cvref_t<decltype(c.target_shape())>>::value } -> std::convertible_to<std::size_t>;
  c.copy(i, input, target);
};

/// without_first(shape): the extents of one row.
template <std::size_t Rank, class Shape> std::array<std::size_t, Rank - 1> without_first(const Shape& shape) {
  std::array<std::size_t, Rank - 1> row{};
  for (std::size_t axis = 1; axis < Rank; ++axis) row[axis - 1] = static_cast<std::size_t>(shape[axis]);
  return row;
}

/// with_first(n, shape): the extents of n rows.
template <std::size_t Rank>
std::array<std::size_t, Rank + 1> with_first(std::size_t n, const std::array<std::size_t, Rank>& row) {
  std::array<std::size_t, Rank + 1> shape{n};
  std::copy(row.begin(), row.end(), shape.begin() + 1);
  return shape;
}

/// product_of(shape): the number of elements.
template <std::size_t Rank> constexpr std::size_t product_of(const std::array<std::size_t, Rank>& shape) {
  std::size_t n = 1;
  for (const std::size_t extent : shape) n *= extent;
  return n;
}

/// dataset{inputs, targets}: observations in memory; the first axis of both counts them.
/// shapes   inputs [n, ...], targets [n] for labels or [n, ...]
template <std::size_t Rank, class Target = std::int32_t, std::size_t TargetRank = 1> struct dataset {
  static_assert(Rank >= 1 && TargetRank >= 1, "fluxpp::data::dataset: the first axis counts observations");
  using target_type = Target;

  nd_array<float, Rank> inputs;
  nd_array<Target, TargetRank> targets;

  std::size_t size() const { return inputs.shape()[0]; }
  std::array<std::size_t, Rank - 1> input_shape() const { return without_first<Rank>(inputs.shape()); }
  std::array<std::size_t, TargetRank - 1> target_shape() const { return without_first<TargetRank>(targets.shape()); }
  std::size_t input_size() const { return product_of(input_shape()); }
  std::size_t target_size() const { return product_of(target_shape()); }

  /// check(call): inputs and targets count the same observations. errors: they do not (shape_error)
  void check(std::string_view call) const {
    if (targets.shape()[0] == size()) return;
    throw shape_error(call,
                      "inputs hold " + std::to_string(size()) + " observations, but targets hold " +
                          std::to_string(targets.shape()[0]),
                      "targets", 0, static_cast<std::int64_t>(size()), static_cast<std::int64_t>(targets.shape()[0]));
  }

  /// copy(i, input, target): observation i, i < size(), into one row each.
  void copy(std::size_t i, float* input, Target* target) const {
    const std::size_t n = input_size(), m = target_size();
    std::copy_n(inputs.data() + i * n, n, input);
    std::copy_n(targets.data() + i * m, m, target);
  }

  /// observations(n, input_shape, target_shape): room for n observations.
  static dataset observations(std::size_t n, const std::array<std::size_t, Rank - 1>& input_shape,
                              const std::array<std::size_t, TargetRank - 1>& target_shape = {}) {
    return {nd_array<float, Rank>(with_first(n, input_shape)),
            nd_array<Target, TargetRank>(with_first(n, target_shape))};
  }

  /// take(rows): the observations of those indices, in that order, copied.
  dataset take(std::span<const std::size_t> rows) const {
    dataset part = observations(rows.size(), input_shape(), target_shape());
    for (std::size_t i = 0; i < rows.size(); ++i)
      copy(rows[i], part.inputs.data() + i * input_size(), part.targets.data() + i * target_size());
    return part;
  }
};

/// split: two parts of a dataset; `auto [train, test] = ...`.
template <class Dataset> struct split { Dataset train, test; };

/// stratified_split(ds, test_fraction, seed): every class gives round(test_fraction * its size) observations to the
/// test part; both parts keep the order of ds. Which ones depends on (seed, labels) alone.
/// errors   value_error: test_fraction outside [0, 1]
template <std::size_t Rank>
split<dataset<Rank>> stratified_split(const dataset<Rank>& ds, double test_fraction, std::uint64_t seed = 0) {
  if (!(test_fraction >= 0 && test_fraction <= 1))
    throw value_error("data::stratified_split(ds, test_fraction, seed)", "test_fraction must be in [0, 1]",
                      "test_fraction");
  ds.check("data::stratified_split(ds, test_fraction, seed)");
  std::map<std::int32_t, std::vector<std::size_t>> rows_of_class;
  for (std::size_t i = 0; i < ds.size(); ++i) rows_of_class[ds.targets.data()[i]].push_back(i);
  std::vector<std::size_t> train, test;
  for (auto& [label, rows] : rows_of_class) {
    shuffle(std::span(rows), seed, stream_of("data.stratified_split"), static_cast<std::uint32_t>(label));
    const auto chosen = static_cast<std::ptrdiff_t>(test_fraction * static_cast<double>(rows.size()) + 0.5);
    test.insert(test.end(), rows.begin(), rows.begin() + chosen);
    train.insert(train.end(), rows.begin() + chosen, rows.end());
  }
  std::sort(train.begin(), train.end());
  std::sort(test.begin(), test.end());
  return {ds.take(train), ds.take(test)};
}

} // namespace fluxpp::inline v0_1::data

// The handwritten digits that come with the library: 1,797 grey images of 8x8 pixels in ten classes.

// The 1,797 images of data::digits() as text, generated by scripts/make_digits.py; do not edit.
// Optical Recognition of Handwritten Digits, test part: E. Alpaydin and C. Kaynak, UCI Machine Learning Repository,
// 1998, doi:10.24432/C50P49, licence CC BY 4.0; re-encoded, values unchanged.
// size: a generated table.

namespace fluxpp::inline v0_1::data {

inline constexpr std::size_t digits_count = 1797;

// clang-format off
inline constexpr char digits_text[] =
"G/+#o1,1'E1$=*F.J*G*K*F-3.)D0',.h/,t^/'s-2+e12(Y122$c22%c22(c22(s-2,uV1.e210j/*2c(1-S*/1#[22'e/22-'e-2+vI1/#Z/(1&T#/"
"/s$1-#s#..#s#,*Z&'0+Y//+wS-s9*s#/($$Y1;*G2,B(F12/2#e1,s$2&xN,s@220o21,#]22)s&)2)s&2+W&.2&[22,y^/s'2*s/2%s0/sA.)$o2/2"
"%Y2-1*S+1-%zI*/21#I)&-.s*/#F**11(D-11&s2's+1#s/'{K0*#n00.k,A&U2.0$V22$U2*,/$C1#%2*]21-#|M.s$222/U2.,0S2#.1o2+1$e;-s+"
"1&[./%}C+1-m2*0(D2,;+C2&:*F2&:*C2'#-%^.,,c,/%tp/#g22$p2.S,22.U.02+s'21s&20s#/2#uG.#s10)s/#.d,@s$B#s(1s+21+*$E-*/.&v4"
"+10+%F/*+2*h01%m0$s$1-s41&C'(/2(D../-wZ1#c0/##!1%1-I2)#2*K2/02'C,120s#2,s,1&x7./22$M21*&Z0-#j220c((2s72%S'1/f12$yZ1#"
"s.0s%2)s(2$s)22/'a2++0U0+$2$Y12-zC*1,U/100W,<.e'1,$b222.C*.0*%l/s=+{L)/+k,.1$V-,-c2,#n/&s.#.c,$0s-0'|H0&s-2,s*02$c.."
"-sM%s7-S&&)2$I22/-#}E/-)m222$F2+#0$F2R$b#>*a+ ([0+0#T./&tT22$f22$C&.2.Y222.e,20s*2.s(22$d.1&uJ2'c/-2s, %e#2#s+.s%1's"
"01**%Y.../#v3*.10&E-**..s$/)d1.#s/'s;/i*01p1-$wn$s(0#f2)*o+B(H2,-2g,/2s82s>*xN**)U22-)T0#s'0's$12+s42$f*2&m0+yC/0%j2"
"/$T22%e2.#g20'e2222(C0222.U.10)zZ00$h,1-s@,D*-.2*J2222)s-1#k2)s./#{L-&s,1//#Z-@&o1/S-22c1%+,p(1,j0)#|K/)s.22$n/2(h22"
"0s42%s;,U).02$I...-}L0-%V2/(0#F2$=)J2L'J2P&J232#F2#-1m2.%tD/*s(22(g1/-s)21sP%s9-e&&2$D1/0/$}4/222-G2,'&#H2)%k222(U*&"
"-1s#.1f/2(T21*y8/'**#J2222(H2+(&X221'f'1.s%2+S*/1%V21%yW0$c/-s'2$s(1'c121-#D/0#.+V2)/+g21%z51**(V222/$E2+$d221%i(.+s"
"#0,g01$S10#yH0,$q1/1%D2, +C2'>'b% (C1'(/#b-0,i2-#tO,#g20)f2*0d022(c&+/#s (W*'+0_/12/}I)/2&_/(.)!&,-#Z2,e02s**-'f,+*c"
"-2(|3+2/)Y0&,.X1+2-k-)0sQ$s=(E/*'0'[0/,#}M,.&n/+2#Y/-2c20&l2/s0).)V0&./S-0.&|[1#f2.s10$-%F2+&2,K2-/2$[220s*2(s+2$xn'"
"s$2.c.2-T.22,X-'1(s#2+s$2-s%2*u[1.f))0sO%F+*,/#F2122(s0%s+.s=){K222'C0,*2*s)2%E*-12-J221-%T2)s*2#s/,{K2/(h'22s*1's'0"
"%s;1$s=.V*-1.]0.*w31&s$2220$H2-**%G2-'s-00#s'2)h22&p0&yS-+s)2/f02+!2-2*s%2(s%2*s'2,s$0(uD1/%l1-1U2(<V2*5*J0%6*E1#5)`"
"-(0'V.1(tC1/#i20*Z.+$/$I+#8(G+E+a$:.[1/2(o0*tW0.$Y1*0&X$%/#c/&c-+j2/s'02-$s(./%vU1,#m,2&n#1(e&1&h1(V12+s/21+%f+0)vE."
"22(!-)2-s$0,G-*+2%K2222+C&+2(s-0s&2'{F*2'k2*-g, $o&1$k2*j10'r'0&h2.#|S00%l-/*i *s)1#F*.1&X22(s$..&$c/2'vD01'l221#E2,"
",2&G2P(G2(>)C1/&/(]221d-/&tn/#j21$!22.V222/V)&2(s#2*s#2*s>.uS+-s/22s.)0s@)g..i22(f+/2-&s+/%v!/#S-.)d2.s&2-s&21*&V22/"
"2(Y2)/0i11'z3,1-#U**-.s'01#m1$s&1$s>,e&,2#_21,wL10&f(/2$e2+s#2(s<.s32&C+'(2)`.1-$wH/2(U2012#W:2$s*2%E1222+G/02-%n1#f"
"2){P20(i,22%g22#d2*s>/#s&2)W+02)_22,#w5220)#C++12&i2.#k2$s%1)s;1S,,22%D/2.'wX2&c/1#S-2'j2,<(N2*+2.D1222)f2-s)2%x[,s)"
"2)s//#s1)s&21.)T2.&-,Z0'+0h.0+z!-s+2(s1/s@,s#1.*$n222,#I2..2&[1.'zG0s>+sA%s#2s32$)&U2222+a1&,2V02.)z[+s%2+e0,4!2')1#"
"D-12/#i2%s(1s62'xH./(X2+.2$I2+1/m12&s.,s%2&s#2$s(-}p)s/2+l22)Y2*2$S'(2(s&2(s$2(s>-u3/1..'F2**(Y/s:1/1)S('*.s>-d/0#U0"
",#yC/,i222)Z2/,1Z2$$1%G1$>)C1($2%]1/2c10*t3./&f222%V222,h202sR&s )C$%)0,D.20.%}O/*$W222.S1.s>/)#j22.s&+2%S'01#!22(yk"
"/s$22#g+1s70s%1)Y22-s-02)%s+1+v5'0/([2.,.X2%.-S/,2(l2,c12,s2.2s%12'|m1&e22.j02.g,2(C)-2/[220#U*02+s#-2.vL.,e222&Y1%*"
"/Z.P#J.I*G/F*`*<*Y./.&tF0-e112+Z/51#J.J(J.J*G/#:*D10.1(W21*tS0/#c22%G-122V1221s*2)s,2%s*2(s$/1$uE020o//2$S;1k.12,F22"
"2-%V+0$d1+s&/#{!1%i2-s/1#s1-sB/*#q221(!2020$C+12-z4/1,&g&/1$s-2&s2.s -s:/S(*0.T.0-#w3/1$h11+k*,/g%..s%2(g11#h21..-C-"
"/22.vS2's'2-s.2-Y.22)V*.2&s+2$s,2$s%/'uD)1/#`.+0*TN*s (G2222'D')/0$c1's-+{[2&S+2/$`20*S11'2+W222*d/2#s-/s=/x!-s%2,s*"
"2s>0s@21(n2.1(Y2,/0k/-(zO21&k*/2%s/2)c2.sA,s:1e(12)a22-#wS.*#f22#S/2-S-22.T.*2,sA*s&2&s%/&u6022.#D.)02(g2,s&2)s&2(s#"
"1-S*,2,W221#wK/0'V2,/2o102#e)2%s&2s32%C1'*2$Y12+}]2's,2'f22']222%W*02$s02$s-2$s*2*uE.2,T0...W,<-s#0+$Z222,X2/)s2's'/"
"{]2*h2/%j2*s/2$s12'd222'S,220s.21z3+21,X2*)2%]02-#C/2(j12%g0,-s1)2%m2*|U0#s/.#i2'%U1-'2$G2--2(X.2/%c1)s$2)x4122/$C,*"
"02*s21#s2*s@0s=2#D0/22%D120'wC1/s#22'i22s/2/i22/c-2/s$22s#02%uT/s:1s'2'$q.#2&F2$+2*!022&s/*s (xC.'s+20%T20-/T2,@&F2N"
"&F2%=,_.*0(U,2.#tN22*U2/*'T2%sB/+s,22)s#,/d-2,m2.y6/22.%E)&/2(j1's.*s9.s6.c).-e1.$wZ0&i2)s0,s#2(s%22,d2.0(n1-,s,/*zK"
"1's/0/)h0,/#k.1's<,s90U*+11W..+#}W-#s00$g2's*1$s,/s@22*h2+1(h02*zh,s@1s,22i221U1)1,s -sA+s:1uD-2&n+-1#T62s$*1#F2221)"
"E(&2%s(-s>){Q22.$D21..%F2*s*2.&s.22s52*T(+2*S121%y!1s-1%i1&s.-#%*$F.112+j2*$l.s>+xC,+s+1&c2's&2#&0&F2.02'S)2+s$2&s,/"
"xE-2/U11/2X*$+0f)10'F2220(C*/.s#2&s%1#{D2/#h12)e(2*s%2(c//h02&k22/,%V-12,vF+/'S22.-m*'2i,/,f2/s/1.s-+0's,2*|Z1*e2.2&"
"T,#2&s*0s+1%U20&f10)#s+.0&vC,2*m/,2n#&2#S )s+.d/1#f10)&c-01'v41220$E20+,#I2(s%01(s#/.s:2s+2-e2/#yK.11$C10-2)T42&T&,1"
"$_222+_2,#h2#s-+{^0#k2,'j/'0d022&s&,,s62T(&+2S-21)}H/$f222-n-#(#^0,$c*..s;0f+2'k0&y^/s'2,h2/-.$N2,12+F022.&p/s@.s=/x"
"E(0'i11/e0/.s2/#d2*s,+0s.&1$f10|G01&j220g22+s12#c2/s-10'n.*1#W222$|Z0s'2-c10#(Y2'%2*J2*02$X02-s(2&s,1xN2)d2'.%p(%2$T"
"02.s<,s<*j$/)m22%}E.,#S222,W2/(2#G2) %G2& )C2*@)_0/2%T/1(tG&+,l*-2$Z.00#W1)s0.s#0/%s./'s)2'|C-1*n0,2'b)/2&[1/2&s#1&s"
"B&J20+2&T,11$}I/1'j22.i21%h2's'2$s*2(s../s'/,|D.+s-1.'q'@T1#;)F,I*^J,D1',2#W0.&tg1*d12+U122,I2,*2)S:2&s-2#s+2#s*0u41"
"2(g210g/,0s>.s#2)s,1$e2,*(#D1222)v522..(V&'0*s--s&2%s>-s;0e)1&U20&wU2%s.2$j22&Y212.-J222/%i0#s(2s60x6222,%N2+*.%L2$s"
"%2.s92+s>2#U,11#V2/%yD1&s-/sB(s%2)s&221'V2'%/)C0+:/T/22*zD11%j02-s=0s=0%V.22)]2.#c0(s&.#{G./$U202/#F2+2.#C+21#S/22'U"
"2'.2U1)0.h2/%|G1's.-/*m+,2e122#s@(s *X%@(T/21%}N+.#p22*U2+%1$F2#B'G.R'E0#&2&a.00i..$ti/'s12*S/22%^222Z2%2/T%B.sB/s:."
"uO0*#S222(e'2*s+2$c2+c2/s'2-&&S/0..v8221)T-.22's01$c2-s@0s72+U).2)E221-#wW0s#1/s+2/g21/j2221+V,0*'j.s9,x61222&F21+)#"
"a0#s'2+s@2s;2'U,/2&W22.yX0#d2,s-1$s//*'T20.2%C2-7.]1'..k10(zE10#o22(f&2*s#2,#Y222*^12(s0-s&.#{E//%T0..-V2*'1%C/02)m2"
"/#S2./0#_/+2)U/2,#|H/,&V21//V2022#D,222's%2'sB*d*2*Y20+#}D.&c.22%Y2(&/Z2( 'C2'9+b*:._002,V01)tg0%s+2*k22'C/1.2#F.%,1"
"s=.s:.s7/&uH/,%W1-2-T(B.sB.s)2(g1,s-2*&j0/.&v3-.0(S(&*2)s%2'd0+s&2)s#0/s#.0W.1+#wU2%s,2-f22*T0.2'!2022-G./2*%d1%s&.x"
"4022/'I2/**#L1s<2s92(s#.2*c*2,e21#yb)s(2&s-1s>.sA22*n2/1*^2)/1S-21+zL20#p22)c'2)d,2-(I221.)M,1,s(2$s/+{D//#j20&g2,*&"
"S22,$D1/.g.%1#p%/&e1/#|G/&s100'n)*2#V/22#sA$s@(T)*2&X./,}G0,)r222%E2,$2)I2%>*J2#>*I2'$2&D210/i1/$tD/(s&21'c1.1s,22#s"
"$2$sA'V&(2%T02,}7222-#F21,*#F2.s#/2's(2/s<2&f/2$T12+y82221,K2/*('N2#s,2)s%11%s%2/c'2+k2-yG/#s./sB*s'2$s&2*1+#F22.1-C"
"10&0-W00,#z4122/$I2/**%F2&sB-s>2%s$/-e*1*d11#yG21#S1+,.U2#B&H2M(E2#=*F2&%1&C///0#V/0#tD/*(i002i+%2&W012&e$/'UN(C.(=)"
"U.22#}H1/%o01.p-/1'[21*T222$Z2$0,W2+0-j0/$|H1(s0-/&m))/g222#s@)s</T-=.W20+&}D/&s*0-s,(0'$T0.0c1/$m/0#o*,&d-2)|Z/s#22"
"s)22c122h212+$H1222-m2s<0xp2)g22*S.22*G0222'C&)22*d22)d22%s22uI222/Z+*11s&2)V*.2'E2220)U*2%s1/s)2%{C*,1-D01/2)X80$e-"
".$T221*U/1$s/,s#2'{3,22-W,*.2&c,0s(2&s)2's#.2&T&+2&C10-&w9222-$G2.*(#K2#s$21%s'20#s$2,S)/2%V12(yn-#c22)S022)C0202*G."
"%*2)s*2&s*2#s-.uH11%U200/X1$#0'J0$;*J2&:*G2(=+C2202+W01,#t!1#g22,p((1V2&A%G1'='^- 'Z222%S*/*tI11&Z222&Z1*2&s,1s#1+s("
"2$s*2*-+[22.%v3.0,g222&s&2&s)1#d1+s+1$s20**%!1/+&vG2.$f-2,s@-d&00$_22,&U,0sA's(-{G1/%n1.0n.00e20%k01%S1'*.#b&&2&W22."
"$|M.s)22'g/2*s#2*s)2's+1#s21+)$^0/.'vD1/s/22+W2+(2&G2%#0)H2&B*E2.(2.`222&T/1*tS-0'k22'!222#G2222S'-22s'22s=2s=,uK2'h"
"221i202$U(.2sA.s)2(#%[2/1*Y22*#vF0(s,1$s2-s -s%2.*%T20*.+b/&..X12.#z6.//(X0*/2s=2$s21s>2%s&2+S&.2*D/2.(w411(s,/2's$2"
"+s%2-s 0#s)2'C&(/1#E10-$wQ1$s*1-s>0s).2/+I222,'C'20s+1%d2&{3,12/%G0''1*s$1(s+2s;2s62(T%/.q/)w4020&V-'/.s$1)s&2&s#//#"
"s$2&S%-1$C.2+$wm's*2$f12%n(2%W1A'%H222-&s0sN$xX0%d2-s-1$c1/$e222)V20*/)^2'.,j0/'zC0(s)2#s/,s@)s%2,*%r/.0)`+&-/T.2.&z"
"D0-s,2#c2+s&2's'2..-#F20,0-D1,(2,U12,#zT1&s*1#c0.s(2.s/21&$K2222-E**2%s%1xH1'c111%T2(-0q012#U*,2's%2*f,2*Y./.#}m.s%1"
"0s-2-k22,V2.2.U,%2-sB0s=-u42220'K2-(*%K2$s%2/#s*2.s>2&c-2(V22*yF1-#T002*Z1$%/V2N)I2N*E2(#0+a222$V/0(tL1)f2/--!2.12&E"
"..02&s,2&s+2&V&11S.1.%}62222'M2*'*%L2$s%2(sB+s>2$s(2-f2.#yE/.$p/1-i:1s (s%2&s/-s%2.*#U2-*vL/s@1-s.+2*$W02-#U2,s.-2c2"
")2'm2/#|G0-s121s,*2#s(0s>+s#2%s*2.-i2.)vD..$l22+U22*1%H2( *J2&A*G2*.2(a221$U/.%t`)c+22%V2*--U2)&2&J2&B*G2, -_222+T,/"
"(ti0)e22+X122(G2222$F**22s%22%c/2s:1uJ2/s)02&c.2/.#M220+!20#s0+s%2#s.+{E0%s//sB)s'2%s%2)&$V2222)C01&-1W02.(z402.(S,*"
"02#s,1$d2.s%2.s=2$Y,11$E/-)$wL2+f222d.+1s=-s#2)s+2$s12*'m222$vi1#s-2sB0s,21n22-W2(1.c>2s61&uK2%s-20#s-2&s*2,#C.222+C"
"-2-&h2&s--{Q2-%f,11%s02'g2.s%2-#d/2+X12.%a0)#we1(s-2)k22&!222&F2)*2&C&<2$s)2#s%2#u3../*#Z+12$e2,s)2(s'2,s92)U*1/$D02"
",#wM2*h2-/+Y2;2T1.22%W))2&s'2'U)2-o2-#}V00'k22)W121%F122.W222.s.2/#j22)f01(uF122'X+-2-s%2'e02,Y22-%Z1/s'2)s)0${Z.#c1"
".#h2%s)2#c220'S.2(0+T2(,1h22-z!.%j210g2,2#W22,#C2.2*S2%&2&^-&2+T,0/&|Y1#s12#k22$T222l2222*J110*'m.s81#x4-22*#D.++2,s"
"&2+d12s%20s 2%V-2*U1.&wS2-s#22&j22l222#H2021S%'2.s&2.s$1.uT1*s-2&k22e122n2220(H.02.'j/s40#xF.,#U2/1,W2$#0%J/L*J.J*J0"
"M*E20/2$Z2/'t51/.*#F20..$b&s>+s92%s@*s'1,d12$yG-22*a0*.1s$0+s-.#c2's#0+c&1+i2-$w]0s,2&c1-s%2.*$Y22.0%F2*<+C.1+0,T,/-"
"#zG1)s022'o001e-02%s(2$s&2)c-2(V12,}E1&s.2$c2)#e2#(#U1*./%D2$9._+&+1U/21'zl/)g22-V022)E0222&I2222&T/22%m22s$/2#uK12'"
"r22/s%2-d)2/,D122.&E/2,s)2$s./{O2.)V21..%F2's%2+sA2$s&20c+02c/2,yU/#s*2%c12&j22#T202'#M2222,G*-2&#d2$xq+s*2'c22'm22#"
"#H2221+I122,#S)2#s#1'xI1(s$01$s'2(s'2+$G021-&G).-s&1#s,-{41/s.22%g/2&s*2&s*2&s.2sB220(C222.)vD..s)21+#X0/1%S22&i20c1"
"+2'T//2,c-.'|411'g22-k12.s&2(s*2$c0/s&2002'D02/+#vF02&U222(Z2.2)U'.1sA.s(2$s*2.'#V221&v5-1.)#F2/-+(F1s52*s=2*s .c)2%"
"g/(y6/+*%W20..(J2#s%2-#s*2+s<2c#.0f00%yo-s*2'e12&j12,#F2022-I2/10%s2-s>-xE0/#k22+j2-1#T021$X22(q-,.S2--1g/1)|D2,#i22"
".e221d20s*12(o*+/n,)2e/1,|W2%c12&l22#U221&$L2222.C)0/('m.s6,xI2-#S1...T2$(2$C2((2(Y212+s>-U%(2'Z20(}D0/s,11*T2)&1V2&"
" )F2#<*F2'#.-C10/2%U./'t^1(g2/1d22.#m20#Y21,S2*$0'^,&.)T-2/%|E.'c102(X282(G2-02&Z,.2c#)1#Z,,2$T/0)}G01$o0+,q*$1%].+0"
"$Y20$o02&U1*0,h22*|F-1*o2-/)E2.6*H2'6*I+K)F,41$C2.0,f00#t_1*c22,c22*f22$m20d22,s/21$c/2&uH0*h2,0&]'=&V($2$s/)s)0s>,*"
"*&Y000/vL2,#X0(2%W&'1s>0#s%-1#s<*[**1([11+w^&s(1$s2'6&F1$%1+D1222&T*2*s*1s=+xH*.0W21.)Z2/&d-*0-sQ#s@'C+*.0#!1.%yE/(s"
",1$d1%s&0s6002/$E2+#&.`,'--U/1*zH2222,H,*02%f2*T,01(X222)q+s(2(s,/#{C,//#C/,&0&J/9.T.01$g11$j)%/%Z* &S-22$|H./'T2+*1"
"$J.51*F1.2/#T$2(s#2#s'2s%20}F/*s/21)U2+(1(J0F*J.F*F.M(`,.0#Y1-$tp&s%2-s,2+s/2)n22&S/.2's&2+s@,uL2-j1,1$]-$2'Y'(2%c1,"
"s,2$s.0*,'^2221vH12,U2-1,V,,2&f21%c+21$s%2(U+.2'[22*w_.s(2)s11##&H2,+10K2222&D*.2+s/2s@1#xQ221+H2/..-$510$s(2's@-s>*"
"c00,s/2%y_+s*1's0*s$2%4r/22(C2-&).].'/+S.1-$zF.2,q..-c;)f)1/)H221,%C&.)s$2$s(.{D.2,n)#/&E2:.V2-0#i2(s(.1$j)/&e/2%|F0"
"21#G2*&2)J/62.I212/%X.2&s-.sB)s%2$}G1.*o2,/%G2+:&F/#6*F*J&C0M%^++1f01&tV//s,22#U02/j22'U122&V222(T*12+s&0.u3/22&[1(/"
"*W,>,s(2'g2,d2-s'2/**'C,0222vJ00&W.&).V$%/'s21#s%+0#s9*U&&/)]21'wC-%s+2s#2'3$H2$#/,I2+1/T+.2#s0+s$2)xM).1#C20+(Z.s70"
"11'S(&,+s6-l&/*n2,#yF.#s0/s$2%s)/s9.).($F11./-C/2'-.W/2-#zF/222,M1./2's.-S71$`/11(a21+$S2)s(0${D-2.$])&)*G0&:&D1+(-e"
"2-s+/-s.,2#d.2%|K2.$r%',o&02&V222)e&,&s:(^##/%Z12+}D.1.#C000-*G2%4*J0H*F.K&C2##0#]+-*d/0#tE-/'l.'2i,(1&T/20(s9+s6-[)"
":-U+22(}H**/%C00.+%F2*$f2/1)s51s51h*/*k1*yE*++X2.*']/s;2,'s%*/,#s<)W$&/*Y20*yZ1$h2's.*s (s>.20p1(*-E.0',/k2/'z3'-1&Z"
"2/($])s=22-$f&'.%s7-S(<-T.21$yK210#C11',)H2#3*J/F*I(H(G+O#b'..j1,#tI/2)T2('.#F.32&C../2%f*/s6/j%,,h11%}F10,#Y+;*]+$/"
")V10&h11#V0#/)Y/#'/i022#|F.2.W2*&.$N(O&H2/22)U&#**s6.Z+$++T/21%}G.1,#D0)&+)I1);*C'1-/%U12'q+.)q'*.f02-|Y,s%1's--4$G0"
"$#/)I1$*2%E022*s)2s82$xI.+s.22#m22s.22s/22s/22c022#f..+uH22+p+.-c;(c(2,(!20-'W1$s%/s9*{C-22,_0*.-VO&s%1d122+U/2*#i,s"
" %{I12.V2-..T)#/-s/2(s-12%s#1*W2.1*Y22/$wH00/-`.'&$E22&d--2%s9,s3-e).*i0-#y!/s 2's22&e22)i22+k22,l220c')1*uD/,%l1./#"
"b&8&D2%3)G/'4*F.E*_'(/'W0/*#tG//'r2,1%G2$#*&F/F*J.H)G1I)b*'1%W01+t412)l1,2$[-'2s>-s'2$e1*s*1''*%E1222,vG11$U2+2'W+#2"
"#s,+s#2%s++s=0)($X221$vE-22&[..2+s#2*k02+S220'h2&s-0s#1){F/20$D1'&0&J1(#1#F22/,c+2,f0%0([,%/*U12-#|I22%Y2+0)!+@'U%&2"
"$s.-s(2%s.1**%!222+vF/-)p2/2$G2&7)J0F*H+F*D0#:(_.+1$U2.'tm0%d22$m20e221S/22/X2+1/s>2#s+0#u4-2.#[2+2&`)&2#X'+0s%2's/0"
"s%2-*.+D122/2#vE.%s/0$e,sU'%V,222&H2&:+a.&+.T/20&z4-21$^1.2&U%(2$d1.s%22.#c(1,X.*0-C222-%wI02-T2--2$U%1+s,2*s%01$s#2"
"(U./1$X2.'wG2222-H+''1*s+-#U(2%W222)V*2&#S/,s%2${4/22-!-&..S#&0*d22*s)+2*s<.W+,2+a2/)w3,22(Y0+..S#'1'e20%c-02(s>-Y*/"
"2'a2.'wC0*s*2&c2+3'J2'#.1L2.-2(E022*s-2#s/0xD.*s./'c2#s$0s42',,&b0*(/_+$&0U,22)zD//#k/'s/'sA$sA,++$b-*-.C0-#&/U-21&z"
"C/&s'1$s.)s@(sB.11)`0(&0#K0%&0$C)02-zF2(s.1#c2-s*2%9&N2(-2)I221%f2,s&2(x[12+!/&.)G0#$1%F0.21c#/)s&1#s-*s>&}C1-#d22)h"
"22'j22&k2/s-2/s-2-s#02%uD,2&C,221&b2,#q22)g-'1$s=+e,2+d21$yG*-'o2..S2+;%E2(8(E-#7(^M(`'.1#X2/$tE02*U1*&1#J,52*E1/20#"
"T'2&s*-sA$s$/}G*.2&E2-)#U0(&g2.0(d6.s6,h*0)i/)yM21'Z202*],B*U#(2$c1,s-1#s20..*C1220*vF/1+V0('2Y.$$2V210)k22'l(*1$]+&"
"/-T021(|4121$Z0*0*Y'$2's./s*1#c1)s&2+**$D1222/vE-2,l2,0(a)=*E2$:*F.K*H1#>*E1,*1&W.0+tI1+'p201S2*&(&F1#8'E-I'E-3/$C/*"
"//h1-#tT/+s)21s-2)s12$i20s/20s*12s5/*uE-21#C20,2$G.:.c#/+m22/$]01.'q+sA'{V1#s/*#h.s:,s .-,V21*-,C)1&%.i12*zJ01(V2.0-"
"V*#0)s02's-22$s#1)V-*0)]22,wL22)X1+0.U' *s,/s$2&s.*sB/-*%^222'vl-sB/s)2+s/2%l22s122&U.(2(s</)uE/2-p.02#X91s>-j/20&G2"
"20.&U2%s*/{D//s+2(s02$6G2,#/1I2222&Z12*s0,s#2-xE-s>-s#0#s$1s61121$C2*&*-C2-),.W,.1)zN22/#F1+.2$T=1s.2&s*2/#s(2(V((2("
"^22+w^1$s/2*s02+s/2(i22%S222#j22$s+2)u4,0-#Y1*2&S#(1#s1+s#21+#c(1*D*&(1)D/21+wD,2/U2*$2#J/42(H2.22)T&*.#c1%s+,s#2%}C"
"0)s(22#i21s(21s(21s&22#f22(c12*uH12%U2.1*f@(s$2($V022*a2)s(2s9+{]2$i2*$q)sB&%#S2222&`.&(.!2',1T-2.*zE,..$C/.(/*J2**0"
"#G022%n21$U2$1,V2*..k21%|[-s$1*s-1#%*H2&@.N2&-2'K222-h-2)s,2&x3.2,i-)0#T$%0s%0(s.22(d71(C-&&/*D022/#wE2-sB2(s/2)s-2,"
"s.2(e22$g21s%/1uD1.s+2'4D1,=2#<2&(2,H2221#X/2&s1/s(2'xE0)s020+V22-1%G1(6*J*F*G-H(_,'1'T.0*tG-2.r.&%V2(%f122+s52(s=(c"
"*1#X2/#yH/2,V/'&2s#,*s.2%s%)1#s;*Z(%-)V02-#wC/)s)0$s/'sB%s%2,..%E2-'+.C/-&/-S.2-$zE-1/$D1-*0)J04/$E/221#s0's)0s#1&s$"
"2#}C,0s*0-%r$$e/s6/8,%E1/.,.!2&'0k10+zJ21*S222$T22,d22.h22/c22-s22,s)11uJ22#S.,2's%2(s(2$V.02.'N220.'X/s=*{4./21#J20"
"-)Z2)s)22-#d(1+s;1c)2-S22/#y!0s#2,s,2#f2*5'L141,N202/#D-02%s*2$xY.s%0(s-*CF2%#,,J2.0/%D.,2's(2s8/xD/2/p102g<1s /i022"
")`20,%U1's&1{I..$W1(,+]&=(U41$c/(s--#c2)&&$]./0-vI/2-U2'&0$J-#&1$E.02*j21#S1'-.U2')2#W021$|512/#!/+2&S#B(s,1#l2%e2)s"
"'2/.)$D///21v5/2+l1/1$a&&2#s'2$c0/s,2'f2/*,+#4220.+#vI-.0$J2+&%!1's%.20&s$/2$sA+T&*1+!2/*yC+22%`-*2*VQ(s)2%X.22+C202"
"'d*2s>){W/2*Z1()0D2##-,F2122(V&'1#s+*s$1#s(,}6,1220M20*'$H2*s<1#s$2's ,g,0,e21%yC1)s(2%c2,3%G2%#.1M2*01%H222'c0-s$2."
"xF-0&W/&+)Y,,/$S+21$j)+.n30'](9*T121&|E.10%C2':.H2-$/)D+12&e02)k'(1m,)2$U.2/|X2$d11s12%$%I2)%1-I2002'C).2,s)2&s,1xT+"
"2,Y1*).C1%=.J0+/2*C))%/&s'/s<+s@&}G-&#q22-T2+$.&H/H(E/G+E2H*_.*2)V/.,tC/20&D-*&-)H2%%/$[00&i2,s.,2#m,1&c01#|[1.#C-.'"
"1&H0O)G2..2&U*0*s$1#s+,s<+}3+12+X.#$2c:0s,1%s)1's6/$D)&&0%[22,wK1'e112&!0;0Z.N'J*L*G0N*b).2&[21)to2(U-22'G2222&F,+22"
"&s/2&s.2&d22)c.0'uI0'g22-d0$0s72s:2s=.s-20*,Y...1$vJ..0%]-,2$s+/s02/s**2&UR&C2++1$C-01%wT/#s+1$f22*n+0(W0 )#K1.22&D*"
"+2,#c/$xN/...b/.--b/-$U202)s=-s:-S0-1+l0.yC-0s+2.c2)s)2''&Y2222'b/&/)[202&S-0+zD.*)($K2122'O-<0]%$1&s-+s*2&s1.s&2${C"
"(*+%_1.-)_-;)W111c022m+B#[,,/e-+$|I0/*S1/00o//2%V0/2&s>&s@&I2+,1$C*/1*}F/.#T102/X2&(2'J1#>*J.N*G/3/*C1,.2%X2/&tC*2)e"
"22.S122.U.12.s*2,s-20s-22#g/)uI/%s12-s0'1%h$0's>*s(2&&Y2222%H1(++#vL2,j202$U1*2%s-2)s%,1$!P*C2(*/*C12/,#w]&s#2&%l+2&"
"T0'2$Z/)2-$L2220#m/s=)x3**+/*D2220+E2$s'221#W,*1's )q.2$m2+yD-/&n2/1r+#%V2(0+#I2222(C20&2*^2/2$T,2)zC**+.)J2./2'M(:-"
"a%#1%S<+s%/#s/)s#-#{G-*)U2-+2&`%)1g11%l10#V/;)U-'/)h,(|G2-s.//-o*(2i022&i*0)VJ.C1-*/-W-.0%}E.-#S001*U2$'2#F2P(F2M*E2"
"$<*!1/2%S10(tW1/#T022&Z222&H1222#E),22&m22#n22#h0.#uK-$j20.k,'1g,&2#s'1s$/+$#!2101Y++.&vE//#l12)g%1,sB1#D)62*G/P+`-+"
"2*U./*wV.s>2*f21*S1*0)X2*00&L222/#d2&s&/$xH*-00C22/.)b)#f221#S'(/+h>+n,2&l0*yC-0(f20&n2$d22.'Y2222%E1'A/]202,n/+#zD,"
",.1,K2.*1(O+6.#32%#/$W;)s%/#s.)s@${C-0'S20(/#K0$B&G/82#C122.g0%/&U1)2#m2*|E0,%l0/1#^&&2&X112*S**0*TK-b,*..Y.00(}F0+s"
"/22,V2&'2(J031'H2O&F1#)2#D102)f/+tG0-#r,0/p$*2(^),2*W221*C%#$-+C1(&.-X20.%}30/.*'F2-.1)J22/#U+)1)s:+d8.r*.-n0.&y3*.2"
"2)I2...'F/%s&22/d*(1(i;.r-/.g/.'yC+0-#!1+/'E2)s'222,Y2-,2'D2'>*!1/2'k.)zM,.0-b222)C222.S'$-1c42U.51X1*/-k0+$yL1(d202"
")V2*'2#G.N*J+N*G.31%F/&./k2/&tK2-#W2,2+X0#+1S1(-2$Y212)e#-+E0++0.^22/%}F1/%S2/21#H162&E1020f22-m.*2'b,.2%Y2/)|3)./%Y"
"/(10X, 2S//12#f#.*s>*^/'0*W.2-#}G.+#r+1+T0#,.k02-e12+n,%/#]*'2%V,*%|W0s 0.i/(/T2%,-X2/22'D*+2-$e2s9.xS.)s+22#C)120V2"
"222s%22s$22%h22s%1/uC*-/1%I2,,2'3/%;0E141&G*<-s$1&s*0s ){H..12(412021%52((2(I1&0-S$*1%c2+s(2&s*2%{H10$W2-0.W-%2's02)"
"s*,2%C&N)I2'(2'C*12.#wE*+-0#K222/b'*f222(T+$+,s:*j./'g/,#yW2*f22*T122*V*.2's(2-s(2.s(21#f1-$uD1,#T/.0+X2##0$J2L'J0$:"
"*H0J*C0.*1(U/2*#tD1*s)01*Y1%%1X2#;*F.J*^%>)[//1#S+.'tM1&g211s0-2$s&2's&2(s)2,%]2222(M2,'/(vN1%h1.0i'#2$s=)s$1%s*0#n2"
".*'[*/1)vD...+$K1./2'N*:,C2%%1$C%>)s&/s +s%1%{E+0)U1-*1$F2'$2)V1/2)h22#T1*2)V2&1)l1,|I/$m1./n)B&V&@*s@)s&2%n22.+[.*,"
"0vF1.$T1)-,V2Q#H,L*J*H*G.M*D2)*2$X12*tI,s;2s82's+2+s80#s$2&c&0.&#I2222'uI1(f2+0%T0 (d=,s (s'1)k2221X1)&(#v].#j2+&e&s"
"#4*$W2220$D2+%/)]0)2+S,0,$zE,/)S0/10q'0+s,2's)02%F'42&L2,*2%W.0*wE0/d2+2$V.%2d+12,#m*2(XN*`,'2)U/2-#w!.12/H1(&0+L(50"
"$30#>(U7/s#/%s(/s@({F/0$q,-,U1$.(e*2)s&+2$!% (b')2%Y//*wG0+c2/2d/,0s&22)d&'2&s@)]**2&Z/1,wW*s#1,'k-,,T1$0(Z/'0/&M222"
"0%e2s9,x^1#f2/#S01$f21,)Y22.2(E2/B.]2/2.S+/.&zD1/%n2+&U2+s%20.'Z2222W21(2+C/0/2%U.0,zD.2(g2.&q0s$20**V22/1*F2-#..]2."
"01S*..(zV+s>-s&/2&n(0&V2+1/%F..20(s2&s$2%xL2/'Y/'0.[, 0V1/21%T(%.*s>*^('1&[/2*}T21%j22&[220Y222.s*2.s)2.s&22)s/2)uF."
"22-$Q/*-*#41/2*X2//2$I-$$2(s'1$[(/,i0/#yE0,#T0.10#H/50*G.M*F0N)C0&%2%Z...d1,%tI0,)W2020Y-;0#F0)-2'[11.*c#*+`-,1+[//+"
"}K/01/b/..'F2s:22-#S)*2.s;/n*.,l2/%yL/$s.2,s)02s42#s$2#f*1s222/-Z0*-0#vC)(-#_-12)_(-2&U12)f10)S0%#/T.$%.c,*#|O0%f21-"
"i.&2e(&2s;.s#0)c02,,$].00(vF1.#n-//#E.P(J.M*J.J*H/M)F2),1$Y/.$tE2+f112)Z2%).X2% %J,N*C1$;-_0,1.U,20%tW2+c/2(o22&W122"
"'s,2)s+2*s+2/s'0+uC-./0'I1-,2(L)42$32#>*D-60#c0&s*0sA){[0&h2.&S2-s$2)%f202,U21,2(^2)/+S-22+zI/-h2-2e*'2s%12(s)*2'H*M"
"+b((0(X12,wM-$e22*h.**s'(.s=+sA(%'_2/1+C....#vX2(s/2,k22(U222&W222(s+2,s*21s&/-$uH1*,.$L0,.2#K,#/)V&*.#d1's-*s%2s90{"
"i(s(1(c1'0%^*&2W2+,2&C-.00&s**s=)x[0$d2.s,2)s222*V20*1%C1(=-!1).2S+11,zH1-h2/2d)/+s%21's%-2$sB)b-,2)W21+wn*s%22c/2-U"
"122*e)2*s&2*s&20s@1'uK,$j22,i)&2$s*2's,20$s$0)],&-.Z021(wF,/%V2/2*W1@-U1122#W+*0*s>*[1,0)V.0-$}Y22)p22&D/22.Y222.s,2"
"*s-2/s,22$k2.$uF(-0(F22.2)H2$#2%G270d=,s$1&s*2s9.{X0*j2.*U20%h222-#J2/&0'D2+:.!1(/+j02+zF(-'T0)$1V*L$`**/#a,2)S,3,&^"
"$8*X,-)#|W+s$00$h0-.U1%-,Z- ,$L2221%V,1s:+x4/2&n..1g$)0s%11)f..2%sA)E2*+2(C-.0+wY2.i22.U222*Y222*s-2.s)21s(22'h11$uY"
"(s#12)j/1(U2%.)#F0+12*F..2,$g2s60xE-(s,02$U1#--V.42$I.N*F031*D1011#W/0't42..0)E2+**&D2,&f2/2&e>,X%;-]-+2%U.1)yH0,h20"
"2g,-2s;2.s52)F(52*G1+2/#[1*wX0#c2,s/0#d2.,%W2102#E2.A*]2+2*m1-#zH.-d200-Z1#*2U1'-2']210*V$%(.D2/,0.Z.//'}]2.#W2,2&D1"
",:#G2+#j22+d2,2(m22)c*/zV00&S122$D/222Z2222T)*22#f22s&22$f21&uD/222.K1*+2)L,80#32'#2&V;/s&1#s0,s%1&{3**-1,F22-.(F2&s"
"#21*s&,2(s>.X1+/,S/2/&yT2&s,2(f2.1T/*+0[2222(D&'01sA-s *xT0s<+s#1*-n).*W2.10'J/+2/%s2&sB(xD''-1'N20/2%30+8-b'#/&S9-s"
"$.$s,,sA'{3-/$j11(l+(0e,&,s=)s$1%d/2/-$C...1-vE,0%Z2-,/Y031$D2+22#^211$^,:*[.&).T-22+|3-.#j2.+i*).c#&0s7-s=+c0221,_-"
"*.*vU1/#T122$_,'1h$-*s(0$U*2*U2222*C&&'/(vM112+F20*+%F.s821%e--.s42d.+2s-2*yD***.$N2001#P+>(!$*-s$0%s+*s@&s%1{E,0%V2"
"/1-Z/#/2$H2000(W)#-*C*#:*D2-*0)W.0+#}E*-/0D/2///C2s52-,#U200,j%+-i10-d./$yo%s-/&h0&2#D0%(0X2-..T)020s>*sA%xH,+&p,22#"
"F1#+2U222*n02'n#+.r(0+j.(#|G11)T2-22*D2'&2*C.22,i22'q+0,p.2*g0.#|W-s</sB2(k.2'T2&2)[2022%E*-2*#g/xD,2,p+(22b('0-W002"
"(s#2%U#&2%D1/-/#U./&}D.0&q.-/V2&#0(F.J*H+G*E.#>*Z.+2%l/%tG//*r-/2(C2'$0+[221l200W1&B(H0)(2&Y12,|G/1(T2+2/V0<2$F1-12#"
"Y,%/*UN'_-&2&Y02-#}J-*,U1*.2&E.52$],1,f22(i+&2n-'2e,+%|H1/$S1,-0T2%#2&F.30&F,Q%F.Q%C/+-2$V.0'tI0$s$2(s$1+s$2.s$22's%"
"//h.02.'G22221uD/-s-0-+q)(.j'+.s#0)s)2s#..&&#C1222)vC+1'p-'-V1#&0h#/+s</#s:,^+&&1S,21-#wC0%s*05S2&,.Y0$1'_0-22+J220&"
"s1+s$2'xK02/$_*$(&b$+*U11-0&G2(>$G)5/g)/(l2+yC01&k2,'S2,s%2.'f222*S1)&2&]/&2+S.22+zK12$o+2&d(22.`20*)U0+s%2%s,2s>-{W"
"1/$n)-(k.1#S*2&U1*/i.<)n-,*s(/,|E-1*U0,'1$J,52&J+#,2)C12++)s7*V('/)U21*#}[0(l/&/$D0L(F+H*G*J)D-#;'X-&/%S-2.tH/s:2$s("
"2%s%1(s<,s51s),0.'#H2222.uG20$S/02*[1%2'!/%2%U%-/s ,s$222,X20.+vE,1(V2+&2$J0;,S&)2$s$1)s30#^*#-)X*21'wE2&s./$'T2(,1#"
"K1%2-)N221-'E+2%s$2%s(0xO//.&C2''+&F/4#W0-2/$G1(;*UL*E0')1#C+01&y]2(l2,s2%s'05d22/.#D1%:)Z*<)S-.1&zG-22'E1-,2&V<0i12"
"2.[20&#S0)s&2&s*2{[2(f1(1j-+-j20$m2/h0$.+W2-'/&U*/2+|C.20$_-%2'F0Q(H.*/2'[.&,*UM'b0'1&U.2-#}G1.&T1*-2&J+82&J*4,*J)O'"
"D0R$`*-,f/0tJ0#s)2%s(2(s(2+s$20s:2%n.22.&I222.'uE/1#V101,_/$/+`,A+S#$2&s+1#d1222(D12,.&vD-.#T0++*!. (X'$/$s,+s3,+#X)"
">(S.22'w]*s$2's.,&,X1$1*!.&2)(L2120(E*2+s@-x3/021)F1%%&#F/'*'X2.*0$VN&s#0$D.%-+S-2/#yD11%o1*%W2(s*1'&$Z2220$F2)#/*]."
"#-/S.22,zF222.V.-0/sA+T*,2+Y/20'e2's,1s%2+{D/0(l/'2k+&0f11'g20#p(*+o)#-'U-12.|J./#W.$(/]'8.Y,&/1S-.).&s6+!'5/X.2/,}F"
"10&S0*,/#G/R%H.O%I.P%C2P%!-.0c-.%tD,2-#_/,2*F0#*0#F1.1*h)0'S$>'Z1(/&g-2%}O222/F2+*'&K1)*$]2201#C%62&s*0m*2(S12,yK*./"
"#E1*'&X+$($X20+/&D)I*s9,Z'(0%!01'yD/2*m2($T2*s'2+#g22/$S2(*0m,#2'U122%zJ.22&a(,'V.$*(Z00*/'E)J*s>$W$'.i11$yD-/'S0+*0"
"X/#$2$I)N'I+E+D.F-^(&0)U/2+tE,10&D0)+2*I.%02T02/2sRS%PW1*$2f-21}X1-$X/&/'Y- %T1/)U/.2$Z1#+*i0*2#g.2$|D,0,S1++2#I+;.Y"
")%11T11)2#S$;&W/&*+S,12(}[2+e1'2i.).c22'd20#U2*+-n/&.*j020|[-s'0%$q$#0%G/ *#J/%20(H12/%s+-s=)xG0#s+2&s.2&s.2*s+2-s:2"
"$e*1/-*G2222,uF,12&_0+2%T#'1e&/0$G2222*F+.0#g1,s(2&{E122(U0)1%s&0d+120Y20($j*s$2$s'.{C,1,S/-*.T+ (sB#s@,#s#+,_)42T-1"
"2.wM/..%G0&&)$I,#&#Z10.1$D)N&s#2%C*%,.S.2.$yD2's&2,s'2)s*2+s120$i*0,n1020+D,/2,%uC1-#k.*.S1#(2$D.3-(G,M&D/L%_$%/%S/2"
"1#tG21&U1//.Y0#B'N+3-,L,I/H1J.C0)(1-W120%tE-/#X2-/(C2*=&V&Bs7-s:+s>+&'S0/.1'vD0*e0,2#]*$1k*#/c%(,s;)s@+&)%C022/*vK02"
",l(./s /'D.1210D.2)3U1s:0s;-{X0&f/$.j(>d.(0c.2+o-(-k-$)*g,1/|I/0#Y1+/)W1%**c>'s#0s<(s$1'&&X22/2(vY/+#Y1*1'C1$<*F.N)G"
"+P%F0MS2**-d-0'tL.s:2#s+2#s.2's/2,s#,1s).2..&I2222-uE/)e1*0l*#0j-'/s7.s:*s#.,)'$D00.0)vE.2(o2.&U2+s(/'&j0%2$V2&/)m--"
"0e.21zC+2(V0,-,^, (X)&2's9.#s:,Z/%@%Z22/%wF.20)D2(9.Y5/%c2(s;.dO'E2)#.&U.21$wE*.12$N0,/1S#$0(T*/2*[22,'S*.#s0*s$2'{X"
"1.#F.2.2%Q2(&2%F'#1.s)2,#U$&1)^1*-0S*12-wY/,l/'/Y.:*X(%1#s$/+sM)W+#$.k12+w^,s&2's1)$0#H2$+2-K0+21(G222#d-/s>/x!2(m0'"
"e2$s*,s820-%T09/l+#1$j21#z[2(j2.'T2+s(2($j222)T2))2&[/%0+j22)zZ1,j/(#S2$s&-s62..+$C1#;,!+&/%m1'zE1(c0/&f2'2)Z2*2+'L2"
"022+E-2-$f2*s'1&xC*01'C0*#0*I.92*F0..+*S%;*s (^,&2d*2)}E1's'2,s(2)d.2+j210s(%2(h*.1.,D/221-u3+./-U1&%%W.)(g20/)S*4.s"
"40h$,(m2/#yb(s-22-V2-/0Y.#%/V,RT032#[)+0c-1%tH-/(Y0()/!)9,V/.1,c&>sM#Z$>h01.}K22/$D1$%%Y+3&Z.)/0)H2*7*C%K(U&#1i2.)yI"
"1/k212'^2'1(i$/+s#2)s(2&c12.1)G20..-vX0,e2)/$V2%0#m2+g02(U1&#/&D0-''.h,11|K1/g0)/$^,#/f)(-s<(s#1s;-8']2222%vD-1$n(-+"
"V-92W(32(G&L)!L'_$(.f2.#tC.0%S/-+/Y-32&J(41V.Qq##1i,)/c/2)tG/$s&2)s&2&s&2(s+2,s$-1#l/212+E.22-$uH02/k++1s@+d,22._2.)"
"%U0(s(2$s,/{X/*i2*&U1$s(.&s&2//%T1$'0k,$1s*1.zC).%V2..,`+=*Y'A&s$0)s4/+W,&@'C+122*wL1$i22(n/.+j+/)sB's(1#s20&'*%J222"
"2+vH2&s&2+s)2.s/21s/12$c$1*h+01/)G1221%uF/02%X-,2#s)0k222.a/2)$j.s$0(s*/#{D1(s,07o++2%H1(2%[/.1.*K220)$C)2)s$2)xD/2*"
"S/2,)W2+s)2)s+22/#W2(0+o.01e.2-zX/)l/(1n*&.s#1%s,1$s#'1$`,$'-T)/1*wD1%s&2&s&2's02(s)1)s$,+s221+2'E121)#uX1(S-/*-[/;,"
"Z+%1%s'0%e7/$[.',)h.1'wG-/(V1*)2%J)62#F-#,2&D11*2&s (C2+>'V-22$}F1&s%2+s$2-sB/s$22$s'1,f.02//D/221*uF12.h+.,s<+d&1,&"
"D1221)Z/+s#2&s(/{]2(k2-$U2-s(2.&i2/1-S1*%2'[0'2,k22,zY/*d2*1f.*-d22%g22$T2)+-k.#0(h11.|C0+s*/%)#C2('2%I/@-%N/'22+O22"
"1(e.0sA,xE-1*V0*/0Z-%1(S#+0sO,s3/)[*$(-V,02,wG20*f22)p22*p22*m22'l22*m220%X222%ua*s'1$/'_+$1$F0#,.$L0*22,L221'd.*sB'"
"xF/0*U0%#2%I+P(J&R&J(RU-30n&(-g20#tJ.0.%^'5r$&#V20.1&VJ*C]'H0#$1#Z02&yD+/*S0-*0[0@(d&1s8..$s;+`/&,-U,01'w_1&m2+&S20s"
"'2)s'220&T1+)1']/&./S/22,zD-/&S/)*1X-7/[)$00U01*1#s='])<)V,11%}]2,k2,)U2*s+2/&l2*2)V2%)2$_/*2'S-22#z_.s@2#c12#f22%g1"
"2+s>1#S-+2-$]2222uF/20o,-1s;-c(02*]21*'T-,s#0(s'2${L./2$F1(&&W,s7222+T-%%.s4/f#+,r2/#y^,s&2%+%`)(2$E1$,,!+#2.,P-02-#"
"K21+s@*x!.s&2'%%a) -I0#)2*K/'1/#M222#f+2s=1xL21f0*2#c&24U-22/^2-)$X2s91s>-{H1+k202#`.%2&[-%2%d+2s -s&2.+,%J22220vY./"
"#Z-#,*^$#-)!,0*S)2+i2)0%i/'0s(10$|L22&[2-0*_*@(s#2&s*/s#0)s.2+.(C02220vC/)c1+1#[-Bd,%0s4-s7-s;,&&$C121/1vL,020`*&s28"
"-'E20,,+E0';*s(/e+/%j/#yG+/2(^.)2's(2%U.120Y21'#l,s$1's(0{F/.(V1',2V2#-2S,2/2$fA%s>&X(;*W.12)}5..01%F1&&&W.DW1.11'G."
"(:*s<)C+90#D120%yE1$s..#)T2&+/Z-(2#$N,.0.-M220)#C)2s72#xU0/%n+**n*-(i0-#C*.1'X06.i.#1$e/1$|U.,c0(1s2(,s02$e01%S2&++f"
"/&)*e,-1$|E1(s+/#(+E2%(1'I1#0+'L/+21)I22-&e2's&2%xG00*$E1% *G.41*D1+00*S%>'s>&H1$@#C)0.+}F00&q,,/W141(F/P*H+N)E0#>'^"
"+(1$U00(tT//s.,2i/*-g22&e22&T0+)/#C-*%+*g,12|E/0&o.02S2%02&C0+22(T*&-+T$>,`0&-+V*-2+}V.1&U0&,*V.'0$V20%S.1/h/#.(l/'0"
"#f,2*|I21&p2+1$C1.#+*F2I,I/L-I.41(E1.00#!20&tG,**s221$Y22/l22&k22s,22s*21s$-+u4-21$^212&T%$2&s,0s&2's..%-+b222(`1.'v"
"E.20U1210U.#1*s+2*s,22*d'/*T--1'U22+wq)s,2(j10&X1$1$#K2222-G,.2*#c1s31xH/12-!-**'D/s6-)*'Y20,0$C)#$.%W*0(j.'y_%s*/#s"
".'s#/s3.(-+%C12.*-[/$(2$]20)zF,22)E2/-2$C%<+g*01/a20.*U.)sA&s%0#{F-1$T2+*+V172%]-2+f21#o+(.#a%;'W//.'|U/2-V1-*2%41+("
"/1%62222-Y*(2$s(0s@+s%2&}I*.(S0-.1U1L'F+J&J*OY+;-T0,0'k1(tI2/'o22'S222%S021c221#p22&h22)f0/(uH11#V2/2&!-$2$S#,0s#0(s"
"(0#.+]102+Z2.'vF02'V222*^.A*T#'2/#c-1-s=.T/.2)U21*wS1's.2s)22%W2*2*%M2.22.M212)$C&$2s40x3,.1-Z2/+&W1#s*,s402)s#&/)s("
"--k20$yC.$s(/s=*s#1#s$1$0/&D12,'0[/&+0l/.%zD-222&G-**2#s0(T,/2/^22+$T'0s=+sB({G.2)W0&+1'F/(0($C02$e1.+g.<)U1&$1g00)|"
"S)1-m*%/!($.-C2.22)D20).$s%-s9+s;(}G10%o1+1$F2.<(J2+:,I1'>-I/72(b.1/#X2.$tF21&j22&n2/d22,e22*d22.s+22&e.0-uJ1.#Z/*.("
"V$:(s#/$s+)s'/6&!.+1-[2+)#vH/2*W210.[.$1*s+.sA2/%e+1-S*02*Y20(wh1$g22$V2.2V1()/]1122+K/./0%s+*s:*x3/22-#J22/-#M/#s,/"
"$s$01(s:2(h+1+o21%yC,s9.s>)s@%sA+.,$b/**-_,&+1U,1+$zV-12.D2.+-.C$P'Y.01U221$c-*s$1#s',{E/0&q*)-rM%!(00#W20#n,*.p%;*V"
"01.&|S)00U1)#0D2,'0*F12.2'W%#1s6.s9,s9.}E.*%i2//#_*;&b$8(F.L%E.O$^&.,g2/$tj0,k)+.[*>+F2*.2$G22,1f7-s:+s<,}D112-Z2-%o"
"+s'2%+-%L1122-H2,)2'U&1*f1)yO222*D2/*&#I2#s-1.'g222%s(2$e1+s-0yF1&s+2$s2,s(2%s,1-2/&I22-00D2-'1.U220%zQ.-($F21..,I0#"
"s,.%#j220$S**2*c-1$o2(yG2.$o01-X1#$2&H0K*J,O*F/30*`011%W./*tS.20U0/1/F21/2&E2222%Y)00s>-s ,s .}H0/&V2-,1[->-Y-*2%o2,"
"s//.+n*A#W22-|j1+S.*$-!-=*G2011%D.,&0s8+s;(s;(}F.2(V2,'2&J/71'H.)1%n2.#m,+-n( %X//*|V1-d12/o/-,Y0%0.(J2221*C*+2&s%2s"
"50x`21-T222,V222&^22.n22(p22(m21$c11#uV/21$D1//2(I)52&V&*0`222(]+,.s %s&,{U+22$F2/-2#E'8/d)0+V221%[*-.s>&s$1#{C+11#_"
"0*.&G-#$/#C&=(sA0#s%/(f,2$n/&wJ.22+F22/+$M0&s)1,#s.2/#s&2&g,2%k2,yC,1-)W222-X222(^22.T222(T.2.s+22)e.2$uC/.#k22.p( %"
"H,L(I/K*E2#%0)]222#m2(tF22&l1.0T-K(G(F'F+I&F,40p12*f/,tH22)Z2/,2X+81s +s(2#c1*%'Z2-2+W22)vH11%W2/1*Z/ *s%2%s-.s%2'+*"
"Z111%W2.#vC-22)Y/*2'c#2&T)/21C122.%C*&2$s+-s#0&{D.2,U1,)2&K*=,U1-0#l2+s0)/&k)(,c.2'|E.22%D22-2&J0$,2#G'%2&s-.s%2'$%U"
"2.1(q2*v[1(g121q1&2%D0'>*H/30(C,012%U220#k/'tE*--#U22.d12.s22)c12,c22(e22'd12(uC/2,S/1*2%J1%&1S%>*s&0#s-*6S2*/+p2-vD"
"0#s*.s>'s$0sL8)$F./10._.$-0U/2/#zH022$G2/-2i$1.s)2/#s(1,sA+U-*2(Y22*w3)/2-]2/12U*$2+s*2&s'22's%0-U*02*Y2.)wC(.2+!1,/"
"+T#@$h.21W220)U(1s9+s=${F/2-[2+,1W&>-s'2.#c+1*s:.S(*2*W21+#w3-12+U2,,2#T#0-s02)s/22's$2*X*/1'a2.'wX1#e2+1%C1)'1[2&-0"
",K2222+T&2$s(0s9,xD0#s-.#c1&s'/s9..2/$F2.((-`+7/U-10#zC,s61s<-s +%$o221&_/(&.[-'+1$D.2.(zK)s;-sA&s$2#s'2*0+W21*+,E2$"
"9-Y02.#zS-)s-2'k11)W2%2&!/+20*E122/(s2%s@$xS).0#C/*&/!2+1-C2112%]+%0s7+s9*s:(}!.*#W222l22+T12/$V22*c12)s+2-#s(.(uH22"
"2,_1+(X2&s.1&$j2221#X*+2&S%/1#Y21%y[/%j1.1$^*A&E/L)J+O)D2&)2'`021#S.0&tj/%n--']**2T2221T2-),s:)s<*s;)}D211*Y21.)E1*#"
"k1&&$W2221$W(*2%c0,d2/#yK22+W2012#D-#,1s#1*s*1#h2)*)[210$[2/#vE.-&V1/.2[0N$_-)1%q2)g2,0$]/:*T.22)|F02'V222*!1+2&S$/0"
"s$2(s)27)Z2/2(T12(vF./'p222&H/$#-*H-J*F2L*F2&*2%b22.f10%tE-)#l100T2,#.&D2%6*G.H*C.M+a+01#V11&t!2-#q21$S/20c12.s02*s/"
"2'c02#s*1#uY02'Y2.2*V$#2&U..2*^221'W'/(s$0s;*{C/#s)1#c0(sB%3S2(11'C20&%.Y);.m2+$z3'.20$J2222%H+$..s'2*s#/2+s#0,S-11'"
"X2.'w4.2.i2/2%e'2s%1)s-/s(/#s(2-*-'a221%vG1/.&]220r22*V221%T22*s21%s,2&s*1%uX/22+H20-2,D%61&D+.2/D1222%F+%,,s#2$s)+{"
"T0$c/1(n1.-W2&1(^1*22-H222*$T(2s40xZ%s$2*s+1#s.,s@)s<1220#F2#&1(W01,zH+-+_2111V'$1(s%1(s81(s7.g/2+U/.)#w3-21.%C/22.T"
"222*r22$Z220i22+c/2/#j2.uI1.e1*0$g$-s#-*$j221&S&$.(T&/.g/+#wg1,j-1)X/,2)E20.1&C-*#0$s%/s8,s;&}G..*#!221m22*V222&U22,"
"s/22%o22s$,.uY02(!2.1+Z%$2)S*/20D/22.#H.(2%s'/s;({E-s;/sA&s$13f102/$E2-%)._(%*0V020)zF00g222'#K/ 2$E2/1'i2/s,/0)l-,1"
"f/-%|^*s(2%.&C2'*0[1 ,$L1.22+H221+#p'sAxH0-e2+2e)'.s#0*$d222&s=*f,1$W2.&wV-+'W222']22+V222&S02+f12(s+2*s9'uC0**#!/*2"
"#D2&,-Y1(02/E221+$U-+s>&s>xD,1#U22//W2.#.#I/'9'D0I,^$>)[..2&l2(tL22/V21.&Z2&s&2-(#j22/$c)0.h/2,^20(y3,22*!2/2.S%%2+s"
"/0#d22.%g-2-T)02(]2/'wX-sA,s)1$s2(s%2)''T2/+/-Z/)'1%W-/.$zg-0#!/*1$M+&+.G2222(a2/2%T%#1s7's8}W-s#0+s&0#s,*s *&($]2/."
"/^0&'2$C*2/+#zD..*#T122*W220%Z22,U12/d02+s-2+s#+'uC+1.'Z222/U##0,U,/21D2221%E*$/(s'/s='{M2222$7220,&G2's#1,s82*s;0s7"
"2%l2/#y[/s%1(.S.*'0X0>)`($2+'R//21&3122.$U%/&x!(<0I1$)0#Q+#1.$62,-2.#4222+g.,s 'sA%xZ01)V2.10S#=.T&(01F2222'J.)0.s&2"
"%s-){I11'X2.2.S)B,s,1s#2)s,/#'#^./1%!2/%vZ1+#]0.1*a'(0$`01#S/2(h2+/d/12&c+1$|K22*W2102V+%/.s*1#d2)s-0#&%b012&[21'v3*"
"22%X2.2&S)B&s)1s@+s,0#&'_.-1%^2.%vJ022#H22*%`0#s,1&s%12(s#*1$d/1s,2&yF12-i++2s6/c+12,_12*$U)/s#/&s(-{S*/0$D/+&0&O+;0"
"#62002(C-,)0s:*s='s=%}5,222$P20+%b.s>0s82%s;2%s&0/d12*yW-8U1)(2#O+#/)H1$(1`,@.%P2220%G-0/$s)+xF.2*W2-,2&J/3/&E2/1/%["
"22)p)'1(!.)/,U//,#|F1)c/.2$$I-=.#F*(/%U21#d20(e2,0%d+.%|]'%-Y0$.+D1(%2'I2*/2/I222)#V,/s>(s>xS+2+S-/0.#31/&22%42221.Y"
"*&0's'0s:+s>(}D.1%q1/1T0%#.%F*J*I,K'C/'%1$Y201s,0&tE/1'S1/,1T2%$+n/0)l2+c2&+-#a%:*U.1.)|U.21#E2+,2`/)1,D2222$D.+/*sA"
"'s%2#s%0#}F-1)T10+1#J1#(2'H0/1(S22(f1-1#S.%)+f02(|I-1+q1&-&E-'4,I*E*H*F*G*J'C.$#/g20%tF0-s$22%s02's22%c12$d1/s&2-s'2"
"0#u412.j-*2e#)/s<*sA's)1s@-('$C2222+v3/2.#S+'2#s+'s+,s:12-#s$.)T&(1%`2-'w^.s'2&c0-s(2%$o.*.q212/&F+02)s-/x4/2221$:2."
"*&#G2/#s*2*s<2s;2s%/.d22(yC0+s01%c2,s'0/1,Z2$%0'G2&>(!/$0(T.2-#zG120#]/+2's'2$s+-i/1.#Y00.&p%s),{E/*f220m-+,j01+s)21"
"'f2%/+W1&/-S11*$|G-/%r/1+V2 /S-211%s>)s8.X&$+-X/22(}H22*T2*+2%J2#;+K.J.L.J,J/K*D2*(1%Z21*tF./%i02+s.2*s(2(s+2(s.2%s/"
"2%s12-u510'p001j#(2$s+2$c0-s+2$3F21*+1E2221'v3.2/$W0(/.s%1)d2*s#.2-#s'1)X60)b21*#wZ1'e2/#n2$g2)+&`2/20%J0220$k2%s-0x"
"3*222,J20*'#K2$s$21$s%1&c%.&g01&c/.yI1sA1s%2.&#X2222'J2)#1*I2R&D2),.f1/%zI22'S1-0-s>*e*0.'`22,'T*0s#1*s*0#{T1'd&,.U1"
"0,*Z1#-&S*12s82.#f01&d0-|C'./m/12#D0<.&G/.%.g(>&sA$V'B%f0/}D/1*l0,-*b#KE/ZF.C*G.Lq*),f00#tC-1*s12*s/2,s22(d22(g22'g2"
"1#d11%u521(g002s80s -s'2%c0,s+2**,'F2220%v4-0,#X.*1,s<-s*0$s)21#s$/*D'#$.)C.22,w_+s(2$s.+4Y1#'1#P,&-.%42222/$E&-0sA&"
"x4./22&M2/)&#O0s31.s82%s )e'2)e/1y]/'e2/%l2$f22/)V2-*2$a*A([0&1&S,2-#zJ22-f*/0s *e.2*$X222+p*$e2#s-.{Z0+k121V1'*0Z0#"
"0)S1/.s/2/s.,1)d,2'|D,2(l220q,22$^2./*S)#,-G'J.E1,$-.U,22,}C/.'m2&/$D2&:'I.J*H.G*E2J)C1*(1%T/1(tD,,-l++2p81m0+2#s %s"
">%L+'A#T02/}O,**)F22221$L2's .s81s:1c(,.c/2'yH121-C10**)F2's)2*s#-2*sA-s@-s+2'yH/sA.sB(s%20-'W2.-2(H2+$2+_0*2*V12/$z"
"3.222.K2/(*'J21%s&0-s>.s>/s%1-s./$yD,1)p1)1$F2%=&F0I*I.H)F2#>&C0.,2#S0/'tE&,e1*0%Z)<(U-*1-c)%/%s8+[(#Be-22%}D.0*o/1."
"W1$,(T0/0#s-1/#S1%0)X/#2&S.2-|E02+o,(2)G2%$0(!222&s>'s &E-$'1f.2,}D,0+T0-.2V2#AT/.)/c*2.s&01&o)0&p1,|U1'c1-s,1$%W2&("
"2#L1&+2$N222/$C&)2&s&1xF,-&S-220V222.V222)V222*V222)U122.g...#uO21$W0'1)d>)g+2)j222,T2%s*/sA){E121#[-+2%S52%s+0f112("
"T.1)#o*s&0#{3-2/&S1)00#s(1#S,1(g10)c72%G-##2&!12,#wK222,F20*--M2)s'12(s#01s:2s+/0s.2)yG0.'o22+m22+m22)l22$o21s02/s)/"
"2*uH1+s-22/l222)C2*=*I0#<*J.O&G2*+/h./'tD/1)#Y212,`2,,,D2%:*G/K*H/N%D2(+,e00#tN2.e2.2%S*&2%s)2#s,.s&2$s-1**$^22.#v51"
"1$i22(c+2(s(2#s,.s%1*s*2/11'F222/%vL2'c,0.s;-s$-/%m222)U2&'#Y/s ({[/,#[.&1'b&>&E1+%0#T+2,s&01$l*0%l2.|5120#T./2&s(2%"
"c1,s(2&d1,s&2-*-%E222.%vI10*S1)'0'a*<)E2(>*G2$>*F2%#2&G2,0.j11$tP,sA/s-22$e,2's@,s<0s+02-(^2222+u3.2'i10-j/,.s#..s@+"
"s&2*&o222+D2/-+%v_/%f2*s+2#s/2'd220*#F22(2+Z2-2,S02/#z3*01$T/+0*s>+d//s%12(S#>0W/'(2#C+./+wQ2/(n.0/s=+c-1$j22.#C*&+2"
"%G0),1#D.20(wL22*g*//s;/s$/.d122)o/'#S0's+/#{I222,!,'.2$i1(S/2/s).2(s$2(T+-0#W21'wJ222%X**1,s)2'S,2+s12.s#/2'Y*-2$X2"
"2-wZ1$d2,s0/(-X2%//$P2*12,N222-#S(2%s,0xZ/$k2/%S10#d2-&#U2201$D2/#2+[1+2)j2/$zJ)s=.sA+s)22+&W20-2'D22>*a1#1(Y02/#zC/"
"%s)0$s//*'T11.1'I2&>*D1)>(W1'1'o2+z!,s(2(c0,s)2%-)^2*2+#L2222(l2s<-xC)/,T/002&F2'.2$X-.2'sA*C#O-^*&/*i12,}G.,&g222%r"
"22e22/f22.j22*l22)j..&uI/*(r120,F2/#c,2+s7/s71s*-*s+2%yD21'l201q,B)F2#>'F1N'G2(Bp/*1e02(tI/&#S1/1-Y2#/2&E2.22)V-'2*s"
"$2'^(+0#X/2'}4//-+!2221,M2+s%12*s$-0s:2s#--c21&y721'd.12s@0$d2+s-2$f2*s/2-**%H2222)vM0,#r10/S0*%2$Y2/2$n2+c02.l212i0"
"1-|621#h02&sB*s%2(s(2#s/-s%22.,'E2222*vF.0'm222%E20$2)J2)B(F2&%2&F2',0p22,f00$tK+&s110.U,#>'G*J(J*J*G*L(F/&(/h20%t3/"
"/,c/21s.22s22.s12/#q2-s222'p21*#uD11&m,0+c=+s%1&c220(j/(#k)s#1${D2*s*2(s1,s&2$s*2220$J2)&2*C2+(2&U.2.zH.2,V1*.0s *s("
"0#s'1*s41'S&'1*W20+#wK22/#^/02)s(2&s/0#S,2(i2*d12.)k022$vD01&d22-d22,g22)p20$V22*e12*s'1/$uG222+S(&.0sA+V(-2#a222+T,"
"-3T1%s-,{S1&c/0#k1'))F2(#2*P182$M2/02&W*10#s1.xD/.s*2)s/2&f222-U2,%1*b* ,^1#1+T-22$z3-0+#U2*2&s%2%c0/s90,s52&C%#*2&E"
",22*w^2+d22(e22$j2.s(22s,21#k2-s*2,uL22&k*/,s&1(s/2)s'/2#sB&Y%'2$]22,wC+/-l-.2#a&.2#^2-1#s@s50V.*,-d+2(}F21)h22(g22&"
"i21s-20s(20s(22'd.2%uH21$i/2&s#2%c,2(#[222*S2*&g/s=){])s*1)s/*sB0*#W2,,0#D1%>)!/#,-l21'zD/1#S0/1&W0$1h0*/s)2.#c1,/#V"
"/&/(m20#|X0s&2(s0,#$X2&.,`-B*F2222,C-..2's*2&xI11$o(.(sA$s/,s:1.U)41#D1((2#V12)wF0-%c12(s22+c02%h22$j21s)2-s(10&uS/$"
"s.0s(0s#0's+.>)^0(20#H222's%0xI/*&S1-+1$F2(:)F,I*F,J*G.N'E1'+0$Z0.%tO1-.-F212/+#52+s>2+s>0#S#)2$Z.-2%S/2.yH./.p.)2#X"
"(0+s0-#s'2's80#!*%2#V02.wY/$s00$g2&c-2&g221.k2#/)V2(1'h00#zD0/*n/./m((2&W212*d&-*s=+D/)#-,T,12$}C.*s-1'd2's'2s7.*00%"
"F22+.*_*=*S02-#zC*,*%S222*p22%S221h22,l21&j20s#**#uN20&j02,s@/s ,T122/%C*.1.&T1*s./{31222'I22.+#O2%s'2-s<2(s#1-c&0.e"
"12(yZ1s%1%s.,3V2&--]1$0,#O222/#V..s=+xW1&c1-s.0$g2)),^222.].020#s2+s&2(xG22)h+/-s<.c(/*j221(S-0*$o)s&2${72.#g01*s@,s"
"$2)s)2%d0,s-2+**%J2222&vC*00$C/222'I2,,2&E201.e.2,s+22%q22&m2.$|F.22&[)&0.s=0s%2(c/(c.*s(2+'e./+vL1/#V2)/)T->(s&0s#1"
"(s+.s&2))/%!2.%v3/222.#820.-'D11's*01#s%2(s%2'i,2&q2,yH22)o.1,e(/+j221(S+0*'m+s&2%s,,{D,/.%]/*2)^++2*X,/0's>*J#Q$F0+"
"&2d.20}3..12)I22/(#N2%s%01#s#2)sA*g)2)e12'y[0#d2*s.0#g2&$#^/#0*#322221%G*-1#s,2%xC-01%C/2.2*J2&(2'G1-/0d.2/s/22(r22)"
"m/.#|H02'T222)T121$h21)p,(2%C2%B)!--1%U02(|V1(s//#i2$f1*7]0#(2'320.22%L.,2,s(2$xC+1-%^+#-(_)(2*V,.1&s>(J)Q'C.,&2%o2*"
"}`.$s(*0#[- 'D2*:*G/J)H/M&^,(0c-0)t!/'U02.1!2*-2Z0'0+i02's-22#p22&m2-|F-.0q.02&b+2/%W.-.)s:*s<)H/&@&Y/20#}D*)s(12$X1"
"-2&W2,2#T12/s$2.+%V0>0#C.,)|L1#s-2#c22#s*2's@,s<0s'-1(&#L2222,u312,f2+2&T.'2%s(2%c1/s*2&d2/&&%D/2222$vH/.$i),.s#.+s)"
"2)s70#C)I-C2&;-W/.2%wV1$c2+s+1#-+E0*@,L2..2*O2012's1/s&2+xP../%b**(#`)'s112$o%(*s5/g&*.#C11-%yC,,c/,#f0s8.s:-',-#G2/"
"(,*!+9-S.20$zE0*(&]2221#52%$1(G*;0i+1/&!221%o)s(1${I10(W2',2&H1$,0#C/20#l/1*q$%1(a%*1(X2-&|I0+c2',)o$%/g122#s',)s40V"
"$P%G122.#}E//%p*)1#E2K(H/F*F+F*C/G*`)=&U120tR*s$2/s$22(s*2,s@.s<2$g.2-*%N2222+u621#j02&g*2&s>*s#1)s'2%(+E11*/1F1222)"
"vK2,#j%2&s'0$d21)s51$F(O)H/#'2%!21'wT0's/1s%2%+.C0*A/M2,*2,522221%d2.s&2)x3.//f-(%i-*(#W1./.sO&s:*D,*)1%C/2.'yC/s9,s"
"#2$s&/s9.&-+#F21*.)D0,%/)T/2*#zH22.%_.,2$C2%,-S)#2%s)1&#!222&T2*%h2%{I/-#X0.0+W0%,+j10$c02(k+%1&^'#-*Y22+#|I0,i1&+-["
"/92U1222%f&.*s6.]'9/W/20(}H0/%p,)/V/N%G-I(F-F*D.H(^*$0$V12+tM.s 2s%12&o12(e%1,s=2s$,2(%Y2222'u4/2,n1+2$!*#2(S#$2(s,1"
"$d1+d12+*(C/2222%v4/21#Y/,2&s*2$j22,c&,2*sB+D.((2(C122+#wT1)s-1$'W2((2D2,&//O2222,H&&-2&s00s%2)xK.0$n(&s.#%s+22.f&>("
"s6.[)&,-[020'yE1#s.*s%/s6.s7,-20#D2,&),a*$.*U.2*zE0/.0]0.1+b'%2$C+#,.s)20(V22-#q's(/{L0,#V0(/)X.9)S2,1#g21%o((1'E16."
")^21*|3,11%X/&,.V-91T0220$S&%,(s4.U%4/!222-}E1+s0*-'U2%#0$G.N&D.H*D0N'^*'1c/0'tK10*X2&$2%G2''2&[222&s;*s:*D,$#.(C/00"
"-#}3,..-Y0**(Y-)%j2//*S%30's6.]%<.!220&yL..1&b**'%F1*(h1.0*c42sP%]&*1%!21'yC-1s-1'e1#s'.s:1120%D2-$).`-&+/T-21(z5..0"
"&S/&&f0&%g/.0,sM(s6*X$:*D/222$yH0-#q'(1V2K%J+F*I*F*F*K&C/$%0g01&tH01)U1($0%F/32&!-+2(S*,0's:-C.'<-Y/22&}I01&Y1&+.X1#"
"&0k/0)d22&p)%1&b% *Y22,#|I/,#S1%+,U2&/-h..2sN's7-C-$9-Y/21&}C-1(T1,21S0'(-g00%c02(l*(1#[+&2%S11(|Y*sA$5#J,42$31&%+.J"
"2222(C&%+0sA%s+,xE1&sA-sA2$s02*s)/0s62&U+/2.'E12222uI20/,!.,2&a'*/S)#2%T-/2.(F.10-$U2%s+/{a22.&F0<.Z)#1&s*.c*0.%X/2/"
"$l,s$2${3,21#U1,2&c-1s.21%s#-1#J%52)O1(*2(^22)w5222$V0,'h22,%V1.0/d31*s:/E2,)+2E/122*yL+s:2$s*2(s'2/#c'0(s:-j.+2(&I2"
"2220u512)n/-2n'&2s52&s(2%s-2c.20*'D/2222$vI222*!.,2$_()/l#/'k,2*%C.122'S2$%k0{I0.#Y0'*,Z-#),S+21&c00.i->)]'=*V02.#|3"
"/2)g2.1%k(1+s@,s@-s*2&#[22(2'J./22-vE.+s..-/T1$>'F*H*J)F*I)K)E/&)2$X21'tJ(s80s82%s,2+s#(2$s )f*00*&K2222/uM2)c2-1d2'"
"2&d$2%s'2s;0s+20)(_0022(vD.+s.,#f0s:+s:+'-*V20(.'_)<*U022'zJ1-#l&,(s#/(s12$s&*1#C#K)F/'%,*Y021$wJ./'V/&+-s(/&s,1&s61"
"$I*N)J+#%2%!22(wF1222#L/*1*`'%2$S>-d'2+#a220%S1+s)0${C02*d,'0s$)1s(2,s50&_F._(&*/n21(wI2.#r-2*e+2(s/21#S$'0*G0K1F2)("
"/0Y222&wls<*:V/$$0D0.)*,K2222)s'1#s*.sB*xC+/#S.0'd2's'15e2221%D2-#+-]/(.-h21$zD0,s.,s$1$s).#&(Y2211*b/6.!.&*1T-21'zC"
"-,s/,s%/s7-s70..)r.'-,!-&,.S.2.%zU2$s,/%*S2'+2D.0'1+N2222)G'(02s#/.s%2&xG10%T0)&/T1''2#Y122%c%),s40Z+&$2#F-/2-}G1$s#"
"2*s@.s$22%d+0(s8/d,.2&&F12222uN.01#C1-('X1.&h-*/(s3/sK%D(#(0%C-2/*yJ0-$X2)(/#J-L&I*G)J&I*D,I,`%&1%W22)tJ2-#p$'+p#'.h"
"220#e),)s6.X#40[222.}N++*#D1***$J.*'j1+0+T#30%s8-C*&'0+C-2.)y302.g2+2(U-@+s<,s@,s,2'T120*.$M2221'vG.21$H1+,1&E0%#0&!"
"21/#X11,q%$1%b*#0&V12-$|O2-d2-2&p+1+s$2*s&2&s+2#k21*-'K./22-vL,.)q/'.'F/&4*J&E*J&I'H(M$C/%%.i12)tL)%c1.0(W.4/V.F)J'F"
"*G*G,`%&0(Y22,tJ-s92%s(2,s,21#s$2$sA+h.21*'F12222uE2..)^//2(T80c&/,#[222*V..)#p(s&2${C.+s-,$f0s7+s:,-20#D2,%)-_*#*.T"
".21'zE12.h2(0(e#1(c02%G*$/2%G2K/C1-*.2#E022+w511%j0.,g-(0s90s<.sA+c-2.*'G22222vM,s 1s>2'c12's%/,s<0s'-2+'#N2222.uV1$"
"s//s%2(<#N.#)1#72%@,42/**2%:2222/s)2(xX0%g1)#l,s>'s@22-$D2/%*.Z1'&2$V02/zH0/%n$%0s:/s.2%s:/#C)I-E/$9/W001(wL/#s)2's("
"2(s(2/s82$s%2*i-20+&H1/021uD12+e/-2s$/.s+2-U%#(1*M/L.E2.)2*U12,wE//%n)%/r7.l/02$S)(/&C&G-D0($+-V,22&}D/#sA(sA,s 2#s("
"1(s>+g.02+$D.../*uF10.-Y1/2,!)(2$Y#..g*2.#F2220$q+#g1${W..g2(#q's'/$)&Y12/1%E2+3.!.$(/j12'zE-21q2'/T2+>S+1,,s(2.#T0$"
"2'Z,#0&U12+|S1%s*/;)D1&A'4/0-,1M1/22,s%2's+0s$2(xK10$k%+*s8,s,1$d,-1$E#P&L/)$.&Y02,wC0$sB's@,s=2#s%0(s:.l0/2*%D-.121"
"uS1$s'16o*#2%G1$'1G1222*P..02$s..s$2'xH2.#U2'+/W.N(J0$9*I.$6*F.K)E2')0$Y2/%t5,-..(J0-**&J,)%j201&T$8+s6.S*&,,T12/$yP"
"21%h'/*s*2's-2,S%61*H1K1G2'(00C-220$wD0's+.s#1#s%1s8222/#D2*&)-^-#*-U.21&z3.2,#Z.%-*^/(.*U1222#s (s8-_G.^222*}^&s(0#"
"s0$s$0#&$V21.1'E2(7-[-&/'S-2+zM,s=1s=2's/2-s$)2$s$0(h,1/*%J2222.uF12//,N/,10$42($0(C';-i.20(Z11-$T2*s)1&{K...(C0(&&$"
"F1.+#V1*--cP&s<*!#:*[221&yX2s>/s'1%(1C0- /L2/.2'M..20$e2+s*2%x[/s$2*9#L/#(2'82-*01O2222+D$=2#f2)s+1$xH222._,*2'C1#+."
"f )l222+Y0.*%U1's*1{J.'e2*.#p>%e>%s%0s7.s'2(&&`2220vL2*i/&0)Y/$)*i22'S./1(U2$&/(F2&#-.Y120$|K2)s0/2$i+1*s#/+s@)s&2'i"
"22*([1.22+v512*k2-1$],&2$T&(2#s,/s$0/e2222/#52.*.-#vI./&r(($V/)*$Y2,,0#D$L(s:*]#<*Z111$yF2*-)!212(E2&(1U* *h22/(U0/+"
"%p(s&1${H./$U2(#1W2/.2$D/2.1&s:*SJ*E2$<)W-2/#}42222&F2(*)#F2)$f222(g&,1s30(D0&&2*E/221#y[/8*E1%A+3/.&)1%92222,H.,00$"
"s/,s(2$s.-x!+s'1K'P,92&72)'2(M2220U&-2*s)2$s..xM0'h.&/&!,60Y/'/2$C,..0*s9.SC1]*&'2#}K/2'U2*&/X,#;$G&F*J&F*H(F+_$9*Z."
"/1$tD-0*#E0+*/&H-#&0#[01(s.0,f.$/'V-#-*S+20$|3-/,#Z.%/,Z-$-2#C1222$T*%+(s9+D.%;.C+12/%}J21(W0&&1X/31$C--/,c22%n+'/$b"
"$#/*Z120#|E..$m,)0$]#:&D0$7)J+H*E/N)a(-.f1-#tG..+%Z222&[220#]22.n22.m22.f22.h..(u312&k2-0n,'2f)*/s#1(s'2$f10,-.#O221"
"-#vH./+Y0()2%F('0(s.0&s50$s;)U#;*W0./$wZ0s'2)#+%41. 2&;2,,2-F1220#c1+s'2%s-0x3*122+J2.**'J0)s+22.j/*2%s#2&s*1#n1'yG/"
"#s./#s2%s%2s5220+T2*%*+`$52#H120'zH.,0*a0/2%C.;-s&2*$[222+T1(s%1#s*-{I12*r)(1%F29/&b$*0*^00)k2(s-%0$g-,,|3-2-#X-22)S"
"$+2-T0.2.e*&/&s<*V.20(`*&}D0+#S..-*V0# %J/L(G2#:+bM+_-,1&U12'tH,*%h22+k22(i22,m22*i22+l22(f+.-$uJ11$T2/.,U1#+-s#1*s,"
"/#j2)h22/)(#I'.21$vI/2'X1)(0['#,+s*2's#(1#s3.V'$'/X.20'wX1#g2,:(42-;2(:2002/#8...2%s/-s(2's,0x3)1220L2-(%#I22.j2.2&S"
"& *sA*s)2$o1'yD.#s-.s$2&s(2,,'W21.0(F2%:.`+&-/U02.%zE122.^.)2(F.;/c#/)j/22(^1.(#q's%2${P2*s2&/**^).0'V12's00s*,-$o>%"
"p1.#|N1/$S2''/S)/:&H-//1&C+../#s=(s70!/.1(}E.)s0..&T03/S.I'D/D,a%50Y.*-.T-2-$tE/,#e22&c22$h22#f22#f22%i22s$02'uO2/#X"
"2,1'U1=+f>*sA*s*2&g22/,#O2222+vH02-X0)&2&I)72$p2's&/-sM*d&,.[22-%wZ2s%2*c/.6/#82+)1,K2221$V#0,s%2's-/xG,02-D11'&#D2+"
"&#T222-T+#@&s#0%d/)i0)yC+1#k0&s2%s(/s60.2/%D1/&%/[*$&2#[..*zG.2.&C.)'2'D+:+d%.#V.01.&G&2#s#.s5.{41.#f2//s0%1.'W22-T/"
"/0$W/8*V-31T.22)|K/(s0)-%V)*'*Z,10+f)+/#s7-T4.(!00)}G1+s1(-(Y+PW+J(F/F*C2F-a)'2&T11'tN0(d2)/,r$#/&[/*2$X22/s$%2c(/,o"
"+*$}J122(D2-'e2's'22/l/(1'U#=*s(2&k2*yH-22%G21'm21$n1..d#&2sR&s$2%g2/yX/%c0-s)1$s,.s 12/'!2'-0Y1',0e02+zI222(^/'#q)#"
"e22/m1'2&W%#2%s-.s)1#y^(s*1/&W2(%.Y0#='E0I,C0$;+[-(1'l2-tL/+#T2),*n.)-U222)g*.,#s=)s51]222*}3/0$i0+'h/%.(&C0.02&T22)"
"m0*/V2&$0$C.0/(|G10%n)$.r%>#^-,1d,1/#s@&h.1$Y/&}F12(o--1q/12)Y22-$W12$r+.-T2(*2i0/*|U2'e0,;-3/-41*92+-21#81/.2+s*1$c"
"1)s'1$xH1.'j22/#Z22.j22,r22'W222#U122$l21%uG,-/.D0**/,C(6/s#1$s-1*#D11*)S+.s9-{D121n+-.W1 )W(%0'$k22+Y2+$c1%s%2{I01)"
"X2*)2&M(#,0#C62(s$-/#s=)U&*0%!/.&w3+221%J2.**%H2+%j222&U(&/-s:/g*1,m2-#yD2,s&22'j22%k22%j22%j22#g20s#.2%u!-#c1**W&,>"
"Y*,9'H,D+C/D-X-&,-k10't4:+o'0*)^'$;Y'E'E,D,C/C.W/'+/k22)tH2/.0#P&&1&C)<)s$/#T+02.V(1$&#X)s<&{K2(e2#2,*a(2*e2-s#0.s(+"
"-$n#/s.0%|M21%W2.-/U/#'1s>-s#2)s,1s.22-#_/*/2*vH21'S20*1#K/#>(G+K,H+K-I2#=-E2-/2*Z22.#t`0+f22,o21$S12-i22'e22)s22*s%"
"..uK20s2*/)n:*s>*sB's+/s,21,+#N0/22'vC02*l2-&c-#c.%s$20/*#E22/2*^2)1.S/22*zM22,C02+-2#30%>0s(2)s:2's>,T&'0/]222&wK22"
"1&J2+)0-G'#/1#l2)s#-2&s@*U&(2&`22*wL2/.1'62*.2(H.$2)S'+0#S)2.$Z22.'S-,s@({3/22,Z1*11U*'2(s&2+s82's72Z((/.C1220%w3.22"
"+]1+)2%O%#,1#m2*s'12's</Y&*1+_22.#wC0-s+1$6D2(92$:2((2.G2221%S&2*s+2#s12xC0(s)1#s/)s 's@)'&#!2/00[0#&2%C./2+#zY-s#2,"
"s)-s=*##n221'`-31X-#%0$Z22)z_/s)2%s.-s@(s#2.2-%D21++1$M.#%2(C/221#zE1)e1-##)J2$ 1J2/02'Z+1/s*2$s..s%2&xI.-#n,'0X//%1"
"Z+-2*S-,+-#s (s<.Z.2/$}a.#g22(d22%d22#h2/s#22$e21%s12#uZ22)a2,*#E2.'j222%Z-$/+s=/s>-s-0$yG2*s,'.(V04/V,K*G*J*D-K(a(*"
"1#V/.%t3.1,$V0#(.$I130&E1.1,e1#s5/#s<(m./&}3.222&F2,&##H/s82.'i--1s62$d/,d2-yL2*f2/2%n#-(s>*s@'s)2(&W2222&M1+*(v300("
"d2#0$l),(&S.20'U02&S1'(.V,31S...'|3-22,Z2-)2#I-72$T90s=.s%2(g12-(`2//2'vD00(l1-1$E2%>(E+K,L-J.I2#=/a0.1,U02/'tG1/$S1"
"-*/W0P'K2#9+K/G0H2$71D0-'0.W121%tF1.$k20$n21s-2.#k20s,2.s+20s&..uL1*/(_001$C1 )T)+2//!2-)$V2$s)/s>&{[1$g2-#o1#d2-s$2"
"-&&T1220,#K2)%1(Y122(z3,0/&^-'*0Z%$.*e11&c&)0's9.s#--^22+#w312,i1,2f.#2&d%2#s&1s=.s-2001%312222'vE1.$c22(f22$e22(f22"
"s#12(f22&f22(uM*&/2%42220+#6/(2&d1,g/20.$J11..$a+sB){[.s&2'3D0+71#:2+.2+G2///s#1)s&2#s..xC/$s*1#s0)s@(sB'++%^2/+0#J1"
"30'C-22/#z3,12-Z-&)0Y#$/)s,2(s30's9+T5-)a22)wO0,$h222s222&V220$Z22)U122&S220#p2/%uE-0.%D/,&,.D-$;+e,,#Y22$e@%s#/$U)0"
"'wM.$s1*/$i-++V..2)T,.+.#s9-sR$H../-}C-0's12-g22*g22'f22%k22$j20s$/2+uF/22)a,)2#I.>)['%2$T-22.)G,2.*%U1$s(0{_(s'2*s-"
"*s &s@120'_)O#L(70T/.1&zL1*s2&-%'`'),)V/.-d0.c0).&Y,5.S,-.,|Z.s'2%4C2'#,1#;2&+2)I222)d*2$s,/s>,x3.2/)^-&&1Z%80$k2*s#"
"'/%s9*s;,!,/0#wC.-#c22&e21$k2.s.2's02(s+2*s$-/#u[-s'1#d2&5+I030.K2.01#X*1(s&2#s+/xG1.#j*(.T'N$F0J(I-K)E/N%b'+0#W1-&t"
"3/22-!2)s'1&s$20'e122%c=-c'1+o2/#y3/22.#N1(.2%O,,2+g21&s$,0#s#2)U#'2+C022-#wD01%i2-s/1#c2-s$2+s$222+o2,2)U122&zN21(q"
".)1#C11)2&C.220#f,/s31%U42(_221#}C,)s(/s 's$2#'$U21-+'D2(40!,#'1S.10(zE2.$h22%k22s+22#k22s+2/s)2/s%02%uM2..2)52+*2,C"
",80$S*11-^21)$V/)s&2%s..{D,2.T10*#T2&s(20/%!2)-.c62s92$T02*yW0s#1's-+EF0#:1L0./2(G.+-1s=+s&0#x]*s*1$4#42'62%72*-2+F1"
"0/2$s,,s%2%s+-xJ201o-1-V0#/'U)*2&%`22/)W/$s(,s<({411%m1-.j,Bc%$2s6.s#.+s02//1%4/0..*#vK00%V/#&-S0#-)(a/+.%S00s'0.s.#"
"+'m./%|G21%o10)o&/*sB's)2s(1+d222+/%G$+20%vI2/$p1/+p*+,c$+.s *s'2&h12'''H2222/vL21*$K2.*+%O2+s)22,i/*2&s#2'd.1#o2(yJ"
"-*,0*51-.2'#32=*c'2'e120i2%s(/s=){J1+c2,2+T($22#E++20i'.'s9.#s$2&[/.,#}C,2/T11+(W2#s*20'm2/1%S%=.s$/,c01%y[2%i2)d1*3"
")K04/0J2012(C)*2.s)2's..xQ.%s1+0#n,1#g2&,)m0-c./-n(;&a&'/(|3022-$`+$,-W2'0'n22'Y00*S0%(-V*:-T/.1$|C,1$i2)%'E2)%2-K0#"
",0$M222,T&*2%s+/s>+xD.+s#1)+s-#0#!*-/#[02+s3,%s50$G0/0,#}D..#T..(-!/L$J-H(I+F+E/J.^.+2)S.2+#t50's$11%##X2&/*p0/#T1/#"
"S0*1g.>%T0/1%|Q1,$r'*-k.#0&X221$f-#s9)s4-l./-}52+$e2/.s.-0,(T12,$X01#U1&+)X/#,+T-.0&|F00$W2-),V2&=#I0#9'F,I)C.N%[((/"
"s,0&tW1/#T020S/22.[202(U'(2&s*2$s+2%s&1/#u402(n0.1m$*.s=-s$2&s)/s#0/**)D1221*v3+12(_1,2-W%&2)s*2)s#/1's$/-^'%/0!220'"
"wZ1s'2(c0,9)G2%#2)J2-/2%C-12/%i2#s.,xG.2+Y2,%j/s;0&(f0.//#sA&s&1)V./*yH1&c0)s&1#s'-4#V/.2/%C2$#*,^&=.V/.0$zJ022$]()2"
"#s,.S-222.D.//$c0&s*.s>){3,+-'C0*#$-`%='T..-s$10&m'#.$_P$[/2+|K21%X2-,.Y1##1'E2(+2+W-/0,s<,s -!221(}E0+%m/*0$D2%;&G."
"F*J*I*G-41%`'/)g0'to.s,20S.22-]2.2*X&)2(s(2's&2*sA-uM2.#U2+2'h#2,s'2(s+1s%1(s,2&'*#O2222(vI02/#K1*,2)G#@0#f2.s$2/s82"
")[)(2+W12-%wS1+s,1%k2'%(G2*>/N0&*2+N2222f$0-s#2+x3.221Y2+&%!1#s-1*)#T/221's 0T)/2+`2.'yE/2)S.2*d2*s*2&s+2,-&X20/2%C-"
"-$0,T121(zG/22(^(&/+s#1%d,/$D.22.'C(+-sA#s(-{L22*W2()0U2%/+o1+s,2#s21(c1.-s'2,|J2,$n/0-l/*2$V112*e*-/s72&C$$)2'E022-"
"#}I-%#S02//U2.#((F,&6*J*M'I+40S.&.,h0+tZ/%j22*^222$[+2,s$1*s&2)s%2,s9/$u4,02.!.),.s ,s%2%s/,s'2#s01.2,C2/+%v3*,0,^,("
"(2$EI0#s+-s42#s:.V4-+^20.&w],s*2'e2,&-]/;2^/'02*E.02-%l-s=*x71...&L0..+)N-s71,s52%sA&c)2&f1.yX.s'2)s.+s#2's#2,.+$_*$"
"'/X-#$2%Z-0-$zD+021E2/*,2C$M+U-.2-^02.$e2%s),s@'{3.12/#F21)1&b(-1$[21&j2*s11-d2,.d/2,|O0+#W2...#H2$$2'E2'%2+[222,h)1"
"+s(2'!22.}K01(T2.#/U.):&H-&9$F+N#E+6-S.'.%h0't3+1/&Z.&**[-72%F/*22(V*$-+s<*Y50(Y20*}3)02.#I2+(-#M.&#n221(U+&-.s:2s@/"
"h21%y52/12-G20.*,D2.s92.s92*s -U(*2)T11+yD00s)2)s/.s#2*&$V2221%D2.&(2$O*%(2(D/02.#z50022,K1+)#!2-#c)0+s92s81c#-,e12&"
"yI02/#a/%/*H1$:*H2H-K/O+G172'F2+2.j2.%tH.0&T1$#1T052$_'00(T*&)+s;+W70%Y/.&}3/+*/$L)N$K(;(S/,,s+2$d.'.#V+;'S.-*|3)0,l"
".'+)!(81W--01#T)#,'s;'W% 'V00.$}O0.1&b''2'_)1&m2$d/,(j'#1g*#2c,2*|U2$s..s'2$'.E1*=/K2&)2*K2222$s/.s#2+xI2/&i22+c22+e"
"22+j22*l22&k20#f.0*uN22.h&,/#s/+g+22.E22-%i/s=*sB%{3+.22&C-*)2&s*/g-11+b1/'$T2's+0#s0,{4,1220I-&(1+h1.e2+s'2*s=1$c(2"
"$S22(wD.22)!/)*%D1(s-0)'#W2221(V&&0*f)0'T11'yV1.g12-Z222&`--2$s)2s;2$s+2%s'2'u4*12,]2,&1#N/O'M/Q)J2Q(H2#'2$D2(1.i20#"
"tJ12-T2,&0&H2$:*L.M(K-Q(J.91#D1)1+l2.#t3/21(!1+-1Y+>.sA(s*1#d1,s,2,+2$O21-&vK21%Y1)2)T$B$s(1s ,s%2%%']0,2(]2/'vE.2/S"
"0+,/d<,e)12,b21%e/)sB$s&1{G.2,X2/%1#M*'',V-$.$h2(s$1*s*/*s'1&|612/#[0,2(S#(2$s*0#g2's/0s'2+**,F1222+vH0/#U2,'-W2OX.N"
"%I.O%E-7.o&1&g2(tC2-sA2#s10s$20s#21s@/s ,s>-u3,11']2+.,a(@)s(2'c1-s'2&c1-*.0#3122.'v`/#f2-s.2#c120#V2.*.)D1*:2$L0+11"
"#C020$z4+121$M-'+2%s+.s81#s@+s>.W%(1)^21+#wJ02/#L+&(2%c,/s)0$s)/#s:/#s%2&`2/+wF-22$Z*+0s=.%H1221(E)-/sA$s%2s7.{K022$"
"I1)&0*s'1&s2&sA&s9.q$*0l1.%w4/221&I.**2.s*2)s0,s>1%s$2-V&)2,D122.#wS0's--s+.#g1#4&P)O,Q2222'E**1,s%1$x[+s%1&s,.s>*&%"
"p2.0'^,6/[-82#Z01*z`1#h2-s/1$s2.s%222,#D2.&-.!0(01S/22,z_1$f2-#o1#s1+s&201*S21*/+],=2T022/zV1)e1.c0.4-L0O.M1.12'F,*2"
"-s$2&s(0xK2,$r0-,S2+.1i122*l(2,s#1+c)2*X220#}H2-s+22'j22&l2/s/2.s,2+s+2,s&12%uL.22*F22-'&L.%s.-s820*s',2%f*2%o2-yI'0"
"/r1(+$F2)6&H.#7)J)N%F*6.T.'1&h1(tK22)T2-&1$F2$$2(_-/2,S,/2(s%2)d/0#]11(}K22)Y2.)-$O/#s,2,)s*.2,s72%S=2#Y22(y4-21(]1+"
"0/Y# +s#2*c-/#g2'd1+$&&D12222#v4+2//$M-&$,&H.$&.h0/$c0.s*)/s.'.s/0%|3.20*V2*,1%s'2%c.1s,2'g2,c01(,-_220*#vM*.'S1-(0$"
"F-K&F*J(H)M%G*7/U/'1%k0&tF/1(q-$0$E0#>&G.K'G'N$F+4/$_$0)g2)tE2.#e22'd22's22'f22$f20s(20s$20u3/22.U.(-0s;.S+122+D.10'"
"'W1#s-+sA%{C+1$g2)#p*sA(*&q2/0)`%5.X+)+1l00$z5.122%H2++2(U=1#f2)s)2&s -f'10U221(w3/22'Y,&,.s=)s$1$s.)s(.#s2%#'%C1221"
"%vC.2*T/22*_202.]()2$s-2#s//sA/s /uK11$U-&1(sB$T./22-D.1-(#U2s70s=){T2%s./s*1$#S1*#/-K2).2&G/22-s$2's&2$xY.s&2*s.-sA"
",*(#a2*,*`)NZ-72$[00'zL22-S-)(2%s,1sA)sA+s9/g&,2l22,wF./$g22'g22(k21s,20s.2.s'2-s(2/u3)12+C/0)00X#*2*e2+s=1(#s)1-W#="
"2$L222)w3)/0%!/$',^&92X,+/1#T&@&s $X70g00'}E..%f22&g22'm21s.20s/2+s)2,#g/0&uG01$X2,1*S&:*c)22*_22&h,+s &s'1${[/s%1&s"
".-sB-*&q2*.'`/31#J.62$Z./,#zM2+*p/(1$[((,c0/s#/*s').s/<s/0*|X2(g2,d109#H2%%2+M2*-2(E1221#e2)s'2%xG.2,Z1'./s%2&s'2%s$"
"1*s40)s -W22-%wE2.#l22s.2.s/2,s22#s22s<2#s$/+uZ0s$2,s.2#%'G2($2+M2:2)L222-#C)+2&s,-xG.s@,0.T22*-$E2-;%G.$>&C.O%_(*/e"
"0.%t92222-J2+(3E2%s=.s62#f@&k+2%g1/y6/221%L.)*2*c.1$f2,s*2&s#2,W)&1/W222)w^1&i2+$n0sB-%e201*S2(>*^.&/.S-22&z4022)X1'"
"(/V1;2(D/221+S&$1*s#2(c.1$C022(}^2#f2-s.1#s1/*&U21-1)D1,61%J.&(2'C-22/z`,e02/T222'S-01#s*2#s)2#s#1's /u3*.22%G0*,1d'"
"0.$E121.*E(0)s$1#s,*s@&{Q/..$F22.(r&s=)s90sP(f'0*c12&yU1)s/0%h1$((D1&A*J.62#M0.2,T*)1&s%2$xY0s&2's0+L%91K1N1*,1,J1.2"
".#g1%s+/xG.22)!+&-.s )T,12/`/2,#U&2$s/+s(/{4/2,h/,2s:0s#0+s+0#c0)CF2').0E122,#v3%11$D22.2(C1)(0g00,s)2)s(1/*j.)2f120"
"|4121#U-'2&sA's&1#d0's1,s'2%%&%F2222-v4/22,D1.),2U#>/s%2&s/+s(1%s2,(**#4122..#v6)/22&M20+$`'s>*s;.s4/2+c%02%V02/yN22"
"21U&$*1d&--X122.W(1)$l/s&2$s0-{3021&V2+-1%H2#*2$D0,12(U-*1's#2'U%-1#_20&}:2.12)O20(&#N,s52,s81+s62$S&(2'Y22,yU0(e0,#"
"S/,s+0#9'M1*+2,I2211$s.-s%2$xM220S21/1#`12(j2)s*2)s/0/s2-1s.2,|O221$`/-2$]/1(g2,s,01c0%1)X-A(S/21%|D0/s01%h2$#'!/72$"
"I2+.2-W.2,$n.#s2'xK22,T2+--q).2%Y211)s<,s=,]$(2([22-#}L/0*o+'.'F/F*F*F*J&O$J&;,V../#S--#tP2/+#^,+2%[0//#U/2(g2.+o*0("
"S2-1#S/2(|K1/%T0$('V+Q&C/')2(T))0%s#0#U#,+m1+#}O2+&q++1#]+/-g20#i2,s0,2$r&1)m22%|^-s..+,T2$#-#C1G*D0G,_$4/Y+9-m/2$tS"
"//f112Z2,(0!(:/s</s +s@)sB)uD.2,T1,(1T)#&0s;,s>%s*0s121,'S**-2(v60221$N-$&2'D3-.s12%s&1,s30,C)50*F122-wT1$s..s'2$s-,"
"5*G2#$1'K/)02$G102,s$2'xN222)C01(&#J2$s+2..+#C***1,s .Z$(2'C-22*y]/s#2.s&2(s)22)j220-[2%'2&H1'02$C-21&z5121%U,*1.s@*"
"m/22*C121)$W2'd2-s%2'{F1/%V/0,/Z2**/q.1-h2/#m11$n*1*g12'|O/#i2/./Z/#12&F1/11,X-%+/s72C)3+1#3/222(}`.#f1),T21'.$I2M'G"
".N&C1P$[()1c/2*t]2%g22'X212%]-,2#s,1s=/s<2$s)2$uH2*s*/2%d.,*s9-s;,s )c,2,*%F22122vK22.$E/'&0's)1$g2-s:2)s *V''1&^21'"
"wT0#s0*s*1#s/(7-E1L+K/&)2%I222/e$2(x72222,F,&&&!,s62/)#d*00$s#2)E%$-1W22.#y^/s$2.s&2(s,2*s*221'Z281#I2&,2%C-22.zG/20"
"S0*'2$S41$d*1%q2/*h0s )s)0{F20%D02.,-_.+1,U002&k2*s.10#n.2&f12%|J2&h.$0/[(#00T-.*2$s=*s9+T3.(Z+/)}b-#o2,+T2-#0$E2#:)"
"F/J+E2#<+!*%2&S-2/#tg1#s-2#j12%D/1'2Z0$%2s61s71s72#uF22&n-)-k$'.s9-s (s$2#c11,#W2*--v3/22*]/&/)Y#)2#g21+e(*1*X#9/F2'"
"$/,C.22-#wS2%s,-s#0%s).5+`$<)H/'-0#M222+S$#0#xH122%`2((#E0's-1*&c,.2*s72s'/0f20%yD2's(2$s+/s=/.-$`20,0_)%@(L0&*2)D02"
"1*zK/22&D.'&0&s'/s%/.'o0.*o(s&0#s0){H*1/#C22-1&a+*1$!22,o2,f1,.d1'1s*2,|3+0*j-%)-#N)52&E/.00)s8)s;+s$2#Z/0'}K2-c2/1)"
"Y2(&2%K0M,J/I/I/I2E2))1([22,tH0)(S0(/2#G.;2%C10/-*s:*s9*C0$#.#V/1'}42222%C2/(&[2%s+2/)e-/2+s92#D-'.0U222'yJ22+S21-*S"
"0,s)2,(d.22,s#)1m'//m22(yb-s(2,s--s>1-'p1.1-^/R'H1&-2&_20+z30220#!/(&U1-%g222(s#,1s=-i.2'T11'yD0/$m21/o/#2%^/A(C2)#2"
"&C2'*2#a/1/e11$tE/(s0-1*q#02#]/./'U*#*,s;([&%2$V00)}I,2+q2/1#!/,2$S22-j22'q*0)r)2&k20|E..#U/(+.['41Y+&.2#[-%,$s=%!$#"
"/e/2&}E1/$l2./o/+0h11-f20#m01'k,0+f21$|T1*c1/%k/#c1(7-I031*J1+12%C-22,s$1'xb/sA1sB/s%2-s$2.s%2.s#2.s>1#uE-21$F2,&2&I"
"(72#s,.s+22,h1(#o+s#1${H22(W/')/S#7-s'00*g2*$j*s#0%s).{K22.T2*+2S* 0s/2's*01's;0[(=1Z222(wK222)E2-&&#H2#s+2+&s(,2*d:"
"0o)*0l22&y`-s>2$s.2$s12#s22#e21s&20s#02&uC/0#S-2,.X21 %I0':+H/J-F130+`*.2%U11&tD0/#p2/-V2-#/%G2%<+H/K-D131*].11#T/2'"
"tL22,V2(#2$!32%s'1s=-s$1&d/2.*_1-*0)vL20(r*(2%[' (s@*s&2$s/-d+2,(#N20/2*vI121T1$'2#s,/s%0-$X222*W/)s%1#s,.{H02(X22*1"
"Y00.0o,2(f2,s-/2$q'1&j21#|L2/%h1./s((2s52#s)0s *f12/*'H2,+.1vL20$U2+*0W2%$1(G2%>,I0N-I2#%2'F2).-#!20%tS1.s.2/m22/]2-"
"//U)>0s=/sA/s$1/uM22)T2,-1q&&2%U%'2#s+/s#2)d.1(&#L2222,v`0#e20s,2$s22*%U21*0$b-=,[0)2,n20#zJ22.p.,0e%,,s*2's)2(f90T2"
"',2i22)wI220r.,1#!&2,s+2-#s)2*sB)Z&,1$^22(wN22'U/*01#s/2X2222/H+-2+'p-s)2$s/,{G121#L2-*2'N,#,1#j2-#c,2,d92Z/'1.W120%"
"wL22,#F2--2%C+#,1#g2,s91,s92D.)&01#M221&wS/)s,0#e2's/-5*H1$@)J2./2&E--1.sB+x`0#i2,$p0#s020&S22*2$`- +[0(2)p20z`0#h2."
"s.2$s222+S21*0+`.>/X0)2,S/2/#z^0#g2.s,1#s01+$S2121$a)#.,!0&1.m21'zV0$c1)s*04*C1'<-H0#(2'N2220$E./2%s(,x^0'h-&1j+*2%U"
"0//&s<)s9*_(#)+S,01$}C11$s.2)s02's/2$d2/s(2/s(2-s#02)uI22,p/)&W2(s01*(#V..2/$s#1(W((2&Y22-#yC..%k/'0q%<$E2&;&F/K$E/3"
"1o(*+d0.$tJ2(%T/',0V0#+2n/*/s%=$s>$V#@#X12,}F+//S/1($k)s %&d222*T-%<&T'&1#U.0*y3/2+j1*1']+>*s=*s$2%s(1#i222,#320,*-#"
"vD20$S.22,V2...S1-2(h2/s+00*l.(1d/2.|I20%k0-1c'A'sB's%2&c.0#W.220#J20,/%vG/-#U2-*.W2O%G/H)I,J)F/30'C1'.,i2,#tF1/$V21"
")-Z00@$I+.&*)H-I+D1#<*]*&1&T02,tU2*s-2+U.22*_2+2*S$B*s$2&s$2(s#2+u3.221Y/)*2c:0i122-E1.1&$S.)s$2$s/+{Z/s@(s(.s:/*$o2"
"/0&]*$%/Y-'.-S-.&zO22+T2))2f=,c/0%s)1-#c$/,Z+#.-]221#wI2.c2)/%q$,(f>'sA#s'/s(10*)#H/..1.vC00$c02%s,2$s-2's12's12's,2"
".#p2-u3*21f/'2sRs#)0($^20/*Z2&s'1s@*{Y0s#0*3Z0;-C1(#0,J1:2#L1+11W102(s*1$xb(s%2(s+2s>2.+#a20/.`1)A(K0&)1*C/22.#zL22,"
"Z1)(0S%A*s./#s)1&s:.h>,o21%wD00s#12$s02%s,2's.0#s//s#2-s$1.u3.20$Y1&/)d>)s(2*s1/1+c:1Z&#.,C/22/#wJ2/$T2*-0#E2#.2'^22"
"/+f$+0V':/C2-#/)Z121#}D2,s%22#g20s%2/s#21s#22s$21$s12-uE/2/#E1/,2$F,62#e-0$[222*[.2s#.-s%2*{!-s@0s&2%s(2,$n2.-'])%$0"
"X/6/k21'zH./)r,2.o)2+c1/s$2/s,),$o&/%i1+|n,s-2%f1&s.,:,H1##1*I2*,2)F122/s>+xG22,T2000T0&0,s*2*s:2(s>/Y-*2-Z22,#wD2.s"
"'22#d21s(20s*2+s)20s*2-s$1/uX2(e2+c//#$#I2'#0,N2*.2$D.12-s*2&s*1xF2.#T22-*U2/#0$F2O&F1O*C2#@'!*)1#T/2*tI21&e/&$k+s@)"
"s 2/$s&-*s#/(h20yK22)_1+.1W& /s-2's-2,%s&./Y##.0[220'wa$sB&s(+s>22+#`-:+]0%$0Z-&0)S.0(zH.1+#G0&'2%K*%/2&E11),*c>*s=$"
"Y&'/g01&}E20#m2(s1+#e202.$F20/-0b'%)2%M.*2,T02.zD2/s&21s&2.s)2,s'2+s)2)s%2+s#.1uJ21&!2-/.^) *c)2.'G1220+D*1,s)2$s,/{"
"M22-l2)$S2+s 2*s61&s@*e*2&p2+yS-.s+/#j1%d2(#'$N/*/2+R2/-2(E&=0s#2.xU0+s/-#k0s&2&6$N.)02,O20-2&D$=/s%2+xE/22'F1/,2(C*"
"#&2&S(-2,_22/%!)2&s-/s&2*{I0-#X1(),])4.W&3.s5+s=%s+/$%Y2222(vJ10)n202e100#m2#g00&n(**S2$+)k2-#|M2-e2-1(S,%,,s;,s>+s'"
"2'S/22/*]-*/2)vK2/#Z2*-*],:,S'=-s +s&2$f01)&#J2222.vK222&Z2'&S1+s+1*)%U..02's#-.S$#-,[222&yD/2*o))/S)9/$S,22/X/2$c'-"
"s>&s$0{3*-/.W+62#I'72'C/-/(*U&#&*s9'D*#$0j/-%}P222$I2'#p/)%f./2+s81s;0g02%S1-&yT0'c--s)0#g2%&($P2022,K.)*2&s/.s%1(xD"
"11%U.1,/U20-0i22+g2/s/2-s/21s$1,|F11&X22.0]-(0.U0/0#n2'c2/+s/,1s%11|W1%d2&s*.4.E2#=,K/52'O122.W.02&s(1$xC-.+'`(#1,D."
"&.),C/.%&*s6*U&9(^)%-e/1%}D1/$j21.k0#1'`/=+E2->+D2%$2(C/-10f21'tL+0,T11&0$_'+.f20$m.,s1#.e.$/s+2)|F02&n*+.T-N%F)G*H&"
"F*F+H*`+(1$V21'tU12#Y120V221/j$1/sB1sB.s#22$e1/#u3,2%g20*l-*.c#*.s>*s$1'#$!200.`22/)vJ2*s2(1#V,>$s)2%s'/2%s=(^++2$Z2"
"1)wE2s<,s#2%/'Z/#2)(P/+22,M220+%C&2*s$2(x3...1(C0''&#^s:221*S&&'.)s=&D)$,.T21*#yC/&s./#c2$s'2*&$W2021%E/#;+].&--T/2/"
"#z]22,!.+1+_*>'X6.d122+X/1+#k+s#0&{F./'U1*,1$E0$$1%!22)s)/1%T-#.'Y+#0$V22)|G./.Y/'*1V0&/2%X.*+&s:*s8*S%$/(X22*#}E,2&"
"S122,X,$%0#J(L&F*G*aK*^0,2%V0/'tk1c,22#G2102S*<2s=2s<1s>2%s*2%u521#l21(o,/*c%-,sA*s&2,')C/2222D01-*%vN21#W2,1*S)%0(s"
".2)s%/2(VQ-D2,-2)!22,#w!.s&1#s/,#$W1$1+#M/(22+O222,$D)/-s -xM,*.#b/.,W0$s)22/*f&*2)s;*[&)2'`20)yD/s>.s$2$s&0*)$Z1./1"
"$D1#9-_*'/+T/2-#zC+222#J1,0/`(@(X$(2%n22,h2*s)/s@({E.1-$]/)/*I1#'1%C.22's/11$T/<'V-&-(T/2.|M22.U2)02#a012(T,+1+s;,s>"
"*X-(1'[22.}D+0.n2,1#F0%$((G)E*F)C*E.#7*!.)0%S.2*tm1#h22$E/222[2.20S%B/s@/s>2's*2)u621$m11)k,(0s91s ,s#2)$$C.2121F222"
".-v3.1'f1*1%e#0&f02#c,01&s>*F*&,2&D.2/(w^)s(1##S0*,*X1 .(P1.22+L212*#l2#s.+x4(,.#`/,'#!(s</..'T*')0*s7.T$#,,W220#yH0"
"#s.,s%2#s'06$Y2222'F2(;-`*'/+W/2.#zC0221#M0*/-a(@%W#'/#o22+T21+#m+s%2${C0/&U1.-1Z-#)/S/02#s0/0$T.;*U/&.(k0/#|J/0'W/&"
"-+V/#.0j0-.&s9*s6*T$=)Z22/$}D.)s101(X,&$0#J*J'I*F*D0G([.&0%S/1+t3-1/$Z/'0+U1#,.i102%s *s>*D*&'2)C121*#}P...(D1***&G."
"s:2.-)S&&+1)s:*C-&'0)^22*#y4+-.1(H2+**#F/s62.-'S'&*0's:*C(&'1%E222*y[1#l/&d1#s'-&&f2222&b$<*Z.&/)S+2-#zJ+*.*^0,*'C0$"
"s(2..*S&&)1)s<)C.&+1#[20%yD1's-22(U0%)2%I*J*G*F*F.J*`+*2$U01(tK./(r**1$b,+2'V.-.'s:*s;)Z&)2$!22)}C..&#_//0*H1N)D2/./"
"#p2+h,$2m*'2e.2)|3020*W.'0+T1+/.e**2$s=(VJ*F0&'0)C/22,#}D-/'r,/2)`,<-V02/#m/.#Z,$0%!,%1#T12(|W1$s0,$n0&1X2&+1*P1-12+"
"I112-s%2(s(2$xi2(f22&D-122)L2/,2&C%62's)2)s+2*s+2(uE122'!.,2(D1$%2#T%,/$U222,n/)#S2(s'0${C/2,j0/0S1''1Y.;-S$-12)V12+"
"#l-s#1){J/.%X1)+.s9-s&1%s,2+s61)]$#1)Z22.wP../S2**(V1*&d..1/#s#/*s=)G0&)1$C,21'ye0%c02'C+122&F.)%2&s&2&s&2&s(2&s'2&u"
"E.*#p221#E1$#.&H+I*I*G*F.K(a-+2$U-1)tE/+#o01/T0#$/&F*G*F*F*F,G*`-,0'V./+t512(m1.1d$$2&sB&s'2#s-1&#C,222-F20.*%v311$i"
"0/+k+(/c:.s:.s=(s)222)b1..%vZ222(H0'*2$I&8.s>(m22,n2*s(2s>+{V00#U0.,&E/&:(E1+$1#T,2/s>0&d.+%d20|721%m0--j-&2s6/s:.s "
"+'#C-222,G20*(#vM2,#S101-Y0#&2%I/L-K.J.G0I/C2,'1*Y221tS*2$W/22]21.2U*#*2s:2%s*2&s)2)s,2*u311%j1.0j*(2s:1s>.s#2,,'C/2"
"22-E2.*'#v_#s,.#s0%s&06'Y2&)0)E0F.!,&,.S+20$z4,22$!1+2&W%(2$d12'c,02%W# ,b/,1-]22/%wJ/-#V1'.(s<&s(2&s'/1%SI.C1*)..X0"
"21'wE/22/]0*1+U'$0$s+-#T112+T10*$m,s$1&{3-22&Y2*0-s,2(s12(s:2$C'P+F2,-2(C/22,w3.22+T0'+0s#.-s.2(s$*1'TM+F0&&0(a22-#w"
"!,s(1%s1('#Y1$2%'M-(21,N222*#F*/.s +xD.#s(/s &sB#s'222,#D1(#,*!,;+T.21#zF1#s+,s#1$s&.s:0+*(#I0)'.*D2&#.(W02-zD2*s*1'"
"d2)s%2)'#Y2221%G2.&,0`/',1U/22)zX0s&1&c/+&)Y/#/,(P0*22,I122)#h2s</x3,/+$T.&.,p'--d**1$s>'s6.V#:-]220%}S+2)V/22$J21/2"
"%E):2$s*2's*2&s*2*s.2)uI*(*&^/..'_s71.+$U*)*1$s8*X3/&Y11'yI21#W2/2*[-62&N*M-M*J.J/N,D2+.1%Z2/'t610-$Y,#--S/&/2$U-)+("
"s7*s7*E.5/'D/22*}M./0&_*&&$]s7.(%g../-dOV-51k22(y41/#o.0)j((/s71s=,s$2's-2/0.E20**)vD+/.$C0/),(_*#))U/00sA1#k'*'o&/$"
"o1(|622%m0--m)$2#s%2s<.s%2*'%^2222E21*)&vL/'e222,Z2#(2'J-K.L*J.J-J-E2,*1+[22,#tD-,#l/0/oP'E+K(G+G*H.J&`-'0#U/0'th2)C"
"'-22*M22/2*E)#&2*s'2*s'2)s)2+s*2*uD/2+n.)2%C0%B&f,2(o22+g/#s-+s#2&{`&s(/#s1&s&2)&$Z2-+1'G0#<+].'/'S/2+z3+1/&W.&,(s%1"
"$s1/#s$+0$s=*!(&-)Z12+#w72/#k00&k).&s &s$2#s)/s#1222-G20,*(vU..$Y122V1+02%DP2s@2sA/sB0#e2/$uD/20#].)2%[%$2%s+-d-1/%V"
"12/%p*s'1&{Y/s@(s,,$(U2%+/$M.(02,M222,%D*,2#s+/x_%s(1s>)sB,)#X2./2(b&8.^,$-+S/21%zO22'W1(-/d$/*f21$e-12's$1-U&+2(a22"
",wk2&g12$E.220!2121S&B/sA/s>2.s.2(uM2.$Y2(,/d52s%.+s,2.e51)E2)(0*C+12.#wG/0'T1(-1#C2'*2&V.+/*s:*s=)Y)'1$W12)}g1%e12&"
"E/202#D)&*2s:0s92#s+2(s*1$uD/2/&[-+2)D1$$1$E%:/$S/22,m/'#m(s%1${^,s&1)s1&s#2)#f202/#C23,-`+#*.T,22'zE.2+n+/2+E2':.[2"
",/$f2.s-+2c1$.d22(|!(s&2$%o*)0Y1 0'P1022+O212(c+0s@,xG./%V2+*.T%7-s%-,s(01%s9-!(&+-X220$wg1(f12&E-2,2&F-%B&s#2&s%2%s"
"'2&s(1&u`*s%2%s.++)X1#0-(O0*22)J222%c-0s@0xF.'s.01)T0#$2V*L&I*H*F-G*`-%/'T-2-tK../)a''&$F1,&d--1-sL's9)G-&'0#[2/%yJ1"
".&W0&-)s#0%d10#s*/-sO'^$%.)_21*w!*s(0%s-*s%2*$h2221%b$:.].'-.S*21$z4-/-$Y.&/*X/'0/e-+-'s:*s5-T3+,C1220$}Y1s(1*s/+s$2"
"'&#W222.%C1&#*.Z0''1h22-zS,2*C*122+L2/-2*C&<2&s.2s>2s>2%s,2)uE/21(_/+2,b+@(`$(1s'11(r1,$o-s&2){K+..p,*%o(%s/21.$s7+s"
"4.W#$-*!22-#y[,s%2&s.*$)V2%//%P/*22,P222+#D&+2#s+1$xD1's+13p+++Z2&2/.O2221)E*/.$s0,s%2)xC.22.Y2-.+X)@&s(2%l22+j1's*,"
"sB'{512*p/,2$W%$2$s%2$s+.s#2*4Z2021D221.+vC,21'^.++,F2#9)F0/*-c(20#j-0'n*1$l1'|3/21'V2)0.U.$-,s@*s%2&c-/s+202)C221.'"
"v41/$i2/1m-'2&S#)2#s.-s&2**$^222-D1/(&#vQ01+n,)(&C0$s'2.,&V-*-1's )F2,-0#C,21&yD/22)^1.2,b+@(U62#l02(U22-$k0s$1({L**"
"&Z1.00[-<2&C+.,.*s:*s<)](&1&_22)}3/020%F0*)%X-s721-'T)),2s52i'/-q2,#y_+s&1%s-+(&W2%/*#P2+22+N222-%V.0s>,xC*1-%].+0-D"
"0O(I1*.+h/2*s/+1&r*0%m1*|D-0.%`0+1*G.71$E2-1%c02&s1'1c2,-s1/$|Y2$s1-s-0('V2)0/$L2/22,J102,#k2#s+1#xH22-S2**2(Z202-S&"
"%,*s;)s#0#V)-+k2,#}G.+#p0//U.##/&I*H*J*G*G,M&C1+-/i1.$tD+1.'^--.-C2#:-E1.,1$S-2+s-1.s.1*s,/$|K/1,#C1')2'a),2(T)),*s:"
"*s='`(,.k2.#}C,-$n.*1&H-3.)F2)1.g11%s0)0f.),c22%|F21$m2//S2*#2$I2(=*I2&=*F1##1)_.01#U02(t`,s%22%i22)n22'f12(s/2s@.s<"
",uG/)s..0$n>(h#1%s(-s'0%s-2*$(%F*,2.#vF22+c+,2#g12#l2's$2(s<,m*.0#W/21wC1(s*2$s1-9&J2,(2+H2222&W-2/s.1%s1-xM02,X1*(&"
"W.$s.21#e--(s>,s'2+s/2%yo#s)1%s2-$f220#W2**,[2&AT+-/0s,2,z5/2/k/*2'#Z022'Z21$d2)s)2&s1+s$1%{C*/#h22+S122,X10(e)((c,$"
"-s&-/$s'.'|S+0)W0+*,D02-/%E2222'X)#-)s#/%s(*s<}D2.#m1/-T2+@$F2.='F2(>)a##1+!+,1$T/2*tC10#T/22%W222&V222#i2/s'2-s&2,s"
"$2-uD,.$m2/,k)$1e$%1s<,d)2)k2222%E/+*&vE-/1%F20-2*D'@1#s2-s=,s:.j-1*d.0%wC.)s*0#s1)5'G261&G2221$].2*s'2%s/,xF/20T02."
"&_2's-2,#g12's$1+s'1+s&2'yX+s$1*s&2's+.).$[21/(_0$/(`1/2&S,2,zY22-X2222]222+T+-0,s<(s&-#d0$s-%}G20#p00+S1(#.#E2#<&G2"
"'=$D2$%2m/0.e11'tD10#m22&V222#Y220k22-c/2+s'2's$0+uD.,s-00+U1#,+T)<*s$2$s,2(i2/02&F1G&vL21)X2(,2$J('1.s/2$s'2&s<2s#-"
"2#]22*#wE1%s02#j2(:'N072*N102/S-02'f1,s&2'xL220V20,*_2*#n22/$U*+2's%2(g.1$n1'yS/#c01s%2(s(.s;0,%j222#Z212'd--#zL20$o"
"/0-f*11&!22/%S.0#d2*s/.#s/){G.21U2*+2V202)W21'j1(s&*0s%,2#s(1$|Y.221K2,&2,P2/0.#F222.sB,s)1s#1)s.(}!+s%1/'o/#/r)Br-%"
"1p)2.k/1(s/,tV-11$3,2/00$722220[**1+s#2$s,,s#2(s%2$}I122#K22,'`221m0/2$s(2#s..s(2)s,/y:/122*K22/-'H2.s#00s:2$s*1s%0-"
"s+2(y^'s$1)s)2*s11*&q221%C2/&--]0+1-S021(zG10/$^1+)#G2*s+22)h.0)s=(s$2%s)0yD0/%o/+-r)>U2'<'G2#:'E2#<'b*'0%V22+#tV.2-"
"a.7+F2'(1%E120#e,2$s@$s>s6.}[2,c1'2%_&A'a-02$J22/'U11#s+2,s<1|H021#K2.+2%N2-0/Y120s$*2's(2&d/.s+2#}Z1&e2,-h.-/l22+S2"
".-'T/4+j($.c+0+|C/*s)2%s0+9)E2%$1+K2*.1X222)e.1#s/+x_+s@1#s/2s=2s<2$s02#s12#s.1uJ12,i,,1s9/s&0.#E222.&C,2)s*+s #{4,2"
".n0.2'T62)#V122,C22.'$a.#c0&sB%{4222.S+'.2$h10$S22#s.2#s(2(s.2'S22/#w62221%M20**#N0%s*2&s$2+s<.s#0-s'2%y_0s 2%d21%f2"
"0s%2-s*2,s(2)s#-+ub.#h20)p1#-r1@#C2,@$a/%1%[221s/2*tK/-#h&+0#S'=&_09'E0#<&E041#D/*.-j0,#tG21'j/+1s&A's>(sA&],,1r221/"
"&I2/,*%v5.2+o1*1$](>&SQ%s&2#s.-s-2,&(#412222%v412's&-+s )$#C*202,L21)#p*s#2%s$1#{I11(V22-1Y2,,2#E-22(S12,g2'0c/%0#g1"
"1$|C1/$s*0,s71#s$2's*1#U,//j22.&S/102)v^-#e2/,j+#.T2+<'F2*9*C2%<)Z/+2(S,2/#ta-s(22$l22#T222%Y220s%1,sA)s@&u4/2.k1,2%"
"W)'2%s,0s'2)s02#%)#52.,2-#O2/)#vZ)s$2(s'2$s-1.+m2/+*]2$*+U2'.,h20$zM12,Z2*12W(,2*f2-#d1+s;2$s*2'o21w4-00+U,),2%f/.s/"
"1$s1+s;1s#/+c1/#w4/21$a0)2'!#$2&c-21*a2/*$!0s=,sA%{K22,k++1s80s$1)c02&g22*s(2&m2.wJ22/l-+2$f2.d21#d1-s62%U.$0&k22'wG"
"2#s..s$1*8'K2(.2+I2221#U,2(c0,s'2$x]*s'2)s,0s>+#%p012)!21..X2/0.k11%zX.s /s)2$s,.4o020m20/(W/+2'h1.#z[-s#2-s(2#s--()"
"#_012*^/''/X0*1.l2.$zL0s#2)#)q).2$!22&s+0s@,s'2$s-.xT+/(]1*+,E2,&/'C1211)s#0#s-(s#/s7&}`)sA1#d21#h21s+2/s*21#f22(s/."
"uN221%F22($#P2&s+22's)1*s>-s'2)s01y[*#g22*V21#1X2.>#G2-=(C1*&1(W221s)0+tC/,#n(),l,-1c022's<,s7-T&&0-T-12'}G22%k2)s.1"
"$c121&k/2+s@.g.2*e11#yH2.#g2/,s''1s:1s /s(2+&#E2222,G2-+($v!2)d1&0$o*2s,20#Z22)S1(*.S/'.+c-1(|F12(r.*1Y2&='L1J+L0J-H"
"2&=+C1)*2'U02,#t^+s$22s%22#f2/s%2-s'2,s$2,s=/uI02'r.1.e@+g.21,J22/(U+2(s,.#s.'{Z)s&2-s+2#s-0-/$_200,!1#'/X2*0.g02&z3"
"-22.Z2/22%C')20s-2&s$1+s=/e)10p22(w4/2)n/0/d:.s=+s 's*1$s222+$C20/2+v]+s=0s=/sA/s /s +s<,s;-u3-2-l0-2p'(1e#-0%#D/222"
"+D02'&$]-sB%{G/s>+&/r'-/q/1)f01s@*s$2&s(2#xZ,s%1's)/s90'#h222%X2)/*T1)1)i1.zH21'd/0/s$00#e2,s@,s<0j).2h22.#w^)s@1s@2"
"#s12$s/2#s02#s02#s(2$uH11&X2220Y202/e)2(s$2+s@1i,20i11&wZ,0%C//+.*H2**2&G222+g*0.s%2's1*s#.$}b-s$22$e22(e21$d22$f21s"
"#21#s.2$u6121&]2012U%B0$[222*a2-#m/#f2's&1{[*s#2$s(0s;-5o*//,^2* #H2'+/j10&z[1+j1'.$a1%/%]22/V2,1e.:)n*,-s+/&|`'s'2'"
"s/.3%F2'#1-L1&/2%J222,T-.1#s2+xI12,p+,2#T'10s-2's$2*s</m+12#Z22.w`+s@/s=2$s02's/2&s22&c22s@.ua's&2)c/2;$G2-'2+I2022)"
"C-12,s/2%c2-x!/%j20.U2/@#G2(@'H2Q&D/#'2&!220#T-/(tI.1(`21(r2/s,20*s$*/s<1s&/1s)2)yJ12(o///d(2+s%2$s<,s71i&-2#Y22*wW/"
"#c1.s&2's-0%s-22&m-'/h/)1s'0+zI21&m21.g220s%*1's<,s=-S71+X122$}C/2$j2.#p2$s10+#S222,o1/1j200#S-2*z^,s@2$s/2s=2%s,2%s"
"-2$s02$s-0uE21'i210s#)2&D(+02'K222.#[12&h2-s$1&{Q///r2-%n/s72%s=,s<0s+2,s-1#y_*s$1#s-,:$F2'-2*I2222%D/+2.s)2(s/1#xF2"
"#s./3#E2*'2(K2(02$M222+l11$e2+s'2%xG00$T222)i&2.c+22*E122,$F22-s+2's+/{I2's22-s,/2#s/1s@/s.2(&*#P2222&I21)%vJ22.r/,2"
"%^#$2&s(1s#1,s+1$S-2.**#M222.#vE+0+W20'n-%s/2.#f-/*s9-s#..s$1)y9.02*Z201-T-$2(s+2*'J/22.'I2.%f2&s+.{I22*p.-0m12.g11&"
"s%.0S,91S0(/.i22-}E020U.2*#a2.s,22*s)-1#s)2#j12$f2+yM)s'2%$0%K1>1X212'h1-s#2&s+.s ,x]*s(1$s/*6)G2$$/+L1.10#H2+2's(0#"
"s0)xI12.^2-2/a220'Z2.s4.+s;/s$2*s,.#}C/1*m0*1T2% $G1L'E,L'E/31%^,--c.-&tD,-#g0%.h/%1j11+T2-+d0$,s)(/s#1(|C,/.'_/&&.E"
"2)&.(D121'c+2s41s=(sA}C+1,#T.*.&m#-%j*1&D122)T1'-s0&.s%0+|J..#U220+X1+%.$I+K)I*I*G,I+`/,2(W/-&tF020#D022*V220%V22,s."
"/.c021%l22.d+12*u3.2'm22/i('0$s>%s&/s#/'s,2,*&_12.)v3(.1'Y002)d0,s-2$s$-2.s60)T&'0)X20*wj,s (s'/s$0%,,C01,2(P0.12$EJ"
"0s7,xK121$F2'%#V0s70+01$G/+*1*s 'g-0m.)#yC/$s+0$e2)s%2)s'22*#U1-0/$!2,21S,0.)zI221'[.12)s+1#Y.11*C222/'p,s'2$s*0#{3-"
",*##E1-%.(V22.s-2'g/..o)#2&C1&)0S00*#|3*/1'Z0)20!.#,2$D.012&f&1*s;+[)#,.X/21(}F1*s101'Z2'%0W-L'G+J*`L*`//2#T00)tZ.+$"
"W222&[22-U222'V222&S122%j22+s+.(uJ2*s,22%d&0&s*0s'2*d10)(%G2121%!/*$v3*/2/S/.12s'1*g1's(2-#d/2-s$02&_21)wX.s$1's.*4("
"F13/*H2$(0#J222(S'*2#s%-xJ022p/**T2(s(2/2/U22.2)V#$0(S(2-m1*#yD1(s-2&e2)s&2(&#X2202%D0+=+!0*1'U/2*zF222%Y./2*s#2'C&&"
")2#L2222+G-/2,$m/s'/%{4.0%i2#6#_221#Y20#q02d2#1)W2(1)S20+|J0.%X2(00X/:0T0002%T&(2'sB's'2%Y22*}I.#s121&T2+,-X.N%J.H*H"
"/K*C2/12%X1+%tH.-s.21s/20$S12-$k2,s+20'l220f-.*uL/*#r22*h#-+s *s'1&j2,j2221&D,-)$v6/22)Z.22/k22%q2(s,-+$c)1/$U&)2,D-"
"1-*$wT0$s0*s,+6&F0##1*F2'-2$H222-f>(s#/#xE,1*n0*#S2%s$2+-2%F20+1)C&Q%e.*d,*yC.(s.1s&2,s)2,#j221)X2++2%Z2/1-S,10&zG02"
"2%Y222's*2k022/D221)#S0,s%2's)/{Q/5%a1*1'Z22)i22#n.1,U2<1#D2')1%C.21)|F//&r,,*p)(-h112$s='s9+C&&(.,C(-1.#}I./$p/*/U2"
"#=$F0G*G*G*F240)D2,01#X00&tG0-%S1*/,S1++1$!222%s#2&sA&Y'+2h./+}Q2.'S21-)V2+s*20.)Y20,2%S<2&S,2,o1'yF+.2*a1**$F2-&#Z2"
"220m+*2s92s*2.e/+#yF0's/0s$2,s&2)s(221&V2+&2$C1/(2-V/21'zI-/*#C1+*(!2s:222+h',/s#02h00&S,0$yF0-%l2.0#C0. %G2(:(J2K*I"
"2%)2'E1/21$V1.$tN20*Y2,02V2-02&W022*sB*s&2(D.+21#C+20%}I0-c2/$$#E2+&/&Y220m22+r+,1S2$'2&Y122%|K20(X2',2T1),2%V*.2&sB"
")s#2*U:2#!2/&}310$h0E$D2%$/%]01+i2-s1/0d1&2%S12.#|W.4#C0&#0*L*;1#31#$1*G2(-2$G222,cA$s'-xE01+l22/T/22&n22&T/22&n22&h"
"222(T,22$uE.221[,).0s$1(s-/S++2-#O2222&S2)s(2${C-22*W-+2-s$2(X+.2+C2220%U'2)s*0s#2'{J0221#H('..#T-.%W0+s+2+s#-2)d)2)"
"k/'wJ.12'!-$%o's$2,.-#C2/*0)SO%S(.,l,)yC),%j22.j22.l22'i22#p21#n22#c+.+uL.0#r22.W2*%2Z/J)J.H*J/6.*I222/m0*#tG.#(m.B$"
"b'>&E1J&I.F)D1##.'b-.1%V..%tO+s*21s++/$s=%s#/s6/s#/1*.-^22.$v712(m22-h,-0s91s=-s%2(s/21.-H222/%vI02*p020s<.f&0+$I222"
"2)H.2-#d2%s(/{H0+'$I1($.*G1$*1#C.02&c2-s&,2%k$/*g0-%|61-#j22&d(/*s:'s=&s'2s$/2/.(G212.%vK/*s/22.T2)(1%J0J%G0J*D2/-0&"
"E212(h0*tG-.'n($%k22&n22&n22&n22&n22*h.-)u42,s)22%e,.*s9,s<.s*11.'D22221$410..)vC/+s*2&s2-s$2,$i222,#F2($0)]1.1*T01("
"zG/2,#I2222)W$-0'l1(k2/$f-10d$/2#W01+wH-2/'D2222.s'2&l1'k2%s/2/#s'20g0-(wD02*f.2-sB.s%2+T',2.$R2220%F&0.s$2){F./#f22"
"'k2,j22-&f*22)s$00f12-W20*w3+22.#Y*,2+s+2&W//%o2*s=2*e'01l2-&wT0s>+s*.O'O*;0F22.2&F..1.s#1&s&,xF2(s)2's..#s2*s&2-$g2"
"22/#D2012'W10)zG2's.0#s1,s%2+#i222+S2,*2(^0'+/V11.%zE0#s..s%2(s'2$s(2$'$V2$.1$C0/$/-U-2/&zS1$s(0s=+8X1#-1G20,2*31222"
"2%E)'/-sA%xL2+#Y2+0-Z0#)0$D0001%T&&2&UO+D1**0*Z1/,}M1.#i22)n222#_22/$`22&T220s020s*2/#uI.2+V2()%V2$*%Y21/2%G-##2*s)2"
"s,2(l-&yL-)f222,V2('1$J.G*J,G*H/#'0'`/1-#Y.*tJ2-d1*2)U/#0/l222%d'1&s>(W('1&X12.#}E,2.o.4V2$sB020$H2.'2'C.#@)e//#S/,#"
"y611*j222%S31's=(s%1$f120(H221-%I0-vI.,e222+#Z22-#!22e202&V/91V0$$2h-,'|4-2/$]1.2)Y(@*s#2(s,,s)2&%%E1211-D/.+vI0*&r*"
"10#F2&:&J0F&J2F'E2#=&a22.h/)tK1(d222)V0'-/Y.N&J-I'F/##,(D2110#Z1-&tF..)r22'r222V222.V222.U122+n22*S).-'uH10#o22$e*2$"
"T(.2)$O2222+L/2)#h0s<*{_.s(2&d2,s'2,s*11(e20/,$^2/2.S,20&zI221*^112-e01$S0.#c21's%.1s&.0#!1,&wM2,h122(s$-.s;*s&1$S+1"
"+%r222)!/*&#vF,.)j221k22.i22+d02-#r22d22.c+,uC11$e.2(s&2&e*2&!2222*J-00'#q(s#1${o*s'2%s0,$+C-/<1N1')0,312222&F&%,0sA"
")xZ1%c1-$o2#e20s%21'e12-0)]2((1l0.*zL11-&C,')2,c00s-/s72's#,0s$)1%X-2*wF22*h221#V22.e221j22(S/22&U221$h..$uE/2'X1+1)"
"s(2,i02%k220%e$1,V'.20W/0*$wI2+*$G2022&J082&C2212(f&/*s *^+-2)Y10)}C.,%i22)n22%p22$S122'q21$m22*c).,uC,22#[2/2#s'-s%"
"..'Y22,&U-/s='sA{D//#n2+s2-s&2*s(2+%e20./&`,<1T.2/)zG./&U2,$'+a0-1%Y21#e22&j0/.n./-i2-$|U/)c0-s..#$%I2&#1,L092*Q2222"
"#F--1-s$1&x3)/2/Y2220S)2,#S21s:10%s#01%S'/2)Z1,(wJ.-(j22/$D0220$D/22*V222*V222,S-22*f-.)uT2#s+.s&1+f2.;.K2222,C(,02&"
"s00s%2)xG2,s*22'p0#.q,9&D2)4+D2*8-C.002'V12*#tK.0(r(s$1s:1.2+#C*($.)s=)s*1$^0+$y4,.2*V*'/2s)1)h2,s72-s82%s,2'D02.+wX"
".(c10#l2*c/2s%22-&r222)[222.h-.'zG0-*V1$22Z.>2T1221&f,2$s&2$E/*02i1.'}D/,s,/sB(s%2*$i222-V2$&-+C/-*..S.20&zH..(m22/n"
"22*j22.T/22.S222,r22*d-,&uH22%j22.s&1-h222/]22'#p)s&2#s--{N22)U2,$$V2's%2..+#C12.1+s%0-U+22)!..&yT0s61s=,')]1$/)L2**"
"2(J../1#s,,s#/%xS/*s+1%d2+$#D0/#2(M2(*2%32222/Y./2,sA)xE,22&s#0)s$1&V&.1'C122+&T-/s#2's%.{501(i101d)$0%s#0&s)1$g10&#"
"F1222(F1/.-#vL20'T22*s+22'i22%p0/-W2#(1Y0+/1#C-21(|3,/$l22.k+*2s82$c-1s&2/$p222/[/-,+vQ/#s00&s#&.s8.s=,s#2*('_2220!/"
",($vC,0/#Z.(&p&s'2./.T--*0&sB&s(1$n0&y3,21$S./2&sB*i-2/*J2222(D,2+s%2&s,1${F01(W2222W2222%T*/2's*2(s&2*S(/2(V/1+}L21"
"#r.'d2+&f2220$C,&#2&s$2)Y*02%X/,&yS.(s-1$j2(#$F2+#1+O1(,2(N2222#C)&0/s@+xJ2%3b0'0.Z22+e20#n22$r-2&U222(l2,#|G.*3]2'/"
"(T12.#l2(c12)j22-m22+h..%|U1&f2.s.1%&%I2'%1*O2/12$N222/f'2*s#2&xF,/(S20.2%F2(%2&^222'f&2*sA'W))2&T01+}H2/-#b1.2#E2) "
"(F2L*J2P(G2)+2'C1222#X20(tC-1#o2*$#b1,2'Z22)k22&r021q112d+/(|D,)s0221#F2)%2)G2,)2&W002&sB$V))2$W.2.}L0*#T20(#q1*1g22"
",n11.V2(&2(J2,*2*C*.0.#|";
// clang-format on

/// decode_digits(pixels, labels): writes 64 * 1,797 pixels in 0..16, row by row, and 1,797 labels in 0..9.
template <class Pixel> constexpr void decode_digits(Pixel* pixels, std::int32_t* labels) {
  const char* at = digits_text;
  for (std::size_t image = 0; image < digits_count; ++image, pixels += 64) {
    for (std::size_t i = 0; i < 64; ++i) pixels[i] = Pixel(0);
    for (std::size_t i = 0; *at < 't';) {
      const char c = *at++;
      const int code = (c == '!' ? '\\' : c == ' ' ? '?' : c) - '#';
      i += static_cast<std::size_t>(code / 16);
      if (code < 80) pixels[i++] = static_cast<Pixel>(code % 16 + 1);
    }
    labels[image] = *at++ - 't';
  }
}

} // namespace fluxpp::inline v0_1::data

namespace fluxpp::inline v0_1::data {

/// all_digits(): the whole set in its original order.
/// shapes   inputs [1797, 1, 8, 8] in [0, 1], targets [1797] in 0..9
/// source   Alpaydin & Kaynak 1998, doi:10.24432/C50P49, CC BY 4.0
inline dataset<4> all_digits() {
  auto ds = dataset<4>::observations(digits_count, {1, 8, 8});
  decode_digits(ds.inputs.data(), ds.targets.data());
  for (float* pixel = ds.inputs.data(); pixel != ds.inputs.data() + ds.inputs.size(); ++pixel) *pixel /= 16;
  return ds;
}

/// digits(test_fraction, seed): the set split into {train, test}, class by class; by default 1,438 and 359 images.
inline split<dataset<4>> digits(double test_fraction = 0.2, std::uint64_t seed = 0) {
  return stratified_split(all_digits(), test_fraction, seed);
}

} // namespace fluxpp::inline v0_1::data

// Batches: every observation once per epoch, in an order that is a function of (seed, epoch), without allocation.

namespace fluxpp::inline v0_1::data {

struct batch_options {
  std::size_t batch = 64;
  bool shuffle = true;
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
  bool drop_last = false;
};

/// minibatch: some observations beside each other; `rows` are their indices in the container.
/// shapes   inputs [b, ...], targets [b, ...]
template <std::size_t Rank, class Target, std::size_t TargetRank> struct minibatch {
  nd_array<float, Rank> inputs;
  nd_array<Target, TargetRank> targets;
  std::span<const std::uint32_t> rows;

  std::size_t size() const { return rows.size(); }
};

/// loader(container, options): the batches of one epoch, as a range. It owns two batches, one of full size and one for
/// the rest, which are filled again and again: a batch is valid until the next one is asked for.
/// errors   value_error: batch = 0, 2^32 observations or more, no batch at all
template <container C> class loader {
  template <class Shape> static constexpr std::size_t rank_of = std::tuple_size_v<std::remove_cvref_t<Shape>>;
  static constexpr std::size_t input_rank = rank_of<decltype(std::declval<const C&>().input_shape())> + 1;
  static constexpr std::size_t target_rank = rank_of<decltype(std::declval<const C&>().target_shape())> + 1;

public:
  using batch_type = minibatch<input_rank, typename C::target_type, target_rank>;

  loader(const C& source, const batch_options& options) : source_(&source), options_(options), rows_(checked_rows()) {
    const std::size_t n = rows_.size(), rest = options.drop_last ? 0 : n % options.batch;
    make_room(full_, n < options.batch ? 0 : options.batch);
    make_room(rest_, rest);
    set_epoch(options.epoch);
  }

  /// Batches per epoch.
  std::size_t size() const { return rows_.size() / options_.batch + (has_rest() ? 1 : 0); }
  const batch_options& options() const { return options_; }

  /// set_epoch(epoch): the order of another epoch.
  void set_epoch(std::uint32_t epoch) {
    options_.epoch = epoch;
    std::iota(rows_.begin(), rows_.end(), 0u);
    if (options_.shuffle) shuffle(std::span(rows_), options_.seed, stream_of("data.batches"), epoch);
  }

  /// at(k): batch k of the epoch.
  const batch_type& at(std::size_t k) {
    const std::size_t first = k * options_.batch, left = rows_.size() - first;
    batch_type& batch = left < options_.batch ? rest_ : full_;
    batch.rows = std::span(rows_).subspan(first, left < options_.batch ? left : options_.batch);
    float* input = batch.inputs.data();
    typename C::target_type* target = batch.targets.data();
    for (const std::uint32_t row : batch.rows) {
      source_->copy(row, input, target);
      input += input_size_;
      target += target_size_;
    }
    return batch;
  }

  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = batch_type;
    using difference_type = std::ptrdiff_t;
    using reference = const batch_type&;
    using pointer = const batch_type*;

    iterator(loader* from, std::size_t k) : from_(from), k_(k) {}
    const batch_type& operator*() const { return from_->at(k_); }
    iterator& operator++() { return ++k_, *this; }
    void operator++(int) { ++k_; }
    bool operator==(const iterator&) const = default;

  private:
    loader* from_;
    std::size_t k_;
  };
  iterator begin() { return {this, 0}; }
  iterator end() { return {this, size()}; }

private:
  bool has_rest() const { return !options_.drop_last && rows_.size() % options_.batch != 0; }

  std::vector<std::uint32_t> checked_rows() const {
    const std::size_t n = source_->size(), batch = options_.batch;
    const std::string call = "data::batches(container, options)";
    if constexpr (requires { source_->check(call); }) source_->check(call);
    if (batch == 0) throw value_error(call, "batch must not be 0", "batch");
    if (n > 0xffffffffu) throw value_error(call, "the container must have fewer than 2^32 observations", "container");
    if (n == 0 || (options_.drop_last && n < batch))
      throw value_error(call,
                        "there must be a batch, but there are 0: " + std::to_string(n) + " observations, batch " +
                            std::to_string(batch) + (options_.drop_last ? ", drop_last" : ""),
                        "container");
    return std::vector<std::uint32_t>(n);
  }

  void make_room(batch_type& batch, std::size_t n) {
    input_size_ = product_of(source_->input_shape());
    target_size_ = product_of(source_->target_shape());
    batch.inputs = decltype(batch.inputs)(with_first(n, source_->input_shape()));
    batch.targets = decltype(batch.targets)(with_first(n, source_->target_shape()));
  }

  const C* source_;
  batch_options options_;
  std::vector<std::uint32_t> rows_;
  std::size_t input_size_ = 0, target_size_ = 0;
  batch_type full_, rest_;
};

/// batches(container, {.batch = 64, .shuffle = true, .seed, .epoch, .drop_last}): the batches of one epoch.
template <container C> loader<C> batches(const C& source, const batch_options& options = {}) {
  return loader<C>(source, options);
}
template <container C> loader<C> batches(const C&&, const batch_options& = {}) = delete; // would dangle

} // namespace fluxpp::inline v0_1::data

// Evaluators: from a plan to numbers.

// A plan bound to numbers: extents, addresses, strides and tasks, computed once per set of extents.
// What an evaluator is given: a plan as plain tables, and where the values of a call lie.
// Placement: liveness, and an offset in the workspace for everything that is stored.
// Fusion: nodes of one stage and iteration space become one loop; the loop's operands, results and axes.
// Scheduling: a stage for every node, so that nodes of one stage and iteration space can run as one loop.
// A finished program: flat arrays of nodes and tables, as a view for passes and as a compile-time value.

namespace fluxpp::inline v0_1::graph {

/// A view has no storage: it shows the elements of its operand.
constexpr bool is_view(kind k) { return k == kind::broadcast || k == kind::reshape; }

/// sizes: how many entries each table of a program has.
struct sizes {
  int nodes = 0, shapes = 0, attributes = 0, leaves = 0, outputs = 0, extents = 0, constraints = 0;
};

/// graph_view: what passes read. Nodes are in topological order.
struct graph_view {
  sizes count;
  const node* nodes = nullptr;
  const dims* shapes = nullptr;
  const attributes* attribute_table = nullptr;
  const leaf* leaves = nullptr;
  const int* outputs = nullptr;
  const target* targets = nullptr;
  const extent_entry* extents = nullptr;
  const constraint* constraints = nullptr;

  constexpr const node& operator[](int id) const { return nodes[id]; }
  constexpr const dims& shape_of(int id) const { return shapes[nodes[id].shape]; }
  constexpr const attributes& attributes_of(int id) const { return attribute_table[nodes[id].attr]; }
  constexpr graph::kind kind_of(int id) const { return nodes[id].op->kind; }
};

/// tables: a program on the heap, as the last pass over a tape leaves it.
struct tables {
  interner<node> nodes;
  interner<dims> shapes;
  interner<attributes> attribute_table;
  list<leaf> leaves;
  list<int> outputs;
  list<target> targets;
  list<extent_entry> extents;
  list<constraint> constraints;
  struct fault fault;

  constexpr sizes count() const {
    return {nodes.size(),   shapes.size(),  attribute_table.size(), leaves.size(),
            outputs.size(), extents.size(), constraints.size()};
  }
  constexpr graph_view view() const {
    return {count(),         nodes.data(),    shapes.data(),   attribute_table.data(), leaves.begin(),
            outputs.begin(), targets.begin(), extents.begin(), constraints.begin()};
  }
};

/// constant_graph<sizes>: a program as a constant; its address can be a template argument.
template <sizes N> struct constant_graph {
  node nodes[N.nodes + 1];
  dims shapes[N.shapes + 1];
  attributes attribute_table[N.attributes + 1];
  leaf leaves[N.leaves + 1];
  int outputs[N.outputs + 1];
  target targets[N.outputs + 1];
  extent_entry extents[N.extents + 1];
  constraint constraints[N.constraints + 1];
  struct fault fault;
};

/// A node of a finished program needs no rules; without them, no program has to carry the code of rules.
constexpr node finished(node n) {
  if (n.op->facts != nullptr) n.op = n.op->facts;
  return n;
}

template <sizes N> constexpr constant_graph<N> freeze(const tables& t) {
  constant_graph<N> g{};
  for (int i = 0; i < N.nodes; ++i) g.nodes[i] = finished(t.nodes[i]);
  for (int i = 0; i < N.shapes; ++i) g.shapes[i] = t.shapes[i];
  for (int i = 0; i < N.attributes; ++i) g.attribute_table[i] = t.attribute_table[i];
  for (int i = 0; i < N.leaves; ++i) g.leaves[i] = t.leaves[i];
  for (int i = 0; i < N.outputs; ++i) g.outputs[i] = t.outputs[i], g.targets[i] = t.targets[i];
  for (int i = 0; i < N.extents; ++i) g.extents[i] = t.extents[i];
  for (int i = 0; i < N.constraints; ++i) g.constraints[i] = t.constraints[i];
  g.fault = t.fault;
  return g;
}
template <sizes N> constexpr graph_view view_of(const constant_graph<N>& g) {
  return {N, g.nodes, g.shapes, g.attribute_table, g.leaves, g.outputs, g.targets, g.extents, g.constraints};
}

} // namespace fluxpp::inline v0_1::graph

namespace fluxpp::inline v0_1::graph {

constexpr bool in_kernel(kind k) { return k == kind::elementwise || k == kind::reduction; }
constexpr bool is_leaf(kind k) { return k == kind::input || k == kind::constant; }

/// The space a node's loop runs over: its shape, for a reduction its operand's.
constexpr int iteration_shape(const graph_view& g, int id) {
  return g.kind_of(id) == kind::reduction ? g[g[id].args[0]].shape : g[id].shape;
}

/// A value can pass from p to i in a register.
constexpr bool fusable(const graph_view& g, int p, int i) {
  return in_kernel(g.kind_of(i)) && g.kind_of(p) == kind::elementwise && g[p].shape == iteration_shape(g, i);
}

/// The node whose storage a view shows.
constexpr int owner(const graph_view& g, const bool* copied, int id) {
  while (is_view(g.kind_of(id)) && !copied[id]) id = g[id].args[0];
  return id;
}

/// copied[i] for broadcasts that feed a step, a reshape, or an output.
constexpr void find_copies(const graph_view& g, bool* copied) {
  for (int id = 0; id < g.count.nodes; ++id) {
    copied[id] = false;
    const kind k = g.kind_of(id);
    if (k != kind::step && k != kind::reshape) continue;
    for (int a : g[id].args)
      if (a >= 0 && g.kind_of(a) == kind::broadcast) copied[a] = true;
  }
  for (int i = 0; i < g.count.outputs; ++i)
    if (g.kind_of(g.outputs[i]) == kind::broadcast) copied[g.outputs[i]] = true;
}

/// The first stage at which node id can be read from memory.
constexpr int available(const graph_view& g, const int* stage, const bool* copied, int id) {
  id = owner(g, copied, id);
  return is_leaf(g.kind_of(id)) ? 0 : stage[id] + 1;
}

/// Scalar code takes even stages, loops take odd ones: a loop waits for the scalars that its neighbours need, so that
/// they become one loop.
constexpr int in_step(const graph_view& g, int id, int stage) {
  if (!in_kernel(g.kind_of(id))) return stage;
  const int odd = g.shapes[iteration_shape(g, id)].rank == 0 ? 0 : 1;
  return stage + ((stage ^ odd) & 1);
}

/// assign_stages: stage(i) is the largest of its operands': the same for one that is fused, one more for one in memory.
constexpr void assign_stages(const graph_view& g, int* stage, const bool* copied) {
  for (int id = 0; id < g.count.nodes; ++id) {
    stage[id] = 0;
    const kind k = g.kind_of(id);
    if (is_leaf(k) || (is_view(k) && !copied[id])) continue;
    for (int i = 0; i < g[id].op->arity; ++i) {
      const int a = g[id].args[i];
      if (a < 0) continue;
      const int s = fusable(g, a, id) ? stage[a] : available(g, stage, copied, a);
      stage[id] = s > stage[id] ? s : stage[id];
    }
    stage[id] = in_step(g, id, stage[id]);
  }
}

/// assign_order: a stage of its own for every node, in the order of the program: no two share a loop.
constexpr void assign_order(const graph_view& g, int* stage) {
  for (int id = 0; id < g.count.nodes; ++id) stage[id] = id;
}

/// How many operands of a node are in registers at its stage.
constexpr int from_registers(const graph_view& g, const int* stage, int id) {
  int n = 0;
  for (int i = 0; i < g[id].op->arity; ++i) {
    const int a = g[id].args[i];
    n += fusable(g, a, id) && stage[a] == stage[id] && (i == 0 || a != g[id].args[0]) ? 1 : 0;
  }
  return n;
}

/// sink: a cheap operation moves to the stage of its first consumer, where it costs a few instructions, instead of
/// costing a pass over memory; unless it would leave more values in memory than it takes with it.
constexpr void sink(const graph_view& g, int* stage, const bool* copied) {
  constexpr int none = 1 << 30;
  list<int> limit;
  limit.assign(g.count.nodes, none);
  for (int i = 0; i < g.count.outputs; ++i) limit[g.outputs[i]] = -1;
  for (int id = g.count.nodes - 1; id >= 0; --id) {
    const kind k = g.kind_of(id);
    if (is_leaf(k) || limit[id] == none) continue;
    if (k == kind::elementwise && g[id].op->cost <= 1 && g.shape_of(id).rank > 0 && limit[id] - 1 > stage[id] &&
        from_registers(g, stage, id) <= 1)
      stage[id] = limit[id] - ((limit[id] & 1) ^ 1);
    const bool view = is_view(k) && !copied[id];
    for (int i = 0; i < g[id].op->arity; ++i) {
      const int a = g[id].args[i];
      if (a < 0) continue;
      const int l = view ? limit[id] : fusable(g, a, id) ? stage[id] : stage[id] - 1;
      limit[a] = l < limit[a] ? l : limit[a];
    }
  }
}

} // namespace fluxpp::inline v0_1::graph

namespace fluxpp::inline v0_1::graph {

/// Caps of one fused loop.
inline constexpr int most_operations = 64;
inline constexpr int most_inputs = 28;

/// input_ref: an operand in memory: the node that owns the storage, and the node whose shape the view has.
struct input_ref {
  int owner = -1;
  int source = -1;
  constexpr bool operator==(const input_ref&) const = default;
};

/// plan_step: one thing the evaluator does: a fused loop (op == nullptr) or an operation with a kernel of its own.
struct plan_step {
  const op_info* op = nullptr;
  int node = -1; ///< first member
  int shape = 0; ///< iteration space of a loop
  int stage = 0;
  int first_member = 0, members = 0;
  int first_input = 0, inputs = 0;
  int first_output = 0, outputs = 0;
  unsigned starts = 0; ///< bit i: a run of axes that behave alike begins at axis i
};

/// fused_view: the steps in order, and which one computes each node, as later passes and evaluators read them.
struct fused_view {
  int step_count = 0;
  const plan_step* steps = nullptr;
  const int* step_of = nullptr; ///< per node; -1 for leaves and views
  const int* members = nullptr;
  const input_ref* inputs = nullptr;
  const int* outputs = nullptr; ///< nodes stored by loops
};

/// fused: the same on the heap.
struct fused {
  list<plan_step> steps;
  list<int> step_of;
  list<int> members;
  list<input_ref> inputs;
  list<int> outputs;

  constexpr operator fused_view() const {
    return {steps.size(), steps.begin(), step_of.begin(), members.begin(), inputs.begin(), outputs.begin()};
  }
};

/// grouping: the step of every node, how many steps and members there are, and at most how many operands in memory.
struct grouping {
  list<int> step_of;
  int steps = 0, members = 0, operands = 0;
};

/// The facts fusion needs about one program.
struct staged_view {
  graph_view g;
  const int* stage;
  const bool* copied;
  bool checked = false; ///< values are looked at as they are computed; inputs of the call change when all have passed
  constexpr bool looped(int id) const { return in_kernel(g.kind_of(id)) || copied[id]; }
  constexpr bool computed(int id) const { return looped(id) || g.kind_of(id) == kind::step; }
  constexpr int space_of(int id) const { return copied[id] ? g[id].shape : iteration_shape(g, id); }
};

/// The computed nodes by stage, in order within one (a counting sort).
constexpr list<int> by_stage(const staged_view& s) {
  int last = 0;
  for (int id = 0; id < s.g.count.nodes; ++id) last = s.stage[id] > last ? s.stage[id] : last;
  list<int> start, order;
  start.assign(last + 2, 0);
  for (int id = 0; id < s.g.count.nodes; ++id)
    if (s.computed(id)) ++start[s.stage[id] + 1];
  for (int i = 0; i <= last; ++i) start[i + 1] += start[i];
  order.assign(start[last + 1], 0);
  for (int id = 0; id < s.g.count.nodes; ++id)
    if (s.computed(id)) order[start[s.stage[id]]++] = id;
  return order;
}

/// The node whose shape the operand of a loop has in memory.
constexpr int memory_source(const staged_view& s, int a) {
  return s.g.kind_of(a) == kind::broadcast && !s.copied[a] ? s.g[a].args[0] : a;
}

/// group(s): every computed node in a step: one loop per stage and iteration space, up to the caps.
constexpr grouping group(const staged_view& s) {
  struct open_step {
    int number = -1, stage = -1, members = 0, inputs = 0;
  };
  const list<int> order = by_stage(s);
  grouping out;
  out.step_of.assign(s.g.count.nodes, -1);
  out.members = order.size();
  list<int> taken_by; // per node: the last step that has it as an operand in memory
  taken_by.assign(s.g.count.nodes, -1);
  list<open_step> open; // per shape
  open.assign(s.g.count.shapes, {});
  for (int id : order) {
    open_step own;
    open_step& step = s.looped(id) ? open[s.space_of(id)] : own;
    if (step.stage != s.stage[id] || step.members >= most_operations || step.inputs >= most_inputs)
      step = {out.steps++, s.stage[id], 0, 0};
    out.step_of[id] = step.number;
    ++step.members;
    for (int i = 0; i < s.g[id].op->arity; ++i) {
      const int a = s.g[id].args[i];
      if (a < 0 || out.step_of[a] == step.number) continue;
      int& last = taken_by[memory_source(s, a)];
      if (last != step.number) ++step.inputs, ++out.operands;
      last = step.number;
    }
  }
  return out;
}

/// The members of every step, in order.
constexpr void fill_steps(const staged_view& s, const grouping& groups, fused& f) {
  f.steps.assign(groups.steps, {});
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (f.step_of[id] < 0) continue;
    plan_step& step = f.steps[f.step_of[id]];
    if (step.members++ > 0) continue;
    const bool loop = s.looped(id);
    step.op = loop ? nullptr : s.g[id].op;
    step.node = id, step.shape = s.space_of(id), step.stage = s.stage[id];
  }
  int first = 0;
  for (plan_step& step : f.steps) {
    step.first_member = first;
    first += step.members, step.members = 0;
  }
  f.members.assign(groups.members, 0);
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (f.step_of[id] < 0) continue;
    plan_step& step = f.steps[f.step_of[id]];
    f.members[step.first_member + step.members++] = id;
  }
}

/// Whether a member's result is needed outside the loop's registers.
constexpr list<bool> stored_nodes(const staged_view& s, const list<int>& step_of) {
  list<bool> stored;
  stored.assign(s.g.count.nodes, false);
  for (int i = 0; i < s.g.count.outputs; ++i) stored[owner(s.g, s.copied, s.g.outputs[i])] = true;
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (step_of[id] < 0) continue;
    if (s.g.kind_of(id) != kind::elementwise) stored[id] = true;
    for (int i = 0; i < s.g[id].op->arity; ++i)
      if (const int a = s.g[id].args[i]; a >= 0 && step_of[a] != step_of[id]) stored[owner(s.g, s.copied, a)] = true;
  }
  return stored;
}

/// The operands and results that every loop has in memory.
constexpr void collect_operands(const staged_view& s, fused& f) {
  const list<bool> stored = stored_nodes(s, f.step_of);
  list<int> taken_by; // per node: the last loop that has it as an operand
  taken_by.assign(s.g.count.nodes, -1);
  for (int at = 0; at < f.steps.size(); ++at) {
    plan_step& step = f.steps[at];
    if (step.op != nullptr) continue;
    step.first_input = f.inputs.size(), step.first_output = f.outputs.size();
    for (int m = 0; m < step.members; ++m) {
      const int id = f.members[step.first_member + m];
      for (int i = 0; i < s.g[id].op->arity; ++i) {
        const int a = s.g[id].args[i];
        if (a < 0 || f.step_of[a] == at) continue;
        const int source = memory_source(s, a);
        if (taken_by[source] == at) continue;
        taken_by[source] = at;
        f.inputs.push({owner(s.g, s.copied, source), source});
      }
      if (stored[id]) f.outputs.push(id);
    }
    step.inputs = f.inputs.size() - step.first_input, step.outputs = f.outputs.size() - step.first_output;
  }
}

/// Whether an operand of this shape is repeated along an axis of the iteration space.
constexpr bool repeated(const dims& operand, const dims& space, int axis) {
  const int lead = space.rank - operand.rank;
  return axis < lead || (operand[axis - lead] == 1 && space[axis] != 1);
}

/// Joins neighbouring axes along which every operand and every result behaves alike.
constexpr void join_axes(const staged_view& s, const fused& f, plan_step& step) {
  const dims& space = s.g.shapes[step.shape];
  auto same = [&](int axis, int before) {
    for (int i = 0; i < step.inputs; ++i) {
      const dims& d = s.g.shape_of(f.inputs[step.first_input + i].source);
      if (repeated(d, space, axis) != repeated(d, space, before)) return false;
    }
    for (int i = 0; i < step.outputs; ++i) {
      const int id = f.outputs[step.first_output + i];
      if (s.g.kind_of(id) != kind::reduction) continue;
      const int mask = s.g.attributes_of(id).value[0];
      if ((mask >> axis & 1) != (mask >> before & 1)) return false;
    }
    return true;
  };
  int before = -1;
  for (int axis = 0; axis < space.rank; ++axis) {
    if (space[axis] == 1) continue;
    if (before < 0 || !same(axis, before)) step.starts |= 1u << axis;
    before = axis;
  }
}

/// fuse(s): the steps of a scheduled program, whose nodes may have been grouped before.
constexpr fused fuse(const staged_view& s, const grouping& groups) {
  fused f;
  f.step_of = groups.step_of;
  fill_steps(s, groups, f);
  collect_operands(s, f);
  for (plan_step& step : f.steps)
    if (step.op == nullptr) join_axes(s, f, step);
  return f;
}
constexpr fused fuse(const staged_view& s) { return fuse(s, group(s)); }

} // namespace fluxpp::inline v0_1::graph

namespace fluxpp::inline v0_1::graph {

/// Offsets are multiples of this many elements.
inline constexpr long alignment = 16;

/// amount: a number of elements, fixed + per_batch * (the one symbol of the program).
struct amount {
  long fixed = 0;
  long per_batch = 0;
};

/// location: where a node's value lives; for the arena an offset, else an index or offset in its space.
struct location {
  graph::space space = space::arena;
  int index = 0;
  amount offset;
};

/// sizes_in_one_symbol(g, out): the element count of every shape, when each is a number or a number times one and the
/// same symbol; false when the program has other extents and is planned at run time.
constexpr bool sizes_in_one_symbol(const graph_view& g, amount* out) {
  int symbol = 0;
  for (int s = 0; s < g.count.shapes; ++s) {
    out[s] = {1, 0};
    for (int a = 0; a < g.shapes[s].rank; ++a) {
      int e = g.shapes[s][a];
      long factor = 1;
      if (e < 0 && g.extents[-1 - e].kind == extent_kind::product && g.extents[-1 - e].a >= 0) {
        factor = g.extents[-1 - e].a;
        e = g.extents[-1 - e].b;
      }
      if (e >= 0) {
        out[s] = {out[s].fixed * e, out[s].per_batch * e};
      } else if (g.extents[-1 - e].kind != extent_kind::symbol || (symbol != 0 && e != symbol) ||
                 out[s].per_batch != 0) {
        return false;
      } else {
        symbol = e;
        out[s] = {0, out[s].fixed * factor};
      }
    }
  }
  return true;
}

/// arena_allocator: size classes by powers of two with free lists; linear time, no search.
class arena_allocator {
public:
  constexpr arena_allocator(int nodes) {
    next_.assign(nodes, -1);
    for (int& h : head_) h = -1;
  }
  /// The offset of a block of n elements for this node.
  constexpr long take(int node, long n, list<long>& offset, list<long>& size) {
    n = (n + alignment - 1) / alignment * alignment;
    for (int c = size_class(n); c <= size_class(n) + 1 && c < classes; ++c) {
      const int block = head_[c];
      if (block < 0 || size[block] < n) continue;
      head_[c] = next_[block];
      size[node] = size[block];
      return offset[node] = offset[block];
    }
    size[node] = n;
    offset[node] = top_;
    top_ += n;
    return offset[node];
  }
  constexpr void release(int node, const list<long>& size) {
    const int c = size_class(size[node]);
    next_[node] = head_[c];
    head_[c] = node;
  }
  constexpr long top() const { return top_; }

private:
  static constexpr int classes = 48;
  static constexpr int size_class(long n) {
    int c = 0;
    while (n > 1 && c < classes - 1) n >>= 1, ++c;
    return c;
  }
  list<int> next_;
  int head_[classes]{};
  long top_ = 0;
};

/// placement: a location per node, and the sizes of the two parts of the workspace.
struct placement {
  list<location> of;
  list<double> constants;
  amount arena;
};

/// last_use[node]: the last step that reads a stored node; outputs are never released.
constexpr list<int> last_uses(const staged_view& s, const fused_view& f) {
  list<int> last;
  last.assign(s.g.count.nodes, -1);
  for (int id = 0; id < s.g.count.nodes; ++id) {
    if (f.step_of[id] < 0) continue;
    for (int i = 0; i < s.g[id].op->arity; ++i)
      if (const int a = s.g[id].args[i]; a >= 0) {
        int& l = last[owner(s.g, s.copied, a)];
        l = f.step_of[id] > l ? f.step_of[id] : l;
      }
  }
  for (int i = 0; i < s.g.count.outputs; ++i) last[owner(s.g, s.copied, s.g.outputs[i])] = f.step_count;
  return last;
}

constexpr void place_leaves(const staged_view& s, placement& p) {
  for (int id = 0; id < s.g.count.nodes; ++id) {
    const node& n = s.g[id];
    if (n.op->kind == kind::input) {
      const leaf& l = s.g.leaves[n.attr];
      p.of[id] = {l.space, l.index, {}};
    } else if (n.op->kind == kind::constant) {
      p.of[id] = {space::constant, p.constants.size(), {}};
      p.constants.push(n.value);
    }
  }
}

/// The nodes that are inputs of the call.
constexpr list<int> input_nodes(const graph_view& g) {
  list<int> inputs;
  for (int id = 0; id < g.count.nodes; ++id)
    if (g.kind_of(id) == kind::input) inputs.push(id);
  return inputs;
}

/// Whether node id may be written straight to its target: to a result always, over an input of the call only when no
/// later step reads that input, and its own loop reads it element by element. State changes when all steps are done, and
/// so do all inputs of a checked program.
constexpr bool writes_in_place(const staged_view& s, const fused_view& f, const list<int>& last,
                               const list<int>& inputs, int id, const target& to) {
  if (to.space == space::result) return true;
  if (s.checked || to.space == space::state || f.steps[f.step_of[id]].op != nullptr) return false;
  for (int in : inputs) {
    const leaf& l = s.g.leaves[s.g[in].attr];
    if (l.space == to.space && l.index == to.index && (last[in] > f.step_of[id] || s.g[in].shape != s.g[id].shape))
      return false;
  }
  return true;
}

/// Outputs with a target of their own; what cannot be written there at once stays in the arena, and is copied at the end.
constexpr void place_targets(const staged_view& s, const fused_view& f, const list<int>& last, placement& p,
                             list<bool>& fixed) {
  const list<int> inputs = input_nodes(s.g);
  for (int i = 0; i < s.g.count.outputs; ++i) {
    const int id = owner(s.g, s.copied, s.g.outputs[i]);
    const target& to = s.g.targets[i];
    if (to.space == space::arena || !writes_in_place(s, f, last, inputs, id, to)) continue;
    p.of[id] = {to.space, to.index, {}};
    fixed[id] = true;
  }
}

/// placer: gives the results of one step after the other a place in the arena, and takes back what no later step reads.
class placer {
public:
  constexpr placer(const staged_view& s, const fused_view& f, const amount* size, placement& p)
      : s_(s), f_(f), size_(size), p_(p), last_(last_uses(s, f)), fixed_part_(s.g.count.nodes),
        batch_part_(s.g.count.nodes), fixed_(s.g.count.nodes), passed_on_(s.g.count.nodes), offset_(s.g.count.nodes),
        block_(s.g.count.nodes) {
    place_targets(s, f, last_, p, fixed_);
    dying_.assign(f.step_count + 1, -1);
    dies_next_.assign(s.g.count.nodes, -1);
    reader_.assign(s.g.count.nodes, -1);
    twice_.assign(s.g.count.nodes, -1);
  }
  constexpr void operator()(int at) {
    const plan_step& step = f_.steps[at];
    find_free_operands(step, at);
    if (step.op != nullptr) store(step.node, at);
    for (int i = 0; i < step.outputs; ++i) store(f_.outputs[step.first_output + i], at);
    for (int id = dying_[at]; id >= 0; id = dies_next_[id])
      if (!passed_on_[id]) part_of(id).release(id, block_);
  }
  constexpr amount top() const { return {fixed_part_.top(), batch_part_.top()}; }

private:
  constexpr const amount& size(int id) const { return size_[s_.g[id].shape]; }
  constexpr arena_allocator& part_of(int id) { return size(id).per_batch > 0 ? batch_part_ : fixed_part_; }

  /// The operands whose place a result of the loop may take: read once, element by element, and never again.
  constexpr void find_free_operands(const plan_step& step, int at) {
    free_.shrink(0);
    for (int i = step.first_input; i < step.first_input + step.inputs; ++i) {
      const int id = f_.inputs[i].owner;
      (reader_[id] == at ? twice_ : reader_)[id] = at;
    }
    for (int i = step.first_input; i < step.first_input + step.inputs; ++i) {
      const auto [id, source] = f_.inputs[i];
      const amount &own = size(id), &whole = size_[step.shape];
      if (last_[id] == at && twice_[id] != at && s_.g[source].shape == step.shape && own.fixed == whole.fixed &&
          own.per_batch == whole.per_batch && p_.of[id].space == space::arena)
        free_.push(id);
    }
  }
  constexpr void store(int id, int at) {
    if (fixed_[id]) return;
    if (!free_.empty() && s_.g[id].shape == f_.steps[at].shape && s_.g.kind_of(id) != kind::reduction) {
      const int from = free_.pop();
      passed_on_[from] = true;
      offset_[id] = offset_[from], block_[id] = block_[from];
      p_.of[id].offset = p_.of[from].offset;
    } else if (const amount& n = size(id); n.per_batch > 0) {
      p_.of[id].offset = {-1, batch_part_.take(id, n.per_batch, offset_, block_)};
    } else {
      p_.of[id].offset = {fixed_part_.take(id, n.fixed, offset_, block_), 0};
    }
    const int until = last_[id] < at ? at : last_[id];
    dies_next_[id] = dying_[until];
    dying_[until] = id;
  }

  const staged_view& s_;
  const fused_view& f_;
  const amount* size_;
  placement& p_;
  list<int> last_;
  arena_allocator fixed_part_, batch_part_;
  list<bool> fixed_, passed_on_;
  list<long> offset_, block_;
  list<int> dying_, dies_next_;     ///< per step: the values it reads last, as chains
  list<int> reader_, twice_, free_; ///< per node: the last loop that reads it, that reads it in two ways
};

/// place(s, f, size): offsets such that nothing alive is overwritten. size has an amount per shape.
constexpr placement place(const staged_view& s, const fused_view& f, const amount* size) {
  placement p;
  p.of = list<location>(s.g.count.nodes);
  place_leaves(s, p);
  placer place_step(s, f, size, p);
  for (int at = 0; at < f.step_count; ++at) place_step(at);
  p.arena = place_step.top();
  return p;
}

} // namespace fluxpp::inline v0_1::graph

// A fused loop bound to memory, the part of it that one task runs, and how values are folded.
// Everything in simd: registers of numbers, their reductions and their elementary functions.

// A batch is a register of numbers that behaves like one number; a mask is a register of truths.

// What stands behind simd::batch: xsimd's registers where xsimd is found, single numbers where it is not.

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized" // g++ 12 warns inside its own AVX-512 intrinsics
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#if defined(__AVX__)
#include <immintrin.h>
#endif
#if !defined(FLUXPP_NO_XSIMD) && !defined(__CUDACC__) && __has_include(<xsimd/xsimd.hpp>)
#include <xsimd/xsimd.hpp>
#if !defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
#define FLUXPP_HAS_XSIMD 1
#endif
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace fluxpp::inline v0_1::simd {
/// An element is a number that a register holds several of.
template <class T> concept element = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// word<T>: the unsigned integer as wide as T.
template <element T> using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// registers: how many vector registers the target has.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int registers = 32;
#else
inline constexpr int registers = 16;
#endif

namespace backend {
#if defined(FLUXPP_HAS_XSIMD)
template <class T> using vector = xsimd::batch<T>;
template <class T> using vector_mask = xsimd::batch_bool<T>;
template <class T> using native = typename xsimd::batch<T>::register_type;
template <class T> inline constexpr int lanes = static_cast<int>(xsimd::batch<T>::size);

template <class T> vector<T> load(const T* from) { return vector<T>::load_unaligned(from); }
template <class T> void store(T* to, vector<T> v) { v.store_unaligned(to); }
template <class T> vector<T> blend(vector_mask<T> m, vector<T> a, vector<T> b) { return xsimd::select(m, a, b); }
template <class T> bool any(vector_mask<T> m) { return xsimd::any(m); }
template <class T> vector<T> root(vector<T> v) { return xsimd::sqrt(v); }
template <class T> vector<T> magnitude(vector<T> v) { return xsimd::abs(v); }
template <class T> vector<T> round_down(vector<T> v) { return xsimd::floor(v); }
template <class T> vector<T> round_even(vector<T> v) { return xsimd::nearbyint(v); }
#else
template <class T> using vector = T;
template <class T> using vector_mask = bool;
template <class T> using native = T;
template <class T> inline constexpr int lanes = 1;

template <class T> T load(const T* from) { return *from; }
template <class T> void store(T* to, std::type_identity_t<T> v) { *to = v; }
template <class T> T blend(bool m, T a, T b) { return m ? a : b; }
template <class T> bool any(bool m) { return m; }
template <class T> T root(T v) { return std::sqrt(v); }
template <class T> T magnitude(T v) { return std::abs(v); }
template <class T> T round_down(T v) { return std::floor(v); }
template <class T> T round_even(T v) { return std::nearbyint(v); }
#endif

/// negated(v): v with its sign bits flipped. xsimd's `0 - v` turns 0 into 0, and lets g++ contract products that other
/// lines rely on.
template <class T> vector<T> negated(vector<T> v) {
  using bits = vector<word<T>>;
  constexpr word<T> sign = word<T>{1} << (8 * sizeof(T) - 1);
  return std::bit_cast<vector<T>>(static_cast<bits>(std::bit_cast<bits>(v) ^ bits(sign)));
}

struct no_register {};

// fused(a, b, c), fused_negative(a, b, c): c + a b and c - a b with one rounding, for every register that can.
no_register fused(no_register, no_register, no_register);
no_register fused_negative(no_register, no_register, no_register);
#if defined(__AVX512F__)
inline __m512 fused(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
inline __m512d fused(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
inline __m512 fused_negative(__m512 a, __m512 b, __m512 c) { return _mm512_fnmadd_ps(a, b, c); }
inline __m512d fused_negative(__m512d a, __m512d b, __m512d c) { return _mm512_fnmadd_pd(a, b, c); }
#endif
#if defined(__FMA__)
inline __m256 fused(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
inline __m256d fused(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
inline __m256 fused_negative(__m256 a, __m256 b, __m256 c) { return _mm256_fnmadd_ps(a, b, c); }
inline __m256d fused_negative(__m256d a, __m256d b, __m256d c) { return _mm256_fnmadd_pd(a, b, c); }
inline __m128 fused(__m128 a, __m128 b, __m128 c) { return _mm_fmadd_ps(a, b, c); }
inline __m128d fused(__m128d a, __m128d b, __m128d c) { return _mm_fmadd_pd(a, b, c); }
inline __m128 fused_negative(__m128 a, __m128 b, __m128 c) { return _mm_fnmadd_ps(a, b, c); }
inline __m128d fused_negative(__m128d a, __m128d b, __m128d c) { return _mm_fnmadd_pd(a, b, c); }
#elif defined(__aarch64__) && defined(__ARM_NEON)
inline float32x4_t fused(float32x4_t a, float32x4_t b, float32x4_t c) { return vfmaq_f32(c, a, b); }
inline float64x2_t fused(float64x2_t a, float64x2_t b, float64x2_t c) { return vfmaq_f64(c, a, b); }
inline float32x4_t fused_negative(float32x4_t a, float32x4_t b, float32x4_t c) { return vfmsq_f32(c, a, b); }
inline float64x2_t fused_negative(float64x2_t a, float64x2_t b, float64x2_t c) { return vfmsq_f64(c, a, b); }
#endif
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(FP_FAST_FMA)
inline float fused(float a, float b, float c) { return std::fma(a, b, c); }
inline double fused(double a, double b, double c) { return std::fma(a, b, c); }
inline float fused_negative(float a, float b, float c) { return std::fma(-a, b, c); }
inline double fused_negative(double a, double b, double c) { return std::fma(-a, b, c); }
#endif

template <class T> concept fusible = requires(native<T> v) { fused(v, v, v); };

// scaled(x, n): x 2^n. exponent_of(x), mantissa_of(x): floor(log2 x), and x 2^-floor(log2 x).
no_register scaled(no_register, no_register);
no_register exponent_of(no_register);
no_register mantissa_of(no_register);
#if defined(__AVX512F__)
inline __m512 scaled(__m512 x, __m512 n) { return _mm512_scalef_ps(x, n); }
inline __m512d scaled(__m512d x, __m512d n) { return _mm512_scalef_pd(x, n); }
inline __m512 exponent_of(__m512 x) { return _mm512_getexp_ps(x); }
inline __m512d exponent_of(__m512d x) { return _mm512_getexp_pd(x); }
inline __m512 mantissa_of(__m512 x) { return _mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src); }
inline __m512d mantissa_of(__m512d x) { return _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src); }
#endif

// clamped(x, a, b): x within [a, b]; NaN stays NaN, since the x86 instructions return their second operand then.
no_register clamped(no_register, no_register, no_register);
#if defined(__AVX512F__)
inline __m512 clamped(__m512 x, __m512 a, __m512 b) { return _mm512_min_ps(b, _mm512_max_ps(a, x)); }
inline __m512d clamped(__m512d x, __m512d a, __m512d b) { return _mm512_min_pd(b, _mm512_max_pd(a, x)); }
#endif
#if defined(__AVX__)
inline __m256 clamped(__m256 x, __m256 a, __m256 b) { return _mm256_min_ps(b, _mm256_max_ps(a, x)); }
inline __m256d clamped(__m256d x, __m256d a, __m256d b) { return _mm256_min_pd(b, _mm256_max_pd(a, x)); }
#endif

// Loads and stores of the first n lanes that touch no other memory, for every register that can.
no_register load_some(const no_register*, int, no_register);
void store_some(no_register*, int, no_register);
#if defined(__AVX512F__)
inline __m512 load_some(const float* p, int n, __m512) { return _mm512_maskz_loadu_ps(__mmask16((1u << n) - 1), p); }
inline __m512d load_some(const double* p, int n, __m512d) { return _mm512_maskz_loadu_pd(__mmask8((1u << n) - 1), p); }
inline void store_some(float* p, int n, __m512 v) { _mm512_mask_storeu_ps(p, __mmask16((1u << n) - 1), v); }
inline void store_some(double* p, int n, __m512d v) { _mm512_mask_storeu_pd(p, __mmask8((1u << n) - 1), v); }
#endif
#if defined(__AVX__)
template <class T> __m256i first_lanes(int n) {
  alignas(64) static constexpr word<T> bits[64 / sizeof(T)] = {~word<T>{},
                                                               ~word<T>{},
                                                               ~word<T>{},
                                                               ~word<T>{},
                                                               sizeof(T) == 4 ? ~word<T>{} : 0,
                                                               sizeof(T) == 4 ? ~word<T>{} : 0,
                                                               sizeof(T) == 4 ? ~word<T>{} : 0,
                                                               sizeof(T) == 4 ? ~word<T>{} : 0};
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits + 32 / static_cast<int>(sizeof(T)) - n));
}
inline __m256 load_some(const float* p, int n, __m256) { return _mm256_maskload_ps(p, first_lanes<float>(n)); }
inline __m256d load_some(const double* p, int n, __m256d) { return _mm256_maskload_pd(p, first_lanes<double>(n)); }
inline void store_some(float* p, int n, __m256 v) { _mm256_maskstore_ps(p, first_lanes<float>(n), v); }
inline void store_some(double* p, int n, __m256d v) { _mm256_maskstore_pd(p, first_lanes<double>(n), v); }
#endif

/// in_register(v): v, which g++ may not take for a value that it can as well read again from memory at each use.
template <class T> vector<T> in_register(vector<T> v) {
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
  auto r = static_cast<native<T>>(v);
  asm("" : "+v"(r));
  return vector<T>(r);
#else
  return v;
#endif
}

template <class T> concept maskable = requires(T* p, native<T> v) { store_some(p, 1, v); };
} // namespace backend
} // namespace fluxpp::inline v0_1::simd

namespace fluxpp::inline v0_1::simd {
/// mask<T>: the lane-wise truths that comparing two batches yields.
template <element T> struct mask {
  backend::vector_mask<T> raw;

  mask() = default;
  mask(bool all) : raw(all) {}
  static mask wrap(backend::vector_mask<T> v) {
    mask m;
    m.raw = v;
    return m;
  }

  friend mask operator&(mask a, mask b) { return wrap(a.raw & b.raw); }
  friend mask operator|(mask a, mask b) { return wrap(a.raw | b.raw); }
  friend mask operator!(mask a) { return wrap(!a.raw); }
  friend bool any(mask a) { return backend::any<T>(a.raw); }
  friend bool all(mask a) { return !backend::any<T>(!a.raw); }
};

/// batch<T>(x): `size` numbers of type T, all equal to x; without an argument, not yet set.
template <element T> struct batch {
  using value_type = T;
  static constexpr int size = backend::lanes<T>;
  backend::vector<T> raw;

  batch() = default;
  batch(T x) : raw(x) {}
  static batch wrap(backend::vector<T> v) {
    batch b;
    b.raw = v;
    return b;
  }

  /// batch::load(from): `size` numbers at any alignment.
  static batch load(const T* from) { return wrap(backend::load(from)); }
  void store(T* to) const { backend::store(to, raw); }

  /// batch::load_first(from, n): n numbers, 0 <= n <= size, and zeros; nothing beyond them is read.
  static batch load_first(const T* from, int n) {
    using native = backend::native<T>;
    if constexpr (backend::maskable<T>) return wrap(backend::load_some(from, n, native(batch(T(0)).raw)));
    T lanes[size] = {};
    for (int i = 0; i < n; ++i) lanes[i] = from[i];
    return load(lanes);
  }

  /// b.store_first(to, n): writes the first n lanes, 0 <= n <= size, and nothing else.
  void store_first(T* to, int n) const {
    if constexpr (backend::maskable<T>) return backend::store_some(to, n, backend::native<T>(raw));
    T lanes[size];
    store(lanes);
    for (int i = 0; i < n; ++i) to[i] = lanes[i];
  }

  /// batch::iota(): the lane numbers 0, 1, ... size - 1.
  static batch iota() {
    static constexpr T numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return load(numbers);
  }

  /// b.get(i): the number in lane i; slow, for tests and tails.
  T get(int i) const {
    T lanes[size];
    store(lanes);
    return lanes[i];
  }

  friend batch operator+(batch a, batch b) { return wrap(a.raw + b.raw); }
  friend batch operator-(batch a, batch b) { return wrap(a.raw - b.raw); }
  friend batch operator*(batch a, batch b) { return wrap(a.raw * b.raw); }
  friend batch operator/(batch a, batch b) { return wrap(a.raw / b.raw); }
  friend batch operator-(batch a) { return wrap(backend::negated<T>(a.raw)); }
  batch& operator+=(batch b) { return *this = *this + b; }
  batch& operator-=(batch b) { return *this = *this - b; }
  batch& operator*=(batch b) { return *this = *this * b; }
  batch& operator/=(batch b) { return *this = *this / b; }

  friend mask<T> operator<(batch a, batch b) { return mask<T>::wrap(a.raw < b.raw); }
  friend mask<T> operator<=(batch a, batch b) { return mask<T>::wrap(a.raw <= b.raw); }
  friend mask<T> operator>(batch a, batch b) { return mask<T>::wrap(b.raw < a.raw); }
  friend mask<T> operator>=(batch a, batch b) { return mask<T>::wrap(b.raw <= a.raw); }
  friend mask<T> operator==(batch a, batch b) { return mask<T>::wrap(a.raw == b.raw); }
  friend mask<T> operator!=(batch a, batch b) { return !(a == b); } // xsimd 8.1's own is false for NaN on AVX
};

/// select(m, a, b): a where m holds, else b.
template <class T> batch<T> select(mask<T> m, std::type_identity_t<batch<T>> a, std::type_identity_t<batch<T>> b) {
  return batch<T>::wrap(backend::blend<T>(m.raw, a.raw, b.raw));
}

/// fused<T>: whether fma rounds once on this target.
template <element T> inline constexpr bool fused = backend::fusible<T>;

/// fma(a, b, c): a b + c, rounded once where the machine can (`fused<T>`), twice elsewhere.
template <class T> batch<T> fma(batch<T> a, std::type_identity_t<batch<T>> b, std::type_identity_t<batch<T>> c) {
  using native = backend::native<T>;
  if constexpr (fused<T>) return batch<T>::wrap(backend::fused(native(a.raw), native(b.raw), native(c.raw)));
  else return a * b + c;
}

/// fnma(a, b, c): c - a b, rounded as fma is.
template <class T> batch<T> fnma(batch<T> a, std::type_identity_t<batch<T>> b, std::type_identity_t<batch<T>> c) {
  using native = backend::native<T>;
  if constexpr (fused<T>) return batch<T>::wrap(backend::fused_negative(native(a.raw), native(b.raw), native(c.raw)));
  else return c - a * b;
}

/// in_register(v): v, held in a register rather than read again from memory at each use (a hint, for g++).
template <class T> batch<T> in_register(batch<T> v) { return batch<T>::wrap(backend::in_register<T>(v.raw)); }

/// keep_first(v, n, fill): v with every lane from n on replaced by fill.
template <class T> batch<T> keep_first(batch<T> v, int n, std::type_identity_t<batch<T>> fill) {
  return select(batch<T>::iota() < batch<T>(static_cast<T>(n)), v, fill);
}

/// apply_operation(op, x...): an elementwise operation on batches is its `forward`; so operation objects take them.
template <class Op, class T, class... More>
requires(std::is_same_v<batch<T>, More>&&...) batch<T> apply_operation(Op, batch<T> x, More... more) {
  return Op::forward(x, more...);
}
} // namespace fluxpp::inline v0_1::simd

// Exponentials and logarithms of a batch; polynomials are minimax (Remez), their relative errors given in bits.

// The parts that elementary functions are made of: bits of a number, powers of two, polynomials, exact products.

namespace fluxpp::inline v0_1::simd {
/// words<T>: the bit patterns of a batch<T>.
template <element T> using words = backend::vector<word<T>>;

template <element T> inline constexpr int fraction_bits = std::numeric_limits<T>::digits - 1;
template <element T> inline constexpr int exponent_bias = std::numeric_limits<T>::max_exponent - 1;
template <element T> inline constexpr word<T> sign_bit = word<T>{1} << (8 * sizeof(T) - 1);
template <element T> inline constexpr T infinity = std::numeric_limits<T>::infinity();
template <element T> inline constexpr T not_a_number = std::numeric_limits<T>::quiet_NaN();

template <class T> words<T> to_words(batch<T> x) { return std::bit_cast<words<T>>(x.raw); }
template <class T> batch<T> from_words(words<T> w) { return batch<T>::wrap(std::bit_cast<backend::vector<T>>(w)); }

/// abs(x), sqrt(x), floor(x): exact, or correctly rounded, by the machine.
template <class T> batch<T> abs(batch<T> x) { return batch<T>::wrap(backend::magnitude<T>(x.raw)); }
template <class T> batch<T> sqrt(batch<T> x) { return batch<T>::wrap(backend::root<T>(x.raw)); }
template <class T> batch<T> floor(batch<T> x) { return batch<T>::wrap(backend::round_down<T>(x.raw)); }

/// clamp(x, low, high): x between two bounds; NaN stays NaN.
template <class T> batch<T> clamp(batch<T> x, T low, T high) {
  using native = backend::native<T>;
  const batch<T> a(low), b(high);
  if constexpr (requires(native v) { backend::clamped(v, v, v); })
    return batch<T>::wrap(backend::clamped(native(x.raw), native(a.raw), native(b.raw)));
  else return select(x < a, a, select(x > b, b, x));
}

/// nearest(x): the nearest integer, even on a tie.
template <class T> batch<T> nearest(batch<T> x) { return batch<T>::wrap(backend::round_even<T>(x.raw)); }

/// copysign(x, s): the magnitude of x with the sign of s, that of zeros and NaNs included.
template <class T> batch<T> copysign(batch<T> x, std::type_identity_t<batch<T>> s) {
  const words<T> sign(sign_bit<T>), rest(static_cast<word<T>>(~sign_bit<T>));
  return from_words<T>((to_words(x) & rest) | (to_words(s) & sign));
}

/// horner(x, c...): the polynomial with coefficients c, that of the highest power first.
template <class T, class... Coefficient> batch<T> horner(batch<T> x, T first, Coefficient... rest) {
  batch<T> p(first);
  ((p = fma(p, x, batch<T>(rest))), ...);
  return p;
}

/// integer_words(n): words whose low bits are the integer n, |n| < 2^(fraction_bits - 2).
template <class T> words<T> integer_words(batch<T> n, int add = 0) {
  constexpr T one_and_a_half = static_cast<T>(word<T>{3} << (fraction_bits<T> - 1));
  return to_words(n + batch<T>(one_and_a_half + static_cast<T>(add)));
}

/// power_of_two(n): 2^n for an integer n, where 2^n is a normal number.
template <class T> batch<T> power_of_two(batch<T> n) {
  return from_words<T>(integer_words(n, exponent_bias<T>) << fraction_bits<T>);
}

/// scale(x, n): x 2^n for an integer n with |n| < 2 exponent_bias, rounded once, overflow and underflow included.
template <class T> batch<T> scale(batch<T> x, batch<T> n) {
  using native = backend::native<T>;
  if constexpr (requires(native v) { backend::scaled(v, v); })
    return batch<T>::wrap(backend::scaled(native(x.raw), native(n.raw)));
  else {
    const batch<T> half = floor(n * T(0.5));
    return x * power_of_two(half) * power_of_two(n - half);
  }
}

/// binary<T>: a number as mantissa * 2^exponent.
template <element T> struct binary { batch<T> mantissa, exponent; };

/// split(x): x = mantissa 2^exponent, the mantissa from sqrt(1/2) to sqrt(2), for finite x > 0, even subnormal ones.
template <class T> binary<T> split(batch<T> x) {
  using native = backend::native<T>;
  if constexpr (requires(native v) { backend::exponent_of(v); }) {
    const auto m = batch<T>::wrap(backend::mantissa_of(native(x.raw))); // in [1, 2)
    const auto e = batch<T>::wrap(backend::exponent_of(native(x.raw)));
    const mask<T> upper = m > T(1.4142135623730951);
    return {select(upper, m * T(0.5), m), select(upper, e + T(1), e)};
  } else {
    const mask<T> subnormal = x < std::numeric_limits<T>::min();
    constexpr T lift = static_cast<T>(word<T>{1} << fraction_bits<T>);
    constexpr word<T> one = std::bit_cast<word<T>>(T(1)), low = std::bit_cast<word<T>>(T(0.70710678118654752));
    constexpr word<T> fraction = (word<T>{1} << fraction_bits<T>)-1;
    const words<T> w = to_words(select(subnormal, x * lift, x)) + words<T>(one - low);
    const words<T> biased = (w >> fraction_bits<T>) | words<T>(std::bit_cast<word<T>>(lift));
    const batch<T> e = from_words<T>(biased) - (lift + T(exponent_bias<T>));
    return {from_words<T>((w & words<T>(fraction)) + words<T>(low)), select(subnormal, e - T(fraction_bits<T>), e)};
  }
}

/// sum_of_two<T>: a number hi + lo of about twice the precision, |lo| far below |hi|.
template <element T> struct sum_of_two { batch<T> hi, lo; };

/// two_sum(a, b): a + b exactly, where |a| >= |b| or a = 0 (Dekker 1971).
template <class T> sum_of_two<T> two_sum(batch<T> a, batch<T> b) {
  const batch<T> s = a + b;
  return {s, b - (s - a)};
}

/// two_product(a, b): a b exactly, barring underflow (Dekker 1971 where the machine has no fused multiply-add). The
/// product has a use that is no sum, so a compiler cannot contract it into a later one and count `lo` twice.
template <class T> sum_of_two<T> two_product(batch<T> a, batch<T> b) {
  const batch<T> p = a * b;
  if constexpr (fused<T>) return {p, fma(a, b, -p)};
  else {
    const words<T> upper(static_cast<word<T>>(~word<T>{0} << (fraction_bits<T> + 2) / 2));
    const batch<T> a_hi = from_words<T>(to_words(a) & upper), b_hi = from_words<T>(to_words(b) & upper);
    const batch<T> a_lo = a - a_hi, b_lo = b - b_hi;
    return {p, ((a_hi * b_hi - p) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo};
  }
}

/// lane_by_lane(f, x, y...): f of each lane in turn; the slow way out for arguments beyond a function's reduction.
template <class Function, class T, class... More> batch<T> lane_by_lane(Function f, batch<T> x, More... more) {
  T result[batch<T>::size];
  for (int i = 0; i < batch<T>::size; ++i) result[i] = f(x.get(i), more.get(i)...);
  return batch<T>::load(result);
}
} // namespace fluxpp::inline v0_1::simd

namespace fluxpp::inline v0_1::simd {
/// range<T>: where e^x leaves the numbers: at `low` it is 0, at `high` infinite, and e^x - 1 is -1 at `minus_one`.
template <element T> struct range { static constexpr T low = -104, high = 89, minus_one = -18; };
template <> struct range<double> { static constexpr double low = -746, high = 710, minus_one = -38; };

/// ln2<T>: ln 2 = hi + lo, hi so short that its product with an exponent is exact.
template <element T> struct ln2 { static constexpr T hi = 0.693145751953125f, lo = 1.428606765330187e-06f; };
template <> struct ln2<double> { static constexpr double hi = 0.6931471805601177, lo = -1.7239444525614835e-13; };

/// exp_minus_one_near_zero(r): e^r - 1 for |r| <= ln(2) / 2; 2^-25.8 in float, 2^-60 in double.
template <class T> batch<T> exp_minus_one_near_zero(batch<T> r) {
  if constexpr (sizeof(T) == 4)
    return fma(r * r, horner(r, 0.00138826517f, 0.00836665463f, 0.0416672006f, 0.16666542f, 0.49999997f), r);
  else
    return fma(r * r,
               horner(r, 2.0875140903596091e-09, 2.5109196635881917e-08, 2.7557403870537628e-07, 2.7557243799636755e-06,
                      2.4801587170380339e-05, 0.00019841269886481939, 0.0013888888888963823, 0.0083333333333215111,
                      0.041666666666666505, 0.16666666666666677, 0.5),
               r);
}

/// reduced<T>: x = n ln 2 + r with |r| <= ln(2) / 2.
template <element T> struct reduced { batch<T> n, r; };
template <class T> reduced<T> remove_ln2(batch<T> x, batch<T> tail = T(0)) {
  const batch<T> n = nearest(x * T(1.4426950408889634));
  return {n, fnma(n, ln2<T>::lo, fnma(n, ln2<T>::hi, x)) + tail};
}

/// exp_scaled(x, k): 2^k e^x for x within `range`; the power never overflows before the product does.
template <class T> batch<T> exp_scaled(batch<T> x, T k) {
  const auto [n, r] = remove_ln2(x);
  return scale(exp_minus_one_near_zero(r) + T(1), n + k);
}

/// exp(x): e^x.
/// accuracy 1 ulp
template <class T> batch<T> exp(batch<T> x) { return exp_scaled(clamp(x, range<T>::low, range<T>::high), T(0)); }

/// exp2(x): 2^x.
/// accuracy 1 ulp
template <class T> batch<T> exp2(batch<T> x) {
  const T limit = T(exponent_bias<T> + fraction_bits<T> + 4);
  const batch<T> y = clamp(x, -limit, limit), n = nearest(y);
  return scale(exp_minus_one_near_zero((y - n) * T(0.69314718055994531)) + T(1), n);
}

/// exp_minus_one(x): e^x - 1 for x within [minus_one, high]; expm1 but for the sign of zero.
template <class T> batch<T> exp_minus_one(batch<T> x) {
  const auto [n, r] = remove_ln2(x);
  const batch<T> half_power = power_of_two(n - T(1)); // 2^n itself may overflow
  return T(2) * fma(half_power, exp_minus_one_near_zero(r), half_power - T(0.5));
}

/// expm1(x): e^x - 1, as precise near 0 as elsewhere.
/// accuracy 2 ulp
template <class T> batch<T> expm1(batch<T> x) {
  const mask<T> tiny = abs(x) < std::numeric_limits<T>::epsilon() / 4;
  return select(tiny, x, exp_minus_one(clamp(x, range<T>::minus_one, range<T>::high)));
}

/// log_rest(f, h): log(1 + f) - f + h, where h = f^2 / 2 and 1 + f is within [sqrt(1/2), sqrt(2)]; 2^-27 and 2^-58.
/// source   the double form: P. T. P. Tang 1990, Table-driven implementation of the logarithm, with s = f / (2 + f)
template <class T> batch<T> log_rest(batch<T> f, batch<T> h) {
  if constexpr (sizeof(T) == 4)
    return f * f * f *
           horner(f, -0.0763481855f, 0.12761867f, -0.131601766f, 0.142017096f, -0.16623354f, 0.200012296f,
                  -0.250008225f, 0.333333313f);
  else {
    const batch<T> s = f / (f + T(2)), z = s * s;
    const batch<T> p = horner(z, 0.073979936709303501, 0.076570238078121744, 0.090917821983583974, 0.11111099286499843,
                              0.14285714371186853, 0.19999999999707416, 0.3333333333333367);
    return s * fma(z * T(2), p, h);
  }
}

/// with_limits_of_log(y, x): y where x is positive and finite; else -inf at 0, inf at inf, NaN below 0 and at NaN.
template <class T> batch<T> with_limits_of_log(batch<T> y, batch<T> x) {
  const batch<T> limit = select(x == T(0), -infinity<T>, select(x > T(0), x, not_a_number<T>));
  return select((x > T(0)) & (x < infinity<T>), y, limit);
}

/// log_of(x, tail): log(x) + tail, with log's own values at 0, infinity and below zero.
template <class T> batch<T> log_of(batch<T> x, batch<T> tail) {
  const auto [m, e] = split(x);
  const batch<T> f = m - T(1), h = f * f * T(0.5);
  const batch<T> low = fma(e, ln2<T>::lo, log_rest(f, h) + tail);
  return with_limits_of_log(fma(e, ln2<T>::hi, f - (h - low)), x);
}

/// log(x): natural logarithm; -inf at 0, NaN below.
/// accuracy 1 ulp
template <class T> batch<T> log(batch<T> x) { return log_of(x, batch<T>(T(0))); }

/// log1p(x): log(1 + x), as precise near 0 as elsewhere.
/// accuracy 1 ulp
template <class T> batch<T> log1p(batch<T> x) {
  const batch<T> u = x + T(1);
  const batch<T> lost = (x - (u - T(1))) / u; // what rounding took from 1 + x
  return select((x == T(0)) | (x == infinity<T>), x, log_of(u, select(u > T(0), lost, T(0))));
}

/// log2(x): logarithm to base 2; exact at powers of two.
/// accuracy 2 ulp
template <class T> batch<T> log2(batch<T> x) {
  constexpr T hi = T(1.4426950408889634), lo = sizeof(T) == 4 ? T(1.9259630335000111e-08) : T(2.0355273740931033e-17);
  const auto [m, e] = split(x);
  const batch<T> f = m - T(1), h = f * f * T(0.5);
  const auto product = two_product(f, batch<T>(hi));
  return with_limits_of_log(e + (product.hi + fma(log_rest(f, h) - h, hi, fma(f, lo, product.lo))), x);
}
} // namespace fluxpp::inline v0_1::simd

// Hyperbolic functions and the error function of a batch.

namespace fluxpp::inline v0_1::simd {
/// half_exp(x): e^x / 2 for x >= 0; finite as long as the result is.
template <class T> batch<T> half_exp(batch<T> x) {
  constexpr T high = range<T>::high + 1;
  return exp_scaled(select(x > high, high, x), T(-1));
}

/// sinh(x): hyperbolic sine.
/// accuracy 2 ulp
template <class T> batch<T> sinh(batch<T> x) {
  const batch<T> size = abs(x), z = x * x, half = half_exp(size);
  batch<T> p; // 2^-27 and 2^-56 on [0, 1]
  if constexpr (sizeof(T) == 4) p = horner(z, 2.81694861e-06f, 0.000198361609f, 0.0083333496f, 0.166666672f);
  else
    p = horner(z, 7.7587447068068404e-13, 1.6057259912642321e-10, 2.5052123134791762e-08, 2.7557319157084198e-06,
               0.00019841269841431835, 0.0083333333333331476, 0.16666666666666669);
  return select(size > T(1), copysign(half - T(0.25) / half, x), fma(x * z, p, x));
}

/// cosh(x): hyperbolic cosine.
/// accuracy 2 ulp
template <class T> batch<T> cosh(batch<T> x) {
  const batch<T> half = half_exp(abs(x));
  return half + T(0.25) / half;
}

/// tanh(x): hyperbolic tangent.
/// accuracy 2 ulp
template <class T> batch<T> tanh(batch<T> x) {
  const batch<T> size = abs(x), twice = size + size, bound = T(44);
  const batch<T> t = exp_minus_one(select(twice > bound, bound, twice)); // tanh = t / (t + 2), t = e^2x - 1
  const batch<T> d = t + T(2), inverse = T(1) / d;
  const batch<T> y = fused<T> ? t * inverse : t / d;
  const batch<T> rest = fused<T> ? fnma(y, d, t) : batch<T>(T(0)), lost = t - (d - T(2)); // by rounding y, and d
  return copysign(fma(fnma(y, lost, rest), inverse, y), x);
}

/// erf(x): the error function.
/// accuracy 2 ulp
template <class T> batch<T> erf(batch<T> x) {
  constexpr T one = sizeof(T) == 4 ? T(3.93) : T(5.93); // erf is 1 from here on
  const batch<T> size = abs(x), a = select(size > one, one, size), z = x * x;
  batch<T> inner, outer; // erf(x) / x - 1 on [0, 1], 2^-28 and 2^-56; log(1 - erf(a)) above, 2^-28 and 2^-57
  if constexpr (sizeof(T) == 4) {
    inner = horner(z, 7.85369702e-05f, -0.000801014714f, 0.00518832263f, -0.0268538091f, 0.112835854f, -0.37612626f,
                   0.128379166f);
    outer = horner(a, -1.73692388e-05f, 0.00038444961f, -0.00389334606f, 0.0242916625f, -0.106847361f, -0.634789884f,
                   -1.1287303f, -3.39080862e-06f);
  } else {
    inner = horner(z, 5.9452446394450202e-11, -1.1365656625852883e-09, 1.4657877623690562e-08, -1.635002492120942e-07,
                   1.6460972791197726e-06, -1.4925593505441465e-05, 0.00012055331036846241, -0.00085483269787409437,
                   0.005223977624780848, -0.026866170645072893, 0.11283791670954857, -0.37612638903183748,
                   0.12837916709551259);
    outer = horner(a, 5.8701523626991274e-17, -4.634665713389927e-15, 1.7324485494135385e-13, -4.0784948569426277e-12,
                   6.7848551674078452e-11, -8.4814751897931189e-10, 8.2679871612252893e-09, -6.4343131802066716e-08,
                   4.0547375558950122e-07, -2.082648089171567e-06, 8.7004948974834318e-06, -2.9106034807673571e-05,
                   7.4542230204168464e-05, -0.00012665132969755301, 4.2366622193479708e-05, 0.0005321514779173831,
                   -0.0016600738828540364, 0.00019487989112893764, 0.019129835333880598, -0.10277034616739787,
                   -0.63662130228272207, -1.1283787179516882, -5.4300615908437804e-08);
  }
  const batch<T> tail = T(1) - exp_scaled(outer, T(0));
  return select(size < T(1), fma(x, inner, x), copysign(tail, x));
}
} // namespace fluxpp::inline v0_1::simd

// Powers and cube roots of a batch.

namespace fluxpp::inline v0_1::simd {
/// log_in_two(x): log(x) as a sum of two numbers, to 2^-36 in float and 2^-68 in double, for finite x > 0.
/// source   log(m) = 2 atanh(s) with s = (m - 1) / (m + 1); products and sums after Dekker 1971
template <class T> sum_of_two<T> log_in_two(batch<T> x) {
  const auto [m, e] = split(x);
  const batch<T> f = m - T(1), d = m + T(1), d_lo = m - (d - T(1)), inverse = T(1) / d;
  const batch<T> s = f * inverse;
  const auto sd = two_product(s, d);
  const batch<T> s_lo = (((f - sd.hi) - sd.lo) - s * d_lo) * inverse;
  const auto zz = two_product(s, s);
  const batch<T> z = zz.hi, z_lo = fma(s + s, s_lo, zz.lo);
  batch<T> p;
  if constexpr (sizeof(T) == 4) p = horner(z, 0.117093861f, 0.142735615f, 0.200000763f);
  else
    p = horner(z, 0.059727524897553744, 0.058402747990472889, 0.066680023005244865, 0.076922829955331992,
               0.090909093590149759, 0.11111111109489569, 0.14285714285719012, 0.19999999999999996);
  constexpr T third = T(1.0 / 3), third_lo = sizeof(T) == 4 ? T(-9.9341077586245774e-09) : T(1.8503717077085941e-17);
  const auto c = two_sum(batch<T>(third), z * p); // atanh(s) = s + s z c
  const auto u = two_product(z, c.hi);
  const batch<T> u_lo = u.lo + fma(z, c.lo + third_lo, z_lo * c.hi);
  const auto v = two_product(s, u.hi);
  const batch<T> v_lo = v.lo + fma(s, u_lo, s_lo * u.hi);
  const auto a = two_sum(s, v.hi);
  const auto sum = two_sum(e * ln2<T>::hi, a.hi + a.hi);
  return {sum.hi, sum.lo + fma(e, ln2<T>::lo, T(2) * (a.lo + (s_lo + v_lo)))};
}

/// pow_of_magnitude(x, y): x^y for x >= 0, x and y being anything else but 1 and 0.
template <class T> batch<T> pow_of_magnitude(batch<T> x, batch<T> y) {
  const auto [hi, lo] = log_in_two(x);
  const batch<T> log_x = select(x == T(0), -infinity<T>, select(x < infinity<T>, hi, x));
  const auto p = two_product(y, log_x);
  constexpr T limit = T(1.4) * range<T>::high; // past over- and underflow, where the low part has become NaN
  const batch<T> tail = select(abs(p.hi) < limit, fma(y, lo, p.lo), T(0));
  const auto [n, r] = remove_ln2(clamp(p.hi, -limit, limit), tail);
  return scale(exp_minus_one_near_zero(r) + T(1), n);
}

/// pow(x, y): x to the power y, with C's values at zeros, infinities, NaNs and for negative x.
/// accuracy 2 ulp
template <class T> batch<T> pow(batch<T> x, std::type_identity_t<batch<T>> y) {
  const batch<T> size = abs(x), half = y * T(0.5);
  const mask<T> whole = floor(y) == y, odd = whole & (floor(half) != half);
  const batch<T> p = select(size == T(1), T(1), pow_of_magnitude(size, y));
  const batch<T> with_sign = select(odd, copysign(p, x), p);
  const batch<T> real = select((x < T(0)) & !whole & (size < infinity<T>), not_a_number<T>, with_sign);
  return select((y == T(0)) | (x == T(1)), T(1), select(y != y, y, real));
}

/// cbrt(x): the real cube root.
/// accuracy 1 ulp
template <class T> batch<T> cbrt(batch<T> x) {
  const batch<T> size = abs(x);
  const auto [m, e] = split(size);
  const batch<T> third = nearest(e * T(1.0 / 3)), rest = e - T(3) * third; // -1, 0 or 1
  const batch<T> a = m * power_of_two(rest);
  batch<T> w; // a^(-1/3), to 12 bits, then 24, then 48
  if constexpr (sizeof(T) == 4) w = horner(m, -0.15854378f, 0.713353992f, -1.28574622f, 1.73071456f);
  else
    w = horner(m, 0.12836049527453922, -0.70235142878911505, 1.5612552373314277, -1.8617997240464168,
               1.8745120249068443);
  w *= select(rest == T(0), T(1), select(rest > T(0), T(0.79370052598409974), T(1.2599210498948732)));
  for (int i = 0; i < (sizeof(T) == 4 ? 1 : 2); ++i) w = fma(w * T(1.0 / 3), fnma(a * w, w * w, T(1)), w);
  const batch<T> y = a * w * w;
  const batch<T> root = fma(fnma(y * y, y, a), w * w * T(1.0 / 3), y);
  return select((size > T(0)) & (size < infinity<T>), copysign(root * power_of_two(third), x), x);
}
} // namespace fluxpp::inline v0_1::simd

// The sum, largest and smallest lane of a batch, always by the same tree: halves, quarters, eighths.

namespace fluxpp::inline v0_1::simd {
/// max(a, b), min(a, b): the larger, the smaller; NaN if either is.
template <class T> batch<T> max(batch<T> a, batch<T> b) { return select((a > b) | (a != a), a, b); }
template <class T> batch<T> min(batch<T> a, batch<T> b) { return select((a < b) | (a != a), a, b); }

namespace backend {
// swap<n>(v): v with neighbouring groups of n lanes exchanged.
#if defined(__AVX512F__)
template <int n> __m512 swap(__m512 v) {
  if constexpr (n >= 4) return _mm512_shuffle_f32x4(v, v, n == 8 ? 0x4E : 0xB1);
  else return _mm512_permute_ps(v, n == 2 ? 0x4E : 0xB1);
}
template <int n> __m512d swap(__m512d v) {
  if constexpr (n >= 2) return _mm512_shuffle_f64x2(v, v, n == 4 ? 0x4E : 0xB1);
  else return _mm512_permute_pd(v, 0x55);
}
#endif
#if defined(__AVX__)
template <int n> __m256 swap(__m256 v) {
  if constexpr (n == 4) return _mm256_permute2f128_ps(v, v, 1);
  else return _mm256_permute_ps(v, n == 2 ? 0x4E : 0xB1);
}
template <int n> __m256d swap(__m256d v) {
  if constexpr (n == 2) return _mm256_permute2f128_pd(v, v, 1);
  else return _mm256_permute_pd(v, 0x5);
}
#endif
template <int n, class T> vector<T> swap_groups(vector<T> v) {
  if constexpr (requires { swap<n>(native<T>(v)); }) return vector<T>(swap<n>(native<T>(v)));
  else {
    T from[lanes<T>], to[lanes<T>];
    store<T>(from, v);
    for (int i = 0; i < lanes<T>; ++i) to[i] = from[i ^ n];
    return load<T>(to);
  }
}

template <int n, class T, class Op> batch<T> fold(batch<T> v, Op op) {
  if constexpr (n == 0) return v;
  else return fold<n / 2>(op(v, batch<T>::wrap(swap_groups<n, T>(v.raw))), op);
}
} // namespace backend

/// reduce_add(v): the sum of all lanes.
template <class T> T reduce_add(batch<T> v) {
  return backend::fold<batch<T>::size / 2>(v, [](batch<T> a, batch<T> b) { return a + b; }).get(0);
}

/// reduce_max(v): the largest lane; NaN if one is NaN.
template <class T> T reduce_max(batch<T> v) {
  return backend::fold<batch<T>::size / 2>(v, [](batch<T> a, batch<T> b) { return max(a, b); }).get(0);
}

/// reduce_min(v): the smallest lane; NaN if one is NaN.
template <class T> T reduce_min(batch<T> v) {
  return backend::fold<batch<T>::size / 2>(v, [](batch<T> a, batch<T> b) { return min(a, b); }).get(0);
}
} // namespace fluxpp::inline v0_1::simd

// A square of batches turned over its diagonal, and the sums of several batches at once.

namespace fluxpp::inline v0_1::simd {
/// upper_of_pairs<n, T>(): the lanes in the second half of each group of 2n.
template <int n, element T> mask<T> upper_of_pairs() {
  static constexpr auto table = [] {
    std::array<T, batch<T>::size> lanes{};
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = (i & n) != 0 ? T(1) : T(0);
    return lanes;
  }();
  return batch<T>::load(table.data()) > T(0);
}

/// swap_groups<n>(v): v with neighbouring groups of n lanes exchanged.
template <int n, class T> batch<T> swap_groups(batch<T> v) { return batch<T>::wrap(backend::swap_groups<n, T>(v.raw)); }

/// transpose(v): lane j of v[i] and lane i of v[j] change places, for as many batches as a batch has lanes.
template <std::size_t n = 0, class T, std::size_t count> void transpose(std::array<batch<T>, count>& v) {
  constexpr std::size_t step = n == 0 ? count / 2 : n;
  if constexpr (step > 0) {
    const mask<T> upper = upper_of_pairs<step, T>();
    const auto exchange = [&](batch<T>& a, batch<T>& b) {
      const batch<T> from_a = swap_groups<step>(a), from_b = swap_groups<step>(b);
      a = select(upper, from_b, a);
      b = select(upper, b, from_a);
    };
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      ((i & step ? void() : exchange(v[i & ~step], v[i | step])), ...);
    }
    (std::make_index_sequence<count>{});
    if constexpr (step > 1) transpose<step / 2>(v);
  }
}

/// sums(v): a batch whose lane i is the sum of all lanes of v[i % count], by the tree of reduce_add; count is a power of
/// two, at most `size`.
template <std::size_t n = 0, class T, std::size_t count>
[[gnu::always_inline]] inline batch<T> sums(const std::array<batch<T>, count>& v) {
  constexpr std::size_t lanes = batch<T>::size, step = n == 0 ? lanes / 2 : n, pairs = step < count ? step : count;
  if constexpr (lanes == 1) return v[0];
  else {
    const mask<T> upper = upper_of_pairs<step, T>();
    const auto join = [upper](batch<T> a, batch<T> b) { // both halves of a's sums below, of b's sums above
      return select(upper, b, a) + swap_groups<step>(select(upper, a, b));
    };
    const auto joined = [&]<std::size_t... i>(std::index_sequence<i...>) {
      return std::array<batch<T>, pairs>{join(v[i], v[(i + step) % count])...};
    }
    (std::make_index_sequence<pairs>{});
    if constexpr (step == 1) return joined[0];
    else return sums<step / 2>(joined);
  }
}
} // namespace fluxpp::inline v0_1::simd

// Sines, tangents and their inverses for a batch; radians.

namespace fluxpp::inline v0_1::simd {
/// half_pi<T>: pi / 2 in parts, largest first. Subtracting a part times the quadrant is exact, thanks to the fused
/// multiply-add or else to short parts; `reach` is the largest angle for which this holds.
template <element T> struct half_pi {
  static constexpr T parts[4] = {fused<T> ? 0 : 1.5703125f, fused<T> ? 1.57079637f : 0.000483751297f,
                                 fused<T> ? -4.37113883e-08f : 7.54953362e-08f,
                                 fused<T> ? -1.71512451e-15f : 2.56334407e-12f};
  static constexpr T reach = fused<T> ? 100000 : 12000;
};
template <> struct half_pi<double> {
  static constexpr double parts[4] = {0, fused<double> ? 1.5707963267948966 : 1.5707963267341256,
                                      fused<double> ? 6.123233995736766e-17 : 6.077100506303966e-11,
                                      fused<double> ? -1.4973849048591698e-33 : 2.0222662487959506e-21};
  static constexpr double reach = 1.5e6;
};

/// quadrant<T>: an angle as (n quarter turns) + hi + lo, |hi| <= pi / 4; `number` holds n in its low bits.
template <element T> struct quadrant {
  words<T> number;
  batch<T> hi, lo;
};
template <class T> quadrant<T> quadrant_of(batch<T> x) {
  constexpr auto& part = half_pi<T>::parts;
  const batch<T> n = nearest(x * T(0.63661977236758134));
  batch<T> t = x;
  if constexpr (part[0] != 0) t = fnma(n, part[0], t);
  t = fnma(n, part[1], t);
  const batch<T> w = n * part[2], hi = t - w;
  const batch<T> lost = fused<T> ? fma(n, part[2], -w) : batch<T>(T(0)), lo = ((t - hi) - w) - lost;
  const auto sum = two_sum(hi, fnma(n, part[3], lo));
  return {integer_words(n), sum.hi, sum.lo};
}

/// sin_near_zero(hi, lo), cos_near_zero(hi, lo): for |hi| <= pi / 4; 2^-27 in float, 2^-57 in double.
template <class T> batch<T> sin_near_zero(batch<T> hi, batch<T> lo) {
  const batch<T> z = hi * hi;
  batch<T> p;
  if constexpr (sizeof(T) == 4) p = horner(z, -0.000195139772f, 0.00833215099f, -0.166666538f);
  else
    p = horner(z, 1.5895574994029398e-10, -2.5050736772825614e-08, 2.7557313553345976e-06, -0.00019841269829400205,
               0.008333333333321891, -0.1666666666666663);
  return hi + fma(hi * z, p, lo);
}
template <class T> batch<T> cos_near_zero(batch<T> hi, batch<T> lo) {
  const batch<T> z = hi * hi, half = z * T(0.5), w = T(1) - half;
  batch<T> p;
  if constexpr (sizeof(T) == 4) p = horner(z, 2.44317107e-05f, -0.00138873036f, 0.0416666456f);
  else
    p = horner(z, -1.136067770295266e-11, 2.0875747677948519e-09, -2.7557314575070587e-07, 2.4801587290455361e-05,
               -0.0013888888888876144, 0.041666666666666616);
  return w + (((T(1) - w) - half) + fnma(hi, lo, z * z * p));
}

/// odd(w): whether each word is an odd integer.
template <class T> mask<T> odd(words<T> w) {
  const words<T> one(std::bit_cast<word<T>>(T(1)));
  return from_words<T>((w << static_cast<int>(8 * sizeof(T) - 1)) | one) < batch<T>(T(0));
}

/// negate_where(y, w): y with its sign flipped where the top bit of w is set.
template <class T> batch<T> negate_where(batch<T> y, words<T> w) {
  return from_words<T>(to_words(y) ^ (w & words<T>(sign_bit<T>)));
}

/// second_bit(w): w with bit 1 moved to the top.
template <class T> words<T> second_bit(words<T> w) { return w << static_cast<int>(8 * sizeof(T) - 2); }

/// sin(x): the sine. Beyond |x| = `half_pi<T>::reach` lane by lane with the C library.
/// accuracy 1 ulp
template <class T> batch<T> sin(batch<T> x) {
  const batch<T> size = abs(x);
  if (any(size > half_pi<T>::reach)) return lane_by_lane([](T v) { return std::sin(v); }, x);
  const auto [n, hi, lo] = quadrant_of(size);
  const batch<T> y = select(odd<T>(n), cos_near_zero(hi, lo), sin_near_zero(hi, lo));
  return negate_where(y, second_bit<T>(n) ^ to_words(x));
}

/// cos(x): the cosine. Beyond |x| = `half_pi<T>::reach` lane by lane with the C library.
/// accuracy 1 ulp
template <class T> batch<T> cos(batch<T> x) {
  if (any(abs(x) > half_pi<T>::reach)) return lane_by_lane([](T v) { return std::cos(v); }, x);
  const auto [n, hi, lo] = quadrant_of(x);
  const batch<T> y = select(odd<T>(n), sin_near_zero(hi, lo), cos_near_zero(hi, lo));
  return negate_where(y, second_bit<T>(n + words<T>(1)));
}

/// tan(x): the tangent. Beyond |x| = `half_pi<T>::reach` lane by lane with the C library.
/// accuracy 3 ulp
template <class T> batch<T> tan(batch<T> x) {
  const batch<T> size = abs(x);
  if (any(size > half_pi<T>::reach)) return lane_by_lane([](T v) { return std::tan(v); }, x);
  const auto [n, hi, lo] = quadrant_of(size);
  const batch<T> s = sin_near_zero(hi, lo), c = cos_near_zero(hi, lo);
  const mask<T> swapped = odd<T>(n);
  return negate_where(select(swapped, -c, s) / select(swapped, s, c), to_words(x));
}

/// right_angle<T>: pi / 2 = hi + lo to twice the precision.
template <element T> struct right_angle { static constexpr T hi = 1.57079637f, lo = -4.37113883e-08f; };
template <> struct right_angle<double> { static constexpr double hi = 1.5707963267948966, lo = 6.123233995736766e-17; };

/// asin_rest(z): (asin(x) / x - 1) for z = x^2 <= 1/4; 2^-27 in float, 2^-59 in double.
template <class T> batch<T> asin_rest(batch<T> z) {
  if constexpr (sizeof(T) == 4)
    return z * horner(z, 0.0421679579f, 0.0241785739f, 0.0454705469f, 0.0749529675f, 0.166667521f);
  else
    return z * horner(z, 0.032628057848579292, -0.020998046967365978, 0.021706649202119749, 0.0037067701713133206,
                      0.010780148240678522, 0.01139893242062032, 0.013980817898746938, 0.017351612249086608,
                      0.022372214973709781, 0.030381942708313549, 0.044642857174599718, 0.074999999999708147,
                      0.1666666666666676);
}

/// asin(x): the arc sine, in [-pi / 2, pi / 2]; NaN beyond |x| = 1.
/// accuracy 3 ulp
template <class T> batch<T> asin(batch<T> x) {
  const batch<T> size = abs(x);
  const mask<T> outer = size > T(0.5);
  const batch<T> z = select(outer, fnma(size, T(0.5), T(0.5)), size * size); // asin(x) = pi/2 - 2 asin(sqrt((1-x)/2))
  const batch<T> a = select(outer, sqrt(z), size), y = fma(a, asin_rest(z), a);
  const batch<T> folded = right_angle<T>::hi - fma(y, T(2), batch<T>(-right_angle<T>::lo));
  return copysign(select(outer, folded, y), x);
}

/// acos(x): the arc cosine, in [0, pi]; NaN beyond |x| = 1.
/// accuracy 2 ulp
template <class T> batch<T> acos(batch<T> x) {
  const batch<T> size = abs(x);
  const mask<T> outer = size > T(0.5);
  const batch<T> z = select(outer, fnma(size, T(0.5), T(0.5)), size * size);
  const batch<T> a = select(outer, sqrt(z), size), y = fma(a, asin_rest(z), a), s = copysign(y, x);
  const batch<T> inner = right_angle<T>::hi - (s - right_angle<T>::lo);
  const batch<T> twice = y + y, left = T(2) * right_angle<T>::hi - (twice - T(2) * right_angle<T>::lo);
  return select(outer, select(x < T(0), left, twice), inner);
}

/// atan_of_ratio(low, high): atan(low / high) for 0 <= low <= high, not both zero or infinite; 2^-28 and 2^-57.
template <class T> batch<T> atan_of_ratio(batch<T> low, batch<T> high) {
  const mask<T> outer = low > high * T(0.41421356237309503);
  const batch<T> t = select(outer, low - high, low) / select(outer, low + high, high); // atan(t) + pi / 4
  const batch<T> z = t * t;
  batch<T> p;
  if constexpr (sizeof(T) == 4) p = horner(z, -0.0607838891f, 0.105938911f, -0.142435461f, 0.199984729f, -0.333333164f);
  else
    p = horner(z, -0.017905110184379097, 0.03806225959693061, -0.050391976375616147, 0.058478615114020485,
               -0.066630996115186469, 0.076920597632756244, -0.090908977284525919, 0.11111110782289656,
               -0.14285714280169726, 0.19999999999953283, -0.33333333333333198);
  const batch<T> rest = fma(t * z, p, select(outer, T(0.5) * right_angle<T>::lo, T(0)));
  return select(outer, T(0.5) * right_angle<T>::hi, T(0)) + (t + rest);
}

/// atan(x): the arc tangent, in [-pi / 2, pi / 2].
/// accuracy 2 ulp
template <class T> batch<T> atan(batch<T> x) {
  const batch<T> size = abs(x);
  const mask<T> steep = size > T(1);
  const batch<T> a = atan_of_ratio(select(steep, T(1), size), select(steep, size, T(1)));
  return copysign(select(steep, right_angle<T>::hi - (a - right_angle<T>::lo), a), x);
}

/// atan2(y, x): the angle of the point (x, y), in [-pi, pi], with C's values at zeros and infinities.
/// accuracy 2 ulp
template <class T> batch<T> atan2(batch<T> y, std::type_identity_t<batch<T>> x) {
  const batch<T> rise = abs(y), run = abs(x);
  const mask<T> steep = rise > run, equal = rise == run;
  const batch<T> low = select(steep, run, rise), high = select(steep, rise, run);
  const batch<T> unit = select(high > std::numeric_limits<T>::max() / 4, T(0.25), T(1)); // low + high must not overflow
  const batch<T> ratio = atan_of_ratio(select(equal, T(1), low * unit), select(equal, T(1), high * unit));
  const batch<T> a = select(equal & (rise == T(0)), T(0), ratio);
  const batch<T> upright = select(steep, right_angle<T>::hi - (a - right_angle<T>::lo), a);
  const mask<T> left = copysign(batch<T>(T(1)), x) < T(0);
  const batch<T> turned = select(left, T(2) * right_angle<T>::hi - (upright - T(2) * right_angle<T>::lo), upright);
  return select((x != x) | (y != y), x + y, copysign(turned, y));
}
} // namespace fluxpp::inline v0_1::simd

#if defined(__GNUC__)
#define FLUXPP_INLINE [[gnu::always_inline]] inline
#else
#define FLUXPP_INLINE inline
#endif

namespace fluxpp::inline v0_1::kernels {

/// So many values are summed one after the other in type T before their sum is added to one in double.
inline constexpr std::ptrdiff_t summands = 256;

/// loop<T>: one fused loop, bound to memory. The innermost run of axes is `columns`, the others are `rows`.
/// A folded result is accumulated in double, in `partial`, unless one task folds all of it at the end of one row.
template <class T> struct loop {
  const T** in = nullptr;
  T** out = nullptr;
  double** partial = nullptr;                   ///< per result: sums of all tasks, or nullptr
  const std::ptrdiff_t* partial_size = nullptr; ///< per result: elements of one sum
  const std::ptrdiff_t* partial_step = nullptr; ///< per result: from one task's sum to the next; 0 where they share one
  T** row_sums = nullptr;                       ///< per result: like partial, for a few rows and in type T
  const std::ptrdiff_t* in_stride = nullptr;    ///< [operand][outer axis]
  const std::ptrdiff_t* out_stride = nullptr;   ///< [result][outer axis]
  const std::ptrdiff_t* outer = nullptr;        ///< extents of the outer axes
  int outer_axes = 0;
  std::ptrdiff_t rows = 1, columns = 1;
};

/// part: the rows and columns that one task runs over, and its number.
struct part {
  std::ptrdiff_t first_row = 0, last_row = 0, first_column = 0, last_column = 0;
  int number = 0;
};

/// The neutral element of a fold.
constexpr double neutral(graph::fold f) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  return f == graph::fold::max ? -inf : f == graph::fold::min ? inf : f == graph::fold::prod ? 1 : 0;
}

template <graph::fold F, class V> FLUXPP_INLINE V combine(V a, V b) {
  using scalar::select;
  if constexpr (F == graph::fold::max) return select((a > b) | (a != a), a, b);
  if constexpr (F == graph::fold::min) return select((a < b) | (a != a), a, b);
  if constexpr (F == graph::fold::prod) return a * b;
  if constexpr (F == graph::fold::sum) return a + b;
}
/// The same with the fold known at run time, for the last few values.
inline double combine(graph::fold f, double a, double b) {
  switch (f) {
  case graph::fold::max: return combine<graph::fold::max>(a, b);
  case graph::fold::min: return combine<graph::fold::min>(a, b);
  case graph::fold::prod: return a * b;
  default: return a + b;
  }
}
template <graph::fold F, class T> FLUXPP_INLINE double across(simd::batch<T> v) {
  if constexpr (F == graph::fold::sum) return static_cast<double>(simd::reduce_add(v));
  if constexpr (F == graph::fold::max) return static_cast<double>(simd::reduce_max(v));
  if constexpr (F == graph::fold::min) return static_cast<double>(simd::reduce_min(v));
  double p = 1;
  if constexpr (F == graph::fold::prod)
    for (int i = 0; i < simd::batch<T>::size; ++i) p *= static_cast<double>(v.get(i));
  return p;
}

/// Folds `copies` arrays of n elements, which lie one after the other, into the first.
template <graph::fold F> void combine_arrays(double* first, std::ptrdiff_t n, std::ptrdiff_t copies) {
  for (std::ptrdiff_t k = 1; k < copies; ++k)
    for (std::ptrdiff_t i = 0; i < n; ++i) first[i] = combine<F>(first[i], first[k * n + i]);
}
inline void combine_arrays(graph::fold f, double* first, std::ptrdiff_t n, std::ptrdiff_t copies) {
  switch (f) {
  case graph::fold::max: return combine_arrays<graph::fold::max>(first, n, copies);
  case graph::fold::min: return combine_arrays<graph::fold::min>(first, n, copies);
  case graph::fold::prod: return combine_arrays<graph::fold::prod>(first, n, copies);
  default: return combine_arrays<graph::fold::sum>(first, n, copies);
  }
}

} // namespace fluxpp::inline v0_1::kernels

// What a step with a kernel of its own is given: operands, result, extents as numbers, scratch memory.

namespace fluxpp::inline v0_1::kernels {

/// step_args<T>: one step of a plan, bound. All arrays are contiguous and row-major; shapes hold numbers only.
template <class T> struct step_args {
  const T* in[4]{};
  T* out = nullptr;
  dims in_shape[4]{};
  dims shape{};
  graph::attributes attr{};
  T* scratch = nullptr;
  std::uint64_t seed = 0;
  std::uint32_t step = 0;

  std::size_t size() const { return size(shape); }
  static std::size_t size(const dims& d) {
    std::size_t n = 1;
    for (int i = 0; i < d.rank; ++i) n *= static_cast<std::size_t>(d[i]);
    return n;
  }
};

/// step<Op>: how a CPU runs an operation that has a kernel of its own:
///   template <class T> static void run(const step_args<T>&);
///   template <class T> static std::size_t scratch(const step_args<T>&);   // elements of T; pointers are not read
template <class Op> struct step;

} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::eval {

/// step_kernel<T>: how one operation with a kernel of its own runs.
template <class T> struct step_kernel {
  void (*run)(const kernels::step_args<T>&) = nullptr;
  std::size_t (*scratch)(const kernels::step_args<T>&) = nullptr;
};
template <class T> using loop_kernel = void (*)(const kernels::loop<T>&, const kernels::part&);

/// plan_view<T>: a program with its plan and its kernels; tables that outlive every evaluation, usually constants.
template <class T> struct plan_view {
  graph::staged_view s;
  graph::fused_view f;
  const int* kernel = nullptr; ///< per step: index into loops, or into own for a step with a kernel of its own
  const graph::location* where = nullptr; ///< per node; arena offsets are valid when planned
  const double* constants = nullptr;
  int constant_count = 0;
  graph::amount arena;
  bool planned = false; ///< by the compiler; else the same pass runs once per set of extents
  const loop_kernel<T>* loops = nullptr;
  const step_kernel<T>* own = nullptr;
};

/// aligned_buffer<T>: zeroed memory that begins on a cache line.
template <class T> class aligned_buffer {
public:
  aligned_buffer() = default;
  explicit aligned_buffer(std::size_t n) : data_(static_cast<T*>(::operator new((n + 16) * sizeof(T), line))) {
    std::fill_n(data_.get(), n + 16, T(0));
  }
  T* data() const { return data_.get(); }

private:
  static constexpr std::align_val_t line{64};
  struct free_aligned {
    void operator()(T* p) const { ::operator delete(p, line); }
  };
  std::unique_ptr<T, free_aligned> data_;
};

/// externals<T>: where the inputs of a call lie and where its results go, and the key of its random numbers.
template <class T> struct externals {
  std::vector<T*> argument;
  T* parameter = nullptr;
  T* state = nullptr;
  T* number = nullptr;
  T* result = nullptr;
  std::uint64_t seed = 0;
  std::uint32_t step = 0;

  T* at(graph::space s, int index) const {
    switch (s) {
    case graph::space::argument: return argument[static_cast<std::size_t>(index)];
    case graph::space::parameter: return parameter + index;
    case graph::space::state: return state + index;
    case graph::space::number: return number + index;
    default: return result + index;
    }
  }
};

} // namespace fluxpp::inline v0_1::eval

// How a loop is divided into tasks: by its extents and folds alone, so that results do not depend on threads.

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

namespace fluxpp::inline v0_1::eval {

/// bound_step<T>: a step ready to run.
template <class T> struct bound_step {
  int number = 0;
  const step_kernel<T>* own = nullptr;
  kernels::step_args<T> args;
  loop_kernel<T> kernel = nullptr;
  kernels::loop<T> loop;
  eval::tasks tasks;
  bool accumulates = false;
};

/// binding<T>: a plan with numbers for its extents and addresses for its values.
template <class T> class binding {
public:
  binding(const plan_view<T>& plan, const std::vector<int>& extents) : plan_(plan), extents_(extents) {
    for (int i = 0; i < plan_.s.g.count.shapes; ++i) shapes_.push_back(numbers(plan_.s.g.shapes[i]));
    place();
    reserve_pools();
    for (int i = 0; i < plan_.f.step_count; ++i)
      steps_.push_back(plan_.f.steps[i].op != nullptr ? bind_own(i) : bind_loop(i));
    finish_pools();
    find_late_outputs();
  }
  binding(const binding&) = delete;
  binding& operator=(const binding&) = delete;

  const plan_view<T>& plan() const { return plan_; }
  const std::vector<int>& extents() const { return extents_; }
  std::vector<bound_step<T>>& steps() { return steps_; }
  const dims& shape_of(int node) const { return shapes_[index(plan_.s.g[node].shape)]; }

  /// Whether a run of the plan may write over the array that begins at p: it lies in the workspace.
  bool overwrites(const T* p) const {
    const auto address = [](const T* x) { return reinterpret_cast<std::uintptr_t>(x); };
    return address(p) - address(arena_.data()) < arena_size_ * sizeof(T);
  }
  /// The address of a node's value.
  T* address(int node, const externals<T>& e) const {
    const graph::location& w = where_[index(graph::owner(plan_.s.g, plan_.s.copied, node))];
    return external(w) ? e.at(w.space, w.index) : own_address(w);
  }
  /// Copies outputs that could not be written to their targets while inputs there were still read.
  void write_back(const externals<T>& e) const {
    for (const late_output& o : late_) std::copy_n(o.from, o.size, e.at(o.space, o.index));
  }
  /// Writes the addresses that belong to this call into the steps.
  void point_at(const externals<T>& e) {
    for (const patch& p : patches_) *p.slot = e.at(p.space, p.index);
    for (const own_patch& p : own_patches_) {
      T* const at = e.at(p.space, p.index);
      kernels::step_args<T>& args = steps_[p.step].args;
      if (p.operand < 0) args.out = at;
      else args.in[p.operand] = at;
    }
  }

private:
  struct late_output {
    const T* from;
    std::size_t size;
    graph::space space;
    int index;
  };
  void find_late_outputs() {
    const graph::graph_view& g = plan_.s.g;
    for (int i = 0; i < g.count.outputs; ++i) {
      const graph::location& w = where_[index(graph::owner(g, plan_.s.copied, g.outputs[i]))];
      if (g.targets[i].space == graph::space::arena || external(w)) continue;
      late_.push_back({own_address(w), kernels::step_args<T>::size(shape_of(g.outputs[i])), g.targets[i].space,
                       g.targets[i].index});
    }
  }
  struct patch {
    T** slot;
    graph::space space;
    int index;
  };
  struct own_patch {
    std::size_t step;
    int operand;
    graph::space space;
    int index;
  };

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  static bool external(const graph::location& w) {
    return w.space != graph::space::arena && w.space != graph::space::constant && w.space != graph::space::extent;
  }
  int number(int e) const { return e >= 0 ? e : extents_[index(-1 - e)]; }
  dims numbers(dims d) const {
    for (int a = 0; a < d.rank; ++a) d[a] = number(d[a]);
    return d;
  }

  void place() {
    const graph::graph_view& g = plan_.s.g;
    graph::amount arena = plan_.arena;
    if (plan_.planned) {
      where_.assign(plan_.where, plan_.where + g.count.nodes);
      batch_ = padded_batch();
    } else {
      std::vector<graph::amount> size;
      for (const dims& d : shapes_) size.push_back({static_cast<long>(kernels::step_args<T>::size(d)), 0});
      const graph::placement p = graph::place(plan_.s, plan_.f, size.data());
      where_.assign(p.of.begin(), p.of.end());
      arena = p.arena;
    }
    arena_size_ = static_cast<std::size_t>(arena.fixed + arena.per_batch * batch_);
    arena_ = aligned_buffer<T>(arena_size_);
    batch_part_ = arena_.data() + arena.fixed;
    constants_ = aligned_buffer<T>(index(plan_.constant_count + g.count.nodes));
    for (int i = 0; i < plan_.constant_count; ++i) constants_.data()[i] = static_cast<T>(plan_.constants[i]);
    for (int id = 0; id < g.count.nodes; ++id) {
      graph::location& w = where_[index(id)];
      if (w.space != graph::space::extent) continue;
      constants_.data()[plan_.constant_count + id] = static_cast<T>(number(w.index));
      w = {graph::space::constant, plan_.constant_count + id, {}};
    }
  }
  /// The one symbol of a program planned by the compiler, rounded up so that every offset stays aligned.
  long padded_batch() const {
    const graph::graph_view& g = plan_.s.g;
    for (int i = 0; i < g.count.shapes; ++i)
      for (int a = 0; a < g.shapes[i].rank; ++a) {
        int e = g.shapes[i][a];
        if (e >= 0) continue;
        if (g.extents[-1 - e].kind == graph::extent_kind::product) e = g.extents[-1 - e].b;
        return (number(e) + graph::alignment - 1) / graph::alignment * graph::alignment;
      }
    return 0;
  }
  T* own_address(const graph::location& w) const {
    if (w.space == graph::space::constant) return constants_.data() + w.index;
    return w.offset.fixed >= 0 ? arena_.data() + w.offset.fixed : batch_part_ + w.offset.per_batch * batch_;
  }

  // Pools never grow after this: steps hold pointers into them.
  void reserve_pools() {
    std::size_t in = 0, out = 0;
    for (int i = 0; i < plan_.f.step_count; ++i)
      in += index(plan_.f.steps[i].inputs), out += index(plan_.f.steps[i].outputs);
    steps_.reserve(index(plan_.f.step_count));
    pointers_.reserve(in + out);
    strides_.reserve((in + out + index(plan_.f.step_count)) * max_rank + 2 * out);
    folded_.assign(out, nullptr);
    row_sums_at_.assign(out, nullptr);
  }
  T** take_pointer(int node) {
    const graph::location& w = where_[index(graph::owner(plan_.s.g, plan_.s.copied, node))];
    pointers_.push_back(external(w) ? nullptr : own_address(w));
    if (external(w)) patches_.push_back({&pointers_.back(), w.space, w.index});
    return &pointers_.back();
  }

  bound_step<T> bind_own(int at) {
    const graph::plan_step& step = plan_.f.steps[at];
    const graph::node& n = plan_.s.g[step.node];
    bound_step<T> b;
    b.number = at;
    b.own = &plan_.own[plan_.kernel[at]];
    b.args.shape = shape_of(step.node);
    b.args.attr = plan_.s.g.attributes_of(step.node);
    for (int i = -1; i < n.op->arity; ++i) {
      const int node = i < 0 ? step.node : n.args[i];
      if (i >= 0) b.args.in_shape[i] = shape_of(node);
      const graph::location& w = where_[index(graph::owner(plan_.s.g, plan_.s.copied, node))];
      if (external(w)) own_patches_.push_back({index(at), i, w.space, w.index});
      else if (i < 0) b.args.out = own_address(w);
      else b.args.in[i] = own_address(w);
    }
    if (b.own->scratch != nullptr) scratch_size_ = std::max(scratch_size_, b.own->scratch(b.args));
    return b;
  }

  /// The extents of the joined axes; the innermost comes last.
  int joined(const graph::plan_step& step, const dims& space, std::ptrdiff_t* extent) const {
    int n = 0;
    for (int a = 0; a < space.rank; ++a) {
      if (step.starts >> a & 1u) extent[n++] = 1;
      if (n > 0) extent[n - 1] *= space[a];
    }
    return n;
  }
  /// Appends an operand's stride along each outer joined axis; 0 where it is repeated or folded.
  void push_strides(const graph::plan_step& step, const dims& space, const dims& operand, unsigned folded) {
    std::ptrdiff_t stride[max_rank]{}, run = 1;
    const int lead = space.rank - operand.rank, axes = std::popcount(step.starts);
    bool open = true;
    for (int a = space.rank - 1, n = axes; a >= 0 && n > 0; --a) {
      const bool still = graph::repeated(operand, space, a) || (folded >> a & 1u);
      if (open && space[a] != 1) stride[n - 1] = still ? 0 : run, open = false;
      if (a >= lead) run *= number(operand[a - lead]);
      if (step.starts >> a & 1u) --n, open = true;
    }
    for (int i = 0; i + 1 < axes; ++i) strides_.push_back(stride[i]);
  }

  bound_step<T> bind_loop(int at) {
    const graph::plan_step& step = plan_.f.steps[at];
    const dims& space = plan_.s.g.shapes[step.shape];
    bound_step<T> b;
    b.number = at;
    b.kernel = plan_.loops[plan_.kernel[at]];
    std::ptrdiff_t extent[max_rank]{1};
    const int axes = joined(step, numbers(space), extent);
    kernels::loop<T>& l = b.loop;
    l.outer_axes = axes > 0 ? axes - 1 : 0;
    l.columns = axes > 0 ? extent[axes - 1] : 1;
    l.outer = strides_.data() + strides_.size();
    for (int i = 0; i < l.outer_axes; ++i) strides_.push_back(extent[i]), l.rows *= extent[i];
    bind_operands(step, space, l);
    bind_results(step, space, b);
    return b;
  }
  void bind_operands(const graph::plan_step& step, const dims& space, kernels::loop<T>& l) {
    l.in_stride = strides_.data() + strides_.size();
    for (int i = 0; i < step.inputs; ++i) {
      const graph::input_ref& ref = plan_.f.inputs[step.first_input + i];
      T** const slot = take_pointer(ref.source);
      if (i == 0) l.in = const_cast<const T**>(slot);
      push_strides(step, space, plan_.s.g.shape_of(ref.source), 0);
    }
  }
  void bind_results(const graph::plan_step& step, const dims& space, bound_step<T>& b) {
    kernels::loop<T>& l = b.loop;
    const unsigned inner = std::bit_floor(step.starts);
    l.out_stride = strides_.data() + strides_.size();
    std::vector<folded> results(index(step.outputs));
    for (int i = 0; i < step.outputs; ++i) {
      const int node = plan_.f.outputs[step.first_output + i];
      T** const slot = take_pointer(node);
      if (i == 0) l.out = slot;
      const bool reduces = plan_.s.g.kind_of(node) == graph::kind::reduction;
      const unsigned mask = reduces ? static_cast<unsigned>(plan_.s.g.attributes_of(node).value[0]) : 0;
      push_strides(step, space, kept(space, mask), mask);
      results[index(i)] = {reduces ? static_cast<std::ptrdiff_t>(kernels::step_args<T>::size(shape_of(node))) : 0,
                           reduces && ((mask & inner) == 0 || (mask & step.starts & ~inner) != 0), (mask & inner) != 0};
    }
    b.tasks = divide(l.rows, l.columns, results);
    l.partial = folded_.data() + step.first_output;
    l.row_sums = row_sums_at_.data() + step.first_output;
    // A loop of one element folds nothing: its kernel writes results at once.
    for (const folded& f : results)
      b.accumulates =
          b.accumulates || (step.starts != 0 && (f.rows || (f.columns && b.tasks.by_columns && b.tasks.count > 1)));
    if (b.accumulates) reserve_partials(b, results);
  }
  void reserve_partials(bound_step<T>& b, const std::vector<folded>& results) {
    b.loop.partial_size = strides_.data() + strides_.size();
    for (const folded& f : results) strides_.push_back(f.size);
    b.loop.partial_step = strides_.data() + strides_.size();
    for (const folded& f : results) strides_.push_back(b.tasks.share(f) ? 0 : f.size);
    accumulating_.push_back({index(b.number), partial_count_});
    for (const folded& f : results) partial_count_ += static_cast<std::size_t>(f.size * b.tasks.copies(f));
  }
  static dims kept(dims d, unsigned mask) {
    for (int a = 0; a < d.rank; ++a)
      if (mask >> a & 1u) d[a] = 1;
    return d;
  }
  void finish_pools() {
    scratch_ = aligned_buffer<T>(scratch_size_);
    partials_ = aligned_buffer<double>(partial_count_);
    row_sums_ = aligned_buffer<T>(partial_count_);
    for (bound_step<T>& b : steps_) b.args.scratch = scratch_.data();
    for (const accumulating& a : accumulating_) {
      const graph::plan_step& step = plan_.f.steps[steps_[a.step].number];
      kernels::loop<T>& l = steps_[a.step].loop;
      for (std::size_t i = 0, at = a.first; i < index(step.outputs); ++i) {
        if (l.partial_size[i] == 0) continue;
        l.partial[i] = partials_.data() + at;
        l.row_sums[i] = row_sums_.data() + at;
        at += static_cast<std::size_t>(l.partial_step[i] == 0 ? l.partial_size[i]
                                                              : l.partial_step[i] * steps_[a.step].tasks.count);
      }
    }
  }

  struct accumulating {
    std::size_t step, first;
  };

  const plan_view<T> plan_;
  std::vector<int> extents_;
  std::vector<dims> shapes_;
  std::vector<graph::location> where_;
  std::vector<late_output> late_;
  aligned_buffer<T> arena_, constants_, scratch_, row_sums_;
  aligned_buffer<double> partials_;
  std::size_t arena_size_ = 0;
  T* batch_part_ = nullptr;
  long batch_ = 0;
  std::vector<bound_step<T>> steps_;
  std::vector<T*> pointers_;
  std::vector<std::ptrdiff_t> strides_;
  std::vector<double*> folded_;
  std::vector<T*> row_sums_at_;
  std::vector<accumulating> accumulating_;
  std::size_t scratch_size_ = 0, partial_count_ = 0;
  std::vector<patch> patches_;
  std::vector<own_patch> own_patches_;
};

} // namespace fluxpp::inline v0_1::eval

// The compiler in the header: a planned program with its kernels instantiated.
// A program through all passes, each its own constant: the plan without kernels, as every evaluator needs it.
// Dead-code elimination: keeps what the outputs need, in order, with extents replaced by what they were proved equal to.

namespace fluxpp::inline v0_1::graph {

/// The shapes of a tape with extents replaced by what stands for them; shapes that became equal have one number.
class merged_shapes {
public:
  constexpr explicit merged_shapes(const tape& t) {
    for (const dims& shape : t.shapes()) {
      dims d = shape;
      for (int a = 0; a < d.rank; ++a) d[a] = t.extents.resolve(d[a]);
      number_.push(shapes_(d));
    }
  }
  constexpr int number(int shape) const { return number_[shape]; }
  constexpr const dims& operator[](int shape) const { return shapes_[number_[shape]]; }

private:
  interner<dims> shapes_;
  list<int> number_;
};

/// operands: which nodes the operands of a program's nodes really are.
class operands {
public:
  constexpr operands(const tape& t, const merged_shapes& shapes) : t_(t), standing_for_(t.size()) {
    int id = 0;
    for (const node& n : t.nodes()) {
      const int a = is_view(n.op->kind) ? n.args[0] : -1;
      const bool same = a >= 0 && shapes.number(t[a].shape) == shapes.number(n.shape);
      standing_for_[id] = same ? standing_for_[a] : id;
      ++id;
    }
  }
  /// A view with the shape of what it shows is no operation: the node it stands for.
  constexpr int standing_for(int id) const { return standing_for_[id]; }
  /// Operand a of a node: a broadcast shows what a broadcast below it shows.
  constexpr int operator()(const node& n, int a) const {
    return n.op->kind == kind::broadcast ? shown_by_broadcasts(standing_for_[a]) : standing_for_[a];
  }

private:
  constexpr int shown_by_broadcasts(int a) const {
    while (t_[a].op->kind == kind::broadcast) a = standing_for_[t_[a].args[0]];
    return a;
  }

  const tape& t_;
  list<int> standing_for_;
};

/// live[i]: node i is needed by an output.
constexpr list<bool> live_nodes(const tape& t, const operands& operand) {
  list<bool> live(t.size());
  for (int o : t.outputs) live[operand.standing_for(o)] = true;
  for (int id = t.size() - 1; id >= 0; --id) {
    if (!live[id]) continue;
    const node& n = t[id];
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) live[operand(n, n.args[i])] = true;
  }
  return live;
}

/// dce(t): the program of t's outputs; linear in the size of the tape.
constexpr tables dce(const tape& t) {
  tables out;
  const merged_shapes shapes(t);
  const operands operand(t, shapes);
  const list<bool> live = live_nodes(t, operand);
  list<int> renamed(t.size()), shape_number(t.shapes().size()); // 1 + the number of a shape in the program
  out.attribute_table({});
  for (int id = 0, size = t.size(); id < size; ++id) {
    if (!live[id]) continue;
    node n = t[id];
    int& shape = shape_number[n.shape];
    if (shape == 0) shape = 1 + out.shapes(shapes[n.shape]);
    n.shape = shape - 1;
    if (n.op == &input_op) out.leaves.push(t.leaf_of(id)), n.attr = out.leaves.size() - 1;
    else if (n.attr != 0) n.attr = out.attribute_table(t.attribute_table()[n.attr]);
    for (int i = 0; i < n.op->arity; ++i)
      if (n.args[i] >= 0) n.args[i] = renamed[operand(n, n.args[i])];
    renamed[id] = out.nodes(n);
  }
  for (int o : t.outputs) out.outputs.push(renamed[operand.standing_for(o)]);
  out.targets = t.targets;
  while (out.targets.size() < out.outputs.size()) out.targets.push({});
  for (int i = 0; i < t.extents.size(); ++i) out.extents.push(t.extents[i]);
  for (const constraint& c : t.extents.constraints()) out.constraints.push(c);
  out.fault = t.first_fault();
  return out;
}

} // namespace fluxpp::inline v0_1::graph

// Canonical kernels: a fused loop as a sequence of ints, so that equal loops share one instantiation.

namespace fluxpp::inline v0_1::graph {

/// coded_operation: one operation of a loop: its position in the list of elementwise operations, or -1 - k for the k-th
/// operation of the user; operands numbered: operands in memory, then results of earlier operations.
struct coded_operation {
  int op = 0;
  int args[3]{};
};
/// coded_output: the value stored; folded how (fold::none: not at all); whether the innermost axis is folded.
struct coded_output {
  int value = 0;
  graph::fold fold = fold::none;
  bool inner = false;
};

/// loop_code: a loop as ints: the counts, the operands that are constant along the innermost axis as bits, then one int
/// for every operation and every output.
struct loop_code {
  const int* code;

  /// The loop has one element.
  constexpr bool single() const { return (code[0] & 1) != 0; }
  constexpr int inputs() const { return code[0] >> 1 & 31; }
  constexpr int operations() const { return code[0] >> 6 & 127; }
  constexpr int outputs() const { return code[0] >> 13; }
  constexpr bool repeated(int input) const { return (code[1] >> input & 1) != 0; }
  constexpr coded_operation operation(int i) const {
    const int c = code[2 + i], op = c >> 14 & 255;
    return {op < first_user ? op : op - 256, {c >> 7 & 127, c & 127, c >> 22}};
  }
  constexpr coded_output output(int i) const {
    const int c = code[2 + operations() + i];
    return {c & 127, static_cast<graph::fold>(c >> 7 & 7), (c >> 10 & 1) != 0};
  }

  static constexpr int first_user = 192;
  static constexpr int counts(bool single, int inputs, int operations, int outputs) {
    return (single ? 1 : 0) | inputs << 1 | operations << 6 | outputs << 13;
  }
  static constexpr int of(const coded_operation& o) {
    return (o.op & 255) << 14 | o.args[0] << 7 | o.args[1] | o.args[2] << 22;
  }
  static constexpr int of(const coded_output& o) {
    return o.value | static_cast<int>(o.fold) << 7 | (o.inner ? 1 << 10 : 0);
  }
};

/// codes: all loops' codes one after the other; the distinct ones are kernels.
struct codes {
  list<int> values;
  list<int> first;  ///< per kernel
  list<int> length; ///< per kernel
  list<int> kernel; ///< per step; -1 for a step with a kernel of its own
  list<const custom_kernels*> users;
};

constexpr int innermost_axis(const plan_step& step) {
  int axis = -1;
  for (int i = 0; i < max_rank; ++i)
    if (step.starts >> i & 1u) axis = i;
  return axis;
}

constexpr int user_code(codes& c, const custom_kernels* k) {
  for (int i = 0; i < c.users.size(); ++i)
    if (c.users[i] == k) return -1 - i;
  c.users.push(k);
  return -c.users.size();
}

/// encoder: writes the codes of one program's loops.
class encoder {
public:
  constexpr encoder(const staged_view& s, const fused_view& f, int (*code_of)(const op_info*))
      : s_(s), f_(f), code_of_(code_of) {
    number_.assign(s.g.count.nodes, 0);
  }
  /// Appends the code of loop number `at`.
  constexpr void operator()(int at, codes& c) {
    const plan_step& step = f_.steps[at];
    const int inner = innermost_axis(step), counts = c.values.size();
    c.values.push(0);
    c.values.push(number_operands(step, inner));
    int operations = 0;
    for (int m = 0; m < step.members; ++m) {
      const int id = f_.members[step.first_member + m];
      if (s_.g.kind_of(id) != kind::elementwise) {
        number_[id] = number(at, s_.g[id].args[0]);
        continue;
      }
      c.values.push(loop_code::of(operation(at, id, c)));
      number_[id] = step.inputs + operations++;
    }
    for (int i = 0; i < step.outputs; ++i)
      c.values.push(loop_code::of(output(f_.outputs[step.first_output + i], inner)));
    c.values[counts] = loop_code::counts(inner < 0, step.inputs, operations, step.outputs);
  }

private:
  /// Numbers the operands in memory; those that are constant along the innermost axis, as bits.
  constexpr int number_operands(const plan_step& step, int inner) {
    int constant = 0;
    for (int i = 0; i < step.inputs; ++i) {
      const int source = f_.inputs[step.first_input + i].source;
      number_[source] = i;
      if (inner >= 0 && repeated(s_.g.shape_of(source), s_.g.shapes[step.shape], inner)) constant |= 1 << i;
    }
    return constant;
  }
  /// The number of operand a in loop `at`: a result of the loop, or in memory.
  constexpr int number(int at, int a) const { return number_[f_.step_of[a] == at ? a : memory_source(s_, a)]; }

  constexpr coded_operation operation(int at, int id, codes& c) const {
    const node& n = s_.g[id];
    coded_operation o{code_of_(n.op)};
    if (o.op < 0) o.op = user_code(c, n.op->custom);
    for (int i = 0; i < n.op->arity; ++i) o.args[i] = number(at, n.args[i]);
    return o;
  }
  constexpr coded_output output(int id, int inner) const {
    if (s_.g.kind_of(id) != kind::reduction) return {number_[id]};
    const bool folds = inner >= 0 && (s_.g.attributes_of(id).value[0] >> inner & 1) != 0;
    return {number_[id], s_.g[id].op->fold, folds};
  }

  const staged_view& s_;
  const fused_view& f_;
  int (*code_of_)(const op_info*);
  list<int> number_; ///< per node, valid for the operands and members of one loop at a time
};

/// kernel_table: finds a code among the kernels seen so far; codes are compared only when their hashes agree.
class kernel_table {
public:
  constexpr explicit kernel_table(int steps) {
    int slots = 16;
    while (slots < 2 * steps) slots *= 2;
    kernel_.assign(slots, -1);
    hash_.assign(slots, 0);
  }
  /// The kernel whose code stands at the end of c.values from `first` on; a new one, or an old one and the code is taken back.
  constexpr int operator()(codes& c, int first) {
    const int length = c.values.size() - first, mask = kernel_.size() - 1;
    unsigned h = static_cast<unsigned>(length);
    for (int i = first; i < c.values.size(); ++i) h = mix(h, static_cast<unsigned>(c.values[i]));
    int at = static_cast<int>(h) & mask;
    for (; kernel_[at] >= 0; at = (at + 1) & mask)
      if (hash_[at] == h && same(c, kernel_[at], first, length)) {
        c.values.shrink(first);
        return kernel_[at];
      }
    hash_[at] = h;
    c.first.push(first);
    c.length.push(length);
    return kernel_[at] = c.first.size() - 1;
  }

private:
  static constexpr bool same(const codes& c, int kernel, int first, int length) {
    if (c.length[kernel] != length) return false;
    for (int i = 0; i < length; ++i)
      if (c.values[c.first[kernel] + i] != c.values[first + i]) return false;
    return true;
  }
  list<int> kernel_;
  list<unsigned> hash_;
};

/// encode(s, f, code_of): the codes of all loops; equal ones are one kernel.
constexpr codes encode(const staged_view& s, const fused_view& f, int (*code_of)(const op_info*)) {
  codes c;
  encoder encode_loop(s, f, code_of);
  kernel_table kernel(f.step_count);
  for (int at = 0; at < f.step_count; ++at) {
    if (f.steps[at].op != nullptr) {
      c.kernel.push(-1);
      continue;
    }
    const int first = c.values.size();
    encode_loop(at, c);
    c.kernel.push(kernel(c, first));
  }
  return c;
}

} // namespace fluxpp::inline v0_1::graph

namespace fluxpp::inline v0_1::eval {

/// The position of an operation in a list of operations, or -1; by its identity, through a table of hashes.
template <class List> struct list_codes;
template <class... Op> struct list_codes<ops::op_list<Op...>> {
  static constexpr int slots = 512;
  struct table {
    const graph::op_info* op[slots]{};
    int code[slots]{};
  };
  static constexpr table make() {
    table t;
    int code = 0;
    auto add = [&](const graph::op_info* op) {
      unsigned at = op->id % slots;
      while (t.op[at] != nullptr) at = (at + 1) % slots;
      t.op[at] = op;
      t.code[at] = code++;
    };
    (add(&ops::facts<Op>), ...);
    return t;
  }
  static constexpr table codes = make();
  static constexpr int of(const graph::op_info* op) {
    if (op->facts != nullptr) op = op->facts;
    for (unsigned at = op->id % slots; codes.op[at] != nullptr; at = (at + 1) % slots)
      if (codes.op[at] == op) return codes.code[at];
    return -1;
  }
};
using loop_codes = list_codes<ops::elementwise_list>;
using own_codes = list_codes<ops::step_list>;

// A Program states `static constexpr void trace(graph::tape&)`, which sets the tape's outputs. Each pass over it is a
// constant of its own, and each says how much room the next one needs.

template <class Program> constexpr graph::tables trace_tables() {
  graph::tape t;
  Program::trace(t);
  return graph::dce(t);
}
template <class Program> inline constexpr graph::sizes size_of = trace_tables<Program>().count();
// A function, since nvcc 13 stumbles over the same expression as an initialiser.
template <class Program> constexpr auto freeze() { return graph::freeze<size_of<Program>>(trace_tables<Program>()); }
template <class Program> inline constexpr auto graph_of = freeze<Program>();
template <class Program>
inline constexpr graph::graph_view view_of = graph::view_of<size_of<Program>>(graph_of<Program>);
template <class Program> inline constexpr int nodes_of = size_of<Program>.nodes;

/// checked<Program>: the program with every operation a step of its own, in order, so that every value can be looked at.
template <class Program> struct checked : Program {};
template <class Program> inline constexpr bool is_checked = false;
template <class Program> inline constexpr bool is_checked<checked<Program>> = true;
template <bool Check, class Program> using checked_if = std::conditional_t<Check, checked<Program>, Program>;

/// scheduled<N>: when each of N nodes is computed, and by which step.
template <int N> struct scheduled {
  int stage[N + 1]{};
  bool copied[N + 1]{};
  int step_of[N + 1]{};
  int steps = 0, members = 0, operands = 0;
  bool checked;

  constexpr scheduled(const graph::graph_view& g, bool check) : checked(check) {
    graph::find_copies(g, copied);
    if (checked) graph::assign_order(g, stage);
    else graph::assign_stages(g, stage, copied), graph::sink(g, stage, copied);
    const graph::grouping groups = graph::group(view(g));
    for (int i = 0; i < N; ++i) step_of[i] = groups.step_of[i];
    steps = groups.steps, members = groups.members, operands = groups.operands;
  }
  constexpr graph::staged_view view(const graph::graph_view& g) const { return {g, stage, copied, checked}; }
  constexpr graph::grouping groups() const {
    graph::grouping out{{}, steps, members, operands};
    for (int i = 0; i < N; ++i) out.step_of.push(step_of[i]);
    return out;
  }
};
template <class Program>
inline constexpr scheduled<nodes_of<Program>> schedule_of{view_of<Program>, is_checked<Program>};
template <class Program> inline constexpr graph::staged_view staged_of = schedule_of<Program>.view(view_of<Program>);

/// fused_tables<Steps, Members, Operands>: the steps as constants.
template <int Steps, int Members, int Operands> struct fused_tables {
  graph::plan_step steps[Steps + 1]{};
  int members[Members + 1]{};
  graph::input_ref inputs[Operands + 1]{};
  int outputs[Members + 1]{};

  constexpr explicit fused_tables(const graph::fused& f) {
    for (int i = 0; i < Steps; ++i) steps[i] = f.steps[i];
    for (int i = 0; i < Members; ++i) members[i] = f.members[i];
    for (int i = 0; i < f.inputs.size(); ++i) inputs[i] = f.inputs[i];
    for (int i = 0; i < f.outputs.size(); ++i) outputs[i] = f.outputs[i];
  }
};
template <class Program>
inline constexpr fused_tables<schedule_of<Program>.steps, schedule_of<Program>.members, schedule_of<Program>.operands>
    steps_of{graph::fuse(staged_of<Program>, schedule_of<Program>.groups())};
template <class Program>
inline constexpr graph::fused_view fused_of{schedule_of<Program>.steps,   steps_of<Program>.steps,
                                            schedule_of<Program>.step_of, steps_of<Program>.members,
                                            steps_of<Program>.inputs,     steps_of<Program>.outputs};

/// code_tables<Steps, Members>: the distinct loops, and which one each step runs.
template <int Steps, int Members> struct code_tables {
  int kernels = 0, users = 0;
  int values[2 * (Steps + Members) + 1]{};
  int first[Steps + 1]{}, length[Steps + 1]{}, kernel[Steps + 1]{};
  const graph::custom_kernels* user[Members + 1]{};

  constexpr explicit code_tables(const graph::codes& c) : kernels(c.first.size()), users(c.users.size()) {
    for (int i = 0; i < c.values.size(); ++i) values[i] = c.values[i];
    for (int i = 0; i < kernels; ++i) first[i] = c.first[i], length[i] = c.length[i];
    for (int i = 0; i < Steps; ++i) kernel[i] = c.kernel[i];
    for (int i = 0; i < users; ++i) user[i] = c.users[i];
  }
};
template <class Program>
inline constexpr code_tables<schedule_of<Program>.steps, schedule_of<Program>.members> codes_of{
    graph::encode(staged_of<Program>, fused_of<Program>, &loop_codes::of)};

/// placed<N, Constants>: where each of N nodes lives.
template <int N, int Constants> struct placed {
  graph::location of[N + 1]{};
  double constants[Constants + 1]{};
  graph::amount arena;
  bool planned = false;
};
template <class Program> constexpr int count_constants() {
  int n = 0;
  for (int i = 0; i < nodes_of<Program>; ++i) n += view_of<Program>.kind_of(i) == graph::kind::constant ? 1 : 0;
  return n;
}
template <class Program> inline constexpr int constants_of = count_constants<Program>();
template <class Program> constexpr auto make_places() {
  placed<nodes_of<Program>, constants_of<Program>> out;
  graph::amount size[size_of<Program>.shapes + 1]{};
  out.planned = graph::sizes_in_one_symbol(view_of<Program>, size);
  if (!out.planned)
    for (graph::amount& a : size) a = {1, 0};
  const graph::placement p = graph::place(staged_of<Program>, fused_of<Program>, size);
  for (int i = 0; i < nodes_of<Program>; ++i) out.of[i] = p.of[i];
  for (int i = 0; i < constants_of<Program>; ++i) out.constants[i] = p.constants[i];
  out.arena = p.arena;
  return out;
}
template <class Program> inline constexpr auto places_of = make_places<Program>();

} // namespace fluxpp::inline v0_1::eval

// Compile-time errors: the first fault of a program becomes one sentence, with both shapes as template arguments.

namespace fluxpp::inline v0_1::graph {

/// How a shape looks in a message; a symbolic extent prints as a negative number.
template <int... Extents> struct extents {};
template <int Line> struct source_line {};

/// fault_report: instantiated for the first fault of a program; its template arguments are the numbers of the message.
template <rule R, class A, class B, class Line> struct fault_report {
  static_assert(R != rule::broadcast,
                "fluxpp: operands of an elementwise operation must have equal extents, or extent 1, along each axis");
  static_assert(R != rule::matmul, "fluxpp::matmul(a, b): the columns of a must equal the rows of b");
  static_assert(R != rule::conv_channels,
                "fluxpp::conv(x, w): the channels of x must equal the second extent of w times groups, and groups must "
                "divide the filters");
  static_assert(R != rule::conv_window, "fluxpp::window(x): the window must not be larger than the padded image");
  static_assert(R != rule::reshape,
                "fluxpp::reshape(x, shape): the shape must have as many elements as x, and at most one extent of -1, "
                "which numbers and names of x decide");
  static_assert(R != rule::concat, "fluxpp::concat(a, b, axis): all extents but that of the axis must be equal");
  static_assert(R != rule::permute, "fluxpp::permute(x, order): the order must name each axis of x once");
  static_assert(R != rule::axis, "fluxpp: an axis must lie in [-rank, rank)");
  static_assert(R != rule::gather,
                "fluxpp::gather(x, index): index must be integer-valued and x must have at least one axis");
  static_assert(R != rule::labels,
                "fluxpp::cross_entropy(logits, labels): logits must be [n, classes] and labels integer [n]");
  static_assert(R != rule::rank, "fluxpp: an argument has the wrong number of axes for this operation");
  static_assert(R != rule::slice, "fluxpp::slice(x, axis, begin, end): the range must lie inside the axis");
  static_assert(R != rule::pad, "fluxpp::pad(x, before, after): one amount per axis, none negative");
  static_assert(
      R != rule::empty,
      "fluxpp: mean, max, min, argmax, softmax and their like need at least one element along the axes they reduce");
  static_assert(
      R != rule::window_options,
      "fluxpp::window(x): size, stride and dilation must be positive, and the padding of a pool smaller than its size");
  static_assert(R != rule::tangent,
                "fluxpp::jvp(f)(x, dx): the tangent of an argument must have its shape, or be one number");
  static_assert(R != rule::cotangent,
                "fluxpp::vjp(f)(x, ybar): the cotangent must have the shape of the result, or be one number");
  static_assert(R != rule::no_result,
                "fluxpp: a function must return one value: a number, or what it computed from its arguments");
  static_assert(R != rule::branch, "fluxpp: a program cannot branch on a value: use fx::select(condition, a, b)");
  static_assert(
      R != rule::scalar_gradient,
      "fluxpp::grad(f): f must return a scalar; reduce it (fx::sum, fx::mean) or use fx::jacobian or fx::vjp");
  static_assert(R != rule::integer_gradient, "fluxpp::grad(f): f must be differentiable: its result or an argument to "
                                             "differentiate is an index or a truth value");
};

} // namespace fluxpp::inline v0_1::graph

// The fused loop: elementwise operations, broadcasts and the folds at their end in one pass over memory.
// Compiled forms of operations that users define: called through constant pointers, which inline.

namespace fluxpp::inline v0_1 {
namespace graph {

template <class V> using forward_pointer = V (*)(const V*);
template <class T> using run_pointer = void (*)(const kernels::step_args<T>&);

/// custom_kernels: what a plan needs to run an operation that it knows only by address.
struct custom_kernels {
  forward_pointer<float> f32 = nullptr;
  forward_pointer<double> f64 = nullptr;
  forward_pointer<simd::batch<float>> f32_batch = nullptr;
  forward_pointer<simd::batch<double>> f64_batch = nullptr;
  run_pointer<float> run_f32 = nullptr;
  run_pointer<double> run_f64 = nullptr;

  template <class V> constexpr forward_pointer<V> forward() const {
    if constexpr (std::is_same_v<V, float>) return f32;
    else if constexpr (std::is_same_v<V, double>) return f64;
    else if constexpr (std::is_same_v<V, simd::batch<float>>) return f32_batch;
    else return f64_batch;
  }
  template <class T> constexpr run_pointer<T> run() const {
    if constexpr (std::is_same_v<T, float>) return run_f32;
    else return run_f64;
  }
};

} // namespace graph

template <class Op> constexpr graph::custom_kernels make_custom_kernels() {
  graph::custom_kernels k;
  if constexpr (elementwise_op<Op>) {
    k.f32 = &ops::forward_at<Op, float>;
    k.f64 = &ops::forward_at<Op, double>;
    k.f32_batch = &ops::forward_at<Op, simd::batch<float>>;
    k.f64_batch = &ops::forward_at<Op, simd::batch<double>>;
  } else {
    k.run_f32 = &Op::template run<kernels::step_args<float>>;
    k.run_f64 = &Op::template run<kernels::step_args<double>>;
  }
  return k;
}
template <class Op> struct compiled_form { static constexpr graph::custom_kernels value = make_custom_kernels<Op>(); };

namespace kernels {

/// users<...>: the kernels of the user's own operations that a program's loops may call.
template <const graph::custom_kernels*... U> struct users {};

/// The K-th of the user's operations, on numbers or batches.
template <int K, class V, const graph::custom_kernels*... U> inline V user_forward(users<U...>, const V* x) {
  constexpr const graph::custom_kernels* all[] = {U...};
  return all[K]->template forward<V>()(x);
}

} // namespace kernels
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::kernels {

template <class List, int Index> struct op_at;
template <class First, class... Rest, int Index>
struct op_at<ops::op_list<First, Rest...>, Index> : op_at<ops::op_list<Rest...>, Index - 1> {};
template <class First, class... Rest> struct op_at<ops::op_list<First, Rest...>, 0> { using type = First; };

/// costs_of<op_list<...>>: relative work of every operation of a list.
template <class List> struct costs_of;
template <class... Op> struct costs_of<ops::op_list<Op...>> { static constexpr int value[sizeof...(Op)]{Op::cost...}; };

/// reach: how much of a batch is there: all, a part, or whatever its number says.
enum class reach { whole, part, any };

/// fused_loop<T, Users, Code...>: the loop that a code describes (graph/passes/encode.hpp says how to read it).
template <class T, class Users, int... Code> struct fused_loop {
  static constexpr int ints[sizeof...(Code)] = {Code...};
  static constexpr graph::loop_code code{ints};
  static constexpr int inputs = code.inputs(), operations = code.operations(), outputs = code.outputs();
  static constexpr graph::fold fold(int o) { return code.output(o).fold; }
  static constexpr bool folds_columns(int o) { return fold(o) != graph::fold::none && code.output(o).inner; }
  static constexpr bool folds_rows(int o) { return fold(o) != graph::fold::none && !code.output(o).inner; }
  template <class Which> static constexpr bool some_output(Which which) {
    for (int o = 0; o < outputs; ++o)
      if (which(o)) return true;
    return false;
  }
  static constexpr bool any_column_fold = some_output(folds_columns), any_row_fold = some_output(folds_rows);

  /// Relative work per element. Cheap loops are unrolled, and sum in several registers; the body of any other is compiled
  /// once, for whole batches and the last few elements alike.
  static constexpr int cost() {
    int sum = 0;
    for (int i = 0; i < operations; ++i) {
      const int op = code.operation(i).op;
      sum += op < 0 ? 8 : costs_of<ops::elementwise_list>::value[op];
    }
    return sum;
  }
  static constexpr int unroll = cost() <= 3 ? 4 : cost() <= 6 ? 2 : 1;

  using V = simd::batch<T>;
  static constexpr int width = V::size;
  static constexpr std::ptrdiff_t column_block = summands * unroll * width;
  using all_inputs = std::make_integer_sequence<int, inputs>;
  using all_operations = std::make_integer_sequence<int, operations>;
  using all_outputs = std::make_integer_sequence<int, outputs>;

  template <int Value> static constexpr bool is_product() {
    if constexpr (Value < inputs) return false;
    else if constexpr (code.operation(Value - inputs).op < 0) return false;
    else
      return std::is_same_v<typename op_at<ops::elementwise_list, code.operation(Value - inputs).op>::type, ops::mul>;
  }
  /// Value + other or, Negative, other - Value for a product Value, rounded once.
  template <int Value, bool Negative> FLUXPP_INLINE static V with_product(const V* v, V other) {
    constexpr graph::coded_operation p = code.operation(Value - inputs);
    if constexpr (Negative) return fnma(v[p.args[0]], v[p.args[1]], other);
    else return fma(v[p.args[0]], v[p.args[1]], other);
  }
  template <int Index, class X> FLUXPP_INLINE static X apply(const X* v) {
    constexpr graph::coded_operation o = code.operation(Index);
    constexpr int a = o.args[0], b = o.args[1], c = o.args[2];
    constexpr bool fuses = std::is_same_v<X, V> && simd::fused<T>;
    if constexpr (o.op < 0) {
      const X args[3]{v[a], v[b], v[c]};
      return user_forward<-1 - o.op, X>(Users{}, args);
    } else {
      using operation = typename op_at<ops::elementwise_list, o.op>::type;
      if constexpr (fuses && std::is_same_v<operation, ops::add> && is_product<a>())
        return with_product<a, false>(v, v[b]);
      else if constexpr (fuses && std::is_same_v<operation, ops::add> && is_product<b>())
        return with_product<b, false>(v, v[a]);
      else if constexpr (fuses && std::is_same_v<operation, ops::sub> && is_product<b>())
        return with_product<b, true>(v, v[a]);
      else if constexpr (operation::arity == 0) return operation::template forward<X>();
      else if constexpr (operation::arity == 1) return operation::forward(v[a]);
      else if constexpr (operation::arity == 2) return operation::forward(v[a], v[b]);
      else return operation::forward(v[a], v[b], v[c]);
    }
  }
  template <class X, int... Index>
  FLUXPP_INLINE static void evaluate([[maybe_unused]] X* v, std::integer_sequence<int, Index...>) {
    ((v[inputs + Index] = apply<Index>(v)), ...);
  }

  /// One task: its rows one after the other.
  static void run(const loop<T>& l, const part& p) {
    if constexpr (code.single()) {
      run_single(l);
    } else if (p.first_row < p.last_row) {
      row r(l, p.first_row);
      if constexpr (any_row_fold) {
        row_folds sums(l, p);
        for (std::ptrdiff_t i = p.first_row; i < p.last_row; sums.add(l, p, i, all_outputs{}))
          for (const std::ptrdiff_t end = std::min(i + sums.rows, p.last_row); i < end; ++i, r.next(l))
            run_row(l, p, r);
      } else {
        for (std::ptrdiff_t i = p.first_row; i < p.last_row; ++i, r.next(l)) run_row(l, p, r);
      }
    }
  }

private:
  /// Where the current row's operands and results begin.
  struct row {
    const T* in[inputs + 1];
    std::ptrdiff_t out[outputs + 1];
    std::ptrdiff_t index[max_rank];

    row(const loop<T>& l, std::ptrdiff_t number) {
      for (int i = 0; i < inputs; ++i) in[i] = l.in[i];
      for (int o = 0; o < outputs; ++o) out[o] = 0;
      for (int a = l.outer_axes - 1; a >= 0; --a) {
        index[a] = number % l.outer[a];
        number /= l.outer[a];
        advance(l, a, index[a]);
      }
    }
    void advance(const loop<T>& l, int axis, std::ptrdiff_t by) {
      for (int i = 0; i < inputs; ++i) in[i] += by * l.in_stride[i * l.outer_axes + axis];
      for (int o = 0; o < outputs; ++o) out[o] += by * l.out_stride[o * l.outer_axes + axis];
    }
    void next(const loop<T>& l) {
      for (int a = l.outer_axes - 1; a >= 0; --a) {
        advance(l, a, 1);
        if (++index[a] < l.outer[a]) return;
        advance(l, a, -index[a]);
        index[a] = 0;
      }
    }
  };

  static void run_single(const loop<T>& l) {
    T v[inputs + operations + 1];
    for (int i = 0; i < inputs; ++i) v[i] = *l.in[i];
    evaluate(v, all_operations{});
    for (int o = 0; o < outputs; ++o) *l.out[o] = v[code.output(o).value];
  }

  /// operands: one row in registers; where its operands and results begin, and what does not change along it.
  struct operands {
    const T* in[inputs + 1];
    V repeated[inputs + 1];
    T* out[outputs + 1];
  };
  struct accumulators {
    V fold[unroll][outputs + 1];
  };

  template <int... Index, int... O>
  FLUXPP_INLINE static operands operands_of(const loop<T>& l, const part& p, const row& r,
                                            std::integer_sequence<int, Index...>, std::integer_sequence<int, O...>) {
    operands x;
    ((x.in[Index] = r.in[Index], x.repeated[Index] = code.repeated(Index) ? V(*r.in[Index]) : V()), ...);
    ((x.out[O] = (folds_rows(O) ? l.row_sums[O] + p.number * l.partial_step[O] : l.out[O]) + r.out[O]), ...);
    return x;
  }

  // Memory to registers and back, n numbers of a batch or all.
  template <reach R> FLUXPP_INLINE static V read(const T* from, int n) {
    if constexpr (R == reach::whole) return V::load(from);
    if constexpr (R == reach::any && !simd::backend::maskable<T>)
      if (n == width) return V::load(from);
    return V::load_first(from, n);
  }
  template <reach R> FLUXPP_INLINE static void write(V v, T* to, int n) {
    if constexpr (R == reach::whole) return v.store(to);
    if constexpr (R == reach::any && !simd::backend::maskable<T>)
      if (n == width) return v.store(to);
    v.store_first(to, n);
  }

  template <int U, reach R, int... Index, int... O>
  FLUXPP_INLINE static void step(const operands& x, accumulators& acc, std::ptrdiff_t j, int n,
                                 std::integer_sequence<int, Index...>, std::integer_sequence<int, O...>) {
    V v[inputs + operations + 1];
    ((v[Index] = load<Index, R>(x, j, n)), ...);
    evaluate(v, all_operations{});
    (put<O, U, R>(x, acc, v, j, n), ...);
  }
  template <int Index, reach R> FLUXPP_INLINE static V load(const operands& x, std::ptrdiff_t j, int n) {
    if constexpr (code.repeated(Index)) return x.repeated[Index];
    else return read<R>(x.in[Index] + j, n);
  }
  template <int O, int U, reach R>
  FLUXPP_INLINE static void put(const operands& x, accumulators& acc, const V* values, std::ptrdiff_t j, int n) {
    constexpr int value = code.output(O).value;
    V v = values[value];
    if constexpr (!folds_columns(O)) {
      if constexpr (folds_rows(O)) v = combine<fold(O)>(read<R>(x.out[O] + j, n), v);
      write<R>(v, x.out[O] + j, n);
    } else if constexpr (R == reach::whole && fold(O) == graph::fold::sum && simd::fused<T> && is_product<value>()) {
      acc.fold[U][O] = with_product<value, false>(values, acc.fold[U][O]);
    } else {
      if constexpr (R != reach::whole) v = keep_first(v, n, static_cast<T>(neutral(fold(O))));
      acc.fold[U][O] = combine<fold(O)>(acc.fold[U][O], v);
    }
  }

  /// Columns j to end, first in steps of several batches.
  template <int... U>
  FLUXPP_INLINE static void run_columns(const operands& x, accumulators& acc, std::ptrdiff_t j, std::ptrdiff_t end,
                                        std::integer_sequence<int, U...>) {
    if constexpr (unroll > 1) {
      for (; j + unroll * width <= end; j += unroll * width)
        (step<U, reach::whole>(x, acc, j + U * width, width, all_inputs{}, all_outputs{}), ...);
      for (; j + width <= end; j += width) step<0, reach::whole>(x, acc, j, width, all_inputs{}, all_outputs{});
    }
    for (; j < end; j += width) {
      const int n = static_cast<int>(std::min<std::ptrdiff_t>(width, end - j));
      step<0, unroll == 1 ? reach::any : reach::part>(x, acc, j, n, all_inputs{}, all_outputs{});
    }
  }

  template <int... O> FLUXPP_INLINE static void clear(accumulators& acc, std::integer_sequence<int, O...>) {
    for (int u = 0; u < unroll; ++u) ((acc.fold[u][O] = V(static_cast<T>(neutral(fold(O))))), ...);
  }
  template <int O> FLUXPP_INLINE static void gather(const accumulators& acc, double* total) {
    if constexpr (folds_columns(O)) {
      V v = acc.fold[0][O];
      for (int u = 1; u < unroll; ++u) v = combine<fold(O)>(v, acc.fold[u][O]);
      total[O] = combine<fold(O)>(total[O], across<fold(O)>(v));
    }
  }
  template <int... O>
  FLUXPP_INLINE static void gather_all(const accumulators& acc, double* total, std::integer_sequence<int, O...>) {
    (gather<O>(acc, total), ...);
  }

  static void run_row(const loop<T>& l, const part& p, const row& r) {
    const operands x = operands_of(l, p, r, all_inputs{}, all_outputs{});
    double total[outputs + 1];
    for (int o = 0; o < outputs; ++o) total[o] = neutral(fold(o));
    accumulators acc;
    for (std::ptrdiff_t j = p.first_column; j < p.last_column;) {
      const std::ptrdiff_t end = any_column_fold ? std::min(j + column_block, p.last_column) : p.last_column;
      clear(acc, all_outputs{});
      run_columns(x, acc, j, end, std::make_integer_sequence<int, unroll>{});
      j = end;
      gather_all(acc, total, all_outputs{});
    }
    for (int o = 0; o < outputs; ++o) {
      if (!folds_columns(o)) continue;
      if (l.partial[o] == nullptr) {
        *x.out[o] = static_cast<T>(total[o]);
      } else {
        double& to = l.partial[o][p.number * l.partial_step[o] + r.out[o]];
        to = combine(fold(o), to, total[o]);
      }
    }
  }

  /// Sums of rows in T, and when each is to be added to its sum in double.
  struct row_folds {
    std::ptrdiff_t rows = std::numeric_limits<std::ptrdiff_t>::max(); ///< until some sum is full
    std::ptrdiff_t room[outputs + 1], due[outputs + 1];

    row_folds(const loop<T>& l, const part& p) {
      for (int o = 0; o < outputs; ++o) {
        if (!folds_rows(o)) continue;
        const std::ptrdiff_t kept = l.partial_size[o] / std::max<std::ptrdiff_t>(l.columns, 1);
        room[o] = summands * std::max<std::ptrdiff_t>(kept, 1);
        due[o] = p.first_row + room[o];
        rows = std::min(rows, room[o]);
        for_each_sum(l, p, o, [&](std::ptrdiff_t i) { l.row_sums[o][i] = static_cast<T>(neutral(fold(o))); });
      }
    }
    template <int... O>
    void add(const loop<T>& l, const part& p, std::ptrdiff_t row, std::integer_sequence<int, O...>) {
      (add_one<O>(l, p, row), ...);
    }
    template <int O> void add_one(const loop<T>& l, const part& p, std::ptrdiff_t row) {
      if constexpr (folds_rows(O)) {
        if (row < due[O] && row < p.last_row) return;
        due[O] = row + room[O];
        for_each_sum(l, p, O, [&](std::ptrdiff_t i) {
          l.partial[O][i] = combine<fold(O)>(l.partial[O][i], static_cast<double>(l.row_sums[O][i]));
          l.row_sums[O][i] = static_cast<T>(neutral(fold(O)));
        });
      }
    }
    /// f(index) for every element of a sum that this task contributes to.
    template <class F> static void for_each_sum(const loop<T>& l, const part& p, int o, F f) {
      for (std::ptrdiff_t first = p.number * l.partial_step[o], i = 0; i < l.partial_size[o]; i += l.columns)
        for (std::ptrdiff_t j = p.first_column; j < p.last_column; ++j) f(first + i + j);
    }
  };
};

} // namespace fluxpp::inline v0_1::kernels

// Every operation of ops::step_list with the kernel that runs it on a CPU.
// The kernels of matmul and batched_matmul.
// copy: elements of an array with any strides to an array with any others.
// in_parts: a loop over independent indices, divided among the threads of the pool.
// One pool of threads for all kernels: started when first needed, tasks divided by number and never by timing.

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace fluxpp::inline v0_1::kernels {
/// A crew is the caller and its threads; the caller is member 0. Members who wait first watch, then sleep.
class crew {
public:
  using work = void (*)(void* context, int first, int last);

  explicit crew(int size) : size_(size), spins_(size > static_cast<int>(std::thread::hardware_concurrency()) ? 0 : 60) {
    members_ = std::make_unique<member[]>(static_cast<std::size_t>(size));
    try {
      for (int i = 1; i < size; ++i) members_[index(i)].thread = std::thread([this, i] { serve(i); });
    } catch (...) {
      dismiss();
      throw;
    }
  }
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;
  ~crew() { dismiss(); }

  /// c.run(tasks, f, context): f(context, first, last) for the share of each member; returns when all are done.
  void run(int tasks, work f, void* context) {
    const int active = std::min(size_, tasks);
    tasks_ = tasks, active_ = active, work_ = f, context_ = context;
    pending_.store(active - 1, std::memory_order_relaxed);
    for (int i = 1; i < active; ++i) call(members_[index(i)]);
    do_share(0);
    wait_while(pending_, [](int left) { return left != 0; });
    rethrow_first();
  }

private:
  struct alignas(64) member {
    std::atomic<int> calls{0};
    std::exception_ptr error;
    std::thread thread;
  };

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  static void call(member& m) {
    m.calls.fetch_add(1, std::memory_order_release);
    m.calls.notify_one();
  }

  static void pause() {
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
  }

  /// Watches for a few microseconds; then offers the processor to others, who may be those it waits for; then sleeps.
  template <class Predicate> int wait_while(const std::atomic<int>& value, Predicate waiting) {
    int now = value.load(std::memory_order_acquire);
    for (int i = 0; waiting(now) && i < spins_ + yields; ++i, now = value.load(std::memory_order_acquire))
      if (i < spins_) pause();
      else std::this_thread::yield();
    for (; waiting(now); now = value.load(std::memory_order_acquire)) value.wait(now, std::memory_order_acquire);
    return now;
  }

  void serve(int i) {
    member& m = members_[index(i)];
    for (int seen = 0;;) {
      seen = wait_while(m.calls, [seen](int calls) { return calls == seen; });
      if (dismissed_.load(std::memory_order_relaxed)) return;
      do_share(i);
      if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
    }
  }

  void do_share(int i) {
    const auto bound = [&](int n) { return static_cast<int>(static_cast<long long>(tasks_) * n / active_); };
    try {
      work_(context_, bound(i), bound(i + 1));
    } catch (...) { members_[index(i)].error = std::current_exception(); }
  }

  void rethrow_first() {
    std::exception_ptr first;
    for (int i = active_ - 1; i >= 0; --i)
      if (members_[index(i)].error) first = std::exchange(members_[index(i)].error, nullptr);
    if (first) std::rethrow_exception(first);
  }

  void dismiss() {
    dismissed_.store(true, std::memory_order_relaxed);
    for (int i = 1; i < size_; ++i) {
      if (!members_[index(i)].thread.joinable()) continue;
      call(members_[index(i)]);
      members_[index(i)].thread.join();
    }
  }

  static constexpr int yields = 200;
  const int size_, spins_;
  std::unique_ptr<member[]> members_;
  int tasks_ = 0, active_ = 0;
  work work_ = nullptr;
  void* context_ = nullptr;
  alignas(64) std::atomic<int> pending_{0};
  std::atomic<bool> dismissed_{false};
};

/// thread_pool::instance(): the pool of the process; FLUXPP_NUM_THREADS threads, or one per processor.
class thread_pool {
public:
  static thread_pool& instance() {
    static thread_pool pool;
    return pool;
  }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  /// p.size(): how many threads share the work, the caller included.
  int size() const { return size_.load(std::memory_order_relaxed); }

  /// p.resize(n): uses n threads from now on.
  /// errors   run: called from within a task (std::logic_error)
  void resize(int n) {
    if (inside_task()) throw std::logic_error("fluxpp::kernels::thread_pool::resize(n): must not be called by a task");
    while (busy_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
    const ownership pool(*this);
    size_.store(std::clamp(n, 1, most_threads), std::memory_order_relaxed);
    crew_.reset();
  }

  /// p.run(tasks, f): f(0), ... f(tasks - 1); which task runs on which thread depends on these two numbers alone. In
  /// order on the calling thread if that is inside a task or if another thread is using the pool. An exception of f
  /// reaches the caller, after which some tasks have not run. Allocates only when the threads start.
  template <class F> void run(int tasks, F&& f) {
    if (tasks <= 1 || size() <= 1 || inside_task() || busy_.exchange(true, std::memory_order_acquire)) {
      for (int t = 0; t < tasks; ++t) f(t);
      return;
    }
    const ownership pool(*this);
    if (!crew_) crew_ = std::make_unique<crew>(size());
    using function = std::remove_reference_t<F>;
    const auto share = [](void* context, int first, int last) {
      const task_scope scope;
      for (int t = first; t < last; ++t) (*static_cast<function*>(context))(t);
    };
    crew_->run(tasks, share, const_cast<void*>(static_cast<const void*>(std::addressof(f))));
  }

private:
  static constexpr int most_threads = 1024;

  /// ownership: the pool is this thread's until the end of the scope.
  struct ownership {
    thread_pool& pool;
    explicit ownership(thread_pool& p) : pool(p) {}
    ownership(const ownership&) = delete;
    ownership& operator=(const ownership&) = delete;
    ~ownership() { pool.busy_.store(false, std::memory_order_release); }
  };

  struct task_scope {
    task_scope() { inside_task() = true; }
    task_scope(const task_scope&) = delete;
    task_scope& operator=(const task_scope&) = delete;
    ~task_scope() { inside_task() = false; }
  };

  static bool& inside_task() {
    static thread_local bool inside = false;
    return inside;
  }

  static int default_size() {
    const char* const wish = std::getenv("FLUXPP_NUM_THREADS");
    const long asked = wish != nullptr ? std::strtol(wish, nullptr, 10) : 0;
    const long found = static_cast<long>(std::thread::hardware_concurrency());
    return static_cast<int>(std::clamp(asked > 0 ? asked : found, 1L, static_cast<long>(most_threads)));
  }

  thread_pool() : size_(default_size()) {
#if defined(__unix__) || defined(__APPLE__)
    pthread_atfork(nullptr, nullptr, [] { instance().forget_threads(); });
#endif
  }
  ~thread_pool() = default;

  /// In the child of a fork the threads do not exist: they can be neither woken nor joined, only forgotten.
  void forget_threads() {
    static crew* forgotten; // keeps the memory reachable for leak checkers
    if (crew_) forgotten = crew_.release();
    static_cast<void>(forgotten);
    inside_task() = false;
    busy_.store(false, std::memory_order_relaxed);
  }

  std::atomic<int> size_;
  std::atomic<bool> busy_{false};
  std::unique_ptr<crew> crew_;
};
} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels {

/// The elements below which waking another thread costs more than it gains.
inline constexpr std::ptrdiff_t elements_per_task = std::ptrdiff_t{1} << 15;

/// in_parts(n, work, f): f(first, last) for parts of 0, ... n, each of enough work; work is the elements behind one index.
/// Which part runs where does not matter to results as long as f writes what belongs to its indices alone.
template <class F> void in_parts(std::ptrdiff_t n, std::ptrdiff_t work, F&& f) {
  thread_pool& pool = thread_pool::instance();
  const std::ptrdiff_t enough = n * work / elements_per_task;
  const auto tasks = static_cast<int>(std::min({n, enough, static_cast<std::ptrdiff_t>(pool.size())}));
  if (tasks <= 1) return f(std::ptrdiff_t{0}, n);
  pool.run(tasks, [&](int t) { f(n * t / tasks, n * (t + 1) / tasks); });
}

} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels {

/// copy_axis: how many elements, and how far apart they lie in either array.
struct copy_axis {
  std::ptrdiff_t extent, from, to;
};

/// copy_axes: the axes of a copy, outermost first; neighbours that both arrays step through alike are one.
struct copy_axes {
  int rank = 0;
  std::ptrdiff_t count = 1;
  copy_axis axis[max_rank]{};

  constexpr void push(const copy_axis& a) {
    count *= a.extent;
    if (a.extent == 1) return;
    copy_axis* last = rank > 0 ? &axis[rank - 1] : nullptr;
    if (last != nullptr && last->from == a.from * a.extent && last->to == a.to * a.extent)
      *last = {last->extent * a.extent, a.from, a.to};
    else axis[rank++] = a;
  }
  /// The offsets of an index, counted in row-major order.
  constexpr copy_axis offsets(std::ptrdiff_t index) const {
    copy_axis at{0, 0, 0};
    for (int i = rank - 1; i >= 0; --i) {
      at.from += index % axis[i].extent * axis[i].from;
      at.to += index % axis[i].extent * axis[i].to;
      index /= axis[i].extent;
    }
    return at;
  }
  constexpr copy_axis take(int i) {
    const copy_axis a = axis[i];
    --rank;
    for (; i < rank; ++i) axis[i] = axis[i + 1];
    return a;
  }
};

/// for_each_offset(axes, f): f(from, to) for every index, last axis fastest.
template <class F> void for_each_offset(const copy_axes& a, F&& f) {
  std::ptrdiff_t index[max_rank]{}, from = 0, to = 0;
  for (;;) {
    f(from, to);
    int i = a.rank - 1;
    for (; i >= 0; --i) {
      from += a.axis[i].from, to += a.axis[i].to;
      if (++index[i] < a.axis[i].extent) break;
      from -= a.axis[i].from * a.axis[i].extent, to -= a.axis[i].to * a.axis[i].extent;
      index[i] = 0;
    }
    if (i < 0) return;
  }
}

/// transpose_tile<Edge>(from, to): to[c][r] = from[r][c] for a square that compilers keep in registers.
template <std::ptrdiff_t Edge, class T>
inline void transpose_tile(const T* from, std::ptrdiff_t from_row, T* to, std::ptrdiff_t to_row) {
  T tile[Edge][Edge];
  for (std::ptrdiff_t i = 0; i < Edge; ++i)
    for (std::ptrdiff_t j = 0; j < Edge; ++j) tile[i][j] = from[i * from_row + j];
  for (std::ptrdiff_t j = 0; j < Edge; ++j)
    for (std::ptrdiff_t i = 0; i < Edge; ++i) to[j * to_row + i] = tile[i][j];
}

/// transpose_matrix<Edge>(rows, columns, from, to): to[c][r] = from[r][c], by tiles; what they leave by tiles of half
/// the edge.
template <std::ptrdiff_t Edge, class T> void transpose_matrix(copy_axis rows, copy_axis columns, const T* from, T* to) {
  const std::ptrdiff_t height = rows.extent - rows.extent % Edge, width = columns.extent - columns.extent % Edge;
  for (std::ptrdiff_t r = 0; r < height; r += Edge)
    for (std::ptrdiff_t c = 0; c < width; c += Edge)
      transpose_tile<Edge>(from + r * rows.from + c, rows.from, to + c * columns.to + r, columns.to);
  if constexpr (Edge > 1) {
    const copy_axis right{columns.extent - width, columns.from, columns.to},
        below{rows.extent - height, rows.from, rows.to};
    rows.extent = height;
    transpose_matrix<Edge / 2>(rows, right, from + width, to + width * columns.to);
    transpose_matrix<Edge / 2>(below, columns, from + height * rows.from, to + height);
  }
}

/// copy_elements(axes, from, to): every element, by runs of memory, by tiles of a transposition, or one by one.
template <class T> void copy_elements(copy_axes axes, const T* from, T* to) {
  if (axes.count == 0) return;
  if (axes.rank == 0) {
    *to = *from;
    return;
  }
  const copy_axis last = axes.take(axes.rank - 1);
  if (last.from == 1 && last.to == 1) {
    const std::size_t bytes = static_cast<std::size_t>(last.extent) * sizeof(T);
    return for_each_offset(axes, [&](auto f, auto t) { std::memcpy(to + t, from + f, bytes); });
  }
  int unit = axes.rank - 1;
  while (unit >= 0 && axes.axis[unit].from != 1) --unit;
  if (unit < 0 || last.to != 1)
    return for_each_offset(axes, [&](auto f, auto t) {
      for (std::ptrdiff_t i = 0; i < last.extent; ++i) to[t + i * last.to] = from[f + i * last.from];
    });
  constexpr std::ptrdiff_t edge = 64 / static_cast<std::ptrdiff_t>(sizeof(T));
  const copy_axis columns = axes.take(unit);
  for_each_offset(axes, [&](auto f, auto t) { transpose_matrix<edge>(last, columns, from + f, to + t); });
}

/// copy_in_parts(axes, from, to): copy_elements, the outermost axis divided among threads.
template <class T> void copy_in_parts(const copy_axes& axes, const T* from, T* to) {
  if (axes.rank == 0) return copy_elements(axes, from, to);
  const copy_axis outer = axes.axis[0];
  in_parts(outer.extent, outer.extent > 0 ? axes.count / outer.extent : 0,
           [&](std::ptrdiff_t first, std::ptrdiff_t last) {
             copy_axes part = axes;
             part.axis[0].extent = last - first;
             part.count = axes.count == 0 ? 0 : axes.count / outer.extent * (last - first);
             copy_elements(part, from + first * outer.from, to + first * outer.to);
           });
}

/// strides_of(shape): how far apart neighbours along each axis lie in a row-major array.
struct strides_of {
  std::ptrdiff_t axis[max_rank]{};

  constexpr explicit strides_of(const dims& shape) {
    std::ptrdiff_t stride = 1;
    for (int i = shape.rank - 1; i >= 0; --i) {
      axis[i] = stride;
      stride *= shape[i];
    }
  }
  constexpr std::ptrdiff_t operator[](int i) const { return axis[i]; }
};

} // namespace fluxpp::inline v0_1::kernels

// The matrix product: which way to compute it, and how threads share it.

// The matrix product by tiles: panels of b in the second cache or the third, strips of a in the first, tiles of c in
// registers.

// Copies of the operands of a matrix product, in the order in which the micro-kernel reads them.

// The micro-kernel of the matrix product: a tile of the result that stays in registers.

namespace fluxpp::inline v0_1::kernels::matrix {
using std::ptrdiff_t;

/// strip: `rows` rows of a, walked along the depth; element (i, p) is data[i row + p col].
template <class T> struct strip {
  const T* data;
  ptrdiff_t row, col;
};

/// panels: columns of b, a tile's width of them side by side; lines of a panel are `line` apart, panels `next`.
template <class T> struct panels {
  const T* data;
  ptrdiff_t line, next;
};

/// target: where tiles of c go; it has `columns` columns, and `add` keeps what is there.
template <class T> struct target {
  T* data;
  ptrdiff_t row;
  int columns;
  bool add;
};

/// tile<T, rows, vectors>::run(depth, a, b, c): c = or += a b, one tile after the other from left to right. Every element
/// is one chain of fused multiply-adds along the depth, so its bits do not depend on the size of the tile it is in.
template <class T, int rows, int vectors> struct tile {
  using batch = simd::batch<T>;
  static constexpr std::size_t count = static_cast<std::size_t>(rows * vectors);

  static constexpr int width = vectors * batch::size;

  static void run(int depth, const strip<T>& a, panels<T> b, target<T> c) {
    for (; c.columns > 0; c.columns -= width, c.data += width, b.data += b.next) {
      sums sum;
      clear(sum, element_numbers{});
      accumulate(depth, a, b, sum);
      if (c.columns < width) store_part(sum, c);
      else if (c.add) store<true>(sum, c, element_numbers{});
      else store<false>(sum, c, element_numbers{});
    }
  }

private:
  using row_numbers = std::make_index_sequence<static_cast<std::size_t>(rows)>;
  using vector_numbers = std::make_index_sequence<static_cast<std::size_t>(vectors)>;
  using element_numbers = std::make_index_sequence<count>;
  using sums = std::array<batch, count>; // only ever indexed by constants: it must stay in registers
  using line_of_b = std::array<batch, static_cast<std::size_t>(vectors)>;

  template <std::size_t... i> [[gnu::always_inline]] static inline void clear(sums& sum, std::index_sequence<i...>) {
    ((sum[i] = batch(T(0))), ...);
  }

  // Rows in threes: base, base + row, base + 2 row are x86 addresses, so twelve rows need four registers.
  [[gnu::always_inline]] static inline void accumulate(int depth, const strip<T>& a, const panels<T>& b, sums& sum) {
    const ptrdiff_t row = a.row, col = a.col, line = b.line;
    const auto start = [&](int i) { return a.data + (i < rows ? i : 0) * row; };
    std::array<const T*, 4> base = {start(0), start(3), start(6), start(9)};
    const T* at = b.data;
    for (int p = 0; p < depth; ++p, at += line) {
      line_of_b bs;
      load(at, bs, vector_numbers{});
      multiply_rows(base, row, bs, sum, row_numbers{});
      base = {base[0] + col, base[1] + col, base[2] + col, base[3] + col};
    }
  }

  template <std::size_t... v>
  [[gnu::always_inline]] static inline void load(const T* at, line_of_b& b, std::index_sequence<v...>) {
    ((b[v] = simd::in_register(batch::load(at + static_cast<ptrdiff_t>(v) * batch::size))), ...);
  }

  template <std::size_t... i>
  [[gnu::always_inline]] static inline void multiply_rows(const std::array<const T*, 4>& base, ptrdiff_t row,
                                                          const line_of_b& b, sums& sum, std::index_sequence<i...>) {
    (multiply<i>(batch(base[i / 3][static_cast<ptrdiff_t>(i % 3) * row]), b, sum, vector_numbers{}), ...);
  }

  template <std::size_t row, std::size_t... v>
  [[gnu::always_inline]] static inline void multiply(batch a, const line_of_b& b, sums& sum,
                                                     std::index_sequence<v...>) {
    ((sum[row * vectors + v] = fma(a, b[v], sum[row * vectors + v])), ...);
  }

  static T* address(const target<T>& c, std::size_t i) {
    return c.data + static_cast<ptrdiff_t>(i / vectors) * c.row + static_cast<ptrdiff_t>(i % vectors) * batch::size;
  }

  template <bool add, std::size_t... i>
  [[gnu::always_inline]] static inline void store(const sums& sum, const target<T>& c, std::index_sequence<i...>) {
    if constexpr (add) ((batch::load(address(c, i)) + sum[i]).store(address(c, i)), ...);
    else (sum[i].store(address(c, i)), ...);
  }

  [[gnu::always_inline]] static inline void store_part(const sums& sum, const target<T>& c) {
    T whole[static_cast<std::size_t>(rows * width)];
    store<false>(sum, {whole, width, width, false}, element_numbers{});
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < c.columns; j += batch::size) {
        const int n = std::min(batch::size, c.columns - j);
        T* const to = c.data + i * c.row + j;
        const batch v = batch::load(whole + i * width + j);
        (c.add ? batch::load_first(to, n) + v : v).store_first(to, n);
      }
  }
};
} // namespace fluxpp::inline v0_1::kernels::matrix

namespace fluxpp::inline v0_1::kernels {
/// strided: a matrix in memory; element (i, j) is data[i row + j col], so a transpose is an exchange of strides.
template <class T> struct strided {
  const T* data;
  std::ptrdiff_t row, col;

  constexpr strided from(int i, int j) const { return {data + i * row + j * col, row, col}; }
};

namespace matrix {
/// scratch<T>(n): n numbers of this thread, aligned to a cache line; they last until the next call, and only grow.
template <class T> T* scratch(std::size_t n) {
  struct release {
    void operator()(void* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  static thread_local std::unique_ptr<void, release> memory;
  static thread_local std::size_t size = 0;
  if (n * sizeof(T) > size) {
    memory.reset();
    size = 0;
    memory.reset(::operator new (n * sizeof(T), std::align_val_t{64}));
    size = n * sizeof(T);
  }
  return static_cast<T*>(memory.get());
}

/// copy_lines(b, depth, columns, width, to): b's lines one after the other, each filled up with zeros to `width`, a
/// multiple of a batch; for b with b.col == 1.
template <class T> void copy_lines(const strided<T>& b, int depth, int columns, int width, T* to) {
  using batch = simd::batch<T>;
  for (int p = 0; p < depth; ++p, to += width) {
    const T* const line = b.data + p * b.row;
    for (int j = 0; j < width; j += batch::size) {
      const int n = columns - j;
      (n >= batch::size ? batch::load(line + j) : batch::load_first(line + j, std::max(n, 0))).store(to + j);
    }
  }
}

/// turn_lines(b, depth, columns, width, to): as copy_lines, for b with b.row == 1, by squares of batches.
template <class T> void turn_lines(const strided<T>& b, int depth, int columns, int width, T* to) {
  using batch = simd::batch<T>;
  constexpr int side = batch::size;
  std::array<batch, static_cast<std::size_t>(side)> square;
  for (int j = 0; j < width; j += side)
    for (int p = 0; p < depth; p += side) {
      const int high = std::min(side, depth - p);
      for (int i = 0; i < side; ++i) {
        const T* const at = b.data + p + (j + i) * b.col;
        square[static_cast<std::size_t>(i)] = j + i >= columns ? batch(T(0))
                                              : high == side   ? batch::load(at)
                                                               : batch::load_first(at, high);
      }
      simd::transpose(square);
      for (int i = 0; i < high; ++i) square[static_cast<std::size_t>(i)].store(to + (p + i) * width + j);
    }
}

/// pack_panel(b, depth, columns, width, to): `columns` columns of b as a panel of `width` columns, zeros at the end.
template <class T> void pack_panel(const strided<T>& b, int depth, int columns, int width, T* to) {
  if (b.col == 1) return copy_lines(b, depth, columns, width, to);
  if (b.row == 1) return turn_lines(b, depth, columns, width, to);
  for (int p = 0; p < depth; ++p)
    for (int j = 0; j < width; ++j) to[p * width + j] = j < columns ? b.data[p * b.row + j * b.col] : T(0);
}

/// pack_strip(a, rows, depth, to): the rows of a as a strip: row after row if they are contiguous, else all rows' elements
/// of one depth after those of another. Room for a batch is needed behind the strip.
template <class T> strip<T> pack_strip(const strided<T>& a, int rows, int depth, T* to) {
  constexpr int line = 64 / static_cast<int>(sizeof(T));
  if (a.col == 1) {
    const ptrdiff_t pitch = (depth / line + 1) / 2 * 2 * line + line; // odd, so that rows spread over the cache's sets
    for (int i = 0; i < rows; ++i) std::copy_n(a.data + i * a.row, depth, to + i * pitch);
    return {to, pitch, 1};
  }
  if (a.row == 1) {
    using batch = simd::batch<T>;
    for (int p = 0; p < depth; ++p)
      for (int i = 0; i < rows; i += batch::size)
        batch::load_first(a.data + p * a.col + i, std::min(batch::size, rows - i)).store(to + p * rows + i);
  } else {
    for (int p = 0; p < depth; ++p)
      for (int i = 0; i < rows; ++i) to[p * rows + i] = a.data[i * a.row + p * a.col];
  }
  return {to, 1, rows};
}
} // namespace matrix
} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels::matrix {
/// blocking<T>: the largest blocks: of b in the second cache, `depth` by `columns`, and the largest tile of c.
template <class T> struct blocking {
  static constexpr int depth = 1600 / static_cast<int>(sizeof(T)), columns = 1024;
  static constexpr int rows = simd::registers == 32 ? 12 : 6, width = 2 * simd::batch<T>::size;
  static constexpr std::size_t strip_size = static_cast<std::size_t>((depth + 48) * rows);
};

inline constexpr std::size_t strips_at_once = 4;

/// even_block(n, most, unit): the size of equal blocks of n, multiples of unit and no larger than most. Blocks of the
/// depth depend on the depth alone, for they decide the order of additions.
constexpr int even_block(int n, int most, int unit) {
  const int blocks = (n + most - 1) / most;
  return ((n + blocks - 1) / blocks + unit - 1) / unit * unit;
}

template <class T> using tile_kernel = void (*)(int, const strip<T>&, panels<T>, target<T>);

/// tile_heights: the heights that tiles come in, highest first.
inline constexpr std::array tile_heights{12, 8, 6, 4, 3, 2, 1};

template <class T, int vectors> constexpr auto tiles_of_width = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<tile_kernel<T>, sizeof...(i)>{
      tile<T, std::min(tile_heights[i], blocking<T>::rows), vectors>::run...};
}
(std::make_index_sequence<tile_heights.size()>{});

/// next_height(left, most): which of tile_heights to use for `left` rows; it leaves no single row if it can.
constexpr std::size_t next_height(int left, int most) {
  std::size_t i = 0;
  while (tile_heights[i] > most || tile_heights[i] > left || (left - tile_heights[i] == 1 && left > 2)) ++i;
  return i;
}

/// product: c = or += a b, a part of the whole, and which of the operands it copies.
template <class T> struct product {
  int rows, columns, depth;
  strided<T> a, b;
  target<T> c;
  bool pack_a, pack_b;
};

/// columns_of_b: b as panels of full width, then at most one narrow panel of one or two batches, which is always packed.
template <class T> struct columns_of_b {
  int wide, narrow, narrow_vectors;
  panels<T> wide_panels, narrow_panel;

  columns_of_b(const product<T>& x, T* memory)
      : wide(x.columns / width * width), narrow(x.columns - wide),
        narrow_vectors(narrow > simd::batch<T>::size ? 2 : 1) {
    const int line = narrow_vectors * simd::batch<T>::size;
    wide_panels = x.pack_b ? panels<T>{memory, width, static_cast<ptrdiff_t>(width) * x.depth}
                           : panels<T>{x.b.data, x.b.row, width};
    for (int j = 0; j < wide && x.pack_b; j += width, memory += static_cast<ptrdiff_t>(width) * x.depth)
      pack_panel(x.b.from(0, j), x.depth, width, width, memory);
    if (narrow > 0) pack_panel(x.b.from(0, wide), x.depth, narrow, line, memory);
    narrow_panel = {memory, line, 0};
  }

private:
  static constexpr int width = blocking<T>::width;
};

/// multiply_strip(x, first, h, a, b): the rows of c from `first` on, tile_heights[h] of them.
template <class T>
void multiply_strip(const product<T>& x, int first, std::size_t h, const strip<T>& a, const columns_of_b<T>& b) {
  T* const c = x.c.data + first * x.c.row;
  tiles_of_width<T, 2>[h](x.depth, a, b.wide_panels, {c, x.c.row, b.wide, x.c.add});
  if (b.narrow == 0) return;
  const auto kernel = b.narrow_vectors == 2 ? tiles_of_width<T, 2>[h] : tiles_of_width<T, 1>[h];
  kernel(x.depth, a, b.narrow_panel, {c + b.wide, x.c.row, b.narrow, x.c.add});
}

/// multiply_block(x, memory): strips of a, a few at a time, against all panels of b. Strips that are packed together share
/// the cache lines of a transposed a.
template <class T> void multiply_block(const product<T>& x, T* memory) {
  const columns_of_b<T> b(x, memory + strips_at_once * blocking<T>::strip_size);
  std::array<strip<T>, strips_at_once> a;
  std::array<std::size_t, strips_at_once> h;
  for (int first = 0; first < x.rows;) {
    std::size_t count = 0;
    for (int i = first; count < strips_at_once && i < x.rows; i += tile_heights[h[count++]]) {
      const strided<T> rows = x.a.from(i, 0);
      h[count] = next_height(x.rows - i, blocking<T>::rows);
      a[count] = x.pack_a ? pack_strip(rows, tile_heights[h[count]], x.depth, memory + count * blocking<T>::strip_size)
                          : strip<T>{rows.data, rows.row, rows.col};
    }
    for (std::size_t n = 0; n < count; first += tile_heights[h[n++]]) multiply_strip(x, first, h[n], a[n], b);
  }
}

/// aliases<T>(stride): whether elements so far apart compete for few sets of the first cache.
template <class T> constexpr bool aliases(ptrdiff_t stride) {
  return stride * static_cast<ptrdiff_t>(sizeof(T)) % 1024 == 0;
}

/// multiply_by_tiles(m, n, k, a, b, c, ldc, add): c = or += a b, any strides.
template <class T>
void multiply_by_tiles(int m, int n, int k, const strided<T>& a, const strided<T>& b, T* c, ptrdiff_t ldc, bool add) {
  using size = blocking<T>;
  const int depth = even_block(k, size::depth, 8);
  const int columns = even_block(n, size::columns * size::depth / std::min(k, depth), size::width);
  const bool pack_a = (a.row != 1 && a.col != 1) || n > 128 || (n > size::width && aliases<T>(a.row * a.col));
  const bool pack_b = b.col != 1 || (m > 2 * size::rows && (k > 64 || aliases<T>(b.row)));
  const std::size_t strips = strips_at_once * size::strip_size;
  T* const memory = scratch<T>(strips + static_cast<std::size_t>(columns) * static_cast<std::size_t>(depth));
  for (int j = 0; j < n; j += columns)
    for (int p = 0; p < k; p += depth) {
      const int wide = std::min(columns, n - j), deep = std::min(depth, k - p);
      const target<T> to{c + j, ldc, wide, add || p > 0};
      multiply_block<T>({m, wide, deep, a.from(0, p), b.from(p, j), to, pack_a, pack_b}, memory);
    }
}
} // namespace fluxpp::inline v0_1::kernels::matrix

// The matrix product by scalar products, for operands that are both contiguous along the depth: nothing is packed.

namespace fluxpp::inline v0_1::kernels::matrix {
/// dots<T, rows, columns>::run(depth, a, b, c): c = or += the scalar products of rows of a and columns of b; each is one
/// batch of partial sums along the depth, then the tree of simd::reduce_add.
template <class T, int rows, int columns> struct dots {
  using batch = simd::batch<T>;
  static constexpr std::size_t count = static_cast<std::size_t>(rows * columns);

  static void run(int depth, const strided<T>& a, const strided<T>& b, const target<T>& c) {
    alignas(64) T result[count + batch::size];
    reduce(accumulate(depth, a, b), result, numbers<(rows * columns + batch::size - 1) / batch::size>{});
    for (int i = 0; i < rows; ++i) {
      T *const to = c.data + i * c.row, *const from = result + i * columns;
      if (c.add)
        for (int j = 0; j < columns; ++j) from[j] = to[j] + from[j];
      std::memcpy(to, from, columns * sizeof(T));
    }
  }

private:
  template <int n> using numbers = std::make_index_sequence<static_cast<std::size_t>(n)>;

  template <std::size_t... i> static std::array<batch, count> zeros(std::index_sequence<i...>) {
    return {((void)i, batch(T(0)))...};
  }

  [[gnu::always_inline]] static inline std::array<batch, count> accumulate(int depth, const strided<T>& a,
                                                                           const strided<T>& b) {
    std::array<batch, count> sum = zeros(numbers<rows * columns>{});
    const int whole = depth - depth % batch::size, rest = depth - whole;
    for (int p = 0; p < whole; p += batch::size)
      multiply(a, b, sum, numbers<rows>{}, numbers<columns>{}, [p](const T* at) { return batch::load(at + p); });
    if (rest > 0)
      multiply(a, b, sum, numbers<rows>{}, numbers<columns>{},
               [whole, rest](const T* at) { return batch::load_first(at + whole, rest); });
    return sum;
  }

  template <std::size_t... i, std::size_t... j, class Load>
  [[gnu::always_inline]] static inline void multiply(const strided<T>& a, const strided<T>& b,
                                                     std::array<batch, count>& sum, std::index_sequence<i...>,
                                                     std::index_sequence<j...> columns_of_b, Load load) {
    const std::array<batch, sizeof...(j)> bs = {simd::in_register(load(b.data + static_cast<ptrdiff_t>(j) * b.col))...};
    (multiply_row<i>(simd::in_register(load(a.data + static_cast<ptrdiff_t>(i) * a.row)), bs, sum, columns_of_b), ...);
  }

  template <std::size_t row, std::size_t... j>
  [[gnu::always_inline]] static inline void multiply_row(batch a, const std::array<batch, sizeof...(j)>& b,
                                                         std::array<batch, count>& sum, std::index_sequence<j...>) {
    ((sum[row * sizeof...(j) + j] = fma(a, b[j], sum[row * sizeof...(j) + j])), ...);
  }

  template <std::size_t... part>
  [[gnu::always_inline]] static inline void reduce(const std::array<batch, count>& sum, T* result,
                                                   std::index_sequence<part...>) {
    constexpr std::size_t group = std::min(count, static_cast<std::size_t>(batch::size));
    (sums(pick<part * group>(sum, std::make_index_sequence<group>{})).store(result + part * group), ...);
  }

  template <std::size_t first, std::size_t... i>
  [[gnu::always_inline]] static inline std::array<batch, sizeof...(i)> pick(const std::array<batch, count>& sum,
                                                                            std::index_sequence<i...>) {
    return {sum[first + i]...};
  }
};

/// multiply_by_dots(m, n, k, a, b, c, ldc, add): c = or += a b for a.col == 1 and b.row == 1.
template <class T>
void multiply_by_dots(int m, int n, int k, const strided<T>& a, const strided<T>& b, T* c, ptrdiff_t ldc, bool add) {
  constexpr int most_depth = 4096 / static_cast<int>(sizeof(T)); // four rows of a fill half of a 32 KB cache
  for (int p = 0; p < k; p += most_depth) {
    const int depth = std::min(most_depth, k - p);
    for (int i = 0; i < m;) {
      const bool four = m - i >= 4;
      const strided<T> left = a.from(i, p);
      const auto tiles = [&](auto run, int from, int to, int columns) { // one call per tile: a loop inside was slower
        for (int j = from; j < to; j += columns)
          run(depth, left, b.from(p, j), target<T>{c + i * ldc + j, ldc, columns, add || p > 0});
      };
      const int fours = n / 4 * 4, twos = n / 2 * 2;
      tiles(four ? dots<T, 4, 4>::run : dots<T, 1, 4>::run, 0, fours, 4);
      tiles(four ? dots<T, 4, 2>::run : dots<T, 1, 2>::run, fours, twos, 2);
      tiles(four ? dots<T, 4, 1>::run : dots<T, 1, 1>::run, twos, n, 1);
      i += four ? 4 : 1;
    }
  }
}
} // namespace fluxpp::inline v0_1::kernels::matrix

namespace fluxpp::inline v0_1::kernels {
namespace matrix {
/// suits_dots(m, n, k, a, b): whether scalar products are faster than tiles. Decided by shape alone, for the two add up in
/// different orders.
template <class T> bool suits_dots(int m, int n, int k, const strided<T>& a, const strided<T>& b) {
  constexpr int lanes = simd::batch<T>::size;
  return a.col == 1 && b.row == 1 && (m <= 8 || n <= 4 || (n <= lanes * 3 / 4 && k % lanes == 0));
}

/// grid: c divided among tasks, `rows` by `columns` of them.
struct grid {
  int rows, columns;
};

/// choose_grid(m, n, tasks, unit): the grid of that many tasks whose largest part costs least, columns in units; the
/// smaller terms are those of copying b and a.
inline grid choose_grid(int m, int n, int tasks, int unit) {
  grid best{tasks, 1};
  double least = 1e300;
  for (int rows = 1; rows <= tasks; ++rows) {
    if (tasks % rows != 0) continue;
    const double high = even_block(m, (m + rows - 1) / rows, 4), columns = tasks / rows;
    const double wide = std::ceil(std::ceil(n / columns) / unit) * unit, cost = high * wide + 4 * wide + 2 * high;
    if (cost < least) least = cost, best = {rows, tasks / rows};
  }
  return best;
}

/// share(n, part, parts, unit): where a part of n begins; parts differ by no more than a unit.
constexpr int share(int n, int part, int parts, int unit) {
  const long long units = (n + unit - 1) / unit;
  return static_cast<int>(std::min<long long>(n, units * part / parts * unit));
}
} // namespace matrix

/// gemm(m, n, k, a, b, c, ldc, accumulate): c = a b, or c += a b.
/// shapes   a [m, k], b [k, n] of any strides; c [m, n] by rows, which begin ldc apart
/// accuracy (k + 1) / 2 ulp of the sum of magnitudes at worst; the same bits for any number of threads
/// source   the tiles: Van Zee & van de Geijn 2015, BLIS, ACM TOMS 41(3), with strips of a in place of its blocks
template <class T>
void gemm(int m, int n, int k, strided<T> a, strided<T> b, T* c, std::ptrdiff_t ldc, bool accumulate,
          bool parallel = true) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) {
    for (int i = 0; i < m && !accumulate; ++i) std::fill_n(c + i * ldc, n, T(0));
    return;
  }
  if (n == 1 && m > 1 && ldc == 1) // a column is a row of the transposed product
    return gemm(1, m, k, strided<T>{b.data, b.col, b.row}, strided<T>{a.data, a.col, a.row}, c, m, accumulate,
                parallel);
  const auto multiply = matrix::suits_dots(m, n, k, a, b) ? matrix::multiply_by_dots<T> : matrix::multiply_by_tiles<T>;
  const double work = 2.0 * m * n * k, least = 5e5;
  const int threads = parallel && work >= 2 * least ? thread_pool::instance().size() : 1;
  const int tasks = static_cast<int>(std::min<double>(threads, work / least));
  if (tasks <= 1) return multiply(m, n, k, a, b, c, ldc, accumulate);
  constexpr int unit = simd::batch<T>::size;
  const matrix::grid parts = matrix::choose_grid(m, n, tasks, unit);
  thread_pool::instance().run(tasks, [&](int task) {
    const int row = task / parts.columns, column = task % parts.columns;
    const int i = matrix::share(m, row, parts.rows, 4), j = matrix::share(n, column, parts.columns, unit);
    const int rows = matrix::share(m, row + 1, parts.rows, 4) - i;
    const int columns = matrix::share(n, column + 1, parts.columns, unit) - j;
    if (rows > 0 && columns > 0)
      multiply(rows, columns, k, a.from(i, 0), b.from(0, j), c + i * ldc + j, ldc, accumulate);
  });
}
} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels {

/// matrix_of(data, shape, transposed): the last two axes as a matrix.
template <class T> strided<T> matrix_of(const T* data, const dims& shape, bool transposed) {
  const std::ptrdiff_t row = shape[shape.rank - 1];
  return transposed ? strided<T>{data, 1, row} : strided<T>{data, row, 1};
}

template <> struct step<ops::matmul> {
  template <class T> static std::size_t scratch(const step_args<T>&) { return 0; }
  template <class T> static void run(const step_args<T>& s) {
    const bool ta = s.attr.value[0] != 0, tb = s.attr.value[1] != 0;
    gemm(s.shape[0], s.shape[1], ops::matrix_extent(s.in_shape[0], 1, ta), matrix_of(s.in[0], s.in_shape[0], ta),
         matrix_of(s.in[1], s.in_shape[1], tb), s.out, std::ptrdiff_t{s.shape[1]}, false);
  }
};

/// The strides between matrices along the leading axes of a result; 0 where the operand repeats.
struct lead_strides {
  std::ptrdiff_t axis[max_rank]{};

  lead_strides(const dims& operand, int rank) {
    const strides_of strides(operand);
    for (int i = 0; i + 2 < operand.rank; ++i) axis[i + rank - operand.rank] = operand[i] == 1 ? 0 : strides[i];
  }
};

template <> struct step<ops::batched_matmul> {
  template <class T> static std::size_t scratch(const step_args<T>&) { return 0; }
  template <class T> static void run(const step_args<T>& s) {
    const bool ta = s.attr.value[0] != 0, tb = s.attr.value[1] != 0;
    const int rank = s.shape.rank, m = s.shape[rank - 2], n = s.shape[rank - 1];
    const int k = ops::matrix_extent(s.in_shape[0], 1, ta);
    const lead_strides a(s.in_shape[0], rank), b(s.in_shape[1], rank);
    copy_axes lead;
    for (int i = 0; i + 2 < rank; ++i) lead.push({s.shape[i], a.axis[i], b.axis[i]});
    const std::ptrdiff_t size = std::ptrdiff_t{m} * n;
    const bool alone = lead.count < thread_pool::instance().size(); // then threads share each product
    const auto multiply = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t i = first; i < last; ++i) {
        const copy_axis at = lead.offsets(i);
        gemm(m, n, k, matrix_of(s.in[0] + at.from, s.in_shape[0], ta), matrix_of(s.in[1] + at.to, s.in_shape[1], tb),
             s.out + i * size, std::ptrdiff_t{n}, false, alone);
      }
    };
    if (alone) multiply(0, lead.count);
    else in_parts(lead.count, size * k / 8, multiply);
  }
};

} // namespace fluxpp::inline v0_1::kernels

// The kernels of conv2d, conv2d_input_grad and conv2d_weight_grad.
// Convolution and its two gradients: the three members of one bilinear family, each the transpose of the others.

// The input gradient of a convolution as correlations of stride 1: inputs a stride apart meet the same taps.

// The correlation of packed images with packed filters: the forward pass, and with mirrored filters the input gradient.

// Copies of images and filters in the order in which the register tiles read them.

// How images are cut into chunks and packed, so that a step along the outputs of a chunk is a step in memory.

// The extents of a convolution: everything that its three kernels must know beside the numbers.

// A window says how one axis of an image is covered by the taps of a convolution or of a pool.

namespace fluxpp::inline v0_1::kernels {
/// range: the integers begin, begin + 1, ... end - 1.
struct range {
  int begin = 0, end = 0;

  constexpr int size() const { return end - begin; }
  constexpr bool operator==(const range&) const = default;
};

/// ceil_div(a, b): a / b rounded up, b > 0; a may be negative.
constexpr int ceil_div(int a, int b) { return a > 0 ? (a - 1) / b + 1 : -(-a / b); }

/// window: output o and tap t of one axis meet at input o stride - pad_before + t dilation.
/// A negative pad drops inputs; outputs and inputs beyond the last meeting point are legal.
struct window {
  int in = 1, out = 1, size = 1, stride = 1, pad_before = 0, pad_after = 0, dilation = 1;

  /// reach(): the distance from the first tap to the end of the last.
  constexpr int reach() const { return (size - 1) * dilation + 1; }

  /// origin(o): the input under the first tap of output o; negative or >= in inside the padding.
  constexpr int origin(int o) const { return o * stride - pad_before; }

  /// taps(o): the taps of output o that meet an input.
  constexpr range taps(int o) const { return taps_between(o, 0, in); }

  /// padded_taps(o): the taps of output o that meet an input or the padding that belongs to the image.
  constexpr range padded_taps(int o) const { return taps_between(o, -pad_before, in + pad_after); }

  /// part(o): the same window for the n outputs from o on.
  constexpr window part(int o, int n) const {
    window w = *this;
    w.out = n;
    w.pad_before -= o * stride;
    return w;
  }

  /// plain(): whether output o is input o alone.
  constexpr bool plain() const { return in == out && size == 1 && stride == 1 && pad_before == 0; }

  constexpr bool operator==(const window&) const = default;

private:
  constexpr range taps_between(int o, int low, int high) const {
    if (low <= origin(o) && origin(o) + reach() <= high) return {0, size}; // most windows, without a division
    const auto clamp = [this](int t) { return t < 0 ? 0 : t < size ? t : size; };
    const int begin = clamp(ceil_div(low - origin(o), dilation));
    const int end = clamp(ceil_div(high - origin(o), dilation));
    return {begin, end < begin ? begin : end};
  }
};

/// output_extent(in, size, stride, before, after, dilation): the number of places where the window fits; 0 if it never does.
/// source   Dumoulin & Visin 2016, arXiv:1603.07285
constexpr int output_extent(int in, int size, int stride, int before, int after, int dilation) {
  const int room = in + before + after - ((size - 1) * dilation + 1);
  return room < 0 ? 0 : room / stride + 1;
}

/// padded_window(in, size, stride, before, after, dilation): a window with the padding given.
constexpr window padded_window(int in, int size, int stride = 1, int before = 0, int after = 0, int dilation = 1) {
  return {in, output_extent(in, size, stride, before, after, dilation), size, stride, before, after, dilation};
}

/// same_window(in, size, stride, dilation): a window with ceil(in / stride) outputs; an odd padding has its extra at the end.
/// source   TensorFlow 2015, padding SAME
constexpr window same_window(int in, int size, int stride = 1, int dilation = 1) {
  const int out = ceil_div(in, stride);
  const int missing = (out - 1) * stride + (size - 1) * dilation + 1 - in;
  const int total = out > 0 && missing > 0 ? missing : 0;
  return {in, out, size, stride, total / 2, total - total / 2, dilation};
}
} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels {
/// conv_shape: images [batch, channels, rows.in, cols.in] meet filters [filters, channels / groups, rows.size, cols.size].
/// A 1-D convolution has one row.
struct conv_shape {
  int batch = 0, channels = 0, filters = 0, groups = 1;
  window rows, cols;

  constexpr int group_channels() const { return channels / groups; }
  constexpr int group_filters() const { return filters / groups; }

  /// depth(): the number of products in one output, padding included.
  constexpr int depth() const { return group_channels() * rows.size * cols.size; }

  constexpr std::size_t input_size() const { return count(batch, channels, rows.in, cols.in); }
  constexpr std::size_t weight_size() const { return count(filters, group_channels(), rows.size, cols.size); }
  constexpr std::size_t output_size() const { return count(batch, filters, rows.out, cols.out); }

  /// products(): multiplications of one pass, padding included.
  constexpr double products() const { return static_cast<double>(output_size()) * depth(); }

  /// flat(): the same convolution of the same memory with one row, where a column or filters of one pixel allow it.
  constexpr conv_shape flat() const {
    conv_shape s = *this;
    if (cols.plain() && cols.in == 1) std::swap(s.rows, s.cols);
    if (s.rows.plain() && s.cols.plain()) {
      s.cols = padded_window(s.rows.in * s.cols.in, 1);
      s.rows = {};
    }
    return s;
  }

  constexpr bool operator==(const conv_shape&) const = default;

private:
  static constexpr std::size_t count(int a, int b, int c, int d) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c) *
           static_cast<std::size_t>(d);
  }
};
} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels::convolution {
/// The most tasks a pass is cut into. A constant, so that results and scratch do not depend on the threads.
inline constexpr int most_tasks = 16;

/// The most (channel, tap) pairs that are summed in registers before the outputs are touched.
inline constexpr int depth_block = 1024;

/// axis_packing: one axis of an image as copies in which output o of tap t is element o + shift(t) of copy t % copies.
struct axis_packing {
  window axis;
  int copies = 1;

  /// by_phase(w): as few copies as the stride allows.
  static constexpr axis_packing by_phase(const window& w) {
    return {w, std::max(1, std::min(w.size, w.stride / std::gcd(w.stride, w.dilation)))};
  }
  /// by_tap(w): one copy for each tap; then no element lies between the outputs.
  static constexpr axis_packing by_tap(const window& w) { return {w, std::max(1, w.size)}; }

  constexpr int shift(int tap) const {
    return axis.stride == 1 && copies == 1 ? tap * axis.dilation : (tap - tap % copies) * axis.dilation / axis.stride;
  }
  constexpr int length(int outputs) const { return outputs + shift((std::max(axis.size, 1) - 1) / copies * copies); }

  /// input(copy, element): the input at this place; negative or >= in if it is padding.
  constexpr int input(int copy, int element) const { return axis.origin(element) + copy * axis.dilation; }

  /// inside(copy, n): those of the first n elements that are inputs.
  constexpr range inside(int copy, int n) const {
    const int begin = std::clamp(ceil_div(-input(copy, 0), axis.stride), 0, n);
    return {begin, std::clamp(ceil_div(axis.in - input(copy, 0), axis.stride), begin, n)};
  }

  /// shared(): the zeros at the end of a row that the zeros at the start of the next row can stand for.
  constexpr int shared() const {
    const int n = length(axis.out);
    int least = n - axis.out;
    for (int c = 0; c < copies; ++c) least = std::min({least, inside(c, n).begin, n - inside(c, n).end});
    return least;
  }
};

/// chunk: the outputs of some images, or a rectangle of outputs of one image, that are computed together.
struct chunk {
  int image = 0, images = 0, row = 0, rows = 0, col = 0, cols = 0;
};

/// cut(n, most): n things in parts of about equal size, none above `most`.
struct cut {
  int total = 0, part = 1, parts = 0;

  constexpr cut() = default;
  constexpr cut(int n, int most) : total(n) {
    if (n <= 0) return;
    part = ceil_div(n, ceil_div(n, std::clamp(most, 1, n)));
    parts = ceil_div(n, part);
  }
  constexpr int begin(int i) const { return i * part; }
  constexpr int size(int i) const { return std::min(part, total - begin(i)); }
};

/// budget: what a chunk should be like: outputs, elements of packed channels, products of an output; and the lanes of a
/// register.
struct budget {
  int most_outputs = 2048, least_outputs = 512, elements = 131072, lanes = 16, depth = depth_block;
};

/// packing: rows of `images` images side by side; row r of image i starts at (r images + i) pitch.
struct packing {
  conv_shape shape;
  axis_packing rows, cols;
  int pitch = 1, channels = 1;
  cut image_cut, row_cut, col_cut;

  constexpr packing() = default;
  constexpr packing(const conv_shape& s, const budget& b) : shape(s) {
    rows = axis_packing::by_phase(shape.rows);
    cols = choose(shape, b);
    pitch = cols.length(cols.axis.out) - cols.shared();
    channels = cut(shape.group_channels(), b.depth / std::max(1, shape.rows.size * shape.cols.size)).part;
    cut_outputs(b);
  }

  constexpr int chunks() const { return image_cut.parts * row_cut.parts * col_cut.parts; }
  constexpr chunk at(int i) const {
    const int c = i % col_cut.parts, r = i / col_cut.parts % row_cut.parts, n = i / col_cut.parts / row_cut.parts;
    return {image_cut.begin(n), image_cut.size(n), row_cut.begin(r),
            row_cut.size(r),    col_cut.begin(c),  col_cut.size(c)};
  }

  constexpr int line(const chunk& c) const { return c.images * pitch; }
  /// positions(c): the outputs of a chunk and the gaps between them.
  constexpr int positions(const chunk& c) const { return c.rows * line(c) - (pitch - c.cols); }

  /// plane(): elements of one copy of one channel; an odd number of cache lines, so that channels use all cache sets.
  /// At least one register of zeros stands at its end.
  constexpr int plane() const {
    const int needed = rows.length(row_cut.part) * image_cut.part * pitch + cols.length(col_cut.part) - pitch;
    return (needed + 31) / 16 * 16 | 16;
  }
  constexpr int channel() const { return rows.copies * cols.copies * plane(); }

  /// fill_offsets(c, begin, n, offset): the element that output 0 of the chunk meets, for the (channel, tap) pairs
  /// begin, ... begin + n - 1.
  constexpr void fill_offsets(const chunk& c, int begin, int n, int* offset) const {
    const int col_taps = shape.cols.size, taps = shape.rows.size * col_taps;
    for (int d = 0; d < std::min(n, taps); ++d) {
      const int i = begin + d;
      offset[d] = i / taps * channel() + tap_offset(c, i / col_taps % shape.rows.size, i % col_taps);
    }
    for (int d = taps; d < n; ++d) offset[d] = offset[d - taps] + channel();
  }

  /// scratch(slack): elements for `channels` channels; reading may run over the end by `slack`.
  constexpr std::size_t scratch(int slack) const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(channel()) +
           static_cast<std::size_t>(cols.length(col_cut.part) + slack);
  }

private:
  constexpr int tap_offset(const chunk& c, int row_tap, int col_tap) const {
    const int copy = row_tap % rows.copies * cols.copies + col_tap % cols.copies;
    return copy * plane() + rows.shift(row_tap) * line(c) + cols.shift(col_tap);
  }

  // A copy for each tap pays where the gaps between rows cost more multiplications than the copies cost moves.
  static constexpr axis_packing choose(const conv_shape& s, const budget& b) {
    const auto few = axis_packing::by_phase(s.cols);
    const double gap = few.length(s.cols.out) - few.shared() - s.cols.out;
    const bool dense = 2 * gap * s.rows.size * s.group_filters() > static_cast<double>(b.lanes) * s.cols.out;
    return dense ? axis_packing::by_tap(s.cols) : few;
  }

  constexpr void cut_outputs(const budget& b) {
    const double all = static_cast<double>(shape.batch) * shape.groups * shape.rows.out * pitch;
    const int share = static_cast<int>(std::min(all / most_tasks, 1e6));
    const int copied = channels * rows.copies * cols.copies;
    const int most = std::clamp(b.elements / copied, b.least_outputs, std::max(b.most_outputs, b.least_outputs));
    const int aim = std::clamp(share, b.least_outputs, most);
    col_cut = cut(shape.cols.out, b.most_outputs);
    if (col_cut.parts > 1) pitch = cols.length(col_cut.part);
    row_cut = cut(shape.rows.out, aim / std::max(1, pitch));
    if (rows.copies * rows.length(row_cut.part) > shape.rows.size * row_cut.part)
      rows = axis_packing::by_tap(rows.axis);
    const bool whole = row_cut.parts * col_cut.parts <= 1;
    image_cut = cut(shape.batch, whole ? aim / std::max(1, shape.rows.out * pitch) : 1);
  }
};
} // namespace fluxpp::inline v0_1::kernels::convolution

namespace fluxpp::inline v0_1::kernels::convolution {
/// fill_zero(to, n): n zeros and, beyond them, up to one register more.
template <class T> void fill_zero(T* to, int n) {
  using batch = simd::batch<T>;
  if (n <= 0) return;
  batch(T(0)).store(to); // most often enough
  for (int i = batch::size; i < n; i += batch::size) batch(T(0)).store(to + i);
}

/// copy_row(from, step, to, n): every step-th element; beyond the n elements zeros, up to a multiple of a register.
template <class T> void copy_row(const T* from, int step, T* to, int n) {
  using batch = simd::batch<T>;
  int i = 0;
  if (step == 1) {
    for (; i + batch::size <= n; i += batch::size) batch::load(from + i).store(to + i);
    if (i < n) batch::load_first(from + i, n - i).store(to + i);
    return;
  }
  if (step == 2) // a loop that compilers know
    for (; i < n; ++i) to[i] = from[2 * i];
  for (; i < n; ++i) to[i] = from[static_cast<std::ptrdiff_t>(i) * step];
  batch(T(0)).store(to + n);
}

/// plane_source: where the channel of an image is read: element (i, j) of image n is x[n image + i row + j].
template <class T> struct plane_source {
  const T* x;
  std::ptrdiff_t image, row;
};

/// pack_plane(rows, row_copy, cols, col_copy, from, images, pitch, to): one copy of one channel of a chunk.
/// Writes rows in the order of memory; zeros of one register follow the last.
template <class T>
void pack_plane(const axis_packing& rows, int row_copy, const axis_packing& cols, int col_copy,
                const plane_source<T>& from, int images, int pitch, T* to) {
  const int height = rows.length(rows.axis.out), width = cols.length(cols.axis.out);
  const range up = rows.inside(row_copy, height), across = cols.inside(col_copy, std::min(width, pitch));
  const std::ptrdiff_t first = across.size() > 0 ? cols.input(col_copy, across.begin) : 0;
  const int written = across.begin + ceil_div(across.size(), simd::batch<T>::size) * simd::batch<T>::size;
  for (int r = 0; r < height; ++r) {
    if (r < up.begin || r >= up.end) {
      fill_zero(to, images * pitch);
      to += images * pitch;
      continue;
    }
    const T* x = from.x + rows.input(row_copy, r) * from.row + first;
    for (int n = 0; n < images; ++n, x += from.image, to += pitch) {
      fill_zero(to, across.begin);
      copy_row(x, cols.axis.stride, to + across.begin, across.size());
      fill_zero(to + written, pitch - written);
    }
  }
  fill_zero(to, std::max(width - pitch, 0) + simd::batch<T>::size);
}

/// pack_channels(p, c, first, n, from, channel, to): channels first, ... first + n - 1 of a chunk, all copies.
template <class T>
void pack_channels(const packing& p, const chunk& c, int first, int n, plane_source<T> from, std::ptrdiff_t channel,
                   T* to) {
  const axis_packing rows{p.rows.axis.part(c.row, c.rows), p.rows.copies};
  const axis_packing cols{p.cols.axis.part(c.col, c.cols), p.cols.copies};
  from.x += c.image * from.image + first * channel;
  for (int i = 0; i < n; ++i, from.x += channel)
    for (int row_copy = 0; row_copy < rows.copies; ++row_copy)
      for (int col_copy = 0; col_copy < cols.copies; ++col_copy, to += p.plane())
        pack_plane(rows, row_copy, cols, col_copy, from, c.images, p.pitch, to);
}

/// filter_source: where filters are read; element (g, k, c, r, s) is w[g group + k filter + c channel + r row + s col].
template <class T> struct filter_source {
  const T* w;
  std::ptrdiff_t group, filter, channel, row, col;
};

/// filter_tiles(n, wide): n filters in tiles of `wide`, the rest in one or two smaller ones; some filters may be absent.
struct filter_tiles {
  int filters = 0, wide = 12, full = 0, tail = 0, tails = 0;

  constexpr filter_tiles() = default;
  constexpr filter_tiles(int n, int most) : filters(n), wide(most), full(n / most) {
    const int rest = n % most, least = most / 3;
    if (rest == 0) return;
    tail = rest <= least && full == 0 ? (n == 1 ? 1 : least) : rest <= 2 * least ? 2 * least : most;
    tails = rest <= least && full > 0 ? 2 : 1;
    if (tails == 2) --full;
  }
  constexpr int count() const { return full + tails; }
  constexpr int begin(int tile) const { return tile < full ? tile * wide : full * wide + (tile - full) * tail; }
  constexpr int width(int tile) const { return tile < full ? wide : tail; }
  constexpr int padded() const { return begin(count()); }
};

/// turn_filters(w, filter, present, width, depth, to): to[d width + k] = w[k filter + d], 0 for k >= present.
template <class T> void turn_filters(const T* w, std::ptrdiff_t filter, int present, int width, int depth, T* to) {
  using batch = simd::batch<T>;
  std::array<batch, static_cast<std::size_t>(batch::size)> square;
  for (int d = 0; d < depth; d += batch::size)
    for (int first = 0; first < width; first += batch::size) {
      const int n = std::min(batch::size, depth - d), wide = std::min(batch::size, width - first);
      for (int i = 0, k = first; i < batch::size; ++i, ++k)
        square[static_cast<std::size_t>(i)] = k < present ? batch::load_first(w + k * filter + d, n) : batch(T(0));
      simd::transpose(square);
      for (int i = 0; i < n; ++i) square[static_cast<std::size_t>(i)].store_first(to + (d + i) * width + first, wide);
    }
}

/// pack_filters(tiles, tile, s, from, to): the filters of one tile side by side for each channel and tap, absent ones zero.
template <class T>
void pack_filters(const filter_tiles& tiles, int tile, const conv_shape& s, const filter_source<T>& from, T* to) {
  const int width = tiles.width(tile), first = tiles.begin(tile), present = std::min(width, tiles.filters - first);
  const T* w = from.w + first * from.filter;
  const bool whole = from.col == 1 && from.row == s.cols.size && from.channel == s.cols.size * s.rows.size;
  if (whole) return turn_filters(w, from.filter, present, width, s.depth(), to);
  for (int c = 0; c < s.group_channels(); ++c, w += from.channel)
    for (int i = 0; i < s.rows.size; ++i)
      for (int j = 0; j < s.cols.size; ++j, to += width) {
        const T* at = w + i * from.row + j * from.col;
        for (int k = 0; k < present; ++k) to[k] = at[k * from.filter];
        for (int k = present; k < width; ++k) to[k] = T(0);
      }
}
} // namespace fluxpp::inline v0_1::kernels::convolution

// The register tiles: the innermost loops of the three passes of a convolution.

namespace fluxpp::inline v0_1::kernels::convolution {
/// tile_of<T>: tile sizes that fill the registers.
template <class T> struct tile_of {
  static constexpr int lanes = simd::batch<T>::size;
  static constexpr bool many = simd::registers == 32;
  static constexpr int wide = many ? 12 : 6, middle = wide * 2 / 3, least = wide / 3;
  static constexpr int gradient_filters = many ? 4 : 3, gradient_taps = many ? 6 : 3, single_taps = many ? 9 : 5;

  /// vectors(filters): how many registers of outputs a tile of so many filters covers.
  static constexpr int vectors(int filters) { return filters == 1 ? 8 : filters == least ? 4 : 2; }
  static constexpr int most_lanes = 8 * lanes;
  static constexpr int elements = wide * 2 * lanes;
};

/// indices<i...>: a list of constants; loops over registers are folds over it, so that no compiler leaves them rolled.
template <int... i> using indices = std::integer_sequence<int, i...>;

/// correlate_tile(filters x vectors, vectors, depth, offset, x, w, y, row): y[k row + p] = sum over d of
/// w[d][k] x[offset[d] + p], for as many registers of p as there are vectors.
template <class T, int... i, int... v>
void correlate_tile(indices<i...>, indices<v...>, int depth, const int* offset, const T* x, const T* w, T* y,
                    std::ptrdiff_t row) {
  using batch = simd::batch<T>;
  constexpr int vectors = sizeof...(v), filters = sizeof...(i) / sizeof...(v);
  batch sum[] = {(static_cast<void>(i), batch(T(0)))...};
  for (int d = 0; d < depth; ++d, w += filters) {
    const T* from = x + offset[d];
    const batch in[] = {batch::load(from + v * batch::size)...};
    ((sum[i] = simd::fma(batch(w[i / vectors]), in[i % vectors], sum[i])), ...);
  }
  (sum[i].store(y + i / vectors * row + i % vectors * batch::size), ...);
}

/// correlate_tile<filters>(...): the tile of so many filters.
template <int Filters, class T>
void correlate_tile(int depth, const int* offset, const T* x, const T* w, T* y, std::ptrdiff_t row) {
  constexpr int vectors = tile_of<T>::vectors(Filters);
  correlate_tile(std::make_integer_sequence<int, Filters * vectors>{}, std::make_integer_sequence<int, vectors>{},
                 depth, offset, x, w, y, row);
}

/// correlate_tile(filters, ...): the tile of so many filters.
template <class T>
void correlate_tile(int filters, int depth, const int* offset, const T* x, const T* w, T* y, std::ptrdiff_t row) {
  using tile = tile_of<T>;
  const auto one = filters == tile::wide     ? correlate_tile<tile::wide, T>
                   : filters == tile::middle ? correlate_tile<tile::middle, T>
                   : filters == tile::least  ? correlate_tile<tile::least, T>
                                             : correlate_tile<1, T>;
  one(depth, offset, x, w, y, row);
}

/// store_sums(v, to): to[i] = the sum of the lanes of v[i]; writes up to a register beyond.
template <class T, std::size_t count> void store_sums(const std::array<simd::batch<T>, count>& v, T* to) {
  constexpr std::size_t group = std::min<std::size_t>(8, simd::batch<T>::size);
  for (std::size_t first = 0; first < count; first += group) {
    std::array<simd::batch<T>, group> part;
    for (std::size_t i = 0; i < group; ++i) part[i] = v[std::min(first + i, count - 1)];
    simd::sums(part).store(to + first);
  }
}

/// gradient_tile(filters x taps, taps, n, ybar, plane, x, offset, wbar): wbar[k][d] = sum over p < n of
/// ybar[k plane + p] x[offset[d] + p], first by lane, then over the lanes; n is rounded up to whole registers, and writes
/// may run over the end by one.
template <class T, int... i, int... d>
void gradient_tile(indices<i...>, indices<d...>, int n, const T* ybar, std::ptrdiff_t plane, const T* x,
                   const int* offset, T* wbar) {
  using batch = simd::batch<T>;
  constexpr int taps = sizeof...(d);
  batch sum[] = {(static_cast<void>(i), batch(T(0)))...};
  const T* const from[] = {x + offset[d]...};
  for (int p = 0; p < n; p += batch::size) {
    const batch in[] = {simd::in_register(batch::load(from[d] + p))...};
    ((sum[i] = simd::fma(batch::load(ybar + i / taps * plane + p), in[i % taps], sum[i])), ...);
  }
  store_sums(std::array{sum[i]...}, wbar);
}

/// gradient_tile<filters, taps>(...): the tile of so many filters and taps.
template <int Filters, int Taps, class T>
void gradient_tile(int n, const T* ybar, std::ptrdiff_t plane, const T* x, const int* offset, T* wbar) {
  gradient_tile(std::make_integer_sequence<int, Filters * Taps>{}, std::make_integer_sequence<int, Taps>{}, n, ybar,
                plane, x, offset, wbar);
}
} // namespace fluxpp::inline v0_1::kernels::convolution

namespace fluxpp::inline v0_1::kernels::convolution {
/// Below this many products a pass stays on the calling thread.
inline constexpr double least_parallel_products = 1 << 20;

/// for_each_task(products, tasks, f): f(0), ... f(tasks - 1), on several threads where the work is worth it.
template <class F> void for_each_task(double products, int tasks, F f) {
  if (tasks > 1 && products >= least_parallel_products) return thread_pool::instance().run(tasks, f);
  for (int i = 0; i < tasks; ++i) f(i);
}

/// share(n, task, tasks): which of n jobs a task does.
constexpr range share(int n, int task, int tasks) {
  const auto at = [&](int i) { return static_cast<int>(static_cast<long long>(n) * i / tasks); };
  return {at(task), at(task + 1)};
}

/// output_grid: where results go; output (i, j) of channel k of image n is y[n image + k channel + i row + j col].
template <class T> struct output_grid {
  T* y;
  std::ptrdiff_t image, channel, row, col;
};

/// run: outputs that lie side by side, in the register tile and in memory.
struct run {
  int lane, count;
  std::ptrdiff_t offset;
};

/// find_runs(p, c, y, first, lanes, runs): the outputs among the positions first, ... first + lanes - 1; how many runs.
template <class T>
int find_runs(const packing& p, const chunk& c, const output_grid<T>& y, int first, int lanes, run* runs) {
  const bool joined = c.images == 1 && p.pitch == c.cols && y.row == p.pitch * y.col;
  const int all = p.positions(c), pitch = joined ? all : p.pitch, width = joined ? all : c.cols;
  int count = 0;
  for (int lane = 0; lane < lanes && first + lane < all;) {
    const int line = (first + lane) / pitch, col = (first + lane) % pitch, n = std::min(width - col, lanes - lane);
    const std::ptrdiff_t i = c.row + line / c.images, j = c.col + col;
    if (n > 0) runs[count++] = {lane, n, (c.image + line % c.images) * y.image + i * y.row + j * y.col};
    lane += pitch - col;
  }
  return count;
}

/// put_run(from, n, to, step, add): stores n numbers step apart, or adds them to what is there.
template <class T> void put_run(const T* from, int n, T* to, std::ptrdiff_t step, bool add) {
  using batch = simd::batch<T>;
  if (step != 1) {
    for (int i = 0; i < n; ++i) to[i * step] = add ? to[i * step] + from[i] : from[i];
    return;
  }
  int i = 0;
  for (; i + batch::size <= n; i += batch::size) {
    const batch v = batch::load(from + i);
    (add ? v + batch::load(to + i) : v).store(to + i);
  }
  if (i == n) return;
  const batch v = batch::load(from + i);
  (add ? v + batch::load_first(to + i, n - i) : v).store_first(to + i, n - i);
}

/// correlation: a plan; filters are packed once, then jobs (chunk, group, part of the filter tiles) are independent.
struct correlation {
  packing images;
  filter_tiles tiles;
  int parts = 1, slack = 0;

  template <class T> static constexpr correlation of(const conv_shape& s) {
    using tile = tile_of<T>;
    correlation plan;
    plan.images = packing(s, {.lanes = tile::lanes});
    plan.tiles = filter_tiles(s.group_filters(), tile::wide);
    plan.slack = tile::most_lanes;
    const int wanted = most_tasks / std::max(1, plan.images.chunks() * s.groups);
    plan.parts = std::clamp(plan.worthwhile_parts(tile::lanes), 1, std::max(1, wanted));
    return plan;
  }
  constexpr const conv_shape& shape() const { return images.shape; }

  /// worthwhile_parts(lanes): so few that packing the images again for each part takes less than about 5 % of the time.
  constexpr int worthwhile_parts(int lanes) const {
    const int copies = std::max(1, images.rows.copies * images.cols.copies);
    return std::min(shape().rows.size * shape().cols.size * tiles.filters / (32 * lanes * copies), tiles.count() / 2);
  }
  constexpr int jobs() const { return images.chunks() * shape().groups * parts; }
  constexpr int tasks() const { return std::min(jobs(), most_tasks); }
  constexpr std::ptrdiff_t group_weights() const {
    return static_cast<std::ptrdiff_t>(tiles.padded()) * shape().depth();
  }
  constexpr std::size_t task_scratch() const { return images.scratch(slack); }
  constexpr std::size_t scratch() const {
    return static_cast<std::size_t>(shape().groups) * static_cast<std::size_t>(group_weights()) +
           static_cast<std::size_t>(tasks()) * task_scratch();
  }
};

/// correlation_job: what one job reads and writes.
template <class T> struct correlation_job {
  const correlation& plan;
  chunk at;
  range tiles;
  const T* w;       // packed filters of the group
  output_grid<T> y; // channel 0 is filter 0 of the group
};

/// correlate_block(job, depth, first, offset, x): adds `depth` products, the `first` of which is given, to all outputs.
template <class T>
void correlate_block(const correlation_job<T>& job, int depth, int first, const int* offset, const T* x) {
  using tile = tile_of<T>;
  const correlation& plan = job.plan;
  const filter_tiles& tiles = plan.tiles;
  const int lanes = tile::vectors(tiles.width(0)) * tile::lanes, positions = plan.images.positions(job.at);
  alignas(64) T sums[tile::elements + tile::lanes];
  run runs[tile::most_lanes];
  for (int p = 0; p < positions; p += lanes) {
    const int count = find_runs(plan.images, job.at, job.y, p, lanes, runs);
    if (count == 0) continue; // all between two rows
    for (int t = job.tiles.begin; t < job.tiles.end; ++t) {
      const int width = tiles.width(t), begin = tiles.begin(t), present = std::min(width, tiles.filters - begin);
      const T* w = job.w + static_cast<std::ptrdiff_t>(begin) * plan.shape().depth() + first * width;
      T* y = job.y.y + begin * job.y.channel;
      if (first == 0 && runs[0].count == lanes && job.y.col == 1 && present == width) {
        correlate_tile(width, depth, offset, x + p, w, y + runs[0].offset, job.y.channel);
        continue;
      }
      correlate_tile(width, depth, offset, x + p, w, sums, lanes);
      for (int k = 0; k < present; ++k)
        for (int r = 0; r < count; ++r)
          put_run(sums + k * lanes + runs[r].lane, runs[r].count, y + k * job.y.channel + runs[r].offset, job.y.col,
                  first > 0);
    }
  }
}

/// correlate_chunk(job, from, channel, scratch): one job; packs the chunk and sums over blocks of the depth.
template <class T>
void correlate_chunk(const correlation_job<T>& job, const plane_source<T>& from, std::ptrdiff_t channel, T* scratch) {
  const packing& p = job.plan.images;
  const int taps = p.shape.rows.size * p.shape.cols.size;
  int offset[depth_block];
  for (int c = 0; c < p.shape.group_channels(); c += p.channels) {
    const int n = std::min(p.channels, p.shape.group_channels() - c);
    pack_channels(p, job.at, c, n, from, channel, scratch);
    for (int begin = 0; begin < n * taps; begin += depth_block) {
      const int depth = std::min(depth_block, n * taps - begin);
      p.fill_offsets(job.at, begin, depth, offset);
      correlate_block(job, depth, c * taps + begin, offset, static_cast<const T*>(scratch));
    }
  }
}

/// correlate(plan, from, channel, filters, y, scratch): y = images * filters, of some depth; `channel` is the distance of
/// two channels.
template <class T>
void correlate(const correlation& plan, const plane_source<T>& from, std::ptrdiff_t channel,
               const filter_source<T>& filters, const output_grid<T>& y, T* scratch) {
  const conv_shape& s = plan.shape();
  const int tiles = plan.tiles.count(), jobs = plan.jobs(), tasks = plan.tasks();
  for_each_task(s.products(), s.groups * tiles, [&](int i) {
    const int g = i / tiles, t = i % tiles;
    filter_source<T> source = filters;
    source.w += g * filters.group;
    pack_filters(plan.tiles, t, s, source,
                 scratch + g * plan.group_weights() + static_cast<std::ptrdiff_t>(plan.tiles.begin(t)) * s.depth());
  });
  T* images = scratch + s.groups * plan.group_weights();
  for_each_task(s.products(), tasks, [&](int task) {
    const range mine = share(jobs, task, tasks);
    for (int i = mine.begin; i < mine.end; ++i) {
      const int part = i % plan.parts, g = i / plan.parts % s.groups;
      plane_source<T> x = from;
      x.x += g * s.group_channels() * channel;
      output_grid<T> to = y;
      to.y += g * s.group_filters() * y.channel;
      const correlation_job<T> job{plan, plan.images.at(i / plan.parts / s.groups), share(tiles, part, plan.parts),
                                   scratch + g * plan.group_weights(), to};
      correlate_chunk(job, x, channel, images + task * static_cast<std::ptrdiff_t>(plan.task_scratch()));
    }
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution

namespace fluxpp::inline v0_1::kernels::convolution {
/// axis_phase: the inputs first, first + stride, ... of one axis; tap m of `axis` is tap last_tap - m tap_step of the filter.
struct axis_phase {
  window axis;
  int last_tap = 0, tap_step = 1;

  constexpr axis_phase(const window& w, int first) {
    const int common = std::gcd(w.stride, w.dilation), tap = first_tap(w, first, w.stride / common);
    tap_step = w.stride / common;
    axis = {w.out, ceil_div(w.in - first, w.stride), tap < w.size ? ceil_div(w.size - tap, tap_step) : 0};
    axis.dilation = w.dilation / common;
    if (axis.size == 0) return;
    last_tap = tap + (axis.size - 1) * tap_step;
    axis.pad_before = -(first + w.pad_before - last_tap * w.dilation) / w.stride;
  }

private:
  static constexpr int first_tap(const window& w, int first, int period) {
    for (int tap = 0; tap < period; ++tap)
      if ((first + w.pad_before - tap * w.dilation) % w.stride == 0) return tap;
    return w.size;
  }
};

/// input_phase: the inputs (i + a row stride, j + b column stride) of all images.
struct input_phase {
  axis_phase rows, cols;

  constexpr input_phase(const conv_shape& s, int i, int j) : rows(s.rows, i), cols(s.cols, j) {}
  constexpr conv_shape shape(const conv_shape& s) const {
    return {s.batch, s.filters, s.channels, s.groups, rows.axis, cols.axis};
  }
};

/// input_gradient_scratch<T>(s): the elements that input_gradient needs.
template <class T> constexpr std::size_t input_gradient_scratch(const conv_shape& s) {
  std::size_t most = 0;
  for (int i = 0; i < std::min(s.rows.stride, s.rows.in); ++i)
    for (int j = 0; j < std::min(s.cols.stride, s.cols.in); ++j)
      most = std::max(most, correlation::of<T>(input_phase(s, i, j).shape(s)).scratch());
  return most;
}

/// input_gradient_phase(s, phase, ybar, w, xbar, scratch): the inputs of one phase; xbar points to the first of them.
template <class T>
void input_gradient_phase(const conv_shape& s, const input_phase& phase, const T* ybar, const T* w, T* xbar,
                          T* scratch) {
  const std::ptrdiff_t x_row = s.cols.in, x_plane = x_row * s.rows.in, y_row = s.cols.out, y_plane = y_row * s.rows.out;
  const std::ptrdiff_t col = 1, row = s.cols.size, channel = row * s.rows.size, filter = channel * s.group_channels();
  const filter_source<T> mirrored{w + phase.rows.last_tap * row + phase.cols.last_tap * col,
                                  s.group_filters() * filter,
                                  channel,
                                  filter,
                                  -phase.rows.tap_step * row,
                                  -phase.cols.tap_step * col};
  const output_grid<T> to{xbar, s.channels * x_plane, x_plane, s.rows.stride * x_row, s.cols.stride};
  correlate(correlation::of<T>(phase.shape(s)), plane_source<T>{ybar, s.filters * y_plane, y_row}, y_plane, mirrored,
            to, scratch);
}

/// input_gradient(s, ybar, w, xbar, scratch): xbar, phase by phase; inputs that no tap meets are cleared before.
template <class T> void input_gradient(const conv_shape& s, const T* ybar, const T* w, T* xbar, T* scratch) {
  const auto phases_with = [&s](bool taps, auto f) {
    for (int i = 0; i < std::min(s.rows.stride, s.rows.in); ++i)
      for (int j = 0; j < std::min(s.cols.stride, s.cols.in); ++j)
        if (const input_phase phase(s, i, j); (phase.shape(s).depth() > 0) == taps) f(phase, i * s.cols.in + j);
  };
  bool clear = false;
  phases_with(false, [&](const input_phase&, int) { clear = true; });
  if (clear) std::fill_n(xbar, s.input_size(), T(0));
  phases_with(true, [&](const input_phase& phase, int first) {
    input_gradient_phase(s, phase, ybar, w, xbar + first, scratch);
  });
}
} // namespace fluxpp::inline v0_1::kernels::convolution

// The weight gradient of a convolution: sums over the outputs of all images, in an order that the shape alone decides.

namespace fluxpp::inline v0_1::kernels::convolution {
/// weight_gradient_plan: jobs (part of the chunks, group, part of the filters); parts of the chunks are added at the end.
struct weight_gradient_plan {
  packing images;
  cut filters;
  int parts = 1, slack = 0;

  template <class T> static constexpr weight_gradient_plan of(const conv_shape& s) {
    weight_gradient_plan plan;
    plan.images = packing(s, {.most_outputs = 4096, .least_outputs = 4096, .lanes = tile_of<T>::lanes, .depth = 128});
    const int chunks = plan.images.chunks();
    const bool few = static_cast<double>(s.filters) * chunks < 4 * 128; // jobs, though each part packs the images again
    plan.filters = cut(s.group_filters(), few ? 32 : 128);
    plan.slack = tile_of<T>::most_lanes;
    const int jobs = std::max(1, s.groups * plan.filters.parts);
    plan.parts = std::clamp(most_tasks / jobs, 1, std::max(1, chunks));
    return plan;
  }
  constexpr const conv_shape& shape() const { return images.shape; }
  constexpr int jobs() const { return shape().groups * filters.parts * parts; }
  constexpr int tasks() const { return std::min(jobs(), most_tasks); }

  /// plane(): elements of one packed channel of ybar.
  constexpr int plane() const {
    return (images.row_cut.part * images.image_cut.part * images.pitch + 31) / 16 * 16 | 16;
  }
  constexpr std::ptrdiff_t output_scratch() const {
    return static_cast<std::ptrdiff_t>(filters.part + 4) * plane() + slack;
  }
  constexpr std::size_t task_scratch() const {
    return static_cast<std::size_t>(output_scratch()) + images.scratch(slack);
  }
  constexpr std::size_t partial() const { return parts > 1 ? shape().weight_size() : 0; }
  constexpr std::size_t scratch() const {
    return static_cast<std::size_t>(parts) * partial() + static_cast<std::size_t>(tasks()) * task_scratch();
  }
};

/// weight_gradient_job: what one job reads and writes.
template <class T> struct weight_gradient_job {
  const weight_gradient_plan& plan;
  range chunks;
  int filters;
  const T *x, *ybar; // channel 0 of the group, filter 0 of the job
  T* wbar;           // of filter 0 of the job
  T* scratch;
};

/// pack_outputs(plan, c, n, ybar, to): n channels of ybar, with zeros between the rows as the packed images need them.
template <class T> void pack_outputs(const weight_gradient_plan& plan, const chunk& c, int n, const T* ybar, T* to) {
  const conv_shape& s = plan.shape();
  const window row{.in = s.rows.out, .out = c.rows, .pad_before = -c.row};
  const window col{.in = s.cols.out, .out = c.cols, .pad_before = -c.col};
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(s.rows.out) * s.cols.out, image = s.filters * plane;
  plane_source<T> from{ybar + c.image * image, image, s.cols.out};
  for (int k = 0; k < n; ++k, from.x += plane, to += plan.plane())
    pack_plane({row}, 0, {col}, 0, from, c.images, plan.images.pitch, to);
}

/// gradient_block<filters, taps>(job, n, depth, first, offset, x, add): the sums over n positions for `depth` taps.
template <int Filters, int Taps, class T>
void gradient_block(const weight_gradient_job<T>& job, int n, int depth, int first, const int* offset, const T* x,
                    bool add) {
  T sums[Filters * Taps + tile_of<T>::lanes];
  for (int k = 0; k < job.filters; k += Filters)
    for (int d = 0; d < depth; d += Taps) {
      const T* ybar = job.scratch + static_cast<std::ptrdiff_t>(k) * job.plan.plane();
      gradient_tile<Filters, Taps>(n, ybar, job.plan.plane(), x, offset + d, sums);
      for (int i = 0; i < std::min(Filters, job.filters - k); ++i) {
        T* to = job.wbar + static_cast<std::ptrdiff_t>(k + i) * job.plan.shape().depth() + first + d;
        for (int j = 0; j < std::min(Taps, depth - d); ++j)
          to[j] = add ? to[j] + sums[i * Taps + j] : sums[i * Taps + j];
      }
    }
}

/// gradient_chunk(job, c, add): the sums over one chunk.
template <class T> void gradient_chunk(const weight_gradient_job<T>& job, const chunk& c, bool add) {
  using tile = tile_of<T>;
  const packing& p = job.plan.images;
  const conv_shape& s = p.shape;
  const int taps = s.rows.size * s.cols.size;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(s.rows.in) * s.cols.in;
  int offset[depth_block + tile::single_taps];
  T* x = job.scratch + job.plan.output_scratch();
  pack_outputs(job.plan, c, job.filters, job.ybar, job.scratch);
  for (int first = 0; first < s.group_channels(); first += p.channels) {
    const int n = std::min(p.channels, s.group_channels() - first);
    pack_channels(p, c, first, n, {job.x, s.channels * plane, s.cols.in}, plane, x);
    for (int begin = 0; begin < n * taps; begin += depth_block) {
      const int depth = std::min(depth_block, n * taps - begin);
      p.fill_offsets(c, begin, depth, offset);
      std::fill(offset + depth, offset + depth + tile::single_taps, offset[0]); // read by the last tile
      const auto block = s.group_filters() == 1 ? gradient_block<1, tile::single_taps, T>
                                                : gradient_block<tile::gradient_filters, tile::gradient_taps, T>;
      block(job, p.positions(c), depth, first * taps + begin, offset, x, add);
    }
  }
}

/// add_parts(n, parts, from, to): to[i] = from[i] + from[n + i] + ..., in this order.
template <class T> void add_parts(std::size_t n, int parts, const T* from, T* to) {
  std::copy(from, from + n, to);
  for (int p = 1; p < parts; ++p)
    for (std::size_t i = 0; i < n; ++i) to[i] += from[static_cast<std::size_t>(p) * n + i];
}

/// weight_gradient(s, x, ybar, wbar, scratch): wbar, where there is at least one product.
template <class T> void weight_gradient(const conv_shape& s, const T* x, const T* ybar, T* wbar, T* scratch) {
  const auto plan = weight_gradient_plan::of<T>(s);
  const int tasks = plan.tasks(), jobs = plan.jobs();
  T* images = scratch + static_cast<std::size_t>(plan.parts) * plan.partial();
  for_each_task(s.products(), tasks, [&](int task) {
    const range mine = share(jobs, task, tasks);
    for (int i = mine.begin; i < mine.end; ++i) {
      const int first = plan.filters.begin(i % plan.filters.parts), g = i / plan.filters.parts % s.groups;
      const int part = i / plan.filters.parts / s.groups;
      const std::ptrdiff_t filter = g * s.group_filters() + first, channel = g * s.group_channels();
      T* to = plan.parts > 1 ? scratch + static_cast<std::size_t>(part) * plan.partial() : wbar;
      const weight_gradient_job<T> job{plan,
                                       share(plan.images.chunks(), part, plan.parts),
                                       plan.filters.size(i % plan.filters.parts),
                                       x + channel * s.rows.in * s.cols.in,
                                       ybar + filter * s.rows.out * s.cols.out,
                                       to + filter * s.depth(),
                                       images + static_cast<std::size_t>(task) * plan.task_scratch()};
      for (int c = job.chunks.begin; c < job.chunks.end; ++c)
        gradient_chunk(job, plan.images.at(c), c > job.chunks.begin);
    }
  });
  if (plan.parts > 1) add_parts(plan.partial(), plan.parts, static_cast<const T*>(scratch), wbar);
}
} // namespace fluxpp::inline v0_1::kernels::convolution

namespace fluxpp::inline v0_1::kernels {
/// conv_forward_scratch<T>(s): the elements of scratch that conv_forward needs.
template <class T> constexpr std::size_t conv_forward_scratch(const conv_shape& s) {
  return convolution::correlation::of<T>(s.flat()).scratch();
}

/// conv_forward(s, x, w, y, scratch): cross-correlation of images with filters, y overwritten.
/// shapes   x [n, c, h, w], w [k, c / groups, r, s], y [n, k, h', w']; extents, strides and paddings from s
/// accuracy sums in the order of (channel, tap) with fma; the same bits for any number of threads
/// source   Georganas et al. 2018, arXiv:1808.05567
template <class T> void conv_forward(const conv_shape& s, const T* x, const T* w, T* y, T* scratch) {
  using namespace convolution;
  if (s.products() == 0) return static_cast<void>(std::fill_n(y, s.output_size(), T(0)));
  const conv_shape f = s.flat();
  const std::ptrdiff_t x_row = f.cols.in, x_plane = x_row * f.rows.in, y_row = f.cols.out, y_plane = y_row * f.rows.out;
  const std::ptrdiff_t row = f.cols.size, channel = row * f.rows.size, filter = channel * f.group_channels();
  correlate(correlation::of<T>(f), plane_source<T>{x, f.channels * x_plane, x_row}, x_plane,
            filter_source<T>{w, f.group_filters() * filter, filter, channel, row, 1},
            output_grid<T>{y, f.filters * y_plane, y_plane, y_row, 1}, scratch);
}

/// conv_input_grad_scratch<T>(s): the elements of scratch that conv_input_grad needs.
template <class T> constexpr std::size_t conv_input_grad_scratch(const conv_shape& s) {
  return convolution::input_gradient_scratch<T>(s.flat());
}

/// conv_input_grad(s, ybar, w, xbar, scratch): the transpose of conv_forward in x, xbar overwritten.
/// shapes   as conv_forward
template <class T> void conv_input_grad(const conv_shape& s, const T* ybar, const T* w, T* xbar, T* scratch) {
  if (s.products() == 0) return static_cast<void>(std::fill_n(xbar, s.input_size(), T(0)));
  convolution::input_gradient(s.flat(), ybar, w, xbar, scratch);
}

/// conv_weight_grad_scratch<T>(s): the elements of scratch that conv_weight_grad needs.
template <class T> constexpr std::size_t conv_weight_grad_scratch(const conv_shape& s) {
  return convolution::weight_gradient_plan::of<T>(s.flat()).scratch();
}

/// conv_weight_grad(s, x, ybar, wbar, scratch): the transpose of conv_forward in w, wbar overwritten.
/// shapes   as conv_forward
/// accuracy sums by lane, then over lanes, then over chunks of outputs, in an order that s alone decides; what is not a
///          finite number in x or ybar may reach all taps of its channel
template <class T> void conv_weight_grad(const conv_shape& s, const T* x, const T* ybar, T* wbar, T* scratch) {
  if (s.products() == 0) return static_cast<void>(std::fill_n(wbar, s.weight_size(), T(0)));
  convolution::weight_gradient(s.flat(), x, ybar, wbar, scratch);
}
} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels {

/// window_of(in, out, size, stride, before, after, dilation, same): one axis, as attributes state it.
constexpr window window_of(int in, int out, int size, int stride, int before, int after, int dilation, bool same) {
  window w = same ? same_window(in, size, stride, dilation) : padded_window(in, size, stride, before, after, dilation);
  w.out = out;
  return w;
}

/// conv_shape_of(x, w, y, attributes): the extents of a convolution from the shapes of its three arrays.
constexpr conv_shape conv_shape_of(const dims& x, const dims& w, const dims& y, const graph::attributes& a) {
  const int* o = a.value;
  const bool same = o[9] != 0;
  return {x[0],
          x[1],
          w[0],
          o[8],
          window_of(x[2], y[2], w[2], o[0], o[2], o[3], o[6], same),
          window_of(x[3], y[3], w[3], o[1], o[4], o[5], o[7], same)};
}

template <> struct step<ops::conv2d> {
  template <class T> static conv_shape shape_of(const step_args<T>& s) {
    return conv_shape_of(s.in_shape[0], s.in_shape[1], s.shape, s.attr);
  }
  template <class T> static std::size_t scratch(const step_args<T>& s) { return conv_forward_scratch<T>(shape_of(s)); }
  template <class T> static void run(const step_args<T>& s) {
    conv_forward(shape_of(s), s.in[0], s.in[1], s.out, s.scratch);
  }
};

template <> struct step<ops::conv2d_input_grad> {
  template <class T> static conv_shape shape_of(const step_args<T>& s) {
    return conv_shape_of(s.shape, s.in_shape[1], s.in_shape[0], s.attr);
  }
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    return conv_input_grad_scratch<T>(shape_of(s));
  }
  template <class T> static void run(const step_args<T>& s) {
    conv_input_grad(shape_of(s), s.in[0], s.in[1], s.out, s.scratch);
  }
};

template <> struct step<ops::conv2d_weight_grad> {
  template <class T> static conv_shape shape_of(const step_args<T>& s) {
    return conv_shape_of(s.in_shape[0], s.shape, s.in_shape[1], s.attr);
  }
  template <class T> static std::size_t scratch(const step_args<T>& s) {
    return conv_weight_grad_scratch<T>(shape_of(s));
  }
  template <class T> static void run(const step_args<T>& s) {
    conv_weight_grad(shape_of(s), s.in[0], s.in[1], s.out, s.scratch);
  }
};

} // namespace fluxpp::inline v0_1::kernels

// The kernels of argmax, argmin and of the derivatives of max and min: where the first extremum is.
// Indices are whole numbers in the type of a program: what is read as one must be one, what counts must stay exact.

namespace fluxpp::inline v0_1::kernels {

/// Throws the sentence about an index that names nothing; out of line, so that the loops stay small.
[[noreturn]] inline void refuse_index(const char* call, const char* what, std::size_t position, double value,
                                      int bound) {
  char digits[400]; // as many as any number has
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
  std::string text = what;
  text.append("[").append(std::to_string(position)).append("] is ");
  text.append(value == value ? std::string(digits, end) : "NaN").append(", but must be one of 0, ... ");
  throw value_error(call, text.append(std::to_string(bound - 1)), what);
}

/// Which lanes are one of 0, ... bound - 1. A sum with 2^p, p the bits of T, rounds to a whole number on every machine.
template <class T> simd::mask<T> are_indices(simd::batch<T> v, simd::batch<T> bound) {
  const simd::batch<T> zero(T(0)), large(static_cast<T>(std::int64_t{1} << (std::numeric_limits<T>::digits - 1)));
  return (v >= zero) & (v < bound) & ((v >= large) | (v + large - large == v));
}

/// Every index must be one of 0, ... bound - 1; checked before anything is written.
template <class T> void check_indices(const char* call, const char* what, const T* index, std::size_t n, int bound) {
  using batch = simd::batch<T>;
  const batch end(static_cast<T>(bound));
  simd::mask<T> fit(true);
  std::size_t i = 0;
  for (; i + batch::size <= n; i += batch::size) fit = fit & are_indices(batch::load(index + i), end);
  for (; i < n; ++i) fit = fit & are_indices(batch(index[i]), end);
  for (i = 0; i < n && !all(fit); ++i)
    if (!all(are_indices(batch(index[i]), end))) refuse_index(call, what, i, static_cast<double>(index[i]), bound);
}

/// n elements are told apart by indices in T; a float counts to 2^24.
template <class T> void require_counted(const char* call, std::int64_t n) {
  constexpr std::int64_t most = std::int64_t{1} << std::numeric_limits<T>::digits;
  if (n > most)
    throw value_error(call, "an axis of " + std::to_string(n) +
                                " elements is too long for indices of this precision; at most " + std::to_string(most));
}

} // namespace fluxpp::inline v0_1::kernels

// The kernels of permute, slice, embed and concat: copies.

namespace fluxpp::inline v0_1::kernels {

/// no_scratch: a step that needs no memory beside its operands and its result.
struct no_scratch {
  template <class T> static constexpr std::size_t scratch(const step_args<T>&) { return 0; }
};

template <> struct step<ops::permute> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const strides_of from(s.in_shape[0]), to(s.shape);
    copy_axes axes;
    for (int i = 0; i < s.shape.rank; ++i) axes.push({s.shape[i], from[s.attr.value[i]], to[i]});
    copy_in_parts(axes, s.in[0], s.out);
  }
};

/// fill_zeros(out, n): n zeros.
template <class T> void fill_zeros(T* out, std::size_t n) {
  in_parts(static_cast<std::ptrdiff_t>(n), 1, [&](auto first, auto last) { std::fill(out + first, out + last, T(0)); });
}

/// The elements that a part (slice, embed) has in the whole: `part` and `whole` are shapes, range as in ops/slice.hpp.
struct part_axes {
  copy_axes axes;
  std::ptrdiff_t begin = 0; ///< of the part in the whole

  part_axes(const dims& whole, const dims& part, const graph::attributes& range, bool into_whole) {
    const strides_of w(whole), p(part);
    for (int i = 0; i < part.rank; ++i) {
      const std::ptrdiff_t step = range.value[part.rank + i];
      std::ptrdiff_t first = range.value[i];
      if (first < 0) first = whole[i] + first - (part[i] - 1) * step; // -1 - k: k elements follow the last
      begin += first * w[i];
      axes.push({part[i], into_whole ? p[i] : step * w[i], into_whole ? step * w[i] : p[i]});
    }
  }
};

template <> struct step<ops::slice> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const part_axes part(s.in_shape[0], s.shape, s.attr, false);
    if (part.axes.count > 0) copy_in_parts(part.axes, s.in[0] + part.begin, s.out);
  }
};

template <> struct step<ops::embed> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const part_axes part(s.shape, s.in_shape[0], s.attr, true);
    fill_zeros(s.out, s.size());
    if (part.axes.count > 0) copy_in_parts(part.axes, s.in[0], s.out + part.begin);
  }
};

template <int N> struct step<ops::concat<N>> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const int axis = s.attr.value[0];
    std::ptrdiff_t rows = 1, row = 1;
    for (int i = 0; i < axis; ++i) rows *= s.shape[i];
    for (int i = axis; i < s.shape.rank; ++i) row *= s.shape[i];
    T* to = s.out;
    for (int k = 0; k < N && rows > 0; ++k) {
      const auto length = static_cast<std::ptrdiff_t>(s.size(s.in_shape[k])) / rows;
      copy_axes axes;
      axes.push({rows, length, row});
      axes.push({length, 1, 1});
      copy_in_parts(axes, s.in[k], to);
      to += length;
    }
  }
};

} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels {

/// ahead(smallest, a, b): whether a takes the place of b, found before it; a NaN is ahead of every number.
template <bool Smallest, class T> constexpr bool ahead(T a, T b) {
  return (Smallest ? a < b : a > b) || (a != a && b == b);
}

/// The position of the first extremum of n numbers.
template <bool Smallest, class T> std::ptrdiff_t first_extremum(const T* x, std::ptrdiff_t n) {
  using batch = simd::batch<T>;
  std::ptrdiff_t at = 0, i = 0;
  if (n >= 4 * batch::size) { // the extremum by batches, then the first that equals it
    batch best = batch::load(x);
    for (i = batch::size; i + batch::size <= n; i += batch::size)
      best = Smallest ? simd::min(best, batch::load(x + i)) : simd::max(best, batch::load(x + i));
    const T extreme = Smallest ? simd::reduce_min(best) : simd::reduce_max(best);
    while (x[at] != extreme && x[at] == x[at]) ++at;
  }
  for (; i < n; ++i)
    if (ahead<Smallest>(x[i], x[at])) at = i;
  return at;
}

/// extremum_axes: an array as kept and folded axes, `to` being the stride in the kept array.
struct extremum_axes {
  copy_axes kept, folded;
  std::ptrdiff_t columns = 1; ///< the last kept axis, when it is the last of all
  std::ptrdiff_t run = 1;     ///< the last folded axis, when it is the last of all

  extremum_axes(const dims& shape, int mask) {
    dims small_shape = shape;
    for (int i = 0; i < shape.rank; ++i)
      if (mask >> i & 1) small_shape[i] = 1;
    const strides_of from(shape), to(small_shape);
    for (int i = 0; i < shape.rank; ++i) {
      const bool fold = (mask >> i & 1) != 0;
      (fold ? folded : kept).push({shape[i], from[i], fold ? 0 : to[i]});
    }
    const auto last = [](copy_axes& a) {
      return a.rank > 0 && a.axis[a.rank - 1].from == 1 ? a.take(a.rank - 1).extent : 1;
    };
    columns = last(kept);
    run = last(folded);
  }
};

/// for_each_extremum(x, axes, f): f(at, to) for every kept index: the offsets of the first extremum in x, and of the
/// index in the kept array. Columns go through the folded axes side by side.
template <bool Smallest, class T, class F> void for_each_extremum(const T* x, const extremum_axes& axes, F&& f) {
  constexpr std::ptrdiff_t most = 64;
  for_each_offset(axes.kept, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    for (std::ptrdiff_t first = 0; first < axes.columns; first += most) {
      const std::ptrdiff_t n = std::min(most, axes.columns - first);
      std::ptrdiff_t at[most];
      for (std::ptrdiff_t c = 0; c < n; ++c) at[c] = from + first + c;
      for_each_offset(axes.folded, [&](std::ptrdiff_t fold, std::ptrdiff_t) {
        for (std::ptrdiff_t c = 0; c < n; ++c) {
          const std::ptrdiff_t here = from + first + c + fold;
          const std::ptrdiff_t found = axes.run == 1 ? here : here + first_extremum<Smallest>(x + here, axes.run);
          if (ahead<Smallest>(x[found], x[at[c]])) at[c] = found;
        }
      });
      for (std::ptrdiff_t c = 0; c < n; ++c) f(at[c], to + first + c);
    }
  });
}
/// for_each_extremum(smallest, x, shape, mask, f): the same, the outermost kept axis divided among threads.
template <class T, class F> void for_each_extremum(bool smallest, const T* x, const dims& shape, int mask, F&& f) {
  const extremum_axes axes(shape, mask);
  if (axes.kept.count == 0 || axes.folded.count == 0) return;
  const copy_axis outer = axes.kept.rank > 0 ? axes.kept.axis[0] : copy_axis{1, 0, 0};
  in_parts(outer.extent, axes.kept.count / outer.extent * axes.folded.count,
           [&](std::ptrdiff_t first, std::ptrdiff_t last) {
             extremum_axes part = axes;
             if (part.kept.rank > 0) part.kept.axis[0].extent = last - first;
             const auto report = [&](std::ptrdiff_t at, std::ptrdiff_t to) {
               f(at + first * outer.from, to + first * outer.to);
             };
             if (smallest) for_each_extremum<true>(x + first * outer.from, part, report);
             else for_each_extremum<false>(x + first * outer.from, part, report);
           });
}

template <> struct step<ops::arg_extremum> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const dims& shape = s.in_shape[0];
    const int axis = s.attr.value[0];
    require_counted<T>(s.attr.value[1] != 0 ? "argmin(x, axis)" : "argmax(x, axis)", shape[axis]);
    const std::ptrdiff_t stride = strides_of(shape)[axis];
    for_each_extremum(s.attr.value[1] != 0, s.in[0], shape, 1 << axis, [&](std::ptrdiff_t at, std::ptrdiff_t to) {
      s.out[to] = static_cast<T>(at / stride % shape[axis]);
    });
  }
};

template <> struct step<ops::take_at_extremum> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    for_each_extremum(s.attr.value[1] != 0, s.in[0], s.in_shape[0], s.attr.value[0],
                      [&](std::ptrdiff_t at, std::ptrdiff_t to) { s.out[to] = s.in[1][at]; });
  }
};

template <> struct step<ops::put_at_extremum> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    fill_zeros(s.out, s.size());
    for_each_extremum(s.attr.value[1] != 0, s.in[0], s.in_shape[0], s.attr.value[0],
                      [&](std::ptrdiff_t at, std::ptrdiff_t to) { s.out[at] = s.in[1][to]; });
  }
};

} // namespace fluxpp::inline v0_1::kernels

// The kernels of gather, scatter_add, pick and iota: rows and elements by their numbers.

namespace fluxpp::inline v0_1::kernels {

/// add_to(n, x, y): y += x.
template <class T> void add_to(std::ptrdiff_t n, const T* x, T* y) {
  using batch = simd::batch<T>;
  std::ptrdiff_t i = 0;
  for (; i + batch::size <= n; i += batch::size) (batch::load(y + i) + batch::load(x + i)).store(y + i);
  for (; i < n; ++i) y[i] += x[i];
}

/// The elements of one row: of what lies behind the first axis.
template <class T> std::ptrdiff_t row_size(const dims& d) {
  dims row = d;
  row[0] = 1;
  return static_cast<std::ptrdiff_t>(step_args<T>::size(row));
}

template <> struct step<ops::gather> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const std::size_t n = s.size(s.in_shape[1]);
    const std::ptrdiff_t row = row_size<T>(s.in_shape[0]);
    check_indices("gather(x, index)", "index", s.in[1], n, s.in_shape[0][0]);
    in_parts(static_cast<std::ptrdiff_t>(n), row, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t i = first; i < last; ++i)
        std::copy_n(s.in[0] + static_cast<std::ptrdiff_t>(s.in[1][i]) * row, row, s.out + i * row);
    });
  }
};

/// Rows are added in the order of their indices, whatever the threads: they share columns.
template <> struct step<ops::scatter_add> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const auto n = static_cast<std::ptrdiff_t>(s.size(s.in_shape[1]));
    const std::ptrdiff_t row = row_size<T>(s.shape);
    check_indices("scatter_add(x, index, n)", "index", s.in[1], s.size(s.in_shape[1]), s.shape[0]);
    fill_zeros(s.out, s.size());
    in_parts(row, n, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      for (std::ptrdiff_t i = 0; i < n; ++i)
        add_to(last - first, s.in[0] + i * row + first, s.out + static_cast<std::ptrdiff_t>(s.in[1][i]) * row + first);
    });
  }
};

template <> struct step<ops::pick> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    const std::ptrdiff_t columns = s.in_shape[0][1];
    check_indices("cross_entropy(x, label)", "label", s.in[1], s.size(), s.in_shape[0][1]);
    for (std::ptrdiff_t i = 0; i < s.shape[0]; ++i)
      s.out[i] = s.in[0][i * columns + static_cast<std::ptrdiff_t>(s.in[1][i])];
  }
};

template <> struct step<ops::iota> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    require_counted<T>("iota(x, axis)", s.shape[0]);
    for (int i = 0; i < s.shape[0]; ++i) s.out[i] = static_cast<T>(i);
  }
};

} // namespace fluxpp::inline v0_1::kernels

// The kernels of the pools and of their derivatives.
// Pools of images: the largest element or the mean under each window, and the transposes of both.

// The two directions of a pool: from windows to outputs, and from outputs back to the inputs under their windows.

// Pictures of several planes side by side, a lane for each plane: every window becomes the same work for all lanes.

// The extents of a pool, and what lies under its windows.

namespace fluxpp::inline v0_1::kernels {
/// pool_shape: `planes` images [rows.in, cols.in] become [rows.out, cols.out]. If adaptive, window i of an axis covers the
/// inputs floor(i in / out), ... ceil((i + 1) in / out) - 1, and the other members of the windows have no meaning.
struct pool_shape {
  int planes = 0;
  window rows, cols;
  bool adaptive = false;

  constexpr std::ptrdiff_t input_plane() const { return static_cast<std::ptrdiff_t>(rows.in) * cols.in; }
  constexpr std::ptrdiff_t output_plane() const { return static_cast<std::ptrdiff_t>(rows.out) * cols.out; }
  constexpr bool operator==(const pool_shape&) const = default;
};

namespace pooling {
/// cells: the inputs of one axis under a window, `count` of them, `step` apart.
struct cells {
  int begin, count, step;

  static constexpr cells under(const window& w, bool adaptive, int o) {
    if (adaptive) {
      const auto at = [&](int i) { return static_cast<std::int64_t>(i) * w.in; };
      const int begin = static_cast<int>(at(o) / w.out);
      return {begin, static_cast<int>((at(o + 1) + w.out - 1) / w.out) - begin, 1};
    }
    const range taps = w.taps(o);
    return {w.origin(o) + taps.begin * w.dilation, taps.size(), w.dilation};
  }

  /// under_all(w, adaptive, outputs): a range of inputs that holds what is under these windows.
  static constexpr range under_all(const window& w, bool adaptive, range outputs) {
    const int last = outputs.end - 1;
    if (adaptive) return {under(w, true, outputs.begin).begin, under(w, true, last).begin + under(w, true, last).count};
    const range all{std::max(w.origin(outputs.begin), 0), std::min(w.origin(last) + w.reach(), w.in)};
    return all.begin < all.end ? all : range{};
  }
};

/// place: the inputs under one window of a picture with rows of `width` elements, in the order of memory.
struct place {
  cells rows, cols;
  int width, divisor; // of the mean

  constexpr bool empty() const { return rows.count == 0 || cols.count == 0; }
  constexpr std::ptrdiff_t first() const { return static_cast<std::ptrdiff_t>(rows.begin) * width + cols.begin; }

  template <class F> void for_each(F f) const {
    for (int r = 0; r < rows.count; ++r) {
      std::ptrdiff_t at = first() + static_cast<std::ptrdiff_t>(r) * rows.step * width;
      for (int c = 0; c < cols.count; ++c, at += cols.step) f(at);
    }
  }
};

/// picture: a rectangle of windows and the rectangle of inputs that it needs.
struct picture {
  range out_rows, out_cols, in_rows, in_cols;

  constexpr picture() = default;
  constexpr picture(const pool_shape& s, range rows, range cols)
      : out_rows(rows), out_cols(cols), in_rows(cells::under_all(s.rows, s.adaptive, rows)),
        in_cols(cells::under_all(s.cols, s.adaptive, cols)) {}

  /// all(s): all windows and the whole plane.
  static constexpr picture all(const pool_shape& s) {
    picture p;
    p.out_rows = {0, s.rows.out}, p.out_cols = {0, s.cols.out}, p.in_rows = {0, s.rows.in}, p.in_cols = {0, s.cols.in};
    return p;
  }

  constexpr std::int64_t inputs() const { return static_cast<std::int64_t>(in_rows.size()) * in_cols.size(); }
  constexpr std::int64_t outputs() const { return static_cast<std::int64_t>(out_rows.size()) * out_cols.size(); }

  /// for_each_window(s, count_padding, f): f(place in the rectangle of inputs, number of the window).
  template <class F> void for_each_window(const pool_shape& s, bool count_padding, F f) const {
    std::ptrdiff_t number = 0;
    for (int i = out_rows.begin; i < out_rows.end; ++i) {
      cells rows = cells::under(s.rows, s.adaptive, i);
      rows.begin -= in_rows.begin;
      for (int j = out_cols.begin; j < out_cols.end; ++j, ++number) {
        cells cols = cells::under(s.cols, s.adaptive, j);
        cols.begin -= in_cols.begin;
        const bool whole = count_padding && !s.adaptive;
        const int divisor =
            whole ? s.rows.padded_taps(i).size() * s.cols.padded_taps(j).size() : rows.count * cols.count;
        f(place{rows, cols, in_cols.size(), divisor}, number);
      }
    }
  }
};
} // namespace pooling
} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels::pooling {
/// slab<T>: a picture with a register for each element; the most elements keep it in the nearer caches and on the stack.
template <class T> struct slab {
  static constexpr int lanes = simd::batch<T>::size, capacity = 1024;
  alignas(64) T data[capacity * lanes];
};

/// planes_of<T>: `count` planes, `plane` elements apart, of rows of `width` elements.
template <class T> struct planes_of {
  T* x;
  std::ptrdiff_t plane;
  int width, count;

  planes_of from(std::ptrdiff_t i) const { return {x + i, plane, width, count}; }
};

template <class T> using square_of = std::array<simd::batch<T>, static_cast<std::size_t>(simd::batch<T>::size)>;

/// turn_in(from, n, to): n elements of each plane; lane p of register i of `to` is element i of plane p.
template <class T> void turn_in(const planes_of<const T>& from, int n, T* to) {
  using batch = simd::batch<T>;
  square_of<T> square;
  for (int i = 0; i < n; i += batch::size) {
    const int some = std::min(batch::size, n - i);
    for (int p = 0; p < batch::size; ++p)
      square[static_cast<std::size_t>(p)] =
          p < from.count ? batch::load_first(from.x + p * from.plane + i, some) : batch(T(0));
    simd::transpose(square);
    for (int j = 0; j < some; ++j) square[static_cast<std::size_t>(j)].store(to + (i + j) * batch::size);
  }
}

/// turn_out(from, n, to, add): the inverse of turn_in; if add, adds to what is there.
template <class T> void turn_out(const T* from, int n, const planes_of<T>& to, bool add) {
  using batch = simd::batch<T>;
  square_of<T> square;
  for (int i = 0; i < n; i += batch::size) {
    const int some = std::min(batch::size, n - i);
    for (int j = 0; j < batch::size; ++j)
      square[static_cast<std::size_t>(j)] = j < some ? batch::load(from + (i + j) * batch::size) : batch(T(0));
    simd::transpose(square);
    for (int p = 0; p < to.count; ++p) {
      T* at = to.x + p * to.plane + i;
      const batch v = square[static_cast<std::size_t>(p)];
      (add ? v + batch::load_first(at, some) : v).store_first(at, some);
    }
  }
}

/// for_each_run(rows, cols, width, f): f(first element, n, elements before) for what lies side by side in a rectangle.
template <class F> void for_each_run(range rows, range cols, int width, F f) {
  const bool whole = cols.size() == width;
  const int runs = whole ? 1 : rows.size(), n = whole ? rows.size() * width : cols.size();
  for (int r = 0; r < runs; ++r) f(static_cast<std::ptrdiff_t>(rows.begin + r) * width + cols.begin, n, r * n);
}

/// load_picture(from, rows, cols, to), store_picture(from, rows, cols, to, add): a rectangle of some planes and its slab.
template <class T> void load_picture(const planes_of<const T>& from, range rows, range cols, slab<T>& to) {
  for_each_run(rows, cols, from.width, [&](std::ptrdiff_t first, int n, int before) {
    turn_in(from.from(first), n, to.data + before * slab<T>::lanes);
  });
}
template <class T> void store_picture(const slab<T>& from, range rows, range cols, const planes_of<T>& to, bool add) {
  for_each_run(rows, cols, to.width, [&](std::ptrdiff_t first, int n, int before) {
    turn_out(from.data + before * slab<T>::lanes, n, to.from(first), add);
  });
}

/// pictures(s, capacity): a plane in parts that fit into a slab; `fit` is false where one window alone is too large.
struct pictures {
  const pool_shape& s;
  int capacity, cols;
  bool fit;

  pictures(const pool_shape& of, int most) : s(of), capacity(most), cols(s.cols.out) {
    while (!row_fits() && cols > 1) cols = (cols + 1) / 2;
    fit = row_fits();
  }

  template <class F> void for_each(F f) const {
    for (int j = 0; j < s.cols.out; j += cols)
      for (int i = 0; i < s.rows.out;) {
        picture p = part(i, 1, j);
        for (int n = 2; i + n <= s.rows.out && fits(part(i, n, j)); ++n) p = part(i, n, j);
        f(p);
        i = p.out_rows.end;
      }
  }

private:
  picture part(int i, int n, int j) const { return {s, {i, i + n}, {j, std::min(j + cols, s.cols.out)}}; }
  bool fits(const picture& p) const { return p.inputs() <= capacity && p.outputs() <= capacity; }
  bool row_fits() const {
    for (int j = 0; j < s.cols.out; j += cols)
      for (int i = 0; i < s.rows.out; ++i)
        if (!fits(part(i, 1, j))) return false;
    return true;
  }
};
} // namespace fluxpp::inline v0_1::kernels::pooling

namespace fluxpp::inline v0_1::kernels::pooling {
/// get<V>(from, i), put(v, to, i): element i of a picture of numbers or of batches.
template <class V, class T> V get(const T* from, std::ptrdiff_t i) {
  if constexpr (std::is_same_v<V, T>) return from[i];
  else return V::load(from + i * V::size);
}
template <class V, class T> void put(V v, T* to, std::ptrdiff_t i) {
  if constexpr (std::is_same_v<V, T>) to[i] = v;
  else v.store(to + i * V::size);
}

/// sweep<T>: a pool and how its mean counts; planes are divided among threads, `lanes` of them side by side.
template <class T> struct sweep {
  using batch = simd::batch<T>;
  template <std::size_t count> using inputs = std::array<const T*, count>;
  static constexpr int lanes = batch::size;

  pool_shape s;
  bool count_padding = false;

  /// to_outputs(in, y, f): y = f(V, place, in) for every window; in: arrays of the shape of the inputs, and f is given
  /// pictures of them whose elements are of type V, a number or a batch.
  template <std::size_t count, class F> void to_outputs(const inputs<count>& in, T* y, F f) const {
    const auto side_by_side = [&](std::ptrdiff_t first, int n, const pictures& parts) {
      std::array<slab<T>, count> loaded;
      slab<T> result;
      parts.for_each([&](const picture& p) {
        const inputs<count> at = load(in, first, n, p, loaded);
        p.for_each_window(s, count_padding,
                          [&](const place& w, std::ptrdiff_t i) { put(f(batch(T(0)), w, at), result.data, i); });
        store_picture(result, p.out_rows, p.out_cols, outputs_of(y, first, n), false);
      });
    };
    for_each_group(side_by_side, [&](std::ptrdiff_t plane) {
      const inputs<count> at = plane_of(in, plane);
      picture::all(s).for_each_window(s, count_padding, [&](const place& w, std::ptrdiff_t i) {
        y[plane * s.output_plane() + i] = f(T(0), w, at);
      });
    });
  }

  /// to_inputs(in, ybar, xbar, f): f(ybar, place, in, xbar) for every window, xbar first cleared.
  template <std::size_t count, class F> void to_inputs(const inputs<count>& in, const T* ybar, T* xbar, F f) const {
    std::fill_n(xbar, s.planes * s.input_plane(), T(0));
    const auto side_by_side = [&](std::ptrdiff_t first, int n, const pictures& parts) {
      std::array<slab<T>, count> loaded;
      slab<T> up, result;
      parts.for_each([&](const picture& p) {
        const inputs<count> at = load(in, first, n, p, loaded);
        load_picture(outputs_of(ybar, first, n), p.out_rows, p.out_cols, up);
        std::fill_n(result.data, p.inputs() * lanes, T(0));
        p.for_each_window(s, count_padding, [&](const place& w, std::ptrdiff_t i) {
          f(get<batch>(static_cast<const T*>(up.data), i), w, at, result.data);
        });
        store_picture(result, p.in_rows, p.in_cols, inputs_of(xbar, first, n), true);
      });
    };
    for_each_group(side_by_side, [&](std::ptrdiff_t plane) {
      const inputs<count> at = plane_of(in, plane);
      picture::all(s).for_each_window(s, count_padding, [&](const place& w, std::ptrdiff_t i) {
        f(ybar[plane * s.output_plane() + i], w, at, xbar + plane * s.input_plane());
      });
    });
  }

private:
  template <class U> planes_of<U> inputs_of(U* x, std::ptrdiff_t first, int n) const {
    return {x + first * s.input_plane(), s.input_plane(), s.cols.in, n};
  }
  template <class U> planes_of<U> outputs_of(U* y, std::ptrdiff_t first, int n) const {
    return {y + first * s.output_plane(), s.output_plane(), s.cols.out, n};
  }

  template <std::size_t count> inputs<count> plane_of(inputs<count> in, std::ptrdiff_t plane) const {
    for (const T*& x : in) x += plane * s.input_plane();
    return in;
  }

  // Pictures of n planes; arrays that are the same as the first are loaded once.
  template <std::size_t count>
  inputs<count> load(const inputs<count>& in, std::ptrdiff_t first, int n, const picture& p,
                     std::array<slab<T>, count>& to) const {
    inputs<count> at{};
    for (std::size_t k = 0; k < count; ++k) {
      at[k] = in[k] == in[0] ? to[0].data : to[k].data;
      if (k == 0 || in[k] != in[0]) load_picture(inputs_of(in[k], first, n), p.in_rows, p.in_cols, to[k]);
    }
    return at;
  }

  // side_by_side(first plane, number of planes, pictures), or alone(plane) where a window does not fit into a slab.
  template <class F, class G> void for_each_group(F side_by_side, G alone) const {
    const pictures parts(s, slab<T>::capacity);
    const std::ptrdiff_t work = s.input_plane() + s.output_plane();
    if (!parts.fit)
      return in_parts(s.planes, work, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t plane = begin; plane < end; ++plane) alone(plane);
      });
    in_parts(ceil_div(s.planes, lanes), work * lanes, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
      for (std::ptrdiff_t g = begin; g < end; ++g)
        side_by_side(g * lanes, std::min(lanes, s.planes - static_cast<int>(g) * lanes), parts);
    });
  }
};
} // namespace fluxpp::inline v0_1::kernels::pooling

namespace fluxpp::inline v0_1::kernels {
namespace pooling {
/// select(m, a, b): as for batches.
template <simd::element T> T select(bool m, T a, T b) { return m ? a : b; }

/// follow_maximum<V>(p, x, f): f(better, position, number of the tap), where better holds if an element is larger than all
/// before it, or is the first NaN.
template <class V, class T, class F> void follow_maximum(const place& p, const T* x, F f) {
  V best = get<V>(x, p.first());
  int tap = 0;
  p.for_each([&](std::ptrdiff_t i) {
    const V v = get<V>(x, i);
    const auto better = (!(v <= best)) & (best == best);
    best = select(better, v, best);
    f(better, i, V(static_cast<T>(tap++)));
  });
}
} // namespace pooling

/// max_pool_at(s, x, t, y): y = t where x has its first largest element under each window; the maximum itself if t is x.
/// A NaN counts as largest, padding never does; a window of nothing but padding gives 0.
/// shapes   x, t [planes, h, w], y [planes, h', w']
/// accuracy exact
template <class T> void max_pool_at(const pool_shape& s, const T* x, const T* t, T* y) {
  using namespace pooling;
  sweep<T>{s}.to_outputs(std::array{x, t}, y, []<class V>(V, const place& p, const auto& in) {
    if (p.empty()) return V(T(0));
    V taken = get<V>(in[1], p.first());
    follow_maximum<V>(p, in[0],
                      [&](auto better, std::ptrdiff_t i, V) { taken = select(better, get<V>(in[1], i), taken); });
    return taken;
  });
}

/// max_pool_put(s, x, ybar, xbar): the transpose of max_pool_at in t: ybar added where x has its first largest element, 0
/// elsewhere.
/// shapes   as max_pool_at
template <class T> void max_pool_put(const pool_shape& s, const T* x, const T* ybar, T* xbar) {
  using namespace pooling;
  sweep<T>{s}.to_inputs(std::array{x}, ybar, xbar, []<class V>(V up, const place& p, const auto& in, T* out) {
    V where(T(0));
    if (!p.empty())
      follow_maximum<V>(p, in[0], [&](auto better, std::ptrdiff_t, V tap) { where = select(better, tap, where); });
    int tap = 0;
    p.for_each([&](std::ptrdiff_t i) {
      put(get<V>(static_cast<const T*>(out), i) + select(where == V(static_cast<T>(tap++)), up, V(T(0))), out, i);
    });
  });
}

/// avg_pool(s, x, y, count_padding): the mean under each window, of the inputs alone, or with count_padding as if the
/// padding of the image were zeros; a window of nothing but padding gives 0.
/// shapes   x [planes, h, w], y [planes, h', w']
/// accuracy 1 ulp * inputs under a window
template <class T> void avg_pool(const pool_shape& s, const T* x, T* y, bool count_padding) {
  using namespace pooling;
  const sweep<T> all{s, count_padding};
  all.to_outputs(std::array{x}, y, []<class V>(V, const place& p, const auto& in) {
    V sum(T(0));
    p.for_each([&](std::ptrdiff_t i) { sum += get<V>(in[0], i); });
    return p.empty() ? sum : sum / V(static_cast<T>(p.divisor));
  });
}

/// avg_pool_grad(s, ybar, xbar, count_padding): the transpose of avg_pool.
/// shapes   as avg_pool
template <class T> void avg_pool_grad(const pool_shape& s, const T* ybar, T* xbar, bool count_padding) {
  using namespace pooling;
  const sweep<T> all{s, count_padding};
  all.to_inputs(std::array<const T*, 0>{}, ybar, xbar, []<class V>(V up, const place& p, const auto&, T* out) {
    if (p.empty()) return;
    const V share = up / V(static_cast<T>(p.divisor));
    p.for_each([&](std::ptrdiff_t i) { put(get<V>(static_cast<const T*>(out), i) + share, out, i); });
  });
}
} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels {

/// pool_shape_of(x, y, attributes): the extents of a pool from the shapes of image and result.
constexpr pool_shape pool_shape_of(const dims& x, const dims& y, const graph::attributes& a) {
  const int* o = a.value;
  const bool same = o[8] != 0;
  return {x[0] * x[1], window_of(x[2], y[2], o[0], o[2], o[4], o[5], 1, same),
          window_of(x[3], y[3], o[1], o[3], o[6], o[7], 1, same), o[10] != 0};
}

template <> struct step<ops::max_pool2d> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    max_pool_at(pool_shape_of(s.in_shape[0], s.shape, s.attr), s.in[0], s.in[0], s.out);
  }
};

template <> struct step<ops::max_pool_at> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    max_pool_at(pool_shape_of(s.in_shape[0], s.shape, s.attr), s.in[0], s.in[1], s.out);
  }
};

template <> struct step<ops::max_pool_put> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    max_pool_put(pool_shape_of(s.shape, s.in_shape[1], s.attr), s.in[0], s.in[1], s.out);
  }
};

template <> struct step<ops::avg_pool2d> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    avg_pool(pool_shape_of(s.in_shape[0], s.shape, s.attr), s.in[0], s.out, s.attr.value[9] != 0);
  }
};

template <> struct step<ops::avg_pool2d_grad> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    avg_pool_grad(pool_shape_of(s.shape, s.in_shape[0], s.attr), s.in[0], s.out, s.attr.value[9] != 0);
  }
};

} // namespace fluxpp::inline v0_1::kernels

// The kernels of exclusive_product and exclusive_recurrence.
// recurrence: y[k + 1] = x[k] y[k] + b[k] along an axis, or from its end.

namespace fluxpp::inline v0_1::kernels {

/// affine<T>: a line's part as a map: what follows it is factor y + added.
template <class T> struct affine { T factor, added; };

/// recurrence<T>: arrays of lines of n elements, `step` apart; without b it is 0.
template <class T> struct recurrence {
  const T* x;
  const T* b;
  T* y;
  std::ptrdiff_t n, step;

  T next(std::ptrdiff_t at, T before) const {
    return b == nullptr ? x[at] * before : scalar::fma(x[at], before, b[at]);
  }

  /// Writes a part of a line, `count` elements from `at`, after `value`; gives what follows.
  T walk(std::ptrdiff_t at, std::ptrdiff_t count, T value) const {
    for (; count > 0; --count, at += step) y[at] = value, value = next(at, value);
    return value;
  }
};

/// The parts of a long line that are walked side by side, so that no product waits for the one before it.
inline constexpr int side_by_side = 8;

/// One line from `at`: first the maps of equal parts, then the parts after what precedes them.
template <class T> void walk_line(const recurrence<T>& r, std::ptrdiff_t at, T value) {
  const std::ptrdiff_t part = r.n / side_by_side;
  const auto begin = [&](int p) { return at + p * part * r.step; };
  affine<T> map[side_by_side];
  std::fill(map, map + side_by_side, affine<T>{T(1), T(0)});
  for (std::ptrdiff_t k = 0; k < part; ++k)
    for (int p = 0; p < side_by_side; ++p) {
      const std::ptrdiff_t here = begin(p) + k * r.step;
      map[p].factor *= r.x[here];
      if (r.b != nullptr) map[p].added = r.next(here, map[p].added);
    }
  T before[side_by_side];
  for (int p = 0; p < side_by_side; ++p) before[p] = value, value = map[p].factor * value + map[p].added;
  for (std::ptrdiff_t k = 0; k < part; ++k)
    for (int p = 0; p < side_by_side; ++p) {
      const std::ptrdiff_t here = begin(p) + k * r.step;
      r.y[here] = before[p], before[p] = r.next(here, before[p]);
    }
  r.walk(begin(side_by_side), r.n - part * side_by_side, value);
}

/// `width` neighbouring lines from `at`, an element of each at a time.
template <class T> void walk_columns(const recurrence<T>& r, std::ptrdiff_t at, std::ptrdiff_t width, T first) {
  std::fill_n(r.y + at, width, first);
  for (std::ptrdiff_t k = 1; k < r.n; ++k, at += r.step)
    for (std::ptrdiff_t i = at; i < at + width; ++i) r.y[i + r.step] = r.next(i, r.y[i]);
}

/// run_recurrence(x, b, y, shape, axis, from_end, first): all lines along an axis, divided among threads.
template <class T>
void run_recurrence(const T* x, const T* b, T* y, const dims& shape, int axis, bool from_end, T first) {
  std::ptrdiff_t lead = 1, width = 1;
  for (int i = 0; i < axis; ++i) lead *= shape[i];
  for (int i = axis + 1; i < shape.rank; ++i) width *= shape[i];
  const recurrence<T> r{x, b, y, shape[axis], from_end ? -width : width};
  if (r.n == 0 || width == 0) return;
  in_parts(lead * width, r.n, [&](std::ptrdiff_t line, std::ptrdiff_t end) {
    while (line < end) {
      const std::ptrdiff_t l = line / width, count = std::min(end, (l + 1) * width) - line;
      const std::ptrdiff_t at = line + l * (r.n - 1) * width + (from_end ? (r.n - 1) * width : 0);
      width == 1 ? walk_line(r, at, first) : walk_columns(r, at, count, first);
      line += count;
    }
  });
}

} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::exclusive_product> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    run_recurrence(s.in[0], static_cast<const T*>(nullptr), s.out, s.shape, s.attr.value[0], s.attr.value[1] != 0,
                   T(1));
  }
};

template <> struct step<ops::exclusive_recurrence> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    run_recurrence(s.in[0], s.in[1], s.out, s.shape, s.attr.value[0], s.attr.value[1] != 0, T(0));
  }
};

} // namespace fluxpp::inline v0_1::kernels

// The kernel of uniform: a stream of random numbers.

namespace fluxpp::inline v0_1::kernels {

template <> struct step<ops::uniform> : no_scratch {
  template <class T> static void run(const step_args<T>& s) {
    constexpr auto tile = static_cast<std::ptrdiff_t>(uniform_tile<T>::size);
    const auto n = static_cast<std::ptrdiff_t>(s.size()), tiles = (n + tile - 1) / tile;
    const auto stream = static_cast<std::uint32_t>(s.attr.value[0]);
    in_parts(tiles, tile, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
      fill_uniform(s.out + first * tile, static_cast<std::size_t>(std::min(n, last * tile) - first * tile), s.seed,
                   stream, s.step, static_cast<std::uint64_t>(first) * uniform_tile<T>::blocks);
    });
  }
};

} // namespace fluxpp::inline v0_1::kernels

namespace fluxpp::inline v0_1::eval {

/// A user's operation with a kernel of its own needs no scratch.
template <class T> std::size_t no_scratch(const kernels::step_args<T>&) { return 0; }

/// The distinct operations with kernels of their own, and which kernel each step runs.
template <int Steps> struct own_steps {
  int distinct = 0;
  int first[Steps + 1]{};  ///< first step of each distinct operation
  int kernel[Steps + 1]{}; ///< per step: number of its loop's kernel, or of its own
};
template <class Program> constexpr auto make_own_steps() {
  constexpr const graph::fused_view& f = fused_of<Program>;
  own_steps<f.step_count> own;
  for (int i = 0; i < f.step_count; ++i) {
    own.kernel[i] = codes_of<Program>.kernel[i];
    if (f.steps[i].op == nullptr) continue;
    int k = 0;
    while (k < own.distinct && f.steps[own.first[k]].op != f.steps[i].op) ++k;
    if (k == own.distinct) own.first[own.distinct++] = i;
    own.kernel[i] = k;
  }
  return own;
}
template <class Program> inline constexpr auto own_steps_of = make_own_steps<Program>();

template <class Program, int... A, int... B>
auto make_report(std::integer_sequence<int, A...>, std::integer_sequence<int, B...>)
    -> graph::fault_report<graph_of<Program>.fault.rule, graph::extents<graph_of<Program>.fault.a.extent[A]...>,
                           graph::extents<graph_of<Program>.fault.b.extent[B]...>,
                           graph::source_line<graph_of<Program>.fault.line>>;
/// report_of<Program>: its size is a compile error for a program with a fault.
template <class Program>
using report_of = decltype(make_report<Program>(std::make_integer_sequence<int, graph_of<Program>.fault.a.rank>{},
                                                std::make_integer_sequence<int, graph_of<Program>.fault.b.rank>{}));

/// compiled<T, Program>: the program's kernels for values of type T, and its plan.
template <class T, class Program> struct compiled {
  template <int... Index>
  static auto users_type(std::integer_sequence<int, Index...>) -> kernels::users<codes_of<Program>.user[Index]...>;
  using users = decltype(users_type(std::make_integer_sequence<int, codes_of<Program>.users>{}));

  template <int K, int... Index> static constexpr loop_kernel<T> loop_at(std::integer_sequence<int, Index...>) {
    return &kernels::fused_loop<T, users, codes_of<Program>.values[codes_of<Program>.first[K] + Index]...>::run;
  }
  template <int K> static constexpr step_kernel<T> own_at() {
    constexpr const graph::op_info* op = fused_of<Program>.steps[own_steps_of<Program>.first[K]].op;
    constexpr int code = own_codes::of(op);
    if constexpr (code < 0) {
      return {op->custom->template run<T>(), &no_scratch<T>};
    } else {
      using step = kernels::step<typename kernels::op_at<ops::step_list, code>::type>;
      return {&step::template run<T>, &step::template scratch<T>};
    }
  }
  struct kernel_table {
    loop_kernel<T> loop[codes_of<Program>.kernels + 1]{};
    step_kernel<T> own[own_steps_of<Program>.distinct + 1]{};
  };
  template <int... K, int... O>
  static constexpr kernel_table make(std::integer_sequence<int, K...>, std::integer_sequence<int, O...>) {
    return {{loop_at<K>(std::make_integer_sequence<int, codes_of<Program>.length[K]>{})..., nullptr},
            {own_at<O>()..., {}}};
  }
};
template <class T, class Program>
inline constexpr typename compiled<T, Program>::kernel_table
    kernels_of = compiled<T, Program>::make(std::make_integer_sequence<int, codes_of<Program>.kernels>{},
                                            std::make_integer_sequence<int, own_steps_of<Program>.distinct>{});

/// plan_of<T, Program>: everything an evaluator needs to run the program.
template <class T, class Program>
inline constexpr plan_view<T> plan_of{
    staged_of<Program>,           fused_of<Program>,         own_steps_of<Program>.kernel, places_of<Program>.of,
    places_of<Program>.constants, constants_of<Program>,     places_of<Program>.arena,     places_of<Program>.planned,
    kernels_of<T, Program>.loop,  kernels_of<T, Program>.own};

} // namespace fluxpp::inline v0_1::eval

// The CPU evaluator: compiles a function for the types of its arguments, binds a call, runs it, hands out results.
// A runner evaluates one plan again and again: it keeps a binding per set of extents and checks what must hold of them.
// Executes plans on a CPU: walks the steps, divides large loops among threads, folds partial sums in a fixed order.

namespace fluxpp::inline v0_1::eval {

/// Loops fold in double; each result of a loop that several tasks or rows contribute to is combined task by task.
template <class T> class folding {
public:
  folding(const plan_view<T>& plan, bound_step<T>& b) : b_(b), step_(plan.f.steps[b.number]), plan_(plan) {}
  void clear() const {
    for (int o = 0; o < step_.outputs; ++o)
      if (double* const p = b_.loop.partial[o]; p != nullptr)
        std::fill_n(p, b_.loop.partial_size[o] * copies(o), kernels::neutral(fold_of(o)));
  }
  void combine() const {
    for (int o = 0; o < step_.outputs; ++o) {
      double* const p = b_.loop.partial[o];
      if (p == nullptr) continue;
      const std::ptrdiff_t n = b_.loop.partial_size[o];
      kernels::combine_arrays(fold_of(o), p, n, copies(o));
      std::transform(p, p + n, b_.loop.out[o], [](double v) { return static_cast<T>(v); });
    }
  }

private:
  std::ptrdiff_t copies(int o) const { return b_.loop.partial_step[o] == 0 ? 1 : b_.tasks.count; }
  graph::fold fold_of(int o) const { return plan_.s.g[plan_.f.outputs[step_.first_output + o]].op->fold; }
  bound_step<T>& b_;
  const graph::plan_step& step_;
  const plan_view<T>& plan_;
};

template <class T> void run_loop(const plan_view<T>& plan, bound_step<T>& b) {
  const folding<T> fold(plan, b);
  if (b.accumulates) fold.clear();
  const auto run_task = [&](int i) { b.kernel(b.loop, part_of(b.loop.rows, b.loop.columns, b.tasks, i)); };
  if (b.tasks.count == 1) run_task(0);
  else kernels::thread_pool::instance().run(static_cast<int>(b.tasks.count), run_task);
  if (b.accumulates) fold.combine();
}

/// Throws value_error naming the operation and its source line if a result of the step is not finite.
template <class T> void check_finite(binding<T>& bound, const bound_step<T>& b, const externals<T>& e) {
  const plan_view<T>& plan = bound.plan();
  const graph::plan_step& step = plan.f.steps[b.number];
  const int results = step.op != nullptr ? 1 : step.outputs;
  for (int o = 0; o < results; ++o) {
    const int node = step.op != nullptr ? step.node : plan.f.outputs[step.first_output + o];
    const T* const v = bound.address(node, e);
    const std::size_t n = kernels::step_args<T>::size(bound.shape_of(node));
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isfinite(v[i])) continue;
      const graph::node& culprit = plan.s.g[node];
      throw value_error(culprit.op->name, "element " + std::to_string(i) + " of its result is " + std::to_string(v[i]) +
                                              " in step " + std::to_string(b.number) + error::in_source(culprit.line) +
                                              ": FLUXPP_CHECK_FINITE asks for finite values");
    }
  }
}

/// run<CheckFinite>(bound, e): one evaluation of the plan, but for what it writes over inputs that steps still read.
template <bool CheckFinite, class T> void run(binding<T>& bound, const externals<T>& e) {
  bound.point_at(e);
  for (bound_step<T>& b : bound.steps()) {
    if (b.own != nullptr) {
      b.args.seed = e.seed, b.args.step = e.step;
      b.own->run(b.args);
    } else {
      run_loop(bound.plan(), b);
    }
    if constexpr (CheckFinite) check_finite(bound, b, e);
  }
}

} // namespace fluxpp::inline v0_1::eval

namespace fluxpp::inline v0_1::eval {

/// runner<T>(plan): owns all memory of a program's evaluations, for the last sets of extents.
/// CheckFinite belongs to the plan of a checked program: a value that is not finite is an error.
template <class T, bool CheckFinite = false> class runner {
public:
  explicit runner(const plan_view<T>& plan)
      : plan_(&plan), extents_(static_cast<std::size_t>(plan.s.g.count.extents)) {}

  eval::externals<T> externals;

  /// Reads the symbols' values, checks them, and binds the plan if they have not been seen before.
  /// errors   run: extents that must agree differ (shape_error); the binding and all arguments stay as they were
  template <class ValueOfSymbol, class Symbols>
  void bind(const ValueOfSymbol& value_of_symbol, const Symbols& symbols) {
    bool changed = bound_ == nullptr;
    for (int e = 0; e < plan_->s.g.count.extents; ++e) {
      const graph::extent_entry& entry = plan_->s.g.extents[e];
      const long long n =
          entry.kind == graph::extent_kind::symbol ? value_of_symbol(entry.a) : graph::value_of(entry, extents_.data());
      if (n > graph::largest_extent)
        throw shape_error("call", "an extent of the program is " + std::to_string(n) + ", which is more than " +
                                      std::to_string(graph::largest_extent));
      extents_[static_cast<std::size_t>(e)] = static_cast<int>(n);
      changed = changed || bound_->extents()[static_cast<std::size_t>(e)] != n;
    }
    if (changed) rebind(symbols);
  }
  /// compute() runs all steps, commit() writes over the inputs that the plan did not write in place; run() is both.
  /// errors   compute: an index or a value that a step refuses (value_error); then inputs are as they were
  void compute() { eval::run<CheckFinite>(*bound_, externals); }
  void commit() { bound_->write_back(externals); }
  void run() { compute(), commit(); }

  /// Whether compute() may write over the array that begins at p.
  bool overwrites(const T* p) const { return bound_->overwrites(p); }
  T* address(int output) const { return bound_->address(plan_->s.g.outputs[output], externals); }
  const dims& shape_of(int output) const { return bound_->shape_of(plan_->s.g.outputs[output]); }

private:
  static constexpr std::size_t most_bindings = 16;

  template <class Symbols> void rebind(const Symbols& symbols) {
    check(symbols);
    for (const auto& b : bindings_)
      if (b->extents() == extents_) {
        bound_ = b.get();
        return;
      }
    auto made = std::make_unique<binding<T>>(*plan_, extents_);
    if (bindings_.size() >= most_bindings) drop_oldest();
    bindings_.push_back(std::move(made));
    bound_ = bindings_.back().get();
  }
  /// Not the one that is bound: arguments may lie in its workspace.
  void drop_oldest() { bindings_.erase(bindings_.begin() + (bindings_.front().get() == bound_ ? 1 : 0)); }
  int value(int e) const { return e >= 0 ? e : extents_[static_cast<std::size_t>(-1 - e)]; }
  bool is_symbol(int e) const { return e < 0 && plan_->s.g.extents[-1 - e].kind == graph::extent_kind::symbol; }
  int key(int e) const { return plan_->s.g.extents[-1 - e].a; }

  template <class Symbols> std::string describe(int e, const Symbols& symbols) const {
    if (e >= 0) return "the program's extent";
    if (!is_symbol(e)) return "an extent computed from the arguments";
    return "axis " + std::to_string(symbols.axis(key(e))) + " of " + symbols.argument(key(e));
  }
  template <class Symbols> void check(const Symbols& symbols) const {
    for (int i = 0; i < plan_->s.g.count.constraints; ++i) {
      const graph::constraint& c = plan_->s.g.constraints[i];
      const int a = value(c.a), b = value(c.b);
      if (graph::holds(c.relation, a, b)) continue;
      const bool equal = c.relation == graph::relation::equal, swap = equal && is_symbol(c.b);
      const int of = swap ? c.b : c.a, other = swap ? c.a : c.b;
      const std::string wanted = equal ? describe(other, symbols) + " is " + std::to_string(value(other))
                                       : "it must " + (graph::text_of(c.relation) + std::to_string(b));
      throw shape_error(c.rule,
                        describe(of, symbols) + " is " + std::to_string(value(of)) + ", but " + wanted +
                            error::in_source(c.line),
                        is_symbol(of) ? symbols.argument(key(of)) : std::string(),
                        is_symbol(of) ? symbols.axis(key(of)) : -1, value(other), value(of));
    }
  }

  const plan_view<T>* plan_;
  std::vector<int> extents_; // of the call that is being bound
  std::vector<std::unique_ptr<binding<T>>> bindings_;
  binding<T>* bound_ = nullptr;
};

} // namespace fluxpp::inline v0_1::eval

namespace fluxpp::inline v0_1::eval {

using arguments::argument_traits;
using arguments::number;

/// function_program: a transform applied to arguments of these signatures, as a program.
template <class Transform, class... Argument> struct function_program {
  using function = typename Transform::function;
  static constexpr int argument_count = sizeof...(Argument);
  /// The symbol of an axis whose extent the type does not tell.
  static constexpr unsigned key(int arg, int axis) { return static_cast<unsigned>(arg * max_rank + axis + 1); }

  static constexpr void trace(graph::tape& t) {
    list<var> args;
    (push<Argument>(t, args), ...);
    const list<var> out = Transform::template build<argument_count>(t, args);
    // Two outputs never share storage, and none is an input: each is a value of its own.
    for (const var& v : out) t.output(ops::own_value(v, t.outputs));
  }

private:
  template <class A> static constexpr void push(graph::tape& t, list<var>& args) {
    dims shape;
    for (int axis = 0; axis < A::rank; ++axis)
      shape = shape.with(A::extent[axis] >= 0 ? A::extent[axis] : t.extents.symbol(key(args.size(), axis)));
    args.push(A::absent ? var() : t.input(shape, {graph::space::argument, args.size(), A::integer}));
  }
};

/// session: the memory of one callable for one signature.
struct session_base {
  explicit session_base(const void* of) : program(of) {}
  virtual ~session_base() = default;
  const void* program;
};

template <class T, class Program> class session final : public session_base {
public:
  static constexpr const plan_view<T>& plan = plan_of<T, Program>;
  static constexpr int argument_count = Program::argument_count;

  session() : session_base(&plan), runner_(plan) {
    runner_.externals.argument.resize(static_cast<std::size_t>(argument_count));
    staging_.resize(static_cast<std::size_t>(argument_count));
    staged_size_.resize(static_cast<std::size_t>(argument_count));
  }

  template <class... A> void run(const A&... args) {
    runner_.bind(
        [&](int key) {
          int n = 0, i = 0;
          ((i++ == argument_at(key) ? void(n = extent_of(args, axis_at(key))) : void()), ...);
          return n;
        },
        symbols{});
    int i = 0;
    (point_at(i++, args), ...);
    runner_.run();
  }
  /// The key of the random numbers of the next calls.
  void key(std::uint64_t seed, std::uint32_t step) { runner_.externals.seed = seed, runner_.externals.step = step; }
  T* address(int output) const { return runner_.address(output); }
  const dims& shape_of(int output) const { return runner_.shape_of(output); }

private:
  static int argument_at(int key) { return (key - 1) / max_rank; }
  static int axis_at(int key) { return (key - 1) % max_rank; }
  /// What a symbol is called in a message: the argument it was read from.
  struct symbols {
    std::string argument(int key) const {
      using known = typename names_of<typename Program::function>::type;
      const int arg = argument_at(key);
      return arg < known::size ? std::string(known::list[static_cast<std::size_t>(arg)])
                               : "argument " + std::to_string(arg);
    }
    int axis(int key) const { return axis_at(key); }
  };
  static int whole(std::size_t n) {
    if (n <= static_cast<std::size_t>(std::numeric_limits<int>::max())) return static_cast<int>(n);
    throw shape_error("argument", "an extent of " + std::to_string(n) + " is too large: at most 2^31 - 1");
  }
  template <class A> static int extent_of(const A& a, int axis) {
    if constexpr (argument_traits<A>::rank > 0) {
      if (axis < argument_traits<A>::rank) return whole(argument_traits<A>::size(a, axis));
    }
    return 0;
  }

  template <class A> void point_at(int i, const A& a) {
    T*& to = runner_.externals.argument[static_cast<std::size_t>(i)];
    if constexpr (std::is_same_v<A, zero_t>) {
      to = nullptr;
    } else if constexpr (number<A>) {
      scalars_[i] = static_cast<T>(a);
      to = &scalars_[i];
    } else {
      if constexpr (std::is_same_v<typename argument_traits<A>::element, T>) {
        to = const_cast<T*>(arguments::first_element(a));
        if (arguments::contiguous(a) && !runner_.overwrites(to)) return;
      }
      stage(i, a);
      to = staging_[static_cast<std::size_t>(i)].data();
    }
  }
  /// Copies an argument that is not contiguous, not of the program's type, or a result of the last call.
  template <class A> void stage(int i, const A& a) {
    std::size_t n = 1;
    for (int axis = 0; axis < argument_traits<A>::rank; ++axis) n *= argument_traits<A>::size(a, axis);
    std::size_t& room = staged_size_[static_cast<std::size_t>(i)];
    if (n > room || room == 0) {
      staging_[static_cast<std::size_t>(i)] = aligned_buffer<T>(n);
      room = n + 1;
    }
    arguments::copy_elements<T>(a, staging_[static_cast<std::size_t>(i)].data());
  }

  runner<T, is_checked<Program>> runner_;
  T scalars_[argument_count + 1]{};
  std::vector<aligned_buffer<T>> staging_;
  std::vector<std::size_t> staged_size_;
};

/// workspace: the sessions of a callable, found by the address of their plan.
class workspace {
public:
  template <class Session> Session& find() {
    for (const auto& s : sessions_)
      if (s->program == &Session::plan) return static_cast<Session&>(*s);
    sessions_.push_back(std::make_unique<Session>());
    return static_cast<Session&>(*sessions_.back());
  }

private:
  std::vector<std::unique_ptr<session_base>> sessions_;
};

/// How output I of a session is handed out: a number, a view, or a tensor of its own.
template <class T, class Session, class Program, bool Owning> struct output_reader {
  const Session& session;
  template <int Index> auto operator()() const {
    constexpr int rank = view_of<Program>.shape_of(view_of<Program>.outputs[Index]).rank;
    if constexpr (rank == 0) {
      return *session.address(Index);
    } else {
      std::array<std::size_t, rank> shape{};
      for (int a = 0; a < rank; ++a)
        shape[static_cast<std::size_t>(a)] = static_cast<std::size_t>(session.shape_of(Index)[a]);
      const tensor_view<T, rank> view(session.address(Index), shape);
      if constexpr (Owning) return tensor<T, rank>(view);
      else return view;
    }
  }
};

} // namespace fluxpp::inline v0_1::eval

namespace fluxpp::inline v0_1 {

template <bool CheckFinite> struct evaluator_of<cpu_evaluator<CheckFinite>> {
  using workspace = eval::workspace;
  template <class Transform, class... A>
  using program = eval::checked_if<CheckFinite, eval::function_program<Transform, arguments::argument_t<A>...>>;

  /// Its size is a compile error if the transform does not accept arguments of these types.
  template <class Transform, class... A> using report = eval::report_of<program<Transform, A...>>;

  template <class Transform, bool Owning, class... A>
  static auto call(workspace& w, const random_key& key, const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    using session = eval::session<T, program<Transform, A...>>;
    session& s = w.find<session>();
    s.key(key.seed, key.step);
    s.run(args...);
    return Transform::template results<T, sizeof...(A)>(
        eval::output_reader<T, session, program<Transform, A...>, Owning>{s});
  }
};

} // namespace fluxpp::inline v0_1

// The reference evaluator: walks a tape node by node with plain loops; slow, and the judge of every other evaluator.

namespace fluxpp::inline v0_1::eval {

/// for_each_index(shape, f): f(index) for every index of an array of this shape, last axis fastest.
template <class F> void for_each_index(const dims& shape, F&& f) {
  std::vector<int> index(static_cast<std::size_t>(max_rank), 0);
  for (std::size_t left = kernels::step_args<double>::size(shape); left > 0; --left) {
    f(index);
    for (int axis = shape.rank - 1; axis >= 0; --axis) {
      int& i = index[static_cast<std::size_t>(axis)];
      if (++i < shape[axis]) break;
      i = 0;
    }
  }
}

/// offset_of(index, rank, shape): where an array of this shape has the element that an index of a larger or equal rank
/// means; axes of extent 1 and missing leading axes repeat.
inline std::size_t offset_of(const std::vector<int>& index, int rank, const dims& shape) {
  std::size_t at = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    const int i = shape[axis] == 1 ? 0 : index[static_cast<std::size_t>(axis + rank - shape.rank)];
    at = at * static_cast<std::size_t>(shape[axis]) + static_cast<std::size_t>(i);
  }
  return at;
}

/// reference<T>(tape): computes every node of a tape. Bind the leaves, run, read values.
/// Steps go through kernels::step<Op>; everything else is computed in double and rounded to T once per node.
/// errors   shape_error when an extent is not bound or a check of the program fails; what the kernels throw
template <class T> class reference {
public:
  explicit reference(const graph::tape& t) : tape_(&t), seed_(0), step_(0) {}

  /// bind(leaf, shape, data): the array of a leaf, by its number in tape.leaves(); its extents bind the symbols they meet.
  void bind(int leaf, const dims& shape, std::vector<T> data) {
    if (data.size() != count(shape))
      throw shape_error("reference", "data must have as many elements as its shape says");
    const auto at = static_cast<std::size_t>(leaf);
    if (arrays_.size() <= at) arrays_.resize(at + 1);
    arrays_[at] = {shape, std::move(data)};
  }
  /// bind_extent(e, n): the number that a symbol, as dims hold it, stands for.
  void bind_extent(int e, int n) {
    const auto at = static_cast<std::size_t>(-1 - e);
    if (bound_.size() <= at) bound_.resize(at + 1, -1);
    if (bound_[at] >= 0 && bound_[at] != n)
      throw shape_error("reference",
                        "one symbol is bound to " + std::to_string(bound_[at]) + " and " + std::to_string(n));
    bound_[at] = n;
  }
  void random(std::uint64_t seed, std::uint32_t step) { seed_ = seed, step_ = step; }

  /// bound_shape(x): the shape of x under the extents that are bound.
  dims bound_shape(var x) {
    resolve_extents();
    return numbers(x.shape());
  }

  /// run(): all nodes of the tape as it is now.
  void run() {
    resolve_extents();
    check_constraints();
    nodes_.assign(static_cast<std::size_t>(tape_->size()), {});
    for (int id = 0; id < tape_->size(); ++id) compute(id);
  }

  const std::vector<T>& value(int id) const { return nodes_[static_cast<std::size_t>(id)].data; }
  const std::vector<T>& value(var x) const { return value(x.id); }
  const dims& shape(int id) const { return nodes_[static_cast<std::size_t>(id)].shape; }
  const dims& shape(var x) const { return shape(x.id); }

private:
  struct array {
    dims shape;
    std::vector<T> data;
  };
  static std::size_t count(const dims& d) { return kernels::step_args<T>::size(d); }
  int number(int e) const { return e >= 0 ? e : extents_[static_cast<std::size_t>(-1 - e)]; }
  dims numbers(dims d) const {
    for (int i = 0; i < d.rank; ++i) d[i] = number(d[i]);
    return d;
  }

  void bind_symbols(const dims& program, const dims& given) {
    if (program.rank != given.rank) throw shape_error("reference", "an argument has the wrong rank");
    for (int i = 0; i < program.rank; ++i)
      if (program[i] < 0 && tape_->extents.at(program[i]).kind == graph::extent_kind::symbol)
        bind_extent(program[i], given[i]);
  }
  void resolve_extents() {
    for (int id = 0; id < tape_->size(); ++id)
      if (const array* given = leaf_array(id)) bind_symbols(tape_->shape_of(id), given->shape);
    const auto n = static_cast<std::size_t>(tape_->extents.size());
    bound_.resize(n, -1);
    extents_ = bound_;
    for (int i = 0; i < tape_->extents.size(); ++i) {
      int& value = extents_[static_cast<std::size_t>(i)];
      if (tape_->extents[i].kind != graph::extent_kind::symbol)
        value = static_cast<int>(graph::value_of(tape_->extents[i], extents_.data()));
      else if (value < 0) value = number(tape_->extents.resolve(-1 - i));
      if (value < 0 && tape_->extents[i].kind == graph::extent_kind::symbol)
        throw shape_error("reference", "an extent of the program is not bound");
    }
  }
  void check_constraints() const {
    for (const graph::constraint& c : tape_->extents.constraints()) {
      const int a = number(c.a), b = number(c.b);
      if (graph::holds(c.relation, a, b)) continue;
      throw shape_error(c.rule,
                        std::to_string(a) + " must " + graph::text_of(c.relation) + std::to_string(b) +
                            error::in_source(c.line),
                        {}, -1, b, a);
    }
  }

  const array* leaf_array(int id) const {
    if ((*tape_)[id].op != &graph::input_op) return nullptr;
    const auto at = static_cast<std::size_t>((*tape_)[id].attr);
    return at < arrays_.size() ? &arrays_[at] : nullptr;
  }

  void compute(int id) {
    const graph::node& n = (*tape_)[id];
    array& out = nodes_[static_cast<std::size_t>(id)];
    out.shape = numbers(tape_->shape_of(id));
    switch (n.op->kind) {
    case graph::kind::input: return read_leaf(id, out);
    case graph::kind::constant: return out.data.assign(count(out.shape), static_cast<T>(n.value));
    case graph::kind::elementwise: return map(n, out);
    case graph::kind::reduction: return fold(n, tape_->attributes_of(id).value[0], out);
    case graph::kind::broadcast: return repeat(operand(n, 0), out);
    case graph::kind::reshape: out.data = operand(n, 0).data; return;
    case graph::kind::step: return run_step(id, n, out);
    }
  }
  const array& operand(const graph::node& n, int i) const { return nodes_[static_cast<std::size_t>(n.args[i])]; }

  void read_leaf(int id, array& out) const {
    const graph::leaf& l = tape_->leaf_of(id);
    if (l.space == graph::space::extent) {
      out.data.assign(1, static_cast<T>(number(l.index)));
      return;
    }
    const array* given = leaf_array(id);
    if (given == nullptr || !(given->shape == out.shape))
      throw shape_error("reference", "a leaf is not bound to its shape");
    out.data = given->data;
  }
  void map(const graph::node& n, array& out) const {
    out.data.resize(count(out.shape));
    for (std::size_t i = 0; i < out.data.size(); ++i) {
      double x[4]{};
      for (int a = 0; a < n.op->arity; ++a) {
        const array& in = operand(n, a);
        x[a] = static_cast<double>(in.data[in.data.size() == 1 ? 0 : i]);
      }
      out.data[i] = static_cast<T>(n.op->evaluate(x));
    }
  }
  static void repeat(const array& in, array& out) {
    out.data.clear();
    for_each_index(out.shape,
                   [&](const auto& index) { out.data.push_back(in.data[offset_of(index, out.shape.rank, in.shape)]); });
  }
  void fold(const graph::node& n, int mask, array& out) const {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const graph::fold f = n.op->fold;
    const array& in = operand(n, 0);
    std::vector<double> y(count(out.shape), f == graph::fold::max   ? -inf
                                            : f == graph::fold::min ? inf
                                                                    : f == graph::fold::prod);
    for_each_index(in.shape, [&](std::vector<int> index) {
      const auto x = static_cast<double>(in.data[offset_of(index, in.shape.rank, in.shape)]);
      for (int axis = 0; axis < in.shape.rank; ++axis)
        if (mask >> axis & 1) index[static_cast<std::size_t>(axis)] = 0;
      double& sum = y[offset_of(index, in.shape.rank, out.shape)];
      if (f == graph::fold::sum) sum += x;
      else if (f == graph::fold::prod) sum *= x;
      else if (std::isnan(x) || (f == graph::fold::max ? x > sum : x < sum)) sum = x;
    });
    out.data.assign(y.begin(), y.end());
  }

  template <class Op> void run_listed(const graph::node& n, kernels::step_args<T>& args, bool& done) {
    if (n.op != &ops::info<Op>) return;
    std::vector<T> scratch(kernels::step<Op>::template scratch<T>(args));
    args.scratch = scratch.data();
    kernels::step<Op>::template run<T>(args);
    done = true;
  }
  template <class... Op> bool run_listed(ops::op_list<Op...>, const graph::node& n, kernels::step_args<T>& args) {
    bool done = false;
    (run_listed<Op>(n, args, done), ...);
    return done;
  }
  void run_step(int id, const graph::node& n, array& out) {
    out.data.assign(count(out.shape), std::numeric_limits<T>::quiet_NaN()); // a kernel that forgets an element is seen
    kernels::step_args<T> args;
    args.out = out.data.data(), args.shape = out.shape, args.seed = seed_, args.step = step_;
    args.attr = tape_->attributes_of(id);
    for (int i = 0; i < n.op->arity; ++i)
      args.in[i] = operand(n, i).data.data(), args.in_shape[i] = operand(n, i).shape;
    if (n.op->custom != nullptr) n.op->custom->template run<T>()(args);
    else if (!run_listed(ops::step_list{}, n, args))
      throw value_error("reference", std::string("no kernel for ") + n.op->name);
  }

  const graph::tape* tape_;
  std::vector<array> arrays_, nodes_;
  std::vector<int> bound_, extents_;
  std::uint64_t seed_;
  std::uint32_t step_;
};

} // namespace fluxpp::inline v0_1::eval

// Programs as values: expressions, tapes, passes.

// A program as a drawing: Graphviz's dot language, operations fused into one loop in one box.
// Programs and plans as text, for people, tests and differences between versions.

namespace fluxpp::inline v0_1::graph {

/// text_of(value): a number as a person writes it.
inline std::string text_of(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.15g", value);
  return buffer;
}

/// text_of(g, extent): a number, n and the key of a symbol, or a formula over them.
inline std::string text_of(const graph_view& g, int extent) {
  if (extent >= 0) return std::to_string(extent);
  const extent_entry& e = g.extents[-1 - extent];
  if (e.kind == extent_kind::symbol) return "n" + std::to_string(static_cast<unsigned>(e.a));
  const char* const sign = e.kind == extent_kind::product      ? " * "
                           : e.kind == extent_kind::sum        ? " + "
                           : e.kind == extent_kind::difference ? " - "
                                                               : " / ";
  const bool shift = e.kind == extent_kind::sum && is_shift(e.a);
  return "(" + (shift ? std::to_string(e.a - shift_bias) : text_of(g, e.a)) + sign + text_of(g, e.b) + ")";
}

/// text_of(g, shape): [n7, 3].
inline std::string text_of(const graph_view& g, const dims& shape) {
  std::string text = "[";
  for (int i = 0; i < shape.rank; ++i) text.append(i == 0 ? "" : ", ").append(text_of(g, shape[i]));
  return text + "]";
}

/// text_of(space): where an operand lives, in a word.
inline const char* text_of(space s) {
  switch (s) {
  case space::argument: return "argument";
  case space::parameter: return "parameter";
  case space::state: return "state";
  case space::number: return "number";
  case space::constant: return "constant";
  case space::result: return "result";
  case space::extent: return "extent";
  default: return "arena";
  }
}

/// operation_of(g, id): the operation of a node with its attributes and operands, mul(%1, %2).
inline std::string operation_of(const graph_view& g, int id) {
  const node& n = g[id];
  if (n.op->kind == kind::constant) return text_of(n.value);
  if (n.op->kind == kind::input) {
    const leaf& l = g.leaves[n.attr];
    const std::string which = l.space == space::extent ? text_of(g, l.index) : std::to_string(l.index);
    return std::string(l.integer ? "integer " : "") + text_of(l.space) + " " + which;
  }
  std::string text = n.op->name;
  const attributes& a = g.attributes_of(id);
  for (int i = 0; i < a.size; ++i) text.append(i == 0 ? "<" : ", ").append(std::to_string(a.value[i]));
  text.append(a.size > 0 ? ">(" : "(");
  for (int i = 0; i < 4 && n.args[i] >= 0; ++i) text.append(i == 0 ? "%" : ", %").append(std::to_string(n.args[i]));
  return text + ")";
}

/// sign_of(r): what stands between the two sides of a check.
inline const char* sign_of(relation r) {
  return r == relation::equal ? " = " : r == relation::at_least ? " >= " : " multiple of ";
}

/// str(g): a program, one line per node, then its outputs and what is checked at every call.
inline std::string str(const graph_view& g) {
  std::string text;
  for (int id = 0; id < g.count.nodes; ++id)
    text += "%" + std::to_string(id) + " = " + operation_of(g, id) + " : " + text_of(g, g.shape_of(id)) + "\n";
  text += "outputs";
  for (int i = 0; i < g.count.outputs; ++i) text += " %" + std::to_string(g.outputs[i]);
  for (int i = 0; i < g.count.constraints; ++i) {
    const constraint& c = g.constraints[i];
    text += std::string("\ncheck ") + c.rule + ": " + text_of(g, c.a) + sign_of(c.relation) + text_of(g, c.b);
  }
  return text + "\n";
}

/// text_of(g, where): a place: arena 16, arena 32 n (n is the one symbol of the program), argument 0.
inline std::string text_of(const graph_view& g, const location& where) {
  if (where.space == space::extent) return "extent " + text_of(g, where.index);
  if (where.space != space::arena) return std::string(text_of(where.space)) + " " + std::to_string(where.index);
  const bool per_batch = where.offset.fixed < 0;
  return "arena " + std::to_string(per_batch ? where.offset.per_batch : where.offset.fixed) + (per_batch ? " n" : "");
}

/// str(s, f, p): a plan, one paragraph per step: what it computes, reads and writes.
inline std::string str(const staged_view& s, const fused_view& f, const placement& p) {
  std::string text = std::to_string(f.step_count) + " steps, arena of " + std::to_string(p.arena.fixed) + " + " +
                     std::to_string(p.arena.per_batch) + " n elements\n";
  auto places = [&](int id) {
    return "%" + std::to_string(id) + " in " + text_of(s.g, p.of[owner(s.g, s.copied, id)]);
  };
  for (int at = 0; at < f.step_count; ++at) {
    const plan_step& step = f.steps[at];
    const bool loop = step.op == nullptr;
    text += "step " + std::to_string(at) + ", stage " + std::to_string(step.stage) + ", " +
            (loop ? "loop over " + text_of(s.g, s.g.shapes[step.shape]) : std::string(step.op->name)) + "\n";
    for (int m = 0; m < step.members; ++m) {
      const int id = f.members[step.first_member + m];
      text +=
          "  %" + std::to_string(id) + " = " + operation_of(s.g, id) + " : " + text_of(s.g, s.g.shape_of(id)) + "\n";
    }
    for (int i = 0; i < step.inputs; ++i) text += "  reads " + places(f.inputs[step.first_input + i].source) + "\n";
    if (!loop)
      for (int a : s.g[step.node].args)
        if (a >= 0) text += "  reads " + places(a) + "\n";
    for (int i = 0; i < step.outputs; ++i) text += "  writes " + places(f.outputs[step.first_output + i]) + "\n";
    if (!loop) text += "  writes " + places(step.node) + "\n";
  }
  return text;
}

} // namespace fluxpp::inline v0_1::graph

namespace fluxpp::inline v0_1::graph {

/// dot_node(g, id): one node with its edges.
inline std::string dot_node(const graph_view& g, int id) {
  const bool leaf = is_leaf(g.kind_of(id));
  const std::string label = leaf ? operation_of(g, id) : std::string(g[id].op->name);
  std::string text = "  " + std::to_string(id) + " [label=\"" + label + "\\n" + text_of(g, g.shape_of(id)) + "\"" +
                     (leaf ? ", shape=ellipse" : "") + "];\n";
  for (int a : g[id].args)
    if (a >= 0) text += "  " + std::to_string(a) + " -> " + std::to_string(id) + ";\n";
  return text;
}

/// dot(g): a program in the dot language; outputs have a double frame.
inline std::string dot(const graph_view& g) {
  std::string text = "digraph program {\n  node [shape=box];\n";
  for (int id = 0; id < g.count.nodes; ++id) text += dot_node(g, id);
  for (int i = 0; i < g.count.outputs; ++i) text += "  " + std::to_string(g.outputs[i]) + " [peripheries=2];\n";
  return text + "}\n";
}

/// dot(g, f): the same with a box around every step.
inline std::string dot(const graph_view& g, const fused_view& f) {
  std::string text = dot(g);
  text.resize(text.size() - 2);
  for (int at = 0; at < f.step_count; ++at) {
    const plan_step& step = f.steps[at];
    text += "  subgraph cluster_" + std::to_string(at) + " { label=\"step " + std::to_string(at) + "\";";
    for (int m = 0; m < step.members; ++m) text += " " + std::to_string(f.members[step.first_member + m]) + ";";
    text += " }\n";
  }
  return text + "}\n";
}

} // namespace fluxpp::inline v0_1::graph

// Tensors and files.

// Element types as files name them, and the way from their bytes to numbers.

namespace fluxpp::inline v0_1::io {

/// dtype: the element types of safetensors; the order is that of `dtype_table`.
enum class dtype : std::uint8_t {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  f8_e8m0,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  f4,
  f6_e2m3,
  f6_e3m2,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  i64,
  u64,
  f64,
  c64
};

struct dtype_row {
  std::string_view name;
  unsigned bits;
};
inline constexpr std::array<dtype_row, 22> dtype_table{{
    {"BOOL", 8},        {"U8", 8},          {"I8", 8},    {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8},
    {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"F4", 4},    {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"I16", 16},
    {"U16", 16},        {"F16", 16},        {"BF16", 16}, {"I32", 32},    {"U32", 32},    {"F32", 32},
    {"I64", 64},        {"U64", 64},        {"F64", 64},  {"C64", 64},
}};

constexpr std::string_view name_of(dtype type) { return dtype_table[static_cast<std::size_t>(type)].name; }
constexpr unsigned bits_of(dtype type) { return dtype_table[static_cast<std::size_t>(type)].bits; }

/// dtype_of<T>: the dtype that stores a C++ type exactly.
template <class T> constexpr dtype dtype_of() {
  if constexpr (std::same_as<T, float>) return dtype::f32;
  else if constexpr (std::same_as<T, double>) return dtype::f64;
  else if constexpr (std::same_as<T, bool>) return dtype::boolean;
  else {
    static_assert(std::integral<T>, "fluxpp::io::dtype_of<T>: T must be float, double, bool or an integer");
    constexpr dtype types[2][4] = {{dtype::u8, dtype::u16, dtype::u32, dtype::u64},
                                   {dtype::i8, dtype::i16, dtype::i32, dtype::i64}};
    return types[std::is_signed_v<T>][std::bit_width(sizeof(T)) - 1];
  }
}

/// little_endian<U>(p): the unsigned integer stored at p, least significant byte first, at any alignment.
template <std::unsigned_integral U> constexpr U little_endian(const std::byte* p) {
  U value = 0;
  for (std::size_t i = 0; i < sizeof(U); ++i) value = static_cast<U>(value | static_cast<U>(U(p[i]) << (8 * i)));
  return value;
}

/// float_from_half(h): IEEE binary16 as float, exact; subnormals, infinities and the payload of a NaN included.
constexpr float float_from_half(std::uint16_t h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16, rest = h & 0x7fffu;
  if (rest >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest >= 0x0400u) return std::bit_cast<float>(sign | ((rest << 13) + 0x38000000u));
  const float magnitude = static_cast<float>(rest) * 0x1p-24f;
  return sign != 0 ? -magnitude : magnitude;
}

/// float_from_bfloat(b): bfloat16 as float, exact.
constexpr float float_from_bfloat(std::uint16_t b) { return std::bit_cast<float>(static_cast<std::uint32_t>(b) << 16); }

/// decode<T>(type, bytes, out): the elements of `bytes` as numbers of type T, each conversion as static_cast does it.
/// Returns false for types that have no numbers here (8 bits and fewer in floating form, complex) and for a BOOL that
/// is neither 0 nor 1. `bytes` must hold out.size() elements.
template <std::floating_point T> bool decode(dtype type, std::span<const std::byte> bytes, std::span<T> out) {
  const auto each = [&]<class U>(U, auto number) {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<T>(number(little_endian<U>(bytes.data() + i * sizeof(U))));
    return true;
  };
  switch (type) {
  case dtype::f32: return each(std::uint32_t{}, [](std::uint32_t u) { return std::bit_cast<float>(u); });
  case dtype::f64: return each(std::uint64_t{}, [](std::uint64_t u) { return std::bit_cast<double>(u); });
  case dtype::f16: return each(std::uint16_t{}, float_from_half);
  case dtype::bf16: return each(std::uint16_t{}, float_from_bfloat);
  case dtype::u8: return each(std::uint8_t{}, [](std::uint8_t u) { return u; });
  case dtype::i8: return each(std::uint8_t{}, [](std::uint8_t u) { return static_cast<std::int8_t>(u); });
  case dtype::u16: return each(std::uint16_t{}, [](std::uint16_t u) { return u; });
  case dtype::i16: return each(std::uint16_t{}, [](std::uint16_t u) { return static_cast<std::int16_t>(u); });
  case dtype::u32: return each(std::uint32_t{}, [](std::uint32_t u) { return u; });
  case dtype::i32: return each(std::uint32_t{}, [](std::uint32_t u) { return static_cast<std::int32_t>(u); });
  case dtype::u64: return each(std::uint64_t{}, [](std::uint64_t u) { return u; });
  case dtype::i64: return each(std::uint64_t{}, [](std::uint64_t u) { return static_cast<std::int64_t>(u); });
  case dtype::boolean:
    for (const std::byte b : bytes)
      if (b > std::byte{1}) return false;
    return each(std::uint8_t{}, [](std::uint8_t u) { return u; });
  default: return false;
  }
}

} // namespace fluxpp::inline v0_1::io

// Files as whole things: read with their real length known first, written atomically.

#if __has_include(<unistd.h>)
#include <fcntl.h>
#include <unistd.h>
#else
#include <filesystem>
#endif

namespace fluxpp::inline v0_1::io {

/// call_on("read_x", path): the call as sentences quote it, `read_x("path")`.
inline std::string call_on(std::string_view function, const std::string& path) {
  return std::string(function).append("(\"").append(path).append("\")");
}

/// last_os_error(): why the last call of the operating system failed, in words.
inline std::string last_os_error() { return std::generic_category().message(errno); }

/// input_file(function, path): a regular file opened for reading; `size` is its real length.
/// errors   file_error: cannot be opened, is not seekable, ends early
class input_file {
public:
  input_file(std::string_view function, const std::string& path) : call_(call_on(function, path)), path_(path) {
    file_ = std::fopen(path.c_str(), "rb");
    if (file_ == nullptr) fail("the file cannot be opened: " + last_os_error());
    long end = -1;
    if (std::fseek(file_, 0, SEEK_END) == 0) end = std::ftell(file_);
    if (end < 0 || std::fseek(file_, 0, SEEK_SET) != 0) {
      std::fclose(file_);
      fail("the file must be seekable");
    }
    size_ = static_cast<std::uint64_t>(end);
  }
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file() { std::fclose(file_); }

  std::uint64_t size() const { return size_; }
  const std::string& call() const { return call_; }
  const std::string& path() const { return path_; }
  std::FILE* handle() { return file_; }

  /// Fills `to` from the current position.
  void read(std::span<std::byte> to) {
    const std::size_t got = to.empty() ? 0 : std::fread(to.data(), 1, to.size(), file_);
    if (got != to.size()) fail("the file ends early or cannot be read", position_ + got);
    position_ += got;
  }

  [[noreturn]] void fail(std::string_view requirement, std::uint64_t offset = 0, std::string key = {}) const {
    throw file_error(call_, requirement, path_, offset, std::move(key));
  }

private:
  std::string call_, path_;
  std::FILE* file_ = nullptr;
  std::uint64_t size_ = 0, position_ = 0;
};

/// atomic_file(function, path): a file that appears under its name only when complete. Bytes go to `path.tmp` beside
/// it, which commit() flushes to the disk and renames; a failure or a kill at any moment leaves the old file as it was.
class atomic_file {
public:
  atomic_file(std::string_view function, const std::string& path)
      : call_(call_on(function, path)), path_(path), temporary_(path + ".tmp") {
    file_ = std::fopen(temporary_.c_str(), "wb");
    if (file_ == nullptr) fail("\"" + temporary_ + "\" cannot be opened for writing: " + last_os_error());
  }
  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;
  ~atomic_file() {
    if (file_ != nullptr) std::fclose(file_);
    if (!committed_) std::remove(temporary_.c_str());
  }

  std::FILE* handle() { return file_; }

  void write(std::span<const std::byte> bytes) {
    if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
      fail("the file cannot be written: " + last_os_error());
  }
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  void commit() {
    const bool flushed = std::fflush(file_) == 0 && synced(file_);
    const std::string reason = flushed ? "" : last_os_error();
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    if (!flushed || !closed) fail("the file cannot be written: " + (flushed ? last_os_error() : reason));
    if (!renamed()) fail("\"" + temporary_ + "\" cannot be renamed to the target: " + last_os_error());
    committed_ = true;
    sync_folder();
  }

  [[noreturn]] void fail(std::string_view requirement) const { throw file_error(call_, requirement, path_); }

private:
#if __has_include(<unistd.h>)
  static bool synced(std::FILE* file) { return ::fsync(::fileno(file)) == 0; }
  bool renamed() const { return std::rename(temporary_.c_str(), path_.c_str()) == 0; }
  void sync_folder() const { // makes the new name durable; some file systems refuse, the data are safe all the same
    const std::size_t slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const int handle = ::open(folder.c_str(), O_RDONLY);
    if (handle < 0) return;
    ::fsync(handle);
    ::close(handle);
  }
#else
  static bool synced(std::FILE*) { return true; }
  bool renamed() const {
    std::error_code error;
    std::filesystem::rename(temporary_, path_, error);
    return !error;
  }
  void sync_folder() const {}
#endif

  std::string call_, path_, temporary_;
  std::FILE* file_ = nullptr;
  bool committed_ = false;
};

} // namespace fluxpp::inline v0_1::io

// A strict JSON reader that is led by its caller: it has no tree and no recursion, and it shows duplicate keys.

namespace fluxpp::inline v0_1::io {

/// json_error: the text is not the JSON that was asked for; `offset` is the byte where that shows.
struct json_error : error::error {
  std::size_t offset;
  std::string reason;
  json_error(std::size_t at, std::string why) : error("json_reader(text)", why), offset(at), reason(std::move(why)) {}
};

/// utf8_length(text): bytes of the well-formed UTF-8 sequence at the front of text, 0 if there is none.
/// source   Unicode 15 (2022), table 3-7
constexpr std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned lead = at(0);
  if (text.empty()) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF)
    return follows(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  if (lead >= 0xF0 && lead <= 0xF4)
    return follows(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

/// append_utf8(text, code): appends a code point.
inline void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  if (code < 0x10000) put(0xE0 | code >> 12);
  else put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F));
  put(0x80 | (code >> 6 & 0x3F));
  put(0x80 | (code & 0x3F));
}

/// json_reader(text): reads one value after another, as the caller expects them.
/// errors   json_error
class json_reader {
public:
  explicit json_reader(std::string_view text, std::size_t max_string = 1'000'000)
      : text_(text), max_string_(max_string) {}

  std::size_t offset() const { return at_; }

  /// object(member): `{...}`; calls member(key) with the reader standing before the value, which member must read.
  template <class Member> void object(Member&& member) {
    expect('{');
    if (consume('}')) return;
    do {
      skip_space();
      const std::string key = string();
      expect(':');
      member(key);
    } while (consume(','));
    expect('}');
  }

  /// array(element): `[...]`; calls element() before each value, which element must read.
  template <class Element> void array(Element&& element) {
    expect('[');
    if (consume(']')) return;
    do element();
    while (consume(','));
    expect(']');
  }

  /// natural(): an integer in [0, 2^63), written without sign, fraction or exponent.
  std::int64_t natural() {
    skip_space();
    const std::size_t first = at_;
    std::uint64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
      if (value > (limit - digit) / 10) fail("a number must be below 2^63");
      value = value * 10 + digit;
    }
    if (at_ == first || peek() == '.' || peek() == 'e' || peek() == 'E')
      fail("a number must be a non-negative integer");
    if (text_[first] == '0' && at_ - first > 1) fail("a number must not begin with 0");
    return static_cast<std::int64_t>(value);
  }

  std::string string() {
    expect('"');
    std::string value;
    while (peek() != '"') {
      if (value.size() > max_string_)
        fail("a string must not be longer than " + std::to_string(max_string_) + " bytes");
      if (peek() == '\\') escape(value);
      else character(value);
    }
    ++at_;
    return value;
  }

  /// The text must end here, spaces apart.
  void end() {
    while (peek() == ' ') ++at_;
    if (at_ != text_.size()) fail("nothing but spaces may follow the JSON text");
  }

  [[noreturn]] void fail(std::string reason) const { throw json_error(at_, std::move(reason)); }

private:
  static constexpr std::uint64_t limit = (std::uint64_t{1} << 63) - 1;

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  bool consume(char c) {
    skip_space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!consume(c)) fail(std::string("expected '") + c + "'");
  }

  void character(std::string& value) {
    if (static_cast<unsigned char>(peek()) < 0x20) fail("a string must end and must not hold control characters");
    const std::size_t length = utf8_length(text_.substr(at_));
    if (length == 0) fail("a string must be valid UTF-8");
    value.append(text_.substr(at_, length));
    at_ += length;
  }

  void escape(std::string& value) {
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    ++at_;
    if (peek() == 'u') return ++at_, append_utf8(value, escaped_code_point());
    const std::size_t which = at_ < text_.size() ? letters.find(peek()) : letters.npos;
    if (which == letters.npos) fail("a backslash must begin a JSON escape");
    value.push_back(meanings[which]);
    ++at_;
  }

  std::uint32_t escaped_code_point() {
    const std::uint32_t high = four_digits();
    if (high < 0xD800 || high > 0xDFFF) return high;
    if (high > 0xDBFF || text_.substr(at_, 2) != "\\u") fail("a surrogate must be half of a pair");
    at_ += 2;
    const std::uint32_t low = four_digits();
    if (low < 0xDC00 || low > 0xDFFF) fail("a surrogate must be half of a pair");
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }

  std::uint32_t four_digits() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const bool digit = c >= '0' && c <= '9', letter = (c | 32) >= 'a' && (c | 32) <= 'f';
      if (!digit && !letter) fail("\\u must be followed by four hexadecimal digits");
      value = value * 16 + static_cast<std::uint32_t>(digit ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
  }

  std::string_view text_;
  std::size_t max_string_, at_ = 0;
};

/// json_quoted(text): a JSON string, with no more escapes than needed.
inline std::string json_quoted(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) quoted.append("\\u00").append({digits[byte >> 4], digits[byte & 15]});
    else if (c == '"' || c == '\\') quoted.append({'\\', c});
    else quoted.push_back(c);
  }
  return quoted.append("\"");
}

} // namespace fluxpp::inline v0_1::io

// safetensors files, read and written.

// Reading safetensors files: every claim of the header is checked against the file before it is believed.
// format   u64 header length N, N bytes of JSON, data; little-endian. https://github.com/huggingface/safetensors, 2023

// A named tensor as a file holds it: type, shape and bytes, and the way to its numbers.

namespace fluxpp::inline v0_1::io {

/// product_of(shape): the number of elements, or nothing above 2^63 - 1; a zero extent wins in any order.
constexpr std::optional<std::uint64_t> product_of(std::span<const std::int64_t> shape) {
  std::uint64_t product = 1;
  bool too_large = false;
  for (const std::int64_t extent : shape) {
    const auto factor = static_cast<std::uint64_t>(extent);
    if (factor == 0) return 0;
    if (product > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / factor) too_large = true;
    else product *= factor;
  }
  return too_large ? std::nullopt : std::optional(product);
}

/// bytes_of(type, shape): the bytes of a tensor, or nothing if they overflow or do not fill whole bytes.
constexpr std::optional<std::uint64_t> bytes_of(dtype type, std::span<const std::int64_t> shape) {
  const std::optional<std::uint64_t> n = product_of(shape);
  if (!n || *n > std::numeric_limits<std::uint64_t>::max() / bits_of(type)) return std::nullopt;
  const std::uint64_t bits = *n * bits_of(type);
  return bits % 8 == 0 ? std::optional(bits / 8) : std::nullopt;
}

/// tensor_entry: a named tensor; `bytes` are its elements, row-major and little-endian, owned by someone else.
struct tensor_entry {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;

  std::size_t size() const { return static_cast<std::size_t>(bytes.size() * 8 / bits_of(type)); }
};

/// entry_of(name, shape, values): the entry that stores values as they are.
template <class T> tensor_entry entry_of(std::string name, std::vector<std::int64_t> shape, std::span<const T> values) {
  static_assert(std::endian::native == std::endian::little, "fluxpp::io::entry_of needs a little-endian machine");
  return {std::move(name), dtype_of<T>(), std::move(shape), std::as_bytes(values)};
}

/// copy_values(entry, out): the elements of F16, BF16, F32, F64, BOOL or integer tensors as numbers.
/// errors   value_error: another type, or a BOOL that is neither 0 nor 1; shape_error: out has another size
template <std::floating_point T> void copy_values(const tensor_entry& entry, std::span<T> out) {
  if (out.size() != entry.size())
    throw shape_error("io::copy_values(entry, out)",
                      '"' + entry.name + "\" has " + std::to_string(entry.size()) + " elements, but out has " +
                          std::to_string(out.size()),
                      entry.name, 0, static_cast<std::int64_t>(entry.size()), static_cast<std::int64_t>(out.size()));
  if (!decode(entry.type, entry.bytes, out))
    throw value_error(
        "io::copy_values(entry, out)",
        '"' + entry.name + "\" of type " + std::string(name_of(entry.type)) + " cannot be read as numbers", entry.name);
}

/// values<float>(entry): the same in a new vector.
template <std::floating_point T> std::vector<T> values(const tensor_entry& entry) {
  std::vector<T> out(entry.size());
  copy_values(entry, std::span<T>(out));
  return out;
}

} // namespace fluxpp::inline v0_1::io

namespace fluxpp::inline v0_1::io {

/// safetensors_limits: what a file may claim at most.
struct safetensors_limits {
  std::uint64_t header_bytes = 100'000'000;
  std::size_t tensors = 1'000'000, rank = 8, key_bytes = 4'096, string_bytes = 1'000'000;
};

/// safetensors: the content of a file; owns the bytes its entries point to. Copies share them.
class safetensors {
public:
  /// In the order of the data.
  std::span<const tensor_entry> entries() const { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& path() const { return path_; }

  bool contains(std::string_view name) const { return position(name) != entries_.size(); }

  /// find(name): the entry of that name.
  /// errors   file_error with path and key
  const tensor_entry& find(std::string_view name) const {
    const std::size_t at = position(name);
    if (at == entries_.size())
      throw file_error(call_on("read_safetensors", path_) + ".find(" + json_quoted(name) + ')',
                       "the file must hold a tensor of this name; it holds " + names(), path_, 0, std::string(name));
    return entries_[at];
  }

private:
  friend class safetensors_reader;

  std::size_t position(std::string_view name) const {
    const auto less = [&](std::size_t i, std::string_view n) { return entries_[i].name < n; };
    const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name, less);
    return found != by_name_.end() && entries_[*found].name == name ? *found : entries_.size();
  }

  std::string names() const {
    if (entries_.empty()) return "none";
    std::string list;
    for (std::size_t i = 0; i < entries_.size() && i < 5; ++i)
      list.append(i > 0 ? ", " : "").append(json_quoted(entries_[i].name));
    return entries_.size() <= 5 ? list : list + ", ... (" + std::to_string(entries_.size()) + " in all)";
  }

  std::string path_;
  std::shared_ptr<const std::byte[]> data_;
  std::vector<tensor_entry> entries_;
  std::vector<std::size_t> by_name_;
  std::map<std::string, std::string> metadata_;
};

/// safetensors_reader: one reading of one file, step by step; each step refuses before the next one allocates.
class safetensors_reader {
public:
  safetensors_reader(const std::string& path, const safetensors_limits& limits)
      : file_("read_safetensors", path), limits_(limits) {}

  safetensors read() {
    read_header();
    parse_header();
    check_offsets();
    check_names();
    read_data();
    return std::move(result_);
  }

private:
  struct claim {
    std::uint64_t begin = 0, end = 0, offset = 0; // offset: of the entry in the file
    tensor_entry entry;
  };

  void read_header() {
    if (file_.size() < 8) file_.fail("the file must have at least 8 bytes, it has " + std::to_string(file_.size()));
    std::byte length[8];
    file_.read(length);
    const auto n = little_endian<std::uint64_t>(length);
    if (n > limits_.header_bytes)
      file_.fail("the header must not be longer than " + std::to_string(limits_.header_bytes) + " bytes");
    if (n > file_.size() - 8)
      file_.fail("the header says " + std::to_string(n) + " + 8 bytes, the file ends at " +
                 std::to_string(file_.size()));
    header_.resize(static_cast<std::size_t>(n));
    file_.read(std::as_writable_bytes(std::span(header_)));
    if (header_.empty() || header_[0] != '{') file_.fail("the header must begin with '{'", 8);
  }

  void parse_header() {
    json_reader json(header_, limits_.string_bytes);
    try {
      json.object([&](const std::string& key) {
        key_ = key;
        if (key == "__metadata__") read_metadata(json);
        else read_entry(json);
        key_.clear();
      });
      json.end();
    } catch (const json_error& e) {
      file_.fail("the header is refused at byte " + std::to_string(8 + e.offset) +
                     (key_.empty() ? "" : " in " + json_quoted(key_)) + ": " + e.reason,
                 8 + e.offset, key_);
    }
  }

  void read_metadata(json_reader& json) {
    if (has_metadata_) json.fail("a key must not be given twice");
    has_metadata_ = true;
    json.object([&](const std::string& key) {
      if (!result_.metadata_.emplace(key, json.string()).second) json.fail("a key must not be given twice");
    });
  }

  void read_entry(json_reader& json) {
    if (claims_.size() == limits_.tensors) json.fail("the file holds too many tensors");
    if (key_.size() > limits_.key_bytes) json.fail("a name must not be longer than its limit");
    if (key_.find('\0') != std::string::npos) json.fail("a name must not hold NUL");
    claim c;
    c.offset = 8 + json.offset();
    bool has_dtype = false, has_shape = false, has_offsets = false;
    const auto once = [&](bool& seen) {
      if (seen) json.fail("a key must not be given twice");
      seen = true;
    };
    json.object([&](const std::string& field) {
      if (field == "dtype") once(has_dtype), c.entry.type = read_dtype(json);
      else if (field == "shape") once(has_shape), c.entry.shape = read_shape(json);
      else if (field == "data_offsets") once(has_offsets), read_offsets(json, c);
      else json.fail("an entry must hold dtype, shape and data_offsets only");
    });
    if (!has_dtype || !has_shape || !has_offsets) json.fail("an entry must hold dtype, shape and data_offsets");
    c.entry.name = key_;
    claims_.push_back(std::move(c));
  }

  static dtype read_dtype(json_reader& json) {
    const std::string name = json.string();
    for (std::size_t i = 0; i < dtype_table.size(); ++i)
      if (dtype_table[i].name == name) return static_cast<dtype>(i);
    json.fail("the dtype is unknown");
  }

  std::vector<std::int64_t> read_shape(json_reader& json) const {
    std::vector<std::int64_t> shape;
    json.array([&] {
      if (shape.size() == limits_.rank) json.fail("a shape must not have more axes than its limit");
      shape.push_back(json.natural());
    });
    return shape;
  }

  static void read_offsets(json_reader& json, claim& c) {
    std::uint64_t ends[2]{};
    std::size_t n = 0;
    json.array([&] {
      if (n == 2) json.fail("data_offsets must be two numbers");
      ends[n++] = static_cast<std::uint64_t>(json.natural());
    });
    if (n != 2) json.fail("data_offsets must be two numbers");
    c.begin = ends[0];
    c.end = ends[1];
  }

  /// Sorted by (begin, end), so that empty tensors may stand at any boundary; then no hole, no overlap, nothing left.
  void check_offsets() {
    std::sort(claims_.begin(), claims_.end(), [](const claim& a, const claim& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : a.entry.name < b.entry.name;
    });
    const std::uint64_t data_bytes = file_.size() - 8 - header_.size();
    std::uint64_t next = 0;
    for (const claim& c : claims_) {
      if (c.begin > c.end) refuse(c, "begins after its end");
      if (c.begin != next) refuse(c, c.begin < next ? "overlaps the tensor before it" : "leaves a hole before it");
      if (c.end > data_bytes) refuse(c, "ends behind the end of the file");
      if (bytes_of(c.entry.type, c.entry.shape) != c.end - c.begin) refuse(c, "has another size than its shape");
      next = c.end;
    }
    if (next != data_bytes) file_.fail("the last tensor must end with the file", 8 + header_.size() + next);
  }

  [[noreturn]] void refuse(const claim& c, std::string_view fault) const {
    file_.fail(json_quoted(c.entry.name).append(" ").append(fault), c.offset, c.entry.name);
  }

  void check_names() {
    std::vector<std::size_t>& order = result_.by_name_;
    for (std::size_t i = 0; i < claims_.size(); ++i) order.push_back(i);
    const auto name = [&](std::size_t i) -> const std::string& { return claims_[i].entry.name; };
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return name(i) < name(j); });
    for (std::size_t i = 1; i < order.size(); ++i)
      if (name(order[i - 1]) == name(order[i])) refuse(claims_[order[i]], "is given twice");
  }

  void read_data() {
    const auto n = static_cast<std::size_t>(file_.size() - 8 - header_.size());
    std::unique_ptr<std::byte[]> data(new std::byte[n]); // not make_unique, which would write zeros first
    file_.read({data.get(), n});
    for (claim& c : claims_) {
      c.entry.bytes = {data.get() + c.begin, static_cast<std::size_t>(c.end - c.begin)};
      result_.entries_.push_back(std::move(c.entry));
    }
    result_.data_ = std::move(data);
    result_.path_ = file_.path();
  }

  input_file file_;
  safetensors_limits limits_;
  std::string header_, key_;
  bool has_metadata_ = false;
  std::vector<claim> claims_;
  safetensors result_;
};

/// read_safetensors(path): reads and validates a whole file.
/// errors   file_error {path, offset, key}
inline safetensors read_safetensors(const std::string& path, const safetensors_limits& limits = {}) {
  return safetensors_reader(path, limits).read();
}

} // namespace fluxpp::inline v0_1::io

// Writing safetensors files: the same tensors give the same bytes, and the file appears complete or not at all.

namespace fluxpp::inline v0_1::io {

/// write_order(entries): by decreasing size of the elements, so that each tensor is aligned, then by name.
inline std::vector<const tensor_entry*> write_order(std::span<const tensor_entry> entries) {
  std::vector<const tensor_entry*> order;
  for (const tensor_entry& e : entries) order.push_back(&e);
  std::sort(order.begin(), order.end(), [](const tensor_entry* a, const tensor_entry* b) {
    const unsigned left = std::max(bits_of(a->type), 8u), right = std::max(bits_of(b->type), 8u);
    return left != right ? left > right : a->name < b->name;
  });
  return order;
}

/// safetensors_header(ordered, metadata): length and JSON, padded with spaces to a multiple of 8 bytes.
inline std::string safetensors_header(std::span<const tensor_entry* const> ordered,
                                      const std::map<std::string, std::string>& metadata) {
  std::string json;
  const auto member = [&](std::string_view key, const std::string& value) {
    json.append(json.empty() ? "{" : ",").append(json_quoted(key)).append(":").append(value);
  };
  if (!metadata.empty()) {
    std::string pairs;
    for (const auto& [key, value] : metadata)
      pairs.append(pairs.empty() ? "{" : ",").append(json_quoted(key)).append(":").append(json_quoted(value));
    member("__metadata__", pairs + '}');
  }
  std::uint64_t begin = 0;
  for (const tensor_entry* e : ordered) {
    std::string extents;
    for (const std::int64_t extent : e->shape)
      extents.append(extents.empty() ? "" : ",").append(std::to_string(extent));
    const std::uint64_t end = begin + e->bytes.size();
    member(e->name, "{\"dtype\":\"" + std::string(name_of(e->type)) + "\",\"shape\":[" + extents +
                        "],\"data_offsets\":[" + std::to_string(begin) + ',' + std::to_string(end) + "]}");
    begin = end;
  }
  json.append(json.empty() ? "{}" : "}").append((8 - json.size() % 8) % 8, ' ');
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(std::uint64_t{json.size()} >> (8 * i) & 0xff);
  return length + json;
}

/// is_utf8(text): whether text is well-formed UTF-8.
constexpr bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// check_writable(call, ordered, metadata): what a reader would refuse is refused before anything is written.
inline void check_writable(const std::string& call, std::span<const tensor_entry* const> ordered,
                           const std::map<std::string, std::string>& metadata) {
  const auto refuse = [&](const std::string& name, std::string_view why) {
    throw value_error(call, json_quoted(name).append(" ").append(why), name);
  };
  for (const tensor_entry* e : ordered) {
    if (!is_utf8(e->name) || e->name.find('\0') != std::string::npos) refuse(e->name, "must be UTF-8 without NUL");
    if (e->name == "__metadata__") refuse(e->name, "must not be the name of a tensor");
    for (const std::int64_t extent : e->shape)
      if (extent < 0) refuse(e->name, "must not have negative extents");
    if (bytes_of(e->type, e->shape) != e->bytes.size()) refuse(e->name, "must have as many bytes as its shape says");
  }
  std::vector<std::string_view> names;
  for (const tensor_entry* e : ordered) names.push_back(e->name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) refuse(std::string(*twice), "must not be given twice");
  for (const auto& [key, value] : metadata)
    if (!is_utf8(key) || !is_utf8(value)) refuse(key, "must be UTF-8 in key and value");
}

/// write_safetensors(path, entries, metadata): writes a file, atomically and with deterministic bytes.
/// errors   value_error: an entry that no reader would accept; file_error: the operating system refuses
inline void write_safetensors(const std::string& path, std::span<const tensor_entry> entries,
                              const std::map<std::string, std::string>& metadata = {}) {
  const std::vector<const tensor_entry*> ordered = write_order(entries);
  check_writable(call_on("write_safetensors", path), ordered, metadata);
  atomic_file file("write_safetensors", path);
  file.write(safetensors_header(ordered, metadata));
  for (const tensor_entry* e : ordered) file.write(e->bytes);
  file.commit();
}

} // namespace fluxpp::inline v0_1::io

// How one step of a plan is computed on a CPU.

// Layers and the ways to combine them.

// chain: layers one after the other.
// What a layer sees while its network is traced: where it stands, its parameters, its state, and whether we train.

namespace fluxpp::inline v0_1::nn {

/// path: the dotted name of a layer or parameter, as weight files spell it ("features.0.weight").
struct path {
  static constexpr int capacity = 96;
  char value[capacity]{};
  int length = 0;

  constexpr std::string_view view() const { return {value, static_cast<std::size_t>(length)}; }
  constexpr void append(std::string_view part) {
    if (length > 0 && length < capacity) value[length++] = '.';
    for (char c : part)
      if (length < capacity) value[length++] = c;
  }
  constexpr void append(int number) {
    char digits[12]{};
    int n = 0;
    do digits[n++] = static_cast<char>('0' + number % 10), number /= 10;
    while (number > 0);
    char forward[12]{};
    for (int i = 0; i < n; ++i) forward[i] = digits[n - 1 - i];
    append(std::string_view(forward, static_cast<std::size_t>(n)));
  }
};

/// How a parameter starts.
enum class initial : int {
  zeros,
  ones,
  kaiming_uniform ///< U(-b, b), b = sqrt(6 / fan_in): He et al. 2015, arXiv:1502.01852
};

/// entry: one tensor of the flat parameter or state buffer.
struct entry {
  path name;
  dims shape;
  int offset = 0;
  int size = 0;
  nn::initial initial = initial::zeros;
};

/// context: handed through the layers of a network; records its tensors in order of use.
class context {
public:
  constexpr context(graph::tape& t, bool training) : tape(&t), training_(training) {}

  constexpr bool training() const { return training_; }

  /// A tensor to be learned; its name is the layer's path and this name. The shape must hold numbers only.
  constexpr var parameter(std::string_view name, const dims& shape, initial how) {
    const entry e = add(parameters, name, shape, how);
    return leaf(e, graph::space::parameter);
  }
  /// A tensor that training updates but does not learn (running statistics).
  constexpr var state(std::string_view name, const dims& shape, initial how) {
    const entry e = add(states, name, shape, how);
    state_offsets.push(e.offset);
    return leaf(e, graph::space::state);
  }
  /// The value that the last state of this context takes after the step.
  constexpr void next_state(int which, var value) {
    next_states.push(value.id);
    next_offsets.push(state_offsets[which]);
  }
  constexpr int states_so_far() const { return states.size(); }

  /// A number of the architecture that may differ between objects of one type (a dropout rate).
  constexpr var number(double value) {
    numbers.push(value);
    return tape->input({}, {graph::space::number, numbers.size() - 1, false});
  }

  /// Runs f one level deeper in the names.
  template <class Name, class F> constexpr var within(Name name, F f) {
    const path outer = here_;
    here_.append(name);
    const var y = f();
    here_ = outer;
    return y;
  }

  graph::tape* tape;
  list<entry> parameters, states;
  list<int> state_offsets, next_states, next_offsets;
  list<double> numbers;

private:
  constexpr entry add(list<entry>& table, std::string_view name, const dims& shape, initial how) {
    entry e;
    e.name = here_;
    e.name.append(name);
    e.shape = shape;
    e.initial = how;
    e.size = 1;
    for (int i = 0; i < shape.rank; ++i) e.size *= shape[i];
    if (!table.empty()) {
      const entry& last = table.back();
      e.offset = (last.offset + last.size + 15) / 16 * 16;
    }
    table.push(e);
    return e;
  }
  constexpr var leaf(const entry& e, graph::space s) { return tape->input(e.shape, {s, e.offset, false}); }

  path here_;
  bool training_;
};

/// A layer turns a value into another, given a context; an operation on values alone is a layer without parameters.
template <class L> concept layer = requires(const L& l, context& c, var x) {
  { l(c, x) } -> std::same_as<var>;
}
|| requires(const L& l, var x) {
  { l(x) } -> std::same_as<var>;
};

template <layer L> constexpr var apply(const L& l, context& c, var x) {
  if constexpr (requires { l(c, x); }) return l(c, x);
  else return l(x);
}

/// identity: a layer that returns its input; the default activation.
struct identity_layer {
  constexpr var operator()(var x) const { return x; }
};
inline constexpr identity_layer identity{};

} // namespace fluxpp::inline v0_1::nn

// Heterogeneous tuples at the rim of the library (layers of a chain): Boost.Hana where it is found, std::tuple elsewhere.

#if !defined(FLUXPP_NO_HANA) && __has_include(<boost/hana/tuple.hpp>)
#define FLUXPP_HAS_HANA 1
#include <boost/hana/fold_left.hpp>
#include <boost/hana/tuple.hpp>
#else
#define FLUXPP_HAS_HANA 0
#include <tuple>
#endif

namespace fluxpp::inline v0_1 {

#if FLUXPP_HAS_HANA
template <class... T> using heterogeneous = boost::hana::tuple<T...>;
/// fold(tuple, start, f): f(...f(f(start, t0), t1)..., tn).
template <class Tuple, class Start, class F> constexpr auto fold(const Tuple& t, Start start, F f) {
  return boost::hana::fold_left(t, start, f);
}
#else
template <class... T> using heterogeneous = std::tuple<T...>;
template <class Tuple, class Start, class F> constexpr auto fold(const Tuple& t, Start start, F f) {
  return std::apply([&](const auto&... x) { return ((start = f(start, x)), ..., start); }, t);
}
#endif

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {
namespace nn {

template <layer... L> struct chain_layer {
  heterogeneous<L...> layers;

  constexpr var operator()(context& c, var x) const {
    int number = 0;
    return fold(layers, x, [&](var v, const auto& l) { return c.within(number++, [&] { return apply(l, c, v); }); });
  }
};

} // namespace nn

/// chain(a, b, c): the layers in order; parameters are named by position, "0.weight".
template <nn::layer... L> constexpr nn::chain_layer<L...> chain(L... l) { return {{l...}}; }

} // namespace fluxpp::inline v0_1

// conv: a convolutional layer on images.

namespace fluxpp::inline v0_1 {
namespace nn {

template <int Filters, int Size, conv_options Options, bool Bias, class Activation> struct conv_layer {
  Activation activation;

  constexpr var operator()(context& c, var x) const {
    if (x.rank() != 4) {
      x.tape->fail(graph::rule::rank, x.shape(), make_dims(Filters));
      return x;
    }
    const int channels = x.extent(1) / Options.groups;
    const var w = c.parameter("weight", make_dims(Filters, channels, Size, Size), initial::kaiming_uniform);
    var y = fluxpp::conv2d(x, w, Options);
    if constexpr (Bias)
      y = y + ops::reshape::apply(c.parameter("bias", make_dims(Filters), initial::zeros), make_dims(Filters, 1, 1));
    return apply(activation, c, y);
  }
};

} // namespace nn

/// conv<16, 3>(relu): y = activation(conv2d(x, w) + b), 16 filters of 3 x 3. The default padding keeps height and width.
/// shapes   x [n, c, h, w] -> [n, 16, h, w]
/// params   weight [16, c / groups, 3, 3] (Kaiming uniform), bias [16] (zeros)
/// errors   compile: x is no batch of images, channels do not divide into groups
template <int Filters, int Size, conv_options Options = conv_options{.same = true}, bool Bias = true,
          class Activation = nn::identity_layer>
constexpr nn::conv_layer<Filters, Size, Options, Bias, Activation> conv(Activation activation = {}) {
  return {activation};
}

} // namespace fluxpp::inline v0_1

// dense: a fully connected layer.

namespace fluxpp::inline v0_1 {
namespace nn {

template <int Out, class Activation, bool Bias> struct dense_layer {
  Activation activation;

  constexpr var operator()(context& c, var x) const {
    const int in = x.tape->extents.resolve(x.extent(-1));
    if (in < 0 || x.rank() < 2) x.tape->fail(graph::rule::rank, x.shape(), make_dims(Out));
    const var w = c.parameter("weight", make_dims(Out, in < 0 ? 1 : in), initial::kaiming_uniform);
    var y = fluxpp::matmul(x, fluxpp::transpose(w));
    if constexpr (Bias) y = y + c.parameter("bias", make_dims(Out), initial::zeros);
    return apply(activation, c, y);
  }
};

} // namespace nn

/// dense<10>(relu): y = activation(x W' + b).
/// shapes   x [n, in] -> [n, 10]
/// params   weight [10, in] (Kaiming uniform), bias [10] (zeros)
/// errors   compile: x has fewer than two axes, or its last extent is not a number
template <int Out, bool Bias = true, class Activation = nn::identity_layer>
constexpr nn::dense_layer<Out, Activation, Bias> dense(Activation activation = {}) {
  return {activation};
}

} // namespace fluxpp::inline v0_1

// dropout: a layer that drops elements at random while training.

namespace fluxpp::inline v0_1 {
namespace nn {

struct dropout_layer {
  double rate = 0;

  constexpr var operator()(context& c, var x) const { return c.training() ? fluxpp::dropout(x, c.number(rate)) : x; }
};

} // namespace nn

/// dropout(0.2): in training every element is 0 with probability 0.2, else divided by 0.8; in inference the identity.
/// The rate may be set anew without recompiling. Masks follow from the seed and the number of the step alone.
/// source   Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, JMLR 15
constexpr nn::dropout_layer dropout(double rate) { return {rate}; }

} // namespace fluxpp::inline v0_1

// A network and a shape of input: its tensors as compile-time tables, and its programs for training and inference.

namespace fluxpp::inline v0_1::nn {

/// The extents of shape<batch, 1, 8, 8> on a tape: numbers, and a symbol per name.
template <class Shape> struct input_shape;
template <auto... Extents> struct input_shape<shape_t<Extents...>> {
  static constexpr int rank = sizeof...(Extents);
  template <class E> static constexpr int on_tape(graph::tape& t, E extent) {
    if constexpr (std::is_integral_v<E>) return static_cast<int>(extent);
    else return t.extents.symbol(extent.hash());
  }
  static constexpr dims make(graph::tape& t) {
    dims d;
    ((d = d.with(on_tape(t, Extents))), ...);
    return d;
  }
};

/// layout<Parameters, States>: the tensors of a network; offsets are those of the flat buffers.
template <int Parameters, int States> struct layout {
  entry parameters[Parameters + 1]{};
  entry states[States + 1]{};
  static constexpr int parameter_count = Parameters, state_count = States;

  static constexpr int extent_of(const entry* table, int n) {
    return n == 0 ? 0 : (table[n - 1].offset + table[n - 1].size + 15) / 16 * 16;
  }
  /// Elements of the flat buffers, padding included.
  constexpr int parameter_size() const { return extent_of(parameters, Parameters); }
  constexpr int state_size() const { return extent_of(states, States); }
  /// Elements that are learned.
  constexpr int learned() const {
    int n = 0;
    for (int i = 0; i < Parameters; ++i) n += parameters[i].size;
    return n;
  }
};

/// The places of a program's arguments.
inline constexpr int input_argument = 0, target_argument = 1;

template <class Net, class Shape> constexpr var trace_network(const Net& net, context& c) {
  const var x = c.tape->input(input_shape<Shape>::make(*c.tape), {graph::space::argument, input_argument, false});
  return apply(net, c, x);
}

struct table_sizes {
  int parameters, states, numbers;
};
template <class Net, class Shape> constexpr table_sizes measure() {
  graph::tape t;
  context c(t, true);
  trace_network<Net, Shape>(Net{}, c);
  return {c.parameters.size(), c.states.size(), c.numbers.size()};
}
template <class Net, class Shape> constexpr auto make_layout() {
  constexpr table_sizes n = measure<Net, Shape>();
  graph::tape t;
  context c(t, true);
  trace_network<Net, Shape>(Net{}, c);
  layout<n.parameters, n.states> l;
  for (int i = 0; i < n.parameters; ++i) l.parameters[i] = c.parameters[i];
  for (int i = 0; i < n.states; ++i) l.states[i] = c.states[i];
  return l;
}
/// layout_of<Net, Shape>: names, shapes and offsets, known to the compiler.
template <class Net, class Shape> inline constexpr auto layout_of = make_layout<Net, Shape>();

/// The places of a program's first outputs.
inline constexpr int loss_output = 0, answers_output = 1;

/// Loss and answers of a network as the first outputs of a program; returns the loss.
template <class Net, class Loss, class Shape> constexpr var trace_loss(context& c) {
  graph::tape& t = *c.tape;
  const var answers = trace_network<Net, Shape>(Net{}, c);
  const int batch = answers.rank() > 0 ? answers.extent(0) : 1;
  const var loss = Loss{}(answers, t.input(make_dims(batch), {graph::space::argument, target_argument, true}));
  t.output(ops::own_value(loss, t.outputs));
  t.output(ops::own_value(answers, t.outputs));
  return loss;
}

/// training_program: loss, answers and gradients. Gradients are written into the flat result buffer at the offsets of
/// their parameters, new states over the old ones.
/// Outputs: loss, answers, the gradients, the states.
template <class Net, class Loss, class Shape, class Gradient> struct training_program {
  static constexpr void trace(graph::tape& t) {
    context c(t, true);
    const var loss = trace_loss<Net, Loss, Shape>(c);
    list<var> x;
    for (int id = 0; id < t.size(); ++id)
      if (t[id].op == &graph::input_op && t.leaf_of(id).space == graph::space::parameter) x.push({t, id});
    const list<var> xbar = Gradient::of(t, loss, x);
    for (int i = 0; i < x.size(); ++i)
      t.output(ops::own_value(xbar[i], t.outputs), {graph::space::result, t.leaf_of(x[i].id).index});
    for (int i = 0; i < c.next_states.size(); ++i)
      t.output(ops::own_value({t, c.next_states[i]}, t.outputs), {graph::space::state, c.next_offsets[i]});
  }
};

/// inference_program: loss and answers, with layers in inference mode.
template <class Net, class Loss, class Shape> struct inference_program {
  static constexpr void trace(graph::tape& t) {
    context c(t, false);
    trace_loss<Net, Loss, Shape>(c);
  }
};

/// The run-time numbers of this object of a network (dropout rates), in the order in which its programs ask for them.
template <class Net, class Shape> list<double> numbers_of(const Net& net) {
  graph::tape t;
  context c(t, true);
  trace_network<Net, Shape>(net, c);
  return c.numbers;
}

} // namespace fluxpp::inline v0_1::nn

// Normalising layers.

namespace fluxpp::inline v0_1 {
namespace nn {

template <batch_norm_options Options, class Activation> struct batch_norm_layer {
  Activation activation;

  constexpr var operator()(context& c, var x) const {
    const dims per_channel = make_dims(x.extent(1));
    const var scale = c.parameter("weight", per_channel, initial::ones);
    const var shift = c.parameter("bias", per_channel, initial::zeros);
    const int first = c.states_so_far();
    const var mean = c.state("running_mean", per_channel, initial::zeros);
    const var variance = c.state("running_var", per_channel, initial::ones);
    if (!c.training())
      return apply(activation, c, fluxpp::batch_norm_inference(x, scale, shift, mean, variance, Options));
    const batch_norm_result r = fluxpp::batch_norm(x, scale, shift, mean, variance, Options);
    c.next_state(first, r.mean);
    c.next_state(first + 1, r.variance);
    return apply(activation, c, r.y);
  }
};

} // namespace nn

/// batch_norm(relu): channels brought to mean 0 and variance 1, scaled and shifted, then the activation.
/// shapes   x [n, c, ...] -> x's
/// params   weight [c] (ones), bias [c] (zeros)
/// state    running_mean [c], running_var [c], used in inference
/// source   Ioffe & Szegedy 2015, arXiv:1502.03167
template <batch_norm_options Options = batch_norm_options{}, class Activation = nn::identity_layer>
constexpr nn::batch_norm_layer<Options, Activation> batch_norm(Activation activation = {}) {
  return {activation};
}

} // namespace fluxpp::inline v0_1

// Pooling layers.

namespace fluxpp::inline v0_1 {
namespace nn {

template <pool_options Options> struct max_pool_layer {
  constexpr var operator()(var x) const { return fluxpp::max_pool2d(x, Options); }
};
template <pool_options Options> struct avg_pool_layer {
  constexpr var operator()(var x) const { return fluxpp::avg_pool2d(x, Options); }
};
struct global_avg_pool_layer {
  constexpr var operator()(var x) const { return fluxpp::global_avg_pool2d(x); }
};
} // namespace nn

/// max_pool<2>(): the largest element under each 2 x 2 window, without overlap.
/// shapes   x [n, c, h, w] -> [n, c, h / 2, w / 2]
template <int Size> constexpr auto max_pool() { return nn::max_pool_layer<pool_options{.size = Size}>{}; }
template <pool_options Options> constexpr auto max_pool() { return nn::max_pool_layer<Options>{}; }

/// avg_pool<2>(): the mean under each 2 x 2 window, without overlap.
/// shapes   x [n, c, h, w] -> [n, c, h / 2, w / 2]
template <int Size> constexpr auto avg_pool() { return nn::avg_pool_layer<pool_options{.size = Size}>{}; }
template <pool_options Options> constexpr auto avg_pool() { return nn::avg_pool_layer<Options>{}; }

/// global_avg_pool(): the mean of each channel.
/// shapes   x [n, c, h, w] -> [n, c]
constexpr nn::global_avg_pool_layer global_avg_pool() { return {}; }

} // namespace fluxpp::inline v0_1

// Update rules and schedules.

// Update rules: each states its formula once, on handles; the whole step is one fused loop over the flat buffer.

namespace fluxpp::inline v0_1 {
namespace optim {

/// updated: the parameters after a step, and the rule's slots (moments) after it.
template <int Slots> struct updated {
  var x;
  var slot[Slots + 1];
};

/// An update rule says how many slots it keeps per parameter, which numbers a step needs, and the step.
template <class R> concept update_rule = requires(const R& rule, var x, const var* slots, const var* numbers) {
  { R::slots } -> std::convertible_to<int>;
  { R::numbers } -> std::convertible_to<int>;
  { R::step(x, x, slots, numbers) } -> std::same_as<updated<R::slots>>;
};

/// rule_program<R, N>: one step of rule R on N parameters, in place. Arguments: x, gradient, slots.
template <update_rule R, int N> struct rule_program {
  static constexpr void trace(graph::tape& t) {
    var argument[2 + R::slots]{};
    for (int i = 0; i < 2 + R::slots; ++i) argument[i] = t.input(make_dims(N), {graph::space::argument, i, false});
    var number[R::numbers + 1]{};
    for (int i = 0; i < R::numbers; ++i) number[i] = t.input({}, {graph::space::number, i, false});
    const auto next = R::step(argument[0], argument[1], argument + 2, number);
    t.output(next.x, {graph::space::argument, 0});
    for (int i = 0; i < R::slots; ++i) t.output(next.slot[i], {graph::space::argument, 2 + i});
  }
};

} // namespace optim

/// descent{.lr}: x -= lr g, with momentum v = momentum v + g, x -= lr v.
/// source   Polyak 1964, doi:10.1016/0041-5553(64)90137-5
struct descent {
  double lr = 0.1, momentum = 0;
  static constexpr int slots = 1, numbers = 2;

  static constexpr optim::updated<1> step(var x, var g, const var* slot, const var* number) {
    const var v = number[1] * slot[0] + g;
    return {x - number[0] * v, {v}};
  }
  void numbers_at(std::int64_t, double rate, double beta, double* out) const { out[0] = rate, out[1] = beta; }
  double usual_momentum() const { return momentum; }
};

/// adamw{.lr}: Adam with decoupled weight decay.
///   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
///   x = x - lr (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + weight_decay x)
/// source   Loshchilov & Hutter 2017, arXiv:1711.05101
struct adamw {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0.01;
  static constexpr int slots = 2, numbers = 6;

  static constexpr optim::updated<2> step(var x, var g, const var* slot, const var* number) {
    const var beta1 = number[0], beta2 = number[1], rate = number[2], scale = number[3], epsilon = number[4];
    const var m = slot[0] + (var(1.0) - beta1) * (g - slot[0]);
    const var v = slot[1] + (var(1.0) - beta2) * (g * g - slot[1]);
    return {x * number[5] - rate * m / (fluxpp::sqrt(v) * scale + epsilon), {m, v}};
  }
  /// t counts from 1.
  void numbers_at(std::int64_t t, double rate, double beta, double* out) const {
    const double count = static_cast<double>(t);
    out[0] = beta, out[1] = beta2;
    out[2] = rate / (1 - std::pow(beta, count));
    out[3] = 1 / std::sqrt(1 - std::pow(beta2, count));
    out[4] = epsilon, out[5] = 1 - rate * weight_decay;
  }
  double usual_momentum() const { return beta1; }
};

} // namespace fluxpp::inline v0_1

// Schedules: a hyper-parameter as a pure function of the step and the number of steps, so that resuming needs no state.

namespace fluxpp::inline v0_1 {

/// A schedule rule is a thing that gives a value for step t = 0, 1, ... of a run of n steps.
template <class R> concept schedule_rule = std::is_trivially_copyable_v<R> && requires(const R& rule, std::int64_t t) {
  { rule(t, t) } -> std::convertible_to<double>;
};

/// A rule may give the momentum too: Adam's first beta, or the momentum of gradient descent.
template <class R> concept momentum_rule = schedule_rule<R> && requires(const R& rule, std::int64_t t) {
  { rule.momentum(t, t) } -> std::convertible_to<double>;
};

/// cosine_piece(a, b, p): half a cosine wave from a at p = 0 to b at p = 1.
inline double cosine_piece(double a, double b, double p) {
  return a + (1 + std::cos(std::numbers::pi * (1 - p))) * (b - a) / 2;
}

/// progress_of(t, n): t / n, at most 1.
constexpr double progress_of(std::int64_t t, std::int64_t n) {
  return t < n ? static_cast<double>(t) / static_cast<double>(n) : 1.0;
}

/// constant_rate{value}: the same at every step.
struct constant_rate {
  double value;
  constexpr double operator()(std::int64_t, std::int64_t) const { return value; }
};

/// exponential_decay{start, factor}: start factor^t, t in steps.
struct exponential_decay {
  double start, factor;
  double operator()(std::int64_t t, std::int64_t) const { return start * std::pow(factor, static_cast<double>(t)); }
};

/// cosine_decay{start, end}: half a cosine wave over the whole run; stays at end afterwards.
/// source   Loshchilov & Hutter 2016, arXiv:1608.03983
struct cosine_decay {
  double start, end = 0;
  double operator()(std::int64_t t, std::int64_t n) const { return cosine_piece(start, end, progress_of(t, n)); }
};

/// one_cycle{lr_max}: a cosine up from lr_max / div and, from pct_start of the run on, down to lr_max / div_final; the
/// momentum goes the opposite way. The last step is t = n - 1, so the very end is not reached.
/// source   Smith 2018, arXiv:1803.09820, in the form of fastai
struct one_cycle {
  double lr_max;
  double pct_start = 0.25, div = 25, div_final = 1e5;
  double momentum_high = 0.95, momentum_low = 0.85;

  double operator()(std::int64_t t, std::int64_t n) const {
    return there_and_back(lr_max / div, lr_max, lr_max / div_final, progress_of(t, n));
  }
  double momentum(std::int64_t t, std::int64_t n) const {
    return there_and_back(momentum_high, momentum_low, momentum_high, progress_of(t, n));
  }

private:
  double there_and_back(double from, double middle, double to, double p) const {
    return p < pct_start ? cosine_piece(from, middle, p / pct_start)
                         : cosine_piece(middle, to, (p - pct_start) / (1 - pct_start));
  }
};

/// schedule: any rule, held by value without allocation; made implicitly, `.schedule = one_cycle{2e-3}`.
/// A default-constructed schedule is empty: false, and not to be called.
class schedule {
public:
  schedule() = default;
  template <schedule_rule R>
  requires(!std::same_as<R, schedule>) schedule(const R& rule) : value_(&value_of<R>) {
    static_assert(sizeof(R) <= sizeof storage_ && alignof(R) <= alignof(double),
                  "fluxpp::schedule(rule): the rule must fit into 64 bytes");
    new (storage_) R(rule);
    if constexpr (momentum_rule<R>) momentum_ = &momentum_of<R>;
  }

  explicit operator bool() const { return value_ != nullptr; }
  double operator()(std::int64_t t, std::int64_t n) const { return value_(storage_, t, n); }
  /// Nothing if the rule says nothing about the momentum.
  std::optional<double> momentum(std::int64_t t, std::int64_t n) const {
    return momentum_ ? std::optional(momentum_(storage_, t, n)) : std::nullopt;
  }

private:
  using function = double (*)(const std::byte*, std::int64_t, std::int64_t);
  template <class R> static const R& rule_in(const std::byte* storage) {
    return *std::launder(reinterpret_cast<const R*>(storage));
  }
  template <class R> static double value_of(const std::byte* storage, std::int64_t t, std::int64_t n) {
    return rule_in<R>(storage)(t, n);
  }
  template <class R> static double momentum_of(const std::byte* storage, std::int64_t t, std::int64_t n) {
    return rule_in<R>(storage).momentum(t, n);
  }

  function value_ = nullptr, momentum_ = nullptr;
  alignas(double) std::byte storage_[64]{};
};

} // namespace fluxpp::inline v0_1

// Training: learner, metrics, progress.

// What learner::fit is told, and what it reports: options, the record of an epoch, and the counts behind it.
// Metrics of classifiers: counts that are exact over batches of any size and merge by addition.

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

/// metric: a name and a function from answers to a tally; a value, so that `.metrics = {accuracy, top_k<5>}` is a list.
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
  answers.check(K == 1 ? "accuracy(logits, labels)" : "top_k(logits, labels)");
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

/// top_k<K>: the share of rows whose label is among the K largest logits.
template <std::size_t K> inline constexpr metric top_k{"top_k", &count_top<K>};

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

// Progress of a training run: a bar that redraws itself on a terminal, one line per epoch everywhere else.

// The words of a progress display: lines of text as pure functions of the state of a run.

namespace fluxpp::inline v0_1 {

/// named_value: a number to show, such as {"loss", 0.12}.
struct named_value {
  std::string_view name;
  double value;
};

/// progress_state: where a run stands; units: seconds, negative if not known.
struct progress_state {
  std::size_t epoch = 0, epochs = 0, batch = 0, batches = 0; // epoch and batch count from 1: those begun, those done
  double elapsed = 0, remaining = -1, per_second = -1;
};

/// progress_style: how a line is drawn.
struct progress_style {
  std::size_t width = 80;
  bool blocks = false, colour = false;
};

namespace progress_text {

/// formatted("%.1f", x): snprintf into a string.
template <class... T> std::string formatted(const char* format, T... values) {
  char text[64];
  const int n = std::snprintf(text, sizeof text, format, values...);
  return {text, static_cast<std::size_t>(n < 0 ? 0 : n < int(sizeof text) ? n : int(sizeof text) - 1)};
}

/// duration(95): `1:35`; below a minute `12s`, below ten seconds `3.4s`, `?` if not known.
inline std::string duration(double seconds) {
  if (!(seconds >= 0)) return "?";
  if (seconds < 9.95) return formatted("%.1fs", seconds);
  if (seconds < 59.5) return formatted("%.0fs", seconds);
  const long s = static_cast<long>(seconds + 0.5);
  if (s < 3600) return formatted("%ld:%02ld", s / 60, s % 60);
  return formatted("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}

/// count(3, 20): ` 3/20`, as wide as `20/20`.
inline std::string count(std::size_t i, std::size_t n) {
  const std::string number = std::to_string(i), total = std::to_string(n);
  return std::string(number.size() < total.size() ? total.size() - number.size() : 0, ' ') + number + '/' + total;
}

/// values(list): `  loss 0.1234  accuracy 0.9610`.
inline std::string values(std::span<const named_value> list) {
  std::string text;
  for (const named_value& v : list) {
    const bool plain = v.value == 0 || (v.value > -1e4 && v.value < 1e4 && !(v.value > -1e-3 && v.value < 1e-3));
    text.append("  ").append(v.name).append(" ").append(formatted(plain ? "%.4f" : "%.2e", v.value));
  }
  return text;
}

/// bar(done, width, style): the filled part of a bar; eighths of a cell where blocks are allowed.
inline std::string bar(double done, std::size_t width, const progress_style& style) {
  constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double cells = done * static_cast<double>(width);
  const auto full = static_cast<std::size_t>(cells);
  std::string text;
  for (std::size_t i = 0; i < full; ++i) text += style.blocks ? "█" : i + 1 == full && full < width ? ">" : "=";
  std::size_t drawn = full;
  const auto part = static_cast<std::size_t>((cells - static_cast<double>(full)) * 8);
  if (style.blocks && part > 0 && full < width) text += eighths[part], ++drawn;
  if (style.colour) text = "\033[32m" + text + "\033[0m";
  return "[" + text.append(width - drawn, ' ') + "]";
}

} // namespace progress_text

/// progress_line(state, values, style): `epoch 3/20 [=====>    ] 450/938  12s<13s  37.2 it/s  loss 0.1234`.
/// The bar takes what the text leaves of the width, 8 to 30 cells. Where there is less, the speed goes, then the bar.
inline std::string progress_line(const progress_state& state, std::span<const named_value> values,
                                 const progress_style& style) {
  using namespace progress_text;
  const std::string epoch = "epoch " + count(state.epoch, state.epochs);
  const std::string batches_text =
      count(state.batch, state.batches) + "  " + duration(state.elapsed) + '<' + duration(state.remaining);
  const std::string speed =
      state.per_second < 0 ? "" : formatted(state.per_second < 100 ? "  %.1f it/s" : "  %.0f it/s", state.per_second);
  const std::string shown = progress_text::values(values);
  constexpr std::size_t least = 8, most = 30, frame = 4;
  const std::size_t text = epoch.size() + batches_text.size() + shown.size() + frame;
  if (text + least > style.width) return (epoch + ' ' + batches_text + shown).substr(0, style.width);
  const bool fast = text + speed.size() + least <= style.width;
  const std::size_t cells = style.width - text - (fast ? speed.size() : 0);
  const double done = state.batches == 0 ? 0 : static_cast<double>(state.batch) / static_cast<double>(state.batches);
  return epoch + ' ' + bar(done < 1 ? done : 1, cells < most ? cells : most, style) + ' ' + batches_text +
         (fast ? speed : "") + shown;
}

/// epoch_line(state, values): `epoch  3/20  25s  loss 0.1234  accuracy 0.9610`.
inline std::string epoch_line(const progress_state& state, std::span<const named_value> values) {
  return "epoch " + progress_text::count(state.epoch, state.epochs) + "  " + progress_text::duration(state.elapsed) +
         progress_text::values(values);
}

} // namespace fluxpp::inline v0_1

#if __has_include(<unistd.h>)
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace fluxpp::inline v0_1 {

/// progress_options: where to, and how; `automatic` draws a bar on terminals and lines elsewhere.
/// The environment decides for `automatic`: FLUXPP_PROGRESS = 0 (lines), 1 (bar), auto; NO_COLOR; COLUMNS.
struct progress_options {
  enum class form { automatic, bar, lines, silent };
  std::FILE* stream = stderr;
  form shown = form::automatic;
  double interval = 0.1; // seconds between two redraws, at least
};

/// progress_bar(epochs): begin_epoch, step after each batch, end_epoch; whatever happens, the terminal is left tidy.
/// A step between two redraws costs one look at the clock.
class progress_bar {
public:
  explicit progress_bar(std::size_t epochs, const progress_options& options = {})
      : stream_(options.stream), form_(resolved(options)), interval_(options.interval),
        terminal_(is_terminal(stream_)) {
    state_.epochs = epochs;
    style_.width = width_of(stream_) - 1;
    style_.blocks = terminal_ && locale_is_utf8();
    style_.colour = terminal_ && environment("NO_COLOR").empty();
  }
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;
  ~progress_bar() {
    if (drawn_ > 0) std::fputc('\n', stream_);
  }

  /// begin_epoch(epoch, batches): epoch counts from 1.
  void begin_epoch(std::size_t epoch, std::size_t batches) {
    state_.epoch = epoch;
    state_.batches = batches;
    state_.batch = last_batch_ = 0;
    state_.per_second = state_.remaining = -1;
    begin_ = last_ = clock::now();
  }

  /// step(values): one more batch is done.
  void step(std::span<const named_value> values) {
    ++state_.batch;
    if (form_ != progress_options::form::bar) return;
    const clock::time_point now = clock::now();
    if (seconds(now - last_) < interval_) return;
    measure(now);
    const std::lock_guard lock(mutex_);
    draw(progress_line(state_, values, style_));
  }

  /// end_epoch(values): leaves one line with the final values.
  void end_epoch(std::span<const named_value> values) {
    if (form_ == progress_options::form::silent) return;
    state_.elapsed = seconds(clock::now() - begin_);
    const std::lock_guard lock(mutex_);
    draw(epoch_line(state_, values));
    std::fputc('\n', stream_);
    std::fflush(stream_);
    drawn_ = 0;
  }

  /// message(text): a line above the bar; from any thread.
  void message(std::string_view text) {
    const std::lock_guard lock(mutex_);
    draw(text);
    std::fputc('\n', stream_);
    drawn_ = 0;
  }

private:
  using clock = std::chrono::steady_clock;
  static double seconds(clock::duration d) { return std::chrono::duration<double>(d).count(); }

  /// Speed is an exponential average with weight 0.3 for the newest redraw.
  void measure(clock::time_point now) {
    const double speed = static_cast<double>(state_.batch - last_batch_) / seconds(now - last_);
    state_.per_second = state_.per_second < 0 ? speed : 0.3 * speed + 0.7 * state_.per_second;
    state_.elapsed = seconds(now - begin_);
    const std::size_t left = state_.batches < state_.batch ? 0 : state_.batches - state_.batch;
    state_.remaining = static_cast<double>(left) / state_.per_second;
    last_ = now;
    last_batch_ = state_.batch;
  }

  /// Overwrites the line drawn before.
  void draw(std::string_view line) {
    std::string text = drawn_ > 0 ? "\r" : "";
    text.append(line);
    if (terminal_) text.append("\033[K");
    else if (drawn_ > line.size()) text.append(drawn_ - line.size(), ' ');
    std::fwrite(text.data(), 1, text.size(), stream_);
    std::fflush(stream_);
    drawn_ = line.size();
  }

  static std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  }
  static progress_options::form resolved(const progress_options& options) {
    using form = progress_options::form;
    if (options.shown != form::automatic) return options.shown;
    const std::string_view wish = environment("FLUXPP_PROGRESS");
    if (wish == "0" || wish == "1") return wish == "1" ? form::bar : form::lines;
    return is_terminal(options.stream) ? form::bar : form::lines;
  }
  static bool locale_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
      if (const std::string_view value = environment(name); !value.empty())
        return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
    return false;
  }
#if __has_include(<unistd.h>)
  static bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) == 1; }
  static std::size_t terminal_width(std::FILE* stream) {
    winsize size{};
    return ::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
  }
#else
  static bool is_terminal(std::FILE*) { return false; }
  static std::size_t terminal_width(std::FILE*) { return 0; }
#endif
  static std::size_t width_of(std::FILE* stream) {
    if (const std::size_t columns = terminal_width(stream); columns > 0) return columns;
    const int columns = std::atoi(std::string(environment("COLUMNS")).c_str());
    return columns > 10 ? static_cast<std::size_t>(columns) : 80;
  }

  std::FILE* stream_;
  progress_options::form form_;
  double interval_;
  bool terminal_;
  progress_style style_;
  progress_state state_;
  clock::time_point begin_ = clock::now(), last_ = begin_;
  std::size_t last_batch_ = 0, drawn_ = 0;
  std::mutex mutex_;
};

} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1 {

/// fit_options: how learner::fit runs.
template <class Dataset> struct fit_options {
  std::size_t epochs = 10;
  std::size_t batch = 64;
  std::optional<std::reference_wrapper<const Dataset>> validation = std::nullopt;
  std::vector<metric> metrics = {};
  fluxpp::schedule schedule = {}; ///< of the learning rate; the rule's own rate if empty
  std::uint64_t seed = 0;         ///< of the order of observations and of dropout
  progress_options progress = {};
};

/// epoch_record: what an epoch came to; metrics in the order asked for. Training figures are those of the running epoch,
/// with dropout active; validation figures are empty without a validation set. units: seconds
struct epoch_record {
  double loss = 0, validation_loss = 0;
  std::vector<double> metrics, validation_metrics;
  double seconds = 0;
};

namespace train {

/// epoch_counter: loss and metrics over the batches of an epoch, weighted by their sizes.
class epoch_counter {
public:
  explicit epoch_counter(const std::vector<metric>& metrics)
      : metrics_(&metrics), tallies_(metrics.size()), shown_(metrics.size() + 1) {}

  void add(double loss, std::span<const float> answers, std::span<const std::int32_t> targets) {
    loss_ += loss * static_cast<double>(targets.size());
    count_ += targets.size();
    for (std::size_t i = 0; i < tallies_.size(); ++i) tallies_[i] += (*metrics_)[i](answers, targets);
  }
  double loss() const { return ratio(loss_, static_cast<double>(count_)); }
  std::vector<double> values() const {
    std::vector<double> v;
    for (const tally& t : tallies_) v.push_back(t.value());
    return v;
  }
  /// Loss and metrics with their names, for a progress display.
  std::span<const named_value> shown() {
    shown_[0] = {"loss", loss()};
    for (std::size_t i = 0; i < tallies_.size(); ++i) shown_[i + 1] = {(*metrics_)[i].name, tallies_[i].value()};
    return shown_;
  }

private:
  const std::vector<metric>* metrics_;
  std::vector<tally> tallies_;
  std::vector<named_value> shown_;
  double loss_ = 0;
  std::size_t count_ = 0;
};

} // namespace train
} // namespace fluxpp::inline v0_1

// The declared shape of a network's input, compared with what a dataset holds.

namespace fluxpp::inline v0_1::train {

template <class Shape> struct input;

/// input<shape_t<batch, 1, 8, 8>>: which axis a symbol names, and the check that observations fit.
template <auto... Extents> struct input<shape_t<Extents...>> {
  static constexpr int rank = sizeof...(Extents);

  template <class E> static constexpr int number_of(E e) {
    if constexpr (std::is_integral_v<E>) return static_cast<int>(e);
    else return -1;
  }
  template <class E> static constexpr int key_of(E e) {
    if constexpr (std::is_integral_v<E>) return 0;
    else return static_cast<int>(e.hash());
  }
  static constexpr int number[rank + 1]{number_of(Extents)..., 0}; ///< -1 for a name
  static constexpr int key[rank + 1]{key_of(Extents)..., 0};       ///< of the symbol

  int axis(int k) const {
    int at = 0;
    while (at + 1 < rank && key[at] != k) ++at;
    return at;
  }
  std::string argument(int) const { return "inputs"; }

  /// errors   run: observations have another rank or shape (shape_error), there are none (value_error)
  template <class Dataset> static void check(const Dataset& data, const char* call) {
    const auto row = data.input_shape();
    check_row(row, call);
    if (data.size() == 0) throw value_error(call, "the dataset is empty", "data");
  }
  /// The same for one batch, whose targets must be as many as its inputs.
  template <class Batch> static void check_batch(const Batch& b, const char* call) {
    const auto& shape = b.inputs.shape();
    std::array<std::size_t, rank> row{};
    if (static_cast<int>(shape.size()) == rank) std::copy(shape.begin() + 1, shape.end(), row.begin());
    check_row(std::span(row).first(static_cast<int>(shape.size()) == rank ? rank - 1 : 0), call);
    if (b.targets.size() != static_cast<std::size_t>(shape[0]))
      throw shape_error(call,
                        std::to_string(shape[0]) + " inputs, but " + std::to_string(b.targets.size()) + " targets",
                        "targets", 0, static_cast<std::int64_t>(shape[0]), static_cast<std::int64_t>(b.targets.size()));
  }

private:
  template <class Row> static void check_row(const Row& row, const char* call) {
    if (row.size() + 1 != static_cast<std::size_t>(rank))
      throw shape_error(call,
                        "inputs have " + std::to_string(row.size() + 1) + " axes, but the network takes " +
                            std::to_string(rank),
                        "inputs", -1, rank, static_cast<std::int64_t>(row.size() + 1));
    for (int a = 1; a < rank; ++a) {
      const auto got = static_cast<std::int64_t>(row[static_cast<std::size_t>(a - 1)]);
      if (number[a] < 0 || number[a] == got) continue;
      throw shape_error(call,
                        "axis " + std::to_string(a) + " of inputs is " + std::to_string(got) +
                            ", but the network takes " + std::to_string(number[a]),
                        "inputs", a, number[a], got);
    }
  }
};

} // namespace fluxpp::inline v0_1::train

// learner: trains a network on a dataset; one compiled program per training step, one fused loop per update.
// The numbers of a network: flat parameter and state buffers with names, their beginning, and their file.

namespace fluxpp::inline v0_1::train {

/// fan_in of a weight [out, in, ...]: the inputs that one output sees.
inline double fan_in(const dims& shape) {
  double n = 1;
  for (int a = 1; a < shape.rank; ++a) n *= shape[a];
  return n;
}

/// Fills one tensor as its layer asks; random ones follow from the seed and the name alone.
template <class T> void initialise(const nn::entry& e, std::uint64_t seed, std::span<T> out) {
  if (e.initial != nn::initial::kaiming_uniform) {
    std::fill(out.begin(), out.end(), T(e.initial == nn::initial::ones ? 1 : 0));
    return;
  }
  const double bound = std::sqrt(6 / fan_in(e.shape));
  fill_uniform(out.data(), out.size(), seed, stream_of(e.name.view()), 0);
  for (T& v : out) v = static_cast<T>(bound * (2 * static_cast<double>(v) - 1));
}

/// model<T, Net, Shape>: parameters and state of a network, each one aligned buffer in the order of the network's layout.
template <class T, class Net, class Shape> class model {
public:
  static constexpr const auto& layout = nn::layout_of<Net, Shape>;
  static constexpr int parameter_size = layout.parameter_size();

  explicit model(std::uint64_t seed = 0)
      : parameters_(static_cast<std::size_t>(layout.parameter_size())),
        states_(static_cast<std::size_t>(layout.state_size())) {
    reset(seed);
  }

  void reset(std::uint64_t seed) {
    for_each([&](const nn::entry& e, std::span<T> v) { initialise(e, seed, v); });
  }
  T* parameters() const { return parameters_.data(); }
  T* states() const { return states_.data(); }

  /// The tensor of that name. errors: no such tensor (value_error)
  std::span<T> operator[](std::string_view name) const {
    std::span<T> found;
    for_each([&](const nn::entry& e, std::span<T> v) { found = e.name.view() == name ? v : found; });
    if (found.empty()) throw value_error("model", "no tensor is named '" + std::string(name) + "'", std::string(name));
    return found;
  }
  /// f(entry, values) for all parameters, then all states.
  template <class F> void for_each(F f) const {
    for (int i = 0; i < layout.parameter_count; ++i) f(layout.parameters[i], part(parameters_, layout.parameters[i]));
    for (int i = 0; i < layout.state_count; ++i) f(layout.states[i], part(states_, layout.states[i]));
  }

  /// Writes all tensors by name; the file is complete or not there.
  /// errors   run: the file cannot be written (file_error)
  void save(const std::string& path) const {
    std::vector<io::tensor_entry> entries;
    for_each([&](const nn::entry& e, std::span<T> v) {
      entries.push_back(io::entry_of<T>(std::string(e.name.view()), shape_of(e), std::span<const T>(v)));
    });
    io::write_safetensors(path, entries, {});
  }
  /// Reads all tensors by name; the model changes only if every one is there with its shape.
  /// errors   run: the file is damaged, or lacks a tensor, or one has another shape (file_error)
  void load(const std::string& path) {
    const io::safetensors file = io::read_safetensors(path);
    std::vector<std::vector<T>> read;
    for_each([&](const nn::entry& e, std::span<T>) {
      const io::tensor_entry& found = file.find(e.name.view());
      check(found, e, path);
      read.push_back(io::values<T>(found));
    });
    std::size_t i = 0;
    for_each([&](const nn::entry&, std::span<T> v) { std::copy(read[i].begin(), read[i].end(), v.begin()), ++i; });
  }

private:
  static std::span<T> part(const eval::aligned_buffer<T>& from, const nn::entry& e) {
    return {from.data() + e.offset, static_cast<std::size_t>(e.size)};
  }
  static std::vector<std::int64_t> shape_of(const nn::entry& e) {
    return std::vector<std::int64_t>(e.shape.extent, e.shape.extent + e.shape.rank);
  }
  static std::string text(const std::vector<std::int64_t>& shape) {
    std::string s = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) s += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return s + "]";
  }
  static void check(const io::tensor_entry& found, const nn::entry& e, const std::string& path) {
    if (found.shape == shape_of(e)) return;
    throw file_error("learner::load(\"" + path + "\")",
                     "tensor '" + found.name + "' has shape " + text(found.shape) + ", but the model needs " +
                         text(shape_of(e)),
                     path, 0, found.name);
  }

  eval::aligned_buffer<T> parameters_, states_;
};

} // namespace fluxpp::inline v0_1::train

namespace fluxpp::inline v0_1 {

namespace train {

/// The adjoint pass, as a training program asks for it.
struct reverse_mode {
  static constexpr list<var> of(graph::tape& t, var loss, const list<var>& x) {
    if (!loss.shape().single()) t.fail(graph::rule::scalar_gradient, loss.shape(), {});
    return autodiff::adjoint(t, loss, t.constant(1), x);
  }
};

} // namespace train
} // namespace fluxpp::inline v0_1

namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS {

/// learner{net, loss, rule, shape<batch, ...>}: a network with its parameters, its optimiser's state and its programs.
/// The targets of a dataset are class labels. What a layer keeps must be part of its type, or a number that it asks the
/// context for (fx::dropout): programs are written down for Net{}. One thread uses a learner at a time; different learners may train concurrently.
/// errors   compile: shapes that do not fit, a loss that is no scalar; run: a dataset whose observations have another
///          shape (shape_error), an empty dataset (value_error)
/// example  examples/02_digits.cpp
template <class Net, class Loss, class Rule, class Shape, class Tag = cpu_tag> class learner {
public:
  learner(Net of, Loss, Rule rule, Shape, Tag = {}, std::uint64_t seed = 0) : rule_(rule), model_(seed) {
    static_assert(sizeof(eval::report_of<training>) > 0);
    for (double v : nn::numbers_of<Net, Shape>(of)) numbers_.push_back(static_cast<float>(v));
    for (eval::aligned_buffer<float>& b : buffers_) b = eval::aligned_buffer<float>(parameter_size);
    connect();
  }
  learner(const learner&) = delete;
  learner& operator=(const learner&) = delete;

  /// Begins anew with the parameters of this seed.
  void reset(std::uint64_t seed) {
    model_.reset(seed);
    for (eval::aligned_buffer<float>& b : buffers_) std::fill_n(b.data(), parameter_size, 0.0f);
    step_ = 0;
    history_.clear();
  }

  /// Trains for some epochs; returns one record per epoch, also kept in history().
  template <class Dataset>
  const std::vector<epoch_record>& fit(const Dataset& data, const fit_options<std::type_identity_t<Dataset>>& o = {}) {
    input::check(data, "learner::fit(data)");
    if (o.validation) input::check(o.validation->get(), "learner::fit(data, {.validation})");
    data::loader<Dataset> batches(data, {.batch = o.batch, .seed = o.seed});
    progress_bar bar(o.epochs, o.progress);
    train_.externals.seed = o.seed;
    const auto steps = static_cast<std::int64_t>(o.epochs * batches.size());
    for (std::size_t epoch = 0; epoch < o.epochs; ++epoch) {
      batches.set_epoch(static_cast<std::uint32_t>(epoch));
      bar.begin_epoch(epoch + 1, batches.size());
      history_.push_back(run_epoch(batches, bar, o, static_cast<std::int64_t>(epoch * batches.size()), steps));
      if (o.validation) validate(history_.back(), o.validation->get(), o);
      bar.end_epoch(summary(history_.back(), o));
    }
    return history_;
  }
  const std::vector<epoch_record>& history() const { return history_; }

  /// One update from one batch; returns its loss. For training loops of one's own.
  template <class Batch> double step(const Batch& b, double rate, double momentum) {
    input::check_batch(b, "learner::step(batch)");
    bind(train_, b);
    train_.externals.step = static_cast<std::uint32_t>(step_);
    train_.compute();
    std::array<double, Rule::numbers> numbers{};
    rule_.numbers_at(step_ + 1, rate, momentum, numbers.data());
    std::copy(numbers.begin(), numbers.end(), rule_numbers_.begin());
    update_.compute();
    // Nothing throws from here on: parameters, state and the rule's slots change together.
    update_.commit();
    train_.commit();
    ++step_;
    return static_cast<double>(*train_.address(0));
  }
  template <class Batch> double step(const Batch& b) { return step(b, rule_.lr, rule_.usual_momentum()); }

  /// What the network answers to each observation, in inference mode.
  /// shapes   -> [n, classes]
  template <class Dataset> tensor<float, 2> predict(const Dataset& data) {
    tensor<float, 2> out;
    std::size_t row = 0;
    infer(data, "learner::predict(data)", [&](const auto& b, std::span<const float> y) {
      if (row == 0) out = tensor<float, 2>(std::array{data.size(), y.size() / b.size()});
      std::copy(y.begin(), y.end(), out.begin() + static_cast<std::ptrdiff_t>(row * (y.size() / b.size())));
      row += b.size();
    });
    return out;
  }
  /// A metric over a dataset, in inference mode.
  template <class Dataset> double evaluate(const Dataset& data, const metric& m) {
    tally t;
    infer(data, "learner::evaluate(data, metric)", [&](const auto& b, std::span<const float> y) {
      t += m(y, {b.targets.data(), b.size()});
    });
    return t.value();
  }

  /// Writes parameters and state by name (safetensors); the file is complete or not there. errors: file_error
  void save(const std::string& path) const { model_.save(path); }
  /// Reads them; all or nothing. errors: the file is damaged, or a tensor is missing or has another shape (file_error)
  void load(const std::string& path) { model_.load(path); }

  static constexpr int parameter_count() { return nn::layout_of<Net, Shape>.learned(); }
  /// Parameters and state by name.
  const train::model<float, Net, Shape>& model() const { return model_; }

private:
  static constexpr int parameter_size = nn::layout_of<Net, Shape>.parameter_size();
  template <class Program> using checked = eval::checked_if<Tag::check_finite, Program>;
  using training = checked<nn::training_program<Net, Loss, Shape, train::reverse_mode>>;
  using inference = checked<nn::inference_program<Net, Loss, Shape>>;
  using updating = checked<optim::rule_program<Rule, parameter_size>>;
  using runner = eval::runner<float, Tag::check_finite>;
  using input = train::input<Shape>;

  eval::aligned_buffer<float>& gradient() { return buffers_[Rule::slots]; }
  void connect() {
    for (runner* r : {&train_, &infer_}) {
      r->externals.argument.resize(2);
      r->externals.parameter = model_.parameters();
      r->externals.state = model_.states();
      r->externals.number = numbers_.data();
      r->externals.result = gradient().data();
    }
    update_.externals.argument = {model_.parameters(), gradient().data()};
    for (int i = 0; i < Rule::slots; ++i) update_.externals.argument.push_back(buffers_[i].data());
    update_.externals.number = rule_numbers_.data();
    update_.bind([](int) { return 0; }, input{});
  }
  template <class Batch> void bind(runner& r, const Batch& b) {
    r.bind([&](int key) { return static_cast<int>(b.inputs.shape()[static_cast<std::size_t>(input{}.axis(key))]); },
           input{});
    targets_.assign(b.targets.begin(), b.targets.end());
    r.externals.argument[nn::input_argument] = const_cast<float*>(b.inputs.data());
    r.externals.argument[nn::target_argument] = targets_.data();
  }
  static std::span<const float> answers(const runner& r) {
    return {r.address(nn::answers_output), kernels::step_args<float>::size(r.shape_of(nn::answers_output))};
  }

  template <class Loader, class Options>
  epoch_record run_epoch(Loader& batches, progress_bar& bar, const Options& o, std::int64_t done, std::int64_t steps) {
    const auto begin = std::chrono::steady_clock::now();
    train::epoch_counter count(o.metrics);
    for (const auto& b : batches) {
      const double rate = o.schedule ? o.schedule(done, steps) : rule_.lr;
      const double usual = rule_.usual_momentum();
      const double loss = step(b, rate, o.schedule ? o.schedule.momentum(done, steps).value_or(usual) : usual);
      count.add(loss, answers(train_), {b.targets.data(), b.size()});
      bar.step(count.shown());
      ++done;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    return {count.loss(), 0, count.values(), {}, seconds.count()};
  }
  /// Runs the network in inference mode over all batches of a dataset: f(batch, answers).
  template <class Dataset, class F> void infer(const Dataset& data, const char* call, F f) {
    input::check(data, call);
    data::loader<Dataset> batches(data, {.batch = 256, .shuffle = false});
    for (const auto& b : batches) {
      bind(infer_, b);
      infer_.run();
      f(b, answers(infer_));
    }
  }
  template <class Dataset, class Options> void validate(epoch_record& record, const Dataset& data, const Options& o) {
    train::epoch_counter count(o.metrics);
    infer(data, "learner::fit(data, {.validation})", [&](const auto& b, std::span<const float> y) {
      count.add(static_cast<double>(*infer_.address(nn::loss_output)), y, {b.targets.data(), b.size()});
    });
    record.validation_loss = count.loss();
    record.validation_metrics = count.values();
  }
  template <class Options> static std::vector<named_value> summary(const epoch_record& r, const Options& o) {
    std::vector<named_value> v{{"loss", r.loss}};
    for (std::size_t i = 0; i < r.metrics.size(); ++i) v.push_back({o.metrics[i].name, r.metrics[i]});
    if (o.validation) v.push_back({"held-out loss", r.validation_loss});
    for (double m : r.validation_metrics) v.push_back({"held-out", m});
    return v;
  }

  Rule rule_;
  train::model<float, Net, Shape> model_;
  eval::aligned_buffer<float> buffers_[Rule::slots + 1]; // the rule's slots, then the gradient
  std::vector<float> numbers_, targets_;
  std::array<float, Rule::numbers> rule_numbers_{};
  runner train_{eval::plan_of<float, training>}, infer_{eval::plan_of<float, inference>},
      update_{eval::plan_of<float, updating>};
  std::vector<epoch_record> history_;
  std::int64_t step_ = 0;
};

} // namespace fluxpp::inline v0_1::inline FLUXPP_DEFAULTS
