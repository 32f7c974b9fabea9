#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/io/keras/model.hpp"

namespace caloquant {

/// Reads the references between layers of a functional model. A reference is
/// ["layer", call, tensor] or ["layer", call, tensor, {call arguments}]; a call is one reference or
/// a list of them. Keras 3 writes a call as {"args": [...], "kwargs": {}} with references of the
/// class "__keras_tensor__" in args, alone or in lists.
class KerasInbound {
 public:
  explicit KerasInbound(std::string place) : place_(std::move(place)) {}

  /// inbound_nodes of one layer: the inputs of each of its calls, call indices as written.
  [[nodiscard]] std::vector<std::vector<KerasRef>> calls(const Json& layer,
                                                         const std::string& name) const;
  /// input_layers or output_layers: a list of references, one bare reference, or an object of
  /// named ones. `names` (may be null) receives the keys or the layer names.
  [[nodiscard]] std::vector<KerasRef> ends(const Json& refs, std::vector<std::string>* names) const;

 private:
  /// A call in the dialect of Keras 3.
  [[nodiscard]] std::vector<KerasRef> call_of_keras3(const Json& node,
                                                     const std::string& layer) const;
  void collect_tensors(const Json& value, std::vector<KerasRef>& refs, int depth) const;
  [[nodiscard]] KerasRef ref(const Json& value) const;
  void check_arguments(const Json& arguments, const std::string& layer) const;

  std::string place_;
};

}  // namespace caloquant
