#include "calibration/showers/make_showers.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "calibration/data/event_index.hpp"
#include "calibration/data/shower_source.hpp"
#include "graph/io/files/h5file.hpp"
#include "ops/core/enums.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::message_of;

constexpr std::size_t large_cells = std::size_t{51} * 51 * 25;
constexpr std::size_t small_cells = std::size_t{25} * 25 * 25;

std::vector<char> bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<float> numbers(const std::filesystem::path& file, const std::string& dataset) {
  const Tensor tensor = H5File::open(file, ErrorKind::data).read(dataset, DType::f32);
  return {tensor.data<float>().begin(), tensor.data<float>().end()};
}

class MakeShowers : public ::testing::Test {
 protected:
  [[nodiscard]] ShowerOptions options(Detector detector, std::int64_t events) const {
    ShowerOptions result = default_shower_options(detector);
    result.energy_low = detector == Detector::clic51 ? 2.0 : 100.0;
    result.energy_high = detector == Detector::clic51 ? 30.0 : 110.0;
    result.events = events;
    result.seed = 42;
    result.output = file;
    return result;
  }
  testing::TempDir folder;
  std::filesystem::path file = folder / "showers.h5";
};

TEST_F(MakeShowers, NamesRoundTrip) {
  EXPECT_EQ(enum_from<Detector>("clic51"), Detector::clic51);
  EXPECT_EQ(enum_from<Detector>("clic25"), Detector::clic25);
  EXPECT_FALSE(enum_from<Detector>("clic").has_value());
  for (const ShowerTuning tuning : {ShowerTuning::published, ShowerTuning::geant4}) {
    EXPECT_EQ(enum_from<ShowerTuning>(name_of(tuning)), tuning);
  }
  EXPECT_EQ(name_of(Detector::clic25), "clic25");
}

TEST_F(MakeShowers, WritesTheVariableAngleLayout) {
  make_showers(options(Detector::clic51, 70));  // more than one block
  const H5File h5 = H5File::open(file, ErrorKind::data);
  EXPECT_EQ(h5.info("/ECAL").shape, (Shape{70, 51, 51, 25}));
  EXPECT_EQ(h5.info("/ECAL").element_size, 4U);
  EXPECT_NE(h5.string_attribute("/", "generator").find("not Geant4"), std::string::npos);
  EXPECT_EQ(h5.string_attribute("/", "detector"), "clic51");
  EXPECT_EQ(h5.string_attribute("/", "seed"), "42");
  const auto images = numbers(file, "/ECAL");
  const auto energies = numbers(file, "/energy");
  const auto angles = numbers(file, "/theta");
  const auto etas = numbers(file, "/eta");
  const auto sums = numbers(file, "/sum");
  EXPECT_EQ(numbers(file, "/pdgID"), std::vector<float>(70, 11.0F));
  for (std::size_t i = 0; i < 70; ++i) {
    EXPECT_GE(energies[i], 2.0F);
    EXPECT_LE(energies[i], 30.0F);
    EXPECT_GE(angles[i], 1.0471975F);  // 60 degrees
    EXPECT_LE(angles[i], 2.0943952F);
    const auto theta = static_cast<double>(angles[i]);
    EXPECT_EQ(etas[i], static_cast<float>(-std::log(std::tan(0.5 * theta))));
    double sum = 0.0;
    for (std::size_t cell = 0; cell < large_cells; ++cell) {
      sum += static_cast<double>(images[i * large_cells + cell]);
    }
    EXPECT_EQ(sums[i], static_cast<float>(sum));
    // 50 file units per GeV x about 2.1 %; single showers spread by 8 % at 10 GeV and 20 % at 2
    // GeV.
    EXPECT_NEAR(sum / 50.0 / static_cast<double>(energies[i]), 0.021, 0.021);
  }
  // Flat labels: the mean of 70 is within five standard errors of the middle of the range.
  double mean = 0.0;
  for (const float energy : energies) {
    mean += static_cast<double>(energy) / 70.0;
  }
  EXPECT_NEAR(mean, 16.0, 5.0 * 28.0 / std::sqrt(12.0 * 70.0));
}

TEST_F(MakeShowers, WritesTheFixedAngleLayout) {
  make_showers(options(Detector::clic25, 5));
  const H5File h5 = H5File::open(file, ErrorKind::data);
  EXPECT_EQ(h5.info("/ECAL").shape, (Shape{5, 25, 25, 25}));
  EXPECT_EQ(h5.info("/target").shape, (Shape{5, 2}));
  const auto target = numbers(file, "/target");
  const auto images = numbers(file, "/ECAL");
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(target[2 * i], 11.0F);
    EXPECT_GE(target[2 * i + 1], 100.0F);
    EXPECT_LE(target[2 * i + 1], 110.0F);
    double sum = 0.0;
    for (std::size_t cell = 0; cell < small_cells; ++cell) {
      sum += static_cast<double>(images[i * small_cells + cell]);
    }
    // GeV, not 50 x GeV: 1.96 % of the energy, 5.6 % spread.
    EXPECT_NEAR(sum / static_cast<double>(target[2 * i + 1]), 0.0196, 6.0 * 0.056 * 0.0196);
  }
}

TEST_F(MakeShowers, TheFileDoesNotDependOnTheNumberOfThreads) {
  ShowerOptions given = options(Detector::clic51, 10);
  given.threads = 1;
  make_showers(given);
  const std::vector<char> expected = bytes_of(file);
  for (const int threads : {2, 5}) {
    given.threads = threads;
    make_showers(given);
    EXPECT_EQ(bytes_of(file), expected);
  }
}

TEST_F(MakeShowers, ALongerFileBeginsWithTheShorterOne) {
  ShowerOptions given = options(Detector::clic25, 3);
  make_showers(given);
  const auto images = numbers(file, "/ECAL");
  const auto target = numbers(file, "/target");
  given.events = 66;
  given.output = folder / "long.h5";
  make_showers(given);
  const auto long_images = numbers(given.output, "/ECAL");
  const auto long_target = numbers(given.output, "/target");
  EXPECT_TRUE(std::equal(images.begin(), images.end(), long_images.begin()));
  EXPECT_TRUE(std::equal(target.begin(), target.end(), long_target.begin()));
  EXPECT_FALSE(std::ranges::equal(std::span(images).first(small_cells),
                                  std::span(long_images).subspan(64 * small_cells, small_cells)));

  given.seed = 43;
  make_showers(given);
  EXPECT_NE(numbers(given.output, "/ECAL"), long_images);
}

TEST_F(MakeShowers, TheReaderTakesBothLayouts) {
  for (const Detector detector : {Detector::clic51, Detector::clic25}) {
    make_showers(options(detector, 8));
    DataOptions data;
    data.layout =
        detector == Detector::clic51 ? DataLayout::variable_angle : DataLayout::fixed_angle;
    data.files = {"*.h5"};
    data.base_folder = folder.path();
    data.minimum_sum = 0.0;
    data.split.calibration = 5;
    data.split.evaluation = 3;
    const EventIndex index = EventIndex::build(data);
    ShowerSource source(index, data, index.evaluation(), 2);
    ShowerBlock block;
    std::int64_t events = 0;
    while (source.next(block)) {
      const double sum = std::accumulate(block.images.begin(), block.images.end(), 0.0);
      double energy = 0.0;
      for (const EventLabel& label : block.labels) {
        energy += label.energy;
        EXPECT_EQ(label.theta == M_PI / 2.0, detector == Detector::clic25);
      }
      EXPECT_NEAR(sum / energy, 0.021, 0.01);  // GeV over GeV in both layouts
      events += block.events.size();
    }
    EXPECT_EQ(events, 3);
  }
}

TEST_F(MakeShowers, ReportsProgressAndStopsWhenAsked) {
  std::vector<std::int64_t> done;
  make_showers(options(Detector::clic25, 70), [&](std::int64_t events, std::int64_t total) {
    EXPECT_EQ(total, 70);
    done.push_back(events);
  });
  EXPECT_EQ(done, (std::vector<std::int64_t>{64, 70}));

  std::filesystem::remove(file);
  EXPECT_NE(message_of([&] {
              make_showers(options(Detector::clic25, 70), [](std::int64_t, std::int64_t) {
                throw InterruptedError("make-showers");
              });
            }),
            "");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(MakeShowers, RejectsOptionsByName) {
  const auto rejection = [&](auto change) {
    ShowerOptions given = options(Detector::clic51, 2);
    change(given);
    return message_of([&] { make_showers(given); });
  };
  using O = ShowerOptions;
  EXPECT_EQ(rejection([](O& o) { o.events = 0; }),
            "--events: 0 showers were asked for; give a number of at least 1");
  EXPECT_EQ(rejection([](O& o) { o.energy_low = 40.0; }),
            "--energy: the range 40.000000:30.000000 is empty; write LOW:HIGH with LOW <= HIGH");
  EXPECT_EQ(rejection([](O& o) { o.energy_low = std::nan(""); }),
            "--energy: the range nan:30.000000 is empty; write LOW:HIGH with LOW <= HIGH");
  const std::string outside = "--energy: the range ";
  const std::string stay = " is outside of what can be made; stay within 1.000000:1000.000000 GeV";
  EXPECT_EQ(rejection([](O& o) { o.energy_low = 0.5; }), outside + "0.500000:30.000000" + stay);
  EXPECT_EQ(rejection([](O& o) { o.energy_high = 2000.0; }),
            outside + "2.000000:2000.000000" + stay);
  EXPECT_EQ(rejection([](O& o) { o.theta_low_deg = 130.0; }),
            "--theta: the range 130.000000:120.000000 is empty; write LOW:HIGH with LOW <= HIGH");
  EXPECT_EQ(rejection([](O& o) { o.theta_low_deg = 1.0; }),
            "--theta: the range 1.000000:120.000000 is outside of what can be made; stay within "
            "45.000000:135.000000 degrees");
  EXPECT_EQ(rejection([](O& o) { o.theta_high_deg = 150.0; }),
            "--theta: the range 60.000000:150.000000 is outside of what can be made; stay within "
            "45.000000:135.000000 degrees");
  EXPECT_EQ(
      rejection([](O& o) { o.detector = Detector::clic25; }),
      "--theta: clic25 has showers at 90 degrees only; leave it out, or use --detector clic51");
  EXPECT_EQ(rejection([](O& o) { o.output.clear(); }),
            "--output: no file was given; name the HDF5 file to write");
  EXPECT_EQ(rejection([](O& o) { o.threads = -1; }),
            "--threads: a negative number was given; 0 means all");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace caloquant
