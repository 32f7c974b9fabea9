#pragma once

#include <caloquant/energy_units.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// The former name of EnergyUnits; it goes with the next version.
using OutputConfig [[deprecated("it is called EnergyUnits")]] = EnergyUnits;

/// The FP32 model: `file`, or `architecture` with `weights` or with `random_weights`.
struct ModelConfig {
  std::filesystem::path architecture;           ///< Keras to_json form; empty when not given
  std::filesystem::path weights;                ///< Keras save_weights form; empty when not given
  std::filesystem::path file;                   ///< full Keras or ONNX model; empty when not given
  std::optional<std::uint64_t> random_weights;  ///< seed
  /// What the framework computes (ExpectedFiles); the model is refused when it does not agree.
  std::filesystem::path expected;
  EnergyUnits output;        ///< how the output becomes energy
  bool import_check = true;  ///< compute ONNX and TensorFlow models twice
  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

/// How the network is rewritten before it is calibrated, quantized and run.
struct GraphConfig {
  std::vector<std::string> disabled_passes;  ///< names of optional passes (graph/passes)
  friend bool operator==(const GraphConfig&, const GraphConfig&) = default;
};

}  // namespace caloquant
#pragma GCC visibility pop
