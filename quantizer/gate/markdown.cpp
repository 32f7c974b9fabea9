#include "quantizer/gate/markdown.hpp"

#include <algorithm>
#include <sstream>

#include "ops/core/terminal_text.hpp"

namespace caloquant {
namespace {

/// On one line, without anything that Markdown or HTML would read as markup.
std::string markdown_text(const std::string& text) {
  std::string line = text;
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\r', ' ');
  std::string safe;
  for (const char character : terminal_text(line)) {
    if (character == '<') {
      safe += "&lt;";
    } else if (character == '>') {
      safe += "&gt;";
    } else if (character == '@') {  // names somebody, who is told
      safe += "&#64;";
    } else if (character == '&') {
      safe += "&amp;";
    } else if (std::string("\\`*_[]|#~").find(character) != std::string::npos) {
      safe += std::string("\\") + character;
    } else {
      safe += character;
    }
  }
  return safe;
}

}  // namespace

std::string gate_markdown(const GateResult& result) {
  std::ostringstream text;
  text << "## caloquant check: " << markdown_text(verdict_line(result)) << "\n\nModel "
       << markdown_text(result.model) << "\n";
  if (!result.error.empty()) {
    text << "\n" << markdown_text(result.error) << "\n";
    return text.str();
  }
  text << "\n| criterion | measured | error | limit | verdict |\n|---|---|---|---|---|\n";
  for (const Criterion& criterion : result.criteria) {
    const bool failed = result.fails(criterion);
    text << "| " << markdown_text(criterion.name) << " | "
         << in_unit(criterion.value, criterion.unit) << " | "
         << markdown_text(error_text(criterion)) << " | " << markdown_text(limit_text(criterion))
         << " | " << (failed ? "**" : "") << name_of(criterion.verdict) << (failed ? "**" : "")
         << " |\n";
  }
  std::ostringstream list;
  for (const std::string& sentence : advice(result)) {
    list << "- " << markdown_text(sentence) << "\n";
  }
  for (const std::string& note : result.notes) {
    list << "- note: " << markdown_text(note) << "\n";
  }
  if (!list.str().empty()) {
    text << "\n" << list.str();
  }
  return text.str();
}

}  // namespace caloquant
