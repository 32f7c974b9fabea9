#pragma once

#include <string>

#include "quantizer/showers/compare.hpp"

namespace caloquant {

/// The rows of a comparison that a terminal of 100 columns has room for, with the reasons for
/// distrust as numbered notes below. Of curves the bin with the largest difference in units of its
/// error stands for all.
[[nodiscard]] std::string compare_table(const CompareResult& result, const ComparedSide& a,
                                        const ComparedSide& b);

}  // namespace caloquant
