#include "graph/json/json.hpp"
#include "quantizer/folder/json_fields.hpp"
#include "quantizer/folder/trial_json.hpp"

namespace caloquant {
namespace {

Json reals_json(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) {
    list.push_back(json_number(value));
  }
  return list;
}

std::vector<double> reals_from(const Json& list, const std::string& place) {
  if (!list.is_array()) {
    return {real_of(list, place)};  // says that it is no number
  }
  std::vector<double> values;
  values.reserve(list.size());
  for (const Json& entry : list) {
    values.push_back(real_of(entry, place));
  }
  return values;
}

Json blocks_json(const std::vector<std::vector<double>>& blocks) {
  Json list = Json::array();
  for (const std::vector<double>& values : blocks) {
    list.push_back(reals_json(values));
  }
  return list;
}

std::vector<std::vector<double>> blocks_from(const JsonFields& fields) {
  std::vector<std::vector<double>> blocks;
  for (const Json& entry : fields.list("without_block")) {
    blocks.push_back(reals_from(entry, fields.place()));
  }
  return blocks;
}

Json optional_json(const std::optional<double>& value) {
  return value ? json_number(*value) : Json();
}

std::optional<double> optional_from(const JsonFields& fields, const char* key) {
  return fields.any(key).is_null() ? std::nullopt : std::optional(fields.real(key));
}

std::vector<std::string> texts_from(const JsonFields& fields, const char* key) {
  std::vector<std::string> texts;
  for (const Json& entry : fields.list(key)) {
    if (!entry.is_string()) {
      fields.fail(key);
    }
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

Json loss_json(const LossResult& loss) {
  return {{"value", json_number(loss.value)},
          {"standard_error", optional_json(loss.standard_error)},
          {"error", json_number(loss.error)},
          {"dead_output", json_number(loss.dead_output)},
          {"dead_error", json_number(loss.dead_error)},
          {"relative_to_dead", json_number(loss.relative_to_dead)},
          {"events", loss.events},
          {"suspect", loss.suspect},
          {"without_block", blocks_json(loss.without_block)}};
}

LossResult loss_from(const Json& json, const std::string& place) {
  const JsonFields fields(json, place);
  return {fields.real("value"),      optional_from(fields, "standard_error"),
          fields.real("error"),      fields.real("dead_output"),
          fields.real("dead_error"), fields.real("relative_to_dead"),
          fields.count("events"),    texts_from(fields, "suspect"),
          blocks_from(fields)};
}

Json shower_json(const ShowerLossResult& loss) {
  Json axes = Json::array();
  for (const AxisLoss& axis : loss.axes) {
    axes.push_back({{"mean", json_number(axis.mean)}, {"spread", json_number(axis.spread)}});
  }
  return {{"value", json_number(loss.value)},
          {"standard_error", optional_json(loss.standard_error)},
          {"loss", json_number(loss.loss)},
          {"dead_output", json_number(loss.dead_output)},
          {"relative_to_dead", json_number(loss.relative_to_dead)},
          {"axes", std::move(axes)},
          {"noise", optional_json(loss.noise)},
          {"events", loss.events},
          {"reference_events", loss.reference_events},
          {"suspect", loss.suspect},
          {"without_block", blocks_json(loss.without_block)}};
}

ShowerLossResult shower_from(const Json& json, const std::string& place) {
  const JsonFields fields(json, place);
  ShowerLossResult loss;
  loss.value = fields.real("value");
  loss.standard_error = optional_from(fields, "standard_error");
  loss.loss = fields.real("loss");
  loss.dead_output = fields.real("dead_output");
  loss.relative_to_dead = fields.real("relative_to_dead");
  const Json& axes = fields.list("axes");
  if (axes.size() != loss.axes.size()) {
    fields.fail("axes");
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const JsonFields axis(axes[i], place);
    loss.axes.at(i) = {axis.real("mean"), axis.real("spread")};
  }
  loss.noise = optional_from(fields, "noise");
  loss.events = fields.count("events");
  loss.reference_events = fields.count("reference_events");
  loss.suspect = texts_from(fields, "suspect");
  loss.without_block = blocks_from(fields);
  return loss;
}

Json response_json(const std::vector<EnergyResponse>& response) {
  Json list = Json::array();
  for (const EnergyResponse& bin : response) {
    list.push_back({{"bin", bin.bin},
                    {"ratio", json_number(bin.ratio)},
                    {"standard_error", json_number(bin.standard_error)},
                    {"events", bin.events}});
  }
  return list;
}

std::vector<EnergyResponse> response_from(const Json& list, const std::string& place) {
  std::vector<EnergyResponse> response;
  for (const Json& entry : list) {
    const JsonFields bin(entry, place);
    response.push_back(
        {bin.text("bin"), bin.real("ratio"), bin.real("standard_error"), bin.count("events")});
  }
  return response;
}

}  // namespace

Json whole_json(const Measure& measure) {
  return {{"name", measure.name},
          {"value", json_number(measure.value)},
          {"limit", json_number(measure.limit)},
          {"standard_error", json_number(measure.standard_error)},
          {"lower", json_number(measure.lower)},
          {"upper", json_number(measure.upper)},
          {"one_sided", measure.one_sided}};
}

Measure measure_from_json(const Json& json, const std::string& place) {
  const JsonFields fields(json, place);
  return {fields.text("name"),           fields.real("value"), fields.real("limit"),
          fields.real("standard_error"), fields.real("lower"), fields.real("upper"),
          fields.flag("one_sided")};
}

Json whole_json(const ModelQuality& quality) {
  Json measures = Json::array();
  for (const Measure& measure : quality.measures) {
    measures.push_back(whole_json(measure));
  }
  return {{"loss", loss_json(quality.loss)},
          {"shower", quality.shower ? shower_json(*quality.shower) : Json()},
          {"response", response_json(quality.response)},
          {"totals", reals_json(quality.totals)},
          {"events", quality.events},
          {"measures", std::move(measures)}};
}

ModelQuality quality_from_json(const Json& json, const std::string& place) {
  const JsonFields fields(json, place);
  ModelQuality quality;
  quality.loss = loss_from(fields.object("loss"), place);
  if (!fields.any("shower").is_null()) {
    quality.shower = shower_from(fields.object("shower"), place);
  }
  quality.response = response_from(fields.list("response"), place);
  quality.totals = reals_from(fields.list("totals"), place);
  quality.events = fields.count("events");
  for (const Json& entry : fields.list("measures")) {
    quality.measures.push_back(measure_from_json(entry, place));
  }
  return quality;
}

}  // namespace caloquant
