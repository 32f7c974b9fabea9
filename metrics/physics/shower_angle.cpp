#include "metrics/physics/shower_angle.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// Sums over a layer of the energy, and of the energy times the cell centre.
struct Layer {
  double energy = 0.0;
  double x = 0.0;
  double y = 0.0;
};

std::vector<Layer> layers_of(std::span<const float> image, const ImageExtents& extents) {
  std::vector<Layer> layers(extents[2]);
  std::size_t index = 0;
  for (std::size_t x = 0; x < extents[0]; ++x) {
    for (std::size_t y = 0; y < extents[1]; ++y) {
      for (Layer& layer : layers) {
        const double cell = double{image[index++]};
        if (cell != 0.0) {  // some percent of a shower
          layer.energy += cell;
          layer.x += cell * (static_cast<double>(x) + 0.5);
          layer.y += cell * (static_cast<double>(y) + 0.5);
        }
      }
    }
  }
  return layers;
}

}  // namespace

double shower_angle(std::span<const float> image, const ImageExtents& extents) {
  CALOQUANT_EXPECT(image.size() == cell_count(extents));
  const std::vector<Layer> layers = layers_of(image, extents);
  Layer all;
  double centre_z = 0.0;
  for (std::size_t z = 0; z < layers.size(); ++z) {
    all.energy += layers[z].energy;
    all.x += layers[z].x;
    all.y += layers[z].y;
    centre_z += layers[z].energy * (static_cast<double>(z) + 0.5);
  }
  centre_z /= all.energy;
  double sum = 0.0;
  double weights = 0.0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const double z = static_cast<double>(i) + 0.5;
    const Layer& layer = layers[i];
    const double across = layer.x / layer.energy - all.x / all.energy;
    const double distance = std::hypot(across, z - centre_z);
    if (!(layer.energy > 0.0) || !(distance > 0.0)) {
      continue;
    }
    const double slope = (layer.y / layer.energy - all.y / all.energy) / distance;
    sum += z * (0.5 * std::numbers::pi - std::atan(z < centre_z ? -slope : slope));
    weights += z;
  }
  return all.energy > 0.0 && weights > 0.0 ? sum / weights
                                           : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace caloquant
