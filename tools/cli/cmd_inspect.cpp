#include <iomanip>
#include <iostream>

#include "graph/io/json.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct LayerRow {
  std::string name;
  std::string op;
  Shape output;
  std::int64_t macs = 0;
  std::int64_t parameters = 0;
  Precision precision = Precision::fp32;
};

std::vector<LayerRow> layer_rows(const Graph& graph) {
  std::vector<LayerRow> rows;
  for (const Node& node : graph.nodes()) {
    const Shape& output = graph.value(node.output).shape;
    std::int64_t parameters = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const Tensor* constant = graph.constant(node, i);
      parameters += constant != nullptr ? constant->size() : 0;
    }
    rows.push_back({node.name, std::string(name_of(node.op)), output,
                    macs_per_sample(node.op, graph.input_shapes(node), output), parameters,
                    node.quant ? precision_of(*node.quant) : Precision::fp32});
  }
  return rows;
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
                              {"precision", std::string(name_of(row.precision))}});
  }
  return json;
}

void print_table(const Graph& graph, const std::vector<LayerRow>& rows) {
  std::int64_t macs = 0;
  std::cout << std::left << std::setw(26) << "layer" << std::setw(18) << "op" << std::setw(24)
            << "output" << std::right << std::setw(10) << "MMAC" << std::setw(12) << "parameters"
            << "  precision\n";
  for (const LayerRow& row : rows) {
    macs += row.macs;
    std::cout << std::left << std::setw(26) << row.name << std::setw(18) << row.op << std::setw(24)
              << to_string(row.output) << std::right << std::fixed << std::setprecision(2)
              << std::setw(10) << static_cast<double>(row.macs) * 1e-6 << std::setw(12)
              << row.parameters << "  " << (row.macs > 0 ? name_of(row.precision) : "") << '\n';
  }
  std::cout << "total " << static_cast<double>(macs) * 1e-6 << " MMAC per event, "
            << graph.parameter_count() << " parameters (as executed, after all passes)\n";
}

int inspect_command(const ModelArguments& model, bool json) {
  const Graph graph = model.load().graph;
  const std::vector<LayerRow> rows = layer_rows(graph);
  if (json) {
    std::cout << to_json(graph, rows).dump(2) << '\n';
  } else {
    print_table(graph, rows);
  }
  return exit_ok;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("inspect", "Layers, shapes, MACs, parameters and precision of a model");
  auto model = std::make_shared<ModelArguments>();
  auto json = std::make_shared<bool>(false);
  model->add_to(*command);
  command->add_flag("--json", *json, "print JSON");
  command->callback([model, json, &action] {
    action = [model, json] { return inspect_command(*model, *json); };
  });
}

}  // namespace caloquant::cli
