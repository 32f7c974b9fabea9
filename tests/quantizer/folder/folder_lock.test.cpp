#include "quantizer/folder/folder_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <caloquant/error.hpp>
#include <csignal>
#include <fstream>
#include <memory>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

TEST(FolderLock, KeepsOthersOutAndSaysWhoHoldsIt) {
  const testing::TempDir folder;
  {
    const FolderLock lock(folder.path());
    const std::string message = testing::message_of([&] { FolderLock(folder.path()); });
    EXPECT_THAT(message, HasSubstr("is in use by process " + std::to_string(::getpid()) + " on "));
    EXPECT_THAT(message, HasSubstr("since 20"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  EXPECT_NO_THROW(FolderLock(folder.path()));
}

TEST(FolderLock, GoesWithItsProcess) {
  const testing::TempDir folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderLock lock(folder.path());
    [[maybe_unused]] const ssize_t written = ::write(ready[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(testing::message_of([&] { FolderLock(folder.path()); }),
              HasSubstr("process " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(fs::exists(folder / FolderLock::file_name));  // left behind, and nobody's
  EXPECT_NO_THROW(FolderLock(folder.path()));
  EXPECT_TRUE(fs::is_empty(folder.path()));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FolderLock, IsNoLinkAndNoPipe) {
  const testing::TempDir folder;
  const testing::TempDir other;
  std::ofstream(other / "victim") << "text";
  fs::create_symlink(other / "victim", folder / FolderLock::file_name);
  EXPECT_THROW(FolderLock(folder.path()), BackendError);
  EXPECT_EQ(fs::file_size(other / "victim"), 4U);
  fs::remove(folder / FolderLock::file_name);
  ASSERT_EQ(::mkfifo((folder / FolderLock::file_name).c_str(), 0600), 0);
  EXPECT_THAT(testing::message_of([&] { FolderLock(folder.path()); }),
              HasSubstr("is no regular file"));
  EXPECT_THROW(FolderLock(folder / "absent"), BackendError);
}

}  // namespace
}  // namespace caloquant
