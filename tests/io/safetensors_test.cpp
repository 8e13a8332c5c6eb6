// SPDX-License-Identifier: MIT
// safetensors: the golden file, every refusal of the format, truncation, round trips, and writes that fail.
#include "catch.hpp"
#include "folder.hpp"

#include "fluxpp/io/safetensors.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#endif

namespace fx = fluxpp;
namespace io = fluxpp::io;
using namespace std::string_literals;

namespace {

std::string length_of(std::uint64_t n) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(n >> (8 * i) & 0xff);
  return bytes;
}

std::string file_of(const std::string& json, std::size_t data_bytes = 0) {
  return length_of(json.size()) + json + std::string(data_bytes, '\1');
}

std::string entry(const std::string& name, const std::string& type, const std::string& shape, const std::string& ends) {
  return '"' + name + R"(":{"dtype":")" + type + R"(","shape":[)" + shape + R"(],"data_offsets":[)" + ends + "]}";
}

std::string one(const std::string& shape, const std::string& ends, const std::string& type = "F32") {
  return '{' + entry("t", type, shape, ends) + '}';
}

/// The sentence of the refusal, or "accepted".
std::string reading(const std::string& bytes) {
  const folder here;
  put(here / "f", bytes);
  try {
    io::read_safetensors(here / "f");
  } catch (const fx::file_error& e) {
    CHECK(e.path == here / "f");
    return e.what();
  }
  return "accepted";
}

const std::string golden =
    "\x36\0\0\0\0\0\0\0"s + R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})" + "\0\0\x80\x3f\0\0\0\x40"s;

} // namespace

TEST_CASE("the golden file of 70 bytes reads as (1, 2)", "[io]") {
  const folder here;
  REQUIRE(golden.size() == 70);
  put(here / "f", golden);
  const io::safetensors file = io::read_safetensors(here / "f");
  const io::tensor_entry& t = file.find("t");
  CHECK(t.type == io::dtype::f32);
  CHECK(t.shape == std::vector<std::int64_t>{2});
  CHECK(io::values<float>(t) == std::vector<float>{1, 2});
  CHECK(file.entries().size() == 1);
  CHECK(file.metadata().empty());
}

TEST_CASE("a name that is not there is an error with path and key", "[io]") {
  const folder here;
  put(here / "f", golden);
  const io::safetensors file = io::read_safetensors(here / "f");
  CHECK(!file.contains("u"));
  try {
    file.find("u");
    FAIL("found");
  } catch (const fx::file_error& e) {
    CHECK(e.key == "u");
    CHECK(e.path == here / "f");
    CHECK_THAT(e.what(), contains("it holds \"t\""));
  }
}

TEST_CASE("truncation at every offset is refused", "[io]") {
  for (std::size_t n = 0; n < golden.size(); ++n) CHECK(reading(golden.substr(0, n)) != "accepted");
}

TEST_CASE("one flipped bit in the header is refused or gives another valid file", "[io]") {
  const folder here;
  for (std::size_t bit = 0; bit < 8 * 62; ++bit) {
    std::string bytes = golden;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const std::string answer = reading(bytes);
    if (answer != "accepted") CHECK_THAT(answer, contains("fluxpp::read_safetensors("));
  }
}

TEST_CASE("malformed files are refused with a sentence", "[io]") {
  const auto [why, bytes] = GENERATE(table<std::string, std::string>({
      {"at least 8 bytes", "\1\0\0"s},
      {"header must not be longer", length_of(~0ull) + "{}"},
      {"header must not be longer", length_of(100'000'001) + "{}"},
      {"the file ends at 10", length_of(3) + "{}"},
      {"must begin with '{'", length_of(0)},
      {"must begin with '{'", file_of(" {}")},
      {"must begin with '{'", file_of(std::string(1'000'000, '['))},
      {"expected", file_of("{")},
      {"nothing but spaces", file_of("{}x")},
      {"nothing but spaces", file_of("{}\n")},
      {"nothing but spaces", file_of("{}{}")},
      {"valid UTF-8", file_of("{\"\xff\":1}")},
      {"valid UTF-8", file_of("{\"\xc0\x80\":1}")},
      {"valid UTF-8", file_of("{\"\xed\xa0\x80\":1}")},
      {"valid UTF-8", file_of("{\"\xf4\x90\x80\x80\":1}")},
      {"control characters", file_of("{\"a\nb\":1}")},
      {"surrogate", file_of(R"({"\ud800":1})")},
      {"surrogate", file_of(R"({"\ud800\u0041":1})")},
      {"surrogate", file_of(R"({"\udc00":1})")},
      {"hexadecimal", file_of(R"({"\u12g4":1})")},
      {"JSON escape", file_of(R"({"\x":1})")},
      {"NUL", file_of("{" + entry(R"(a\u0000b)", "F32", "", "0,4") + "}", 4)},
      {"expected ':'", file_of(R"({"a"})")},
      {"expected '{'", file_of(R"({"a":[[[[[[[[]]]]]]]]})")},
      {"expected '{'", file_of(R"({"a":null})")},
      {"expected", file_of('{' + entry("a", "F32", "", "0,4") + ",}", 4)},
      {"must hold dtype", file_of(R"({"a":{}})")},
      {"must hold dtype", file_of(R"({"a":{"dtype":"F32","shape":[]}})")},
      {"only", file_of(R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}})", 4)},
      {"twice", file_of(R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"data_offsets":[0,4]}})", 4)},
      {"twice", file_of(R"({"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4)},
      {"twice", file_of('{' + entry("a", "F32", "0", "0,0") + ',' + entry("a", "F32", "0", "0,0") + '}')},
      {"twice", file_of('{' + entry("a", "F32", "", "0,4") + ',' + entry(R"(\u0061)", "F32", "", "4,8") + '}', 8)},
      {"twice", file_of(R"({"__metadata__":{},"__metadata__":{}})")},
      {"twice", file_of(R"({"__metadata__":{"k":"1","k":"2"}})")},
      {"expected '\"'", file_of(R"({"__metadata__":{"k":{"nested":"x"}}})")},
      {"expected '\"'", file_of(R"({"__metadata__":{"k":1}})")},
      {"dtype is unknown", file_of(one("2", "0,8", "F31"), 8)},
      {"dtype is unknown", file_of(one("2", "0,8", "f32"), 8)},
      {"non-negative integer", file_of(one("-2", "0,8"), 8)},
      {"non-negative integer", file_of(one("2", "-8,0"), 8)},
      {"non-negative integer", file_of(one("1e3", "0,8"), 8)},
      {"non-negative integer", file_of(one("2.0", "0,8"), 8)},
      {"non-negative integer", file_of(one("+2", "0,8"), 8)},
      {"begin with 0", file_of(one("02", "0,8"), 8)},
      {"below 2^63", file_of(one("9223372036854775808", "0,8"), 8)},
      {"below 2^63", file_of(one("99999999999999999999999999", "0,8"), 8)},
      {"more axes", file_of(one("1,1,1,1,1,1,1,1,1", "0,4"), 4)},
      {"two numbers", file_of(one("2", "0"), 8)},
      {"two numbers", file_of(one("2", "0,4,8"), 8)},
      {"begins after its end", file_of(one("2", "8,0"), 8)},
      {"hole", file_of(one("1", "4,8"), 8)},
      {"hole", file_of('{' + entry("a", "F32", "", "0,4") + ',' + entry("b", "F32", "", "8,12") + '}', 12)},
      {"overlaps", file_of('{' + entry("a", "F32", "2", "0,8") + ',' + entry("b", "F32", "2", "4,12") + '}', 12)},
      {"behind the end", file_of(one("4", "0,16"), 8)},
      {"behind the end", file_of(one("4611686018427387903", "0,9223372036854775807", "U8"), 8)},
      {"another size", file_of(one("3", "0,8"), 8)},
      {"another size", file_of(one("4294967296,4294967296", "0,0"))},
      {"another size", file_of(one("2305843009213693952", "0,0", "F64"))},
      {"another size", file_of(one("3", "0,2", "F4"), 2)},
      {"another size", file_of(one("3", "0,2", "F6_E2M3"), 2)},
      {"end with the file", file_of(one("2", "0,8"), 9)},
      {"end with the file", file_of("{}", 1)},
      {"end with the file", golden + "PK\5\6"s + std::string(18, '\0')},
  }));
  CAPTURE(bytes.substr(0, 200));
  const std::string sentence = reading(bytes);
  CHECK_THAT(sentence, contains(why));
}

TEST_CASE("unusual but valid files are accepted", "[io]") {
  const std::string bytes =
      GENERATE(file_of("{}"), file_of("{}      "), file_of("{ \"__metadata__\" : { \"a\" : \"b\" } }"),
               file_of(one("", "0,4"), 4), file_of(one("0", "0,0")), file_of(one("0,4611686018427387904,4", "0,0")),
               file_of(one("4611686018427387904,4,0", "0,0")), file_of(one("2", "0,1", "F4"), 1),
               file_of(one("4", "0,3", "F6_E3M2"), 3), file_of(one("1,1,1,1,1,1,1,1", "0,4"), 4),
               file_of('{' + entry(R"(\ud83d\ude00\u00e9\n)", "F32", "", "0,4") + '}', 4),
               file_of("{\"\xf0\x9f\x98\x80\":{\"data_offsets\":[0,2],\"shape\":[1],\"dtype\":\"F16\"}}", 2),
               file_of('{' + entry("b", "F32", "", "0,4") + ',' + entry("a", "I8", "0", "4,4") + ',' +
                           entry("c", "I8", "0,7", "0,0") + '}',
                       4));
  CAPTURE(bytes.substr(0, 200));
  CHECK(reading(bytes) == "accepted");
}

TEST_CASE("limits are set per call", "[io]") {
  const folder here;
  put(here / "f", golden);
  CHECK_THROWS_AS(io::read_safetensors(here / "f", {.header_bytes = 53}), fx::file_error);
  CHECK_THROWS_AS(io::read_safetensors(here / "f", {.tensors = 0}), fx::file_error);
  CHECK_THROWS_AS(io::read_safetensors(here / "f", {.rank = 0}), fx::file_error);
  CHECK_THROWS_AS(io::read_safetensors(here / "f", {.key_bytes = 0}), fx::file_error);
}

TEST_CASE("what is not a regular file is refused", "[io]") {
  const folder here;
  CHECK_THROWS_AS(io::read_safetensors(here / "missing"), fx::file_error);
  CHECK_THROWS_AS(io::read_safetensors(here.path.string()), fx::file_error);
}

TEST_CASE("elements of every numeric type become numbers", "[io]") {
  const auto numbers = [](io::dtype type, std::string_view bytes) {
    return io::values<double>({"t", type, {}, std::as_bytes(std::span(bytes))});
  };
  using io::dtype;
  CHECK(numbers(dtype::f16, "\x00\x3c\x01\x00\x00\xc0\xff\x7b"s) == std::vector<double>{1, 0x1p-24, -2, 65504});
  CHECK(numbers(dtype::bf16, "\x80\x3f\x00\xc0"s) == std::vector<double>{1, -2});
  CHECK(numbers(dtype::f64, "\0\0\0\0\0\0\xf8\x3f"s) == std::vector<double>{1.5});
  CHECK(numbers(dtype::i8, "\xff\x7f"s) == std::vector<double>{-1, 127});
  CHECK(numbers(dtype::u8, "\xff"s) == std::vector<double>{255});
  CHECK(numbers(dtype::i16, "\xff\xff"s) == std::vector<double>{-1});
  CHECK(numbers(dtype::u16, "\xff\xff"s) == std::vector<double>{65535});
  CHECK(numbers(dtype::i32, "\xfe\xff\xff\xff"s) == std::vector<double>{-2});
  CHECK(numbers(dtype::u32, "\xff\xff\xff\xff"s) == std::vector<double>{4294967295.0});
  CHECK(numbers(dtype::i64, "\xfd\xff\xff\xff\xff\xff\xff\xff"s) == std::vector<double>{-3});
  CHECK(numbers(dtype::u64, "\0\0\0\0\0\0\0\x80"s) == std::vector<double>{0x1p63});
  CHECK(numbers(dtype::boolean, "\1\0"s) == std::vector<double>{1, 0});
  CHECK_THROWS_AS(numbers(dtype::boolean, "\2"s), fx::value_error);
  CHECK_THROWS_AS(numbers(dtype::f8_e4m3, "\1"s), fx::value_error);
  CHECK(std::isinf(numbers(dtype::f16, "\x00\x7c"s)[0]));
  CHECK(std::isnan(numbers(dtype::f16, "\x01\x7c"s)[0]));
  CHECK(std::signbit(numbers(dtype::f16, "\x00\x80"s)[0]));
}

TEST_CASE("values are copied only into a place of their size", "[io]") {
  const std::string bytes(8, '\0');
  const io::tensor_entry t{"t", io::dtype::f32, {2}, std::as_bytes(std::span(bytes))};
  std::vector<float> out(3);
  CHECK_THROWS_AS(io::copy_values(t, std::span(out)), fx::shape_error);
}

TEST_CASE("what is written is read back, byte by byte", "[io]") {
  const folder here;
  const std::vector<float> w{1, -2, 3, NAN, INFINITY, 1e-45f};
  const std::vector<double> d{0.1};
  const std::vector<std::int32_t> i{-1, 2};
  const std::string raw = "\x01\x02\x03";
  const std::vector<io::tensor_entry> entries{
      {"raw f8", io::dtype::f8_e4m3, {3}, std::as_bytes(std::span(raw))},
      io::entry_of<float>("w \"quoted\" \\ \n \xf0\x9f\x98\x80", {2, 3}, w),
      io::entry_of<std::int32_t>("i", {2}, i),
      io::entry_of<double>("d", {}, d),
      io::entry_of<float>("empty", {0, 4}, {}),
  };
  const std::map<std::string, std::string> metadata{{"format", "fluxpp"}, {"a\tb", "\xc3\xa9"}};
  io::write_safetensors(here / "f", entries, metadata);
  const io::safetensors file = io::read_safetensors(here / "f");
  CHECK(file.metadata() == metadata);
  REQUIRE(file.entries().size() == entries.size());
  CHECK(file.entries()[0].name == "d");
  CHECK(file.entries().back().name == "raw f8");
  for (const io::tensor_entry& e : entries) {
    const io::tensor_entry& r = file.find(e.name);
    CHECK(r.type == e.type);
    CHECK(r.shape == e.shape);
    REQUIRE(r.bytes.size() == e.bytes.size());
    CHECK((e.bytes.empty() || std::memcmp(r.bytes.data(), e.bytes.data(), e.bytes.size()) == 0));
  }
  io::write_safetensors(here / "g", file.entries(), file.metadata());
  CHECK(get(here / "f") == get(here / "g"));
  CHECK(get(here / "f")[0] % 8 == 0);
  CHECK(!std::filesystem::exists(here / "f.tmp"));
}

TEST_CASE("the golden tensor is written with a header of 56 bytes, no tensors as {}", "[io]") {
  const folder here;
  const std::vector<float> t{1, 2};
  const io::tensor_entry entry = io::entry_of<float>("t", {2}, t);
  io::write_safetensors(here / "f", std::span(&entry, 1));
  CHECK(get(here / "f") == length_of(56) + golden.substr(8, 54) + "  " + golden.substr(62));
  io::write_safetensors(here / "f", {});
  CHECK(get(here / "f") == length_of(8) + "{}      ");
}

TEST_CASE("copies of a file's content keep its bytes alive", "[io]") {
  const folder here;
  put(here / "f", golden);
  auto file = std::make_unique<io::safetensors>(io::read_safetensors(here / "f"));
  const io::safetensors copy = *file;
  file.reset();
  CHECK(io::values<float>(copy.find("t"))[1] == 2);
}

TEST_CASE("what no reader would accept is not written", "[io]") {
  const folder here;
  const std::vector<float> t{1, 2};
  const auto writes = [&](std::vector<io::tensor_entry> entries) { io::write_safetensors(here / "f", entries); };
  CHECK_THROWS_AS(writes({io::entry_of<float>("t", {3}, t)}), fx::value_error);
  CHECK_THROWS_AS(writes({io::entry_of<float>("t", {-2}, t)}), fx::value_error);
  CHECK_THROWS_AS(writes({io::entry_of<float>("t", {2}, t), io::entry_of<float>("t", {2}, t)}), fx::value_error);
  CHECK_THROWS_AS(writes({io::entry_of<float>("__metadata__", {2}, t)}), fx::value_error);
  CHECK_THROWS_AS(writes({io::entry_of<float>("\xff", {2}, t)}), fx::value_error);
  CHECK_THROWS_AS(writes({io::entry_of<float>("a\0b"s, {2}, t)}), fx::value_error);
  CHECK(!std::filesystem::exists(here / "f"));
}

TEST_CASE("a write that fails leaves the old file as it was", "[io]") {
  const folder here;
  const std::vector<float> t(4096, 1.0f);
  const io::tensor_entry entry = io::entry_of<float>("t", {4096}, t);
  const auto writes = [&](const std::string& path) { io::write_safetensors(path, std::span(&entry, 1)); };

  SECTION("the folder does not exist") {
    CHECK_THROWS_AS(writes(here / "missing/f"), fx::file_error);
    CHECK(!std::filesystem::exists(here / "missing"));
  }
  SECTION("the target is a folder") {
    std::filesystem::create_directory(here / "f");
    CHECK_THROWS_AS(writes(here / "f"), fx::file_error);
    CHECK(std::filesystem::is_directory(here / "f"));
    CHECK(!std::filesystem::exists(here / "f.tmp"));
  }
  SECTION("the name of the temporary file is taken by a folder") {
    put(here / "f", golden);
    std::filesystem::create_directory(here / "f.tmp");
    CHECK_THROWS_AS(writes(here / "f"), fx::file_error);
    CHECK(get(here / "f") == golden);
  }
  SECTION("a temporary file of a killed run is in the way") {
    put(here / "f", golden);
    put(here / "f.tmp", "torn");
    writes(here / "f");
    CHECK(io::read_safetensors(here / "f").find("t").size() == 4096);
    CHECK(!std::filesystem::exists(here / "f.tmp"));
  }
#if __has_include(<sys/resource.h>)
  SECTION("the disk is full") {
    put(here / "f", golden);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1024, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    bool refused = false;
    try {
      writes(here / "f");
    } catch (const fx::file_error&) { refused = true; }
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(refused);
    CHECK(get(here / "f") == golden);
    CHECK(!std::filesystem::exists(here / "f.tmp"));
  }
#endif
}

#if __has_include(<sys/resource.h>)
TEST_CASE("a process killed at any moment leaves a whole file", "[io]") {
  const folder here;
  const std::vector<float> t(1 << 16, 1.0f);
  const io::tensor_entry entry = io::entry_of<float>("t", {1 << 16}, t);
  io::write_safetensors(here / "f", std::span(&entry, 1));
  for (unsigned moment = 0; moment < 40; ++moment) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0)
      for (;;) io::write_safetensors(here / "f", std::span(&entry, 1));
    usleep(137 * moment);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    REQUIRE(io::values<float>(io::read_safetensors(here / "f").find("t")) == t);
  }
}
#endif
