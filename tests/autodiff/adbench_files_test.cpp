// SPDX-License-Identifier: MIT
// ADBench's files: read whatever lines they are broken into; refused with file, byte and entry where they are damaged.
#include "../../benchmarks/adbench/ba.hpp"
#include "../../benchmarks/adbench/gmm.hpp"
#include "../../benchmarks/adbench/hand.hpp"
#include "../../benchmarks/adbench/lstm.hpp"
#include "catch.hpp"

#include <filesystem>
#include <fstream>
#include <random>

using namespace adbench;

namespace {

/// A file, or a folder of files, that the test wrote.
class scratch {
public:
  ~scratch() { std::filesystem::remove_all(folder_); }
  std::string operator()(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  std::string folder() const { return folder_.string(); }

private:
  static std::filesystem::path made() {
    const auto path =
        std::filesystem::temp_directory_path() / ("fluxpp_adbench_" + std::to_string(std::random_device()()));
    std::filesystem::create_directory(path);
    return path;
  }
  std::filesystem::path folder_ = made();
};

/// The entry that a reader complains of; empty where it reads.
template <class Read> std::string fault(const Read& read) {
  try {
    read();
  } catch (const fluxpp::file_error& e) { return e.key; }
  return "";
}

const std::string gmm_text = "1 2 3\n 0.5 0.25\n 1\n2\n 0.1 0.2\n\n 4 5 6\n 1 0\n";

} // namespace

TEST_CASE("numbers are a stream, whatever lines they are broken into") {
  const scratch file;
  const gmm g = read_gmm(file("g", gmm_text)), same = read_gmm(file("h", "1 2 3 0.5 0.25 1 2 0.1 0.2 4 5 6 1 0"));
  CHECK(g.d == 1);
  CHECK(g.x == std::vector<double>{4, 5, 6});
  CHECK(g.icf == same.icf);
  CHECK(g.m == 0);
}

TEST_CASE("a damaged mixture of Gaussians is refused by its entry") {
  const scratch file;
  const auto of = [&](const std::string& text) { return fault([&] { read_gmm(file("g", text)); }); };
  CHECK(of(gmm_text) == "");
  CHECK(of("") == "d");
  CHECK(of("0 2 3") == "d");
  CHECK(of("1 -2 3") == "K");
  CHECK(of("1 2 3.5") == "n");
  CHECK(of("1 2 99999999999999999999") == "n");
  CHECK(of("1000000 1000000 1000000 1") == "alpha");
  CHECK(of("1 2 3 0.5") == "alpha");
  CHECK(of("1 2 3 0.5 x 1 2 0.1 0.2 4 5 6 1 0") == "alpha");
  CHECK(of("1 2 3 0.5 nan 1 2 0.1 0.2 4 5 6 1 0") == "alpha");
  CHECK(of("1 2 3 0.5 1e999 1 2 0.1 0.2 4 5 6 1 0") == "alpha");
  CHECK(of("1 2 3 0.5 0.25 1 2 0.1 0.2 4 5 6 0 0") == "gamma");
  CHECK(of("1 2 3 0.5 0.25 1 2 0.1 0.2 4 5 6 1 -1") == "m");
  CHECK(of(gmm_text + "7") == "end");
  for (std::size_t n = 0; n + 2 < gmm_text.size(); ++n) CHECK(of(gmm_text.substr(0, n)) != "");
}

TEST_CASE("the sentence names file, byte and entry") {
  const scratch file;
  const std::string path = file("g", "1 2 3 0.5 x 1 2 0.1 0.2 4 5 6 1 0");
  try {
    read_gmm(path);
    FAIL("it was read");
  } catch (const fluxpp::file_error& e) {
    CHECK(e.path == path);
    CHECK(e.offset == 10);
    CHECK(std::string(e.what()) == "fluxpp::adbench: alpha in " + path + ", byte 10: \"x\" is no number");
  }
  CHECK(fault([&] { read_gmm(path + "?"); }) == "file");
}

TEST_CASE("a language model needs two characters, and bundle adjustment one of everything") {
  const scratch file;
  const auto of_lstm = [&](const std::string& text) { return fault([&] { read_lstm(file("s", text)); }); };
  CHECK(of_lstm("1 2 1  1 2 3 4 5 6 7 8  1 2 3  0 0  1 0") == "");
  CHECK(of_lstm("1 1 1  1 2 3 4 5 6 7 8  1 2 3  0 0  1") == "c");
  CHECK(of_lstm("1 2 1  1 2 3 4 5 6 7 8  1 2 3  0 0  1") == "sequence");
  const auto of_ba = [&](const std::string& text) { return fault([&] { read_ba(file("b", text)); }); };
  CHECK(of_ba("2 3 4  1 2 3 4 5 6 7 8 9 10 11  1 2 3  1  1 2") == "");
  CHECK(of_ba("2 3 4  1 2 3 4 5 6 7 8 9 10 11  1 2 3  1  1") == "feature");
  CHECK(of_ba("2000000 3 4") == "n");
  CHECK(of_ba("2 3 99999999999") == "p");
}

TEST_CASE("a hand with indices outside its model is refused") {
  const scratch file;
  const std::string matrices = [] {
    std::string all;
    for (int i = 0; i < 32; ++i) all += ":1.0";
    return all + "\n";
  }();
  std::string bones = "wrist:-1" + matrices;
  for (int b = 1; b < 22; ++b)
    bones += "b" + std::to_string(b) + ":" + std::to_string(b % 4 == 1 ? 0 : b - 1) + matrices;
  file("bones.txt", bones), file("triangles.txt", "0:1:0\n"),
      file("vertices.txt", "0:0:1:0:0:0:0:0:1:2:1.0\n1:0:0:0:0:0:0:0:0\n");
  std::string theta;
  for (int i = 0; i < 26; ++i) theta += " 0.1";
  const auto of = [&](const std::string& text) { return fault([&] { read_hand(file.folder(), file("h", text)); }); };
  CHECK(of("1 26\n1 0 0 0\n" + theta) == "");
  CHECK(of("1 26\n2 0 0 0\n" + theta) == "correspondence");
  CHECK(of("1 25\n1 0 0 0\n" + theta) == "n_theta");
  CHECK(of("1 26\n1 0 0 0\n 0.1") == "theta");
  file("triangles.txt", "0:1:2\n");
  CHECK(of("1 26\n1 0 0 0\n" + theta) == "corner");
  file("triangles.txt", ""), file("vertices.txt", "0:0:1:0:0:0:0:0:1:22:1.0\n");
  CHECK(of("1 26\n0 0 0 0\n" + theta) == "bone");
  file("bones.txt", "wrist:0" + matrices);
  CHECK(of("1 26\n0 0 0 0\n" + theta) == "parent");
}
