#include "quantizer/output/progress/step_table.hpp"

#include <array>
#include <cstdio>

#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

constexpr std::size_t changed_width = 50;
constexpr std::size_t count_width = 5;

template <typename... Values>
std::string cell_text(const char* format, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) {
    text.append(width - text.size(), ' ');
  }
  return text;
}

/// Narrow enough for a terminal: a combination without its "int8 ", a long list of layers as its
/// last one, "+ conv3d_3 -> fp32 (4 layers)".
std::string changed_text(const Proposal& proposal) {
  if (proposal.fallbacks.empty()) {
    std::string text = proposal.changed;
    const std::string obvious = " int8 ";
    for (std::size_t at = text.find(obvious); at != std::string::npos; at = text.find(obvious)) {
      text.replace(at, obvious.size(), " ");
    }
    return text;
  }
  if (proposal.changed.size() <= changed_width || proposal.fallbacks.size() < 2) {
    return proposal.changed;
  }
  const std::string& last = proposal.fallbacks.back();
  return "+ " + last + " -> " + std::string(name_of(proposal.config.choice(last).precision)) +
         " (" + counted(proposal.fallbacks.size(), "layer") + ")";
}

}  // namespace

std::string StepTable::header() {
  std::string names =
      "step  " + padded("tried", changed_width) + "  " + padded("quant", count_width);
  names += cell_text("  %10s  %8s  %8s  %-3s  %7s", "loss", "+-", "L/dead", "met", "seconds");
  return names + "\n" + std::string(names.size(), '-') + "\n";
}

std::string StepTable::row(const Trial& trial) const {
  const std::string count =
      std::to_string(trial.quantized_layers()) + "/" + std::to_string(trial.total_layers());
  std::string line = cell_text("%4zu  ", trial.step);
  line += padded(changed_text(trial.proposal), changed_width) + "  " + padded(count, count_width);
  if (!trial.error.empty()) {
    return line + "  " + style_.bad("failed: " + trial.error) + "\n";
  }
  const double error = trial.measures.empty() ? trial.loss : trial.measures.front().value;
  line +=
      cell_text("  %10.4g  %8.2g  %8.3g", trial.loss, trial.standard_error, error / dead_error_);
  const std::string met = padded(trial.target_met ? "yes" : trial.stopped_early ? "no~" : "no", 3);
  line += "  " + (trial.target_met ? style_.good(met) : style_.bad(met));
  line += cell_text("  %7.1f\n", trial.seconds);
  return line;
}

std::string StepTable::whole(const History& history) const {
  std::string table = header();
  for (const Trial& trial : history) {
    table += row(trial);
  }
  return table;
}

}  // namespace caloquant
