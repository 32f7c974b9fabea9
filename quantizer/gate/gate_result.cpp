#include "quantizer/gate/gate_result.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Bound> bound_names({{Bound::at_most, "<="},
                                        {Bound::at_least, ">="},
                                        {Bound::within, "within"}});

std::string number_as(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// Why an unclear criterion did not fail, and what would tell.
std::string doubt(const Criterion& criterion, double sigmas) {
  return criterion.range
             ? "beyond the limit, but not in nearly every turn: a quieter machine would "
               "tell"
             : "beyond the limit, but by no more than " + number_as("%g", sigmas) +
                   " standard errors: more data.evaluation_samples would tell";
}

}  // namespace

std::string_view name_of(Bound bound) noexcept {
  return bound_names[bound];
}

bool GateResult::passed() const {
  return error.empty() && !criteria.empty() &&
         std::ranges::none_of(criteria, [](const Criterion& criterion) {
           return criterion.verdict == Verdict::failed;
         });
}

std::string in_unit(double value, GateUnit unit) {
  switch (unit) {
    case GateUnit::number:
      return number_as("%.4g", value);
    case GateUnit::percent:
      return number_as("%.3g %%", 100.0 * value);
    case GateUnit::times:
      return number_as("%.3g x", value);
  }
  return "";
}

std::string limit_text(const Criterion& criterion) {
  return std::string(name_of(criterion.bound)) + " " + in_unit(criterion.limit, criterion.unit);
}

std::string error_text(const Criterion& criterion) {
  if (criterion.range) {
    return number_as("%.3g", criterion.range->first) + ".." +
           number_as("%.3g", criterion.range->second);
  }
  return criterion.error ? "+- " + in_unit(*criterion.error, criterion.unit) : "";
}

std::string explanation(const Criterion& criterion, double sigmas) {
  if (criterion.verdict == Verdict::passed) {
    return "";
  }
  std::string text = criterion.name + " is " + in_unit(criterion.value, criterion.unit);
  if (const std::string error = error_text(criterion); !error.empty()) {
    text += " (" + error + ")";
  }
  text += ", and must be " + limit_text(criterion);
  return text + "; " +
         (criterion.verdict == Verdict::failed ? criterion.remedy : doubt(criterion, sigmas));
}

std::vector<std::string> advice(const GateResult& result) {
  std::vector<std::string> sentences;
  for (const Criterion& criterion : result.criteria) {
    std::string sentence;
    if (criterion.verdict == Verdict::failed) {
      sentence = "failed: " + criterion.remedy;
    } else if (criterion.verdict == Verdict::undecided) {
      sentence = "unclear: " + doubt(criterion, result.sigmas);
    }
    if (!sentence.empty() && std::ranges::find(sentences, sentence) == sentences.end()) {
      sentences.push_back(std::move(sentence));
    }
  }
  return sentences;
}

std::string verdict_line(const GateResult& result) {
  if (!result.error.empty()) {
    return "ERROR";
  }
  std::string failed;
  std::size_t unclear = 0;
  for (const Criterion& criterion : result.criteria) {
    unclear += criterion.verdict == Verdict::undecided ? 1 : 0;
    if (criterion.verdict == Verdict::failed) {
      failed += (failed.empty() ? "FAILED: " : ", ") + criterion.name;
    }
  }
  if (!failed.empty()) {
    return failed;
  }
  return unclear == 0 ? "passed"
                      : "passed, " + std::to_string(unclear) + " of " +
                            std::to_string(result.criteria.size()) + " criteria unclear";
}

}  // namespace caloquant
