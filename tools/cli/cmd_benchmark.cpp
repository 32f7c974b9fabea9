#include <algorithm>
#include <caloquant/error.hpp>
#include <iomanip>
#include <iostream>
#include <set>

#include "graph/exec/kernel_choices.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/terminal_text.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/measure/benchmark.hpp"
#include "tools/cli/command_progress.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {
namespace {

struct BenchmarkArguments {
  ModelArguments model;
  std::vector<std::string> precisions;
  BenchmarkOptions options;
  bool per_layer = false;
  OutputArguments out;
};

/// The same model without the rewriting that plain primitives do not have.
Graph without_collapse(ModelArguments model) {
  model.graph.disabled_passes.insert(model.graph.disabled_passes.end(),
                                     {"collapse_upsample", "sink_depth_to_space"});
  return model.load(true).graph;
}

std::vector<BenchmarkCandidate> make_candidates(const BenchmarkArguments& arguments) {
  const LoadedModel model = arguments.model.load(arguments.out.quiet);
  std::vector<std::string> precisions = arguments.precisions;
  if (precisions.empty()) {
    precisions = model.quantized ? std::vector<std::string>{"model"}
                                 : std::vector<std::string>{"fp32", "int8"};
  }
  std::vector<BenchmarkCandidate> candidates;
  for (const std::string& precision : precisions) {
    if (model.quantized != (precision == "model")) {
      throw UsageError("--precision",
                       "'" + precision + "' does not go with " +
                           (model.quantized ? "a quantized model" : "an fp32 model"),
                       model.quantized ? "use model" : "use plain, fp32 or int8");
    }
    if (precision == "plain") {
      candidates.push_back({precision, without_collapse(arguments.model), BenchmarkEngine::plain});
      continue;
    }
    const bool library = precision == "fp32_onednn" || precision == "int8_onednn";
    candidates.push_back({precision,
                          precision.rfind("int8", 0) == 0 ? all_int8(model.graph) : model.graph,
                          library ? BenchmarkEngine::library : BenchmarkEngine::ours});
  }
  return candidates;
}

Json to_json(const BenchmarkRow& row) {
  Json json{{"precision", row.precision},     {"batch", row.batch},
            {"threads", row.threads},         {"showers_per_second", row.showers_per_second},
            {"slowest", row.slowest},         {"fastest", row.fastest},
            {"peak_gmacs", row.peak * 1e-9},  {"share_of_peak", row.share_of_peak},
            {"arena_bytes", row.arena_bytes}, {"layers", Json::array()}};
  for (const BenchmarkLayer& layer : row.layers) {
    json["layers"].push_back({{"layer", layer.layer},
                              {"op", layer.op},
                              {"precision", std::string(name_of(layer.precision))},
                              {"implementation", layer.implementation},
                              {"milliseconds", layer.milliseconds},
                              {"mmacs", layer.macs * 1e-6},
                              {"share_of_peak", layer.share_of_peak}});
  }
  return json;
}

void print_layers(const BenchmarkRow& row) {
  int names = 22;
  for (const BenchmarkLayer& layer : row.layers) {
    names = std::max(names, static_cast<int>(terminal_text(layer.layer).size()) + 2);
  }
  std::cout << "\n"
            << row.precision << ", batch " << row.batch << ", " << row.threads << " threads, arena "
            << std::setprecision(1) << static_cast<double>(row.arena_bytes) * 0x1p-20 << " MiB\n"
            << std::left << std::setw(names + 2) << "  layer" << std::setw(18) << "op"
            << std::setw(28) << "implementation" << std::right << std::setw(9) << "ms"
            << std::setw(10) << "GMAC/s" << std::setw(8) << "peak" << '\n';
  for (const BenchmarkLayer& layer : row.layers) {
    std::cout << "  " << std::left << std::setw(names) << terminal_text(layer.layer)
              << std::setw(18) << layer.op << std::setw(28) << layer.implementation << std::right
              << std::setprecision(3) << std::setw(9) << layer.milliseconds;
    if (layer.macs > 0.0) {
      std::cout << std::setprecision(1) << std::setw(10) << layer.macs / (1e6 * layer.milliseconds)
                << std::setw(6) << 100.0 * layer.share_of_peak << " %";
    }
    std::cout << '\n';
  }
}

void print_table(const std::vector<BenchmarkRow>& rows, bool per_layer) {
  const CpuReport cpu = cpu_report();
  std::cout << "direct kernels " << name_of(active_isa()) << ", oneDNN " << cpu.onednn << " "
            << cpu.isa << '\n'
            << std::left << std::setw(10) << "precision" << std::right << std::setw(6) << "batch"
            << std::setw(9) << "threads" << std::setw(12) << "showers/s" << std::setw(20)
            << "slowest..fastest" << std::setw(16) << "share of peak" << '\n';
  for (const BenchmarkRow& row : rows) {
    std::cout << std::fixed << std::left << std::setw(10) << row.precision << std::right
              << std::setw(6) << row.batch << std::setw(9) << row.threads << std::setprecision(2)
              << std::setw(12) << row.showers_per_second << std::setw(11) << row.slowest << ".."
              << std::setw(7) << row.fastest;
    if (row.peak > 0.0) {
      std::cout << std::setprecision(1) << std::setw(9) << 100.0 * row.share_of_peak << " % of "
                << std::setprecision(0) << row.peak * 1e-9 << " GMAC/s";
    }
    std::cout << '\n';
  }
  if (per_layer) {
    std::for_each(rows.begin(), rows.end(), print_layers);
  }
}

/// What each kernel takes for each kind of layer of the network, the chosen one marked; the table
/// of the machine knows those of other networks too.
void print_choices(const KernelChoices& kernels, const std::set<std::string>& asked) {
  std::cout << "\nmeasured kernels [ms per image, one thread; for the library with its changes of "
               "memory order]\n";
  for (const auto& [signature, measured] : kernels.table()) {
    if (asked.count(signature) == 0) {
      continue;
    }
    std::cout << "  " << signature << "\n   ";
    for (const auto& [kind, milliseconds] : measured.milliseconds) {
      std::cout << ' ' << (kind == measured.kind ? "*" : "") << name_of(kind) << ' '
                << std::setprecision(3) << milliseconds;
    }
    std::cout << '\n';
  }
}

int benchmark_command(const BenchmarkArguments& arguments) {
  CommandProgress progress(arguments.out);
  BenchmarkOptions options = arguments.options;
  auto kernels = machine_kernels();
  options.engine = engine_with(kernels ? &*kernels : nullptr);
  options.engine.block_images = arguments.options.engine.block_images;
  std::set<std::string> asked;
  if (kernels) {
    options.engine.choose = [&, choose = options.engine.choose](const LayerQuestion& question) {
      asked.insert(signature_of(question));
      return choose(question);
    };
  }
  const auto rows =
      run_benchmark(make_candidates(arguments), options, [&](const std::string& what) {
        progress.begin(what, 0);
        progress.update(0);
      });
  progress.clear();
  if (kernels) {
    kernels->save();
  }
  if (arguments.out.json) {
    Json json = Json::array();
    for (const BenchmarkRow& row : rows) {
      json.push_back(to_json(row));
    }
    std::cout << terminal_json(json) << '\n';
  } else if (!arguments.out.quiet) {
    print_table(rows, arguments.per_layer);
    if (arguments.per_layer && kernels) {
      print_choices(*kernels, asked);
    }
  }
  return exit_ok;
}

void add_measurement(Command& command, BenchmarkOptions& options) {
  command.add_option("--batch", options.batches, "events per call, e.g. 1,8,32,128")
      ->delimiter(',')
      ->transform(integer_in(1, most_per_call))
      ->capture_default_str()
      ->group(execution_options);
  command.add_option("--threads", options.threads, "thread counts, e.g. 1,2")
      ->delimiter(',')
      ->transform(integer_in(1, 4096))
      ->group(execution_options);
  command.add_option("--repetitions", options.repetitions, "interleaved repetitions")
      ->transform(integer_in(1, 10000))
      ->capture_default_str()
      ->group(execution_options);
  command.add_option("--seconds", options.seconds, "least time of a repetition")
      ->transform(number_in({0.0, 3600.0}))
      ->capture_default_str()
      ->group(execution_options);
  command
      .add_option("--block", options.engine.block_images,
                  "images that go through the layers together (0: as the cache allows)")
      ->transform(integer_in(0, most_per_call))
      ->group(execution_options);
}

}  // namespace

void add_benchmark(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"benchmark",
       check_commands,
       "Showers per second, whole and layer by layer, against the machine's peak",
       "Times a model at several precisions, batches and thread counts, in turns so that what "
       "disturbs the machine disturbs all alike; the median counts. An fp32 model is timed as it "
       "is and with every layer in INT8 (ranges do not matter for speed).",
       {"caloquant benchmark results/quantized.h5 --batch 1,8,32 --threads 1,2",
        "caloquant benchmark --architecture model.json --random-weights 1 --precision "
        "plain,fp32,int8 --per-layer"}});
  auto arguments = std::make_shared<BenchmarkArguments>();
  arguments->model.add_to(*command);
  command
      ->add_option("--precision", arguments->precisions,
                   "of an fp32 model: plain (oneDNN primitives, no rewriting), fp32, int8 (every "
                   "layer), fp32_onednn and int8_onednn (layers in oneDNN); of a quantized one: "
                   "model")
      ->delimiter(',')
      ->one_of({"plain", "fp32", "int8", "fp32_onednn", "int8_onednn", "model"})
      ->group(model_options);
  add_measurement(*command, arguments->options);
  command->add_flag("--per-layer", arguments->per_layer, "also print every layer")
      ->group(output_options);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return benchmark_command(*arguments); }; });
}

}  // namespace caloquant::cli
