#include "graph/io/onnx/opinion/probes.hpp"

#include <algorithm>
#include <cmath>

#include "ops/core/philox.hpp"

namespace caloquant::onnx {
namespace {

constexpr std::uint64_t probe_seed = 12;

void fill_extreme(std::uint64_t event, std::span<float> row) {
  philox::Stream stream(probe_seed, event);
  for (float& value : row) {
    const double magnitude = std::pow(10.0, -6.0 + 9.0 * stream.uniform());
    value = static_cast<float>((stream.word() & 1U) == 0 ? magnitude : -magnitude);
  }
}

}  // namespace

std::int64_t fixed_batch(const Model& model) {
  for (const ValueInfo& input : model.inputs) {
    if (!input.dims.empty() && input.dims.front() != dynamic) {
      return input.dims.front();
    }
  }
  return 0;
}

Probes seeded_probes(const Model& model, std::int64_t batch) {
  Probes probes;
  std::uint64_t event = 0;
  for (const ValueInfo& input : model.inputs) {
    Shape dims = input.dims;
    dims.front() = batch;
    Array array(ElementType::f32, dims);
    const auto values = array.data<float>();
    const std::size_t size =
        values.size() / static_cast<std::size_t>(std::max<std::int64_t>(1, batch));
    for (std::size_t row = 0; row < static_cast<std::size_t>(batch); ++row, ++event) {
      const std::span<float> to = values.subspan(row * size, size);
      row % 2 == 0 ? philox::fill_normal(probe_seed, event, to) : fill_extreme(event, to);
    }
    probes.push_back(std::move(array));
  }
  return probes;
}

}  // namespace caloquant::onnx
