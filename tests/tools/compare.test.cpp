// The command line as a user meets it: compare.

#include <algorithm>

#include "graph/io/files/h5file.hpp"
#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

TEST_F(Cli, ComparePutsTwoModelsSideBySide) {
  ASSERT_EQ(run({"quantize", "run.json", "-o", "out", "--quiet"}).exit_code, 0);
  const std::vector<std::string> command{"compare",
                                         "energygan.json,random:5",
                                         "out/quantized.h5",
                                         "--events",
                                         "12",
                                         "--energy",
                                         "100,200",
                                         "-o",
                                         "compared.json"};
  const auto done = run(command);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out,
              ::testing::AllOf(HasSubstr("12 events each, paired by: primaries and latents"),
                               HasSubstr("sampling fraction"), HasSubstr("200 GeV"),
                               HasSubstr("correlation score")));
  const Json json = json_file("compared.json");
  EXPECT_EQ(json["events"].get<int>(), 12);
  EXPECT_EQ(json["b"]["files"][0]["sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(json["a"]["random_weights"].get<int>(), 5);
  const auto row = [&](const std::string& metric) {
    for (const Json& candidate : json["rows"]) {
      if (candidate["metric"] == metric) {
        return candidate;
      }
    }
    return Json();
  };
  EXPECT_EQ(row("sampling fraction")["bins"], Json::parse(R"(["100 GeV", "200 GeV"])"));
  EXPECT_TRUE(row("sampling fraction")["paired"].get<bool>());
  EXPECT_NE(row("sampling fraction")["difference"][0].get<double>(), 0.0);
  EXPECT_EQ(row("x profile")["a"].size(), 25U);
  const auto quiet = run({"compare", "showers25_1.h5", "showers25_*.h5", "--quiet"});
  EXPECT_EQ(quiet.exit_code, 0) << quiet.err;
  EXPECT_EQ(quiet.out + quiet.err, "");
  const auto printed = run({"compare", "showers25_1.h5", "energygan.json,random:5", "--json"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_EQ(Json::parse(printed.out)["pairing"], "primaries");
}

TEST_F(Cli, CompareShowsShowersToADiscriminator) {
  H5File file = H5File::create(folder / "small.h5");
  std::vector<float> images(12 * 9 * 9 * 8);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i] = static_cast<float>(i % 7) * 0.01F;
  }
  const std::vector<float> energies(12, 100.0F);
  const std::vector<float> angles(12, 1.5F);
  file.write("/ECAL", Tensor::of<float>({12, 9, 9, 8}, std::span<const float>(images)));
  file.write("/energy", Tensor::of<float>({12}, std::span<const float>(energies)));
  file.write("/theta", Tensor::of<float>({12}, std::span<const float>(angles)));
  file.commit();
  const fs::path keras = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/keras";
  const auto judged = run({"compare", "small.h5", "small.h5", "--discriminator",
                           (keras / "discriminator3d.h5").string(), "--discriminator-scale", "50"});
  ASSERT_EQ(judged.exit_code, 0) << judged.err;
  EXPECT_THAT(judged.out, ::testing::AllOf(HasSubstr("generation"), HasSubstr("auxiliary"),
                                           HasSubstr("KS distance of generation")));
  const auto refused = run({"compare", "showers25_1.h5", "showers25_1.h5", "--discriminator",
                            (keras / "discriminator3d.h5").string()});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, HasSubstr("does not take one image"));
}

/// Showers as another program may store them: no energies, angles measured from the shower, [N, 1].
void strip_labels(const fs::path& from, const fs::path& to) {
  const H5File labelled = H5File::open(from, ErrorKind::data);
  H5File file = H5File::create(to);
  file.write("/ECAL", labelled.read("/ECAL", DType::f32));
  if (labelled.exists("/theta")) {
    const Tensor angles = labelled.read("/theta", DType::f32);
    Tensor column(DType::f32, {angles.shape().front(), 1});
    std::ranges::copy(angles.data<float>(), column.data<float>().begin());
    file.write("/mtheta", column);
  }
  file.commit();
}

TEST_F(Cli, ShowersWithoutEnergiesAreReadWhenAsked) {
  ASSERT_EQ(run({"make-showers", "--detector", "clic51", "--events", "12", "-o", "a.h5"}).exit_code,
            0);
  strip_labels(folder / "a.h5", folder / "b.h5");
  const auto refused = run({"compare", "a.h5", "b.h5"});
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, HasSubstr("--missing-energies from_sum"));
  const auto done =
      run({"compare", "a.h5", "b.h5", "--missing-energies", "from_sum", "-o", "compared.json"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, ::testing::AllOf(HasSubstr("warning: only 12 events"),
                                         HasSubstr("note: B: primary energies are estimated")));
  const Json json = json_file("compared.json");
  EXPECT_EQ(json["labels"]["b"]["estimated_energies"].get<int>(), 12);
  EXPECT_EQ(json["labels"]["a"]["notes"], Json::array());
  EXPECT_THAT(json["suspect"][0].get<std::string>(), HasSubstr("only 12 events"));
  const auto constant = run({"compare", "a.h5", "b.h5", "--missing-energies", "from_sum",
                             "--sampling-fraction", "0.0225,-0.0001", "--json"});
  ASSERT_EQ(constant.exit_code, 0) << constant.err;
  EXPECT_EQ(Json::parse(constant.out)["labels"]["b"]["sampling_fraction"],
            Json::array({0.0225, -0.0001}));
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"--sampling-fraction", "0.02"},
        {"--sampling-fraction", "2.25", "--missing-energies", "from_sum"},
        {"--sampling-fraction", "0.02,", "--missing-energies", "from_sum"},
        {"--sampling-fraction", "x", "--missing-energies", "from_sum"},
        {"--missing-energies", "guess"}}) {
    std::vector<std::string> arguments{"compare", "a.h5", "b.h5"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const auto error = run(arguments);
    EXPECT_EQ(error.exit_code, 2) << wrong[1];
    EXPECT_THAT(error.err, HasSubstr(wrong.front()));
  }
}

TEST_F(Cli, EveryOutputOfARunSaysThatEnergiesAreEstimated) {
  const std::string note = "primary energies are estimated from the sums of the cells";
  strip_labels(folder / "showers25_1.h5", folder / "bare.h5");
  Json config = Cli::config();
  config["data"]["files"] = {"bare.h5"};
  write("bare.json", config);
  const auto refused = run({"quantize", "bare.json", "-o", "out"});
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, HasSubstr("\"missing_energies\": \"from_sum\""));
  config["data"]["missing_energies"] = "from_sum";
  config["tuning_criterion"]["max_trials"] = 1;
  write("bare.json", config);
  const auto dry = run({"quantize", "bare.json", "--dry-run"});
  EXPECT_THAT(dry.out, HasSubstr(note)) << dry.err;
  const auto done = run({"quantize", "bare.json", "-o", "out"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("data      " + note));
  const Json labels = json_file("out/result.json")["provenance"]["labels"];
  EXPECT_EQ(labels["estimated_energies"].get<int>(), 32);
  EXPECT_EQ(labels["sampling_fraction"].size(), 5U);
  EXPECT_THAT(labels["notes"][0].get<std::string>(), HasSubstr(note));
  EXPECT_THAT(text_file("out/physics.txt"), HasSubstr("note: " + note));
  EXPECT_THAT(text_file("out/report.html"), HasSubstr(note));
  const std::vector<std::string> evaluate{"evaluate", "out/quantized.h5", "--config", "bare.json"};
  EXPECT_THAT(run(evaluate).out, HasSubstr(note));
  const auto checked =
      run({"check", "out/quantized.h5", "--config", "bare.json", "--markdown", "check.md"});
  EXPECT_THAT(checked.out, HasSubstr(note)) << checked.err;
  EXPECT_THAT(text_file("check.md"), HasSubstr(note));
  const auto json = run({"evaluate", "out/quantized.h5", "--config", "bare.json", "--json"});
  EXPECT_THAT(Json::parse(json.out)["data_notes"][0].get<std::string>(), HasSubstr(note));

  const auto labelled = run({"quantize", "run.json", "-o", "labelled", "--json"});
  ASSERT_EQ(labelled.exit_code, 0) << labelled.err;
  EXPECT_EQ(Json::parse(labelled.out)["data_notes"], Json::array());
  EXPECT_EQ(json_file("labelled/result.json")["provenance"]["labels"]["estimated_energies"], 0);
}

TEST_F(Cli, CompareNamesWhatIsWrong) {
  const std::string model = "energygan.json,random:5";
  EXPECT_EQ(run({"compare", "showers25_1.h5"}).exit_code, 2);
  EXPECT_EQ(run({"compare", model, "energygan.json,random:x"}).exit_code, 2);
  EXPECT_EQ(run({"compare", model, "absent.h5"}).exit_code, 5);
  EXPECT_EQ(run({"compare", "energygan.json,absent.h5", model}).exit_code, 4);
  EXPECT_EQ(run({"compare", model, model, "--events", "2", "-o", "no/such/x.json"}).exit_code, 6);
  const auto many = run({"compare", "showers25_1.h5", model, "--events", "41"});
  EXPECT_EQ(many.exit_code, 5);
  EXPECT_THAT(many.err, HasSubstr("has only 40 events"));
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--energy", "100,x"},
                                                {"--energy", "100,200:300"},
                                                {"--energy", "200:100"},
                                                {"--theta", "60:120"},
                                                {"--events", "0"},
                                                {"--batch", "0"},
                                                {"--encoding", "noise"},
                                                {"--output-scale", "0"},
                                                {"--cell-threshold", "-1"},
                                                {"--json", "--quiet"}}) {
    std::vector<std::string> arguments{"compare", model, model};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const auto refused = run(arguments);
    EXPECT_EQ(refused.exit_code, 2) << wrong.front();
    EXPECT_THAT(refused.err, HasSubstr(wrong.front()));
  }
  const auto beyond =
      run({"compare", model, model, "--energy", "20:50", "--events", "2", "--json"});
  ASSERT_EQ(beyond.exit_code, 0) << beyond.err;
  EXPECT_THAT(beyond.err, HasSubstr("caloquant: warning: energy 20:50 GeV leaves 100:500 GeV"));
  EXPECT_EQ(Json::parse(beyond.out).at("warnings").size(), 1U);
  const auto energy = run({"compare", model, "showers25_1.h5", "--energy", "100:200"});
  EXPECT_EQ(energy.exit_code, 2);
  EXPECT_THAT(energy.err, HasSubstr("those of the shower files"));
}

}  // namespace
}  // namespace caloquant
