#pragma once

#include <span>

#include "metrics/shower/slice_sums.hpp"

namespace caloquant {

/// Angle of the shower axis to the beam in the y-z plane [rad], from the barycentres of the layers
/// (svalleco/3Dgan, measPython), in cell units with centres at j + 0.5. With (xr, yr, zr) the
/// barycentre of the image and (x, y, z) that of a layer z:
///   m = (y - yr) / sqrt((x - xr)^2 + (z - zr)^2), of opposite sign where z < zr
///   angle = sum over layers z (pi / 2 - atan m) / sum over layers z
/// over layers that hold energy and lie apart from the barycentre, which has no direction to
/// itself. NaN when there is no such layer; the original returns 100 rad, which would enter means.
[[nodiscard]] double shower_angle(std::span<const float> image, const ImageExtents& extents);

}  // namespace caloquant
