// libFuzzer for one target: CALOQUANT_FUZZ_TARGET is its name.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/fuzz/targets.hpp"

namespace {

const caloquant::testing::FuzzTarget& target() {
  for (const auto& candidate : caloquant::testing::fuzz_targets()) {
    if (candidate.name == CALOQUANT_FUZZ_TARGET) {
      return candidate;
    }
  }
  std::abort();
}

std::filesystem::path make_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "caloquant-fuzz-XXXXXX").string();
  return ::mkdtemp(pattern.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path folder = make_folder();
  caloquant::testing::feed(target(), std::as_bytes(std::span(data, size)), folder);
  return 0;
}
