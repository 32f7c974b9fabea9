#include "quantizer/evaluate/energy_response.hpp"

#include "metrics/physics/energy_bins.hpp"
#include "metrics/physics/statistics.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

EnergyResponse ratio_of(std::span<const double> model, std::span<const double> reference) {
  const Estimate ratio = ratio_of_means(reference, model, true);
  EnergyResponse response;
  response.ratio = ratio.value;
  response.standard_error = ratio.error;
  response.events = model.size();
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
