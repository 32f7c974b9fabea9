#pragma once

#include <random>
#include <string>
#include <vector>

#include "graph/exec/executor.hpp"
#include "graph/ir/editor.hpp"

namespace caloquant::testing {

/// A small random network of 3-D layers in the order in which generators have them (Dense, Reshape,
/// then convolutions with activations, BatchNorm behind the activation, padding, up-sampling, a
/// residual Add or a Concat now and then), f32, not canonical.
[[nodiscard]] Graph random_generator(std::mt19937_64& random);

[[nodiscard]] Tensor random_tensor(std::mt19937_64& random, Shape shape, float low, float high);

/// All outputs of one run on random inputs drawn from (random) in [-2, 2].
struct Ran {
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
};
[[nodiscard]] Ran run_random(const Graph& graph, Executable& executable, std::mt19937_64& random);
[[nodiscard]] std::vector<Tensor> run_on(const Graph& graph, Executable& executable,
                                         const std::vector<Tensor>& inputs);

/// Quantizes every Dense and Conv of a canonical graph: src ranges from an f32 run on `inputs`,
/// u8 with zero point, s16 or s8 by turns (s8 for a symmetric range), weights per channel or per
/// tensor by turns.
[[nodiscard]] Graph quantize_everything(const Graph& graph, const std::vector<Tensor>& inputs);

}  // namespace caloquant::testing
