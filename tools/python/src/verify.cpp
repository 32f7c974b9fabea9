#include <caloquant/verify.hpp>

#include "tools/python/src/binding.hpp"

namespace caloquant::python {
namespace {

py::dict dict_of(const VerifiedTensor& tensor) {
  py::dict row;
  row["name"] = tensor.name;
  row["where"] = tensor.where == VerifiedTensor::Where::layer    ? "layer"
                 : tensor.where == VerifiedTensor::Where::output ? "output"
                                                                 : "engine";
  row["kind"] = tensor.kind;
  row["shape"] = py::tuple(py::cast(tensor.shape));
  row["difference"] = tensor.difference;
  row["bound"] = tensor.bound;
  row["ratio"] = tensor.ratio;
  row["compared"] = tensor.compared;
  row["ok"] = tensor.agrees();
  row["note"] = tensor.note;
  return row;
}

/// (rows compared, list of dicts, what the first difference is or None)
py::tuple verify_arrays(const Model& model, const py::dict& given) {
  const ExpectedArrays expected = expected_arrays(given);
  Verification verification;
  {
    const py::gil_scoped_release released;
    verification = verify(model, expected);
  }
  py::list rows;
  for (const VerifiedTensor& tensor : verification.tensors) {
    rows.append(dict_of(tensor));
  }
  const VerifiedTensor* first = verification.first_difference();
  return py::make_tuple(verification.rows, rows,
                        first == nullptr ? py::object(py::none()) : py::str(describe(*first)));
}

}  // namespace

std::map<std::string, ArrayView> views_of(const py::object& arrays) {
  std::map<std::string, ArrayView> result;
  for (const auto& [name, array] : py::cast<py::dict>(arrays)) {
    result[py::cast<std::string>(name)] =
        view_of(py::cast<FloatArray>(py::reinterpret_borrow<py::object>(array)));
  }
  return result;
}

ExpectedArrays expected_arrays(const py::dict& given) {
  return {views_of(given["inputs"]), views_of(given["outputs"]), views_of(given["layers"])};
}

void add_verify(py::module_& module) {
  module.def("_verifiable_layers", &verifiable_layers, py::arg("model"));
  module.def("_verify", &verify_arrays, py::arg("model"), py::arg("expected"));
}

}  // namespace caloquant::python
