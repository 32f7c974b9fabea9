// The library as a training pipeline calls it: a network and data in memory, a metric and a
// strategy of one's own, every stage by itself, nothing written.
//   stages classifier.onnx inputs.f32 [N]
// inputs.f32 holds N events as plain f32 numbers.

#include <caloquant/error.hpp>
#include <caloquant/session.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

namespace {

std::vector<char> bytes_of(const char* file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Mean absolute difference of the outputs.
class MeanDifference : public caloquant::Metric {
  class Sample : public caloquant::MetricSample {
   public:
    void add(const caloquant::MetricBatch& batch) override {
      for (std::size_t output = 0; output < batch.outputs.size(); ++output) {
        for (std::size_t i = 0; i < batch.outputs[output].size(); ++i) {
          sum_ += std::abs(double{batch.outputs[output][i]} - double{batch.reference[output][i]});
          ++count_;
        }
      }
    }
    caloquant::MetricValue value() const override { return {sum_ / static_cast<double>(count_)}; }

   private:
    double sum_ = 0.0;
    std::size_t count_ = 0;
  };

 public:
  std::string name() const override { return "mean_difference"; }
  std::unique_ptr<caloquant::MetricSample> start(std::int64_t) const override {
    return std::make_unique<Sample>();
  }
};

/// Everything in INT8, then one layer after the other put back from the last to the first.
class FromTheEnd : public caloquant::Strategy {
 public:
  explicit FromTheEnd(const caloquant::TuningSpace& space)
      : base_(space.op_type_combinations()[0]) {}

  std::string_view name() const override { return "from_the_end"; }
  std::optional<caloquant::Proposal> next(const caloquant::History& history) const override {
    if (remaining_at_most(history) == 0) {
      return std::nullopt;
    }
    caloquant::Proposal proposal{base_, {}, history.empty() ? "all layers int8" : ""};
    for (std::size_t back = 0; back < history.size(); ++back) {
      const std::string& layer = base_.layers()[base_.layers().size() - 1 - back].name;
      proposal.config.set(layer, {});
      proposal.fallbacks.push_back(layer);
      proposal.changed += (back > 0 ? ", " : "") + layer;
    }
    return proposal;
  }
  std::size_t remaining_at_most(const caloquant::History& history) const override {
    const std::size_t all = base_.layers().size() + 1;
    return history.size() < all ? all - history.size() : 0;
  }
  bool stops_at_target() const override { return true; }

 private:
  caloquant::TuningConfig base_;
};

/// Prints every trial, and ends the search after five.
class Printer : public caloquant::RunObserver {
 public:
  bool on_trial(const caloquant::Trial& trial) override {
    std::cout << "trial " << trial.step << ": " << trial.proposal.changed << ", loss " << trial.loss
              << (trial.target_met ? ", met\n" : "\n");
    return trial.step < 4;
  }
};

int run(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: stages MODEL.onnx INPUTS.f32\n";
    return 2;
  }
  using namespace caloquant;
  const std::vector<char> file = bytes_of(argv[1]);
  const Model fp32 = Model::from_onnx(std::as_bytes(std::span(file)), "classifier");
  const std::vector<char> raw = bytes_of(argv[2]);
  const std::span<const float> values(reinterpret_cast<const float*>(raw.data()), raw.size() / 4);
  Shape shape = fp32.inputs()[0].shape;
  shape.front() = 1;
  shape.front() = static_cast<std::int64_t>(values.size()) / element_count(shape);

  RunConfig config;
  config.data.calibration_samples = 16;
  config.data.evaluation_samples = static_cast<std::size_t>(shape.front()) - 16;
  config.accuracy.kind = CriterionKind::limit;
  config.accuracy.tolerable_loss = 0.05;
  RunParts parts;
  parts.model = fp32;
  parts.data = TensorArrays{{{"", ArrayView{values, shape}}}, {}};
  parts.metric = std::make_shared<MeanDifference>();
  parts.strategy = [](const StrategyOptions&, const TuningSpace& space) {
    return std::make_unique<FromTheEnd>(space);
  };
  Printer printer;

  Session session(config, parts, &printer);
  std::cout << session.space().total_layers() << " layers, target " << session.target() << '\n';
  for (const auto& [layer, ranges] : session.prepare()) {
    std::cout << layer << " sees " << ranges.begin()->second.low << " to "
              << ranges.begin()->second.high << '\n';
  }
  const Plan all_int8 = session.plan(session.space().op_type_combinations()[0]);
  std::cout << "all layers int8: loss " << session.evaluate(all_int8).loss.value << '\n';
  const RunResult result = session.tune();
  if (!result.model) {
    std::cerr << result.error << '\n';
    return 1;
  }
  std::cout << "stopped by " << name_of(result.tuning.reason) << ", "
            << result.plan->layers().size() << " layers below fp32\n";

  std::vector<float> classes(64);
  const Shape output = result.model->outputs()[0].shape;
  classes.resize(static_cast<std::size_t>(output.back()));
  Runner runner(*result.model, 1);
  const std::span<const float> one =
      values.first(values.size() / static_cast<std::size_t>(shape.front()));
  const std::span<float> into = classes;
  runner.run(1, {&one, 1}, {&into, 1});
  std::cout << "first output of the first event: " << classes[0] << '\n';
  return result.tuning.target_met ? 0 : 7;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const caloquant::Error& error) {  // says place, problem and remedy
    std::cerr << "stages: " << error.what() << '\n';
    return caloquant::exit_code(error.kind());
  }
}
