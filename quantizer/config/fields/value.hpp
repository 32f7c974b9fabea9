#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "graph/json/json.hpp"
#include "ops/core/check.hpp"
#include "ops/core/enums.hpp"

namespace caloquant::config_table {

/// Where a value stands: what relative paths and messages begin with.
struct Place {
  const std::filesystem::path& folder;  ///< of the config file
  std::string pointer;                  ///< "run.json#/metric/preset"
};

[[nodiscard]] inline std::filesystem::path resolved_path(const Json& json, const Place& place) {
  return (place.folder / json.get_ref<const std::string&>()).lexically_normal();
}

/// How a C++ type stands in a config: schema() is its part of the JSON Schema, read() gets a value
/// that the schema has let through, write() null for a value that is left out. A member of a type
/// that is not here needs custom() (field.hpp).
template <typename T>
struct Value;

template <>
struct Value<bool> {
  static Json schema() { return {{"type", "boolean"}}; }
  static bool read(const Json& json, const Place&) { return json.get<bool>(); }
  static Json write(bool value) { return value; }
};

template <>
struct Value<double> {
  static Json schema() { return {{"type", "number"}}; }
  static double read(const Json& json, const Place&) { return json.get<double>(); }
  static Json write(double value) { return value; }
};

template <>
struct Value<int> {
  static Json schema() { return {{"type", "integer"}}; }
  static int read(const Json& json, const Place&) { return json.get<int>(); }
  static Json write(int value) { return value; }
};

/// std::size_t, too.
template <>
struct Value<std::uint64_t> {
  static Json schema() { return {{"type", "integer"}, {"minimum", 0}}; }
  static std::uint64_t read(const Json& json, const Place&) { return json.get<std::uint64_t>(); }
  static Json write(std::uint64_t value) { return value; }
};

template <>
struct Value<std::string> {
  static Json schema() { return {{"type", "string"}}; }
  static std::string read(const Json& json, const Place&) { return json.get<std::string>(); }
  static Json write(const std::string& value) { return value; }
};

/// Relative to the folder of the config; empty: left out.
template <>
struct Value<std::filesystem::path> {
  static Json schema() { return {{"type", "string"}}; }
  static std::filesystem::path read(const Json& json, const Place& place) {
    return resolved_path(json, place);
  }
  static Json write(const std::filesystem::path& value) {
    return value.empty() ? Json() : Json(value.string());
  }
};

/// Enums by their names.
template <typename E>
requires std::is_enum_v<E>
struct Value<E> {
  static Json schema() { return {{"type", "string"}, {"enum", enum_names<E>()}}; }
  static E read(const Json& json, const Place&) {
    const auto value = enum_from<E>(json.get_ref<const std::string&>());
    CALOQUANT_EXPECT(value.has_value());  // the schema has the same names
    return *value;
  }
  static Json write(E value) { return name_of(value); }
};

/// Nothing: left out.
template <typename T>
struct Value<std::optional<T>> {
  static Json schema() { return Value<T>::schema(); }
  static std::optional<T> read(const Json& json, const Place& place) {
    return Value<T>::read(json, place);
  }
  static Json write(const std::optional<T>& value) {
    return value ? Value<T>::write(*value) : Json();
  }
};

template <typename T>
struct Value<std::vector<T>> {
  static Json schema() { return {{"type", "array"}, {"items", Value<T>::schema()}}; }
  static std::vector<T> read(const Json& json, const Place& place) {
    std::vector<T> values;
    for (const Json& entry : json) {
      values.push_back(Value<T>::read(entry, place));
    }
    return values;
  }
  static Json write(const std::vector<T>& values) {
    Json json = Json::array();
    for (const T& value : values) {
      json.push_back(Value<T>::write(value));
    }
    return json;
  }
};

}  // namespace caloquant::config_table
