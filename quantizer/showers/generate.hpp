#pragma once

#include <caloquant/data.hpp>
#include <caloquant/shower_loss.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/showers/primaries.hpp"

namespace caloquant {

struct GenerateOptions {
  std::int64_t events = 1000;
  std::uint64_t seed = 1;
  double energy_low = 2.0;        ///< primary energy, flat between the limits [GeV]
  double energy_high = 500.0;     ///< [GeV]
  double theta_low_deg = 60.0;    ///< angle to the beam, flat between the limits [degrees]
  double theta_high_deg = 120.0;  ///< [degrees]
  InputEncoding encoding = InputEncoding::energy_angle_noise;
  /// Of the cells in the file, by the graph's output units; negative cells keep their sign.
  LossUnits units = LossUnits::gev;
  std::int64_t batch = 8;  ///< events per call of the network
  int compression = 0;     ///< gzip level 0..9
  EngineOptions engine{};  ///< runs the network
  std::filesystem::path output;
  // Provenance.
  std::vector<std::filesystem::path> model_files;  ///< what the graph was read from
  std::optional<std::uint64_t> random_weights;     ///< seed of its weights
};

/// Which primaries the options ask for.
[[nodiscard]] Primaries primaries_of(const GenerateOptions& options);

/// What the generators were trained on. energy_angle_noise: 2 to 500 GeV, 60 to 120 degrees.
/// energy_times_noise: 100 to 500 GeV, 90 degrees.
[[nodiscard]] GenerateOptions default_generate_options(InputEncoding encoding);

struct GenerateResult {
  std::int64_t events = 0;
  double compile_seconds = 0.0;  ///< making the engine ready
  double seconds = 0.0;          ///< from the first event to the finished file
  double waited_seconds = 0.0;   ///< part of it in which the engine waited for the file

  [[nodiscard]] double showers_per_second() const {
    return seconds > 0.0 ? static_cast<double>(events) / seconds : 0.0;
  }
};

/// Told the events computed so far, after every batch; what it throws ends the run.
using GenerateProgress = std::function<void(std::int64_t done)>;

/// Writes showers of a generator network (canonical graph) to an HDF5 file in the layout of CERN's
/// files, one block being written while the next is computed:
///
///   ECAL [N, X, Y, Z] f32 in options.units, energy [N] f32 in GeV, theta [N] f32 in rad,
///   with energy_times_noise also target [N, 2] f32 = (pdgID 11, energy in GeV)
///   attributes of "/": generator, model, model_sha256, random_weights, seed, recipe, units,
///   output_scale, output_power (all text)
///
/// The variable-angle layout of CERN's files is in 50 x GeV: LossUnits::file of a network with
/// output scale 50.
///
/// Event i depends on (seed, i) only, so a longer file begins with the shorter one: its energy and
/// angle are philox::uniform(seed, i, 0) and (seed, i, 1), as in make_showers() (equal seeds and
/// ranges give equal primaries), its noise is philox::normal(seed, i, j) of fill_latents().
/// philox keeps the two kinds of draws apart, whatever the component. The labels are rounded to f32
/// before the network sees them, so the file tells exactly what it was fed.
///
/// Memory does not grow with the number of events. The file appears when it is complete. Throws
/// UsageError naming the command-line option, ModelError when the network does not fit the encoding
/// or puts out a cell that is not finite, BackendError when the file cannot be written.
[[nodiscard]] GenerateResult generate(const Graph& graph, const GenerateOptions& options,
                                      const GenerateProgress& progress = {});

}  // namespace caloquant
