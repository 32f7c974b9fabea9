// The fit to the response in a whole run.

#include "quantizer/run/fitted_plans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calibration/showers/make_showers.hpp"
#include "graph/json/json.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/run/run_session.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// 20 showers, and one trial of EnergyGAN with random weights.
class FittedRun : public ::testing::Test {
 protected:
  FittedRun() {
    ShowerOptions showers = default_shower_options(Detector::clic25);
    showers.events = 20;
    showers.output = folder / "showers25_1.h5";
    make_showers(showers);
  }

  [[nodiscard]] RunConfig config(const std::string& mode) const {
    Json json = Json::parse(R"({
      "model": {"random_weights": 3}, "data": {"files": ["showers25_*.h5"],
                "layout": "fixed_angle", "calibration_samples": 8, "evaluation_samples": 12},
      "input": {"encoding": "energy_times_noise"},
      "quantization": {"op_type_dict": {"conv": {"precision": ["int8"],
        "activation": {"algorithm": ["minmax"]}, "weight": {"granularity": ["per_channel"]}}}},
      "metric": {"name": "shower_shape", "preset": "tune"},
      "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1e30,
                             "criteria": "loss_only"},
      "tuning_criterion": {"strategy": "basic", "max_trials": 1},
      "report": {"physics_events": 0, "html": false}
    })");
    json["model"]["architecture"] =
        (std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json").string();
    json["quantization"]["recipes"] = {{"response_fit", mode}};
    return run_config_from_json(json, folder.path(), (folder / "run.json").string());
  }

  [[nodiscard]] Json result_of(const std::string& mode) {
    RunSession session(config(mode), {}, {&observer, folder / mode});
    const QuantizeResult result = session.run();
    EXPECT_TRUE(result.final_quality.has_value());
    if (result.final_quality) {
      // What was judged is what was written: the trial, the final model and the file.
      EXPECT_EQ(result.tuning.trials.at(0).loss, result.final_quality->loss.value);
      const LoadedModel written = load_model_file(folder / mode / "quantized.h5", {});
      EXPECT_EQ(session.qualities_of({written.graph}).front().loss.value,
                result.final_quality->loss.value);
    }
    return parse_json<ModelError>(read_text<ModelError>(folder / mode / "result.json"), "result");
  }

  testing::TempDir folder;
  RunObserver observer;
};

TEST_F(FittedRun, OnIsJudgedWrittenAndTold) {
  const Json json = result_of("on");
  const Json& fit = json.at("response_fit");
  EXPECT_EQ(fit.at("events"), 16);  // twice as many as calibrate
  EXPECT_LE(fit.at("after").get<double>(), fit.at("before").get<double>());
  EXPECT_EQ(fit.at("unchanged").is_null(), !fit.at("layers").empty());
  EXPECT_EQ(fit.at("deviations").back().at("name"), "hits");
  ASSERT_EQ(json.at("corrections").size(), 1U);
  EXPECT_EQ(json.at("corrections").at(0).at("response_fit"), true);
  EXPECT_EQ(json.at("corrections").at(0).at("kept"), fit.at("unchanged").is_null());
}

TEST_F(FittedRun, OffAndAutoOfOtherStrategiesLeavePlansAlone) {
  const Json off = result_of("off");
  EXPECT_TRUE(off.at("response_fit").is_null());
  EXPECT_TRUE(off.at("corrections").empty());
  const Json untouched = result_of("auto");
  EXPECT_TRUE(untouched.at("response_fit").is_null());
  EXPECT_EQ(untouched.at("loss"), off.at("loss"));
}

TEST_F(FittedRun, PlansAreMadeOnce) {
  RunSession session(config("on"), {}, {&observer, {}});
  PreparedNetwork& network = session.prepare();
  TuningConfig all;
  TuningConfig one;
  for (const LayerSpec& layer : session.space().layers()) {
    LayerChoice choice;
    choice.precision = layer.searched.precisions.front();
    all.set(layer.name, choice);
  }
  one.set("conv3d_2", all.choice("conv3d_2"));
  const ResponseFit* fit = network.response_fit(all);
  ASSERT_NE(fit, nullptr);
  EXPECT_EQ(network.response_fit(all), fit);
  EXPECT_EQ(network.plan(all).layers.at("conv3d_4").quant, fit->plan.layers.at("conv3d_4").quant);
  EXPECT_EQ(network.response_fit(one), nullptr) << "a single layer tells what it does by itself";
}

}  // namespace
}  // namespace caloquant
