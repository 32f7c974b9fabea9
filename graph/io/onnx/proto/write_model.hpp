#pragma once

#include "graph/io/files/output_file.hpp"
#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

/// Writes a model; commit() of the output gives it its name. Equal models make equal bytes. Tensors
/// are written as raw_data. Throws BackendError.
void write_model(const Model& model, OutputFile& output);

}  // namespace caloquant::onnx
