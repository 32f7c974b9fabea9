#include "quantizer/measure/layer_costs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "quantizer/measure/benchmark.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "quantizer/verify/fp32_model.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

class LayerCosts : public ::testing::Test {
 protected:
  TuningSpace space{{default_layer_spec("d", "dense", true), default_layer_spec("c", "conv", true)},
                    {},
                    "run.json"};
  testing::TempDir folder;

  CostTable some_table() {
    CostTable costs;
    double value = 0.25;
    for (const LayerSpec& layer : space.layers()) {
      for (const Precision precision : layer.searched.precisions) {
        costs[layer.name][precision] = {value, 1000.0 * value};
        value *= 1.5;
      }
    }
    return costs;
  }
  std::string error_with(const std::string& text) {
    std::ofstream(folder / "bad.json") << text;
    return testing::message_of([&] { (void)read_layer_costs(folder / "bad.json", space); });
  }
};

TEST_F(LayerCosts, AreReadAsWritten) {
  const CostTable costs = some_table();
  write_layer_costs(costs, folder / "costs.json");
  const CostTable read = read_layer_costs(folder / "costs.json", space);
  for (const auto& [layer, by_precision] : costs) {
    for (const auto& [precision, cost] : by_precision) {
      EXPECT_EQ(read.at(layer).at(precision).milliseconds, cost.milliseconds);
      EXPECT_EQ(read.at(layer).at(precision).bytes, cost.bytes);
    }
  }
}

TEST_F(LayerCosts, EveryGapHasItsPlace) {
  EXPECT_THAT(error_with("{}"), HasSubstr("bad.json: is no 'caloquant layer costs'"));
  EXPECT_THAT(error_with("[1]"), HasSubstr("bad.json: is no 'caloquant layer costs'"));
  EXPECT_THAT(error_with("{"), HasSubstr("bad.json"));
  EXPECT_THAT(error_with(R"({"_format": "caloquant layer costs", "_version": 2})"),
              HasSubstr("has version 2 of its format"));
  const auto with = [&](const std::string& layers) {
    return error_with(R"({"_format": "caloquant layer costs", "_version": 1, "layers": )" + layers +
                      "}");
  };
  EXPECT_THAT(with("{}"), HasSubstr("bad.json#/layers/d/int8/milliseconds_per_event: is missing"));
  EXPECT_THAT(with("[]"), HasSubstr("bad.json#/layers/d/int8/milliseconds_per_event: is missing"));
  for (const char* bad : {"-1", "1e16", "\"nan\"", "null", "true"}) {
    EXPECT_THAT(with(R"({"d": {"int8": {"milliseconds_per_event": )" + std::string(bad) + "}}}"),
                HasSubstr("#/layers/d/int8/milliseconds_per_event: is "))
        << bad;
  }
  EXPECT_THAT(with(R"({"d": {"int8": {"milliseconds_per_event": 1e400}}})"),
              HasSubstr("bad.json: is not valid JSON"));
}

// Weights of 8 bits take a quarter and of bf16 half of fp32, scales aside; every time is measured.
TEST_F(LayerCosts, OfEnergyGan) {
  ModelConfig config;
  config.architecture = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json";
  config.random_weights = 1;
  const Graph graph = load_fp32_model(config, {}).graph;
  const TuningSpace ladder(layer_specs(graph, true), {}, "run.json");
  CalibrationTable table;
  for (const LayerSpec& layer : ladder.layers()) {
    table.layers[layer.name][RangeAlgorithm::minmax] = {-1.0F, 1.0F};
  }
  CostOptions options;
  options.batch = 2;
  options.repetitions = 1;
  const CostTable costs = measure_layer_costs(graph, ladder, table, options);
  for (const LayerSpec& layer : ladder.layers()) {
    const auto& found = costs.at(layer.name);
    const bool dense = layer.op == "dense";
    ASSERT_EQ(found.size(), 4U);
    for (const auto& [precision, cost] : found) {
      EXPECT_GT(cost.milliseconds, 0.0) << layer.name << ' ' << name_of(precision);
    }
    if (dense) {  // one kernel computes both
      EXPECT_EQ(found.at(Precision::w8).milliseconds, found.at(Precision::fp32).milliseconds);
    }
    EXPECT_EQ(found.at(Precision::bf16).bytes, 0.5 * found.at(Precision::fp32).bytes);
    EXPECT_GE(found.at(Precision::int8).bytes, 0.25 * found.at(Precision::fp32).bytes);
  }
}

}  // namespace
}  // namespace caloquant
