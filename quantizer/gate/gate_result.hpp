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
  std::string name;               ///< "loss", "energy against fp32 at 100 GeV"
  double value = 0.0;             ///< measured
  std::optional<double> error{};  ///< standard error of `value`
  /// One-sided bounds at the confidence, of the value without its sign for Bound::within; none: the
  /// value itself. Of a speedup where the median of the turns lies.
  std::optional<double> lower{};
  std::optional<double> upper{};  ///< see lower
  Bound bound = Bound::at_most;
  double limit = 0.0;
  GateUnit unit = GateUnit::number;
  std::string remedy{};  ///< what to do when it fails
  Verdict verdict = Verdict::passed;
};

/// What the gate says of a model.
struct GateResult {
  std::string model;  ///< name of its file
  std::vector<Criterion> criteria;
  std::vector<std::string> notes;  ///< what weakens the answer; reasons for distrust
  std::vector<std::pair<std::string, std::string>> provenance;
  std::string error;  ///< why there is no answer; empty when there is one
  double confidence = 0.95;
  bool undecided_passes = false;  ///< --undecided pass
  bool asks_physics = true;
  bool loss_only = false;  ///< showers whose physics is not asked for, which all outputs say
  std::string to_decide = "more events would tell";
  double seconds = 0.0;

  /// Of all criteria; failed without any, and with an error.
  [[nodiscard]] Verdict verdict() const;
  /// No criterion failed or, unless that passes, is undecided; there is one, and no error.
  [[nodiscard]] bool passed() const;
  /// Does a criterion with this verdict fail the check?
  [[nodiscard]] bool fails(const Criterion& criterion) const;
};

/// A value in its unit: "0.001778", "+1.31 %", "1.52 x".
[[nodiscard]] std::string in_unit(double value, GateUnit unit);
/// "<= 0.002", "within 0.5 %".
[[nodiscard]] std::string limit_text(const Criterion& criterion);
/// "+- 0.00027", "1.48..1.61", or nothing.
[[nodiscard]] std::string error_text(const Criterion& criterion);
/// A sentence on a criterion of the result that is undecided or failed; empty for one that passed.
[[nodiscard]] std::string explanation(const Criterion& criterion, const GateResult& result);
/// What to do about criteria that failed and what decides the others: each sentence once.
[[nodiscard]] std::vector<std::string> advice(const GateResult& result);
/// "passed", "passed, 1 of 3 criteria undecided", "UNDECIDED: loss", "FAILED: loss, speedup",
/// "ERROR"; with " (loss only, physics not asked)" behind it where that is so.
[[nodiscard]] std::string verdict_line(const GateResult& result);
inline constexpr const char* loss_only_text = "loss only, physics not asked";

}  // namespace caloquant
