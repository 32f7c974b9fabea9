#include "graph/io/keras/inbound.hpp"

#include <caloquant/error.hpp>

#include "graph/io/keras/options.hpp"

namespace caloquant {
namespace {

bool is_ref(const Json& value) {
  return value.is_array() && !value.empty() && value.front().is_string();
}

}  // namespace

void KerasInbound::check_arguments(const Json& arguments, const std::string& layer) const {
  const std::string place = place_ + ": a reader of layer '" + layer + "'";
  if (!arguments.is_object()) {
    throw ModelError(place, "has call arguments that are no object");
  }
  check_keras_entries(arguments, keras_call_arguments(), "call argument", place);
}

KerasRef KerasInbound::ref(const Json& value) const {
  const bool fits = is_ref(value) && value.size() >= 3 && value[1].is_number_integer() &&
                    value.size() <= 4 && value[2].is_number_integer() &&
                    value[1].get<std::int64_t>() >= 0 && value[2].get<std::int64_t>() >= 0;
  if (!fits) {
    throw ModelError(
        place_,
        "'" + value.dump().substr(0, 60) + "' is not a reference to a layer (name, call, tensor)",
        "write the model with Keras 2 (TensorFlow before 2.16)");
  }
  if (value.size() > 3) {
    check_arguments(value[3], value[0].get<std::string>());
  }
  return {value[0].get<std::string>(), value[1].get<std::size_t>(), value[2].get<std::size_t>()};
}

void KerasInbound::collect_tensors(const Json& value, std::vector<KerasRef>& refs,
                                   int depth) const {
  if (value.is_array() && depth < 4) {
    for (const Json& entry : value) {
      collect_tensors(entry, refs, depth + 1);
    }
    return;
  }
  const bool tensor = value.is_object() && value.value("class_name", "") == "__keras_tensor__" &&
                      value.contains("config") && value.at("config").is_object() &&
                      value.at("config").contains("keras_history");
  if (!tensor) {
    throw ModelError(place_, "'" + value.dump().substr(0, 60) + "' is no tensor of another layer");
  }
  refs.push_back(ref(value.at("config").at("keras_history")));
  refs.back().from_zero = true;
}

std::vector<KerasRef> KerasInbound::call_of_keras3(const Json& node,
                                                   const std::string& layer) const {
  for (const auto& [key, value] : node.items()) {
    if (key != "args" && key != "kwargs") {
      throw ModelError(place_, "a call of layer '" + layer + "' has the unknown member '" +
                                   key.substr(0, 60) + "'");
    }
  }
  if (!node.contains("args")) {
    throw ModelError(place_, "a call of layer '" + layer + "' has no 'args'");
  }
  if (node.contains("kwargs")) {
    check_arguments(node.at("kwargs"), layer);
  }
  std::vector<KerasRef> refs;
  collect_tensors(node.at("args"), refs, 0);
  return refs;
}

std::vector<std::vector<KerasRef>> KerasInbound::calls(const Json& layer,
                                                       const std::string& name) const {
  if (!layer.contains("inbound_nodes") || !layer.at("inbound_nodes").is_array()) {
    throw ModelError(place_, "layer '" + name + "' has no list 'inbound_nodes'");
  }
  std::vector<std::vector<KerasRef>> calls;
  for (const Json& node : layer.at("inbound_nodes")) {
    std::vector<KerasRef> inputs;
    if (node.is_object()) {
      calls.push_back(call_of_keras3(node, name));
      continue;
    }
    if (is_ref(node) || !node.is_array()) {
      inputs.push_back(ref(node));
    } else {
      for (const Json& input : node) {
        inputs.push_back(ref(input));
      }
    }
    calls.push_back(std::move(inputs));
  }
  return calls;
}

std::vector<KerasRef> KerasInbound::ends(const Json& refs, std::vector<std::string>* names) const {
  std::vector<KerasRef> found;
  const auto add = [&](const Json& value, const std::string& name) {
    found.push_back(ref(value));
    if (names != nullptr) {
      names->push_back(name.empty() ? found.back().layer : name);
    }
  };
  if (is_ref(refs)) {
    add(refs, "");
  } else if (refs.is_object()) {
    for (const auto& [key, value] : refs.items()) {
      add(value, key);
    }
  } else {
    for (const Json& value : refs) {
      add(value, "");
    }
  }
  if (found.empty()) {
    throw ModelError(place_, "the model has no inputs or no outputs");
  }
  return found;
}

}  // namespace caloquant
