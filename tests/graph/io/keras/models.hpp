#pragma once

// Architecture JSON for tests, piece by piece.

#include <cstdint>
#include <string>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant::testing {

/// A layer with the given config entries ("\"units\": 3"). With `reads` it belongs to a functional
/// model and reads that layer once.
[[nodiscard]] std::string layer(const std::string& class_name, const std::string& name,
                                const std::string& config = "", const std::string& reads = "");
/// A layer with its inbound_nodes spelled out.
[[nodiscard]] std::string called(const std::string& class_name, const std::string& name,
                                 const std::string& config, const std::string& inbound_nodes);
/// An InputLayer of a functional model; extents as "6, 5, 2".
[[nodiscard]] std::string input(const std::string& name, const std::string& extents);
/// A nested Sequential that reads one layer.
[[nodiscard]] std::string nested(const std::string& name, const std::vector<std::string>& layers,
                                 const std::string& reads);

[[nodiscard]] std::string sequential(const std::vector<std::string>& layers);
[[nodiscard]] std::string functional(const std::vector<std::string>& layers,
                                     const std::string& input,
                                     const std::vector<std::string>& outputs);

/// read_keras of that text with seeded weights.
[[nodiscard]] Graph read_random(const std::string& architecture, std::uint64_t seed = 1);

}  // namespace caloquant::testing
