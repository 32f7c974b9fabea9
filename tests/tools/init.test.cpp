// caloquant init: configs that the other commands take.

#include <fstream>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// The config without its comments.
Json parsed(const std::string& text) {
  return Json::parse(text, nullptr, true, true);
}

TEST_F(Cli, InitKnowsShowersOfFixedAngle) {
  const auto made = run({"init", "--architecture", "energygan.json", "--random-weights", "5",
                         "--data", "showers25_*.h5", "-o", "start.json"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, AllOf(HasSubstr("40 showers in layout fixed_angle"),
                              HasSubstr("caloquant quantize start.json --dry-run")));
  const std::string text = text_file("start.json");
  EXPECT_THAT(text, HasSubstr("// "));
  const Json config = parsed(text);
  EXPECT_EQ(config["input"]["encoding"], "energy_times_noise");
  EXPECT_EQ(config["data"]["layout"], "fixed_angle");
  EXPECT_EQ(config["data"]["files"][0], "showers25_*.h5");
  EXPECT_EQ(config["metric"]["name"], "shower_shape");
  EXPECT_LE(config["data"]["calibration_samples"].get<int>() +
                config["data"]["evaluation_samples"].get<int>(),
            40);
  const auto dry =
      run({"quantize", "start.json", "--dry-run", "--set", "/tuning_criterion/strategy=basic"});
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
}

TEST_F(Cli, InitSaysWhatBecomesOfMissingEnergies) {
  CALOQUANT_NEEDS_SHARED();
  const std::string geant4 =
      (testing::shared_folder() / "data" / "geant4_51x51x25_10events.h5").string();
  std::vector<std::string> command{"init",
                                   "--architecture",
                                   (configs() / "anglegan.json").string(),
                                   "--weights",
                                   (configs() / "anglegan_demo.hdf5").string(),
                                   "--data",
                                   geant4,
                                   "-o",
                                   "start.json"};
  const auto refused = run(command);
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, HasSubstr("--missing-energies from_sum"));
  command.insert(command.end(), {"--missing-energies", "from_sum", "--sampling-fraction", "0.022"});
  const auto made = run(command);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, AllOf(HasSubstr("10 showers in layout variable_angle"),
                              HasSubstr("primary energies are estimated")));
  const Json config = parsed(text_file("start.json"));
  EXPECT_EQ(config["data"]["missing_energies"], "from_sum");
  EXPECT_EQ(config["data"]["sampling_fraction"], Json::array({0.022}));
}

TEST_F(Cli, InitKnowsShowersOfVariableAngle) {
  ASSERT_EQ(run({"make-showers", "--detector", "clic51", "--events", "12", "-o", "showers51_1.h5"})
                .exit_code,
            0);
  fs::create_directory(folder / "runs");
  const auto made = run({"init", "--architecture", (configs() / "anglegan.json").string(),
                         "--weights", (configs() / "anglegan_demo.hdf5").string(), "--data",
                         "showers51_1.h5", "-o", "runs/start.json"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const Json config = parsed(text_file("runs/start.json"));
  EXPECT_EQ(config["input"]["encoding"], "energy_angle_noise");
  EXPECT_EQ(config["data"]["layout"], "variable_angle");
  EXPECT_EQ(config["data"]["files"][0], "../showers51_1.h5");  // from the config's folder
  EXPECT_EQ(config["model"]["output"]["scale"].get<double>(), 50.0);
  const auto dry = run({"quantize", "runs/start.json", "--dry-run", "--json", "--set",
                        "/tuning_criterion/strategy=basic", "--set", "/execution/batch=2"});
  ASSERT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_EQ(Json::parse(dry.out)["total_layers"].get<int>(), 8);
}

TEST_F(Cli, InitKnowsAClassifierAndItsLabels) {
  const fs::path foreign = fixtures() / "foreign";
  const auto made =
      run({"init", (foreign / "classifier.onnx").string(), "--data",
           (foreign / "images.npy").string(), (foreign / "labels.npy").string(), "-o", "c.json"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const Json config = parsed(text_file("c.json"));
  EXPECT_EQ(config["input"]["encoding"], "tensor");
  EXPECT_EQ(config["metric"]["name"], "classification_top1");
  EXPECT_EQ(config["data"]["files"].size(), 1U);
  EXPECT_THAT(config["data"]["targets"].get<std::string>(), HasSubstr("labels.npy"));
  const auto dry = run({"quantize", "c.json", "--dry-run"});
  ASSERT_EQ(dry.exit_code, 0) << dry.err;
  const auto done = run({"quantize", "c.json", "-o", "out", "--json"});
  // So small a network may be no faster in integers, which is told apart from a missed target.
  EXPECT_THAT(done.exit_code, ::testing::AnyOf(0, 8)) << done.err;
  EXPECT_TRUE(Json::parse(done.out)["target_met"].get<bool>());
}

TEST_F(Cli, InitNamesTheArraysOfAnHdf5File) {
  const fs::path foreign = fixtures() / "foreign";
  const auto keras = run({"init", (foreign / "keras_classifier.h5").string(), "--data",
                          (foreign / "keras_images.h5").string(), "-o", "k.json"});
  ASSERT_EQ(keras.exit_code, 0) << keras.err;
  EXPECT_THAT(parsed(text_file("k.json"))["data"]["inputs"].get<std::string>(),
              HasSubstr("images"));
  EXPECT_EQ(run({"quantize", "k.json", "--dry-run"}).exit_code, 0);
  const auto volumes = run({"init", (foreign / "segmentation.onnx").string(), "--data",
                            (foreign / "segmentation.h5").string(), "-o", "s.json"});
  ASSERT_EQ(volumes.exit_code, 0) << volumes.err;
  EXPECT_EQ(parsed(text_file("s.json"))["metric"]["name"], "sqnr");
  EXPECT_EQ(run({"quantize", "s.json", "--dry-run"}).exit_code, 0);
}

TEST_F(Cli, InitWithoutDataSaysWhatIsMissing) {
  const auto made = run(
      {"init", "--architecture", "energygan.json", "--random-weights", "5", "-o", "start.json"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("name your data in it"));
  EXPECT_THAT(text_file("start.json"), AllOf(HasSubstr("REPLACE"), HasSubstr("make-showers")));
  // The placeholder is the pattern of the showers that the comment would make: here they are.
  EXPECT_EQ(
      run({"quantize", "start.json", "--dry-run", "--set", "/data/calibration_samples=8", "--set",
           "/data/evaluation_samples=16", "--set", "/tuning_criterion/strategy=basic"})
          .exit_code,
      0);
}

TEST_F(Cli, InitOverwritesOnlyWhenForced) {
  const std::vector<std::string> command{
      "init", "--architecture", "energygan.json", "--random-weights", "5", "-o", "run.json"};
  const std::string before = text_file("run.json");
  const auto refused = run(command);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("run.json: exists already"), HasSubstr("--force")));
  EXPECT_EQ(text_file("run.json"), before);
  std::vector<std::string> forced = command;
  forced.emplace_back("--force");
  EXPECT_EQ(run(forced).exit_code, 0);
  EXPECT_NE(text_file("run.json"), before);
}

TEST_F(Cli, InitRefusesWhatDoesNotFit) {
  const fs::path foreign = fixtures() / "foreign";
  const std::vector<std::string> generator{
      "init", "--architecture", "energygan.json", "--random-weights", "5",
      "-o",   "start.json",     "--data"};
  const auto with = [&](const std::string& data) {
    std::vector<std::string> arguments = generator;
    arguments.push_back(data);
    return run(arguments);
  };
  std::ofstream(folder / "text.h5") << "no HDF5 file";
  std::ofstream(folder / "text.npy") << "no array";
  EXPECT_EQ(with("text.h5").exit_code, 5);
  EXPECT_EQ(with("text.npy").exit_code, 5);
  EXPECT_EQ(with("absent_*.h5").exit_code, 5);
  const auto images = with((foreign / "images.npy").string());
  EXPECT_EQ(images.exit_code, 5);
  EXPECT_THAT(images.err, AllOf(HasSubstr("images.npy: holds no array that fits"),
                                HasSubstr("wanted are rows of ")));
  ASSERT_EQ(
      run({"make-showers", "--detector", "clic51", "--events", "4", "-o", "other.h5"}).exit_code,
      0);
  const auto other = with("other.h5");
  EXPECT_EQ(other.exit_code, 5);
  EXPECT_THAT(other.err, HasSubstr("[51, 51, 25]"));
  EXPECT_EQ(run({"init", "absent.onnx"}).exit_code, 2);  // run.json is there
  EXPECT_EQ(run({"init", "absent.onnx", "-o", "start.json"}).exit_code, 4);
  EXPECT_EQ(run({"init", "-o", "start.json"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(folder / "start.json"));
}

/// Comments are for configs; all the rest stays strict.
TEST_F(Cli, ConfigsMayHoldComments) {
  std::ofstream(folder / "commented.json") << "// a run\n" << config().dump() << "/* end */\n";
  EXPECT_EQ(run({"quantize", "commented.json", "--dry-run"}).exit_code, 0);
  std::ofstream(folder / "trailing.json") << R"({"model": {"file": "x",}})";
  EXPECT_EQ(run({"quantize", "trailing.json"}).exit_code, 3);
  std::ofstream(folder / "twice.json") << R"({"model": {}, /* again */ "model": {}})";
  EXPECT_THAT(run({"quantize", "twice.json"}).err, HasSubstr("twice in one object"));
  std::ofstream(folder / "architecture.json") << "// no\n" << text_file("energygan.json");
  EXPECT_EQ(
      run({"inspect", "--architecture", "architecture.json", "--random-weights", "1"}).exit_code,
      4);
}

}  // namespace
}  // namespace caloquant
