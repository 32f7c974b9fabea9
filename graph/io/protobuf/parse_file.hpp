#pragma once

#include <google/protobuf/message.h>

#include <filesystem>
#include <span>
#include <string>

namespace caloquant {

/// All bytes of a file of at most 2 GiB. Throws ModelError.
[[nodiscard]] std::string read_bytes(const std::filesystem::path& file);

/// Fills `message` from a file that should be `format` ("ONNX"), checked by check_wire() first.
/// Throws ModelError.
void parse_file(const std::filesystem::path& file, google::protobuf::Message& message,
                const std::string& format);

/// The same from memory; `place` names the bytes in messages.
void parse_bytes(std::span<const std::byte> bytes, google::protobuf::Message& message,
                 const std::string& place, const std::string& format);

}  // namespace caloquant
