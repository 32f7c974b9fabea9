#include <utility>

#include "quantizer/evaluate/shower_evaluator.hpp"
#include "quantizer/evaluate/tensor_evaluator.hpp"

namespace caloquant {

std::unique_ptr<Evaluator> make_evaluator(const RunConfig& config, const Graph& fp32,
                                          EngineOptions engine) {
  if (config.metric.tensor) {
    return std::make_unique<TensorEvaluator>(config, fp32, std::move(engine));
  }
  return std::make_unique<ShowerEvaluator>(config, fp32, std::move(engine));
}

}  // namespace caloquant
