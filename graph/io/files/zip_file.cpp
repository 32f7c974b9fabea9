#include "graph/io/files/zip_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <optional>

#include "ops/core/input_file.hpp"

namespace caloquant {

struct ZipFile::State {
  std::filesystem::path path;
  std::unique_ptr<zip_t, void (*)(zip_t*)> archive{nullptr, zip_discard};

  [[nodiscard]] std::string place(const std::string& member) const {
    return path.string() + ": member '" + member + "'";
  }
};

ZipFile::ZipFile(const std::filesystem::path& file) : state_(std::make_unique<State>()) {
  state_->path = file;
  int error = 0;
  const InputFile bytes = InputFile::open(file, ErrorKind::model);
  // libzip closes a copy with the archive, but not where it cannot open that.
  const int copy = ::fcntl(bytes.descriptor(), F_DUPFD_CLOEXEC, 0);
  state_->archive.reset(copy < 0 ? nullptr : zip_fdopen(copy, ZIP_CHECKCONS, &error));
  if (!state_->archive && copy >= 0) {
    ::close(copy);
  }
  if (!state_->archive) {
    zip_error_t details;
    zip_error_init_with_code(&details, error);
    const std::string text = zip_error_strerror(&details);
    zip_error_fini(&details);
    throw ModelError(file.string(), "cannot be opened as a ZIP archive: " + text,
                     "the file may be truncated: copy it again");
  }
}
ZipFile::~ZipFile() = default;

bool ZipFile::has(const std::string& member) const {
  return zip_name_locate(state_->archive.get(), member.c_str(), 0) >= 0;
}

std::vector<std::byte> ZipFile::read(const std::string& member, std::size_t largest) const {
  // Numbers and JSON shrink to a tenth; what unpacks to more is there to fill the memory.
  constexpr std::size_t unsuspicious = std::size_t{1} << 26;
  constexpr std::size_t best_compression = 100;
  zip_stat_t stat;
  zip_stat_init(&stat);
  const bool packed = zip_stat(state_->archive.get(), member.c_str(), 0, &stat) == 0 &&
                      (stat.valid & ZIP_STAT_COMP_SIZE) != 0;
  const std::size_t most =
      std::min(largest, std::max(unsuspicious, packed && stat.comp_size < largest
                                                   ? best_compression * stat.comp_size
                                                   : largest));
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> stream(
      zip_fopen(state_->archive.get(), member.c_str(), 0), zip_fclose);
  if (!stream) {
    throw ModelError(state_->place(member),
                     "cannot be read: " + std::string(zip_strerror(state_->archive.get())));
  }
  // Grows with what is there, not with what the archive claims.
  std::vector<std::byte> bytes;
  constexpr std::size_t chunk = std::size_t{1} << 20;
  for (;;) {
    const std::size_t at = bytes.size();
    bytes.resize(at + chunk);
    const zip_int64_t got = zip_fread(stream.get(), bytes.data() + at, chunk);
    if (got < 0) {
      throw ModelError(state_->place(member), "is damaged", "copy the file again");
    }
    bytes.resize(at + static_cast<std::size_t>(got));
    if (bytes.size() > most) {
      throw ModelError(state_->place(member),
                       "has more than " + std::to_string(most) + " bytes when unpacked");
    }
    if (got == 0) {
      return bytes;
    }
  }
}

bool looks_like_zip(const std::filesystem::path& file) {
  const std::optional<InputFile> bytes = InputFile::find(file);
  std::array<char, 4> head{};
  return bytes && bytes->read(0, head) == head.size() &&
         head == std::array{'P', 'K', '\x03', '\x04'};
}

}  // namespace caloquant
