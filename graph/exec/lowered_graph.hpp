#pragma once

#include <caloquant/qparams.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "graph/exec/layer_kind.hpp"
#include "graph/ir/graph.hpp"
#include "ops/kernels/direct/packed.hpp"
#include "ops/schema/epilogue.hpp"

namespace caloquant {

// A network as a straight list of steps over buffers; lower() makes it.

enum class Layout {
  plain,          ///< row-major in the logical order
  channels_last,  ///< [N, spatial..., C]
  packed,         ///< lanes with a halo, for the direct kernels (ops/kernels/direct/packed.hpp)
};

/// How a packed value lies in memory, beside its shape.
struct Packing {
  direct::Lane lane = direct::Lane::f32;
  Triple halo_begin{0, 0, 0};
  Triple halo_end{0, 0, 0};
  bool joined = false;
  friend bool operator==(const Packing&, const Packing&) = default;
};

/// How a value lies in memory.
struct StorageFormat {
  Layout layout = Layout::plain;
  std::optional<QuantParams> quant;  ///< none: f32; bf16: rounded to it
  Packing packing;                   ///< of Layout::packed
  friend bool operator==(const StorageFormat&, const StorageFormat&) = default;
};

using BufferId = std::size_t;

struct Buffer {
  ValueId value{};
  StorageFormat format;
  Shape shape;                       ///< memory shape with the batch; packed: the logical one
  std::optional<BufferId> alias_of;  ///< the same bytes under another shape
  /// As stored: cells rounded to bfloat16 keep the type f32.
  [[nodiscard]] DType dtype() const {
    return format.quant && is_integer(*format.quant) ? format.quant->dtype : DType::f32;
  }
  /// Of a packed buffer of spatial tensors.
  [[nodiscard]] PackedTensor packed() const;
  [[nodiscard]] std::size_t bytes() const;
};

// What a step does. Tensors are shared with the graph.
struct LayerWork {
  Op op;
  Shape src;  ///< logical, with the batch; Dense: [M, I]
  Shape dst;
  std::shared_ptr<const Tensor> weights;  ///< s8 with quant, else f32 whatever the precision
  std::shared_ptr<const Tensor> bias;
  std::optional<LayerQuant> quant;  ///< of layers whose products are integers
  Precision precision = Precision::fp32;
  Epilogue epilogue;
  DType dst_dtype = DType::f32;
  LayerKind kind = LayerKind::library;
  bool plain = false;      ///< Dense: make_plain_dense() in place of make_layer()
  Triple phases{1, 1, 1};  ///< a DepthToSpace that the store takes over (direct_channels)
};
struct PackWork {};  ///< into a packed buffer, quantized on the way where dst is and src is not
struct JoinWork {};  ///< packed into packed with joined lanes
struct QuantizeWork {
  QuantParams params;
};
struct TransposeWork {
  std::vector<std::int64_t> permutation;  ///< of the memory axes
};
struct UpsampleWork {
  Shape factors;
};
struct DepthToSpaceWork {
  DepthToSpace move;
};
struct PadWork {
  Shape begin;  ///< per memory axis
  Shape end;
  std::byte fill{0};
};
struct PoolWork {
  Pool pool;
};
struct AffineWork {
  std::shared_ptr<const Tensor> mul;
  std::shared_ptr<const Tensor> add;
};
struct EltwiseWork {
  Eltwise eltwise;
};
struct ExtremumWork {
  ExtremumKind kind;
  std::vector<std::shared_ptr<const Tensor>> vectors;  ///< [C], beside the tensors of the step
};
struct SoftmaxWork {
  std::size_t axis;  ///< memory axis
};
struct AddWork {};
struct ConcatWork {
  std::size_t axis;  ///< memory axis
};
struct CopyWork {};
using Work = std::variant<LayerWork, PackWork, JoinWork, QuantizeWork, TransposeWork, UpsampleWork,
                          DepthToSpaceWork, PadWork, PoolWork, AffineWork, EltwiseWork,
                          ExtremumWork, SoftmaxWork, AddWork, ConcatWork, CopyWork>;

struct Step {
  std::string layer;  ///< node name
  std::string op;
  Work work;
  std::vector<BufferId> src;
  BufferId dst = 0;
};

struct LoweredGraph {
  std::int64_t batch = 1;
  std::vector<Buffer> buffers;
  std::vector<Step> steps;
  std::vector<BufferId> inputs;   ///< in the order of Graph::inputs(); plain f32
  std::vector<BufferId> outputs;  ///< each a buffer of its own, plain f32

  /// The buffer that owns the bytes of `id`.
  [[nodiscard]] BufferId root(BufferId id) const {
    while (buffers[id].alias_of) {
      id = *buffers[id].alias_of;
    }
    return id;
  }
};

/// Memory order of a logical shape; a packed one keeps the logical order.
[[nodiscard]] Shape memory_shape(const Shape& logical, Layout layout);

}  // namespace caloquant
