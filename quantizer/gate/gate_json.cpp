#include "quantizer/gate/gate_json.hpp"

#include "graph/json/json.hpp"

namespace caloquant {
namespace {

Json criterion_json(const Criterion& criterion, double sigmas) {
  Json json{
      {"name", criterion.name},
      {"verdict",
       criterion.verdict == Verdict::failed ? "failed" : std::string(name_of(criterion.verdict))},
      {"value", json_number(criterion.value)},
      {"standard_error", criterion.error ? json_number(*criterion.error) : Json()},
      {"bound", std::string(name_of(criterion.bound))},
      {"limit", json_number(criterion.limit)}};
  if (criterion.range) {
    json["range"] = {criterion.range->first, criterion.range->second};
  }
  const std::string text = explanation(criterion, sigmas);
  json["message"] = text.empty() ? Json() : Json(text);
  return json;
}

}  // namespace

std::string gate_json(const GateResult& result) {
  Json json{
      {"_format", "caloquant check"}, {"_version", 1},
      {"passed", result.passed()},    {"verdict", verdict_line(result)},
      {"model", result.model},        {"error", result.error.empty() ? Json() : Json(result.error)},
      {"sigmas", result.sigmas},      {"criteria", Json::array()},
      {"notes", result.notes},        {"seconds", result.seconds},
      {"provenance", Json::array()}};
  for (const Criterion& criterion : result.criteria) {
    json["criteria"].push_back(criterion_json(criterion, result.sigmas));
  }
  for (const auto& [name, value] : result.provenance) {
    json["provenance"].push_back({{"name", name}, {"value", value}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace caloquant
