#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "metrics/shower/shower_profiles.hpp"

namespace caloquant::testing {

/// Network outputs [count, extents], the same as images() of shower_goldens.py.
[[nodiscard]] inline std::vector<float> golden_images(std::uint64_t seed, std::size_t count,
                                                      const ImageExtents& extents) {
  std::vector<float> images(count * cell_count(extents));
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::uint64_t bits = ((i + seed) * 2654435761U % (std::uint64_t{1} << 32U)) >> 8U;
    images[i] = (bits & 3U) == 0 ? 0.0F : std::ldexp(static_cast<float>(bits), -24);
  }
  return images;
}

/// Accumulated in one call.
[[nodiscard]] inline ShowerProfiles profiles_of(const ShowerProfiles::Spec& spec,
                                                const std::vector<float>& images) {
  ShowerProfiles profiles(spec);
  profiles.add(0, images);
  return profiles;
}

}  // namespace caloquant::testing
