#pragma once

#include <chrono>
#include <string>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// When and where a check ran.
struct JunitRun {
  std::chrono::system_clock::time_point started{};
  std::string host = "localhost";
};

/// This computer, now.
[[nodiscard]] JunitRun junit_run_here();

/// JUnit XML as CI systems read it: one testsuite with a testcase for each criterion, `failure`
/// where it failed or is undecided, `skipped` where that passes, provenance as properties. Of a
/// result with an error one testcase with `error`. What was measured is the output of the suite.
/// Criteria are measured together: each has an equal share of the time.
///
/// Valid by the schemas of Ant (JUnit.xsd of Windy Road) and of Jenkins' xUnit plugin
/// (junit-10.xsd); the timestamp is in UTC, without a zone, as the first of them wants it.
[[nodiscard]] std::string junit_xml(const GateResult& result, const JunitRun& run);

/// Text for an attribute or element in XML 1.0: markup and line ends as references, bytes that are
/// no UTF-8 and characters that XML forbids as U+FFFD.
[[nodiscard]] std::string xml_text(const std::string& text);

}  // namespace caloquant
