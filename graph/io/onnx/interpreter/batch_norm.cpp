// BatchNormalization at inference.

#include <cmath>

#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {

Results batch_normalization(const Call& call) {
  call.require(call.output_count() == 1, "has the outputs of training mode");
  const Array& src = call.input(0);
  call.require(src.rank() >= 2, "needs src [N, C, ...], has " + describe(src));
  const std::int64_t channels = src.dims()[1];
  std::vector<std::vector<double>> vectors;
  for (std::size_t i = 1; i <= 4; ++i) {
    const Array& vector = call.input(i);
    call.require(vector.dims() == Shape{channels}, "has input " + std::to_string(i) + " of " +
                                                       describe(vector) + " for " +
                                                       counted(channels, "channel"));
    vectors.push_back(to_doubles(call, vector));
  }
  const double epsilon = call.number("epsilon", static_cast<double>(1e-5F));
  std::vector<double> values = to_doubles(call, src);
  const std::size_t cells =
      channels == 0 || src.dims()[0] == 0
          ? 1
          : values.size() / static_cast<std::size_t>(channels * src.dims()[0]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i / cells % static_cast<std::size_t>(channels);
    values[i] = vectors[0][c] * (values[i] - vectors[2][c]) / std::sqrt(vectors[3][c] + epsilon) +
                vectors[1][c];
  }
  return {from_doubles(call, src.type(), src.dims(), values)};
}

}  // namespace caloquant::onnx
