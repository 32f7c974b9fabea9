#include "quantizer/output/tables/criteria_record.hpp"

#include <algorithm>
#include <limits>
#include <sstream>

#include "graph/json/json.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Tone> tone_names({{Tone::good, "good"},
                                      {Tone::amber, "amber"},
                                      {Tone::bad, "bad"}});

const Json& member(const Json& json, const char* key) {
  static const Json nothing;
  return json.is_object() && json.contains(key) ? json.at(key) : nothing;
}

std::string text_in(const Json& json, const char* key) {
  const Json& value = member(json, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// As json_number() writes it; NaN for null.
double number_in(const Json& json, const char* key) {
  const Json& value = member(json, key);
  if (value.is_number()) {
    return value.get<double>();
  }
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return value == "inf"    ? infinity
         : value == "-inf" ? -infinity
                           : std::numeric_limits<double>::quiet_NaN();
}

Verdict verdict_in(const Json& json) {
  const std::string text = text_in(json, "verdict");
  for (const Verdict verdict : {Verdict::passed, Verdict::undecided}) {
    if (text == name_of(verdict)) {
      return verdict;
    }
  }
  return Verdict::failed;
}

JudgedMeasures judged_measures(const Json& json) {
  JudgedMeasures judged;
  judged.verdict = verdict_in(json);
  const Json& events = member(json, "events");
  judged.events = events.is_number_integer() && events >= 0 ? events.get<std::size_t>() : 0;
  const Json& measures = member(json, "measures");
  for (const Json& measure : measures.is_array() ? measures : Json::array()) {
    judged.measures.push_back({{.name = text_in(measure, "name"),
                                .value = number_in(measure, "value"),
                                .limit = number_in(measure, "limit"),
                                .standard_error = number_in(measure, "standard_error"),
                                .lower = number_in(measure, "lower"),
                                .upper = number_in(measure, "upper")},
                               verdict_in(measure)});
  }
  return judged;
}

Verdict worst_of(const JudgedMeasures& judged) {
  Verdict worst = judged.verdict;
  for (const JudgedMeasure& measure : judged.measures) {
    worst = std::max(worst, measure.verdict);
  }
  return worst;
}

Verdict worst_of(const CriteriaRecord& record) {
  const Verdict search = worst_of(record.search);
  return record.confirmation ? std::max(search, worst_of(*record.confirmation)) : search;
}

/// Names of the measures with the verdict, those of the confirmation marked.
std::string names_with(const CriteriaRecord& record, Verdict verdict) {
  std::string names;
  const auto add = [&](const JudgedMeasures& judged, const char* mark) {
    for (const JudgedMeasure& measure : judged.measures) {
      if (measure.verdict == verdict) {
        names += (names.empty() ? "" : ", ") + measure.measure.name + mark;
      }
    }
  };
  add(record.search, "");
  if (record.confirmation) {
    add(*record.confirmation, " (confirmation)");
  }
  return names;
}

std::string events_text(const CriteriaRecord& record) {
  std::ostringstream text;
  text << "over " << counted(record.search.events, "event");
  if (record.confidence) {
    text << " at " << 100.0 * *record.confidence << " % confidence";
  }
  if (record.confirmation) {
    text << ", confirmed on " << counted(record.confirmation->events, "further event");
  } else if (record.physics_asked) {
    text << ", not confirmed on further events";
  }
  return text.str();
}

Headline passed_headline(const CriteriaRecord& record, std::optional<double> speedup) {
  const std::string events = events_text(record);
  if (record.loss_only) {
    return {Tone::amber, "loss target met (loss only, physics not asked)", events};
  }
  const std::string title = record.physics_asked ? "all criteria passed" : "target met";
  if (speedup && *speedup < least_speedup) {
    std::ostringstream detail;
    detail.precision(3);
    detail << *speedup << " times its speed; " << events;
    return {Tone::amber, title + ", but not faster than FP32", detail.str()};
  }
  return {Tone::good, title, events};
}

}  // namespace

std::string_view name_of(Tone tone) noexcept {
  return tone_names[tone];
}

Tone tone_of(Verdict verdict) noexcept {
  return verdict == Verdict::passed      ? Tone::good
         : verdict == Verdict::undecided ? Tone::amber
                                         : Tone::bad;
}

CriteriaRecord criteria_record(const Json& result) {
  CriteriaRecord record;
  const Json& loss = member(result, "loss");
  record.has_model = loss.is_number() || loss.is_string();
  record.target_met = member(result, "target_met") == true;
  const Json& criteria = member(result, "criteria");
  if (!criteria.is_object()) {
    record.search.verdict = record.target_met ? Verdict::passed : Verdict::failed;
    return record;
  }
  record.is_recorded = true;
  record.physics_asked = text_in(criteria, "asked") == "physics";
  // Of networks that make no showers there is no physics to ask for.
  record.loss_only = !record.physics_asked &&
                     (text_in(result, "metric").starts_with("reference=") ||
                      text_in(criteria, "text").find("physics not asked") != std::string::npos);
  const double confidence = number_in(criteria, "confidence");
  if (confidence == confidence) {
    record.confidence = confidence;
  }
  record.search = judged_measures(criteria);
  if (member(criteria, "confirmation").is_object()) {
    record.confirmation = judged_measures(criteria.at("confirmation"));
  }
  return record;
}

Headline headline_of(const CriteriaRecord& record, std::optional<double> speedup) {
  if (!record.has_model) {
    return {Tone::bad, "no model", "no configuration gave a loss"};
  }
  const Verdict verdict = worst_of(record);
  if (!record.is_recorded) {
    return record.target_met
               ? Headline{Tone::amber, "loss target met", "criteria not recorded (older run)"}
               : Headline{Tone::bad, "target not met", "criteria not recorded (older run)"};
  }
  if (verdict == Verdict::passed && record.target_met) {
    return passed_headline(record, speedup);
  }
  if (verdict == Verdict::passed) {
    return {Tone::bad, "target not met", "no layer is below FP32"};
  }
  std::string title = record.physics_asked ? "criteria "
                      : record.loss_only   ? "loss target "
                                           : "target ";
  title += verdict == Verdict::undecided ? "undecided"
           : record.physics_asked        ? "failed"
                                         : "not met";
  title += record.loss_only ? " (loss only, physics not asked)" : "";
  const std::string names = names_with(record, verdict);
  const std::string why =
      verdict == Verdict::undecided ? "more events would tell: " : "beyond the limit: ";
  return {tone_of(verdict), title, names.empty() ? events_text(record) : why + names};
}

}  // namespace caloquant
