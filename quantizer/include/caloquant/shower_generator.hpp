#pragma once

// Showers of a generator network inside the event loop of a simulation.

#include <array>
#include <caloquant/data.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

class Model;

/// A generator network that all threads share. Immutable; copies are cheap.
class ShowerModel {
 public:
  /// `encoding`: how the network takes energy, angle and noise; by default energy_angle_noise for
  /// images of 51 x 51 x 25 cells, else energy_times_noise. Throws ModelError, also for a network
  /// that makes no images of [X, Y, Z] cells.
  [[nodiscard]] static ShowerModel load(const std::filesystem::path& file,
                                        std::optional<InputEncoding> encoding = {});
  /// `encoding`: how energy and angle go in; none: by the extents of the image. Throws ModelError.
  explicit ShowerModel(const Model& model, std::optional<InputEncoding> encoding = {});

  /// [X, Y, Z]: azimuth, beam, depth.
  [[nodiscard]] const std::array<std::size_t, 3>& cells() const;
  /// Of one image.
  [[nodiscard]] std::size_t cell_count() const;
  /// How energy and angle go in.
  [[nodiscard]] InputEncoding encoding() const;
  /// The former name of encoding().
  [[deprecated("call encoding()")]] [[nodiscard]] InputEncoding recipe() const {
    return encoding();
  }

  struct Data;
  [[nodiscard]] const Data& data() const { return *data_; }  ///< for the library itself

 private:
  std::shared_ptr<const Data> data_;
};

/// One shower to draw. Equal requests give equal showers, in every context and thread.
struct ShowerRequest {
  double energy = 0.0;                    ///< of the primary electron [GeV], > 0
  double theta = 0.5 * std::numbers::pi;  ///< to the beam [rad], in (0, pi)
  std::uint64_t seed = 1;                 ///< of the noise
  std::uint64_t event = 0;                ///< another event of a seed has other noise
};

/// How a context computes.
struct ContextOptions {
  std::size_t batch = 1;  ///< most showers of one pass through the network
  int threads = 1;        ///< that one call may use; 1 inside the worker threads of a simulation
};

/// Memory and kernels to draw showers with: one per thread. Nothing is allocated after the
/// constructor, as long as the convolutions are ones that the direct kernels compute (all of
/// 3DGAN's are; see allocates()).
class ShowerContext {
 public:
  /// Allocates all that it will ever need.
  explicit ShowerContext(const ShowerModel& model, const ContextOptions& options = {});
  ~ShowerContext();
  ShowerContext(ShowerContext&&) noexcept;
  ShowerContext& operator=(ShowerContext&&) noexcept;

  /// Cells [X, Y, Z] in GeV, valid until the next call. Throws DataError for an energy or angle out
  /// of range, ModelError where a cell is not finite.
  [[nodiscard]] std::span<const float> generate(const ShowerRequest& request);
  /// [n, X, Y, Z] in GeV for n requests, any number of them. Throws as above, and UsageError for a
  /// `cells` of another size.
  void generate(std::span<const ShowerRequest> requests, std::span<float> cells);

  /// Layers that run in a library which allocates in every call; empty: generate() never does.
  [[nodiscard]] std::vector<std::string> allocates() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Where the cells of images lie in a sampling calorimeter: square cells of one pitch, layers at
/// their depths.
struct CellGeometry {
  double pitch = 0.0;          ///< edge of a cell [mm]
  std::vector<double> depths;  ///< of the sensitive layers from the front face [mm], Z of them

  /// CLIC's silicon-tungsten ECAL, which 3DGAN draws: 5.1 mm, 25 layers (k4geo, ECalBarrel).
  [[nodiscard]] static CellGeometry clic();
};

using Vector3 = std::array<double, 3>;

/// A calorimeter's face where the electron enters: `entry` [mm], unit vectors along the image's
/// axes in the coordinates of the detector.
struct ShowerFrame {
  Vector3 entry{0.0, 0.0, 0.0};  ///< where the electron enters [mm]
  Vector3 x{1.0, 0.0, 0.0};      ///< azimuth
  Vector3 y{0.0, 1.0, 0.0};      ///< beam
  Vector3 z{0.0, 0.0, 1.0};      ///< into the calorimeter

  /// The frame of an electron with this direction (any length) on a face whose inward normal is
  /// `normal` and along which the beam runs as `beam`. Throws DataError where they span no face.
  [[nodiscard]] static ShowerFrame at(const Vector3& entry, const Vector3& normal,
                                      const Vector3& beam);
  /// Angle of `direction` to the beam [rad], as ShowerRequest wants it.
  [[nodiscard]] double theta_of(const Vector3& direction) const;
};

/// A cell with energy, placed in the detector.
struct ShowerHit {
  Vector3 position{};   ///< of its centre [mm]
  float energy = 0.0F;  ///< [GeV]
};

/// Places the cells of an image. Images are centred on the shower, wherever the electron came from:
/// they are shifted so that their barycentre lies on the electron's line, as the training images
/// were cut (theta tilts it in the y-z plane).
class ShowerPlacement {
 public:
  /// Throws DataError when the geometry has another number of layers than the images.
  ShowerPlacement(const ShowerModel& model, CellGeometry geometry);

  /// Hits of cells with at least `threshold` [GeV], in the order of the cells, into `hits`; returns
  /// how many there are. At most hits.size() are written. Allocates nothing.
  [[nodiscard]] std::size_t place(std::span<const float> cells, double theta,
                                  const ShowerFrame& frame, float threshold,
                                  std::span<ShowerHit> hits) const;
  /// Centre of a cell [mm] in the axes of the frame, before the shift.
  [[nodiscard]] Vector3 centre(std::size_t x, std::size_t y, std::size_t z) const;

 private:
  std::array<std::size_t, 3> cells_;
  CellGeometry geometry_;
};

}  // namespace caloquant
#pragma GCC visibility pop
