#include <caloquant/shower_loss.hpp>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::message_of;

constexpr std::string_view place = "run.json:/loss";

TEST(ShowerLossOptions, NamesAreReadBack) {
  for (const auto value :
       {LossReference::dataset, LossReference::fp32, LossReference::fp32_paired}) {
    EXPECT_EQ(loss_reference(name_of(value), place), value);
  }
  for (const auto value : {LossProfile::sum, LossProfile::cell}) {
    EXPECT_EQ(loss_profile(name_of(value), place), value);
  }
  for (const auto value : {LossSpread::variance, LossSpread::stddev}) {
    EXPECT_EQ(loss_spread(name_of(value), place), value);
  }
  for (const auto value : {LossUnits::gev, LossUnits::file, LossUnits::network}) {
    EXPECT_EQ(loss_units(name_of(value), place), value);
  }
  for (const auto value : {LossNormalisation::none, LossNormalisation::zero_output}) {
    EXPECT_EQ(loss_normalisation(name_of(value), place), value);
  }
  for (const std::size_t batch : {0U, 1U, 256U, 1'000'000'000U}) {
    EXPECT_EQ(loss_averaging(averaging_name(batch), place), batch);
  }
}

TEST(ShowerLossOptions, AnUnknownNameIsAnErrorWithTheKnownOnes) {
  EXPECT_EQ(
      message_of([] { (void)loss_reference("geant4", place); }),
      "run.json:/loss: unknown reference \"geant4\"; use \"dataset\", \"fp32\", \"fp32_paired\"");
  EXPECT_EQ(message_of([] { (void)loss_profile("sums", place); }),
            "run.json:/loss: unknown profile \"sums\"; use \"sum\", \"cell\"");
  EXPECT_EQ(message_of([] { (void)loss_spread("std", place); }),
            "run.json:/loss: unknown spread \"std\"; use \"variance\", \"stddev\"");
  EXPECT_EQ(message_of([] { (void)loss_units("MeV", place); }),
            "run.json:/loss: unknown units \"MeV\"; use \"gev\", \"file\", \"network\"");
  EXPECT_EQ(message_of([] { (void)loss_normalisation("zero", place); }),
            "run.json:/loss: unknown normalisation \"zero\"; use \"none\", \"zero_output\"");
  EXPECT_EQ(message_of([] { (void)shower_loss_preset("talk", place); }),
            "run.json:/loss: unknown preset \"talk\"; use \"talk-2023\", \"nc-eval\" or \"tune\"");
}

TEST(ShowerLossOptions, AveragingIsGlobalOrAWholeBatch) {
  for (const std::string_view name :
       {"", "batch", "batch=", "batch=0", "batch=-1", "batch=2.5", "batch= 2", "batch=2x",
        "batch=1000000001", "batch=99999999999999999999999", "Global"}) {
    EXPECT_EQ(message_of([name] { (void)loss_averaging(name, place); }),
              "run.json:/loss: unknown averaging \"" + std::string(name) +
                  "\"; use \"global\" or \"batch=<events>\", e.g. \"batch=256\"");
  }
}

TEST(ShowerLossOptions, PresetsAreTheNamedVariants) {
  const auto described = [](std::string_view name) {
    return describe(shower_loss_preset(name, place));
  };
  EXPECT_EQ(described("talk-2023"),
            "reference=dataset profile=sum spread=variance averaging=global units=GeV");
  EXPECT_EQ(described("nc-eval"),
            "reference=fp32 profile=cell spread=stddev averaging=batch=256 units=network");
  EXPECT_EQ(described("tune"),
            "reference=fp32_paired profile=sum spread=variance averaging=global units=GeV");
  for (const std::string_view name : shower_loss_presets()) {
    EXPECT_NO_THROW((void)shower_loss_preset(name, place));
  }
  EXPECT_EQ(shower_loss_presets().size(), 3U);
}

TEST(ShowerLossOptions, NormalisationIsNamedWhereThereIsOne) {
  EXPECT_EQ(describe({.units = LossUnits::file, .normalisation = LossNormalisation::zero_output}),
            "reference=fp32_paired profile=sum spread=variance averaging=global units=file "
            "normalisation=zero_output");
}

TEST(ShowerLossOptions, APairedReferenceTakesNoRelativeCriterion) {
  EXPECT_EQ(message_of([] { reject_relative_criterion(shower_loss_preset("tune", place), place); }),
            "run.json:/loss: a relative criterion needs a baseline above 0, but with "
            "reference=fp32_paired the loss of the FP32 model is exactly 0; use an absolute "
            "criterion, or the reference \"dataset\" or \"fp32\"");
  for (const std::string_view name : {"talk-2023", "nc-eval"}) {
    EXPECT_NO_THROW(reject_relative_criterion(shower_loss_preset(name, place), place));
  }
}

}  // namespace
}  // namespace caloquant
