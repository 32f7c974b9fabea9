#include "calibration/tensors/array_tensors.hpp"

#include <algorithm>
#include <caloquant/error.hpp>

#include "ops/core/check.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {

std::vector<std::string> ArrayTensors::names() const {
  std::vector<std::string> names;
  names.reserve(arrays_.size());
  for (const auto& [name, array] : arrays_) {
    names.push_back(name);
  }
  return names;
}

bool ArrayTensors::has(const std::string& name) const {
  return arrays_.find(name) != arrays_.end();
}

Shape ArrayTensors::shape(const std::string& name) const {
  return arrays_.at(name).shape;
}

void ArrayTensors::read_rows(const std::string& name, std::int64_t first, std::int64_t count,
                             std::span<float> dst) const {
  const ArrayView& array = arrays_.at(name);
  CALOQUANT_EXPECT(first + count <= array.shape.front());
  const std::size_t row = dst.size() / static_cast<std::size_t>(std::max(count, std::int64_t{1}));
  std::ranges::copy(array.values.subspan(static_cast<std::size_t>(first) * row, dst.size()),
                    dst.begin());
}

void ArrayTensors::add(const std::string& name, ArrayView array) {
  const bool sane = !array.shape.empty() &&
                    std::ranges::all_of(array.shape, [](std::int64_t e) { return e >= 0; });
  if (!sane || element_count(array.shape) != std::ssize(array.values)) {
    throw DataError(place(name), "has " + counted(array.values.size(), "value"),
                    "they do not fill the shape " + to_string(array.shape));
  }
  arrays_[name] = std::move(array);
}

}  // namespace caloquant
