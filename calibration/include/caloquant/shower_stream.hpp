#pragma once

// Showers of a simulation, written one by one in the layout of CERN's variable-angle files.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// One shower and its primary particle.
struct SimulatedShower {
  std::int64_t event = 0;          ///< its number; rows are in this order
  double energy = 0.0;             ///< of the primary [GeV], > 0
  double theta = 0.0;              ///< to the beam [rad], in (0, pi)
  int pdg = 11;                    ///< kind of the primary, as the Particle Data Group counts
  std::span<const float> cells;    ///< [X, Y, Z] in GeV
  std::span<const double> extras;  ///< one for each name of ShowerStreamOptions::extras
};

/// What a file of simulated showers holds.
struct ShowerStreamOptions {
  /// Where it gets its name when it is whole.
  std::filesystem::path file;
  std::array<std::size_t, 3> cells{51, 51, 25};  ///< [X, Y, Z]
  std::vector<std::string> extras;               ///< names of further datasets [N], f32
  /// Of the file: what made it, of which detector, with which seed.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::int64_t first_event = 0;  ///< the number that row 0 waits for
};

/// Writes ECAL (50 x GeV), energy [GeV], theta [rad], eta, pdgID, sum (of ECAL), event and the
/// extras. The number of events need not be known, and threads may write in any order: rows wait
/// until those before them are there, as sparse images. The file gets its name in commit().
class ShowerStream {
 public:
  /// Throws UsageError for images without cells and names that are taken, BackendError where the
  /// file cannot be made.
  explicit ShowerStream(const ShowerStreamOptions& options);
  ~ShowerStream();
  ShowerStream(ShowerStream&&) noexcept;
  ShowerStream& operator=(ShowerStream&&) noexcept;

  /// From any thread. Throws DataError for what no shower file may hold (an energy that is not
  /// positive, a cell that is not finite), UsageError for an event that was written before.
  void write(const SimulatedShower& shower);
  /// Rows that are in the file or wait.
  [[nodiscard]] std::int64_t rows() const;
  /// Writes what waits, also where events before it are missing, and names the file. Call it once.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace caloquant
#pragma GCC visibility pop
