#include <caloquant/config.hpp>

namespace caloquant {
namespace {

constexpr const char* schema_text = R"JSON({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "caloquant run configuration",
  "description": "Relative paths are taken from the folder of the configuration file.",
  "type": "object",
  "additionalProperties": false,
  "required": ["model", "data", "input", "metric", "accuracy_criterion"],
  "properties": {
    "_format": {
      "description": "What the file is.",
      "type": "string",
      "enum": ["caloquant.run_config"],
      "default": "caloquant.run_config"
    },
    "_version": {
      "description": "Version of this format.",
      "type": "integer",
      "minimum": 1,
      "maximum": 1,
      "default": 1
    },
    "model": {
      "description": "The trained FP32 model: file, or architecture with weights or with random_weights.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "architecture": {
          "description": "Keras architecture (to_json).",
          "type": "string"
        },
        "weights": {
          "description": "Keras weights (save_weights, HDF5) for the architecture.",
          "type": "string"
        },
        "file": {
          "description": "Full Keras model (HDF5 with model_config) or ONNX model.",
          "type": "string"
        },
        "random_weights": {
          "description": "Seed of random weights for the architecture.",
          "type": "integer",
          "minimum": 0
        },
        "output": {
          "description": "How network output becomes energy: GeV = out^(1/power) / scale.",
          "type": "object",
          "additionalProperties": false,
          "default": {},
          "properties": {
            "scale": {"type": "number", "exclusiveMinimum": 0, "default": 1.0},
            "power": {"type": "number", "exclusiveMinimum": 0, "default": 1.0}
          }
        }
      }
    },
    "graph": {
      "description": "How the network is rewritten before it is calibrated, quantized and run.",
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "disabled_passes": {
          "description": "Exact rewritings to leave out. Without collapse_upsample every convolution has the kernel and the output channels of the model.",
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "eliminate_identity",
              "fold_constants",
              "simplify_movement",
              "fold_transpose_into_dense",
              "fold_affine_into_weights",
              "fold_pad_into_conv",
              "collapse_upsample",
              "sink_depth_to_space"
            ]
          },
          "default": []
        }
      }
    },
    "data": {
      "description": "HDF5 files with showers.",
      "type": "object",
      "additionalProperties": false,
      "required": ["files", "layout", "evaluation_samples"],
      "properties": {
        "files": {
          "description": "Paths or globs, one or a list.",
          "oneOf": [
            {"type": "string"},
            {"type": "array", "minItems": 1, "items": {"type": "string"}}
          ]
        },
        "layout": {
          "description": "variable_angle: ECAL, energy, theta. fixed_angle: ECAL, target[:,1].",
          "type": "string",
          "enum": ["variable_angle", "fixed_angle"]
        },
        "cell_threshold": {
          "description": "Cells below this become 0, in the units of the file (50 x GeV or GeV); without the key 1e-4 for variable_angle, 1e-6 for fixed_angle.",
          "type": "number",
          "minimum": 0
        },
        "minimum_sum": {
          "description": "Events whose cells sum up to this or less are dropped, in the units of the file; 0: none. Without the key 10 for variable_angle, 0 for fixed_angle.",
          "type": "number",
          "minimum": 0
        },
        "calibration_samples": {
          "description": "The first events: their activations give the ranges.",
          "type": "integer",
          "minimum": 1,
          "maximum": 1000000000,
          "default": 100
        },
        "evaluation_samples": {
          "description": "The next events: the loss is measured on them.",
          "type": "integer",
          "minimum": 1,
          "maximum": 1000000000
        }
      }
    },
    "input": {
      "description": "How the input of the generator is made from an event.",
      "type": "object",
      "additionalProperties": false,
      "required": ["recipe"],
      "properties": {
        "recipe": {
          "description": "concat[Ep/100 GeV, theta, noise], or Ep/100 GeV times noise.",
          "type": "string",
          "enum": ["energy_angle_noise", "energy_times_noise"]
        },
        "seed": {
          "description": "Of the noise.",
          "type": "integer",
          "minimum": 0,
          "default": 1978
        }
      }
    },
    "quantization": {
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "approach": {
          "description": "static: the ranges of activations come from calibration.",
          "type": "string",
          "enum": ["static"],
          "default": "static"
        },
        "activation_rule": {
          "description": "measured: u8 or s8 by the calibrated range. inc_u8_scaled: u8 without zero point after any ReLU upstream, as Intel Neural Compressor.",
          "type": "string",
          "enum": ["measured", "inc_u8_scaled"],
          "default": "measured"
        },
        "op_type_dict": {
          "description": "Rules by operator (conv, dense): exact, glob, or re: and a regex; later rules win.",
          "type": "object",
          "additionalProperties": {"$ref": "#/$defs/rule"},
          "default": {}
        },
        "op_name_dict": {
          "description": "Rules by layer name, applied after op_type_dict.",
          "type": "object",
          "additionalProperties": {"$ref": "#/$defs/rule"},
          "default": {}
        },
        "recipes": {
          "type": "object",
          "additionalProperties": false,
          "default": {},
          "properties": {
            "first_conv_or_matmul_quantization": {
              "description": "false takes the first dense layer out of the search and out of total_layers.",
              "type": "boolean",
              "default": true
            }
          }
        },
        "excluded_precisions": {
          "description": "fp32: no layer may fall back.",
          "type": "array",
          "items": {"type": "string", "enum": ["int8", "fp32"]},
          "default": []
        }
      }
    },
    "metric": {
      "description": "What is measured; a preset and what differs from it.",
      "type": "object",
      "additionalProperties": false,
      "required": ["name"],
      "properties": {
        "name": {"type": "string", "enum": ["shower_shape"]},
        "preset": {
          "type": "string",
          "enum": ["talk-2023", "nc-eval", "tune"],
          "default": "tune"
        },
        "reference": {
          "description": "dataset, fp32 (other events) or fp32_paired (the same events and noise).",
          "type": "string",
          "enum": ["dataset", "fp32", "fp32_paired"]
        },
        "profile": {
          "description": "Energy of a slice, or its cells.",
          "type": "string",
          "enum": ["sum", "cell"]
        },
        "spread": {"type": "string", "enum": ["variance", "stddev"]},
        "averaging": {
          "description": "global, or batch=<events>.",
          "type": "string"
        },
        "units": {"type": "string", "enum": ["gev", "file", "network"]},
        "normalisation": {
          "description": "zero_output: divided by the loss of an all-zero output.",
          "type": "string",
          "enum": ["none", "zero_output"]
        }
      }
    },
    "accuracy_criterion": {
      "description": "Target: baseline + tolerable_loss (absolute) or baseline + tolerable_loss * |baseline| (relative); minus when higher is better.",
      "type": "object",
      "additionalProperties": false,
      "required": ["criterion", "tolerable_loss"],
      "properties": {
        "higher_is_better": {"type": "boolean", "default": false},
        "criterion": {"type": "string", "enum": ["relative", "absolute"]},
        "tolerable_loss": {
          "description": "In units of the loss, or below 1 for a relative criterion.",
          "type": "number",
          "minimum": 0
        }
      }
    },
    "tuning_criterion": {
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "strategy": {"type": "string", "enum": ["basic"], "default": "basic"},
        "more_bases": {
          "description": "When the trials of Intel Neural Compressor's basic are over and nothing met the target: fall back again from the best combination of other activation algorithms. false ends as it does.",
          "type": "boolean",
          "default": true
        },
        "timeout": {
          "description": "Seconds to search for a better plan; 0 stops at the first that meets the target.",
          "type": "number",
          "minimum": 0,
          "default": 0.0
        },
        "max_trials": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000000000,
          "default": 100
        }
      }
    },
    "execution": {
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "batch": {
          "description": "Events per call of the network.",
          "type": "integer",
          "minimum": 1,
          "maximum": 4096,
          "default": 8
        }
      }
    }
  },
  "$defs": {
    "rule": {
      "description": "Each option is one value or a list of those to search.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "precision": {
          "description": "int8 and fp32: may fall back; int8: must not; fp32: is not quantized.",
          "oneOf": [
            {"$ref": "#/$defs/precision"},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/precision"}}
          ]
        },
        "activation": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "dtype": {
              "oneOf": [
                {"$ref": "#/$defs/dtype"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/dtype"}}
              ]
            },
            "algorithm": {
              "oneOf": [
                {"$ref": "#/$defs/algorithm"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/algorithm"}}
              ]
            }
          }
        },
        "weight": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "granularity": {
              "oneOf": [
                {"$ref": "#/$defs/granularity"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/granularity"}}
              ]
            }
          }
        }
      }
    },
    "precision": {"type": "string", "enum": ["int8", "fp32"]},
    "dtype": {"type": "string", "enum": ["automatic", "u8", "s8"]},
    "algorithm": {"type": "string", "enum": ["minmax", "kl"]},
    "granularity": {"type": "string", "enum": ["per_channel", "per_tensor"]}
  }
}
)JSON";

}  // namespace

std::string run_config_schema() {
  return schema_text;
}

}  // namespace caloquant
