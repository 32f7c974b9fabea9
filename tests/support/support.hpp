#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

namespace caloquant::testing {

/// ../shared beside the project, or empty when it is absent.
[[nodiscard]] std::filesystem::path shared_folder();

/// Skips the test when ../shared is absent; with CALOQUANT_REQUIRE_SHARED=1 that is a failure.
#define CALOQUANT_NEEDS_SHARED()                                                          \
  if (::caloquant::testing::shared_folder().empty()) {                                    \
    if (::caloquant::testing::shared_is_required()) {                                     \
      FAIL() << "../shared is absent and CALOQUANT_REQUIRE_SHARED is set";                \
    }                                                                                     \
    GTEST_SKIP() << "needs ../shared (models and data that are not part of the project)"; \
  }
[[nodiscard]] bool shared_is_required();

/// A directory of its own for one test, removed afterwards.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// Base of property tests: seeded by CALOQUANT_TEST_SEED (a number, or `clock`), else always
/// alike, so that a change is judged by itself and not by its luck. A failure prints the seed.
class PropertyTest : public ::testing::Test {
 protected:
  PropertyTest();
  std::uint64_t seed;
  std::mt19937_64 random;

 private:
  ::testing::ScopedTrace trace_;
};

/// Random number in [low, high].
[[nodiscard]] float uniform(std::mt19937_64& random, float low, float high);
[[nodiscard]] int uniform_int(std::mt19937_64& random, int low, int high);

/// What a statement throws as caloquant::Error, as its message; empty when nothing is thrown.
template <typename Statement>
[[nodiscard]] std::string message_of(Statement&& statement);

}  // namespace caloquant::testing

#include <caloquant/error.hpp>

template <typename Statement>
std::string caloquant::testing::message_of(Statement&& statement) {
  try {
    statement();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}
