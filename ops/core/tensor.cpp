#include "ops/core/tensor.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace caloquant {
namespace {

constexpr std::align_val_t alignment{64};

std::byte* allocate(std::size_t bytes) {
  return static_cast<std::byte*>(::operator new[](std::max<std::size_t>(bytes, 1), alignment));
}

}  // namespace

void Tensor::Free::operator()(std::byte* memory) const noexcept {
  ::operator delete[](memory, alignment);
}

Tensor::Tensor(DType dtype, Shape shape)
    : dtype_(dtype), shape_(std::move(shape)), size_(element_count(shape_)) {
  data_.reset(allocate(bytes()));
  std::memset(data_.get(), 0, bytes());
}

Tensor::Tensor(const Tensor& other)
    : dtype_(other.dtype_), shape_(other.shape_), size_(other.size_) {
  if (other.data_) {
    data_.reset(allocate(bytes()));
    std::memcpy(data_.get(), other.data_.get(), bytes());
  }
}

Tensor& Tensor::operator=(const Tensor& other) {
  if (this != &other) {
    Tensor copy(other);
    *this = std::move(copy);
  }
  return *this;
}

void Tensor::reshape(Shape shape) {
  CALOQUANT_EXPECT(element_count(shape) == size_);
  shape_ = std::move(shape);
}

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * shape[i];
  }
  return strides;
}

}  // namespace caloquant
