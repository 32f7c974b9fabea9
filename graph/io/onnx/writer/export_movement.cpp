// Operators that move, repeat, join or pool cells.

#include <algorithm>

#include "graph/io/onnx/writer/export.hpp"
#include "ops/core/overloaded.hpp"

namespace caloquant::onnx {
namespace {

Shape joined(Shape first, const Shape& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

class Movement {
 public:
  Movement(Export& out, const Node& node)
      : out_(out), node_(node), src_(out.name(node.inputs[0])), dst_(out.name(node.output)) {}

  void operator()(const UpsampleNearest& op) const {
    std::vector<float> scales{1.0F, 1.0F};
    for (const std::int64_t factor : op.factors) {
      scales.push_back(static_cast<float>(factor));
    }
    const std::string factors = out_.numbers(node_.name + "/scales", scales);
    add("Resize", {src_, "", factors},
        {text_attribute("coordinate_transformation_mode", "asymmetric"),
         text_attribute("mode", "nearest"), text_attribute("nearest_mode", "floor")});
  }

  void operator()(const Pad& op) const {
    add("Pad", {src_, out_.list(node_.name + "/pads", joined(op.begin, op.end))}, {});
  }

  void operator()(const Pool& op) const {
    add(op.kind == PoolKind::max ? "MaxPool" : "AveragePool", {src_},
        {integers_attribute("kernel_shape", op.kernel),
         integers_attribute("pads", joined(op.pads_begin, op.pads_end)),
         integers_attribute("strides", op.strides)});
  }

  void operator()(const Reshape& op) const {
    add("Reshape", {src_, out_.list(node_.name + "/shape", op.dims)}, {});
  }

  void operator()(const Transpose& op) const {
    add("Transpose", {src_}, {integers_attribute("perm", op.permutation)});
  }

  void operator()(const Concat& op) const {
    std::vector<std::string> inputs;
    for (const ValueId input : node_.inputs) {
      inputs.push_back(out_.name(input));
    }
    add("Concat", inputs, {integer_attribute("axis", op.axis)});
  }

  void operator()(const Identity&) const { add("Identity", {src_}, {}); }

  /// [N, f..., C, s...] -> [N, C, s0, f0, s1, f1, ...], then cut.
  void operator()(const DepthToSpace& op) const {
    const Shape& src = out_.graph().value(node_.inputs[0]).shape;
    const Shape& dst = out_.graph().value(node_.output).shape;
    const auto axes = static_cast<std::int64_t>(op.factors.size());
    Shape wide{-1};
    wide = joined(joined(wide, op.factors), {dst[1]});
    wide.insert(wide.end(), src.begin() + 2, src.end());
    Shape order{0, axes + 1};
    Shape merged{-1, dst[1]};
    for (std::int64_t i = 0; i < axes; ++i) {
      order.push_back(axes + 2 + i);
      order.push_back(1 + i);
      merged.push_back(src[static_cast<std::size_t>(i) + 2] *
                       op.factors[static_cast<std::size_t>(i)]);
    }
    const std::string split = step("Reshape", "/split", {src_, list("/split_shape", wide)}, {});
    const std::string moved =
        step("Transpose", "/move", {split}, {integers_attribute("perm", order)});
    const bool cut = std::any_of(op.crop_end.begin(), op.crop_end.end(),
                                 [](std::int64_t crop) { return crop > 0; });
    const std::vector<std::string> inputs{moved, list("/shape", merged)};
    if (!cut) {
      add("Reshape", inputs, {});
      return;
    }
    const std::string large = step("Reshape", "/large", inputs, {});
    Shape axis_numbers;
    for (std::int64_t i = 0; i < axes; ++i) {
      axis_numbers.push_back(i + 2);
    }
    add("Slice",
        {large, list("/starts", Shape(op.factors.size(), 0)),
         list("/ends", {dst.begin() + 2, dst.end()}), list("/axes", axis_numbers)},
        {});
  }

  template <typename Other>
  void operator()(const Other&) const {
    CALOQUANT_EXPECT(false);
  }

 private:
  void add(const std::string& op, const std::vector<std::string>& inputs,
           std::vector<Attribute> attributes) const {
    out_.node(op, node_.name, inputs, dst_).attributes = std::move(attributes);
  }
  [[nodiscard]] std::string step(const std::string& op, const std::string& suffix,
                                 const std::vector<std::string>& inputs,
                                 std::vector<Attribute> attributes) const {
    std::string name = out_.unique(node_.name + suffix);
    out_.node(op, name, inputs, name).attributes = std::move(attributes);
    return name;
  }
  [[nodiscard]] std::string list(const std::string& suffix, const Shape& values) const {
    return out_.list(node_.name + suffix, values);
  }

  Export& out_;
  const Node& node_;
  std::string src_;
  std::string dst_;
};

}  // namespace

void export_movement(Export& out, const Node& node) {
  std::visit(Movement(out, node), node.op);
}

}  // namespace caloquant::onnx
