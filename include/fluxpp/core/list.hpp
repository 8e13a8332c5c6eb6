// SPDX-License-Identifier: MIT
#pragma once
// A growable array and an interning table that work in constant evaluation, made for passes over graphs.

#include <utility>

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

/// list_of(a, b, ...): a list of these.
template <class T, class... More> constexpr list<T> list_of(const T& first, const More&... more) {
  list<T> out;
  out.push(first);
  (out.push(more), ...);
  return out;
}

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
  /// Takes a value that is known to be new, when nothing will be looked up any more.
  constexpr int add(const T& value) { return this->push(value), this->size_ - 1; }
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
