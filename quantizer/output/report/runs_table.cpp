#include "quantizer/output/report/runs_table.hpp"

#include <algorithm>
#include <cstdio>

namespace caloquant {
namespace {

constexpr std::size_t tried_width = 34;
constexpr std::size_t column_width = tried_width + 1 + 6 + 11 + 6;

std::string fitted(std::string text, std::size_t width) {
  if (text.size() > width) {
    text = text.substr(0, width - 1) + "~";
  }
  text.append(width - text.size(), ' ');
  return text;
}

/// A number of a JSON file, "nan" and "inf" included.
std::string number_text(const Json& value, const char* format) {
  if (!value.is_number()) {
    return value.is_string() ? value.get<std::string>() : "-";
  }
  char text[32];
  std::snprintf(text, sizeof text, format, value.get<double>());
  return text;
}

std::string step_cell(const Json& step) {
  const std::string count = std::to_string(step.at("quantized_layers").get<std::size_t>()) + "/" +
                            std::to_string(step.at("total_layers").get<std::size_t>());
  const bool failed = step.contains("error") && step.at("error").is_string();
  return fitted(step.at("changed").get<std::string>(), tried_width) + " " + fitted(count, 6) +
         fitted(failed ? "failed" : number_text(step.at("loss"), "%.4g"), 11) +
         fitted(step.at("target_met").get<bool>() ? "yes" : "no", 6);
}

/// One line per fact, the same facts for every run.
std::vector<std::pair<std::string, std::string>> outcome_of(const RunFolder& run) {
  const Json& result = run.result;
  const auto at = [&](const char* pointer) {
    const Json::json_pointer place(pointer);
    return result.contains(place) ? result.at(place) : Json();
  };
  const auto text = [&](const char* pointer) {
    const Json value = at(pointer);
    return value.is_string() ? value.get<std::string>() : number_text(value, "%.4g");
  };
  const Json met = at("/target_met");
  return {{"rule", text("/provenance/config/quantization/activation_rule")},
          {"strategy", text("/provenance/config/tuning_criterion/strategy")},
          {"target met", met.is_boolean() && met.get<bool>() ? "yes" : "no"},
          {"best step", text("/best_step")},
          {"quantized", text("/quantized_layers") + " of " + text("/total_layers") + " layers"},
          {"loss", text("/loss") + " +- " + number_text(at("/standard_error"), "%.2g")},
          {"target", text("/target_loss")},
          {"dead output", text("/dead_output_loss")},
          {"steps", std::to_string(run.steps.size())},
          {"seconds", number_text(at("/seconds"), "%.1f")}};
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string runs_table(const std::vector<RunFolder>& runs) {
  constexpr std::size_t label_width = 13;
  std::string names = fitted("", label_width);
  std::string header = fitted("step", label_width);
  std::size_t most_steps = 0;
  for (const RunFolder& run : runs) {
    names += fitted(run.name, column_width);
    header += fitted("tried", tried_width) + " " + fitted("quant", 6) + fitted("loss", 11) +
              fitted("met", 6);
    most_steps = std::max(most_steps, run.steps.size());
  }
  std::string table = without_trailing_spaces(names) + without_trailing_spaces(header) +
                      std::string(header.size() - 1, '-') + "\n";
  for (std::size_t step = 0; step < most_steps; ++step) {
    std::string line = fitted(std::to_string(step), label_width);
    for (const RunFolder& run : runs) {
      line += step < run.steps.size() ? step_cell(run.steps[step]) : fitted("", column_width);
    }
    table += without_trailing_spaces(line);
  }
  table += "\n";
  const std::size_t facts = runs.empty() ? 0 : outcome_of(runs.front()).size();
  for (std::size_t fact = 0; fact < facts; ++fact) {
    std::string line = fitted(outcome_of(runs.front())[fact].first, label_width);
    for (const RunFolder& run : runs) {
      line += fitted(outcome_of(run)[fact].second, column_width);
    }
    table += without_trailing_spaces(line);
  }
  return table;
}

Json runs_json(const std::vector<RunFolder>& runs) {
  Json list = Json::array();
  for (const RunFolder& run : runs) {
    Json json{{"name", run.name}, {"outcome", Json::object()}, {"steps", run.steps}};
    for (const auto& [fact, text] : outcome_of(run)) {
      json["outcome"][fact] = text;
    }
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace caloquant
