#pragma once

#include <caloquant/data.hpp>
#include <caloquant/shower_loss.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "calibration/data/data_options.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"
#include "metrics/core/energy_units.hpp"

namespace caloquant {

/// Computes showers of a generator network (canonical graph), a batch at a time.
class ShowerMaker {
 public:
  struct Spec {
    InputEncoding encoding = InputEncoding::energy_angle_noise;
    std::uint64_t seed = 1;            ///< of the noise
    std::int64_t batch = 8;            ///< events per call of the network
    LossUnits units = LossUnits::gev;  ///< of the cells; negative cells keep their sign
    EngineOptions engine{};            ///< runs the network
  };
  /// The graph must outlive it. Throws ModelError when the network does not fit the encoding or has
  /// no [X, Y, Z] image as its only output.
  ShowerMaker(const Graph& graph, const Spec& spec);

  /// [X, Y, Z].
  [[nodiscard]] const Shape& image_shape() const noexcept { return image_shape_; }

  /// Events first, first + 1, ... with these labels, at most a batch of them: `images` becomes
  /// [batch, X, Y, Z]. The batch is always whole, so that every event sees the same kernels; rows
  /// behind the last event hold nothing of use. Throws ModelError naming the event when a cell is
  /// not finite.
  void fill(std::int64_t first, std::span<const EventLabel> labels, std::vector<float>& images);

 private:
  [[noreturn]] void fail(std::int64_t first, std::span<const float> images) const;

  const Graph& graph_;
  Spec spec_;
  Shape image_shape_;
  std::int64_t latent_size_;
  std::size_t cells_;  ///< of one image
  CellConversion conversion_;
  std::unique_ptr<Executable> executable_;
  std::vector<float> latents_;  ///< [batch, L]
};

}  // namespace caloquant
