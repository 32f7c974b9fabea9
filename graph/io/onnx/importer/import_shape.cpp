// Reshape, Flatten, Squeeze, Unsqueeze, Transpose, Pad, Identity, Dropout.

#include <algorithm>
#include <numeric>

#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/pads.hpp"

namespace caloquant::onnx {
namespace {

/// The extents that a Reshape asks for, for both batches.
std::array<Shape, 2> wanted_dims(const NodeImport& node) {
  const auto* known = std::get_if<Known>(&node.input(1));
  if (known == nullptr) {
    node.fail("has extents that depend on computed numbers");
  }
  std::array<Shape, 2> wanted;
  for (std::size_t probe = 0; probe < 2; ++probe) {
    const Array& array = *known->at[probe];
    if (array.type() != ElementType::s64 || array.rank() != 1) {
      node.fail("has extents of " + describe(array) + ", needs a list of s64");
    }
    const auto values = array.data<std::int64_t>();
    wanted[probe].assign(values.begin(), values.end());
  }
  node.require(wanted[0].size() == wanted[1].size() && !wanted[0].empty(),
               "drops the batch or has a rank that depends on it");
  return wanted;
}

/// True when the leading extent of a Reshape means the batch: copied, the batch itself, or what is
/// left once the others are known.
bool leads_with_batch(const NodeImport& node, const std::array<Shape, 2>& wanted) {
  const ImportState& state = node.state();
  for (std::size_t probe = 0; probe < 2; ++probe) {
    const std::int64_t lead = wanted[probe].front();
    const bool copied = lead == 0 && node.call().integer("allowzero", 0) == 0;
    if (!copied && lead != -1 && lead != state.batches[probe]) {
      return false;
    }
  }
  return true;
}

/// The extents behind the batch; -1 and 0 are resolved.
Shape sample_extents(const NodeImport& node, const Shape& src, const std::array<Shape, 2>& wanted) {
  Shape dims(wanted[0].begin() + 1, wanted[0].end());
  const Shape other(wanted[1].begin() + 1, wanted[1].end());
  const std::string text = printable(to_string(dims));
  node.require(dims == other, "moves the batch away from the first axis, to " + text);
  std::int64_t known = 1;
  std::size_t open = dims.size();
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && node.call().integer("allowzero", 0) == 0 && i + 1 < src.size()) {
      dims[i] = src[i + 1];
    }
    node.require(dims[i] == -1 || (dims[i] >= 1 && dims[i] <= sample_size(src) / known),
                 "cannot reshape " + to_string(src) + " to " + text);
    if (dims[i] == -1) {
      node.require(open == dims.size() && wanted[0].front() != -1,
                   "has two extents of -1: " + text);
      open = i;
    } else {
      known *= dims[i];
    }
  }
  if (open < dims.size() && known > 0) {
    dims[open] = sample_size(src) / known;
    known *= dims[open];
  }
  node.require(known == sample_size(src), "cannot reshape the events of " + to_string(src) +
                                              " to " + text +
                                              ": the first axis must stay the batch");
  return dims;
}

std::optional<std::vector<std::int64_t>> axes_of(const NodeImport& node) {
  if (node.opset() < 13) {
    return node.call().integers("axes");
  }
  if (!node.has_input(1)) {
    return std::nullopt;
  }
  (void)node.constant(1);
  return node.call().integers_input(1);
}

}  // namespace

ImportedValue import_identity(const NodeImport& node) {
  return node.add("", Identity{}, {node.computed(0)});
}

/// Inference only: training_mode, an input since opset 12, must be false.
ImportedValue import_dropout(const NodeImport& node) {
  if (node.has_input(2)) {
    (void)node.constant(2);
    node.require(node.call().number_input(2) == 0.0, "is in training mode");
  }
  return import_identity(node);
}

ImportedValue import_reshape(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const std::array<Shape, 2> wanted = wanted_dims(node);
  if (!leads_with_batch(node, wanted)) {
    node.fail(
        "has the extents " + printable(to_string(wanted[0])) + ", whose first is not the batch",
        node.state().fixed_batch == 0
            ? "export the model with the batch as the first extent (or -1)"
            : "the batch of the file is " + std::to_string(node.state().fixed_batch));
  }
  const Shape extents = sample_extents(node, node.shape(src), wanted);
  if (const auto recognised = recognised_depth_to_space(node, src, extents)) {
    return *recognised;
  }
  return node.reshape("", src, extents);
}

ImportedValue import_flatten(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const std::size_t axis =
      node.call().axis(node.call().integer("axis", 1), node.shape(src).size(), true);
  node.require(axis == 1,
               "flattens from axis " + std::to_string(axis) + ", only axis 1 keeps the batch");
  return node.reshape("", src, {sample_size(node.shape(src))});
}

ImportedValue import_squeeze(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const Shape& dims = node.shape(src);
  std::vector<bool> gone(dims.size(), false);
  if (const auto axes = axes_of(node)) {
    for (const std::int64_t axis : *axes) {
      const std::size_t at = node.call().axis(axis, dims.size());
      node.require(at > 0 && dims[at] == 1,
                   "cannot squeeze axis " + std::to_string(axis) + " of " + to_string(dims));
      gone[at] = true;
    }
  } else {
    node.require(node.state().fixed_batch != 1, "squeezes all axes, and with them the batch of 1");
    std::transform(dims.begin(), dims.end(), gone.begin(),
                   [](std::int64_t extent) { return extent == 1; });
  }
  Shape kept;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (!gone[i]) {
      kept.push_back(dims[i]);
    }
  }
  return node.reshape("", src, kept);
}

ImportedValue import_unsqueeze(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const auto axes = axes_of(node);
  node.require(axes.has_value() && axes->size() <= 64, "has no axes");
  const std::size_t rank = node.shape(src).size() + axes->size();
  std::vector<bool> added(rank, false);
  for (const std::int64_t axis : *axes) {
    const std::size_t at = node.call().axis(axis, rank);
    node.require(at > 0, "adds an axis in front of the batch");
    node.require(!added[at], "adds axis " + std::to_string(axis) + " twice");
    added[at] = true;
  }
  Shape extents;
  std::size_t from = 1;
  for (std::size_t i = 1; i < rank; ++i) {
    extents.push_back(added[i] ? 1 : node.shape(src)[from++]);
  }
  return node.reshape("", src, extents);
}

ImportedValue import_transpose(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const std::size_t rank = node.shape(src).size();
  Shape order(rank);
  std::iota(order.rbegin(), order.rend(), 0);
  order = node.call().per_axis("perm", rank, order);
  node.require(order.front() == 0, "moves the batch away from the first axis");
  return node.add("", Transpose{order}, {src});
}

ImportedValue import_pad(const NodeImport& node) {
  const ValueId src = node.computed(0);
  node.require(node.call().text("mode", "constant") == "constant",
               "pads in mode '" + printable(node.call().text("mode", "")) +
                   "', only constant zeros are supported");
  for (std::size_t i = 1; i < node.call().input_count(); ++i) {
    if (node.has_input(i)) {
      (void)node.constant(i);
    }
  }
  const bool has_value = node.opset() >= 11 && node.has_input(2);
  const double value = has_value ? node.call().number_input(2)
                                 : (node.opset() < 11 ? node.call().number("value", 0.0) : 0.0);
  node.require(value == 0.0, "pads with " + std::to_string(value) + ", only zeros are supported");
  const Pads pads = pads_of(node.call(), node.shape(src).size());
  return node.add("", Pad{pads.begin, pads.end}, {src});
}

}  // namespace caloquant::onnx
