// SPDX-License-Identifier: MIT
// GMM: gradients of ADBench's files and of generated instances, and a Hessian-vector product.
#include "data.hpp"
#include "gmm_program.hpp"
#include "gradient_case.hpp"
#include "suite.hpp"

namespace adbench {
namespace {

using matrix = fx::tensor_view<const double, 2>;

struct gmm_problem {
  gmm p;
  std::vector<int> place = places(p);
  decltype(fx::value_and_grad<"alpha", "mu", "icf">(gmm_objective)) gradient{};
  template <class T> using by_hand = gmm_by_hand<T>;

  /// A program on the instance, and on more arguments.
  template <class F, class... More> auto run(F& f, const More&... more) {
    return f(p.alpha, matrix(p.mu.data(), {p.k, p.d}), matrix(p.icf.data(), {p.k, p.triangle()}),
             matrix(p.x.data(), {p.n, p.d}), fx::tensor_view<const int, 2>(place.data(), {p.d, p.d}), p.gamma, p.m,
             p.sign, p.constant(), more...);
  }
  auto call() { return run(gradient); }
};

/// An instance with the distributions of ADBench's.
gmm random_gmm(std::size_t d, std::size_t k, std::size_t n) {
  gmm g{d, k, n, std::vector<double>(k), std::vector<double>(k * d), {}, std::vector<double>(n * d)};
  g.icf.resize(k * g.triangle());
  fx::fill_normal(g.alpha.data(), g.alpha.size(), 1, 0, 0), fx::fill_uniform(g.mu.data(), g.mu.size(), 2, 0, 0);
  fx::fill_normal(g.icf.data(), g.icf.size(), 3, 0, 0), fx::fill_normal(g.x.data(), g.x.size(), 4, 0, 0);
  return g;
}

/// The prior subtracted, as gradbench has it.
gmm less_prior(gmm g) {
  g.sign = -1;
  return g;
}

/// The Hessian of the objective times a direction; right where it is the difference of gradients.
struct hvp_case : gmm_problem {
  decltype(fx::hvp<"alpha", "mu", "icf">(gmm_objective)) hvp{};
  gmm direction = random_gmm(p.d, p.k, 1);

  auto product() {
    const gmm& v = direction;
    return run(hvp, v.alpha, matrix(v.mu.data(), {v.k, v.d}), matrix(v.icf.data(), {v.k, v.triangle()}), fx::zero,
               fx::zero, fx::zero, fx::zero, fx::zero, fx::zero);
  }
  void renew() {}
  void ours() { bench::keep(product()); }
  double difference() {
    const auto exact = bench::flattened<std::vector<double>>(product());
    const auto at = [this](double t) { return gradient_at(t / 65536); };
    const auto a = at(-2), b = at(-1), c = at(1), d = at(2);
    std::vector<long double> numeric(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) numeric[i] = (a[i] - 8 * b[i] + 8 * c[i] - d[i]) * 65536 / 12;
    return bench::difference(exact, numeric);
  }

private:
  std::vector<long double> gradient_at(double t) const {
    gmm q = p;
    const auto move = [t](std::vector<double>& x, const std::vector<double>& along) {
      for (std::size_t i = 0; i < x.size(); ++i) x[i] += t * along[i];
    };
    move(q.alpha, direction.alpha), move(q.mu, direction.mu), move(q.icf, direction.icf);
    std::vector<long double> g;
    gmm_by_hand<long double>(q).gradient(g);
    return g;
  }
};

void add_hvp(const bench::suite& s, const std::string& name, const gmm& p) {
  hvp_case c{{p}};
  s.compare(name, 1e-7, c, bench::reference{"gradient", [&c] { bench::keep(c.call()); }});
}

} // namespace

void add_gmm(const bench::suite& s) {
  const gmm single = read_gmm(data_file("gmm/test.txt")), flat = read_gmm(data_file("gmm/1k/gmm_d2_K5.txt")),
            usual = read_gmm(data_file("gmm/1k/gmm_d10_K25.txt"));
  run<gmm_problem>(s, "gmm test", 1e-12, single);
  run<gmm_problem>(s, "gmm d2 K5", 1e-12, flat);
  run<gmm_problem>(s, "gmm d10 K25", 1e-12, usual);
  run<gmm_problem>(s, "gmm d32 K50", 1e-11, random_gmm(32, 50, 1000));
  run<gmm_problem>(s, "gmm test less prior", 1e-12, less_prior(single));
  run<gmm_problem>(s, "gmm d2 K5 less prior", 1e-12, less_prior(flat));
  add_hvp(s, "gmm d2 K5 hvp", flat);
  add_hvp(s, "gmm d10 K25 hvp", usual);
}

} // namespace adbench
