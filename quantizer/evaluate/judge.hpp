#pragma once

#include <caloquant/config.hpp>
#include <caloquant/loss_result.hpp>
#include <caloquant/measure.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "metrics/physics/criteria_pair.hpp"

namespace caloquant {

/// What a model has to reach.
struct Target {
  AccuracyCriterion accuracy;
  double loss = 0.0;  ///< target_loss(accuracy, baseline)
  /// Of the fp32 model where its loss is not 0 by construction: what the data's noise does to both
  /// losses cancels then. Empty for a paired reference.
  std::optional<LossResult> baseline{};
};

/// One of the looks at a growing sample after which a model may be decided on.
struct Look {
  std::size_t events = 0;
  /// Chances of an error that this look may take: of a pass that is none, and of a failure that is
  /// none. 0.5: the measured value decides.
  double of_pass = 0.5;
  double of_failure = 0.5;
};

/// Looks at 64 events, at twice as many, ..., at `most`; at `also` as well where that lies between.
/// All together are wrong with at most 1 - confidence: look k of K takes 2^k / (2^K - 1) of it
/// (Bonferroni with unequal shares), so that early ones decide clear cases and the last keeps half.
[[nodiscard]] std::vector<Look> growing_looks(std::size_t most, std::size_t also,
                                              double confidence);
inline constexpr std::size_t first_look = 64;

/// One look at all events: by the confidence, or with loss_only by the measured value.
[[nodiscard]] Look only_look(std::size_t events, const AccuracyCriterion& accuracy);

/// The loss against its target. Its bounds are from its standard error with Student's t: of a loss,
/// a sum of squares whose errors grow with it, those of its logarithm; of a metric where higher is
/// better, or where the baseline varies with the data as well, those of the value. A value without
/// an error is taken as it is. `error_of`: LossResult::error of a value.
[[nodiscard]] Measure loss_measure(const LossResult& loss, const Target& target, const Look& look,
                                   const std::function<double(double)>& error_of);

/// Without a paired reference: how far the loss is from that of the fp32 model in either direction,
/// so that errors which bring a model nearer to the data are not success. Its limit is what the
/// target allows above the baseline.
[[nodiscard]] std::optional<Measure> loss_difference(const LossResult& loss, const Target& target,
                                                     const Look& look);

/// The criteria that have limits. A criterion passes when the upper bound of each of its parts is
/// within the limit. It fails when the lower bound of one part is not, with the chance of an error
/// shared by all parts of all criteria. Cells
/// that are not finite, which count as 0 in all of them, fail by themselves.
[[nodiscard]] std::vector<Measure> physics_measures(const CriteriaPair& pair,
                                                    const PhysicsCriteria& limits, const Look& look,
                                                    std::uint64_t seed);

}  // namespace caloquant
