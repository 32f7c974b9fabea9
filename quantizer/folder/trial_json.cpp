#include "quantizer/folder/trial_json.hpp"

#include "graph/json/json.hpp"
#include "quantizer/folder/json_fields.hpp"

namespace caloquant {
namespace {

Json choice_json(const TuningConfig::Layer& layer) {
  const LayerChoice& choice = layer.choice;
  return {{"name", layer.name},
          {"precision", std::string(name_of(choice.precision))},
          {"algorithm", std::string(name_of(choice.algorithm))},
          {"per_channel", choice.per_channel},
          {"activation", std::string(name_of(choice.activation))},
          {"weight_range", std::string(name_of(choice.weight_range))}};
}

TuningConfig configuration_from(const Json& list, const std::string& place) {
  TuningConfig configuration;
  for (const Json& entry : list) {
    const JsonFields layer(entry, place);
    configuration.set(
        layer.text("name"),
        {layer.named<Precision>("precision"), layer.named<RangeAlgorithm>("algorithm"),
         layer.flag("per_channel"), layer.named<ActivationType>("activation"),
         layer.named<WeightRange>("weight_range")});
  }
  return configuration;
}

Json measures_of(const std::vector<Measure>& measures) {
  Json list = Json::array();
  for (const Measure& measure : measures) {
    list.push_back(whole_json(measure));
  }
  return list;
}

std::vector<Measure> measures_from(const Json& list, const std::string& place) {
  std::vector<Measure> measures;
  for (const Json& entry : list) {
    measures.push_back(measure_from_json(entry, place));
  }
  return measures;
}

}  // namespace

Json whole_json(const Trial& trial) {
  Json configuration = Json::array();
  for (const TuningConfig::Layer& layer : trial.proposal.config.layers()) {
    configuration.push_back(choice_json(layer));
  }
  return {{"step", trial.step},
          {"configuration", std::move(configuration)},
          {"fallbacks", trial.proposal.fallbacks},
          {"changed", trial.proposal.changed},
          {"probe", trial.proposal.probe},
          {"loss", json_number(trial.loss)},
          {"standard_error", json_number(trial.standard_error)},
          {"error", trial.error},
          {"seconds", json_number(trial.seconds)},
          {"verdict", std::string(name_of(trial.verdict))},
          {"target_met", trial.target_met},
          {"events", trial.events},
          {"measures", measures_of(trial.measures)},
          {"stopped_early", trial.stopped_early}};
}

Trial trial_from_json(const Json& json, const std::string& place) {
  const JsonFields fields(json, place);
  Trial trial;
  trial.step = fields.count("step");
  trial.proposal.config = configuration_from(fields.list("configuration"), place);
  for (const Json& name : fields.list("fallbacks")) {
    if (!name.is_string()) {
      fields.fail("fallbacks");
    }
    trial.proposal.fallbacks.push_back(name.get<std::string>());
  }
  trial.proposal.changed = fields.text("changed");
  trial.proposal.probe = fields.flag("probe");
  trial.loss = fields.real("loss");
  trial.standard_error = fields.real("standard_error");
  trial.error = fields.text("error");
  trial.seconds = fields.real("seconds");
  trial.verdict = fields.named<Verdict>("verdict");
  trial.target_met = fields.flag("target_met");
  trial.events = fields.count("events");
  trial.measures = measures_from(fields.list("measures"), place);
  trial.stopped_early = fields.flag("stopped_early");
  return trial;
}

}  // namespace caloquant
