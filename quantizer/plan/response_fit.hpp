#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "calibration/collect/sweep.hpp"
#include "metrics/core/energy_units.hpp"
#include "metrics/shower/slice_sums.hpp"
#include "quantizer/plan/make_plan.hpp"

namespace caloquant {

/// Relative deviations that count as much as each other.
struct ResponseLimits {
  double energy_response = 0.005;
  double profile_error = 0.03;
  double hits = 0.03;
};

struct ResponseFitOptions {
  EventRange events;
  std::vector<double> primaries;  ///< [GeV], one for every event
  ImageExtents extents{};
  std::int64_t batch = 8;
  EngineOptions engine{};
  ResponseLimits limits{};
  double hit_threshold = 3e-4;  ///< [GeV]
  std::size_t layers = 2;       ///< the last convolutions
  std::size_t rounds = 2;       ///< linear steps
  /// Called with the events done in this pass; what it throws ends the fit.
  std::function<void(std::int64_t done)> progress{};
};

/// Sum over the fitted events of the quantized network over that of fp32, minus 1; of a profile the
/// worst slice, without its sign.
struct FittedDeviation {
  std::string name;
  double before = 0.0;
  double after = 0.0;
  std::optional<double> standard_error{};  ///< of `after`; of the energies alone
};

/// What changed in a layer.
struct FittedLayer {
  std::string name;
  std::size_t biases = 0;  ///< that are other ones now
  double gain = 1.0;       ///< of the channel whose gain is furthest from 1
};

struct ResponseFit {
  QuantPlan plan;
  std::string unchanged;  ///< why the plan is the given one; empty where it is not
  std::size_t events = 0;
  double before = 0.0;  ///< sum of squares of deviations in units of their limits
  double after = 0.0;
  std::vector<FittedDeviation> deviations;
  std::vector<FittedLayer> layers;
};

/// Fits gains and biases of the last convolutions of a plan for a shower generator so that, on
/// these events, the total energy by energy bin, the mean x, y and z profiles and the mean number
/// of hits of the quantized network are those of the fp32 one. Gauss-Newton with slopes from
/// networks with one parameter changed each, which share with the others what lies in front of the
/// changed layer; ridge_step() keeps noise out. Steps that do not lower the deviations are halved.
/// One pass over the events for each round and one more. Results depend neither on the batch nor on
/// threads.
[[nodiscard]] ResponseFit fit_response(const Graph& fp32, QuantPlan plan, const InputFiller& fill,
                                       const ResponseFitOptions& options);

}  // namespace caloquant
