// The manual page: everything is in it, and roff has nothing to complain about.

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::HasSubstr;

/// As roff shows it: hyphens and backslashes are escaped.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char character : text) {
    result += character == '-' ? std::string("\\-") : std::string(1, character);
  }
  return result;
}

TEST_F(Cli, ManPageHoldsEveryCommandAndOption) {
  const std::string page = run({"man"}).out;
  const std::string script = run({"completion", "bash"}).out;
  std::size_t words = 0;
  const std::regex word_list("_caloquant_words \"([^\"]*)\"");
  for (std::sregex_iterator found(script.begin(), script.end(), word_list), none; found != none;
       ++found) {
    std::istringstream list((*found)[1].str());
    for (std::string word; list >> word; ++words) {
      EXPECT_THAT(page, HasSubstr(escaped(word)));
    }
  }
  EXPECT_GT(words, 100U);
  for (const char* section :
       {".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", ".SH COMMANDS",
        ".SH EXIT STATUS", ".SH EXAMPLES", ".SH ENVIRONMENT", ".SH FILES"}) {
    EXPECT_THAT(page, HasSubstr(section));
  }
}

/// Every variable that the sources ask for is explained.
TEST_F(Cli, ManPageHoldsEveryEnvironmentVariable) {
  const std::string page = run({"man"}).out;
  const std::regex asked("(?:getenv|variable|environment)\\(\"([A-Z_]+)\"\\)");
  std::size_t variables = 0;
  for (const char* layer : {"ops", "graph", "metrics", "calibration", "quantizer", "tools"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(CALOQUANT_SOURCE_DIR) / layer)) {
      if (entry.path().extension() != ".cpp") {
        continue;
      }
      std::ifstream stream(entry.path());
      const std::string text(std::istreambuf_iterator<char>(stream), {});
      for (std::sregex_iterator found(text.begin(), text.end(), asked), none; found != none;
           ++found, ++variables) {
        EXPECT_THAT(page, HasSubstr((*found)[1].str())) << entry.path();
      }
    }
  }
  EXPECT_GE(variables, 6U);
}

TEST_F(Cli, RoffTakesTheManPage) {
  if (!std::filesystem::exists("/usr/bin/groff")) {
    GTEST_SKIP() << "groff is not installed";
  }
  std::ofstream(folder / "caloquant.1") << run({"man"}).out;
  const auto done = testing::launch({{"/usr/bin/groff", "-man", "-Tutf8", "-ww", "caloquant.1"},
                                     folder.path().string(),
                                     {},
                                     {},
                                     0});
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_EQ(done.err, "");
  EXPECT_THAT(done.out, HasSubstr("caloquant quantize run.json --dry-run"));
}

}  // namespace
}  // namespace caloquant
