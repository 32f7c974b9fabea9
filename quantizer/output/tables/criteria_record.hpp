#pragma once

#include <caloquant/measure.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// A measure and what was said of it when it was taken.
struct JudgedMeasure {
  Measure measure;
  Verdict verdict = Verdict::failed;
};

/// What one sample of events said of a model.
struct JudgedMeasures {
  Verdict verdict = Verdict::failed;
  std::size_t events = 0;
  std::vector<JudgedMeasure> measures{};
};

/// What the model of a run was asked, and the answers.
struct CriteriaRecord {
  bool is_recorded = false;  ///< false: the result is of a version that kept no criteria
  bool physics_asked = false;
  bool loss_only = false;  ///< showers were judged by their loss, without their physics
  bool has_model = false;
  bool target_met = false;
  std::optional<double> confidence{};  ///< of one-sided bounds; none where measured values decide
  JudgedMeasures search{};             ///< on the events of the search
  std::optional<JudgedMeasures> confirmation{};  ///< on events that no trial has seen
};

/// From result.json, or the part of it that print_outcome_json() shows. What is missing or of
/// another type counts as not known, and a verdict that is no verdict as failed.
[[nodiscard]] CriteriaRecord criteria_record(const Json& result);

/// How good the news is.
enum class Tone {
  good,   ///< passed
  amber,  ///< undecided, or passed with less than what matters
  bad,    ///< failed
};
/// "good", "amber", "bad".
[[nodiscard]] std::string_view name_of(Tone tone) noexcept;
[[nodiscard]] Tone tone_of(Verdict verdict) noexcept;

/// The outcome of a run in a few words, and why.
struct Headline {
  Tone tone = Tone::bad;  ///< never better than that of any measure
  std::string title;      ///< "criteria passed"
  std::string detail;     ///< a part of a sentence
};
/// Less than this times the speed of the fp32 model is no gain.
inline constexpr double least_speedup = 1.1;
/// `speedup`: events per second over those of the fp32 model; none: not measured.
[[nodiscard]] Headline headline_of(const CriteriaRecord& record,
                                   std::optional<double> speedup = {});

}  // namespace caloquant
