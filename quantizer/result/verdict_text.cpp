#include "quantizer/result/verdict_text.hpp"

#include <iomanip>
#include <sstream>
#include <utility>

namespace caloquant {
namespace {

/// Names of the measures with a verdict, each once.
void add_names(const ModelQuality& quality, Verdict verdict, std::string& names) {
  if (verdict == Verdict::passed) {
    return;
  }
  for (const Measure& measure : quality.measures) {
    if (measure.verdict() == verdict && names.find(measure.name) == std::string::npos) {
      names += (names.empty() ? "" : ", ") + measure.name;
    }
  }
}

std::string verdict_and_names(const std::string& text, std::string names, const RunConfig& config) {
  if (!asks_physics(config) && !config.data.tensors) {
    names += (names.empty() ? "" : "; ") + std::string("loss only, physics not asked");
  }
  return names.empty() ? text : text + ": " + names;
}

}  // namespace

bool asks_physics(const RunConfig& config) {
  return config.accuracy.criteria == Criteria::physics && !config.data.tensors;
}

Verdict QuantizeResult::verdict() const {
  if (tuning.target_met) {
    return Verdict::passed;
  }
  if (!final_quality) {
    return Verdict::failed;
  }
  const Verdict of_search = final_quality->verdict();
  const Verdict of_confirmation = confirmation ? confirmation->verdict() : of_search;
  const Verdict worse = of_search < of_confirmation ? of_confirmation : of_search;
  return worse == Verdict::undecided ? Verdict::undecided : Verdict::failed;
}

std::string speedup_text(const Speedup& speedup) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << speedup.ratio << " times its speed"
       << (speedup.measured ? "" : " by the layer costs");
  return text.str();
}

std::string verdict_text(const QuantizeResult& result, const RunConfig& config) {
  const Verdict verdict = result.verdict();
  std::string names;
  for (const auto& quality : {result.final_quality, result.confirmation}) {
    if (quality) {
      add_names(*quality, verdict, names);
    }
  }
  std::string text(name_of(verdict));
  if (result.better_kept_fp32()) {
    text += ", but not faster than FP32 (" + speedup_text(*result.speedup) + "): keep FP32";
  }
  return verdict_and_names(text, std::move(names), config);
}

std::string verdict_text(const ModelQuality& quality, const RunConfig& config) {
  const Verdict verdict = quality.verdict();
  std::string names;
  add_names(quality, verdict, names);
  return verdict_and_names(std::string(name_of(verdict)), std::move(names), config);
}

}  // namespace caloquant
