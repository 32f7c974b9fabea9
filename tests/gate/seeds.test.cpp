// The gate's own acceptance test, on the demo AngleGAN: whatever the noise, the baseline model
// passes and one with a single scale off by 5 % fails.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/gate/damaged_model.hpp"
#include "tests/support/process.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// Everything quantized at the first step, from 16 showers: not a good model, but the baseline.
class GateSeeds : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run({"make-showers", "--detector", "clic51", "--events", "48", "--seed", "1", "-o",
                   "showers51_1.h5"})
                  .exit_code,
              0);
    const auto done = run({"quantize", config, "-o", "baseline", "--quiet", "--set", data, "--set",
                           "/data/calibration_samples=16", "--set", "/data/evaluation_samples=24",
                           "--set", "/accuracy_criterion/tolerable_loss=1", "--set",
                           "/accuracy_criterion/criteria=loss_only"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    testing::write_damaged_model(baseline(), "conv3d_4", 1.05F, folder / "up.h5");
    testing::write_damaged_model(baseline(), "conv3d_4", 0.95F, folder / "down.h5");
  }

  [[nodiscard]] fs::path baseline() const { return folder / "baseline/quantized.h5"; }
  [[nodiscard]] testing::Finished run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), CALOQUANT_BINARY);
    return testing::launch({arguments, folder.path().string(), {}, {}});
  }
  [[nodiscard]] testing::Finished check(const std::string& model, int seed) const {
    return run({"check", model, "--config", config, "--baseline", "baseline/result.json", "--seed",
                std::to_string(seed), "--set", data, "--set", "/data/calibration_samples=16",
                "--set", "/data/evaluation_samples=24"});
  }

  testing::TempDir folder;
  const std::string config =
      (fs::path(CALOQUANT_SOURCE_DIR) / "configs/anglegan_demo_quantize.json").string();
  const std::string data = "/data/files=[\"" + (folder / "showers51_1.h5").string() + "\"]";
};

TEST_F(GateSeeds, TenOfTenBaselinesPassAndTenOfTenDamagedFail) {
  fs::copy_file(baseline(), folder / "same.h5");
  for (int seed = 1; seed <= 10; ++seed) {
    const auto same = check("same.h5", seed);
    EXPECT_EQ(same.exit_code, 0) << "seed " << seed << '\n' << same.out << same.err;
    // A scale too large and one too small: the loss sees only one of them, energies see both.
    const auto damaged = check(seed % 2 == 0 ? "up.h5" : "down.h5", seed);
    EXPECT_EQ(damaged.exit_code, 7) << "seed " << seed << '\n' << damaged.out << damaged.err;
    EXPECT_THAT(damaged.out, HasSubstr("energy drift, all energies"));
  }
}

}  // namespace
}  // namespace caloquant
