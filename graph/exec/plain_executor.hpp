#pragma once

#include <memory>

#include "graph/exec/executor.hpp"

namespace caloquant {

/// What `benchmark` compares with: an f32 generator (one input; Dense, Reshape, Conv, up-sampling
/// in a row, with their epilogues) in plain oneDNN primitives, each in the format oneDNN likes
/// best. Meant for a graph without collapse_upsample. Throws ModelError for a graph that is not so.
[[nodiscard]] std::unique_ptr<Executable> compile_plain_onednn(const Graph& graph,
                                                               std::int64_t batch);

}  // namespace caloquant
