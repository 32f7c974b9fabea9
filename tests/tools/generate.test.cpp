// The command line as a user meets it: generate.

#include "graph/io/files/h5file.hpp"
#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

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
  EXPECT_TRUE(json.at("warnings").empty());
  EXPECT_EQ(done.err, "");
  EXPECT_GT(json["showers_per_second"].get<double>(), 0.0);
  const auto quiet = generate({"-o", "two.h5", "--quiet", "--threads", "2", "--compression", "1"});
  ASSERT_EQ(quiet.exit_code, 0) << quiet.err;
  EXPECT_EQ(quiet.out + quiet.err, "");
  const auto talkative =
      generate({"-o", "three.h5", "--units", "network", "--output-scale", "50", "--output-power",
                "0.85", "--encoding", "energy_angle_noise", "--theta", "80:100"});
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
                                                {"--encoding", "noise"},
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
  const auto beyond =
      generate({"-o", "five.h5", "--json", "--recipe", "energy_angle_noise", "--theta", "30:90"});
  ASSERT_EQ(beyond.exit_code, 0) << beyond.err;
  EXPECT_THAT(beyond.err, HasSubstr("caloquant: warning: theta 30:90 degrees leaves 60:120"));
  EXPECT_EQ(Json::parse(beyond.out).at("warnings").size(), 1U);
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
                        (folder / "long.h5").string());
  EXPECT_EQ(done.exit_code, 130) << done.err;
  EXPECT_FALSE(fs::exists(folder / "long.h5"));
  EXPECT_THAT(partial_files(), ::testing::IsEmpty());
}

/// The option that was called otherwise works, is told on stderr, and stands in no help.
TEST_F(Cli, GenerateTakesTheOldNameOfEncoding) {
  const auto generate = [&](const std::string& option, const std::string& output,
                            const std::string& more) {
    return run({"generate", "--architecture", "energygan.json", "--random-weights", "5", "--events",
                "2", option, "energy_angle_noise", "-o", output, more});
  };
  const auto old = generate("--recipe", "old.h5", "--json");
  ASSERT_EQ(old.exit_code, 0) << old.err;
  EXPECT_THAT(old.err, HasSubstr("deprecated: --recipe is called --encoding now"));
  EXPECT_EQ(Json::parse(old.out)["encoding"], "energy_angle_noise");
  const auto quiet = generate("--recipe", "quiet.h5", "--quiet");
  EXPECT_EQ(quiet.out + quiet.err, "");
  const auto present = generate("--encoding", "new.h5", "--json");
  ASSERT_EQ(present.exit_code, 0) << present.err;
  EXPECT_THAT(present.err, ::testing::Not(HasSubstr("deprecated")));
  const auto cells = [&](const char* name) {
    const Tensor tensor = H5File::open(folder / name, ErrorKind::data).read("/ECAL", DType::f32);
    return std::vector<float>(tensor.data<float>().begin(), tensor.data<float>().end());
  };
  EXPECT_EQ(cells("old.h5"), cells("new.h5"));
  const std::string help = run({"generate", "--help"}).out;
  EXPECT_THAT(help, HasSubstr("--encoding"));
  EXPECT_THAT(help, ::testing::Not(HasSubstr("--recipe")));
}

}  // namespace
}  // namespace caloquant
