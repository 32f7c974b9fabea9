#pragma once

#include <string>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// A short summary in GitHub's Markdown, fit for $GITHUB_STEP_SUMMARY: the verdict, a table of
/// criteria, what to do, notes.
[[nodiscard]] std::string gate_markdown(const GateResult& result);

}  // namespace caloquant
