#pragma once

#include <optional>
#include <vector>

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// Which axes a Reduce operator sums over; none when it does nothing (noop_with_empty_axes). They
/// are an attribute before opset `axes_since`, input 1 from there on.
[[nodiscard]] std::optional<std::vector<bool>> reduced_axes(const Call& call, std::size_t rank,
                                                            std::int64_t axes_since);

}  // namespace caloquant::onnx
