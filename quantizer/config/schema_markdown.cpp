#include "quantizer/config/schema_markdown.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <vector>

#include "graph/json/json.hpp"
#include "quantizer/config/json_pointer.hpp"

namespace caloquant {
namespace {

/// `text` with a backslash before each of `characters`: `|` would end the cell of a table, `<`
/// begin a tag (but not in code).
std::string escaped(const std::string& text, std::string_view characters = "|") {
  std::string result;
  for (const char c : text) {
    result.append(characters.find(c) == std::string_view::npos ? "" : "\\").append(1, c);
  }
  return result;
}

/// One line with spaces behind colons and commas, as people write JSON.
std::string one_line(const Json& value) {
  if (!value.is_structured()) {
    return value.dump();
  }
  std::string text;
  for (const auto& [key, child] : value.items()) {
    text += text.empty() ? "" : ", ";
    text += (value.is_object() ? Json(key).dump() + ": " : "") + one_line(child);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

std::string code(const Json& value) {
  return "`" + escaped(one_line(value)) + "`";
}

/// What a schema holds under a key; nothing to iterate over where it lacks the key.
const Json& part(const Json& rules, const char* key) {
  static const Json none;
  return rules.contains(key) ? rules.at(key) : none;
}

std::string plural(const std::string& type) {
  return type + "s";
}

class Writer {
 public:
  explicit Writer(const Json& root) : root_(root) {}

  [[nodiscard]] std::string write() {
    text_ =
        "# Reference: " + text_of(root_, "title") + "\n\n" + text_of(root_, "description") +
        " Units stand in square brackets, `[1]` for a plain number. In a pointer `*` is any key; "
        "a pointer is also what `--set` takes.\n\n"
        "Printed by `caloquant schema --markdown`; a test compares.\n";
    for (const Json& example : part(root_, "examples")) {
      text_ += "\nThe shortest:\n\n```json\n" + example.dump(2) + "\n```\n";
    }
    write_root_keys();
    for (const auto& [name, definition] : part(root_, "$defs").items()) {
      if (is_object(definition)) {
        begin_section(name, definition, false);
        write_rows(definition, "*");
      }
    }
    return std::move(text_);
  }

 private:
  static bool is_object(const Json& rules) { return rules.value("type", "") == "object"; }

  static std::string text_of(const Json& rules, const char* key) {
    return rules.value(key, std::string());
  }

  [[nodiscard]] const Json& dereferenced(const Json& schema) const {
    return schema.contains("$ref")
               ? root_.at(Json::json_pointer(schema.at("$ref").get<std::string>().substr(1)))
               : schema;
  }

  static bool is_required(const Json& parent, const std::string& key) {
    const Json& names = part(parent, "required");
    return std::ranges::find(names, Json(key)) != names.end();
  }

  /// Keys of the root that are no objects come first, in a table of their own.
  void write_root_keys() {
    text_ += "\n";
    table_head();
    const Json& keys = root_.at("properties");
    for (const auto& [key, rules] : keys.items()) {
      if (!is_object(rules)) {
        write_row(root_, key, rules, "");
      }
    }
    for (const auto& [key, rules] : keys.items()) {
      if (is_object(rules)) {
        begin_section(key, rules, is_required(root_, key));
        write_rows(rules, child_pointer("", key));
      }
    }
  }

  void begin_section(const std::string& name, const Json& rules, bool required) {
    text_ += "\n## " + name + "\n\n" + text_of(rules, "description") +
             (required ? " Required.\n\n" : "\n\n");
    table_head();
  }

  void table_head() {
    text_ += "| key | type | default | values | meaning |\n|---|---|---|---|---|\n";
  }

  void write_rows(const Json& object, const std::string& pointer) {
    for (const auto& [key, rules] : part(object, "properties").items()) {
      write_row(object, key, rules, pointer);
    }
  }

  void write_row(const Json& parent, const std::string& key, const Json& schema,
                 const std::string& pointer) {
    const Json& rules = dereferenced(schema);
    const std::string place = child_pointer(pointer, key);
    text_ += "| `" + escaped(place) + "` | " + type_of(schema) + " | ";
    if (is_required(parent, key)) {
      text_ += "required";
    } else if (rules.contains("default") && !rules.contains("properties")) {
      text_ += code(rules.at("default"));
    }
    text_ += " | " + values_of(schema) + " | " + meaning_of(schema) + " |\n";
    write_rows(rules, place);
  }

  [[nodiscard]] std::string type_of(const Json& schema) const {
    const Json& rules = dereferenced(schema);
    if (rules.contains("oneOf")) {
      std::string types;
      for (const Json& branch : rules.at("oneOf")) {
        types += (types.empty() ? "" : " or ") + type_of(branch);
      }
      return types;
    }
    std::string type = text_of(rules, "type");
    if (type == "array") {
      return "list of " + plural(type_of(rules.at("items")));
    }
    const Json further = rules.value("additionalProperties", Json(false));
    if (!further.is_object()) {
      return type;
    }
    return "object of " + (further.contains("$ref") ? link_to(further) : plural(type_of(further)));
  }

  [[nodiscard]] static std::string link_to(const Json& reference) {
    const auto target = reference.at("$ref").get<std::string>();
    const std::string name = target.substr(target.rfind('/') + 1);
    return "[" + name + "](#" + name + ")";
  }

  /// The names or the range that a value, or an entry of its list, may have.
  [[nodiscard]] std::string values_of(const Json& schema) const {
    const Json& rules = dereferenced(schema);
    if (rules.contains("oneOf")) {
      return values_of(rules.at("oneOf").front());
    }
    if (rules.contains("items")) {
      return values_of(rules.at("items"));
    }
    std::vector<std::string> parts;
    for (const Json& value : part(rules, "enum")) {
      parts.push_back(code(value));
    }
    const auto bound = [&](const char* key, const char* sign) {
      if (rules.contains(key)) {
        parts.push_back(sign + one_line(rules.at(key)));
      }
    };
    bound("minimum", ">= ");
    bound("exclusiveMinimum", "> ");
    bound("maximum", "<= ");
    std::string text;
    for (const std::string& part : parts) {
      text.append(text.empty() ? "" : ", ").append(part);
    }
    return text;
  }

  /// What is said of the key, then of the definition that its values have.
  [[nodiscard]] std::string meaning_of(const Json& schema) const {
    std::string text = text_of(schema, "description");
    const Json& rules = dereferenced(schema);
    const Json& entry = rules.contains("oneOf")   ? rules.at("oneOf").front()
                        : rules.contains("items") ? rules.at("items")
                                                  : schema;
    if (entry.contains("$ref")) {
      const std::string of_definition = text_of(dereferenced(entry), "description");
      text += (text.empty() || of_definition.empty() ? "" : " ") + of_definition;
    }
    std::string examples;
    for (const Json& example : part(rules, "examples")) {
      examples += (examples.empty() ? "" : ", ") + code(example);
    }
    return escaped(text, "|<") + (examples.empty() ? "" : " Example: " + examples);
  }

  const Json& root_;
  std::string text_;
};

}  // namespace

std::string schema_markdown(std::string_view schema) {
  const Json root = parse_json<ConfigError>(schema, "schema");
  return Writer(root).write();
}

}  // namespace caloquant
