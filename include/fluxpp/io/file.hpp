// SPDX-License-Identifier: MIT
#pragma once
// Files as whole things: read with their real length known first, written atomically.

#include "fluxpp/core/errors.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#if __has_include(<unistd.h>)
#include <fcntl.h>
#include <unistd.h>
#else
#include <filesystem>
#endif

namespace fluxpp::inline v0_1::io {

/// call_on("read_x", path): the call as sentences quote it, `read_x("path")`.
inline std::string call_on(std::string_view function, const std::string& path) {
  return std::string(function).append("(\"").append(path).append("\")");
}

/// last_os_error(): why the last call of the operating system failed, in words.
inline std::string last_os_error() { return std::generic_category().message(errno); }

/// input_file(function, path): a regular file opened for reading; `size` is its real length.
/// errors   file_error: cannot be opened, is not seekable, ends early
class input_file {
public:
  input_file(std::string_view function, const std::string& path) : call_(call_on(function, path)), path_(path) {
    file_ = std::fopen(path.c_str(), "rb");
    if (file_ == nullptr) fail("the file cannot be opened: " + last_os_error());
    long end = -1;
    if (std::fseek(file_, 0, SEEK_END) == 0) end = std::ftell(file_);
    if (end < 0 || std::fseek(file_, 0, SEEK_SET) != 0) {
      std::fclose(file_);
      fail("the file must be seekable");
    }
    size_ = static_cast<std::uint64_t>(end);
  }
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file() { std::fclose(file_); }

  std::uint64_t size() const { return size_; }
  const std::string& call() const { return call_; }
  const std::string& path() const { return path_; }
  std::FILE* handle() { return file_; }

  /// Fills `to` from the current position.
  void read(std::span<std::byte> to) {
    const std::size_t got = to.empty() ? 0 : std::fread(to.data(), 1, to.size(), file_);
    if (got != to.size()) fail("the file ends early or cannot be read", position_ + got);
    position_ += got;
  }

  [[noreturn]] void fail(std::string_view requirement, std::uint64_t offset = 0, std::string key = {}) const {
    throw file_error(call_, requirement, path_, offset, std::move(key));
  }

private:
  std::string call_, path_;
  std::FILE* file_ = nullptr;
  std::uint64_t size_ = 0, position_ = 0;
};

/// atomic_file(function, path): a file that appears under its name only when complete. Bytes go to `path.tmp` beside
/// it, which commit() flushes to the disk and renames; a failure or a kill at any moment leaves the old file as it was.
class atomic_file {
public:
  atomic_file(std::string_view function, const std::string& path)
      : call_(call_on(function, path)), path_(path), temporary_(path + ".tmp") {
    file_ = std::fopen(temporary_.c_str(), "wb");
    if (file_ == nullptr) fail("\"" + temporary_ + "\" cannot be opened for writing: " + last_os_error());
  }
  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;
  ~atomic_file() {
    if (file_ != nullptr) std::fclose(file_);
    if (!committed_) std::remove(temporary_.c_str());
  }

  std::FILE* handle() { return file_; }

  void write(std::span<const std::byte> bytes) {
    if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
      fail("the file cannot be written: " + last_os_error());
  }
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  void commit() {
    const bool flushed = std::fflush(file_) == 0 && synced(file_);
    const std::string reason = flushed ? "" : last_os_error();
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    if (!flushed || !closed) fail("the file cannot be written: " + (flushed ? last_os_error() : reason));
    if (!renamed()) fail("\"" + temporary_ + "\" cannot be renamed to the target: " + last_os_error());
    committed_ = true;
    sync_folder();
  }

  [[noreturn]] void fail(std::string_view requirement) const { throw file_error(call_, requirement, path_); }

private:
#if __has_include(<unistd.h>)
  static bool synced(std::FILE* file) { return ::fsync(::fileno(file)) == 0; }
  bool renamed() const { return std::rename(temporary_.c_str(), path_.c_str()) == 0; }
  void sync_folder() const { // makes the new name durable; some file systems refuse, the data are safe all the same
    const std::size_t slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const int handle = ::open(folder.c_str(), O_RDONLY);
    if (handle < 0) return;
    ::fsync(handle);
    ::close(handle);
  }
#else
  static bool synced(std::FILE*) { return true; }
  bool renamed() const {
    std::error_code error;
    std::filesystem::rename(temporary_, path_, error);
    return !error;
  }
  void sync_folder() const {}
#endif

  std::string call_, path_, temporary_;
  std::FILE* file_ = nullptr;
  bool committed_ = false;
};

} // namespace fluxpp::inline v0_1::io
