#pragma once

#include <caloquant/types.hpp>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "calibration/data/data_options.hpp"
#include "calibration/data/label_sources.hpp"

namespace caloquant {

/// Where an event is stored.
struct EventPlace {
  std::size_t file = 0;  ///< index into EventIndex::files()
  std::int64_t row = 0;
};

/// The events that pass the cuts, numbered in the order of the sorted files and their rows: the
/// first ones calibrate, those behind them evaluate, as DataOptions::split says. Some 40 bytes per
/// event.
class EventIndex {
 public:
  /// One pass over the files, which ends as soon as enough events are kept; later files are not
  /// opened. ECAL is read (blockwise) only with a sum cut; without one a file may lack ECAL.
  /// Throws DataError naming file, dataset and row, or telling how many events there are.
  [[nodiscard]] static EventIndex build(const DataOptions& options);
  /// Of events that lie in memory, in no file: their labels, in order, of which the first
  /// split.events() are taken. Throws DataError, naming the event, for a label that no
  /// file could hold, and for too few of them.
  [[nodiscard]] static EventIndex of_labels(std::span<const EventLabel> labels,
                                            const EventSplit& split, const Shape& image_shape);

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
  [[nodiscard]] EventRange calibration() const { return split_.calibrating(); }
  [[nodiscard]] EventRange evaluation() const { return split_.evaluating(); }

  [[nodiscard]] std::span<const EventLabel> labels() const { return labels_; }
  [[nodiscard]] std::span<const EventLabel> labels(EventRange range) const;
  /// Of all events.
  [[nodiscard]] const LabelSources& label_sources() const { return sources_; }
  [[nodiscard]] std::span<const EventPlace> places() const { return places_; }
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }
  /// [X, Y, Z] of the images; empty where no file had any.
  [[nodiscard]] const Shape& image_shape() const { return image_shape_; }

 private:
  std::vector<std::filesystem::path> files_;
  std::vector<EventLabel> labels_;
  LabelSources sources_;
  std::vector<EventPlace> places_;
  Shape image_shape_;
  EventSplit split_;
};

}  // namespace caloquant
