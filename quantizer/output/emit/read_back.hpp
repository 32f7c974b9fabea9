#pragma once

#include <caloquant/quality.hpp>
#include <map>
#include <string>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// Throws ModelError with that place when a model as it was read back is not the one that was
/// judged, both on the same events. `same_graph`: the loss and every energy response must have the
/// same bits. Otherwise (ONNX has no operator for some layers, whose formula is read back) the
/// network rounds in other places: the loss may differ by 1 %, or by its standard error, an energy
/// response by 1e-4, or by its standard error.
void require_judged_model(const ModelQuality& judged, const ModelQuality& read, bool same_graph,
                          const std::string& place);

/// Loss and energy response of each file, as result.json has them under emitted.read_back.
[[nodiscard]] Json read_back_json(const std::map<std::string, ModelQuality>& files);

}  // namespace caloquant
