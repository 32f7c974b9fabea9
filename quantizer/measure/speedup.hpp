#pragma once

#include <caloquant/strategy.hpp>
#include <cstdint>
#include <functional>
#include <optional>

#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// How fast a network is beside its fp32 one.
struct Speedup {
  double ratio = 0.0;   ///< of showers per second; median of the turns
  double lowest = 0.0;  ///< of the turns
  double highest = 0.0;
  double showers_per_second = 0.0;  ///< median
  double fp32_showers_per_second = 0.0;
  /// In turns on this machine; false: sums of layer costs that were given, which need not be of
  /// this machine.
  bool measured = true;

  /// What a network has to gain so that it is worth its errors.
  static constexpr double least = 1.1;
  [[nodiscard]] bool faster() const { return ratio >= least; }
};

struct SpeedupOptions {
  std::int64_t batch = 8;
  int turns = 7;
  double seconds = 0.06;  ///< least time of a turn of each network [s]
  EngineOptions engine{};
  std::function<void()> between{};  ///< called now and then; what it throws ends the turns
};

/// Both networks in turns on typical inputs, with the threads that there are.
[[nodiscard]] Speedup measured_speedup(const Graph& fp32, const Graph& model,
                                       const SpeedupOptions& options);

/// By the costs of the layers; nothing where they don't say what fp32 costs.
[[nodiscard]] std::optional<Speedup> speedup_of_costs(const TuningConfig& config,
                                                      const CostTable& costs);

}  // namespace caloquant
