#pragma once

#include <caloquant/config.hpp>
#include <caloquant/types.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

struct LoadedModel;

/// A network, fp32 or quantized, ready to be executed. Immutable, so that threads may share it;
/// copies share the weights.
class Model {
 public:
  /// An input or output.
  struct Tensor {
    std::string name;  ///< unique in the network
    Shape shape;       ///< [N, ...]; N is `dynamic`
  };
  /// A layer with weights.
  struct Layer {
    std::string name;                       ///< unique in the network
    std::string op;                         ///< "conv", "dense", "leaky_relu", ...
    Precision precision = Precision::fp32;  ///< fp32 before quantization
    bool has_weights = false;               ///< can be quantized
  };

  /// A file of any supported kind: `quantized.h5`, ONNX, Keras (full model, .keras archive),
  /// TensorFlow (SavedModel folder, GraphDef). `graph` names passes to leave out. Throws
  /// ModelError.
  [[nodiscard]] static Model load(const std::filesystem::path& file, const GraphConfig& graph = {});
  /// The fp32 model of a config, with its output units. Throws ModelError.
  [[nodiscard]] static Model load(const ModelConfig& config, const GraphConfig& graph = {});
  /// An ONNX model in memory, without external data; `name` is its place in errors. Throws
  /// ModelError.
  [[nodiscard]] static Model from_onnx(std::span<const std::byte> bytes, const std::string& name,
                                       const GraphConfig& graph = {});

  /// Of the network, or of its file.
  [[nodiscard]] const std::string& name() const;
  /// In the order of the network.
  [[nodiscard]] std::vector<Tensor> inputs() const;
  /// In the order of the network.
  [[nodiscard]] std::vector<Tensor> outputs() const;
  /// In topological order.
  [[nodiscard]] std::vector<Layer> layers() const;
  /// Number of weights and biases.
  [[nodiscard]] std::int64_t parameters() const;
  [[nodiscard]] bool quantized() const;  ///< has a layer below fp32
  /// How the output becomes energy.
  [[nodiscard]] EnergyUnits output() const;
  /// The same network whose output means other energies.
  [[nodiscard]] Model with_output(const EnergyUnits& output) const;

  /// Writes it under a name that ends with .h5 (caloquant's format, with samples that are verified
  /// when it is read) or .onnx (`profile`). Throws UsageError for another name, BackendError, and
  /// ModelError for what a profile cannot say.
  void save(const std::filesystem::path& file,
            OnnxProfile profile = OnnxProfile::onnxruntime) const;

  /// For the library itself: a model from its own parts, and back.
  explicit Model(std::shared_ptr<const LoadedModel> loaded);
  /// For the library itself.
  [[nodiscard]] const LoadedModel& loaded() const { return *loaded_; }

 private:
  std::shared_ptr<const LoadedModel> loaded_;
};

/// A model compiled for calls of up to `batch` events. One thread at a time uses a runner; it may
/// use several threads inside.
class Runner {
 public:
  /// Compiles the model for up to `batch` rows at a time. Throws BackendError.
  explicit Runner(const Model& model, std::int64_t batch = 8);
  ~Runner();
  Runner(Runner&&) noexcept;
  Runner& operator=(Runner&&) noexcept;

  /// Inputs and outputs in the order of the model's, one span [events, ...] each; any number of
  /// events. Throws UsageError for spans of other sizes.
  void run(std::int64_t events, std::span<const std::span<const float>> inputs,
           std::span<const std::span<float>> outputs);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace caloquant
#pragma GCC visibility pop
