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

bool is_speed(const Criterion& criterion) {
  return criterion.unit == GateUnit::times;
}

/// What would tell.
std::string to_decide(const Criterion& criterion, const GateResult& result) {
  return is_speed(criterion) ? "a quieter machine would tell" : result.to_decide;
}

std::string bounds_text(const Criterion& criterion, double confidence) {
  if (!criterion.lower || !criterion.upper) {
    return "undecided";
  }
  return "between " + in_unit(*criterion.lower, criterion.unit) + " and " +
         in_unit(*criterion.upper, criterion.unit) + " at a confidence of " +
         number_as("%g %%", 100.0 * confidence);
}

/// "FAILED: loss, speedup", or nothing.
std::string names_with(const GateResult& result, Verdict verdict, const char* word) {
  std::string names;
  for (const Criterion& criterion : result.criteria) {
    if (criterion.verdict == verdict) {
      names += (names.empty() ? std::string(word) + ": " : ", ") + criterion.name;
    }
  }
  return names;
}

/// Without the words of loss_only.
std::string verdict_words(const GateResult& result) {
  if (std::string failed = names_with(result, Verdict::failed, "FAILED"); !failed.empty()) {
    return failed;
  }
  std::string undecided = names_with(result, Verdict::undecided, "UNDECIDED");
  if (undecided.empty()) {
    return result.criteria.empty() ? "FAILED: nothing was asked" : "passed";
  }
  const auto count = std::ranges::count(result.criteria, Verdict::undecided, &Criterion::verdict);
  return result.undecided_passes
             ? "passed, " + std::to_string(count) + " of " +
                   std::to_string(result.criteria.size()) + " criteria undecided"
             : undecided;
}

}  // namespace

std::string_view name_of(Bound bound) noexcept {
  return bound_names[bound];
}

Verdict GateResult::verdict() const {
  if (!error.empty() || criteria.empty()) {
    return Verdict::failed;
  }
  return std::ranges::max_element(criteria, {}, &Criterion::verdict)->verdict;
}

bool GateResult::fails(const Criterion& criterion) const {
  return criterion.verdict == Verdict::failed ||
         (criterion.verdict == Verdict::undecided && !undecided_passes);
}

bool GateResult::passed() const {
  return error.empty() && !criteria.empty() &&
         std::ranges::none_of(criteria, [this](const Criterion& one) { return fails(one); });
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
  if (is_speed(criterion) && criterion.lower && criterion.upper) {
    return number_as("%.3g", *criterion.lower) + ".." + number_as("%.3g", *criterion.upper);
  }
  return criterion.error ? "+- " + in_unit(*criterion.error, criterion.unit) : "";
}

std::string explanation(const Criterion& criterion, const GateResult& result) {
  if (criterion.verdict == Verdict::passed) {
    return "";
  }
  std::string text = criterion.name + " is " + in_unit(criterion.value, criterion.unit);
  if (const std::string error = error_text(criterion); !error.empty()) {
    text += " (" + error + ")";
  }
  text += ", and must be " + limit_text(criterion);
  return text + "; " +
         (criterion.verdict == Verdict::failed
              ? criterion.remedy
              : bounds_text(criterion, result.confidence) + ": " + to_decide(criterion, result));
}

std::vector<std::string> advice(const GateResult& result) {
  std::vector<std::string> sentences;
  for (const Criterion& criterion : result.criteria) {
    std::string sentence;
    if (criterion.verdict == Verdict::failed) {
      sentence = "failed: " + criterion.remedy;
    } else if (criterion.verdict == Verdict::undecided) {
      sentence = "undecided: " + to_decide(criterion, result);
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
  return verdict_words(result) + (result.loss_only ? " (" + std::string(loss_only_text) + ")" : "");
}

}  // namespace caloquant
