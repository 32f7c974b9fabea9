#include "graph/io/files/h5_names.hpp"

#include <map>

#include "graph/io/files/h5file.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

TEST(H5Names, EscapesWhatCannotBeALink) {
  EXPECT_EQ(dataset_path("scores"), "/scores");
  EXPECT_EQ(dataset_path("a:0 b\xC3\xA9"), "/a:0 b\xC3\xA9");
  EXPECT_EQ(dataset_path("out/1"), "/out%2F1");
  EXPECT_EQ(dataset_path("/a//"), "/%2Fa%2F%2F");
  EXPECT_EQ(dataset_path("out%2F1"), "/out%252F1");
  EXPECT_EQ(dataset_path("."), "/%2E");
  EXPECT_EQ(dataset_path(".."), "/%2E%2E");
  EXPECT_EQ(dataset_path(".a"), "/.a");
  EXPECT_EQ(dataset_path(""), "/%");
  EXPECT_EQ(dataset_path(std::string("a\0b", 3)), "/a%00b");
}

class H5NamesProperty : public testing::PropertyTest {};

/// Names of few characters, all of them special: each gets a dataset of its own.
TEST_F(H5NamesProperty, DifferentNamesAreDifferentDatasets) {
  const testing::TempDir folder;
  std::map<std::string, std::string> names;  // by path
  H5File file = H5File::create(folder / "names.h5");
  for (int round = 0; round < 400; ++round) {
    std::string name;
    for (int i = testing::uniform_int(random, 0, 4); i > 0; --i) {
      name +=
          std::string("a/%.2F_\0", 8)[static_cast<std::size_t>(testing::uniform_int(random, 0, 7))];
    }
    const auto [known, added] = names.emplace(dataset_path(name), name);
    EXPECT_EQ(known->second, name);
    if (added) {
      file.write(known->first,
                 Tensor::of<float>({1}, std::vector<float>{static_cast<float>(round)}));
      file.set_attribute(known->first, "name", name);
    }
  }
  file.commit();
  const H5File again = H5File::open(folder / "names.h5", ErrorKind::data);
  EXPECT_EQ(again.children("/").size(), names.size());
}

}  // namespace
}  // namespace caloquant
