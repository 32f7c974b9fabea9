#include "graph/passes/pass.hpp"
#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

Fields<EnergyUnits> output_fields() {
  return {
      field("scale", &EnergyUnits::scale,
            "Output, its power undone, per energy [1/GeV]. AngleGAN: 50.")
          .above(0),
      field("power", &EnergyUnits::power,
            "Exponent with which cells were trained [1]. AngleGAN: 0.85.")
          .above(0),
  };
}

Fields<ModelConfig> model_fields() {
  return {
      field("architecture", &ModelConfig::architecture,
            "Keras architecture as to_json() writes it.")
          .example("energygan.json"),
      field("weights", &ModelConfig::weights,
            "Keras weights for the architecture, HDF5 as save_weights() writes them.")
          .example("energygan_013.hdf5"),
      field("file", &ModelConfig::file,
            "A whole model: Keras HDF5 with model_config, .keras archive, TensorFlow SavedModel "
            "folder, frozen GraphDef, or ONNX.")
          .example("classifier.onnx")
          .example("saved_model"),
      field("random_weights", &ModelConfig::random_weights,
            "Seed of random weights for the architecture: for tests of speed and plumbing, the "
            "showers mean nothing."),
      field("expected", &ModelConfig::expected,
            "What the framework of the model computes: an HDF5 file with inputs, outputs and, if "
            "wanted, layers/NAME, as `caloquant verify` takes it. A model that does not agree is "
            "refused before anything is calibrated.")
          .example("expected.h5"),
      object("output", &ModelConfig::output,
             "How network output becomes energy: E [GeV] = out^(1/power) / scale.",
             output_fields()),
      field("import_check", &ModelConfig::import_check,
            "ONNX and TensorFlow models: compute the file a second time by a program that does not "
            "share the importer, and refuse a model of which both do not agree."),
  };
}

}  // namespace

Field<RunConfig> model_section() {
  return object("model", &RunConfig::model,
                "The trained FP32 model: either file, or architecture with weights or "
                "random_weights.",
                model_fields())
      .must_be_given();
}

Field<RunConfig> graph_section() {
  return object("graph", &RunConfig::graph,
                "How the network is rewritten before it is calibrated, quantized and run.",
                Fields<GraphConfig>{
                    field("disabled_passes", &GraphConfig::disabled_passes,
                          "Exact rewritings to leave out; what each does stands in "
                          "graph/README.md. Without collapse_upsample every convolution has the "
                          "kernel and the output channels of the model.")
                        .one_of(optional_pass_names())
                        .example({"collapse_upsample"}),
                });
}

}  // namespace caloquant::config_table
