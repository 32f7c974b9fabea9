#include "calibration/tensors/tensor_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <limits>

#include "calibration/collect/sweep.hpp"
#include "calibration/tensors/npy_header.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/ir/editor.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string npy_bytes(const std::string& dictionary, const std::string& data, char major = 1) {
  std::string text = dictionary;
  const std::size_t head = major == 1 ? 10 : 12;
  while ((head + text.size() + 1) % 64 != 0) {
    text += ' ';
  }
  text += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += major;
  bytes += '\0';
  for (std::size_t i = 0; i < head - 8; ++i) {
    bytes += static_cast<char>(text.size() >> (8 * i) & 0xff);
  }
  return bytes + text + data;
}

template <typename T>
std::string raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

class TensorFiles : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }
  /// Rows of the only tensor, [N, 2].
  static std::vector<float> rows(const std::vector<std::filesystem::path>& files,
                                 std::int64_t first, std::int64_t count) {
    const TensorEvents events(files, {{"data", {{dynamic, 2}}, "input"}}, {}, {"input_0"});
    std::vector<float> values(static_cast<std::size_t>(count) * 2);
    events.read(0, first, count, values);
    return values;
  }
  const testing::TempDir folder;
};

TEST_F(TensorFiles, ReadsNpyOfEveryVersionAndType) {
  const std::string dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }";
  for (const char major : {'\1', '\2', '\3'}) {
    const auto file = write("a.npy", npy_bytes(dict, raw<double>({1, 2, 3, 4}), major));
    EXPECT_THAT(rows({file}, 0, 2), ElementsAre(1, 2, 3, 4));
  }
  const auto small = write("b.npy", npy_bytes("{'descr': '|u1', 'fortran_order': False, 'shape': "
                                              "(1, 2), }",
                                              std::string("\xff\x01", 2)));
  EXPECT_THAT(rows({small}, 0, 1), ElementsAre(255, 1));
  const auto half = write("c.npy", npy_bytes("{'descr': '<f2', 'fortran_order': False, 'shape': "
                                             "(1, 2), }",
                                             raw<std::uint16_t>({0x3c00, 0xc000})));
  EXPECT_THAT(rows({half}, 0, 1), ElementsAre(1, -2));
}

TEST_F(TensorFiles, RowsGoOnInTheNextFile) {
  const std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
  const auto a = write("a.npy", npy_bytes(dict, raw<float>({1, 2, 3, 4})));
  const auto b = write("b.npy", npy_bytes(dict, raw<float>({5, 6, 7, 8})));
  EXPECT_THAT(rows({a, b}, 1, 2), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(rows({a, b}, 3, 1), ElementsAre(7, 8));
}

TEST_F(TensorFiles, RefusesDamagedNpyAtItsPlace) {
  const auto refused = [&](const std::string& bytes) {
    const auto file = write("bad.npy", bytes);
    return testing::message_of([&] { static_cast<void>(read_npy_header(file)); });
  };
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
  const std::string whole = npy_bytes(good, raw<float>({1, 2, 3, 4}));
  EXPECT_EQ(refused(whole), "");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(refused(whole.substr(0, length)), "") << length;
  }
  EXPECT_THAT(refused("PK\x03\x04 no array at all"), HasSubstr("is no .npy file"));
  EXPECT_THAT(refused(npy_bytes("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 2), }", "")),
              AllOf(HasSubstr("'>f4'"), HasSubstr("astype")));
  EXPECT_THAT(refused(npy_bytes("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", "")),
              HasSubstr("Fortran"));
  EXPECT_THAT(refused(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, "
                                "4294967296, 4294967296), }",
                                "")),
              HasSubstr("holds 0 bytes"));
  EXPECT_THAT(
      refused(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 2), }", "")),
      HasSubstr("shape"));
}

TEST_F(TensorFiles, FindsArraysOfHdf5ByName) {
  H5File file = H5File::create(folder / "a.h5");
  Tensor values(DType::f32, {2, 1, 2});
  std::ranges::copy(std::vector<float>{1, 2, 3, 4}, values.data<float>().begin());
  file.write("/volume", values);
  file.write("/other", values);
  file.commit();
  const WantedTensor wanted{"data", {{dynamic, 2}}, "input"};
  const auto open = [&](const TensorNames& names) {
    return testing::message_of([&] {
      const TensorEvents events({folder / "a.h5"}, {wanted}, names, {"input_0"});
      EXPECT_EQ(events.rows(), 2);
    });
  };
  EXPECT_EQ(open({{"", "volume"}}), "");
  EXPECT_EQ(open({{"data", "/other"}}), "");
  EXPECT_THAT(open({}), AllOf(HasSubstr("'/other', '/volume'"), HasSubstr("data.inputs")));
  EXPECT_THAT(open({{"", "volumes"}}), HasSubstr("a.h5:/volumes"));
}

// Masks as h5py writes them; a unit axis does not matter, and names of things are no numbers.
TEST_F(TensorFiles, ReadsBooleansOfHdf5) {
  const auto file =
      std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/foreign/booleans.h5";
  std::vector<float> values(4);
  TensorEvents({file}, {{"data", {{dynamic, 2}}, "input"}}, {{"", "mask"}}, {""})
      .read(0, 1, 2, values);
  EXPECT_THAT(values, ElementsAre(1, 0, 1, 1));
  values.resize(6);
  TensorEvents({file}, {{"y", {{dynamic}}, "target"}}, {{"", "hit"}}, {""}).read(0, 0, 6, values);
  EXPECT_THAT(values, ElementsAre(0, 1, 1, 0, 1, 0));
  EXPECT_THAT(testing::message_of([&] {
                TensorEvents({file}, {{"y", {{dynamic}}, "target"}}, {{"", "kind"}}, {""});
              }),
              AllOf(HasSubstr("booleans.h5:/kind"), HasSubstr("does not hold numbers")));
}

// Each input of a network under its own name.
TEST_F(TensorFiles, FillsSeveralInputs) {
  H5File file = H5File::create(folder / "a.h5");
  Tensor values(DType::f32, {2, 2});
  std::ranges::copy(std::vector<float>{1, 2, 3, 4}, values.data<float>().begin());
  file.write("/left", values);
  std::ranges::copy(std::vector<float>{10, 20, 30, 40}, values.data<float>().begin());
  file.write("/other", values);
  file.commit();
  GraphEditor editor("sum");
  const ValueId left = editor.add_input("left", {dynamic, 2});
  const ValueId right = editor.add_input("right", {dynamic, 2});
  editor.add_output("y", editor.add_node("add", Add{}, {left, right}));
  const Graph graph = editor.finish();
  const TensorEvents events = open_network_inputs(graph, {folder / "a.h5"}, {{"right", "other"}});
  std::vector<float> sums;
  std::vector<float> batch(2);
  const std::span<float> output = batch;
  sweep_events(
      graph,
      [&](std::int64_t first, std::int64_t count, std::span<const std::span<float>> inputs) {
        events.fill(first, count, inputs);
      },
      {{0, 2}, 1, {}, {}}, {&output, 1},
      [&](std::int64_t, std::int64_t) { sums.insert(sums.end(), batch.begin(), batch.end()); });
  EXPECT_THAT(sums, ElementsAre(11, 22, 33, 44));
}

// input_0.pb and output_0.pb of ONNX's own test layout.
TEST_F(TensorFiles, ReadsTestFolders) {
  const auto set = std::filesystem::path(CALOQUANT_SOURCE_DIR) /
                   "tests/fixtures/onnx/networks/activation_elu/test_data_set_0";
  const auto file = open_tensor_file(set);
  ASSERT_TRUE(file->has("input_0") && file->has("output_0"));
  const Shape shape = file->shape("input_0");
  std::vector<float> all(static_cast<std::size_t>(element_count(shape)));
  file->read_rows("input_0", 0, shape.front(), all);
  std::vector<float> row(all.size() / static_cast<std::size_t>(shape.front()));
  file->read_rows("input_0", shape.front() - 1, 1, row);
  EXPECT_TRUE(std::equal(row.rbegin(), row.rend(), all.rbegin()));
  EXPECT_NE(row, std::vector<float>(row.size(), 0.0F));
  EXPECT_THAT(testing::message_of([&] { static_cast<void>(open_tensor_file(folder.path())); }),
              HasSubstr("holds no input_0.pb"));
}

TEST_F(TensorFiles, RefusesOtherExtentsAndWhatIsNotFinite) {
  const auto three = write("a.npy", npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': "
                                              "(1, 3), }",
                                              raw<float>({1, 2, 3})));
  EXPECT_THAT(testing::message_of([&] { rows({three}, 0, 1); }), HasSubstr("has the shape"));
  const auto nan = write("b.npy", npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': "
                                            "(2, 2), }",
                                            raw<float>({1, 2, 3, NAN})));
  EXPECT_THAT(testing::message_of([&] { rows({nan}, 0, 2); }), HasSubstr("b.npy[1]"));
}

}  // namespace
}  // namespace caloquant
