#include <caloquant/shower_stream.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <caloquant/error.hpp>
#include <fstream>
#include <iterator>
#include <limits>
#include <thread>

#include "calibration/data/shower_file.hpp"
#include "graph/io/files/h5file.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A shower of 2 x 3 x 2 cells that its number settles.
struct SmallShower {
  explicit SmallShower(std::int64_t event)
      : cells(12, 0.0F), extras{0.5 * static_cast<double>(event), 3.0} {
    cells[static_cast<std::size_t>(event) % 12] = 0.25F * static_cast<float>(event + 1);
    cells[11] += 0.5F;
    shower = {event, 10.0 + static_cast<double>(event), 1.5, 22, cells, extras};
  }
  SmallShower(const SmallShower&) = delete;
  SmallShower& operator=(const SmallShower&) = delete;

  std::vector<float> cells;
  std::vector<double> extras;
  SimulatedShower shower;
};

class ShowerStreamTest : public ::testing::Test {
 protected:
  [[nodiscard]] ShowerStreamOptions options(const std::string& name) const {
    return {folder.path() / name, {2, 3, 2}, {"outside", "steps"}, {{"generator", "test"}}, 0};
  }
  void write_in_order(const std::string& name, const std::vector<std::int64_t>& events) const {
    ShowerStream stream(options(name));
    for (const std::int64_t event : events) {
      stream.write(SmallShower(event).shower);
    }
    EXPECT_EQ(stream.rows(), std::ssize(events));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / name));
    stream.commit();
  }
  testing::TempDir folder;
};

TEST_F(ShowerStreamTest, WritesWhatShowerFilesHold) {
  write_in_order("a.h5", {0, 1, 2});
  const ShowerFile file(folder.path() / "a.h5", DataLayout::variable_angle, {});
  EXPECT_EQ(file.rows(), 3);
  EXPECT_THAT(file.image_shape(), ElementsAre(2, 3, 2));
  std::vector<EventLabel> labels(3);
  file.read_labels(0, labels);
  EXPECT_EQ(labels[2].energy, 12.0);
  EXPECT_FLOAT_EQ(static_cast<float>(labels[2].theta), 1.5F);
  std::vector<float> images(36);
  file.read_images(0, 3, 0.0, images);
  EXPECT_EQ(images[12 + 1], 50.0F * 0.5F);  // 50 x GeV
  EXPECT_EQ(images[24 + 11], 50.0F * 0.5F);
  const H5File raw = H5File::open(folder.path() / "a.h5", ErrorKind::data);
  EXPECT_EQ(raw.string_attribute("/", "generator"), "test");
  EXPECT_THAT(raw.children("/"), ElementsAre("ECAL", "energy", "eta", "event", "outside", "pdgID",
                                             "steps", "sum", "theta"));
  std::vector<float> sums(3);
  raw.read_rows("/sum", 0, 3, std::span(sums));
  EXPECT_THAT(sums, ElementsAre(37.5F, 50.0F, 62.5F));
}

// Property: threads may write in any order; the bytes of the file are the same.
TEST_F(ShowerStreamTest, OrderOfWritingDoesNotMatter) {
  std::vector<std::int64_t> events(40);
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i] = static_cast<std::int64_t>(i);
  }
  write_in_order("a.h5", events);
  std::ranges::reverse(events);
  write_in_order("b.h5", events);
  {
    ShowerStream stream(options("c.h5"));
    std::vector<std::thread> threads;
    for (std::int64_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&stream, thread] {
        for (std::int64_t event = thread; event < 40; event += 4) {
          stream.write(SmallShower(event).shower);
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    stream.commit();
  }
  const std::string bytes = content_of(folder.path() / "a.h5");
  EXPECT_EQ(content_of(folder.path() / "b.h5"), bytes);
  EXPECT_EQ(content_of(folder.path() / "c.h5"), bytes);
}

TEST_F(ShowerStreamTest, RunThatWasBrokenOffKeepsWhatIsThere) {
  write_in_order("a.h5", {0, 1, 4, 7});
  std::vector<float> events(4);
  H5File::open(folder.path() / "a.h5", ErrorKind::data)
      .read_rows("/event", 0, 4, std::span(events));
  EXPECT_THAT(events, ElementsAre(0, 1, 4, 7));
  write_in_order("none.h5", {});
  EXPECT_EQ(ShowerFile(folder.path() / "none.h5", DataLayout::variable_angle, {}).rows(), 0);
  { const ShowerStream dropped(options("dropped.h5")); }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "dropped.h5"));
}

TEST_F(ShowerStreamTest, SaysWhatIsWrong) {
  ShowerStream stream(options("a.h5"));
  const auto refused = [&](auto&& damage) {
    SmallShower small(5);
    damage(small);
    return testing::message_of([&] { stream.write(small.shower); });
  };
  EXPECT_THAT(refused([](SmallShower& small) { small.shower.energy = 0.0; }),
              HasSubstr("positive"));
  EXPECT_THAT(refused([](SmallShower& small) { small.shower.theta = 90.0; }), HasSubstr("radians"));
  EXPECT_THAT(
      refused([](SmallShower& small) { small.cells[3] = std::numeric_limits<float>::infinity(); }),
      HasSubstr("finite"));
  EXPECT_THAT(refused([](SmallShower& small) { small.shower.extras = {}; }), HasSubstr("2"));
  EXPECT_EQ(stream.rows(), 0);
  stream.write(SmallShower(5).shower);
  EXPECT_THAT(testing::message_of([&] { stream.write(SmallShower(5).shower); }),
              HasSubstr("before"));
  ShowerStreamOptions taken = options("b.h5");
  taken.extras = {"energy"};
  EXPECT_THAT(testing::message_of([&] { ShowerStream{taken}; }), HasSubstr("'energy'"));
  taken.extras.clear();
  taken.cells = {0, 3, 2};
  EXPECT_THAT(testing::message_of([&] { ShowerStream{taken}; }), HasSubstr("51, 51, 25"));
}

}  // namespace
}  // namespace caloquant
