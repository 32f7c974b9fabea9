// Numbers on the command line: every option of every command, asked from the command line itself.

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "tests/tools/cli_fixture.hpp"
#include "tools/cli/application.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

enum class Kind { none, whole, real, text };

/// Values without a type of CLI11 that are numbers, or hold some.
const std::set<std::string> texts_of_numbers{"--energy", "--theta", "--tolerance", "--max-drift",
                                             "--sampling-fraction"};
/// Those that are none: names and JSON. What has a kind of its own (file, folder, choice) is none
/// either.
const std::set<std::string> other_texts{"--set",      "A",     "B",       "--discriminator",
                                        "--baseline", "SHELL", "--signal"};

/// As messages of the parser call it: the long name.
std::string name_of(const cli::Option& option) {
  return option.facts().names.back();
}

Kind kind_of(const cli::Option& option) {
  const cli::OptionFacts facts = cli::facts_of(option);
  if (facts.kind != cli::ValueKind::free) {
    return Kind::none;
  }
  const std::string& type = facts.type;
  if (type.starts_with("INT") || type.starts_with("UINT")) {
    return Kind::whole;
  }
  if (type.starts_with("FLOAT")) {
    return Kind::real;
  }
  const std::string& name = facts.names.back();
  EXPECT_TRUE(texts_of_numbers.count(name) + other_texts.count(name) == 1)
      << name << " is new: say here whether it holds numbers";
  return texts_of_numbers.count(name) > 0 ? Kind::text : Kind::none;
}

/// What the parser says of `command option=value`; empty when it takes the value.
std::string problem_of(const std::string& command, const cli::Option& option,
                       const std::string& value) {
  cli::Action action;
  const auto app = cli::make_application(action);
  const cli::ParseResult parsed = app->parse({command, name_of(option) + "=" + value});
  // Incomplete: the value itself was taken.
  return parsed.end == cli::ParseEnd::incomplete ? "" : parsed.text;
}

template <typename Check>
void for_each_number(Check&& check) {
  cli::Action action;
  const auto app = cli::make_application(action);
  int found = 0;
  for (const cli::Command* command : cli::commands_of(*app)) {
    for (const cli::Option* option : command->get_options()) {
      if (const Kind kind = kind_of(*option); kind != Kind::none) {
        check(command->get_name(), *option, kind);
        ++found;
      }
    }
  }
  EXPECT_GE(found, 45);  // as many as there were
}

TEST(NumericOptions, RefuseWhatIsNoNumber) {
  for_each_number([](const std::string& command, const cli::Option& option, Kind kind) {
    std::vector<std::string> bad{"nan", "inf", "-inf", "1e400", "abc", "", "1e", "0x10", "1 2"};
    if (kind == Kind::whole) {
      bad.insert(bad.end(), {"1.5", "1e2", "18446744073709551616", "-18446744073709551616"});
    }
    for (const std::string& value : bad) {
      EXPECT_THAT(problem_of(command, option, value), HasSubstr(name_of(option)))
          << command << " " << name_of(option) << " '" << value << "'";
    }
  });
}

TEST(NumericOptions, RefuseNegativeNumbers) {
  // A metric may be negative (sqnr, in decibels); energies and angles have bounds of their own,
  // which the command checks (calibration/showers, quantizer/run/primaries).
  const std::set<std::string> accepted{"--max-loss", "--energy", "--theta"};
  for_each_number([&](const std::string& command, const cli::Option& option, Kind) {
    const std::string problem = problem_of(command, option, "-1");
    EXPECT_EQ(problem.empty(), accepted.count(name_of(option)) > 0)
        << command << " " << name_of(option) << ": " << problem;
  });
}

TEST(NumericOptions, TakeTheWholeRangeOfSeeds) {
  int seeds = 0;
  for_each_number([&](const std::string& command, const cli::Option& option, Kind) {
    const std::string name = name_of(option);
    if (name == "--seed" || name == "--random-weights") {
      ++seeds;
      EXPECT_EQ(problem_of(command, option, "18446744073709551615"), "") << command;
      EXPECT_EQ(problem_of(command, option, "0"), "") << command;
    }
  });
  EXPECT_GE(seeds, 8);
}

TEST(NumericOptions, ZerosInFrontAreNoOctals) {
  cli::Action action;
  const auto app = cli::make_application(action);
  const cli::ParseResult parsed =
      app->parse({"make-showers", "--detector", "clic25", "--events", "010", "-o", "x.h5"});
  ASSERT_EQ(parsed.end, cli::ParseEnd::ready) << parsed.text;
  ASSERT_NE(app->chosen(), nullptr);
  const std::vector<const cli::Option*> options = app->chosen()->get_options();
  const auto events = std::ranges::find(options, "--events",
                                        [](const cli::Option* option) { return name_of(*option); });
  ASSERT_NE(events, options.end());
  EXPECT_THAT((*events)->given(), ElementsAre("10"));
}

TEST_F(Cli, NumbersFromOutsideAreFiniteOrRefused) {
  struct Case {
    std::vector<std::string> arguments;
    int exit_code;
    std::string message;
  };
  std::ofstream(folder / "deep.json") << std::string(80000, '[');
  const std::vector<Case> cases{
      {{"make-showers", "--detector", "clic25", "--events", "1000000000000000000", "-o", "x.h5"},
       2,
       "make-showers: --events: '1000000000000000000' is not a whole number from 1 to 1000000000"},
      {{"make-showers", "--detector", "clic25", "--events", "1", "--energy", "nan", "-o", "x.h5"},
       2,
       "--energy: 'nan' is no range; write LO:HI"},
      {{"make-showers", "--detector", "clic25", "--events", "1", "--energy", "-1", "-o", "x.h5"},
       2,
       "--energy: the range -1"},
      {{"make-showers", "--detector", "clic25", "--events", "1", "--seed", "18446744073709551616",
        "-o", "x.h5"},
       2,
       "--seed: '18446744073709551616' is not a whole number from 0 to 18446744073709551615"},
      {{"quantize", "deep.json"}, 3, "deep.json: has more than 256 arrays and objects inside"},
      {{"inspect", "--architecture", "deep.json", "--random-weights", "1"},
       4,
       "deep.json: has more than 256 arrays and objects inside"},
      {{"quantize", "run.json", "--set", "/data=" + std::string(300, '[') + std::string(300, ']')},
       3,
       "has more than 256 arrays"},
      {{"quantize", "run.json", "--set", "/input/seed=18446744073709551616"},
       3,
       "#/input/seed: must be an integer"},
      {{"quantize", "run.json", "--set", "/input/seed=-1"}, 3, "#/input/seed: is -1"},
      {{"quantize", "run.json", "--set", "/accuracy_criterion/tolerable_loss=nan"},
       3,
       "#/accuracy_criterion/tolerable_loss: must be a number, but is \"nan\""},
      {{"quantize", "run.json", "--set", "/accuracy_criterion/tolerable_loss=1e400"},
       3,
       "#/accuracy_criterion/tolerable_loss: must be a number"},
  };
  for (const Case& given : cases) {
    const auto done = run(given.arguments);
    EXPECT_EQ(done.exit_code, given.exit_code) << given.message;
    EXPECT_THAT(done.err, HasSubstr(given.message));
  }
}

TEST_F(Cli, AnUnknownInstructionSetIsRefusedByEveryCommand) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--version"}, {"schema"}, {"inspect", "x"}}) {
    const auto done = run_with(arguments, {{"CALOQUANT_MAX_ISA", "foo"}});
    EXPECT_EQ(done.exit_code, 2);
    EXPECT_THAT(done.err, HasSubstr("CALOQUANT_MAX_ISA: 'foo' is no instruction set; portable"));
  }
  EXPECT_EQ(run_with({"--version"}, {{"CALOQUANT_MAX_ISA", ""}}).exit_code, 0);
}

}  // namespace
}  // namespace caloquant
