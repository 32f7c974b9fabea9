#include "graph/io/keras/builder.hpp"

#include <caloquant/error.hpp>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "graph/io/keras/layers.hpp"
#include "ops/core/check.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

/// Elements per sample beyond this cannot be meant, and extents stay far from overflow.
constexpr double most_elements = 0x1p36;
/// Nested models that call each other repeatedly grow exponentially; no real network comes near.
constexpr int most_calls = 10000;

class Builder {
 public:
  Builder(const KerasModel& model, KerasWeights& weights, const std::string& file,
          ImportedLayers* layers)
      : editor_(model.name), layout_(editor_), weights_(weights), file_(file), layers_(layers) {
    count_names(model);
    std::set<std::string> names;
    collect_names(model, names);
    editor_.reserve_names(std::move(names));
  }

  Graph build(const KerasModel& model) {
    std::vector<KerasTensor> inputs;
    for (const KerasRef& input : model.inputs) {
      inputs.push_back({editor_.add_input(input.layer, input_shape(model, input.layer)), false});
    }
    const std::vector<KerasTensor> outputs = run(model, inputs);
    std::set<std::string> used;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      std::string name = model.output_names[i];
      for (int suffix = 2; !used.insert(name).second; ++suffix) {
        name = model.output_names[i] + "_" + std::to_string(suffix);
      }
      editor_.add_output(name, layout_.in_keras_order(outputs[i]).value);
    }
    return editor_.finish();
  }

 private:
  /// Outputs of every call so far, by layer name.
  using Computed = std::map<std::string, std::vector<std::optional<std::vector<KerasTensor>>>>;

  void count_names(const KerasModel& model) {
    for (const KerasLayer& layer : model.layers) {
      ++name_count_[layer.name];
      if (layer.nested) {
        count_names(*layer.nested);
      }
    }
  }

  /// What the layers are called, so that no node that is added takes the name of one to come.
  void collect_names(const KerasModel& model, std::set<std::string>& names) const {
    for (const KerasLayer& layer : model.layers) {
      names.insert(node_name(layer));
      if (layer.nested) {
        collect_names(*layer.nested, names);
      }
    }
  }

  [[noreturn]] void fail(const KerasLayer& layer, const std::string& problem,
                         const std::string& remedy = {}) const {
    throw ModelError(keras_place(file_, layer.path), problem, remedy);
  }

  [[nodiscard]] static const KerasLayer& layer_called(const KerasModel& model,
                                                      const std::string& name) {
    for (const KerasLayer& layer : model.layers) {
      if (layer.name == name) {
        return layer;
      }
    }
    CALOQUANT_EXPECT(false);
    return model.layers.front();
  }

  /// [batch, ...] with a dynamic batch; every other extent must be known.
  [[nodiscard]] Shape input_shape(const KerasModel& model, const std::string& name) const {
    const KerasLayer& layer = layer_called(model, name);
    const KerasOptions options(layer.config, layer.class_name, keras_place(file_, layer.path));
    const char* key =
        options.find("batch_input_shape") != nullptr ? "batch_input_shape" : "batch_shape";
    const Json* given = options.find(key);
    if (given == nullptr || !given->is_array() || given->size() < 2) {
      options.fail("batch_input_shape", "is missing or has fewer than two axes");
    }
    Shape shape{dynamic};
    double count = 1.0;
    for (std::size_t i = 1; i < given->size(); ++i) {
      const Json& extent = (*given)[i];
      if (!extent.is_number_integer() || extent.get<std::int64_t>() < 1 ||
          extent.get<std::int64_t>() > KerasOptions::largest) {
        options.fail(key,
                     "must have known extents beyond the batch, is " + given->dump().substr(0, 60));
      }
      shape.push_back(extent.get<std::int64_t>());
      count *= static_cast<double>(shape.back());
    }
    if (count > most_elements) {
      options.fail(key, "is too large: " + given->dump().substr(0, 60));
    }
    return shape;
  }

  std::vector<KerasTensor> run(const KerasModel& model, const std::vector<KerasTensor>& inputs) {
    Computed computed;
    std::vector<std::pair<const KerasLayer*, std::size_t>> waiting;
    for (const KerasLayer& layer : model.layers) {
      computed[layer.name].resize(layer.calls.size());
      for (std::size_t call = 0; call < layer.calls.size(); ++call) {
        waiting.emplace_back(&layer, call);
      }
    }
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
      computed[model.inputs[i].layer].front() = std::vector<KerasTensor>{inputs[i]};
    }
    while (!waiting.empty()) {  // the file may list layers in any order
      const std::size_t before = waiting.size();
      std::erase_if(waiting,
                    [&](const auto& next) { return try_call(*next.first, next.second, computed); });
      if (waiting.size() == before) {
        fail(*waiting.front().first, "its inputs are never computed");
      }
    }
    return gather(model.outputs, computed, nullptr).value();
  }

  /// The tensors behind refs; nullopt when one is not computed yet.
  std::optional<std::vector<KerasTensor>> gather(const std::vector<KerasRef>& refs,
                                                 const Computed& computed,
                                                 const KerasLayer* reader) const {
    std::vector<KerasTensor> tensors;
    for (const KerasRef& ref : refs) {
      const auto& outputs = computed.at(ref.layer).at(ref.call);
      if (!outputs) {
        return std::nullopt;
      }
      if (ref.tensor >= outputs->size()) {
        throw ModelError(reader == nullptr ? file_ : keras_place(file_, reader->path),
                         "refers to output " + std::to_string(ref.tensor) + " of layer '" +
                             ref.layer + "', which has " + std::to_string(outputs->size()));
      }
      tensors.push_back((*outputs)[ref.tensor]);
    }
    return tensors;
  }

  /// False when an input is not computed yet.
  bool try_call(const KerasLayer& layer, std::size_t call, Computed& computed) {
    auto& slot = computed.at(layer.name)[call];
    if (slot) {
      return true;  // an input of the model
    }
    auto inputs = gather(layer.calls[call], computed, &layer);
    if (!inputs) {
      return false;
    }
    if (layer.class_name == "InputLayer") {
      fail(layer, "is not among the inputs of its model");
    }
    if (++calls_ > most_calls) {
      fail(layer, "the model has more than " + std::to_string(most_calls) + " layer calls");
    }
    if (layer.nested) {
      if (inputs->size() != layer.nested->inputs.size()) {
        fail(layer, "needs " + counted(layer.nested->inputs.size(), "input") + ", has " +
                        std::to_string(inputs->size()));
      }
      slot = run(*layer.nested, *inputs);
      if (slot->size() == 1) {
        remember(layer, next_name(layer), slot->front());
      }
    } else {
      slot = std::vector<KerasTensor>{translate(layer, std::move(*inputs), next_name(layer))};
    }
    return true;
  }

  /// The layer's name, with the outer ones in front when another layer has the same.
  [[nodiscard]] std::string node_name(const KerasLayer& layer) const {
    return name_count_.at(layer.name) > 1 ? layer.path : layer.name;
  }

  /// The name of the layer's next call: "a", "a/call2", "a/call3", ...
  [[nodiscard]] std::string next_name(const KerasLayer& layer) {
    const int call = ++calls_of_[layer.path];
    return call == 1 ? node_name(layer)
                     : editor_.unique_name(node_name(layer) + "/call" + std::to_string(call));
  }

  KerasTensor translate(const KerasLayer& layer, std::vector<KerasTensor> inputs,
                        std::string name) {
    const KerasTranslator translator = find_keras_translator(layer.class_name);
    CALOQUANT_EXPECT(translator != nullptr);  // require_known_layers()
    const KerasOptions options(layer.config, layer.class_name, keras_place(file_, layer.path));
    const KerasCall call{
        editor_,
        layout_,
        layer,
        options,
        std::move(name),
        std::move(inputs),
        [&](const std::string& kind, const Shape& shape, KerasCall::Convert convert) {
          return weight(layer, kind, shape, convert);
        }};
    try {
      const KerasTensor dst = translator(call);
      check_size(layer, dst);
      remember(layer, call.name, dst);
      return dst;
    } catch (const ModelError& error) {
      if (error.place().rfind("layer '", 0) == 0) {  // from shape inference: add the file
        fail(layer, error.problem(), error.remedy());
      }
      throw;
    }
  }

  /// The layer as the framework has it, under its path where its name is not unique.
  void remember(const KerasLayer& layer, const std::string& name, const KerasTensor& dst) {
    if (layers_ != nullptr) {
      layers_->push_back(
          {{name}, keras_kind(layer), editor_.graph().value(dst.value).name, dst.channels_moved});
    }
  }

  void check_size(const KerasLayer& layer, const KerasTensor& dst) const {
    double count = 1.0;
    for (const std::int64_t extent : editor_.shape(dst.value)) {
      count *= extent == dynamic ? 1.0 : static_cast<double>(extent);
    }
    if (count > most_elements) {
      fail(layer, "its output is too large: " + to_string(editor_.shape(dst.value)));
    }
  }

  /// Layers that are called several times share their constants.
  ValueId weight(const KerasLayer& layer, const std::string& kind, const Shape& shape,
                 KerasCall::Convert convert) {
    const std::string key = layer.path + "/" + kind;
    const auto known = constants_.find(key);
    if (known != constants_.end()) {
      return known->second;
    }
    const ValueId id = editor_.add_constant(node_name(layer) + "/" + kind,
                                            convert(weights_.take(layer.path, kind, shape)));
    constants_.emplace(key, id);
    return id;
  }

  GraphEditor editor_;
  KerasLayout layout_;
  KerasWeights& weights_;
  const std::string& file_;
  ImportedLayers* layers_;
  std::map<std::string, int> name_count_;
  std::map<std::string, int> calls_of_;  ///< by layer path, so far
  std::map<std::string, ValueId> constants_;
  int calls_ = 0;
};

}  // namespace

void require_known_layers(const KerasModel& model, const std::string& file) {
  for (const KerasLayer& layer : model.layers) {
    if (layer.nested) {
      require_known_layers(*layer.nested, file);
    } else if (layer.class_name != "InputLayer" &&
               find_keras_translator(layer.class_name) == nullptr) {
      throw ModelError(keras_place(file, layer.path),
                       "layers of class '" + layer.class_name + "' are not supported",
                       "supported are " + supported_keras_layers());
    }
  }
}

Graph build_keras_graph(const KerasModel& model, KerasWeights& weights, const std::string& file,
                        ImportedLayers* layers) {
  return Builder(model, weights, file, layers).build(model);
}

}  // namespace caloquant
