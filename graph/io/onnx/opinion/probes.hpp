#pragma once

#include <vector>

#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

/// Inputs of one evaluation, in the order of Model::inputs, f32.
using Probes = std::vector<Array>;

/// `batch` seeded rows: the even ones are standard normal, the others have random signs and
/// magnitudes from 1e-6 to 1e3, each decade as often.
[[nodiscard]] Probes seeded_probes(const Model& model, std::int64_t batch);

/// Batch that the model declares; 0 when it is symbolic.
[[nodiscard]] std::int64_t fixed_batch(const Model& model);

}  // namespace caloquant::onnx
