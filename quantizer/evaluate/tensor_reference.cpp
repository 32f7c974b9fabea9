#include "quantizer/evaluate/tensor_reference.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace caloquant {

void BatchSample::add(std::int64_t /*first*/, std::int64_t /*count*/,
                      std::span<const std::span<const float>> outputs) {
  outputs_.resize(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs_[i].assign(outputs[i].begin(), outputs[i].end());
  }
}

TensorReferences::TensorReferences(std::vector<std::size_t> elements, std::int64_t events,
                                   std::size_t most)
    : elements_(std::move(elements)), events_(events), most_(most) {}

bool TensorReferences::fits() const {
  const std::size_t each = std::accumulate(elements_.begin(), elements_.end(), std::size_t{0});
  return each * sizeof(float) <= most_ / static_cast<std::size_t>(events_);
}

void TensorReferences::keep(std::int64_t first, std::int64_t count,
                            std::span<const std::span<const float>> outputs) {
  kept_.resize(elements_.size());
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    kept_[i].resize(elements_[i] * static_cast<std::size_t>(events_));
    std::ranges::copy(outputs[i].first(elements_[i] * static_cast<std::size_t>(count)),
                      kept_[i].begin() + static_cast<std::ptrdiff_t>(
                                             elements_[i] * static_cast<std::size_t>(first)));
  }
}

std::vector<std::span<const float>> TensorReferences::batch(
    std::int64_t first, std::int64_t count, const BatchSample* fp32_outputs,
    const TargetSource* targets, std::int64_t origin, std::vector<std::vector<float>>& room) const {
  std::vector<std::span<const float>> references;
  room.resize(elements_.size());
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    const std::size_t size = elements_[i] * static_cast<std::size_t>(count);
    if (!kept_.empty()) {
      references.push_back(
          std::span(kept_[i]).subspan(elements_[i] * static_cast<std::size_t>(first), size));
    } else if (fp32_outputs != nullptr) {
      references.push_back(std::span(fp32_outputs->outputs()[i]).first(size));
    } else {
      CALOQUANT_EXPECT(targets != nullptr);
      room[i].resize(size);
      targets->read(i, origin + first, count, room[i]);
      references.emplace_back(room[i]);
    }
  }
  return references;
}

}  // namespace caloquant
