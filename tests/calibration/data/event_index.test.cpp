#include "calibration/data/event_index.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "calibration/data/shower_file.hpp"
#include "ops/core/enums.hpp"
#include "tests/calibration/data/shower_fixture.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::FileContent;
using testing::message_of;

std::vector<double> energies(const EventIndex& index) {
  std::vector<double> result;
  for (const EventLabel& label : index.labels()) {
    result.push_back(label.energy);
  }
  return result;
}

class EventIndexTest : public ::testing::Test {
 protected:
  [[nodiscard]] DataOptions options(std::int64_t calibration, std::int64_t evaluation) const {
    DataOptions result;
    result.files = {"*.h5"};
    result.base_folder = folder.path();
    result.split.calibration = calibration;
    result.split.evaluation = evaluation;
    return result;
  }
  testing::TempDir folder;
};

TEST_F(EventIndexTest, DefaultsFollowTheLayout) {
  DataOptions data;
  EXPECT_EQ(data.cell_threshold_or_default(), 1e-4);
  EXPECT_EQ(data.minimum_sum_or_default(), 10.0);
  data.layout = DataLayout::fixed_angle;
  EXPECT_EQ(data.cell_threshold_or_default(), 1e-6);
  EXPECT_EQ(data.minimum_sum_or_default(), 0.0);
  data.cell_threshold = 0.0;
  data.minimum_sum = 3.0;
  EXPECT_EQ(data.cell_threshold_or_default(), 0.0);
  EXPECT_EQ(data.minimum_sum_or_default(), 3.0);
  for (const DataLayout layout : {DataLayout::variable_angle, DataLayout::fixed_angle}) {
    EXPECT_EQ(enum_from<DataLayout>(name_of(layout)), layout);
  }
  EXPECT_FALSE(enum_from<DataLayout>("angle").has_value());
}

TEST_F(EventIndexTest, NumbersEventsInOrderOfSortedFiles) {
  FileContent::of(3, 10).write_variable_angle(folder / "b.h5");
  FileContent::of(4, 0).write_variable_angle(folder / "a.h5");
  const EventIndex index = EventIndex::build(options(4, 2));
  EXPECT_EQ(energies(index), (std::vector<double>{100, 101, 102, 103, 110, 111}));
  EXPECT_EQ(index.calibration().first, 0);
  EXPECT_EQ(index.calibration().last, 4);
  EXPECT_EQ(index.evaluation().first, 4);
  EXPECT_EQ(index.evaluation().last, 6);
  EXPECT_EQ(index.labels(index.evaluation()).front().energy, 110.0);
  EXPECT_EQ(index.places()[5].file, 1U);
  EXPECT_EQ(index.places()[5].row, 1);
  EXPECT_EQ(index.image_shape(), (Shape{2, 3, 4}));
}

/// 40 events, more than one block of the pass with a cut. The sum of row r is 24 (1 + r) + 2.76.
TEST_F(EventIndexTest, CutsCloseTheNumbering) {
  constexpr std::size_t cells = FileContent::cells;
  FileContent content = FileContent::of(40);
  for (const std::size_t row : {0U, 7U, 15U, 16U, 39U}) {
    for (std::size_t cell = 0; cell < cells; ++cell) {
      content.images[row * cells + cell] = 0.0;
    }
  }
  content.images[7 * cells] = 10.0;        // <= 10: dropped
  content.images[16 * cells] = 10.000001;  // kept
  content.write_variable_angle(folder / "a.h5");
  const EventIndex index = EventIndex::build(options(30, 6));
  std::vector<double> expected;
  for (const double row : {0.0, 7.0, 15.0, 39.0}) {
    expected.push_back(100.0 + row);
  }
  EXPECT_EQ(index.size(), 36);
  for (const double dropped : expected) {
    EXPECT_EQ(std::ranges::count(energies(index), dropped), 0);
  }
  EXPECT_EQ(index.labels()[6].energy, 108.0);
  EXPECT_EQ(index.labels()[13].energy, 116.0);

  EXPECT_EQ(message_of([&] { (void)EventIndex::build(options(30, 7)); }),
            "*.h5: there are only 36 usable events in 1 file, 30 for calibration and 7 for "
            "evaluation are wanted; ask for fewer or give more files; 4 were dropped because their "
            "sum is <= 10.000000 in file units");
}

/// The sum is taken after the threshold, as in CERN's loader: 24 cells of 0.9 are 21.6.
TEST_F(EventIndexTest, TheSumIsTakenAfterTheThreshold) {
  FileContent content = FileContent::of(2);
  std::fill(content.images.begin(), content.images.begin() + 24, 0.9);
  content.write_variable_angle(folder / "a.h5");
  DataOptions data = options(1, 0);
  EXPECT_EQ(energies(EventIndex::build(data)), (std::vector<double>{100}));
  data.cell_threshold = 0.95;
  EXPECT_EQ(energies(EventIndex::build(data)), (std::vector<double>{101}));
}

TEST_F(EventIndexTest, WithoutASumCutCellsAreNotRead) {
  FileContent content = FileContent::of(3);
  content.images[0] = std::nan("");
  content.write_fixed_angle(folder / "a.h5");
  DataOptions data = options(2, 1);
  data.layout = DataLayout::fixed_angle;
  EXPECT_EQ(EventIndex::build(data).size(), 3);
  data.minimum_sum = 1.0;
  EXPECT_NE(message_of([&] { (void)EventIndex::build(data); }).find("/ECAL[0]"), std::string::npos);
}

TEST_F(EventIndexTest, WithoutASumCutImagesMayBeMissing) {
  FileContent content = FileContent::of(3);
  content.with_images = false;
  content.write_variable_angle(folder / "a.h5");
  DataOptions data = options(2, 1);
  data.minimum_sum = 0.0;
  const EventIndex index = EventIndex::build(data);
  EXPECT_EQ(index.size(), 3);
  EXPECT_TRUE(index.image_shape().empty());
  data.minimum_sum.reset();
  EXPECT_EQ(message_of([&] { (void)EventIndex::build(data); }),
            (folder / "a.h5").string() +
                ":/ECAL: there is no such dataset; shower images are needed here");
}

TEST_F(EventIndexTest, StopsOnceEnoughEventsAreKept) {
  FileContent content = FileContent::of(40);
  content.energies[35] = -1.0;  // beyond the block of 16 that holds event 20
  content.write_variable_angle(folder / "a.h5");
  std::ofstream(folder / "b.h5") << "not HDF5";
  EXPECT_EQ(EventIndex::build(options(15, 5)).size(), 20);
  EXPECT_NE(message_of([&] { (void)EventIndex::build(options(30, 5)); }).find("/energy[35]"),
            std::string::npos);
}

TEST_F(EventIndexTest, AFileThatIsNotHdf5IsNamed) {
  std::ofstream(folder / "b.h5") << "not HDF5";
  EXPECT_EQ(message_of([&] { (void)EventIndex::build(options(1, 0)); }),
            (folder / "b.h5").string() +
                ": is not an HDF5 file; check that it is the right one, and whole");
}

TEST_F(EventIndexTest, FilesMustAgreeOnTheImageShape) {
  FileContent::of(2).write_variable_angle(folder / "a.h5");
  FileContent other = FileContent::of(2);
  other.image = {3, 2, 4};
  other.write_variable_angle(folder / "b.h5");
  EXPECT_EQ(
      message_of([&] { (void)EventIndex::build(options(2, 2)); }),
      (folder / "b.h5").string() +
          ":/ECAL: has images of [3, 2, 4]; [2, 3, 4] is expected, as the model and the other "
          "files have");
}

TEST_F(EventIndexTest, SaysHowManyEventsThereAre) {
  FileContent::of(2).write_fixed_angle(folder / "a.h5");
  FileContent::of(3).write_fixed_angle(folder / "b.h5");
  DataOptions data = options(4, 2);
  data.layout = DataLayout::fixed_angle;
  data.files = {"a.h5", "b.h5"};
  EXPECT_EQ(message_of([&] { (void)EventIndex::build(data); }),
            "the shower files: there are only 5 usable events in 2 files, 4 for calibration and 2 "
            "for evaluation are wanted; ask for fewer or give more files");
}

/// The cut comes first: no energy is asked of events that it drops.
TEST_F(EventIndexTest, EstimatesEnergiesOfWhatTheCutLeaves) {
  FileContent content = FileContent::of(20);
  std::fill(content.images.begin() + 24, content.images.begin() + 48, 0.0);  // event 1
  content.angles[1] = 100.0;  // as measured of a shower without energy
  H5File h5 = H5File::create(folder / "a.h5");
  testing::write_numbers(h5, "/ECAL", {20, 2, 3, 4}, DType::f32, content.images);
  testing::write_numbers(h5, "/mtheta", {20}, DType::f32, content.angles);
  h5.commit();
  FileContent::of(3).write_variable_angle(folder / "b.h5");
  DataOptions data = options(20, 2);
  EXPECT_THAT(message_of([&] { (void)EventIndex::build(data); }),
              ::testing::HasSubstr("\"missing_energies\": \"from_sum\""));
  data.energies_from_sum = SamplingFraction({0.02});
  const EventIndex index = EventIndex::build(data);
  EXPECT_EQ(index.label_sources().events, 22);
  EXPECT_EQ(index.label_sources().estimated_energies, 19);
  EXPECT_EQ(index.label_sources().measured_angles, 19);
  EXPECT_NEAR(index.labels()[0].energy, 26.76, 1e-4);
  EXPECT_NEAR(index.labels()[1].energy, 24 * 3 + 2.76, 1e-4);
  EXPECT_EQ(index.labels()[19].energy, 100.0);
  data.minimum_sum = 0.0;
  EXPECT_THAT(message_of([&] { (void)EventIndex::build(data); }),
              ::testing::HasSubstr("/ECAL[1]: the sum of the cells is 0.000000"));
}

/// Ten real Geant4 showers of the public set, which has angles as measured and no energies.
TEST_F(EventIndexTest, ReadsRealGeant4Showers) {
  CALOQUANT_NEEDS_SHARED();
  const auto file = testing::shared_folder() / "data" / "geant4_51x51x25_10events.h5";
  const H5File geant4 = H5File::open(file, ErrorKind::data);
  const Tensor sums = geant4.read("/sum", DType::f32);
  const Tensor angles = geant4.read("/mtheta", DType::f32);
  DataOptions data = options(9, 1);
  data.files = {file.string()};
  data.image_shape = {51, 51, 25};
  EXPECT_NE(message_of([&] { (void)EventIndex::build(data); }).find("/energy: "),
            std::string::npos);
  data.energies_from_sum.emplace();
  const EventIndex index = EventIndex::build(data);
  ASSERT_EQ(index.size(), 10);
  for (std::size_t i = 0; i < 10; ++i) {
    const EventLabel& label = index.labels()[i];
    const double sum = static_cast<double>(sums.data<float>()[i]) / 50.0;  // [GeV]
    EXPECT_NEAR(label.energy * SamplingFraction().at(label.energy), sum, 1e-12 * sum);
    EXPECT_EQ(label.theta, static_cast<double>(angles.data<float>()[i]));
  }
  // The set has 100 to 200 GeV; some 10 % too much, for the fit is one at 90 degrees.
  EXPECT_NEAR(index.labels()[5].energy, 123.44, 0.01);
  EXPECT_NEAR(index.labels()[3].energy, 218.25, 0.01);
  EXPECT_EQ(index.label_sources().estimated_energies, 10);
  EXPECT_EQ(index.label_sources().measured_angles, 10);

  // The smallest sum is 123.0.
  data.minimum_sum = 130.0;
  data.split = {8, 1};
  const std::vector<double> kept = energies(EventIndex::build(data));
  EXPECT_EQ(kept.size(), 9U);
  EXPECT_EQ(std::ranges::count_if(kept, [](double energy) { return energy < 124.0; }), 0);
}

}  // namespace
}  // namespace caloquant
