#include <caloquant/shower_stream.hpp>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>

#include "graph/io/files/h5file.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

constexpr float units_per_gev = 50.0F;
constexpr std::int64_t rows_of_labels = 1024;  // of a chunk
/// Datasets of every file, in the order of WaitingRow::labels.
constexpr std::array<const char*, 6> label_names{"energy", "theta", "eta", "pdgID", "sum", "event"};

/// A row without its zeros: some 98 % of the cells.
struct WaitingRow {
  std::vector<float> labels;
  std::vector<std::pair<std::uint32_t, float>> cells;  ///< in file units
};

std::string place_of(const SimulatedShower& shower) {
  return "event " + std::to_string(shower.event);
}

void expect_valid(const SimulatedShower& shower, std::size_t cells, std::size_t extras) {
  if (shower.cells.size() != cells || shower.extras.size() != extras) {
    throw UsageError(
        place_of(shower),
        "has " + counted(shower.cells.size(), "cell") + " and " +
            counted(shower.extras.size(), "further value"),
        "the file has " + counted(cells, "cell") + " and " + counted(extras, "further value"));
  }
  if (!(shower.energy > 0.0) || !std::isfinite(shower.energy)) {
    throw DataError(place_of(shower), "has an energy of " + std::to_string(shower.energy) + " GeV",
                    "it must be positive");
  }
  if (!(shower.theta > 0.0) || !(shower.theta < std::numbers::pi)) {
    throw DataError(place_of(shower), "has an angle of " + std::to_string(shower.theta),
                    "it is in radians, above 0 and below pi");
  }
  if (!std::ranges::all_of(shower.cells, [](float cell) { return std::isfinite(cell); })) {
    throw DataError(place_of(shower), "a cell is not a finite number",
                    "the simulation or the network has failed");
  }
}

WaitingRow row_of(const SimulatedShower& shower) {
  WaitingRow row;
  double sum = 0.0;
  for (std::size_t i = 0; i < shower.cells.size(); ++i) {
    if (shower.cells[i] != 0.0F) {
      row.cells.emplace_back(static_cast<std::uint32_t>(i), units_per_gev * shower.cells[i]);
      sum += static_cast<double>(row.cells.back().second);
    }
  }
  for (const double label :
       {shower.energy, shower.theta, -std::log(std::tan(0.5 * shower.theta)),
        static_cast<double>(shower.pdg), sum, static_cast<double>(shower.event)}) {
    row.labels.push_back(static_cast<float>(label));
  }
  for (const double extra : shower.extras) {
    row.labels.push_back(static_cast<float>(extra));
  }
  return row;
}

std::vector<std::string> paths_of(const ShowerStreamOptions& options) {
  std::vector<std::string> paths;
  paths.reserve(std::size(label_names) + options.extras.size());
  for (const char* name : label_names) {
    paths.push_back(std::string("/") + name);
  }
  for (const std::string& name : options.extras) {
    if (name.empty() || name.find('/') != std::string::npos || name == "ECAL" ||
        std::ranges::find(paths, "/" + name) != paths.end()) {
      throw UsageError("ShowerStreamOptions::extras", "'" + name + "' cannot be a dataset here",
                       "give each a name of its own, without a slash");
    }
    paths.push_back("/" + name);
  }
  return paths;
}

}  // namespace

struct ShowerStream::State {
  explicit State(const ShowerStreamOptions& options)
      : paths(paths_of(options)),
        image(options.cells[0] * options.cells[1] * options.cells[2], 0.0F),
        next(options.first_event),
        file(H5File::create(options.file)) {
    std::vector<std::int64_t> extents{0};
    std::vector<std::int64_t> chunk{1};
    for (const std::size_t extent : options.cells) {
      extents.push_back(static_cast<std::int64_t>(extent));
      chunk.push_back(static_cast<std::int64_t>(extent));
    }
    file.create_dataset("/ECAL", DType::f32, extents,
                        {.chunk = chunk, .compression = 1, .grows = true});
    for (const std::string& path : paths) {
      file.create_dataset(path, DType::f32, {0},
                          {.chunk = {rows_of_labels}, .compression = 1, .grows = true});
    }
    for (const auto& [name, text] : options.attributes) {
      file.set_attribute("/", name, text);
    }
  }

  void append(const WaitingRow& row) {
    for (const auto& [cell, energy] : row.cells) {
      image[cell] = energy;
    }
    file.append_rows("/ECAL", image);
    for (const auto& [cell, energy] : row.cells) {
      image[cell] = 0.0F;
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
      file.append_rows(paths[i], std::span(row.labels).subspan(i, 1));
    }
    ++written;
  }

  std::mutex mutex;
  std::vector<std::string> paths;
  std::vector<float> image;  ///< [X, Y, Z] in file units, zeros between calls
  std::map<std::int64_t, WaitingRow> waiting;
  std::int64_t next;  ///< event that the file waits for
  std::int64_t written = 0;
  H5File file;
};

ShowerStream::ShowerStream(const ShowerStreamOptions& options) {
  if (options.cells[0] == 0 || options.cells[1] == 0 || options.cells[2] == 0) {
    throw UsageError("ShowerStreamOptions::cells", "the images have no cells",
                     "give [X, Y, Z], for 3DGAN 51, 51, 25");
  }
  state_ = std::make_unique<State>(options);
}

ShowerStream::~ShowerStream() = default;
ShowerStream::ShowerStream(ShowerStream&&) noexcept = default;
ShowerStream& ShowerStream::operator=(ShowerStream&&) noexcept = default;

void ShowerStream::write(const SimulatedShower& shower) {
  expect_valid(shower, state_->image.size(), state_->paths.size() - label_names.size());
  WaitingRow row = row_of(shower);
  const std::lock_guard lock(state_->mutex);
  if (shower.event < state_->next ||
      !state_->waiting.emplace(shower.event, std::move(row)).second) {
    throw UsageError(place_of(shower), "was written before", "give every event its own number");
  }
  auto& waiting = state_->waiting;
  while (!waiting.empty() && waiting.begin()->first == state_->next) {
    state_->append(waiting.begin()->second);
    waiting.erase(waiting.begin());
    ++state_->next;
  }
}

std::int64_t ShowerStream::rows() const {
  const std::lock_guard lock(state_->mutex);
  return state_->written + static_cast<std::int64_t>(state_->waiting.size());
}

void ShowerStream::commit() {
  const std::lock_guard lock(state_->mutex);
  for (const auto& [event, row] : state_->waiting) {
    state_->append(row);
  }
  state_->waiting.clear();
  state_->file.commit();
}

}  // namespace caloquant
