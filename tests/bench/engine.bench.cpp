// Showers per second of both generators, fp32 and with every layer in INT8, through the engine.
// Prints once which implementation runs each weighted layer. Random weights where ../shared is
// absent; speed does not depend on them.
//
//   bench_engine [--benchmark_filter=...] [--benchmark_repetitions=5]

#include <benchmark/benchmark.h>

#include <filesystem>
#include <iostream>
#include <map>

#include "calibration/collect.hpp"
#include "calibration/data/latents.hpp"
#include "graph/exec/executor.hpp"
#include "graph/io/keras_reader.hpp"
#include "graph/passes/pass.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/run/quantize.hpp"

namespace caloquant {
namespace {

struct Generator {
  const char* name;
  const char* architecture;
  InputRecipe recipe;
};
constexpr Generator angle_gan{"AngleGAN", "anglegan.json", InputRecipe::energy_angle_noise};
constexpr Generator energy_gan{"EnergyGAN", "energygan.json", InputRecipe::energy_times_noise};

/// Inputs for any number of events: 100 to 500 GeV, 90 degrees.
InputFiller filler(const Generator& generator, std::int64_t latent) {
  return [recipe = generator.recipe, latent](std::int64_t first, std::int64_t count,
                                             std::span<float> input) {
    std::vector<EventLabel> labels;
    for (std::int64_t i = first; i < first + count; ++i) {
      labels.push_back({100.0 + 25.0 * static_cast<double>(i % 17), 1.5707});
    }
    fill_latents(recipe, 1, first, labels, latent, input);
  };
}

Graph fp32_graph(const Generator& generator) {
  const auto configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  return canonicalize(read_keras({configs / generator.architecture, {}, 1}));
}

Graph int8_graph(const Generator& generator) {
  const Graph graph = fp32_graph(generator);
  const std::int64_t latent = graph.value(graph.inputs()[0]).shape[1];
  const CalibrationTable table =
      collect_ranges(graph, filler(generator, latent), {{0, 8}, 8, {RangeAlgorithm::minmax}, {}});
  TuningConfig config;
  for (const LayerSpec& layer : layer_specs(graph)) {
    config.set(layer.name,
               {Precision::int8, RangeAlgorithm::minmax, true, ActivationType::automatic});
  }
  WeightCache weights;
  return apply_plan(graph, make_plan(graph, table, config, ActivationRule::measured, weights));
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
  const Graph graph = int8 ? int8_graph(generator) : fp32_graph(generator);
  const auto executable = compile_engine(graph, batch);
  static std::map<std::string, bool> printed;
  const std::string title = std::string(generator.name) + (int8 ? " int8" : " fp32");
  if (!printed[title + std::to_string(batch)]) {
    printed[title + std::to_string(batch)] = true;
    print_implementations(title, *executable);
  }
  const Shape in = graph.value(graph.inputs()[0]).shape;
  Shape out = graph.value(graph.outputs()[0].value).shape;
  out.front() = batch;
  std::vector<float> input(static_cast<std::size_t>(batch * in[1]));
  filler(generator, in[1])(0, batch, input);
  std::vector<float> images(static_cast<std::size_t>(element_count(out)));
  const std::span<const float> src = input;
  const std::span<float> dst = images;
  for ([[maybe_unused]] auto _ : state) {
    executable->run({&src, 1}, {&dst, 1});
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
  std::cout << "oneDNN " << cpu.onednn << ", " << cpu.isa << ", " << cpu.threads << " threads\n";
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
