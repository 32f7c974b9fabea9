#include "quantizer/config/json_schema.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>
#include <vector>

#include "graph/json/json.hpp"
#include "ops/core/check.hpp"
#include "quantizer/config/json_pointer.hpp"
#include "quantizer/config/nearest_key.hpp"

namespace caloquant {
namespace {

bool has_type(const Json& instance, const std::string& type) {
  if (type == "object") {
    return instance.is_object();
  }
  if (type == "array") {
    return instance.is_array();
  }
  if (type == "string") {
    return instance.is_string();
  }
  if (type == "boolean") {
    return instance.is_boolean();
  }
  if (type == "integer") {
    return instance.is_number_integer();
  }
  CALOQUANT_EXPECT(type == "number");
  return instance.is_number();
}

std::string with_article(const std::string& type) {
  const bool vowel = type == "object" || type == "array" || type == "integer";
  return (vowel ? "an " : "a ") + type;
}

/// A value as it was written, short enough for a message.
std::string shown(const Json& value) {
  constexpr std::size_t longest = 60;
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > longest) {
    text = text.substr(0, longest) + "...";
  }
  return text;
}

std::string listed(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    text.append(text.empty() ? "" : ", ").append(value);
  }
  return text;
}

class Checker {
 public:
  Checker(const Json& root, const std::string& source) : root_(root), source_(source) {}

  [[nodiscard]] Json check(const Json& instance, const Json& schema,
                           const std::string& pointer) const {
    const Json& rules = resolved(schema, instance);
    check_type(instance, rules, pointer);
    check_enum(instance, rules, pointer);
    check_range(instance, rules, pointer);
    if (instance.is_object()) {
      return check_object(instance, rules, pointer);
    }
    return instance.is_array() ? check_array(instance, rules, pointer) : instance;
  }

 private:
  [[noreturn]] void fail(const std::string& pointer, const std::string& problem,
                         const std::string& remedy) const {
    throw ConfigError(source_ + "#" + pointer, problem, remedy);
  }

  [[nodiscard]] const Json& dereferenced(const Json& schema) const {
    if (!schema.contains("$ref")) {
      return schema;
    }
    const auto reference = schema.at("$ref").get<std::string>();
    return root_.at(Json::json_pointer(reference.substr(1)));  // behind the '#'
  }

  /// Follows $ref and the branch of oneOf whose type fits; the last branch when none does.
  [[nodiscard]] const Json& resolved(const Json& schema, const Json& instance) const {
    const Json& rules = dereferenced(schema);
    if (!rules.contains("oneOf")) {
      return rules;
    }
    const Json& branches = rules.at("oneOf");
    for (const Json& branch : branches) {
      if (has_type(instance, dereferenced(branch).at("type").get<std::string>())) {
        return dereferenced(branch);
      }
    }
    return dereferenced(branches.back());
  }

  void check_type(const Json& instance, const Json& rules, const std::string& pointer) const {
    const auto type = rules.at("type").get<std::string>();
    if (!has_type(instance, type)) {
      fail(pointer, "must be " + with_article(type) + ", but is " + shown(instance),
           rules.value("description", ""));
    }
  }

  void check_enum(const Json& instance, const Json& rules, const std::string& pointer) const {
    if (!rules.contains("enum")) {
      return;
    }
    const Json& allowed = rules.at("enum");
    if (std::ranges::find(allowed, instance) != allowed.end()) {
      return;
    }
    std::vector<std::string> values;
    for (const Json& value : allowed) {
      values.push_back(shown(value));
    }
    fail(pointer, "cannot be " + shown(instance), "use one of: " + listed(values));
  }

  void check_range(const Json& instance, const Json& rules, const std::string& pointer) const {
    if (rules.contains("minimum") && instance < rules.at("minimum")) {
      fail(pointer, "is " + shown(instance), "it must be at least " + shown(rules.at("minimum")));
    }
    if (rules.contains("maximum") && instance > rules.at("maximum")) {
      fail(pointer, "is " + shown(instance), "it must be at most " + shown(rules.at("maximum")));
    }
    if (rules.contains("exclusiveMinimum") && instance <= rules.at("exclusiveMinimum")) {
      fail(pointer, "is " + shown(instance),
           "it must be greater than " + shown(rules.at("exclusiveMinimum")));
    }
  }

  [[nodiscard]] Json check_array(const Json& instance, const Json& rules,
                                 const std::string& pointer) const {
    if (instance.size() < rules.value("minItems", std::size_t{0})) {
      fail(pointer, "is empty", "it needs at least one entry");
    }
    Json result = Json::array();
    for (std::size_t i = 0; i < instance.size(); ++i) {
      result.push_back(
          check(instance[i], rules.at("items"), child_pointer(pointer, std::to_string(i))));
    }
    return result;
  }

  [[nodiscard]] Json check_object(const Json& instance, const Json& rules,
                                  const std::string& pointer) const {
    static const Json none = Json::object();
    const Json& properties = rules.contains("properties") ? rules.at("properties") : none;
    Json result = Json::object();
    for (const auto& [key, schema] : properties.items()) {
      if (instance.contains(key)) {
        result[key] = check(instance.at(key), schema, child_pointer(pointer, key));
      } else if (const Json& target = dereferenced(schema); target.contains("default")) {
        // A default is checked too: that fills in the defaults of the objects inside.
        result[key] = check(target.at("default"), schema, child_pointer(pointer, key));
      }
    }
    check_further_keys(instance, rules, pointer, properties, result);
    check_required(result, rules, pointer);
    return result;
  }

  void check_further_keys(const Json& instance, const Json& rules, const std::string& pointer,
                          const Json& properties, Json& result) const {
    const Json& further = rules.at("additionalProperties");
    for (const auto& [key, value] : instance.items()) {
      if (properties.contains(key)) {
        continue;
      }
      const std::string place = child_pointer(pointer, key);
      if (further.is_boolean()) {
        unknown_key(key, place, properties);
      }
      result[key] = check(value, further, place);
    }
  }

  [[noreturn]] void unknown_key(const std::string& key, const std::string& place,
                                const Json& properties) const {
    std::vector<std::string> known;
    for (const auto& [name, schema] : properties.items()) {
      known.push_back(name);
    }
    const std::string nearest = nearest_key(key, known);
    fail(place, "is not a known key",
         (nearest.empty() ? "" : "did you mean '" + nearest + "'? ") +
             "known here: " + listed(known));
  }

  void check_required(const Json& result, const Json& rules, const std::string& pointer) const {
    if (!rules.contains("required")) {
      return;
    }
    for (const Json& name : rules.at("required")) {
      const auto key = name.get<std::string>();
      if (!result.contains(key)) {
        fail(pointer, "lacks the key '" + key + "'",
             dereferenced(rules.at("properties").at(key)).value("description", ""));
      }
    }
  }

  const Json& root_;
  const std::string& source_;
};

}  // namespace

Json checked_with_defaults(const Json& instance, const Json& schema, const std::string& source) {
  return Checker(schema, source).check(instance, schema, "");
}

}  // namespace caloquant
