// Damages that the loss is blind to, done to showers and judged by the default criteria: each is
// refused. What is measured is printed.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <numbers>
#include <random>

#include "calibration/showers/primaries.hpp"
#include "calibration/showers/shower_model.hpp"
#include "metrics/physics/energy_bins.hpp"
#include "tests/quantizer/evaluate/sequential_rule.hpp"

namespace caloquant {
namespace {

constexpr std::size_t damage_events = 256;
constexpr std::size_t side = 25;
constexpr std::size_t damage_cells = side * side * side;

/// 256 parametrised electrons of 2 to 500 GeV in 25 x 25 x 25 cells [GeV].
class Damages : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    showers = new Showers;
    const showers::ShowerModel model(side);
    showers::SpotList scratch;
    Primaries primaries;
    primaries.seed = 20;
    showers->images.resize(damage_events * damage_cells);
    for (std::size_t event = 0; event < damage_events; ++event) {
      const auto electron = draw_electron(primaries, static_cast<std::int64_t>(event));
      showers->energies.push_back(electron.energy);
      showers->thetas.push_back(electron.theta);
      model.generate(20, event, electron.energy, electron.theta, scratch,
                     std::span(showers->images).subspan(event * damage_cells, damage_cells));
    }
  }
  static void TearDownTestSuite() {
    delete showers;
    showers = nullptr;
  }

  [[nodiscard]] static std::vector<float> images() { return showers->images; }
  [[nodiscard]] static double energy(std::size_t event) { return showers->energies[event]; }

  static testing::SequentialAnswer judge(const char* name, const std::vector<float>& damaged) {
    const PhysicsCriteria limits;
    CriteriaSample reference({side, side, side}, {}, limits.hit_threshold);
    reference.add(showers->images, 1);
    CriteriaSample model({side, side, side}, {}, limits.hit_threshold);
    model.add(damaged, 1);
    const std::vector<EnergyBin> bins = energy_bins(showers->energies, showers->energies);
    const auto answer =
        testing::sequential_answer(growing_looks(damage_events, 0, 0.95), [&](const Look& look) {
          const CriteriaPair pair(model, reference, look.events, showers->energies, showers->thetas,
                                  bins);
          return physics_measures(pair, limits, look, 1);
        });
    std::printf("%s: %s after %zu events\n", name, std::string(name_of(answer.verdict)).c_str(),
                answer.events);
    for (const Measure& measure : answer.measures) {
      std::printf("  %-32s %+9.4f +- %7.4f, limit %g: %s\n", measure.name.c_str(), measure.value,
                  measure.standard_error, measure.limit,
                  std::string(name_of(measure.verdict())).c_str());
    }
    return answer;
  }

 private:
  struct Showers {
    std::vector<float> images;
    std::vector<double> energies;
    std::vector<double> thetas;
  };
  static Showers* showers;
};

Damages::Showers* Damages::showers = nullptr;

std::span<float> event_of(std::vector<float>& images, std::size_t event) {
  return std::span(images).subspan(event * damage_cells, damage_cells);
}

TEST_F(Damages, WithoutOneAllIsPassed) {
  const auto answer = judge("undamaged", images());
  EXPECT_EQ(answer.verdict, Verdict::passed);
  EXPECT_EQ(answer.events, first_look);
}

TEST_F(Damages, OuterProductOfTheProfiles) {
  std::vector<float> damaged = images();
  for (std::size_t event = 0; event < damage_events; ++event) {
    const std::span<float> image = event_of(damaged, event);
    std::array<std::array<double, side>, 3> profiles{};
    double total = 0.0;
    for (std::size_t cell = 0; cell < damage_cells; ++cell) {
      const auto deposit = static_cast<double>(image[cell]);
      profiles[0][cell / (side * side)] += deposit;
      profiles[1][cell / side % side] += deposit;
      profiles[2][cell % side] += deposit;
      total += deposit;
    }
    for (std::size_t cell = 0; cell < damage_cells && total > 0.0; ++cell) {
      image[cell] =
          static_cast<float>(profiles[0][cell / (side * side)] * profiles[1][cell / side % side] *
                             profiles[2][cell % side] / (total * total));
    }
  }
  EXPECT_EQ(judge("outer product of profiles", damaged).verdict, Verdict::failed);
}

TEST_F(Damages, ShuffledOverEvents) {
  std::vector<float> damaged = images();
  std::rotate(damaged.begin(), damaged.begin() + static_cast<std::ptrdiff_t>(17 * damage_cells),
              damaged.end());
  EXPECT_EQ(judge("shuffled over events", damaged).verdict, Verdict::failed);
}

TEST_F(Damages, AllEnergyLostBelow180GeV) {
  std::vector<float> damaged = images();
  for (std::size_t event = 0; event < damage_events; ++event) {
    if (energy(event) < 180.0) {
      std::ranges::fill(event_of(damaged, event), 0.0F);
    }
  }
  EXPECT_EQ(judge("all energy lost below 180 GeV", damaged).verdict, Verdict::failed);
}

TEST_F(Damages, SmallCellsDropped) {
  // Of the size of the threshold and above; what is below it is no hit before and after.
  for (const float least : {1e-3F, 5e-3F}) {
    std::vector<float> damaged = images();
    std::ranges::replace_if(
        damaged, [least](float cell) { return cell < least; }, 0.0F);
    EXPECT_EQ(
        judge(least < 2e-3F ? "cells below 1 MeV dropped" : "cells below 5 MeV dropped", damaged)
            .verdict,
        Verdict::failed);
  }
}

TEST_F(Damages, NoiseAdded) {
  for (const float width : {2e-4F, 1e-3F}) {
    std::mt19937_64 random(7);
    std::normal_distribution<float> noise(0.0F, width);
    std::vector<float> damaged = images();
    for (float& cell : damaged) {
      cell += noise(random);
    }
    EXPECT_EQ(
        judge(width < 5e-4F ? "noise of 0.2 MeV per cell" : "noise of 1 MeV per cell", damaged)
            .verdict,
        Verdict::failed);
  }
}

}  // namespace
}  // namespace caloquant
