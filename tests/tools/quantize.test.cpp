// The command line as a user meets it: quantize.

#include <algorithm>
#include <caloquant/range.hpp>
#include <fstream>

#include "graph/io/files/h5file.hpp"
#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

TEST_F(Cli, QuantizeWritesWhatItPromises) {
  const auto done = run({"quantize", "run.json", "-o", "out"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("target_met: true"));
  EXPECT_THAT(done.out, HasSubstr("reference=fp32_paired profile=sum spread=variance"));
  const Json result = json_file("out/result.json");
  EXPECT_TRUE(result["target_met"].get<bool>());
  EXPECT_EQ(result["baseline_loss"].get<double>(), 0.0);
  EXPECT_EQ(result["quantized_layers"].get<int>(), 5);
  EXPECT_EQ(result["total_layers"].get<int>(), 5);
  EXPECT_EQ(result["layers"].size(), 5U);
  EXPECT_EQ(result["steps"].size(), 1U);
  EXPECT_EQ(result["provenance"]["data_files"][0]["sha256"].get<std::string>().size(), 64U);
  std::ifstream steps(folder / "out/steps.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(steps, line));
  EXPECT_EQ(Json::parse(line)["loss"], result["loss"]);
  EXPECT_TRUE(fs::exists(folder / "out/steps.csv"));

  const auto evaluated = run({"evaluate", "out/quantized.h5", "--config", "run.json", "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  const Json json = Json::parse(evaluated.out);
  EXPECT_EQ(json["loss"], result["loss"]);
  EXPECT_EQ(json["dead_output_loss"], result["dead_output_loss"]);
  EXPECT_TRUE(json.contains("standard_error"));

  const auto inspected = run({"inspect", "out/quantized.h5", "--json"});
  const Json layers = Json::parse(inspected.out)["layers"];
  int integers = 0;
  for (const Json& layer : layers) {
    integers += layer["precision"] == "int8" ? 1 : 0;
  }
  EXPECT_EQ(integers, 5);
}

TEST_F(Cli, QuantizeSaysHowRangesWereFound) {
  const auto done = run({"quantize", "run.json", "-o", "out", "--set",
                         R"(/quantization/op_type_dict={"conv": {"activation": {"algorithm":
                            "automatic"}, "weight": {"algorithm": "mse"}}})"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("conv automatic channel mse_weights"));
  const Json result = json_file("out/result.json");
  int convolutions = 0;
  for (const Json& layer : result["layers"]) {
    if (layer["op"] == "conv" && layer["precision"] == "int8") {
      ++convolutions;
      const Json& calibration = layer["src"]["calibration"];
      EXPECT_EQ(calibration["algorithm"], "automatic");
      const Json& chosen = calibration["candidates"][calibration["chosen"].get<std::string>()];
      EXPECT_EQ(chosen["range"], calibration["range"]);
      EXPECT_GE(chosen["noise"].get<double>(), 0.0);
      EXPECT_GE(chosen["energy"].get<double>(), 0.0);
      EXPECT_EQ(calibration["candidates"].size(),
                all_range_algorithms().size() - 1);  // but automatic
      EXPECT_EQ(layer["weights"]["algorithm"], "mse");
    }
  }
  EXPECT_GT(convolutions, 0);
  std::ifstream steps(folder / "out/steps.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(steps, line));
  EXPECT_THAT(line, HasSubstr("int8 automatic per_channel mse_weights"));
}

TEST_F(Cli, EqualRunsMakeEqualModels) {
  ASSERT_EQ(run({"quantize", "run.json", "-o", "one", "--threads", "1"}).exit_code, 0);
  ASSERT_EQ(run({"quantize", "run.json", "-o", "two", "--threads", "2"}).exit_code, 0);
  const auto bytes = [&](const std::string& name) {
    std::ifstream stream(folder / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  EXPECT_TRUE(bytes("one/quantized.h5") == bytes("two/quantized.h5"));
  EXPECT_EQ(json_file("one/result.json")["loss"], json_file("two/result.json")["loss"]);
}

TEST_F(Cli, KeysByTheirOldNamesAreToldOnce) {
  Json old = config();
  old["input"] = {{"recipe", old["input"]["encoding"]}, {"seed", old["input"]["seed"]}};
  write("old.json", old);
  const auto done = run({"quantize", "old.json", "-o", "out"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const std::string message = "deprecated: old.json#/input/recipe is called 'encoding' now";
  const std::size_t first = done.err.find(message);
  ASSERT_NE(first, std::string::npos) << done.err;
  EXPECT_EQ(done.err.find(message, first + 1), std::string::npos);
  const Json input = json_file("out/result.json")["provenance"]["config"]["input"];
  EXPECT_EQ(input["encoding"], "energy_times_noise");
  EXPECT_FALSE(input.contains("recipe"));
  const auto quiet = run({"quantize", "old.json", "-o", "quiet", "--quiet"});
  EXPECT_EQ(quiet.err, "");
}

TEST_F(Cli, RandomWeightsReplaceThoseOfTheConfig) {
  Json json = config();
  json["model"] = {{"architecture", "energygan.json"}, {"weights", "absent.hdf5"}};
  write("weights.json", json);
  EXPECT_EQ(run({"quantize", "weights.json", "-o", "out"}).exit_code, 4);
  ASSERT_EQ(run({"quantize", "weights.json", "-o", "out", "--random-weights", "5"}).exit_code, 0);
  ASSERT_EQ(run({"quantize", "run.json", "-o", "same"}).exit_code, 0);
  EXPECT_EQ(json_file("out/result.json")["loss"], json_file("same/result.json")["loss"]);
}

TEST_F(Cli, TargetNotMetWritesTheBestAndSaysSo) {
  const auto done = run({"quantize", "run.json", "-o", "out", "--set",
                         "/accuracy_criterion/tolerable_loss=1e-300", "--quiet"});
  EXPECT_EQ(done.exit_code, 7);
  EXPECT_EQ(done.out, "");
  EXPECT_FALSE(json_file("out/result.json")["target_met"].get<bool>());
  EXPECT_TRUE(fs::exists(folder / "out/quantized.h5"));
  EXPECT_EQ(json_file("out/result.json")["steps"].size(), 3U);
}

// By costs that are given, so that the answer does not hang on the machine.
TEST_F(Cli, AModelThatIsNotFasterSaysSo) {
  const auto quantize = [&](double int8_milliseconds) {
    Json costs{{"_format", "caloquant layer costs"}, {"_version", 1}, {"layers", Json::object()}};
    for (const char* layer : {"dense_1", "conv3d_1", "conv3d_2", "conv3d_3", "conv3d_4"}) {
      for (const char* precision : {"int8", "w8a16", "w8", "bf16", "fp32"}) {
        const bool int8 = std::string(precision) == "int8";
        costs["layers"][layer][precision] = {
            {"milliseconds_per_event", int8 ? int8_milliseconds : 2.0}, {"bytes", 1.0}};
      }
    }
    write("costs.json", costs);
    return run({"quantize", "run.json", "-o", "out", "--set", "/tuning_criterion/strategy=auto",
                "--set", "/tuning_criterion/layer_costs=costs.json", "--set",
                "/accuracy_criterion/tolerable_loss=1e30", "--set",
                "/accuracy_criterion/criteria=loss_only", "--set",
                R"(/quantization/recipes={"response_fit": "off", "equalization": "off"})"});
  };
  const auto slow = quantize(1.9);
  EXPECT_EQ(slow.exit_code, 8) << slow.out << slow.err;
  EXPECT_THAT(slow.out, HasSubstr("met, but not faster than FP32: keep FP32"));
  Json result = json_file("out/result.json");
  EXPECT_TRUE(result["target_met"].get<bool>());
  EXPECT_FALSE(result["faster"].get<bool>());
  EXPECT_FALSE(result["speedup"]["measured"].get<bool>());
  EXPECT_NEAR(result["speedup"]["ratio"].get<double>(), 2.0 / 1.9, 1e-12);
  EXPECT_THAT(result["criteria"]["text"].get<std::string>(),
              HasSubstr("passed, but not faster than FP32 (1.05 times its speed by the layer "
                        "costs): keep FP32"));
  const auto fast = quantize(1.0);
  EXPECT_EQ(fast.exit_code, 0) << fast.out << fast.err;
  result = json_file("out/result.json");
  EXPECT_TRUE(result["faster"].get<bool>());
  EXPECT_THAT(result["criteria"]["text"].get<std::string>(), ::testing::Not(HasSubstr("FP32")));
  // Of a strategy that does not seek speed nothing is said.
  ASSERT_EQ(run({"quantize", "run.json", "-o", "basic", "--set",
                 "/accuracy_criterion/criteria=loss_only"})
                .exit_code,
            0);
  EXPECT_TRUE(json_file("basic/result.json")["speedup"].is_null());
  EXPECT_TRUE(json_file("basic/result.json")["faster"].is_null());
}

TEST_F(Cli, InterruptedRunLeavesItsLog) {
  const auto done = run(
      {"quantize", "run.json", "-o", "out", "--set", "/accuracy_criterion/tolerable_loss=1e-300",
       "--set", "/tuning_criterion/max_trials=100"},
      (folder / "out/unfinished/steps.jsonl").string());
  EXPECT_EQ(done.exit_code, 130) << done.err;
  EXPECT_EQ(json_file("out/result.json")["stopped_by"], "interrupted");
  EXPECT_THAT(partial_files(), ::testing::IsEmpty());
}

/// quantized.onnx, quantized.h5 and what is converted from one to the other compute the same bits.
TEST_F(Cli, QuantizedOnnxIsTheQuantizedModel) {
  write("run.json", config());
  const auto quantized = run({"quantize", "run.json", "-o", "out", "--format", "h5,onnx"});
  ASSERT_EQ(quantized.exit_code, 0) << quantized.err;
  EXPECT_THAT(quantized.out, HasSubstr("{quantized.h5, quantized.onnx, "));
  const Json result = json_file("out/result.json");
  EXPECT_EQ(result["emitted"]["files"][1], "quantized.onnx");
  EXPECT_TRUE(result["emitted"]["onnx_notes"].empty());
  ASSERT_EQ(run({"convert", "out/quantized.onnx", "-o", "again.h5"}).exit_code, 0);
  ASSERT_EQ(run({"convert", "out/quantized.h5", "-o", "again.onnx"}).exit_code, 0);
  ASSERT_EQ(run({"generate", "out/quantized.h5", "--events", "3", "-o", "a.h5"}).exit_code, 0);
  const H5File showers = H5File::open(folder / "a.h5", ErrorKind::data);
  const Tensor expected = showers.read("/ECAL", DType::f32);
  for (const char* model : {"out/quantized.onnx", "again.h5", "again.onnx"}) {
    const auto made = run({"generate", model, "--events", "3", "-o", "b.h5"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const Tensor found = H5File::open(folder / "b.h5", ErrorKind::data).read("/ECAL", DType::f32);
    ASSERT_EQ(found.bytes(), expected.bytes());
    EXPECT_TRUE(std::equal(found.raw(), found.raw() + found.bytes(), expected.raw())) << model;
  }
  const auto symmetric =
      run({"convert", "out/quantized.h5", "-o", "s8.onnx", "--profile", "tensorrt"});
  EXPECT_EQ(symmetric.exit_code, 0);
  Json parent = config();
  parent["model"] = {{"file", "out/quantized.onnx"}};
  write("parent.json", parent);
  const auto refused = run({"quantize", "parent.json", "-o", "twice"});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, HasSubstr("is quantized already"));
}

TEST_F(Cli, ConfigAndCommandLineDisableTheSamePasses) {
  const auto done = run({"quantize", "run.json", "-o", "out", "--set",
                         R"(/graph/disabled_passes=["collapse_upsample"])"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const auto inspected = run({"inspect", "out/quantized.h5"});
  EXPECT_THAT(inspected.out, HasSubstr("total 255.70 MMAC"));
  // The graph of a quantized model is what it was quantized as.
  const auto late = run({"inspect", "out/quantized.h5", "--disable-pass", "collapse_upsample"});
  EXPECT_EQ(late.exit_code, 2);
  EXPECT_THAT(late.err, HasSubstr("/graph/disabled_passes"));
}

TEST_F(Cli, TenTimesTheCalibrationEventsNeedNoMoreMemory) {
  ASSERT_EQ(run({"make-showers", "--detector", "clic25", "--events", "660", "-o", "showers25_2.h5"})
                .exit_code,
            0);
  const auto peak = [&](const std::string& events) {
    const auto done = run({"quantize", "run.json", "-o", "out", "--set",
                           "/data/calibration_samples=" + events, "--quiet"});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    return static_cast<double>(done.peak_kib);
  };
  const double few = peak("64");
  EXPECT_LE(peak("640"), 1.1 * few);
}

}  // namespace
}  // namespace caloquant
