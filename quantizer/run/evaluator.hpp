#pragma once

#include <caloquant/config.hpp>
#include <caloquant/shower_loss.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "calibration/data/data_options.hpp"
#include "calibration/data/event_index.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"
#include "metrics/energy_units.hpp"
#include "quantizer/run/energy_response.hpp"
#include "quantizer/run/staged_profiles.hpp"

namespace caloquant {

/// Events done since the call began; what it throws ends the work.
using EventProgress = std::function<void(std::int64_t done)>;

/// What an evaluation says of a model.
struct ModelQuality {
  ShowerLossResult loss;
  /// With accuracy_criterion.energy_response and a paired reference; empty for a model that was
  /// stopped early.
  std::vector<EnergyResponse> response;
};

/// The data, inputs and loss of one run: everything that is the same for the fp32 model and for
/// every quantized one. The reference profiles are made once.
class Evaluator {
 public:
  /// Opens the data and counts events; `engine` runs every model. Throws DataError, and ModelError
  /// when the network does not fit the recipe or has no [X, Y, Z] image as its only output.
  Evaluator(const RunConfig& config, const Graph& fp32, EngineOptions engine = {});

  /// Accumulates the reference: showers of the files, or of the fp32 model.
  void prepare_reference(const EventProgress& progress = {});
  /// Loss of a model on the evaluation events. Needs prepare_reference().
  [[nodiscard]] ShowerLossResult loss_of(const Graph& graph,
                                         const EventProgress& progress = {}) const;
  /// As losses_of(), with what the config asks for beside the loss.
  [[nodiscard]] std::vector<ModelQuality> qualities_of(
      const std::vector<Graph>& graphs, const EventProgress& progress = {},
      std::optional<double> hopeless_above = {}) const;
  /// Losses of several models in one sweep over the events: what they have in common is computed
  /// once. Each loss has the bits that loss_of() gives. With `hopeless_above` (and a config with
  /// early_stop), a model whose loss exceeds it by early_stop_sigmas standard errors after an
  /// eighth or a half of the events is seen no further: its result says how many events it is from.
  [[nodiscard]] std::vector<ShowerLossResult> losses_of(
      const std::vector<Graph>& graphs, const EventProgress& progress = {},
      std::optional<double> hopeless_above = {}) const;
  static constexpr double early_stop_sigmas = 5.0;
  /// Loss of the fp32 model; for a paired reference the comparison of the reference with itself.
  [[nodiscard]] ShowerLossResult baseline(const EventProgress& progress = {}) const;

  /// Network input [n, L] of events [first, first + count).
  void fill_input(std::int64_t first, std::int64_t count, std::span<float> input) const;

  [[nodiscard]] const EventIndex& events() const { return index_; }
  [[nodiscard]] std::int64_t batch() const { return batch_; }
  [[nodiscard]] std::int64_t latent_size() const { return latent_size_; }
  /// Events of reference + evaluation that prepare_reference() goes through.
  [[nodiscard]] EventRange reference_events() const;

 private:
  /// Adds the images of every output of a graph at events [part.first, part.last) of the sample
  /// that begins with event `origin`, to the profiles of that output.
  void add_network(const Graph& graph, EventRange part, std::int64_t origin,
                   const std::vector<StagedProfiles*>& profiles,
                   const EventProgress& progress) const;
  void require_same_interface(const Graph& graph) const;
  [[nodiscard]] StagedProfiles dataset_profiles(EventRange range,
                                                const EventProgress& progress) const;
  [[nodiscard]] StagedProfiles empty_profiles(EventRange range, EnergyUnits from) const;
  [[nodiscard]] std::vector<std::size_t> make_stages(const RunConfig& config) const;
  [[nodiscard]] std::vector<EnergyResponse> response_of(const StagedProfiles& profiles) const;
  [[nodiscard]] bool hopeless(const ShowerLossResult& loss, double target) const;

  ShowerLossOptions loss_;
  InputConfig input_;
  Graph fp32_;
  EngineOptions engine_;
  std::int64_t batch_;
  std::int64_t latent_size_ = 0;
  ImageExtents extents_{};
  DataOptions data_;
  EventIndex index_;
  bool wants_response_ = false;
  std::vector<std::size_t> stages_;  ///< events after which hopeless models are dropped
  std::optional<StagedProfiles> reference_;
};

}  // namespace caloquant
