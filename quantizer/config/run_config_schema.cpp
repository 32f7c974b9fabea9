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
              "sink_transpose",
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
      "description": "HDF5 files with showers; with the input recipe tensor HDF5 or .npy files with any arrays, or folders with input_0.pb.",
      "type": "object",
      "additionalProperties": false,
      "required": ["files", "evaluation_samples"],
      "properties": {
        "files": {
          "description": "Paths or globs, one or a list.",
          "oneOf": [
            {"type": "string"},
            {"type": "array", "minItems": 1, "items": {"type": "string"}}
          ]
        },
        "layout": {
          "description": "Of showers. variable_angle: ECAL, energy, theta. fixed_angle: ECAL, target[:,1].",
          "type": "string",
          "enum": ["variable_angle", "fixed_angle"]
        },
        "inputs": {
          "description": "With the recipe tensor: the array of the only input, or of each by its name in the network. Without it arrays have the network's names, or there is just one.",
          "oneOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}}
          ]
        },
        "targets": {
          "description": "What the outputs are compared with when the metric's reference is dataset: arrays as for inputs, or a .npy file (or glob) of its own. For classification_top1 class numbers, or values like the output.",
          "oneOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}}
          ]
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
          "description": "concat[Ep/100 GeV, theta, noise]; Ep/100 GeV times noise; or rows of the data files as they are, for any network.",
          "type": "string",
          "enum": ["energy_angle_noise", "energy_times_noise", "tensor"]
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
          "description": "measured: u8 or s8 by the calibrated range. inc_u8_scaled: u8 without zero point after any ReLU upstream, as Intel Neural Compressor. symmetric: always s8 with zero point 0.",
          "type": "string",
          "enum": ["measured", "inc_u8_scaled", "symmetric"],
          "default": "measured"
        },
        "ranges": {
          "description": "Parameters of the range algorithms.",
          "type": "object",
          "additionalProperties": false,
          "default": {},
          "properties": {
            "headroom": {
              "description": "minmax_headroom: factor on both ends.",
              "type": "number",
              "minimum": 1,
              "maximum": 1000,
              "default": 1.5
            },
            "averaging_constant": {
              "description": "moving_average: weight of a new event.",
              "type": "number",
              "exclusiveMinimum": 0,
              "maximum": 1,
              "default": 0.05
            },
            "percentile": {
              "description": "percentile: part of the values other than 0 that is not clipped, in %.",
              "type": "number",
              "exclusiveMinimum": 0,
              "maximum": 100,
              "default": 99.99
            },
            "aciq": {
              "description": "aciq: the distribution that a tensor is taken for; likelier: of these two.",
              "type": "string",
              "enum": ["likelier", "laplace", "gauss"],
              "default": "likelier"
            }
          }
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
            "bias_correction": {
              "description": "Biases make up for the mean error of the quantized weights. auto: where the strategy auto finds that it lowers the loss.",
              "type": "string",
              "enum": ["off", "on", "auto"],
              "default": "auto"
            },
            "sequential_bias_correction": {
              "description": "Biases of the final model, layer after layer, make up for what channels lack in the mean behind quantized layers; kept when that lowers the loss. auto: with the strategy auto.",
              "type": "string",
              "enum": ["off", "on", "auto"],
              "default": "auto"
            },
            "weight_reconstruction": {
              "description": "Weights are rounded so that the errors of a channel make up for each other on the calibration showers. auto: as above.",
              "type": "string",
              "enum": ["off", "on", "auto"],
              "default": "auto"
            },
            "dense_weights_int8": {
              "description": "A dense layer that is not counted, or that basic leaves at fp32, keeps 8-bit weights and computes in fp32 (precision w8). The other strategies choose w8 themselves.",
              "type": "boolean",
              "default": true
            },
            "equalization": {
              "description": "Channels between layers are scaled by powers of two that the weights behind them make up for: the same fp32 network with ranges closer together. auto: as above.",
              "type": "string",
              "enum": ["off", "on", "auto"],
              "default": "auto"
            },
            "first_conv_or_matmul_quantization": {
              "description": "false takes the first dense layer out of the search and out of total_layers.",
              "type": "boolean",
              "default": true
            }
          }
        },
        "excluded_precisions": {
          "description": "Precisions that no layer may have; with fp32 no layer may fall back to it.",
          "type": "array",
          "items": {"$ref": "#/$defs/precision"},
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
        "name": {
          "description": "shower_shape, or how near the outputs of any network are: mse, sqnr [dB], cosine, max_abs, classification_top1.",
          "type": "string",
          "enum": ["shower_shape", "mse", "sqnr", "cosine", "max_abs", "classification_top1"]
        },
        "class_axis": {
          "description": "classification_top1: axis of the classes in an output of more than two axes; negative counts from the end.",
          "type": "integer",
          "minimum": -8,
          "maximum": 8
        },
        "preset": {
          "description": "Of shower_shape.",
          "type": "string",
          "enum": ["talk-2023", "nc-eval", "tune"],
          "default": "tune"
        },
        "reference": {
          "description": "dataset, fp32 (other events; shower_shape alone) or fp32_paired (the same events and noise).",
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
      "description": "Target: baseline + tolerable_loss (absolute), baseline + tolerable_loss * |baseline| (relative), both with minus when higher is better, or tolerable_loss itself (limit).",
      "type": "object",
      "additionalProperties": false,
      "required": ["criterion", "tolerable_loss"],
      "properties": {
        "higher_is_better": {
          "description": "Of the metric: true for sqnr, cosine and classification_top1. Without the key as the metric is.",
          "type": "boolean"
        },
        "criterion": {"type": "string", "enum": ["relative", "absolute", "limit"]},
        "tolerable_loss": {
          "description": "In units of the metric, or below 1 for a relative criterion.",
          "type": "number",
          "minimum": 0
        },
        "energy_response": {
          "description": "Also wanted: the mean total energy within this fraction of that of the fp32 model in every energy bin (100, 200, 300, 400 and 500 GeV where the events lie there). Needs the metric reference fp32_paired.",
          "type": "number",
          "exclusiveMinimum": 0,
          "maximum": 1
        }
      }
    },
    "tuning_criterion": {
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "strategy": {
          "description": "basic: that of Intel Neural Compressor. conservative: one op type after the other. mse_v2: fall-back by harm, then shrinking. sensitivity: every layer alone, then the cheapest predicted plan. exhaustive: every plan. random: plans by chance. auto: recipes, then sensitivity. All but basic search every precision of a layer and go on after the first plan that meets the target.",
          "type": "string",
          "enum": ["basic", "conservative", "mse_v2", "sensitivity", "exhaustive", "random", "auto"],
          "default": "basic"
        },
        "objective": {
          "description": "What is sought among the plans that meet the target: the least time, the fewest bytes, or the best loss. basic keeps the most quantized layers whatever is said here.",
          "type": "string",
          "enum": ["fastest", "smallest", "accurate"],
          "default": "fastest"
        },
        "seed": {
          "description": "Of the strategy random.",
          "type": "integer",
          "minimum": 0,
          "default": 1978
        },
        "more_bases": {
          "description": "When the trials of Intel Neural Compressor's basic are over and nothing met the target: fall back again from the best combination of other activation algorithms. false ends as it does.",
          "type": "boolean",
          "default": true
        },
        "layer_costs": {
          "description": "layer_costs.json of an earlier run, to search with its layer times and sizes in place of new ones (all strategies but basic).",
          "type": "string",
          "minLength": 1
        },
        "early_stop": {
          "description": "A trial whose loss, after an eighth or a half of the events, exceeds the target by 5 standard errors sees no further events. Its loss in the log is from those alone, so the order of fall-backs may differ from that of a full run.",
          "type": "boolean",
          "default": false
        },
        "timeout": {
          "description": "Seconds to search for a better plan; 0: basic stops at the first that meets the target, other strategies at their own end.",
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
    },
    "emit": {
      "description": "What is written of the final model.",
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "formats": {
          "description": "h5: quantized.h5, which caloquant runs; onnx: quantized.onnx with QuantizeLinear and DequantizeLinear.",
          "type": "array",
          "minItems": 1,
          "items": {"type": "string", "enum": ["h5", "onnx"]},
          "default": ["h5"]
        },
        "onnx_profile": {
          "description": "For whom quantized.onnx is written; tensorrt and portable want activation_rule symmetric.",
          "type": "string",
          "enum": ["onnxruntime", "openvino", "tensorrt", "portable"],
          "default": "onnxruntime"
        }
      }
    },
    "report": {
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "physics_events": {
          "description": "Showers with which the final model is compared with the fp32 one and with the data, at most the evaluation events; 0: not at all.",
          "type": "integer",
          "minimum": 0,
          "maximum": 10000000,
          "default": 500
        },
        "html": {
          "description": "report.html of the run, with report.json, from which 'caloquant report' draws it again. Costs about a second and some events.",
          "type": "boolean",
          "default": true
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
          "description": "int8 and fp32: may fall back; int8: must not; fp32: is not quantized; with more of them the layer falls back step by step.",
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
            },
            "algorithm": {
              "oneOf": [
                {"$ref": "#/$defs/weight_algorithm"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/weight_algorithm"}}
              ]
            }
          }
        }
      }
    },
    "precision": {
      "description": "int8: 8-bit weights and activations; w8a16: 16-bit activations; w8: 8-bit weights alone; bf16; fp32.",
      "type": "string",
      "enum": ["int8", "w8a16", "w8", "bf16", "fp32"]
    },
    "dtype": {"type": "string", "enum": ["automatic", "u8", "s8"]},
    "algorithm": {
      "description": "Of activations. automatic: the one of the others with the smallest local error.",
      "type": "string",
      "enum": [
        "minmax",
        "minmax_headroom",
        "moving_average",
        "percentile",
        "mse",
        "kl",
        "aciq",
        "automatic"
      ]
    },
    "weight_algorithm": {
      "description": "minmax: largest magnitude; mse: the clipping with the smallest squared error.",
      "type": "string",
      "enum": ["minmax", "mse"]
    },
    "granularity": {"type": "string", "enum": ["per_channel", "per_tensor"]}
  }
}
)JSON";

}  // namespace

std::string run_config_schema() {
  return schema_text;
}

}  // namespace caloquant
