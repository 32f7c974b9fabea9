#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibration/collect/collect.hpp"
#include "graph/json/json_fwd.hpp"
#include "graph/passes/equalize_channels.hpp"
#include "quantizer/result/quantize_result.hpp"

namespace caloquant {

/// What the preparation of a run has measured and decided: a run that goes on takes it from here.
struct PreparedState {
  CalibrationTable ranges;
  std::optional<ChannelRanges> equalized_by;  ///< none: the network is as it was
  bool bias_correction = false;
  bool weight_reconstruction = false;
  std::vector<CorrectionTrial> tried;
};

[[nodiscard]] Json to_json(const PreparedState& state);
/// The inverse, to the bit. Throws DataError with `place`.
[[nodiscard]] PreparedState prepared_state_from(const Json& json, const std::string& place);

}  // namespace caloquant
