#include "ops/kernels/direct/dense_layer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/core/thread_count.hpp"
#include "ops/reference/reference.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class DirectDense : public testing::PropertyTest {
 protected:
  Tensor random_tensor(Shape shape) {
    Tensor tensor(DType::f32, std::move(shape));
    for (float& value : tensor.data<float>()) {
      value = testing::uniform(random, -1.0F, 1.0F);
    }
    return tensor;
  }
};

TEST_F(DirectDense, EqualsTheReferenceInRowsOfTheirOwn) {
  for (const Isa isa : runnable_isas()) {
    for (const std::int64_t outputs : {1, 7, 64, 131}) {
      const std::int64_t inputs = testing::uniform_int(random, 1, 90);
      const Tensor src = random_tensor({9, inputs});
      const Tensor weights = random_tensor({outputs, inputs});
      const Tensor bias = random_tensor({outputs});
      const Tensor expected = reference_dense(src, weights, &bias);
      const auto compute = [&](std::int64_t first, std::int64_t rows, int threads) {
        const ThreadCount team(threads);
        LayerProblem problem{"dense",  Dense{}, {rows, inputs}, {rows, outputs},
                             &weights, &bias,   nullptr,        {}};
        Tensor dst(DType::f32, {rows, outputs});
        const auto layer = make_direct_dense(problem, isa);
        EXPECT_EQ(layer->implementation(), "direct_dense:" + std::string(name_of(isa)));
        layer->execute(src.data<float>().data() + first * inputs, dst.raw());
        return dst;
      };
      const Tensor all = compute(0, 9, 3);
      for (std::size_t i = 0; i < all.data<float>().size(); ++i) {
        // At most 90 products below 1 in f32 and a bias: (90 + 1) roundings of a sum below 91.
        ASSERT_NEAR(all.data<float>()[i], expected.data<float>()[i], 91.0F * 91.0F * 0x1p-24F);
      }
      for (const std::int64_t rows : {1, 2, 3, 5}) {
        const Tensor some = compute(2, rows, 1);
        for (std::size_t i = 0; i < some.data<float>().size(); ++i) {
          ASSERT_EQ(some.data<float>()[i],
                    all.data<float>()[i + static_cast<std::size_t>(2 * outputs)])
              << rows << " rows";
        }
      }
    }
  }
}

}  // namespace
}  // namespace caloquant
