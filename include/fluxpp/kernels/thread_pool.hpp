// SPDX-License-Identifier: MIT
#pragma once
// One pool of threads for all kernels: started when first needed, tasks divided by number and never by timing.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>

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
