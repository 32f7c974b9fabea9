#pragma once

#include <caloquant/measure.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caloquant {

/// On which side of its limit a value has to be.
enum class Bound {
  at_most,
  at_least,
  within,  ///< the value without its sign at most
};
/// "<=", ">=", "within".
[[nodiscard]] std::string_view name_of(Bound bound) noexcept;

/// How numbers of a criterion are written: 0.0123, 1.23 %, 1.23 x.
enum class GateUnit { number, percent, times };

/// One question of the gate, and its answer.
struct Criterion {
  std::string name;             ///< "loss", "energy against fp32 at 100 GeV"
  double value = 0.0;           ///< measured
  std::optional<double> error;  ///< standard error of `value`
  /// Instead of an error: where the median of the turns lies (rule.hpp).
  std::optional<std::pair<double, double>> range{};
  Bound bound = Bound::at_most;
  double limit = 0.0;
  GateUnit unit = GateUnit::number;
  std::string remedy{};  ///< what to do when it fails
  /// How many standard errors it is beyond the limit, where that is not (value - limit) / error.
  std::optional<double> sigmas_beyond{};
  Verdict verdict = Verdict::passed;
};

/// What the gate says of a model.
struct GateResult {
  std::string model;  ///< name of its file
  std::vector<Criterion> criteria;
  std::vector<std::string> notes;  ///< what weakens the answer; reasons for distrust
  std::vector<std::pair<std::string, std::string>> provenance;
  std::string error;  ///< why there is no answer; empty when there is one
  double sigmas = 3.0;
  double seconds = 0.0;

  /// No criterion failed, there is at least one, and no error.
  [[nodiscard]] bool passed() const;
};

/// A value in its unit: "0.001778", "+1.31 %", "1.52 x".
[[nodiscard]] std::string in_unit(double value, GateUnit unit);
/// "<= 0.002", "within 0.5 %".
[[nodiscard]] std::string limit_text(const Criterion& criterion);
/// "+- 0.00027", "1.48..1.61", or nothing.
[[nodiscard]] std::string error_text(const Criterion& criterion);
/// A sentence on a criterion that is unclear or failed; empty for one that passed.
[[nodiscard]] std::string explanation(const Criterion& criterion, double sigmas);
/// What to do about criteria that failed and how to clear up unclear ones: each sentence once.
[[nodiscard]] std::vector<std::string> advice(const GateResult& result);
/// "passed", "passed, 1 of 3 criteria unclear", "FAILED: loss, speedup", "ERROR".
[[nodiscard]] std::string verdict_line(const GateResult& result);

}  // namespace caloquant
