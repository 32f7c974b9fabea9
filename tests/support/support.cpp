#include "tests/support/support.hpp"

#include <caloquant/error.hpp>
#include <cstdlib>
#include <ctime>

#include "ops/core/number.hpp"

namespace caloquant::testing {
namespace {

std::uint64_t seed_of_run() {
  constexpr std::uint64_t usual = 20261126;
  const char* given = std::getenv("CALOQUANT_TEST_SEED");
  if (given == nullptr) {
    return usual;
  }
  if (std::string(given) == "clock") {
    return static_cast<std::uint64_t>(std::time(nullptr));
  }
  const auto seed = integer_from<std::uint64_t>(given);
  if (!seed) {
    throw UsageError("CALOQUANT_TEST_SEED", "'" + std::string(given) + "' is no seed",
                     "give a whole number from 0 to 2^64 - 1, or clock");
  }
  return *seed;
}

}  // namespace

std::filesystem::path shared_folder() {
  const std::filesystem::path folder =
      std::filesystem::path(CALOQUANT_TESTS_SOURCE_DIR) / ".." / "shared";
  return std::filesystem::exists(folder / "models") ? folder : std::filesystem::path{};
}

bool shared_is_required() {
  const char* value = std::getenv("CALOQUANT_REQUIRE_SHARED");
  return value != nullptr && std::string(value) == "1";
}

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "caloquant-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}
TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

PropertyTest::PropertyTest()
    : seed(seed_of_run()),
      random(seed),
      trace_(__FILE__, __LINE__, "again with CALOQUANT_TEST_SEED=" + std::to_string(seed)) {}

float uniform(std::mt19937_64& random, float low, float high) {
  return std::uniform_real_distribution<float>(low, high)(random);
}
int uniform_int(std::mt19937_64& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

}  // namespace caloquant::testing
