#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

/// What an evaluation may cost at most; a node beyond it is refused before it allocates or starts.
struct Budget {
  std::int64_t array_bytes = std::int64_t{1} << 31;  ///< of any one result
  double work = 1e13;                                ///< multiply-adds and moved elements in all
};

/// One node with the values of its inputs, for the functions that evaluate operators. All failures
/// are ModelErrors that name the file, the node, its operator and opset.
class Call {
 public:
  Call(const Model& model, const NodeDef& node, std::vector<const Array*> inputs, Budget& budget)
      : model_(model), node_(node), inputs_(std::move(inputs)), budget_(budget) {}

  [[nodiscard]] const NodeDef& node() const { return node_; }
  [[nodiscard]] std::int64_t opset() const { return model_.opset; }
  [[nodiscard]] std::size_t output_count() const { return node_.outputs.size(); }
  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }

  [[noreturn]] void fail(const std::string& problem, const std::string& remedy = {}) const;
  void require(bool condition, const std::string& problem) const {
    if (!condition) {
      fail(problem);
    }
  }
  [[noreturn]] void fail_type(ElementType type) const;

  /// Input `index`; an error when it is not given.
  [[nodiscard]] const Array& input(std::size_t index) const;
  /// Input `index`, or null.
  [[nodiscard]] const Array* optional(std::size_t index) const {
    return index < inputs_.size() ? inputs_[index] : nullptr;
  }
  /// An s64 (or s32) input as numbers.
  [[nodiscard]] std::vector<std::int64_t> integers_input(std::size_t index) const;
  /// A single number of any numeric type.
  [[nodiscard]] double number_input(std::size_t index) const;

  [[nodiscard]] const Attribute* find(const char* name, AttributeKind kind) const;
  [[nodiscard]] std::int64_t integer(const char* name, std::int64_t otherwise) const;
  [[nodiscard]] double number(const char* name, double otherwise) const;
  [[nodiscard]] std::string text(const char* name, const std::string& otherwise) const;
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(const char* name) const;
  /// A list with one entry per axis, or `otherwise`.
  [[nodiscard]] Shape per_axis(const char* name, std::size_t axes, const Shape& otherwise) const;

  /// -rank <= axis < rank as 0 <= axis < rank (or <= with `behind_last`).
  [[nodiscard]] std::size_t axis(std::int64_t value, std::size_t rank,
                                 bool behind_last = false) const;

  /// Refuses extents that are impossible or larger than the budget allows.
  void check_size(ElementType type, const Shape& dims) const;
  /// A zeroed array, refused when it would be larger than the budget allows.
  [[nodiscard]] Array make(ElementType type, Shape dims) const;
  /// Takes work from the budget, or refuses.
  void charge(double work) const;

 private:
  const Model& model_;
  const NodeDef& node_;
  std::vector<const Array*> inputs_;
  Budget& budget_;
};

using Results = std::vector<Array>;
using Function = Results (*)(const Call&);

}  // namespace caloquant::onnx
