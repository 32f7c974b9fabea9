#pragma once

#include <caloquant/types.hpp>
#include <cstdint>
#include <set>
#include <string>

#include "graph/io/json.hpp"

namespace caloquant {

/// The config of one layer, read by key. Every getter remembers its key, so that finish() can
/// refuse an option that changes the layer's meaning but was never looked at. A key with value null
/// counts as absent. All throw ModelError naming the layer and the key.
class KerasOptions {
 public:
  /// Integers beyond +-this are refused: they could only overflow later.
  static constexpr std::int64_t largest = std::int64_t{1} << 24;

  KerasOptions(const Json& config, std::string place) : config_(config), place_(std::move(place)) {}

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

  /// Refuses unknown options, except those that cannot matter for inference and those whose value
  /// is null or false.
  void finish() const;
  [[noreturn]] void fail(const char* key, const std::string& problem) const;

 private:
  const Json& config_;
  std::string place_;
  mutable std::set<std::string> asked_;
};

}  // namespace caloquant
