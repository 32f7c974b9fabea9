// .npy files and the tensors of ONNX test folders.

#include "calibration/tensors/tensor_file.hpp"
#include "tests/fuzz/broken/cases.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

/// Shape and rows, as a run reads them.
void read_all(const TensorFile& file) {
  for (const std::string& name : file.names()) {
    const Shape shape = file.shape(name);
    std::vector<float> rows(static_cast<std::size_t>(element_count(shape)));
    file.read_rows(name, 0, shape.at(0), rows);
  }
}

std::string npy_of(const std::string& dictionary, const std::string& data,
                   const std::string& version = std::string("\1\0", 2)) {
  std::string bytes = "\x93NUMPY" + version;
  bytes += static_cast<char>(dictionary.size() % 256);
  bytes += static_cast<char>(dictionary.size() / 256);
  return bytes + dictionary + data;
}

void add_npy(BrokenFiles& all) {
  const auto add = [&all](const std::string& defect, const std::string& bytes) {
    all.push_back(
        {"npy: " + defect,
         {{"rows.npy", bytes}},
         "rows.npy",
         ErrorKind::data,
         [](const fs::path& folder) { read_all(*open_npy_tensor(folder / "rows.npy")); }});
  };
  const std::string data = floats_as_bytes({1, 2, 3, 4, 5, 6});
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
  const std::string whole = npy_of(good, data);
  add("empty", "");
  add("one byte", "\x93");
  add("only the magic", "\x93NUMPY");
  add("only the version", whole.substr(0, 8));
  add("only the length", whole.substr(0, 10));
  add("half the header", whole.substr(0, 30));
  add("only the header", npy_of(good, ""));
  add("the last byte missing", whole.substr(0, whole.size() - 1));
  add("another magic", with_bytes(whole, 0, "\x94"));
  add("text", "1 2 3\n4 5 6\n");
  add("a ZIP archive (.npz)", zip_of({{"a.npy", whole}}));
  add("HDF5", fixture("keras/compiled_sequential_golden.h5"));
  add("a header of 4 GiB", npy_of(good, data, std::string("\2\0", 2) + "\xff\xff"));
  add("big-endian", npy_of(replaced(good, "<f4", ">f4"), data));
  add("objects", npy_of(replaced(good, "<f4", "|O"), data));
  add("text elements", npy_of(replaced(good, "<f4", "<U4"), data));
  add("complex", npy_of(replaced(good, "<f4", "<c8"), data));
  add("times", npy_of(replaced(good, "<f4", "<M8[ns]"), data));
  add("no type", npy_of(replaced(good, "'descr'", "'other'"), data));
  add("fields in a record", npy_of(replaced(good, "'<f4'", "[('a', '<f4')]"), data));
  add("Fortran order", npy_of(replaced(good, "False", "True"), data));
  add("no order", npy_of(replaced(good, "'fortran_order'", "'order'"), data));
  add("no shape", npy_of(replaced(good, "'shape'", "'size'"), data));
  add("a shape without an end", npy_of(replaced(good, "(2, 3)", "(2, 3"), data));
  add("a list as shape", npy_of(replaced(good, "(2, 3)", "[2, 3]"), data));
  add("an extent below 0", npy_of(replaced(good, "(2, 3)", "(-2, -3)"), data));
  add("a fraction as extent", npy_of(replaced(good, "(2, 3)", "(2.5, 3)"), data));
  add("an extent beyond 64 bits",
      npy_of(replaced(good, "(2, 3)", "(99999999999999999999, 3)"), data));
  add("10^18 elements", npy_of(replaced(good, "(2, 3)", "(1000000000, 1000000000)"), data));
  add("a product that wraps to 6",
      npy_of(replaced(good, "(2, 3)", "(9223372036854775807, 3, 2)"), data));
  add("more rows than there are", npy_of(replaced(good, "(2, 3)", "(3, 3)"), data));
  add("text as extent", npy_of(replaced(good, "(2, 3)", "('2', 3)"), data));
}

std::string tensor(std::uint64_t type, const std::vector<std::uint64_t>& dims,
                   const std::string& more) {
  std::string bytes;
  for (const std::uint64_t extent : dims) {
    bytes += wire_number(1, extent);
  }
  return bytes + wire_number(2, type) + more;
}

void add_protobuf(BrokenFiles& all) {
  constexpr std::uint64_t f32 = 1;
  const auto add = [&all](const std::string& defect, const std::string& bytes,
                          std::map<std::string, std::string> beside = {}) {
    beside["input_0.pb"] = bytes;
    all.push_back({"tensor of an ONNX test: " + defect, std::move(beside), "input_0.pb",
                   ErrorKind::data,
                   [](const fs::path& folder) { read_all(*open_proto_tensors(folder)); }});
  };
  const std::string raw = wire_bytes(9, floats_as_bytes({1, 2, 3, 4, 5, 6}));
  const std::string good = tensor(f32, {2, 3}, raw);
  add("ends in its numbers", good.substr(0, good.size() - 3));
  add("ends in a tag", tensor(f32, {2, 3}, "\x80"));
  add("fewer numbers", tensor(f32, {2, 3}, wire_bytes(9, floats_as_bytes({1, 2}))));
  add("more numbers", tensor(f32, {2, 2}, raw));
  add("no numbers", tensor(f32, {2, 3}, ""));
  add("numbers of two kinds", tensor(f32, {2, 3}, raw + wire_bytes(4, floats_as_bytes({1}))));
  add("an unknown type", tensor(77, {2, 3}, raw));
  add("text elements", tensor(8, {1}, wire_bytes(6, "one")));
  add("an extent below 0", tensor(f32, {~std::uint64_t{0}, 6}, raw));
  add("10^18 elements", tensor(f32, {1000000000, 1000000000}, raw));
  add("a product that wraps to 6", tensor(f32, {std::uint64_t{1} << 62U, 4, 6}, raw));
  add("no wire type", tensor(f32, {2, 3}, "\x4f"));
  add("field 0", tensor(f32, {2, 3}, std::string(2, '\0')));
  add("a length beyond the end", tensor(f32, {2, 3}, "\x4a\xff\xff\xff\x7f"));
  add("a number of 11 bytes", "\x08" + std::string(10, '\xff') + "\x01" + good);
  add("a text as extent", wire_bytes(1, "2") + wire_bytes(2, "x") + raw);
  add("a group", tensor(f32, {2, 3}, "\x0b\x0c"));
  add("text", "1 2 3\n");
  add(".npy", fixture("foreign/labels.npy"));
  const auto elsewhere = [&](const std::string& location) {
    return tensor(
        f32, {2, 3},
        wire_bytes(13, wire_bytes(1, "location") + wire_bytes(2, location)) + wire_number(14, 1));
  };
  add("data in a file that is not there", elsewhere("absent.bin"));
  add("data in an absolute path", elsewhere("/etc/passwd"));
  add("data outside of the folder", elsewhere("../../../../etc/passwd"));
  add("data in a folder", elsewhere("."));
  add("data in a file that is too short", elsewhere("short.bin"), {{"short.bin", "1234"}});
  add("data without a place", tensor(f32, {2, 3}, wire_number(14, 1)));
}

}  // namespace

void add_broken_tensors(BrokenFiles& all) {
  add_npy(all);
  add_protobuf(all);
}

}  // namespace caloquant::testing
