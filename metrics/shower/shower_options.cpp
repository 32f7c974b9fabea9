#include <array>
#include <caloquant/error.hpp>
#include <caloquant/shower_loss.hpp>

#include "ops/core/enums.hpp"
#include "ops/core/number.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<LossReference> references({{LossReference::dataset, "dataset"},
                                               {LossReference::fp32, "fp32"},
                                               {LossReference::fp32_paired, "fp32_paired"}});
constexpr EnumNames<LossProfile> profiles({{LossProfile::sum, "sum"}, {LossProfile::cell, "cell"}});
constexpr EnumNames<LossSpread> spreads({{LossSpread::variance, "variance"},
                                         {LossSpread::stddev, "stddev"}});
constexpr EnumNames<LossUnits> units({{LossUnits::gev, "gev"},
                                      {LossUnits::file, "file"},
                                      {LossUnits::network, "network"}});
constexpr EnumNames<LossNormalisation> normalisations(
    {{LossNormalisation::none, "none"}, {LossNormalisation::zero_output, "zero_output"}});
constexpr std::array<std::string_view, 3> presets{"talk-2023", "nc-eval", "tune"};
constexpr std::string_view batch_prefix = "batch=";

template <typename Enum>
Enum find_value(std::string_view what, std::string_view name, std::string_view place) {
  if (const auto value = enum_from<Enum>(name)) {
    return *value;
  }
  std::string known;
  for (const Enum value : enum_values<Enum>) {
    known += (known.empty() ? "use \"" : ", \"") + std::string(name_of(value)) + '"';
  }
  throw ConfigError(std::string(place),
                    "unknown " + std::string(what) + " \"" + std::string(name) + '"', known);
}

}  // namespace

std::string_view name_of(LossReference value) noexcept {
  return references[value];
}
std::string_view name_of(LossProfile value) noexcept {
  return profiles[value];
}
std::string_view name_of(LossSpread value) noexcept {
  return spreads[value];
}
std::string_view name_of(LossUnits value) noexcept {
  return units[value];
}
std::string_view name_of(LossNormalisation value) noexcept {
  return normalisations[value];
}

std::string averaging_name(std::size_t batch_size) {
  return batch_size == 0 ? "global" : std::string(batch_prefix) + std::to_string(batch_size);
}

LossReference loss_reference(std::string_view name, std::string_view place) {
  return find_value<LossReference>("reference", name, place);
}
LossProfile loss_profile(std::string_view name, std::string_view place) {
  return find_value<LossProfile>("profile", name, place);
}
LossSpread loss_spread(std::string_view name, std::string_view place) {
  return find_value<LossSpread>("spread", name, place);
}
LossUnits loss_units(std::string_view name, std::string_view place) {
  return find_value<LossUnits>("units", name, place);
}
LossNormalisation loss_normalisation(std::string_view name, std::string_view place) {
  return find_value<LossNormalisation>("normalisation", name, place);
}

std::size_t loss_averaging(std::string_view name, std::string_view place) {
  if (name == "global") {
    return 0;
  }
  if (name.substr(0, batch_prefix.size()) == batch_prefix) {
    const auto batch = integer_from<std::uint64_t>(name.substr(batch_prefix.size()));
    constexpr std::size_t largest = 1'000'000'000;
    if (batch && *batch >= 1 && *batch <= largest) {
      return *batch;
    }
  }
  throw ConfigError(std::string(place), "unknown averaging \"" + std::string(name) + '"',
                    "use \"global\" or \"batch=<events>\", e.g. \"batch=256\"");
}

ShowerLossOptions shower_loss_preset(std::string_view name, std::string_view place) {
  if (name == "talk-2023") {
    return {.reference = LossReference::dataset};
  }
  if (name == "nc-eval") {
    return {.reference = LossReference::fp32,
            .profile = LossProfile::cell,
            .spread = LossSpread::stddev,
            .batch_size = 256,
            .units = LossUnits::network};
  }
  if (name == "tune") {
    return {};
  }
  throw ConfigError(std::string(place), "unknown preset \"" + std::string(name) + '"',
                    "use \"talk-2023\", \"nc-eval\" or \"tune\"");
}

std::span<const std::string_view> shower_loss_presets() noexcept {
  return presets;
}

std::string describe(const ShowerLossOptions& options) {
  std::string text = "reference=" + std::string(name_of(options.reference));
  text += " profile=" + std::string(name_of(options.profile));
  text += " spread=" + std::string(name_of(options.spread));
  text += " averaging=" + averaging_name(options.batch_size);
  text += " units=";
  text += options.units == LossUnits::gev ? "GeV" : name_of(options.units);
  if (options.normalisation != LossNormalisation::none) {
    text += " normalisation=" + std::string(name_of(options.normalisation));
  }
  return text;
}

void reject_relative_criterion(const ShowerLossOptions& options, std::string_view place) {
  if (options.reference == LossReference::fp32_paired) {
    throw ConfigError(std::string(place),
                      "a relative criterion needs a baseline above 0, but with "
                      "reference=fp32_paired the loss of the FP32 model is exactly 0",
                      "use an absolute criterion, or the reference \"dataset\" or \"fp32\"");
  }
}

}  // namespace caloquant
