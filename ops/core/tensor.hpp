#pragma once

#include <caloquant/types.hpp>
#include <cstddef>
#include <memory>
#include <span>

#include "ops/core/check.hpp"

namespace caloquant {

template <typename T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::f64;
};
template <>
struct DTypeOf<std::int8_t> {
  static constexpr DType value = DType::s8;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<std::int16_t> {
  static constexpr DType value = DType::s16;
};
/// The upper half of an f32.
struct BFloat16 {
  std::uint16_t bits = 0;
};
template <>
struct DTypeOf<BFloat16> {
  static constexpr DType value = DType::bf16;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr DType value = DType::s32;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr DType value = DType::s64;
};

/// Owning, dense, row-major, 64-byte aligned, zero-initialised. Copies are deep; graph constants
/// are shared as `std::shared_ptr<const Tensor>`.
class Tensor {
 public:
  Tensor() = default;
  Tensor(DType dtype, Shape shape);
  template <typename T>
  static Tensor of(Shape shape, std::span<const T> values) {
    Tensor tensor(DTypeOf<T>::value, std::move(shape));
    CALOQUANT_EXPECT(tensor.data<T>().size() == values.size());
    std::copy(values.begin(), values.end(), tensor.data<T>().begin());
    return tensor;
  }

  Tensor(const Tensor& other);
  Tensor& operator=(const Tensor& other);
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;
  ~Tensor() = default;

  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const {
    return static_cast<std::size_t>(size_) * size_of(dtype_);
  }
  [[nodiscard]] std::byte* raw() { return data_.get(); }
  [[nodiscard]] const std::byte* raw() const { return data_.get(); }

  template <typename T>
  [[nodiscard]] std::span<T> data() {
    CALOQUANT_EXPECT(dtype_ == DTypeOf<T>::value);
    return {reinterpret_cast<T*>(data_.get()), static_cast<std::size_t>(size_)};
  }
  template <typename T>
  [[nodiscard]] std::span<const T> data() const {
    CALOQUANT_EXPECT(dtype_ == DTypeOf<T>::value);
    return {reinterpret_cast<const T*>(data_.get()), static_cast<std::size_t>(size_)};
  }

  /// The same elements under another shape with as many elements.
  void reshape(Shape shape);

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept;
  };
  DType dtype_ = DType::f32;
  Shape shape_{0};
  std::int64_t size_ = 0;
  std::unique_ptr<std::byte[], Free> data_;
};

/// Row-major strides in elements.
[[nodiscard]] Shape row_major_strides(const Shape& shape);

}  // namespace caloquant
