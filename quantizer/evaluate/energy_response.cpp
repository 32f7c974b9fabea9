#include "quantizer/evaluate/energy_response.hpp"

#include <cmath>
#include <limits>

#include "metrics/physics/energy_bins.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// Ratio of two means with the error of a ratio of paired sums (Cochran, Sampling Techniques, eq.
/// 6.4): var = sum (t - r * f)^2 / (n (n - 1)) / mean(f)^2.
EnergyResponse ratio_of(std::span<const double> model, std::span<const double> reference) {
  const auto n = static_cast<double>(model.size());
  double top = 0.0;
  double bottom = 0.0;
  for (std::size_t i = 0; i < model.size(); ++i) {
    top += model[i];
    bottom += reference[i];
  }
  EnergyResponse response;
  response.events = model.size();
  response.ratio = bottom > 0.0 ? top / bottom : std::numeric_limits<double>::quiet_NaN();
  double squares = 0.0;
  for (std::size_t i = 0; i < model.size(); ++i) {
    const double residual = model[i] - response.ratio * reference[i];
    squares += residual * residual;
  }
  response.standard_error = n > 1.0 ? std::sqrt(squares * n / (n - 1.0)) / bottom
                                    : std::numeric_limits<double>::quiet_NaN();
  return response;
}

}  // namespace

std::vector<EnergyResponse> energy_response(std::span<const double> model,
                                            std::span<const double> reference,
                                            std::span<const double> primaries) {
  CALOQUANT_EXPECT(model.size() == reference.size() && model.size() == primaries.size());
  std::vector<EnergyResponse> responses;
  for (const EnergyBin& bin : energy_bins(primaries, primaries)) {
    std::vector<double> of_model;
    std::vector<double> of_reference;
    for (std::size_t i = 0; i < primaries.size(); ++i) {
      if (bin.contains(primaries[i])) {
        of_model.push_back(model[i]);
        of_reference.push_back(reference[i]);
      }
    }
    responses.push_back(ratio_of(of_model, of_reference));
    responses.back().bin = bin.name;
  }
  return responses;
}

EnergyResponse total_response(std::span<const double> model, std::span<const double> reference) {
  CALOQUANT_EXPECT(model.size() == reference.size());
  EnergyResponse response = ratio_of(model, reference);
  response.bin = "all energies";
  return response;
}

}  // namespace caloquant
