#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "graph/json/json.hpp"
#include "ops/core/enums.hpp"

namespace caloquant {

/// Typed members of a JSON object that a run has left behind. Throws DataError with `place` for
/// what is missing or of another type.
class JsonFields {
 public:
  /// Throws for what is no object.
  JsonFields(const Json& json, std::string place);

  [[nodiscard]] const Json& any(const char* key) const;
  [[nodiscard]] const Json& list(const char* key) const;
  [[nodiscard]] const Json& object(const char* key) const;
  [[nodiscard]] std::string text(const char* key) const;
  [[nodiscard]] bool flag(const char* key) const;
  [[nodiscard]] std::size_t count(const char* key) const;
  /// As json_number() writes them.
  [[nodiscard]] double real(const char* key) const;
  /// The value that name_of() calls so.
  template <typename E>
  [[nodiscard]] E named(const char* key) const {
    const std::optional<E> value = enum_from<E>(text(key));
    if (!value) {
      fail(key);
    }
    return *value;
  }
  [[nodiscard]] const std::string& place() const { return place_; }
  [[noreturn]] void fail(const std::string& key) const;

 private:
  const Json& json_;
  std::string place_;
};

/// A number as json_number() writes it. Throws DataError.
[[nodiscard]] double real_of(const Json& json, const std::string& place);

/// Throws the DataError of what a run has left behind and somebody has changed.
[[noreturn]] void fail_damaged(const std::string& place, const std::string& problem);

}  // namespace caloquant
