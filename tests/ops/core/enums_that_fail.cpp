// What must not compile: each case is compiled by a test of its own (tests/ops/CMakeLists.txt),
// once without any of them.

#include "ops/core/enums.hpp"

namespace caloquant {

enum class Fruit { apple, pear, plum };

#if defined(VALUE_WITHOUT_NAME)
constexpr EnumNames<Fruit> names({{Fruit::apple, "apple"}, {Fruit::pear, "pear"}});
#elif defined(EMPTY_NAME)
constexpr EnumNames<Fruit> names({{Fruit::apple, "apple"},
                                  {Fruit::pear, ""},
                                  {Fruit::plum, "plum"}});
#elif defined(OUT_OF_ORDER)
constexpr EnumNames<Fruit> names({{Fruit::pear, "pear"},
                                  {Fruit::apple, "apple"},
                                  {Fruit::plum, "plum"}});
#else
constexpr EnumNames<Fruit> names({{Fruit::apple, "apple"},
                                  {Fruit::pear, "pear"},
                                  {Fruit::plum, "plum"}});
#endif

#if !defined(NO_TABLE)
std::string_view name_of(Fruit fruit) noexcept;
std::string_view name_of(Fruit fruit) noexcept {
  return names[fruit];
}
#endif

std::optional<Fruit> fruit_from(std::string_view name);
std::optional<Fruit> fruit_from(std::string_view name) {
  return enum_from<Fruit>(name);
}

int size_of(Fruit fruit);
int size_of(Fruit fruit) {
  switch (fruit) {
    case Fruit::apple:
      return 1;
    case Fruit::pear:
      return 2;
#if defined(VALUE_WITHOUT_CASE)
    default:
      break;
#else
    case Fruit::plum:
      break;
#endif
  }
  return 3;
}

}  // namespace caloquant
