// The library face: models and data in memory give what files give, stages work alone, and what a
// program brings (metric, strategy, observer) is used.

#include <caloquant/session.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "calibration/showers/make_showers.hpp"
#include "calibration/tensors/tensor_file.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/json/json.hpp"
#include "graph/load_model/load_model.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

fs::path foreign(const char* name) {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/foreign" / name;
}

std::vector<char> bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The classifier of the fixtures, by its files and in memory.
class ClassifierSession : public ::testing::Test {
 protected:
  ClassifierSession() {
    const auto file = open_tensor_file(foreign("images.npy"));
    shape_ = file->shape("");
    images_.resize(static_cast<std::size_t>(element_count(shape_)));
    file->read_rows("", 0, shape_.front(), images_);
  }

  [[nodiscard]] static RunConfig config(const std::string& metric = R"({"name": "mse"})") {
    return parse_run_config(R"({
      "model": {"file": "classifier.onnx"},
      "data": {"files": "images.npy", "calibration_samples": 16, "evaluation_samples": 32},
      "input": {"encoding": "tensor"}, "metric": )" +
                                metric + R"(,
      "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1e-3}})",
                            foreign("run.json").string());
  }
  [[nodiscard]] RunParts in_memory() const {
    RunParts parts;
    const std::vector<char> file = bytes_of(foreign("classifier.onnx"));
    parts.model = Model::from_onnx(std::as_bytes(std::span(file)), "classifier");
    parts.data = TensorArrays{{{"", ArrayView{images_, shape_}}}, {}};
    return parts;
  }

  Shape shape_;
  std::vector<float> images_;
};

TEST_F(ClassifierSession, MemoryGivesWhatFilesGive) {
  Session files(config());
  Session memory(config(), in_memory());
  EXPECT_EQ(files.reference().loss.value, memory.reference().loss.value);
  EXPECT_EQ(files.prepare(), memory.prepare());
  const RunResult one = files.tune();
  const RunResult two = memory.tune();
  ASSERT_TRUE(one.final_quality && two.final_quality);
  EXPECT_EQ(one.final_quality->loss.value, two.final_quality->loss.value);
  EXPECT_EQ(one.tuning.trials.size(), two.tuning.trials.size());
}

TEST_F(ClassifierSession, EveryStageWorksAlone) {
  Session session(config(), in_memory());
  const TuningConfig all = session.space().op_type_combinations().front();
  const Plan plan = session.plan(all);  // calibrates
  ASSERT_EQ(plan.layers().size(), session.space().total_layers());
  for (const Plan::Layer& layer : plan.layers()) {
    EXPECT_GT(layer.quant.src.scale, 0.0F);
    EXPECT_LE(layer.range.low, 0.0F);
  }
  EXPECT_FALSE(session.model().quantized());
  const Model quantized = session.apply(plan);
  EXPECT_TRUE(quantized.quantized());
  const double loss = session.evaluate(plan).loss.value;
  EXPECT_GT(loss, 0.0);
  EXPECT_EQ(session.evaluate(quantized).loss.value, loss);
  EXPECT_EQ(session.evaluate(session.model()).loss.value, 0.0);
  EXPECT_EQ(session.tune().tuning.trials.front().loss, loss);
}

TEST_F(ClassifierSession, EmitsWhatTheCommandWrites) {
  const testing::TempDir folder;
  const RunResult result = quantize(config(), in_memory(), nullptr, folder / "out");
  EXPECT_THAT(result.written, ElementsAre("quantized.h5", "report.json", "report.html"));
  for (const char* name :
       {"quantized.h5", "steps.jsonl", "steps.csv", "result.json", "report.html"}) {
    EXPECT_TRUE(fs::exists(folder / "out" / name)) << name;
  }
  const Model read = Model::load(folder / "out" / "quantized.h5");
  Session session(config(), in_memory());
  EXPECT_EQ(session.evaluate(read).loss.value, result.final_quality->loss.value);
  EXPECT_EQ(bytes_of(folder / "out" / "result.json").size(), result.json.size());
}

class Watcher : public RunObserver {
 public:
  bool on_trial(const Trial& trial) override { return trial.step + 1 < trials_; }
  void on_phase_start(Phase phase, std::int64_t) override { phases.push_back(phase); }
  [[nodiscard]] bool interrupted() override { return interrupt; }
  explicit Watcher(std::size_t trials) : trials_(trials) {}
  std::vector<Phase> phases;
  bool interrupt = false;

 private:
  std::size_t trials_;
};

std::int64_t phases_of(const std::vector<Phase>& phases, Phase phase) {
  return std::ranges::count(phases, phase);
}

/// The trial, the final quality, both files as they are read back: one number, and the files cost
/// one evaluation each.
TEST_F(ClassifierSession, WhatIsJudgedIsWhatIsWritten) {
  for (const OnnxProfile profile : {OnnxProfile::onnxruntime, OnnxProfile::openvino,
                                    OnnxProfile::tensorrt, OnnxProfile::portable}) {
    SCOPED_TRACE(name_of(profile));
    const testing::TempDir folder;
    RunConfig run = config();
    run.emit = {true, true, profile};
    Watcher watcher(9);
    const RunResult result = quantize(run, in_memory(), &watcher, folder / "out");
    ASSERT_TRUE(result.tuning.best && result.final_quality);
    const double loss = result.tuning.trials[*result.tuning.best].loss;
    EXPECT_GT(loss, 0.0);
    EXPECT_EQ(result.final_quality->loss.value, loss);
    EXPECT_EQ(phases_of(watcher.phases, Phase::evaluate), 2);
    const Json emitted = Json::parse(result.json)["emitted"];
    EXPECT_TRUE(emitted["onnx_notes"].empty());
    Session session(config(), in_memory());
    for (const char* name : {"quantized.h5", "quantized.onnx"}) {
      EXPECT_EQ(emitted["read_back"][name]["loss"].get<double>(), loss) << name;
      EXPECT_EQ(emitted["read_back"][name]["events"].get<int>(), 32);
      EXPECT_EQ(session.evaluate(Model::load(folder / "out" / name)).loss.value, loss) << name;
    }
  }
}

/// What the profile of a format cannot have is refused where it is asked for.
TEST_F(ClassifierSession, NoLayerIsAskedForWhatItsFileCannotHave) {
  const auto refused = [&](OnnxProfile profile, const LayerOptions& options) {
    RunConfig run = config();
    run.emit = {true, true, profile};
    run.quantization.rules.op_types = {{"conv", options}};
    return testing::message_of([&] { (void)Session(run, in_memory()).space(); });
  };
  LayerOptions sixteen;
  sixteen.precisions = {Precision::w8a16};
  LayerOptions unsigned_only;
  unsigned_only.activations = {ActivationType::u8};
  EXPECT_THAT(refused(OnnxProfile::tensorrt, sixteen), HasSubstr("cannot do 'w8a16'"));
  EXPECT_EQ(refused(OnnxProfile::portable, sixteen), "");
  EXPECT_THAT(refused(OnnxProfile::portable, unsigned_only), HasSubstr("cannot do 'u8'"));
  EXPECT_EQ(refused(OnnxProfile::openvino, unsigned_only), "");
}

TEST_F(ClassifierSession, EmitsOnlyWhatWasTuned) {
  const testing::TempDir folder;
  EXPECT_EQ(testing::message_of([&] { (void)Session(config(), in_memory()).emit(folder / "out"); }),
            "Session::emit(): there is no result yet; call tune() first");
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST_F(ClassifierSession, EmitsIntoEveryFolderTheSame) {
  const testing::TempDir folder;
  Session session(config(), in_memory());
  (void)session.tune();
  const std::vector<std::string> written = session.emit(folder / "one").written;
  const RunResult result = session.emit(folder / "two");
  EXPECT_EQ(result.written, written);
  EXPECT_EQ(session.tune().tuning.trials.size(), result.tuning.trials.size());
}

// What could not be written into one folder is written into the next, as if nothing had happened.
TEST_F(ClassifierSession, EmitsAgainWhereItFailed) {
  const testing::TempDir folder;
  fs::create_directories(folder / "one/quantized.h5/in the way");
  Session session(config(), in_memory());
  const RunResult tuned = session.tune();
  EXPECT_THROW((void)session.emit(folder / "one"), UsageError);
  EXPECT_TRUE(fs::exists(folder / "one/quantized.h5/in the way"));
  const RunResult result = session.emit(folder / "two");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.tuning.reason, tuned.tuning.reason);
  EXPECT_TRUE(fs::exists(folder / "two/quantized.h5"));
}

TEST_F(ClassifierSession, RunnerGivesTheSameForEveryBatch) {
  const Model model = *in_memory().model;
  const std::int64_t events = 5;
  const auto each = static_cast<std::size_t>(element_count(shape_) / shape_.front());
  const std::span<const float> input = std::span<const float>(images_).first(5 * each);
  const auto classes = static_cast<std::size_t>(model.outputs()[0].shape.back());
  std::vector<float> one(5 * classes);
  std::vector<float> four(5 * classes);
  const std::span<float> into_one = one;
  const std::span<float> into_four = four;
  Runner(model, 1).run(events, {&input, 1}, {&into_one, 1});
  Runner(model, 4).run(events, {&input, 1}, {&into_four, 1});
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_NEAR(one[i], four[i], 1e-5F * std::max(1.0F, std::abs(one[i])));
  }
  EXPECT_THAT(testing::message_of([&] {
                Runner(model).run(4, {&input, 1}, {&into_one, 1});
              }),
              HasSubstr("4 events"));
}

/// What the metric mse computes (metrics/README.md), written down once more.
double mean_squared_error(const WholeSample& sample) {
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t output = 0; output < sample.outputs.size(); ++output) {
    for (std::size_t i = 0; i < sample.outputs[output].size(); ++i) {
      const double difference =
          double{sample.outputs[output][i]} - double{sample.reference[output][i]};
      sum += difference * difference;
      ++count;
    }
  }
  return sum / static_cast<double>(count);
}

TEST_F(ClassifierSession, OwnMetricStandsBesideTheBuiltInOne) {
  RunParts parts = in_memory();
  const RunResult built_in = quantize(config(), parts);
  parts.metric = make_metric("my_mse", mean_squared_error);
  const RunResult own = quantize(config(), parts);
  ASSERT_TRUE(own.final_quality && built_in.final_quality);
  // Sums of some hundred doubles in another order.
  EXPECT_NEAR(own.final_quality->loss.value, built_in.final_quality->loss.value,
              1e-12 * built_in.final_quality->loss.value);
  EXPECT_NEAR(own.final_quality->loss.dead_output, built_in.final_quality->loss.dead_output,
              1e-12 * built_in.final_quality->loss.dead_output);
  EXPECT_EQ(own.tuning.best, built_in.tuning.best);
  EXPECT_THAT(own.json, HasSubstr("my_mse reference=fp32_paired"));
}

TEST_F(ClassifierSession, OwnMetricMayBeOneWhereMoreIsBetter) {
  RunParts parts = in_memory();
  parts.metric = make_metric(
      "likeness",
      [](const WholeSample& sample) { return 1.0 / (1.0 + mean_squared_error(sample)); }, true);
  RunConfig run = config();
  run.accuracy.tolerable_loss = 0.99;  // the limit: at least
  const RunResult result = quantize(run, parts);
  ASSERT_TRUE(result.final_quality);
  EXPECT_GE(result.final_quality->loss.value, 0.99);
  EXPECT_TRUE(result.tuning.target_met);
  EXPECT_DOUBLE_EQ(result.baseline.loss.value, 1.0);
  EXPECT_DOUBLE_EQ(result.final_quality->loss.error, 1.0 - result.final_quality->loss.value);
}

TEST_F(ClassifierSession, WhatAMetricThrowsReachesTheCaller) {
  RunParts parts = in_memory();
  parts.metric = make_metric(
      "broken", [](const WholeSample&) -> double { throw std::domain_error("no such moment"); });
  EXPECT_THROW(static_cast<void>(quantize(config(), parts)), std::domain_error);
}

/// All layers int8, then nothing.
class OneTrial : public Strategy {
 public:
  explicit OneTrial(const TuningSpace& space) : config_(space.op_type_combinations().front()) {}
  [[nodiscard]] std::string_view name() const override { return "one_trial"; }
  [[nodiscard]] std::optional<Proposal> next(const History& history) const override {
    return history.empty() ? std::optional(Proposal{config_, {}, "the only one"}) : std::nullopt;
  }
  [[nodiscard]] std::size_t remaining_at_most(const History& history) const override {
    return history.empty() ? 1 : 0;
  }

 private:
  TuningConfig config_;
};

TEST_F(ClassifierSession, OwnStrategyProposes) {
  RunParts parts = in_memory();
  parts.strategy = [](const StrategyOptions&, const TuningSpace& space) {
    return std::make_unique<OneTrial>(space);
  };
  const RunResult result = quantize(config(), parts);
  ASSERT_EQ(result.tuning.trials.size(), 1U);
  EXPECT_EQ(result.tuning.trials[0].proposal.changed, "the only one");
  EXPECT_EQ(result.tuning.reason, StopReason::exhausted);
}

/// A strategy of the caller gets what its traits say, whatever the config names.
TEST_F(ClassifierSession, OwnStrategyGetsWhatItsTraitsSay) {
  struct Case {
    const char* name;
    StrategyTraits traits;
    bool ladder;
    std::vector<Phase> phases;
  };
  const std::vector<Phase> plain{Phase::reference, Phase::baseline, Phase::calibrate};
  for (const Case& expected :
       {Case{"auto", {}, false, plain}, Case{"basic", {}, false, plain},
        Case{"basic", {.searches_ladder = true}, true, plain},
        Case{"basic",
             {.searches_ladder = true, .wants_layer_costs = true},
             true,
             {Phase::reference, Phase::baseline, Phase::calibrate, Phase::layer_costs}},
        Case{"basic",
             {.tries_corrections = true},
             false,
             {Phase::reference, Phase::baseline, Phase::calibrate, Phase::statistics,
              Phase::corrections}}}) {
    RunConfig run = config();
    run.tuning.strategy = expected.name;
    run.quantization.bias_correction = CorrectionMode::automatic;
    run.quantization.equalization = CorrectionMode::off;
    run.quantization.weight_reconstruction = CorrectionMode::off;
    run.quantization.sequential_bias_correction = CorrectionMode::off;
    RunParts parts = in_memory();
    bool ladder = false;
    parts.strategy_traits = expected.traits;
    parts.strategy = [&](const StrategyOptions&, const TuningSpace& space) {
      for (const LayerSpec& layer : space.layers()) {
        ladder = ladder || layer.searched.precisions.size() > 2;
      }
      return std::make_unique<OneTrial>(space);
    };
    Watcher watcher(9);
    const RunResult result = quantize(run, parts, &watcher);
    EXPECT_EQ(result.tuning.trials.size(), 1U);
    EXPECT_EQ(ladder, expected.ladder) << expected.name;
    EXPECT_EQ(watcher.phases, expected.phases) << expected.name;
  }
}

TEST_F(ClassifierSession, AnObserverEndsTheSearch) {
  RunConfig run = config();
  run.accuracy.tolerable_loss = 0.0;  // never met
  Watcher watcher(2);
  const RunResult result = quantize(run, in_memory(), &watcher);
  EXPECT_EQ(result.tuning.trials.size(), 2U);
  EXPECT_EQ(result.tuning.reason, StopReason::callback);
  EXPECT_TRUE(result.model.has_value());
  EXPECT_THAT(watcher.phases, ElementsAre(Phase::reference, Phase::baseline, Phase::calibrate));
  watcher.interrupt = true;
  EXPECT_THROW(static_cast<void>(quantize(run, in_memory(), &watcher)), InterruptedError);
}

/// Lines of a journal, and the text of result.json.
std::size_t lines_of(const fs::path& file) {
  std::ifstream stream(file);
  return static_cast<std::size_t>(
      std::count(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>(), '\n'));
}

std::string text_of(const fs::path& file) {
  const std::vector<char> bytes = bytes_of(file);
  return {bytes.begin(), bytes.end()};
}

// Whoever calls: a crash after a trial loses none of those before it.
TEST_F(ClassifierSession, EveryTrialIsInTheJournalBeforeTheNextBegins) {
  const testing::TempDir folder;
  class Counter : public RunObserver {
   public:
    explicit Counter(fs::path file) : file_(std::move(file)) {}
    bool on_trial(const Trial& trial) override {
      EXPECT_EQ(lines_of(file_), trial.step + 1);
      return trial.step < 2;
    }

   private:
    fs::path file_;
  } counter(folder / "out/unfinished/steps.jsonl");
  RunConfig run = config();
  run.accuracy.tolerable_loss = 0.0;
  EXPECT_EQ(quantize(run, in_memory(), &counter, folder / "out").tuning.trials.size(), 3U);
}

TEST_F(ClassifierSession, AnExceptionLeavesItsReasonBehind) {
  const testing::TempDir folder;
  class Thrower : public RunObserver {
   public:
    bool on_trial(const Trial& trial) override {
      if (trial.step == 1) {
        throw std::runtime_error("the lamp went out");
      }
      return true;
    }
  } thrower;
  RunConfig run = config();
  run.accuracy.tolerable_loss = 0.0;
  EXPECT_THROW((void)quantize(run, in_memory(), &thrower, folder / "out"), std::runtime_error);
  const std::string text = text_of(folder / "out/unfinished/result.json");
  EXPECT_THAT(text, HasSubstr(R"("error": "the lamp went out")"));
  EXPECT_THAT(text, HasSubstr(R"("stopped_by": "failed")"));
  EXPECT_THAT(text, HasSubstr(R"("step": 1)"));
  EXPECT_EQ(lines_of(folder / "out/unfinished/steps.jsonl"), 2U);
  EXPECT_FALSE(fs::exists(folder / "out/result.json"));
}

TEST_F(ClassifierSession, AModelThatIsNotThereLeavesNothingBehind) {
  const testing::TempDir folder;
  RunConfig run = config();
  run.model.file = "no such.onnx";
  EXPECT_THROW((void)Session(run, {}, nullptr, folder / "out"), ModelError);
  EXPECT_FALSE(fs::exists(folder / "out"));
}

// Misuse is told by an exception; it never ends the process of the caller.
TEST_F(ClassifierSession, TakesOneCallAtATime) {
  class Meddler : public RunObserver {
   public:
    bool on_trial(const Trial&) override {
      message = testing::message_of([&] { (void)session->target(); });
      std::thread other(
          [&] { from_thread = testing::message_of([&] { (void)session->prepare(); }); });
      other.join();
      return false;
    }
    Session* session = nullptr;
    std::string message;
    std::string from_thread;
  } meddler;
  Session session(config(), in_memory(), &meddler);
  meddler.session = &session;
  EXPECT_EQ(session.tune().tuning.trials.size(), 1U);
  EXPECT_THAT(meddler.message, HasSubstr("Session::target(): the session is in another call"));
  EXPECT_THAT(meddler.from_thread, HasSubstr("Session::prepare(): the session is in another call"));
  EXPECT_NO_THROW((void)session.target());  // the call is over
}

TEST_F(ClassifierSession, RefusesForeignPlansAndMovedSessions) {
  Session one(config(), in_memory());
  Session two(config(), in_memory());
  const Plan plan = one.plan(one.space().op_type_combinations().front());
  EXPECT_THAT(testing::message_of([&] { (void)two.apply(plan); }),
              HasSubstr("the plan is of another session"));
  const Session moved = std::move(one);
  EXPECT_THAT(testing::message_of([&] { (void)one.model(); }),  // NOLINT(bugprone-use-after-move)
              HasSubstr("was moved from"));
  EXPECT_NO_THROW((void)moved.model());
}

TEST_F(ClassifierSession, RefusesPlansForLayersThatAreNotThere) {
  Session session(config(), in_memory());
  TuningConfig unknown;
  unknown.set("no such layer", LayerChoice{Precision::int8});
  EXPECT_THROW((void)session.plan(unknown), ModelError);
}

TEST_F(ClassifierSession, RefusesStrategiesThatDoNotKeepTheirContract) {
  class Stubborn : public Strategy {
   public:
    explicit Stubborn(const TuningSpace& space) : space_(space) {}
    [[nodiscard]] std::string_view name() const override { return "stubborn"; }
    [[nodiscard]] std::optional<Proposal> next(const History&) const override {
      return Proposal{space_.op_type_combinations().front(), {}, "the same"};
    }
    [[nodiscard]] std::size_t remaining_at_most(const History&) const override { return 1; }

   private:
    const TuningSpace& space_;
  };
  RunConfig run = config();
  run.accuracy.tolerable_loss = 0.0;
  RunParts parts = in_memory();
  parts.strategy = [](const StrategyOptions&, const TuningSpace& space) {
    return std::make_unique<Stubborn>(space);
  };
  EXPECT_THAT(testing::message_of([&] { (void)quantize(run, parts); }),
              HasSubstr("strategy 'stubborn': proposes again what it proposed for step 0"));
  parts.strategy = [](const StrategyOptions&, const TuningSpace&) {
    return std::unique_ptr<Strategy>();
  };
  EXPECT_THAT(testing::message_of([&] { (void)quantize(run, parts); }),
              HasSubstr("made no strategy"));
}

TEST_F(ClassifierSession, RefusesWhatDoesNotFit) {
  const auto message = [this](auto&& change) {
    RunParts parts = in_memory();
    RunConfig run = config();
    change(parts, run);
    return testing::message_of([&] { static_cast<void>(Session(run, parts)); });
  };
  EXPECT_THAT(message([&](RunParts& parts, RunConfig&) {
                std::get<TensorArrays>(parts.data).inputs[""].shape.front() = 3;
              }),
              HasSubstr("do not fill the shape"));
  EXPECT_THAT(message([](RunParts&, RunConfig& run) { run.data.evaluation_samples = 100000; }),
              HasSubstr("there are only"));
  EXPECT_THAT(message([](RunParts& parts, RunConfig&) { parts.data = ShowerArrays{}; }),
              HasSubstr("energy"));
  EXPECT_THAT(message([](RunParts& parts, RunConfig& run) {
                Session session(run, parts);
                parts.model =
                    session.apply(session.plan(session.space().op_type_combinations().front()));
              }),
              HasSubstr("is quantized already"));
}

TEST_F(ClassifierSession, RefusesBytesThatAreNoModel) {
  const std::string rubbish = "rubbish";
  EXPECT_THAT(testing::message_of([&] {
                static_cast<void>(Model::from_onnx(std::as_bytes(std::span(rubbish)), "in memory"));
              }),
              HasSubstr("in memory"));
}

/// EnergyGAN with random weights on showers, in a file and in memory.
class ShowerSession : public ::testing::Test {
 protected:
  ShowerSession() {
    ShowerOptions showers = default_shower_options(Detector::clic25);
    showers.events = 24;
    showers.output = folder / "showers25_1.h5";
    make_showers(showers);
    const H5File file = H5File::open(showers.output, ErrorKind::data);
    const Tensor target = file.read("/target", DType::f32);
    for (std::size_t i = 0; i < 24; ++i) {
      const auto columns = static_cast<std::size_t>(target.shape()[1]);
      energies_.push_back(double{target.data<float>()[i * columns + 1]});
    }
    const Tensor images = file.read("/ECAL", DType::f32);
    images_.assign(images.data<float>().begin(), images.data<float>().end());
    for (float& cell : images_) {
      cell = cell < 1e-6F ? 0.0F : cell;  // the cut of files of this layout
    }
  }

  [[nodiscard]] RunConfig config(const char* reference) const {
    const std::string model =
        (fs::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json").string();
    return parse_run_config(R"({"model": {"random_weights": 3, "architecture": ")" + model +
                                R"("}, "data": {"files": ["showers25_*.h5"],
      "layout": "fixed_angle", "calibration_samples": 8, "evaluation_samples": 16},
      "input": {"encoding": "energy_times_noise"},
      "metric": {"name": "shower_shape", "preset": "tune", "reference": ")" +
                                reference + R"("},
      "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1e30,
                             "criteria": "loss_only"}})",
                            (folder / "run.json").string());
  }
  [[nodiscard]] RunParts in_memory() const {
    RunParts parts;
    parts.data = ShowerArrays{energies_, {}, images_};
    return parts;
  }

  testing::TempDir folder;
  std::vector<double> energies_;
  std::vector<float> images_;
};

TEST_F(ShowerSession, MemoryGivesWhatFilesGive) {
  for (const char* reference : {"fp32_paired", "dataset"}) {
    const RunResult files = quantize(config(reference));
    const RunResult memory = quantize(config(reference), in_memory());
    ASSERT_TRUE(files.final_quality && memory.final_quality);
    EXPECT_EQ(files.final_quality->loss.value, memory.final_quality->loss.value) << reference;
    EXPECT_EQ(files.baseline.loss.value, memory.baseline.loss.value) << reference;
  }
}

TEST_F(ShowerSession, OwnMetricSeesGevAndLabels) {
  RunParts parts = in_memory();
  std::vector<double> seen;
  parts.metric = make_metric("energies", [&](const WholeSample& sample) {
    seen.assign(sample.energies.begin(), sample.energies.end());
    EXPECT_EQ(sample.outputs[0].size(), static_cast<std::size_t>(sample.events) * 25 * 25 * 25);
    double sum = 0.0;
    for (std::size_t i = 0; i < sample.outputs[0].size(); ++i) {
      sum += std::abs(double{sample.outputs[0][i]} - double{sample.reference[0][i]});
    }
    return sum;
  });
  RunConfig run = config("fp32_paired");
  const RunResult plain = quantize(run, parts);
  const std::vector<double> wanted(energies_.begin() + 8, energies_.end());
  EXPECT_EQ(seen, wanted);
  run.model.output.scale = 2.0;  // half the energy in every cell
  const RunResult halved = quantize(run, parts);
  EXPECT_NEAR(halved.tuning.trials[0].loss, 0.5 * plain.tuning.trials[0].loss,
              1e-6 * plain.tuning.trials[0].loss);
}

TEST_F(ShowerSession, RefusesWhatNoFileCouldHold) {
  const auto message = [this](auto&& change, const char* reference = "fp32_paired") {
    RunParts parts = in_memory();
    change(std::get<ShowerArrays>(parts.data));
    return testing::message_of([&] { Session(config(reference), parts).reference(); });
  };
  std::vector<double> wrong = energies_;
  wrong[3] = -1.0;
  EXPECT_THAT(message([&](ShowerArrays& data) { data.energies = wrong; }),
              HasSubstr("energies[3]: the energy is -1"));
  const std::vector<double> degrees(energies_.size(), 90.0);
  EXPECT_THAT(message([&](ShowerArrays& data) { data.thetas = degrees; }), HasSubstr("thetas[0]"));
  EXPECT_THAT(message([&](ShowerArrays& data) { data.thetas = std::span(degrees).first(2); }),
              HasSubstr("2 values"));
  EXPECT_THAT(message([&](ShowerArrays& data) { data.images = data.images.first(7); }),
              HasSubstr("images of"));
  EXPECT_THAT(message([](ShowerArrays& data) { data.images = {}; }, "dataset"),
              HasSubstr("were not given"));
}

}  // namespace
}  // namespace caloquant
