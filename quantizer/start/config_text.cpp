#include "quantizer/start/config_text.hpp"

#include <sstream>
#include <utility>

namespace caloquant {
namespace {

/// Each line of a comment behind "// ".
std::string comment_lines(const std::string& comment, const std::string& indent) {
  std::istringstream lines(comment);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    text.append(indent).append("// ").append(line).append("\n");
  }
  return text;
}

}  // namespace

void ConfigText::begin(std::string section, std::string comment) {
  sections_.push_back({std::move(section), std::move(comment), {}});
}

void ConfigText::set(std::string key, Json value, std::string comment) {
  sections_.back().entries.push_back({std::move(key), std::move(value), std::move(comment)});
}

std::string ConfigText::text() const {
  std::string text = comment_lines(comment_, "") + "{\n";
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    const Section& section = sections_[i];
    text += comment_lines(section.comment, "  ") + "  " + Json(section.name).dump() + ": {\n";
    for (std::size_t j = 0; j < section.entries.size(); ++j) {
      const Entry& entry = section.entries[j];
      text += comment_lines(entry.comment, "    ") + "    " + Json(entry.key).dump() + ": " +
              entry.value.dump() + (j + 1 < section.entries.size() ? ",\n" : "\n");
    }
    text += i + 1 < sections_.size() ? "  },\n" : "  }\n";
  }
  return text + "}\n";
}

}  // namespace caloquant
