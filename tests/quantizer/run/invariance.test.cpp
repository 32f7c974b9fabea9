// No result of a run depends on the batch or on the threads: losses and integers have the same
// bits, with every recipe on.

#include <gtest/gtest.h>

#include <caloquant/session.hpp>
#include <fstream>
#include <iterator>

#include "ops/core/thread_count.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// What may not differ: the loss of every trial and of the final model, and the model as a file.
struct Outcome {
  std::vector<double> losses;
  std::string model;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome_of(const std::string& model, const std::string& data, const char* recipe,
                   std::int64_t batch, int threads) {
  const testing::TempDir folder;
  const ThreadCount team(threads);
  const std::string recipes = std::string("{\"") + recipe + "\": \"on\"}";
  const RunConfig config = parse_run_config(
      R"({"model": )" + model + R"(, "data": )" + data + R"(, "quantization": {"recipes": )" +
          recipes +
          R"(}, "tuning_criterion": {"strategy": "sensitivity", "max_trials": 2},
          "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1e-5},
          "input": {"encoding": "tensor"}, "metric": {"name": "mse"},
          "execution": {"batch": )" +
          std::to_string(batch) + "}}",
      (std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/foreign/run.json").string());
  const RunResult result = quantize(config);
  Outcome outcome;
  for (const Trial& trial : result.tuning.trials) {
    outcome.losses.push_back(trial.loss);
  }
  outcome.losses.push_back(result.final_quality.value().loss.value);
  result.model.value().save(folder / "model.h5");
  std::ifstream stream(folder / "model.h5", std::ios::binary);
  outcome.model.assign(std::istreambuf_iterator<char>(stream), {});
  return outcome;
}

class Invariance : public ::testing::TestWithParam<const char*> {};

TEST_P(Invariance, OfBatchAndThreads) {
  const std::string classifier = R"({"file": "classifier.onnx"})";
  const std::string images =
      R"({"files": "images.npy", "calibration_samples": 19, "evaluation_samples": 13})";
  const Outcome expected = outcome_of(classifier, images, GetParam(), 1, 1);
  ASSERT_GT(expected.losses.size(), 1U);
  const std::vector<std::pair<std::int64_t, int>> others{{1, 4}, {3, 1},  {3, 2}, {8, 2},
                                                         {8, 4}, {32, 1}, {32, 2}};
  for (const auto& [batch, threads] : others) {
    const Outcome found = outcome_of(classifier, images, GetParam(), batch, threads);
    EXPECT_EQ(found.losses, expected.losses) << "batch " << batch << ", " << threads << " threads";
    EXPECT_TRUE(found.model == expected.model)
        << "batch " << batch << ", " << threads << " threads";
  }
}

INSTANTIATE_TEST_SUITE_P(Recipes, Invariance,
                         ::testing::Values("weight_reconstruction", "bias_correction",
                                           "sequential_bias_correction", "equalization"),
                         [](const auto& recipe) { return std::string(recipe.param); });

}  // namespace
}  // namespace caloquant
