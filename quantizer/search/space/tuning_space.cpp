#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/tuning.hpp>
#include <utility>

#include "quantizer/search/space/space_rules.hpp"

namespace caloquant {
namespace {

/// The stage-1 options of one op: every list in the order of the layer that searches most of it.
struct OpOptions {
  std::string op;
  LayerOptions options;
};

template <typename T>
void append_new(std::vector<T>& all, const std::vector<T>& more) {
  for (const T& value : more) {
    if (std::ranges::find(all, value) == all.end()) {
      all.push_back(value);
    }
  }
}

/// Union of one option list over the layers of an op. The longest list comes first, so that a layer
/// that a rule narrowed does not change the order for the others.
template <typename T>
std::vector<T> union_of(const std::vector<LayerSpec>& layers, const std::string& op,
                        std::vector<T> LayerOptions::*list) {
  std::vector<const std::vector<T>*> lists;
  for (const LayerSpec& layer : layers) {
    if (!layer.fixed() && layer.op == op) {
      lists.push_back(&(layer.searched.*list));
    }
  }
  std::ranges::stable_sort(lists, std::ranges::greater{},
                           [](const std::vector<T>* options) { return options->size(); });
  std::vector<T> all;
  for (const std::vector<T>* options : lists) {
    append_new(all, *options);
  }
  return all;
}

std::vector<OpOptions> options_by_op(const std::vector<LayerSpec>& layers) {
  std::vector<OpOptions> ops;
  for (const LayerSpec& layer : layers) {
    if (layer.fixed() || std::ranges::find(ops, layer.op, &OpOptions::op) != ops.end()) {
      continue;
    }
    OpOptions entry;
    entry.op = layer.op;
    entry.options.algorithms = union_of(layers, layer.op, &LayerOptions::algorithms);
    entry.options.granularities = union_of(layers, layer.op, &LayerOptions::granularities);
    entry.options.activations = union_of(layers, layer.op, &LayerOptions::activations);
    entry.options.weight_ranges = union_of(layers, layer.op, &LayerOptions::weight_ranges);
    ops.push_back(std::move(entry));
  }
  return ops;
}

/// Slowest to fastest: activation type, algorithm, weight range, granularity.
std::vector<LayerChoice> choices_of(const LayerOptions& options) {
  std::vector<LayerChoice> choices;
  for (const ActivationType activation : options.activations) {
    for (const RangeAlgorithm algorithm : options.algorithms) {
      for (const WeightRange weight_range : options.weight_ranges) {
        for (const Granularity granularity : options.granularities) {
          choices.push_back({Precision::int8, algorithm, granularity == Granularity::per_channel,
                             activation, weight_range});
        }
      }
    }
  }
  return choices;
}

template <typename T>
T own(const std::vector<T>& options, T wanted) {
  return std::ranges::find(options, wanted) == options.end() ? options.front() : wanted;
}

/// The op's choice as far as this layer searches it.
LayerChoice choice_for(const LayerSpec& layer, const LayerChoice& wanted) {
  const Granularity granularity =
      own(layer.searched.granularities,
          wanted.per_channel ? Granularity::per_channel : Granularity::per_tensor);
  return {layer.searched.precisions.front(), own(layer.searched.algorithms, wanted.algorithm),
          granularity == Granularity::per_channel,
          own(layer.searched.activations, wanted.activation),
          own(layer.searched.weight_ranges, wanted.weight_range)};
}

}  // namespace

LayerSpec default_layer_spec(std::string name, std::string op, bool whole_ladder) {
  LayerSpec layer;
  layer.name = std::move(name);
  layer.op = std::move(op);
  const auto algorithms = all_range_algorithms();
  layer.capability.precisions = {Precision::int8, Precision::w8a16, Precision::w8, Precision::bf16,
                                 Precision::fp32};
  layer.capability.algorithms.assign(algorithms.begin(), algorithms.end());
  layer.capability.granularities = {Granularity::per_channel, Granularity::per_tensor};
  layer.capability.activations = {ActivationType::automatic, ActivationType::u8,
                                  ActivationType::s8};
  layer.capability.weight_ranges = {WeightRange::minmax, WeightRange::mse};
  layer.searched = layer.capability;
  // What Intel Neural Compressor searches; everything else is asked for.
  layer.searched.algorithms = {RangeAlgorithm::minmax, RangeAlgorithm::kl};
  layer.searched.activations = {ActivationType::automatic};
  layer.searched.weight_ranges = {WeightRange::minmax};
  // A Dense layer gains by small weights alone; a convolution gains by small activations.
  std::erase(layer.searched.precisions, layer.op == "dense" ? Precision::w8a16 : Precision::w8);
  if (!whole_ladder) {
    layer.searched.precisions = {Precision::int8, Precision::fp32};
  }
  if (layer.op == "dense") {
    layer.searched.algorithms = {RangeAlgorithm::minmax};
    layer.searched.granularities = {Granularity::per_channel};
  }
  return layer;
}

LayerSpec fp32_layer_spec(std::string name, std::string op, std::string reason) {
  LayerSpec layer = default_layer_spec(std::move(name), std::move(op));
  layer.capability.precisions = {Precision::fp32};
  layer.searched.precisions = layer.capability.precisions;
  layer.fixed_reason = std::move(reason);
  return layer;
}

TuningSpace::TuningSpace(std::vector<LayerSpec> layers, const SpaceRules& rules,
                         const std::string& source)
    : layers_(std::move(layers)) {
  if (layers_.empty()) {
    throw ModelError("model", "has no convolution and no dense layer",
                     "there is nothing to quantize");
  }
  apply_rules(layers_, rules, source);
  if (std::ranges::all_of(layers_, &LayerSpec::fixed)) {
    throw ConfigError(source + "#/quantization", "leaves no layer to quantize",
                      "the first layer, '" + layers_.front().name +
                          "', stays fp32: " + layers_.front().fixed_reason);
  }
}

std::size_t TuningSpace::total_layers() const {
  return static_cast<std::size_t>(std::ranges::count(layers_, true, &LayerSpec::counted));
}

std::vector<TuningConfig> TuningSpace::op_type_combinations() const {
  const std::vector<OpOptions> ops = options_by_op(layers_);
  std::vector<std::vector<LayerChoice>> choices;
  std::size_t count = 1;
  for (const OpOptions& op : ops) {
    choices.push_back(choices_of(op.options));
    count *= choices.back().size();
  }
  std::vector<TuningConfig> combinations;
  for (std::size_t index = 0; index < count; ++index) {
    TuningConfig config;
    for (const LayerSpec& layer : layers_) {
      if (!layer.counted) {
        continue;
      }
      LayerChoice choice;
      std::size_t rest = index;
      for (std::size_t op = ops.size(); op-- > 0;) {  // the last op varies fastest
        if (!layer.fixed() && ops[op].op == layer.op) {
          choice = choice_for(layer, choices[op][rest % choices[op].size()]);
        }
        rest /= choices[op].size();
      }
      config.set(layer.name, choice);
    }
    if (std::ranges::find(combinations, config) == combinations.end()) {
      combinations.push_back(std::move(config));
    }
  }
  return combinations;
}

std::vector<Precision> TuningSpace::fallback_precisions() const {
  std::vector<Precision> fallbacks;
  for (const LayerSpec& layer : layers_) {
    if (!layer.fixed()) {
      const std::vector<Precision>& searched = layer.searched.precisions;
      append_new(fallbacks, std::vector<Precision>(searched.begin() + 1, searched.end()));
    }
  }
  return fallbacks;
}

bool TuningSpace::may_fall_back(const TuningConfig::Layer& layer, Precision precision) const {
  const auto spec = std::ranges::find(layers_, layer.name, &LayerSpec::name);
  if (spec == layers_.end() || spec->fixed() || layer.choice.precision == precision) {
    return false;
  }
  const std::vector<Precision>& searched = spec->searched.precisions;
  return std::ranges::find(searched, precision) != searched.end();
}

}  // namespace caloquant
