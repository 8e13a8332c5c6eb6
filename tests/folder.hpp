// SPDX-License-Identifier: MIT
#pragma once
// A folder of one's own for a test, and whole files in it.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

/// folder: is empty at first, and gone after the test; runs side by side have different ones.
struct folder {
  std::filesystem::path path;

  folder() : path(std::filesystem::temp_directory_path() / ("fluxpp_test_" + std::to_string(process()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() { std::filesystem::remove_all(path); }

  std::string operator/(const char* name) const { return (path / name).string(); }

private:
#if __has_include(<unistd.h>)
  static long process() { return ::getpid(); }
#else
  static long process() { return 0; }
#endif
};

inline void put(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string get(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
