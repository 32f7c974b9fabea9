#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "graph/io/native/native_format.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/load_model/second_opinion.hpp"

namespace caloquant {

// A model is written under another name, read back from the bytes, computed, and only then gets its
// own name. What does not pass throws ModelError and leaves no file.

/// A further check of the file under its other name; it is the last one.
using FileCheck = std::function<void(const std::filesystem::path& file)>;

/// As quantized.h5: the same graph comes back and computes the samples.
void write_verified_native(const NativeModel& model, const std::filesystem::path& file,
                           const FileCheck& further = {});

/// As write_onnx(): what comes back keeps ONNX's rules (onnx::check_rules) and, computed by the
/// interpreter on rows of `fill` (seeded ones where it is empty), gives what the engine gives, as
/// far as the profile carries the model.
std::vector<OnnxNote> write_verified_onnx(const Graph& graph, const std::filesystem::path& file,
                                          OnnxProfile profile, std::int64_t available = 0,
                                          const RowFiller& fill = {},
                                          const FileCheck& further = {});

}  // namespace caloquant
