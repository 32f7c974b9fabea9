#include "calibration/corrections/bias_correction.hpp"

#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant {

Tensor corrected_bias(const Tensor& weights, const Tensor& quantized, const LayerQuant& quant,
                      const Tensor* bias, const LayerStatistics& statistics) {
  const std::int64_t channels = weights.shape().front();
  CALOQUANT_EXPECT(weights.size() == channels * statistics.width);
  const Tensor meant = dequantized_weights(quantized, quant);
  Tensor result(DType::f32, {channels});
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    const auto index = static_cast<std::size_t>(channel);
    double shift = 0.0;
    for (std::int64_t k = 0; k < statistics.width; ++k) {
      const auto i = static_cast<std::size_t>(channel * statistics.width + k);
      const double change = static_cast<double>(weights.data<float>()[i]) -
                            static_cast<double>(meant.data<float>()[i]);
      shift += change * statistics.mean[static_cast<std::size_t>(k)];
    }
    const float before = bias != nullptr ? bias->data<float>()[index] : 0.0F;
    result.data<float>()[index] =
        usable_bias(static_cast<double>(before) + shift, before, quantized, quant, index);
  }
  return result;
}

}  // namespace caloquant
