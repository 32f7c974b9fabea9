#include "calibration/data/shower_file.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "tests/calibration/data/shower_fixture.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::FileContent;
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
            at("/theta") + missing + "the layout variable_angle needs it");
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
  EXPECT_EQ(rejection(DataLayout::variable_angle,
                      [](H5File& h5) {
                        write_numbers(h5, "/energy", {1, 2}, DType::f32, {1, 2});
                      }),
            at("/energy") + "has the shape [1, 2]; one number per event, [N], is expected");
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
