#include "ops/layers/make_layer.hpp"

#include "ops/kernels/direct/dense_layer.hpp"
#include "ops/onednn/cpu.hpp"
#include "ops/onednn/layer.hpp"

namespace caloquant {

std::unique_ptr<LayerKernel> make_layer(const LayerProblem& problem, Isa isa) {
  if (std::holds_alternative<Dense>(problem.op) && problem.quant == nullptr && !problem.bf16) {
    return make_direct_dense(problem, isa);
  }
  if (problem.quant != nullptr &&
      (problem.quant->src.dtype == DType::s16 || !cpu_report().exact_int8)) {
    return make_portable_int8_layer(problem);
  }
  return make_onednn_layer(problem);
}

}  // namespace caloquant
