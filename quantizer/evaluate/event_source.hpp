#pragma once

#include <caloquant/config.hpp>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "calibration/data/event_split.hpp"
#include "calibration/data/label_sources.hpp"

namespace caloquant {

[[nodiscard]] inline EventSplit split_of(const DataConfig& data) {
  return {static_cast<std::int64_t>(data.calibration_samples),
          static_cast<std::int64_t>(data.evaluation_samples)};
}

/// What events are shown to a model for.
enum class EventUse {
  search,        ///< the evaluation events of the data, and what is drawn behind them
  confirmation,  ///< events that no trial sees
};

/// The events of a run: what goes into the network, which of them calibrate and which evaluate.
class EventSource {
 public:
  virtual ~EventSource() = default;
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;

  [[nodiscard]] virtual EventRange calibration() const = 0;
  [[nodiscard]] virtual EventRange evaluation() const = 0;
  [[nodiscard]] virtual const std::vector<std::filesystem::path>& files() const = 0;
  /// Where energies and angles come from; null where events have none.
  [[nodiscard]] virtual const LabelSources* label_sources() const { return nullptr; }
  /// Number of the first event of a use.
  [[nodiscard]] std::int64_t first_event(EventUse use) const {
    return use == EventUse::search ? evaluation().first : first_fresh_event;
  }
  /// Far behind all that is in files or shown to trials.
  static constexpr std::int64_t first_fresh_event = std::int64_t{1} << 40;
  /// Network inputs, one span [count, ...] each, of events [first, first + count): those of the
  /// data, and where showers are made also events that are drawn, by any number behind them.
  virtual void fill(std::int64_t first, std::int64_t count,
                    std::span<const std::span<float>> inputs) const = 0;

 protected:
  EventSource() = default;
};

}  // namespace caloquant
