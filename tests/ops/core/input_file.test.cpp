#include "ops/core/input_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <limits>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

class InputFileTest : public ::testing::Test {
 protected:
  InputFileTest() { std::ofstream(folder / "file") << "0123456789"; }

  /// What open() says.
  static std::string refusal(const std::filesystem::path& file) {
    EXPECT_FALSE(InputFile::find(file));
    return testing::message_of([&] { (void)InputFile::open(file, ErrorKind::data); });
  }

  testing::TempDir folder;
};

TEST_F(InputFileTest, IsReadFromAnyPlace) {
  const InputFile file = InputFile::open(folder / "file", ErrorKind::data);
  EXPECT_EQ(file.size(), 10U);
  EXPECT_EQ(file.text(10), "0123456789");
  std::array<char, 4> part{};
  EXPECT_EQ(file.read(2, part), 4U);
  EXPECT_EQ(std::string(part.data(), 4), "2345");
  EXPECT_EQ(file.read(8, part), 2U) << "as far as it reaches";
  EXPECT_EQ(file.read(10, part), 0U);
  EXPECT_EQ(file.read(std::numeric_limits<std::uint64_t>::max(), part), 0U);
}

TEST_F(InputFileTest, ALinkLeadsToItsFile) {
  std::filesystem::create_symlink("file", folder / "link");
  EXPECT_EQ(InputFile::open(folder / "link", ErrorKind::data).text(10), "0123456789");
}

TEST_F(InputFileTest, WhatIsNoFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("pipe", folder / "link_to_pipe");
  std::filesystem::create_symlink("circle", folder / "circle");
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder / "socket";
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::close(socket);
  EXPECT_THAT(refusal(folder / "pipe"), HasSubstr("pipe: is a pipe or a device"));
  EXPECT_THAT(refusal(folder / "link_to_pipe"), HasSubstr("is a pipe or a device"));
  EXPECT_THAT(refusal(folder / "socket"), HasSubstr("is a pipe or a device"));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("is a pipe or a device"));
  EXPECT_THAT(refusal(folder.path()), HasSubstr("is a folder"));
  EXPECT_THAT(refusal(folder / "circle"), HasSubstr("leads to itself"));
  EXPECT_THAT(refusal(folder / "absent"), HasSubstr("there is no such file"));
  EXPECT_THAT(refusal(folder / "file" / "inside"), HasSubstr("there is no such file"));
  EXPECT_THAT(refusal(""), HasSubstr("there is no such file"));
}

TEST_F(InputFileTest, LargeTextIsRefusedBeforeItIsRead) {
  std::filesystem::resize_file(folder / "file", std::uintmax_t{1} << 40U);  // a hole
  const InputFile file = InputFile::open(folder / "file", ErrorKind::config);
  try {
    (void)file.text(1000);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("has 1099511627776 bytes, more than the 1000"));
  }
}

}  // namespace
}  // namespace caloquant
