// Concat, and the Split and Slice in front of it: exporters of Keras write an up-sampling as a
// Split into cells and a Concat that lists every cell several times.

#include <algorithm>

#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/slices.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {
namespace {

std::vector<std::int64_t> split_extents(const NodeImport& node, std::int64_t extent) {
  std::optional<std::vector<std::int64_t>> given;
  if (node.opset() < 13) {
    given = node.call().integers("split");
  } else if (node.has_input(1)) {
    (void)node.constant(1);
    given = node.call().integers_input(1);
  }
  const auto parts = static_cast<std::int64_t>(node.call().output_count());
  if (!given) {
    node.require(extent % parts == 0,
                 "cannot split " + counted(extent, "cell") + " into " + std::to_string(parts));
    given = std::vector<std::int64_t>(static_cast<std::size_t>(parts), extent / parts);
  }
  node.require(static_cast<std::int64_t>(given->size()) == parts,
               "has " + std::to_string(given->size()) + " extents for " + counted(parts, "output"));
  std::int64_t total = 0;
  for (const std::int64_t part : *given) {
    node.require(part >= 1 && part <= extent, "has a part of " + counted(part, "cell"));
    total += part;
  }
  node.require(total == extent, "has parts of " + counted(total, "cell") + " in all, src has " +
                                    std::to_string(extent));
  return *given;
}

/// Pieces of one cell each, in order, `factor` times each, all of src: an up-sampling.
ValueId joined(const NodeImport& node, const std::vector<Piece>& pieces, std::size_t axis) {
  const Piece& first = pieces.front();
  const Shape dims = node.shape(first.src);
  std::int64_t cells = 0;
  for (const Piece& piece : pieces) {
    node.require(piece.src == first.src && piece.axis == axis,
                 "joins parts of different tensors or axes, which is not supported");
    cells += piece.extent;
  }
  const std::int64_t extent = dims[axis];
  node.require(cells % extent == 0, "joins parts that are no whole tensor");
  const std::int64_t factor = cells / extent;
  std::int64_t at = 0;
  for (const Piece& piece : pieces) {
    const bool in_order = piece.start == at / factor && (piece.extent == 1 || factor == 1);
    node.require(in_order, "joins parts in an order that is no repetition of cells");
    at += piece.extent;
  }
  Shape repeats(dims.size(), 1);
  repeats[axis] = factor;
  return node.repeat_cells("", first.src, repeats);
}

}  // namespace

std::vector<ImportedValue> import_split(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const Shape& dims = node.shape(src);
  const std::size_t axis = node.call().axis(node.call().integer("axis", 0), dims.size());
  node.require(axis > 0, "splits the batch");
  std::vector<ImportedValue> pieces;
  std::int64_t start = 0;
  for (const std::int64_t extent : split_extents(node, dims[axis])) {
    pieces.emplace_back(extent == dims[axis] ? ImportedValue(src)
                                             : ImportedValue(Piece{src, axis, start, extent}));
    start += extent;
  }
  return pieces;
}

ImportedValue import_slice(const NodeImport& node) {
  const ValueId src = node.computed(0);
  for (std::size_t i = 1; i < node.call().input_count(); ++i) {
    if (node.has_input(i)) {
      (void)node.constant(i);
    }
  }
  // The largest batch there can be, so that "to the end" is recognised.
  Shape dims = node.shape(src);
  constexpr std::int64_t any_batch = std::int64_t{1} << 31;
  dims.front() = any_batch;
  const Slices slices = slices_of(node.call(), dims);
  const bool from_start =
      std::all_of(slices.starts.begin(), slices.starts.end(), [](auto at) { return at == 0; }) &&
      std::all_of(slices.steps.begin(), slices.steps.end(), [](auto step) { return step == 1; });
  if (from_start && slices.extents.front() == any_batch) {
    if (const auto cropped = cropped_depth_to_space(node, src, slices.extents)) {
      return *cropped;
    }
  }
  ImportedValue result = src;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (slices.starts[i] == 0 && slices.extents[i] == dims[i]) {
      continue;
    }
    node.require(i > 0, "cuts the batch");
    node.require(
        slices.steps[i] == 1 && slices.extents[i] > 0 && std::holds_alternative<ValueId>(result),
        "cuts with steps or along several axes, which is not supported");
    result = Piece{src, i, slices.starts[i], slices.extents[i]};
  }
  return result;
}

ImportedValue import_concat(const NodeImport& node) {
  std::vector<Piece> pieces;
  std::vector<ValueId> values;
  for (std::size_t i = 0; i < node.call().input_count(); ++i) {
    if (const auto* piece = std::get_if<Piece>(&node.input(i))) {
      pieces.push_back(*piece);
    } else {
      values.push_back(node.computed(i));
    }
  }
  const std::size_t rank = node.shape(pieces.empty() ? values.front() : pieces.front().src).size();
  const std::size_t axis = node.call().axis(node.call().integer("axis", 1), rank);
  node.require(axis > 0, "joins along the batch");
  node.require(pieces.empty() || values.empty(), "joins parts and whole tensors");
  if (!pieces.empty()) {
    return joined(node, pieces, axis);
  }
  return values.size() == 1
             ? values.front()
             : node.add("", Concat{static_cast<std::int64_t>(axis)}, std::move(values));
}

}  // namespace caloquant::onnx
