#include <caloquant/error.hpp>
#include <sstream>
#include <utility>

#include "ops/core/enums.hpp"
#include "ops/core/number.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {
namespace {

constexpr const char* fraction_option = "--sampling-fraction";

std::vector<double> coefficients_of(const std::string& text) {
  std::vector<double> coefficients;
  std::istringstream parts(text + ",");
  for (std::string part; std::getline(parts, part, ',');) {
    const std::optional<double> number = number_from(part);
    if (!number) {
      throw UsageError(fraction_option, "'" + part + "' is no number",
                       "give a fraction as 0.022, or coefficients with commas between them");
    }
    coefficients.push_back(*number);
  }
  const std::string problem = SamplingFraction::problem_of(coefficients);
  if (!problem.empty()) {
    throw UsageError(fraction_option, problem,
                     "it lies in (0, 1], and sums of cells grow with the energy up to 500 GeV");
  }
  return coefficients;
}

}  // namespace

void MissingEnergiesArguments::add_to(Command& command) {
  command
      .add_option("--missing-energies", treatment,
                  "of shower files without energies; from_sum estimates them from the sums of the "
                  "cells, and all outputs say so")
      ->one_of(enum_names<MissingEnergies>())
      ->capture_default_str()
      ->group(primary_options);
  command
      .add_option(fraction_option, sampling_fraction,
                  "for from_sum: sum of the cells over the energy, a number or coefficients C0,C1,"
                  "... of (E / 100 GeV)^k (the published fit: calibration/README.md)")
      ->transform(text_for([](const std::string& text) { (void)coefficients_of(text); }))
      ->type_name("F")
      ->group(primary_options);
}

std::vector<double> MissingEnergiesArguments::coefficients() const {
  if (!estimate() && !sampling_fraction.empty()) {
    throw UsageError(fraction_option, "says nothing without --missing-energies from_sum",
                     "leave it out, or give both");
  }
  return sampling_fraction.empty() ? std::vector<double>() : coefficients_of(sampling_fraction);
}

std::optional<SamplingFraction> MissingEnergiesArguments::get() const {
  std::vector<double> given = coefficients();
  return estimate() ? std::optional(SamplingFraction(std::move(given))) : std::nullopt;
}

}  // namespace caloquant::cli
