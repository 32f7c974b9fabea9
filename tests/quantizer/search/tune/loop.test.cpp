#include "quantizer/search/tune/loop.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include <cmath>
#include <fstream>
#include <string>

#include "quantizer/search/tune/journal.hpp"
#include "tests/quantizer/search/space/layers.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::generator_layers;

/// `basic` on a dense layer and two convolutions: 4 + 3 + 2 trials.
class Tune : public ::testing::Test {
 protected:
  TuneResult run() {
    const auto strategy =
        make_strategy({"basic", options.criterion.higher_is_better, false}, space);
    return tune(*strategy, options, callbacks);
  }

  TuningSpace space{generator_layers(2), {}, "run.json"};
  TuneOptions options{.criterion = {.higher_is_better = false,
                                    .kind = CriterionKind::absolute,
                                    .tolerable_loss = 0.1},
                      .limits = {.timeout = 0.0, .max_trials = 100},
                      .baseline = 0.0};
  std::vector<double> losses;  ///< by step; 1 behind its end
  std::size_t evaluations = 0;
  TuneCallbacks callbacks{
      .evaluate =
          [this](const TuningConfig&) {
            const std::size_t step = evaluations++;
            return Evaluation{.loss = step < losses.size() ? losses[step] : 1.0};
          },
      .on_start = {},
      .on_trial = {},
      .interrupted = {},
      .seconds = {}};
};

TEST_F(Tune, StopsAtTheFirstConfigurationThatMeetsTheTarget) {
  losses = {0.5, 0.1, 0.01};
  const TuneResult result = run();
  EXPECT_EQ(result.trials.size(), 2U);
  EXPECT_EQ(result.best, 1U);
  EXPECT_TRUE(result.target_met);
  EXPECT_EQ(result.reason, StopReason::target_met);
  EXPECT_EQ(result.target, 0.1);
}

TEST_F(Tune, ATrialThatStoppedEarlyNeverMeetsTheTarget) {
  callbacks.evaluate = [this](const TuningConfig&) {
    return Evaluation{.loss = 0.0, .stopped_early = evaluations++ < 2};
  };
  const TuneResult result = run();
  ASSERT_EQ(result.trials.size(), 3U);
  EXPECT_TRUE(result.trials[1].stopped_early);
  EXPECT_FALSE(result.trials[1].target_met);
  EXPECT_EQ(result.best, 2U);
}

TEST_F(Tune, HigherIsBetterWorksToo) {
  options.criterion.higher_is_better = true;
  options.baseline = 1.0;
  losses = {0.5, 0.95};
  const TuneResult result = run();
  EXPECT_EQ(result.best, 1U);
  EXPECT_TRUE(result.target_met);
}

TEST_F(Tune, ReturnsTheBestWhenNothingMeetsTheTarget) {
  losses = {0.5, 0.4, 0.6, 0.7, 0.3};
  const TuneResult result = run();
  EXPECT_EQ(result.reason, StopReason::exhausted);
  EXPECT_EQ(result.trials.size(), 9U);
  EXPECT_FALSE(result.target_met);
  EXPECT_EQ(result.best, 4U);
}

TEST_F(Tune, NeverAcceptsAPlanWithoutAQuantizedLayer) {
  losses = std::vector<double>(9, 0.5);
  losses.back() = 0.0;  // all layers fp32: equal to the FP32 model
  const TuneResult result = run();
  ASSERT_EQ(result.trials.size(), 9U);
  EXPECT_EQ(result.trials.back().quantized_layers(), 0U);
  EXPECT_FALSE(result.trials.back().target_met);
  EXPECT_FALSE(result.target_met);
  EXPECT_EQ(result.best, 0U);  // of equal losses the one with the most quantized layers
}

TEST_F(Tune, FallsBackToThePlanWithoutAQuantizedLayerOnlyWhenNothingElseHasALoss) {
  callbacks.evaluate = [](const TuningConfig& config) {
    if (config.quantized_layers() > 0) {
      throw BackendError("oneDNN", "cannot do it");
    }
    return Evaluation{.loss = 0.0};
  };
  const TuneResult result = run();
  EXPECT_EQ(result.best, 8U);
  EXPECT_FALSE(result.target_met);
}

TEST_F(Tune, StopsAtMaxTrials) {
  options.limits.max_trials = 3;
  const TuneResult result = run();
  EXPECT_EQ(result.trials.size(), 3U);
  EXPECT_EQ(result.reason, StopReason::max_trials);
}

TEST_F(Tune, SearchesOnUntilTheTimeoutAndKeepsTheMostQuantizedThatMeetsTheTarget) {
  options.limits.timeout = 6.5;
  double clock = 0.0;
  callbacks.seconds = [&] { return clock; };
  callbacks.on_trial = [&](const Trial&) {
    clock += 1.0;
    return true;
  };
  losses = {0.5, 0.09, 0.08, 0.08, 0.01, 0.01};
  const TuneResult result = run();
  EXPECT_EQ(result.reason, StopReason::timeout);
  EXPECT_EQ(result.trials.size(), 7U);
  EXPECT_EQ(result.best, 2U);  // all layers, the better loss, the earlier
  EXPECT_TRUE(result.target_met);
  EXPECT_EQ(result.seconds, 7.0);
}

TEST_F(Tune, PutsTheLossBeforeFurtherMeasuresAndWantsAllOfThemMet) {
  callbacks.evaluate = [this](const TuningConfig&) {
    const double response = evaluations++ == 0 ? -0.006 : -0.004;
    return Evaluation{.loss = 0.05, .measures = {{"response", response, 0.005}}};
  };
  const TuneResult result = run();
  ASSERT_EQ(result.trials.size(), 2U);
  std::vector<Measure> expected{{"loss", 0.05, 0.1}, {"response", -0.006, 0.005}};
  expected.front().one_sided = true;
  EXPECT_EQ(result.trials[0].measures, expected);
  EXPECT_EQ(result.trials[0].verdict, Verdict::failed);
  EXPECT_FALSE(result.trials[0].target_met);
  EXPECT_TRUE(result.trials[1].target_met);
}

TEST_F(Tune, MeasuresWhatWasLostWhenHigherIsBetter) {
  options.criterion.higher_is_better = true;
  options.baseline = 1.0;
  losses = {0.75, 1.25};
  const TuneResult result = run();
  ASSERT_EQ(result.trials.size(), 2U);
  EXPECT_EQ(result.trials[0].measures.front().value, 0.25);
  EXPECT_EQ(result.trials[1].measures.front().value, 0.0);
  EXPECT_TRUE(result.trials[1].target_met);
}

/// A whole run of `exhaustive` on one convolution and one dense layer with three plans.
class TuneForAnObjective : public ::testing::Test {
 protected:
  std::string best_of(Objective objective, const CostTable& costs) {
    StrategyOptions strategy_options;
    strategy_options.name = "exhaustive";
    strategy_options.objective = objective;
    strategy_options.costs = costs;
    TuneOptions options;
    options.criterion.tolerable_loss = 1.0;
    options.objective = objective;
    options.costs = costs;
    TuneCallbacks callbacks;
    callbacks.evaluate = [](const TuningConfig& config) {
      const bool dense = config.choice("dense_1").precision == Precision::int8;
      const bool conv = config.choice("conv3d_1").precision == Precision::int8;
      return Evaluation{.loss = dense && conv ? 0.9 : dense ? 0.2 : 0.3};
    };
    const TuneResult result = tune(*make_strategy(strategy_options, space), options, callbacks);
    EXPECT_EQ(result.trials.size(), 3U);  // no end at the first that meets the target
    EXPECT_EQ(result.reason, StopReason::exhausted);
    return result.trials[*result.best].proposal.config.key();
  }

  static CostTable table(LayerCost dense_int8, LayerCost conv_int8) {
    return {{"dense_1", {{Precision::int8, dense_int8}, {Precision::fp32, {2.0, 2.0}}}},
            {"conv3d_1", {{Precision::int8, conv_int8}, {Precision::fp32, {2.0, 2.0}}}}};
  }

  TuningSpace space{generator_layers(1), {}, "run.json"};
};

TEST_F(TuneForAnObjective, KeepsTheCheapestThatMeetsTheTarget) {
  // Times: quantizing the dense layer costs time; bytes: quantizing the convolution costs bytes.
  const CostTable costs = table({3.0, 1.0}, {1.0, 3.0});
  EXPECT_EQ(best_of(Objective::fastest, costs), "dense_1=fp32; conv3d_1=int8 minmax per_channel");
  EXPECT_EQ(best_of(Objective::smallest, costs), "dense_1=int8 minmax per_channel; conv3d_1=fp32");
}

TEST_F(TuneForAnObjective, KeepsTheBestLossOfEqualCostsOrWhenAskedForIt) {
  const CostTable costs = table({2.0, 2.0}, {2.0, 2.0});
  EXPECT_EQ(best_of(Objective::fastest, costs), "dense_1=int8 minmax per_channel; conv3d_1=fp32");
  EXPECT_EQ(best_of(Objective::accurate, {}), "dense_1=int8 minmax per_channel; conv3d_1=fp32");
}

TEST_F(TuneForAnObjective, CountsLayersWithoutATable) {
  EXPECT_EQ(best_of(Objective::fastest, {}),
            "dense_1=int8 minmax per_channel; conv3d_1=int8 minmax per_channel");
}

/// All int8 (dear by the table), then fp32 of the dense layer (cheap).
class TwoTrials : public Strategy {
 public:
  TwoTrials(const TuningSpace& space, std::string name, bool most_layers)
      : name_(std::move(name)), most_layers_(most_layers) {
    configs_.assign(2, space.op_type_combinations().front());
    LayerChoice choice = configs_[1].choice("dense_1");
    choice.precision = Precision::fp32;
    configs_[1].set("dense_1", choice);
  }
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::optional<Proposal> next(const History& history) const override {
    return history.size() < 2 ? std::optional(Proposal{configs_[history.size()], {}, "one more"})
                              : std::nullopt;
  }
  [[nodiscard]] std::size_t remaining_at_most(const History& history) const override {
    return 2 - history.size();
  }
  [[nodiscard]] bool prefers_most_layers() const override { return most_layers_; }

 private:
  std::string name_;
  bool most_layers_;
  std::vector<TuningConfig> configs_;
};

/// What is kept follows from what the strategy says, not from what it is called.
TEST_F(TuneForAnObjective, AsksTheStrategyWhetherLayersCountOrCosts) {
  TuneOptions options;
  options.criterion.tolerable_loss = 1.0;
  options.costs = table({3.0, 1.0}, {1.0, 1.0});
  TuneCallbacks callbacks;
  callbacks.evaluate = [](const TuningConfig&) { return Evaluation{.loss = 0.5}; };
  for (const char* name : {"basic", "mine"}) {
    EXPECT_EQ(tune(TwoTrials(space, name, true), options, callbacks).best, 0U) << name;
    EXPECT_EQ(tune(TwoTrials(space, name, false), options, callbacks).best, 1U) << name;
  }
}

TEST_F(Tune, LogsAFailedTrialAndGoesOn) {
  callbacks.evaluate = [this](const TuningConfig&) {
    if (evaluations++ == 0) {
      throw BackendError("oneDNN", "out of memory");
    }
    return Evaluation{.loss = 0.05};
  };
  const TuneResult result = run();
  ASSERT_EQ(result.trials.size(), 2U);
  EXPECT_THAT(result.trials[0].error, ::testing::HasSubstr("out of memory"));
  EXPECT_TRUE(std::isnan(result.trials[0].loss));
  EXPECT_FALSE(result.trials[0].target_met);
  EXPECT_EQ(result.best, 1U);
}

TEST_F(Tune, HasNoBestWhenEveryTrialFails) {
  callbacks.evaluate = [](const TuningConfig&) -> Evaluation {
    throw BackendError("oneDNN", "out of memory");
  };
  const TuneResult result = run();
  EXPECT_FALSE(result.best.has_value());
  EXPECT_FALSE(result.target_met);
  EXPECT_EQ(result.trials.size(), 9U);
}

TEST_F(Tune, LetsOtherErrorsThrough) {
  callbacks.evaluate = [](const TuningConfig&) -> Evaluation {
    throw DataError("showers.h5", "cannot be read");
  };
  EXPECT_THROW(static_cast<void>(run()), DataError);
}

TEST_F(Tune, StopsWhenAnEvaluationIsInterrupted) {
  callbacks.evaluate = [this](const TuningConfig&) {
    if (evaluations++ == 2) {
      throw InterruptedError("trial 2");
    }
    return Evaluation{.loss = 0.5};
  };
  const TuneResult result = run();
  EXPECT_EQ(result.reason, StopReason::interrupted);
  EXPECT_EQ(result.trials.size(), 2U);
  EXPECT_EQ(result.best, 0U);
}

TEST_F(Tune, StopsAtTheInterruptFlag) {
  callbacks.interrupted = [this] { return evaluations == 1; };
  const TuneResult result = run();
  EXPECT_EQ(result.reason, StopReason::interrupted);
  EXPECT_EQ(result.trials.size(), 1U);
}

TEST_F(Tune, StopsWhenTheCallbackSaysSo) {
  callbacks.on_trial = [](const Trial& trial) { return trial.step < 2; };
  const TuneResult result = run();
  EXPECT_EQ(result.reason, StopReason::callback);
  EXPECT_EQ(result.trials.size(), 3U);
}

TEST_F(Tune, AnnouncesEachTrialWithABoundThatHolds) {
  std::vector<std::size_t> bounds;
  callbacks.on_start = [&](std::size_t step, const Proposal&, std::size_t at_most) {
    EXPECT_EQ(step, bounds.size());
    bounds.push_back(at_most);
  };
  EXPECT_EQ(run().trials.size(), 9U);
  EXPECT_THAT(bounds, ::testing::Each(9U));
  bounds.clear();
  options.limits.max_trials = 4;
  EXPECT_EQ(run().trials.size(), 4U);
  EXPECT_THAT(bounds, ::testing::Each(4U));
}

TEST_F(Tune, WritesATrialBeforeTheNextBegins) {
  const testing::TempDir folder;
  Journal journal(folder.path());
  std::size_t lines_seen = 0;
  const auto strategy = make_strategy({"basic", false, false}, space);
  callbacks.evaluate = [&](const TuningConfig&) {
    std::ifstream file(folder / "steps.jsonl");
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line);) {
      ++lines;
    }
    EXPECT_EQ(lines, lines_seen++);
    return Evaluation{.loss = 0.5};
  };
  callbacks.record = [&](const Trial& trial, double) { journal.append(trial); };
  static_cast<void>(tune(*strategy, options, callbacks));
  EXPECT_EQ(lines_seen, 9U);
}

}  // namespace
}  // namespace caloquant
