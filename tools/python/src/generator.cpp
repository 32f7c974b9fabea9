#include <caloquant/error.hpp>
#include <caloquant/model.hpp>
#include <caloquant/shower_generator.hpp>

#include "tools/python/src/binding.hpp"

namespace caloquant::python {
namespace {

/// A model with one context.
class Generator {
 public:
  Generator(const Model& model, std::size_t batch, int threads)
      : model_(model), context_(model_, {batch, threads}) {}

  py::array_t<float> generate(const DoubleArray& energies, const DoubleArray& thetas,
                              std::uint64_t seed, std::uint64_t first_event) {
    const std::span<const double> energy = view_of(energies);
    const std::span<const double> theta = view_of(thetas);
    if (energy.size() != theta.size()) {
      throw UsageError("thetas", "has another length than energies");
    }
    std::vector<ShowerRequest> requests;
    for (std::size_t i = 0; i < energy.size(); ++i) {
      requests.push_back({energy[i], theta[i], seed, first_event + i});
    }
    std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(energy.size())};
    for (const std::size_t extent : model_.cells()) {
      shape.push_back(static_cast<py::ssize_t>(extent));
    }
    py::array_t<float> images(shape);
    const std::span<float> cells(images.mutable_data(), static_cast<std::size_t>(images.size()));
    const py::gil_scoped_release released;
    context_.generate(requests, cells);
    return images;
  }
  [[nodiscard]] const std::array<std::size_t, 3>& cells() const { return model_.cells(); }

 private:
  ShowerModel model_;
  ShowerContext context_;
};

}  // namespace

void add_generator(py::module_& module) {
  py::class_<Generator>(module, "_Generator")
      .def(py::init<const Model&, std::size_t, int>())
      .def("generate", &Generator::generate)
      .def_property_readonly("cells", &Generator::cells);
}

}  // namespace caloquant::python
