#pragma once

#include <filesystem>

#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

/// Writes model.file's content to `file`, atomically; equal models make equal bytes. Tensors are
/// written as raw_data. Throws BackendError.
void write_model(const Model& model, const std::filesystem::path& file);

}  // namespace caloquant::onnx
