#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// What the showers of the model under test are compared with.
enum class LossReference {
  dataset,      ///< simulated showers (Geant4)
  fp32,         ///< the FP32 model with other events and noise
  fp32_paired,  ///< the FP32 model with the same events and noise: the FP32 loss is exactly 0
};

/// One number per slice of an axis and event.
enum class LossProfile {
  sum,   ///< energy of the slice; mean and spread over events
  cell,  ///< the cells of the slice; mean and spread over events and cells
};

/// Population form (1/N), as numpy's var and std.
enum class LossSpread { variance, stddev };

/// Units in which cells are compared.
enum class LossUnits {
  gev,
  file,     ///< as stored in the data set: scale * GeV
  network,  ///< as the network puts them out: (scale * GeV)^power
};

enum class LossNormalisation {
  none,
  zero_output,  ///< divided by the loss of an all-zero output: 1 = no better than a dead network
};

/// A variant of the shower-shape loss
///   L = sum over axes x, y, z of [ mean over slices b of (mu_b - mu'_b)^2
///                                + mean over slices b of (spread_b - spread'_b)^2 ]
/// where ' marks the reference. Losses of two variants cannot be compared with each other.
struct ShowerLossOptions {
  LossReference reference = LossReference::fp32_paired;  ///< what is compared with
  LossProfile profile = LossProfile::sum;                ///< of slices or of cells
  LossSpread spread = LossSpread::variance;              ///< beside the mean
  /// 0: moments over all events (global). B > 0: the mean over batches of B consecutive events of
  /// each batch's mean and spread; a smaller last batch weighs as much as the others.
  std::size_t batch_size = 0;
  LossUnits units = LossUnits::gev;                           ///< of the images
  LossNormalisation normalisation = LossNormalisation::none;  ///< of the value

  friend bool operator==(const ShowerLossOptions&, const ShowerLossOptions&) = default;
};

[[nodiscard]] std::string_view name_of(LossReference value) noexcept;
[[nodiscard]] std::string_view name_of(LossProfile value) noexcept;
[[nodiscard]] std::string_view name_of(LossSpread value) noexcept;
[[nodiscard]] std::string_view name_of(LossUnits value) noexcept;
[[nodiscard]] std::string_view name_of(LossNormalisation value) noexcept;
/// "global" or "batch=256".
[[nodiscard]] std::string averaging_name(std::size_t batch_size);

/// Inverses of the names. Throw ConfigError, with `place` as its place, for any other name.
[[nodiscard]] LossReference loss_reference(std::string_view name, std::string_view place);
[[nodiscard]] LossProfile loss_profile(std::string_view name, std::string_view place);
[[nodiscard]] LossSpread loss_spread(std::string_view name, std::string_view place);
[[nodiscard]] LossUnits loss_units(std::string_view name, std::string_view place);
[[nodiscard]] LossNormalisation loss_normalisation(std::string_view name, std::string_view place);
/// The batch size of "global" (0) or "batch=<B>" with 1 <= B <= 10^9.
[[nodiscard]] std::size_t loss_averaging(std::string_view name, std::string_view place);

/// Named variants:
///   talk-2023  dataset, sum, variance, global, GeV
///   nc-eval    fp32 (other events), cell, stddev, batch=256, network
///   tune       fp32_paired, sum, variance, global, GeV
/// Throws ConfigError, with `place` as its place, for any other name.
[[nodiscard]] ShowerLossOptions shower_loss_preset(std::string_view name, std::string_view place);
[[nodiscard]] std::span<const std::string_view> shower_loss_presets() noexcept;

/// "reference=fp32_paired profile=sum spread=variance averaging=global units=GeV", followed by
/// " normalisation=zero_output" where the loss is normalised.
[[nodiscard]] std::string describe(const ShowerLossOptions& options);

/// A paired reference gives the FP32 model the loss 0, so that no loss lies within x % of it.
/// Throws ConfigError, naming "absolute" as the remedy, when `options` is such a variant.
void reject_relative_criterion(const ShowerLossOptions& options, std::string_view place);

/// The part of the loss from one axis, before normalisation.
struct AxisLoss {
  double mean = 0.0;    ///< mean over slices of (mu_b - mu'_b)^2
  double spread = 0.0;  ///< mean over slices of (spread_b - spread'_b)^2
};

/// The loss of one sample of showers. Print it with describe(options).
struct ShowerLossResult {
  double value = 0.0;  ///< the loss, normalised as the options say; NaN if any cell was not finite
  /// Jackknife over up to 20 blocks of events; empty when there are fewer than two blocks.
  std::optional<double> standard_error;
  double loss = 0.0;         ///< before normalisation
  double dead_output = 0.0;  ///< loss of an all-zero output against the same reference and events
  double relative_to_dead = 0.0;  ///< loss / dead_output; NaN if dead_output is 0
  std::array<AxisLoss, 3> axes;   ///< x, y, z
  /// Loss expected from the finite number of events alone, for two independent samples (an upper
  /// bound where they share energies and angles). loss - noise is the de-biased loss. Empty for a
  /// paired reference, cell profiles and per-batch averaging.
  std::optional<double> noise;
  std::size_t events = 0;            ///< of the sample under test
  std::size_t reference_events = 0;  ///< of the reference
  std::vector<std::string> suspect;  ///< why the value must not be trusted; empty = trusted
  std::vector<std::vector<double>> without_block{};  ///< as LossResult::without_block

  /// Is there no reason for distrust?
  [[nodiscard]] bool trusted() const noexcept { return suspect.empty(); }
};

}  // namespace caloquant
#pragma GCC visibility pop
