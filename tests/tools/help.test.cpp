// --help, and what a wrong command line is told.

#include <algorithm>
#include <sstream>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using testing::Cli;
using ::testing::HasSubstr;

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) {
    longest = std::max(longest, line.size());
  }
  return longest;
}

TEST_F(Cli, HelpListsCommandsByGroup) {
  const auto help = run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  const std::vector<std::string> groups{"\nMain job:\n",        "\nModels:\n",   "\nData:\n",
                                        "\nChecks and help:\n", "\nExamples:\n", "\nExit codes:\n"};
  std::size_t at = 0;
  for (const std::string& group : groups) {
    const std::size_t found = help.out.find(group, at);
    ASSERT_NE(found, std::string::npos) << group << help.out;
    at = found;
  }
  EXPECT_THAT(help.out, AllOf(HasSubstr("\n  quantize       Quantize a model"),
                              HasSubstr("\n  130  interrupted")));
  EXPECT_THAT(help.out, ::testing::Not(HasSubstr("\n  man ")));
  EXPECT_LE(longest_line(help.out), 90U);
}

TEST_F(Cli, EveryCommandTeaches) {
  const auto script = run({"completion", "fish"});
  std::istringstream lines(script.out);
  const std::string mark = "-n __fish_use_subcommand -a ";
  std::size_t commands = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find(mark);
    if (at == std::string::npos) {
      continue;
    }
    const std::size_t begin = at + mark.size();
    const std::string name = line.substr(begin, line.find(' ', begin) - begin);
    const auto help = run({name, "--help"});
    EXPECT_EQ(help.exit_code, 0) << name;
    EXPECT_THAT(help.out, AllOf(HasSubstr("\nUsage: caloquant " + name),
                                HasSubstr("\nExamples:\n  "), HasSubstr("\nExit codes: 0 done")))
        << name;
    // A summary and a paragraph in front of the usage.
    EXPECT_GE(help.out.find("\nUsage:") - help.out.find("\n\n"), 60U) << name;
    ++commands;
  }
  EXPECT_GE(commands, 14U);
}

TEST_F(Cli, WrongCommandLinesAreOneLineWithARemedy) {
  const auto expect = [&](const std::vector<std::string>& arguments, const std::string& text) {
    const auto refused = run(arguments);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(refused.err, "caloquant: " + text + "\n");
  };
  expect({}, "a command is missing; see caloquant --help");
  expect({"quantise", "run.json"},
         "there is no command 'quantise'; did you mean 'quantize'? see caloquant --help");
  expect(
      {"quantize", "run.json", "--dryrun"},
      "quantize: there is no option '--dryrun'; did you mean '--dry-run'? see caloquant quantize "
      "--help");
  expect({"quantize"}, "quantize: CONFIG is required; see caloquant quantize --help");
}

TEST_F(Cli, HelpShowsBothEndsOfARange) {
  for (const char* name : {"generate", "compare", "make-showers"}) {
    const auto help = run({name, "--help"});
    EXPECT_THAT(help.out, AllOf(HasSubstr("--energy LO:HI"), HasSubstr("--theta LO:HI"))) << name;
  }
}

}  // namespace
}  // namespace caloquant
