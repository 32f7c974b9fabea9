#include <algorithm>
#include <array>
#include <vector>

#include "ops/core/qmath.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/core/weight_scales.hpp"
#include "ops/kernels/epilogue_value.hpp"
#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t block = 64;  // outputs whose sums a thread holds at a time

/// Dense in plain loops.
class PlainDense : public LayerKernel {
 public:
  explicit PlainDense(const LayerProblem& problem)
      : epilogue_(problem.epilogue),
        src_(problem.quant->src),
        rows_(problem.src[0]),
        inputs_(problem.src[1]),
        outputs_(problem.dst[1]),
        scales_(static_cast<std::size_t>(outputs_), 1.0F),
        bias_(static_cast<std::size_t>(outputs_), 0.0F) {
    for (std::size_t c = 0; c < scales_.size(); ++c) {
      scales_[c] = step_of_sums(*problem.quant, c);
    }
    for (std::size_t c = 0; problem.bias != nullptr && c < bias_.size(); ++c) {
      bias_[c] = problem.bias->data<float>()[c] / scales_[c];
    }
    pack(problem.weights->data<std::int8_t>());
  }

  void execute(const void* src, void* dst) override {
    if (src_.dtype == DType::u8) {
      run(static_cast<const std::uint8_t*>(src), dst);
    } else if (src_.dtype == DType::s8) {
      run(static_cast<const std::int8_t*>(src), dst);
    } else {
      run(static_cast<const std::int16_t*>(src), dst);
    }
  }

  [[nodiscard]] std::string implementation() const override { return "plain_dense"; }

 private:
  /// [O, I] -> [blocks, I, block], so that the innermost loop runs over outputs.
  void pack(std::span<const std::int8_t> weights) {
    const std::int64_t blocks = (outputs_ + block - 1) / block;
    weights_.assign(static_cast<std::size_t>(blocks * inputs_ * block), 0);
    for (std::int64_t o = 0; o < outputs_; ++o) {
      for (std::int64_t i = 0; i < inputs_; ++i) {
        weights_[static_cast<std::size_t>((o / block * inputs_ + i) * block + o % block)] =
            weights[static_cast<std::size_t>(o * inputs_ + i)];
      }
    }
  }

  template <typename Src>
  void run(const Src* src, void* dst) const {
    const std::int64_t blocks = (outputs_ + block - 1) / block;
#pragma omp parallel for num_threads(team_size()) collapse(2) schedule(static)
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t b = 0; b < blocks; ++b) {
        std::array<std::int32_t, static_cast<std::size_t>(block)> sums{};
        const std::int8_t* weights = weights_.data() + b * inputs_ * block;
        for (std::int64_t i = 0; i < inputs_; ++i) {
          const std::int32_t value =
              static_cast<std::int32_t>(src[row * inputs_ + i]) - src_.zero_point;
          for (std::int64_t o = 0; o < block; ++o) {
            sums[static_cast<std::size_t>(o)] += value * weights[i * block + o];
          }
        }
        store(sums, row, b, dst);
      }
    }
  }

  template <typename Sums>
  void store(const Sums& sums, std::int64_t row, std::int64_t b, void* dst) const {
    const std::int64_t last = std::min(outputs_, (b + 1) * block);
    for (std::int64_t o = b * block; o < last; ++o) {
      const auto c = static_cast<std::size_t>(o);
      const float y =
          (static_cast<float>(sums[static_cast<std::size_t>(o - b * block)]) + bias_[c]) *
          scales_[c];
      store_epilogue(epilogue_, epilogue_value(epilogue_, y, c),
                     static_cast<std::size_t>(row * outputs_ + o), dst);
    }
  }

  Epilogue epilogue_;
  QuantParams src_;
  std::int64_t rows_;
  std::int64_t inputs_;
  std::int64_t outputs_;
  std::vector<float> scales_;
  std::vector<float> bias_;
  std::vector<std::int8_t> weights_;
};

}  // namespace

std::unique_ptr<LayerKernel> make_plain_dense(const LayerProblem& problem) {
  CALOQUANT_EXPECT(std::holds_alternative<Dense>(problem.op) && problem.quant != nullptr);
  CALOQUANT_EXPECT(problem.dst_dtype != DType::s32);
  CALOQUANT_EXPECT(!problem.epilogue.dst || size_of(problem.epilogue.dst->dtype) == 1);
  require_exact_sums("layer '" + problem.name + "'", *problem.weights, problem.quant->src);
  return std::make_unique<PlainDense>(problem);
}

}  // namespace caloquant
