// Commands that go through events hold a batch of them, not all: ten times the events take no more
// memory. And a batch is never larger than the events.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>

#include "graph/json/json.hpp"
#include "tests/load/small_networks.hpp"
#include "tests/support/process.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class Streams : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy_file(testing::small_generator_file(), folder / "small.json");
  }

  /// The peak memory of the program [KiB].
  [[nodiscard]] long peak(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), CALOQUANT_BINARY);
    arguments.emplace_back("--quiet");
    const testing::Finished done = testing::launch({arguments, folder.path().string(), {}, {}, 0});
    // 7: a target is missed, 8: the model is not faster. Both are results.
    EXPECT_TRUE(done.exit_code == 0 || done.exit_code == 7 || done.exit_code == 8)
        << arguments[1] << ": " << done.exit_code << ' ' << done.err;
    return done.peak_kib;
  }
  [[nodiscard]] static std::vector<std::string> generate(std::int64_t events,
                                                         const std::string& file) {
    return {"generate",
            "--architecture",
            "small.json",
            "--random-weights",
            "1",
            "--events",
            std::to_string(events),
            "--batch",
            "64",
            "--compression",
            "0",
            "-o",
            file};
  }
  static void expect_flat(const char* what, long few, long many, long for_features) {
    std::cout << what << ": " << few << " KiB, of ten times the events " << many << " KiB\n";
    EXPECT_LE(many, few + few / 10 + for_features) << what;
  }

  const std::int64_t many = testing::full_load() ? 100'000 : 10'000;
  const std::int64_t few = many / 10;
  testing::TempDir folder;
};

TEST_F(Streams, GenerateHoldsABatch) {
  const long of_few = peak(generate(few, "few.h5"));
  expect_flat("generate", of_few, peak(generate(many, "many.h5")), 0);
}

// What is kept of an event is its features, some hundred bytes a side.
TEST_F(Streams, CompareHoldsABatchAndFeatures) {
  (void)peak(generate(many, "many.h5"));
  const auto compare = [&](std::int64_t events, bool with_model) {
    std::vector<std::string> arguments{"compare", "many.h5"};
    if (with_model) {
      arguments.insert(arguments.end(), {"small.json", "--random-weights", "1"});
    } else {
      arguments.emplace_back("many.h5");
    }
    arguments.insert(arguments.end(), {"--events", std::to_string(events), "--batch", "64"});
    return arguments;
  };
  const long features = many * 2;  // [KiB]
  const long files = peak(compare(few, false));
  expect_flat("compare of files", files, peak(compare(many, false)), features);
}

TEST_F(Streams, MakeShowersHoldsABatch) {
  const std::int64_t showers = testing::full_load() ? 100'000 : 2'000;
  const auto make = [&](std::int64_t events) {
    return std::vector<std::string>{"make-showers",         "--detector", "clic25",    "--events",
                                    std::to_string(events), "-o",         "showers.h5"};
  };
  const long of_few = peak(make(showers / 10));
  expect_flat("make-showers", of_few, peak(make(showers)), 0);
}

/// 16 events of EnergyGAN's size, whose images in a batch of 4096 would take 256 MiB each time that
/// they are kept.
class BatchBeyondTheEvents : public Streams {
 protected:
  void SetUp() override {
    const std::filesystem::path configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
    std::filesystem::copy_file(configs / "energygan.json", folder / "energygan.json");
    (void)peak({"make-showers", "--detector", "clic25", "--events", "40", "-o", "showers_1.h5"});
    std::ofstream(folder / "run.json") << R"({
      "model": {"architecture": "energygan.json", "random_weights": 5},
      "data": {"files": "showers_1.h5", "layout": "fixed_angle",
               "calibration_samples": 16, "evaluation_samples": 16},
      "input": {"encoding": "energy_times_noise"},
      "metric": {"name": "shower_shape", "preset": "tune"},
      "quantization": {"recipes": {"weight_reconstruction": "on", "equalization": "on",
                                   "sequential_bias_correction": "on"}},
      "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1e30,
                             "criteria": "loss_only"},
      "tuning_criterion": {"strategy": "auto", "max_trials": 2}
    })";
  }
  /// `option` and what stands in front of the number.
  void expect_no_more(std::vector<std::string> command, const std::string& option,
                      const std::string& before = {}) const {
    const auto with = [&](const char* batch) {
      std::vector<std::string> arguments = command;
      arguments.insert(arguments.end(), {option, before + batch});
      return peak(arguments);
    };
    const long sixteen = with("16");
    const long most = with("4096");
    std::cout << command.front() << ": " << sixteen << " KiB, of batch 4096 " << most << " KiB\n";
    EXPECT_LE(most, sixteen + sixteen / 10) << command.front();
  }
};

TEST_F(BatchBeyondTheEvents, TakesNoMemory) {
  const std::string network = "energygan.json,random:5";
  expect_no_more({"generate", "--architecture", "energygan.json", "--random-weights", "5",
                  "--events", "16", "-o", "made.h5"},
                 "--batch");
  expect_no_more({"compare", network, "showers_1.h5", "--events", "16"}, "--batch");
  expect_no_more({"compare", network, network, "--events", "16"}, "--batch");
  expect_no_more({"quantize", "run.json", "-o", "out"}, "--set", "/execution/batch=");
  expect_no_more({"evaluate", "out/quantized.h5", "--config", "run.json"}, "--set",
                 "/execution/batch=");
  expect_no_more({"check", "out/quantized.h5", "--config", "run.json"}, "--set",
                 "/execution/batch=");
}

}  // namespace
}  // namespace caloquant
