#include "graph/io/keras/options.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <string_view>

#include "graph/json/json.hpp"
#include "ops/core/check.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

std::string excerpt(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60);
}

/// A dtype may be a policy object, which stands for the name inside.
const Json& named_policy(const Json& value) {
  constexpr std::array<std::string_view, 4> policies{"Policy", "PolicyV1", "DTypePolicy",
                                                     "FloatDTypePolicy"};
  const auto type = value.is_object() ? value.find("class_name") : value.end();
  const auto config = value.is_object() ? value.find("config") : value.end();
  const bool policy =
      type != value.end() && config != value.end() && type->is_string() && config->is_object() &&
      config->contains("name") &&
      std::find(policies.begin(), policies.end(), type->get<std::string>()) != policies.end();
  return policy ? config->at("name") : value;
}

void check_entry(const std::string& key, const Json& value, const KerasOption* option,
                 const std::string& what, const std::string& place) {
  const std::string name = what + " '" + key.substr(0, 60) + "'";
  if (option == nullptr) {
    throw ModelError(place, name + " is not known here",
                     "no Keras from 2.0 to 3.15 writes it; save the model without it");
  }
  if (option->use != KerasUse::only) {
    return;
  }
  const Json allowed = Json::parse(option->allowed);
  const Json& given = named_policy(value);
  if (std::find(allowed.begin(), allowed.end(), given) == allowed.end()) {
    throw ModelError(place,
                     name + " is " + excerpt(given) + ", which is not supported: the layer " +
                         std::string(option->reason),
                     "supported is " + std::string(option->allowed));
  }
}

bool is_of_keras(const Json& module) {
  if (!module.is_string()) {
    return module.is_null();
  }
  const auto name = module.get<std::string>();
  constexpr std::array<std::string_view, 5> roots{"builtins", "keras", "tf_keras",
                                                  "tensorflow.keras", "tensorflow.python.keras"};
  return std::any_of(roots.begin(), roots.end(), [&](std::string_view root) {
    return name == root || (name.starts_with(root) && name[root.size()] == '.');
  });
}

}  // namespace

void check_keras_entries(const Json& values, std::span<const KerasOption> options,
                         const std::string& what, const std::string& place) {
  for (const auto& [key, value] : values.items()) {
    const auto found = std::ranges::find(options, key, &KerasOption::name);
    check_entry(key, value, found == options.end() ? nullptr : &*found, what, place);
  }
}

void check_keras_options(const Json& config, std::string_view class_name,
                         const std::string& place) {
  const KerasClass* type = find_keras_class(class_name);
  if (type == nullptr || !config.is_object()) {
    return;
  }
  for (const auto& [key, value] : config.items()) {
    check_entry(key, value, find_keras_option(*type, key), "option", place);
  }
}

void check_keras_object(const Json& object, const std::string& place) {
  check_keras_entries(object, keras_object_members(), "member", place);
  const Json module = object.value("module", Json());
  const Json registered = object.value("registered_name", Json());
  const Json type = object.value("class_name", Json());
  if (!is_of_keras(module) || (!registered.is_null() && registered != type)) {
    throw ModelError(place,
                     "has the class " + excerpt(type) + " of module " + excerpt(module) +
                         ", registered as " + excerpt(registered) + ", which is not Keras's own",
                     "only layers and functions of Keras itself can be read");
  }
}

KerasOptions::KerasOptions(const Json& config, std::string_view class_name, std::string place)
    : config_(config), type_(find_keras_class(class_name)), place_(std::move(place)) {
  CALOQUANT_EXPECT(type_ != nullptr);
}

void KerasOptions::fail(const char* key, const std::string& problem) const {
  throw ModelError(place_, std::string("option '") + key + "' " + problem);
}

const Json* KerasOptions::find(const char* key) const {
  const KerasOption* option = find_keras_option(*type_, key);
  CALOQUANT_EXPECT(option != nullptr &&
                   (option->use == KerasUse::read || option->use == KerasUse::structure));
  const auto found = config_.find(key);
  return found == config_.end() || found->is_null() ? nullptr : &*found;
}

std::int64_t KerasOptions::to_integer(const char* key, const Json& value) const {
  if (!value.is_number_integer()) {
    fail(key, "must be an integer, is " + value.dump().substr(0, 60));
  }
  const auto integer = json_as<std::int64_t>(value);
  if (!integer || *integer < -largest || *integer > largest) {
    fail(key, "is out of range: " + value.dump());
  }
  return *integer;
}

std::int64_t KerasOptions::integer(const char* key) const {
  const Json* value = find(key);
  if (value == nullptr) {
    fail(key, "is missing");
  }
  return to_integer(key, value->is_array() && value->size() == 1 ? value->front() : *value);
}

double KerasOptions::number(const char* key, double fallback) const {
  const Json* value = find(key);
  if (value == nullptr) {
    return fallback;
  }
  if (value->is_object() && value->contains("value")) {  // a serialized NumPy scalar
    value = &value->at("value");
  }
  if (!json_as<float>(*value)) {  // the graph computes in f32
    fail(key, "must be a finite number, is " + value->dump().substr(0, 60));
  }
  return value->get<double>();
}

bool KerasOptions::flag(const char* key, bool fallback) const {
  const Json* value = find(key);
  if (value == nullptr) {
    return fallback;
  }
  if (!value->is_boolean()) {
    fail(key, "must be true or false, is " + value->dump().substr(0, 60));
  }
  return value->get<bool>();
}

std::string KerasOptions::text(const char* key, const std::string& fallback) const {
  const Json* value = find(key);
  if (value == nullptr) {
    return fallback;
  }
  if (!value->is_string()) {
    fail(key, "must be a text, is " + value->dump().substr(0, 60));
  }
  return value->get<std::string>();
}

Shape KerasOptions::integers(const char* key, std::size_t count) const {
  const Json* value = find(key);
  if (value == nullptr) {
    fail(key, "is missing");
  }
  if (!value->is_array()) {
    return Shape(count, to_integer(key, *value));
  }
  Shape result = list(key);
  if (result.size() != count) {
    fail(key,
         "must have " + counted(count, "entry", "entries") + ", is " + value->dump().substr(0, 60));
  }
  return result;
}

Shape KerasOptions::integers(const char* key, std::size_t count, const Shape& fallback) const {
  return find(key) == nullptr ? fallback : integers(key, count);
}

Shape KerasOptions::list(const char* key) const {
  const Json* value = find(key);
  if (value == nullptr || !value->is_array()) {
    fail(key, "must be a list of integers");
  }
  Shape result;
  for (const Json& entry : *value) {
    result.push_back(to_integer(key, entry));
  }
  return result;
}

}  // namespace caloquant
