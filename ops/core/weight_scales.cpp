#include "ops/core/weight_scales.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

namespace caloquant {
namespace {

constexpr auto largest_f32 = static_cast<double>(std::numeric_limits<float>::max());
constexpr double weight_steps = 127.0;

constexpr double src_steps = 255.0;  ///< most of an 8-bit src from its zero point
constexpr double most_steps = std::numeric_limits<std::int32_t>::max();
/// The most products whose sum of 8-bit integers fits 32 bits, and that of which a half does.
constexpr auto most_products = static_cast<std::int64_t>(most_steps / (src_steps * weight_steps));
constexpr std::int64_t half_of_products = most_products / 2;

bool has_8_bits(const QuantParams& src) {
  return src.dtype == DType::u8 || src.dtype == DType::s8;
}

std::int64_t products_of(const Tensor& weights) {
  return weights.size() / std::max<std::int64_t>(1, weights.shape().front());
}

/// Most steps of its sums that a layer's bias may have, whatever the sum is.
double most_bias_steps(const QuantParams& src) {
  // Beside an f32 src nothing is an integer; /4: the steps are finite in f32.
  return is_integer(src) ? static_cast<double>(largest_bias_steps) : largest_f32 / 4.0;
}

/// Does an 8-bit layer have so many products that its sums need more than half of 32 bits?
bool needs_more_than_half(const QuantParams& src, std::int64_t products) {
  return has_8_bits(src) && products > half_of_products && products <= most_products;
}

/// The smallest scale with which bias and sum of a channel fit 32 bits: of s = scale,
///   |bias| / (src.scale s) + 255 sum(|w| / s + 1) <= 2^31 - 1,
/// where 1 is more than any rounding adds.
double scale_with_room(std::span<const float> weights, double bias, const QuantParams& src) {
  double sum = 0.0;
  for (const float weight : weights) {
    sum += std::fabs(static_cast<double>(weight));
  }
  const double room = most_steps - src_steps * static_cast<double>(weights.size());
  return (src_steps * sum + bias / static_cast<double>(src.scale)) / room;
}

/// Weights are symmetric: no -128.
constexpr QRange s8_weights{-127, 127};

float largest_magnitude(std::span<const float> values) {
  float largest = 0.0F;
  for (const float value : values) {
    largest = std::max(largest, std::fabs(value));
  }
  return largest;
}

float minmax_scale(std::span<const float> weights) {
  return usable_scale(static_cast<double>(largest_magnitude(weights)) / weight_steps, weight_steps);
}

/// Sum of squared errors of weights with a scale.
double squared_error(std::span<const float> weights, float scale) {
  double sum = 0.0;
  for (const float weight : weights) {
    const float q = static_cast<float>(round_saturate(weight / scale, s8_weights));
    const double error = static_cast<double>(q * scale) - static_cast<double>(weight);
    sum += error * error;
  }
  return sum;
}

float mse_scale(std::span<const float> weights) {
  constexpr int fine = 1024;  // steps of the factor
  constexpr int coarse = fine / 64;
  const float widest = minmax_scale(weights);
  int best = fine;
  double smallest = std::numeric_limits<double>::infinity();
  const auto scale_of = [widest](int step) {
    return usable_scale(static_cast<double>(widest) * step / fine, weight_steps);
  };
  const auto try_step = [&](int step) {
    const double error = squared_error(weights, scale_of(step));
    if (error < smallest || (error == smallest && step > best)) {
      smallest = error;
      best = step;
    }
  };
  for (int step = fine; step >= fine / 4; step -= coarse) {
    try_step(step);
  }
  const int middle = best;
  for (int step = std::min(fine, middle + coarse - 1); step > middle - coarse; --step) {
    try_step(step);
  }
  return largest_magnitude(weights) == 0.0F ? 1.0F : scale_of(best);
}

template <typename ScaleOf>
std::vector<float> weight_scales(const Tensor& weights, bool per_channel, ScaleOf&& scale_of) {
  const auto values = weights.data<float>();
  CALOQUANT_EXPECT(!weights.shape().empty());
  const auto channels = per_channel ? static_cast<std::size_t>(weights.shape().front()) : 1U;
  const std::size_t stride = channels == 0 ? 0 : values.size() / channels;
  std::vector<float> scales(channels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    scales[channel] = scale_of(values.subspan(channel * stride, stride));
  }
  return scales;
}

/// sum |w| of one output channel of s8 weights; exact.
double sum_of_magnitudes(const Tensor& weights, std::size_t channel) {
  const auto stride = static_cast<std::size_t>(products_of(weights));
  std::int64_t sum = 0;
  for (const std::int8_t value : weights.data<std::int8_t>().subspan(channel * stride, stride)) {
    sum += std::abs(static_cast<int>(value));
  }
  return static_cast<double>(sum);
}

}  // namespace

std::int32_t s16_limit(const Tensor& weights) {
  double largest = 1.0;
  for (std::size_t channel = 0; channel < static_cast<std::size_t>(weights.shape().front());
       ++channel) {
    largest = std::max(largest, sum_of_magnitudes(weights, channel));
  }
  constexpr double widest = 32767.0;
  return static_cast<std::int32_t>(std::min(widest, most_steps / largest));
}

void require_exact_sums(const std::string& place, const Tensor& weights, const QuantParams& src) {
  const std::int64_t products = products_of(weights);
  const bool fits =
      src.dtype == DType::s16 ? src.limit <= s16_limit(weights) : products <= most_products;
  if (!fits) {
    throw BackendError(place,
                       "sums of " + std::to_string(products) + " products may exceed 32 bits",
                       "keep this layer in fp32");
  }
}

Tensor dequantized_weights(const Tensor& weights, const LayerQuant& quant) {
  if (weights.dtype() == DType::bf16) {
    return from_bf16(weights);
  }
  Tensor result(DType::f32, weights.shape());
  const auto from = weights.data<std::int8_t>();
  const auto into = result.data<float>();
  const std::size_t stride = from.size() / static_cast<std::size_t>(weights.shape().front());
  for (std::size_t i = 0; i < from.size(); ++i) {
    into[i] = static_cast<float>(from[i]) * weight_scale_of(quant, i / stride);
  }
  return result;
}

std::vector<float> minmax_weight_scales(const Tensor& weights, bool per_channel) {
  return weight_scales(weights, per_channel, minmax_scale);
}

std::vector<float> mse_weight_scales(const Tensor& weights, bool per_channel) {
  return weight_scales(weights, per_channel, mse_scale);
}

std::vector<float> layer_weight_scales(std::vector<float> scales, const Tensor& weights,
                                       const QuantParams& src, const Tensor* bias) {
  if (scales.empty()) {
    return scales;  // of bf16
  }
  const auto step = static_cast<double>(src.scale);
  // Of src at most 2^8 steps are multiplied with 2^7 of a weight.
  const double most = std::min(largest_f32 / 0x1p15 / step, largest_f32 / (weight_steps + 1.0));
  std::vector<double> least(scales.size(), static_cast<double>(smallest_scale) / step);
  const std::int64_t products = products_of(weights);
  const auto stride = static_cast<std::size_t>(products);
  for (std::size_t c = 0; bias != nullptr && c < static_cast<std::size_t>(bias->size()); ++c) {
    const double size = std::fabs(static_cast<double>(bias->data<float>()[c]));
    double& own = least[scales.size() == 1 ? 0 : c];
    own = std::max(own, size / most_bias_steps(src) / step);
    if (needs_more_than_half(src, products)) {
      own = std::max(own,
                     scale_with_room(weights.data<float>().subspan(c * stride, stride), size, src));
    }
  }
  for (std::size_t k = 0; k < scales.size(); ++k) {
    // A scale that is within stays the same to the bit.
    const auto scale = static_cast<double>(scales[k]);
    if (scale < least[k] || scale > most) {
      scales[k] = std::nextafter(static_cast<float>(std::min(std::max(scale, least[k]), most)),
                                 scale < least[k] ? std::numeric_limits<float>::max() : 0.0F);
    }
  }
  return scales;
}

float usable_bias(double wanted, float before, const Tensor& weights, const LayerQuant& quant,
                  std::size_t channel) {
  const double step =
      static_cast<double>(quant.src.scale) * static_cast<double>(weight_scale_of(quant, channel));
  double most = most_bias_steps(quant.src);
  if (needs_more_than_half(quant.src, products_of(weights))) {
    most = std::min(most, most_steps - src_steps * sum_of_magnitudes(weights, channel));
  }
  return std::fabs(wanted) <= std::min(most * step, largest_f32) ? static_cast<float>(wanted)
                                                                 : before;
}

std::string quant_problem(const LayerQuant& quant, const Tensor* bias) {
  const auto number = [](float value) {
    std::ostringstream text;
    text << value;
    return text.str();
  };
  if (!is_integer(quant.src) && quant.src.dtype != DType::f32) {
    return "";  // bf16 has no steps
  }
  const std::size_t channels =
      std::max(quant.weight_scales.size(),
               bias == nullptr ? std::size_t{0} : static_cast<std::size_t>(bias->size()));
  for (std::size_t c = 0; c < channels; ++c) {
    const float step = step_of_sums(quant, c);
    if (!(step > 0.0F) || !std::isfinite(step)) {
      return "a step of the sums of channel " + std::to_string(c) + ", src scale " +
             number(quant.src.scale) + " times weight scale " + number(weight_scale_of(quant, c)) +
             ", is " + number(step);
    }
    if (bias != nullptr && !std::isfinite(bias->data<float>()[c] / step)) {
      return "the bias " + number(bias->data<float>()[c]) + " of channel " + std::to_string(c) +
             " is infinitely many steps of " + number(step);
    }
  }
  return "";
}

QuantizedWeights quantize_weights(const Tensor& weights, std::vector<float> scales) {
  const auto values = weights.data<float>();
  const std::size_t channels = scales.size();
  CALOQUANT_EXPECT(channels <= 1 || channels == static_cast<std::size_t>(weights.shape().front()));
  const std::size_t stride = channels == 0 ? 0 : values.size() / channels;
  QuantizedWeights result{Tensor(DType::s8, weights.shape()), std::move(scales)};
  const auto quantized = result.values.data<std::int8_t>();
  for (std::size_t i = 0; i < channels * stride; ++i) {
    quantized[i] =
        static_cast<std::int8_t>(round_saturate(values[i] / result.scales[i / stride], s8_weights));
  }
  return result;
}

QuantizedWeights quantize_weights(const Tensor& weights, bool per_channel) {
  return quantize_weights(weights, minmax_weight_scales(weights, per_channel));
}

}  // namespace caloquant
