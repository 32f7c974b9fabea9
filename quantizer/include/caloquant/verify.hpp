#pragma once

#include <caloquant/arrays.hpp>
#include <caloquant/model.hpp>
#include <caloquant/types.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// What the framework that a model comes from computes for some rows of its inputs: whole arrays by
/// name, of the only input or output also by the name "". Layers are optional, each in the
/// framework's own axis order: of Keras by layer, of ONNX and TensorFlow by node or tensor.
struct ExpectedArrays {
  std::map<std::string, ArrayView> inputs;   ///< by name; "" is the only one
  std::map<std::string, ArrayView> outputs;  ///< by name; "" is the only one
  std::map<std::string, ArrayView> layers;   ///< by name; may be empty
};

/// The same in files. An HDF5 file has datasets "inputs", "outputs" (or groups of these names, with
/// a dataset for each) and "layers/NAME"; else they are looked for by their names in the network
/// and as input_0, output_0. FILE:dataset says which, FILE may be .npy or an ONNX test folder.
struct ExpectedFiles {
  std::string inputs;   ///< FILE or FILE:dataset
  std::string outputs;  ///< with layers; empty: the same file
};

/// One tensor beside that of the framework.
struct VerifiedTensor {
  /// What was compared.
  enum class Where {
    layer,   ///< inside, computed from the inputs as the file was imported
    output,  ///< of the network, likewise
    engine,  ///< of the network after all passes, in the engine that quantized models run in
  };
  std::string name;            ///< of layer or output
  Where where = Where::layer;  ///< layer, output, or output in the engine
  std::string kind;            ///< operator and options, as far as they are known
  Shape shape;                 ///< of the rows that were compared, in the framework's axis order
  double difference = 0.0;     ///< at the value with the largest ratio
  double bound = 0.0;          ///< that f32 rounding explains there (graph/exec/rounding.hpp)
  double ratio = 0.0;          ///< largest difference / bound of any value; above 1: differs
  bool compared = true;        ///< false: has no value of its own here
  std::string note;            ///< why it is not compared, or why differences say nothing
  /// Is it within its bound, or was it not compared?
  [[nodiscard]] bool agrees() const { return !compared || ratio <= 1.0; }
};

/// A model beside its framework: layers in the order they are computed in, then outputs.
struct Verification {
  std::string model;                    ///< what was verified, for messages
  std::string expected;                 ///< file, or "arrays"
  std::int64_t rows = 0;                ///< that were compared
  std::int64_t rows_given = 0;          ///< that were there
  std::vector<VerifiedTensor> tensors;  ///< in the order of the network

  /// null: all agree
  [[nodiscard]] const VerifiedTensor* first_difference() const;
  /// Do all agree?
  [[nodiscard]] bool agrees() const { return first_difference() == nullptr; }
  /// The tensor that is closest to its bound, or furthest beyond; null: there is none.
  [[nodiscard]] const VerifiedTensor* worst() const;
};

/// The names by which `layers` may give tensors of a model; empty where verify() would refuse it.
[[nodiscard]] std::vector<std::string> verifiable_layers(const Model& model);

/// Compares an fp32 model, as it was imported and as the engine runs it, with what its framework
/// computes. Throws DataError for values that are missing, of another number of rows, not finite or
/// of no layer of the model, ModelError for a quantized model.
[[nodiscard]] Verification verify(const Model& model, const ExpectedArrays& expected);
[[nodiscard]] Verification verify(const Model& model, const ExpectedFiles& expected);

/// "layer 'conv3d_2' (Conv3D ...): differs by 0.12, where rounding explains 3e-06".
[[nodiscard]] std::string describe(const VerifiedTensor& tensor);

/// Throws ModelError naming the first tensor that differs.
void require_agreement(const Verification& verification);

}  // namespace caloquant
#pragma GCC visibility pop
