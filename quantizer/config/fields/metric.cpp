
#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

constexpr const char* shower_metric = "shower_shape";

/// shower_shape, or a metric of any network; only these have a `tensor`.
Field<MetricConfig> name_field() {
  std::vector<std::string> names = enum_names<TensorMetric>();
  names.insert(names.begin(), shower_metric);
  return custom<MetricConfig>(
             "name", {{"type", "string"}, {"enum", names}},
             "shower_shape: means and spreads of energy per slice. How near the outputs of any "
             "network are: mse: mean squared error; sqnr: signal to quantization noise [dB]; "
             "cosine: mean cosine similarity; max_abs: largest difference; classification_top1: "
             "part of the places with the right class.",
             [](const Json& json, MetricConfig& metric, const Place&) {
               metric.name = json.get<std::string>();
               if (const auto tensor = enum_from<TensorMetric>(metric.name)) {
                 metric.tensor.emplace().metric = *tensor;
               }
             },
             [](const MetricConfig& metric) { return Json(metric.name); })
      .must_be_given();
}

Field<MetricConfig> preset_field() {
  return custom<MetricConfig>(
             "preset", Value<std::string>::schema(),
             "Variant of shower_shape, from which the keys below may differ. talk-2023: dataset, "
             "sum, variance, global, gev. nc-eval: fp32, cell, stddev, batch=256, network. tune: "
             "fp32_paired, sum, variance, global, gev.",
             [](const Json& json, MetricConfig& metric, const Place& place) {
               metric.preset = json.get<std::string>();
               metric.loss = shower_loss_preset(metric.preset, place.pointer);
             },
             [](const MetricConfig& metric) {
               return metric.tensor ? Json() : Json(metric.preset);
             })
      .one_of(std::vector<std::string>(shower_loss_presets().begin(), shower_loss_presets().end()));
}

/// Of the shower loss, or of a metric of any network, which has all but fp32.
Field<MetricConfig> reference_field() {
  return custom<MetricConfig>(
             "reference", Value<LossReference>::schema(),
             "What the model is compared with. dataset: the data files. fp32: the FP32 model on "
             "other events (shower_shape alone). fp32_paired: the FP32 model on the same events "
             "and noise. Without the key as the preset, or fp32_paired.",
             [](const Json& json, MetricConfig& metric, const Place& place) {
               if (metric.tensor) {
                 metric.tensor->reference = Value<TensorReference>::read(json, place);
               } else {
                 metric.loss.reference = Value<LossReference>::read(json, place);
               }
             },
             [](const MetricConfig& metric) {
               return metric.tensor ? Value<TensorReference>::write(metric.tensor->reference)
                                    : Value<LossReference>::write(metric.loss.reference);
             })
      .without_default();
}

Field<MetricConfig> class_axis_field() {
  return custom<MetricConfig>(
             "class_axis", Value<int>::schema(),
             "classification_top1: axis of the classes in an output of more than two axes; "
             "negative counts from the end.",
             [](const Json& json, MetricConfig& metric, const Place& place) {
               metric.tensor->class_axis = Value<int>::read(json, place);
             },
             [](const MetricConfig& metric) {
               return metric.tensor ? Value<std::optional<int>>::write(metric.tensor->class_axis)
                                    : Json();
             })
      .at_least(-8)
      .at_most(8)
      .example(1)
      .example(-1);
}

/// What shower_shape has beside the preset; written for it alone.
Field<MetricConfig> of_loss(const Field<ShowerLossOptions>& inner) {
  Field<MetricConfig> result = within(&MetricConfig::loss, inner).without_default();
  result.write = [write = inner.write](const MetricConfig& metric) {
    return metric.tensor ? Json() : write(metric.loss);
  };
  return result;
}

Fields<MetricConfig> metric_fields() {
  return {
      name_field(),
      preset_field(),
      reference_field(),
      class_axis_field(),
      of_loss(field("profile", &ShowerLossOptions::profile,
                    "shower_shape: sum: energy of a slice per event; cell: the cells of a slice. "
                    "Without the key as the preset.")),
      of_loss(field("spread", &ShowerLossOptions::spread,
                    "shower_shape: spread over events, variance or stddev, both with 1/N. Without "
                    "the key as the preset.")),
      of_loss(
          custom<ShowerLossOptions>(
              "averaging", Value<std::string>::schema(),
              "shower_shape: moments over all events (global), or the mean over batches of so "
              "many events (batch=<events>). Without the key as the preset.",
              [](const Json& json, ShowerLossOptions& loss, const Place& place) {
                loss.batch_size = loss_averaging(json.get<std::string>(), place.pointer);
              },
              [](const ShowerLossOptions& loss) { return Json(averaging_name(loss.batch_size)); })
              .example("global")
              .example("batch=256")),
      of_loss(field("units", &ShowerLossOptions::units,
                    "shower_shape: units of the cells that are compared. gev: GeV; file: scale x "
                    "GeV; network: (scale x GeV)^power, with those of /model/output. Without the "
                    "key as the preset.")),
      of_loss(field("normalisation", &ShowerLossOptions::normalisation,
                    "shower_shape: none, or zero_output: divided by the loss of an all-zero "
                    "output, so that 1 is a dead model. Without the key none.")),
  };
}

}  // namespace

Field<RunConfig> metric_section() {
  return object("metric", &RunConfig::metric,
                "What is measured of every plan. Formulas: metrics/README.md. Of shower_shape: a "
                "preset and what differs from it.",
                metric_fields());
}

}  // namespace caloquant::config_table
