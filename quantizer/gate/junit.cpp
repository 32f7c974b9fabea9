#include "quantizer/gate/junit.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <sstream>

namespace caloquant {
namespace {

constexpr const char* unknown_character = "\xEF\xBF\xBD";

/// Bytes of the UTF-8 character at `at` (Unicode 15, table 3-7); 0 for what is none.
std::size_t utf8_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF && tail(1)) {
    return 2;
  }
  if ((first & 0xF0U) == 0xE0 && tail(1) && tail(2)) {
    const unsigned code = (first & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
    return code >= 0x800 && (code < 0xD800 || code > 0xDFFF) && code < 0xFFFE ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4 && tail(1) && tail(2) && tail(3)) {
    const unsigned upper = (first & 0x07U) << 6U | (byte(1) & 0x3FU);  // code >> 12
    return upper >= 0x10 && upper <= 0x10F ? 4 : 0;
  }
  return 0;
}

std::string xml_reference(char character) {
  switch (character) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&apos;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    case '\t':
      return "&#9;";
    default:
      return static_cast<unsigned char>(character) < 0x20 ? unknown_character
                                                          : std::string(1, character);
  }
}

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + xml_text(value) + "\"";
}

std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", seconds);
  return text.data();
}

/// What was measured, for those who open the testcase.
std::string measured_text(const Criterion& criterion) {
  const std::string error = error_text(criterion);
  return "measured " + in_unit(criterion.value, criterion.unit) +
         (error.empty() ? "" : " (" + error + ")") + ", limit " + limit_text(criterion) + ", " +
         std::string(name_of(criterion.verdict));
}

void write_testcase(std::ostream& xml, const Criterion& criterion, double sigmas) {
  xml << "    <testcase" << attribute("classname", "caloquant.check")
      << attribute("name", criterion.name) << ">\n";
  const std::string text = explanation(criterion, sigmas);
  if (criterion.verdict == Verdict::failed) {
    xml << "      <failure" << attribute("type", "gate") << attribute("message", text) << ">"
        << xml_text(measured_text(criterion)) << "</failure>\n";
  }
  xml << "      <system-out>"
      << xml_text(measured_text(criterion) +
                  (criterion.verdict == Verdict::unclear ? "\n" + text : std::string()))
      << "</system-out>\n    </testcase>\n";
}

}  // namespace

std::string xml_text(const std::string& text) {
  std::string safe;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 1) {
      safe += xml_reference(text[at]);
    } else if (length == 0) {
      safe += unknown_character;
    } else {
      safe += text.substr(at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  return safe;
}

std::string junit_xml(const GateResult& result) {
  const auto failures = std::ranges::count(result.criteria, Verdict::failed, &Criterion::verdict);
  const std::size_t errors = result.error.empty() ? 0 : 1;
  const std::string counts = attribute("tests", std::to_string(result.criteria.size() + errors)) +
                             attribute("failures", std::to_string(failures)) +
                             attribute("errors", std::to_string(errors)) +
                             attribute("time", seconds_text(result.seconds));
  std::ostringstream xml;
  xml << R"(<?xml version="1.0" encoding="UTF-8"?>)"
      << "\n<testsuites" << counts << ">\n  <testsuite" << attribute("name", "caloquant check")
      << counts << attribute("skipped", "0") << ">\n    <properties>\n";
  for (const auto& [name, value] : result.provenance) {
    xml << "      <property" << attribute("name", name) << attribute("value", value) << "/>\n";
  }
  xml << "    </properties>\n";
  for (const Criterion& criterion : result.criteria) {
    write_testcase(xml, criterion, result.sigmas);
  }
  if (!result.error.empty()) {
    xml << "    <testcase" << attribute("classname", "caloquant.check")
        << attribute("name", "evaluation") << ">\n      <error" << attribute("type", "error")
        << attribute("message", result.error) << "/>\n    </testcase>\n";
  }
  std::string out = verdict_line(result);
  for (const std::string& note : result.notes) {
    out += "\nnote: " + note;
  }
  xml << "    <system-out>" << xml_text(out) << "</system-out>\n  </testsuite>\n</testsuites>\n";
  return xml.str();
}

}  // namespace caloquant
