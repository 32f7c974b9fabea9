#include "quantizer/search/space/space_rules.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <set>
#include <utility>

#include "quantizer/config/json_pointer.hpp"
#include "quantizer/search/space/name_pattern.hpp"

namespace caloquant {
namespace {

/// Which rule last said something about a layer's precision; by layer.
using PrecisionSources = std::vector<std::string>;

template <typename T>
std::string joined(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) {
    text.append(text.empty() ? "" : ", ").append(name_of(value));
  }
  return text;
}

/// `wanted` replaces `searched` when it is given and within the capability.
template <typename T>
void narrow(std::vector<T>& searched, const std::vector<T>& wanted,
            const std::vector<T>& capability, const std::string& place, const LayerSpec& layer) {
  for (const T& option : wanted) {
    if (std::ranges::find(capability, option) == capability.end()) {
      throw ConfigError(place,
                        "layer '" + layer.name + "' (" + layer.op + ") cannot do '" +
                            std::string(name_of(option)) + "'",
                        "it can do: " + joined(capability));
    }
  }
  if (!wanted.empty()) {
    searched = wanted;
  }
}

void apply_rule(LayerSpec& layer, const LayerRule& rule, const std::string& place) {
  LayerOptions& searched = layer.searched;
  const LayerOptions& can = layer.capability;
  narrow(searched.precisions, rule.options.precisions, can.precisions, place + "/precision", layer);
  narrow(searched.algorithms, rule.options.algorithms, can.algorithms,
         place + "/activation/algorithm", layer);
  narrow(searched.granularities, rule.options.granularities, can.granularities,
         place + "/weight/granularity", layer);
  narrow(searched.weight_ranges, rule.options.weight_ranges, can.weight_ranges,
         place + "/weight/algorithm", layer);
  narrow(searched.activations, rule.options.activations, can.activations,
         place + "/activation/dtype", layer);
}

/// One dictionary: `what` is its key below /quantization, `subject` the member its patterns match.
void apply_dictionary(std::vector<LayerSpec>& layers, const std::vector<LayerRule>& rules,
                      std::string LayerSpec::*subject, const std::string& what,
                      const std::string& source, PrecisionSources& precision_sources) {
  for (const LayerRule& rule : rules) {
    const std::string place =
        child_pointer(child_pointer(source + "#/quantization", what), rule.pattern);
    const NamePattern pattern(rule.pattern, place);
    bool matched = false;
    std::set<std::string> subjects;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      subjects.insert(layers[i].*subject);
      if (pattern.matches(layers[i].*subject)) {
        matched = true;
        apply_rule(layers[i], rule, place);
        if (!rule.options.precisions.empty()) {
          precision_sources[i] = what + " \"" + rule.pattern + "\"";
        }
      }
    }
    if (!matched) {
      std::string known;
      for (const std::string& name : subjects) {
        known.append(known.empty() ? "" : ", ").append(name);
      }
      throw ConfigError(place, "matches no layer", "it could match: " + known);
    }
  }
}

void exclude_first_dense(std::vector<LayerSpec>& layers, const std::string& source) {
  const auto dense = std::ranges::find(layers, "dense", &LayerSpec::op);
  if (dense == layers.end()) {
    throw ConfigError(source + "#/quantization/recipes/first_conv_or_matmul_quantization",
                      "is false, but the model has no dense layer to leave out",
                      "remove the recipe");
  }
  dense->counted = false;
  dense->fixed_reason = "recipes.first_conv_or_matmul_quantization";
}

/// Takes the excluded precisions away and decides which layers stay fp32.
void fix_precision(LayerSpec& layer, const SpaceRules& rules, const std::string& source,
                   const std::string& precision_source) {
  std::vector<Precision>& searched = layer.searched.precisions;
  const std::vector<Precision> asked = searched;
  std::erase_if(searched, [&](Precision precision) {
    return std::ranges::find(rules.excluded_precisions, precision) !=
           rules.excluded_precisions.end();
  });
  if (searched.empty() && !asked.empty()) {
    throw ConfigError(source + "#/quantization/excluded_precisions",
                      "leaves no precision for layer '" + layer.name + "'",
                      "it may be: " + joined(asked) +
                          (precision_source.empty() ? "" : " (" + precision_source + ")"));
  }
  // Static quantization tries the most compact precision first, whatever the order in a list.
  std::vector<Precision> ordered = layer.capability.precisions;
  std::erase_if(ordered, [&](Precision precision) {
    return std::ranges::find(searched, precision) == searched.end();
  });
  searched = std::move(ordered);
  const bool only_fp32 =
      std::ranges::count(searched, Precision::fp32) == static_cast<std::ptrdiff_t>(searched.size());
  if (only_fp32 && !layer.fixed()) {
    const bool by_rule = std::ranges::all_of(
        asked, [](Precision precision) { return precision == Precision::fp32; });
    layer.fixed_reason = "excluded by " + (by_rule ? precision_source : "excluded_precisions");
  }
}

}  // namespace

void apply_rules(std::vector<LayerSpec>& layers, const SpaceRules& rules,
                 const std::string& source) {
  PrecisionSources precision_sources(layers.size());
  apply_dictionary(layers, rules.op_types, &LayerSpec::op, "op_type_dict", source,
                   precision_sources);
  apply_dictionary(layers, rules.op_names, &LayerSpec::name, "op_name_dict", source,
                   precision_sources);
  if (!rules.first_conv_or_matmul_quantization) {
    exclude_first_dense(layers, source);
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    fix_precision(layers[i], rules, source, precision_sources[i]);
  }
}

}  // namespace caloquant
