#include "quantizer/config/overrides.hpp"

#include <caloquant/error.hpp>
#include <charconv>
#include <string_view>
#include <vector>

#include "graph/json/json.hpp"

namespace caloquant {
namespace {

/// Reference tokens of a JSON pointer that starts with '/', unescaped (RFC 6901).
std::vector<std::string> tokens_of(std::string_view pointer) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const bool escaped = pointer[i] == '~' && i + 1 < pointer.size() &&
                         (pointer[i + 1] == '0' || pointer[i + 1] == '1');
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (escaped) {
      ++i;
      tokens.back() += pointer[i] == '0' ? '~' : '/';
    } else {
      tokens.back() += pointer[i];
    }
  }
  return tokens;
}

/// The element of an array, or a new one at its end; null when the token is no such index.
Json* array_element(Json& array, const std::string& token) {
  std::size_t index = array.size();
  const char* end = token.data() + token.size();
  if (token != "-") {
    const auto parsed = std::from_chars(token.data(), end, index);
    if (parsed.ec != std::errc() || parsed.ptr != end || index > array.size()) {
      return nullptr;
    }
  }
  if (index == array.size()) {
    array.push_back(Json());
  }
  return &array[index];
}

}  // namespace

void apply_override(Json& document, const std::string& argument) {
  const std::string place = "--set " + argument;
  const std::size_t equals = argument.find('=');
  if (argument.empty() || argument.front() != '/' || equals == std::string::npos) {
    throw UsageError(place, "is not of the form /json/pointer=value",
                     "for example --set /tuning_criterion/max_trials=20");
  }
  Json* target = &document;
  for (const std::string& token : tokens_of(std::string_view(argument).substr(0, equals))) {
    if (target->is_null()) {
      *target = Json::object();
    }
    if (target->is_object()) {
      target = &(*target)[token];
      continue;
    }
    target = target->is_array() ? array_element(*target, token) : nullptr;
    if (target == nullptr) {
      throw UsageError(place, "leads nowhere: there is no '" + token + "' in the config",
                       "give the JSON pointer of a key of the config");
    }
  }
  const std::string value = argument.substr(equals + 1);
  *target = Json::accept(value) ? parse_json<ConfigError>(value, place) : Json(value);
}

}  // namespace caloquant
