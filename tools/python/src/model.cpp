#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/model.hpp>

#include "tools/python/src/binding.hpp"

namespace caloquant::python {
namespace {

py::tuple shape_tuple(const Shape& shape) {
  py::tuple tuple(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    tuple[i] = shape[i] == dynamic ? py::object(py::none()) : py::object(py::int_(shape[i]));
  }
  return tuple;
}

py::list tensor_list(const std::vector<Model::Tensor>& tensors) {
  py::list list;
  for (const Model::Tensor& tensor : tensors) {
    list.append(py::make_tuple(tensor.name, shape_tuple(tensor.shape)));
  }
  return list;
}

/// Outputs for rows of every input.
py::list run_model(const Model& model, const std::vector<FloatArray>& arrays, std::int64_t batch) {
  if (arrays.empty() || arrays[0].ndim() == 0) {
    throw UsageError("inputs", "are no arrays of events", "give one array for every input");
  }
  const std::int64_t events = arrays[0].shape(0);
  std::vector<std::span<const float>> inputs;
  for (const FloatArray& array : arrays) {
    inputs.push_back(view_of(array).values);
  }
  py::list results;
  std::vector<std::span<float>> outputs;
  for (const Model::Tensor& tensor : model.outputs()) {
    std::vector<py::ssize_t> shape(tensor.shape.begin(), tensor.shape.end());
    shape.front() = events;
    py::array_t<float> array(shape);
    outputs.emplace_back(array.mutable_data(), static_cast<std::size_t>(array.size()));
    results.append(std::move(array));
  }
  const py::gil_scoped_release released;
  Runner(model, std::min(batch, std::max(events, std::int64_t{1}))).run(events, inputs, outputs);
  return results;
}

}  // namespace

void add_model(py::module_& module) {
  py::class_<Model>(module, "Model", "A network, fp32 or quantized; immutable.")
      .def_static(
          "load",
          [](const std::string& file, const std::vector<std::string>& disabled_passes) {
            const py::gil_scoped_release released;
            return Model::load(std::filesystem::path(file), GraphConfig{disabled_passes});
          },
          py::arg("file"), py::arg("disabled_passes") = std::vector<std::string>{},
          "A file of any supported kind: quantized.h5, ONNX, Keras, TensorFlow.")
      .def_static(
          "from_keras",
          [](const std::string& architecture, const std::string& weights) {
            const py::gil_scoped_release released;
            ModelConfig config;
            config.architecture = architecture;
            config.weights = weights;
            return Model::load(config);
          },
          py::arg("architecture"), py::arg("weights"),
          "A Keras architecture (to_json) with its weights (save_weights, HDF5).")
      .def_static(
          "from_onnx",
          [](const py::bytes& bytes, const std::string& name) {
            const auto view = static_cast<std::string_view>(bytes);
            const py::gil_scoped_release released;
            return Model::from_onnx(std::as_bytes(std::span(view.data(), view.size())), name);
          },
          py::arg("data"), py::arg("name") = "model", "An ONNX model in memory.")
      .def(
          "with_output",
          [](const Model& model, double scale, double power) {
            return model.with_output({scale, power});
          },
          py::arg("scale"), py::arg("power"),
          "The same network whose output means energies: GeV = out^(1 / power) / scale.")
      .def_property_readonly("name", &Model::name)
      .def_property_readonly(
          "inputs", [](const Model& model) { return tensor_list(model.inputs()); },
          "(name, shape) of every input; None is the number of events.")
      .def_property_readonly("outputs",
                             [](const Model& model) { return tensor_list(model.outputs()); })
      .def_property_readonly(
          "layers",
          [](const Model& model) {
            py::list list;
            for (const Model::Layer& layer : model.layers()) {
              if (layer.has_weights) {
                list.append(
                    py::make_tuple(layer.name, layer.op, std::string(name_of(layer.precision))));
              }
            }
            return list;
          },
          "(name, operator, precision) of every layer with weights.")
      .def_property_readonly("parameters", &Model::parameters)
      .def_property_readonly("quantized", &Model::quantized)
      .def("_run", &run_model, py::arg("arrays"), py::arg("batch"))
      .def(
          "save",
          [](const Model& model, const std::string& file) {
            const py::gil_scoped_release released;
            model.save(file);
          },
          py::arg("file"), "Writes FILE.h5 (caloquant's format) or FILE.onnx.")
      .def("__repr__", [](const Model& model) {
        return "<caloquant.Model '" + model.name() + "', " + std::to_string(model.parameters()) +
               " parameters, " + (model.quantized() ? "quantized>" : "fp32>");
      });
}

}  // namespace caloquant::python
