#include "quantizer/gate/gate_json.hpp"

#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"

namespace caloquant {
namespace {

Json number_or_null(const std::optional<double>& value) {
  return value ? json_number(*value) : Json();
}

Json criterion_json(const Criterion& criterion, const GateResult& result) {
  Json json{{"name", criterion.name},
            {"verdict", std::string(name_of(criterion.verdict))},
            {"value", json_number(criterion.value)},
            {"standard_error", number_or_null(criterion.error)},
            {"lower", number_or_null(criterion.lower)},
            {"upper", number_or_null(criterion.upper)},
            {"bound", std::string(name_of(criterion.bound))},
            {"limit", json_number(criterion.limit)}};
  const std::string text = explanation(criterion, result);
  json["message"] = text.empty() ? Json() : Json(text);
  return json;
}

}  // namespace

std::string gate_json(const GateResult& result) {
  Json json{{"_format", "caloquant check"},
            {"_version", 2},
            {"passed", result.passed()},
            {"outcome", std::string(name_of(result.verdict()))},
            {"verdict", verdict_line(result)},
            {"asked", result.asks_physics ? "physics" : "loss_only"},
            {"model", result.model},
            {"error", result.error.empty() ? Json() : Json(result.error)},
            {"confidence", result.confidence},
            {"undecided_passes", result.undecided_passes},
            {"criteria", Json::array()},
            {"notes", result.notes},
            {"seconds", result.seconds},
            {"provenance", Json::array()}};
  for (const Criterion& criterion : result.criteria) {
    json["criteria"].push_back(criterion_json(criterion, result));
  }
  for (const auto& [name, value] : result.provenance) {
    json["provenance"].push_back({{"name", name}, {"value", value}});
  }
  return terminal_json(json);
}

}  // namespace caloquant
