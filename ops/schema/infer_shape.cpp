#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <numeric>

#include "ops/core/counted.hpp"
#include "ops/core/overloaded.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

/// The inputs of one node and its place, for messages.
class Context {
 public:
  Context(const std::vector<Shape>& inputs, const std::string& where)
      : inputs_(inputs), where_(where) {}

  [[noreturn]] void fail(const std::string& problem) const { throw ModelError(where_, problem); }
  void require(bool condition, const std::string& problem) const {
    if (!condition) {
      fail(problem);
    }
  }
  /// Products of extents must fit: a hostile file claims what it likes.
  void require_sane(const Shape& shape, const char* what) const {
    constexpr std::int64_t most = std::int64_t{1} << 40;  // elements of an event
    std::int64_t size = 1;
    for (std::size_t axis = 1; axis < shape.size(); ++axis) {
      require(shape[axis] >= 0 && (shape[axis] == 0 || size <= most / shape[axis]),
              std::string(what) + " is too large: " + to_string(shape));
      size *= shape[axis];
    }
  }
  [[nodiscard]] const Shape& input(std::size_t index) const {
    require(index < inputs_.size(), "needs at least " + counted(index + 1, "input") + ", has " +
                                        std::to_string(inputs_.size()));
    return inputs_[index];
  }
  [[nodiscard]] std::size_t count() const { return inputs_.size(); }

  /// src as [N, C, spatial...] and the number of spatial axes, which every attribute must have.
  std::size_t spatial_axes(std::initializer_list<const Shape*> attributes) const {
    const Shape& src = input(0);
    require(src.size() >= 3 && src.size() <= 5,
            "needs src [N, C, 1 to 3 spatial axes], has " + to_string(src));
    const std::size_t axes = src.size() - 2;
    for (const Shape* attribute : attributes) {
      require(attribute->size() == axes,
              "has an attribute with " + counted(attribute->size(), "entry", "entries") + " for " +
                  counted(axes, "spatial axis", "spatial axes"));
    }
    return axes;
  }

  void require_vector(std::size_t index, std::int64_t extent, const char* name) const {
    require(input(index) == Shape{extent}, std::string(name) + " must be [" +
                                               std::to_string(extent) + "], is " +
                                               to_string(input(index)));
  }

 private:
  const std::vector<Shape>& inputs_;
  const std::string& where_;
};

void require_all(const Context& context, const Shape& values, std::int64_t least,
                 const char* name) {
  context.require(std::all_of(values.begin(), values.end(), [&](auto v) { return v >= least; }),
                  std::string(name) + " must be at least " + std::to_string(least) + ", are " +
                      to_string(values));
}

std::int64_t window_extent(const Context& context, std::int64_t src, std::int64_t kernel,
                           std::int64_t stride, std::int64_t dilation, std::int64_t pads) {
  const std::int64_t reach = (kernel - 1) * dilation + 1;
  context.require(src + pads >= reach, "the kernel reaches over " + counted(reach, "cell") +
                                           ", the padded src has " + std::to_string(src + pads));
  return (src + pads - reach) / stride + 1;
}

Shape shape_of(const Dense&, const Context& context) {
  Shape dst = context.input(0);
  const Shape& weights = context.input(1);
  context.require(weights.size() == 2, "weights must be [O, I], are " + to_string(weights));
  context.require(dst.size() >= 2 && dst.back() == weights[1],
                  "weights " + to_string(weights) + " do not fit src " + to_string(dst));
  if (context.count() > 2) {
    context.require_vector(2, weights[0], "bias");
  }
  dst.back() = weights[0];
  return dst;
}

Shape shape_of(const Conv& conv, const Context& context) {
  const std::size_t axes =
      context.spatial_axes({&conv.strides, &conv.dilations, &conv.pads_begin, &conv.pads_end});
  const Shape& src = context.input(0);
  const Shape& weights = context.input(1);
  context.require(weights.size() == axes + 2,
                  "weights " + to_string(weights) + " do not fit src " + to_string(src));
  require_all(context, conv.strides, 1, "strides");
  require_all(context, conv.dilations, 1, "dilations");
  require_all(context, conv.pads_begin, 0, "pads");
  require_all(context, conv.pads_end, 0, "pads");
  require_all(context, weights, 1, "extents of the weights");
  context.require(
      conv.groups >= 1 && weights[1] * conv.groups == src[1] && weights[0] % conv.groups == 0,
      "weights " + to_string(weights) + " in " + counted(conv.groups, "group") +
          " do not fit src " + to_string(src));
  if (context.count() > 2) {
    context.require_vector(2, weights[0], "bias");
  }
  Shape dst{src[0], weights[0]};
  for (std::size_t i = 0; i < axes; ++i) {
    dst.push_back(window_extent(context, src[i + 2], weights[i + 2], conv.strides[i],
                                conv.dilations[i], conv.pads_begin[i] + conv.pads_end[i]));
  }
  return dst;
}

Shape shape_of(const UpsampleNearest& upsample, const Context& context) {
  const std::size_t axes = context.spatial_axes({&upsample.factors});
  require_all(context, upsample.factors, 1, "factors");
  Shape dst = context.input(0);
  for (std::size_t i = 0; i < axes; ++i) {
    dst[i + 2] *= upsample.factors[i];
  }
  return dst;
}

Shape shape_of(const DepthToSpace& move, const Context& context) {
  const std::size_t axes = context.spatial_axes({&move.factors, &move.crop_end});
  require_all(context, move.factors, 1, "factors");
  require_all(context, move.crop_end, 0, "crops");
  Shape dst = context.input(0);
  for (std::size_t i = 0; i < axes; ++i) {
    context.require(dst[1] % move.factors[i] == 0,
                    counted(context.input(0)[1], "channel") +
                        " are no multiple of the product of factors " + to_string(move.factors));
    dst[1] /= move.factors[i];
    context.require(move.crop_end[i] < move.factors[i], "crops " + to_string(move.crop_end) +
                                                            " must be smaller than factors " +
                                                            to_string(move.factors));
    dst[i + 2] = dst[i + 2] * move.factors[i] - move.crop_end[i];
  }
  return dst;
}

Shape shape_of(const Pad& pad, const Context& context) {
  Shape dst = context.input(0);
  context.require(pad.begin.size() == dst.size() && pad.end.size() == dst.size(),
                  "padding needs one entry per axis of src " + to_string(dst));
  require_all(context, pad.begin, 0, "pads");
  require_all(context, pad.end, 0, "pads");
  context.require(pad.begin.front() == 0 && pad.end.front() == 0, "the batch cannot be padded");
  for (std::size_t i = 1; i < dst.size(); ++i) {
    dst[i] += pad.begin[i] + pad.end[i];
  }
  return dst;
}

Shape shape_of(const Pool& pool, const Context& context) {
  const std::size_t axes =
      context.spatial_axes({&pool.kernel, &pool.strides, &pool.pads_begin, &pool.pads_end});
  require_all(context, pool.kernel, 1, "kernel extents");
  require_all(context, pool.strides, 1, "strides");
  Shape dst = context.input(0);
  for (std::size_t i = 0; i < axes; ++i) {
    context.require(pool.pads_begin[i] >= 0 && pool.pads_begin[i] < pool.kernel[i] &&
                        pool.pads_end[i] >= 0 && pool.pads_end[i] < pool.kernel[i],
                    "pooling pads must be smaller than the kernel");
    dst[i + 2] = window_extent(context, dst[i + 2], pool.kernel[i], pool.strides[i], 1,
                               pool.pads_begin[i] + pool.pads_end[i]);
  }
  return dst;
}

Shape channel_wise(const Context& context, std::initializer_list<const char*> vectors) {
  const Shape& src = context.input(0);
  context.require(src.size() >= 2, "needs a channel axis 1, src is " + to_string(src));
  std::size_t index = 1;
  for (const char* name : vectors) {
    context.require_vector(index++, src[1], name);
  }
  return src;
}

Shape shape_of(const Concat& concat, const Context& context) {
  Shape dst = context.input(0);
  context.require(
      concat.axis >= 1 && concat.axis < static_cast<std::int64_t>(dst.size()),
      "cannot concatenate " + to_string(dst) + " along axis " + std::to_string(concat.axis));
  const auto axis = static_cast<std::size_t>(concat.axis);
  for (std::size_t i = 1; i < context.count(); ++i) {
    Shape next = context.input(i);
    context.require(next.size() == dst.size(),
                    "cannot concatenate " + to_string(dst) + " and " + to_string(next));
    const std::int64_t extent = next[axis];
    next[axis] = dst[axis];
    context.require(next == dst,
                    "cannot concatenate " + to_string(dst) + " and " + to_string(context.input(i)));
    dst[axis] += extent;
  }
  return dst;
}

std::int64_t elements_per_sample(const Shape& shape) {
  return std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
}

Shape shape_of(const Reshape& reshape, const Context& context) {
  const Shape& src = context.input(0);
  context.require(!reshape.dims.empty() && reshape.dims.front() == dynamic,
                  "the first axis of a reshape must be the batch");
  Shape dst = reshape.dims;
  require_all(context, Shape(dst.begin() + 1, dst.end()), 1, "extents");
  context.require(elements_per_sample(src) == elements_per_sample(dst),
                  "cannot reshape " + to_string(src) + " to " + to_string(dst));
  dst.front() = src.front();
  return dst;
}

Shape shape_of(const Transpose& transpose, const Context& context) {
  const Shape& src = context.input(0);
  Shape sorted = transpose.permutation;
  std::sort(sorted.begin(), sorted.end());
  Shape expected(src.size());
  std::iota(expected.begin(), expected.end(), 0);
  context.require(sorted == expected, "permutation " + to_string(transpose.permutation) +
                                          " does not fit src " + to_string(src));
  Shape dst;
  for (const std::int64_t axis : transpose.permutation) {
    dst.push_back(src[static_cast<std::size_t>(axis)]);
  }
  return dst;
}

/// Of the numbers of a function only the bounds of clip may be infinite; none may be NaN.
Shape shape_of(const Eltwise& function, const Context& context) {
  const bool clips = function.kind == EltwiseKind::clip;
  for (const float number : {function.alpha, function.beta}) {
    context.require(
        clips ? !std::isnan(number) : std::isfinite(number),
        std::string(name_of(function.kind)) + " has a parameter of " + std::to_string(number));
  }
  context.require(!clips || function.alpha <= function.beta,
                  "clip has the bounds " + std::to_string(function.alpha) + " and " +
                      std::to_string(function.beta) + ", the lower one comes first");
  return context.input(0);
}

Shape shape_of(const Extremum& extremum, const Context& context) {
  const Shape& src = context.input(0);
  for (std::size_t i = 1; i < context.count(); ++i) {
    const Shape& other = context.input(i);
    context.require(other == src || (src.size() >= 2 && other == Shape{src[1]}),
                    "cannot take the " + std::string(name_of(extremum)) + " of " + to_string(src) +
                        " and " + to_string(other));
  }
  return src;
}

Shape same_shapes(const Context& context) {
  for (std::size_t i = 1; i < context.count(); ++i) {
    context.require(
        context.input(i) == context.input(0),
        "cannot add " + to_string(context.input(0)) + " and " + to_string(context.input(i)));
  }
  return context.input(0);
}

Shape shape_of(const Softmax& softmax, const Context& context) {
  const auto rank = static_cast<std::int64_t>(context.input(0).size());
  context.require(softmax.axis >= 1 && softmax.axis < rank, "softmax needs an axis of src");
  return context.input(0);
}

}  // namespace

Shape infer_shape(const Op& op, const std::vector<Shape>& inputs, const std::string& where) {
  const Context context(inputs, where);
  for (const Shape& input : inputs) {
    context.require_sane(input, "an input");
  }
  Shape dst = std::visit(Overloaded{
                             [&](const BatchNorm&) {
                               return channel_wise(context, {"gamma", "beta", "mean", "variance"});
                             },
                             [&](const Affine&) {
                               return channel_wise(context, {"mul", "add"});
                             },
                             [&](const Identity&) { return context.input(0); },
                             [&](const Add&) { return same_shapes(context); },
                             [&](const auto& other) { return shape_of(other, context); },
                         },
                         op);
  context.require_sane(dst, "its output");
  return dst;
}

std::int64_t macs_per_sample(const Op& op, const std::vector<Shape>& inputs, const Shape& dst) {
  if (!is_quantizable(op)) {
    return 0;
  }
  const Shape& weights = inputs.at(1);
  const std::int64_t per_output = elements_per_sample(weights);
  return elements_per_sample(dst) * per_output;
}

}  // namespace caloquant
