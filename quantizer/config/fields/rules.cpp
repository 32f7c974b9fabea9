#include <utility>

#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

/// One value of a definition, or a list of those to search; an empty list says nothing.
template <typename E>
Field<LayerOptions> one_or_more(const std::string& key, std::vector<E> LayerOptions::*member,
                                const std::string& definition, const std::string& meaning = "") {
  const Json one = reference_to(definition);
  return custom<LayerOptions>(
      key, either(one, {{"type", "array"}, {"minItems", 1}, {"items", one}}), meaning,
      [member](const Json& json, LayerOptions& options, const Place& place) {
        options.*member =
            Value<std::vector<E>>::read(json.is_array() ? json : Json::array({json}), place);
      },
      [member](const LayerOptions& options) {
        const std::vector<E>& values = options.*member;
        return values.empty() ? Json() : Value<std::vector<E>>::write(values);
      });
}

/// An object that is left out while it is empty.
Field<LayerOptions> options_group(const std::string& key, const std::string& meaning,
                                  const Fields<LayerOptions>& fields) {
  Field<LayerOptions> result = group(key, meaning, fields).without_default();
  result.write = [fields](const LayerOptions& options) {
    Json json = write_object(fields, options);
    return json.empty() ? Json() : json;
  };
  return result;
}

const Fields<LayerOptions>& rule_fields() {
  static const Fields<LayerOptions> fields{
      one_or_more("precision", &LayerOptions::precisions, "precision",
                  "int8 and fp32: may fall back; int8 alone: must not; fp32 alone: is not "
                  "quantized; with more of them the layer falls back step by step."),
      options_group("activation", "Options of the activations that go into the layer.",
                    {one_or_more("dtype", &LayerOptions::activations, "dtype"),
                     one_or_more("algorithm", &LayerOptions::algorithms, "algorithm")}),
      options_group("weight", "Options of the weights of the layer.",
                    {one_or_more("granularity", &LayerOptions::granularities, "granularity"),
                     one_or_more("algorithm", &LayerOptions::weight_ranges, "weight_algorithm")}),
  };
  return fields;
}

template <typename E>
Json definition(const std::string& meaning) {
  Json schema{{"description", meaning}};
  schema.update(Value<E>::schema());
  return schema;
}

}  // namespace

Field<SpaceRules> rules_field(const std::string& key, std::vector<LayerRule> SpaceRules::*member,
                              const std::string& meaning) {
  return custom<SpaceRules>(
      key, {{"type", "object"}, {"additionalProperties", reference_to("rule")}}, meaning,
      [member](const Json& json, SpaceRules& rules, const Place& place) {
        for (const auto& [pattern, options] : json.items()) {
          LayerRule rule{pattern, {}};
          read_object(rule_fields(), options, rule.options,
                      {place.folder, child_pointer(place.pointer, pattern)});
          (rules.*member).push_back(std::move(rule));
        }
      },
      [member](const SpaceRules& rules) {
        Json json = Json::object();
        for (const LayerRule& rule : rules.*member) {
          json[rule.pattern] = write_object(rule_fields(), rule.options);
        }
        return json;
      });
}

Json definitions() {
  Json rule{{"description",
             "Options of the layers that a key of op_type_dict or op_name_dict matches. Each is "
             "one value or a list of those to search."}};
  rule.update(object_schema(rule_fields()));
  return {
      {"rule", std::move(rule)},
      {"precision",
       definition<Precision>("int8: 8-bit weights and activations; w8a16: 8-bit weights, 16-bit "
                             "activations; w8: 8-bit weights alone; bf16: bfloat16; fp32: not "
                             "quantized.")},
      {"dtype", definition<ActivationType>("Integer type of activations. automatic: by "
                                           "activation_rule; u8: with a zero point; s8: "
                                           "symmetric.")},
      {"algorithm",
       definition<RangeAlgorithm>(
           "How the range of activations is found; formulas in calibration/README.md. minmax: "
           "smallest and largest value; minmax_headroom: the same times a factor; "
           "moving_average: mean of the events' smallest and largest values; percentile: a part "
           "of the values other than 0; mse: smallest squared error; kl: smallest KL divergence; "
           "aciq: analytic clipping; automatic: the one of the others with the smallest local "
           "error.")},
      {"weight_algorithm",
       definition<WeightRange>("How the scale of weights is found. minmax: largest magnitude; mse: "
                               "the clipping with the smallest squared error.")},
      {"granularity", definition<Granularity>("Scales of weights. per_channel: one for each output "
                                              "channel; per_tensor: one for all.")},
  };
}

}  // namespace caloquant::config_table
