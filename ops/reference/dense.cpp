#include <numeric>

#include "ops/core/thread_count.hpp"
#include "ops/reference/accumulate.hpp"
#include "ops/reference/reference.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

/// rows x inputs times outputs x inputs.
std::vector<double> multiply(const std::vector<double>& src, const std::vector<double>& weights,
                             std::size_t inputs, std::size_t outputs, const Tensor* bias) {
  const std::size_t rows = inputs == 0 ? 0 : src.size() / inputs;
  std::vector<double> dst(rows * outputs);
#pragma omp parallel for num_threads(team_size()) if (dst.size() * inputs > 1000000)
  for (std::size_t i = 0; i < dst.size(); ++i) {
    const std::size_t output = i % outputs;
    const double* const row = src.data() + i / outputs * inputs;
    const double* const weight = weights.data() + output * inputs;
    const double start = bias == nullptr ? 0.0 : static_cast<double>(bias->data<float>()[output]);
    dst[i] = std::inner_product(row, row + inputs, weight, start);
  }
  return dst;
}

}  // namespace

Tensor reference_dense(const Tensor& src, const Tensor& weights, const Tensor* bias) {
  const Shape shape = infer_shape(Dense{}, {src.shape(), weights.shape()}, "dense");
  const auto inputs = static_cast<std::size_t>(weights.shape()[1]);
  const auto outputs = static_cast<std::size_t>(weights.shape()[0]);
  return to_f32(multiply(to_double(src), to_double(weights), inputs, outputs, bias), shape);
}

Tensor exact_dense(const Tensor& src, const QuantParams& params, const Tensor& weights) {
  const Shape shape = infer_shape(Dense{}, {src.shape(), weights.shape()}, "dense");
  const auto inputs = static_cast<std::size_t>(weights.shape()[1]);
  const auto outputs = static_cast<std::size_t>(weights.shape()[0]);
  return to_s32(multiply(centred_to_double(src, params), integers_to_double(weights), inputs,
                         outputs, nullptr),
                shape, "dense");
}

}  // namespace caloquant
