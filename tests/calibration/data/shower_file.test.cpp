#include "calibration/data/shower_file.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "tests/calibration/data/shower_fixture.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::FileContent;
using ::testing::HasSubstr;
using testing::message_of;
using testing::write_numbers;

constexpr std::size_t cells = FileContent::cells;

class ShowerFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] ShowerFile variable(const FileContent& content, const Shape& image = {}) const {
    content.write_variable_angle(file);
    return {file, DataLayout::variable_angle, image};
  }
  [[nodiscard]] ShowerFile fixed(const FileContent& content) const {
    content.write_fixed_angle(file);
    return {file, DataLayout::fixed_angle, {}};
  }
  /// Message of opening a file that `fill` writes.
  [[nodiscard]] std::string rejection(DataLayout layout,
                                      const std::function<void(H5File&)>& fill) const {
    H5File h5 = H5File::create(file);
    fill(h5);
    h5.commit();
    return message_of([&] { (void)ShowerFile(file, layout, {}); });
  }
  [[nodiscard]] std::string at(const std::string& inside) const {
    return file.string() + ":" + inside + ": ";
  }

  testing::TempDir folder;
  std::filesystem::path file = folder / "showers.h5";
};

TEST_F(ShowerFileTest, ReadsBothLayoutsInEveryStorage) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const int compression : {0, 4}) {
      FileContent content = FileContent::of(7);
      content.dtype = dtype;
      content.compression = compression;
      for (const bool is_variable : {true, false}) {
        const ShowerFile showers = is_variable ? variable(content) : fixed(content);
        EXPECT_EQ(showers.rows(), 7);
        EXPECT_EQ(showers.image_shape(), (Shape{2, 3, 4}));
        std::vector<EventLabel> labels(2);
        showers.read_labels(4, labels);
        EXPECT_EQ(labels[0].energy, 104.0);
        EXPECT_EQ(labels[1].energy, 105.0);
        if (is_variable) {
          EXPECT_EQ(labels[1].theta, dtype == DType::f64 ? 1.005 : static_cast<double>(1.005F));
        } else {
          EXPECT_EQ(labels[1].theta, std::numbers::pi / 2.0);
        }
        std::vector<float> images(2 * cells);
        showers.read_images(4, 2, 0.0, images);
        EXPECT_EQ(images[0], 5.0F);
        EXPECT_EQ(images[cells + 23], static_cast<float>(6.23));
      }
    }
  }
}

TEST_F(ShowerFileTest, AcceptsLabelsWithAUnitAxis) {
  EXPECT_EQ(rejection(DataLayout::variable_angle,
                      [](H5File& h5) {
                        write_numbers(h5, "/energy", {2, 1}, DType::f32, {1, 2});
                        write_numbers(h5, "/theta", {2}, DType::f32, {1, 2});
                      }),
            "");
  EXPECT_EQ(rejection(DataLayout::variable_angle,
                      [](H5File& h5) {
                        write_numbers(h5, "/energy", {3, 1}, DType::f64, {1, 2, 3});
                        write_numbers(h5, "/theta", {3, 1}, DType::f32, {0.5, 1, 1.5}, 4);
                      }),
            "");
  std::vector<EventLabel> labels(2);
  ShowerFile(file, DataLayout::variable_angle, {}).read_labels(1, labels);
  EXPECT_EQ(labels, (std::vector<EventLabel>{{2.0, 1.0}, {3.0, 1.5}}));
}

TEST_F(ShowerFileTest, WithoutThetaTheMeasuredAngleServes) {
  const auto angles = [](bool with_theta) {
    return [with_theta](H5File& h5) {
      write_numbers(h5, "/energy", {2}, DType::f32, {1, 2});
      write_numbers(h5, "/mtheta", {2}, DType::f64, {1.25, 100});
      if (with_theta) {
        write_numbers(h5, "/theta", {2}, DType::f64, {1.5, 1.75});
      }
    };
  };
  std::vector<EventLabel> labels(1);
  EXPECT_EQ(rejection(DataLayout::variable_angle, angles(true)), "");
  const ShowerFile both(file, DataLayout::variable_angle, {});
  both.read_labels(0, labels);
  EXPECT_EQ(labels[0].theta, 1.5);
  EXPECT_EQ(both.label_sources(2).measured_angles, 0);
  EXPECT_EQ(rejection(DataLayout::variable_angle, angles(false)), "");
  const ShowerFile measured(file, DataLayout::variable_angle, {});
  measured.read_labels(0, labels);
  EXPECT_EQ(labels[0].theta, 1.25);
  EXPECT_EQ(measured.label_sources(2).measured_angles, 2);
  // What measPython writes for a shower without energy.
  EXPECT_EQ(message_of([&] { measured.read_labels(1, labels); }),
            at("/mtheta[1]") +
                "the angle is 100.000000; radians between 0 and pi are expected, not degrees");
}

TEST_F(ShowerFileTest, EnergiesAreEstimatedOnlyWhenAsked) {
  const FileContent content = FileContent::of(20);
  H5File h5 = H5File::create(file);
  write_numbers(h5, "/ECAL", {20, 2, 3, 4}, DType::f32, content.images, 4);
  write_numbers(h5, "/theta", {20, 1}, DType::f32, content.angles);
  h5.commit();
  EXPECT_EQ(message_of([&] { (void)ShowerFile(file, DataLayout::variable_angle, {}); }),
            at("/energy") +
                "there is no such dataset; the layout variable_angle needs it; energies can be "
                "estimated from the sums of the cells, with \"missing_energies\": \"from_sum\" in "
                "\"data\" of a config or --missing-energies from_sum of a command");
  const SamplingFraction fraction({0.02});
  const ShowerFile showers(file, DataLayout::variable_angle, {}, false, fraction);
  EXPECT_EQ(showers.rows(), 20);
  EXPECT_EQ(showers.label_sources(7).estimated_energies, 7);
  std::vector<EventLabel> labels(18);  // more than are added up at once
  showers.read_labels(2, labels);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double sum = 24.0 * (3.0 + static_cast<double>(i)) + 2.76;  // file units: 50 x GeV
    EXPECT_NEAR(labels[i].energy, sum / 50.0 / 0.02, 1e-5 * sum);
  }
  EXPECT_EQ(labels[0].theta, static_cast<double>(1.002F));
}

/// Where energies are there, they count.
TEST_F(ShowerFileTest, GivenEnergiesAreNotEstimated) {
  FileContent::of(2).write_variable_angle(file);
  std::vector<EventLabel> labels(2);
  const ShowerFile showers(file, DataLayout::variable_angle, {}, false, SamplingFraction());
  showers.read_labels(0, labels);
  EXPECT_EQ(labels[1].energy, 101.0);
  EXPECT_EQ(showers.label_sources(2).estimated_energies, 0);
  EXPECT_FALSE(showers.label_sources(2).fraction.has_value());
}

TEST_F(ShowerFileTest, TheSumsOfTheFileSaveReadingCells) {
  const auto with_sums = [&](const Shape& shape, const std::vector<double>& sums, bool cells) {
    H5File h5 = H5File::create(file);
    write_numbers(h5, "/theta", {2}, DType::f32, {1, 1});
    write_numbers(h5, "/sum", shape, DType::f64, sums);
    if (cells) {
      write_numbers(h5, "/ECAL", {2, 1, 1, 2}, DType::f32, {30, 20, 50, 50});
    }
    h5.commit();
    return message_of([&] {
      std::vector<EventLabel> labels(2);
      ShowerFile(file, DataLayout::variable_angle, {}, false, SamplingFraction({0.02}))
          .read_labels(0, labels);
      EXPECT_NEAR(labels[0].energy, 50.0, 1e-9);
      EXPECT_NEAR(labels[1].energy, 100.0, 1e-9);
    });
  };
  EXPECT_EQ(with_sums({2}, {50, 100}, false), "");
  EXPECT_EQ(with_sums({2, 1}, {50, 100}, true), "");
  EXPECT_EQ(with_sums({1, 2}, {50, 100}, true),
            at("/sum") + "has the shape [1, 2]; one number per event, [N] or [N, 1], is expected");
  EXPECT_EQ(with_sums({3}, {1, 2, 3}, true),
            at("/sum") + "has 3 rows, /theta has 2; every dataset needs one row per event");
  EXPECT_EQ(with_sums({2}, {1, 2}, true),  // in GeV
            at("/sum[0]") +
                "is 1.000000, but the cells of /ECAL add up to 50.000000; energies are estimated "
                "from sums in the units of the cells");
  const std::string remedy =
      "; no energy can be estimated from it: leave the event out, or give energies";
  for (const double bad : {0.0, -3.0, std::nan(""), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(with_sums({2}, {50, bad}, true),
              at("/sum[1]") + "the sum of the cells is " + std::to_string(bad) + remedy);
    EXPECT_EQ(with_sums({2}, {bad, 100}, false),
              at("/sum[0]") + "the sum of the cells is " + std::to_string(bad) + remedy);
  }
}

TEST_F(ShowerFileTest, NoEnergyFollowsFromEmptyCells) {
  const SamplingFraction fraction({0.02});
  const auto cells = [&](const std::vector<double>& images) {
    H5File h5 = H5File::create(file);
    write_numbers(h5, "/ECAL", {2, 1, 1, 2}, DType::f32, images);
    h5.commit();
    return message_of([&] {  // the fixed-angle layout: GeV, 90 degrees
      const ShowerFile showers(file, DataLayout::fixed_angle, {}, false, fraction);
      std::vector<EventLabel> labels(2);
      showers.read_labels(0, labels);
      EXPECT_NEAR(labels[1].energy, 200.0, 1e-5);
      EXPECT_EQ(labels[1].theta, std::numbers::pi / 2.0);
    });
  };
  EXPECT_EQ(cells({1, 1, 3, 1}), "");
  EXPECT_EQ(cells({0, 0, 3, 1}),
            at("/ECAL[0]") +
                "the sum of the cells is 0.000000; no energy can be estimated from it: leave the "
                "event out, or give energies");
  EXPECT_THAT(cells({1, 1, std::nan(""), 1}), HasSubstr("/ECAL[1]: a cell is not a finite number"));
  EXPECT_EQ(rejection(DataLayout::fixed_angle,
                      [](H5File& h5) {
                        write_numbers(h5, "/other", {2}, DType::f32, {1, 2});
                      }),
            at("/target") + "there is no such dataset; the layout fixed_angle needs it");
  EXPECT_EQ(
      message_of([&] { (void)ShowerFile(file, DataLayout::fixed_angle, {}, false, fraction); }),
      at("/ECAL") +
          "there is no such dataset; energies are to be estimated from its cells, or from "
          "the dataset sum");
}

/// Any shapes and kinds of labels: read as a number per event, or refused by the dataset's name.
class ShowerLabels : public testing::PropertyTest {};

TEST_F(ShowerLabels, AreReadOrRefusedByName) {
  const testing::TempDir folder;
  const std::vector<Shape> shapes{{3}, {3, 1}, {3, 2}, {1, 3}, {2}, {3, 1, 1}, {0}, {}};
  int read = 0;
  for (int round = 0; round < 200; ++round) {
    const std::filesystem::path file = folder / "showers.h5";
    H5File h5 = H5File::create(file);
    std::string wrong;
    for (const char* name : {"/energy", "/theta", "/mtheta", "/sum", "/ECAL"}) {
      if (testing::uniform_int(random, 0, 2) == 0) {
        continue;
      }
      Shape shape = testing::uniform_int(random, 0, 3) > 0
                        ? Shape{3}
                        : shapes[static_cast<std::size_t>(testing::uniform_int(
                              random, 0, static_cast<int>(shapes.size()) - 1))];
      if (std::string(name) == "/ECAL") {
        shape = {3, 1, 1, 1};
      }
      const std::vector<double> values(static_cast<std::size_t>(element_count(shape)),
                                       testing::uniform_int(random, 0, 9) == 0 ? 0.0 : 1.5);
      write_numbers(h5, name, shape, DType::f32, values);
    }
    h5.commit();
    const std::string message = message_of([&] {
      const ShowerFile showers(file, DataLayout::variable_angle, {}, false, SamplingFraction());
      std::vector<EventLabel> labels(static_cast<std::size_t>(showers.rows()));
      showers.read_labels(0, labels);
      for (const EventLabel& label : labels) {
        EXPECT_GT(label.energy, 0.0);
        EXPECT_EQ(label.theta, 1.5);
        ++read;
      }
    });
    if (!message.empty()) {
      EXPECT_THAT(message, ::testing::StartsWith(file.string() + ":/"));
    }
  }
  EXPECT_GT(read, 0);
}

/// The comparison is x < threshold in f32, as of the numpy arrays of CERN's loaders.
TEST_F(ShowerFileTest, CellsBelowTheThresholdBecomeZero) {
  FileContent content = FileContent::of(1);
  const float threshold = 1e-4F;
  content.images[0] = static_cast<double>(threshold);
  content.images[1] = static_cast<double>(std::nextafter(threshold, 0.0F));
  content.images[2] = -3.0;
  const ShowerFile showers = variable(content);
  std::vector<float> images(24);
  showers.read_images(0, 1, 1e-4, images);
  EXPECT_EQ(images[0], threshold);
  EXPECT_EQ(images[1], 0.0F);
  EXPECT_EQ(images[2], 0.0F);
  EXPECT_EQ(images[3], 1.03F);
  showers.read_images(0, 1, 0.0, images);
  EXPECT_EQ(images[2], -3.0F);
}

TEST_F(ShowerFileTest, NamesTheRowOfABadCell) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(), 1e300}) {
    FileContent content = FileContent::of(4);
    content.dtype = DType::f64;  // 1e300 becomes infinite as f32
    content.images[2 * cells + 5] = bad;
    const ShowerFile showers = variable(content);
    std::vector<float> images(3 * cells);
    EXPECT_EQ(message_of([&] { showers.read_images(1, 3, 1e-4, images); }),
              at("/ECAL[2]") +
                  "a cell is not a finite number; the file is damaged or was written "
                  "by a failed simulation");
  }
}

TEST_F(ShowerFileTest, NamesTheRowOfABadEnergy) {
  for (const double bad : {0.0, -5.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    FileContent content = FileContent::of(4);
    content.energies[3] = bad;
    std::vector<EventLabel> labels(3);
    const std::string problem =
        "the energy is " + std::to_string(bad) + "; a positive number of GeV is expected";
    EXPECT_EQ(message_of([&] { variable(content).read_labels(1, labels); }),
              at("/energy[3]") + problem);
    EXPECT_EQ(message_of([&] { fixed(content).read_labels(1, labels); }),
              at("/target[3]") + problem);
  }
}

TEST_F(ShowerFileTest, NamesTheRowOfABadAngle) {
  for (const double bad : {0.0, -1.0, 90.0, std::nan("")}) {
    FileContent content = FileContent::of(2);
    content.angles[1] = bad;
    std::vector<EventLabel> labels(2);
    EXPECT_EQ(message_of([&] { variable(content).read_labels(0, labels); }),
              at("/theta[1]") + "the angle is " + std::to_string(bad) +
                  "; radians between 0 and pi are expected, not degrees");
  }
}

TEST_F(ShowerFileTest, RejectsMissingDatasets) {
  const auto with = [](const std::string& name) {
    return [name](H5File& h5) { write_numbers(h5, name, {2}, DType::f32, {1, 2}); };
  };
  const std::string missing = "there is no such dataset; ";
  EXPECT_EQ(rejection(DataLayout::variable_angle, with("/other")),
            at("/energy") + missing + "the layout variable_angle needs it");
  EXPECT_EQ(rejection(DataLayout::variable_angle, with("/energy")),
            at("/theta") + missing + "the layout variable_angle needs it, or mtheta");
  EXPECT_EQ(rejection(DataLayout::fixed_angle, with("/other")),
            at("/target") + missing + "the layout fixed_angle needs it");
  const std::string hint =
      "the file looks like the other layout: choose variable_angle or fixed_angle accordingly";
  EXPECT_EQ(rejection(DataLayout::variable_angle, with("/target")), at("/energy") + missing + hint);
  EXPECT_EQ(rejection(DataLayout::fixed_angle, with("/energy")), at("/target") + missing + hint);
}

TEST_F(ShowerFileTest, LabelsAloneServeUntilImagesAreAskedFor) {
  FileContent content = FileContent::of(2);
  content.with_images = false;
  const ShowerFile showers = variable(content);
  EXPECT_TRUE(showers.image_shape().empty());
  std::vector<EventLabel> labels(2);
  showers.read_labels(0, labels);
  EXPECT_EQ(labels[1].energy, 101.0);
  std::vector<float> images(24);
  EXPECT_EQ(message_of([&] { showers.read_images(0, 1, 0.0, images); }),
            at("/ECAL") + "there is no such dataset; shower images are needed here");
}

TEST_F(ShowerFileTest, RejectsWrongShapesOfLabels) {
  EXPECT_EQ(
      rejection(DataLayout::variable_angle,
                [](H5File& h5) {
                  write_numbers(h5, "/energy", {1, 2}, DType::f32, {1, 2});
                }),
      at("/energy") + "has the shape [1, 2]; one number per event, [N] or [N, 1], is expected");
  EXPECT_EQ(rejection(DataLayout::variable_angle,
                      [](H5File& h5) {
                        write_numbers(h5, "/energy", {2}, DType::f32, {1, 2});
                        write_numbers(h5, "/theta", {3}, DType::f32, {1, 2, 3});
                      }),
            at("/theta") + "has 3 rows, /energy has 2; every dataset needs one row per event");
  for (const Shape& shape : {Shape{2}, Shape{2, 1}, Shape{1, 1, 2}}) {
    EXPECT_EQ(rejection(DataLayout::fixed_angle,
                        [&](H5File& h5) {
                          write_numbers(h5, "/target", shape, DType::f32, {1, 2});
                        }),
              at("/target") + "has the shape " + to_string(shape) +
                  "; [N, K] with the energy in GeV in column 1 is expected");
  }
}

TEST_F(ShowerFileTest, RejectsAGroupInPlaceOfADataset) {
  EXPECT_EQ(rejection(DataLayout::variable_angle,
                      [](H5File& h5) { h5.write("/energy/inner", Tensor(DType::f32, {2})); }),
            at("/energy") + "there is no such dataset");
}

TEST_F(ShowerFileTest, RejectsWrongShapesOfImages) {
  FileContent content = FileContent::of(2);
  const std::string expected = "; [N, X, Y, Z] is expected";
  content.image = {24};
  EXPECT_EQ(message_of([&] { (void)variable(content); }),
            at("/ECAL") + "has the shape [2, 24]" + expected);
  content.image = {2, 3, 4, 1};
  EXPECT_EQ(message_of([&] { (void)fixed(content); }),
            at("/ECAL") + "has the shape [2, 2, 3, 4, 1]" + expected);
  content.image = {2, 3, 4};
  EXPECT_EQ(message_of([&] {
              (void)variable(content, {51, 51, 25});
            }),
            at("/ECAL") +
                "has images of [2, 3, 4]; [51, 51, 25] is expected, as the model and the "
                "other files have");
  content.images.resize(24);
  EXPECT_EQ(message_of([&] { (void)variable(content); }),
            at("/ECAL") + "has 1 row, the labels have 2; every dataset needs one row per event");
}

TEST_F(ShowerFileTest, RejectsImagesLargerThanAnyDetector) {
  EXPECT_EQ(rejection(DataLayout::fixed_angle,
                      [](H5File& h5) {
                        write_numbers(h5, "/target", {1, 2}, DType::f32, {1, 2});
                        h5.create_dataset("/ECAL", DType::f32, {1, 10'000, 10'000, 10'000},
                                          {.chunk = {1, 1, 1, 1000}});
                      }),
            at("/ECAL") + "has the shape [1, 10000, 10000, 10000]; [N, X, Y, Z] is expected");
}

}  // namespace
}  // namespace caloquant
