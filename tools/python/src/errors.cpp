#include <caloquant/error.hpp>

#include "tools/python/src/binding.hpp"

namespace caloquant::python {
namespace {

/// Python classes by kind of error; the module owns them.
struct ErrorClasses {
  py::object base;
  std::map<ErrorKind, py::object> kinds;
};

void raise(const ErrorClasses& classes, const Error& error) {
  const py::object& kind = classes.kinds.at(error.kind());
  py::object exception = kind(error.what());
  exception.attr("place") = error.place();
  exception.attr("problem") = error.problem();
  exception.attr("remedy") = error.remedy();
  PyErr_SetObject(kind.ptr(), exception.ptr());
}

}  // namespace

void add_errors(py::module_& module) {
  // Python's own classes, made once for the life of the process.
  static ErrorClasses* classes = new ErrorClasses;
  const auto add = [&module](const char* name, const py::object& base) {
    const std::string full = std::string("caloquant.") + name;
    py::object type =
        py::reinterpret_steal<py::object>(PyErr_NewException(full.c_str(), base.ptr(), nullptr));
    module.attr(name) = type;
    return type;
  };
  classes->base = add("Error", py::reinterpret_borrow<py::object>(PyExc_Exception));
  for (const char* part : {"place", "problem", "remedy"}) {
    classes->base.attr(part) = "";  // of an error that somebody else made
  }
  classes->kinds[ErrorKind::usage] = add("UsageError", classes->base);
  classes->kinds[ErrorKind::config] = add("ConfigError", classes->base);
  classes->kinds[ErrorKind::model] = add("ModelError", classes->base);
  classes->kinds[ErrorKind::data] = add("DataError", classes->base);
  classes->kinds[ErrorKind::backend] = add("BackendError", classes->base);
  classes->kinds[ErrorKind::interrupted] = add("InterruptedError", classes->base);
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) {
        std::rethrow_exception(pointer);
      }
    } catch (const Error& error) {
      raise(*classes, error);
    }
  });
}

}  // namespace caloquant::python
