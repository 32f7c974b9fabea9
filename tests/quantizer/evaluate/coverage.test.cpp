// Of 200 seeds of noise the sequential rule accepts a model whose true deviation is just at a limit
// in at most 5 %, and refuses it in at most 5 %; both up to three standard errors of such a count.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "metrics/physics/energy_bins.hpp"
#include "tests/quantizer/evaluate/sequential_rule.hpp"

namespace caloquant {
namespace {

constexpr std::size_t coverage_seeds = 200;
constexpr std::size_t budget = 4096;
constexpr std::size_t small_cells = 27;
constexpr double confidence = 0.95;

/// How a model differs from fp32, as true means.
struct TrueDeviation {
  const char* name;
  double response = 0.0;  ///< of the total energy of the bin at 300 GeV
  double profile = 0.0;   ///< of the first slice of x
  double hits = 0.0;      ///< of the number of hits
};

struct Counted {
  std::size_t passed = 0;
  std::size_t undecided = 0;
  std::size_t failed = 0;
  double events = 0.0;
};

/// Showers of 3 x 3 x 3 cells. The model has the energy of fp32 times 1 + deviation + 1 % of noise
/// by event, and 3 % of noise by cell. Dark cells of 0 GeV become hits one by one.
class NoisyPair {
 public:
  NoisyPair(const TrueDeviation& truth, std::uint64_t seed)
      : truth_(truth), random_(seed), model_({3, 3, 3}, {}, 3e-4), reference_({3, 3, 3}, {}, 3e-4) {
    for (std::size_t event = 0; event < budget; ++event) {
      energies_.push_back(100.0 * static_cast<double>(1 + event % 5));
    }
    thetas_.assign(budget, 1.5);
    bins_ = energy_bins(energies_, energies_);
  }

  std::vector<Measure> measures(const Look& look) {
    while (model_.events() < look.events) {
      add_event(energies_[model_.events()]);
    }
    const CriteriaPair pair(model_, reference_, look.events, energies_, thetas_, bins_);
    return physics_measures(pair, {}, look, 1);
  }

 private:
  void add_event(double energy) {
    std::vector<float> fp32(small_cells);
    std::vector<float> model(small_cells);
    const double common = 1.0 + 0.01 * normal_(random_) + (energy == 300.0 ? truth_.response : 0.0);
    // Twenty lit cells of 27 on average; the others are no hits.
    for (std::size_t cell = 0; cell < small_cells; ++cell) {
      const bool lit = uniform_(random_) < lit_share;
      const double spread = 0.5 + uniform_(random_);
      fp32[cell] = lit ? static_cast<float>(1e-3 * energy * spread) : 0.0F;
      const double of_slice = cell < small_cells / 3       ? 1.0 + truth_.profile
                              : cell < 2 * small_cells / 3 ? 1.0 - truth_.profile
                                                           : 1.0;
      model[cell] =
          fp32[cell] * static_cast<float>(common * of_slice * (1.0 + 0.03 * normal_(random_)));
      if (!lit && uniform_(random_) < truth_.hits * lit_share / (1.0 - lit_share)) {
        model[cell] = 4e-4F;  // a hit, and next to no energy
      }
    }
    reference_.add(fp32, 1);
    model_.add(model, 1);
  }

  static constexpr double lit_share = 20.0 / 27.0;
  TrueDeviation truth_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_{};
  std::uniform_real_distribution<double> uniform_{};
  std::vector<double> energies_;
  std::vector<double> thetas_;
  std::vector<EnergyBin> bins_;
  CriteriaSample model_;
  CriteriaSample reference_;
};

Counted count(const TrueDeviation& truth) {
  Counted counted;
  const std::vector<Look> looks = growing_looks(budget, 0, confidence);
  for (std::uint64_t seed = 1; seed <= coverage_seeds; ++seed) {
    NoisyPair pair(truth, seed);
    const auto answer =
        testing::sequential_answer(looks, [&](const Look& look) { return pair.measures(look); });
    counted.passed += answer.verdict == Verdict::passed ? 1 : 0;
    counted.undecided += answer.verdict == Verdict::undecided ? 1 : 0;
    counted.failed += answer.verdict == Verdict::failed ? 1 : 0;
    counted.events += static_cast<double>(answer.events) / coverage_seeds;
  }
  const auto percent = [](std::size_t seeds) {
    return 100.0 * static_cast<double>(seeds) / static_cast<double>(coverage_seeds);
  };
  std::printf("| %s | %.1f %% | %.1f %% | %.1f %% | %.0f |\n", truth.name, percent(counted.passed),
              percent(counted.undecided), percent(counted.failed), counted.events);
  std::fflush(stdout);
  return counted;
}

/// 5 % of the seeds and three standard errors of that count.
const double most_errors = coverage_seeds * 0.05 + 3.0 * std::sqrt(coverage_seeds * 0.05 * 0.95);

class Coverage : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::printf(
        "| true deviation, seeds 1 to %zu | passed | undecided | failed | mean events |\n"
        "|---|---|---|---|---|\n",
        coverage_seeds);
  }
};

TEST_F(Coverage, AtALimitFewAreAcceptedAndFewRefused) {
  for (const TrueDeviation& truth :
       {TrueDeviation{"response of one bin at its limit of 0.5 %", 0.005},
        TrueDeviation{"response of one bin at its limit of -0.5 %", -0.005},
        TrueDeviation{"profiles of two slices at their limit of 3 %", 0.0, 0.03},
        TrueDeviation{"hits at their limit of 3 %", 0.0, 0.0, 0.03}}) {
    const Counted counted = count(truth);
    EXPECT_LE(static_cast<double>(counted.passed), most_errors) << truth.name;
    EXPECT_LE(static_cast<double>(counted.failed), most_errors) << truth.name;
  }
}

// The rule is no rule if it decides nothing.
TEST_F(Coverage, GoodModelsPassAndBadOnesFail) {
  const Counted equal = count({"none"});
  EXPECT_GE(equal.passed, coverage_seeds * 9 / 10);
  const Counted twice = count({"response of one bin at twice its limit", 0.01});
  EXPECT_GE(twice.failed, coverage_seeds * 8 / 10);
  EXPECT_EQ(twice.passed, 0U);
  const Counted hits = count({"hits at twice their limit", 0.0, 0.0, 0.06});
  EXPECT_GE(hits.failed, coverage_seeds * 9 / 10);
  EXPECT_EQ(hits.passed, 0U);
}

}  // namespace
}  // namespace caloquant
