// The failure that made physics the verdict: the loss of the reference study likes the demo
// AngleGAN in int8 throughout, whose energy is far off.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "graph/json/json.hpp"
#include "tests/support/process.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class PhysicsVerdict : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run({"make-showers", "--detector", "clic51", "--events", "90", "--seed", "1", "-o",
                   "showers51_1.h5"})
                  .exit_code,
              0);
  }
  [[nodiscard]] testing::Finished run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), CALOQUANT_BINARY);
    return testing::launch({arguments, folder.path().string(), {}, {}});
  }
  /// All layers int8 in the first and only trial, the loss of the study.
  [[nodiscard]] std::vector<std::string> study(std::vector<std::string> first,
                                               const std::vector<std::string>& more) const {
    for (const std::string& set : std::vector<std::string>{
             "/data/files=[\"" + (folder / "showers51_1.h5").string() + "\"]",
             "/data/calibration_samples=16", "/data/evaluation_samples=64",
             "/metric/preset=talk-2023",
             "/quantization/recipes/first_conv_or_matmul_quantization=true",
             "/quantization/recipes/response_fit=off", "/accuracy_criterion/tolerable_loss=0.05"}) {
      first.insert(first.end(), {"--set", set});
    }
    first.insert(first.end(), more.begin(), more.end());
    return first;
  }
  [[nodiscard]] Json json_file(const std::string& name) const {
    std::ifstream stream(folder / name);
    return Json::parse(stream);
  }

  testing::TempDir folder;
  const std::string config =
      (fs::path(CALOQUANT_SOURCE_DIR) / "configs/anglegan_demo_quantize.json").string();
  const std::vector<std::string> one_trial{"--set", "/tuning_criterion/max_trials=1"};
  const std::vector<std::string> loss_only{"--set", "/accuracy_criterion/criteria=loss_only"};
};

TEST_F(PhysicsVerdict, RefusesAllInt8ThatTheLossLikes) {
  const auto refused = run(study({"quantize", config, "-o", "physics", "--quiet"}, one_trial));
  EXPECT_EQ(refused.exit_code, 7) << refused.err;
  const Json physics = json_file("physics/result.json");
  EXPECT_FALSE(physics["target_met"].get<bool>());
  EXPECT_EQ(physics["quantized_layers"], physics["total_layers"]);
  EXPECT_EQ(physics["criteria"]["asked"], "physics");
  EXPECT_EQ(physics["criteria"]["verdict"], "failed");
  EXPECT_THAT(physics["criteria"]["text"].get<std::string>(), HasSubstr("profile"));
  for (const Json& measure : physics["criteria"]["measures"]) {
    std::cout << measure["name"] << " " << measure["value"] << " +- " << measure["standard_error"]
              << ", limit " << measure["limit"] << ": " << measure["verdict"] << "\n";
  }

  std::vector<std::string> alone = one_trial;
  alone.insert(alone.end(), loss_only.begin(), loss_only.end());
  const auto accepted = run(study({"quantize", config, "-o", "loss", "--quiet"}, alone));
  EXPECT_EQ(accepted.exit_code, 0) << accepted.err;
  const Json loss = json_file("loss/result.json");
  EXPECT_TRUE(loss["target_met"].get<bool>());
  EXPECT_EQ(loss["quantized_layers"], loss["total_layers"]);
  EXPECT_EQ(loss["criteria"]["asked"], "loss_only");
  EXPECT_EQ(loss["criteria"]["text"], "passed: loss only, physics not asked");

  // The same model at the gate.
  const std::vector<std::string> check{"check", "loss/quantized.h5", "--config", config};
  const auto failed = run(study(check, {}));
  EXPECT_EQ(failed.exit_code, 7) << failed.out << failed.err;
  EXPECT_THAT(failed.out, HasSubstr("check: FAILED: "));
  std::vector<std::string> reports = loss_only;
  reports.insert(reports.end(), {"--junit", "check.xml", "--markdown", "check.md"});
  const auto passed = run(study(check, reports));
  EXPECT_EQ(passed.exit_code, 0) << passed.out << passed.err;
  EXPECT_THAT(passed.out, HasSubstr("check: passed (loss only, physics not asked)\n"));
  for (const char* name : {"check.xml", "check.md"}) {
    std::ifstream stream(folder / name);
    EXPECT_THAT(std::string({std::istreambuf_iterator<char>(stream), {}}),
                HasSubstr("passed (loss only, physics not asked)"));
  }
  const auto evaluated =
      run(study({"evaluate", "loss/quantized.h5", "--config", config}, loss_only));
  EXPECT_THAT(evaluated.out, HasSubstr("passed: loss only, physics not asked\n"));
}

}  // namespace
}  // namespace caloquant
