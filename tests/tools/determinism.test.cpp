// What a run writes follows from model, data and config alone: not from folders, threads, batches,
// kernels or instruction sets.

#include <algorithm>
#include <cmath>

#include "graph/io/files/h5file.hpp"
#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using testing::Cli;
using testing::Finished;

using Environment = std::map<std::string, std::string>;

/// A small generator with showers of its own, and a classifier.
class Determinism : public Cli {
 protected:
  void SetUp() override {
    fs::copy_file(fixtures() / "small" / "generator.json", folder / "small.json");
    for (const char* name : {"classifier.onnx", "images.npy"}) {
      fs::copy_file(fixtures() / "foreign" / name, folder / name);
    }
    const auto made = run({"generate", "--architecture", "small.json", "--random-weights", "2",
                           "--events", "160", "-o", "showers_1.h5"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    write("run.json", showers());
    write("tensor.json", classifier());
  }

  [[nodiscard]] static Json showers() {
    return Json::parse(R"({
      "model": {"architecture": "small.json", "random_weights": 5},
      "data": {"files": ["showers_*.h5"], "layout": "fixed_angle",
               "calibration_samples": 64, "evaluation_samples": 64},
      "input": {"encoding": "energy_times_noise", "seed": 1978},
      "metric": {"name": "shower_shape", "preset": "tune"},
      "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1e-9,
                             "criteria": "loss_only"},
      "tuning_criterion": {"strategy": "basic", "max_trials": 4},
      "report": {"html": false, "physics_events": 0},
      "emit": {"formats": ["h5", "onnx"]}
    })");
  }
  [[nodiscard]] static Json classifier() {
    return Json::parse(R"({
      "model": {"file": "classifier.onnx"},
      "data": {"files": "images.npy", "calibration_samples": 16, "evaluation_samples": 32},
      "input": {"encoding": "tensor"},
      "metric": {"name": "mse"},
      "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1e9},
      "emit": {"formats": ["h5", "onnx"]}
    })");
  }

  /// A run that may miss its target.
  void quantize(std::vector<std::string> arguments, const Environment& environment = {}) const {
    arguments.insert(arguments.begin(), "quantize");
    arguments.emplace_back("--quiet");
    const Finished done = run_with(arguments, environment);
    ASSERT_TRUE(done.exit_code == 0 || done.exit_code == 7) << done.exit_code << done.err;
  }
  void expect_equal_models(const std::string& one, const std::string& other) const {
    for (const char* name : {"/quantized.h5", "/quantized.onnx"}) {
      const std::string bytes = text_file(one + name);
      EXPECT_FALSE(bytes.empty()) << one << name;
      EXPECT_TRUE(bytes == text_file(other + name)) << other << name;
    }
  }
};

TEST_F(Determinism, FoldersLeaveNoTrace) {
  fs::create_directories(folder / "there/deeper");
  for (const char* name :
       {"small.json", "showers_1.h5", "run.json", "classifier.onnx", "images.npy", "tensor.json"}) {
    fs::copy_file(folder / name, folder / "there/deeper" / name);
  }
  for (const char* config : {"run.json", "tensor.json"}) {
    quantize({config, "-o", "one"});
    quantize({(folder / "there/deeper" / config).string(), "-o", "two"});
    expect_equal_models("one", "two");
    EXPECT_EQ(json_file("one/result.json")["emitted"]["sha256"],
              json_file("two/result.json")["emitted"]["sha256"]);
    EXPECT_EQ(text_file("one/quantized.h5").find(folder.path().string()), std::string::npos);
    EXPECT_EQ(text_file("one/quantized.onnx").find(folder.path().string()), std::string::npos);
  }
  Json absolute = json_file("tensor.json");
  absolute["model"]["file"] = (folder / "classifier.onnx").string();
  absolute["data"]["files"] = (folder / "images.npy").string();
  write("there/absolute.json", absolute);
  quantize({"there/absolute.json", "-o", "three"});
  expect_equal_models("one", "three");
}

TEST_F(Determinism, WhatChangesNoModelChangesNoByte) {
  quantize({"run.json", "-o", "one"});
  const double loss = json_file("one/result.json")["loss"].get<double>();
  const std::vector<std::vector<std::string>> others{
      {"--threads", "1"},
      {"--threads", "4"},
      {"--set", "/execution/batch=1"},
      {"--set", "/execution/batch=7"},
      {"--set", "/execution/batch=4096"},
      {"--set", "/report/html=true", "--set", "/report/physics_events=8"}};
  for (std::vector<std::string> other : others) {
    const std::string what = other.back();
    other.insert(other.begin(), {"run.json", "-o", "two"});
    quantize(other);
    expect_equal_models("one", "two");
    EXPECT_EQ(json_file("two/result.json")["loss"].get<double>(), loss) << what;
  }
}

TEST_F(Determinism, EveryRecipe) {
  for (const char* recipe : {"weight_reconstruction", "bias_correction",
                             "sequential_bias_correction", "equalization", "response_fit"}) {
    const std::string set = std::string("/quantization/recipes/") + recipe + "=on";
    quantize({"run.json", "-o", "one", "--set", set, "--threads", "1"});
    for (const char* batch : {"3", "4096"}) {
      quantize({"run.json", "-o", "two", "--set", set, "--threads", "4", "--set",
                std::string("/execution/batch=") + batch});
      expect_equal_models("one", "two");
      EXPECT_EQ(json_file("two/result.json")["loss"], json_file("one/result.json")["loss"])
          << recipe << ", batch " << batch;
    }
  }
}

// Kernels sum floats in orders of their own. Nothing that is written of a model is computed by one
// that was chosen for its speed; losses are, up to their last bits, and result.json has the table.
TEST_F(Determinism, EveryTableOfKernels) {
  const std::string table = (folder / "kernels.json").string();
  const Environment with_table{{"CALOQUANT_KERNEL_CACHE", table}};
  quantize({"run.json", "-o", "one"}, with_table);
  const double loss = json_file("one/result.json")["loss"].get<double>();
  const Json measured = json_file("kernels.json");
  ASSERT_FALSE(measured["layers"].empty());
  std::size_t forced = 0;
  for (const char* kind : {"library", "direct_rows", "direct_planes", "direct_channels"}) {
    Json other = measured;
    for (auto& [signature, layer] : other["layers"].items()) {
      layer["provisional"] = false;  // else it would be measured again
      if (layer["milliseconds"].contains(kind)) {
        layer["chosen"] = kind;
        ++forced;
      }
    }
    write("kernels.json", other);
    quantize({"run.json", "-o", "two"}, with_table);
    expect_equal_models("one", "two");
    const Json result = json_file("two/result.json");
    EXPECT_NEAR(result["loss"].get<double>(), loss, 1e-5 * loss) << kind;
    for (const auto& [signature, layer] : other["layers"].items()) {
      EXPECT_EQ(result["kernels"][signature]["chosen"], layer["chosen"]) << signature;
    }
  }
  EXPECT_GE(forced, 2U);
}

// The loss is the mean square of quantized - fp32, both computed by this machine. By the triangle
// inequality its root moves by no more than the roots of the mean squares by which the outputs of
// the two networks move from one instruction set to the other.
TEST_F(Determinism, EveryInstructionSet) {
  quantize({"tensor.json", "-o", "one"});
  const auto outputs = [&](const std::string& model, const Environment& environment) {
    const Finished done =
        run_with({"run", model, "--inputs", "images.npy", "-o", "out.h5", "--quiet"}, environment);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    const Tensor all = H5File::open(folder / "out.h5", ErrorKind::data).read("/scores", DType::f32);
    const auto data = all.data<float>();
    return std::vector<float>(data.begin(), data.end());
  };
  const auto loss_under = [&](const Environment& environment) {
    const Finished done = run_with(
        {"evaluate", "one/quantized.h5", "--config", "tensor.json", "--json"}, environment);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    return Json::parse(done.out)["loss"].get<double>();
  };
  const auto apart = [](const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      sum += std::pow(double{a[i]} - double{b[i]}, 2.0);
    }
    return std::sqrt(sum / static_cast<double>(a.size()));
  };
  const std::vector<float> quantized = outputs("one/quantized.h5", {});
  const std::vector<float> fp32 = outputs("classifier.onnx", {});
  const double loss = loss_under({});
  // The evaluation has 32 of all rows: a mean square over them is at most so many times larger.
  const double part = static_cast<double>(fp32.size()) / (32.0 * 10.0);
  const std::vector<Environment> others{
      {{"CALOQUANT_MAX_ISA", "portable"}}, {{"CALOQUANT_MAX_ISA", "avx2"}},
      {{"CALOQUANT_MAX_ISA", "avx512"}},   {{"DNNL_MAX_CPU_ISA", "SSE41"}},
      {{"DNNL_MAX_CPU_ISA", "AVX2"}},      {{"DNNL_MAX_CPU_ISA", "AVX512_CORE"}}};
  for (const Environment& other : others) {
    const std::string where = other.begin()->first + "=" + other.begin()->second;
    EXPECT_TRUE(outputs("one/quantized.h5", other) == quantized) << where;
    const double moved = apart(outputs("classifier.onnx", other), fp32) * std::sqrt(part);
    EXPECT_LE(moved, 1e-5) << where;
    EXPECT_LE(std::abs(std::sqrt(loss_under(other)) - std::sqrt(loss)), moved + 1e-12) << where;
  }
}

}  // namespace
}  // namespace caloquant
