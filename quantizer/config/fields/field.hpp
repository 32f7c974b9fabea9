#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "quantizer/config/fields/value.hpp"
#include "quantizer/config/json_pointer.hpp"

namespace caloquant::config_table {

/// A key that was called otherwise in earlier versions. It is read under its old name, too.
struct OldKey {
  std::string pointer;  ///< to the object that it is in
  std::string old_name;
  std::string name;
};

/// One key of a config, kept in a struct S: its name, what it may be and what it means (as the
/// JSON Schema says it), and the way from and to its place in S. The default is what S{} has there.
template <typename S>
struct Field {
  std::string key;
  Json schema;
  bool required = false;
  std::vector<OldKey> old_keys{};  ///< of the key and of those inside it
  std::function<void(const Json&, S&, const Place&)> read{};
  std::function<Json(const S&)> write{};  ///< null: the key is left out

  // What may be said of a field beside its type: a table reads as field(...).at_least(1).

  [[nodiscard]] Field at_least(const Json& bound) && {
    return std::move(*this).with("minimum", bound);
  }
  [[nodiscard]] Field above(const Json& bound) && {
    return std::move(*this).with("exclusiveMinimum", bound);
  }
  [[nodiscard]] Field at_most(const Json& bound) && {
    return std::move(*this).with("maximum", bound);
  }
  [[nodiscard]] Field example(const Json& value) && {
    schema["examples"].push_back(value);
    return std::move(*this);
  }
  /// The names that a string, or an entry of a list, may be.
  [[nodiscard]] Field one_of(const Json& names) && {
    Json& of = schema.contains("items") ? schema["items"] : schema;
    of["enum"] = names;
    return std::move(*this);
  }
  /// Entries are one of the definitions of the schema.
  [[nodiscard]] Field items(const Json& reference) && {
    return std::move(*this).with("items", reference);
  }
  [[nodiscard]] Field must_be_given() && {
    required = true;
    return std::move(*this).without_default();
  }
  /// What the key is without being given follows from others, or is nothing at all.
  [[nodiscard]] Field without_default() && {
    schema.erase("default");
    return std::move(*this);
  }
  [[nodiscard]] Field formerly(const std::string& old_name) && {
    old_keys.push_back({"", old_name, key});
    return std::move(*this);
  }
  /// Any other rule of the JSON Schema.
  [[nodiscard]] Field with(const char* rule, const Json& value) && {
    schema[rule] = value;
    return std::move(*this);
  }
};

template <typename S>
using Fields = std::vector<Field<S>>;

/// A key whose value does not stand as it is in one member. `meaning` may be empty where a
/// definition says it.
template <typename S>
[[nodiscard]] Field<S> custom(const std::string& key, const Json& type, const std::string& meaning,
                              std::function<void(const Json&, S&, const Place&)> read,
                              std::function<Json(const S&)> write) {
  Json schema = meaning.empty() ? Json::object() : Json{{"description", meaning}};
  schema.update(type);
  if (Json value = write(S{}); !value.is_null()) {
    schema["default"] = std::move(value);
  }
  return {key, std::move(schema), false, {}, std::move(read), std::move(write)};
}

/// A key that is a member.
template <typename S, typename T>
[[nodiscard]] Field<S> field(const std::string& key, T S::*member, const std::string& meaning) {
  return custom<S>(
      key, Value<T>::schema(), meaning,
      [member](const Json& json, S& into, const Place& place) {
        into.*member = Value<T>::read(json, place);
      },
      [member](const S& from) { return Value<T>::write(from.*member); });
}

/// A field of a part of S.
template <typename S, typename Part>
[[nodiscard]] Field<S> within(Part S::*part, Field<Part> inner) {
  return {inner.key,
          inner.schema,
          inner.required,
          inner.old_keys,
          [part, read = inner.read](const Json& json, S& into, const Place& place) {
            read(json, into.*part, place);
          },
          [part, write = inner.write](const S& from) { return write(from.*part); }};
}

/// The schema of an object with these keys.
template <typename S>
[[nodiscard]] Json object_schema(const Fields<S>& fields) {
  Json schema{{"type", "object"}, {"additionalProperties", false}};
  for (const Field<S>& field : fields) {
    if (field.required) {
      schema["required"].push_back(field.key);
    }
  }
  for (const Field<S>& field : fields) {
    schema["properties"][field.key] = field.schema;
  }
  return schema;
}

/// Reads the keys that an object has, in the order of the table.
template <typename S>
void read_object(const Fields<S>& fields, const Json& json, S& into, const Place& place) {
  for (const Field<S>& field : fields) {
    if (json.contains(field.key)) {
      field.read(json.at(field.key), into, {place.folder, child_pointer(place.pointer, field.key)});
    }
  }
}

template <typename S>
[[nodiscard]] Json write_object(const Fields<S>& fields, const S& from) {
  Json json = Json::object();
  for (const Field<S>& field : fields) {
    if (Json value = field.write(from); !value.is_null()) {
      json[field.key] = std::move(value);
    }
  }
  return json;
}

template <typename S>
[[nodiscard]] std::vector<OldKey> old_keys_in(const Fields<S>& fields) {
  std::vector<OldKey> all;
  for (const Field<S>& field : fields) {
    all.insert(all.end(), field.old_keys.begin(), field.old_keys.end());
  }
  return all;
}

/// An object whose keys are in S itself. It may be left out when none of its keys must be given.
template <typename S>
[[nodiscard]] Field<S> group(const std::string& key, const std::string& meaning,
                             const Fields<S>& fields) {
  Json schema{{"description", meaning}};
  schema.update(object_schema(fields));
  const bool required = schema.contains("required");
  if (!required) {
    schema["default"] = Json::object();
  }
  std::vector<OldKey> old_keys = old_keys_in(fields);
  for (OldKey& old : old_keys) {
    old.pointer = child_pointer("", key) + old.pointer;
  }
  return {key,
          std::move(schema),
          required,
          std::move(old_keys),
          [fields](const Json& json, S& into, const Place& place) {
            read_object(fields, json, into, place);
          },
          [fields](const S& from) { return write_object(fields, from); }};
}

/// An object that is a member.
template <typename S, typename Part>
[[nodiscard]] Field<S> object(const std::string& key, Part S::*member, const std::string& meaning,
                              const Fields<Part>& fields) {
  return within(member, group(key, meaning, fields));
}

/// A value of the definition (definitions.hpp) that is called so.
[[nodiscard]] inline Json reference_to(const std::string& definition) {
  return {{"$ref", "#/$defs/" + definition}};
}

/// Either of two forms.
[[nodiscard]] inline Json either(const Json& first, const Json& second) {
  return {{"oneOf", Json::array({first, second})}};
}

}  // namespace caloquant::config_table
