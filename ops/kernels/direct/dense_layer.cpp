#include "ops/kernels/direct/dense_layer.hpp"

#include <algorithm>
#include <vector>

#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/kernels.hpp"
#include "ops/kernels/epilogue_value.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t widest = 64;  // columns of a tile of any instruction set

class DirectDense : public LayerKernel {
 public:
  DirectDense(const LayerProblem& problem, Isa isa)
      : isa_(isa),
        kernels_(direct::kernels_of(isa, direct::Lane::f32)),
        epilogue_(problem.epilogue),
        rows_(problem.src[0]),
        inputs_(problem.src[1]),
        outputs_(problem.dst[1]),
        blocks_((outputs_ + kernels_.dense_width - 1) / kernels_.dense_width) {
    CALOQUANT_EXPECT(kernels_.dense != nullptr && kernels_.dense_width <= widest);
    if (problem.bias != nullptr) {
      const auto bias = problem.bias->data<float>();
      bias_.assign(bias.begin(), bias.end());
    }
    pack(problem.weights->data<float>());
  }

  void execute(const void* src, void* dst) override {
    const auto* values = static_cast<const float*>(src);
    const std::int64_t row_tiles = (rows_ + direct::dense_rows - 1) / direct::dense_rows;
#pragma omp parallel for num_threads(team_size()) schedule(static)
    for (std::int64_t task = 0; task < blocks_ * row_tiles; ++task) {
      const std::int64_t block = task / row_tiles;
      const std::int64_t row = task % row_tiles * direct::dense_rows;
      alignas(64) float sums[direct::dense_rows * widest];
      const direct::DenseTile tile{values + row * inputs_,
                                   inputs_,
                                   std::min(direct::dense_rows, rows_ - row),
                                   inputs_,
                                   weights_.data() + block * inputs_ * kernels_.dense_width,
                                   sums};
      kernels_.dense(tile);
      for (std::int64_t r = 0; r < tile.rows; ++r) {
        store(sums + r * kernels_.dense_width, row + r, block, dst);
      }
    }
  }

  [[nodiscard]] std::string implementation() const override {
    return "direct_dense:" + std::string(name_of(isa_));
  }

 private:
  /// [O, I] -> [blocks, I, columns of a tile].
  void pack(std::span<const float> weights) {
    const std::int64_t width = kernels_.dense_width;
    weights_.assign(static_cast<std::size_t>(blocks_ * inputs_ * width), 0.0F);
    for (std::int64_t o = 0; o < outputs_; ++o) {
      for (std::int64_t i = 0; i < inputs_; ++i) {
        weights_[static_cast<std::size_t>((o / width * inputs_ + i) * width + o % width)] =
            weights[static_cast<std::size_t>(o * inputs_ + i)];
      }
    }
  }

  void store(const float* sums, std::int64_t row, std::int64_t block, void* dst) const {
    const std::int64_t first = block * kernels_.dense_width;
    const std::int64_t last = std::min(outputs_, first + kernels_.dense_width);
    for (std::int64_t o = first; o < last; ++o) {
      const auto c = static_cast<std::size_t>(o);
      const float y = sums[o - first] + (bias_.empty() ? 0.0F : bias_[c]);
      store_epilogue(epilogue_, epilogue_value(epilogue_, y, c),
                     static_cast<std::size_t>(row * outputs_ + o), dst);
    }
  }

  Isa isa_;
  direct::Kernels kernels_;
  Epilogue epilogue_;
  std::int64_t rows_;
  std::int64_t inputs_;
  std::int64_t outputs_;
  std::int64_t blocks_;
  std::vector<float> bias_;
  std::vector<float> weights_;
};

}  // namespace

std::unique_ptr<LayerKernel> make_direct_dense(const LayerProblem& problem, Isa isa) {
  CALOQUANT_EXPECT(std::holds_alternative<Dense>(problem.op) && problem.quant == nullptr);
  CALOQUANT_EXPECT(problem.dst_dtype != DType::s32);
  CALOQUANT_EXPECT(!problem.epilogue.dst || size_of(problem.epilogue.dst->dtype) == 1);
  return std::make_unique<DirectDense>(problem, isa);
}

}  // namespace caloquant
