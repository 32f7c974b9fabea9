#include "graph/io/onnx/importer/folding.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "graph/io/onnx/importer/translators.hpp"

namespace caloquant::onnx {
namespace {

/// Both results, as one when they are alike.
Known merged(const std::shared_ptr<const Array>& first, Array second) {
  const bool alike =
      first->type() == second.type() && first->dims() == second.dims() &&
      std::equal(first->bytes().begin(), first->bytes().end(), second.bytes().begin());
  return alike ? Known{{first, first}}
               : Known{{first, std::make_shared<const Array>(std::move(second))}};
}

}  // namespace

Budget folding_budget(const Model& model) {
  std::int64_t bytes = 0;
  for (const Initializer& initializer : model.initializers) {
    bytes += static_cast<std::int64_t>(initializer.array->bytes().size());
  }
  constexpr std::int64_t always = std::int64_t{1} << 26;
  return {std::max(always, 4 * bytes), std::max(1e9, 16.0 * static_cast<double>(bytes))};
}

bool Folding::all_known(const NodeDef& node) const {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const std::string& name) {
    return name.empty() || std::holds_alternative<Known>(state_.values.at(name));
  });
}

Results Folding::evaluated(const NodeDef& node, std::size_t probe) {
  Values values;
  for (const std::string& name : node.inputs) {
    if (!name.empty()) {
      values[name] = std::get<Known>(state_.values.at(name)).at[probe];
    }
  }
  return evaluate_node(state_.model, node, values, state_.budget);
}

void Folding::fold(const NodeDef& node) {
  const bool varies =
      std::any_of(node.inputs.begin(), node.inputs.end(), [&](const std::string& name) {
        return !name.empty() && std::get<Known>(state_.values.at(name)).depends_on_batch();
      });
  std::array<Results, 2> results{evaluated(node, 0), {}};
  if (!varies) {
    remember_stored(node);
  }
  if (varies) {
    results[1] = evaluated(node, 1);
  }
  for (std::size_t i = 0; i < node.outputs.size() && i < results[0].size(); ++i) {
    const auto first = std::make_shared<const Array>(std::move(results[0][i]));
    state_.values[node.outputs[i]] =
        varies ? merged(first, std::move(results[1][i])) : Known{{first, first}};
  }
}

void Folding::remember_stored(const NodeDef& node) {
  if (node.op != "DequantizeLinear" && node.op != "Cast") {
    return;
  }
  std::vector<const Array*> inputs;
  for (const std::string& name : node.inputs) {
    inputs.push_back(name.empty() ? nullptr : std::get<Known>(state_.values.at(name)).at[0].get());
  }
  const Call call(state_.model, node, inputs, state_.budget);
  if (auto stored =
          stored_weights(call, std::get<Known>(state_.values.at(node.inputs.front())).at[0])) {
    state_.stored[node.outputs.front()] = std::move(*stored);
  }
}

void Folding::fold_shape(const NodeDef& node) {
  const auto* value = std::get_if<ValueId>(&state_.values.at(node.inputs.front()));
  if (value == nullptr) {
    throw ModelError(state_.model.place(node),
                     "reads a part that Split or Slice cuts out, or a quantized tensor");
  }
  std::array<Results, 2> results;
  for (std::size_t probe = 0; probe < 2; ++probe) {
    Shape dims = state_.editor.shape(*value);
    std::replace(dims.begin(), dims.end(), dynamic, state_.batches[probe]);
    // Extents are all that is asked for: an array without elements cannot tell them, so the
    // numbers are made here.
    const auto rank = static_cast<std::int64_t>(dims.size());
    results[probe].push_back(node.op == "Size" ? Array::of<std::int64_t>({}, {element_count(dims)})
                                               : Array::of<std::int64_t>({rank}, dims));
  }
  if (node.op == "Shape") {
    for (Results& result : results) {
      result[0] = shape_part(node, result[0]);
    }
  }
  state_.values[node.outputs.front()] =
      merged(std::make_shared<const Array>(std::move(results[0][0])), std::move(results[1][0]));
}

Array Folding::shape_part(const NodeDef& node, const Array& dims) {
  const Call call(state_.model, node, {}, state_.budget);
  const std::int64_t rank = dims.size();
  const auto bound = [&](const char* name, std::int64_t otherwise) {
    const std::int64_t value = call.integer(name, otherwise);
    return std::clamp<std::int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  const std::int64_t start = bound("start", 0);
  const std::int64_t end = std::max(start, bound("end", rank));
  const auto all = dims.data<std::int64_t>();
  return Array::of<std::int64_t>({end - start}, {all.begin() + start, all.begin() + end});
}

}  // namespace caloquant::onnx
