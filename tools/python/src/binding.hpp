#pragma once

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <caloquant/arrays.hpp>
#include <caloquant/types.hpp>
#include <caloquant/verify.hpp>
#include <map>
#include <span>
#include <string>

namespace caloquant::python {

namespace py = pybind11;

/// f32, C order: what is used without a copy. Python converts everything else before.
using FloatArray = py::array_t<float, py::array::c_style>;
using DoubleArray = py::array_t<double, py::array::c_style>;

[[nodiscard]] ArrayView view_of(const FloatArray& array);
[[nodiscard]] std::span<const double> view_of(const DoubleArray& array);
/// Reads memory of C++ that outlives the array's use; writing is refused.
[[nodiscard]] py::array_t<float> borrowed(std::span<const float> values,
                                          const std::vector<py::ssize_t>& shape);
[[nodiscard]] py::array_t<double> borrowed(std::span<const double> values);

/// Views of a dict of f32 arrays in C order, which must outlive them.
[[nodiscard]] std::map<std::string, ArrayView> views_of(const py::object& arrays);
/// Of {"inputs": {...}, "outputs": {...}, "layers": {...}}.
[[nodiscard]] ExpectedArrays expected_arrays(const py::dict& given);

// What each file adds to the module.
void add_errors(py::module_& module);
void add_model(py::module_& module);
void add_session(py::module_& module);
void add_generator(py::module_& module);
void add_verify(py::module_& module);

}  // namespace caloquant::python
