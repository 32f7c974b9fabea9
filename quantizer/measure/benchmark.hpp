#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

enum class BenchmarkEngine {
  ours,     ///< as the engine chooses
  library,  ///< the engine, but every layer by the library (oneDNN, or exact portable integers)
  plain,    ///< compile_plain_onednn()
};

/// One way to execute a network, under a name.
struct BenchmarkCandidate {
  std::string precision;  ///< "plain", "fp32", "int8", "fp32_onednn", "int8_onednn", "model"
  Graph graph;
  BenchmarkEngine engine = BenchmarkEngine::ours;
};

struct BenchmarkOptions {
  std::vector<std::int64_t> batches{8, 32};
  std::vector<int> threads;  ///< empty: as many as OpenMP has; rows say what was granted
  int repetitions = 5;
  double seconds = 0.3;    ///< least time of a repetition [s]
  bool peaks = true;       ///< also what the machine could do, for share_of_peak
  EngineOptions engine{};  ///< of the candidates of BenchmarkEngine::ours
};

/// Time of one weighted layer or of one kind of step between layers.
struct BenchmarkLayer {
  std::string layer;
  std::string op;
  Precision precision = Precision::fp32;
  std::string implementation;
  double milliseconds = 0.0;   ///< median, for the whole batch
  double macs = 0.0;           ///< multiply-adds of the batch with weights that are not 0
  double share_of_peak = 0.0;  ///< macs / time / peak; 0 where there are no macs or no peaks
};

struct BenchmarkRow {
  std::string precision;
  std::int64_t batch = 0;
  int threads = 0;
  double showers_per_second = 0.0;  ///< from the median time
  double slowest = 0.0;             ///< showers/s of the slowest repetition
  double fastest = 0.0;
  std::vector<double> turns;   ///< of each repetition, in turn with the other candidates
  double peak = 0.0;           ///< measured MAC/s of the arithmetic that its layers use
  double share_of_peak = 0.0;  ///< MACs of all weighted layers / time / peak
  std::size_t arena_bytes = 0;
  std::vector<BenchmarkLayer> layers;
};

/// The fp32 graph with every layer in INT8, ranges by min-max on a few typical inputs.
[[nodiscard]] Graph all_int8(const Graph& fp32);

/// Times every candidate at every batch and thread count, repetition by repetition in turn, after a
/// warm-up each. `progress` is told what is measured next.
[[nodiscard]] std::vector<BenchmarkRow> run_benchmark(
    const std::vector<BenchmarkCandidate>& candidates, const BenchmarkOptions& options,
    const std::function<void(const std::string&)>& progress = {});

/// Multiply-adds of a layer step for its whole batch, without those whose weight is 0 and those of
/// cells that a DepthToSpace drops. `space`: what the step stores, [N, C, spatial...].
[[nodiscard]] double useful_macs(const LayerWork& work, const Shape& space);

}  // namespace caloquant
