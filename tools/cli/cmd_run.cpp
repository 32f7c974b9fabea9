#include <algorithm>
#include <caloquant/error.hpp>
#include <iostream>
#include <utility>

#include "calibration/collect/sweep.hpp"
#include "calibration/tensors/tensor_events.hpp"
#include "graph/exec/kernel_choices.hpp"
#include "graph/io/files/h5_names.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/io/files/output_guard.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/input_file.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/evaluate/generator_interface.hpp"
#include "tools/cli/command_progress.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {
namespace {

struct RunArguments {
  ModelArguments model;
  std::string latents;
  std::string output;
  std::int64_t batch = 8;
  int threads = 0;
  bool follow_links = false;
  OutputArguments out;
};

/// FILE or FILE:array in two, at the last colon behind a file: arrays may be called "x:0".
struct InputPlace {
  std::string file;
  TensorNames names;
};

InputPlace input_place(const std::string& argument, std::size_t inputs, bool follow_links) {
  if (!is_there(argument)) {
    const std::size_t last = argument.rfind(':');
    std::size_t colon = last;
    while (colon != std::string::npos && colon > 0 && !is_there(argument.substr(0, colon))) {
      colon = argument.rfind(':', colon - 1);
    }
    colon = colon == std::string::npos || colon == 0 ? last : colon;
    if (colon != std::string::npos) {
      return {argument.substr(0, colon), {{"", argument.substr(colon + 1)}}};
    }
  }
  if (inputs == 1 && open_tensor_file(argument, follow_links)->has("latent")) {
    return {argument, {{"", "latent"}}};
  }
  return {argument, {}};
}

TensorEvents open_inputs(const Graph& graph, const std::string& argument, bool follow_links) {
  const InputPlace place = input_place(argument, graph.inputs().size(), follow_links);
  return open_network_inputs(graph, {place.file}, place.names, follow_links);
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
    const std::string name = is_generator(graph) ? "ECAL" : output.name;
    Sink sink{dataset_path(name), with_rows(graph, output.value, rows)};
    if (is_generator(graph) && sink.shape.size() == 5 && sink.shape.back() == 1) {
      sink.shape.pop_back();
    }
    Shape chunk = sink.shape;
    chunk.front() = 1;
    file.create_dataset(sink.dataset, DType::f32, sink.shape, {chunk, 1});
    if (sink.dataset != "/" + name) {
      file.set_attribute(sink.dataset, "name", name);
    }
    sinks.push_back(std::move(sink));
  }
  return sinks;
}

void print_ran(const std::vector<Sink>& sinks, std::int64_t rows, const RunArguments& arguments) {
  if (arguments.out.json) {
    Json json{{"events", rows}, {"output", arguments.output}, {"datasets", Json::object()}};
    for (const Sink& sink : sinks) {
      json["datasets"][sink.dataset] = sink.shape;
    }
    std::cout << terminal_json(json) << '\n';
  } else if (!arguments.out.quiet) {
    std::cout << counted(rows, "event") << " written to " << terminal_text(arguments.output)
              << '\n';
  }
}

void run_all(const Graph& graph, const TensorEvents& inputs, H5File& output,
             const std::vector<Sink>& sinks, std::int64_t batch, CommandProgress& progress) {
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
  progress.begin("run", inputs.rows());
  sweep_events(graph, fill,
               {{0, inputs.rows()},
                batch,
                engine_with(kernels ? &*kernels : nullptr),
                [&](std::int64_t done) { progress.update(done); }},
               into, write);
  progress.clear();
  if (kernels) {
    kernels->save();
  }
}

int run_command(const RunArguments& arguments) {
  set_threads(arguments.threads);
  LoadedModel model = arguments.model.load(arguments.out.quiet, CheckTime::later);
  const Graph& graph = model.graph;
  const TensorEvents inputs = open_inputs(graph, arguments.latents, arguments.follow_links);
  const std::int64_t rows = inputs.rows();
  if (rows < 1) {
    throw DataError(arguments.latents, "holds no rows");
  }
  std::vector<std::filesystem::path> read = model_files(arguments.model.config());
  read.push_back(
      input_place(arguments.latents, graph.inputs().size(), arguments.follow_links).file);
  refuse_overwriting("--output", arguments.output, read);
  if (model.opinion) {
    print_import_note(
        model.opinion->check(
            rows, [&](std::int64_t count, const auto& into) { inputs.fill(0, count, into); }),
        arguments.out.quiet);
    model.opinion = nullptr;
  }
  H5File output = H5File::create(arguments.output);
  const std::vector<Sink> sinks = make_sinks(output, graph, rows);
  CommandProgress progress(arguments.out);
  run_all(graph, inputs, output, sinks, std::min(arguments.batch, rows), progress);
  output.commit();
  print_ran(sinks, rows, arguments);
  return exit_ok;
}

}  // namespace

void add_run(Command& app, Action& action) {
  Command* command = add_command(
      app, {"run",
            model_commands,
            "Run a model on latents or other inputs",
            "Feeds rows of an HDF5 or .npy file, or an ONNX test folder, through a network and "
            "writes its raw outputs as HDF5 datasets under their names ('/' as %2F, the attribute "
            "'name' has it plain); the image of a generator is called ECAL. The way to compare "
            "numbers with another framework.",
            {"caloquant run classifier.onnx --inputs images.npy -o scores.h5",
             "caloquant run results/quantized.h5 --latents latents.h5:z -o images.h5"}});
  auto arguments = std::make_shared<RunArguments>();
  arguments->model.add_to(*command);
  command
      ->add_option("--latents,--inputs", arguments->latents,
                   "HDF5 file (or FILE:dataset), .npy file, or folder with input_0.pb")
      ->type_name(file_value)
      ->group(model_options)
      ->required();
  add_follow_links(*command, arguments->follow_links);
  command->add_option("-o,--output", arguments->output, "HDF5 file to write")
      ->type_name(file_value)
      ->group(output_options)
      ->required();
  add_batch(*command, arguments->batch);
  add_threads(*command, arguments->threads);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return run_command(*arguments); }; });
}

}  // namespace caloquant::cli
