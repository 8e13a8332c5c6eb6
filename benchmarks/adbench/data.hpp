// SPDX-License-Identifier: MIT
#pragma once
// Where ADBench's files are.
#include <cstdlib>
#include <filesystem>
#include <string>

namespace adbench {

/// data_file("gmm/test.txt"): its path below FLUXPP_TEST_DATA, else below ../shared/data.
inline std::string data_file(const std::string& name) {
  const char* const folder = std::getenv("FLUXPP_TEST_DATA");
  return std::string(folder != nullptr ? folder : "../shared/data") + "/adbench/data/" + name;
}
inline bool has_data() { return std::filesystem::exists(data_file("gmm/test.txt")); }

} // namespace adbench
