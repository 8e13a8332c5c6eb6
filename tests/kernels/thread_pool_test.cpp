// SPDX-License-Identifier: MIT
// The thread pool: every task once, on a thread that its number decides; nesting, errors, concurrent callers, fork.

#include "catch.hpp"

#include "fluxpp/kernels/thread_pool.hpp"

#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace {
using fluxpp::kernels::thread_pool;

struct pool_of {
  explicit pool_of(int n) { thread_pool::instance().resize(n); }
  pool_of(const pool_of&) = delete;
  pool_of& operator=(const pool_of&) = delete;
  ~pool_of() { thread_pool::instance().resize(2); }
};

std::vector<int> runs_per_task(int tasks) {
  std::vector<int> runs(static_cast<std::size_t>(tasks));
  thread_pool::instance().run(tasks, [&](int t) { ++runs[static_cast<std::size_t>(t)]; });
  return runs;
}
} // namespace

TEST_CASE("every task runs once, for any number of threads and tasks") {
  for (int threads : {1, 2, 3, 7}) {
    const pool_of pool(threads);
    REQUIRE(thread_pool::instance().size() == threads);
    for (int tasks : {0, 1, 2, 3, 6, 7, 8, 100}) CHECK(runs_per_task(tasks) == std::vector<int>(std::size_t(tasks), 1));
  }
}

TEST_CASE("a task's number decides on which thread it runs") {
  const pool_of pool(3);
  std::vector<std::thread::id> first(9), second(9);
  const auto note = [](std::vector<std::thread::id>& ids) {
    thread_pool::instance().run(9, [&](int t) { ids[std::size_t(t)] = std::this_thread::get_id(); });
  };
  note(first);
  note(second);
  CHECK(first == second);
  CHECK(first[0] == std::this_thread::get_id());
  CHECK(first[2] == first[0]);
  CHECK(first[3] != first[2]);
  CHECK(first[8] != first[5]);
}

TEST_CASE("many short regions after each other lose no task") {
  const pool_of pool(3);
  long total = 0;
  for (int round = 0; round < 3000; ++round) {
    int parts[3] = {};
    thread_pool::instance().run(3, [&](int t) { parts[t] = t + 1; });
    total += parts[0] + parts[1] + parts[2];
  }
  CHECK(total == 18000);
}

TEST_CASE("a region inside a task runs on that task's thread") {
  const pool_of pool(2);
  std::vector<int> same(8);
  thread_pool::instance().run(2, [&](int outer) {
    const auto here = std::this_thread::get_id();
    thread_pool::instance().run(4,
                                [&](int t) { same[std::size_t(4 * outer + t)] = here == std::this_thread::get_id(); });
  });
  CHECK(same == std::vector<int>(8, 1));
}

TEST_CASE("the exception of the lowest failing share reaches the caller and the pool stays usable") {
  const pool_of pool(3);
  const auto fail = [](int t) {
    if (t >= 1) throw std::runtime_error(std::to_string(t));
  };
  for (int round = 0; round < 10; ++round) {
    std::string message;
    try {
      thread_pool::instance().run(3, fail);
    } catch (const std::runtime_error& e) { message = e.what(); }
    CHECK(message == "1");
  }
  CHECK(runs_per_task(10) == std::vector<int>(10, 1));
}

TEST_CASE("a task may not resize the pool") {
  const pool_of pool(2);
  CHECK_THROWS_AS(thread_pool::instance().run(2, [](int) { thread_pool::instance().resize(3); }), std::logic_error);
}

TEST_CASE("callers on several threads share the pool") {
  const pool_of pool(2);
  std::vector<int> done(4);
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < done.size(); ++i)
    callers.emplace_back([&done, i] {
      for (int round = 0; round < 300; ++round)
        if (runs_per_task(5) == std::vector<int>(5, 1)) ++done[i];
    });
  for (auto& caller : callers) caller.join();
  CHECK(done == std::vector<int>(4, 300));
}

// ThreadSanitizer cannot follow threads into the child of a fork.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FLUXPP_THREAD_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define FLUXPP_THREAD_SANITIZER
#endif
#if defined(__unix__) && !defined(FLUXPP_THREAD_SANITIZER)
TEST_CASE("the child of a fork starts its own threads") {
  const pool_of pool(3);
  REQUIRE(runs_per_task(6) == std::vector<int>(6, 1));
  const pid_t child = fork();
  if (child == 0) {
    const bool good = runs_per_task(6) == std::vector<int>(6, 1);
    thread_pool::instance().resize(1);
    _exit(good ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(runs_per_task(6) == std::vector<int>(6, 1));
}
#endif
