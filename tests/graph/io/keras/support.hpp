#pragma once

#include <filesystem>
#include <vector>

#include "graph/ir/graph.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant::testing {

/// Outputs of the reference executor; the batch is that of the first input.
[[nodiscard]] std::vector<Tensor> run_reference(const Graph& graph,
                                                const std::vector<Tensor>& inputs);

/// The first `count` rows of a dataset, as f32.
[[nodiscard]] Tensor read_rows(const std::filesystem::path& file, const std::string& dataset,
                               std::int64_t count);

/// Largest |a - b| and largest |b| of two tensors of one shape.
struct Difference {
  double largest = 0.0;
  double scale = 0.0;
};
[[nodiscard]] Difference difference(const Tensor& a, const Tensor& b);

}  // namespace caloquant::testing
