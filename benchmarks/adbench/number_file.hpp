// SPDX-License-Identifier: MIT
#pragma once
// Text files of numbers, as ADBench has them: a stream between separators, whatever lines it is broken into.
#include <fluxpp/core/errors.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace adbench {

/// number_file: reads one number after the other.
/// errors   fx::file_error with file, byte and entry: the file cannot be read or ends early, what stands there is no number, is not
///          finite, or is outside its range
class number_file {
public:
  explicit number_file(std::string path, std::string_view separators = " \t\r\n")
      : path_(std::move(path)), separators_(separators) {
    std::ifstream in(path_, std::ios::binary);
    if (!in) fail("file", "cannot be opened");
    text_.assign(std::istreambuf_iterator<char>(in), {});
    if (in.bad()) fail("file", "cannot be read");
  }

  /// A whole number of [least, most].
  template <class Whole = int> Whole whole(std::string_view entry, std::int64_t least, std::int64_t most) {
    const auto n = number<std::int64_t>(entry);
    if (n < least || n > most)
      fail(entry, std::to_string(n) + " is not in [" + std::to_string(least) + ", " + std::to_string(most) + "]");
    return static_cast<Whole>(n);
  }
  std::size_t size(std::string_view entry, std::int64_t most) { return whole<std::size_t>(entry, 1, most); }
  double real(std::string_view entry) {
    const double x = number<double>(entry);
    if (!std::isfinite(x)) fail(entry, "a number is not finite");
    return x;
  }
  /// n numbers; room for them is made only where so many can follow.
  std::vector<double> reals(std::string_view entry, std::size_t n) {
    if (n > (text_.size() - at_ + 1) / 2)
      fail(entry, std::to_string(n) + " numbers are wanted, more than the file has left");
    std::vector<double> x(n);
    for (double& v : x) v = real(entry);
    return x;
  }
  std::string_view word(std::string_view entry) {
    skip();
    if (at_ == text_.size()) fail(entry, "the file ends early");
    return std::string_view(text_).substr(at_, length());
  }
  void pass(std::string_view w) { at_ += w.size(); }
  bool at_end() {
    skip();
    return at_ == text_.size();
  }
  /// Nothing may follow.
  void finish() {
    if (!at_end()) fail("end", "numbers follow that nobody asked for");
  }
  [[noreturn]] void fail(std::string_view entry, const std::string& fault) const {
    throw fluxpp::file_error("adbench",
                             std::string(entry) + " in " + path_ + ", byte " + std::to_string(at_) + ": " + fault,
                             path_, at_, std::string(entry));
  }

private:
  void skip() { at_ = std::min(text_.find_first_not_of(separators_, at_), text_.size()); }
  std::size_t length() const { return std::min(text_.find_first_of(separators_, at_), text_.size()) - at_; }
  template <class Number> Number number(std::string_view entry) {
    const std::string_view w = word(entry);
    Number n{};
    const auto [end, fault] = std::from_chars(w.data(), w.data() + w.size(), n);
    if (fault != std::errc() || end != w.data() + w.size())
      fail(entry, "\"" + std::string(w.substr(0, 20)) + "\" is no number");
    pass(w);
    return n;
  }

  std::string path_, text_;
  std::string_view separators_;
  std::size_t at_ = 0;
};

} // namespace adbench
