#pragma once

#include <caloquant/loss_result.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "quantizer/evaluate/energy_response.hpp"

namespace caloquant {

/// What the result.json of a baseline model says.
struct GateBaseline {
  std::filesystem::path file;
  std::string metric;               ///< describe() of its config
  LossResult loss;                  ///< value and standard error only
  std::size_t events = 0;           ///< that they were measured on; 0: not recorded
  std::vector<std::string> parent;  ///< SHA-256 of the files of its fp32 model
  /// Total energy against fp32 by bin, from its criteria or else its report; may be empty.
  std::vector<EnergyResponse> response;
  /// The baseline model itself, beside the file; empty when it is not there.
  std::filesystem::path model;
  bool model_has_hash = false;  ///< and is the one that the file tells of
};

/// Reads a result.json. Throws ConfigError when it is none or holds no loss, and when a model
/// beside it is not the one that it was written with.
[[nodiscard]] GateBaseline read_gate_baseline(const std::filesystem::path& file);

}  // namespace caloquant
