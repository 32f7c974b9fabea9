#pragma once

#include <cstdint>
#include <vector>

#include "graph/io/onnx/opinion/margin.hpp"

namespace caloquant::onnx {

/// Evaluations of a model whose every result is off by what the engine may be off by, with random
/// signs: how far the outputs then are from those of the interpreter tells how far the engine's may
/// be.
class Draws {
 public:
  /// Bounds hold but for 2 exp(-confidence^2 / 2) of all elements (Hoeffding).
  static constexpr double confidence = 8.0;

  Draws(const Model& model, std::size_t count);

  /// Evaluates the node in every draw; `at` is the interpreter's own evaluation, `margin` its
  /// margin. Results that depend on no input are not given.
  void evaluate(const Evaluated& at, const Results& results, const Margin& margin, Budget& budget);
  void forget(const std::string& value);

  /// Largest root mean square over the draws of what `value` is off by, over the elements of one
  /// row; infinite where a draw left f32. `value` as the interpreter has it.
  [[nodiscard]] std::vector<double> spread(const std::string& name, const Array& value) const;
  [[nodiscard]] std::size_t count() const { return draws_.size(); }

 private:
  [[nodiscard]] Values inputs_of(const Evaluated& at, std::size_t draw);

  const Model& model_;
  std::vector<Values> draws_;  ///< what depends on the inputs, in each draw
};

}  // namespace caloquant::onnx
