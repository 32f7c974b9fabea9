#include "ops/reference/reference.hpp"

#include "ops/core/overloaded.hpp"

namespace caloquant {
namespace {

using Inputs = std::span<const Tensor* const>;

const Tensor* optional_input(Inputs inputs, std::size_t index) {
  return index < inputs.size() ? inputs[index] : nullptr;
}

}  // namespace

Tensor reference_op(const Op& op, Inputs inputs) {
  CALOQUANT_EXPECT(!inputs.empty());
  const Tensor& src = *inputs[0];
  return std::visit(
      Overloaded{
          [&](const Dense&) { return reference_dense(src, *inputs[1], optional_input(inputs, 2)); },
          [&](const Conv& conv) {
            return reference_conv(conv, src, *inputs[1], optional_input(inputs, 2));
          },
          [&](const UpsampleNearest& upsample) { return reference_upsample(upsample, src); },
          [&](const DepthToSpace& move) { return reference_depth_to_space(move, src); },
          [&](const Pad& pad) { return reference_pad(pad, src); },
          [&](const Pool& pool) { return reference_pool(pool, src); },
          [&](const BatchNorm& norm) {
            return reference_batch_norm(norm, src, *inputs[1], *inputs[2], *inputs[3], *inputs[4]);
          },
          [&](const Affine&) { return reference_affine(src, *inputs[1], *inputs[2]); },
          [&](const Eltwise& eltwise) { return reference_eltwise(eltwise, src); },
          [&](const Extremum& extremum) { return reference_extremum(extremum, inputs); },
          [&](const Softmax& softmax) { return reference_softmax(softmax, src); },
          [&](const Add&) { return reference_add(inputs); },
          [&](const Concat& concat) { return reference_concat(concat, inputs); },
          [&](const Reshape& reshape) { return reference_reshape(reshape, src); },
          [&](const Transpose& transpose) { return reference_transpose(transpose, src); },
          [&](const Identity&) { return src; },
      },
      op);
}

}  // namespace caloquant
