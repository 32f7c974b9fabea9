#include "graph/io/files/write_through.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>

#include "tests/support/file_size_limit.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

TEST(WriteThrough, WritesEveryByteAndSaysWhatFails) {
  const testing::TempDir folder;
  const std::filesystem::path file = folder / "file";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_GE(descriptor, 0);
  EXPECT_EQ(write_through(descriptor, std::string(70000, 'x')), 0);
  EXPECT_EQ(write_through(descriptor, ""), 0);
  EXPECT_EQ(std::filesystem::file_size(file), 70000U);
  {
    const testing::FileSizeLimit limit(70010);
    EXPECT_EQ(write_through(descriptor, std::string(100, 'y')), EFBIG);
  }
  EXPECT_EQ(std::filesystem::file_size(file), 70010U);
  ::close(descriptor);
  EXPECT_EQ(write_through(descriptor, "z"), EBADF);
  EXPECT_EQ(write_through(descriptor, ""), EBADF);
}

TEST(WriteThrough, TakesAPipeThatHasNothingToWaitFor) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  EXPECT_EQ(write_through(ends[1], "text"), 0);
  std::array<char, 8> read{};
  EXPECT_EQ(::read(ends[0], read.data(), read.size()), 4);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace caloquant
