// After every public function the program that called it computes and runs as before.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <caloquant/error.hpp>
#include <caloquant/session.hpp>
#include <caloquant/shower_generator.hpp>
#include <fstream>
#include <functional>
#include <iterator>

#include "calibration/showers/make_showers.hpp"
#include "tests/support/host_state.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

fs::path source(const char* name) {
  return fs::path(CALOQUANT_SOURCE_DIR) / name;
}

class HostStateTest : public ::testing::Test {
 protected:
  /// Nothing may be otherwise after the call.
  static void leaves_all(const std::string& name, const std::function<void()>& call,
                         bool throws = false) {
    const testing::HostState before;
    std::string error;
    try {
      call();
    } catch (const Error& thrown) {
      error = thrown.what();
    }
    EXPECT_THAT(before.changes(), IsEmpty()) << name;
    ASSERT_EQ(!error.empty(), throws) << name << ": " << error;
  }

  static RunConfig classifier() {
    return parse_run_config(R"({
      "model": {"file": "classifier.onnx"},
      "data": {"files": "images.npy", "calibration_samples": 16, "evaluation_samples": 16},
      "input": {"encoding": "tensor"}, "metric": {"name": "mse"},
      "quantization": {"recipes": {"weight_reconstruction": "on", "bias_correction": "on",
                                   "sequential_bias_correction": "on", "equalization": "on"}},
      "tuning_criterion": {"strategy": "auto", "max_trials": 4},
      "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1e-3},
      "emit": {"formats": ["h5", "onnx"]}})",
                            source("tests/fixtures/foreign/run.json").string());
  }

  testing::TempDir folder;
};

TEST_F(HostStateTest, ConfigsLeaveIt) {
  leaves_all("load_run_config", [] {
    static_cast<void>(load_run_config(source("configs/energygan_quantize.json"), {}));
  });
  leaves_all(
      "load_run_config of nothing", [] { static_cast<void>(load_run_config("no/such.json", {})); },
      true);
  leaves_all("read_config_text", [] {
    static_cast<void>(read_config_text(source("configs/energygan_quantize.json")));
  });
  leaves_all("parse_run_config", [] { static_cast<void>(classifier()); });
  leaves_all(
      "parse_run_config of nonsense",
      [] { static_cast<void>(parse_run_config("{\"model\":", "x.json")); }, true);
  leaves_all("run_config_schema", [] { static_cast<void>(run_config_schema()); });
  leaves_all("to_json_text", [] { static_cast<void>(to_json_text(classifier())); });
  leaves_all("strategies", [] {
    const TuningSpace space(
        {default_layer_spec("a", "conv", true), fp32_layer_spec("b", "conv", "")}, {}, "run.json");
    for (const std::string& name : strategy_names()) {
      StrategyOptions options;
      options.name = name;
      const auto strategy = make_strategy(options, space);
      static_cast<void>(strategy->next({}));
      static_cast<void>(strategy->known_ahead({}));
      static_cast<void>(strategy->remaining_at_most({}));
    }
  });
}

TEST_F(HostStateTest, ModelsLeaveIt) {
  for (const char* file : {"tests/fixtures/foreign/classifier.onnx", "README.md", "no/such.h5"}) {
    leaves_all(
        std::string("Model::load of ") + file,
        [&] { static_cast<void>(Model::load(source(file))); },
        std::string(file).find("classifier") == std::string::npos);
  }
  leaves_all("Model::from_onnx", [] {
    std::ifstream stream(source("tests/fixtures/foreign/classifier.onnx"), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    static_cast<void>(Model::from_onnx(std::as_bytes(std::span(bytes)), "classifier"));
  });
  const Model model = Model::load(source("tests/fixtures/foreign/classifier.onnx"));
  leaves_all("facts of a model", [&] {
    static_cast<void>(model.name().size() + model.inputs().size() + model.outputs().size() +
                      model.layers().size() + static_cast<std::size_t>(model.parameters()));
    static_cast<void>(model.quantized());
    static_cast<void>(model.with_output(model.output()));
  });
  for (const char* name : {"a.h5", "a.onnx", "a.txt"}) {
    leaves_all(
        std::string("Model::save as ") + name, [&] { model.save(folder / name); },
        std::string(name) == "a.txt");
  }
  leaves_all("Runner", [&] {
    Runner runner(model, 3);
    Shape in = model.inputs()[0].shape;
    Shape out = model.outputs()[0].shape;
    in.front() = out.front() = 5;
    const std::vector<float> input(static_cast<std::size_t>(element_count(in)), 0.5F);
    std::vector<float> output(static_cast<std::size_t>(element_count(out)));
    const std::span<const float> from = input;
    const std::span<float> into = output;
    runner.run(5, {&from, 1}, {&into, 1});
  });
}

// What a run does first may hide what a stage does later: every stage by itself.
TEST_F(HostStateTest, SessionsLeaveIt) {
  std::optional<Session> session;
  leaves_all("Session", [&] { session.emplace(classifier()); });
  ASSERT_TRUE(session);
  leaves_all("Session::model, space", [&] {
    static_cast<void>(session->model());
    static_cast<void>(session->space().total_layers());
  });
  leaves_all("Session::reference", [&] { static_cast<void>(session->reference()); });
  leaves_all("Session::target", [&] { static_cast<void>(session->target()); });
  leaves_all("Session::prepare", [&] { static_cast<void>(session->prepare()); });
  std::optional<Plan> plan;
  leaves_all("Session::plan",
             [&] { plan = session->plan(session->space().op_type_combinations().front()); });
  leaves_all("Plan::layers", [&] { static_cast<void>(plan->layers()); });
  leaves_all("Session::apply", [&] { static_cast<void>(session->apply(*plan)); });
  leaves_all("Session::evaluate", [&] { static_cast<void>(session->evaluate(*plan)); });
  leaves_all("Session::tune", [&] { static_cast<void>(session->tune()); });
  leaves_all("Session::emit", [&] { static_cast<void>(session->emit(folder / "one")); });
  leaves_all("end of a session", [&] { session.reset(); });
  leaves_all("quantize",
             [&] { static_cast<void>(quantize(classifier(), {}, nullptr, folder / "two")); });
}

TEST_F(HostStateTest, ShowersLeaveIt) {
  leaves_all("make_showers", [&] {
    ShowerOptions options = default_shower_options(Detector::clic25);
    options.events = 40;
    options.output = folder / "showers25_1.h5";
    make_showers(options, {});
  });
  const std::string json = R"({
    "model": {"architecture": ")" +
                           source("configs/energygan.json").string() + R"(", "random_weights": 5},
    "data": {"files": ["showers25_*.h5"], "layout": "fixed_angle",
             "calibration_samples": 16, "evaluation_samples": 16},
    "input": {"encoding": "energy_times_noise", "seed": 1978},
    "metric": {"name": "shower_shape", "preset": "tune"},
    "accuracy_criterion": {"higher_is_better": false, "criterion": "absolute",
                           "tolerable_loss": 1e30},
    "tuning_criterion": {"strategy": "basic", "timeout": 0, "max_trials": 2}})";
  RunResult result;
  leaves_all("quantize of a generator", [&] {
    result = quantize(parse_run_config(json, (folder / "run.json").string()), {}, nullptr,
                      folder / "out");
  });
  ASSERT_TRUE(result.model);
  std::optional<ShowerModel> model;
  leaves_all("ShowerModel", [&] { model.emplace(*result.model); });
  leaves_all("ShowerModel::load",
             [&] { static_cast<void>(ShowerModel::load(folder / "out" / "quantized.h5")); });
  leaves_all("ShowerContext", [&] {
    ShowerContext context(*model, {2, 3});
    const ShowerRequest request{200.0, 0.5 * std::numbers::pi, 7, 1};
    const auto cells = context.generate(request);
    std::vector<float> more(3 * cells.size());
    const std::vector<ShowerRequest> requests(3, request);
    context.generate(requests, more);
    static_cast<void>(context.allocates());
    const ShowerPlacement placement(*model, CellGeometry::clic());
    std::vector<ShowerHit> hits(100);
    static_cast<void>(placement.place(cells, request.theta, {}, 0.001F, hits));
  });
  leaves_all(
      "ShowerContext that refuses",
      [&] {
        static_cast<void>(ShowerContext(*model, {0, 1}));
      },
      true);
}

}  // namespace
}  // namespace caloquant
