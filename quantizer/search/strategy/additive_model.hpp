#pragma once

#include <caloquant/strategy.hpp>
#include <optional>
#include <vector>

#include "quantizer/search/strategy/level_table.hpp"

namespace caloquant {

/// The measures of a trial as values; nothing when it failed or one of them is not finite.
[[nodiscard]] std::optional<std::vector<double>> finite_measures(const Trial& trial);

/// Predicts the measures of an assignment from trials of each layer alone. To first order the
/// errors add up:
///   y_k(a) = base_k + sum_l e_kl(a_l) + r_k(a)
/// The rest r comes from pairs of layers, whose errors have something in common: in a quadratic
/// loss the pair (l, m) adds 2 c_lm sqrt(e_l e_m) with a correlation c_lm. The correlations are
/// unknown numbers around 0 with a part that all pairs share, so r is a Gaussian process whose
/// kernel follows from them; every trial of several layers corrects it (Rasmussen and Williams,
/// eq. 2.25, 2.26), most for assignments that agree with it in the layers that matter.
///
/// Errors that were measured on few events are uncertain by themselves: their variances are part of
/// the kernel, for assignments with that level in common. Plans that are fitted have an unknown
/// part of the sum left, the same for all of them: the kernel of a slope.
class AdditiveModel {
 public:
  struct Options {
    /// Loss of the reference when all its layers are fp32; otherwise, and where the history has it,
    /// its trial says.
    double baseline = 0.0;
    std::size_t max_events = 0;  ///< see StrategyOptions
    bool fitted = false;         ///< see StrategyOptions
  };
  /// Layers that were not tried alone are unusable at that level.
  AdditiveModel(const LevelTable& table, const History& history, const Options& options);

  /// False without a finite trial of anything.
  [[nodiscard]] bool valid() const { return !limits_.empty(); }
  [[nodiscard]] std::size_t measures() const { return limits_.size(); }
  /// What a value has to stay within, so that its upper bound after all events does.
  [[nodiscard]] double limit(std::size_t measure) const { return limits_[measure]; }
  [[nodiscard]] double base(std::size_t measure) const { return base_[measure]; }
  /// Has the level a finite trial (or is it the reference)?
  [[nodiscard]] bool usable(std::size_t layer, std::uint8_t level) const;
  /// What the level adds to a measure.
  [[nodiscard]] double error(std::size_t measure, std::size_t layer, std::uint8_t level) const;

  struct Prediction {
    double mean = 0.0;
    double deviation = 0.0;  ///< standard deviation
  };
  [[nodiscard]] Prediction predict(std::size_t measure, const Assignment& assignment) const;
  /// That all measures are within their limits.
  [[nodiscard]] double probability(const Assignment& assignment) const;
  /// An upper bound of |mean - sum of errors| + sigmas * deviation over all assignments.
  [[nodiscard]] double slack(std::size_t measure, double sigmas) const;

 private:
  using Values = std::vector<double>;
  struct Process {
    std::vector<Values> errors;     ///< by layer, level
    std::vector<Values> variances;  ///< of the errors
    double largest_sum = 0.0;       ///< of |sum of errors| over all assignments
    Values factor;   ///< [j, i]: lower Cholesky factor L(i, j) of the kernel between observations
    Values weights;  ///< kernel^-1 times residuals
    double largest_coherent = 0.0;    ///< of coherent() over all assignments
    double largest_deviation = 0.0;   ///< of the prior over all assignments
    double largest_correction = 0.0;  ///< of |mean - sum of errors| over all assignments
  };
  void learn_limits(const History& history);
  void learn_errors(const History& history);
  void observe(const History& history);
  void fit(std::size_t measure, const std::vector<Values>& observed);
  [[nodiscard]] double sum_of_errors(std::size_t measure, const Assignment& assignment) const;
  [[nodiscard]] double coherent(const Process& process, const Assignment& assignment) const;
  [[nodiscard]] double kernel(std::size_t measure, const Assignment& left,
                              const Assignment& right) const;
  [[nodiscard]] double nugget(std::size_t measure, const Assignment& assignment) const;

  const LevelTable* table_;
  Options options_;
  Values base_;
  Values limits_;
  std::vector<std::vector<bool>> usable_;  ///< by layer, level
  std::vector<Assignment> observations_;   ///< trials of several layers
  std::vector<Process> processes_;         ///< by measure
};

}  // namespace caloquant
