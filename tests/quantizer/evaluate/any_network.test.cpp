// Networks of other frameworks that are no generators (tools/dev/make_foreign_fixtures.py).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "graph/json/json.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/evaluate/tensor_evaluator.hpp"
#include "quantizer/run/run_session.hpp"
#include "quantizer/verify/fp32_model.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

std::filesystem::path fixtures() {
  return std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/foreign";
}

RunConfig config_of(const char* patch) {
  Json json = Json::parse(R"({
    "data": {"calibration_samples": 8, "evaluation_samples": 16},
    "input": {"encoding": "tensor"},
    "emit": {"formats": ["h5", "onnx"]}
  })");
  json.merge_patch(Json::parse(patch));
  return run_config_from_json(json, fixtures(), (fixtures() / "run.json").string());
}

constexpr const char* classifier = R"({
  "model": {"file": "classifier.onnx"},
  "data": {"files": "images.npy", "targets": "labels.npy", "calibration_samples": 32,
           "evaluation_samples": 128},
  "metric": {"name": "classification_top1", "reference": "dataset"},
  "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 0.03}})";

constexpr const char* segmentation = R"({
  "model": {"file": "segmentation.onnx"},
  "data": {"files": "segmentation.h5", "inputs": "volume", "targets": "inside"},
  "metric": {"name": "sqnr"},
  "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 30}})";

constexpr const char* keras = R"({
  "model": {"file": "keras_classifier.h5"},
  "data": {"files": "keras_images.h5", "inputs": "images", "targets": "labels",
           "calibration_samples": 32, "evaluation_samples": 128},
  "metric": {"name": "classification_top1", "reference": "dataset"},
  "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 0.03}})";

class AnyNetwork : public ::testing::TestWithParam<const char*> {};

// Every layer in INT8, both files written, each with the value that the run gives.
TEST_P(AnyNetwork, IsQuantizedAndExported) {
  const RunConfig config = config_of(GetParam());
  const testing::TempDir folder;
  const QuantizeResult result = RunSession(config, {}, {nullptr, folder.path()}).run();
  ASSERT_TRUE(result.final_quality.has_value()) << result.error;
  EXPECT_TRUE(result.tuning.target_met);
  EXPECT_EQ(result.tuning.trials[*result.tuning.best].quantized_layers(), result.layers.size());
  const Graph fp32 = load_fp32_model(config.model, config.graph).graph;
  const auto evaluator = make_evaluator(config, fp32);
  evaluator->prepare_reference();
  EXPECT_EQ(evaluator->quality_of(fp32).loss.value, result.baseline.loss.value);
  for (const char* file : {"quantized.h5", "quantized.onnx"}) {
    const LoadedModel model = load_model_file(folder / file, config.graph);
    EXPECT_TRUE(model.quantized) << file;
    EXPECT_EQ(evaluator->quality_of(model.graph).loss.value, result.final_quality->loss.value)
        << file;
  }
}
INSTANTIATE_TEST_SUITE_P(Foreign, AnyNetwork, ::testing::Values(classifier, segmentation, keras));

// The strategies that predict need errors that add up, in metrics where more is better too.
TEST(AnyNetworkStrategies, AutoMeetsALimitInDecibels) {
  RunConfig config = config_of(segmentation);
  config.tuning.strategy = "auto";
  const testing::TempDir folder;
  const QuantizeResult result = RunSession(config, {}, {nullptr, folder.path()}).run();
  EXPECT_TRUE(result.tuning.target_met);
  EXPECT_GE(result.final_quality->loss.value, 30.0);
  for (const Trial& trial : result.tuning.trials) {
    EXPECT_NEAR(trial.measures.front().value, std::pow(10.0, -0.1 * trial.loss), 1e-12);
  }
}

// Voxels of a segmentation against class numbers, along the axis that the config names.
TEST(AnyNetworkMetrics, SegmentationCountsVoxels) {
  RunConfig config = config_of(segmentation);
  config.metric.tensor = {TensorMetric::classification_top1, TensorReference::dataset, 1};
  const Graph fp32 = load_fp32_model(config.model, config.graph).graph;
  TensorEvaluator evaluator(config, fp32);
  evaluator.prepare_reference();
  EXPECT_GT(evaluator.baseline().loss.value, 0.98);  // 0.9896 of all rows in PyTorch
  EXPECT_EQ(evaluator.baseline().loss.events, 16U);
  config.metric.tensor->class_axis.reset();
  EXPECT_THAT(testing::message_of([&] { TensorEvaluator(config, fp32).prepare_reference(); }),
              HasSubstr("/metric/class_axis"));
  config.metric.tensor->class_axis = -4;  // counted from the end: the same axis
  TensorEvaluator again(config, fp32);
  again.prepare_reference();
  EXPECT_EQ(again.baseline().loss.value, evaluator.baseline().loss.value);
}

// References that do not fit into memory are computed or read beside: not a bit differs.
TEST(AnyNetworkMetrics, NothingDependsOnWhatIsKept) {
  for (const TensorReference reference : {TensorReference::fp32_paired, TensorReference::dataset}) {
    RunConfig config = config_of(segmentation);
    config.execution.batch = 5;
    config.metric.tensor = {TensorMetric::classification_top1, reference, 1};
    const Graph fp32 = load_fp32_model(config.model, config.graph).graph;
    const Graph int8 = load_fp32_model(config.model, {{"fold_affine_into_weights"}}).graph;
    TensorEvaluator kept(config, fp32);
    TensorEvaluator not_kept(config, fp32, {}, {}, 0);
    kept.prepare_reference();
    not_kept.prepare_reference();
    const auto a = kept.qualities_of({int8, fp32});
    const auto b = not_kept.qualities_of({int8, fp32});
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].loss.value, b[i].loss.value);
      EXPECT_EQ(*a[i].loss.standard_error, *b[i].loss.standard_error);
    }
    EXPECT_EQ(kept.baseline().loss.value, not_kept.baseline().loss.value);
    EXPECT_EQ(kept.baseline().loss.value == 1.0, reference == TensorReference::fp32_paired);
  }
}

TEST(AnyNetworkErrors, NameTheArrayAndTheRows) {
  const auto refused = [](const char* patch) {
    Json json = Json::parse(segmentation);
    json.merge_patch(Json::parse(patch));
    const RunConfig config = config_of(json.dump().c_str());
    const Graph fp32 = load_fp32_model(config.model, config.graph).graph;
    return testing::message_of([&] { make_evaluator(config, fp32)->prepare_reference(); });
  };
  EXPECT_EQ(refused("{}"), "");
  EXPECT_THAT(refused(R"({"data": {"inputs": "volumes"}})"), HasSubstr("segmentation.h5:/volumes"));
  EXPECT_THAT(refused(R"({"data": {"evaluation_samples": 17}})"), HasSubstr("only 24 rows"));
  EXPECT_THAT(refused(R"({"data": {"files": "images.npy", "inputs": null}})"),
              HasSubstr("images.npy"));
}

}  // namespace
}  // namespace caloquant
