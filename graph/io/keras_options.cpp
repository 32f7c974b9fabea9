#include "graph/io/keras_options.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <string_view>

namespace caloquant {
namespace {

/// Options of training, naming and building: they do not change what inference computes.
bool is_harmless(std::string_view key) {
  constexpr std::array<std::string_view, 3> suffixes{"_initializer", "_regularizer", "_constraint"};
  constexpr std::array<std::string_view, 24> keys{"name",
                                                  "trainable",
                                                  "dtype",
                                                  "batch_input_shape",
                                                  "batch_shape",
                                                  "batch_size",
                                                  "input_dtype",
                                                  "sparse",
                                                  "ragged",
                                                  "input_dim",
                                                  "input_shape",
                                                  "input_length",
                                                  "momentum",
                                                  "seed",
                                                  "noise_shape",
                                                  "rate",
                                                  "p",
                                                  "stddev",
                                                  "sigma",
                                                  "weights",
                                                  "implementation",
                                                  "build_config",
                                                  "autocast",
                                                  "experimental_autocast"};
  return std::find(keys.begin(), keys.end(), key) != keys.end() ||
         std::any_of(suffixes.begin(), suffixes.end(),
                     [&](std::string_view suffix) { return key.ends_with(suffix); });
}

}  // namespace

void KerasOptions::fail(const char* key, const std::string& problem) const {
  throw ModelError(place_, std::string("option '") + key + "' " + problem);
}

const Json* KerasOptions::find(const char* key) const {
  asked_.insert(key);
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
    fail(key, "must have " + std::to_string(count) + " entries, is " + value->dump().substr(0, 60));
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

void KerasOptions::finish() const {
  for (const auto& [key, value] : config_.items()) {
    const bool unset = value.is_null() || value == Json(false);
    if (!unset && asked_.count(key) == 0 && !is_harmless(key)) {
      fail(key.c_str(), "is not known for this layer");
    }
  }
}

}  // namespace caloquant
