// SPDX-License-Identifier: MIT
// The learner: it learns, it repeats itself to the bit, and what it is told wrongly changes nothing.
#include "catch.hpp"
#include "folder.hpp"

#include <fluxpp/fluxpp.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace fx = fluxpp;

namespace {

constexpr auto net = fx::chain(fx::conv<16, 3>(fx::relu), fx::max_pool<2>(), fx::conv<32, 3>(fx::relu),
                               fx::max_pool<2>(), fx::flatten(), fx::dropout(0.2), fx::dense<10>());
const fx::progress_options silent{.shown = fx::progress_options::form::silent};

auto make() {
  return fx::learner{net, fx::softmax_cross_entropy, fx::adamw{.lr = 2e-2}, fx::shape<fx::batch, 1, 8, 8>};
}
using digits_learner = decltype(make());

std::vector<float> parameters_of(const digits_learner& l) {
  std::vector<float> all;
  l.model().for_each([&](const auto&, std::span<float> v) { all.insert(all.end(), v.begin(), v.end()); });
  return all;
}
bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}
/// Parameters after some epochs with so many threads.
std::vector<float> trained(int threads, std::uint64_t seed) {
  fx::kernels::thread_pool::instance().resize(threads);
  auto [train, test] = fx::data::digits();
  digits_learner l = make();
  l.fit(train, {.epochs = 2, .batch = 64, .seed = seed, .progress = silent});
  return parameters_of(l);
}

} // namespace

TEST_CASE("five seeds read at least 98.5 % of held-out digits on average") {
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto [train, test] = fx::data::digits(0.2, seed);
    digits_learner l = make();
    l.reset(seed);
    l.fit(train, {.epochs = 20, .batch = 64, .schedule = fx::one_cycle{2e-2}, .seed = seed, .progress = silent});
    sum += l.evaluate(test, fx::accuracy);
  }
  INFO("mean accuracy " << sum / 5);
  CHECK(sum / 5 >= 0.985);
}

TEST_CASE("training gives the same bits for any number of threads and again when repeated") {
  const std::vector<float> one = trained(1, 5);
  for (int threads : {2, 3, 7}) CHECK(same_bits(one, trained(threads, 5)));
  CHECK_FALSE(same_bits(one, trained(1, 6)));
  fx::kernels::thread_pool::instance().resize(2);
}

TEST_CASE("a saved learner loads into another to the bit and answers alike") {
  const folder here;
  auto [train, test] = fx::data::digits();
  digits_learner a = make(), b = make();
  a.fit(train, {.epochs = 1, .progress = silent});
  a.save(here / "net.safetensors");
  b.reset(9);
  b.load(here / "net.safetensors");
  CHECK(same_bits(parameters_of(a), parameters_of(b)));
  const auto x = a.predict(test), y = b.predict(test);
  CHECK(std::equal(x.begin(), x.end(), y.begin()));
}

TEST_CASE("a file of another network is refused by name and shape, and the learner stays as it was") {
  const folder here;
  constexpr auto other = fx::chain(fx::conv<16, 3>(fx::relu), fx::max_pool<2>(), fx::conv<31, 3>(fx::relu),
                                   fx::max_pool<2>(), fx::flatten(), fx::dropout(0.2), fx::dense<10>());
  fx::learner wrong{other, fx::softmax_cross_entropy, fx::adamw{}, fx::shape<fx::batch, 1, 8, 8>};
  wrong.save(here / "wrong.safetensors");
  digits_learner l = make();
  const std::vector<float> before = parameters_of(l);
  try {
    l.load(here / "wrong.safetensors");
    FAIL("it must throw");
  } catch (const fx::file_error& e) {
    CHECK(e.key == "2.weight");
    CHECK(std::string(e.what()).find("[31, 16, 3, 3], but the model needs [32, 16, 3, 3]") != std::string::npos);
  }
  CHECK_THROWS_AS(l.load(here / "absent.safetensors"), fx::file_error);
  CHECK(same_bits(before, parameters_of(l)));
}

TEST_CASE("data of another shape, and no data, are refused before any work") {
  digits_learner l = make();
  auto tall = fx::data::dataset<4>::observations(3, {1, 9, 8});
  try {
    l.fit(tall, {.progress = silent});
    FAIL("it must throw");
  } catch (const fx::shape_error& e) {
    CHECK(e.argument == "inputs");
    CHECK(e.axis == 2);
    CHECK(e.expected == 8);
    CHECK(e.got == 9);
  }
  auto flat = fx::data::dataset<2>::observations(3, {64});
  CHECK_THROWS_AS(l.fit(flat, {.progress = silent}), fx::shape_error);
  auto none = fx::data::dataset<4>::observations(0, {1, 8, 8});
  CHECK_THROWS_AS(l.fit(none, {.progress = silent}), fx::value_error);
}

TEST_CASE("a label that names no class is refused and the parameters stay") {
  digits_learner l = make();
  auto data = fx::data::dataset<4>::observations(4, {1, 8, 8});
  std::fill_n(data.targets.data(), 4, 10);
  const std::vector<float> before = parameters_of(l);
  CHECK_THROWS_AS(l.fit(data, {.epochs = 1, .progress = silent}), fx::value_error);
  CHECK(same_bits(before, parameters_of(l)));
}

TEST_CASE("the dropout rate belongs to the object, not to the compiled program") {
  constexpr auto sparse = fx::chain(fx::flatten(), fx::dropout(0.9), fx::dense<10>());
  constexpr auto full = fx::chain(fx::flatten(), fx::dropout(0.0), fx::dense<10>());
  const auto train = fx::data::digits().train;
  const auto loss = [&](auto of) {
    fx::learner l{of, fx::softmax_cross_entropy, fx::adamw{.lr = 1e-2}, fx::shape<fx::batch, 1, 8, 8>};
    l.fit(train, {.epochs = 5, .progress = silent});
    return l.history().back().loss;
  };
  CHECK(loss(full) < 0.5 * loss(sparse));
}
