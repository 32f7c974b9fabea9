#include "quantizer/output/tables/criteria_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

#include "ops/core/counted.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/output/tables/text_cells.hpp"

namespace caloquant {
namespace {

constexpr std::size_t name_width = 31;
constexpr std::size_t number_width = 11;

/// Shares of fp32's value. The others (loss, FPD) have units of their own.
bool is_share(std::string_view name) {
  constexpr std::array<std::string_view, 7> shares{"energy response",   "x profile", "y profile",
                                                   "z profile",         "hits",      "resolution",
                                                   "W1 of total energy"};
  return std::ranges::any_of(shares,
                             [&](std::string_view share) { return name.starts_with(share); });
}

std::string before(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : " " + text;
}

std::string in_tone(Verdict verdict, const TextStyle& style) {
  const std::string word(name_of(verdict));
  return verdict == Verdict::passed      ? style.good(word)
         : verdict == Verdict::undecided ? style.amber(word)
                                         : style.bad(word);
}

std::string sentence(Headline headline) {
  headline.title.front() =
      static_cast<char>(std::toupper(static_cast<unsigned char>(headline.title.front())));
  return headline.title + ": " + headline.detail + ".";
}

}  // namespace

std::string measure_text(const Measure& measure, double number, int digits) {
  if (std::isnan(number)) {
    return "-";
  }
  const bool in_percent = is_share(measure.name) && std::isfinite(number);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), in_percent ? "%.*g %%" : "%.*g", digits,
                in_percent ? 100.0 * number : number);
  return text.data();
}

std::string criteria_table(std::span<const JudgedMeasure> measures, TextStyle style) {
  std::size_t width = name_width;
  for (const JudgedMeasure& judged : measures) {
    width = std::max(width, terminal_text(judged.measure.name).size());
  }
  std::string table = "  " + padded("criterion", width) + before("value", number_width) +
                      before("+-", number_width) + before("limit", number_width) + "  verdict\n";
  for (const JudgedMeasure& judged : measures) {
    const Measure& measure = judged.measure;
    table += "  " + padded(terminal_text(measure.name), width) +
             before(measure_text(measure, measure.value, 3), number_width) +
             before(measure_text(measure, measure.standard_error, 2), number_width) +
             before(measure_text(measure, measure.limit, 3), number_width) + "  " +
             in_tone(judged.verdict, style) + "\n";
  }
  return table;
}

std::string criteria_table(std::span<const Measure> measures, TextStyle style) {
  std::vector<JudgedMeasure> judged;
  judged.reserve(measures.size());
  for (const Measure& measure : measures) {
    judged.push_back({measure, measure.verdict()});
  }
  return criteria_table(std::span<const JudgedMeasure>(judged), style);
}

std::string criteria_text(const CriteriaRecord& record, TextStyle style) {
  std::string text;
  if (!record.search.measures.empty()) {
    text += "criteria, " + counted(record.search.events, "event") + "\n" +
            criteria_table(std::span<const JudgedMeasure>(record.search.measures), style);
  }
  if (record.confirmation) {
    text += "confirmation, " + counted(record.confirmation->events, "further event") + "\n" +
            criteria_table(std::span<const JudgedMeasure>(record.confirmation->measures), style);
  }
  const Headline headline = headline_of(record);
  const std::string words = terminal_text(sentence(headline));
  return text +
         (headline.tone == Tone::good    ? style.good(words)
          : headline.tone == Tone::amber ? style.amber(words)
                                         : style.bad(words)) +
         "\n";
}

}  // namespace caloquant
