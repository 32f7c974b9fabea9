#pragma once

#include <caloquant/arrays.hpp>
#include <caloquant/config.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "calibration/data/data_options.hpp"
#include "calibration/data/event_index.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/evaluate/event_source.hpp"

namespace caloquant {

/// Latent vectors from the labels of showers, in data files or in memory, and seeded noise.
class LatentSource : public EventSource {
 public:
  /// Opens the files and counts events. Throws DataError, and ModelError when the network does not
  /// fit the encoding or has no [X, Y, Z] image as its only output.
  LatentSource(const RunConfig& config, const Graph& fp32, const MemoryData& given = {});

  [[nodiscard]] EventRange calibration() const override { return index_.calibration(); }
  [[nodiscard]] EventRange evaluation() const override { return index_.evaluation(); }
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const override {
    return index_.files();
  }
  void fill(std::int64_t first, std::int64_t count,
            std::span<const std::span<float>> inputs) const override;

  /// Primaries of any events: those of the data, and behind them drawn ones, each with the energy
  /// and angle of an event of the data.
  [[nodiscard]] std::vector<EventLabel> labels(std::int64_t first, std::int64_t count) const;
  [[nodiscard]] const EventIndex& events() const { return index_; }
  [[nodiscard]] const DataOptions& data() const { return data_; }
  /// Do the events lie in memory, in no file?
  [[nodiscard]] bool in_memory() const { return images_.has_value(); }
  /// Hands over the simulated images of events, block by block, in GeV: [count, X, Y, Z] of events
  /// first, first + 1, ... Throws DataError.
  void read_images(
      EventRange range,
      const std::function<void(std::int64_t first, std::span<const float>)>& use) const;
  /// Throws ModelError for a network with other inputs or images.
  void require_same_interface(const Graph& graph) const;

 private:
  [[nodiscard]] std::size_t drawn_row(std::uint64_t number) const;

  InputConfig input_;
  std::int64_t latent_size_;
  DataOptions data_;
  EventIndex index_;
  std::optional<std::span<const float>> images_;  ///< in memory
};

}  // namespace caloquant
