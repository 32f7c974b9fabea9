#include "graph/io/protobuf/parse_file.hpp"

#include <google/protobuf/stubs/logging.h>

#include <caloquant/error.hpp>
#include <limits>

#include "graph/io/protobuf/wire_check.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {

namespace fs = std::filesystem;

std::string read_bytes(const fs::path& file) {
  const InputFile opened = InputFile::open(file, ErrorKind::model);
  if (opened.size() > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    throw ModelError(file.string(), "is larger than 2 GiB, which protobuf cannot read",
                     "save the model with its weights in files of their own");
  }
  return opened.text(opened.size());
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
