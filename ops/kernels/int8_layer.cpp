#include <algorithm>
#include <vector>

#include "ops/core/qmath.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/core/weight_scales.hpp"
#include "ops/kernels/epilogue_value.hpp"
#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {
namespace {

/// Exact u8/s8/s16 x s8 -> s32 convolution in plain C++, channels last, and Dense as a convolution
/// over no space. The zero point is subtracted before the product, so padding simply contributes
/// nothing.
class PortableInt8Layer : public LayerKernel {
 public:
  explicit PortableInt8Layer(const LayerProblem& problem)
      : quant_(*problem.quant), epilogue_(problem.epilogue), dst_dtype_(problem.dst_dtype) {
    const Tensor& weights = *problem.weights;
    const auto spatial = [](const Shape& shape, std::size_t from, Shape& into) {
      // Missing leading spatial axes become extents of 1.
      std::copy_backward(shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end(),
                         into.end());
    };
    if (const auto* conv = std::get_if<Conv>(&problem.op)) {
      groups_ = conv->groups;
      spatial(problem.src, 2, src_);
      spatial(problem.dst, 2, dst_);
      spatial(weights.shape(), 2, kernel_);
      spatial(conv->strides, 0, strides_);
      spatial(conv->dilations, 0, dilations_);
      spatial(conv->pads_begin, 0, pads_);
    }
    batch_ = problem.src.front();
    inputs_ = problem.src[1];
    outputs_ = problem.dst[1];
    pack(weights);
    scales_.resize(static_cast<std::size_t>(outputs_));
    bias_.assign(static_cast<std::size_t>(outputs_), 0.0F);
    for (std::size_t c = 0; c < scales_.size(); ++c) {
      scales_[c] = step_of_sums(quant_, c);
      if (problem.bias != nullptr) {
        bias_[c] = problem.bias->data<float>()[c] / scales_[c];
      }
    }
  }

  void execute(const void* src, void* dst) override {
    switch (quant_.src.dtype) {
      case DType::u8:
        return run(static_cast<const std::uint8_t*>(src), dst);
      case DType::s8:
        return run(static_cast<const std::int8_t*>(src), dst);
      case DType::s16:
        return run(static_cast<const std::int16_t*>(src), dst);
      case DType::f32:
      case DType::f64:
      case DType::s32:
      case DType::s64:
      case DType::bf16:
        break;
    }
    CALOQUANT_EXPECT(false && "not an integer code");
  }

  [[nodiscard]] std::string implementation() const override { return "portable_int8"; }

 private:
  [[nodiscard]] std::int64_t taps() const { return element_count(kernel_); }

  /// [O, I/g, taps] -> [taps, I/g, O], so that the innermost loop runs over outputs.
  void pack(const Tensor& weights) {
    const std::int64_t per_group = inputs_ / groups_;
    const auto values = weights.data<std::int8_t>();
    weights_.resize(values.size());
    for (std::int64_t o = 0; o < outputs_; ++o) {
      for (std::int64_t i = 0; i < per_group; ++i) {
        for (std::int64_t t = 0; t < taps(); ++t) {
          weights_[static_cast<std::size_t>((t * per_group + i) * outputs_ + o)] =
              values[static_cast<std::size_t>((o * per_group + i) * taps() + t)];
        }
      }
    }
  }

  template <typename T>
  void run(const T* src, void* dst) const {
    const std::int64_t rows = batch_ * dst_[0] * dst_[1];
#pragma omp parallel num_threads(team_size())
    {
      std::vector<std::int32_t> sums(static_cast<std::size_t>(outputs_));
#pragma omp for
      for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t w = 0; w < dst_[2]; ++w) {
          std::fill(sums.begin(), sums.end(), 0);
          accumulate(src, row, w, sums.data());
          store(sums, (row * dst_[2] + w) * outputs_, dst);
        }
      }
    }
  }

  template <typename T>
  void accumulate(const T* src, std::int64_t row, std::int64_t w, std::int32_t* sums) const {
    const std::int64_t n = row / (dst_[0] * dst_[1]);
    const std::int64_t at[3] = {row / dst_[1] % dst_[0], row % dst_[1], w};
    std::int64_t tap = 0;
    for (std::int64_t kd = 0; kd < kernel_[0]; ++kd) {
      for (std::int64_t kh = 0; kh < kernel_[1]; ++kh) {
        for (std::int64_t kw = 0; kw < kernel_[2]; ++kw, ++tap) {
          const std::int64_t d = at[0] * strides_[0] + kd * dilations_[0] - pads_[0];
          const std::int64_t h = at[1] * strides_[1] + kh * dilations_[1] - pads_[1];
          const std::int64_t v = at[2] * strides_[2] + kw * dilations_[2] - pads_[2];
          if (d >= 0 && d < src_[0] && h >= 0 && h < src_[1] && v >= 0 && v < src_[2]) {
            const std::int64_t cell = ((n * src_[0] + d) * src_[1] + h) * src_[2] + v;
            add_cell(src + cell * inputs_, tap, sums);
          }
        }
      }
    }
  }

  template <typename T>
  void add_cell(const T* cell, std::int64_t tap, std::int32_t* sums) const {
    const std::int64_t in = inputs_ / groups_;
    const std::int64_t out = outputs_ / groups_;
    const std::int8_t* weights = weights_.data() + tap * in * outputs_;
    for (std::int64_t g = 0; g < groups_; ++g) {
      for (std::int64_t i = 0; i < in; ++i) {
        const std::int32_t value =
            static_cast<std::int32_t>(cell[g * in + i]) - quant_.src.zero_point;
        const std::int8_t* row = weights + i * outputs_ + g * out;
        for (std::int64_t o = 0; o < out; ++o) {
          sums[g * out + o] += value * row[o];
        }
      }
    }
  }

  void store(const std::vector<std::int32_t>& sums, std::int64_t offset, void* dst) const {
    for (std::size_t c = 0; c < sums.size(); ++c) {
      const std::size_t index = static_cast<std::size_t>(offset) + c;
      if (dst_dtype_ == DType::s32) {
        static_cast<std::int32_t*>(dst)[index] = sums[c];
        continue;
      }
      const float sum = (static_cast<float>(sums[c]) + bias_[c]) * scales_[c];
      store_epilogue(epilogue_, epilogue_value(epilogue_, sum, c), index, dst);
    }
  }

  LayerQuant quant_;
  Epilogue epilogue_;
  DType dst_dtype_;
  std::int64_t batch_ = 1;
  std::int64_t inputs_ = 1;
  std::int64_t outputs_ = 1;
  std::int64_t groups_ = 1;
  Shape src_{1, 1, 1};
  Shape dst_{1, 1, 1};
  Shape kernel_{1, 1, 1};
  Shape strides_{1, 1, 1};
  Shape dilations_{1, 1, 1};
  Shape pads_{0, 0, 0};
  std::vector<std::int8_t> weights_;
  std::vector<float> scales_;
  std::vector<float> bias_;
};

}  // namespace

std::unique_ptr<LayerKernel> make_portable_int8_layer(const LayerProblem& problem) {
  CALOQUANT_EXPECT(problem.quant != nullptr && problem.weights->dtype() == DType::s8);
  CALOQUANT_EXPECT(!problem.epilogue.dst || size_of(problem.epilogue.dst->dtype) == 1);
  require_exact_sums("layer '" + problem.name + "'", *problem.weights, problem.quant->src);
  return std::make_unique<PortableInt8Layer>(problem);
}

}  // namespace caloquant
