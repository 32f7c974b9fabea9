#include "graph/io/files/output_guard.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;

class OutputGuard : public ::testing::Test {
 protected:
  OutputGuard() {
    std::ofstream(folder / "in.h5") << "x";
    fs::create_directory(folder / "model");
    std::ofstream(folder / "model" / "part.pb") << "x";
  }
  [[nodiscard]] std::string refusal(const fs::path& output, const fs::path& input) const {
    return message_of([&] { refuse_overwriting("--output", output, {fs::path(), input}); });
  }
  testing::TempDir folder;
};

TEST_F(OutputGuard, TheSameFileByEveryWay) {
  fs::create_symlink(folder / "in.h5", folder / "link.h5");
  fs::create_hard_link(folder / "in.h5", folder / "hard.h5");
  for (const fs::path& output : {folder / "in.h5", folder / "link.h5", folder / "hard.h5",
                                 folder.path() / "model/../in.h5"}) {
    EXPECT_THAT(refusal(output, folder / "in.h5"),
                AllOf(HasSubstr("--output"), HasSubstr("would overwrite what is read"),
                      HasSubstr("name another file")))
        << output;
    EXPECT_THAT(refusal(folder / "in.h5", output), HasSubstr("would overwrite")) << output;
  }
}

TEST_F(OutputGuard, WhatLiesInAFolderThatIsRead) {
  EXPECT_THAT(refusal(folder.path() / "model/part.pb", folder / "model"),
              HasSubstr("would overwrite"));
  EXPECT_EQ(refusal(folder.path() / "model/new.h5", folder / "model"), "");
}

TEST_F(OutputGuard, TwoOutputs) {
  const auto refused = [](const fs::path& a, const fs::path& b) {
    return message_of([&] { refuse_same_output("--markdown", a, "--junit", b); });
  };
  const fs::path by_another_way = folder.path() / "model/../new.h5";
  fs::create_symlink(folder / "in.h5", folder / "link.h5");
  EXPECT_THAT(refused(folder / "new.h5", folder / "new.h5"),
              AllOf(HasSubstr("--markdown"), HasSubstr("is the file of --junit, too")));
  EXPECT_THAT(refused(folder / "new.h5", by_another_way), HasSubstr("is the file of --junit"));
  EXPECT_THAT(refused(folder / "in.h5", folder / "link.h5"), HasSubstr("is the file of --junit"));
  EXPECT_EQ(refused(folder / "new.h5", folder / "other.h5"), "");
  EXPECT_EQ(refused("", folder / "new.h5"), "");
  EXPECT_EQ(refused(folder / "new.h5", ""), "");
  EXPECT_EQ(refused("/dev/null", "/dev/null"), "");
}

TEST_F(OutputGuard, OtherFilesAreNone) {
  std::ofstream(folder / "out.h5") << "x";
  EXPECT_EQ(refusal(folder / "out.h5", folder / "in.h5"), "");
  EXPECT_EQ(refusal(folder / "new.h5", folder / "in.h5"), "");
  EXPECT_EQ(refusal(folder / "in.h5", folder / "absent.h5"), "");
  EXPECT_EQ(refusal("", folder / "in.h5"), "");
  EXPECT_EQ(refusal("/dev/null", "/dev/null"), "");
}

}  // namespace
}  // namespace caloquant
