#include "quantizer/output/report/verdict_view.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "ops/core/counted.hpp"
#include "quantizer/output/report/rounded.hpp"
#include "quantizer/output/report/run_folder.hpp"
#include "quantizer/output/tables/criteria_table.hpp"

namespace caloquant {
namespace {

/// What the two measured speeds say; none where they are not known.
std::optional<double> speedup_of(const Json& data) {
  const auto speed = [&](const char* pointer) {
    const Json::json_pointer place(pointer);
    return data.contains(place) && data.at(place).is_number() ? data.at(place).get<double>() : 0.0;
  };
  const double before = speed("/times/fp32/events_per_second");
  const double after = speed("/times/quantized/events_per_second");
  return before > 0.0 && after > 0.0 ? std::optional(after / before) : std::nullopt;
}

std::string with_error(const Measure& measure) {
  const std::string value = measure_text(measure, measure.value, 3);
  return std::isnan(measure.standard_error)
             ? value
             : value + " ± " + measure_text(measure, measure.standard_error, 2);
}

Json side_of(const JudgedMeasure& judged) {
  const Measure& measure = judged.measure;
  const auto in_limits = [&](double number) { return rounded(number / measure.limit, 4); };
  const double size = std::abs(measure.value);
  return {{"value", with_error(measure)},
          {"verdict", std::string(name_of(judged.verdict))},
          {"tone", std::string(name_of(tone_of(judged.verdict)))},
          {"share", in_limits(size)},
          {"low", in_limits(std::isnan(measure.lower) ? size : measure.lower)},
          {"high", in_limits(std::isnan(measure.upper) ? size : measure.upper)}};
}

Json rows_of(const CriteriaRecord& record) {
  Json rows = Json::array();
  for (const JudgedMeasure& judged : record.search.measures) {
    rows.push_back({{"name", judged.measure.name},
                    {"limit", measure_text(judged.measure, judged.measure.limit, 3)},
                    {"search", side_of(judged)},
                    {"confirmation", Json()}});
  }
  if (!record.confirmation) {
    return rows;
  }
  for (const JudgedMeasure& judged : record.confirmation->measures) {
    const auto same = std::ranges::find_if(
        rows, [&](const Json& row) { return row.at("name") == judged.measure.name; });
    if (same == rows.end()) {
      rows.push_back({{"name", judged.measure.name},
                      {"limit", measure_text(judged.measure, judged.measure.limit, 3)},
                      {"search", Json()},
                      {"confirmation", side_of(judged)}});
    } else {
      (*same)["confirmation"] = side_of(judged);
    }
  }
  return rows;
}

std::string asked_of(const CriteriaRecord& record) {
  if (!record.is_recorded) {
    return "criteria not recorded (older run)";
  }
  if (record.loss_only) {
    return "loss only, physics not asked";
  }
  if (!record.confidence) {
    return "as measured";
  }
  std::ostringstream text;
  text << "each within its limit at " << 100.0 * *record.confidence << " % confidence";
  return text.str();
}

}  // namespace

Json verdict_view(const RunFolder& run) {
  const CriteriaRecord record = criteria_record(run.result);
  const std::optional<double> speedup = speedup_of(run.data);
  const Headline headline = headline_of(record, speedup);
  Json json{
      {"tone", std::string(name_of(headline.tone))},
      {"title", headline.title},
      {"detail", headline.detail},
      {"asked", asked_of(record)},
      {"events", record.search.events},
      {"confirmation_events", record.confirmation ? Json(record.confirmation->events) : Json()},
      {"rows", rows_of(record)},
      {"speed", Json()}};
  if (speedup) {
    const Tone tone = *speedup < least_speedup ? Tone::amber : Tone::good;
    json["speed"] = {{"speedup", rounded(*speedup, 4)}, {"tone", std::string(name_of(tone))}};
  }
  return json;
}

}  // namespace caloquant
