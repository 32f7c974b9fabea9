#include <algorithm>
#include <caloquant/tuning.hpp>

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Granularity> granularity_names({{Granularity::per_channel, "per_channel"},
                                                    {Granularity::per_tensor, "per_tensor"}});
constexpr EnumNames<WeightRange> weight_range_names({{WeightRange::minmax, "minmax"},
                                                     {WeightRange::mse, "mse"}});
constexpr EnumNames<ActivationType> activation_type_names({{ActivationType::automatic, "automatic"},
                                                           {ActivationType::u8, "u8"},
                                                           {ActivationType::s8, "s8"}});

}  // namespace

std::string_view name_of(Granularity granularity) noexcept {
  return granularity_names[granularity];
}

std::string_view name_of(WeightRange range) noexcept {
  return weight_range_names[range];
}

std::string_view name_of(ActivationType type) noexcept {
  return activation_type_names[type];
}

std::string to_string(const LayerChoice& choice) {
  std::string text(name_of(choice.precision));
  if (choice.precision == Precision::fp32 || choice.precision == Precision::bf16) {
    return text;
  }
  if (choice.precision != Precision::w8) {
    text.append(" ").append(name_of(choice.algorithm));
  }
  text.append(" ").append(
      name_of(choice.per_channel ? Granularity::per_channel : Granularity::per_tensor));
  if (choice.activation != ActivationType::automatic) {
    text.append(" ").append(name_of(choice.activation));
  }
  if (choice.weight_range != WeightRange::minmax) {
    text.append(" ").append(name_of(choice.weight_range)).append("_weights");
  }
  return text;
}

void TuningConfig::set(std::string_view name, LayerChoice choice) {
  const LayerChoice unused;
  switch (choice.precision) {
    case Precision::fp32:
    case Precision::bf16:
      choice = {choice.precision, unused.algorithm, unused.per_channel, unused.activation};
      break;
    case Precision::w8:
      choice.algorithm = unused.algorithm;
      choice.activation = unused.activation;
      break;
    case Precision::w8a16:
      choice.activation = unused.activation;
      break;
    case Precision::int8:
      break;
  }
  const auto found = std::ranges::find(layers_, name, &Layer::name);
  if (found != layers_.end()) {
    found->choice = choice;
  } else {
    layers_.push_back({std::string(name), choice});
  }
}

LayerChoice TuningConfig::choice(std::string_view name) const {
  const auto found = std::ranges::find(layers_, name, &Layer::name);
  return found == layers_.end() ? LayerChoice{} : found->choice;
}

std::size_t TuningConfig::quantized_layers() const {
  const auto quantized = [](const Layer& layer) {
    return layer.choice.precision != Precision::fp32;
  };
  return static_cast<std::size_t>(std::ranges::count_if(layers_, quantized));
}

std::map<Precision, std::size_t> TuningConfig::layers_by_precision() const {
  std::map<Precision, std::size_t> counts;
  for (const Layer& layer : layers_) {
    ++counts[layer.choice.precision];
  }
  return counts;
}

std::string TuningConfig::key() const {
  std::string text;
  for (const Layer& layer : layers_) {
    text.append(text.empty() ? "" : "; ").append(layer.name).append("=");
    text.append(to_string(layer.choice));
  }
  return text;
}

std::string TuningConfig::changes_from(const TuningConfig& base) const {
  std::string text;
  for (const Layer& layer : layers_) {
    if (layer.choice != base.choice(layer.name)) {
      text.append(text.empty() ? "" : ", ").append(layer.name).append(" -> ");
      text.append(to_string(layer.choice));
    }
  }
  return text;
}

}  // namespace caloquant
