#pragma once

#include <caloquant/range.hpp>
#include <caloquant/types.hpp>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// How many weight scales a layer has.
enum class Granularity {
  per_channel,  ///< one per output channel
  per_tensor,   ///< one
};
[[nodiscard]] std::string_view name_of(Granularity granularity) noexcept;

/// How the scales of weights are found (ops/core/qmath).
enum class WeightRange { minmax, mse };
[[nodiscard]] std::string_view name_of(WeightRange range) noexcept;

/// Integer type of a quantized layer's src.
enum class ActivationType {
  automatic,  ///< by the activation rule of the run
  u8,         ///< 0 to 255 with a zero point
  s8,         ///< -128 to 127
};
[[nodiscard]] std::string_view name_of(ActivationType type) noexcept;

/// How one layer is computed. Members that the precision does not use keep their defaults
/// (TuningConfig sees to it), so that equal arithmetic compares equal: all of them with fp32 and
/// bf16, algorithm and activation with w8, activation with w8a16.
struct LayerChoice {
  /// Of the layer.
  Precision precision = Precision::fp32;
  /// For the range of its src.
  RangeAlgorithm algorithm = RangeAlgorithm::minmax;
  /// One weight scale for each output channel.
  bool per_channel = true;
  /// Integer type of its src.
  ActivationType activation = ActivationType::automatic;
  /// Of its weights.
  WeightRange weight_range = WeightRange::minmax;

  friend bool operator==(const LayerChoice&, const LayerChoice&) = default;
};

/// "fp32", "bf16", "w8 per_channel", "w8a16 minmax per_channel", "int8 kl per_tensor s8", "int8
/// aciq per_channel mse_weights" (the type automatic and weights by min-max are not said).
[[nodiscard]] std::string to_string(const LayerChoice& choice);

/// The choice for every counted layer of a TuningSpace, in its order: what a strategy proposes.
class TuningConfig {
 public:
  /// A layer with its choice.
  struct Layer {
    /// Of the layer.
    std::string name;
    /// For it.
    LayerChoice choice;
    friend bool operator==(const Layer&, const Layer&) = default;
  };

  /// Replaces the choice of a layer, or appends the layer.
  void set(std::string_view name, LayerChoice choice);
  /// In the order of the network.
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
  /// The choice of a layer; fp32 for a layer that is not in the configuration.
  [[nodiscard]] LayerChoice choice(std::string_view name) const;
  /// Layers that are not fp32.
  [[nodiscard]] std::size_t quantized_layers() const;
  /// Number of layers at each precision.
  [[nodiscard]] std::map<Precision, std::size_t> layers_by_precision() const;
  /// One line with every layer; equal configurations have equal keys.
  [[nodiscard]] std::string key() const;
  /// What differs from `base`: "conv3d_2 -> fp32, conv3d_5 -> fp32"; empty when nothing does.
  [[nodiscard]] std::string changes_from(const TuningConfig& base) const;

  friend bool operator==(const TuningConfig&, const TuningConfig&) = default;

 private:
  std::vector<Layer> layers_;
};

/// Options of a layer, each list in the order in which it is tried; the first is the default.
struct LayerOptions {
  std::vector<Precision> precisions;  ///< the most compact first
  /// For ranges of the src.
  std::vector<RangeAlgorithm> algorithms;
  /// Of weight scales.
  std::vector<Granularity> granularities;
  /// Integer types of the src.
  std::vector<ActivationType> activations;
  /// Of weight scales.
  std::vector<WeightRange> weight_ranges;

  friend bool operator==(const LayerOptions&, const LayerOptions&) = default;
};

/// One layer that may be quantized: what it can do and what is searched.
struct LayerSpec {
  /// Unique in the network.
  std::string name;
  std::string op;  ///< "conv" or "dense"
  /// All that it can do.
  LayerOptions capability;
  /// What is tried.
  LayerOptions searched;
  std::string fixed_reason;  ///< why the layer stays fp32; empty when it is in the search
  bool counted = true;       ///< false: out of the space and out of total_layers

  /// Does it stay fp32?
  [[nodiscard]] bool fixed() const { return !fixed_reason.empty(); }
};

/// A layer with the default search of its op: conv {minmax, kl} x {per_channel, per_tensor}, dense
/// {minmax} x {per_channel}; both can do every algorithm. Precisions: int8 and fp32, or with
/// whole_ladder int8, w8a16, bf16, fp32 (conv) or int8, w8, bf16, fp32 (dense).
[[nodiscard]] LayerSpec default_layer_spec(std::string name, std::string op,
                                           bool whole_ladder = false);
/// A layer that the engine cannot quantize, with the reason ("operator has no integer form").
[[nodiscard]] LayerSpec fp32_layer_spec(std::string name, std::string op, std::string reason);

/// One entry of op_type_dict or op_name_dict. Lists that are empty leave the option as it is.
struct LayerRule {
  std::string pattern;  ///< exact; a glob when it has '*' or '?'; a regex (full match) after "re:"
  /// What matching layers may do.
  LayerOptions options;

  friend bool operator==(const LayerRule&, const LayerRule&) = default;
};

/// The user's part of the space.
struct SpaceRules {
  std::vector<LayerRule> op_types;  ///< patterns on LayerSpec::op, applied in order
  std::vector<LayerRule> op_names;  ///< patterns on LayerSpec::name, applied after op_types
  /// false takes the first Dense layer out of the space and out of total_layers (Intel Neural
  /// Compressor does so for the first 2-D convolution or matmul; 3-D convolutions do not count).
  bool first_conv_or_matmul_quantization = true;
  /// For all layers.
  std::vector<Precision> excluded_precisions;

  friend bool operator==(const SpaceRules&, const SpaceRules&) = default;
};

/// The layers with their options. Immutable.
class TuningSpace {
 public:
  /// `layers` in topological order; `source` (a file name) is the first part of places in errors.
  /// Throws ConfigError with the JSON pointer of the rule that matches no layer, asks for something
  /// outside the capability of a layer it matches, or is no valid pattern; and when nothing is left
  /// to quantize.
  TuningSpace(std::vector<LayerSpec> layers, const SpaceRules& rules, const std::string& source);

  /// All layers in topological order, those that are not counted included.
  [[nodiscard]] const std::vector<LayerSpec>& layers() const { return layers_; }
  /// Layers that count.
  [[nodiscard]] std::size_t total_layers() const;
  /// Every combination in which all layers of an op share their choice, as Intel Neural Compressor
  /// enumerates them: activation type slowest, then algorithm, weight range, granularity fastest;
  /// a layer that lacks an option takes its own first. No two are equal.
  [[nodiscard]] std::vector<TuningConfig> op_type_combinations() const;
  /// Precisions that layers may fall back to: the most compact first, fp32 last.
  [[nodiscard]] std::vector<Precision> fallback_precisions() const;
  /// May this layer of `config`, quantized there, fall back to `precision`?
  [[nodiscard]] bool may_fall_back(const TuningConfig::Layer& layer, Precision precision) const;

 private:
  std::vector<LayerSpec> layers_;
};

}  // namespace caloquant
#pragma GCC visibility pop
