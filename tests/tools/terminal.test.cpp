// --json, --quiet, --color and the progress line: what goes where.

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string escape = "\x1b[";
const std::string wipe = "\r\x1b[K";

TEST_F(Cli, QuantizePrintsOneJsonObject) {
  const auto done = run({"quantize", "run.json", "-o", "out", "--json"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(done.err, "");
  const Json outcome = Json::parse(done.out);
  const Json result = json_file("out/result.json");
  for (const char* key :
       {"target_met", "loss", "standard_error", "target_loss", "baseline_loss", "quantized_layers",
        "total_layers", "best_step", "stopped_by", "metric"}) {
    EXPECT_EQ(outcome.at(key), result.at(key)) << key;
  }
  EXPECT_EQ(outcome["layers"].size(), result["layers"].size());
  EXPECT_EQ(outcome["steps"].get<std::size_t>(), result["steps"].size());
  EXPECT_EQ(outcome["files"][0], "quantized.h5");
}

TEST_F(Cli, QuantizeKeepsItsExitCodeWithJson) {
  const auto done = run({"quantize", "run.json", "-o", "out", "--json", "--set",
                         "/accuracy_criterion/tolerable_loss=1e-300"});
  EXPECT_EQ(done.exit_code, 7);
  EXPECT_FALSE(Json::parse(done.out)["target_met"].get<bool>());
}

/// Every command that says something can say it in JSON, or nothing.
TEST_F(Cli, CommandsPrintJsonOrNothing) {
  const std::vector<std::string> model{"--architecture", "energygan.json", "--random-weights", "5"};
  const auto with_model = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), model.begin(), model.end());
    return arguments;
  };
  const std::string classifier = (fixtures() / "foreign/classifier.onnx").string();
  const std::string images = (fixtures() / "foreign/images.npy").string();
  const std::vector<std::vector<std::string>> commands{
      with_model({"evaluate", "--config", "run.json"}),
      with_model({"convert", "-o", "model.onnx"}),
      with_model({"inspect"}),
      with_model({"generate", "--events", "2", "-o", "showers.h5"}),
      with_model({"benchmark", "--batch", "1", "--precision", "fp32", "--repetitions", "1",
                  "--seconds", "0"}),
      {"run", classifier, "--inputs", images, "-o", "scores.h5"},
      {"make-showers", "--detector", "clic25", "--events", "2", "-o", "few.h5"},
      {"compare", "showers25_1.h5", "showers25_1.h5"},
      {"test-onnx", (fixtures() / "onnx/ops/conv_integer").string()},
      with_model({"init", "--data", "showers25_1.h5", "--force", "-o", "start.json"}),
      {"quantize", "run.json", "--dry-run"}};
  for (std::vector<std::string> command : commands) {
    command.emplace_back("--json");
    const auto json = run(command);
    EXPECT_EQ(json.exit_code, 0) << command.front() << ": " << json.err;
    EXPECT_TRUE(Json::accept(json.out)) << command.front() << ": " << json.out;
    command.back() = "--quiet";
    const auto quiet = run(command);
    EXPECT_EQ(quiet.exit_code, 0) << command.front() << ": " << quiet.err;
    EXPECT_EQ(quiet.out + quiet.err, "") << command.front();
    command.emplace_back("--json");
    EXPECT_EQ(run(command).exit_code, 2) << command.front();
  }
}

TEST_F(Cli, ColoursAreForTerminals) {
  const std::vector<std::string> command{"quantize", "run.json", "-o", "out"};
  const auto piped = run(command);
  EXPECT_THAT(piped.out + piped.err, Not(HasSubstr(escape)));
  const auto shown = run_on_terminal(command);
  ASSERT_EQ(shown.exit_code, 0) << shown.out;
  EXPECT_THAT(shown.out, HasSubstr("\x1b[32mpassed   \x1b[0m"));
  EXPECT_THAT(shown.out, HasSubstr("target_met: \x1b[32mtrue\x1b[0m"));
  EXPECT_THAT(text_file("out/result.json") + text_file("out/steps.csv"), Not(HasSubstr(escape)));
  const std::vector<std::string> bad{"inspect", "absent.h5"};
  EXPECT_THAT(run_on_terminal(bad).out, HasSubstr("\x1b[31mcaloquant:\x1b[0m absent.h5: "));
  EXPECT_THAT(run(bad).err, ::testing::StartsWith("caloquant: absent.h5: "));
}

TEST_F(Cli, ColoursCanBeChosen) {
  const std::vector<std::string> bad{"inspect", "absent.h5"};
  EXPECT_THAT(run_on_terminal(bad, {{"NO_COLOR", "1"}}).out, Not(HasSubstr(escape)));
  EXPECT_THAT(run_on_terminal(bad, {{"TERM", "dumb"}}).out, Not(HasSubstr(escape)));
  const auto with = [&](const char* when) {
    return std::vector<std::string>{"inspect", "absent.h5", "--color", when};
  };
  EXPECT_THAT(run_on_terminal(with("never")).out, Not(HasSubstr(escape)));
  EXPECT_THAT(run_with(with("always"), {{"NO_COLOR", "1"}}).err, HasSubstr(escape + "31m"));
  EXPECT_EQ(run(with("sometimes")).exit_code, 2);
}

TEST_F(Cli, ProgressIsDrawnAndWiped) {
  const auto shown = run_on_terminal({"generate", "--architecture", "energygan.json",
                                      "--random-weights", "5", "--events", "40", "-o", "s.h5"});
  ASSERT_EQ(shown.exit_code, 0) << shown.out;
  EXPECT_THAT(shown.out, HasSubstr(wipe + "generate  0/40 events"));
  // What is printed begins behind the last wipe.
  EXPECT_THAT(shown.out, HasSubstr(wipe + "events     40"));
  const auto json = run_on_terminal(
      {"make-showers", "--detector", "clic25", "--events", "3", "--json", "-o", "few.h5"});
  EXPECT_THAT(json.out, HasSubstr(wipe + "{"));
}

}  // namespace
}  // namespace caloquant
