#pragma once

#include <caloquant/config.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "calibration/data/shower_file.hpp"
#include "graph/ir/graph.hpp"
#include "metrics/core/energy_units.hpp"

namespace caloquant {

/// One side of a comparison: a generator network or shower files.
struct ComparedSide {
  std::string text;  ///< as the user wrote it
  std::optional<Graph> graph;
  bool has_units = false;  ///< a quantized.h5, which says itself how its output becomes energy
  std::vector<std::filesystem::path> files;  ///< of the model, or of the showers
  std::optional<std::uint64_t> random_weights;
  bool follow_links = false;  ///< of shower files, as H5File::open()
  /// Of shower files: what energies are estimated with where they have none; empty: refused.
  std::optional<SamplingFraction> energies_from_sum{};

  [[nodiscard]] bool is_model() const noexcept { return graph.has_value(); }
};

/// Opens what `text` names:
///   FILE                       quantized.h5, a full Keras HDF5 model, or a shower file
///   A.json,WEIGHTS.h5          Keras architecture and weights
///   A.json,random:SEED         the same with seeded random weights
///   PATTERN with * or ?        shower files, sorted by path
/// Throws ModelError for a bad model, DataError for a file that cannot be opened, UsageError for a
/// seed that is no number.
[[nodiscard]] ComparedSide open_side(const std::string& text, const GraphConfig& graph,
                                     bool follow_links = false);

/// Says how the output of Keras models becomes energy: as given, else as a quantized model on the
/// other side says, which was made from the same network. Throws UsageError when units are given
/// and no side is a Keras model.
void choose_units(ComparedSide& a, ComparedSide& b, const std::optional<EnergyUnits>& given);

/// Shower files one after the other, without cuts: events are rows. Takes the layouts of
/// calibration/data (CERN's files, make_showers()) and what generate() writes, whose attributes say
/// the units of the cells. Throws DataError naming file, dataset and row.
class ShowerFiles {
 public:
  /// `energies_from_sum`: as ComparedSide.
  explicit ShowerFiles(const std::vector<std::filesystem::path>& files, bool follow_links = false,
                       std::optional<SamplingFraction> energies_from_sum = {});

  [[nodiscard]] std::int64_t events() const noexcept { return events_; }
  /// [X, Y, Z].
  [[nodiscard]] const Shape& image_shape() const noexcept { return image_shape_; }
  /// Of the first events.
  [[nodiscard]] std::vector<EventLabel> labels(std::int64_t events) const;
  [[nodiscard]] LabelSources label_sources(std::int64_t events) const;
  /// Images of events first, first + 1, ... in GeV, as many as `images` [n, X, Y, Z] holds.
  void read(std::int64_t first, std::span<float> images) const;

 private:
  struct Part {
    std::filesystem::path file;
    DataLayout layout = DataLayout::variable_angle;
    EnergyUnits units;
    std::int64_t first = 0;  ///< number of its first event
    std::int64_t rows = 0;
  };
  [[nodiscard]] Part describe(const std::filesystem::path& file) const;
  [[nodiscard]] ShowerFile open(const Part& part) const;

  bool follow_links_;
  std::optional<SamplingFraction> energies_from_sum_;
  std::vector<Part> parts_;
  std::int64_t events_ = 0;
  Shape image_shape_;
};

}  // namespace caloquant
