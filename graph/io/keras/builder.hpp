#pragma once

#include <string>

#include "graph/io/import/imported_layers.hpp"
#include "graph/io/keras/model.hpp"
#include "graph/io/keras/weights.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Throws ModelError naming the first layer, nested ones included, whose class is not known: told
/// before the weights are matched, which such a layer would confuse.
void require_known_layers(const KerasModel& model, const std::string& file);

/// Walks the model and translates every call of every layer. Throws ModelError; `file` names the
/// architecture in messages. `layers` (or null) gets what every call of every layer gives.
[[nodiscard]] Graph build_keras_graph(const KerasModel& model, KerasWeights& weights,
                                      const std::string& file, ImportedLayers* layers = nullptr);

}  // namespace caloquant
