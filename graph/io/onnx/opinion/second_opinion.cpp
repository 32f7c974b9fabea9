#include "graph/io/onnx/opinion/second_opinion.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <set>
#include <utility>

#include "graph/exec/compare_values.hpp"
#include "graph/exec/executor.hpp"
#include "graph/io/onnx/interpreter/interpreter.hpp"
#include "graph/io/onnx/opinion/blame.hpp"
#include "graph/io/onnx/opinion/draws.hpp"
#include "graph/io/onnx/opinion/graph_values.hpp"
#include "graph/io/onnx/opinion/margin.hpp"
#include "ops/core/clock.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {
namespace {

/// How much of the check the budget allows.
struct Effort {
  std::int64_t rows = 2;
  std::size_t draws = 2;
};

/// Evaluations of one row beside the draws: the interpreter, its margins, the graph.
constexpr double evaluations = 3.0;

std::optional<Effort> affordable(double multiply_adds, const OpinionOptions& options) {
  for (const Effort effort : {Effort{2, 2}, Effort{2, 1}, Effort{1, 1}}) {
    const double rows = static_cast<double>(effort.rows);
    if (multiply_adds * rows * (evaluations + static_cast<double>(effort.draws)) <=
        options.budget) {
      return effort;
    }
  }
  return std::nullopt;
}

/// The graph's s16 ends at -32767, ONNX's at -32768: one step of values far out of their range,
/// which is known and not asked again.
void drop_lowest(Array& integers) {
  if (integers.type() == ElementType::s16) {
    for (std::int16_t& value : integers.data<std::int16_t>()) {
      value = std::max<std::int16_t>(value, -32767);
    }
  }
}

class Opinion {
 public:
  Opinion(const Model& model, const ImportedModel& imported, Probes probes, std::size_t draws,
          double budget)
      : model_(model),
        imported_(imported),
        probes_(std::move(probes)),
        batch_(probes_.front().dims().front()),
        graph_(imported.graph, batch_),
        draws_(model, draws),
        left_(budget) {
    for (std::size_t i = 0; i < probes_.size(); ++i) {
      values_[model.inputs[i].name] = std::make_shared<const Array>(probes_[i]);
      computed_.insert(model.inputs[i].name);
      graph_.set(imported.graph.inputs()[i], probes_[i]);
    }
    for (const Initializer& initializer : model.initializers) {
      values_[initializer.name] = initializer.array;
    }
    for (const NodeDef& node : model.nodes) {
      for (const std::string& input : node.inputs) {
        last_reader_[input] = &node;
      }
    }
    for (const ValueInfo& output : model.outputs) {
      last_reader_[output.name] = nullptr;
    }
  }

  /// Node by node; false when the budget ends it.
  bool compare_nodes(ImportCheck& check) {
    const std::vector<bool> needed = needed_nodes(model_);
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      if (needed[i] && !step(model_.nodes[i], check)) {
        return false;
      }
    }
    return true;
  }

  /// The outputs by the engine.
  void compare_outputs(const Graph& ready, ImportCheck& check) {
    std::vector<Array> expected;
    std::vector<std::vector<double>> bounds;
    for (const ValueInfo& output : model_.outputs) {
      expected.push_back(*values_.at(output.name));
      bounds.push_back(output_bounds(output.name, expected.back()));
    }
    const EngineCheck made{model_, imported_.graph, ready, probes_, expected, bounds};
    check.output_ratio = compare_engine(made);
    check.outputs = true;
  }

 private:
  bool step(const NodeDef& node, ImportCheck& check) {
    const bool depends = std::any_of(node.inputs.begin(), node.inputs.end(),
                                     [&](const auto& name) { return computed_.count(name) > 0; });
    check.nodes += depends ? std::size_t{1} : std::size_t{0};
    if (depends) {
      left_ -= evaluations * static_cast<double>(batch_) * graph_.multiply_adds(name_of(node));
      if (left_ < 0.0 && draws_.count() == 0) {
        return false;
      }
    }
    Results results = evaluate_node(model_, node, values_, work_);
    if (node.op == "QuantizeLinear") {
      drop_lowest(results.front());
    }
    if (depends) {
      compare_node(node, results, check);
    }
    for (std::size_t i = 0; i < node.outputs.size() && i < results.size(); ++i) {
      values_[node.outputs[i]] = std::make_shared<const Array>(std::move(results[i]));
    }
    for (const std::string& input : node.inputs) {
      if (last_reader_.at(input) == &node) {
        values_.erase(input);
        draws_.forget(input);
        margins_.erase(input);
      }
    }
    return true;
  }

  static const std::string& name_of(const NodeDef& node) {
    return node.name.empty() ? node.outputs.front() : node.name;
  }

  void compare_node(const NodeDef& node, const Results& results, ImportCheck& check) {
    const Evaluated at{model_, node, values_, results.front()};
    const Margin margin = margin_of(at, margins_, work_);
    draws_.evaluate(at, results, margin, work_);
    const auto stands = imported_.nodes.find(node.outputs.front());
    const Node* twin =
        stands == imported_.nodes.end() ? nullptr : imported_.graph.find(stands->second);
    const bool same = twin != nullptr && results.front().type() == ElementType::f32;
    if (same) {
      compare(at, *twin, margin, check);
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      computed_.insert(node.outputs[i]);
      // What was compared is taken over by the graph, so both go on from the same numbers.
      if (!same && (!margin.known || margin.values)) {
        margins_[node.outputs[i]] = margin;
      }
    }
  }

  void compare(const Evaluated& at, const Node& twin, const Margin& margin, ImportCheck& check) {
    const Tensor& found = graph_.compute(twin.output);
    if (found.shape() != at.dst.dims()) {
      throw ModelError(model_.place(at.node),
                       "was imported as another operator: its result is " +
                           to_string(found.shape()) + ", the file says " + to_string(at.dst.dims()),
                       defect_remedy);
    }
    if (imported_.altered.count(twin.name) > 0) {
      graph_.set(twin.output, at.dst);
      return;
    }
    const std::vector<double> bounds = bounds_of(at, margin);
    const ComparedValues both{at.node.outputs.front(), found.data<float>(), at.dst.data<float>(),
                              bounds};
    const Comparison comparison = compare_values({&both, 1});
    check.largest_ratio = std::max(check.largest_ratio, comparison.largest_ratio);
    if (comparison.first) {
      throw ModelError(model_.place(at.node),
                       "was imported as something else: computed once by the graph and once as "
                       "the file says, " +
                           describe(*comparison.first) + ", of '" +
                           printable(at.node.outputs.front()) + "'",
                       defect_remedy);
    }
    ++check.compared;
    graph_.set(twin.output, at.dst);
  }

  /// What the engine may be off by: as far as the draws are, and by its last rounding.
  [[nodiscard]] std::vector<double> output_bounds(const std::string& name,
                                                  const Array& value) const {
    const std::vector<double> spreads = draws_.spread(name, value);
    const std::size_t row = std::max<std::size_t>(
        1, static_cast<std::size_t>(value.size()) / std::max<std::size_t>(1, spreads.size()));
    std::vector<double> bounds(static_cast<std::size_t>(value.size()));
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      bounds[i] = Draws::confidence * spreads[i / row] +
                  roundings * unit * std::fabs(static_cast<double>(value.data<float>()[i])) +
                  static_cast<double>(std::numeric_limits<float>::min());
    }
    return bounds;
  }

  const Model& model_;
  const ImportedModel& imported_;
  Probes probes_;
  std::int64_t batch_;
  GraphValues graph_;
  Draws draws_;
  double left_;
  Budget work_;
  Values values_;
  Margins margins_;
  std::set<std::string> computed_;  ///< values that depend on the inputs
  std::map<std::string, const NodeDef*> last_reader_;
};

/// Row `row` of every input.
Probes one_row(const Probes& probes, std::int64_t row) {
  Probes result;
  for (const Array& probe : probes) {
    Shape dims = probe.dims();
    const auto size = static_cast<std::size_t>(probe.size() / dims.front());
    dims.front() = 1;
    const auto from = probe.data<float>().subspan(static_cast<std::size_t>(row) * size, size);
    result.push_back(Array::of<float>(dims, {from.begin(), from.end()}));
  }
  return result;
}

/// The probes as evaluations: all rows at once where the batch is open, else as many as it is.
std::vector<Probes> evaluations_of(const Model& model, const OpinionOptions& options,
                                   std::int64_t rows) {
  const std::int64_t fixed = fixed_batch(model);
  const Probes seeded = seeded_probes(model, fixed > 1 ? fixed : rows);
  const Probes& probes = options.probes ? *options.probes : seeded;
  const std::int64_t given = probes.front().dims().front();
  if (fixed != 1 || given == 1) {
    return {probes};
  }
  std::vector<Probes> single;
  for (std::int64_t row = 0; row < std::min(rows, given); ++row) {
    single.push_back(one_row(probes, row));
  }
  return single;
}

}  // namespace

std::string describe(const ImportCheck& check) {
  return std::to_string(check.compared) + " of " + counted(check.nodes, "node") +
         (check.outputs ? " and the outputs" : ", not the outputs") + ", on " +
         counted(check.rows, "row");
}

ImportCheck check_import(const Model& model, const ImportedModel& imported, const Graph& ready,
                         const OpinionOptions& options) {
  const double start = steady_seconds();
  ImportCheck check;
  check.multiply_adds = multiply_adds(imported.graph);
  const double rows = static_cast<double>(std::max<std::int64_t>(1, fixed_batch(model)));
  const auto effort = affordable(check.multiply_adds * (rows > 1 ? rows / 2 : 1.0), options);
  const Effort used = effort.value_or(Effort{1, 0});
  for (const Probes& probes : evaluations_of(model, options, used.rows)) {
    ImportCheck part;
    Opinion opinion(model, imported, probes, used.draws, options.budget);
    const bool whole = opinion.compare_nodes(part);
    if (whole && effort && imported.altered.empty()) {
      opinion.compare_outputs(ready, part);
    }
    check.rows += probes.front().dims().front();
    check.nodes = part.nodes;
    check.compared = part.compared;
    check.outputs = part.outputs;
    check.largest_ratio = std::max(check.largest_ratio, part.largest_ratio);
    check.output_ratio = std::max(check.output_ratio, part.output_ratio);
  }
  check.seconds = steady_seconds() - start;
  return check;
}

}  // namespace caloquant::onnx
