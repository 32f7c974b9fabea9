#include "metrics/physics/energy_bins.hpp"

#include <algorithm>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

std::vector<std::string> names(const std::vector<EnergyBin>& bins) {
  std::vector<std::string> names;
  for (const EnergyBin& bin : bins) {
    names.push_back(bin.name);
  }
  return names;
}

std::vector<double> flat(double low, double high, std::size_t count) {
  std::vector<double> energies;
  for (std::size_t i = 0; i < count; ++i) {
    energies.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(count));
  }
  return energies;
}

TEST(EnergyBins, FixedEnergiesHaveFixedBins) {
  std::vector<double> energies;
  for (int i = 0; i < 10; ++i) {
    energies.insert(energies.end(), {98.0, 200.0, 305.0, 50.0});
  }
  EXPECT_EQ(names(energy_bins(energies, energies)),
            (std::vector<std::string>{"100 GeV", "200 GeV", "300 GeV"}));
}

TEST(EnergyBins, ManyFlatEnergiesFillTheFixedBins) {
  const std::vector<double> energies = flat(2.0, 480.0, 5000);
  EXPECT_EQ(names(energy_bins(energies, energies)),
            (std::vector<std::string>{"100 GeV", "200 GeV", "300 GeV", "400 GeV"}));
}

TEST(EnergyBins, FewFlatEnergiesAreCutIntoEqualCounts) {
  const std::vector<double> energies = flat(10.0, 90.0, 100);
  const auto bins = energy_bins(energies, energies);
  ASSERT_EQ(bins.size(), 5U);
  for (const EnergyBin& bin : bins) {
    EXPECT_EQ(std::count_if(energies.begin(), energies.end(),
                            [&](double energy) { return bin.contains(energy); }),
              20);
  }
  EXPECT_EQ(bins.front().name, "10-25.2 GeV");
}

TEST(EnergyBins, EqualEnergiesShareABin) {
  EXPECT_EQ(names(energy_bins(std::vector<double>(40, 50.0), std::vector<double>(40, 50.0))),
            std::vector<std::string>{"50 GeV"});
}

TEST(EnergyBins, EveryEventHasOneBinAtMostAndFewEventsOneBin) {
  const std::vector<double> few{10.0, 20.0, 30.0};
  EXPECT_EQ(names(energy_bins(few, few)), std::vector<std::string>{"10-30 GeV"});
  EXPECT_TRUE(energy_bins({}, {}).empty());
}

}  // namespace
}  // namespace caloquant
