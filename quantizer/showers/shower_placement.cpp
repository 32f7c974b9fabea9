#include <caloquant/error.hpp>
#include <caloquant/shower_generator.hpp>
#include <cmath>
#include <string>
#include <utility>

#include "calibration/showers/ecal_stack.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

double dot(const Vector3& a, const Vector3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Vector3 cross(const Vector3& a, const Vector3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

/// a + factor * b
Vector3 plus(const Vector3& a, double factor, const Vector3& b) {
  return {a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]};
}

Vector3 unit(const Vector3& a, const char* name) {
  const double length = std::sqrt(dot(a, a));
  if (!(length > 1e-9) || !std::isfinite(length)) {
    throw DataError(name, "has no direction", "give a vector that is not 0 and lies in the face");
  }
  return {a[0] / length, a[1] / length, a[2] / length};
}

}  // namespace

CellGeometry CellGeometry::clic() {
  const showers::EcalStack stack = showers::EcalStack::clic_o2();
  CellGeometry geometry;
  geometry.pitch = showers::EcalStack::pitch;
  for (const showers::EcalLayer& layer : stack.layers) {
    geometry.depths.push_back(layer.silicon);
  }
  return geometry;
}

ShowerFrame ShowerFrame::at(const Vector3& entry, const Vector3& normal, const Vector3& beam) {
  ShowerFrame frame;
  frame.entry = entry;
  frame.z = unit(normal, "normal");
  frame.y = unit(plus(beam, -dot(beam, frame.z), frame.z), "beam");
  frame.x = cross(frame.y, frame.z);
  return frame;
}

double ShowerFrame::theta_of(const Vector3& direction) const {
  return std::atan2(dot(direction, z), dot(direction, y));
}

ShowerPlacement::ShowerPlacement(const ShowerModel& model, CellGeometry geometry)
    : cells_(model.cells()), geometry_(std::move(geometry)) {
  if (geometry_.depths.size() != cells_[2] || !(geometry_.pitch > 0.0)) {
    throw DataError("CellGeometry",
                    "has " + counted(geometry_.depths.size(), "layer") + " and a pitch of " +
                        std::to_string(geometry_.pitch) + " mm",
                    "the images have " + counted(cells_[2], "layer"));
  }
}

Vector3 ShowerPlacement::centre(std::size_t x, std::size_t y, std::size_t z) const {
  const auto across = [this](std::size_t cell, std::size_t cells) {
    return (static_cast<double>(cell) + 0.5 - 0.5 * static_cast<double>(cells)) * geometry_.pitch;
  };
  return {across(x, cells_[0]), across(y, cells_[1]), geometry_.depths[z]};
}

std::size_t ShowerPlacement::place(std::span<const float> cells, double theta,
                                   const ShowerFrame& frame, float threshold,
                                   std::span<ShowerHit> hits) const {
  double energy = 0.0;
  double beam = 0.0;
  double depth = 0.0;
  std::size_t found = 0;
  const auto each_hit = [&](auto&& use) {
    std::size_t index = 0;
    for (std::size_t x = 0; x < cells_[0]; ++x) {
      for (std::size_t y = 0; y < cells_[1]; ++y) {
        for (std::size_t z = 0; z < cells_[2]; ++z, ++index) {
          if (cells[index] >= threshold && cells[index] > 0.0F) {
            use(centre(x, y, z), cells[index]);
          }
        }
      }
    }
  };
  each_hit([&](const Vector3& at, float cell) {
    energy += static_cast<double>(cell);
    beam += static_cast<double>(cell) * at[1];
    depth += static_cast<double>(cell) * at[2];
  });
  if (energy == 0.0) {
    return 0;
  }
  const double shift = depth / energy / std::tan(theta) - beam / energy;
  each_hit([&](const Vector3& at, float cell) {
    if (found < hits.size()) {
      Vector3 position = plus(frame.entry, at[0], frame.x);
      position = plus(position, at[1] + shift, frame.y);
      hits[found] = {plus(position, at[2], frame.z), cell};
    }
    ++found;
  });
  return found;
}

}  // namespace caloquant
