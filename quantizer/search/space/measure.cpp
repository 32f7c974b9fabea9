#include <algorithm>
#include <caloquant/measure.hpp>
#include <cmath>

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Verdict> verdict_names({{Verdict::passed, "passed"},
                                            {Verdict::undecided, "undecided"},
                                            {Verdict::failed, "failed"}});

bool same_number(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

}  // namespace

std::string_view name_of(Verdict verdict) noexcept {
  return verdict_names[verdict];
}

Verdict Measure::verdict() const {
  const double size = one_sided ? value : std::abs(value);
  if (!std::isfinite(size) || std::isnan(limit)) {
    return Verdict::failed;
  }
  if ((std::isnan(upper) ? size : upper) <= limit) {
    return Verdict::passed;
  }
  return (std::isnan(lower) ? size : lower) > limit ? Verdict::failed : Verdict::undecided;
}

double Measure::ratio() const {
  const double size = one_sided ? std::max(value, 0.0) : std::abs(value);
  if (!std::isfinite(value) || std::isnan(limit)) {
    return std::numeric_limits<double>::infinity();
  }
  if (size == 0.0 && (!one_sided || value <= limit)) {
    return 0.0;
  }
  return limit > 0.0 ? size / limit : std::numeric_limits<double>::infinity();
}

bool operator==(const Measure& left, const Measure& right) {
  return left.name == right.name && same_number(left.value, right.value) &&
         same_number(left.limit, right.limit) &&
         same_number(left.standard_error, right.standard_error) &&
         same_number(left.lower, right.lower) && same_number(left.upper, right.upper) &&
         left.one_sided == right.one_sided;
}

Verdict verdict_of(std::span<const Measure> measures) {
  Verdict worst = Verdict::passed;
  for (const Measure& measure : measures) {
    worst = std::max(worst, measure.verdict());
  }
  return worst;
}

double worst_ratio(std::span<const Measure> measures) {
  double worst = measures.empty() ? std::numeric_limits<double>::infinity() : 0.0;
  for (const Measure& measure : measures) {
    worst = std::max(worst, measure.ratio());
  }
  return worst;
}

}  // namespace caloquant
