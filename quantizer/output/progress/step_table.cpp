#include "quantizer/output/progress/step_table.hpp"

#include <array>
#include <cstdio>

#include "ops/core/terminal_text.hpp"
#include "quantizer/output/tables/text_cells.hpp"

namespace caloquant {
namespace {

constexpr std::size_t line_width = 80;  // of most terminals
constexpr std::size_t step_width = 6;
constexpr std::size_t changed_width = 19;
constexpr std::size_t count_width = 6;

template <typename... Values>
std::string cell_text(const char* format, Values... values) {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

/// Without what goes without saying: of a combination "int8" and "per_", of a list of layers all
/// but the last one, "+ conv3d_3 -> fp32", because the next column counts them.
std::string changed_text(const Proposal& proposal) {
  std::string text = terminal_text(proposal.changed);
  if (proposal.fallbacks.empty()) {
    replace_all(text, " int8 ", " ");
    replace_all(text, " per_", " ");
    return text;
  }
  if (text.size() <= changed_width || proposal.fallbacks.size() < 2) {
    return text;
  }
  const std::string& last = proposal.fallbacks.back();
  return "+ " + terminal_text(last) + " -> " +
         std::string(name_of(proposal.config.choice(last).precision));
}

/// More lines under the first one, indented.
std::string below(std::size_t indent, const std::string& text) {
  std::string lines;
  for (const std::string& line : wrapped_lines(text, line_width - indent)) {
    lines += (lines.empty() ? "" : "\n" + std::string(indent, ' ')) + line;
  }
  return lines;
}

/// A longer text has lines of its own before the numbers.
std::string changed_cell(const std::string& text) {
  return text.size() <= changed_width
             ? padded(text, changed_width)
             : below(step_width, text) + "\n" + std::string(step_width + changed_width, ' ');
}

std::string number_cells(const Trial& trial, double of_dead) {
  const std::string events = trial.events == 0 ? "-" : std::to_string(trial.events);
  return cell_text(" %8.3g %7.2g %7.2g %6s ", trial.loss, trial.standard_error, of_dead,
                   events.c_str());
}

}  // namespace

std::string StepTable::header() {
  const std::string names =
      padded("step", step_width) + padded("tried", changed_width) + " " +
      padded("quant", count_width) +
      cell_text("%8s %7s %7s %6s %-9s %6s", "loss", "+-", "L/dead", "events", "verdict", "sec");
  return names + "\n" + std::string(names.size(), '-') + "\n";
}

std::string StepTable::row(const Trial& trial) const {
  const std::string count =
      std::to_string(trial.quantized_layers()) + "/" + std::to_string(trial.total_layers());
  std::string line = padded(cell_text("%4zu", trial.step), step_width) +
                     changed_cell(changed_text(trial.proposal)) + " " +
                     padded(count, count_width - 1);
  if (!trial.error.empty()) {
    constexpr std::size_t indent = step_width + changed_width + count_width + 2;
    return line + "  " + style_.bad(below(indent, "failed: " + terminal_text(trial.error))) + "\n";
  }
  const double error = trial.measures.empty() ? trial.loss : trial.measures.front().value;
  const Verdict verdict = trial.target_met ? Verdict::passed : trial.verdict;
  const std::string word = padded(std::string(name_of(verdict)), 9);
  return line + number_cells(trial, error / dead_error_) +
         (verdict == Verdict::passed      ? style_.good(word)
          : verdict == Verdict::undecided ? style_.amber(word)
                                          : style_.bad(word)) +
         cell_text(" %6.1f\n", trial.seconds);
}

std::string StepTable::whole(const History& history) const {
  std::string table = header();
  for (const Trial& trial : history) {
    table += row(trial);
  }
  return table;
}

}  // namespace caloquant
