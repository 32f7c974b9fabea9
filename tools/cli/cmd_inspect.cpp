#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>

#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/terminal_text.hpp"
#include "ops/schema/infer_shape.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct LayerRow {
  std::string name;
  std::string op;
  Shape output;
  std::int64_t macs = 0;
  std::int64_t parameters = 0;
  std::size_t bytes = 0;  ///< of its constants, scales of a quantized layer included
  Precision precision = Precision::fp32;
};

std::vector<LayerRow> layer_rows(const Graph& graph) {
  std::vector<LayerRow> rows;
  for (const Node& node : graph.nodes()) {
    const Shape& output = graph.value(node.output).shape;
    LayerRow row{node.name, std::string(name_of(node.op)), output, 0, 0, 0, Precision::fp32};
    row.macs = macs_per_sample(node.op, graph.input_shapes(node), output);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const Tensor* constant = graph.constant(node, i);
      row.parameters += constant != nullptr ? constant->size() : 0;
      row.bytes += constant != nullptr ? constant->bytes() : 0;
    }
    if (node.quant) {
      row.precision = precision_of(*node.quant);
      row.bytes += node.quant->weight_scales.size() * sizeof(float);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Layers with multiplications, their MACs, parameters and bytes, by precision.
struct PrecisionTotal {
  std::size_t layers = 0;
  std::int64_t macs = 0;
  std::int64_t parameters = 0;
  std::size_t bytes = 0;
};

std::map<Precision, PrecisionTotal> totals_of(const std::vector<LayerRow>& rows) {
  std::map<Precision, PrecisionTotal> totals;
  for (const LayerRow& row : rows) {
    PrecisionTotal& total = totals[row.precision];
    total.layers += row.macs > 0 ? 1 : 0;
    total.macs += row.macs;
    total.parameters += row.parameters;
    total.bytes += row.bytes;
  }
  std::erase_if(totals, [](const auto& entry) {
    return entry.second.layers == 0 && entry.second.parameters == 0;
  });
  return totals;
}

Json to_json(const Graph& graph, const std::vector<LayerRow>& rows) {
  Json json;
  json["name"] = graph.name();
  json["output_units"] = {{"scale", graph.output_units().scale},
                          {"power", graph.output_units().power}};
  json["inputs"] = Json::array();
  for (const ValueId id : graph.inputs()) {
    json["inputs"].push_back({{"name", graph.value(id).name}, {"shape", graph.value(id).shape}});
  }
  json["outputs"] = Json::array();
  for (const GraphOutput& output : graph.outputs()) {
    json["outputs"].push_back({{"name", output.name}, {"shape", graph.value(output.value).shape}});
  }
  json["layers"] = Json::array();
  for (const LayerRow& row : rows) {
    json["layers"].push_back({{"name", row.name},
                              {"op", row.op},
                              {"shape", row.output},
                              {"macs", row.macs},
                              {"parameters", row.parameters},
                              {"bytes", row.bytes},
                              {"precision", std::string(name_of(row.precision))}});
  }
  json["precisions"] = Json::object();
  for (const auto& [precision, total] : totals_of(rows)) {
    json["precisions"][std::string(name_of(precision))] = {{"layers", total.layers},
                                                           {"macs", total.macs},
                                                           {"parameters", total.parameters},
                                                           {"bytes", total.bytes}};
  }
  return json;
}

/// Wide enough for every text and the heading, with two spaces behind.
template <typename Text>
int column_width(const std::vector<LayerRow>& rows, const std::string& heading, Text text) {
  std::size_t width = heading.size();
  for (const LayerRow& row : rows) {
    width = std::max(width, text(row).size());
  }
  return static_cast<int>(width + 2);
}

void print_precisions(const std::vector<LayerRow>& rows) {
  std::cout << "\nprecision  layers        MMAC  parameters         kB\n";
  for (const auto& [precision, total] : totals_of(rows)) {
    std::cout << std::left << std::setw(9) << name_of(precision) << std::right << std::setw(8)
              << total.layers << std::setprecision(2) << std::setw(12)
              << static_cast<double>(total.macs) * 1e-6 << std::setw(12) << total.parameters
              << std::setprecision(1) << std::setw(11) << static_cast<double>(total.bytes) * 1e-3
              << '\n';
  }
}

void print_table(const Graph& graph, const std::vector<LayerRow>& rows) {
  const int names =
      column_width(rows, "layer", [](const LayerRow& row) { return terminal_text(row.name); });
  const int ops = column_width(rows, "op", [](const LayerRow& row) { return row.op; });
  const int shapes =
      column_width(rows, "output", [](const LayerRow& row) { return to_string(row.output); });
  std::int64_t macs = 0;
  std::size_t bytes = 0;
  std::cout << std::left << std::setw(names) << "layer" << std::setw(ops) << "op"
            << std::setw(shapes) << "output" << std::right << std::setw(10) << "MMAC"
            << std::setw(12) << "parameters" << std::setw(11) << "kB"
            << "  precision\n"
            << std::fixed;
  for (const LayerRow& row : rows) {
    macs += row.macs;
    bytes += row.bytes;
    std::cout << std::left << std::setw(names) << terminal_text(row.name) << std::setw(ops)
              << row.op << std::setw(shapes) << to_string(row.output) << std::right
              << std::setprecision(2) << std::setw(10) << static_cast<double>(row.macs) * 1e-6
              << std::setw(12) << row.parameters << std::setprecision(1) << std::setw(11)
              << static_cast<double>(row.bytes) * 1e-3 << "  "
              << (row.macs > 0 ? name_of(row.precision) : "") << '\n';
  }
  print_precisions(rows);
  std::cout << std::setprecision(2) << "total " << static_cast<double>(macs) * 1e-6
            << " MMAC per event, " << counted(graph.parameter_count(), "parameter") << ", "
            << std::setprecision(1) << static_cast<double>(bytes) * 1e-3
            << " kB (as executed, after all passes)\n";
}

int inspect_command(const ModelArguments& model, const OutputArguments& out) {
  const Graph graph = model.load(out.quiet).graph;
  const std::vector<LayerRow> rows = layer_rows(graph);
  if (out.json) {
    std::cout << terminal_json(to_json(graph, rows)) << '\n';
  } else if (!out.quiet) {
    print_table(graph, rows);
  }
  return exit_ok;
}

}  // namespace

void add_inspect(Command& app, Action& action) {
  Command* command = add_command(
      app, {"inspect",
            model_commands,
            "Layers, shapes, MACs, parameters, sizes and precisions of a model",
            "Reads a model, rewrites it as for a run and prints every layer with its output shape, "
            "multiplications, parameters, bytes and precision, and what each precision adds up to. "
            "With --quiet it only says, by its exit code, whether the model can be read.",
            {"caloquant inspect results/quantized.h5",
             "caloquant inspect --architecture model.json --random-weights 1 --json"}});
  auto model = std::make_shared<ModelArguments>();
  auto out = std::make_shared<OutputArguments>();
  model->add_to(*command);
  out->add_to(*command);
  command->callback(
      [model, out, &action] { action = [model, out] { return inspect_command(*model, *out); }; });
}

}  // namespace caloquant::cli
