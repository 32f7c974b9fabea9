#pragma once

#include <caloquant/loss_result.hpp>
#include <caloquant/measure.hpp>
#include <caloquant/shower_loss.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// Mean total energy of a model over that of its reference, for the events of one energy bin.
struct EnergyResponse {
  std::string bin;              ///< "100 GeV"
  double ratio = 1.0;           ///< NaN where the reference has no energy
  double standard_error = 0.0;  ///< of the ratio, from the spread of the paired events
  std::size_t events = 0;       ///< in the bin
};

/// What an evaluation says of a model.
struct ModelQuality {
  LossResult loss;                         ///< of the metric
  std::optional<ShowerLossResult> shower;  ///< of the metric shower_shape
  /// Of generators of showers, unless criteria is loss_only: against the fp32 model on the same
  /// events.
  std::vector<EnergyResponse> response{};
  std::vector<double> totals{};  ///< total energy by event [GeV], where there is a response
  std::size_t events = 0;        ///< that the model was shown
  /// What it was judged by, the loss first; empty where it was measured only.
  std::vector<Measure> measures{};

  /// Of the measures; failed without any.
  [[nodiscard]] Verdict verdict() const {
    return measures.empty() ? Verdict::failed : verdict_of(measures);
  }
};

}  // namespace caloquant
#pragma GCC visibility pop
