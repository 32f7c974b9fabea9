// Values that are not in the file, or in another one: read right, or refused for the right reason.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <caloquant/error.hpp>
#include <fstream>
#include <numeric>

#include "graph/io/files/h5file.hpp"
#include "tests/graph/io/files/hdf5/h5_fixture.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::message_of;
using testing::RawH5;

class H5StorageTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<float> read(const std::string& dataset, bool follow = false) const {
    const Tensor tensor =
        H5File::open(folder / "a.h5", ErrorKind::data, follow).read(dataset, DType::f32);
    return {tensor.data<float>().begin(), tensor.data<float>().end()};
  }
  [[nodiscard]] std::string refusal(const std::string& dataset, bool follow = false) const {
    return message_of([&] { (void)read(dataset, follow); });
  }
  /// 0, 1, ... as RawH5::numbers() writes.
  [[nodiscard]] static std::vector<float> counted(std::size_t rows) {
    std::vector<float> values(3 * rows);
    std::iota(values.begin(), values.end(), 0.0F);
    return values;
  }

  testing::TempDir folder;
};

TEST_F(H5StorageTest, RefusesWhatWasNotWrittenToItsEnd) {
  {
    RawH5 file(folder / "a.h5");
    file.numbers("whole", 4, 2, 4);
    file.numbers("part", 4, 2, 2);
    file.numbers("no_chunk", 4, 2, 0);
    file.numbers("nothing", 4, 0, 0);
    file.numbers("empty", 0, 0, 0);
  }
  EXPECT_EQ(read("/whole"), counted(4));
  EXPECT_TRUE(read("/empty").empty());
  EXPECT_THAT(refusal("/part"), AllOf(HasSubstr("a.h5:/part"), HasSubstr("1 of 2 chunks")));
  EXPECT_THAT(refusal("/no_chunk"), HasSubstr("0 of 2 chunks"));
  EXPECT_THAT(refusal("/nothing"), HasSubstr("was never written"));
  std::vector<float> rows(6);
  const H5File file = H5File::open(folder / "a.h5", ErrorKind::data);
  EXPECT_THAT(message_of([&] { file.read_rows("/part", 0, 2, std::span(rows)); }),
              HasSubstr("1 of 2 chunks"));
}

TEST_F(H5StorageTest, NamesTheFilterThatIsMissing) {
  {
    RawH5 file(folder / "a.h5");
    file.packed("blosc", 1, 32001, {1, 2, 3});
    file.packed("own", 1, 999, {1, 2, 3});
  }
  EXPECT_THAT(refusal("/blosc"),
              AllOf(HasSubstr("the filter 'Blosc' (number 32001)"), HasSubstr("h5repack")));
  EXPECT_THAT(refusal("/own"), HasSubstr("(number 999)"));
}

TEST_F(H5StorageTest, UnpacksLzf) {
  {
    RawH5 file(folder / "a.h5");
    // 4 literal bytes of 1.0f, then 8 bytes copied from 4 before.
    file.packed("x", 1, 32000, {3, 0, 0, 0x80, 0x3F, (8 - 2) << 5, 3});
    file.packed("short", 1, 32000, {3, 0, 0, 0x80, 0x3F});
    file.packed("before", 1, 32000, {3, 0, 0, 0x80, 0x3F, (8 - 2) << 5, 4});
  }
  EXPECT_THAT(read("/x"), ElementsAre(1.0F, 1.0F, 1.0F));
  EXPECT_THAT(refusal("/short"), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal("/before"), HasSubstr("cannot be read"));
}

/// h5py's bool is an enumeration of the bytes 0 and 1. Numbers of other names mean nothing.
TEST_F(H5StorageTest, BooleansAreNumbers) {
  {
    RawH5 file(folder / "a.h5");
    file.enumeration("bool", 5, {0, 1});
    file.enumeration("turned", 5, {1, 0});
    file.enumeration("kinds", 5, {0, 1, 2});
    file.enumeration("shifted", 5, {1, 2});
    file.enumeration("one", 5, {1});
  }
  const H5File file = H5File::open(folder / "a.h5", ErrorKind::data);
  EXPECT_EQ(file.info("/bool").element, H5Class::integer);
  EXPECT_THAT(read("/bool"), ElementsAre(0.0F, 1.0F, 0.0F, 1.0F, 0.0F));
  EXPECT_THAT(read("/turned"), ElementsAre(1.0F, 0.0F, 1.0F, 0.0F, 1.0F));
  for (const DType as : {DType::f64, DType::s8, DType::u8, DType::s32, DType::s64}) {
    EXPECT_EQ(file.read("/bool", as).size(), 5U) << name_of(as);
  }
  const Tensor longs = file.read("/bool", DType::s64);
  EXPECT_THAT(longs.data<std::int64_t>(), ElementsAre(0, 1, 0, 1, 0));
  std::vector<double> rows(2);
  file.read_rows("/bool", 3, 2, std::span(rows));
  EXPECT_THAT(rows, ElementsAre(1.0, 0.0));
  for (const char* name : {"/kinds", "/shifted", "/one"}) {
    EXPECT_EQ(file.info(name).element, H5Class::other);
    EXPECT_THAT(refusal(name), HasSubstr("does not hold numbers")) << name;
  }
}

TEST_F(H5StorageTest, FollowsSoftLinksInTheFile) {
  {
    RawH5 file(folder / "a.h5");
    file.numbers("x", 2, 0, 2);
    file.soft_link("s", "/x");
    file.soft_link("t", "s");
    file.soft_link("u", "/u");
    file.soft_link("v", "/absent");
  }
  EXPECT_EQ(read("/t"), counted(2));
  EXPECT_THAT(refusal("/u"), HasSubstr("go in a circle"));
  EXPECT_THAT(refusal("/v"), HasSubstr("there is no such dataset"));
}

TEST_F(H5StorageTest, ExternalLinksStayInTheFolder) {
  std::filesystem::create_directory(folder / "deep");
  for (const char* name : {"other.h5", "deep/other.h5"}) {
    RawH5(folder / name).numbers("x", 1000, 0, 1000);
  }
  std::filesystem::create_directory(folder / "in");
  {
    RawH5 file(folder / "in/a.h5");
    file.external_link("up", "../other.h5", "/x");
    file.external_link("absolute", (folder / "other.h5").string(), "/x");
    std::filesystem::create_symlink(folder / "other.h5", folder / "in/symlink.h5");
    file.external_link("symlink", "symlink.h5", "/x");
  }
  {
    RawH5 file(folder / "a.h5");
    file.external_link("x", "other.h5", "/x");
    file.external_link("deep", "deep/other.h5", "/x");
    file.external_link("gone", "gone.h5", "/x");
    file.external_link("circle", "a.h5", "/circle");
  }
  // Larger than a.h5 itself: judged by the file that holds it.
  EXPECT_EQ(read("/x", true), counted(1000));
  EXPECT_EQ(read("/deep", true), counted(1000));
  EXPECT_THAT(refusal("/x"),
              AllOf(HasSubstr("a.h5:/x: is a link to 'other.h5'"), HasSubstr("data.follow_links")));
  EXPECT_THAT(refusal("/gone", true), HasSubstr("'gone.h5', which does not exist"));
  EXPECT_THAT(refusal("/circle", true), HasSubstr("go in a circle"));
  const H5File in = H5File::open(folder / "in/a.h5", ErrorKind::data, true);
  for (const char* name : {"/up", "/absolute", "/symlink"}) {
    EXPECT_THAT(message_of([&] { (void)in.read(name, DType::f32); }),
                HasSubstr("which is not in the folder of the file"));
  }
  const H5File model = H5File::open(folder / "a.h5", ErrorKind::model);
  EXPECT_THAT(message_of([&] { (void)model.read("/x", DType::f32); }),
              HasSubstr("models and weights must hold all values themselves"));
}

TEST_F(H5StorageTest, ExternalStorageIsAnotherFile) {
  {
    RawH5 file(folder / "a.h5");
    file.external_storage("raw", 2, "raw.bin");
    file.external_storage("short", 3, "raw.bin");
    file.external_storage("passwords", 2, "/etc/passwd");
    file.external_storage("pipe", 2, "pipe");
    file.external_storage("gone", 2, "gone.bin");
  }
  const std::vector<float> values = counted(2);
  std::ofstream(folder / "raw.bin", std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()), 24);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read("/raw", true), values);
  EXPECT_THAT(refusal("/raw"), HasSubstr("has its values in 'raw.bin', which is another file"));
  EXPECT_THAT(refusal("/short", true), HasSubstr("which is shorter than they are"));
  EXPECT_THAT(refusal("/passwords", true), HasSubstr("which is not in the folder"));
  EXPECT_THAT(refusal("/pipe", true), HasSubstr("which is not an ordinary file"));
  EXPECT_THAT(refusal("/gone", true), HasSubstr("'gone.bin', which does not exist"));
}

TEST_F(H5StorageTest, VirtualDatasetsNeedAllTheirSources) {
  RawH5(folder / "b.h5").numbers("x", 2, 0, 2);
  {
    RawH5 file(folder / "c.h5");
    file.numbers("x", 2, 0, 2);
    file.numbers("unwritten", 2, 1, 1);
    file.virtual_dataset("nested", 2, {{"b.h5", "x", 0, 2}});
    file.virtual_dataset("lost", 2, {{"gone.h5", "x", 0, 2}});
  }
  {
    RawH5 file(folder / "a.h5");
    file.numbers("own", 2, 0, 2);
    file.virtual_dataset("good", 4, {{"b.h5", "x", 0, 2}, {"c.h5", "x", 2, 2}});
    file.virtual_dataset("same_file", 2, {{".", "own", 0, 2}});
    file.virtual_dataset("gone", 4, {{"b.h5", "x", 0, 2}, {"gone.h5", "x", 2, 2}});
    file.virtual_dataset("no_dataset", 2, {{"b.h5", "y", 0, 2}});
    file.virtual_dataset("gap", 5, {{"b.h5", "x", 0, 2}, {"c.h5", "x", 3, 2}});
    file.virtual_dataset("overlap", 3, {{"b.h5", "x", 0, 2}, {"c.h5", "x", 1, 2}});
    file.virtual_dataset("too_much", 4, {{"b.h5", "x", 0, 4}});
    file.virtual_dataset("unwritten", 2, {{"c.h5", "unwritten", 0, 2}});
    file.virtual_dataset("nested", 2, {{"c.h5", "nested", 0, 2}});
    file.virtual_dataset("lost", 2, {{"c.h5", "lost", 0, 2}});
    file.virtual_dataset("circle", 2, {{".", "circle", 0, 2}});
    file.virtual_series("series", "p%b.h5");
  }
  std::vector<float> twice = counted(2);
  const std::vector<float> once = twice;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(read("/good", true), twice);
  EXPECT_EQ(read("/nested", true), once);
  EXPECT_EQ(read("/same_file"), once);
  EXPECT_THAT(refusal("/good"), AllOf(HasSubstr("takes values from 'b.h5', which is another file"),
                                      HasSubstr("--follow-links")));
  for (const bool follow : {false, true}) {
    EXPECT_THAT(refusal("/gap", follow), HasSubstr("leave a gap"));
    EXPECT_THAT(refusal("/overlap", follow), HasSubstr("overlap"));
    EXPECT_THAT(refusal("/series", follow), HasSubstr("without an end"));
    const H5File file = H5File::open(folder / "a.h5", ErrorKind::data, follow);
    EXPECT_THAT(message_of([&] { (void)file.info("/series"); }), HasSubstr("without an end"));
  }
  EXPECT_THAT(refusal("/gone", true), HasSubstr("'gone.h5', which does not exist"));
  EXPECT_THAT(refusal("/no_dataset", true), HasSubstr("which has no dataset '/y'"));
  EXPECT_THAT(refusal("/too_much", true), HasSubstr("than that has"));
  EXPECT_THAT(refusal("/unwritten", true), AllOf(HasSubstr("c.h5"), HasSubstr("1 of 2 chunks")));
  EXPECT_THAT(refusal("/lost", true), HasSubstr("'gone.h5', which does not exist"));
  EXPECT_THAT(refusal("/circle", true), HasSubstr("in a circle"));
}

// A missing file is named, whether links are followed or not.
TEST_F(H5StorageTest, NamesTheMissingSource) {
  RawH5(folder / "b.h5").numbers("x", 2, 0, 2);
  { RawH5(folder / "a.h5").virtual_dataset("x", 4, {{"b.h5", "x", 0, 2}, {"gone.h5", "x", 2, 2}}); }
  EXPECT_THAT(refusal("/x"), HasSubstr("'gone.h5', which does not exist"));
}

TEST_F(H5StorageTest, RefusesWhatIsNoFile) {
  ASSERT_EQ(mkfifo((folder / "pipe.h5").c_str(), 0600), 0);
  std::ofstream(folder / "empty.h5");
  for (const auto& [name, problem] : std::vector<std::pair<std::filesystem::path, std::string>>{
           {folder / "pipe.h5", "is a pipe or a device"},
           {"/dev/zero", "is a pipe or a device"},
           {folder.path(), "is a folder"},
           {folder / "absent.h5", "there is no such file"},
           {folder / "empty.h5", "is not an HDF5 file"}}) {
    EXPECT_THAT(message_of([&] { (void)H5File::open(name, ErrorKind::data); }), HasSubstr(problem));
  }
}

}  // namespace
}  // namespace caloquant
