// SPDX-License-Identifier: MIT
#pragma once
// learner: trains a network on a dataset; one compiled program per training step, one fused loop per update.
#include "fluxpp/autodiff/adjoint.hpp"
#include "fluxpp/core/tensor.hpp"
#include "fluxpp/data/loader.hpp"
#include "fluxpp/eval/compiled.hpp"
#include "fluxpp/graph/evaluator.hpp"
#include "fluxpp/optim/rules.hpp"
#include "fluxpp/train/fit.hpp"
#include "fluxpp/train/input.hpp"
#include "fluxpp/train/model.hpp"

#include <chrono>

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
