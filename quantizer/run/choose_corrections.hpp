#pragma once

#include <caloquant/config.hpp>
#include <caloquant/strategy.hpp>
#include <functional>
#include <string>
#include <vector>

#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/result/quantize_result.hpp"

namespace caloquant {

/// May a run do without the correction, and may it do with it?
struct CorrectionOptions {
  bool without = true;
  bool with = false;
};
/// A correction that is "auto" is tried where `may_try`, else left out.
[[nodiscard]] CorrectionOptions options_of(CorrectionMode mode, bool may_try);

/// What the probe says of a combination. The smallest ratio is kept: how far the worst measure is
/// from its limit, or the error of the loss (LossResult::error) where that has the limit 0.
struct ProbeResult {
  double loss = 0.0;
  double worst_ratio = 0.0;
};
[[nodiscard]] ProbeResult probe_result(const ModelQuality& quality);

/// Which corrections a run uses. A correction that is "auto" is tried where `may_try`: on a probe
/// with every layer at the highest precision below bf16 that it searches, alone and with the other
/// one; the combination with the smallest ratio is kept. `trials` tells what was tried.
struct CorrectionChoice {
  Corrections corrections;
  std::vector<CorrectionTrial> trials;
};
[[nodiscard]] CorrectionChoice choose_corrections(
    const QuantizationConfig& config, bool may_try, const StatisticsTable* statistics,
    const std::function<std::vector<ProbeResult>(const std::vector<Corrections>&)>& probe);

/// Every counted layer at w8a16 or w8 where it searches one of them, else at the most compact
/// precision that it searches.
[[nodiscard]] TuningConfig correction_probe(const TuningSpace& space);

}  // namespace caloquant
