// quantize --dry-run against what the run then does.

#include <set>

#include "tests/tools/classifier_run.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using testing::ClassifierRun;
using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    names.insert(entry.path().string());
  }
  return names;
}

TEST_F(Cli, DryRunPrintsThePlanAndWritesNothing) {
  const std::set<std::string> before = files_in(folder.path());
  const auto dry = run_with({"quantize", "run.json", "--dry-run"},
                            {{"CALOQUANT_KERNEL_CACHE", (folder / "kernels.json").string()}});
  ASSERT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_THAT(dry.out, AllOf(HasSubstr("5 layers to quantize"),
                             HasSubstr("16 calibrate, 16 evaluate, from 1 file"),
                             HasSubstr("int8|fp32  minmax|kl  per_channel|per_tensor"),
                             HasSubstr("basic: at most 3 trials, ends at the first"),
                             HasSubstr("estimate from 16 events"), HasSubstr("at most\nmemory")));
  EXPECT_EQ(files_in(folder.path()), before);
}

TEST_F(Cli, DryRunKnowsTheTrials) {
  const std::vector<std::string> all{"--set", "/tuning_criterion/max_trials=100", "--set",
                                     "/accuracy_criterion/tolerable_loss=1e-300"};
  std::vector<std::string> command{"quantize", "run.json", "--dry-run", "--json"};
  command.insert(command.end(), all.begin(), all.end());
  const auto dry = run(command);
  ASSERT_EQ(dry.exit_code, 0) << dry.err;
  const Json plan = Json::parse(dry.out);
  command = {"quantize", "run.json", "-o", "out", "--quiet"};
  command.insert(command.end(), all.begin(), all.end());
  EXPECT_EQ(run(command).exit_code, 7);
  const Json result = json_file("out/result.json");
  const Json& known = plan["strategy"]["known"];
  EXPECT_EQ(known.size(), 4U);
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_EQ(known[i], result["steps"][i]["changed"]);
  }
  EXPECT_GE(plan["strategy"]["at_most"].get<std::size_t>(), result["steps"].size());
  EXPECT_EQ(plan["total_layers"], result["total_layers"]);
  EXPECT_EQ(plan["layers"].size(), result["layers"].size());
  const Json& estimate = plan["estimate"];
  EXPECT_GT(estimate["fp32_seconds_per_event"].get<double>(), 0.0);
  EXPECT_LE(estimate["least_seconds"].get<double>(), estimate["most_seconds"].get<double>());
  double sum = 0.0;
  bool reads_back = false;
  for (const Json& phase : estimate["phases"]) {
    EXPECT_GE(phase["seconds"].get<double>(), 0.0);
    sum += phase["seconds"].get<double>();
    reads_back = reads_back || phase["name"] == "read back";
  }
  EXPECT_TRUE(reads_back);
  EXPECT_NEAR(sum, estimate["most_seconds"].get<double>(), 1e-9 * sum);
}

TEST_F(ClassifierRun, DryRunTakesEveryStrategy) {
  for (const char* strategy :
       {"conservative", "mse_v2", "sensitivity", "exhaustive", "random", "auto"}) {
    const auto dry = run({"quantize", "run.json", "--dry-run", "--json", "--set",
                          "/tuning_criterion/max_trials=3", "--set",
                          std::string("/tuning_criterion/strategy=") + strategy});
    ASSERT_EQ(dry.exit_code, 0) << strategy << ": " << dry.err;
    const Json plan = Json::parse(dry.out)["strategy"];
    EXPECT_EQ(plan["at_most"].get<int>(), 3) << strategy;
    EXPECT_GE(plan["known"].size(), 1U) << strategy;
  }
}

TEST_F(Cli, DryRunRefusesWhatTheRunWouldRefuse) {
  const auto few =
      run({"quantize", "run.json", "--dry-run", "--set", "/data/evaluation_samples=1000"});
  EXPECT_EQ(few.exit_code, 5);
  EXPECT_THAT(few.err, HasSubstr("40"));
  EXPECT_EQ(run({"quantize", "absent.json", "--dry-run"}).exit_code, 3);
  EXPECT_EQ(run({"quantize", "run.json", "--dry-run", "--set", "/model/architecture=absent.json"})
                .exit_code,
            4);
}

}  // namespace
}  // namespace caloquant
