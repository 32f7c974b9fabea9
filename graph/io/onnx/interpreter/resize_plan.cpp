#include "graph/io/onnx/interpreter/resize_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "graph/io/onnx/interpreter/visit.hpp"

namespace caloquant::onnx {
namespace {

constexpr std::int64_t most_cells = std::int64_t{1} << 31;

/// `text` when it is one of the known.
std::string one_of(const Call& call, const char* name, const std::string& text,
                   std::initializer_list<const char*> known) {
  const bool found = std::any_of(known.begin(), known.end(),
                                 [&](const char* candidate) { return text == candidate; });
  call.require(found, std::string("has the unsupported ") + name + " '" + printable(text) + "'");
  return text;
}

std::vector<ResizeAxis> kept_axes(const Shape& src) {
  std::vector<ResizeAxis> axes;
  for (const std::int64_t extent : src) {
    axes.push_back({extent, extent, 1.0, static_cast<double>(extent), 0.0, 1.0});
  }
  return axes;
}

void set_scale(const Call& call, ResizeAxis& axis, double scale) {
  call.require(scale > 0.0 && scale <= static_cast<double>(most_cells) && axis.src <= most_cells,
               "has the scale " + std::to_string(scale));
  axis.scale = scale;
  axis.length = scale * static_cast<double>(axis.src);
  // The product is f32 in the definition: 7/3 in f32 times 3 is 7 there, not a little less.
  axis.dst = static_cast<std::int64_t>(
      std::floor(static_cast<float>(scale) * static_cast<float>(axis.src)));
}

void set_sizes(const Call& call, std::vector<ResizeAxis>& axes,
               const std::vector<std::size_t>& which, const Shape& sizes) {
  const std::string policy =
      one_of(call, "keep_aspect_ratio_policy", call.text("keep_aspect_ratio_policy", "stretch"),
             {"stretch", "not_larger", "not_smaller"});
  double common = policy == "not_larger" ? 1e300 : 0.0;
  for (std::size_t i = 0; i < which.size(); ++i) {
    ResizeAxis& axis = axes[which[i]];
    call.require(sizes[i] >= 0 && sizes[i] <= most_cells && axis.src > 0,
                 "has the size " + std::to_string(sizes[i]));
    axis.dst = sizes[i];
    axis.length = static_cast<double>(sizes[i]);
    axis.scale = axis.length / static_cast<double>(axis.src);
    common = policy == "not_larger" ? std::min(common, axis.scale) : std::max(common, axis.scale);
  }
  if (policy == "stretch") {
    return;
  }
  for (const std::size_t index : which) {
    ResizeAxis& axis = axes[index];
    axis.scale = common;
    axis.length = common * static_cast<double>(axis.src);
    axis.dst = static_cast<std::int64_t>(std::floor(axis.length + 0.5));
  }
}

/// The axes that scales, sizes and roi speak of.
std::vector<std::size_t> named_axes(const Call& call, std::size_t rank) {
  std::vector<std::size_t> which(rank);
  std::iota(which.begin(), which.end(), std::size_t{0});
  if (const auto named = call.integers("axes")) {
    which.clear();
    for (const std::int64_t axis : *named) {
      which.push_back(call.axis(axis, rank));
    }
  }
  return which;
}

/// An optional list input; empty lists count as not given.
std::vector<double> list_input(const Call& call, std::size_t index) {
  const Array* array = call.optional(index);
  return array == nullptr ? std::vector<double>{} : to_doubles(call, *array);
}

void set_roi(const Call& call, ResizePlan& plan, const std::vector<std::size_t>& which) {
  if (plan.coordinates != "tf_crop_and_resize") {
    return;
  }
  const std::vector<double> roi = list_input(call, 1);
  call.require(roi.size() == 2 * which.size(), "has a roi that does not fit its axes");
  call.require(std::ranges::all_of(roi, [](double end) { return std::isfinite(end); }),
               "has a roi that is not finite");
  for (std::size_t i = 0; i < which.size(); ++i) {
    plan.axes[which[i]].roi_begin = roi[i];
    plan.axes[which[i]].roi_end = roi[i + which.size()];
  }
}

}  // namespace

Shape ResizePlan::dims() const {
  Shape result;
  for (const ResizeAxis& axis : axes) {
    result.push_back(axis.dst);
  }
  return result;
}

ResizePlan upsample_plan(const Call& call, const Shape& src) {
  ResizePlan plan;
  plan.mode = one_of(call, "mode", call.text("mode", "nearest"), {"nearest", "linear"});
  plan.coordinates = "asymmetric";
  plan.nearest_mode = call.opset() == 10 ? "simple" : "floor";
  plan.axes = kept_axes(src);
  std::vector<double> scales;
  if (call.opset() < 9) {
    const Attribute* attribute = call.find("scales", AttributeKind::numbers);
    call.require(attribute != nullptr, "has no scales");
    scales.assign(attribute->numbers.begin(), attribute->numbers.end());
  } else {
    scales = to_doubles(call, call.input(1));
  }
  call.require(scales.size() == src.size(),
               "has " + std::to_string(scales.size()) + " scales for src " + to_string(src));
  for (std::size_t i = 0; i < scales.size(); ++i) {
    set_scale(call, plan.axes[i], scales[i]);
  }
  return plan;
}

ResizePlan resize_plan(const Call& call, const Shape& src) {
  if (call.opset() == 10) {
    return upsample_plan(call, src);
  }
  ResizePlan plan;
  plan.mode = one_of(call, "mode", call.text("mode", "nearest"), {"nearest", "linear", "cubic"});
  plan.coordinates =
      one_of(call, "coordinate_transformation_mode",
             call.text("coordinate_transformation_mode", "half_pixel"),
             {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
              "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"});
  plan.nearest_mode = one_of(call, "nearest_mode", call.text("nearest_mode", "round_prefer_floor"),
                             {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
  plan.antialias = call.integer("antialias", 0) != 0 && plan.mode != "nearest";
  plan.exclude_outside = call.integer("exclude_outside", 0) != 0;
  plan.cubic_a = call.number("cubic_coeff_a", -0.75);
  plan.extrapolation = call.number("extrapolation_value", 0.0);
  plan.axes = kept_axes(src);
  const std::vector<std::size_t> which = named_axes(call, src.size());
  const std::vector<double> scales = list_input(call, 2);
  const Array* sizes = call.optional(3);
  const bool by_size = sizes != nullptr && sizes->size() > 0;
  call.require(by_size != !scales.empty(), "needs either scales or sizes");
  if (by_size) {
    call.require(sizes->size() == static_cast<std::int64_t>(which.size()),
                 "has sizes that do not fit its axes");
    set_sizes(call, plan.axes, which, call.integers_input(3));
  } else {
    call.require(scales.size() == which.size(), "has scales that do not fit its axes");
    for (std::size_t i = 0; i < which.size(); ++i) {
      set_scale(call, plan.axes[which[i]], scales[i]);
    }
  }
  set_roi(call, plan, which);
  return plan;
}

double source_coordinate(const ResizePlan& plan, const ResizeAxis& axis, std::int64_t at) {
  const auto x = static_cast<double>(at);
  const auto src = static_cast<double>(axis.src);
  const std::string& mode = plan.coordinates;
  if (mode == "asymmetric") {
    return x / axis.scale;
  }
  if (mode == "align_corners") {
    return axis.length == 1.0 ? 0.0 : x * (src - 1.0) / (axis.length - 1.0);
  }
  if (mode == "tf_crop_and_resize") {
    const double roi = axis.roi_end - axis.roi_begin;
    const double begin = axis.roi_begin * (src - 1.0);
    return axis.length == 1.0 ? begin + roi * (src - 1.0) / 2.0
                              : begin + x * roi * (src - 1.0) / (axis.length - 1.0);
  }
  if (mode == "tf_half_pixel_for_nn") {
    return (x + 0.5) / axis.scale;
  }
  if (mode == "pytorch_half_pixel" && axis.length == 1.0) {
    return 0.0;
  }
  const double half_pixel = (x + 0.5) / axis.scale - 0.5;
  if (mode == "half_pixel_symmetric") {
    return half_pixel + src / 2.0 * (1.0 - static_cast<double>(axis.dst) / axis.length);
  }
  return half_pixel;
}

std::int64_t nearest_cell(const ResizePlan& plan, const ResizeAxis& axis, double x) {
  const std::string& mode = plan.nearest_mode;
  double cell = std::floor(x);
  if (mode == "simple") {  // what ONNX Runtime does for Resize of opset 10
    cell = axis.scale < 1.0 ? std::ceil(x) : std::floor(x);
  } else if (mode == "ceil") {
    cell = std::ceil(x);
  } else if (mode == "round_prefer_floor") {
    cell = std::ceil(x - 0.5);
  } else if (mode == "round_prefer_ceil") {
    cell = std::floor(x + 0.5);
  }
  return static_cast<std::int64_t>(cell);
}

}  // namespace caloquant::onnx
