#pragma once

#include <caloquant/types.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "graph/io/keras/option_table.hpp"
#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// Refuses every entry of `values` (an object) that is not in `options`, or that has a value which
/// the list does not allow. `what` names the kind of entry in messages ("option"). Throws
/// ModelError.
void check_keras_entries(const Json& values, std::span<const KerasOption> options,
                         const std::string& what, const std::string& place);
/// The same for a config of a class in keras_option_table(); others are left to their refusal.
void check_keras_options(const Json& config, std::string_view class_name, const std::string& place);
/// Checks the members of a serialized object, and that its class is one of Keras and not a
/// registered one of the same name.
void check_keras_object(const Json& object, const std::string& place);

/// The config of one layer of a class in keras_option_table(), read by key; only keys that stand
/// there as read may be asked for. A key with value null counts as absent. All throw ModelError
/// naming the layer and the key.
class KerasOptions {
 public:
  /// Integers beyond +-this are refused: they could only overflow later.
  static constexpr std::int64_t largest = std::int64_t{1} << 24;

  KerasOptions(const Json& config, std::string_view class_name, std::string place);

  [[nodiscard]] const std::string& place() const { return place_; }
  /// The value, or null when absent.
  [[nodiscard]] const Json* find(const char* key) const;
  [[nodiscard]] std::int64_t integer(const char* key) const;
  [[nodiscard]] double number(const char* key, double fallback) const;
  [[nodiscard]] bool flag(const char* key, bool fallback) const;
  [[nodiscard]] std::string text(const char* key, const std::string& fallback) const;
  /// An integer (repeated) or a list of `count` integers.
  [[nodiscard]] Shape integers(const char* key, std::size_t count) const;
  [[nodiscard]] Shape integers(const char* key, std::size_t count, const Shape& fallback) const;
  /// A value inside the option `key`, as an integer in range.
  [[nodiscard]] std::int64_t to_integer(const char* key, const Json& value) const;
  /// A list of integers of any length.
  [[nodiscard]] Shape list(const char* key) const;

  [[noreturn]] void fail(const char* key, const std::string& problem) const;

 private:
  const Json& config_;
  const KerasClass* type_;
  std::string place_;
};

}  // namespace caloquant
