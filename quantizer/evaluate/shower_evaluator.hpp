#pragma once

#include "metrics/core/energy_units.hpp"
#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/evaluate/latent_source.hpp"
#include "quantizer/evaluate/partial_profiles.hpp"

namespace caloquant {

/// The shower-shape loss of generators.
class ShowerEvaluator : public Evaluator {
 public:
  /// Opens the data and counts events; `engine` runs every model. Throws DataError, and ModelError
  /// when the network does not fit the encoding or has no [X, Y, Z] image as its only output.
  ShowerEvaluator(const RunConfig& config, const Graph& fp32, EngineOptions engine = {},
                  const MemoryData& given = {});

  /// Accumulates the reference: showers of the files, or of the fp32 model.
  void prepare_reference(const EventProgress& progress = {}) override;
  [[nodiscard]] EventRange reference_events() const override;
  [[nodiscard]] const LatentSource& events() const override { return source_; }
  [[nodiscard]] ModelQuality baseline(const EventProgress& progress = {}) const override;

  [[nodiscard]] std::vector<EnergyResponse> response_between(
      const ModelQuality& model, const ModelQuality& reference) const override;

  /// Empty profiles of images in GeV that come from elsewhere, and the loss of such a sample of the
  /// evaluation events. Needs prepare_reference().
  [[nodiscard]] PartialProfiles profiles_of_gev() const {
    return empty_profiles(source_.evaluation(), EnergyUnits{});
  }
  [[nodiscard]] ShowerLossResult loss_of(const PartialProfiles& profiles) const;

 protected:
  [[nodiscard]] std::unique_ptr<OutputSample> make_sample(
      const Graph& graph, const OutputSample* fp32_outputs) const override;
  [[nodiscard]] ModelQuality quality_from(const OutputSample& sample,
                                          std::optional<std::size_t> checkpoint) const override;
  [[nodiscard]] bool misses_clearly(const ModelQuality& quality, double target) const override;

 private:
  [[nodiscard]] PartialProfiles dataset_profiles(EventRange range,
                                                 const EventProgress& progress) const;
  [[nodiscard]] PartialProfiles empty_profiles(EventRange range, EnergyUnits from) const;
  [[nodiscard]] std::vector<double> primaries() const;
  [[nodiscard]] ModelQuality quality(ShowerLossResult loss) const;

  ShowerLossOptions loss_;
  LatentSource source_;
  ImageExtents extents_{};
  bool wants_response_ = false;
  std::optional<PartialProfiles> reference_;
};

}  // namespace caloquant
