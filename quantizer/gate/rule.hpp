#pragma once

#include <caloquant/loss_result.hpp>
#include <optional>
#include <string>
#include <vector>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// How much worse than its baseline a model may be.
struct Tolerance {
  double value = 0.1;
  bool relative = true;  ///< of the baseline's loss; else in the units of the loss

  friend bool operator==(const Tolerance&, const Tolerance&) = default;
};

/// "0.1" and "10%" are relative, "abs:1e-5" is absolute. Throws UsageError, with `option` as its
/// place, for any other text and for negative numbers.
[[nodiscard]] Tolerance parse_tolerance(const std::string& text, const std::string& option);

/// Fails a value that is beyond its limit by more than `sigmas` standard errors, and one that is no
/// number; one that is beyond it by less is unclear. Without an error whatever is beyond fails.
/// Criterion::sigmas_beyond counts where it is known.
[[nodiscard]] Criterion decided(Criterion criterion, double sigmas);

/// How much worse than `baseline` a loss is, and may be: worse than it by tolerance (times its
/// absolute value where that is relative).
///
/// With `paired` both are of the same events: the error is a jackknife of
///   (model - baseline) - tolerance,
/// in which the noise of the events cancels, and is exactly 0 for equal models. Else both errors
/// are added in quadrature, the baseline's with the weight of the tolerance. Of losses the standard
/// errors beyond the limit are those of ln(model / (baseline + tolerance)), found the same way;
/// with `paired` those of the difference, where they are more: models differ by a shift or by a
/// factor.
[[nodiscard]] Criterion worse_than_baseline(const LossResult& model, const LossResult& baseline,
                                            bool higher_is_better, const Tolerance& tolerance,
                                            bool paired);

/// A loss against its limit, or a metric where higher is better. Of a loss the standard errors
/// beyond the limit are ln(loss / limit) over its relative error: losses are sums of squares, whose
/// errors grow with them.
[[nodiscard]] Criterion loss_within(const LossResult& loss, double limit, bool higher_is_better);

/// The median of the ratios of speeds, turn by turn, against the least one. It fails when the
/// median is below `least` and at most one turn in `speedup_turns` is not, which happens to a model
/// with just that ratio in 0.6 % of all runs (sign test: 12 / 2^11). Needs as many turns.
[[nodiscard]] Criterion speedup(const std::vector<double>& model, const std::vector<double>& fp32,
                                double least);
inline constexpr int speedup_turns = 11;

}  // namespace caloquant
