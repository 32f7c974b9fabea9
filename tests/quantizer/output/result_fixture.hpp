#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "graph/json/json.hpp"

namespace caloquant::testing {

/// A measure as result.json has it.
inline Json a_measure(const std::string& name, double value, double limit,
                      const std::string& verdict, double error = 0.001) {
  const double size = std::abs(value);
  return {{"name", name},
          {"value", value},
          {"standard_error", error},
          {"limit", limit},
          {"lower", size - 2 * error},
          {"upper", size + 2 * error},
          {"verdict", verdict}};
}

/// A result whose loss, response and hits have these verdicts, and those of the confirmation.
inline Json a_result(const std::vector<std::string>& search,
                     const std::vector<std::string>& confirmation = {}) {
  const auto measures = [](const std::vector<std::string>& verdicts) {
    return Json::array({a_measure("loss", 0.0014, 0.002, verdicts[0]),
                        a_measure("energy response at 2-104 GeV", -0.0043, 0.005, verdicts[1]),
                        a_measure("hits > 0.0003 GeV", -0.0231, 0.03, verdicts[2])});
  };
  const auto worst = [](const std::vector<std::string>& verdicts) {
    for (const char* word : {"failed", "undecided"}) {
      if (std::find(verdicts.begin(), verdicts.end(), word) != verdicts.end()) {
        return std::string(word);
      }
    }
    return std::string("passed");
  };
  Json result{{"target_met", worst(search) == "passed"},
              {"loss", 0.0014},
              {"metric", "reference=fp32_paired profile=sum"},
              {"criteria",
               {{"asked", "physics"},
                {"confidence", 0.95},
                {"verdict", worst(search)},
                {"text", worst(search)},
                {"events", 512},
                {"measures", measures(search)},
                {"confirmation", Json()}}}};
  if (!confirmation.empty()) {
    result["criteria"]["confirmation"] = {
        {"verdict", worst(confirmation)}, {"events", 1024}, {"measures", measures(confirmation)}};
  }
  return result;
}

/// The same judged by its loss alone.
inline Json a_loss_only_result(const std::string& verdict) {
  Json result = a_result({verdict, "passed", "passed"});
  result["criteria"]["asked"] = "loss_only";
  result["criteria"]["confidence"] = Json();
  result["criteria"]["text"] = verdict + ": loss only, physics not asked";
  result["criteria"]["measures"] = Json::array({a_measure("loss", 0.0014, 0.002, verdict)});
  return result;
}

}  // namespace caloquant::testing
