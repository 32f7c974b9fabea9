#include <caloquant/config.hpp>

#include "tools/python/src/binding.hpp"

PYBIND11_MODULE(_caloquant, module) {
  module.doc() = "The compiled part of caloquant.";
  caloquant::python::add_errors(module);
  caloquant::python::add_model(module);
  caloquant::python::add_session(module);
  caloquant::python::add_generator(module);
  caloquant::python::add_verify(module);
  module.def(
      "_read_config", [](const std::string& file) { return caloquant::read_config_text(file); },
      "A config file as JSON without comments.");
  module.def("config_schema", &caloquant::run_config_schema,
             "The JSON Schema of a run config, as text.");
}
