// SPDX-License-Identifier: MIT
#pragma once
// What learner::fit is told, and what it reports: options, the record of an epoch, and the counts behind it.
#include "fluxpp/optim/schedule.hpp"
#include "fluxpp/train/metrics.hpp"
#include "fluxpp/train/progress.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

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
