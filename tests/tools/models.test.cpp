// The command line as a user meets it: run, inspect and convert.

#include <algorithm>
#include <set>

#include "graph/io/files/h5file.hpp"
#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

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

/// What the constants of every precision take, and columns that never touch.
TEST_F(Cli, InspectShowsSizesByPrecision) {
  ASSERT_EQ(run({"quantize", "run.json", "-o", "out", "--quiet"}).exit_code, 0);
  const Json network = Json::parse(run({"inspect", "out/quantized.h5", "--json"}).out);
  std::map<std::string, std::size_t> bytes;
  for (const Json& layer : network["layers"]) {
    bytes[layer["precision"].get<std::string>()] += layer["bytes"].get<std::size_t>();
  }
  for (const auto& [precision, total] : network["precisions"].items()) {
    EXPECT_EQ(total["bytes"].get<std::size_t>(), bytes[precision]) << precision;
  }
  const Json& int8 = network["precisions"]["int8"];
  EXPECT_EQ(int8["layers"].get<int>(), 5);
  // A byte per weight, four per bias and scale.
  EXPECT_GT(int8["bytes"].get<int>(), int8["parameters"].get<int>());
  EXPECT_LT(int8["bytes"].get<int>(), 2 * int8["parameters"].get<int>());
  const auto printed = run({"inspect", "out/quantized.h5"});
  EXPECT_THAT(printed.out, HasSubstr("\nprecision  layers"));
  EXPECT_THAT(printed.out, HasSubstr("\nint8            5"));
  const auto plain = run({"inspect", "--architecture", "energygan.json", "--random-weights", "1"});
  for (const Json& layer : network["layers"]) {
    EXPECT_THAT(plain.out, HasSubstr("\n" + layer["name"].get<std::string>() + "  "));
  }
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

}  // namespace
}  // namespace caloquant
