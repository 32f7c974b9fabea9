#include "graph/io/protobuf/parse_file.hpp"

#include <google/protobuf/stubs/logging.h>

#include <caloquant/error.hpp>
#include <fstream>
#include <limits>

#include "graph/io/protobuf/wire_check.hpp"

namespace caloquant {

namespace fs = std::filesystem;

std::string read_bytes(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw ModelError(file.string(), "cannot be read: there is no such file");
  }
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size > static_cast<std::uintmax_t>(std::numeric_limits<int>::max())) {
    throw ModelError(file.string(), "is larger than 2 GiB, which protobuf cannot read",
                     "save the model with its weights in files of their own");
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(size))) {
    throw ModelError(file.string(), "cannot be read");
  }
  return bytes;
}

void parse_bytes(std::span<const std::byte> bytes, google::protobuf::Message& message,
                 const std::string& place, const std::string& format) {
  check_wire(bytes, *message.GetDescriptor(), place, format);
  const google::protobuf::LogSilencer quiet;  // what is wrong is said by the exception
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw ModelError(place, "is damaged: a list of numbers ends inside a number");
  }
}

void parse_file(const fs::path& file, google::protobuf::Message& message,
                const std::string& format) {
  const std::string bytes = read_bytes(file);
  parse_bytes(std::as_bytes(std::span(bytes)), message, file.string(), format);
}

}  // namespace caloquant
