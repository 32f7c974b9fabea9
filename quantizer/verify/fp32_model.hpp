#pragma once

#include <caloquant/model_config.hpp>
#include <caloquant/verify.hpp>
#include <optional>

#include "graph/load_model/load_model.hpp"

namespace caloquant {

/// A model that a run starts from.
struct Fp32Model : LoadedModel {
  std::optional<Verification> verified{};  ///< that it computes what model.expected says
};

/// The fp32 model of a config, which agrees with `config.expected`; without LoadedModel::imported.
/// Throws ModelError, also for a network that is quantized already, and DataError for values that
/// cannot be compared.
[[nodiscard]] Fp32Model load_fp32_model(const ModelConfig& config, const GraphConfig& graph,
                                        CheckTime when = CheckTime::at_once);

/// The same with LoadedModel::imported.
[[nodiscard]] Fp32Model load_verified_with_import(const ModelConfig& config,
                                                  const GraphConfig& graph,
                                                  CheckTime when = CheckTime::at_once);

}  // namespace caloquant
