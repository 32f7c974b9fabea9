#include "graph/io/files/hdf5/output_driver.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#if __has_include(<H5FDdevelop.h>)
#include <H5FDdevelop.h>
#endif

namespace caloquant::hdf5 {
namespace {

/// What libhdf5 passes around: its own part comes first.
struct DriverFile {
  H5FD_t library{};
  WrittenBytes* bytes = nullptr;
  haddr_t end_of_allocation = 0;
};

/// In a property list.
struct DriverInfo {
  WrittenBytes* bytes = nullptr;
};

DriverFile& file_of(H5FD_t* file) {
  return *reinterpret_cast<DriverFile*>(file);
}

const DriverFile& file_of(const H5FD_t* file) {
  return *reinterpret_cast<const DriverFile*>(file);
}

H5FD_t* open_driver(const char* /*name*/, unsigned flags, hid_t access, haddr_t /*most*/) {
  const auto* info = static_cast<const DriverInfo*>(H5Pget_driver_info(access));
  if (info == nullptr) {
    return nullptr;
  }
  auto file = std::make_unique<DriverFile>();
  file->bytes = info->bytes;
  if ((flags & H5F_ACC_TRUNC) != 0) {
    file->bytes->resize(0);
  }
  return &file.release()->library;
}

herr_t close_driver(H5FD_t* file) {
  const std::unique_ptr<DriverFile> owned(&file_of(file));
  return 0;
}

/// Those of the default driver, so that space is given out likewise.
herr_t query_driver(const H5FD_t* /*file*/, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t get_allocation(const H5FD_t* file, H5FD_mem_t /*type*/) {
  return file_of(file).end_of_allocation;
}

herr_t set_allocation(H5FD_t* file, H5FD_mem_t /*type*/, haddr_t address) {
  file_of(file).end_of_allocation = address;
  return 0;
}

haddr_t get_end(const H5FD_t* file, H5FD_mem_t /*type*/) {
  return file_of(file).bytes->size();
}

herr_t read_driver(H5FD_t* file, H5FD_mem_t /*type*/, hid_t /*transfer*/, haddr_t address,
                   std::size_t size, void* bytes) {
  file_of(file).bytes->read(address, size, bytes);
  return 0;
}

herr_t write_driver(H5FD_t* file, H5FD_mem_t /*type*/, hid_t /*transfer*/, haddr_t address,
                    std::size_t size, const void* bytes) {
  file_of(file).bytes->write(address, size, bytes);
  return 0;
}

herr_t truncate_driver(H5FD_t* file, hid_t /*transfer*/, hbool_t /*closing*/) {
  DriverFile& own = file_of(file);
  if (own.bytes->size() != own.end_of_allocation) {
    own.bytes->resize(own.end_of_allocation);
  }
  return 0;
}

H5FD_class_t driver_class() {
  H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION
  constexpr int of_tests_and_own_programs = 256;
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(of_tests_and_own_programs);
#endif
  driver.name = "caloquant_output";
  driver.maxaddr = static_cast<haddr_t>(std::numeric_limits<off_t>::max());
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(DriverInfo);
  driver.open = open_driver;
  driver.close = close_driver;
  driver.query = query_driver;
  driver.get_eoa = get_allocation;
  driver.set_eoa = set_allocation;
  driver.get_eof = get_end;
  driver.read = read_driver;
  driver.write = write_driver;
  driver.truncate = truncate_driver;
  constexpr H5FD_mem_t map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(map), std::end(map), std::begin(driver.fl_map));
  return driver;
}

}  // namespace

void WrittenBytes::write(haddr_t address, std::size_t size, const void* bytes) noexcept {
  const auto* from = static_cast<const char*>(bytes);
  while (size > 0 && error_ == 0) {
    const ssize_t written = ::pwrite(output_.descriptor(), from, size, static_cast<off_t>(address));
    if (written >= 0) {
      from += written;
      address += static_cast<haddr_t>(written);
      size -= static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
}

void WrittenBytes::read(haddr_t address, std::size_t size, void* bytes) noexcept {
  auto* into = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::pread(output_.descriptor(), into, size, static_cast<off_t>(address));
    if (count > 0) {
      into += count;
      address += static_cast<haddr_t>(count);
      size -= static_cast<std::size_t>(count);
      continue;
    }
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0 && error_ == 0) {
      error_ = errno;
    }
    std::memset(into, 0, size);
    return;
  }
}

void WrittenBytes::resize(haddr_t size) noexcept {
  while (error_ == 0 && ::ftruncate(output_.descriptor(), static_cast<off_t>(size)) != 0) {
    error_ = errno == EINTR ? 0 : errno;
  }
}

haddr_t WrittenBytes::size() const noexcept {
  struct stat status {};
  return ::fstat(output_.descriptor(), &status) == 0 ? static_cast<haddr_t>(status.st_size) : 0;
}

Handle access_to(WrittenBytes& bytes) {
  static const H5FD_class_t driver = driver_class();
  static const hid_t id = H5FDregister(&driver);
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  const DriverInfo info{&bytes};
  H5Pset_driver(access.get(), id, &info);
  return access;
}

}  // namespace caloquant::hdf5
