#pragma once

#include <array>
#include <caloquant/qparams.hpp>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "graph/io/onnx/interpreter/call.hpp"
#include "graph/ir/editor.hpp"

namespace caloquant::onnx {

/// A value that is known while importing: weights and shape arithmetic. Everything is evaluated for
/// two batches; what comes out alike does not depend on the batch, and an integer that differs is a
/// multiple of it.
struct Known {
  std::array<std::shared_ptr<const Array>, 2> at;
  [[nodiscard]] bool depends_on_batch() const { return at[0] != at[1]; }
};

/// Cells [start, start + extent) of one axis of a computed value: what Split and Slice give. Only
/// Concat takes them, to put them together again.
struct Piece {
  ValueId src{};
  std::size_t axis = 1;
  std::int64_t start = 0;
  std::int64_t extent = 1;
};

/// What QuantizeLinear makes of a computed value (`integers`), or what it is behind
/// DequantizeLinear; likewise Cast to bf16 and back. Only Conv, Gemm and MatMul take it.
struct Quantized {
  ValueId src{};
  QuantParams params;
  bool integers = false;
};

/// A value of the ONNX graph: known, computed by the graph that is built (f32, batch first), cut
/// out of one, or rounded.
using ImportedValue = std::variant<Known, ValueId, Piece, Quantized>;

/// A known f32 value that DequantizeLinear made of s8, or Cast of bf16 (then without scales).
struct StoredWeights {
  std::shared_ptr<const Array> values;
  std::vector<float> scales;
  std::int64_t axis = 0;
  bool zero_points = false;  ///< has one that is not 0
};

/// The state that all nodes share.
struct ImportState {
  const Model& model;
  GraphEditor& editor;
  std::map<std::string, ImportedValue> values;
  std::map<std::string, std::size_t> readers;   ///< by name: nodes and outputs that read it
  std::map<std::string, StoredWeights> stored;  ///< by name: how known values lie in the file
  std::array<std::int64_t, 2> batches{};        ///< of the two evaluations
  std::int64_t fixed_batch = 0;                 ///< that the file declares; 0: symbolic
  Budget budget;
};

/// What the node is called in the graph: as in the file or, without a name, like its output.
[[nodiscard]] std::string graph_name(const NodeDef& node);

/// One node with its inputs, for the functions that translate it.
class NodeImport {
 public:
  NodeImport(ImportState& state, const NodeDef& node);

  [[nodiscard]] const Call& call() const { return call_; }
  [[nodiscard]] GraphEditor& editor() const { return state_.editor; }
  [[nodiscard]] const ImportState& state() const { return state_; }
  [[nodiscard]] std::int64_t opset() const { return call_.opset(); }
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy = {}) const {
    call_.fail(problem, remedy);
  }
  void require(bool condition, const std::string& problem) const {
    call_.require(condition, problem);
  }

  [[nodiscard]] bool has_input(std::size_t index) const;
  [[nodiscard]] const ImportedValue& input(std::size_t index) const;
  [[nodiscard]] bool is_computed(std::size_t index) const;
  [[nodiscard]] bool is_known(std::size_t index) const;
  /// Input `index`, which must be computed.
  [[nodiscard]] ValueId computed(std::size_t index) const;
  /// By value: adding nodes moves what a reference would point to.
  [[nodiscard]] Shape shape(ValueId value) const { return state_.editor.shape(value); }
  /// Extents of a computed value with 1 in place of the batch, for the shape rules of the
  /// interpreter.
  [[nodiscard]] Shape sample_dims(ValueId value) const;
  /// Input `index`, which must be known and not depend on the batch.
  [[nodiscard]] const Array& constant(std::size_t index) const;
  /// The same as f32 for the graph; refused when a number is not finite.
  [[nodiscard]] Tensor weights(std::size_t index) const;
  /// The same where infinity means something; only NaN is refused.
  [[nodiscard]] Tensor bounds(std::size_t index) const;
  /// How input `index` lies in the file where that is s8 or bf16, or null.
  [[nodiscard]] const StoredWeights* stored(std::size_t index) const;
  /// True when this node alone reads the computed input `index`, under whichever name: a Reshape
  /// that changes nothing hands its input on as it is.
  [[nodiscard]] bool sole_reader(std::size_t index) const;

  /// Adds a node called like the ONNX node (graph_name()) and `suffix`.
  ValueId add(const std::string& suffix, Op op, std::vector<ValueId> inputs) const;
  ValueId add_constant(const std::string& suffix, Tensor tensor) const;

  // Shorthands, used by several operators.
  /// To `extents` without the batch; nothing when it has them already.
  ValueId reshape(const std::string& suffix, ValueId src, const Shape& extents) const;
  ValueId transpose(const std::string& suffix, ValueId src,
                    const std::vector<std::int64_t>& permutation) const;
  /// mul * src + add with one pair for all elements.
  ValueId scale_shift(const std::string& suffix, ValueId src, float mul, float add) const;
  /// min(max(src, low), high); an Identity where neither bound is finite.
  ValueId clip(const std::string& suffix, ValueId src, float low, float high) const;
  /// Every cell of axis k repeats[k] times in a row (1 for the batch).
  ValueId repeat_cells(const std::string& suffix, ValueId src, const Shape& repeats) const;

 private:
  [[nodiscard]] Tensor floats(std::size_t index) const;

  ImportState& state_;
  const NodeDef& node_;
  Call call_;
  std::string name_;
};

/// [C] f32 with one number.
[[nodiscard]] Tensor filled(std::int64_t extent, float value);
/// Product of the extents behind the batch.
[[nodiscard]] std::int64_t sample_size(const Shape& shape);

}  // namespace caloquant::onnx
