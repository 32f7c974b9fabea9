// Showers in HDF5: content that does not fit, and files that are damaged.

#include <fstream>
#include <iterator>
#include <limits>

#include "calibration/data/shower_file.hpp"
#include "graph/io/files/h5file.hpp"
#include "tests/fuzz/broken/cases.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string hdf5_of(const std::function<void(H5File&)>& fill) {
  const TempDir folder;
  H5File file = H5File::create(folder / "made.h5");
  fill(file);
  file.commit();
  return bytes_of(folder / "made.h5");
}

constexpr std::int64_t events = 3;
constexpr std::int64_t cells = 2 * 3 * 4;

Tensor numbers(const Shape& shape, float first, float step) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = first + step * static_cast<float>(i);
  }
  return Tensor::of<float>(shape, values);
}

/// Datasets of a file in CERN's layout of variable angles, and a change of one of them.
std::string showers_with(const std::function<void(std::map<std::string, Tensor>&)>& change) {
  std::map<std::string, Tensor> content;
  content.emplace("/ECAL", numbers({events, 2, 3, 4}, 0.1F, 0.01F));
  content.emplace("/energy", numbers({events}, 100.0F, 1.0F));
  content.emplace("/theta", numbers({events}, 1.2F, 0.1F));
  change(content);
  return hdf5_of([&](H5File& file) {
    for (const auto& [name, tensor] : content) {
      file.write(name, tensor);
    }
  });
}

void read_layout(const fs::path& folder, DataLayout layout) {
  const ShowerFile showers(folder / "showers.h5", layout, {2, 3, 4});
  std::vector<EventLabel> labels(static_cast<std::size_t>(showers.rows()));
  showers.read_labels(0, labels);
  showers.expect_images();
  std::vector<float> images(static_cast<std::size_t>(showers.rows() * cells));
  showers.read_images(0, showers.rows(), 0.0, images);
}

class ShowerCases {
 public:
  explicit ShowerCases(BrokenFiles& all) : all_(all) {}

  void bytes(const std::string& defect, const std::string& content) {
    all_.push_back(
        {"showers: " + defect,
         {{"showers.h5", content}},
         "showers.h5",
         ErrorKind::data,
         [](const fs::path& folder) { read_layout(folder, DataLayout::variable_angle); }});
  }
  void with(const std::string& defect,
            const std::function<void(std::map<std::string, Tensor>&)>& change) {
    bytes(defect, showers_with(change));
  }
  void set(const std::string& defect, const std::string& dataset, const Tensor& tensor) {
    with(defect, [&](auto& content) { content.insert_or_assign(dataset, tensor); });
  }
  void value(const std::string& defect, const std::string& dataset, float number) {
    with(defect, [&](auto& content) { content.at(dataset).template data<float>()[1] = number; });
  }

 private:
  BrokenFiles& all_;
};

void add_content(ShowerCases& cases) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  cases.with("no datasets", [](auto& content) { content.clear(); });
  cases.with("no energies", [](auto& content) { content.erase("/energy"); });
  cases.with("no angles", [](auto& content) { content.erase("/theta"); });
  cases.with("no images", [](auto& content) { content.erase("/ECAL"); });
  cases.set("images of 3 axes", "/ECAL", numbers({events, 6, 4}, 0.1F, 0.01F));
  cases.set("images of 5 axes", "/ECAL", numbers({events, 1, 2, 3, 4}, 0.1F, 0.01F));
  cases.set("images of other extents", "/ECAL", numbers({events, 4, 3, 2}, 0.1F, 0.01F));
  cases.set("fewer images than energies", "/ECAL", numbers({2, 2, 3, 4}, 0.1F, 0.01F));
  cases.set("fewer energies than images", "/energy", numbers({2}, 100, 1));
  cases.set("more angles than energies", "/theta", numbers({4}, 1.2F, 0.1F));
  cases.set("energies of 2 columns", "/energy", numbers({events, 2}, 100, 1));
  cases.value("an energy of 0", "/energy", 0.0F);
  cases.value("an energy below 0", "/energy", -100.0F);
  cases.value("an energy that is no number", "/energy", nan);
  cases.value("an endless energy", "/energy", infinity);
  cases.value("an angle of 0", "/theta", 0.0F);
  cases.value("an angle beyond pi", "/theta", 4.0F);
  cases.value("an angle that is no number", "/theta", nan);
  cases.value("a cell that is no number", "/ECAL", nan);
  cases.value("an endless cell", "/ECAL", -infinity);
  cases.bytes("a group as images", hdf5_of([](H5File& file) {
                file.write("/ECAL/values", numbers({events, 2, 3, 4}, 0.1F, 0.01F));
                file.write("/energy", numbers({events}, 100, 1));
                file.write("/theta", numbers({events}, 1.2F, 0.1F));
              }));
  cases.bytes("text as energies", hdf5_of([](H5File& file) {
                file.write("/ECAL", numbers({events, 2, 3, 4}, 0.1F, 0.01F));
                file.write_text("/energy", "100 101 102");
                file.write("/theta", numbers({events}, 1.2F, 0.1F));
              }));
}

void add_damage(ShowerCases& cases) {
  const std::string good = showers_with([](auto&) {});
  cases.bytes("empty", "");
  cases.bytes("one byte", "\x89");
  cases.bytes("only the signature", good.substr(0, 8));
  cases.bytes("half the superblock", good.substr(0, 40));
  cases.bytes("only the superblock", good.substr(0, 96));
  cases.bytes("the root group, but no more", good.substr(0, 200));
  cases.bytes("half", first_part(good, 0.5));
  cases.bytes("three quarters", first_part(good, 0.75));
  cases.bytes("the last byte missing", good.substr(0, good.size() - 1));
  cases.bytes("another signature", with_bytes(good, 0, "\x88"));
  cases.bytes("line ends of Windows", replaced(good, "\r\n\x1a\n", "\n\x1a\n"));
  cases.bytes("text", "0.1 0.2 0.3\n");
  cases.bytes("a ZIP archive", zip_of({{"showers.h5", good}}));
  cases.bytes(".npy", fixture("foreign/labels.npy"));
  cases.bytes("a model", fixture("keras/compiled_sequential.h5"));
  cases.bytes("superblock of version 9", with_bytes(good, 8, "\x09"));
  cases.bytes("addresses of 3 bytes", with_bytes(good, 13, "\x03"));
  cases.bytes("lengths of 0 bytes", with_bytes(good, 14, std::string(1, '\0')));
  cases.bytes("nodes without room", with_bytes(good, 16, std::string(4, '\0')));
  cases.bytes("a driver for parts", with_bytes(good, 48, std::string(8, '\1')));
  cases.bytes("a root beyond the end", with_bytes(good, 64, "\xff\xff\xff\x7f"));
  cases.bytes("a root that is the superblock", with_bytes(good, 64, std::string(8, '\0')));
  for (const char* part : {"TREE", "HEAP", "SNOD"}) {
    cases.bytes(std::string("a ") + part + " of another name", replaced(good, part, "XXXX"));
  }
  const std::size_t tree = good.find("TREE");
  cases.bytes("a tree of an unknown kind", with_bytes(good, tree + 4, "\x07"));
  cases.bytes("a tree that is too high", with_bytes(good, tree + 5, "\x7f"));
  cases.bytes("a tree with 65535 entries", with_bytes(good, tree + 6, "\xff\xff"));
  const std::size_t heap = good.find("HEAP");
  cases.bytes("a heap of 2^62 bytes", with_bytes(good, heap + 8, std::string(7, '\xff') + "\x3f"));
  cases.bytes("a heap that lies on the superblock",
              with_bytes(good, heap + 24, std::string(8, '\0')));
  const std::size_t symbols = good.find("SNOD");
  cases.bytes("symbols of version 9", with_bytes(good, symbols + 4, "\x09"));
  cases.bytes("60000 symbols", with_bytes(good, symbols + 6, "\x60\xea"));
  cases.bytes("a symbol that is the root", with_bytes(good, symbols + 16, good.substr(64, 8)));
  cases.bytes("two symbols with one header",
              with_bytes(good, symbols + 16, good.substr(symbols + 8 + 40 + 8, 8)));
  cases.bytes("a name beyond its heap", with_bytes(good, symbols + 8, "\xff\xff\xff\x7f"));
}

}  // namespace

void add_broken_showers(BrokenFiles& all) {
  ShowerCases cases(all);
  add_content(cases);
  add_damage(cases);
}

}  // namespace caloquant::testing
