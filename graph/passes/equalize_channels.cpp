// Before:  place -> ... -> readers        After:  place' -> ... -> readers'
//
//   Affine:        mul'[c] = mul[c] / s_c,  add'[c] = add[c] / s_c
//   Conv | Dense:  weights'[c] = weights[c] / s_c,  bias'[c] = bias[c] / s_c
//   readers:       weights'[o][c] = s_c * weights[o][c];  an Affine: mul'[c] = s_c * mul[c]
//
//   log2 s_c = e_c - mean of e over the channels, rounded,  2 e_c = log2(r_c / w_c)
//   r_c = max |x_c| at the Conv and Dense among the readers,  w_c = max |weights[., c]| of them
//
// The mean is taken out because one scale for all channels changes no quantized layer. A channel
// with r_c or w_c of 0 keeps s_c = 1, and |log2 s_c| is at most 12. A DepthToSpace or Reshape in
// between makes several channels of the place one channel of the reader: those share one factor.
//
// In between: what commutes with positive factors (ReLU, LeakyReLU, clip at 0, up-sampling,
// pooling, DepthToSpace, zero padding in space, Reshape and Transpose that keep channels apart).
// Conditions: place and readers have constant f32 weights and vectors and are not quantized; every
// way from the place ends at a reader, none at a graph output or another operator; the scaled
// constants scale back to the same bits. Products and sums scale without rounding as long as none
// of them leaves the range of normal numbers.

#include "graph/passes/equalize_channels.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "graph/ir/editor.hpp"
#include "graph/passes/channel_readers.hpp"

namespace caloquant {
namespace {

constexpr int largest_exponent = 12;

/// Calls visit(index of a weight, channel of src) for all weights [O, I / groups, ...] of a layer.
template <typename Visit>
void for_each_weight(const Node& layer, const Shape& weights, Visit visit) {
  const auto* conv = std::get_if<Conv>(&layer.op);
  const auto groups = static_cast<std::size_t>(conv != nullptr ? conv->groups : 1);
  const auto rows_per_group = static_cast<std::size_t>(weights[0]) / groups;
  const auto width = static_cast<std::size_t>(weights[1]);
  const auto taps = static_cast<std::size_t>(cells_per_channel(weights));
  for (std::size_t k = 0; k < static_cast<std::size_t>(element_count(weights)); ++k) {
    const std::size_t row = k / (width * taps);
    visit(k, row / rows_per_group * width + k / taps % width);
  }
}

/// Of the classes, at their smallest member: max |x| at the weighted readers, max |weight| there.
struct ClassRanges {
  std::vector<float> active;
  std::vector<float> weights;
};

/// Nothing for a weighted reader whose ranges are not known.
std::optional<ClassRanges> ranges_of(const Graph& graph, const std::vector<ChannelReader>& readers,
                                     const ChannelClasses& classes, const ChannelRanges& ranges) {
  ClassRanges result{std::vector<float>(classes.size(), 0.0F),
                     std::vector<float>(classes.size(), 0.0F)};
  const auto widen = [](float& range, float value) { range = std::max(range, std::fabs(value)); };
  for (const ChannelReader& reader : readers) {
    const Node& node = graph.node(reader.node);
    if (!is_quantizable(node.op)) {
      continue;
    }
    const auto range = ranges.find(node.name);
    if (range == ranges.end() || range->second.size() != reader.channels.size()) {
      return std::nullopt;
    }
    for (std::size_t c = 0; c < reader.channels.size(); ++c) {
      widen(result.active[classes.find(reader.channels[c])], range->second[c]);
    }
    const Tensor& weights = *graph.constant(node, 1);
    for_each_weight(node, weights.shape(), [&](std::size_t k, std::size_t c) {
      widen(result.weights[classes.find(reader.channels[c])], weights.data<float>()[k]);
    });
  }
  return result;
}

/// The factor of every channel of the place.
std::vector<float> factors_of(const ClassRanges& ranges, const ChannelClasses& classes) {
  std::vector<std::optional<double>> exponents(classes.size());
  double sum = 0.0;
  double count = 0.0;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const double exponent = (std::log2(static_cast<double>(ranges.active[c])) -
                             std::log2(static_cast<double>(ranges.weights[c]))) /
                            2.0;
    if (std::isfinite(exponent)) {
      exponents[c] = exponent;
      sum += exponent;
      count += 1.0;
    }
  }
  std::vector<float> factors(classes.size(), 1.0F);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (const auto exponent = exponents[classes.find(c)]) {
      const int rounded = static_cast<int>(std::lround(*exponent - sum / count));
      factors[c] = std::ldexp(1.0F, std::clamp(rounded, -largest_exponent, largest_exponent));
    }
  }
  return factors;
}

/// New constants of a place or a reader, to be set when all of them are exact.
struct Scaled {
  NodeId node{};
  std::size_t input = 0;
  Tensor tensor;
};

/// The constant `input` of a node with element k multiplied by factor(k); false where that is not
/// exact.
template <typename Factor>
bool scale(const Graph& graph, NodeId id, std::size_t input, Factor factor,
           std::vector<Scaled>& scaled) {
  const Tensor* constant = graph.constant(graph.node(id), input);
  if (constant == nullptr) {
    return true;  // no bias
  }
  Tensor tensor(*constant);
  const std::span<float> values = tensor.data<float>();
  for (std::size_t k = 0; k < values.size(); ++k) {
    const float product = values[k] * factor(k);
    if (product / factor(k) != values[k]) {
      return false;
    }
    values[k] = product;
  }
  scaled.push_back({id, input, std::move(tensor)});
  return true;
}

bool divide_place(const Graph& graph, NodeId place, const std::vector<float>& factors,
                  std::vector<Scaled>& scaled) {
  for (const std::size_t input : {std::size_t{1}, std::size_t{2}}) {
    const Tensor* constant = graph.constant(graph.node(place), input);
    const std::size_t per_channel =
        constant == nullptr ? 1 : static_cast<std::size_t>(constant->size()) / factors.size();
    if (!scale(
            graph, place, input, [&](std::size_t k) { return 1.0F / factors[k / per_channel]; },
            scaled)) {
      return false;
    }
  }
  return true;
}

bool multiply_reader(const Graph& graph, const ChannelReader& reader,
                     const std::vector<float>& factors, std::vector<Scaled>& scaled) {
  const Node& node = graph.node(reader.node);
  const Shape& shape = graph.value(node.inputs[1]).shape;
  if (std::holds_alternative<Affine>(node.op)) {
    return scale(
        graph, reader.node, 1, [&](std::size_t k) { return factors[reader.channels[k]]; }, scaled);
  }
  std::vector<float> of_weights(static_cast<std::size_t>(element_count(shape)));
  for_each_weight(node, shape, [&](std::size_t k, std::size_t c) {
    of_weights[k] = factors[reader.channels[c]];
  });
  return scale(
      graph, reader.node, 1, [&](std::size_t k) { return of_weights[k]; }, scaled);
}

void replace_constants(GraphEditor& editor, std::vector<Scaled> scaled) {
  for (Scaled& constant : scaled) {
    const Node& node = editor.graph().node(constant.node);
    std::string name = editor.graph().value(node.inputs[constant.input]).name;
    const ValueId value = editor.add_constant(std::move(name), std::move(constant.tensor));
    editor.set_input(constant.node, constant.input, value);
  }
}

std::optional<EqualizedPlace> equalize_behind(GraphEditor& editor, NodeId id,
                                              const ChannelRanges& ranges) {
  const Graph& graph = editor.graph();
  const Node& place = graph.node(id);
  const Shape& dst = graph.value(place.output).shape;
  if (!has_scalable_constants(graph, place, dst)) {
    return std::nullopt;
  }
  ChannelClasses classes(static_cast<std::size_t>(dst[1]));
  Channels all(classes.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<ChannelReader> readers;
  if (!find_channel_readers(graph, place.output, all, classes, readers)) {
    return std::nullopt;
  }
  const auto found = ranges_of(graph, readers, classes, ranges);
  if (!found) {
    return std::nullopt;
  }
  const std::vector<float> factors = factors_of(*found, classes);
  const auto [smallest, largest] = std::ranges::minmax(factors);
  std::vector<Scaled> scaled;
  if (smallest == largest || !divide_place(graph, id, factors, scaled) ||
      !std::ranges::all_of(readers, [&](const ChannelReader& reader) {
        return multiply_reader(graph, reader, factors, scaled);
      })) {
    return std::nullopt;
  }
  EqualizedPlace done{place.name, {}, smallest, largest};
  for (const ChannelReader& reader : readers) {
    done.readers.push_back(graph.node(reader.node).name);
  }
  replace_constants(editor, std::move(scaled));
  return done;
}

}  // namespace

EqualizedGraph equalize_channels(const Graph& graph, const ChannelRanges& ranges) {
  GraphEditor editor(graph);
  EqualizedGraph result;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (auto place = equalize_behind(editor, static_cast<NodeId>(i), ranges)) {
      result.places.push_back(*std::move(place));
    }
  }
  result.graph = editor.finish();
  return result;
}

}  // namespace caloquant
