#include "quantizer/showers/generate.hpp"
#include "quantizer/evaluate/generator_interface.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <fstream>
#include <numbers>

#include "calibration/data/event_index.hpp"
#include "calibration/data/latents.hpp"
#include "calibration/showers/make_showers.hpp"
#include "graph/exec/executor.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/io/files/sha256.hpp"
#include "graph/io/keras/reader.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

constexpr std::size_t cells = 25 * 25 * 25;
constexpr std::int64_t latent_size = 200;

/// EnergyGAN with random weights: images of 25 x 25 x 25 cells from 200 numbers.
class Generate : public ::testing::Test {
 protected:
  static Graph energygan() { return canonicalize(read_keras({architecture(), {}, 1})); }
  static fs::path architecture() {
    return fs::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json";
  }

  [[nodiscard]] GenerateOptions options_for(
      const std::string& name, InputEncoding encoding = InputEncoding::energy_times_noise) const {
    GenerateOptions options = default_generate_options(encoding);
    options.events = 10;
    options.seed = 7;
    options.batch = 4;
    options.output = folder / name;
    return options;
  }

  [[nodiscard]] std::vector<float> floats(const std::string& name,
                                          const std::string& dataset) const {
    const Tensor tensor = H5File::open(folder / name, ErrorKind::data).read(dataset, DType::f32);
    const auto values = tensor.data<float>();
    return {values.begin(), values.end()};
  }
  [[nodiscard]] std::string attribute(const std::string& name, const std::string& key) const {
    return H5File::open(folder / name, ErrorKind::data).string_attribute("/", key);
  }
  [[nodiscard]] std::string bytes(const std::string& name) const {
    std::ifstream stream(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  void expect_same_showers(const std::string& one, const std::string& two) const {
    EXPECT_EQ(floats(one, "/energy"), floats(two, "/energy"));
    EXPECT_EQ(floats(one, "/theta"), floats(two, "/theta"));
    const std::vector<float> first = floats(one, "/ECAL");
    const std::vector<float> second = floats(two, "/ECAL");
    ASSERT_EQ(first.size(), second.size());
    EXPECT_GT(*std::max_element(first.begin(), first.end()), 0.0F);
    EXPECT_TRUE(first == second);
  }

  testing::TempDir folder;
};

TEST_F(Generate, BitsDoNotDependOnThreads) {
  const Graph graph = energygan();
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  static_cast<void>(generate(graph, options_for("one.h5")));
  omp_set_num_threads(3);
  static_cast<void>(generate(graph, options_for("three.h5")));
  omp_set_num_threads(threads);
  expect_same_showers("one.h5", "three.h5");
  EXPECT_TRUE(bytes("one.h5") == bytes("three.h5"));
}

TEST_F(Generate, EventsDoNotDependOnTheBatch) {
  const Graph graph = energygan();
  static_cast<void>(generate(graph, options_for("four.h5")));
  GenerateOptions options = options_for("seven.h5");
  options.batch = 7;
  static_cast<void>(generate(graph, options));
  expect_same_showers("four.h5", "seven.h5");
}

TEST_F(Generate, LongerFileBeginsWithTheShorterOne) {
  const Graph graph = energygan();
  GenerateOptions options = options_for("short.h5");
  options.events = 3;
  static_cast<void>(generate(graph, options));
  static_cast<void>(generate(graph, options_for("long.h5")));
  for (const char* dataset : {"/ECAL", "/energy", "/theta", "/target"}) {
    const std::vector<float> begin = floats("short.h5", dataset);
    const std::vector<float> all = floats("long.h5", dataset);
    EXPECT_TRUE(std::equal(begin.begin(), begin.end(), all.begin())) << dataset;
  }
}

TEST_F(Generate, EqualsTheEngineOnTheLatentsOfItsLabels) {
  const Graph graph = energygan();
  for (const InputEncoding encoding :
       {InputEncoding::energy_times_noise, InputEncoding::energy_angle_noise}) {
    GenerateOptions options = options_for("showers.h5", encoding);
    options.units = LossUnits::network;
    static_cast<void>(generate(graph, options));
    const std::vector<float> energy = floats("showers.h5", "/energy");
    const std::vector<float> theta = floats("showers.h5", "/theta");
    std::vector<EventLabel> labels;
    for (std::size_t i = 0; i < energy.size(); ++i) {
      labels.push_back({static_cast<double>(energy[i]), static_cast<double>(theta[i])});
    }
    // Three batches of four events: two more than the file has.
    labels.resize(12, labels.front());
    std::vector<float> latents(12 * latent_size);
    fill_latents(encoding, options.seed, 0, labels, latent_size, latents);
    std::vector<float> images(12 * cells);
    const auto engine = compile_engine(graph, 4);
    for (std::size_t batch = 0; batch < 3; ++batch) {
      const auto src =
          std::span<const float>(latents).subspan(4 * batch * latent_size, 4 * latent_size);
      const auto dst = std::span(images).subspan(4 * batch * cells, 4 * cells);
      engine->run({&src, 1}, {&dst, 1});
    }
    images.resize(10 * cells);
    const std::vector<float> found = floats("showers.h5", "/ECAL");
    ASSERT_EQ(found.size(), images.size());
    const auto differs = std::mismatch(found.begin(), found.end(), images.begin());
    EXPECT_TRUE(differs.first == found.end())
        << name_of(encoding) << ", cell " << differs.first - found.begin() << ": " << *differs.first
        << " and " << *differs.second;
  }
}

TEST_F(Generate, LabelsAreFlatWithinTheirRanges) {
  GenerateOptions options = options_for("showers.h5", InputEncoding::energy_angle_noise);
  options.events = 40;
  options.energy_low = 100.0;
  options.energy_high = 140.0;
  options.theta_low_deg = 80.0;
  options.theta_high_deg = 100.0;
  static_cast<void>(generate(energygan(), options));
  const auto expect_spread = [](std::vector<float> values, double low, double high) {
    std::sort(values.begin(), values.end());
    ASSERT_EQ(values.size(), 40U);
    EXPECT_GE(values.front(), static_cast<float>(low));
    EXPECT_LE(values.back(), static_cast<float>(high));
    EXPECT_NEAR(static_cast<double>(values[20]), 0.5 * (low + high), 0.3 * (high - low));
    EXPECT_EQ(std::adjacent_find(values.begin(), values.end()), values.end());
  };
  constexpr double radians = std::numbers::pi / 180.0;
  expect_spread(floats("showers.h5", "/energy"), 100.0, 140.0);
  expect_spread(floats("showers.h5", "/theta"), radians * 80.0, radians * 100.0);
}

TEST_F(Generate, EqualSeedsAndRangesGiveThePrimariesOfMadeShowers) {
  ShowerOptions made = default_shower_options(Detector::clic51);
  made.events = 3;
  made.seed = 7;
  made.output = folder / "made.h5";
  make_showers(made);
  GenerateOptions options = options_for("showers.h5", InputEncoding::energy_angle_noise);
  options.events = 3;
  static_cast<void>(generate(energygan(), options));
  EXPECT_EQ(floats("showers.h5", "/energy"), floats("made.h5", "/energy"));
  EXPECT_EQ(floats("showers.h5", "/theta"), floats("made.h5", "/theta"));
}

TEST_F(Generate, CellsAreInTheUnitsAskedFor) {
  GraphEditor editor(energygan());
  editor.set_output_units({50.0, 0.85});
  const Graph graph = editor.finish();
  for (const LossUnits units : {LossUnits::network, LossUnits::gev, LossUnits::file}) {
    GenerateOptions options = options_for(std::string(name_of(units)));
    options.events = 2;
    options.units = units;
    static_cast<void>(generate(graph, options));
    EXPECT_EQ(attribute(std::string(name_of(units)), "units"), name_of(units));
  }
  const std::vector<float> network = floats("network", "/ECAL");
  const std::vector<float> gev = floats("gev", "/ECAL");
  const std::vector<float> file = floats("file", "/ECAL");
  for (std::size_t i = 0; i < network.size(); ++i) {
    const auto out = static_cast<double>(network[i]);
    const double energy = std::copysign(std::pow(std::fabs(out), 1.0 / 0.85) / 50.0, out);
    ASSERT_NEAR(static_cast<double>(gev[i]), energy, 1e-6 * std::fabs(energy));
    ASSERT_NEAR(static_cast<double>(file[i]), 50.0 * energy, 1e-6 * std::fabs(50.0 * energy));
  }
  EXPECT_EQ(attribute("gev", "output_scale"), "50");
  EXPECT_EQ(attribute("gev", "output_power"), "0.85");
}

TEST_F(Generate, CompressionDoesNotChangeTheData) {
  const Graph graph = energygan();
  static_cast<void>(generate(graph, options_for("plain.h5")));
  GenerateOptions options = options_for("small.h5");
  options.compression = 4;
  static_cast<void>(generate(graph, options));
  for (const char* dataset : {"/ECAL", "/energy", "/theta", "/target"}) {
    EXPECT_EQ(floats("plain.h5", dataset), floats("small.h5", dataset)) << dataset;
  }
}

TEST_F(Generate, FileSaysWhereItComesFrom) {
  GenerateOptions options = options_for("showers.h5");
  options.model_files = {architecture()};
  options.random_weights = 1;
  std::vector<std::int64_t> done;
  const GenerateResult result =
      generate(energygan(), options, [&](std::int64_t events) { done.push_back(events); });
  EXPECT_EQ(result.events, 10);
  EXPECT_GT(result.showers_per_second(), 0.0);
  EXPECT_THAT(done, ::testing::ElementsAre(4, 8, 10));
  EXPECT_THAT(attribute("showers.h5", "generator"), HasSubstr("not Geant4"));
  EXPECT_EQ(attribute("showers.h5", "model"), "energygan.json");
  EXPECT_EQ(attribute("showers.h5", "model_sha256"), sha256_of_file(architecture()));
  EXPECT_EQ(attribute("showers.h5", "random_weights"), "1");
  EXPECT_EQ(attribute("showers.h5", "seed"), "7");
  EXPECT_EQ(attribute("showers.h5", "recipe"), "energy_times_noise");
}

TEST_F(Generate, FileIsOneOfTheFixedAngleLayout) {
  static_cast<void>(generate(energygan(), options_for("showers.h5")));
  DataOptions data;
  data.layout = DataLayout::fixed_angle;
  data.files = {"showers.h5"};
  data.base_folder = folder.path();
  data.minimum_sum = 0.0;
  data.split.evaluation = 10;
  const EventIndex index = EventIndex::build(data);
  const std::vector<float> energy = floats("showers.h5", "/energy");
  ASSERT_EQ(index.size(), 10);
  for (std::size_t i = 0; i < energy.size(); ++i) {
    EXPECT_EQ(index.labels()[i].energy, static_cast<double>(energy[i]));
  }
  EXPECT_EQ(index.image_shape(), (Shape{25, 25, 25}));
}

TEST_F(Generate, NothingStaysOfAFileThatCannotBeWritten) {
  const Graph graph = energygan();
  EXPECT_THROW(static_cast<void>(generate(graph, options_for("no/such/folder.h5"))), BackendError);
  EXPECT_THAT(files(), IsEmpty());
  // A folder has the name that the finished file should get.
  fs::create_directories(folder / "taken.h5" / "inside");
  EXPECT_THROW(static_cast<void>(generate(graph, options_for("taken.h5"))), BackendError);
  EXPECT_THAT(files(), ::testing::ElementsAre("taken.h5"));
}

TEST_F(Generate, NothingStaysOfARunThatIsEnded) {
  const auto interrupt = [](std::int64_t) { throw InterruptedError("test"); };
  EXPECT_THROW(static_cast<void>(generate(energygan(), options_for("showers.h5"), interrupt)),
               InterruptedError);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(Generate, WrongOptionsAreNamed) {
  const Graph graph = energygan();
  const auto message = [&](const auto& change, InputEncoding encoding) {
    GenerateOptions options = options_for("showers.h5", encoding);
    change(options);
    EXPECT_THROW(static_cast<void>(generate(graph, options)), UsageError);
    return testing::message_of([&] { static_cast<void>(generate(graph, options)); });
  };
  const auto angle = InputEncoding::energy_angle_noise;
  const auto fixed = InputEncoding::energy_times_noise;
  const double nan = std::nan("");
  EXPECT_THAT(message([](auto& options) { options.events = 0; }, fixed), HasSubstr("--events"));
  EXPECT_THAT(message([](auto& options) { options.batch = 0; }, fixed), HasSubstr("--batch"));
  EXPECT_THAT(message([](auto& options) { options.compression = 10; }, fixed),
              HasSubstr("--compression"));
  EXPECT_THAT(message([](auto& options) { options.energy_low = 0.0; }, fixed),
              HasSubstr("--energy"));
  EXPECT_THAT(message([](auto& options) { options.energy_low = 600.0; }, fixed),
              HasSubstr("--energy"));
  EXPECT_THAT(message([&](auto& options) { options.energy_high = nan; }, fixed),
              HasSubstr("--energy"));
  EXPECT_THAT(message([](auto& options) { options.theta_high_deg = 180.0; }, angle),
              HasSubstr("--theta"));
  EXPECT_THAT(message([](auto& options) { options.theta_high_deg = 100.0; }, fixed),
              HasSubstr("90 degrees"));
  EXPECT_THAT(message([](auto& options) { options.output.clear(); }, fixed), HasSubstr("--output"));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(Generate, RefusesNetworksThatAreNoGenerators) {
  const auto network = [](Shape input) {
    GraphEditor editor("net");
    const ValueId x = editor.add_input("x", std::move(input));
    editor.add_output("y", editor.add_node("relu", Eltwise{EltwiseKind::relu}, {x}));
    return editor.finish();
  };
  for (const Shape& input : {Shape{dynamic, 6}, Shape{dynamic, 3, 2, 2, 2}}) {  // no image
    EXPECT_THROW(static_cast<void>(generate(network(input), options_for("x.h5"))), ModelError);
    EXPECT_THROW(static_cast<void>(default_encoding(network(input))), ModelError);
  }
  // An image, but no latent vector.
  EXPECT_THROW(static_cast<void>(generate(network({dynamic, 4, 4, 4}), options_for("x.h5"))),
               ModelError);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(Generate, RefusesCellsThatAreNotFinite) {
  GraphEditor editor(energygan());
  editor.set_output_units({1e-300, 1.0});
  const Graph graph = editor.finish();
  EXPECT_THAT(
      testing::message_of([&] { static_cast<void>(generate(graph, options_for("showers.h5"))); }),
      HasSubstr("not finite"));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(Generate, EncodingFollowsTheImages) {
  EXPECT_EQ(default_encoding(energygan()), InputEncoding::energy_times_noise);
  const fs::path anglegan = architecture().parent_path() / "anglegan.json";
  EXPECT_EQ(default_encoding(read_keras({anglegan, {}, 1})), InputEncoding::energy_angle_noise);
}

}  // namespace
}  // namespace caloquant
