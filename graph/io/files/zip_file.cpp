#include "graph/io/files/zip_file.hpp"

#include <zip.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <fstream>

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
  state_->archive.reset(zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
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

std::vector<std::byte> ZipFile::read(const std::string& member, std::size_t most) const {
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
  std::ifstream stream(file, std::ios::binary);
  char head[4] = {};
  stream.read(head, sizeof head);
  return stream.gcount() == 4 && std::equal(head, head + 4, "PK\x03\x04");
}

}  // namespace caloquant
