#include "calibration/showers/make_showers.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <string>

#include "calibration/showers/primaries.hpp"
#include "calibration/showers/shower_constants.hpp"
#include "calibration/showers/shower_file_writer.hpp"
#include "calibration/showers/shower_model.hpp"
#include "ops/core/enums.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Detector> detector_names({{Detector::clic51, "clic51"},
                                              {Detector::clic25, "clic25"}});
constexpr EnumNames<ShowerTuning> tuning_names({{ShowerTuning::published, "published"},
                                                {ShowerTuning::geant4, "geant4"}});

constexpr std::int64_t block_events = 64;
/// Energies where the parametrisation of hep-ex/0001020 was fitted, with room. Beyond these angles
/// the axis leaves the 51 cells of the window: 129 mm of depth x cot 45 degrees = 25 cells.
constexpr PrimaryLimits made{1.0, 1000.0, 45.0, 135.0, "is outside of what can be made"};

Primaries primaries_of(const ShowerOptions& options) {
  return {.seed = options.seed,
          .energy_low = options.energy_low,
          .energy_high = options.energy_high,
          .energies = options.energies,
          .theta_low_deg = options.theta_low_deg,
          .theta_high_deg = options.theta_high_deg};
}

void check(const ShowerOptions& options) {
  if (options.events < 1) {
    throw UsageError("--events", std::to_string(options.events) + " showers were asked for",
                     "give a number of at least 1");
  }
  check_ranges(primaries_of(options), made);
  if (options.detector == Detector::clic25 &&
      (options.theta_low_deg != 90.0 || options.theta_high_deg != 90.0)) {
    throw UsageError("--theta", "clic25 has showers at 90 degrees only",
                     "leave it out, or use --detector clic51");
  }
  if (options.output.empty()) {
    throw UsageError("--output", "no file was given", "name the HDF5 file to write");
  }
  if (options.threads < 0) {
    throw UsageError("--threads", "a negative number was given", "0 means all");
  }
}

/// Images [n, X, Y, Z] in GeV of events first, first + 1, ...
void simulate(const ShowerOptions& options, const showers::ShowerModel& model, std::int64_t first,
              showers::ShowerRows& rows) {
  const auto count = static_cast<std::int64_t>(rows.electrons.size());
  const std::size_t cells = rows.images.size() / rows.electrons.size();
  const Primaries primaries = primaries_of(options);
  const int threads = options.threads > 0 ? options.threads : team_size();
#pragma omp parallel num_threads(within_reason(threads))
  {
    showers::SpotList scratch;
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < count; ++i) {
      const auto row = static_cast<std::size_t>(i);
      const PrimaryElectron electron = draw_electron(primaries, first + i);
      rows.electrons[row] = electron;
      model.generate(options.seed, static_cast<std::uint64_t>(first + i),
                     static_cast<double>(electron.energy), static_cast<double>(electron.theta),
                     scratch, std::span(rows.images).subspan(row * cells, cells));
    }
  }
}

}  // namespace

std::string_view name_of(Detector detector) noexcept {
  return detector_names[detector];
}

std::string_view name_of(ShowerTuning tuning) noexcept {
  return tuning_names[tuning];
}

ShowerOptions default_shower_options(Detector detector) {
  ShowerOptions options;
  options.detector = detector;
  if (detector == Detector::clic25) {
    options.energy_low = 100.0;
    options.theta_low_deg = 90.0;
    options.theta_high_deg = 90.0;
  }
  return options;
}

void make_showers(const ShowerOptions& options, const ShowerProgress& progress) {
  check(options);
  showers::ShowerFileWriter file(options);
  const showers::ShowerModel model(file.transverse_cells(),
                                   showers::ShowerConstants::of(options.tuning));
  showers::ShowerRows rows;
  for (std::int64_t first = 0; first < options.events; first += block_events) {
    const auto count = static_cast<std::size_t>(std::min(block_events, options.events - first));
    rows.electrons.resize(count);
    rows.images.resize(count * file.cells());
    simulate(options, model, first, rows);
    file.write(first, rows);
    if (progress) {
      progress(first + static_cast<std::int64_t>(count), options.events);
    }
  }
  file.commit();
}

}  // namespace caloquant
