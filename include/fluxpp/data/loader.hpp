// SPDX-License-Identifier: MIT
#pragma once
// Batches: every observation once per epoch, in an order that is a function of (seed, epoch), without allocation.

#include "fluxpp/core/errors.hpp"
#include "fluxpp/core/rng.hpp"
#include "fluxpp/core/xtensor.hpp"
#include "fluxpp/data/dataset.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

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
