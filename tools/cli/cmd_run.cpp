#include <algorithm>
#include <caloquant/error.hpp>
#include <iostream>
#include <utility>

#include "calibration/sweep.hpp"
#include "calibration/tensors/tensor_events.hpp"
#include "graph/exec/kernel_choices.hpp"
#include "graph/io/h5file.hpp"
#include "quantizer/evaluate/generator_interface.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct RunArguments {
  ModelArguments model;
  std::string latents;
  std::string output;
  std::int64_t batch = 8;
  int threads = 0;
};

/// FILE or FILE:array in two.
struct InputPlace {
  std::string file;
  TensorNames names;
};

InputPlace input_place(const std::string& argument, std::size_t inputs) {
  const std::size_t colon = argument.rfind(':');
  if (colon != std::string::npos && !std::filesystem::exists(argument)) {
    return {argument.substr(0, colon), {{"", argument.substr(colon + 1)}}};
  }
  if (inputs == 1 && open_tensor_file(argument)->has("latent")) {
    return {argument, {{"", "latent"}}};
  }
  return {argument, {}};
}

TensorEvents open_inputs(const Graph& graph, const std::string& argument) {
  const InputPlace place = input_place(argument, graph.inputs().size());
  return open_network_inputs(graph, {place.file}, place.names);
}

Shape with_rows(const Graph& graph, ValueId value, std::int64_t rows) {
  Shape shape = graph.value(value).shape;
  shape.front() = rows;
  return shape;
}

/// Datasets of the outputs: a single image [N, X, Y, Z, 1] is stored as ECAL [N, X, Y, Z].
struct Sink {
  std::string dataset;
  Shape shape;
};

/// Names of ONNX may look like paths.
std::string dataset_of(std::string name) {
  std::ranges::replace(name, '/', '_');
  return "/" + name;
}

std::vector<Sink> make_sinks(H5File& file, const Graph& graph, std::int64_t rows) {
  std::vector<Sink> sinks;
  for (const GraphOutput& output : graph.outputs()) {
    Sink sink{is_generator(graph) ? "/ECAL" : dataset_of(output.name),
              with_rows(graph, output.value, rows)};
    if (is_generator(graph) && sink.shape.size() == 5 && sink.shape.back() == 1) {
      sink.shape.pop_back();
    }
    Shape chunk = sink.shape;
    chunk.front() = 1;
    file.create_dataset(sink.dataset, DType::f32, sink.shape, {chunk, 1});
    sinks.push_back(std::move(sink));
  }
  return sinks;
}

void run_all(const Graph& graph, const TensorEvents& inputs, H5File& output, std::int64_t batch) {
  const std::vector<Sink> sinks = make_sinks(output, graph, inputs.rows());
  auto kernels = machine_kernels();
  std::vector<Tensor> results;
  std::vector<std::span<float>> into;
  results.reserve(sinks.size());
  for (const GraphOutput& out : graph.outputs()) {
    results.emplace_back(DType::f32, with_rows(graph, out.value, batch));
    into.push_back(results.back().data<float>());
  }
  const auto fill = [&](std::int64_t first, std::int64_t count,
                        std::span<const std::span<float>> rows) {
    inputs.fill(first, count, rows);
  };
  const auto write = [&](std::int64_t first, std::int64_t count) {
    for (std::size_t i = 0; i < sinks.size(); ++i) {
      output.write_rows(sinks[i].dataset, first,
                        into[i].first(into[i].size() / static_cast<std::size_t>(batch) *
                                      static_cast<std::size_t>(count)));
    }
  };
  sweep_events(graph, fill,
               {{0, inputs.rows()}, batch, engine_with(kernels ? &*kernels : nullptr), {}}, into,
               write);
  if (kernels) {
    kernels->save();
  }
}

int run_command(const RunArguments& arguments) {
  set_threads(arguments.threads);
  const LoadedModel model = arguments.model.load();
  const Graph& graph = model.graph;
  const TensorEvents inputs = open_inputs(graph, arguments.latents);
  const std::int64_t rows = inputs.rows();
  if (rows < 1) {
    throw DataError(arguments.latents, "holds no rows");
  }
  H5File output = H5File::create(arguments.output);
  run_all(graph, inputs, output, std::min(arguments.batch, rows));
  output.commit();
  std::cout << rows << " events written to " << arguments.output << '\n';
  return exit_ok;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "run",
      "Run a model on latents or other inputs; raw outputs as HDF5 datasets (a shower as ECAL)");
  auto arguments = std::make_shared<RunArguments>();
  arguments->model.add_to(*command);
  command
      ->add_option("--latents,--inputs", arguments->latents,
                   "HDF5 file (or FILE:dataset), .npy file, or folder with input_0.pb")
      ->required();
  command->add_option("-o,--output", arguments->output, "HDF5 file to write")->required();
  command->add_option("--batch", arguments->batch, "events per call")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads (0: all)")
      ->check(CLI::Range(0, 4096));
  command->callback(
      [arguments, &action] { action = [arguments] { return run_command(*arguments); }; });
}

}  // namespace caloquant::cli
