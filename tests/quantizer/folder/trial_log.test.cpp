#include "quantizer/folder/trial_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <caloquant/error.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "graph/json/json.hpp"
#include "quantizer/folder/trial_json.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Every member has a value that is not its default, and numbers that JSON lacks are among them.
FinishedTrial eventful(std::size_t step) {
  FinishedTrial finished;
  Trial& trial = finished.trial;
  trial.step = step;
  trial.proposal.config.set("conv \"1\"\n", {Precision::int8, RangeAlgorithm::kl, false,
                                             ActivationType::s8, WeightRange::mse});
  trial.proposal.config.set("dense", {Precision::w8, {}, true, {}, {}});
  trial.proposal.fallbacks = {"conv \"1\"\n"};
  trial.proposal.changed = "conv -> fp32";
  trial.proposal.probe = true;
  trial.loss = 0.1 + static_cast<double>(step);
  trial.standard_error = nan;
  trial.seconds = 1.0 / 3.0;
  trial.verdict = Verdict::undecided;
  trial.target_met = true;
  trial.events = 64;
  trial.measures = {{"loss", 1e-300, 0.3, -0.0, nan, infinity, true}, {"hits", -infinity, 2.0}};
  trial.stopped_early = true;
  ModelQuality quality;
  quality.loss = {1.0 / 7.0, 0.25, 3.0, 4.0, 5.0, nan, 7, {"few events"}, {{1.0, nan}, {}, {2.0}}};
  quality.shower.emplace();
  quality.shower->value = 2.0 / 3.0;
  quality.shower->standard_error = 1e-9;
  quality.shower->loss = 3.5;
  quality.shower->dead_output = 4.5;
  quality.shower->relative_to_dead = 5.5;
  quality.shower->axes = {{{1.5, 2.5}, {3.5, 4.5}, {5.5, -0.0}}};
  quality.shower->noise = 6.5;
  quality.shower->events = 9;
  quality.shower->reference_events = 10;
  quality.shower->suspect = {"x"};
  quality.shower->without_block = {{0.1}};
  quality.response = {{"100 GeV", 1.01, 0.002, 11}};
  quality.totals = {1.0, 0.1, infinity};
  quality.events = 12;
  quality.measures = trial.measures;
  finished.quality = quality;
  finished.elapsed = 12.125;
  return finished;
}

/// As text, which tells NaN from NaN no more than the log does.
std::string text_of(const FinishedTrial& finished) {
  return whole_json(finished.trial).dump() +
         (finished.quality ? whole_json(*finished.quality).dump() : "none") +
         std::to_string(finished.elapsed);
}

std::string log_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class TrialLogFile : public ::testing::Test {
 protected:
  void write(std::size_t trials) {
    TrialLog log(file, first_hash("run"), 0);
    for (std::size_t i = 0; i < trials; ++i) {
      log.append(eventful(i));
    }
  }
  [[nodiscard]] std::string refusal(const std::string& bytes, const std::string& origin = "run") {
    std::ofstream(file, std::ios::binary) << bytes;
    return testing::message_of([&] { (void)read_trial_log(file, origin); });
  }
  const testing::TempDir folder;
  const fs::path file = folder / "journal.jsonl";
};

TEST_F(TrialLogFile, GivesBackEveryBit) {
  write(3);
  const TrialLogContent content = read_trial_log(file, "run");
  ASSERT_EQ(content.trials.size(), 3U);
  EXPECT_EQ(content.size, fs::file_size(file));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(text_of(content.trials[i]), text_of(eventful(i)));
    EXPECT_EQ(content.trials[i].trial.proposal.config, eventful(i).trial.proposal.config);
    EXPECT_TRUE(std::signbit(content.trials[i].trial.measures[0].standard_error));
    EXPECT_TRUE(std::isnan(content.trials[i].trial.standard_error));
  }
}

TEST_F(TrialLogFile, KeepsATrialThatFailed) {
  FinishedTrial failed;
  failed.trial.error = "not enough memory";
  failed.elapsed = 0.5;
  TrialLog(file, first_hash("run"), 0).append(failed);
  const TrialLogContent content = read_trial_log(file, "run");
  ASSERT_EQ(content.trials.size(), 1U);
  EXPECT_EQ(content.trials[0].trial.error, "not enough memory");
  EXPECT_FALSE(content.trials[0].quality);
}

TEST_F(TrialLogFile, WithoutAFileIsEmpty) {
  const TrialLogContent content = read_trial_log(file, "run");
  EXPECT_TRUE(content.trials.empty());
  EXPECT_EQ(content.last_hash, first_hash("run"));
  EXPECT_EQ(content.size, 0U);
}

// Wherever a process was killed: whole lines count, what is behind them is cut off, and a log that
// goes on ends as one that was never broken off.
TEST_F(TrialLogFile, GoesOnBehindEveryHalfLine) {
  write(3);
  const std::string whole = log_bytes(file);
  const std::size_t second = whole.find('\n') + 1;
  for (std::size_t size = second; size < whole.size(); size += 97) {
    std::ofstream(file, std::ios::binary) << whole.substr(0, size);
    TrialLogContent content = read_trial_log(file, "run");
    {
      TrialLog log(file, content.last_hash, content.size);
      for (std::size_t i = content.trials.size(); i < 3; ++i) {
        log.append(eventful(i));
      }
    }
    ASSERT_EQ(log_bytes(file), whole) << "broken off after " << size << " bytes";
  }
}

TEST_F(TrialLogFile, RefusesEveryDamage) {
  write(3);
  const std::string whole = log_bytes(file);
  const std::size_t first = whole.find('\n') + 1;
  const std::size_t second = whole.find('\n', first) + 1;
  std::string flipped = whole;
  flipped[first + 70] ^= 1;
  EXPECT_THAT(refusal(flipped), HasSubstr("journal.jsonl:2: is damaged"));
  EXPECT_THAT(refusal(whole.substr(first)), HasSubstr(":1: is damaged"));
  EXPECT_THAT(refusal(whole.substr(0, first) + whole.substr(second)), HasSubstr(":2: is damaged"));
  EXPECT_THAT(refusal(whole + "\n"), HasSubstr(":4: is damaged"));
  EXPECT_THAT(refusal(whole.substr(0, first - 10) + "\n" + whole.substr(first)),
              HasSubstr(":1: is damaged"));
  EXPECT_THAT(refusal(whole, "another run"), HasSubstr(":1: is damaged"));
  EXPECT_EQ(refusal(whole), "");
}

TEST_F(TrialLogFile, RefusesWhatIsNoTrialThoughItsHashIsRight) {
  for (const char* key : {"step", "configuration", "fallbacks", "changed", "probe", "loss",
                          "verdict", "target_met", "events", "measures", "stopped_early"}) {
    Json trial = whole_json(eventful(0).trial);
    trial[key] = Json::object({{"other", 1}});
    EXPECT_THAT(testing::message_of([&] { (void)trial_from_json(trial, "place"); }),
                HasSubstr("place"))
        << key;
    trial.erase(key);
    EXPECT_THAT(testing::message_of([&] { (void)trial_from_json(trial, "place"); }),
                HasSubstr(std::string("'") + key + "' is missing"))
        << key;
  }
  for (const char* key : {"loss", "shower", "response", "totals", "events", "measures"}) {
    Json quality = whole_json(*eventful(0).quality);
    quality[key] = "other";
    EXPECT_THAT(testing::message_of([&] { (void)quality_from_json(quality, "place"); }),
                HasSubstr("place"))
        << key;
  }
  Json axes = whole_json(*eventful(0).quality);
  axes["shower"]["axes"].erase(0);
  EXPECT_THROW((void)quality_from_json(axes, "place"), DataError);
  Json names = whole_json(*eventful(0).quality);
  names["loss"]["suspect"] = {1};
  EXPECT_THROW((void)quality_from_json(names, "place"), DataError);
  Json blocks = whole_json(*eventful(0).quality);
  blocks["loss"]["without_block"] = {"x"};
  EXPECT_THROW((void)quality_from_json(blocks, "place"), DataError);
  Json fallbacks = whole_json(eventful(0).trial);
  fallbacks["fallbacks"] = {1};
  EXPECT_THROW((void)trial_from_json(fallbacks, "place"), DataError);
  Json precision = whole_json(eventful(0).trial);
  precision["configuration"][0]["precision"] = "int3";
  EXPECT_THAT(testing::message_of([&] { (void)trial_from_json(precision, "place"); }),
              HasSubstr("'precision'"));
  EXPECT_THROW((void)trial_from_json(Json::array(), "place"), DataError);
}

TEST_F(TrialLogFile, SaysWhatCannotBeWritten) {
  EXPECT_THAT(testing::message_of([&] { TrialLog(folder / "no/log", "", 0); }),
              HasSubstr("cannot be written: No such file"));
  const fs::path link = folder / "link";
  fs::create_symlink(file, link);
  EXPECT_THROW(TrialLog(link, "", 0), BackendError);
  EXPECT_FALSE(fs::exists(file));
  EXPECT_THAT(testing::message_of([&] { TrialLog(file, "", static_cast<std::uintmax_t>(-1)); }),
              HasSubstr("cannot be written: Invalid argument"));
  TrialLog log(file, first_hash("run"), 0);
  {
    const testing::FileSizeLimit limit(200);
    EXPECT_THAT(testing::message_of([&] { log.append(eventful(0)); }),
                HasSubstr("cannot be written: File too large"));
  }
  EXPECT_TRUE(read_trial_log(file, "run").trials.empty());
}

// A stranger can compute hashes, too.
TEST_F(TrialLogFile, RefusesTrialsThatNoRunGoesOnFrom) {
  const auto refused = [&](FinishedTrial finished) {
    TrialLog(file, first_hash("run"), 0).append(finished);
    return testing::message_of([&] { (void)read_trial_log(file, "run"); });
  };
  EXPECT_EQ(refused(eventful(0)), "");
  EXPECT_THAT(refused(eventful(1)), HasSubstr("journal.jsonl:1: is another step"));
  FinishedTrial finished = eventful(0);
  finished.quality.reset();
  EXPECT_THAT(refused(finished), HasSubstr("has an error and a quality, or neither"));
  finished = eventful(0);
  finished.trial.error = "no memory";
  EXPECT_THAT(refused(finished), HasSubstr("has an error and a quality, or neither"));
  finished = eventful(0);
  finished.elapsed = infinity;
  EXPECT_THAT(refused(finished), HasSubstr("'elapsed'"));
}

}  // namespace
}  // namespace caloquant
