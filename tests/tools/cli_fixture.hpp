#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "graph/json/json.hpp"
#include "tests/support/process.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing {

/// A folder with 40 showers and a config for EnergyGAN with random weights, and the program.
class Cli : public ::testing::Test {
 protected:
  void SetUp() override;

  [[nodiscard]] static std::filesystem::path configs();
  [[nodiscard]] static std::filesystem::path fixtures();
  [[nodiscard]] static Json config();

  void write(const std::string& name, const Json& json) const;
  [[nodiscard]] Finished run(std::vector<std::string> arguments,
                             const std::string& interrupt_when_exists = {}) const;
  [[nodiscard]] Finished run_with(std::vector<std::string> arguments,
                                  const std::map<std::string, std::string>& environment) const;
  /// By a shell, which knows the program as "$CALOQUANT".
  [[nodiscard]] Finished shell(const std::string& script) const;
  /// On a terminal of 100 columns.
  [[nodiscard]] Finished run_on_terminal(std::vector<std::string> arguments,
                                         std::map<std::string, std::string> environment = {}) const;
  [[nodiscard]] Json json_file(const std::string& name) const;
  [[nodiscard]] std::string text_file(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> partial_files() const;

  TempDir folder;
};

}  // namespace caloquant::testing
