#include "quantizer/output/report/sensitivity.hpp"

#include <map>
#include <set>
#include <string>

#include "graph/json/json.hpp"

namespace caloquant {
namespace {

/// A trial with a loss: layer names and the text of each choice, "int8 kl per_tensor".
struct Tried {
  const Json* step = nullptr;
  std::map<std::string, std::string> choices;
};

std::string precision_in(const std::string& choice) {
  return choice.substr(0, choice.find(' '));
}

std::vector<Tried> tried_with_loss(const std::vector<Json>& steps) {
  std::vector<Tried> tried;
  for (const Json& step : steps) {
    if (step.contains("loss") && step.at("loss").is_number() && step.contains("configuration") &&
        step.value("error", Json()).is_null()) {
      tried.push_back({&step, step.at("configuration").get<std::map<std::string, std::string>>()});
    }
  }
  return tried;
}

Json row_of(const Tried& tried, const std::string& layer) {
  return {{"layer", layer},
          {"precision", precision_in(tried.choices.at(layer))},
          {"loss", tried.step->at("loss")},
          {"standard_error", tried.step->value("standard_error", Json())},
          {"step", tried.step->value("step", Json())}};
}

std::size_t layers_of(const Json& rows) {
  std::set<std::string> layers;
  for (const Json& row : rows) {
    layers.insert(row.at("layer").get<std::string>());
  }
  return layers.size();
}

Json rows_alone(const std::vector<Tried>& trials) {
  Json rows = Json::array();
  for (const Tried& trial : trials) {
    std::vector<std::string> below;
    for (const auto& [layer, choice] : trial.choices) {
      if (choice != "fp32") {
        below.push_back(layer);
      }
    }
    if (below.size() == 1) {
      rows.push_back(row_of(trial, below.front()));
    }
  }
  return rows;
}

/// The only layer whose choice differs, where its precision does; empty otherwise.
std::string only_difference(const Tried& base, const Tried& other) {
  std::string layer;
  for (const auto& [name, choice] : base.choices) {
    const auto found = other.choices.find(name);
    if (found == other.choices.end() || (found->second != choice && !layer.empty())) {
      return {};
    }
    layer = found->second != choice ? name : layer;
  }
  return layer.empty() ||
                 precision_in(base.choices.at(layer)) == precision_in(other.choices.at(layer))
             ? std::string()
             : layer;
}

Json rows_put_back(const std::vector<Tried>& trials, std::size_t base) {
  Json rows = Json::array();
  for (std::size_t other = base + 1; other < trials.size(); ++other) {
    const std::string layer = only_difference(trials[base], trials[other]);
    if (!layer.empty()) {
      rows.push_back(row_of(trials[other], layer));
      rows.back()["loss_before"] = trials[base].step->at("loss");
    }
  }
  return rows;
}

}  // namespace

Json layer_sensitivity(const std::vector<Json>& steps) {
  const std::vector<Tried> trials = tried_with_loss(steps);
  Json alone = rows_alone(trials);
  Json best = Json::array();
  std::size_t best_base = 0;
  for (std::size_t base = 0; base < trials.size(); ++base) {
    Json rows = rows_put_back(trials, base);
    if (layers_of(rows) > layers_of(best)) {
      best = std::move(rows);
      best_base = base;
    }
  }
  if (!alone.empty() && layers_of(alone) >= layers_of(best)) {
    return {{"kind", "alone"}, {"rows", std::move(alone)}};
  }
  if (best.empty()) {
    return {};
  }
  return {{"kind", "put_back"},
          {"base", trials[best_base].step->value("step", Json())},
          {"rows", std::move(best)}};
}

}  // namespace caloquant
