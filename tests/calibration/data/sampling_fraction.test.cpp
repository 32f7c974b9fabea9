#include "calibration/data/sampling_fraction.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "calibration/data/label_sources.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The published fit in %, as it is printed: 0.0018 x^4 - 0.023 x^3 + 0.11 x^2 - 0.28 x + 2.21.
TEST(SamplingFraction, IsThePublishedFit) {
  const SamplingFraction fraction;
  EXPECT_TRUE(fraction.is_published());
  for (const double energy : {2.0, 50.0, 100.0, 237.5, 500.0}) {
    const double x = energy / 100.0;
    const double percent =
        0.0018 * std::pow(x, 4) - 0.023 * std::pow(x, 3) + 0.11 * x * x - 0.28 * x + 2.21;
    EXPECT_NEAR(fraction.at(energy), percent / 100.0, 1e-16);
  }
  // Beside the mean sums of the authors' Geant4 showers at 90 degrees, which they quote to 3
  // digits.
  EXPECT_NEAR(100.0 * fraction.at(100.0), 2.02, 0.01);
  EXPECT_NEAR(500.0 * fraction.at(500.0), 9.07, 0.03);
}

class SamplingFractions : public testing::PropertyTest {};

/// Energy -> sum -> energy, below and above the energy where the fit ends.
TEST_F(SamplingFractions, EstimatesAreTheInverse) {
  for (const SamplingFraction& fraction :
       {SamplingFraction(), SamplingFraction({0.0225}), SamplingFraction({0.02, 0.001})}) {
    double before = 0.0;
    for (double energy = 0.01; energy < 2000.0;
         energy *= static_cast<double>(testing::uniform(random, 1.01F, 1.2F))) {
      const double estimate = fraction.energy_of(energy * fraction.at(energy));
      EXPECT_NEAR(estimate, energy, 1e-12 * energy + 1e-13);
      EXPECT_GT(estimate, before);
      before = estimate;
    }
  }
  EXPECT_NEAR(SamplingFraction({0.02}).energy_of(3.0), 150.0, 1e-9);
}

TEST(SamplingFraction, SaysWhatCannotBeOne) {
  const auto problem = [](const std::vector<double>& c) { return SamplingFraction::problem_of(c); };
  EXPECT_EQ(problem({0.02}), "");
  EXPECT_EQ(problem({1.0}), "");
  EXPECT_THAT(problem({}), HasSubstr("1 to 8 coefficients"));
  EXPECT_THAT(problem(std::vector<double>(9, 0.001)), HasSubstr("1 to 8 coefficients"));
  EXPECT_THAT(problem({0.0}), HasSubstr("at 0 GeV"));
  EXPECT_THAT(problem({-0.02}), HasSubstr("is -0.02"));
  EXPECT_THAT(problem({2.2}), HasSubstr("the fraction is 2.2"));  // in per cent
  EXPECT_THAT(problem({0.02, -0.0039}), HasSubstr("sums do not grow"));
  EXPECT_THAT(problem({0.02, -0.005}), HasSubstr("sums do not grow"));
  EXPECT_THAT(problem({0.02, 1e300, 1e308}), HasSubstr("the fraction is"));
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -std::nan("")}) {
    EXPECT_THAT(problem({0.02, bad}), HasSubstr("the fraction is"));
  }
}

TEST(LabelSources, SayWhatIsNotAsTheFilesHaveIt) {
  LabelSources sources{.events = 10};
  EXPECT_THAT(sources.notes(), IsEmpty());
  sources.add({.events = 10,
               .estimated_energies = 10,
               .fraction = SamplingFraction({0.02, 0.001}),
               .measured_angles = 10});
  EXPECT_EQ(sources.events, 20);
  EXPECT_THAT(sources.notes(),
              ElementsAre(AllOf(HasSubstr("10 of 20 primary energies are estimated"),
                                HasSubstr("0.02 + 0.001 x with x = E / 100 GeV")),
                          HasSubstr("10 of 20 angles are those measured")));
  const LabelSources published{
      .events = 1, .estimated_energies = 1, .fraction = SamplingFraction()};
  EXPECT_THAT(published.notes(), ElementsAre(AllOf(HasSubstr("primary energies are estimated"),
                                                   HasSubstr("published"), HasSubstr("7 %"))));
}

}  // namespace
}  // namespace caloquant
