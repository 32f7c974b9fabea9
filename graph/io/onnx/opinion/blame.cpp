#include "graph/io/onnx/opinion/blame.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "graph/exec/batch_tensors.hpp"
#include "graph/exec/compare_values.hpp"
#include "graph/exec/executor.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"

namespace caloquant::onnx {
namespace {

std::vector<Tensor> run(Executable& executable, const Graph& graph, const Probes& probes) {
  std::vector<std::span<const float>> src;
  for (const Array& probe : probes) {
    src.push_back(probe.data<float>());
  }
  BatchTensors results = BatchTensors::outputs_of(graph, executable.batch());
  executable.run(src, results.dst());
  return std::move(results).take();
}

std::int64_t batch_of(const Probes& probes) {
  return probes.front().dims().front();
}

std::vector<Tensor> by_reference(const Graph& graph, const Probes& probes) {
  return run(*compile_reference(graph, batch_of(probes)), graph, probes);
}

Comparison compare(const EngineCheck& check, const std::vector<Tensor>& found) {
  std::vector<ComparedValues> values;
  for (std::size_t i = 0; i < found.size(); ++i) {
    values.push_back({check.model.outputs[i].name, found[i].data<float>(),
                      check.expected[i].data<float>(), check.bounds[i]});
  }
  return compare_values(values);
}

/// The first pass behind which the outputs differ.
std::optional<std::string> first_pass(const EngineCheck& check) {
  Graph graph = check.imported;
  for (const Pass& pass : canonical_passes()) {
    graph = run_passes(std::move(graph), {&pass, 1});
    if (compare(check, by_reference(graph, check.probes)).first) {
      return std::string(pass.name);
    }
  }
  return std::nullopt;
}

double largest_of(std::span<const float> values) {
  double largest = 0.0;
  for (const float value : values) {
    largest = std::max(largest, std::fabs(static_cast<double>(value)));
  }
  return largest;
}

/// The first node whose tensor the engine and the reference have apart by more than `relative` of
/// its largest number, each in a graph that ends there.
std::string first_layer(const EngineCheck& check, double relative) {
  const Graph& graph = check.ready;
  for (const Node& node : graph.nodes()) {
    GraphEditor editor(graph);
    editor.clear_outputs();
    editor.add_output("end", node.output);
    const Graph part = editor.finish();
    const auto executable = compile_engine(part, batch_of(check.probes));
    const Tensor found = std::move(run(*executable, part, check.probes).front());
    const Tensor expected = std::move(by_reference(part, check.probes).front());
    const auto a = found.data<float>();
    const auto b = expected.data<float>();
    const double bound = relative * largest_of(b);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (ratio_of(static_cast<double>(a[i]), static_cast<double>(b[i]), bound) > 1.0) {
        return node.name;
      }
    }
  }
  return graph.nodes().empty() ? "?" : graph.nodes().back().name;
}

}  // namespace

double compare_engine(const EngineCheck& check) {
  const auto executable = compile_engine(check.ready, batch_of(check.probes));
  const std::vector<Tensor> found = run(*executable, check.ready, check.probes);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].shape() != check.expected[i].dims()) {
      throw ModelError(
          check.model.file.string() + ": output '" + printable(check.model.outputs[i].name) + "'",
          "is " + to_string(found[i].shape()) + " in the graph, the file says " +
              to_string(check.expected[i].dims()),
          defect_remedy);
    }
  }
  const Comparison comparison = compare(check, found);
  if (!comparison.first) {
    return comparison.largest_ratio;
  }
  const Difference& difference = *comparison.first;
  const std::string what = "output '" + printable(difference.name) +
                           "' is computed otherwise than "
                           "the file says: " +
                           describe(difference);
  const std::string file = check.model.file.string();
  if (const auto pass = first_pass(check)) {
    throw ModelError(file + ": pass '" + *pass + "'", what, defect_remedy);
  }
  const auto output = static_cast<std::size_t>(
      std::find_if(check.model.outputs.begin(), check.model.outputs.end(),
                   [&](const ValueInfo& info) { return info.name == difference.name; }) -
      check.model.outputs.begin());
  const double largest = largest_of(check.expected[output].data<float>());
  const double relative = largest > 0.0 ? difference.bound / largest : 0.0;
  throw ModelError(file + ": layer '" + first_layer(check, relative) + "' of the engine", what,
                   defect_remedy);
}

}  // namespace caloquant::onnx
