#include "graph/io/files/hdf5/filters.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "graph/io/files/hdf5/library.hpp"
#include "graph/io/files/hdf5/lzf.hpp"
#include "graph/io/files/hdf5/open_file.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr H5Z_filter_t lzf_filter = 32000;

/// A filter of libhdf5: replaces *buffer, returns its bytes, 0 for failure.
std::size_t filter_lzf(unsigned flags, std::size_t values, const unsigned* value, std::size_t used,
                       std::size_t* room, void** buffer) {
  const std::span src(static_cast<const std::byte*>(*buffer), used);
  const auto size = unpacked_size_of_lzf(src);
  constexpr std::size_t most = std::size_t{1} << 32;  // of a chunk
  // h5py's third value is the size of a chunk; libhdf5 would read beyond a shorter one.
  const std::size_t least = values >= 3 ? value[2] : 1;
  if ((flags & H5Z_FLAG_REVERSE) == 0 || !size || *size < std::max<std::size_t>(least, 1) ||
      *size > most) {
    return 0;
  }
  void* unpacked = H5allocate_memory(*size, false);
  if (unpacked == nullptr) {
    return 0;
  }
  if (!unpack_lzf(src, std::span(static_cast<std::byte*>(unpacked), *size))) {
    H5free_memory(unpacked);
    return 0;
  }
  H5free_memory(*buffer);
  *buffer = unpacked;
  *room = *size;
  return *size;
}

/// Filters by the numbers that the HDF Group gave them.
std::string name_of_filter(H5Z_filter_t id, const char* stored) {
  constexpr std::array<std::pair<H5Z_filter_t, const char*>, 17> known{{
      {H5Z_FILTER_DEFLATE, "gzip"},
      {H5Z_FILTER_SHUFFLE, "shuffle"},
      {H5Z_FILTER_FLETCHER32, "fletcher32"},
      {H5Z_FILTER_SZIP, "szip"},
      {H5Z_FILTER_NBIT, "nbit"},
      {H5Z_FILTER_SCALEOFFSET, "scaleoffset"},
      {305, "LZO"},
      {307, "bzip2"},
      {lzf_filter, "LZF"},
      {32001, "Blosc"},
      {32004, "LZ4"},
      {32008, "bitshuffle"},
      {32013, "ZFP"},
      {32015, "Zstandard"},
      {32017, "SZ"},
      {32024, "SZ3"},
      {32026, "Blosc2"},
  }};
  const auto* found = std::ranges::find(known, id, &std::pair<H5Z_filter_t, const char*>::first);
  const std::string name = found != known.end() ? found->second : stored;
  return (name.empty() ? "" : "'" + name + "' ") + "(number " + std::to_string(id) + ")";
}

bool unpacks(H5Z_filter_t id) {
  unsigned abilities = 0;
  return H5Zfilter_avail(id) > 0 && H5Zget_filter_info(id, &abilities) >= 0 &&
         (abilities & H5Z_FILTER_CONFIG_DECODE_ENABLED) != 0;
}

}  // namespace

void register_own_filters() {
  if (H5Zfilter_avail(lzf_filter) > 0) {
    return;
  }
  constexpr H5Z_class2_t lzf{H5Z_CLASS_T_VERS, lzf_filter, 0,         1, "lzf",
                             nullptr,          nullptr,    filter_lzf};
  H5Zregister(&lzf);
}

void expect_filters(const OpenFile& file, const std::string& dataset, const Handle& properties) {
  const int count = H5Pget_nfilters(properties.get());
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    std::array<char, 64> stored{};
    const H5Z_filter_t id =
        H5Pget_filter2(properties.get(), static_cast<unsigned>(i), &flags, &values, nullptr,
                       stored.size() - 1, stored.data(), nullptr);
    if (!unpacks(id)) {
      file.fail(dataset,
                "is packed with the filter " + name_of_filter(id, stored.data()) +
                    ", which is not there to unpack it",
                "pack it with gzip (h5repack -f GZIP=4 OLD NEW), or set HDF5_PLUGIN_PATH to the "
                "folder of the filter's plugin");
    }
  }
}

}  // namespace caloquant::hdf5
