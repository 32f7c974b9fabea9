#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

// The door to protobuf: only this folder includes it.

/// Reads an ONNX model with its external data. Refused with file and byte offset: what is no
/// protobuf message of this kind or ends too early; with the tensor: extents that the data does not
/// fill, data outside the folder of the model; with the node: cycles, values that nothing computes,
/// values that are computed twice. Allocates in proportion to the file, whatever it claims. Throws
/// ModelError.
[[nodiscard]] Model read_model(const std::filesystem::path& file);

/// The same from memory; `name` is its place in errors. Refused are weights in files, too.
[[nodiscard]] Model read_model(std::span<const std::byte> bytes, const std::string& name);

/// The files of external data that a model names, wherever they are. Empty where it cannot be read.
[[nodiscard]] std::vector<std::filesystem::path> external_files(const std::filesystem::path& file);

/// A single tensor (TensorProto), as input_0.pb of a test folder. Throws ModelError.
[[nodiscard]] Array read_array(const std::filesystem::path& file);

/// True when the file begins like an ONNX model. Does not throw.
[[nodiscard]] bool looks_like_onnx(const std::filesystem::path& file);

}  // namespace caloquant::onnx
