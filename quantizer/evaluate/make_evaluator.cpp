#include <utility>

#include "quantizer/evaluate/shower_evaluator.hpp"
#include "quantizer/evaluate/tensor_evaluator.hpp"

namespace caloquant {

std::unique_ptr<Evaluator> make_evaluator(const RunConfig& config, const Graph& fp32,
                                          EngineOptions engine, const GivenParts& given) {
  if (config.metric.tensor || given.metric) {
    return std::make_unique<TensorEvaluator>(config, fp32, std::move(engine), given);
  }
  return std::make_unique<ShowerEvaluator>(config, fp32, std::move(engine), given.data);
}

}  // namespace caloquant
