#include "tools/python/src/binding.hpp"

namespace caloquant::python {
namespace {

template <typename T>
py::array_t<T> borrow(std::span<const T> values, const std::vector<py::ssize_t>& shape) {
  // A base that owns nothing keeps numpy from copying; it may point anywhere but to null.
  static const char anywhere = 0;
  const py::capsule nobody(&anywhere, [](void*) {});
  py::array_t<T> array(shape, values.data(), nobody);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

}  // namespace

ArrayView view_of(const FloatArray& array) {
  ArrayView view;
  view.values = {array.data(), static_cast<std::size_t>(array.size())};
  view.shape.assign(array.shape(), array.shape() + array.ndim());
  return view;
}

std::span<const double> view_of(const DoubleArray& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}

py::array_t<float> borrowed(std::span<const float> values, const std::vector<py::ssize_t>& shape) {
  return borrow(values, shape);
}

py::array_t<double> borrowed(std::span<const double> values) {
  return borrow(values, {static_cast<py::ssize_t>(values.size())});
}

}  // namespace caloquant::python
