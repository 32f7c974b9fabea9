#include "quantizer/gate/gate_table.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "ops/core/terminal_text.hpp"

namespace caloquant {

std::string criteria_lines(std::span<const Criterion> criteria) {
  std::size_t width = 10;
  for (const Criterion& criterion : criteria) {
    width = std::max(width, terminal_text(criterion.name).size());
  }
  std::ostringstream text;
  const auto line = [&](const std::string& name, const std::string& value, const std::string& error,
                        const std::string& limit, std::string_view verdict) {
    text << std::left << std::setw(static_cast<int>(width) + 2) << name << std::right
         << std::setw(11) << value << std::setw(15) << error << std::setw(16) << limit << "  "
         << verdict << '\n';
  };
  line("criterion", "measured", "error", "limit", "verdict");
  for (const Criterion& criterion : criteria) {
    line(terminal_text(criterion.name), in_unit(criterion.value, criterion.unit),
         error_text(criterion), limit_text(criterion), name_of(criterion.verdict));
  }
  return text.str();
}

std::string gate_table(const GateResult& result) {
  std::ostringstream text;
  text << criteria_lines(result.criteria);
  for (const std::string& sentence : advice(result)) {
    text << terminal_text(sentence) << '\n';
  }
  for (const std::string& note : result.notes) {
    text << "note: " << terminal_text(note) << '\n';
  }
  text << "check: " << terminal_text(verdict_line(result)) << '\n';
  return text.str();
}

}  // namespace caloquant
