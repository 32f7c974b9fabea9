#include "ops/core/number.hpp"

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <cmath>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

TEST(Numbers, NoRangeHasWhatIsNotFinite) {
  for (const NumberRange& range :
       {NumberRange::any(), NumberRange::any_float(), NumberRange::not_negative(),
        NumberRange::positive(), NumberRange{-1.0, 1.0}, NumberRange{0.0, 1.0, true}}) {
    for (const double value : {nan, infinity, -infinity}) {
      EXPECT_NE(number_problem(value, range), "") << value;
    }
    EXPECT_EQ(number_problem(1.0, range), "");
  }
}

TEST(Numbers, BoundsAreTakenAtTheirWord) {
  EXPECT_EQ(number_problem(0.0, {0.0, 1.0}), "");
  EXPECT_EQ(number_problem(0.0, {0.0, 1.0, true}), "is 0, it must be a number above 0, at most 1");
  EXPECT_EQ(number_problem(1.5, {0.0, 1.0}), "is 1.5, it must be a number from 0 to 1");
  EXPECT_EQ(number_problem(-1.0, NumberRange::not_negative()),
            "is -1, it must be a finite number of at least 0");
  EXPECT_EQ(number_problem(nan, NumberRange::any()), "is nan, it must be a finite number");
  EXPECT_NE(number_problem(1e39, NumberRange::any_float()), "");
  EXPECT_NE(number_problem(1e-40, NumberRange::positive()), "");  // its reciprocal is no f32
  EXPECT_THAT(testing::message_of([] { checked_number<ConfigError>(nan, "a.json#/x"); }),
              HasSubstr("a.json#/x: is nan, it must be a finite number"));
}

TEST(Numbers, TextsAreReadWhole) {
  EXPECT_EQ(number_from("0.25"), 0.25);
  EXPECT_EQ(number_from("-1e-5"), -1e-5);
  for (const char* text : {"", " 1", "1 ", "+1", "abc", "1x", "nan", "NAN", "inf", "-inf",
                           "infinity", "1e400", "-1e400", "1e-400", "0x10", "1,5"}) {
    EXPECT_EQ(number_from(text), std::nullopt) << text;
  }
}

TEST(Numbers, IntegersAreNeitherWrappedNorRounded) {
  EXPECT_EQ(integer_from<std::uint64_t>("18446744073709551615"),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(integer_from<std::int64_t>("-9223372036854775808"),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(integer_from<int>("010"), 10);
  for (const char* text : {"18446744073709551616", "-1", "1.0", "1e3", "", "0x1", "1 ", "nan"}) {
    EXPECT_EQ(integer_from<std::uint64_t>(text), std::nullopt) << text;
  }
  EXPECT_EQ(integer_from<std::int64_t>("9223372036854775808"), std::nullopt);
  EXPECT_EQ(integer_from<int>("2147483648"), std::nullopt);
}

}  // namespace
}  // namespace caloquant
