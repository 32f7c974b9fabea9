#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ops/core/tensor.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/kernels/direct/packed.hpp"
#include "ops/schema/epilogue.hpp"
#include "ops/schema/op.hpp"

namespace caloquant {

/// Along what a direct kernel has its vectors.
enum class DirectVariant {
  rows,      ///< the last spatial axis: few output channels; stride 1 along that axis
  planes,    ///< the last two: as rows, where a row leaves much of its last vector empty
  channels,  ///< the output channels: many of them, as the phases of a collapsed up-sampling
};
[[nodiscard]] std::string_view name_of(DirectVariant variant) noexcept;

/// A convolution for the direct kernels. Tensors are only read while it is made.
struct DirectProblem {
  std::string name;        ///< for messages
  Conv conv;               ///< groups 1
  PackedTensor src;        ///< its halo is at least the padding of conv; joined: rows and planes
  PackedTensor dst;        ///< channels per phase; without phases those of the convolution;
                           ///< joined: rows and planes
  Triple phases{1, 1, 1};  ///< factors of a DepthToSpace behind the convolution; dst may be cropped
  const Tensor* weights = nullptr;  ///< f32, or s8 with quant; [phases * O, I, spatial...]
  const Tensor* bias = nullptr;     ///< f32 [phases * O] or null
  const LayerQuant* quant = nullptr;
  Epilogue epilogue;  ///< over phases * O channels; dst set where dst has integer lanes
};

/// True when the direct kernels have this operator, epilogue and variant: groups 1; at most one of
/// relu, leaky_relu and clip followed by at most one affine.
[[nodiscard]] bool direct_supports(const Conv& conv, const Epilogue& epilogue,
                                   DirectVariant variant);

/// True when `planes` takes fewer vectors of `lanes` lanes than `rows`. src: with its halo.
[[nodiscard]] bool planes_take_fewer_vectors(const PackedTensor& src, const Triple& dst_space,
                                             std::int64_t lanes);

/// True when rows and planes read fewer lanes of a joined src. Needs integer lanes without dilation
/// along the last axis. weights: [O, I, spatial...].
[[nodiscard]] bool joining_saves_lanes(const Conv& conv, const Shape& weights, direct::Lane lane);

/// A convolution compiled for the direct kernels: packed in, packed out (halo written too), sums
/// exact in s32 for integer lanes. The same bits for every number of threads and, for integer
/// lanes, for every instruction set.
class DirectLayer {
 public:
  virtual ~DirectLayer() = default;
  DirectLayer(const DirectLayer&) = delete;
  DirectLayer& operator=(const DirectLayer&) = delete;
  virtual void execute(const std::byte* src, std::byte* dst, std::int64_t images) const = 0;
  /// "direct_rows:avx2"
  [[nodiscard]] virtual std::string implementation() const = 0;

 protected:
  DirectLayer() = default;
};

/// Throws BackendError when a sum of products may exceed 32 bits.
[[nodiscard]] std::unique_ptr<DirectLayer> make_direct_layer(const DirectProblem& problem,
                                                             DirectVariant variant, Isa isa);

}  // namespace caloquant
