#pragma once

#include <google/protobuf/descriptor.h>

#include <span>
#include <string>

namespace caloquant {

/// Walks a serialized protobuf message before protobuf parses it: every length must stay within its
/// message, every known field have its wire type, messages may be 24 deep, and all messages,
/// strings and unknown fields a million (an empty one takes 2 bytes in a file, but 40 to over 100
/// in memory). Throws ModelError with `file`, the byte offset and the path of the field, e.g.
/// "graph.node[3].attribute[0]"; `format` is what the file should be ("ONNX"). Own
/// code, because protobuf limits neither objects nor the memory that they take.
void check_wire(std::span<const std::byte> bytes, const google::protobuf::Descriptor& message,
                const std::string& file, const std::string& format);

}  // namespace caloquant
