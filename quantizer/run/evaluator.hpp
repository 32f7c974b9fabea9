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
#include "graph/ir/graph.hpp"
#include "metrics/energy_units.hpp"
#include "metrics/shower_profiles.hpp"

namespace caloquant {

/// Events done since the call began; what it throws ends the work.
using EventProgress = std::function<void(std::int64_t done)>;

/// The data, inputs and loss of one run: everything that is the same for the fp32 model and for
/// every quantized one. The reference profiles are made once.
class Evaluator {
 public:
  /// Opens the data and counts events. Throws DataError, and ModelError when the network does not
  /// fit the recipe or has no [X, Y, Z] image as its only output.
  Evaluator(const RunConfig& config, const Graph& fp32);

  /// Accumulates the reference: showers of the files, or of the fp32 model.
  void prepare_reference(const EventProgress& progress = {});
  /// Loss of a model on the evaluation events. Needs prepare_reference().
  [[nodiscard]] ShowerLossResult loss_of(const Graph& graph,
                                         const EventProgress& progress = {}) const;
  /// Losses of several models in one sweep over the events: what they have in common is computed
  /// once. Each loss has the bits that loss_of() gives.
  [[nodiscard]] std::vector<ShowerLossResult> losses_of(const std::vector<Graph>& graphs,
                                                        const EventProgress& progress = {}) const;
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
  /// Profiles of every output image of a graph.
  [[nodiscard]] std::vector<ShowerProfiles> network_profiles(const Graph& graph, EventRange range,
                                                             const EventProgress& progress) const;
  void require_same_interface(const Graph& graph) const;
  [[nodiscard]] ShowerProfiles dataset_profiles(EventRange range,
                                                const EventProgress& progress) const;
  [[nodiscard]] ShowerProfiles empty_profiles(EventRange range, EnergyUnits from) const;

  ShowerLossOptions loss_;
  InputConfig input_;
  Graph fp32_;
  std::int64_t batch_;
  std::int64_t latent_size_ = 0;
  ImageExtents extents_{};
  DataOptions data_;
  EventIndex index_;
  std::optional<ShowerProfiles> reference_;
};

}  // namespace caloquant
