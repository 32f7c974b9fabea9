#pragma once

#include <string_view>

#include "ops/kernels/direct/direct_layer.hpp"

namespace caloquant {

/// Which kernel computes a Conv or Dense.
enum class LayerKind {
  library,               ///< make_layer(): oneDNN, or the portable integer kernel; channels last
  direct_rows,           ///< DirectVariant::rows
  direct_planes,         ///< DirectVariant::planes
  direct_rows_joined,    ///< the same with a src of joined lanes
  direct_planes_joined,  ///< the same
  direct_channels,       ///< DirectVariant::channels
};
[[nodiscard]] std::string_view name_of(LayerKind kind) noexcept;
/// Of a direct kind.
[[nodiscard]] DirectVariant variant_of(LayerKind kind);
[[nodiscard]] constexpr bool reads_joined_lanes(LayerKind kind) noexcept {
  return kind == LayerKind::direct_rows_joined || kind == LayerKind::direct_planes_joined;
}

}  // namespace caloquant
