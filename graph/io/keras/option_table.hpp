#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace caloquant {

/// What the reader makes of an option.
enum class KerasUse {
  read,       ///< its translator asks for it
  structure,  ///< read by the walk over the model: names, layers, inputs
  harmless,   ///< whatever it says, the layer computes the same
  only,       ///< changes nothing with one of `allowed`; refused otherwise
};

/// One key of a layer's config. `reason` says why it changes nothing, or what else it would mean.
struct KerasOption {
  std::string_view name;
  KerasUse use = KerasUse::read;
  std::string_view allowed = {};  ///< for `only`: a JSON list of values
  std::string_view reason = {};
};

/// All options of one class; `groups` are lists that several classes share.
struct KerasClass {
  std::string_view name;
  std::vector<std::span<const KerasOption>> groups;
};

/// The options of every class that is read, the models and InputLayer included: what Keras 2.0 to 3
/// can write. An option that is not here is refused, and a translator may ask for no other.
[[nodiscard]] const std::vector<KerasClass>& keras_option_table();
/// The class of that name, or null.
[[nodiscard]] const KerasClass* find_keras_class(std::string_view class_name);
/// Its option of that name, or null.
[[nodiscard]] const KerasOption* find_keras_option(const KerasClass& type, std::string_view key);

/// Arguments that a layer may be called with beside its tensors.
[[nodiscard]] std::span<const KerasOption> keras_call_arguments();
/// Members that stand beside `class_name` and `config` in a serialized object.
[[nodiscard]] std::span<const KerasOption> keras_object_members();

}  // namespace caloquant
