// SPDX-License-Identifier: MIT
#pragma once
// The CPU evaluator: compiles a function for the types of its arguments, binds a call, runs it, hands out results.
#include "fluxpp/core/arguments.hpp"
#include "fluxpp/eval/direct.hpp"
#include "fluxpp/eval/runner.hpp"
#include "fluxpp/graph/function.hpp"

namespace fluxpp::inline v0_1::eval {

using arguments::argument_traits;
using arguments::number;

/// function_program: a transform applied to arguments of these signatures, as a program.
template <class Transform, class... Argument> struct function_program {
  using function = typename Transform::function;
  static constexpr int argument_count = sizeof...(Argument);
  /// The symbol of an axis whose extent the type does not tell.
  static constexpr unsigned key(int arg, int axis) { return static_cast<unsigned>(arg * max_rank + axis + 1); }

  static constexpr void trace(graph::tape& t) {
    list<var> args;
    (push<Argument>(t, args), ...);
    const list<var> out = Transform::template build<argument_count>(t, args);
    // Two outputs never share storage, and none is an input: each is a value of its own.
    for (const var& v : out) t.output(ops::own_value(v, t.outputs), target(t.outputs.size()));
  }

private:
  /// Where a transform wants an output, if not in memory of its own.
  static constexpr graph::target target(int output) {
    if constexpr (requires { Transform::template target<argument_count>(output); })
      return Transform::template target<argument_count>(output);
    else return {};
  }
  template <class A> static constexpr void push(graph::tape& t, list<var>& args) {
    dims shape;
    for (int axis = 0; axis < A::rank; ++axis)
      shape = shape.with(A::extent[axis] >= 0 ? A::extent[axis] : t.extents.symbol(key(args.size(), axis)));
    args.push(A::absent ? var() : t.input(shape, {graph::space::argument, args.size(), A::integer}));
  }
};

/// session: the memory of one callable for one signature.
struct session_base {
  explicit session_base(const void* of) : program(of) {}
  virtual ~session_base() = default;
  const void* program;
};

template <class T, class Program> class session final : public session_base {
public:
  static constexpr const plan_view<T>& plan = plan_of<T, Program>;
  static constexpr int argument_count = Program::argument_count, output_count = view_of<Program>.count.outputs;

  session() : session_base(&plan), runner_(plan) {
    // Every call writes here: far from a user's small arrays, which a wide load reads together with their neighbours.
    runner_.externals.argument.reserve(16);
    runner_.externals.argument.resize(static_cast<std::size_t>(argument_count));
    staging_.resize(static_cast<std::size_t>(argument_count));
    staged_size_.resize(static_cast<std::size_t>(argument_count));
  }

  template <class... A> void run(const A&... args) {
    bool same = bound_;
    int i = 0, j = 0;
    ((same = same_extents(i++, args) && same), ...);
    if (!same) bind(args...);
    (point_at(j++, args), ...);
    if constexpr (direct<T, Program>::possible()) {
      if (direct_) return direct<T, Program>::run(runner_.bound(), runner_.externals);
    }
    runner_.run();
  }
  /// The key of the random numbers of the next calls.
  void key(std::uint64_t seed, std::uint32_t step) { runner_.externals.seed = seed, runner_.externals.step = step; }
  T* address(int output) const { return address_[output]; }
  const dims& shape_of(int output) const { return *shape_[output]; }

private:
  /// Whether the extents that types do not tell are those of the last call; else remembers them.
  template <class A> bool same_extents(int i, const A& a) {
    bool same = true;
    if constexpr (argument_traits<A>::rank > 0)
      for (int axis = 0; axis < argument_traits<A>::rank; ++axis) {
        if (argument_traits<A>::extent(axis) >= 0) continue;
        const std::size_t n = argument_traits<A>::size(a, axis);
        same = same && n == seen_[i][axis];
        seen_[i][axis] = n;
      }
    return same;
  }
  template <class... A> [[gnu::noinline]] void bind(const A&... args) {
    bound_ = false;
    runner_.bind(
        [&](int key) {
          int n = 0, i = 0;
          ((i++ == argument_at(key) ? void(n = extent_of(args, axis_at(key))) : void()), ...);
          return n;
        },
        symbols{});
    for (int o = 0; o < output_count; ++o) address_[o] = runner_.address(o), shape_[o] = &runner_.shape_of(o);
    if constexpr (direct<T, Program>::possible()) direct_ = direct<T, Program>::suits(runner_.bound());
    bound_ = true;
  }
  static int argument_at(int key) { return (key - 1) / max_rank; }
  static int axis_at(int key) { return (key - 1) % max_rank; }
  /// What a symbol is called in a message: the argument it was read from.
  struct symbols {
    std::string argument(int key) const {
      using known = typename names_of<typename Program::function>::type;
      const int arg = argument_at(key);
      return arg < known::size ? std::string(known::list[static_cast<std::size_t>(arg)])
                               : "argument " + std::to_string(arg);
    }
    int axis(int key) const { return axis_at(key); }
  };
  static int whole(std::size_t n) {
    if (n <= static_cast<std::size_t>(std::numeric_limits<int>::max())) return static_cast<int>(n);
    throw shape_error("argument", "an extent of " + std::to_string(n) + " is too large: at most 2^31 - 1");
  }
  template <class A> static int extent_of(const A& a, int axis) {
    if constexpr (argument_traits<A>::rank > 0) {
      if (axis < argument_traits<A>::rank) return whole(argument_traits<A>::size(a, axis));
    }
    return 0;
  }

  template <class A> void point_at(int i, const A& a) {
    T*& to = runner_.externals.argument[static_cast<std::size_t>(i)];
    if constexpr (std::is_same_v<A, zero_t>) {
      to = nullptr;
    } else if constexpr (number<A>) {
      scalars_[i] = static_cast<T>(a);
      to = &scalars_[i];
    } else {
      if constexpr (std::is_same_v<typename argument_traits<A>::element, T>) {
        to = const_cast<T*>(arguments::first_element(a));
        if (arguments::contiguous(a) && !runner_.overwrites(to)) return;
      }
      stage(i, a);
      to = staging_[static_cast<std::size_t>(i)].data();
    }
  }
  /// Copies an argument that is not contiguous, not of the program's type, or a result of the last call.
  template <class A> [[gnu::noinline]] void stage(int i, const A& a) {
    std::size_t n = 1;
    for (int axis = 0; axis < argument_traits<A>::rank; ++axis) n *= argument_traits<A>::size(a, axis);
    std::size_t& room = staged_size_[static_cast<std::size_t>(i)];
    if (n > room || room == 0) {
      staging_[static_cast<std::size_t>(i)] = aligned_buffer<T>(n);
      room = n + 1;
    }
    arguments::copy_elements<T>(a, staging_[static_cast<std::size_t>(i)].data());
  }

  runner<T, is_checked<Program>> runner_;
  std::size_t seen_[argument_count + 1][max_rank]{};
  T* address_[output_count + 1]{};
  const dims* shape_[output_count + 1]{};
  bool bound_ = false, direct_ = false;
  T scalars_[argument_count + 1]{};
  std::vector<aligned_buffer<T>> staging_;
  std::vector<std::size_t> staged_size_;
};

/// workspace: the sessions of a callable, found by the address of their plan.
class workspace {
public:
  template <class Session> Session& find() {
    for (const auto& s : sessions_)
      if (s->program == &Session::plan) return static_cast<Session&>(*s);
    return add<Session>();
  }

private:
  template <class Session> [[gnu::noinline]] Session& add() {
    sessions_.push_back(std::make_unique<Session>());
    return static_cast<Session&>(*sessions_.back());
  }
  std::vector<std::unique_ptr<session_base>> sessions_;
};

/// How output I of a session is handed out: a number, a view, or a tensor of its own.
template <class T, class Session, class Program, bool Owning> struct output_reader {
  const Session& session;
  template <int Index> auto operator()() const {
    constexpr const dims& known = view_of<Program>.shape_of(view_of<Program>.outputs[Index]);
    constexpr int rank = known.rank;
    if constexpr (rank == 0) {
      return *session.address(Index);
    } else {
      std::array<std::size_t, rank> shape{};
      for (int a = 0; a < rank; ++a)
        shape[static_cast<std::size_t>(a)] =
            static_cast<std::size_t>(known[a] >= 0 ? known[a] : session.shape_of(Index)[a]);
      const tensor_view<T, rank> view(session.address(Index), shape);
      if constexpr (Owning) return tensor<T, rank>(view);
      else return view;
    }
  }
};

} // namespace fluxpp::inline v0_1::eval

namespace fluxpp::inline v0_1 {

template <bool CheckFinite> struct evaluator_of<cpu_evaluator<CheckFinite>> {
  using workspace = eval::workspace;
  template <class Transform, class... A>
  using program = eval::checked_if<CheckFinite, eval::function_program<Transform, arguments::argument_t<A>...>>;

  /// Its size is a compile error if the transform does not accept arguments of these types.
  template <class Transform, class... A> using report = eval::report_of<program<Transform, A...>>;

  template <class Transform, bool Owning, class... A>
  static auto call(workspace& w, const random_key& key, const A&... args) {
    using T = typename arguments::real_type<A...>::type;
    using session = eval::session<T, program<Transform, A...>>;
    session& s = w.find<session>();
    s.key(key.seed, key.step);
    s.run(args...);
    return Transform::template results<T, sizeof...(A)>(
        eval::output_reader<T, session, program<Transform, A...>, Owning>{s});
  }
};

} // namespace fluxpp::inline v0_1
