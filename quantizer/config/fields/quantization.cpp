#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

Fields<RangeOptions> range_fields() {
  return {
      field("headroom", &RangeOptions::headroom,
            "minmax_headroom: factor on both ends of the range [1].")
          .at_least(1)
          .at_most(1000),
      field("averaging_constant", &RangeOptions::averaging_constant,
            "moving_average: weight of a new event [1].")
          .above(0)
          .at_most(1),
      field("percentile", &RangeOptions::percentile,
            "percentile: part of the values other than 0 that is not clipped [%].")
          .above(0)
          .at_most(100),
      field("aciq", &RangeOptions::aciq,
            "aciq: the distribution that a tensor is taken for. laplace; gauss: normal; likelier: "
            "whichever of the two makes the values more likely."),
  };
}

Fields<QuantizationConfig> correction_fields() {
  return {
      field("bias_correction", &QuantizationConfig::bias_correction,
            "Biases make up for the mean error of the quantized weights. off, on, or auto: where "
            "the strategy auto finds that it lowers the loss."),
      field("sequential_bias_correction", &QuantizationConfig::sequential_bias_correction,
            "Biases of the final model, layer after layer, make up for what channels lack in the "
            "mean behind quantized layers; kept when that lowers the loss. off, on, or auto: with "
            "the strategy auto."),
      field("equalization", &QuantizationConfig::equalization,
            "Channels between layers are scaled by powers of two that the weights behind them make "
            "up for: the same fp32 network with ranges closer together. off, on, or auto: where "
            "the strategy auto finds that it lowers the loss."),
      field("weight_reconstruction", &QuantizationConfig::weight_reconstruction,
            "Weights are rounded so that the errors of a channel make up for each other on the "
            "calibration events. off, on, or auto: where the strategy auto finds that it lowers "
            "the loss."),
      field("response_fit", &QuantizationConfig::response_fit,
            "Biases and gains of the last two convolutions of every plan with more than one "
            "layer of 8-bit weights are fitted so that energy response, profiles and hits are "
            "those of fp32. Generators of showers only. off, on, or auto: with the strategy auto."),
      field("response_fit_events", &QuantizationConfig::response_fit_events,
            "Events that response_fit draws, with energies and angles of the data and noise that "
            "no evaluation sees. 0: twice calibration_samples.")
          .at_most(1000000),
      field("dense_weights_int8", &QuantizationConfig::dense_weights_int8,
            "A dense layer that is not counted, or that basic leaves at fp32, keeps 8-bit weights "
            "and computes in fp32 (precision w8). The other strategies choose w8 themselves."),
      within(
          &QuantizationConfig::rules,
          field("first_conv_or_matmul_quantization", &SpaceRules::first_conv_or_matmul_quantization,
                "false takes the first dense layer out of the search and out of total_layers.")),
  };
}

Fields<QuantizationConfig> quantization_fields() {
  return {
      field("approach", &QuantizationConfig::approach,
            "static: the ranges of activations come from calibration; the only approach.")
          .one_of({"static"}),
      field("activation_rule", &QuantizationConfig::activation_rule,
            "Integer type of activations where the option dtype is automatic. measured: u8 with a "
            "zero point or s8, by the calibrated range. inc_u8_scaled: u8 without zero point "
            "behind a ReLU, seen through BatchNorm and padding, as Intel Neural Compressor; any "
            "other convolution s8. symmetric: always s8 with zero point 0."),
      object("ranges", &QuantizationConfig::ranges,
             "Parameters of the range algorithms, the same for all layers.", range_fields()),
      within(&QuantizationConfig::rules,
             rules_field("op_type_dict", &SpaceRules::op_types,
                         "Rules by operator (conv, dense). A key is a name, a glob with * and ?, "
                         "or re: and a regular expression for the whole name; later rules win, "
                         "option by option. A rule that matches nothing is an error.")
                 .example({{"conv", {{"activation", {{"algorithm", {"minmax", "kl"}}}}}}})),
      within(&QuantizationConfig::rules,
             rules_field("op_name_dict", &SpaceRules::op_names,
                         "Rules by layer name, applied after op_type_dict; keys as there.")
                 .example({{"conv3d_1", {{"precision", "fp32"}}},
                           {"re:conv3d_[67]", {{"precision", "int8"}}}})),
      group("recipes",
            "What is done to the weights and biases of quantized layers beside rounding. off, on, "
            "or auto: as the strategy auto finds it useful, not at all with other strategies.",
            correction_fields()),
      within(&QuantizationConfig::rules,
             field("excluded_precisions", &SpaceRules::excluded_precisions,
                   "Precisions that no layer may have; with fp32 no layer may fall back to it.")
                 .items(reference_to("precision"))
                 .example({"fp32"})),
  };
}

}  // namespace

Field<RunConfig> quantization_section() {
  return object("quantization", &RunConfig::quantization,
                "Which layers may take which precision, how their ranges are found, and what "
                "repairs them.",
                quantization_fields());
}

}  // namespace caloquant::config_table
