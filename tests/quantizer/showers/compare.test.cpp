#include "quantizer/showers/compare.hpp"

#include <gmock/gmock.h>
#include <omp.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>

#include "graph/io/files/h5file.hpp"
#include "graph/ir/editor.hpp"
#include "graph/json/json.hpp"
#include "quantizer/output/tables/compare_json.hpp"
#include "quantizer/output/tables/compare_table.hpp"
#include "quantizer/showers/generate.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// What f32 cells in a file's units may round otherwise than those of the network.
constexpr double engine_rounding = 1e-5;

/// EnergyGAN with random weights, and files of 4 x 4 x 3 cells.
class Compare : public ::testing::Test {
 protected:
  static ComparedSide model(const std::string& seed) {
    const fs::path architecture = fs::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json";
    return open_side(architecture.string() + ",random:" + seed, {});
  }
  static CompareOptions options(std::int64_t events) {
    CompareOptions options;
    options.events = events;
    options.encoding = InputEncoding::energy_times_noise;
    options.batch = 4;
    options.primaries = {.seed = 7,
                         .energy_low = 100.0,
                         .energies = {},
                         .theta_low_deg = 90.0,
                         .theta_high_deg = 90.0};
    return options;
  }

  /// A file of the variable-angle layout: energies 100 + i GeV, cells of factor * (i + 1) GeV.
  [[nodiscard]] ComparedSide showers(const std::string& name, std::int64_t events, float factor,
                                     float energy_step = 1.0F) const {
    std::vector<float> images;
    std::vector<float> energies;
    const std::vector<float> thetas(static_cast<std::size_t>(events), 1.5F);
    for (std::int64_t event = 0; event < events; ++event) {
      const auto number = static_cast<float>(event);
      energies.push_back(100.0F + energy_step * number);
      for (int cell = 0; cell < 48; ++cell) {
        images.push_back(50.0F * factor * (number + 1.0F) * static_cast<float>(cell % 5));
      }
    }
    H5File file = H5File::create(folder / name);
    file.write("/ECAL", Tensor::of<float>({events, 4, 4, 3}, images));
    file.write("/energy", Tensor::of<float>({events}, energies));
    file.write("/theta", Tensor::of<float>({events}, thetas));
    file.commit();
    return open_side((folder / name).string(), {});
  }

  static const ReportRow& row_of(const CompareResult& result, const std::string& metric) {
    const auto& rows = result.report.rows;
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](const ReportRow& row) { return row.metric == metric; });
    EXPECT_NE(found, rows.end()) << metric;
    return *found;
  }

  testing::TempDir folder;
};

TEST_F(Compare, AModelEqualsItself) {
  const CompareResult result = compare(model("1"), model("1"), nullptr, options(10));
  EXPECT_EQ(result.events, 10);
  EXPECT_EQ(result.pairing, Pairing::latents);
  for (const char* metric : {"sampling fraction", "resolution", "x profile", "M1z", "R2"}) {
    const ReportRow& row = row_of(result, metric);
    EXPECT_TRUE(row.paired);
    for (std::size_t bin = 0; bin < row.bins.size(); ++bin) {
      EXPECT_EQ(row.difference[bin], 0.0) << metric << " " << row.bins[bin];
    }
  }
}

/// Of files: what a network puts out is the engine's affair (generate.test.cpp).
TEST_F(Compare, BitsDoNotDependOnThreads) {
  const ComparedSide a = showers("a.h5", 120, 0.001F);
  const ComparedSide b = showers("b.h5", 120, 0.002F, 2.0F);
  const int threads = omp_get_max_threads();
  const auto text = [&](int count) {
    omp_set_num_threads(count);
    CompareResult result = compare(a, b, nullptr, options(0));
    result.seconds = 0.0;
    return to_json(result, a, b).dump();
  };
  const std::string one = text(1);
  EXPECT_EQ(text(3), one);
  omp_set_num_threads(threads);
}

/// Files that generate() wrote of two models hold the events that compare() makes of them.
TEST_F(Compare, GeneratedFilesGiveWhatTheirModelsGive) {
  const CompareResult expected = compare(model("1"), model("2"), nullptr, options(6));
  for (const char* seed : {"1", "2"}) {
    GenerateOptions generated = default_generate_options(InputEncoding::energy_times_noise);
    generated.events = 6;
    generated.seed = 7;
    generated.batch = 4;
    generated.output = folder / (std::string(seed) + ".h5");
    static_cast<void>(generate(*model(seed).graph, generated));
  }
  const ComparedSide a = open_side((folder / "1.h5").string(), {});
  const ComparedSide b = open_side((folder / "2.h5").string(), {});
  const CompareResult result = compare(a, b, nullptr, options(0));
  EXPECT_EQ(result.events, 6);
  EXPECT_EQ(result.pairing, Pairing::primaries);
  for (const char* metric : {"sampling fraction", "resolution", "x profile", "M1z", "R2"}) {
    const ReportRow& row = row_of(result, metric);
    const ReportRow& of_models = row_of(expected, metric);
    ASSERT_EQ(row.bins, of_models.bins);
    for (std::size_t bin = 0; bin < row.bins.size(); ++bin) {
      EXPECT_NEAR(row.a[bin], of_models.a[bin], engine_rounding * std::abs(row.a[bin])) << metric;
      EXPECT_NEAR(row.b[bin], of_models.b[bin], engine_rounding * std::abs(row.b[bin])) << metric;
    }
  }
}

/// `units` and `generator` are common names: only both as generate() writes them mark its files.
TEST_F(Compare, UnitsOfOtherProgramsAreNotOurs) {
  const auto marked = [&](const std::string& name, const char* generator) {
    H5File file = H5File::create(folder / name);
    file.write("/ECAL", Tensor::of<float>({2, 2, 2, 2}, std::vector<float>(16, 50.0F)));
    file.write("/energy", Tensor::of<float>({2}, std::vector<float>{100.0F, 200.0F}));
    file.write("/theta", Tensor::of<float>({2}, std::vector<float>{1.5F, 1.5F}));
    file.set_attribute("/", "units", std::string("gev"));
    if (generator != nullptr) {
      file.set_attribute("/", "generator", std::string(generator));
    }
    file.commit();
    return folder / name;
  };
  for (const char* generator : {static_cast<const char*>(nullptr), "Geant4 11.2"}) {
    const ShowerFiles files({marked("theirs.h5", generator)});
    std::vector<float> images(8);
    files.read(0, images);
    EXPECT_EQ(images, std::vector<float>(8, 1.0F));  // 50 file units are 1 GeV
  }
  const auto ours = marked("ours.h5", "caloquant 0.1.0, network 'g'; not Geant4");
  EXPECT_THAT(testing::message_of([&] { (void)ShowerFiles({ours}); }),
              ::testing::HasSubstr("has no attribute 'output_scale'"));
}

TEST_F(Compare, AModelBesideAFileTakesItsPrimaries) {
  GenerateOptions generated = default_generate_options(InputEncoding::energy_times_noise);
  generated.events = 5;
  generated.seed = 7;
  generated.output = folder / "showers.h5";
  static_cast<void>(generate(*model("1").graph, generated));
  const ComparedSide file = open_side((folder / "showers.h5").string(), {});
  CompareOptions asked = options(0);
  const CompareResult result = compare(file, model("1"), nullptr, asked);
  EXPECT_EQ(result.events, 5);
  EXPECT_EQ(result.pairing, Pairing::primaries);
  const double fraction = std::abs(row_of(result, "sampling fraction").a[0]);
  const auto difference = [](const CompareResult& of) {
    return std::abs(row_of(of, "sampling fraction").difference[0]);
  };
  EXPECT_LE(difference(result), engine_rounding * fraction);  // the same seed of noise
  asked.primaries.seed = 8;
  EXPECT_GT(difference(compare(file, model("1"), nullptr, asked)), engine_rounding * fraction);
}

/// Only what generate() wrote is read as such; other files may call an attribute as they like.
TEST_F(Compare, AFileSaysItselfThatItWasGenerated) {
  const auto file_with = [&](const std::string& name, const auto& describe) {
    H5File file = H5File::create(folder / name);
    Tensor images(DType::f32, {1, 51, 51, 25});
    images.data<float>()[0] = 50.0F;
    file.write("/ECAL", images);
    file.write("/energy", Tensor::of<float>({1}, std::vector<float>{100.0F}));
    file.write("/theta", Tensor::of<float>({1}, std::vector<float>{1.5F}));
    describe(file);
    file.commit();
    return folder / name;
  };
  const auto first_cell = [](const std::filesystem::path& file) {
    const ShowerFiles showers({file});
    std::vector<float> image(51 * 51 * 25);
    showers.read(0, image);
    return image[0];
  };
  const auto own = file_with("own.h5", [](H5File& file) {
    file.set_attribute("/", "units", std::string("mm"));
    file.set_attribute("/", "generator", std::string("Geant4 11"));
  });
  EXPECT_EQ(first_cell(own), 1.0F);  // 50 x GeV, as in CERN's files
  const auto generated = [](std::int64_t version) {
    return [version](H5File& file) {
      file.set_attribute("/", "_format", std::string("caloquant showers"));
      file.set_attribute("/", "_version", version);
      file.set_attribute("/", "units", std::string("gev"));
      file.set_attribute("/", "output_scale", std::string("50"));
      file.set_attribute("/", "output_power", std::string("1"));
    };
  };
  EXPECT_EQ(first_cell(file_with("generated.h5", generated(1))), 50.0F);
  const auto newer = file_with("newer.h5", generated(2));
  EXPECT_THAT(testing::message_of([&] { ShowerFiles showers({newer}); }),
              HasSubstr("newer.h5:/@_version: is 2, but version 1 is read here"));
  for (const char* scale : {"nan", "inf", "0", "-1", "1e400", "fifty", ""}) {
    const auto bad = file_with("bad.h5", [&](H5File& file) {
      file.set_attribute("/", "_format", std::string("caloquant showers"));
      file.set_attribute("/", "_version", std::int64_t{1});
      file.set_attribute("/", "units", std::string("gev"));
      file.set_attribute("/", "output_scale", std::string(scale));
      file.set_attribute("/", "output_power", std::string("1"));
    });
    EXPECT_THAT(
        testing::message_of([&] { ShowerFiles showers({bad}); }),
        HasSubstr("bad.h5:/@output_scale: '" + std::string(scale) + "' is no positive number"));
  }
}

/// 50 x GeV in the file; B has twice the energy in every cell.
TEST_F(Compare, FilesAreReadInTheirUnits) {
  const CompareResult result =
      compare(showers("a.h5", 20, 0.001F), showers("b.h5", 30, 0.002F), nullptr, options(0));
  EXPECT_EQ(result.events, 20);
  EXPECT_EQ(result.pairing, Pairing::primaries);
  const ReportRow& response = row_of(result, "total energy, B/A - 1");
  // f32 cells: 2^-24 each.
  EXPECT_NEAR(response.difference[0], 1.0, 4 * 6e-8);
  EXPECT_NEAR(response.standard_error[0], 0.0, 4 * 6e-8);
  // Cells 0, 1, 2, 3, 4 in turn: 48 of them sum to 93; events 1 ... 20 have the mean 10.5.
  double total = 0.0;
  const ReportRow& profile = row_of(result, "x profile");
  for (const double slice : profile.a) {
    total += slice;
  }
  EXPECT_NEAR(total, 0.001 * 93.0 * 10.5, 1e-6);
}

TEST_F(Compare, OtherPrimariesAreNotPaired) {
  const CompareResult result =
      compare(showers("a.h5", 20, 0.001F), showers("b.h5", 20, 0.001F, 2.0F), nullptr, options(0));
  EXPECT_EQ(result.pairing, Pairing::none);
  EXPECT_FALSE(result.report.rows.front().paired);
}

TEST_F(Compare, PatternsNameSeveralFiles) {
  static_cast<void>(showers("part_1.h5", 3, 0.001F));
  static_cast<void>(showers("part_2.h5", 4, 0.001F));
  const ComparedSide parts = open_side((folder / "part_*.h5").string(), {});
  const ShowerFiles files(parts.files);
  ASSERT_EQ(files.events(), 7);
  EXPECT_EQ(files.labels(4)[3].energy, 100.0);
  std::vector<float> images(3 * 48);
  files.read(2, images);  // the last of the first file, two of the second
  EXPECT_NEAR(images[1], 0.003F, 1e-9F);
  EXPECT_NEAR(images[48 + 1], 0.001F, 1e-9F);
  EXPECT_NEAR(images[96 + 1], 0.002F, 1e-9F);
}

/// The same showers with and without energies; cells sum up to 0.093 (i + 1) GeV.
TEST_F(Compare, EstimatedEnergiesAreSaid) {
  const ComparedSide a = showers("a.h5", 20, 0.1F);
  const H5File labelled = H5File::open(folder / "a.h5", ErrorKind::data);
  H5File file = H5File::create(folder / "b.h5");
  file.write("/ECAL", labelled.read("/ECAL", DType::f32));
  file.write("/mtheta", labelled.read("/theta", DType::f32));
  file.commit();
  ComparedSide b = open_side((folder / "b.h5").string(), {});
  EXPECT_THAT(testing::message_of([&] { static_cast<void>(compare(a, b, nullptr, options(0))); }),
              HasSubstr("--missing-energies from_sum"));
  b.energies_from_sum = SamplingFraction({0.02});
  const CompareResult result = compare(a, b, nullptr, options(0));
  EXPECT_EQ(result.labels_a.estimated_energies, 0);
  EXPECT_EQ(result.labels_b.estimated_energies, 20);
  EXPECT_EQ(result.labels_b.measured_angles, 20);
  std::vector<double> fractions = row_of(result, "sampling fraction").b;
  std::erase_if(fractions, [](double fraction) { return std::isnan(fraction); });  // A alone
  ASSERT_FALSE(fractions.empty());
  for (const double fraction : fractions) {
    EXPECT_NEAR(fraction, 0.02, 1e-8);
  }
  const std::string note = "energies of B are estimated from its sums";
  const std::vector<std::string> marked{"sampling fraction",
                                        "total energy, B/A - 1",
                                        "resolution",
                                        "W1 of sampling fraction",
                                        "separation of the response",
                                        "correlation score",
                                        "FPD",
                                        "KPD"};
  for (const std::string& metric : marked) {
    EXPECT_THAT(row_of(result, metric).suspect, Contains(HasSubstr(note))) << metric;
  }
  for (const ReportRow& row : result.report.rows) {
    if (std::ranges::find(marked, row.metric) == marked.end()) {
      EXPECT_THAT(row.suspect, ::testing::Not(Contains(HasSubstr(note)))) << row.metric;
    }
  }
  EXPECT_THAT(
      compare_table(result, a, b),
      AllOf(HasSubstr("note: B: primary energies are estimated from the sums of the cells and "),
            HasSubstr("fraction 0.02,\n    which was given\n"),
            HasSubstr("note: B: angles are those measured"), ::testing::Not(HasSubstr("note: A")),
            HasSubstr(note)));
  const Json json = to_json(result, a, b);
  EXPECT_EQ(json["labels"]["a"]["estimated_energies"], 0);
  EXPECT_EQ(json["labels"]["b"]["estimated_energies"], 20);
  EXPECT_EQ(json["labels"]["b"]["sampling_fraction"], Json::array({0.02}));
  EXPECT_EQ(json["labels"]["b"]["notes"].size(), 2U);
}

/// Student's t: 2.262 for nine degrees of freedom, 2.064 for 24, 3.182 for three.
TEST_F(Compare, FewEventsAreSaid) {
  const auto warning = [&](std::int64_t events) {
    const ComparedSide a = showers("a.h5", events, 0.1F);
    const CompareResult result = compare(a, a, nullptr, options(0));
    const auto& suspect = result.report.suspect;
    return suspect.empty() ? std::string() : suspect.front();
  };
  EXPECT_THAT(warning(10), AllOf(HasSubstr("only 10 events"), HasSubstr("24 %"),
                                 HasSubstr("takes 2.3 of them, not 2")));
  EXPECT_THAT(warning(25), AllOf(HasSubstr("14 %"), HasSubstr("takes 2.1 of them")));
  EXPECT_THAT(warning(4), HasSubstr("takes 3.2 of them"));
  EXPECT_THAT(warning(2), AllOf(HasSubstr("only 2 events"), HasSubstr("unknown")));
  EXPECT_EQ(warning(50), "");
}

/// The ten Geant4 showers beside the demo AngleGAN, as a user meets them.
TEST_F(Compare, TheTenGeant4ShowersAreReadable) {
  CALOQUANT_NEEDS_SHARED();
  ComparedSide geant4 =
      open_side((testing::shared_folder() / "data" / "geant4_51x51x25_10events.h5").string(), {});
  const fs::path configs = fs::path(CALOQUANT_SOURCE_DIR) / "configs";
  ComparedSide model = open_side(
      (configs / "anglegan.json").string() + "," + (configs / "anglegan_demo.hdf5").string(), {});
  choose_units(geant4, model, EnergyUnits{50.0, 0.85});
  CompareOptions asked = options(0);
  asked.encoding = InputEncoding::energy_angle_noise;
  EXPECT_THAT(
      testing::message_of([&] { static_cast<void>(compare(geant4, model, nullptr, asked)); }),
      AllOf(HasSubstr("/energy: there is no such dataset"),
            HasSubstr("--missing-energies from_sum")));
  geant4.energies_from_sum.emplace();
  const CompareResult result = compare(geant4, model, nullptr, asked);
  EXPECT_EQ(result.events, 10);
  EXPECT_EQ(result.pairing, Pairing::primaries);
  EXPECT_THAT(
      compare_table(result, geant4, model),
      AllOf(HasSubstr("warning: only 10 events"),
            HasSubstr("note: A: primary energies are estimated"),
            HasSubstr("note: A: angles are those measured"), ::testing::Not(HasSubstr("note: B"))));
  // Notes of rows that the table leaves out are left out, too, and no note goes through all slices.
  EXPECT_THAT(compare_table(result, geant4, model),
              ::testing::Not(AnyOf(HasSubstr("x 0: only"), HasSubstr("\n6  "))));
  // Beside these showers the core of the demo model is too narrow (M2x 0.8 against 6.5 +- 3).
  const ReportRow& width = row_of(result, "M2x");
  EXPECT_GT(width.a[0], 3.0);
  EXPECT_LT(width.b[0], 1.5);
}

TEST_F(Compare, CellsBelowTheThresholdAreCut) {
  CompareOptions asked = options(0);
  asked.cell_threshold = 1e6;
  const CompareResult result =
      compare(showers("a.h5", 4, 0.001F), showers("b.h5", 4, 0.001F), nullptr, asked);
  EXPECT_THAT(result.report.suspect, Contains(HasSubstr("A has 4 of 4 events without energy")));
}

TEST_F(Compare, ADiscriminatorJudgesBothSides) {
  GraphEditor editor("judge");
  const ValueId image = editor.add_input("image", {dynamic, 1, 4, 4, 3});
  const ValueId flat = editor.add_node("flat", Reshape{{dynamic, 48}}, {image});
  const std::vector<float> ones(2 * 48, 1.0F);
  const ValueId weights =
      editor.add_constant("weights", Tensor::of<float>({2, 48}, std::span(ones)));
  editor.add_output("sum", editor.add_node("dense", Dense{}, {flat, weights}));
  const Graph judge = editor.finish();
  CompareOptions asked = options(0);
  asked.discriminator_units = {.scale = 100.0, .power = 1.0};
  const CompareResult result =
      compare(showers("a.h5", 20, 0.001F), showers("b.h5", 20, 0.002F), &judge, asked);
  for (const char* name : {"sum[0]", "sum[1]"}) {
    EXPECT_NEAR(row_of(result, name).a[0], 100.0 * 0.001 * 93.0 * 10.5, 1e-4);
    EXPECT_NEAR(row_of(result, name).b[0], 100.0 * 0.002 * 93.0 * 10.5, 2e-4);
  }
  EXPECT_GT(row_of(result, "W1 of sum[0]").difference[0], 0.0);
  EXPECT_GT(row_of(result, "KS distance of sum[0]").difference[0], 0.0);
  const Graph generator = *model("1").graph;
  EXPECT_THROW(static_cast<void>(
                   compare(showers("a.h5", 4, 1.0F), showers("b.h5", 4, 1.0F), &generator, asked)),
               ModelError);
}

TEST_F(Compare, TableFitsATerminal) {
  const ComparedSide a = showers("a.h5", 120, 0.001F);
  const ComparedSide b = showers("b.h5", 120, 0.002F, 2.0F);
  const std::string table = compare_table(compare(a, b, nullptr, options(0)), a, b);
  EXPECT_THAT(table, AllOf(HasSubstr("120 events each, paired by: none"),
                           HasSubstr("sampling fraction"), HasSubstr("distance of A and B"),
                           HasSubstr("1  "), HasSubstr("10 batches of 12 events")));
  std::size_t line = table.find("quantity");
  while (line != std::string::npos && line < table.find("\n1  ")) {
    const std::size_t end = table.find('\n', line);
    EXPECT_LE(end - line, 105U) << table.substr(line, end - line);
    line = end + 1;
  }
}

/// The energy sums of the trained EnergyGAN of epoch 029 as an independent float64 forward pass of
/// 300 events had them: 1.863 +- 0.158 GeV at 100 GeV, 3.487 +- 0.717 GeV at 200 GeV.
TEST_F(Compare, RealWeightsGiveTheResponseOfTheirAuthors) {
  CALOQUANT_NEEDS_SHARED();
  const fs::path models = testing::shared_folder() / "models";
  const auto real = [&](const std::string& epoch) {
    return open_side((models / "energygan.json").string() + "," +
                         (models / ("energygan_" + epoch + ".hdf5")).string(),
                     {});
  };
  CompareOptions asked = options(80);
  asked.primaries.energies = {100.0, 200.0};
  const CompareResult result = compare(real("013"), real("029"), nullptr, asked);
  const ReportRow& response = row_of(result, "total energy, B/A - 1");
  ASSERT_THAT(response.bins, ::testing::ElementsAre("100 GeV", "200 GeV"));
  // 40 events here and 300 there.
  const double share = std::sqrt(1.0 / 40.0 + 1.0 / 300.0);
  EXPECT_NEAR(response.b[0], 1.863, 5.0 * 0.158 * share);
  EXPECT_NEAR(response.b[1], 3.487, 5.0 * 0.717 * share);
}

TEST_F(Compare, WrongRequestsAreNamed) {
  const ComparedSide files = showers("a.h5", 4, 0.001F);
  const auto message = [&](const ComparedSide& a, const ComparedSide& b, CompareOptions asked) {
    return testing::message_of([&] { static_cast<void>(compare(a, b, nullptr, asked)); });
  };
  EXPECT_THAT(message(files, files, options(5)), HasSubstr("has only 4 events"));
  EXPECT_THAT(message(files, files, options(1)), HasSubstr("--events"));
  EXPECT_THAT(message(files, model("1"), options(0)), HasSubstr("has images of"));
  CompareOptions asked = options(2);
  asked.batch = 0;
  EXPECT_THAT(message(files, files, asked), HasSubstr("--batch"));
  asked = options(2);
  asked.cell_threshold = std::nan("");
  EXPECT_THAT(message(files, files, asked), HasSubstr("--cell-threshold"));
  asked = options(2);
  asked.primaries.theta_low_deg = 60.0;
  EXPECT_THAT(message(model("1"), model("1"), asked), HasSubstr("--theta"));
  EXPECT_THROW(static_cast<void>(open_side("absent.h5", {})), DataError);
  EXPECT_THROW(static_cast<void>(open_side("absent_*.h5", {})), DataError);
  EXPECT_THROW(static_cast<void>(open_side("absent.json,random:1", {})), ModelError);
  EXPECT_THROW(static_cast<void>(open_side("absent.json,random:x", {})), UsageError);
}

TEST_F(Compare, UnitsOfKerasModelsAreThoseOfTheirQuantizedSibling) {
  ComparedSide quantized = model("1");
  quantized.has_units = true;
  GraphEditor editor(*quantized.graph);
  editor.set_output_units({50.0, 0.85});
  quantized.graph = editor.finish();
  ComparedSide keras = model("1");
  choose_units(keras, quantized, std::nullopt);
  EXPECT_EQ(keras.graph->output_units(), (EnergyUnits{50.0, 0.85}));
  choose_units(quantized, keras, EnergyUnits{2.0, 1.0});
  EXPECT_EQ(keras.graph->output_units(), (EnergyUnits{2.0, 1.0}));
  EXPECT_EQ(quantized.graph->output_units(), (EnergyUnits{50.0, 0.85}));
  ComparedSide files = showers("a.h5", 4, 0.001F);
  EXPECT_THROW(choose_units(files, files, EnergyUnits{2.0, 1.0}), UsageError);
}

}  // namespace
}  // namespace caloquant
