#include <algorithm>
#include <array>
#include <functional>

#include "graph/io/files/hdf5/open_file.hpp"
#include "graph/io/files/hdf5/storage.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr int most_nesting = 8;
constexpr hssize_t most_virtual_blocks = 4096;  ///< of all mappings, compared in pairs
constexpr const char* takes_from = "is virtual and takes values from";
constexpr const char* copy_remedy = "copy the values into an ordinary dataset";

/// A box of elements, both corners inside.
struct Box {
  std::vector<hsize_t> low;
  std::vector<hsize_t> high;

  [[nodiscard]] double elements() const {
    double all = 1.0;
    for (std::size_t i = 0; i < low.size(); ++i) {
      all *= static_cast<double>(high[i] - low[i]) + 1.0;
    }
    return all;
  }
  [[nodiscard]] bool meets(const Box& other) const {
    for (std::size_t i = 0; i < low.size(); ++i) {
      if (low[i] > other.high[i] || other.low[i] > high[i]) {
        return false;
      }
    }
    return true;
  }
};

using Getter = ssize_t (*)(hid_t, std::size_t, char*, std::size_t);

std::string text_of(Getter get, const Handle& properties, std::size_t index) {
  std::array<char, 4096> buffer{};
  const ssize_t size = get(properties.get(), index, buffer.data(), buffer.size());
  return size > 0 && static_cast<std::size_t>(size) < buffer.size() ? buffer.data() : "";
}

bool is_unlimited(const Handle& part) {
  std::array<hsize_t, H5S_MAX_RANK> start{};
  std::array<hsize_t, H5S_MAX_RANK> stride{};
  std::array<hsize_t, H5S_MAX_RANK> count{};
  std::array<hsize_t, H5S_MAX_RANK> block{};
  if (H5Sget_select_type(part.get()) != H5S_SEL_HYPERSLABS ||
      H5Sis_regular_hyperslab(part.get()) <= 0) {
    return false;
  }
  H5Sget_regular_hyperslab(part.get(), start.data(), stride.data(), count.data(), block.data());
  return std::ranges::find(count, H5S_UNLIMITED) != count.end() ||
         std::ranges::find(block, H5S_UNLIMITED) != block.end();
}

/// A virtual dataset under test.
class VirtualCheck {
 public:
  VirtualCheck(const OpenFile& file, const std::string& name, const Handle& dataset)
      : file_(file),
        name_(name),
        properties_(H5Dget_create_plist(dataset.get()), H5Pclose),
        space_(H5Dget_space(dataset.get()), H5Sclose) {}

  void run(int nesting) {
    std::size_t count = 0;
    if (nesting >= most_nesting) {
      file_.fail(name_, "is made of virtual datasets in a circle, or too deeply nested");
    }
    if (H5Pget_virtual_count(properties_.get(), &count) < 0) {
      file_.fail(name_, "is virtual, with sources that cannot be read");
    }
    for (std::size_t i = 0; i < count; ++i) {
      add_boxes(i);
    }
    expect_covered();
    for (std::size_t i = 0; i < count; ++i) {
      if (file_name(i) != ".") {  // what is missing is named before what is damaged or not allowed
        (void)file_.present(name_, takes_from, file_name(i));
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      expect_source(i, nesting);
    }
  }

 private:
  [[nodiscard]] std::string file_name(std::size_t index) const {
    return text_of(H5Pget_virtual_filename, properties_, index);
  }

  void add_boxes(std::size_t index) {
    const Handle part(H5Pget_virtual_vspace(properties_.get(), index), H5Sclose);
    const auto rank = static_cast<std::size_t>(H5Sget_simple_extent_ndims(space_.get()));
    if (H5Sget_select_type(part.get()) == H5S_SEL_ALL) {
      const std::vector<hsize_t> extents = to_hsize(extents_of(space_.get()));
      Box all{std::vector<hsize_t>(rank, 0), extents};
      for (hsize_t& high : all.high) {
        high -= 1;
      }
      boxes_.push_back(std::move(all));
      return;
    }
    const hssize_t blocks = H5Sget_select_hyper_nblocks(part.get());
    if (blocks <= 0 || blocks + static_cast<hssize_t>(boxes_.size()) > most_virtual_blocks) {
      file_.fail(name_, "is virtual, of too many pieces to check", copy_remedy);
    }
    std::vector<hsize_t> corners(2 * rank * static_cast<std::size_t>(blocks));
    H5Sget_select_hyper_blocklist(part.get(), 0, static_cast<hsize_t>(blocks), corners.data());
    for (auto at = corners.begin(); at != corners.end();
         at += static_cast<std::ptrdiff_t>(2 * rank)) {
      const auto middle = at + static_cast<std::ptrdiff_t>(rank);
      boxes_.push_back({{at, middle}, {middle, middle + static_cast<std::ptrdiff_t>(rank)}});
    }
  }

  void expect_covered() const {
    double covered = 0.0;
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      covered += boxes_[i].elements();
      for (std::size_t k = 0; k < i; ++k) {
        if (boxes_[i].meets(boxes_[k])) {
          file_.fail(name_, "is virtual, with sources that overlap", copy_remedy);
        }
      }
    }
    if (covered != static_cast<double>(H5Sget_simple_extent_npoints(space_.get()))) {
      file_.fail(name_, "is virtual, and its sources leave a gap that would be read as fill values",
                 copy_remedy);
    }
  }

  /// The file of a source; "." is the same one.
  const OpenFile* neighbour_of(std::size_t index) const {
    const std::string name = file_name(index);
    return name == "." ? &file_ : &file_.other(file_.neighbour(name_, takes_from, name));
  }

  void expect_source(std::size_t index, int nesting) const {
    const OpenFile& source = *neighbour_of(index);
    const std::string dataset = text_of(H5Pget_virtual_dsetname, properties_, index);
    const std::string path = dataset.starts_with('/') ? dataset : "/" + dataset;
    const std::optional<Place> place = source.find(path);
    if (!place || place->file != &source) {
      file_.fail(name_, "is virtual and takes values from '" + file_name(index) +
                            "', which has no dataset '" + path + "' itself");
    }
    const Handle wanted(H5Pget_virtual_srcspace(properties_.get(), index), H5Sclose);
    const Handle handle = source.dataset(path);
    const Handle space(H5Dget_space(handle.get()), H5Sclose);
    const Handle part(H5Pget_virtual_vspace(properties_.get(), index), H5Sclose);
    if (!holds(space, wanted, H5Sget_select_npoints(part.get()))) {
      file_.fail(name_, "is virtual and takes more from '" + file_name(index) + ":" + path +
                            "' than that has");
    }
    expect_stored(source, path, nesting + 1);
  }

  /// Does a dataset of that space have the `count` elements that are selected?
  [[nodiscard]] static bool holds(const Handle& space, const Handle& wanted, hssize_t count) {
    if (H5Sget_select_type(wanted.get()) == H5S_SEL_ALL) {  // its extents are not in the file
      return H5Sget_simple_extent_npoints(space.get()) == count;
    }
    const std::vector<hsize_t> extents = to_hsize(extents_of(space.get()));
    std::vector<hsize_t> low(H5S_MAX_RANK);
    std::vector<hsize_t> high(H5S_MAX_RANK);
    if (is_unlimited(wanted) || H5Sget_select_npoints(wanted.get()) != count ||
        H5Sget_simple_extent_ndims(wanted.get()) != static_cast<int>(extents.size()) ||
        H5Sget_select_bounds(wanted.get(), low.data(), high.data()) < 0) {
      return false;
    }
    return std::equal(extents.begin(), extents.end(), high.begin(), std::greater<>());
  }

  const OpenFile& file_;
  std::string name_;
  Handle properties_;
  Handle space_;
  std::vector<Box> boxes_;
};

}  // namespace

void expect_ended_sources(const OpenFile& file, const std::string& dataset, const Handle& handle) {
  const Handle properties(H5Dget_create_plist(handle.get()), H5Pclose);
  std::size_t count = 0;
  if (H5Pget_layout(properties.get()) != H5D_VIRTUAL) {
    return;
  }
  if (H5Pget_virtual_count(properties.get(), &count) < 0) {
    file.fail(dataset, "is virtual, with sources that cannot be read");
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = text_of(H5Pget_virtual_filename, properties, i);
    const std::string source = text_of(H5Pget_virtual_dsetname, properties, i);
    if (name.empty() || source.empty()) {
      file.fail(dataset, "is virtual, with a source that has no name");
    }
    const Handle part(H5Pget_virtual_vspace(properties.get(), i), H5Sclose);
    if (name.find('%') != std::string::npos || source.find('%') != std::string::npos ||
        is_unlimited(part)) {
      file.fail(dataset, "is virtual, with sources without an end", copy_remedy);
    }
  }
}

void expect_virtual(const OpenFile& file, const std::string& dataset, const Handle& handle,
                    int nesting) {
  VirtualCheck(file, dataset, handle).run(nesting);
}

}  // namespace caloquant::hdf5
