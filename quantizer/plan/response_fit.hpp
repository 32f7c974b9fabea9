#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "calibration/collect/sweep.hpp"
#include "quantizer/plan/fit_observables.hpp"
#include "quantizer/plan/fit_report.hpp"
#include "quantizer/plan/make_plan.hpp"

namespace caloquant {

struct ResponseFitOptions {
  EventRange events;
  std::vector<double> primaries;  ///< [GeV], one for every event
  ImageExtents extents{};
  std::int64_t batch = 8;
  EngineOptions engine{};
  ResponseLimits limits{};
  double hit_threshold = 3e-4;  ///< [GeV]
  std::size_t layers = 2;       ///< the last convolutions
  std::size_t rounds = 2;       ///< steps
  /// Called with the events done in this pass; what it throws ends the fit.
  std::function<void(std::int64_t done)> progress{};
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

/// Fits gains and biases of the last convolutions of plans for one shower generator so that, on
/// these events, the total energy by energy bin, the mean x, y and z profiles and the mean number
/// of hits of the quantized network are those of the fp32 one. Gauss-Newton with slopes from
/// networks with one parameter changed each, which share with the others what lies in front of the
/// changed layer; ridge_step() keeps noise out. A step that does not lower the deviations is
/// halved. One pass over the events for each step and one more, and one of fp32 for all plans.
/// Results depend neither on the batch nor on threads.
class ResponseFitter {
 public:
  ResponseFitter(Graph fp32, InputFiller fill, ResponseFitOptions options);

  [[nodiscard]] ResponseFit fit(QuantPlan plan);
  [[nodiscard]] const ResponseFitOptions& options() const { return options_; }

 private:
  [[nodiscard]] std::vector<Observed> look(const std::vector<Graph>& graphs) const;

  Graph fp32_;
  InputFiller fill_;
  ResponseFitOptions options_;
  FitObservables observables_;
  FitReference reference_;  ///< seen once, for all plans
};

}  // namespace caloquant
