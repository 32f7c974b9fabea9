#include "calibration/data/file_list.hpp"

#include <fstream>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::message_of;
using Names = std::vector<std::string>;

class FileList : public ::testing::Test {
 protected:
  FileList() {
    for (const char* name : {"b_1_2.h5", "a_1_1.h5", "a_1_10.h5", "odd[1].h5"}) {
      std::ofstream(folder / name) << name;
    }
    std::filesystem::create_directory(folder / "sub");
    std::ofstream(folder / "sub/a_1_3.h5") << "x";
  }
  [[nodiscard]] Names expand(const Names& patterns) const {
    Names names;
    for (const auto& file : expand_files(patterns, folder.path())) {
      names.push_back(std::filesystem::relative(file, folder.path()).string());
    }
    return names;
  }
  testing::TempDir folder;
};

TEST_F(FileList, IsSortedWithoutDuplicates) {
  EXPECT_EQ(expand({"b_1_2.h5", "a*.h5", "./a_1_1.h5", "sub/../a_1_1.h5"}),
            (Names{"a_1_1.h5", "a_1_10.h5", "b_1_2.h5"}));
}

TEST_F(FileList, StarAndQuestionMarkStayInsideAFolder) {
  EXPECT_EQ(expand({"a_1_?.h5"}), (Names{"a_1_1.h5"}));
  EXPECT_EQ(expand({"s*/*"}), (Names{"sub/a_1_3.h5"}));
}

TEST_F(FileList, BracketsAreOrdinaryCharacters) {
  EXPECT_EQ(expand({"odd[1].h5"}), (Names{"odd[1].h5"}));
  EXPECT_EQ(expand({"od?[1]*"}), (Names{"odd[1].h5"}));
}

TEST_F(FileList, TheBaseFolderIsNeverAPattern) {
  const auto base = folder / "we[ir]d*";
  std::filesystem::create_directory(base);
  std::ofstream(base / "x.h5") << "x";
  EXPECT_EQ(expand_files({"*.h5"}, base).at(0), base / "x.h5");
}

TEST_F(FileList, AbsolutePatternsIgnoreTheBaseFolder) {
  const std::string absolute = (folder / "a*.h5").string();
  EXPECT_EQ(expand_files({absolute}, "/nowhere").size(), 2U);
}

TEST_F(FileList, NamesAPatternWithoutMatchAndAMissingFile) {
  EXPECT_EQ(message_of([&] { (void)expand({"z*.h5"}); }),
            (folder / "z*.h5").string() +
                ": matches no file; check the pattern; relative ones start from the folder of the "
                "config");
  EXPECT_EQ(message_of([&] {
              (void)expand({"a*.h5", "c.h5"});
            }),
            (folder / "c.h5").string() +
                ": there is no such file; check the path; relative ones start from the folder of "
                "the config");
}

}  // namespace
}  // namespace caloquant
