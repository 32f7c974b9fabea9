#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graph/io/files/output_file.hpp"
#include "graph/ir/graph.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant {

/// A model in caloquant's own HDF5 form (`quantized.h5`): a canonical graph with all constants
/// (s8 weights where a layer is quantized), sample inputs with the outputs they must give, and how
/// the model came about.
///
///   user block        the block of graph/io/files/checksum_block.hpp: version and hash of all that
///   follows /graph            JSON text: units, inputs, outputs, nodes with operators and src
///   QuantParams /constants/<i>    f32 or s8 tensors /scales/<node>    f32 weight scales of a
///   quantized layer /samples/input_<i>, /samples/output_<i>   f32 /provenance       JSON text
struct NativeModel {
  Graph graph;
  std::vector<Tensor> sample_inputs;   ///< one per graph input, [samples, ...]
  std::vector<Tensor> sample_outputs;  ///< one per graph output
  std::string provenance = "{}";       ///< JSON text
};

/// Writes atomically. Equal models make equal bytes. Throws BackendError.
void write_native(const NativeModel& model, const std::filesystem::path& file);
/// The same without its name, which commit() of the output gives it.
void write_native(const NativeModel& model, OutputFile& output);

/// Throws ModelError naming the file, and the path inside, for anything missing, damaged or newer.
[[nodiscard]] NativeModel read_native(const std::filesystem::path& file);

/// True when the file says that it is in this format.
[[nodiscard]] bool is_native(const std::filesystem::path& file);

/// Runs the samples and compares: throws ModelError when an output differs by more than 1e-3 in
/// relative L2 norm. Another instruction set rounds f32 layers differently, which moves single
/// cells by single steps and stays far below; a wrong weight, scale or zero point does not.
void verify_samples(const NativeModel& model, const std::filesystem::path& file);

}  // namespace caloquant
