#include <algorithm>

#include "ops/reference/reference.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

/// Calls f(position, index) for every element of `shape`, row-major.
template <typename F>
void for_each_index(const Shape& shape, F&& f) {
  Shape index(shape.size(), 0);
  const std::int64_t count = element_count(shape);
  for (std::int64_t position = 0; position < count; ++position) {
    f(static_cast<std::size_t>(position), index);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) {
        break;
      }
      index[axis] = 0;
    }
  }
}

}  // namespace

Tensor reference_upsample(const UpsampleNearest& upsample, const Tensor& src) {
  Tensor result(DType::f32, infer_shape(upsample, {src.shape()}, "upsample_nearest"));
  const Shape strides = row_major_strides(src.shape());
  const auto from = src.data<float>();
  const auto to = result.data<float>();
  for_each_index(result.shape(), [&](std::size_t position, const Shape& index) {
    std::int64_t source = index[0] * strides[0] + index[1] * strides[1];
    for (std::size_t axis = 2; axis < index.size(); ++axis) {
      source += index[axis] / upsample.factors[axis - 2] * strides[axis];
    }
    to[position] = from[static_cast<std::size_t>(source)];
  });
  return result;
}

Tensor reference_depth_to_space(const DepthToSpace& move, const Tensor& src) {
  Tensor result(DType::f32, infer_shape(move, {src.shape()}, "depth_to_space"));
  const Shape strides = row_major_strides(src.shape());
  const std::int64_t channels = result.shape()[1];
  const auto from = src.data<float>();
  const auto to = result.data<float>();
  for_each_index(result.shape(), [&](std::size_t position, const Shape& index) {
    std::int64_t source = index[0] * strides[0];
    std::int64_t phase = 0;
    for (std::size_t axis = 2; axis < index.size(); ++axis) {
      const std::int64_t factor = move.factors[axis - 2];
      phase = phase * factor + index[axis] % factor;
      source += index[axis] / factor * strides[axis];
    }
    source += (phase * channels + index[1]) * strides[1];
    to[position] = from[static_cast<std::size_t>(source)];
  });
  return result;
}

Tensor reference_pad(const Pad& pad, const Tensor& src) {
  Tensor result(DType::f32, infer_shape(pad, {src.shape()}, "pad"));
  const Shape strides = row_major_strides(result.shape());
  const auto from = src.data<float>();
  const auto to = result.data<float>();
  for_each_index(src.shape(), [&](std::size_t position, const Shape& index) {
    std::int64_t target = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      target += (index[axis] + pad.begin[axis]) * strides[axis];
    }
    to[static_cast<std::size_t>(target)] = from[position];
  });
  return result;
}

Tensor reference_reshape(const Reshape& reshape, const Tensor& src) {
  Tensor result = src;
  result.reshape(infer_shape(reshape, {src.shape()}, "reshape"));
  return result;
}

Tensor reference_transpose(const Transpose& transpose, const Tensor& src) {
  Tensor result(DType::f32, infer_shape(transpose, {src.shape()}, "transpose"));
  const Shape strides = row_major_strides(src.shape());
  const auto from = src.data<float>();
  const auto to = result.data<float>();
  for_each_index(result.shape(), [&](std::size_t position, const Shape& index) {
    std::int64_t source = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      source += index[axis] * strides[static_cast<std::size_t>(transpose.permutation[axis])];
    }
    to[position] = from[static_cast<std::size_t>(source)];
  });
  return result;
}

Tensor reference_concat(const Concat& concat, std::span<const Tensor* const> inputs) {
  std::vector<Shape> shapes;
  for (const Tensor* input : inputs) {
    shapes.push_back(input->shape());
  }
  Tensor result(DType::f32, infer_shape(concat, shapes, "concat"));
  const auto axis = static_cast<std::size_t>(concat.axis);
  const Shape strides = row_major_strides(result.shape());
  const std::int64_t dst_block = strides[axis] * result.shape()[axis];
  float* to = result.data<float>().data();
  for (const Tensor* input : inputs) {
    const float* from = input->data<float>().data();
    const std::int64_t block = strides[axis] * input->shape()[axis];
    for (std::int64_t i = 0; block > 0 && i < input->size() / block; ++i) {
      std::copy(from + i * block, from + (i + 1) * block, to + i * dst_block);
    }
    to += block;
  }
  return result;
}

}  // namespace caloquant
