#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// The one way of enums that have names. Their values count from 0 without gaps. A name_of(E) is
//
//   constexpr EnumNames<Shape> shape_names({{Shape::round, "round"}, {Shape::square, "square"}});
//   std::string_view name_of(Shape shape) noexcept { return shape_names[shape]; }
//
// and does not compile while a value lacks its name; enum_values<Shape>, enum_names<Shape>() and
// enum_from<Shape>(text) follow from it.

namespace caloquant {
namespace enums {

/// Is `V` a declared enumerator? The compiler spells one by its name, any other value as a cast,
/// "(E)7": C++20 has no other way to ask.
template <auto V>
[[nodiscard]] constexpr bool is_declared() {
  constexpr std::string_view function = __PRETTY_FUNCTION__;
  constexpr std::string_view before = "V = ";
  constexpr std::size_t at = function.find(before);
  static_assert(at != std::string_view::npos, "this compiler writes __PRETTY_FUNCTION__ otherwise");
  return function[at + before.size()] != '(';
}

template <typename E, std::size_t First = 0>
[[nodiscard]] constexpr std::size_t count() {
  if constexpr (is_declared<static_cast<E>(First)>()) {
    return count<E, First + 1>();
  } else {
    return First;
  }
}

template <typename E, std::size_t... Index>
[[nodiscard]] constexpr std::array<E, sizeof...(Index)> all(std::index_sequence<Index...>) {
  return {static_cast<E>(Index)...};
}

enum class Probe { first, last };
static_assert(count<Probe>() == 2);

}  // namespace enums

template <typename E>
inline constexpr std::size_t enum_count = enums::count<E>();

/// Every value of an enum, in the order of its declaration.
template <typename E>
inline constexpr std::array<E, enum_count<E>> enum_values =
    enums::all<E>(std::make_index_sequence<enum_count<E>>());

/// The names of all values of an enum. Compiles only when every value has one, in the order of the
/// declaration.
template <typename E>
class EnumNames {
  static_assert(std::is_enum_v<E>);

 public:
  struct Entry {
    E value;
    std::string_view name;
  };

  // NOLINTNEXTLINE(modernize-avoid-c-arrays): takes a braced list, and counts it
  consteval explicit EnumNames(const Entry (&entries)[enum_count<E>]) {
    for (std::size_t i = 0; i < enum_count<E>; ++i) {
      if (entries[i].value != enum_values<E>[i] || entries[i].name.empty()) {
        throw "a value of the enum lacks its name, or they are out of order";
      }
      names_[i] = entries[i].name;
    }
  }

  /// "?" for what is no value of the enum.
  [[nodiscard]] constexpr std::string_view operator[](E value) const noexcept {
    const auto index = static_cast<std::size_t>(value);
    return index < names_.size() ? names_[index] : "?";
  }

 private:
  std::array<std::string_view, enum_count<E>> names_{};
};

/// The names of all values, in the order of the declaration.
template <typename E>
[[nodiscard]] std::vector<std::string> enum_names() {
  std::vector<std::string> names;
  names.reserve(enum_count<E>);
  for (const E value : enum_values<E>) {
    names.emplace_back(name_of(value));
  }
  return names;
}

/// The value that name_of() calls so; nothing for any other name.
template <typename E>
[[nodiscard]] std::optional<E> enum_from(std::string_view name) {
  for (const E value : enum_values<E>) {
    if (name_of(value) == name) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace caloquant
