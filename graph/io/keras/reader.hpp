#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "graph/io/import/imported_layers.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// A Keras model on disk: of Keras 2 an architecture (`to_json`) with weights (`save_weights`,
/// HDF5) or one full model file (`save`, HDF5), which carries both; of Keras 2.12 to 3 an archive
/// (`save("name.keras")`), given as `weights`.
struct KerasSource {
  std::filesystem::path architecture;  ///< JSON; empty for a full model file
  std::filesystem::path weights;       ///< HDF5; empty when random_seed is set
  /// Seeded weights instead of a file: He-normal kernels (standard deviation sqrt(2 / fan_in)),
  /// biases and beta in +-0.05, gamma and moving variance in 0.5..1.5, moving mean in +-0.2. Each
  /// tensor depends on the seed and on its layer's path only (ops/core/philox.hpp).
  std::optional<std::uint64_t> random_seed;
};

/// Reads Keras 2.0 to 2.15 (TensorFlow backend), archives also of Keras 3, as a graph in [N, C,
/// spatial...] order: node names are layer names, inner ones with the outer name in front only
/// where two would clash; an activation inside a layer becomes a node "<layer>/activation", a later
/// call of a shared layer a node
/// "<layer>/call2" with the same constants. Inputs and outputs keep Keras's
/// own axis order; Transpose nodes stand only where the order changes. Convolution weights become
/// [O, I, spatial...], dense ones [O, I]. `layers` (or null) gets the layers. Throws ModelError
/// with the file and the layer or HDF5 path.
[[nodiscard]] Graph read_keras(const KerasSource& source, ImportedLayers* layers = nullptr);

}  // namespace caloquant
