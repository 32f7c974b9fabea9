#include "quantizer/gate/junit.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <ctime>
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

/// "2026-03-31T08:15:00", in UTC.
std::string utc_text(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return text.data();
}

/// Attributes of every testcase.
std::string testcase(const std::string& name, double seconds) {
  return "    <testcase" + attribute("classname", "caloquant.check") + attribute("name", name) +
         attribute("time", seconds_text(seconds));
}

void write_testcase(std::ostream& xml, const Criterion& criterion, const GateResult& result,
                    double seconds) {
  xml << testcase(criterion.name, seconds);
  if (criterion.verdict == Verdict::passed) {
    xml << "/>\n";
    return;
  }
  const std::string message = attribute("message", explanation(criterion, result));
  if (result.fails(criterion)) {
    const char* type = criterion.verdict == Verdict::failed ? "gate" : "undecided";
    xml << ">\n      <failure" << attribute("type", type) << message << ">"
        << xml_text(measured_text(criterion)) << "</failure>\n    </testcase>\n";
  } else {
    xml << ">\n      <skipped" << message << "/>\n    </testcase>\n";
  }
}

/// What the suite puts out: the verdict, what was measured, notes.
std::string output_text(const GateResult& result) {
  std::string text = verdict_line(result);
  for (const Criterion& criterion : result.criteria) {
    text += "\n" + criterion.name + ": " + measured_text(criterion);
    if (criterion.verdict == Verdict::undecided) {
      text += "\n" + explanation(criterion, result);
    }
  }
  for (const std::string& note : result.notes) {
    text += "\nnote: " + note;
  }
  return text;
}

/// Attributes of the suite.
std::string suite_attributes(const GateResult& result, const JunitRun& run, std::size_t tests) {
  const auto failures = std::ranges::count_if(
      result.criteria, [&](const Criterion& criterion) { return result.fails(criterion); });
  const auto skipped = std::ranges::count_if(result.criteria, [&](const Criterion& criterion) {
    return criterion.verdict != Verdict::passed && !result.fails(criterion);
  });
  return attribute("name", "caloquant check") + attribute("package", "caloquant") +
         attribute("id", "0") + attribute("timestamp", utc_text(run.started)) +
         attribute("hostname", run.host) + attribute("tests", std::to_string(tests)) +
         attribute("failures", std::to_string(failures)) +
         attribute("errors", result.error.empty() ? "0" : "1") +
         attribute("skipped", std::to_string(skipped)) +
         attribute("time", seconds_text(result.seconds));
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

JunitRun junit_run_here() {
  std::array<char, 256> host{};
  const bool known = gethostname(host.data(), host.size() - 1) == 0 && host.front() != '\0';
  return {std::chrono::system_clock::now(), known ? host.data() : "localhost"};
}

std::string junit_xml(const GateResult& result, const JunitRun& run) {
  const std::size_t tests = result.criteria.size() + (result.error.empty() ? 0 : 1);
  const double seconds = tests == 0 ? 0.0 : result.seconds / static_cast<double>(tests);
  std::ostringstream xml;
  xml << R"(<?xml version="1.0" encoding="UTF-8"?>)"
      << "\n<testsuites>\n  <testsuite" << suite_attributes(result, run, tests)
      << ">\n    <properties>\n";
  for (const auto& [name, value] : result.provenance) {
    xml << "      <property" << attribute("name", name) << attribute("value", value) << "/>\n";
  }
  xml << "    </properties>\n";
  for (const Criterion& criterion : result.criteria) {
    write_testcase(xml, criterion, result, seconds);
  }
  if (!result.error.empty()) {
    xml << testcase("evaluation", seconds) << ">\n      <error" << attribute("type", "error")
        << attribute("message", result.error) << "/>\n    </testcase>\n";
  }
  xml << "    <system-out>" << xml_text(output_text(result))
      << "</system-out>\n    <system-err></system-err>\n  </testsuite>\n</testsuites>\n";
  return xml.str();
}

}  // namespace caloquant
