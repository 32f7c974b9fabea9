#include "calibration/showers/make_showers.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <numbers>
#include <string>

#include "calibration/showers/shower_file_writer.hpp"
#include "calibration/showers/shower_model.hpp"
#include "ops/core/enums.hpp"
#include "ops/core/philox.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Detector> detector_names({{Detector::clic51, "clic51"},
                                              {Detector::clic25, "clic25"}});

constexpr std::int64_t block_events = 64;
// Where the parametrisation of hep-ex/0001020 was fitted, with room.
constexpr double lowest_energy = 1.0;
constexpr double highest_energy = 1000.0;
// Beyond, the axis leaves the 51 cells of the window: 129 mm of depth x cot 45 degrees = 25 cells.
constexpr double lowest_angle = 45.0;
constexpr double highest_angle = 135.0;

std::string between(double low, double high) {
  return std::to_string(low) + ":" + std::to_string(high);
}

/// Negated comparisons, so that NaN fails too.
void check_range(const char* option, const char* unit, double low, double high, double lowest,
                 double highest) {
  if (!(low <= high)) {
    throw UsageError(option, "the range " + between(low, high) + " is empty",
                     "write LOW:HIGH with LOW <= HIGH");
  }
  if (!(low >= lowest && high <= highest)) {
    throw UsageError(option, "the range " + between(low, high) + " is outside of what can be made",
                     "stay within " + between(lowest, highest) + " " + unit);
  }
}

void check(const ShowerOptions& options) {
  if (options.events < 1) {
    throw UsageError("--events", std::to_string(options.events) + " showers were asked for",
                     "give a number of at least 1");
  }
  check_range("--energy", "GeV", options.energy_low, options.energy_high, lowest_energy,
              highest_energy);
  for (const double energy : options.energies) {
    check_range("--energy", "GeV", energy, energy, lowest_energy, highest_energy);
  }
  check_range("--theta", "degrees", options.theta_low_deg, options.theta_high_deg, lowest_angle,
              highest_angle);
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

/// Component 0 is the energy's, component 1 the angle's uniform number of an event.
double flat(const ShowerOptions& options, std::int64_t event, std::uint32_t component, double low,
            double high) {
  const double u = philox::uniform(options.seed, static_cast<std::uint64_t>(event), component);
  return low + u * (high - low);
}

double energy_of(const ShowerOptions& options, std::int64_t event) {
  return options.energies.empty()
             ? flat(options, event, 0, options.energy_low, options.energy_high)
             : options.energies[static_cast<std::size_t>(event) % options.energies.size()];
}

/// Rounded to float as in the file, so that the file tells exactly what was simulated.
showers::PrimaryElectron primary(const ShowerOptions& options, std::int64_t event) {
  constexpr double radians = std::numbers::pi / 180.0;
  return {.energy = static_cast<float>(energy_of(options, event)),
          .theta = static_cast<float>(
              radians * flat(options, event, 1, options.theta_low_deg, options.theta_high_deg))};
}

/// Images [n, X, Y, Z] in GeV of events first, first + 1, ...
void simulate(const ShowerOptions& options, const showers::ShowerModel& model, std::int64_t first,
              showers::ShowerRows& rows) {
  const auto count = static_cast<std::int64_t>(rows.electrons.size());
  const std::size_t cells = rows.images.size() / rows.electrons.size();
  const int threads = options.threads > 0 ? options.threads : team_size();
#pragma omp parallel num_threads(within_reason(threads))
  {
    showers::SpotList scratch;
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < count; ++i) {
      const auto row = static_cast<std::size_t>(i);
      const showers::PrimaryElectron electron = primary(options, first + i);
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
  const showers::ShowerModel model(file.transverse_cells());
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
