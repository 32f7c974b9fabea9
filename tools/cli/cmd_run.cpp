#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <iostream>

#include "graph/exec/kernel_choices.hpp"
#include "graph/io/h5file.hpp"
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

/// "file.h5:dataset" in two; without a dataset the one called "latent", or the only one there is.
struct LatentPlace {
  std::string file;
  std::string dataset;
};

LatentPlace latent_place(const std::string& argument) {
  const std::size_t colon = argument.rfind(':');
  if (colon != std::string::npos && !std::filesystem::exists(argument)) {
    std::string dataset = argument.substr(colon + 1);
    return {argument.substr(0, colon),
            dataset.empty() || dataset[0] == '/' ? dataset : "/" + dataset};
  }
  const H5File file = H5File::open(argument, ErrorKind::data);
  const std::vector<std::string> names = file.children("/");
  if (std::find(names.begin(), names.end(), "latent") != names.end()) {
    return {argument, "/latent"};
  }
  if (names.size() != 1) {
    throw DataError(argument,
                    "has " + std::to_string(names.size()) + " datasets, none called 'latent'",
                    "name one: --latents " + argument + ":DATASET");
  }
  return {argument, "/" + names.front()};
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

std::vector<Sink> make_sinks(H5File& file, const Graph& graph, std::int64_t rows) {
  std::vector<Sink> sinks;
  for (const GraphOutput& output : graph.outputs()) {
    Sink sink{graph.outputs().size() == 1 ? "/ECAL" : "/" + output.name,
              with_rows(graph, output.value, rows)};
    if (sink.shape.size() == 5 && sink.shape.back() == 1) {
      sink.shape.pop_back();
    }
    Shape chunk = sink.shape;
    chunk.front() = 1;
    file.create_dataset(sink.dataset, DType::f32, sink.shape, {chunk, 1});
    sinks.push_back(std::move(sink));
  }
  return sinks;
}

void require_finite(std::span<const float> values, const LatentPlace& place, std::int64_t first) {
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (bad != values.end()) {
    throw DataError(place.file + ":" + place.dataset,
                    "element " + std::to_string(bad - values.begin()) + " of the rows from " +
                        std::to_string(first) + " is not finite");
  }
}

void run_all(const Graph& graph, const LatentPlace& place, const H5File& latents, H5File& output,
             std::int64_t rows, std::int64_t batch) {
  const std::vector<Sink> sinks = make_sinks(output, graph, rows);
  auto kernels = machine_kernels();
  const auto executable = compile_engine(graph, batch, engine_with(kernels ? &*kernels : nullptr));
  if (kernels) {
    kernels->save();
  }
  Tensor input(DType::f32, with_rows(graph, graph.inputs()[0], batch));
  std::vector<Tensor> images;
  for (const GraphOutput& out : graph.outputs()) {
    images.emplace_back(DType::f32, with_rows(graph, out.value, batch));
  }
  std::vector<std::span<float>> into;
  into.reserve(images.size());
  for (Tensor& image : images) {
    into.push_back(image.data<float>());
  }
  for (std::int64_t first = 0; first < rows; first += batch) {
    const std::int64_t count = std::min(batch, rows - first);
    const auto used =
        input.data<float>().first(static_cast<std::size_t>(input.size() / batch * count));
    latents.read_rows(place.dataset, first, count, used);
    require_finite(used, place, first);
    const std::span<const float> src = input.data<float>();
    executable->run({&src, 1}, into);
    for (std::size_t i = 0; i < sinks.size(); ++i) {
      const auto all = into[i];
      output.write_rows(sinks[i].dataset, first,
                        all.first(all.size() / static_cast<std::size_t>(batch) *
                                  static_cast<std::size_t>(count)));
    }
  }
}

int run_command(const RunArguments& arguments) {
  set_threads(arguments.threads);
  const LoadedModel model = arguments.model.load();
  const Graph& graph = model.graph;
  if (graph.inputs().size() != 1) {
    throw ModelError("model '" + graph.name() + "'",
                     "has " + std::to_string(graph.inputs().size()) + " inputs; run takes one");
  }
  const LatentPlace place = latent_place(arguments.latents);
  const H5File latents = H5File::open(place.file, ErrorKind::data);
  const H5DatasetInfo info = latents.info(place.dataset);
  const Shape wanted = graph.value(graph.inputs()[0]).shape;
  if (info.shape.empty() || info.shape.size() != wanted.size() || info.shape.front() < 1 ||
      !std::equal(wanted.begin() + 1, wanted.end(), info.shape.begin() + 1)) {
    throw DataError(place.file + ":" + place.dataset, "has shape " + to_string(info.shape) +
                                                          ", the model takes " + to_string(wanted));
  }
  H5File output = H5File::create(arguments.output);
  const std::int64_t rows = info.shape.front();
  run_all(graph, place, latents, output, rows, std::min(arguments.batch, rows));
  output.commit();
  std::cout << rows << " events written to " << arguments.output << '\n';
  return exit_ok;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("run", "Run a model on latents; raw output as dataset ECAL");
  auto arguments = std::make_shared<RunArguments>();
  arguments->model.add_to(*command);
  command->add_option("--latents", arguments->latents, "HDF5 file, or FILE:dataset")->required();
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
