// What the fuzzers started from and what they found, and every seed again with random damage.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/targets.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> seeds_of(std::string_view target) {
  std::vector<fs::path> files;
  const fs::path folder = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fuzz/corpus" / target;
  if (fs::is_directory(folder)) {
    std::ranges::copy(fs::directory_iterator(folder), std::back_inserter(files));
  }
  std::ranges::sort(files);
  std::vector<std::string> seeds;
  for (const fs::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return seeds;
}

class FuzzReplay : public testing::PropertyTest {
 protected:
  void feed(const testing::FuzzTarget& target, const std::string& bytes) const {
    testing::feed(target, std::as_bytes(std::span(bytes)), folder.path());
  }

  std::string damaged(std::string bytes) {
    const auto at = [&] {
      return static_cast<std::size_t>(
          testing::uniform_int(random, 0, static_cast<int>(bytes.size()) - 1));
    };
    switch (testing::uniform_int(random, 0, 3)) {
      case 0:
        bytes.resize(at());
        break;
      case 1:
        bytes.erase(at(), static_cast<std::size_t>(testing::uniform_int(random, 1, 16)));
        break;
      case 2:
        bytes.insert(at(), bytes.substr(at(), 32));
        break;
      default:
        for (int i = testing::uniform_int(random, 1, 6); i > 0; --i) {
          bytes[at()] = static_cast<char>(testing::uniform_int(random, 0, 255));
        }
    }
    return bytes;
  }

  testing::TempDir folder;
};

TEST_F(FuzzReplay, SeedsAndDamagedSeeds) {
  for (const testing::FuzzTarget& target : testing::fuzz_targets()) {
    SCOPED_TRACE(target.name);
    const std::vector<std::string> seeds = seeds_of(target.name);
    EXPECT_FALSE(seeds.empty());
    for (const std::string& seed_bytes : seeds) {
      feed(target, seed_bytes);
      for (int round = 0; round < 40 && !seed_bytes.empty(); ++round) {
        feed(target, damaged(seed_bytes));
      }
    }
  }
}

}  // namespace
}  // namespace caloquant
