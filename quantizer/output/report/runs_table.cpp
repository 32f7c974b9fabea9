#include "quantizer/output/report/runs_table.hpp"

#include <algorithm>
#include <cstdio>

#include "ops/core/terminal_text.hpp"
#include "quantizer/output/tables/criteria_table.hpp"
#include "quantizer/output/tables/text_cells.hpp"

namespace caloquant {
namespace {

constexpr std::size_t tried_width = 34;
constexpr std::size_t step_width = 6;
constexpr std::size_t least_label = 13;

/// Lines of one run, of equal width, that stand beside those of the others.
struct Column {
  std::size_t width = 0;
  std::vector<std::vector<std::string>> blocks{};  ///< a block of lines per step or fact
};

/// A number of a JSON file, "nan" and "inf" included.
std::string number_text(const Json& value, const char* format) {
  if (!value.is_number()) {
    return value.is_string() ? value.get<std::string>() : "-";
  }
  char text[32];
  std::snprintf(text, sizeof text, format, value.get<double>());
  return text;
}

std::string step_text(const Json& json, const char* key) {
  return json.contains(key) && json.at(key).is_string() ? json.at(key).get<std::string>()
                                                        : std::string();
}

/// Of a step; older runs kept only whether the target was met.
std::string verdict_of_step(const Json& step) {
  const std::string verdict = step_text(step, "verdict");
  return !verdict.empty() ? verdict : step.at("target_met").get<bool>() ? "passed" : "failed";
}

std::string step_header(std::size_t tried) {
  return padded("tried", tried) + " " + padded("quant", step_width) + padded("loss", 11) +
         "verdict";
}

/// What was tried in as many lines as it takes, with the error of a failed step.
std::vector<std::string> step_lines(const Json& step, std::size_t tried) {
  const std::string count = std::to_string(step.at("quantized_layers").get<std::size_t>()) + "/" +
                            std::to_string(step.at("total_layers").get<std::size_t>());
  const std::string error = step_text(step, "error");
  std::vector<std::string> lines = wrapped_lines(
      step.at("changed").get<std::string>() + (error.empty() ? "" : " failed: " + error), tried);
  lines.front() = padded(lines.front(), tried) + " " + padded(count, step_width) +
                  padded(error.empty() ? number_text(step.at("loss"), "%.4g") : "-", 11) +
                  verdict_of_step(step);
  return lines;
}

/// "-0.31 % +- 0.07 %", with what is said of it.
std::string answer_of(const JudgedMeasure& judged) {
  const Measure& measure = judged.measure;
  return measure_text(measure, measure.value, 3) + " +- " +
         measure_text(measure, measure.standard_error, 2) + ": " +
         std::string(name_of(judged.verdict));
}

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string fact_named(const Facts& facts, const std::string& label) {
  const auto fact = std::ranges::find(facts, label, &Facts::value_type::first);
  return fact == facts.end() ? "" : fact->second;
}

void set_fact(Facts& facts, const std::string& label, const std::string& text) {
  const auto fact = std::ranges::find(facts, label, &Facts::value_type::first);
  if (fact == facts.end()) {
    facts.emplace_back(label, text);
  } else {
    fact->second = text;
  }
}

/// The headline, then every criterion with the answers of the search and of the confirmation.
void add_criteria(const Json& result, Facts& facts) {
  const CriteriaRecord record = criteria_record(result);
  const Headline headline = headline_of(record);
  facts.emplace_back("verdict", headline.title + ": " + headline.detail);
  for (const JudgedMeasure& judged : record.search.measures) {
    const Measure& measure = judged.measure;
    set_fact(facts, measure.name,
             "limit " + measure_text(measure, measure.limit, 3) + ", " + answer_of(judged));
  }
  if (record.confirmation) {
    for (const JudgedMeasure& judged : record.confirmation->measures) {
      const std::string before = fact_named(facts, judged.measure.name);
      set_fact(facts, judged.measure.name,
               before + (before.empty() ? "" : "; ") + "confirmation " + answer_of(judged));
    }
  }
}

/// One entry per fact. Runs have those of their criteria at the end.
Facts outcome_of(const RunFolder& run) {
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
  Facts facts{{"rule", text("/provenance/config/quantization/activation_rule")},
              {"strategy", text("/provenance/config/tuning_criterion/strategy")},
              {"target met", met.is_boolean() && met.get<bool>() ? "yes" : "no"},
              {"best step", text("/best_step")},
              {"quantized", text("/quantized_layers") + " of " + text("/total_layers") + " layers"},
              {"loss", text("/loss") + " +- " + number_text(at("/standard_error"), "%.2g")},
              {"target", text("/target_loss")},
              {"dead output", text("/dead_output_loss")},
              {"steps", std::to_string(run.steps.size())},
              {"seconds", number_text(at("/seconds"), "%.1f")}};
  add_criteria(result, facts);
  return facts;
}

/// Names of the facts of all runs, each once, in their order.
std::vector<std::string> labels_of(const std::vector<Facts>& outcomes) {
  std::vector<std::string> labels;
  for (const Facts& facts : outcomes) {
    for (const auto& fact : facts) {
      if (std::ranges::find(labels, fact.first) == labels.end()) {
        labels.push_back(fact.first);
      }
    }
  }
  return labels;
}

Column label_column(const std::vector<std::string>& names) {
  Column column{.width = least_label};
  for (const std::string& name : names) {
    column.width = std::max(column.width, name.size() + 2);
    column.blocks.push_back({name});
  }
  return column;
}

/// Each part of a fact begins a line.
std::vector<std::string> fact_lines(const std::string& fact, std::size_t width) {
  std::vector<std::string> lines;
  const std::string between = "; ";
  for (std::size_t begin = 0; begin <= fact.size();) {
    const std::size_t end = std::min(fact.find(between, begin), fact.size());
    for (std::string& line : wrapped_lines(fact.substr(begin, end - begin), width)) {
      lines.push_back(std::move(line));
    }
    begin = end + between.size();
  }
  return lines;
}

/// Its name, the head, a block per step of the longest run, a block per label.
Column run_column(const RunFolder& run, const Facts& facts, std::size_t steps,
                  const std::vector<std::string>& labels) {
  Column column{.width = step_header(tried_width).size() + 4};
  column.blocks = {{run.name}, {step_header(tried_width)}};
  for (std::size_t step = 0; step < steps; ++step) {
    column.blocks.push_back(step < run.steps.size() ? step_lines(run.steps[step], tried_width)
                                                    : std::vector<std::string>{""});
  }
  for (const std::string& label : labels) {
    column.blocks.push_back(fact_lines(fact_named(facts, label), column.width - 2));
  }
  for (const std::vector<std::string>& block : column.blocks) {
    for (const std::string& line : block) {
      column.width = std::max(column.width, line.size() + 2);
    }
  }
  return column;
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return terminal_text(line) + "\n";
}

std::string beside_each_other(const std::vector<Column>& columns, std::size_t block) {
  std::size_t height = 0;
  for (const Column& column : columns) {
    height = std::max(height, column.blocks[block].size());
  }
  std::string text;
  for (std::size_t row = 0; row < height; ++row) {
    std::string line;
    for (const Column& column : columns) {
      const std::vector<std::string>& lines = column.blocks[block];
      line += padded(row < lines.size() ? lines[row] : "", column.width);
    }
    text += without_trailing_spaces(line);
  }
  return text;
}

}  // namespace

std::string runs_table(const std::vector<RunFolder>& runs) {
  std::vector<Facts> outcomes;
  std::size_t steps = 0;
  for (const RunFolder& run : runs) {
    outcomes.push_back(outcome_of(run));
    steps = std::max(steps, run.steps.size());
  }
  const std::vector<std::string> labels = labels_of(outcomes);
  std::vector<std::string> names{"", "step"};
  for (std::size_t step = 0; step < steps; ++step) {
    names.push_back(std::to_string(step));
  }
  names.insert(names.end(), labels.begin(), labels.end());
  std::vector<Column> columns{label_column(names)};
  for (std::size_t run = 0; run < runs.size(); ++run) {
    columns.push_back(run_column(runs[run], outcomes[run], steps, labels));
  }
  std::string table;
  for (std::size_t block = 0; block < names.size(); ++block) {
    const std::string lines = beside_each_other(columns, block);
    table += lines;
    if (block == 1) {
      table += std::string(lines.size() - 1, '-') + "\n";
    }
    if (block == 1 + steps) {
      table += "\n";
    }
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
