#include "ops/core/enums.hpp"

#include <gmock/gmock.h>

namespace caloquant {

enum class Fruit { apple, pear, s8 };
constexpr EnumNames<Fruit> fruit_names({{Fruit::apple, "apple"},
                                        {Fruit::pear, "pear"},
                                        {Fruit::s8, "s8"}});
std::string_view name_of(Fruit fruit) noexcept {
  return fruit_names[fruit];
}

namespace {

using ::testing::ElementsAre;

enum class Hidden { one, two };

TEST(Enums, AreCountedByTheCompiler) {
  static_assert(enum_count<Fruit> == 3);
  static_assert(enum_count<Hidden> == 2);
  EXPECT_THAT(enum_values<Fruit>, ElementsAre(Fruit::apple, Fruit::pear, Fruit::s8));
}

TEST(Enums, HaveNamesBothWays) {
  EXPECT_THAT(enum_names<Fruit>(), ElementsAre("apple", "pear", "s8"));
  for (const Fruit fruit : enum_values<Fruit>) {
    EXPECT_EQ(enum_from<Fruit>(name_of(fruit)), fruit);
  }
  EXPECT_FALSE(enum_from<Fruit>("plum").has_value());
  EXPECT_FALSE(enum_from<Fruit>("").has_value());
}

TEST(Enums, NameWhatIsNoValueWithAQuestionMark) {
  EXPECT_EQ(name_of(Fruit{7}), "?");
  EXPECT_EQ(name_of(Fruit{-1}), "?");
}

}  // namespace
}  // namespace caloquant
