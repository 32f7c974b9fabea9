// The numbers of the trials, result.json, evaluate, check, physics.txt and the page are of one
// measurement: on the same events they agree to the last digit.

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

/// A run whose trials, confirmation and report all have the 24 evaluation events.
class SameNumbers : public testing::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    Json json = config();
    json["data"]["evaluation_samples"] = 24;
    json["accuracy_criterion"]["criteria"] = "physics";
    json["accuracy_criterion"]["max_events"] = 24;
    json["report"]["physics_events"] = 24;
    json["emit"]["formats"] = {"h5"};
    json["tuning_criterion"]["max_trials"] = 1;
    // Sequential correction and the fit would change the model behind its trial, and say so.
    json["quantization"]["recipes"]["response_fit"] = "off";
    write("run.json", json);
    const auto done = run({"quantize", "run.json", "-o", "out", "--quiet"});
    ASSERT_THAT(done.exit_code, ::testing::AnyOf(0, 7)) << done.err;
    result = json_file("out/result.json");
    measures = result["criteria"]["measures"];
    ASSERT_GE(measures.size(), 6U);
    ASSERT_EQ(result["criteria"]["events"], 24);
  }

  /// The row of physics.txt and of its source in result.json.
  [[nodiscard]] Json row(const std::string& metric) const {
    for (const Json& one : result["report"]["physics"]["rows"]) {
      if (one["metric"] == metric) {
        return one;
      }
    }
    ADD_FAILURE() << "no row '" << metric << "'";
    return {};
  }

  [[nodiscard]] Json measure(const std::string& name) const {
    for (const Json& one : measures) {
      if (one["name"] == name) {
        return one;
      }
    }
    ADD_FAILURE() << "no measure '" << name << "'";
    return {};
  }

  Json result;
  Json measures;
};

std::string digits_of(double value, const char* format) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string six_digits(double value) {
  return digits_of(value, "%.6g");
}

TEST_F(SameNumbers, OfStepsAndResult) {
  std::ifstream steps(folder / "out/steps.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(steps, line));
  const Json step = Json::parse(line);
  EXPECT_EQ(step["measures"], measures);
  EXPECT_EQ(step["events"], 24);
  EXPECT_EQ(step["loss"], result["loss"]);
  EXPECT_EQ(measures[0]["value"], result["loss"]);
}

TEST_F(SameNumbers, OfEvaluate) {
  const auto done = run({"evaluate", "out/quantized.h5", "--config", "run.json", "--json"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const Json criteria = Json::parse(done.out)["criteria"];
  EXPECT_EQ(criteria["measures"], measures);
  for (const char* key : {"asked", "confidence", "events"}) {
    EXPECT_EQ(criteria[key], result["criteria"][key]) << key;
  }
  const auto table = run({"evaluate", "out/quantized.h5", "--config", "run.json"});
  EXPECT_THAT(table.out, HasSubstr("events       24\n"));
  for (const Json& measure : measures) {
    EXPECT_THAT(table.out, HasSubstr("\n" + measure["name"].get<std::string>() + " "));
  }
}

TEST_F(SameNumbers, OfCheck) {
  const auto done = run({"check", "out/quantized.h5", "--config", "run.json", "--json"});
  ASSERT_THAT(done.exit_code, ::testing::AnyOf(0, 7)) << done.err;
  const Json criteria = Json::parse(done.out)["criteria"];
  ASSERT_EQ(criteria.size(), measures.size());
  for (std::size_t i = 0; i < measures.size(); ++i) {
    for (const auto& [key, value] : measures[i].items()) {
      EXPECT_EQ(criteria[i][key], value) << measures[i]["name"] << " " << key;
    }
  }
}

TEST_F(SameNumbers, OfTheReport) {
  const Json response = row("total energy, B/A - 1");
  std::size_t bins = 0;
  for (const Json& measure : measures) {
    const std::string name = measure["name"].get<std::string>();
    const std::string prefix = "energy response at ";
    if (name.rfind(prefix, 0) != 0) {
      continue;
    }
    ASSERT_LT(bins, response["bins"].size());
    EXPECT_EQ(response["bins"][bins], name.substr(prefix.size()));
    EXPECT_EQ(six_digits(response["difference"][bins].get<double>()),
              six_digits(measure["value"].get<double>()))
        << name;
    EXPECT_EQ(six_digits(response["standard_error"][bins].get<double>()),
              six_digits(measure["standard_error"].get<double>()))
        << name;
    ++bins;
  }
  EXPECT_EQ(bins, response["bins"].size());
  const Json hits = row("hits > 3e-4 GeV");
  EXPECT_EQ(hits["bins"][0], "all");
  EXPECT_EQ(six_digits(hits["difference"][0].get<double>() / hits["a"][0].get<double>()),
            six_digits(measure("hits > 0.0003 GeV")["value"].get<double>()));
}

// The rows of physics.txt are those of result.json, four digits each.
TEST_F(SameNumbers, OfPhysicsText) {
  const std::string text = text_file("out/physics.txt");
  const Json response = row("total energy, B/A - 1");
  for (std::size_t bin = 0; bin < response["bins"].size(); ++bin) {
    const std::string name = response["bins"][bin].get<std::string>();
    const Json of_bin = measure("energy response at " + name);
    const std::size_t begin = text.find("total energy, B/A - 1 [GeV]  " + name);
    ASSERT_NE(begin, std::string::npos) << name;
    const std::string line = text.substr(begin, text.find('\n', begin) - begin);
    EXPECT_THAT(line, HasSubstr(digits_of(of_bin["value"].get<double>(), "%.4g")));
    EXPECT_THAT(line, HasSubstr(digits_of(of_bin["standard_error"].get<double>(), "%.4g")));
  }
}

// What the page draws, as many digits as it has.
TEST_F(SameNumbers, OfThePage) {
  const Json showers = json_file("out/report.json")["showers"];
  const Json& energy = showers["energy"];
  for (std::size_t bin = 0; bin < energy["bins"].size(); ++bin) {
    const Json of_bin = measure("energy response at " + energy["bins"][bin].get<std::string>());
    EXPECT_EQ(six_digits(energy["response"][0][bin].get<double>()),
              six_digits(1.0 + of_bin["value"].get<double>()));
    EXPECT_EQ(digits_of(energy["response"][1][bin].get<double>(), "%.3g"),
              digits_of(of_bin["standard_error"].get<double>(), "%.3g"));
  }
  for (const char* axis : {"x", "y", "z"}) {
    const Json& ratios = showers["profiles"][axis]["quantized_to_fp32"][0];
    const std::string worst =
        six_digits(1.0 + measure(std::string(axis) + " profile")["value"].get<double>());
    EXPECT_TRUE(std::any_of(ratios.begin(), ratios.end(),
                            [&](const Json& ratio) {
                              return ratio.is_number() && six_digits(ratio.get<double>()) == worst;
                            }))
        << axis << " " << worst << " " << ratios.dump();
  }
}

}  // namespace
}  // namespace caloquant
