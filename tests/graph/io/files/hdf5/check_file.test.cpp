// Damaged files never reach libhdf5 in a state that makes it crash or loop.

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <caloquant/error.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "graph/io/files/h5file.hpp"
#include "graph/io/files/hdf5/check/check_file.hpp"
#include "tests/graph/io/files/hdf5/h5_fixture.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return std::move(content).str();
}

std::optional<std::string> damage_of(const std::string& bytes) {
  return hdf5::damage_in(hdf5::FileBytes(std::as_bytes(std::span(bytes))));
}

/// Reads all that is there, as readers of models and showers do; errors are fine.
void read_all(const H5File& file, const std::string& group, int depth) {
  for (const std::string& child : file.children(group)) {
    const std::string path = (group == "/" ? "" : group) + "/" + child;
    try {
      for (const char* name : {"layer_names", "weight_names", "backend", "keras_version"}) {
        if (file.has_attribute(group, name)) {
          (void)file.strings_attribute(group, name);
        }
      }
      if (file.is_group(path)) {
        if (depth < 8) {
          read_all(file, path, depth + 1);
        }
      } else if (element_count(file.info(path).shape) < 10'000'000) {
        (void)file.read(path, DType::f32);
      }
    } catch (const Error&) {
      continue;
    }
  }
}

/// How a child ends that reads the file: 0, or the signal. It has five seconds.
int end_of_reader(const std::filesystem::path& file) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(5);
    try {
      read_all(H5File::open(file, ErrorKind::data), "/", 0);
    } catch (const std::exception&) {
      _exit(0);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

class H5CheckTest : public testing::PropertyTest {
 protected:
  /// One to four bytes of the first 16 KiB, or of the file, become others.
  std::string mutant_of(const std::string& good) {
    std::string bytes = good;
    const std::size_t changes = 1 + (below(4) == 0 ? below(4) : 0);
    for (std::size_t i = 0; i < changes; ++i) {
      const std::size_t room =
          below(2) == 0 ? bytes.size() : std::min<std::size_t>(16384, bytes.size());
      const std::size_t at = below(room);
      const auto bit = static_cast<unsigned char>(1U << below(8));
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ bit);
    }
    return bytes;
  }
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  }

  testing::TempDir folder;
};

TEST_F(H5CheckTest, TakesWhatOurselvesAndKerasWrite) {
  const std::filesystem::path fixtures =
      std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures";
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(fixtures)) {
    if (entry.path().extension() == ".h5") {
      ++files;
      EXPECT_EQ(damage_of(content_of(entry.path())), std::nullopt) << entry.path();
    }
  }
  EXPECT_GT(files, 20);
}

TEST_F(H5CheckTest, NothingCrashesOrLoops) {
  const std::filesystem::path fixtures =
      std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/keras";
  testing::RawH5(folder / "showers.h5").numbers("ECAL", 100, 2, 100);
  for (const std::filesystem::path& file :
       {fixtures / "random_stack_1.h5", fixtures / "generator3d_weights.h5",
        folder / "showers.h5"}) {
    const std::string good = content_of(file);
    for (int round = 0; round < 150; ++round) {
      const std::string bytes = mutant_of(good);
      std::ofstream(folder / "m.h5", std::ios::binary) << bytes;
      ASSERT_EQ(end_of_reader(folder / "m.h5"), 0) << file << ", round " << round;
    }
  }
}

/// Every structure on the way to the values, spoilt at one byte.
TEST_F(H5CheckTest, NamesWhatIsWrong) {
  testing::RawH5(folder / "a.h5").numbers("x", 20, 2, 20);
  const std::string good = content_of(folder / "a.h5");
  ASSERT_EQ(damage_of(good), std::nullopt);
  const auto spoilt = [&](const std::string& after, std::size_t offset, char value) {
    std::string bytes = good;
    const std::size_t at = bytes.rfind(after);
    EXPECT_NE(at, std::string::npos);
    bytes[at + offset] = value;
    return damage_of(bytes);
  };
  EXPECT_THAT(spoilt("HEAP", 0, 'X'), Optional(HasSubstr("another signature")));
  EXPECT_THAT(spoilt("HEAP", 16, 3), Optional(HasSubstr("free space")));
  EXPECT_THAT(spoilt("SNOD", 6, 100), Optional(HasSubstr("more members than it can")));
  EXPECT_THAT(spoilt("TREE", 4, 0), Optional(HasSubstr("an index of something else")));
  EXPECT_THAT(spoilt("TREE", 5, 3), Optional(HasSubstr("index of chunks")));
  EXPECT_THAT(spoilt("TREE", 6, 100), Optional(HasSubstr("more entries than it can")));
  EXPECT_THAT(spoilt("TREE", 24, 1), Optional(HasSubstr("a chunk of an impossible size")));
  EXPECT_THAT(spoilt("TREE", 28, 1), Optional(HasSubstr("skips filters")));
  EXPECT_THAT(spoilt("TREE", 32, 1), Optional(HasSubstr("a chunk outside of its dataset")));
  EXPECT_THAT(spoilt("TREE", 63, 1), Optional(HasSubstr("beyond the end of the file")));
  EXPECT_THAT(damage_of(good.substr(0, good.size() / 2)), Optional(HasSubstr("beyond the end")));
  EXPECT_THAT(damage_of(good.substr(0, 20)), Optional(HasSubstr("superblock")));
}

// A chunk's address that is another chunk's.
TEST_F(H5CheckTest, NoByteBelongsToTwoThings) {
  testing::RawH5(folder / "a.h5").numbers("x", 4, 2, 4);
  std::string bytes = content_of(folder / "a.h5");
  const std::size_t tree = bytes.rfind("TREE");
  const std::size_t key = 8 + 3 * 8;
  bytes.replace(tree + 24 + key + 8 + key, 8, bytes.substr(tree + 24 + key, 8));
  EXPECT_THAT(damage_of(bytes), Optional(HasSubstr("overlaps another part of the file")));
}

}  // namespace
}  // namespace caloquant
