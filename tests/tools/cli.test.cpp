// The command line as a user meets it: outputs, exit codes, bad input.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "graph/io/h5file.hpp"
#include "graph/io/json.hpp"
#include "tests/support/process.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

const fs::path configs = fs::path(CALOQUANT_SOURCE_DIR) / "configs";

/// A folder with 40 showers and a config for EnergyGAN with random weights.
class Cli : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = run({"make-showers", "--detector", "clic25", "--events", "40", "--seed", "3",
                           "-o", "showers25_1.h5"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    fs::copy_file(configs / "energygan.json", folder / "energygan.json");
    write("run.json", config());
  }

  static Json config() {
    return Json::parse(R"({
      "model": {"architecture": "energygan.json", "random_weights": 5},
      "data": {"files": ["showers25_*.h5"], "layout": "fixed_angle",
               "calibration_samples": 16, "evaluation_samples": 16},
      "input": {"recipe": "energy_times_noise", "seed": 1978},
      "quantization": {"approach": "static", "activation_rule": "measured"},
      "metric": {"name": "shower_shape", "preset": "tune"},
      "accuracy_criterion": {"higher_is_better": false, "criterion": "absolute",
                             "tolerable_loss": 1e30},
      "tuning_criterion": {"strategy": "basic", "timeout": 0, "max_trials": 3}
    })");
  }

  void write(const std::string& name, const Json& json) const {
    std::ofstream(folder / name) << json.dump(1);
  }

  [[nodiscard]] testing::Finished run(std::vector<std::string> arguments,
                                      const std::string& interrupt_when_exists = {}) const {
    arguments.insert(arguments.begin(), CALOQUANT_BINARY);
    return testing::launch({arguments, folder.path().string(), {}, interrupt_when_exists});
  }

  [[nodiscard]] Json json_file(const std::string& name) const {
    std::ifstream stream(folder / name);
    return Json::parse(stream);
  }

  [[nodiscard]] std::vector<std::string> partial_files() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
      if (entry.path().extension() == ".partial") {
        found.push_back(entry.path().string());
      }
    }
    return found;
  }

  testing::TempDir folder;
};

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
  EXPECT_THAT(done.out, HasSubstr("conv automatic per_channel mse_weights"));
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
      EXPECT_EQ(calibration["candidates"].size(), 7U);
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

TEST_F(Cli, InterruptedRunLeavesItsLog) {
  const auto done = run(
      {"quantize", "run.json", "-o", "out", "--set", "/accuracy_criterion/tolerable_loss=1e-300",
       "--set", "/tuning_criterion/max_trials=100"},
      (folder / "out/steps.jsonl").string());
  EXPECT_EQ(done.exit_code, 130) << done.err;
  EXPECT_EQ(json_file("out/result.json")["stopped_by"], "interrupted");
  EXPECT_THAT(partial_files(), ::testing::IsEmpty());
}

TEST_F(Cli, RunWritesRawImages) {
  const Tensor latent(DType::f32, {3, 200});
  H5File latents = H5File::create(folder / "latents.h5");
  latents.write("/z", latent);
  latents.commit();
  const auto done = run({"run", "--architecture", "energygan.json", "--random-weights", "5",
                         "--latents", "latents.h5:z", "-o", "images.h5"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const H5File images = H5File::open(folder / "images.h5", ErrorKind::data);
  EXPECT_EQ(images.info("/ECAL").shape, (Shape{3, 25, 25, 25}));
  EXPECT_EQ(run({"run", "--architecture", "energygan.json", "--random-weights", "5", "--latents",
                 "latents.h5:nothing", "-o", "other.h5"})
                .exit_code,
            5);
  EXPECT_FALSE(fs::exists(folder / "other.h5"));
}

// From a .npy file, under the name that the network has for its output.
TEST_F(Cli, RunTakesAnyNetwork) {
  const fs::path fixtures = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/foreign";
  const std::string model = (fixtures / "classifier.onnx").string();
  const auto done =
      run({"run", model, "--inputs", (fixtures / "images.npy").string(), "-o", "scores.h5"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const H5File scores = H5File::open(folder / "scores.h5", ErrorKind::data);
  EXPECT_EQ(scores.info("/scores").shape, (Shape{160, 4}));
  const auto refused =
      run({"run", model, "--inputs", (fixtures / "labels.npy").string(), "-o", "other.h5"});
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, HasSubstr("labels.npy: has the shape [160]"));
}

TEST_F(Cli, GenerateWritesShowers) {
  const auto generate = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{
        "generate", "--architecture", "energygan.json", "--random-weights", "5", "--events",
        "10",       "--energy",       "100:200",        "--seed",           "4"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  const auto done = generate({"-o", "one.h5", "--json", "--threads", "1"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const Json json = Json::parse(done.out);
  EXPECT_EQ(json["events"].get<int>(), 10);
  EXPECT_GT(json["seconds"].get<double>(), 0.0);
  EXPECT_GT(json["showers_per_second"].get<double>(), 0.0);
  const auto quiet = generate({"-o", "two.h5", "--quiet", "--threads", "2", "--compression", "1"});
  ASSERT_EQ(quiet.exit_code, 0) << quiet.err;
  EXPECT_EQ(quiet.out + quiet.err, "");
  const auto talkative =
      generate({"-o", "three.h5", "--units", "network", "--output-scale", "50", "--output-power",
                "0.85", "--recipe", "energy_angle_noise", "--theta", "80:100"});
  ASSERT_EQ(talkative.exit_code, 0) << talkative.err;
  EXPECT_THAT(talkative.out, ::testing::AllOf(HasSubstr("events     10"), HasSubstr("showers/s"),
                                              HasSubstr("energy_angle_noise")));
  for (const char* name : {"one.h5", "two.h5", "three.h5"}) {
    const H5File file = H5File::open(folder / name, ErrorKind::data);
    EXPECT_EQ(file.info("/ECAL").shape, (Shape{10, 25, 25, 25}));
    EXPECT_EQ(file.string_attribute("/", "model"), "energygan.json");
    EXPECT_EQ(file.string_attribute("/", "seed"), "4");
    const Tensor energies = file.read("/energy", DType::f32);
    for (const float energy : energies.data<float>()) {
      EXPECT_TRUE(energy >= 100.0F && energy <= 200.0F) << energy;
    }
  }
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--theta", "80:100"},
                                                {"--units", "mev"},
                                                {"--recipe", "noise"},
                                                {"--compression", "10"},
                                                {"--output-scale", "0"},
                                                {"--energy", "200:100"},
                                                {"--json", "--quiet"}}) {
    std::vector<std::string> arguments = wrong;
    arguments.insert(arguments.end(), {"-o", "four.h5"});
    const auto refused = generate(arguments);
    EXPECT_EQ(refused.exit_code, 2) << wrong.front();
    EXPECT_THAT(refused.err, HasSubstr(wrong.front()));
  }
  EXPECT_EQ(generate({"-o", "no/such/four.h5"}).exit_code, 6);
  EXPECT_FALSE(fs::exists(folder / "four.h5"));
}

TEST_F(Cli, GenerateTakesTheUnitsOfAQuantizedModel) {
  ASSERT_EQ(run({"quantize", "run.json", "-o", "out", "--quiet"}).exit_code, 0);
  const std::vector<std::string> command{"generate", "out/quantized.h5", "--events", "3",
                                         "-o",       "showers.h5"};
  const auto done = run(command);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(H5File::open(folder / "showers.h5", ErrorKind::data)
                .string_attribute("/", "model_sha256")
                .size(),
            64U);
  std::vector<std::string> with_units = command;
  with_units.insert(with_units.end(), {"--output-power", "0.85"});
  const auto refused = run(with_units);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--output-power"));
}

TEST_F(Cli, InterruptedGenerationLeavesNothing) {
  const auto done = run({"generate", "--architecture", "energygan.json", "--random-weights", "5",
                         "--events", "20000", "-o", "long.h5"},
                        (folder / "long.h5.partial").string());
  EXPECT_EQ(done.exit_code, 130) << done.err;
  EXPECT_FALSE(fs::exists(folder / "long.h5"));
  EXPECT_THAT(partial_files(), ::testing::IsEmpty());
}

TEST_F(Cli, ComparePutsTwoModelsSideBySide) {
  ASSERT_EQ(run({"quantize", "run.json", "-o", "out", "--quiet"}).exit_code, 0);
  const std::vector<std::string> command{"compare",
                                         "energygan.json,random:5",
                                         "out/quantized.h5",
                                         "--events",
                                         "12",
                                         "--energy",
                                         "100,200",
                                         "-o",
                                         "compared.json"};
  const auto done = run(command);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out,
              ::testing::AllOf(HasSubstr("12 events each, paired by: primaries and latents"),
                               HasSubstr("sampling fraction"), HasSubstr("200 GeV"),
                               HasSubstr("correlation score")));
  const Json json = json_file("compared.json");
  EXPECT_EQ(json["events"].get<int>(), 12);
  EXPECT_EQ(json["b"]["files"][0]["sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(json["a"]["random_weights"].get<int>(), 5);
  const auto row = [&](const std::string& metric) {
    for (const Json& candidate : json["rows"]) {
      if (candidate["metric"] == metric) {
        return candidate;
      }
    }
    return Json();
  };
  EXPECT_EQ(row("sampling fraction")["bins"], Json::parse(R"(["100 GeV", "200 GeV"])"));
  EXPECT_TRUE(row("sampling fraction")["paired"].get<bool>());
  EXPECT_NE(row("sampling fraction")["difference"][0].get<double>(), 0.0);
  EXPECT_EQ(row("x profile")["a"].size(), 25U);
  const auto quiet = run({"compare", "showers25_1.h5", "showers25_*.h5", "--quiet"});
  EXPECT_EQ(quiet.exit_code, 0) << quiet.err;
  EXPECT_EQ(quiet.out + quiet.err, "");
  const auto printed = run({"compare", "showers25_1.h5", "energygan.json,random:5", "--json"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_EQ(Json::parse(printed.out)["pairing"], "primaries");
}

TEST_F(Cli, CompareShowsShowersToADiscriminator) {
  H5File file = H5File::create(folder / "small.h5");
  std::vector<float> images(12 * 9 * 9 * 8);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i] = static_cast<float>(i % 7) * 0.01F;
  }
  const std::vector<float> energies(12, 100.0F);
  const std::vector<float> angles(12, 1.5F);
  file.write("/ECAL", Tensor::of<float>({12, 9, 9, 8}, std::span<const float>(images)));
  file.write("/energy", Tensor::of<float>({12}, std::span<const float>(energies)));
  file.write("/theta", Tensor::of<float>({12}, std::span<const float>(angles)));
  file.commit();
  const fs::path keras = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/keras";
  const auto judged = run({"compare", "small.h5", "small.h5", "--discriminator",
                           (keras / "discriminator3d.h5").string(), "--discriminator-scale", "50"});
  ASSERT_EQ(judged.exit_code, 0) << judged.err;
  EXPECT_THAT(judged.out, ::testing::AllOf(HasSubstr("generation"), HasSubstr("auxiliary"),
                                           HasSubstr("KS distance of generation")));
  const auto refused = run({"compare", "showers25_1.h5", "showers25_1.h5", "--discriminator",
                            (keras / "discriminator3d.h5").string()});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, HasSubstr("does not take one image"));
}

TEST_F(Cli, CompareNamesWhatIsWrong) {
  const std::string model = "energygan.json,random:5";
  EXPECT_EQ(run({"compare", "showers25_1.h5"}).exit_code, 2);
  EXPECT_EQ(run({"compare", model, "energygan.json,random:x"}).exit_code, 2);
  EXPECT_EQ(run({"compare", model, "absent.h5"}).exit_code, 5);
  EXPECT_EQ(run({"compare", "energygan.json,absent.h5", model}).exit_code, 4);
  EXPECT_EQ(run({"compare", model, model, "--events", "2", "-o", "no/such/x.json"}).exit_code, 6);
  const auto many = run({"compare", "showers25_1.h5", model, "--events", "41"});
  EXPECT_EQ(many.exit_code, 5);
  EXPECT_THAT(many.err, HasSubstr("has only 40 events"));
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--energy", "100,x"},
                                                {"--energy", "100,200:300"},
                                                {"--energy", "200:100"},
                                                {"--theta", "60:120"},
                                                {"--events", "0"},
                                                {"--batch", "0"},
                                                {"--recipe", "noise"},
                                                {"--output-scale", "0"},
                                                {"--cell-threshold", "-1"},
                                                {"--json", "--quiet"}}) {
    std::vector<std::string> arguments{"compare", model, model};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const auto refused = run(arguments);
    EXPECT_EQ(refused.exit_code, 2) << wrong.front();
    EXPECT_THAT(refused.err, HasSubstr(wrong.front()));
  }
  const auto energy = run({"compare", model, "showers25_1.h5", "--energy", "100:200"});
  EXPECT_EQ(energy.exit_code, 2);
  EXPECT_THAT(energy.err, HasSubstr("those of the shower files"));
}

TEST_F(Cli, InspectCountsTheNetwork) {
  const std::vector<std::string> command{"inspect", "--architecture", "energygan.json",
                                         "--random-weights", "1"};
  const auto done = run(command);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  // Dense 0.63 and conv3d_1 57.80; conv3d_2 48 x 7x7x5 x 64 x 4x3x5 = 45.16; conv3d_3
  // 72 x 13x13x9 x 6 x 3x2x4 = 15.77; conv3d_4 0.75.
  EXPECT_THAT(done.out, HasSubstr("total 120.11 MMAC"));
  std::vector<std::string> as_written = command;
  as_written.insert(as_written.end(), {"--disable-pass", "collapse_upsample"});
  EXPECT_THAT(run(as_written).out, HasSubstr("total 255.70 MMAC"));  // 3dgan.md: 255.7
}

TEST_F(Cli, OnnxModelsAreModels) {
  const fs::path fixtures = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/onnx/networks";
  const fs::path generator = fixtures / "generator3d/model.onnx";
  const auto inspected = run({"inspect", generator.string()});
  ASSERT_EQ(inspected.exit_code, 0) << inspected.err;
  EXPECT_THAT(inspected.out, HasSubstr("conv3d_1"));
  // Told by its content: the name says nothing.
  fs::copy_file(generator, folder / "model");
  EXPECT_EQ(run({"inspect", "model"}).exit_code, 0);
  fs::resize_file(folder / "model", 1000);
  const auto damaged = run({"inspect", "model"});
  EXPECT_EQ(damaged.exit_code, 4);
  EXPECT_THAT(damaged.err,
              ::testing::AllOf(HasSubstr("caloquant: model: byte "), HasSubstr("bytes, ")));
}

/// A generator from Keras to ONNX and through everything that takes a model.
TEST_F(Cli, ConvertedModelIsTheSame) {
  const std::vector<std::string> keras{"--architecture", "energygan.json", "--random-weights", "5"};
  const auto with_keras = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), keras.begin(), keras.end());
    return run(arguments);
  };
  const auto converted = with_keras({"convert", "-o", "model.onnx"});
  ASSERT_EQ(converted.exit_code, 0) << converted.err;
  EXPECT_THAT(converted.out, HasSubstr("layers written to model.onnx"));
  EXPECT_EQ(with_keras({"convert", "-o", "no/such/model.onnx"}).exit_code, 6);
  EXPECT_TRUE(partial_files().empty());

  Tensor latent(DType::f32, {3, 200});
  for (std::size_t i = 0; i < 600; ++i) {
    latent.data<float>()[i] = static_cast<float>(i % 17) / 8.0F - 1.0F;
  }
  H5File latents = H5File::create(folder / "latents.h5");
  latents.write("/z", latent);
  latents.commit();
  ASSERT_EQ(with_keras({"run", "--latents", "latents.h5", "-o", "a.h5"}).exit_code, 0);
  ASSERT_EQ(run({"run", "model.onnx", "--latents", "latents.h5", "-o", "b.h5"}).exit_code, 0);
  const Tensor a = H5File::open(folder / "a.h5", ErrorKind::data).read("/ECAL", DType::f32);
  const Tensor b = H5File::open(folder / "b.h5", ErrorKind::data).read("/ECAL", DType::f32);
  ASSERT_EQ(a.shape(), b.shape());
  const auto cells = a.data<float>();
  const float largest = *std::max_element(cells.begin(), cells.end());
  EXPECT_GT(largest, 0.0F);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    ASSERT_NEAR(b.data<float>()[i], cells[i], 1e-5F * largest) << i;  // f32 through five layers
  }

  Json json = config();
  json["model"] = {{"file", "model.onnx"}};
  write("onnx.json", json);
  const auto quantized = run({"quantize", "onnx.json", "-o", "out"});
  ASSERT_EQ(quantized.exit_code, 0) << quantized.err;
  EXPECT_EQ(json_file("out/result.json")["quantized_layers"].get<int>(), 5);
  const auto measured = run({"benchmark", "model.onnx", "--precision", "fp32,int8", "--batch", "1",
                             "--repetitions", "1", "--seconds", "0", "--json"});
  ASSERT_EQ(measured.exit_code, 0) << measured.err;
  EXPECT_EQ(Json::parse(measured.out).size(), 2U);

  EXPECT_EQ(run({"convert", "model.onnx", "-o", "model.pb"}).exit_code, 2);
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

TEST_F(Cli, TestOnnxRunsFolders) {
  const fs::path fixtures = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/onnx";
  const auto good = run({"test-onnx", (fixtures / "ops").string()});
  EXPECT_EQ(good.exit_code, 0) << good.out;
  EXPECT_THAT(good.out, HasSubstr("qlinear_conv_3d: 1 data set"));
  EXPECT_THAT(good.err, HasSubstr("26 of 26 passed"));
  fs::copy(fixtures / "ops/conv_integer", folder / "bad", fs::copy_options::recursive);
  fs::copy_file(folder / "bad/test_data_set_0/input_0.pb",
                folder / "bad/test_data_set_0/output_0.pb", fs::copy_options::overwrite_existing);
  const auto bad = run({"test-onnx", (fixtures / "ops/conv_integer").string(), "bad"});
  EXPECT_EQ(bad.exit_code, 4);
  EXPECT_THAT(bad.out, ::testing::AllOf(HasSubstr("pass  "), HasSubstr("FAIL  bad: "),
                                        HasSubstr("expected is u8[2, 3, 5, 5]")));
  EXPECT_EQ(run({"test-onnx", "no_such_folder"}).exit_code, 5);
  EXPECT_EQ(run({"test-onnx"}).exit_code, 2);
}

TEST_F(Cli, BenchmarkPrintsARowPerCandidate) {
  const auto done =
      run({"benchmark", "--architecture", "energygan.json", "--random-weights", "1", "--precision",
           "plain,fp32,int8", "--batch", "1,2", "--repetitions", "1", "--seconds", "0", "--json"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const Json rows = Json::parse(done.out);
  ASSERT_EQ(rows.size(), 6U);
  for (const Json& row : rows) {
    EXPECT_GT(row["showers_per_second"].get<double>(), 0.0);
    if (row["precision"] != "plain") {
      EXPECT_GT(row["share_of_peak"].get<double>(), 0.0);
      EXPECT_GE(row["layers"].size(), 5U);
    }
  }
  const auto wrong = run({"benchmark", "--architecture", "energygan.json", "--random-weights", "1",
                          "--precision", "model"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("'model' does not go with an fp32 model"));
}

TEST_F(Cli, PassesCanBeSwitchedOffOneByOne) {
  const std::vector<std::string> command{
      "inspect", "--architecture", "energygan.json", "--random-weights", "1", "--json"};
  const auto ops_without = [&](const std::vector<std::string>& passes) {
    std::vector<std::string> arguments = command;
    for (const std::string& pass : passes) {
      arguments.insert(arguments.end(), {"--disable-pass", pass});
    }
    std::set<std::string> ops;
    const Json network = Json::parse(run(arguments).out);
    for (const Json& layer : network["layers"]) {
      ops.insert(layer["op"].get<std::string>());
    }
    return ops;
  };
  EXPECT_EQ(ops_without({}).count("upsample_nearest"), 0U);
  EXPECT_EQ(ops_without({}).count("pad"), 0U);
  EXPECT_EQ(ops_without({"collapse_upsample", "fold_pad_into_conv"}).count("pad"), 1U);
  EXPECT_EQ(ops_without({"collapse_upsample"}).count("upsample_nearest"), 1U);
  const auto unknown = [&](const std::string& name) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--disable-pass", name});
    return run(arguments);
  };
  for (const char* name : {"collapse", "lower_batch_norm"}) {
    EXPECT_EQ(unknown(name).exit_code, 2);
    EXPECT_THAT(unknown(name).err, ::testing::AllOf(HasSubstr(std::string("'") + name + "'"),
                                                    HasSubstr("collapse_upsample")));
  }
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

TEST_F(Cli, SchemaIsTheCommittedOne) {
  std::ifstream stream(configs / "run_config.schema.json");
  const std::string committed(std::istreambuf_iterator<char>(stream), {});
  EXPECT_EQ(run({"schema"}).out, committed);
}

TEST_F(Cli, SchemaAsMarkdownIsTheReference) {
  std::ifstream stream(configs / "REFERENCE.md");
  const std::string committed(std::istreambuf_iterator<char>(stream), {});
  EXPECT_TRUE(run({"schema", "--markdown"}).out == committed);
}

TEST_F(Cli, OperatorsAreTheDocumentedOnes) {
  std::ifstream stream(fs::path(CALOQUANT_SOURCE_DIR) / "graph/README.md");
  const std::string documented(std::istreambuf_iterator<char>(stream), {});
  const auto printed = run({"operators"});
  ASSERT_EQ(printed.exit_code, 0);
  EXPECT_THAT(documented, HasSubstr(printed.out));
}

TEST_F(Cli, UsageErrorsAreTwo) {
  EXPECT_EQ(run({}).exit_code, 2);
  EXPECT_EQ(run({"frobnicate"}).exit_code, 2);
  EXPECT_EQ(run({"quantize"}).exit_code, 2);
  EXPECT_EQ(run({"inspect"}).exit_code, 2);
  EXPECT_EQ(run({"inspect", "x.h5", "--architecture", "energygan.json"}).exit_code, 2);
  EXPECT_EQ(run({"make-showers", "--detector", "cms", "--events", "1", "-o", "x.h5"}).exit_code, 2);
  EXPECT_EQ(run({"make-showers", "--detector", "clic25", "--events", "1", "--energy", "5:x", "-o",
                 "x.h5"})
                .exit_code,
            2);
  EXPECT_EQ(run({"quantize", "run.json", "--set", "nonsense"}).exit_code, 2);
  EXPECT_EQ(run({"--version"}).exit_code, 0);
  EXPECT_EQ(run({"--help"}).exit_code, 0);
  EXPECT_EQ(run({"quantize", "--help"}).exit_code, 0);
}

TEST_F(Cli, ConfigErrorsAreThreeAndNameThePointer) {
  const auto unknown = run({"quantize", "run.json", "--set", "/quantization/aproach=static"});
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("/quantization"));
  EXPECT_THAT(unknown.err, HasSubstr("approach"));
  const auto relative =
      run({"quantize", "run.json", "--set", "/accuracy_criterion/criterion=relative", "--set",
           "/accuracy_criterion/tolerable_loss=0.01"});
  EXPECT_EQ(relative.exit_code, 3);
  EXPECT_THAT(relative.err, HasSubstr("absolute"));
  const auto rule = run({"quantize", "run.json", "--set",
                         R"(/quantization/op_name_dict={"conv3d_9": {"precision": "fp32"}})"});
  EXPECT_EQ(rule.exit_code, 3);
  EXPECT_THAT(rule.err, HasSubstr("conv3d_9"));
  EXPECT_EQ(run({"quantize", "absent.json"}).exit_code, 3);
}

TEST_F(Cli, ModelErrorsAreFour) {
  write("bad.json", Json{{"class_name", "Nothing"}});
  EXPECT_EQ(run({"inspect", "--architecture", "bad.json", "--random-weights", "1"}).exit_code, 4);
  EXPECT_EQ(run({"inspect", "absent.h5"}).exit_code, 4);
  ASSERT_EQ(run({"quantize", "run.json", "-o", "out"}).exit_code, 0);
  // One flipped byte in the middle of the weights.
  const fs::path model = folder / "out/quantized.h5";
  const auto size = fs::file_size(model);
  {
    std::fstream stream(model, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(size / 2));
    const char byte = static_cast<char>(stream.peek() ^ 0x40);
    stream.seekp(static_cast<std::streamoff>(size / 2));
    stream.put(byte);
  }
  EXPECT_EQ(run({"inspect", "out/quantized.h5"}).exit_code, 4);
  fs::resize_file(model, size / 2);
  EXPECT_EQ(run({"inspect", "out/quantized.h5"}).exit_code, 4);
}

TEST_F(Cli, DataErrorsAreFive) {
  const auto few = run({"quantize", "run.json", "--set", "/data/evaluation_samples=1000"});
  EXPECT_EQ(few.exit_code, 5);
  EXPECT_THAT(few.err, HasSubstr("40"));
  const auto none = run({"quantize", "run.json", "--set", R"(/data/files=["nothing_*.h5"])"});
  EXPECT_EQ(none.exit_code, 5);
  EXPECT_THAT(none.err, HasSubstr("nothing_*.h5"));
  fs::resize_file(folder / "showers25_1.h5", fs::file_size(folder / "showers25_1.h5") / 2);
  EXPECT_EQ(run({"quantize", "run.json"}).exit_code, 5);
}

TEST_F(Cli, OutputThatCannotBeWrittenIsSix) {
  EXPECT_EQ(run({"quantize", "run.json", "-o", "run.json/out"}).exit_code, 6);
  EXPECT_EQ(run({"make-showers", "--detector", "clic25", "--events", "1", "-o", "no/such/x.h5"})
                .exit_code,
            6);
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
