#include "calibration/data/shower_source.hpp"

#include <chrono>
#include <cmath>

#include "tests/calibration/data/shower_fixture.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::FileContent;
using testing::message_of;

class ShowerSourceTest : public ::testing::Test {
 protected:
  /// 20 + 13 events in two files; every seventh has a sum below the cut.
  ShowerSourceTest() {
    FileContent first = with_small_sums(FileContent::of(20));
    first.compression = 2;
    FileContent second = with_small_sums(FileContent::of(13, 20));
    second.dtype = DType::f64;
    first.write_variable_angle(folder / "a.h5");
    second.write_variable_angle(folder / "b.h5");
    options.files = {"*.h5"};
    options.base_folder = folder.path();
    options.split.calibration = 20;
    options.split.evaluation = 7;
  }
  static FileContent with_small_sums(FileContent content) {
    for (std::size_t row = 0; row < content.energies.size(); row += 7) {
      std::fill_n(content.images.begin() + static_cast<std::ptrdiff_t>(row * 24), 24, 1e-3);
    }
    return content;
  }
  struct All {
    std::vector<float> images;
    std::vector<EventLabel> labels;
    std::vector<std::int64_t> sizes;
  };
  [[nodiscard]] static All read(ShowerSource& source) {
    All all;
    ShowerBlock block;
    while (source.next(block)) {
      EXPECT_EQ(block.images.size(), block.labels.size() * 24);
      all.images.insert(all.images.end(), block.images.begin(), block.images.end());
      all.labels.insert(all.labels.end(), block.labels.begin(), block.labels.end());
      all.sizes.push_back(block.events.size());
    }
    return all;
  }

  testing::TempDir folder;
  DataOptions options;
};

TEST_F(ShowerSourceTest, GivesImagesInGevWithTheirLabels) {
  const EventIndex index = EventIndex::build(options);
  ShowerSource source(index, options, index.evaluation(), 3);
  const All all = read(source);
  EXPECT_EQ(all.sizes, (std::vector<std::int64_t>{3, 3, 1}));
  ASSERT_EQ(all.labels.size(), 7U);
  for (std::size_t i = 0; i < all.labels.size(); ++i) {
    EXPECT_EQ(all.labels[i], index.labels()[20 + i]);
    const double row = all.labels[i].energy - 100.0;
    for (std::size_t cell = 0; cell < 24; ++cell) {
      const auto file_units = static_cast<float>(1.0 + row + static_cast<double>(cell) / 100.0);
      EXPECT_EQ(all.images[i * 24 + cell], file_units / 50.0F);
    }
  }
}

TEST_F(ShowerSourceTest, BlockSizeDoesNotMatter) {
  const EventIndex index = EventIndex::build(options);
  ShowerSource whole(index, options, {0, index.size()}, 1000);
  const All expected = read(whole);
  EXPECT_EQ(expected.sizes, (std::vector<std::int64_t>{27}));
  for (const std::int64_t block_size : {1, 2, 5, 9, 26, 27}) {
    ShowerSource source(index, options, {0, index.size()}, block_size);
    const All all = read(source);
    EXPECT_EQ(all.images, expected.images);
    EXPECT_EQ(all.labels, expected.labels);
  }
}

TEST_F(ShowerSourceTest, ThresholdAndUnitsFollowTheLayout) {
  FileContent content = FileContent::of(2);
  content.images[0] = 0.5e-6;
  content.images[1] = 2e-6;
  testing::TempDir other;
  content.write_fixed_angle(other / "fixed.h5");
  options.layout = DataLayout::fixed_angle;
  options.base_folder = other.path();
  options.split.calibration = 2;
  options.split.evaluation = 0;
  const EventIndex index = EventIndex::build(options);
  ShowerSource source(index, options, index.calibration(), 2);
  const All all = read(source);
  EXPECT_EQ(all.images[0], 0.0F);
  EXPECT_EQ(all.images[1], 2e-6F);
  EXPECT_EQ(all.images[24], 2.0F);
}

TEST_F(ShowerSourceTest, AnEmptyRangeGivesNoBlock) {
  const EventIndex index = EventIndex::build(options);
  ShowerSource source(index, options, {5, 5}, 3);
  ShowerBlock block;
  EXPECT_FALSE(source.next(block));
  EXPECT_FALSE(source.next(block));
}

/// The reader meets the bad row while it is ahead; the blocks before it still arrive.
TEST_F(ShowerSourceTest, ErrorsOfTheReaderArriveInOrder) {
  options.minimum_sum = 0.0;
  FileContent content = FileContent::of(20);
  content.images[9 * 24 + 1] = std::nan("");
  content.write_variable_angle(folder / "a.h5");
  const EventIndex index = EventIndex::build(options);
  ShowerSource source(index, options, index.calibration(), 2);
  ShowerBlock block;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(source.next(block));
  }
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(message_of([&] { (void)source.next(block); }),
              (folder / "a.h5").string() +
                  ":/ECAL[9]: a cell is not a finite number; the file is damaged or was written by "
                  "a failed simulation");
  }
}

TEST_F(ShowerSourceTest, AMissingEcalArrivesAtTheConsumer) {
  FileContent content = FileContent::of(3);
  content.with_images = false;
  testing::TempDir other;
  content.write_variable_angle(other / "labels.h5");
  options.base_folder = other.path();
  options.minimum_sum = 0.0;
  options.split.calibration = 3;
  options.split.evaluation = 0;
  const EventIndex index = EventIndex::build(options);
  ShowerSource source(index, options, index.calibration(), 2);
  ShowerBlock block;
  EXPECT_EQ(message_of([&] { (void)source.next(block); }),
            (other / "labels.h5").string() +
                ":/ECAL: there is no such dataset; shower images are needed here");
}

/// Destruction at every stage: nothing read, some read, the reader blocked on the full queue.
TEST_F(ShowerSourceTest, MayBeLeftAtAnyTime) {
  const EventIndex index = EventIndex::build(options);
  for (int taken = 0; taken < 5; ++taken) {
    for (const int wait_ms : {0, 5}) {
      ShowerSource source(index, options, {0, index.size()}, 2);
      ShowerBlock block;
      for (int i = 0; i < taken; ++i) {
        EXPECT_TRUE(source.next(block));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
    }
  }
}

}  // namespace
}  // namespace caloquant
