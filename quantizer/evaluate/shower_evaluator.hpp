#pragma once

#include <array>
#include <memory>

#include "metrics/core/energy_units.hpp"
#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/evaluate/latent_source.hpp"
#include "quantizer/evaluate/profile_rows.hpp"

namespace caloquant {

/// The shower-shape loss of generators.
class ShowerEvaluator : public Evaluator {
 public:
  /// Opens the data and counts events; `engine` runs every model. Throws DataError, and ModelError
  /// when the network does not fit the encoding or has no [X, Y, Z] image as its only output.
  ShowerEvaluator(const RunConfig& config, const Graph& fp32, EngineOptions engine = {},
                  const MemoryData& given = {});

  ~ShowerEvaluator() override;

  /// Accumulates the reference: showers of the files, or of the fp32 model.
  void prepare_reference(const EventProgress& progress = {}) override;
  [[nodiscard]] EventRange reference_events() const override;
  [[nodiscard]] const LatentSource& events() const override { return source_; }
  [[nodiscard]] ModelQuality baseline(const EventProgress& progress = {}) const override;

  /// An empty sample of images in GeV that come from elsewhere, and the loss of such a sample, of
  /// the first evaluation events. Needs prepare_reference().
  [[nodiscard]] ProfileRows rows_of_gev() const { return empty_rows(EnergyUnits{}); }
  [[nodiscard]] ShowerLossResult loss_of(const ProfileRows& rows) const {
    return loss_of(rows, rows.events(), EventUse::search);
  }

 protected:
  [[nodiscard]] std::unique_ptr<OutputSample> make_sample(
      const Graph& graph, const OutputSample* fp32_outputs) const override;
  [[nodiscard]] ModelQuality quality_from(const OutputSample& sample, std::size_t events,
                                          EventUse use) const override;
  [[nodiscard]] std::size_t metric_events(EventUse use) const override;
  [[nodiscard]] bool misses_clearly(const ModelQuality& quality, double target) const override;
  [[nodiscard]] OutputSample* reference_sample(EventUse use) const override;

 private:
  class Rows;
  [[nodiscard]] bool paired() const { return loss_.reference == LossReference::fp32_paired; }
  [[nodiscard]] ProfileRows dataset_rows(EventRange range, const EventProgress& progress) const;
  [[nodiscard]] ProfileRows empty_rows(EnergyUnits from) const;
  [[nodiscard]] ShowerLossResult loss_of(const ProfileRows& rows, std::size_t events,
                                         EventUse use) const;
  [[nodiscard]] ModelQuality quality(ShowerLossResult loss) const;

  ShowerLossOptions loss_;
  LatentSource source_;
  ImageExtents extents_{};
  std::array<std::unique_ptr<Rows>, 2> references_;  ///< by EventUse
};

}  // namespace caloquant
