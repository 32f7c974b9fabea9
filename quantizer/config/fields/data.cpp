#include <map>
#include <vector>

#include "calibration/data/sampling_fraction.hpp"
#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

constexpr std::int64_t most_events = 1'000'000'000;
constexpr const char* any_arrays = "tensor";  // the encoding without showers

using Names = std::map<std::string, std::string>;

/// One name is that of the only array.
Names read_names(const Json& json) {
  return json.is_string() ? Names{{"", json.get<std::string>()}} : json.get<Names>();
}

Json write_names(const Names& names) {
  const auto only = names.find("");
  if (only != names.end()) {
    return only->second;
  }
  return names.empty() ? Json() : Json(names);
}

TensorDataConfig& tensors_of(DataConfig& data) {
  return data.tensors ? *data.tensors : data.tensors.emplace();
}

Json name_or_names() {
  return either({{"type", "string"}},
                {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}});
}

Field<DataConfig> files_field() {
  const Json type = either({{"type", "string"}},
                           {{"type", "array"}, {"minItems", 1}, {"items", {{"type", "string"}}}});
  return custom<DataConfig>(
             "files", type,
             "Paths or globs (* and ? within a name), one or a list. Files are taken in the order "
             "of their paths.",
             [](const Json& json, DataConfig& data, const Place& place) {
               data.files.clear();
               for (const Json& file : json.is_array() ? json : Json::array({json})) {
                 data.files.push_back(resolved_path(file, place).string());
               }
             },
             [](const DataConfig& data) { return Json(data.files); })
      .must_be_given()
      .example("showers25_*.h5")
      .example({"a.h5", "b.h5"});
}

Field<DataConfig> layout_field() {
  return custom<DataConfig>(
             "layout", Value<DataLayout>::schema(),
             "Which datasets the shower files have; needed unless the input encoding is tensor. "
             "variable_angle: ECAL [50 x GeV], energy [GeV], theta [rad] (mtheta where there is no "
             "theta). fixed_angle: ECAL [GeV], "
             "target[:,1] [GeV], 90 degrees.",
             [](const Json& json, DataConfig& data, const Place& place) {
               data.layout = Value<DataLayout>::read(json, place);
             },
             [](const DataConfig& data) {
               return data.tensors ? Json() : Value<DataLayout>::write(data.layout);
             })
      .without_default();
}

Field<DataConfig> inputs_field() {
  return custom<DataConfig>(
             "inputs", name_or_names(),
             "With the encoding tensor: the array of the only input, or of each by its name in "
             "the network. Without it arrays have the network's names, or there is just one.",
             [](const Json& json, DataConfig& data, const Place&) {
               tensors_of(data).inputs = read_names(json);
             },
             [](const DataConfig& data) {
               return data.tensors ? write_names(data.tensors->inputs) : Json();
             })
      .example("images")
      .example({{"input_1", "images"}, {"input_2", "labels"}});
}

/// A .npy file, or names as for the inputs.
Field<DataConfig> targets_field() {
  return custom<DataConfig>(
             "targets", name_or_names(),
             "What the outputs are compared with when the metric's reference is dataset: arrays "
             "as for inputs, or a .npy file (or glob) of its own. For classification_top1 class "
             "numbers, or values like the output.",
             [](const Json& json, DataConfig& data, const Place& place) {
               TensorDataConfig& tensors = tensors_of(data);
               if (json.is_string() && json.get_ref<const std::string&>().ends_with(".npy")) {
                 tensors.target_files = {resolved_path(json, place).string()};
               } else {
                 tensors.targets = read_names(json);
               }
             },
             [](const DataConfig& data) {
               if (!data.tensors || data.tensors->target_files.empty()) {
                 return data.tensors ? write_names(data.tensors->targets) : Json();
               }
               return Json(data.tensors->target_files.front());
             })
      .example("labels.npy");
}

Field<DataConfig> missing_energies_field() {
  return custom<DataConfig>(
      "missing_energies", Value<MissingEnergies>::schema(),
      "What becomes of shower files without energies: refuse, or from_sum: energies are estimated "
      "from the sums of the cells and the sampling fraction, and all outputs say so.",
      [](const Json& json, DataConfig& data, const Place& place) {
        data.missing_energies = Value<MissingEnergies>::read(json, place);
      },
      [](const DataConfig& data) {
        return data.tensors ? Json() : Value<MissingEnergies>::write(data.missing_energies);
      });
}

Field<DataConfig> sampling_fraction_field() {
  const Json fraction{{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", 1}};
  const Json curve{{"type", "array"},
                   {"minItems", 1},
                   {"maxItems", SamplingFraction::most_coefficients},
                   {"items", {{"type", "number"}}}};
  return custom<DataConfig>(
             "sampling_fraction", either(fraction, curve),
             "Sum of the cells over the energy of the primary, for missing_energies from_sum: a "
             "number, or coefficients of 1, x, x^2, ... with x = E / 100 GeV, good for up to 500 "
             "GeV. Without the key the published fit to Geant4 at 90 degrees in 25 x 25 x 25 "
             "cells, [0.0221, -0.0028, 0.0011, -0.00023, 0.000018].",
             [](const Json& json, DataConfig& data, const Place&) {
               data.sampling_fraction = json.is_array() ? json.get<std::vector<double>>()
                                                        : std::vector{json.get<double>()};
             },
             [](const DataConfig& data) {
               return data.sampling_fraction.empty() ? Json() : Json(data.sampling_fraction);
             })
      .example(0.0225)
      .example({0.0221, -0.0028, 0.0011});
}

Fields<DataConfig> data_fields() {
  return {
      files_field(),
      layout_field(),
      inputs_field(),
      targets_field(),
      field("cell_threshold", &DataConfig::cell_threshold,
            "Cells below this become 0 [units of the file: 50 x GeV or GeV]; 0: none. Without the "
            "key 1e-4 for variable_angle, 1e-6 for fixed_angle.")
          .at_least(0),
      field("minimum_sum", &DataConfig::minimum_sum,
            "Events whose cells sum up to this or less are dropped [units of the file: 50 x GeV "
            "or GeV]; 0: none. Without the key 10 for variable_angle, 0 for fixed_angle.")
          .at_least(0),
      field("calibration_samples", &DataConfig::calibration_samples,
            "Number of events, the first ones, whose activations give the ranges.")
          .at_least(1)
          .at_most(most_events),
      field("evaluation_samples", &DataConfig::evaluation_samples,
            "Number of events, those behind the calibration events, on which the loss is measured.")
          .at_least(1)
          .at_most(most_events)
          .must_be_given(),
      missing_energies_field(),
      sampling_fraction_field(),
      field("follow_links", &DataConfig::follow_links,
            "HDF5 data files may have parts in other files of their own folder: external links, "
            "external storage, virtual datasets. Without it they are refused, for such a file can "
            "name any other."),
  };
}

Field<RunConfig> encoding_field() {
  Json type = Value<InputEncoding>::schema();
  type["enum"].push_back(any_arrays);
  return custom<RunConfig>(
             "encoding", type,
             "energy_angle_noise: [Ep / 100 GeV, theta [rad], noise] one behind the other. "
             "energy_times_noise: Ep / 100 GeV times noise. tensor: rows of the data files as they "
             "are, for any network.",
             [](const Json& json, RunConfig& config, const Place& place) {
               if (json == any_arrays) {
                 static_cast<void>(tensors_of(config.data));
               } else {
                 config.input.encoding = Value<InputEncoding>::read(json, place);
               }
             },
             [](const RunConfig& config) {
               return config.data.tensors ? Json(any_arrays)
                                          : Value<InputEncoding>::write(config.input.encoding);
             })
      .must_be_given()
      .formerly("recipe");
}

}  // namespace

Field<RunConfig> data_section() {
  return object("data", &RunConfig::data,
                "HDF5 files with showers. With the input encoding tensor: HDF5 or .npy files with "
                "any arrays, or folders with input_0.pb. The first events calibrate, the next ones "
                "evaluate.",
                data_fields());
}

Field<RunConfig> input_section() {
  return group("input", "How the input of the network is made from an event.",
               Fields<RunConfig>{
                   encoding_field(),
                   within(&RunConfig::input,
                          field("seed", &InputConfig::seed,
                                "Seed of the noise; without meaning for the encoding tensor.")),
               });
}

}  // namespace caloquant::config_table
