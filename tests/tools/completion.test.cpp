// Shell completion as the shells run it.

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class Completion : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    std::ofstream(folder / "caloquant.bash") << run({"completion", "bash"}).out;
  }

  /// COMPREPLY with the cursor behind the last word.
  [[nodiscard]] std::vector<std::string> bash(const std::vector<std::string>& words) const {
    std::string line;
    for (const std::string& word : words) {
      line += " '" + word + "'";
    }
    const auto done = testing::launch(
        {{"/bin/bash", "--norc", "-c",
          "source ./caloquant.bash; COMP_WORDS=(caloquant" + line +
              "); COMP_CWORD=" + std::to_string(words.size()) +
              "; _caloquant; for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done"},
         folder.path().string(),
         {},
         {},
         0});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    EXPECT_EQ(done.err, "");
    std::istringstream lines(done.out);
    std::vector<std::string> replies;
    for (std::string reply; std::getline(lines, reply);) {
      replies.push_back(reply);
    }
    return replies;
  }
};

TEST_F(Completion, BashKnowsCommandsAndOptions) {
  EXPECT_THAT(bash({"comp"}), UnorderedElementsAre("compare", "completion"));
  EXPECT_THAT(bash({""}), ::testing::AllOf(Contains("quantize"), Contains("init"),
                                           ::testing::Not(Contains("man"))));
  EXPECT_THAT(bash({"--v"}), ElementsAre("--version"));
  EXPECT_THAT(bash({"quantize", "run.json", "--dr"}), ElementsAre("--dry-run"));
  const auto options = bash({"generate", "--"});
  EXPECT_THAT(options, ::testing::AllOf(Contains("--events"), Contains("--json"),
                                        Contains("--help"), Each(StartsWith("--"))));
}

TEST_F(Completion, BashKnowsWordsThatOptionsTake) {
  EXPECT_THAT(bash({"make-showers", "--detector", ""}), UnorderedElementsAre("clic25", "clic51"));
  EXPECT_THAT(bash({"convert", "--profile", "open"}), ElementsAre("openvino"));
  EXPECT_THAT(bash({"quantize", "--format", "h5,o"}), ElementsAre("h5,onnx"));
  EXPECT_THAT(bash({"inspect", "--color", "=", "al"}), ElementsAre("always"));
  EXPECT_THAT(bash({"inspect", "--disable-pass", "collapse_u"}), ElementsAre("collapse_upsample"));
  EXPECT_THAT(bash({"completion", "z"}), ElementsAre("zsh"));
  EXPECT_THAT(bash({"generate", "--seed", ""}), IsEmpty());
}

TEST_F(Completion, BashCompletesFiles) {
  std::ofstream(folder / "two words.json") << "{}";
  std::filesystem::create_directory(folder / "results");
  EXPECT_THAT(bash({"quantize", "ru"}), ElementsAre("run.json"));
  EXPECT_THAT(bash({"quantize", "two"}), ElementsAre("two words.json"));
  EXPECT_THAT(bash({"evaluate", "m.h5", "--config", "ru"}), ElementsAre("run.json"));
  EXPECT_THAT(bash({"quantize", "-o", "r"}), ElementsAre("results"));  // a folder, not run.json
}

/// For shells that may not be there.
void expect_syntax(const std::string& shell, const std::filesystem::path& script) {
  if (!std::filesystem::exists(shell)) {
    GTEST_SKIP() << shell << " is not installed";
  }
  const auto done = testing::launch({{shell, "-n", script.string()}, ".", {}, {}, 0});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(done.err, "");
}

TEST_F(Completion, ZshParsesItsScript) {
  std::ofstream(folder / "_caloquant") << run({"completion", "zsh"}).out;
  expect_syntax("/usr/bin/zsh", folder / "_caloquant");
}

TEST_F(Completion, FishParsesItsScript) {
  std::ofstream(folder / "caloquant.fish") << run({"completion", "fish"}).out;
  expect_syntax("/usr/bin/fish", folder / "caloquant.fish");
}

TEST_F(Completion, FishCompletesAsBashDoes) {
  if (!std::filesystem::exists("/usr/bin/fish")) {
    GTEST_SKIP() << "fish is not installed";
  }
  std::ofstream(folder / "caloquant.fish") << run({"completion", "fish"}).out;
  const auto fish = [&](const std::string& line) {
    const auto done = testing::launch(
        {{"/usr/bin/fish", "--no-config", "-c",
          "source caloquant.fish; complete -C '" + line + "' | string split -f1 \\t"},
         folder.path().string(),
         {{"HOME", folder.path().string()}},
         {},
         0});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    return done.out;
  };
  EXPECT_EQ(fish("caloquant comp"), "compare\ncompletion\n");
  EXPECT_EQ(fish("caloquant make-showers --detector clic2"), "clic25\n");
  EXPECT_EQ(fish("caloquant quantize --dr"), "--dry-run\n");
}

TEST_F(Completion, UnknownShellsAreRefused) {
  const auto refused = run({"completion", "tcsh"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, ::testing::HasSubstr("bash"));
}

}  // namespace
}  // namespace caloquant
