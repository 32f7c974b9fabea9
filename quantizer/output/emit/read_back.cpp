#include "quantizer/output/emit/read_back.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <sstream>
#include <utility>

#include "graph/json/json.hpp"

namespace caloquant {
namespace {

bool are_near(double judged, double read, double tolerance) {
  return judged == read || (std::isnan(judged) && std::isnan(read)) ||
         std::fabs(judged - read) <= tolerance;
}

void require_near(const std::string& what, double judged, double read, double tolerance,
                  const std::string& place) {
  if (!are_near(judged, read, tolerance)) {
    std::ostringstream text;
    text.precision(9);
    text << "comes back as another model: its " << what << " is " << read << ", and " << judged
         << " of the model that was judged";
    throw ModelError(place, text.str());
  }
}

}  // namespace

void require_judged_model(const ModelQuality& judged, const ModelQuality& read, bool same_graph,
                          const std::string& place) {
  constexpr double loss_share = 0.01;
  constexpr double response_share = 1e-4;
  const double loss = judged.loss.value;
  require_near(
      "loss", loss, read.loss.value,
      same_graph ? 0.0
                 : std::max(loss_share * std::fabs(loss), judged.loss.standard_error.value_or(0.0)),
      place);
  if (judged.response.size() != read.response.size()) {
    throw ModelError(place, "comes back as another model: it has " +
                                std::to_string(read.response.size()) + " energy bins in place of " +
                                std::to_string(judged.response.size()));
  }
  for (std::size_t i = 0; i < judged.response.size(); ++i) {
    const EnergyResponse& bin = judged.response[i];
    require_near("energy response at " + bin.bin, bin.ratio, read.response[i].ratio,
                 same_graph ? 0.0 : std::max(response_share, bin.standard_error), place);
  }
}

Json read_back_json(const std::map<std::string, ModelQuality>& files) {
  Json json = Json::object();
  for (const auto& [name, quality] : files) {
    const LossResult& loss = quality.loss;
    Json response = Json::array();
    for (const EnergyResponse& bin : quality.response) {
      response.push_back({{"bin", bin.bin},
                          {"ratio", json_number(bin.ratio)},
                          {"standard_error", json_number(bin.standard_error)},
                          {"events", bin.events}});
    }
    json[name] = {
        {"loss", json_number(loss.value)},
        {"standard_error", loss.standard_error ? json_number(*loss.standard_error) : Json()},
        {"events", loss.events},
        {"energy_response", std::move(response)}};
  }
  return json;
}

}  // namespace caloquant
