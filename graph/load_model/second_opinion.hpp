#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/io/onnx/opinion/second_opinion.hpp"

namespace caloquant {

/// Fills rows [0, count) of the network inputs, one span [count, ...] each.
using RowFiller = std::function<void(std::int64_t count, std::span<const std::span<float>> inputs)>;

/// A network that came as ONNX (or as what the TensorFlow reader makes ONNX of), with what is
/// needed to compute it a second time.
class SecondOpinion {
 public:
  SecondOpinion(onnx::Model model, onnx::ImportedModel imported, Graph ready)
      : model_(std::move(model)), imported_(std::move(imported)), ready_(std::move(ready)) {}

  /// onnx::check_import() on seeded rows.
  [[nodiscard]] onnx::ImportCheck check() const;
  /// The same with rows of data in the place of the ordinary ones; of `available` rows. The other
  /// ones stay extreme.
  [[nodiscard]] onnx::ImportCheck check(std::int64_t available, const RowFiller& fill) const;

 private:
  onnx::Model model_;
  onnx::ImportedModel imported_;
  Graph ready_;
};

/// What a check that is not complete has to say, or nothing: "only 3 of 40 nodes, ...".
[[nodiscard]] std::string note_of(const std::optional<onnx::ImportCheck>& check);

}  // namespace caloquant
