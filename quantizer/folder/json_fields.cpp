#include "quantizer/folder/json_fields.hpp"

#include <caloquant/error.hpp>
#include <cstdint>
#include <limits>
#include <utility>

namespace caloquant {

void fail_damaged(const std::string& place, const std::string& problem) {
  throw DataError(place, problem, "the file is damaged: run without --resume");
}

JsonFields::JsonFields(const Json& json, std::string place)
    : json_(json), place_(std::move(place)) {
  if (!json.is_object()) {
    fail_damaged(place_, "is no JSON object");
  }
}

void JsonFields::fail(const std::string& key) const {
  fail_damaged(place_, "'" + key + "' is missing or of another type");
}

const Json& JsonFields::any(const char* key) const {
  const auto found = json_.find(key);
  if (found == json_.end()) {
    fail(key);
  }
  return *found;
}

const Json& JsonFields::list(const char* key) const {
  const Json& value = any(key);
  if (!value.is_array()) {
    fail(key);
  }
  return value;
}

const Json& JsonFields::object(const char* key) const {
  const Json& value = any(key);
  if (!value.is_object()) {
    fail(key);
  }
  return value;
}

std::string JsonFields::text(const char* key) const {
  const auto value = json_as<std::string>(any(key));
  if (!value) {
    fail(key);
  }
  return *value;
}

bool JsonFields::flag(const char* key) const {
  const auto value = json_as<bool>(any(key));
  if (!value) {
    fail(key);
  }
  return *value;
}

std::size_t JsonFields::count(const char* key) const {
  const auto value = json_as<std::uint64_t>(any(key));
  if (!value) {
    fail(key);
  }
  return *value;
}

double JsonFields::real(const char* key) const {
  return real_of(any(key), place_ + ", '" + key + "'");
}

double real_of(const Json& json, const std::string& place) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (json == "nan") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (json == "inf" || json == "-inf") {
    return json == "inf" ? infinity : -infinity;
  }
  const auto value = json_as<double>(json);
  if (!value) {
    fail_damaged(place, "is no number");
  }
  return *value;
}

}  // namespace caloquant
