#include <caloquant/error.hpp>
#include <caloquant/session.hpp>
#include <memory>

#include "tools/python/src/binding.hpp"

namespace caloquant::python {
namespace {

/// Calls Python functions; any of them may be None. on_trial(Trial) returning False ends the
/// search. The KeyboardInterrupt of Ctrl-C, wherever Python raises it, asks the run to end with the
/// best so far; a second one goes through, as does what a signal handler of the user raises.
class PythonObserver : public RunObserver {
 public:
  PythonObserver(py::object on_phase, py::object on_events, py::object on_trial)
      : on_phase_(std::move(on_phase)),
        on_events_(std::move(on_events)),
        on_trial_(std::move(on_trial)) {}

  void on_phase_start(Phase phase, std::int64_t events) override {
    call(on_phase_, std::string(name_of(phase)), events);
  }
  void on_events(std::int64_t done) override { call(on_events_, done); }
  void on_trial_start(std::size_t step, const Proposal&, std::size_t,
                      std::int64_t events) override {
    call(on_phase_, "trial " + std::to_string(step), events);
  }
  bool on_trial(const Trial& trial) override {
    const py::gil_scoped_acquire held;
    bool goes_on = true;
    watched([&] {
      if (!on_trial_.is_none()) {
        const py::object answer = on_trial_(py::cast(trial));
        goes_on = answer.is_none() || py::cast<bool>(answer);
      }
    });
    return goes_on;
  }
  [[nodiscard]] bool interrupted() override {
    const py::gil_scoped_acquire held;
    watched([] {
      if (PyErr_CheckSignals() != 0) {
        throw py::error_already_set();
      }
    });
    return pressed_;
  }

  /// Calls Python, with the lock. True unless Ctrl-C was pressed in it for the first time.
  template <typename Work>
  bool watched(const Work& work) {
    try {
      work();
      return true;
    } catch (py::error_already_set& error) {
      if (pressed_ || error.type().ptr() != PyExc_KeyboardInterrupt) {
        throw;
      }
      pressed_ = true;
      return false;
    }
  }
  /// Was Ctrl-C pressed since begin()?
  [[nodiscard]] bool pressed() const { return pressed_; }
  void begin() { pressed_ = false; }

 private:
  template <typename... Arguments>
  void call(const py::object& function, const Arguments&... arguments) {
    const py::gil_scoped_acquire held;
    watched([&] {
      if (!function.is_none()) {
        function(arguments...);
      }
    });
  }

  bool pressed_ = false;

  py::object on_phase_;
  py::object on_events_;
  py::object on_trial_;
};

/// Of showers [events, X, Y, Z], whichever axis of length 1 the network has for its channel.
std::vector<py::ssize_t> numpy_shape(std::int64_t events, const Shape& output, bool showers) {
  std::vector<py::ssize_t> shape(output.begin(), output.end());
  shape.front() = events;
  if (showers && shape.size() == 5) {
    shape.erase(shape.begin() + (shape.back() == 1 ? 4 : 1));
  }
  return shape;
}

py::list borrowed_outputs(std::span<const std::span<const float>> values, const WholeSample& sample,
                          const std::vector<Shape>& shapes) {
  py::list list;
  for (std::size_t i = 0; i < values.size(); ++i) {
    list.append(
        borrowed(values[i], numpy_shape(sample.events, shapes[i], !sample.energies.empty())));
  }
  return list;
}

/// A metric from function(outputs, reference, energies, thetas) -> float, arrays without copies.
/// `observer`, which outlives it, learns of Ctrl-C.
std::shared_ptr<const Metric> metric_of(const py::object& function, const std::string& name,
                                        bool higher_is_better, std::vector<Shape> shapes,
                                        PythonObserver& observer) {
  if (function.is_none()) {
    return nullptr;
  }
  // Destroyed wherever the last user is, so with the lock.
  const std::shared_ptr<py::object> held(new py::object(function), [](py::object* object) {
    const py::gil_scoped_acquire lock;
    delete object;
  });
  return make_metric(
      name,
      [held, shapes = std::move(shapes), &observer](const WholeSample& sample) {
        const py::gil_scoped_acquire lock;
        double value = 0.0;
        const bool done = observer.watched([&] {
          value = py::cast<double>((*held)(borrowed_outputs(sample.outputs, sample, shapes),
                                           borrowed_outputs(sample.reference, sample, shapes),
                                           borrowed(sample.energies), borrowed(sample.thetas)));
        });
        if (!done) {
          throw InterruptedError("metric");
        }
        return value;
      },
      higher_is_better);
}

std::vector<Shape> output_shapes(const Model& model) {
  std::vector<Shape> shapes;
  for (const Model::Tensor& tensor : model.outputs()) {
    shapes.push_back(tensor.shape);
  }
  return shapes;
}

/// A session with everything that its views look into.
class PythonSession {
 public:
  PythonSession(const std::string& config, const std::string& source, std::optional<Model> model,
                const py::object& data, const py::object& metric, const std::string& metric_name,
                bool higher_is_better, const py::object& on_phase, const py::object& on_events,
                const py::object& on_trial, const py::object& expected, const std::string& folder,
                bool resume)
      : data_(data), expected_(expected), observer_(on_phase, on_events, on_trial) {
    const RunConfig run = parse_run_config(config, source);
    for (const std::string& deprecation : run.deprecations) {
      if (PyErr_WarnEx(PyExc_FutureWarning, deprecation.c_str(), 1) != 0) {
        throw py::error_already_set();
      }
    }
    RunParts parts;
    if (!model && !metric.is_none()) {  // its outputs must be known
      const py::gil_scoped_release released;
      model = Model::load(run.model, run.graph);
    }
    if (model) {
      parts.metric =
          metric_of(metric, metric_name, higher_is_better, output_shapes(*model), observer_);
    }
    parts.model = std::move(model);
    parts.data = memory_data();
    if (!expected.is_none()) {
      parts.expected = expected_arrays(py::cast<py::dict>(expected));
    }
    const py::gil_scoped_release released;
    session_ = std::make_unique<Session>(run, std::move(parts), &observer_, folder,
                                         resume ? Unfinished::resume : Unfinished::set_aside);
  }

  void tune() {
    observer_.begin();
    result_.reset();
    const py::gil_scoped_release released;
    result_ = session_->tune();
  }
  /// What Ctrl-C left out stays out.
  void emit(const std::string& folder) {
    const py::gil_scoped_release released;
    result_ = session_->emit(folder);
  }
  /// {layer: {algorithm: (low, high)}}
  py::dict calibrate() {
    observer_.begin();
    const LayerRanges* ranges = nullptr;
    {
      const py::gil_scoped_release released;
      ranges = &session_->prepare();
    }
    py::dict layers;
    for (const auto& [layer, by_algorithm] : *ranges) {
      py::dict entry;
      for (const auto& [algorithm, range] : by_algorithm) {
        entry[py::str(std::string(name_of(algorithm)))] = py::make_tuple(range.low, range.high);
      }
      layers[py::str(layer)] = entry;
    }
    return layers;
  }
  /// (loss, standard error or None) of another model of the same inputs and outputs.
  py::tuple evaluate(const Model& model) {
    observer_.begin();
    ModelQuality quality;
    {
      const py::gil_scoped_release released;
      quality = session_->evaluate(model);
    }
    return py::make_tuple(quality.loss.value, quality.loss.standard_error);
  }
  [[nodiscard]] const RunResult& result() const { return *result_; }
  /// Did Ctrl-C end the last call?
  [[nodiscard]] bool interrupted() const { return observer_.pressed(); }
  [[nodiscard]] Model fp32() const { return session_->model(); }

 private:
  /// {"energies", "thetas", "images"} or {"inputs": {...}, "targets": {...}}, as Python prepared
  /// them.
  [[nodiscard]] MemoryData memory_data() const {
    if (data_.is_none()) {
      return {};
    }
    const auto given = py::cast<py::dict>(data_);
    if (given.contains("inputs")) {
      return TensorArrays{views_of(given["inputs"]), views_of(given["targets"])};
    }
    ShowerArrays showers;
    showers.energies = view_of(py::cast<DoubleArray>(given["energies"]));
    showers.thetas = view_of(py::cast<DoubleArray>(given["thetas"]));
    showers.images = view_of(py::cast<FloatArray>(given["images"])).values;
    return showers;
  }

  py::object data_;      ///< arrays that the session looks into
  py::object expected_;  ///< likewise
  PythonObserver observer_;
  std::unique_ptr<Session> session_;
  std::optional<RunResult> result_;
};

std::map<std::string, std::string> choices_of(const Trial& trial) {
  std::map<std::string, std::string> choices;
  for (const TuningConfig::Layer& layer : trial.proposal.config.layers()) {
    choices[layer.name] = to_string(layer.choice);
  }
  return choices;
}

void add_trial(py::module_& module) {
  py::class_<Trial>(module, "Trial", "One evaluated configuration.")
      .def_readonly("step", &Trial::step)
      .def_property_readonly("changed", [](const Trial& trial) { return trial.proposal.changed; })
      .def_readonly("loss", &Trial::loss)
      .def_readonly("standard_error", &Trial::standard_error)
      .def_readonly("seconds", &Trial::seconds)
      .def_readonly("target_met", &Trial::target_met)
      .def_readonly("error", &Trial::error)
      .def_property_readonly("quantized_layers", &Trial::quantized_layers)
      .def_property_readonly("total_layers", &Trial::total_layers)
      .def_property_readonly("layers", &choices_of, "How each layer is computed, by name.")
      .def("__repr__", [](const Trial& trial) {
        return py::str("<caloquant.Trial {}: {}/{} layers, loss {:.4g}{}>")
            .format(trial.step, trial.quantized_layers(), trial.total_layers(), trial.loss,
                    trial.target_met ? ", target met" : "");
      });
}

}  // namespace

void add_session(py::module_& module) {
  add_trial(module);
  py::class_<PythonSession>(module, "_Session")
      .def(py::init<const std::string&, const std::string&, std::optional<Model>, const py::object&,
                    const py::object&, const std::string&, bool, const py::object&,
                    const py::object&, const py::object&, const py::object&, const std::string&,
                    bool>())
      .def("calibrate", &PythonSession::calibrate)
      .def("evaluate", &PythonSession::evaluate)
      .def("tune", &PythonSession::tune)
      .def("emit", &PythonSession::emit)
      .def_property_readonly("fp32", &PythonSession::fp32)
      .def_property_readonly("interrupted", &PythonSession::interrupted)
      .def_property_readonly("json",
                             [](const PythonSession& session) { return session.result().json; })
      .def_property_readonly(
          "not_written", [](const PythonSession& session) { return session.result().not_written; })
      .def_property_readonly("model",
                             [](const PythonSession& session) { return session.result().model; })
      .def_property_readonly(
          "trials", [](const PythonSession& session) { return session.result().tuning.trials; });
}

}  // namespace caloquant::python
