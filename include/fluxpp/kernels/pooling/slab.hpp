// SPDX-License-Identifier: MIT
#pragma once
// Pictures of several planes side by side, a lane for each plane: every window becomes the same work for all lanes.

#include <fluxpp/kernels/pooling/shape.hpp>
#include <fluxpp/simd/transpose.hpp>

#include <algorithm>
#include <array>

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
