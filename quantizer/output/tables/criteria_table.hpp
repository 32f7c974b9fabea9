#pragma once

#include <caloquant/measure.hpp>
#include <span>
#include <string>

#include "quantizer/output/progress/text_style.hpp"
#include "quantizer/output/tables/criteria_record.hpp"

namespace caloquant {

/// A number of a measure as people read it: shares of fp32's value in percent, others as they are;
/// "-" for what is not known.
[[nodiscard]] std::string measure_text(const Measure& measure, double number, int digits);

/// A line of names, then one line per measure: name, value, standard error, limit, verdict.
[[nodiscard]] std::string criteria_table(std::span<const JudgedMeasure> measures,
                                         TextStyle style = {});
/// The same of measures as they stand.
[[nodiscard]] std::string criteria_table(std::span<const Measure> measures, TextStyle style = {});

/// All of it: the criteria, those of the confirmation, and the headline as a sentence.
[[nodiscard]] std::string criteria_text(const CriteriaRecord& record, TextStyle style = {});

}  // namespace caloquant
