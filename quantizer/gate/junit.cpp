#include "quantizer/gate/junit.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <sstream>

#include "ops/core/terminal_text.hpp"

namespace caloquant {
namespace {

constexpr const char* unknown_character = "\xEF\xBF\xBD";

/// XML 1.0 has no U+FFFE and U+FFFF, and what is not seen is not said.
bool is_shown_in_xml(Utf8Character character) {
  return character.bytes > 0 && character.code_point != 0xFFFE && character.code_point != 0xFFFF &&
         (character.bytes == 1 || !is_unseen(character.code_point));
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
      return is_unseen(static_cast<unsigned char>(character)) ? unknown_character
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
    const Utf8Character character = utf8_character(text, at);
    if (!is_shown_in_xml(character)) {
      safe += unknown_character;
      ++at;
      continue;
    }
    if (character.bytes == 1) {
      safe += xml_reference(text[at]);
    } else {
      safe += text.substr(at, character.bytes);
    }
    at += character.bytes;
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
