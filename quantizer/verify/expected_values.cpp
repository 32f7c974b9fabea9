#include "quantizer/verify/expected_values.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <filesystem>
#include <optional>

#include "calibration/tensors/tensor_events.hpp"
#include "graph/io/files/h5file.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/input_file.hpp"
#include "quantizer/config/nearest_key.hpp"

namespace caloquant {
namespace {

using File = std::shared_ptr<const TensorFile>;

/// FILE or FILE:dataset in two.
struct Place {
  std::string file;
  std::optional<std::string> dataset;
};

Place place_of(const std::string& argument) {
  const std::size_t colon = argument.rfind(':');
  if (colon == std::string::npos || is_there(argument)) {
    return {argument, std::nullopt};
  }
  return {argument.substr(0, colon), argument.substr(colon + 1)};
}

void add_below(const H5File& file, const std::string& group, std::vector<std::string>& datasets) {
  for (const std::string& child : file.children(group)) {
    const std::string path = (group + "/").append(child);
    if (file.is_group(path)) {
      add_below(file, path, datasets);
    } else {
      datasets.push_back(path);
    }
  }
}

/// Datasets below a group of an HDF5 file, with their paths; none in any other file.
std::vector<std::string> datasets_below(const std::string& file, const std::string& group) {
  std::vector<std::string> datasets;
  if (is_folder(file) || file.ends_with(".npy")) {
    return datasets;
  }
  const H5File h5 = H5File::open(file, ErrorKind::data);
  if (h5.exists(group) && h5.is_group(group)) {
    add_below(h5, group, datasets);
  }
  return datasets;
}

/// Where the tensors of one role ("input") lie in a file.
struct Role {
  std::string name;
  File file;
  std::optional<std::string> told;  ///< the dataset that the user named
  std::vector<std::string> below;   ///< datasets of the group "/inputs"
};

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "'" : ", '") + name + "'";
  }
  return text.empty() ? "nothing" : text;
}

std::string dataset_of(const Role& role, const std::string& name, std::size_t index,
                       std::size_t count) {
  if (role.told) {
    if (count > 1) {
      throw DataError(
          role.file->place(*role.told),
          "is one array, the network has " + std::to_string(count) + " " + role.name + "s",
          "give the file alone, with a dataset for each under its name");
    }
    if (!role.file->has(*role.told)) {
      throw DataError(role.file->place(*role.told), "is not there",
                      "the file holds " + listed(role.file->names()));
    }
    return *role.told;
  }
  std::vector<std::string> candidates{"/" + role.name + "s/" + name};
  if (count == 1) {
    candidates.push_back("/" + role.name + "s");
    if (role.below.size() == 1) {
      candidates.push_back(role.below.front());
    }
  }
  candidates.push_back(name);
  candidates.push_back(role.name + "_" + std::to_string(index));
  const std::vector<std::string> all = role.file->names();
  if (count == 1) {
    candidates.emplace_back("");
    if (all.size() == 1) {
      candidates.push_back(all.front());
    }
  }
  const auto found = std::ranges::find_if(
      candidates, [&](const std::string& candidate) { return role.file->has(candidate); });
  if (found == candidates.end()) {
    throw DataError(role.file->path().string(),
                    "does not hold the " + role.name + " '" + name + "' of the network: there is " +
                        listed(all),
                    "write it as dataset " + role.name + "s" + (count == 1 ? "" : "/" + name) +
                        ", or name it: FILE:dataset");
  }
  return *found;
}

ExpectedTensor tensor_in(const File& file, const std::string& dataset) {
  ExpectedTensor tensor{file, dataset, file->shape(dataset)};
  if (tensor.shape.empty() || tensor.shape.front() < 1) {
    throw DataError(tensor.place(), "holds no rows");
  }
  return tensor;
}

std::vector<ExpectedTensor> tensors_of(const Role& role, const std::vector<std::string>& names) {
  std::vector<ExpectedTensor> tensors;
  for (std::size_t i = 0; i < names.size(); ++i) {
    tensors.push_back(tensor_in(role.file, dataset_of(role, names[i], i, names.size())));
  }
  return tensors;
}

std::vector<std::string> input_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const ValueId id : graph.inputs()) {
    names.push_back(graph.value(id).name);
  }
  return names;
}

std::vector<std::string> output_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const GraphOutput& output : graph.outputs()) {
    names.push_back(output.name);
  }
  return names;
}

std::size_t layer_called(const std::string& name, const ImportedLayers& layers,
                         const std::string& place) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (std::ranges::find(layers[i].names, name) != layers[i].names.end()) {
      return i;
    }
    known.insert(known.end(), layers[i].names.begin(), layers[i].names.end());
  }
  const std::string near = nearest_key(name, known);
  throw DataError(place, "is no layer of the model",
                  near.empty() ? "leave it out" : "did you mean '" + near + "'?");
}

/// What the inputs of the network are is for the model to say, not for the file.
void check_inputs(const ExpectedValues& values, const Graph& graph) {
  for (std::size_t i = 0; i < values.inputs.size(); ++i) {
    const Value& input = graph.value(graph.inputs()[i]);
    if (!same_but_for_ones(values.inputs[i].shape, input.shape)) {
      throw DataError(values.inputs[i].place(),
                      "has the shape " + to_string(values.inputs[i].shape),
                      "the input '" + input.name + "' of the network is " + to_string(input.shape));
    }
  }
}

void check_rows(ExpectedValues& values) {
  values.rows = values.inputs.front().shape.front();
  const auto check = [&](const ExpectedTensor& tensor) {
    if (tensor.shape.front() != values.rows) {
      throw DataError(tensor.place(),
                      "has " + counted(tensor.shape.front(), "row") + ", the inputs have " +
                          std::to_string(values.rows),
                      "every array needs one row per row of the inputs");
    }
  };
  std::ranges::for_each(values.inputs, check);
  std::ranges::for_each(values.outputs, check);
  for (const ExpectedLayer& layer : values.layers) {
    check(layer.tensor);
  }
}

ExpectedValues complete(ExpectedValues values, const Role& inputs, const Role& outputs,
                        const Graph& graph) {
  values.inputs = tensors_of(inputs, input_names(graph));
  values.outputs = tensors_of(outputs, output_names(graph));
  std::ranges::stable_sort(values.layers, {}, &ExpectedLayer::layer);
  check_inputs(values, graph);
  check_rows(values);
  return values;
}

}  // namespace

Tensor ExpectedTensor::first_rows(std::int64_t rows) const {
  Shape part = shape;
  part.front() = rows;
  Tensor tensor(DType::f32, part);
  const auto values = tensor.data<float>();
  file->read_rows(dataset, 0, rows, values);
  const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  if (bad != values.end()) {
    const auto row = (bad - values.begin()) / (std::ssize(values) / rows);
    throw DataError(place() + "[" + std::to_string(row) + "]", "holds a value that is not finite",
                    "give rows for which the framework computes numbers");
  }
  return tensor;
}

ExpectedValues expected_values(const ExpectedFiles& files, const Graph& graph,
                               const ImportedLayers& layers) {
  const auto role_in = [](const std::string& name, const std::string& argument) {
    const Place place = place_of(argument);
    return Role{name, open_tensor_file(place.file), place.dataset,
                datasets_below(place.file, "/" + name + "s")};
  };
  const std::string& from = files.outputs.empty() ? files.inputs : files.outputs;
  const Role inputs = role_in("input", files.inputs);
  const Role outputs = role_in("output", from);
  ExpectedValues values;
  values.source = from;
  const std::string group = "/layers";
  for (const std::string& dataset : datasets_below(place_of(from).file, group)) {
    const ExpectedTensor tensor = tensor_in(outputs.file, dataset);
    const std::string name = dataset.substr(group.size() + 1);
    values.layers.push_back({layer_called(name, layers, tensor.place()), name, tensor});
  }
  return complete(std::move(values), inputs, outputs, graph);
}

ExpectedValues expected_values(const ExpectedArrays& arrays, const Graph& graph,
                               const ImportedLayers& layers) {
  const auto role_in = [](const std::string& name, const std::map<std::string, ArrayView>& given) {
    return Role{name, memory_tensors(given, name + "s"), std::nullopt, {}};
  };
  ExpectedValues values;
  values.source = "arrays";
  const Role given = role_in("layer", arrays.layers);
  for (const auto& [name, view] : arrays.layers) {
    const ExpectedTensor tensor = tensor_in(given.file, name);
    values.layers.push_back({layer_called(name, layers, tensor.place()), name, tensor});
  }
  return complete(std::move(values), role_in("input", arrays.inputs),
                  role_in("output", arrays.outputs), graph);
}

}  // namespace caloquant
