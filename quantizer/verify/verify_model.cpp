#include "quantizer/verify/verify_model.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>

#include "calibration/tensors/tensor_events.hpp"
#include "graph/exec/batch_tensors.hpp"
#include "graph/exec/executor.hpp"
#include "graph/exec/rounding.hpp"
#include "ops/reference/reference.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

/// Multiply-accumulates of the reference that a verification may cost, beyond one row; and rows
/// that are enough.
constexpr double budget = 4e9;
constexpr std::int64_t most_rows = 8;

std::int64_t rows_within_budget(const Graph& graph, std::int64_t rows) {
  double macs = 1.0;
  for (const Node& node : graph.nodes()) {
    macs += static_cast<double>(
        macs_per_sample(node.op, graph.input_shapes(node), graph.value(node.output).shape));
  }
  constexpr double passes = 2.0;  // values, variances
  const double affordable = std::clamp(budget / (passes * macs), 1.0, 1e6);
  return std::min({rows, most_rows, static_cast<std::int64_t>(affordable)});
}

/// [N, C, ...] as [N, ..., C].
Tensor channels_last(const Tensor& tensor) {
  std::vector<std::int64_t> order(tensor.shape().size());
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  return reference_transpose({order}, tensor);
}

/// Fills shape and verdict of `row`; `slack`: in units of the bound of one f32 computation.
void compare(const Tensor& expected, const Tensor& value, const Tensor& variance, double slack,
             VerifiedTensor& row) {
  row.shape = expected.shape();
  if (!same_but_for_ones(expected.shape(), value.shape())) {
    row.ratio = std::numeric_limits<double>::infinity();
    row.note = "has the shape " + to_string(value.shape()) + ", in the framework " +
               to_string(expected.shape());
    return;
  }
  const auto theirs = expected.data<float>();
  const auto ours = value.data<float>();
  const auto variances = variance.data<float>();
  double largest = 0.0;
  for (const float x : theirs) {
    largest = std::max(largest, std::abs(static_cast<double>(x)));
  }
  const double most = loosest_bound * largest;
  row.bound = most;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double difference =
        std::abs(static_cast<double>(theirs[i]) - static_cast<double>(ours[i]));
    const double bound = std::min(slack * bound_of(variances[i]), most);
    const double ratio = difference == 0.0        ? 0.0
                         : std::isnan(difference) ? std::numeric_limits<double>::infinity()
                         : bound > 0.0            ? difference / bound
                                                  : std::numeric_limits<double>::infinity();
    if (i == 0 || ratio > row.ratio) {
      row.ratio = ratio;
      row.difference = difference;
      row.bound = bound;
    }
  }
}

class Comparison {
 public:
  Comparison(const LoadedModel& model, const ExpectedValues& expected)
      : graph_(model.imported->graph),
        layers_(model.imported->layers),
        engine_graph_(model.graph),
        expected_(expected) {
    result_.rows_given = expected.rows;
    result_.rows = rows_within_budget(graph_, expected.rows);
    result_.expected = expected.source;
    result_.model =
        model.files.empty() ? "model '" + model.graph.name() + "'" : model.files.front().string();
  }

  Verification run() {
    list_layers();
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < expected_.inputs.size(); ++i) {
      const Shape shape = batch_shape(graph_, graph_.inputs()[i], result_.rows);
      const Tensor rows = expected_.inputs[i].first_rows(result_.rows);
      inputs.push_back(Tensor::of(shape, rows.data<float>()));
    }
    std::vector<RoundedTensor> outputs(graph_.outputs().size());
    run_with_rounding(graph_, inputs, [&](ValueId id, const RoundedTensor& tensor) {
      const auto [first, last] = wanted_.equal_range(id);
      for (auto layer = first; layer != last; ++layer) {
        compare_layer(layer->second, tensor);
      }
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (graph_.outputs()[i].value == id) {
          outputs[i] = tensor;
        }
      }
    });
    compare_outputs(std::move(inputs), outputs);
    return std::move(result_);
  }

 private:
  /// Rows of the result for the layers, and which value each is.
  void list_layers() {
    std::map<std::string, ValueId> by_name;
    for (std::size_t i = 0; i < graph_.values().size(); ++i) {
      by_name[graph_.values()[i].name] = static_cast<ValueId>(i);
    }
    for (std::size_t i = 0; i < expected_.layers.size(); ++i) {
      const ImportedLayer& layer = layers_[expected_.layers[i].layer];
      VerifiedTensor row;
      row.name = expected_.layers[i].name;
      row.kind = layer.kind;
      row.shape = expected_.layers[i].tensor.shape;
      const auto value = by_name.find(layer.value);
      if (value == by_name.end()) {
        row.compared = false;
        row.note = "is computed together with another layer, or not needed";
      } else {
        wanted_.emplace(value->second, i);
      }
      result_.tensors.push_back(std::move(row));
    }
  }

  void compare_layer(std::size_t index, const RoundedTensor& tensor) {
    const ExpectedLayer& given = expected_.layers[index];
    const Tensor theirs = given.tensor.first_rows(result_.rows);
    VerifiedTensor& row = result_.tensors[index];
    if (layers_[given.layer].channels_moved && tensor.value.shape().size() > 2) {
      compare(theirs, channels_last(tensor.value), channels_last(tensor.variance), 1.0, row);
    } else {
      compare(theirs, tensor.value, tensor.variance, 1.0, row);
    }
  }

  void compare_outputs(std::vector<Tensor> inputs, const std::vector<RoundedTensor>& outputs) {
    const std::vector<Tensor> computed = run_engine(std::move(inputs));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Tensor theirs = expected_.outputs[i].first_rows(result_.rows);
      VerifiedTensor row;
      row.name = graph_.outputs()[i].name;
      row.where = VerifiedTensor::Where::output;
      compare(theirs, outputs[i].value, outputs[i].variance, 1.0, row);
      result_.tensors.push_back(row);
      row.where = VerifiedTensor::Where::engine;
      // The engine rounds as well, and so do weights that passes put together.
      constexpr double both = 2.0;
      row.ratio = 0.0;
      compare(theirs, computed[i], outputs[i].variance, both, row);
      result_.tensors.push_back(std::move(row));
    }
  }

  [[nodiscard]] std::vector<Tensor> run_engine(std::vector<Tensor> inputs) const {
    const BatchTensors src(std::move(inputs));
    BatchTensors dst = BatchTensors::outputs_of(engine_graph_, result_.rows);
    compile_engine(engine_graph_, result_.rows)->run(src.src(), dst.dst());
    return std::move(dst).take();
  }

  const Graph& graph_;
  const ImportedLayers& layers_;
  const Graph& engine_graph_;
  const ExpectedValues& expected_;
  std::multimap<ValueId, std::size_t> wanted_;
  Verification result_;
};

const ImportedModel& imported_of(const LoadedModel& model) {
  if (model.quantized || !model.imported) {
    throw ModelError(model.files.empty() ? "model" : model.files.front().string(),
                     "is quantized, or was written by caloquant",
                     "verify the fp32 model that the framework wrote; a quantized one is compared "
                     "by evaluate, check and compare");
  }
  return *model.imported;
}

template <typename Given>
Verification verify_given(const Model& model, const Given& given) {
  const ImportedModel& imported = imported_of(model.loaded());
  return verify_model(model.loaded(), expected_values(given, imported.graph, imported.layers));
}

}  // namespace

Verification verify_model(const LoadedModel& model, const ExpectedValues& expected) {
  return Comparison(model, expected).run();
}

std::vector<std::string> verifiable_layers(const Model& model) {
  std::vector<std::string> names;
  if (model.loaded().imported) {
    for (const ImportedLayer& layer : model.loaded().imported->layers) {
      names.insert(names.end(), layer.names.begin(), layer.names.end());
    }
  }
  return names;
}

Verification verify(const Model& model, const ExpectedArrays& expected) {
  return verify_given(model, expected);
}

Verification verify(const Model& model, const ExpectedFiles& expected) {
  return verify_given(model, expected);
}

Verification require_expected(const LoadedModel& model, const std::filesystem::path& file) {
  const ImportedModel& imported = imported_of(model);
  Verification verification = verify_model(
      model, expected_values(ExpectedFiles{file.string(), {}}, imported.graph, imported.layers));
  require_agreement(verification);
  return verification;
}

const VerifiedTensor* Verification::first_difference() const {
  const auto found =
      std::ranges::find_if(tensors, [](const VerifiedTensor& tensor) { return !tensor.agrees(); });
  return found == tensors.end() ? nullptr : &*found;
}

const VerifiedTensor* Verification::worst() const {
  const auto found = std::ranges::max_element(tensors, {}, &VerifiedTensor::ratio);
  return found == tensors.end() ? nullptr : &*found;
}

std::string describe(const VerifiedTensor& tensor) {
  std::ostringstream text;
  text << (tensor.where == VerifiedTensor::Where::layer ? "layer '" : "output '") << tensor.name
       << '\'';
  if (!tensor.kind.empty()) {
    text << " (" << tensor.kind << ')';
  }
  if (tensor.where == VerifiedTensor::Where::engine) {
    text << " in the engine, behind all passes";
  }
  text.precision(3);
  if (!tensor.note.empty()) {
    text << ": " << tensor.note;
  } else {
    text << ": differs by " << tensor.difference << ", where rounding explains " << tensor.bound;
  }
  return text.str();
}

void require_agreement(const Verification& verification) {
  const VerifiedTensor* first = verification.first_difference();
  if (first == nullptr) {
    return;
  }
  const bool inner = std::ranges::any_of(verification.tensors, [](const VerifiedTensor& tensor) {
    return tensor.where == VerifiedTensor::Where::layer && tensor.compared;
  });
  throw ModelError(verification.model,
                   "does not compute what " + verification.expected +
                       " holds: first difference at " + describe(*first),
                   inner ? "is the file of this model, these weights and these inputs? "
                           "If so, do not trust the import, and report it"
                         : "give the outputs of inner layers, too, to learn where it begins");
}

}  // namespace caloquant
