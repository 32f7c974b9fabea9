#pragma once

#include <caloquant/config.hpp>
#include <map>
#include <memory>
#include <string>

#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/plan/response_fit.hpp"

namespace caloquant {

/// The plans of a run with biases and gains fitted to the response, each fitted once, so that a
/// configuration that is judged is the one that is written. The events are drawn: labels of the
/// data with noise that no trial sees.
class FittedPlans {
 public:
  /// Null where the events are no primaries of showers. `fp32`: what plans belong to. `progress`
  /// may end a fit.
  [[nodiscard]] static std::unique_ptr<FittedPlans> make(const RunConfig& config,
                                                         const Evaluator& evaluator,
                                                         const Graph& fp32,
                                                         const EngineOptions& engine,
                                                         EventProgress progress);
  explicit FittedPlans(ResponseFitter fitter) : fitter_(std::move(fitter)) {}

  /// The fit of the plan of the configuration with this key.
  [[nodiscard]] const ResponseFit& of(const std::string& key, const QuantPlan& plan);

 private:
  ResponseFitter fitter_;
  std::map<std::string, ResponseFit> fits_;
};

}  // namespace caloquant
