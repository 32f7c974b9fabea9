#pragma once

#include <caloquant/config.hpp>
#include <filesystem>

#include "graph/ir/graph.hpp"
#include "quantizer/output/emit/verified_write.hpp"

namespace caloquant {

class Evaluator;
struct QuantizeResult;

/// Writes the quantized graph as quantized.h5, with four evaluation events (or as many as there
/// are) as verified samples and the resolved config with the outcome as provenance. `further`: as
/// of write_verified_native().
void write_quantized_model(const RunConfig& config, const Evaluator& evaluator, const Graph& graph,
                           const QuantizeResult& result, const std::filesystem::path& file,
                           const FileCheck& further = {});

/// Writes any graph, with four seeded standard normal inputs as samples. What no executor can do is
/// rewritten first. Throws BackendError.
void write_converted_model(const Graph& graph, const std::filesystem::path& file);

}  // namespace caloquant
