#pragma once

#include <caloquant/data.hpp>
#include <cstdint>

#include "graph/ir/graph.hpp"
#include "metrics/core/energy_units.hpp"

namespace caloquant {

// What a shower generator takes and gives. All throw ModelError naming the model.

/// Does it take one latent vector and give one image?
[[nodiscard]] bool is_generator(const Graph& graph) noexcept;

/// [X, Y, Z] of the only output: [N, X, Y, Z], [N, X, Y, Z, 1] or [N, 1, X, Y, Z].
[[nodiscard]] Shape image_shape_of(const Graph& graph);

/// L of the only input [N, L], which the encoding can fill.
[[nodiscard]] std::int64_t latent_size_of(const Graph& graph, InputEncoding encoding);

/// energy_angle_noise for a network with images of 51 x 51 x 25 cells, else energy_times_noise.
/// Throws ModelError when the network has no [X, Y, Z] image as its only output.
[[nodiscard]] InputEncoding default_encoding(const Graph& graph);

}  // namespace caloquant
