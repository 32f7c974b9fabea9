#include "quantizer/folder/prepared_state.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "graph/json/json.hpp"
#include "quantizer/folder/json_fields.hpp"

namespace caloquant {
namespace {

constexpr const char* format_name = "caloquant prepared network";
constexpr std::int64_t format_version = 1;

Json range_pair(const Range& range) {
  return Json::array({json_number(range.low), json_number(range.high)});
}

/// A value that was a float, and is finite.
float float_from(const Json& json, const std::string& place) {
  const double value = real_of(json, place);
  if (!(std::fabs(value) <= static_cast<double>(std::numeric_limits<float>::max()))) {
    fail_damaged(place, "is no finite 32-bit number");
  }
  return static_cast<float>(value);
}

Range range_from(const Json& json, const std::string& place) {
  const bool is_pair = json.is_array() && json.size() == 2;
  const Range range{float_from(is_pair ? json[0] : Json(), place),
                    float_from(is_pair ? json[1] : Json(), place)};
  if (range.low > 0.0F || range.high < 0.0F) {
    fail_damaged(place, "is a range without 0");
  }
  return range;
}

Json layers_json(const CalibrationTable& table) {
  Json layers = Json::object();
  for (const auto& [layer, by_algorithm] : table.layers) {
    layers[layer] = Json::object();
    for (const auto& [algorithm, range] : by_algorithm) {
      layers[layer][std::string(name_of(algorithm))] = range_pair(range);
    }
  }
  return layers;
}

Json candidates_json(const CalibrationTable& table) {
  Json layers = Json::object();
  for (const auto& [layer, candidates] : table.candidates) {
    layers[layer] = Json::array();
    for (const RangeCandidate& candidate : candidates) {
      layers[layer].push_back({{"algorithm", std::string(name_of(candidate.algorithm))},
                               {"range", range_pair(candidate.range)},
                               {"noise", json_number(candidate.error.noise)},
                               {"energy", json_number(candidate.error.energy)}});
    }
  }
  return layers;
}

CalibrationTable table_from(const JsonFields& fields) {
  CalibrationTable table;
  for (const auto& [layer, by_algorithm] : fields.object("ranges").items()) {
    const std::string place = fields.place() + "#/ranges/" + layer;
    (void)JsonFields(by_algorithm, place);
    for (const auto& [name, range] : by_algorithm.items()) {
      const auto algorithm = enum_from<RangeAlgorithm>(name);
      if (!algorithm) {
        fields.fail(std::string("ranges/").append(layer).append("/").append(name));
      }
      table.layers[layer][*algorithm] = range_from(range, place);
    }
  }
  for (const auto& [layer, list] : fields.object("candidates").items()) {
    if (!list.is_array() || list.empty()) {
      fields.fail("candidates/" + layer);
    }
    for (const Json& entry : list) {
      const JsonFields candidate(entry, fields.place() + "#/candidates/" + layer);
      table.candidates[layer].push_back({candidate.named<RangeAlgorithm>("algorithm"),
                                         range_from(candidate.any("range"), candidate.place()),
                                         {candidate.real("noise"), candidate.real("energy")}});
    }
  }
  const auto events = json_as<std::int64_t>(fields.any("events"));
  if (!events || *events < 0) {
    fields.fail("events");
  }
  table.events = *events;
  return table;
}

Json channels_json(const ChannelRanges& channels) {
  Json json = Json::object();
  for (const auto& [layer, ranges] : channels) {
    json[layer] = Json::array();
    for (const float range : ranges) {
      json[layer].push_back(json_number(range));
    }
  }
  return json;
}

ChannelRanges channels_from(const Json& json, const std::string& place) {
  ChannelRanges channels;
  for (const auto& [layer, ranges] : json.items()) {
    const std::string here = std::string(place).append("/").append(layer);
    if (!ranges.is_array()) {
      fail_damaged(here, "is no list");
    }
    std::vector<float>& values = channels[layer];
    for (const Json& range : ranges) {
      values.push_back(float_from(range, here));
    }
  }
  return channels;
}

Json tried_json(const CorrectionTrial& trial) {
  return {{"equalization", trial.equalization},
          {"bias_correction", trial.bias_correction},
          {"weight_reconstruction", trial.weight_reconstruction},
          {"sequential_bias_correction", trial.sequential_bias_correction},
          {"response_fit", trial.response_fit},
          {"loss", json_number(trial.loss)},
          {"kept", trial.kept}};
}

CorrectionTrial tried_from(const Json& json, const std::string& place) {
  const JsonFields fields(json, place);
  return {fields.flag("equalization"),
          fields.flag("bias_correction"),
          fields.flag("weight_reconstruction"),
          fields.flag("sequential_bias_correction"),
          fields.flag("response_fit"),
          fields.real("loss"),
          fields.flag("kept")};
}

}  // namespace

Json to_json(const PreparedState& state) {
  Json json{{"_format", format_name},
            {"_version", format_version},
            {"events", state.ranges.events},
            {"ranges", layers_json(state.ranges)},
            {"candidates", candidates_json(state.ranges)},
            {"equalized_by", state.equalized_by ? channels_json(*state.equalized_by) : Json()},
            {"bias_correction", state.bias_correction},
            {"weight_reconstruction", state.weight_reconstruction},
            {"tried", Json::array()}};
  for (const CorrectionTrial& trial : state.tried) {
    json["tried"].push_back(tried_json(trial));
  }
  return json;
}

PreparedState prepared_state_from(const Json& json, const std::string& place) {
  require_format<DataError>(json, place, format_name, format_version);
  const JsonFields fields(json, place);
  PreparedState state;
  state.ranges = table_from(fields);
  if (!fields.any("equalized_by").is_null()) {
    state.equalized_by = channels_from(fields.object("equalized_by"), place + "#/equalized_by");
  }
  state.bias_correction = fields.flag("bias_correction");
  state.weight_reconstruction = fields.flag("weight_reconstruction");
  for (const Json& entry : fields.list("tried")) {
    state.tried.push_back(tried_from(entry, place + "#/tried"));
  }
  return state;
}

}  // namespace caloquant
