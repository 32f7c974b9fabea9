#include "graph/io/onnx/importer/node_import.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "graph/io/onnx/interpreter/visit.hpp"

namespace caloquant::onnx {
namespace {

std::vector<const Array*> known_inputs(const ImportState& state, const NodeDef& node) {
  std::vector<const Array*> inputs;
  for (const std::string& name : node.inputs) {
    const auto found = name.empty() ? state.values.end() : state.values.find(name);
    const Known* known = found == state.values.end() ? nullptr : std::get_if<Known>(&found->second);
    inputs.push_back(known == nullptr ? nullptr : known->at[0].get());
  }
  return inputs;
}

bool all_ones(const Shape& values) {
  return std::all_of(values.begin(), values.end(), [](std::int64_t value) { return value == 1; });
}

/// The last axis moves to axis 1.
std::vector<std::int64_t> channels_first(std::size_t rank) {
  std::vector<std::int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, order.end() - 1, order.end());
  return order;
}

std::vector<std::int64_t> inverse(const std::vector<std::int64_t>& permutation) {
  std::vector<std::int64_t> result(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    result[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
  }
  return result;
}

}  // namespace

Tensor filled(std::int64_t extent, float value) {
  Tensor tensor(DType::f32, {extent});
  std::fill(tensor.data<float>().begin(), tensor.data<float>().end(), value);
  return tensor;
}

std::int64_t sample_size(const Shape& shape) {
  return std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::string graph_name(const NodeDef& node) {
  return node.name.empty() ? node.outputs.front() : node.name;
}

NodeImport::NodeImport(ImportState& state, const NodeDef& node)
    : state_(state),
      node_(node),
      call_(state.model, node, known_inputs(state, node), state.budget),
      name_(graph_name(node)) {}

bool NodeImport::has_input(std::size_t index) const {
  return index < node_.inputs.size() && !node_.inputs[index].empty();
}

const ImportedValue& NodeImport::input(std::size_t index) const {
  require(has_input(index), "has no input " + std::to_string(index));
  return state_.values.at(node_.inputs[index]);
}

bool NodeImport::is_computed(std::size_t index) const {
  return has_input(index) && std::holds_alternative<ValueId>(input(index));
}

bool NodeImport::is_known(std::size_t index) const {
  return has_input(index) && std::holds_alternative<Known>(input(index));
}

ValueId NodeImport::computed(std::size_t index) const {
  const ImportedValue& value = input(index);
  if (std::holds_alternative<Piece>(value)) {
    fail("reads a part of a tensor that Split or Slice cuts out",
         "only a Concat may read it, to repeat cells in an up-sampling");
  }
  if (std::holds_alternative<Known>(value)) {
    fail("input " + std::to_string(index) + " is a constant, it must be computed");
  }
  if (std::holds_alternative<Quantized>(value)) {
    fail(
        "reads a quantized tensor",
        "behind QuantizeLinear and DequantizeLinear the graph can have Conv, Gemm and MatMul only");
  }
  return std::get<ValueId>(value);
}

Shape NodeImport::sample_dims(ValueId value) const {
  Shape dims = shape(value);
  dims.front() = 1;
  return dims;
}

const Array& NodeImport::constant(std::size_t index) const {
  const auto* known = std::get_if<Known>(&input(index));
  if (known == nullptr) {
    fail("input " + std::to_string(index) + " is computed, it must be a constant",
         "export the model with its weights frozen");
  }
  require(!known->depends_on_batch(),
          "input " + std::to_string(index) + " depends on the batch, it must be a constant");
  return *known->at[0];
}

Tensor NodeImport::floats(std::size_t index) const {
  const Array& array = constant(index);
  const bool scalar = array.rank() == 0;
  Tensor tensor(DType::f32, scalar ? Shape{1} : array.dims());
  const std::vector<double> values = to_doubles(call_, array);
  std::ranges::transform(values, tensor.data<float>().begin(),
                         [](double value) { return static_cast<float>(value); });
  return tensor;
}

Tensor NodeImport::weights(std::size_t index) const {
  Tensor tensor = floats(index);
  require(std::ranges::all_of(tensor.data<float>(), [](float x) { return std::isfinite(x); }),
          "input " + std::to_string(index) + " holds a number that is not finite");
  return tensor;
}

Tensor NodeImport::bounds(std::size_t index) const {
  Tensor tensor = floats(index);
  require(std::ranges::none_of(tensor.data<float>(), [](float x) { return std::isnan(x); }),
          "input " + std::to_string(index) + " holds a bound that is not a number");
  return tensor;
}

const StoredWeights* NodeImport::stored(std::size_t index) const {
  const auto found =
      has_input(index) ? state_.stored.find(node_.inputs[index]) : state_.stored.end();
  return found == state_.stored.end() ? nullptr : &found->second;
}

bool NodeImport::sole_reader(std::size_t index) const {
  const ValueId value = computed(index);
  std::size_t readers = 0;
  std::size_t names = 0;
  for (const auto& [name, known] : state_.values) {
    const auto* same = std::get_if<ValueId>(&known);
    if (same != nullptr && *same == value) {
      readers += state_.readers[name];
      ++names;
    }
  }
  // All names but the first were made by a node that read another of them.
  return readers - (names - 1) == 1;
}

ValueId NodeImport::add(const std::string& suffix, Op op, std::vector<ValueId> inputs) const {
  const GraphEditor& editor = state_.editor;
  return state_.editor.add_node(
      suffix.empty() ? editor.own_name(name_) : editor.unique_name(name_ + suffix), std::move(op),
      std::move(inputs));
}

ValueId NodeImport::add_constant(const std::string& suffix, Tensor tensor) const {
  return state_.editor.add_constant(name_ + suffix, std::move(tensor));
}

ValueId NodeImport::reshape(const std::string& suffix, ValueId src, const Shape& extents) const {
  Shape dims{dynamic};
  dims.insert(dims.end(), extents.begin(), extents.end());
  return shape(src) == dims ? src : add(suffix, Reshape{dims}, {src});
}

ValueId NodeImport::transpose(const std::string& suffix, ValueId src,
                              const std::vector<std::int64_t>& permutation) const {
  return std::is_sorted(permutation.begin(), permutation.end())
             ? src
             : add(suffix, Transpose{permutation}, {src});
}

ValueId NodeImport::scale_shift(const std::string& suffix, ValueId src, float mul,
                                float shift) const {
  const std::int64_t channels = shape(src).at(1);
  return add(suffix, Affine{},
             {src, add_constant(suffix + "/mul", filled(channels, mul)),
              add_constant(suffix + "/add", filled(channels, shift))});
}

ValueId NodeImport::clip(const std::string& suffix, ValueId src, float low, float high) const {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const bool bounded = low != -infinity || high != infinity;
  return add(suffix, bounded ? Op{clip_between(low, high)} : Op{Identity{}}, {src});
}

ValueId NodeImport::repeat_cells(const std::string& suffix, ValueId src,
                                 const Shape& repeats) const {
  const Shape dims = shape(src);
  const std::size_t rank = dims.size();
  if (all_ones(repeats)) {
    return src;
  }
  require(repeats.front() == 1, "repeats the batch");
  if (rank >= 3 && rank <= 5 && repeats[1] == 1) {
    return add(suffix, UpsampleNearest{{repeats.begin() + 2, repeats.end()}}, {src});
  }
  if (rank >= 3 && rank <= 5 && repeats.back() == 1) {  // channels last
    const auto order = channels_first(rank);
    const ValueId moved = transpose(suffix + "/to_channels_first", src, order);
    const ValueId large =
        add(suffix, UpsampleNearest{{repeats.begin() + 1, repeats.end() - 1}}, {moved});
    return transpose(suffix + "/to_channels_last", large, inverse(order));
  }
  ValueId value = src;
  for (std::size_t axis = 1; axis < rank; ++axis) {
    if (repeats[axis] == 1) {
      continue;
    }
    Shape now = shape(value);
    const std::int64_t before =
        std::accumulate(now.begin() + 1, now.begin() + static_cast<std::ptrdiff_t>(axis),
                        std::int64_t{1}, std::multiplies<>());
    const std::int64_t behind = sample_size(now) / before / now[axis];
    const ValueId folded = reshape(suffix + "/fold", value, {before, now[axis], behind});
    const ValueId large = add(suffix, UpsampleNearest{{repeats[axis], 1}}, {folded});
    now[axis] *= repeats[axis];
    value = reshape(suffix + "/unfold", large, {now.begin() + 1, now.end()});
  }
  return value;
}

}  // namespace caloquant::onnx
