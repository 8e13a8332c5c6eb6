// SPDX-License-Identifier: MIT
#pragma once
// in_parts: a loop over independent indices, divided among the threads of the pool.
#include "fluxpp/kernels/thread_pool.hpp"

#include <algorithm>
#include <cstddef>

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

/// in_tasks(n, most, work, f): f(0, k), ... f(k - 1, k) for k <= most tasks that share n jobs; a task may own scratch by its
/// number, so how jobs are shared must not matter to results.
template <class F> void in_tasks(std::ptrdiff_t n, int most, std::ptrdiff_t work, F&& f) {
  thread_pool& pool = thread_pool::instance();
  const std::ptrdiff_t enough = std::max<std::ptrdiff_t>(1, n * work / elements_per_task);
  const auto tasks = static_cast<int>(std::min({n, enough, static_cast<std::ptrdiff_t>(std::min(most, pool.size()))}));
  pool.run(tasks, [&](int t) { f(t, tasks); });
}

} // namespace fluxpp::inline v0_1::kernels
