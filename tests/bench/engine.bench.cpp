// Showers per second of both generators, fp32 and with every layer in INT8, through the engine.
// Prints once which implementation runs each weighted layer. Random weights where ../shared is
// absent; speed does not depend on them.
//
//   bench_engine [--benchmark_filter=...] [--benchmark_repetitions=5]

#include <benchmark/benchmark.h>

#include <filesystem>
#include <iostream>
#include <map>

#include "graph/exec/executor.hpp"
#include "graph/io/keras/reader.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/measure/batch_run.hpp"
#include "quantizer/measure/benchmark.hpp"

namespace caloquant {
namespace {

struct Generator {
  const char* name;
  const char* architecture;
};
constexpr Generator angle_gan{"AngleGAN", "anglegan.json"};
constexpr Generator energy_gan{"EnergyGAN", "energygan.json"};

Graph fp32_graph(const Generator& generator) {
  const auto configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  return canonicalize(read_keras({configs / generator.architecture, {}, 1}));
}

void print_implementations(const std::string& title, const Executable& executable) {
  std::cout << title << ", batch " << executable.batch() << '\n';
  for (const StepInfo& step : executable.steps()) {
    if (step.implementation != "native") {
      std::cout << "  " << step.layer << ": " << name_of(step.precision) << ' '
                << step.implementation << '\n';
    }
  }
}

void run(benchmark::State& state, const Generator& generator, bool int8) {
  const std::int64_t batch = state.range(0);
  const Graph graph = int8 ? all_int8(fp32_graph(generator)) : fp32_graph(generator);
  const auto executable = compile_engine(graph, batch);
  static std::map<std::string, bool> printed;
  const std::string title = std::string(generator.name) + (int8 ? " int8" : " fp32");
  if (!printed[title + std::to_string(batch)]) {
    printed[title + std::to_string(batch)] = true;
    print_implementations(title, *executable);
  }
  BatchRun data(graph, batch);
  for ([[maybe_unused]] auto _ : state) {
    data.run(*executable);
  }
  state.counters["showers/s"] = benchmark::Counter(static_cast<double>(state.iterations() * batch),
                                                   benchmark::Counter::kIsRate);
}

void angle_gan_fp32(benchmark::State& state) {
  run(state, angle_gan, false);
}
void angle_gan_int8(benchmark::State& state) {
  run(state, angle_gan, true);
}
void energy_gan_fp32(benchmark::State& state) {
  run(state, energy_gan, false);
}
void energy_gan_int8(benchmark::State& state) {
  run(state, energy_gan, true);
}

BENCHMARK(angle_gan_fp32)->Arg(8)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(angle_gan_int8)->Arg(8)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(energy_gan_fp32)->Arg(8)->Arg(32)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(energy_gan_int8)->Arg(8)->Arg(32)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace caloquant

int main(int argc, char** argv) {
  const caloquant::CpuReport cpu = caloquant::cpu_report();
  std::cout << "oneDNN " << cpu.onednn << ", " << cpu.isa << ", " << caloquant::granted_threads()
            << " threads\n";
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
