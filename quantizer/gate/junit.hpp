#pragma once

#include <string>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// JUnit XML as CI systems read it: one testsuite with a testcase for each criterion, `failure`
/// where it failed, provenance as properties. Of a result with an error one testcase with `error`.
[[nodiscard]] std::string junit_xml(const GateResult& result);

/// Text for an attribute or element in XML 1.0: markup and line ends as references, bytes that are
/// no UTF-8 and characters that XML forbids as U+FFFD.
[[nodiscard]] std::string xml_text(const std::string& text);

}  // namespace caloquant
