#include <caloquant/config.hpp>

namespace caloquant {
namespace {

constexpr const char* schema_text = R"JSON({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "caloquant run configuration",
  "description": "One run of caloquant quantize. Relative paths are taken from the folder of the configuration file.",
  "type": "object",
  "additionalProperties": false,
  "required": ["model", "data", "input", "metric", "accuracy_criterion"],
  "examples": [
    {
      "model": {"architecture": "energygan.json", "weights": "energygan_013.hdf5"},
      "data": {"files": "showers25_*.h5", "layout": "fixed_angle", "evaluation_samples": 150},
      "input": {"recipe": "energy_times_noise"},
      "metric": {"name": "shower_shape"},
      "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1e-4}
    }
  ],
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
      "description": "The trained FP32 model: either file, or architecture with weights or random_weights.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "architecture": {
          "description": "Keras architecture as to_json() writes it.",
          "type": "string",
          "examples": ["energygan.json"]
        },
        "weights": {
          "description": "Keras weights for the architecture, HDF5 as save_weights() writes them.",
          "type": "string",
          "examples": ["energygan_013.hdf5"]
        },
        "file": {
          "description": "A whole model: Keras HDF5 with model_config, .keras archive, TensorFlow SavedModel folder, frozen GraphDef, or ONNX.",
          "type": "string",
          "examples": ["classifier.onnx", "saved_model"]
        },
        "random_weights": {
          "description": "Seed of random weights for the architecture: for tests of speed and plumbing, the showers mean nothing.",
          "type": "integer",
          "minimum": 0
        },
        "import_check": {
          "description": "ONNX and TensorFlow models: compute the file a second time by a program that does not share the importer, and refuse a model of which both do not agree.",
          "type": "boolean",
          "default": true
        },
        "expected": {
          "description": "What the framework of the model computes: an HDF5 file with inputs, outputs and, if wanted, layers/NAME, as `caloquant verify` takes it. A model that does not agree is refused before anything is calibrated.",
          "type": "string",
          "examples": ["expected.h5"]
        },
        "output": {
          "description": "How network output becomes energy: E [GeV] = out^(1/power) / scale.",
          "type": "object",
          "additionalProperties": false,
          "default": {},
          "properties": {
            "scale": {
              "description": "Output, its power undone, per energy [1/GeV]. AngleGAN: 50.",
              "type": "number",
              "exclusiveMinimum": 0,
              "default": 1.0
            },
            "power": {
              "description": "Exponent with which cells were trained [1]. AngleGAN: 0.85.",
              "type": "number",
              "exclusiveMinimum": 0,
              "default": 1.0
            }
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
          "description": "Exact rewritings to leave out; what each does stands in graph/README.md. Without collapse_upsample every convolution has the kernel and the output channels of the model.",
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
          "default": [],
          "examples": [["collapse_upsample"]]
        }
      }
    },
    "data": {
      "description": "HDF5 files with showers. With the input recipe tensor: HDF5 or .npy files with any arrays, or folders with input_0.pb. The first events calibrate, the next ones evaluate.",
      "type": "object",
      "additionalProperties": false,
      "required": ["files", "evaluation_samples"],
      "properties": {
        "files": {
          "description": "Paths or globs (* and ? within a name), one or a list. Files are taken in the order of their paths.",
          "oneOf": [
            {"type": "string"},
            {"type": "array", "minItems": 1, "items": {"type": "string"}}
          ],
          "examples": ["showers25_*.h5", ["a.h5", "b.h5"]]
        },
        "layout": {
          "description": "Which datasets the shower files have; needed unless the input recipe is tensor. variable_angle: ECAL [50 x GeV], energy [GeV], theta [rad]. fixed_angle: ECAL [GeV], target[:,1] [GeV], 90 degrees.",
          "type": "string",
          "enum": ["variable_angle", "fixed_angle"]
        },
        "inputs": {
          "description": "With the recipe tensor: the array of the only input, or of each by its name in the network. Without it arrays have the network's names, or there is just one.",
          "oneOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}}
          ],
          "examples": ["images", {"input_1": "images", "input_2": "labels"}]
        },
        "targets": {
          "description": "What the outputs are compared with when the metric's reference is dataset: arrays as for inputs, or a .npy file (or glob) of its own. For classification_top1 class numbers, or values like the output.",
          "oneOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}}
          ],
          "examples": ["labels.npy"]
        },
        "cell_threshold": {
          "description": "Cells below this become 0 [units of the file: 50 x GeV or GeV]; 0: none. Without the key 1e-4 for variable_angle, 1e-6 for fixed_angle.",
          "type": "number",
          "minimum": 0
        },
        "minimum_sum": {
          "description": "Events whose cells sum up to this or less are dropped [units of the file: 50 x GeV or GeV]; 0: none. Without the key 10 for variable_angle, 0 for fixed_angle.",
          "type": "number",
          "minimum": 0
        },
        "calibration_samples": {
          "description": "Number of events, the first ones, whose activations give the ranges.",
          "type": "integer",
          "minimum": 1,
          "maximum": 1000000000,
          "default": 100
        },
        "evaluation_samples": {
          "description": "Number of events, those behind the calibration events, on which the loss is measured.",
          "type": "integer",
          "minimum": 1,
          "maximum": 1000000000
        },
        "follow_links": {
          "description": "HDF5 data files may have parts in other files of their own folder: external links, external storage, virtual datasets. Without it they are refused, for such a file can name any other.",
          "type": "boolean",
          "default": false
        }
      }
    },
    "input": {
      "description": "How the input of the network is made from an event.",
      "type": "object",
      "additionalProperties": false,
      "required": ["recipe"],
      "properties": {
        "recipe": {
          "description": "energy_angle_noise: [Ep / 100 GeV, theta [rad], noise] one behind the other. energy_times_noise: Ep / 100 GeV times noise. tensor: rows of the data files as they are, for any network.",
          "type": "string",
          "enum": ["energy_angle_noise", "energy_times_noise", "tensor"]
        },
        "seed": {
          "description": "Seed of the noise; without meaning for the recipe tensor.",
          "type": "integer",
          "minimum": 0,
          "default": 1978
        }
      }
    },
    "quantization": {
      "description": "Which layers may take which precision, how their ranges are found, and what repairs them.",
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "approach": {
          "description": "static: the ranges of activations come from calibration; the only approach.",
          "type": "string",
          "enum": ["static"],
          "default": "static"
        },
        "activation_rule": {
          "description": "Integer type of activations where the option dtype is automatic. measured: u8 with a zero point or s8, by the calibrated range. inc_u8_scaled: u8 without zero point behind a ReLU, seen through BatchNorm and padding, as Intel Neural Compressor; any other convolution s8. symmetric: always s8 with zero point 0.",
          "type": "string",
          "enum": ["measured", "inc_u8_scaled", "symmetric"],
          "default": "measured"
        },
        "ranges": {
          "description": "Parameters of the range algorithms, the same for all layers.",
          "type": "object",
          "additionalProperties": false,
          "default": {},
          "properties": {
            "headroom": {
              "description": "minmax_headroom: factor on both ends of the range [1].",
              "type": "number",
              "minimum": 1,
              "maximum": 1000,
              "default": 1.5
            },
            "averaging_constant": {
              "description": "moving_average: weight of a new event [1].",
              "type": "number",
              "exclusiveMinimum": 0,
              "maximum": 1,
              "default": 0.05
            },
            "percentile": {
              "description": "percentile: part of the values other than 0 that is not clipped [%].",
              "type": "number",
              "exclusiveMinimum": 0,
              "maximum": 100,
              "default": 99.99
            },
            "aciq": {
              "description": "aciq: the distribution that a tensor is taken for. laplace; gauss: normal; likelier: whichever of the two makes the values more likely.",
              "type": "string",
              "enum": ["likelier", "laplace", "gauss"],
              "default": "likelier"
            }
          }
        },
        "op_type_dict": {
          "description": "Rules by operator (conv, dense). A key is a name, a glob with * and ?, or re: and a regular expression for the whole name; later rules win, option by option. A rule that matches nothing is an error.",
          "type": "object",
          "additionalProperties": {"$ref": "#/$defs/rule"},
          "default": {},
          "examples": [{"conv": {"activation": {"algorithm": ["minmax", "kl"]}}}]
        },
        "op_name_dict": {
          "description": "Rules by layer name, applied after op_type_dict; keys as there.",
          "type": "object",
          "additionalProperties": {"$ref": "#/$defs/rule"},
          "default": {},
          "examples": [{"conv3d_1": {"precision": "fp32"}, "re:conv3d_[67]": {"precision": "int8"}}]
        },
        "recipes": {
          "description": "What is done to the weights and biases of quantized layers beside rounding. off, on, or auto: as the strategy auto finds it useful, not at all with other strategies.",
          "type": "object",
          "additionalProperties": false,
          "default": {},
          "properties": {
            "bias_correction": {
              "description": "Biases make up for the mean error of the quantized weights. off, on, or auto: where the strategy auto finds that it lowers the loss.",
              "type": "string",
              "enum": ["off", "on", "auto"],
              "default": "auto"
            },
            "sequential_bias_correction": {
              "description": "Biases of the final model, layer after layer, make up for what channels lack in the mean behind quantized layers; kept when that lowers the loss. off, on, or auto: with the strategy auto.",
              "type": "string",
              "enum": ["off", "on", "auto"],
              "default": "auto"
            },
            "weight_reconstruction": {
              "description": "Weights are rounded so that the errors of a channel make up for each other on the calibration events. off, on, or auto: where the strategy auto finds that it lowers the loss.",
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
              "description": "Channels between layers are scaled by powers of two that the weights behind them make up for: the same fp32 network with ranges closer together. off, on, or auto: where the strategy auto finds that it lowers the loss.",
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
          "default": [],
          "examples": [["fp32"]]
        }
      }
    },
    "metric": {
      "description": "What is measured of every plan. Formulas: metrics/README.md. Of shower_shape: a preset and what differs from it.",
      "type": "object",
      "additionalProperties": false,
      "required": ["name"],
      "properties": {
        "name": {
          "description": "shower_shape: means and spreads of energy per slice. How near the outputs of any network are: mse: mean squared error; sqnr: signal to quantization noise [dB]; cosine: mean cosine similarity; max_abs: largest difference; classification_top1: part of the places with the right class.",
          "type": "string",
          "enum": ["shower_shape", "mse", "sqnr", "cosine", "max_abs", "classification_top1"]
        },
        "class_axis": {
          "description": "classification_top1: axis of the classes in an output of more than two axes; negative counts from the end.",
          "type": "integer",
          "minimum": -8,
          "maximum": 8,
          "examples": [1, -1]
        },
        "preset": {
          "description": "Variant of shower_shape, from which the keys below may differ. talk-2023: dataset, sum, variance, global, gev. nc-eval: fp32, cell, stddev, batch=256, network. tune: fp32_paired, sum, variance, global, gev.",
          "type": "string",
          "enum": ["talk-2023", "nc-eval", "tune"],
          "default": "tune"
        },
        "reference": {
          "description": "What the model is compared with. dataset: the data files. fp32: the FP32 model on other events (shower_shape alone). fp32_paired: the FP32 model on the same events and noise. Without the key as the preset, or fp32_paired.",
          "type": "string",
          "enum": ["dataset", "fp32", "fp32_paired"]
        },
        "profile": {
          "description": "shower_shape: sum: energy of a slice per event; cell: the cells of a slice. Without the key as the preset.",
          "type": "string",
          "enum": ["sum", "cell"]
        },
        "spread": {
          "description": "shower_shape: spread over events, variance or stddev, both with 1/N. Without the key as the preset.",
          "type": "string",
          "enum": ["variance", "stddev"]
        },
        "averaging": {
          "description": "shower_shape: moments over all events (global), or the mean over batches of so many events (batch=<events>). Without the key as the preset.",
          "type": "string",
          "examples": ["global", "batch=256"]
        },
        "units": {
          "description": "shower_shape: units of the cells that are compared. gev: GeV; file: scale x GeV; network: (scale x GeV)^power, with those of /model/output. Without the key as the preset.",
          "type": "string",
          "enum": ["gev", "file", "network"]
        },
        "normalisation": {
          "description": "shower_shape: none, or zero_output: divided by the loss of an all-zero output, so that 1 is a dead model. Without the key none.",
          "type": "string",
          "enum": ["none", "zero_output"]
        }
      }
    },
    "accuracy_criterion": {
      "description": "What a plan has to reach. The baseline is the metric of the FP32 model.",
      "type": "object",
      "additionalProperties": false,
      "required": ["criterion", "tolerable_loss"],
      "properties": {
        "higher_is_better": {
          "description": "Of the metric: true for sqnr, cosine and classification_top1. Without the key as the metric is.",
          "type": "boolean"
        },
        "criterion": {
          "description": "Target. absolute: baseline + tolerable_loss. relative: baseline + tolerable_loss x |baseline|. limit: tolerable_loss itself. absolute and relative with minus when higher is better; relative needs a baseline other than 0.",
          "type": "string",
          "enum": ["relative", "absolute", "limit"]
        },
        "tolerable_loss": {
          "description": "See criterion [units of the metric; a fraction below 1 when relative].",
          "type": "number",
          "minimum": 0,
          "examples": [1e-4]
        },
        "energy_response": {
          "description": "Also wanted: the mean total energy within this fraction of that of the fp32 model in every energy bin (100, 200, 300, 400 and 500 GeV where the events lie there) [1]. Needs shower_shape with the reference fp32_paired.",
          "type": "number",
          "exclusiveMinimum": 0,
          "maximum": 1,
          "examples": [0.005]
        }
      }
    },
    "tuning_criterion": {
      "description": "How plans are searched, and for how long.",
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "strategy": {
          "description": "basic: that of Intel Neural Compressor. conservative: one op type after the other. mse_v2: fall-back by sensitivity, then shrinking. sensitivity: every layer alone, then the cheapest predicted plan. exhaustive: every plan. random: plans by chance. auto: recipes, then sensitivity. All but basic search every precision of a layer and go on after the first plan that meets the target.",
          "type": "string",
          "enum": ["basic", "conservative", "mse_v2", "sensitivity", "exhaustive", "random", "auto"],
          "default": "basic"
        },
        "objective": {
          "description": "What is sought among the plans that meet the target. fastest: the least time; smallest: the fewest bytes; accurate: the best loss. basic keeps the most quantized layers whatever is said here.",
          "type": "string",
          "enum": ["fastest", "smallest", "accurate"],
          "default": "fastest"
        },
        "seed": {
          "description": "Seed of the strategy random.",
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
          "minLength": 1,
          "examples": ["run/layer_costs.json"]
        },
        "early_stop": {
          "description": "A trial whose loss, after an eighth or a half of the events, exceeds the target by 5 standard errors sees no further events. Its loss in the log is from those alone, so the order of fall-backs may differ from that of a full run.",
          "type": "boolean",
          "default": false
        },
        "timeout": {
          "description": "Time to search for a better plan [s]; 0: basic stops at the first that meets the target, other strategies at their own end.",
          "type": "number",
          "minimum": 0,
          "default": 0.0
        },
        "max_trials": {
          "description": "Most plans that are evaluated; random draws as many.",
          "type": "integer",
          "minimum": 1,
          "maximum": 1000000000,
          "default": 100
        }
      }
    },
    "execution": {
      "description": "How the network is run while tuning.",
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {
        "batch": {
          "description": "Events per call of the network; no result depends on it.",
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
          "default": ["h5"],
          "examples": [["h5", "onnx"]]
        },
        "onnx_profile": {
          "description": "For which runtime quantized.onnx is written (graph/README.md): onnxruntime, openvino, tensorrt or portable; the last two want activation_rule symmetric.",
          "type": "string",
          "enum": ["onnxruntime", "openvino", "tensorrt", "portable"],
          "default": "onnxruntime"
        }
      }
    },
    "report": {
      "description": "What is measured of the final model.",
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
      "description": "Options of the layers that a key of op_type_dict or op_name_dict matches. Each is one value or a list of those to search.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "precision": {
          "description": "int8 and fp32: may fall back; int8 alone: must not; fp32 alone: is not quantized; with more of them the layer falls back step by step.",
          "oneOf": [
            {"$ref": "#/$defs/precision"},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/precision"}}
          ]
        },
        "activation": {
          "description": "Options of the activations that go into the layer.",
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
          "description": "Options of the weights of the layer.",
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
      "description": "int8: 8-bit weights and activations; w8a16: 8-bit weights, 16-bit activations; w8: 8-bit weights alone; bf16: bfloat16; fp32: not quantized.",
      "type": "string",
      "enum": ["int8", "w8a16", "w8", "bf16", "fp32"]
    },
    "dtype": {
      "description": "Integer type of activations. automatic: by activation_rule; u8: with a zero point; s8: symmetric.",
      "type": "string",
      "enum": ["automatic", "u8", "s8"]
    },
    "algorithm": {
      "description": "How the range of activations is found; formulas in calibration/README.md. minmax: smallest and largest value; minmax_headroom: the same times a factor; moving_average: mean of the events' smallest and largest values; percentile: a part of the values other than 0; mse: smallest squared error; kl: smallest KL divergence; aciq: analytic clipping; automatic: the one of the others with the smallest local error.",
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
      "description": "How the scale of weights is found. minmax: largest magnitude; mse: the clipping with the smallest squared error.",
      "type": "string",
      "enum": ["minmax", "mse"]
    },
    "granularity": {
      "description": "Scales of weights. per_channel: one for each output channel; per_tensor: one for all.",
      "type": "string",
      "enum": ["per_channel", "per_tensor"]
    }
  }
}
)JSON";

}  // namespace

std::string run_config_schema() {
  return schema_text;
}

}  // namespace caloquant
