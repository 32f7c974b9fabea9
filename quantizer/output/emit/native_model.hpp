#pragma once

#include <caloquant/config.hpp>
#include <filesystem>

#include "graph/ir/graph.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/output/emit/verified_write.hpp"

namespace caloquant {

class Evaluator;

/// Writes the quantized graph as quantized.h5, with four evaluation events (or as many as there
/// are) as verified samples. Provenance is what the model follows from: model_facts_json(), name
/// and SHA-256 of model, data and given layer costs. No path, no time and no loss (whose last bits
/// are the machine's), so that equal runs write equal bytes. `further`: as of
/// write_verified_native().
void write_quantized_model(const ResultContext& context, const Evaluator& evaluator,
                           const Graph& graph, const std::filesystem::path& file,
                           const FileCheck& further = {});

/// Writes any graph, with four seeded standard normal inputs as samples. What no executor can do is
/// rewritten first. Throws BackendError.
void write_converted_model(const Graph& graph, const std::filesystem::path& file);

}  // namespace caloquant
