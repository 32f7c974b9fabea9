#pragma once

#include <caloquant/loss_result.hpp>
#include <optional>
#include <string>
#include <vector>

#include "quantizer/evaluate/judge.hpp"
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

/// Passed where the bound on the side of the limit is within it, failed where the other one is
/// beyond it or the value is no number, else undecided. Without bounds the value decides.
[[nodiscard]] Criterion decided(Criterion criterion);

/// Bounds from the standard error with Student's t at the chances of a look; infinitely wide for an
/// error that is no number. Without an error none.
[[nodiscard]] Criterion bounded(Criterion criterion, const Look& look, double freedom);

/// How much worse than `baseline` a loss is, and may be: worse than it by tolerance (times its
/// absolute value where that is relative).
///
/// With `paired` both are of the same events: the error is a jackknife of
///   (model - baseline) - tolerance,
/// in which the noise of the events cancels, and is exactly 0 for equal models. Else both errors
/// are added in quadrature, the baseline's with the weight of the tolerance; of losses that are
/// equal to the last digit it is 0, since they are of one model. Bounds of losses, which are sums
/// of squares whose errors grow with them, are from ln(model / (baseline + tolerance)), whose error
/// is found the same way. With `paired` models may differ by a shift or by a factor: the
/// tighter of both forms counts, which are the same to first order at the limit.
[[nodiscard]] Criterion worse_than_baseline(const LossResult& model, const LossResult& baseline,
                                            bool higher_is_better, const Tolerance& tolerance,
                                            bool paired, const Look& look);

/// The median of the ratios of speeds, turn by turn, against the least one. It passes when so many
/// turns reach `least` as reach the median by chance in at most 1 - confidence of all runs (sign
/// test; 9 of 11 at 0.95, all at most), and fails when as many do not. Needs `speedup_turns` turns.
[[nodiscard]] Criterion speedup(const std::vector<double>& model, const std::vector<double>& fp32,
                                double least, double confidence);
inline constexpr int speedup_turns = 11;

}  // namespace caloquant
