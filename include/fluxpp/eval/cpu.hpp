// SPDX-License-Identifier: MIT
#pragma once
// The CPU evaluator: compiles a function for the types of its arguments, binds a call, runs it, hands out results.
#include "fluxpp/eval/arguments.hpp"
#include "fluxpp/eval/compiled.hpp"
#include "fluxpp/eval/executor.hpp"
#include "fluxpp/graph/function.hpp"

namespace fluxpp::inline v0_1::eval {

/// function_program: a transform applied to arguments of these signatures, as a program.
template <class Transform, class... Argument> struct function_program {
  using function = typename Transform::function;
  static constexpr int arguments = sizeof...(Argument);
  /// The symbol of an axis whose extent the type does not tell.
  static constexpr unsigned key(int arg, int axis) { return static_cast<unsigned>(arg * max_rank + axis + 1); }

  static constexpr void trace(graph::tape& t) {
    list<var> args;
    (push<Argument>(t, args), ...);
    const list<var> out = Transform::template build<arguments>(t, args);
    // Two outputs never share storage, and none is an input: each is a value of its own.
    for (const var& v : out) t.outputs.push(ops::own_value(v, t.outputs).id);
  }
  static constexpr graph::target target(int) { return {}; }

 private:
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
  static constexpr int arguments = Program::arguments;

  session() : session_base(&plan), extents_(static_cast<std::size_t>(plan.s.g.count.extents)) {
    externals_.argument.resize(static_cast<std::size_t>(arguments));
    staging_.resize(static_cast<std::size_t>(arguments));
    staged_size_.resize(static_cast<std::size_t>(arguments));
  }

  template <class... A> void run(const A&... args) {
    bind(args...);
    int i = 0;
    (point_at(i++, args), ...);
    eval::run(*bound_, externals_);
  }
  T* address(int output) const { return bound_->address(plan.s.g.outputs[output], externals_); }
  const dims& shape_of(int output) const { return bound_->shape_of(plan.s.g.outputs[output]); }

 private:
  template <class A> static int extent_of(const A& a, int axis) {
    if constexpr (argument_traits<A>::rank > 0) {
      if (axis < argument_traits<A>::rank) return static_cast<int>(argument_traits<A>::size(a, axis));
    }
    return 0;
  }
  template <class... A> void bind(const A&... args) {
    bool changed = bound_ == nullptr;
    for (int e = 0; e < plan.s.g.count.extents; ++e) {
      const graph::extent_entry& entry = plan.s.g.extents[e];
      int n = 0;
      if (entry.kind == graph::extent_kind::symbol) {
        const int arg = (entry.a - 1) / max_rank, axis = (entry.a - 1) % max_rank;
        int i = 0;
        ((i++ == arg ? void(n = extent_of(args, axis)) : void()), ...);
      } else {
        n = graph::value_of(entry, extents_.data());
      }
      changed = changed || extents_[static_cast<std::size_t>(e)] != n;
      extents_[static_cast<std::size_t>(e)] = n;
    }
    if (changed) rebind();
  }
  void rebind() {
    check_constraints();
    bound_ = nullptr;
    for (const auto& b : bindings_)
      if (b->extents() == extents_) bound_ = b.get();
    if (bound_ != nullptr) return;
    if (bindings_.size() >= 16) bindings_.erase(bindings_.begin());
    bindings_.push_back(std::make_unique<binding<T>>(plan, extents_));
    bound_ = bindings_.back().get();
  }
  int value(int e) const { return e >= 0 ? e : extents_[static_cast<std::size_t>(-1 - e)]; }
  static std::string describe(int e) {
    if (e >= 0) return "an extent of the program";
    const graph::extent_entry& entry = plan.s.g.extents[-1 - e];
    if (entry.kind != graph::extent_kind::symbol) return "an extent computed from the arguments";
    const int arg = (entry.a - 1) / max_rank;
    return "axis " + std::to_string((entry.a - 1) % max_rank) + " of " + argument_name(arg);
  }
  static std::string argument_name(int arg) {
    using known = typename names_of<typename Program::function>::type;
    if (arg < known::size) return std::string(known::list[static_cast<std::size_t>(arg)]);
    return "argument " + std::to_string(arg);
  }
  void check_constraints() {
    for (int i = 0; i < plan.s.g.count.constraints; ++i) {
      const graph::constraint& c = plan.s.g.constraints[i];
      const int a = value(c.a), b = value(c.b);
      if (c.at_least ? a >= b : a == b) continue;
      const bool symbol = c.b < 0 && plan.s.g.extents[-1 - c.b].kind == graph::extent_kind::symbol;
      const int of = symbol ? c.b : c.a, other = symbol ? c.a : c.b;
      const int key = of < 0 ? plan.s.g.extents[-1 - of].a - 1 : 0;
      bound_ = nullptr;
      throw shape_error(c.rule,
                        describe(of) + " is " + std::to_string(value(of)) + ", but " +
                            (c.at_least ? "it must be at least " + std::to_string(b)
                                        : describe(other) + " is " + std::to_string(value(other))) +
                            " (source line " + std::to_string(c.line) + ")",
                        argument_name(key / max_rank), key % max_rank, value(other), value(of));
    }
  }

  template <class A> void point_at(int i, const A& a) {
    T*& to = externals_.argument[static_cast<std::size_t>(i)];
    if constexpr (std::is_same_v<A, zero_t>) {
      to = nullptr;
    } else if constexpr (number<A>) {
      scalar(i) = static_cast<T>(a);
      to = &scalar(i);
    } else {
      if constexpr (std::is_same_v<typename argument_traits<A>::element, T>) {
        if (contiguous(a)) {
          to = const_cast<T*>(a.data());
          return;
        }
      }
      stage(i, a);
      to = staging_[static_cast<std::size_t>(i)].data();
    }
  }
  T& scalar(int i) { return scalars_[i]; }
  /// Copies an argument that is not contiguous, or not of the program's type.
  template <class A> void stage(int i, const A& a) {
    std::size_t n = 1;
    for (int axis = 0; axis < argument_traits<A>::rank; ++axis) n *= argument_traits<A>::size(a, axis);
    std::size_t& room = staged_size_[static_cast<std::size_t>(i)];
    if (n > room || room == 0) {
      staging_[static_cast<std::size_t>(i)] = aligned_buffer<T>(n);
      room = n + 1;
    }
    copy_elements<T>(a, staging_[static_cast<std::size_t>(i)].data());
  }

  externals<T> externals_;
  T scalars_[arguments + 1]{};
  std::vector<aligned_buffer<T>> staging_;
  std::vector<std::size_t> staged_size_;
  std::vector<int> extents_;
  std::vector<std::unique_ptr<binding<T>>> bindings_;
  binding<T>* bound_ = nullptr;
};

/// workspace: the sessions of a callable, found by the address of their plan.
class workspace {
 public:
  template <class Session> Session& find() {
    for (const auto& s : sessions_)
      if (s->program == &Session::plan) return static_cast<Session&>(*s);
    sessions_.push_back(std::make_unique<Session>());
    return static_cast<Session&>(*sessions_.back());
  }

 private:
  std::vector<std::unique_ptr<session_base>> sessions_;
};

/// How output I of a session is handed out: a number, a view, or a tensor of its own.
template <class T, class Session, class Program, bool Owning> struct output_reader {
  const Session& session;
  template <int I> auto operator()() const {
    constexpr int rank = view_of<Program>.shape_of(view_of<Program>.outputs[I]).rank;
    if constexpr (rank == 0) {
      return *session.address(I);
    } else {
      std::array<std::size_t, rank> shape{};
      for (int a = 0; a < rank; ++a) shape[static_cast<std::size_t>(a)] = static_cast<std::size_t>(session.shape_of(I)[a]);
      const tensor_view<T, rank> view(session.address(I), shape);
      if constexpr (Owning) return tensor<T, rank>(view);
      else return view;
    }
  }
};

}  // namespace fluxpp::inline v0_1::eval

namespace fluxpp::inline v0_1 {

template <> struct evaluator_of<cpu_tag> {
  using workspace = eval::workspace;

  template <class Transform, bool Owning, class... A> static auto call(workspace& w, const A&... args) {
    using T = typename eval::real_type<A...>::type;
    using program = eval::function_program<Transform, eval::argument_t<A>...>;
    using session = eval::session<T, program>;
    session& s = w.find<session>();
    s.run(args...);
    return Transform::template results<T, sizeof...(A)>(eval::output_reader<T, session, program, Owning>{s});
  }
};

}  // namespace fluxpp::inline v0_1
