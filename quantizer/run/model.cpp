#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/model.hpp>
#include <utility>

#include "graph/exec/executor.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/counted.hpp"
#include "quantizer/output/emit/native_model.hpp"
#include "quantizer/output/emit/verified_write.hpp"
#include "quantizer/verify/fp32_model.hpp"

namespace caloquant {
namespace {

Precision precision_of(const Node& node) {
  return node.quant ? caloquant::precision_of(*node.quant) : Precision::fp32;
}

}  // namespace

Model::Model(std::shared_ptr<const LoadedModel> loaded) : loaded_(std::move(loaded)) {}

Model Model::load(const std::filesystem::path& file, const GraphConfig& graph) {
  return Model(std::make_shared<LoadedModel>(load_file_with_import(file, graph)));
}

Model Model::load(const ModelConfig& config, const GraphConfig& graph) {
  return Model(std::make_shared<LoadedModel>(load_verified_with_import(config, graph)));
}

Model Model::from_onnx(std::span<const std::byte> bytes, const std::string& name,
                       const GraphConfig& graph) {
  return Model(std::make_shared<LoadedModel>(load_onnx_bytes(bytes, name, graph)));
}

const std::string& Model::name() const {
  return loaded_->graph.name();
}

std::vector<Model::Tensor> Model::inputs() const {
  std::vector<Tensor> tensors;
  for (const ValueId id : loaded_->graph.inputs()) {
    tensors.push_back({loaded_->graph.value(id).name, loaded_->graph.value(id).shape});
  }
  return tensors;
}

std::vector<Model::Tensor> Model::outputs() const {
  std::vector<Tensor> tensors;
  for (const GraphOutput& output : loaded_->graph.outputs()) {
    tensors.push_back({output.name, loaded_->graph.value(output.value).shape});
  }
  return tensors;
}

std::vector<Model::Layer> Model::layers() const {
  std::vector<Layer> layers;
  for (const Node& node : loaded_->graph.nodes()) {
    layers.push_back(
        {node.name, std::string(name_of(node.op)), precision_of(node), is_quantizable(node.op)});
  }
  return layers;
}

std::int64_t Model::parameters() const {
  return loaded_->graph.parameter_count();
}

bool Model::quantized() const {
  return loaded_->quantized;
}

EnergyUnits Model::output() const {
  return loaded_->graph.output_units();
}

Model Model::with_output(const EnergyUnits& output) const {
  auto changed = std::make_shared<LoadedModel>(*loaded_);
  GraphEditor editor(std::move(changed->graph));
  editor.set_output_units(output);
  changed->graph = editor.finish();
  return Model(std::move(changed));
}

void Model::save(const std::filesystem::path& file, OnnxProfile profile) const {
  if (file.extension() == ".h5") {
    write_converted_model(loaded_->graph, file);
  } else if (file.extension() == ".onnx") {
    static_cast<void>(write_verified_onnx(loaded_->graph, file, profile));
  } else {
    throw UsageError(file.string(), "says by its name of no format to write",
                     "end it with .h5 or .onnx");
  }
}

struct Runner::State {
  Model model;
  std::unique_ptr<Executable> executable;
  std::vector<std::vector<float>> inputs{};   ///< of one batch
  std::vector<std::vector<float>> outputs{};  ///< of one batch
};

namespace {

std::size_t elements_of_event(const Shape& shape) {
  Shape one = shape;
  one.front() = 1;
  return static_cast<std::size_t>(element_count(one));
}

template <typename Span>
void expect_sizes(std::span<const Span> given, const std::vector<Model::Tensor>& tensors,
                  std::int64_t events, const char* role) {
  if (given.size() != tensors.size()) {
    throw UsageError(role, "are " + std::to_string(given.size()) + " spans",
                     "the network has " + std::to_string(tensors.size()));
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::size_t wanted =
        elements_of_event(tensors[i].shape) * static_cast<std::size_t>(events);
    if (given[i].size() != wanted) {
      throw UsageError(std::string(role) + "['" + tensors[i].name + "']",
                       "has " + counted(given[i].size(), "value"),
                       std::to_string(wanted) + " are expected for " + counted(events, "event") +
                           " of " + to_string(tensors[i].shape));
    }
  }
}

std::vector<std::vector<float>> room_for(const std::vector<Model::Tensor>& tensors,
                                         std::int64_t batch) {
  std::vector<std::vector<float>> room;
  room.reserve(tensors.size());
  for (const Model::Tensor& tensor : tensors) {
    room.emplace_back(elements_of_event(tensor.shape) * static_cast<std::size_t>(batch));
  }
  return room;
}

}  // namespace

Runner::Runner(const Model& model, std::int64_t batch) {
  if (batch < 1) {
    throw UsageError("batch", "is " + std::to_string(batch), "give 1 or more");
  }
  state_ =
      std::make_unique<State>(State{model, compile_engine(model.loaded().graph, batch), {}, {}});
  state_->inputs = room_for(model.inputs(), batch);
  state_->outputs = room_for(model.outputs(), batch);
}

Runner::~Runner() = default;
Runner::Runner(Runner&&) noexcept = default;
Runner& Runner::operator=(Runner&&) noexcept = default;

void Runner::run(std::int64_t events, std::span<const std::span<const float>> inputs,
                 std::span<const std::span<float>> outputs) {
  expect_sizes(inputs, state_->model.inputs(), events, "inputs");
  expect_sizes(outputs, state_->model.outputs(), events, "outputs");
  const std::int64_t batch = state_->executable->batch();
  const std::vector<std::span<const float>> src(state_->inputs.begin(), state_->inputs.end());
  const std::vector<std::span<float>> dst(state_->outputs.begin(), state_->outputs.end());
  const auto part_of = [](auto whole, std::size_t buffer, std::int64_t rows_in_buffer,
                          std::int64_t first, std::int64_t count) {
    const std::size_t row = buffer / static_cast<std::size_t>(rows_in_buffer);
    return whole.subspan(row * static_cast<std::size_t>(first),
                         row * static_cast<std::size_t>(count));
  };
  for (std::int64_t first = 0; first < events; first += batch) {
    const std::int64_t count = std::min(batch, events - first);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      std::ranges::copy(part_of(inputs[i], src[i].size(), batch, first, count),
                        state_->inputs[i].begin());
    }
    state_->executable->run(src, dst);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto into = part_of(outputs[i], dst[i].size(), batch, first, count);
      std::copy_n(dst[i].begin(), into.size(), into.begin());
    }
  }
}

}  // namespace caloquant
