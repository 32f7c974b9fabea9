#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/exec/engine.hpp"
#include "metrics/physics/shower_report.hpp"
#include "quantizer/showers/compared_showers.hpp"
#include "quantizer/showers/primaries.hpp"

namespace caloquant {

struct CompareOptions {
  /// 0: 1000 between two models, else as many as the smaller side's files hold.
  std::int64_t events = 0;
  /// Of two models. A model beside files is given the primaries of the files.
  Primaries primaries;
  std::vector<EventLabel> labels;  ///< the primaries of two models, instead of drawn ones
  LabelSources label_sources{};    ///< of these
  /// Number of the first event, which its noise follows from: of a comparison that repeats the
  /// events of an evaluation.
  std::int64_t first_event = 0;
  EngineOptions engine{};  ///< of networks
  InputEncoding encoding = InputEncoding::energy_angle_noise;
  std::int64_t batch = 8;       ///< events per call of a network
  double cell_threshold = 0.0;  ///< cells below become 0 on both sides [GeV]; 0: none
  /// Of the images that the discriminator takes: (scale * GeV)^power.
  EnergyUnits discriminator_units;
  /// Shown the images [n, X, Y, Z] in GeV of both sides, from event `first` on.
  std::function<void(std::int64_t first, std::span<const float> a, std::span<const float> b)>
      images{};
  /// Shown both complete samples.
  std::function<void(const ShowerSample& a, const ShowerSample& b)> samples{};
};

/// Where the two samples of a comparison have something in common.
enum class Pairing {
  none,       ///< other primaries
  primaries,  ///< event i has the same primary on both sides
  latents,    ///< and the same latent vector
};
[[nodiscard]] std::string_view name_of(Pairing pairing) noexcept;

struct CompareResult {
  std::int64_t events = 0;  ///< of each side
  Pairing pairing = Pairing::none;
  std::uint64_t seed = 1;  ///< of primaries, noise and draws of FPD and KPD
  /// Of the primaries of each side. A model beside files has those of the files.
  LabelSources labels_a;
  LabelSources labels_b;
  ShowerReport report;
  double seconds = 0.0;
};

/// Where primaries come from, as sentences; empty where they stand in files or were drawn. Of a
/// side of its own they begin with "A: " or "B: ".
[[nodiscard]] std::vector<std::string> label_notes(const CompareResult& result,
                                                   const ComparedSide& a, const ComparedSide& b);

/// Told the events done so far, after every batch; what it throws ends the comparison.
using CompareProgress = std::function<void(std::int64_t done, std::int64_t events)>;

/// Streams events through both sides at once and reports their physics; A is the reference.
/// Between two models every event has the same primary and the same latent vector. Events are taken
/// as paired when all primaries are equal. `discriminator`: a network that takes one image [N, 1,
/// X, Y, Z], [N, X, Y, Z, 1] or [N, X, Y, Z]; its outputs become quantities of the report, under
/// their names, with "[k]" behind where an output has several numbers per event.
///
/// Memory grows with the events by their rows of features only. Equal images give a report of the
/// same bits, whatever the number of threads. Throws UsageError naming the option, DataError when
/// files hold too few events or damaged ones, ModelError when a network does not fit or its images
/// have other extents.
[[nodiscard]] CompareResult compare(const ComparedSide& a, const ComparedSide& b,
                                    const Graph* discriminator, const CompareOptions& options,
                                    const CompareProgress& progress = {});

}  // namespace caloquant
