// A run that was broken off and resumed leaves what it would have left otherwise.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/session.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include "calibration/tensors/tensor_file.hpp"
#include "graph/json/json.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

fs::path foreign(const char* name) {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/foreign" / name;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

RunConfig config_with(const std::string& strategy, const std::string& more = "") {
  return parse_run_config(
      R"({
    "model": {"file": "classifier.onnx"},
    "data": {"files": "images.npy", "calibration_samples": 16, "evaluation_samples": 16},
    "input": {"encoding": "tensor"}, "metric": {"name": "mse"},
    "quantization": {"recipes": {"equalization": "auto", "bias_correction": "auto",
                                 "sequential_bias_correction": "auto"}},
    "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1e-7},
    "tuning_criterion": {"strategy": ")" +
          strategy + R"(", "max_trials": 5)" + more +
          R"(}, "report": {"html": false}, "emit": {"formats": ["h5", "onnx"]}})",
      foreign("run.json").string());
}

/// Breaks a run off at a moment, by an exception that stands for a crash.
class Breaker : public RunObserver {
 public:
  explicit Breaker(int moment) : moment_(moment) {}
  void on_phase_start(Phase, std::int64_t) override { count(); }
  bool on_trial(const Trial&) override {
    ++trials;  // it is on the disk
    count();
    return true;
  }
  void on_resumed(const History& history) override { resumed = history.size(); }
  std::size_t trials = 0;
  std::size_t resumed = 0;

 private:
  void count() {
    if (moment_-- == 0) {
      throw std::runtime_error("crash");
    }
  }
  int moment_;
};

/// result.json without what a clock has measured.
Json timeless(const fs::path& file) {
  Json json = Json::parse(text_of(file));
  for (const char* key : {"cost", "kernels", "seconds", "speedup", "faster", "pareto"}) {
    json.erase(key);
  }
  json.at("import_check").erase("seconds");
  for (Json& step : json.at("steps")) {
    step.erase("seconds");
  }
  return json;
}

/// What must be the same.
std::map<std::string, std::string> results_of(const fs::path& folder) {
  return {{"quantized.h5", text_of(folder / "quantized.h5")},
          {"quantized.onnx", text_of(folder / "quantized.onnx")},
          {"result.json", timeless(folder / "result.json").dump(1)}};
}

class Resume : public ::testing::TestWithParam<const char*> {
 protected:
  /// Layer costs from a file: they are measured, so that two whole runs would differ.
  [[nodiscard]] RunConfig config() const {
    if (!fs::exists(costs)) {
      const std::string strategy = "sensitivity";
      (void)quantize(config_with(strategy), {}, nullptr, folder / "costs");
      fs::copy_file(folder / "costs/layer_costs.json", costs);
    }
    return config_with(GetParam(), ", \"layer_costs\": \"" + costs.string() + "\"");
  }
  const testing::TempDir folder;
  const fs::path costs = folder / "costs.json";
};

TEST_P(Resume, GivesTheSameBytesWhereverItWasBrokenOff) {
  const RunConfig run = config();
  Breaker never(1 << 30);
  (void)quantize(run, {}, &never, folder / "whole");
  const auto expected = results_of(folder / "whole");
  ASSERT_GT(expected.at("quantized.h5").size(), 1000U);
  int moment = 0;
  for (bool ended = false; !ended; ++moment) {
    const fs::path out = folder / ("out" + std::to_string(moment));
    Breaker breaker(moment);
    try {
      (void)quantize(run, {}, &breaker, out);
      ended = true;  // there are no further moments
    } catch (const std::runtime_error&) {
      EXPECT_FALSE(fs::exists(out / "result.json"));
      Breaker second(1 << 30);
      (void)quantize(run, {}, &second, out, Unfinished::resume);
      EXPECT_EQ(second.resumed, breaker.trials);
      EXPECT_EQ(second.resumed + second.trials, never.trials);
    }
    EXPECT_EQ(results_of(out), expected) << "at moment " << moment;
    EXPECT_FALSE(fs::exists(out / "unfinished"));
    ASSERT_FALSE(HasFailure());
  }
  std::cout << GetParam() << ": " << moment - 1 << " moments, " << never.trials << " trials\n";
  EXPECT_GT(moment, 10);
}

INSTANTIATE_TEST_SUITE_P(Strategies, Resume, ::testing::Values("basic", "auto"),
                         [](const auto& strategy) { return std::string(strategy.param); });

class ResumeRefusal : public ::testing::Test {
 protected:
  void break_off(const RunConfig& run, int moment = 7) {
    Breaker breaker(moment);
    EXPECT_THROW((void)quantize(run, {}, &breaker, out), std::runtime_error);
    EXPECT_TRUE(fs::exists(out / "unfinished/journal.jsonl"));
  }
  [[nodiscard]] std::string refusal(const RunConfig& run, const RunParts& parts = {}) const {
    return testing::message_of(
        [&] { (void)Session(run, parts, nullptr, out, Unfinished::resume); });
  }
  const testing::TempDir folder;
  const fs::path out = folder / "out";
};

TEST_F(ResumeRefusal, NamesWhatIsAnother) {
  const RunConfig run = config_with("basic");
  break_off(run);
  EXPECT_EQ(refusal(run), "");
  RunConfig other = run;
  other.tuning.limits.max_trials = 9;
  EXPECT_THAT(refusal(other), HasSubstr("unfinished/run.json: is of another run: "
                                        "settings/tuning_criterion/max_trials is 9, and was 5"));
  other = run;
  other.input.seed = 5;
  EXPECT_THAT(refusal(other), HasSubstr("settings/input/seed is 5, and was 1978"));
  other = run;
  other.graph.disabled_passes = {"fold_batch_norm"};
  EXPECT_THAT(refusal(other), HasSubstr("is of another run: "));
}

TEST_F(ResumeRefusal, KnowsModelAndDataByWhatTheyHold) {
  const auto file = open_tensor_file(foreign("images.npy"));
  const Shape shape = file->shape("");
  std::vector<float> images(static_cast<std::size_t>(element_count(shape)));
  file->read_rows("", 0, shape.front(), images);
  RunParts parts;
  parts.data = TensorArrays{{{"", ArrayView{images, shape}}}, {}};
  const RunConfig run = config_with("basic");
  Breaker breaker(7);
  EXPECT_THROW((void)quantize(run, parts, &breaker, out), std::runtime_error);
  EXPECT_EQ(refusal(run, parts), "");
  EXPECT_THAT(testing::message_of([&] { (void)unfinished_config(out); }),
              HasSubstr("brought its own model, data or metric"));
  images[3] += 1.0F;
  EXPECT_THAT(refusal(run, parts), HasSubstr("data/arrays is "));
  images[3] -= 1.0F;
  parts.model = Model::load(foreign("segmentation.onnx"));
  EXPECT_NE(refusal(run, parts), "");
}

TEST_F(ResumeRefusal, OfADamagedJournalButNotOfAHalfLine) {
  const RunConfig run = config_with("basic");
  break_off(run, 9);
  const fs::path journal = out / "unfinished/journal.jsonl";
  const std::string whole = text_of(journal);
  std::ofstream(journal, std::ios::binary) << whole.substr(0, whole.size() - 20);
  EXPECT_EQ(refusal(run), "");
  std::string damaged = whole;
  damaged[100] ^= 1;
  std::ofstream(journal, std::ios::binary) << damaged;
  EXPECT_THAT(refusal(run), HasSubstr("journal.jsonl:1: is damaged"));
}

TEST_F(ResumeRefusal, OfStatesOfOtherVersions) {
  const RunConfig run = config_with("basic");
  break_off(run);
  Json json = Json::parse(text_of(out / "unfinished/run.json"));
  json["_version"] = 2;
  std::ofstream(out / "unfinished/run.json") << json;
  EXPECT_THAT(refusal(run), HasSubstr("newer caloquant"));
}

TEST_F(ResumeRefusal, IsNotNeededWhereNothingIsUnfinished) {
  const RunConfig run = config_with("basic");
  EXPECT_EQ(quantize(run, {}, nullptr, out, Unfinished::resume).error, "");
  EXPECT_TRUE(fs::exists(out / "quantized.h5"));
  EXPECT_THROW((void)unfinished_config(out), DataError);
}

/// The config of a run that a process left behind says the same from anywhere.
TEST_F(ResumeRefusal, TakesTheConfigFromTheFolder) {
  const RunConfig run = config_with("basic");
  break_off(run);
  EXPECT_EQ(to_json_text(unfinished_config(out)), to_json_text(run));
  EXPECT_EQ(quantize(unfinished_config(out), {}, nullptr, out, Unfinished::resume).error, "");
}

/// The best so far, and a run that can still be gone on with.
TEST_F(ResumeRefusal, GoesOnBehindAnInterruption) {
  class Stopper : public RunObserver {
   public:
    bool on_trial(const Trial& trial) override {
      stop = trial.step == 2;
      return true;
    }
    [[nodiscard]] bool interrupted() override { return stop; }
    bool stop = false;
  } stopper;
  const RunConfig run = config_with("basic");
  const RunResult part = quantize(run, {}, &stopper, out);
  EXPECT_EQ(part.tuning.reason, StopReason::interrupted);
  EXPECT_TRUE(fs::exists(out / "quantized.h5"));
  EXPECT_TRUE(fs::exists(out / "unfinished/journal.jsonl"));
  const RunResult rest = quantize(run, {}, nullptr, out, Unfinished::resume);
  const RunResult whole = quantize(run, {}, nullptr, folder / "whole");
  EXPECT_EQ(rest.tuning.trials.size(), whole.tuning.trials.size());
  EXPECT_EQ(results_of(out), results_of(folder / "whole"));
  EXPECT_FALSE(fs::exists(out / "unfinished"));
}

}  // namespace
}  // namespace caloquant
