#include "quantizer/gate/baseline.hpp"

#include <caloquant/error.hpp>

#include "graph/io/files/sha256.hpp"
#include "graph/json/json.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

/// The object or array at a JSON pointer; null where there is none.
const Json& part_of(const Json& json, const char* pointer) {
  static const Json nothing;
  const Json::json_pointer where(pointer);
  return json.contains(where) ? json.at(where) : nothing;
}

/// On the events of the loss.
std::vector<EnergyResponse> judged_response(const Json& json) {
  const std::string name = "energy response at ";
  std::vector<EnergyResponse> response;
  for (const Json& measure : part_of(json, "/criteria/measures")) {
    if (measure.value("name", "").rfind(name, 0) != 0) {
      continue;
    }
    const auto value = json_as<double>(measure.at("value"));
    const auto error = json_as<double>(measure.at("standard_error"));
    if (!value || !error || !(*error >= 0.0)) {
      return {};
    }
    response.push_back(
        {measure.at("name").get<std::string>().substr(name.size()), 1.0 + *value, *error, 0});
  }
  return response;
}

std::vector<EnergyResponse> recorded_response(const Json& json) {
  std::vector<EnergyResponse> response = judged_response(json);
  if (!response.empty()) {
    return response;
  }
  for (const Json& row : part_of(json, "/report/physics/rows")) {
    if (row.value("metric", "") != "total energy, B/A - 1") {
      continue;
    }
    for (std::size_t bin = 0; bin < row.at("bins").size(); ++bin) {
      const auto difference = json_as<double>(row.at("difference").at(bin));
      const auto error = json_as<double>(row.at("standard_error").at(bin));
      if (!difference || !error || !(*error >= 0.0)) {
        return {};
      }
      response.push_back({row.at("bins").at(bin).get<std::string>(), 1.0 + *difference, *error, 0});
    }
  }
  return response;
}

/// The model that the run wrote beside its result.json.
void find_model(GateBaseline& baseline, const Json& json) {
  for (const char* name : {"quantized.h5", "quantized.onnx"}) {
    const std::filesystem::path model = baseline.file.parent_path() / name;
    if (!is_ordinary_file(model)) {
      continue;
    }
    const Json& hashes = part_of(json, "/emitted/sha256");
    baseline.model_has_hash = hashes.is_object() && hashes.contains(name);
    if (baseline.model_has_hash && hashes.at(name) != sha256_of_file(model)) {
      throw ConfigError(model.string(),
                        "is not the model that " + baseline.file.filename().string() +
                            " was written with (another SHA-256)",
                        "put that one back, or quantize again");
    }
    baseline.model = model;
    return;
  }
}

}  // namespace

GateBaseline read_gate_baseline(const std::filesystem::path& file) {
  const Json json = parse_json<ConfigError>(read_text<ConfigError>(file), file.string());
  require_format<ConfigError>(json, file.string(), "caloquant result", 1);
  GateBaseline baseline;
  baseline.file = file;
  try {
    if (!json.at("loss").is_number()) {
      throw ConfigError(file.string() + "#/loss", "holds no loss: that run wrote no model",
                        "give the result.json of a run that did");
    }
    baseline.loss.value = json.at("loss").get<double>();
    if (json.at("standard_error").is_number()) {
      baseline.loss.standard_error = json_number_at<ConfigError>(
          json, "standard_error", file.string() + "#", NumberRange::not_negative());
    }
    baseline.metric = json.at("metric").get<std::string>();
    for (const Json& parent : part_of(json, "/provenance/model_files")) {
      baseline.parent.push_back(parent.at("sha256").get<std::string>());
    }
    if (const Json& events = part_of(json, "/criteria/events"); events.is_number_unsigned()) {
      baseline.events = events.get<std::size_t>();
    }
    baseline.response = recorded_response(json);
    find_model(baseline, json);
  } catch (const Json::exception& error) {
    throw ConfigError(file.string(), std::string("is damaged: ") + error.what(), "quantize again");
  }
  return baseline;
}

}  // namespace caloquant
