// Every convolution of both generators by every kernel that can compute it, f32 and INT8, one image
// on one thread. Library times hold the changes of memory order between it and direct kernels.
//
//   bench_kernels [--benchmark_filter=angle_gan/int8.*rows] [--benchmark_repetitions=5]

#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>

#include "graph/exec/layer_timing.hpp"
#include "graph/io/keras/reader.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/thread_count.hpp"
#include "quantizer/measure/benchmark.hpp"

namespace caloquant {
namespace {

void register_kernel(const std::string& network, const LayerQuestion& question, LayerKind kind) {
  const std::string name = network + (question.work.quant ? "/int8/" : "/fp32/") +
                           question.node.name + "/" + std::string(name_of(kind));
  const double macs = useful_macs(question.work, question.work.dst);
  const auto bench = std::make_shared<LayerBench>(question, kind, active_isa());
  benchmark::RegisterBenchmark(name.c_str(), [bench, macs](benchmark::State& state) {
    const ThreadCount one(1);
    for ([[maybe_unused]] auto _ : state) {
      bench->run();
    }
    state.counters["GMAC/s"] = benchmark::Counter(
        1e-9 * macs * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  })->Unit(benchmark::kMillisecond);
}

void register_kernels(const std::string& network, const Graph& graph) {
  LoweringOptions options;
  options.choose = [&](const LayerQuestion& question) {
    for (const LayerKind kind : kinds_to_measure(question, active_isa())) {
      register_kernel(network, question, kind);
    }
    return LayerKind::library;
  };
  (void)lower(graph, 1, options);
}

}  // namespace
}  // namespace caloquant

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  const auto configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  for (const char* network : {"anglegan", "energygan"}) {
    const auto fp32 = caloquant::canonicalize(
        caloquant::read_keras({configs / (std::string(network) + ".json"), {}, 1}));
    caloquant::register_kernels(network, fp32);
    caloquant::register_kernels(network, caloquant::all_int8(fp32));
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
