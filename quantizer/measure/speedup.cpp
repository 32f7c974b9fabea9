#include "quantizer/measure/speedup.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "graph/exec/between_steps.hpp"
#include "ops/core/check.hpp"
#include "ops/core/clock.hpp"
#include "quantizer/measure/batch_run.hpp"
#include "quantizer/search/strategy/cost.hpp"

namespace caloquant {
namespace {

class TimedRun {
 public:
  TimedRun(const Graph& graph, const SpeedupOptions& options)
      : batch_(options.batch),
        executable_(compile_engine(graph, options.batch, options.engine)),
        data_(graph, options.batch) {
    data_.run(*executable_);  // warms up
  }

  /// Showers per second.
  double turn(double least_seconds) {
    const double start = steady_seconds();
    double seconds = 0.0;
    std::int64_t events = 0;
    do {
      data_.run(*executable_);
      events += batch_;
      seconds = steady_seconds() - start;
    } while (seconds < least_seconds);
    return static_cast<double>(events) / seconds;
  }

 private:
  std::int64_t batch_;
  std::unique_ptr<Executable> executable_;
  BatchRun data_;
};

double middle_of(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

Speedup measured_speedup(const Graph& fp32, const Graph& model, const SpeedupOptions& given) {
  CALOQUANT_EXPECT(given.turns > 0);
  SpeedupOptions options = given;
  options.engine.listener = between_steps(given.between);
  TimedRun in_floats(fp32, options);
  TimedRun quantized(model, options);
  std::vector<double> fp32_speeds;
  std::vector<double> speeds;
  std::vector<double> ratios;
  for (int turn = 0; turn < options.turns; ++turn) {
    fp32_speeds.push_back(in_floats.turn(options.seconds));
    speeds.push_back(quantized.turn(options.seconds));
    ratios.push_back(speeds.back() / fp32_speeds.back());
  }
  const auto [lowest, highest] = std::ranges::minmax(ratios);
  return {middle_of(ratios), lowest, highest, middle_of(speeds), middle_of(fp32_speeds), true};
}

std::optional<Speedup> speedup_of_costs(const TuningConfig& config, const CostTable& costs) {
  double fp32 = 0.0;
  for (const TuningConfig::Layer& layer : config.layers()) {
    const auto levels = costs.find(layer.name);
    if (levels == costs.end() || levels->second.count(Precision::fp32) == 0) {
      return std::nullopt;
    }
    fp32 += levels->second.at(Precision::fp32).milliseconds;
  }
  const double own = cost_of(config, costs).milliseconds;
  if (!(own > 0.0)) {
    return std::nullopt;
  }
  return Speedup{fp32 / own, fp32 / own, fp32 / own, 1e3 / own, 1e3 / fp32, false};
}

}  // namespace caloquant
