#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)
namespace caloquant {

/// The answer to a question about a model.
enum class Verdict {
  passed,     ///< within the limit, with the confidence that was asked for
  undecided,  ///< neither can be said: more events would tell
  failed,     ///< beyond the limit, or no number at all
};
/// "passed", "undecided", "failed".
[[nodiscard]] std::string_view name_of(Verdict verdict) noexcept;

/// One number that a model is judged by: the loss, or a further criterion of the run.
struct Measure {
  std::string name;    ///< "loss", "energy response at 2-104 GeV"
  double value = 0.0;  ///< errors of layers add up in it, to first order
  double limit = 0.0;  ///< of the value without its sign
  /// Of the value; NaN where it is not known.
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  /// One-sided bounds of the value without its sign, each at its confidence; NaN: the value itself.
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();  ///< see lower
  /// The value and its bounds count with their sign: small ones are never too far (the loss).
  bool one_sided = false;

  /// Passed when the upper bound is within the limit, failed when the lower one is beyond it.
  [[nodiscard]] Verdict verdict() const;
  /// Has it passed?
  [[nodiscard]] bool met() const { return verdict() == Verdict::passed; }
  /// |value| / limit: 1 is just met. 0 for 0 within 0, infinite for what is no number.
  [[nodiscard]] double ratio() const;
};
/// Equal numbers, where NaN equals NaN.
[[nodiscard]] bool operator==(const Measure& left, const Measure& right);

/// Failed where one of them is, else undecided where one of them is. Passed without any.
[[nodiscard]] Verdict verdict_of(std::span<const Measure> measures);
/// The largest ratio(); infinite without any.
[[nodiscard]] double worst_ratio(std::span<const Measure> measures);

}  // namespace caloquant
#pragma GCC visibility pop
