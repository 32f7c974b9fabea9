#pragma once

#include <caloquant/qparams.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "graph/ir/graph.hpp"
#include "ops/core/epilogue.hpp"

namespace caloquant {

// From a graph to a straight list of steps over buffers: which tensors travel as integers, in which
// memory order, and what a convolution takes over from the operators behind it. Pure: no engine is
// needed, so it is tested without one.
//
//   conv -> relu -> affine -> upsample -> conv(int8)
// becomes, when the first conv is int8 too, one layer step with the epilogue {relu, affine,
// quantize}, and an upsample of bytes. An fp32 conv in front writes f32, which is quantized once,
// before the up-sampling makes it larger.

enum class Layout {
  plain,          ///< row-major in the logical order
  channels_last,  ///< [N, spatial..., C]
};

/// How a value lies in memory.
struct Form {
  Layout layout = Layout::plain;
  std::optional<QuantParams> quant;  ///< none: f32
  friend bool operator==(const Form&, const Form&) = default;
};

using BufferId = std::size_t;

struct Buffer {
  ValueId value{};
  Form form;
  Shape shape;                       ///< memory shape with the batch
  std::optional<BufferId> alias_of;  ///< the same bytes under another shape
  [[nodiscard]] DType dtype() const { return form.quant ? form.quant->dtype : DType::f32; }
  [[nodiscard]] std::size_t bytes() const {
    return static_cast<std::size_t>(element_count(shape)) * size_of(dtype());
  }
};

// What a step does. Tensors are shared with the graph.
struct LayerWork {
  Op op;
  Shape src;  ///< logical, with the batch; Dense: [M, I]
  Shape dst;
  std::shared_ptr<const Tensor> weights;
  std::shared_ptr<const Tensor> bias;
  std::optional<LayerQuant> quant;
  Epilogue epilogue;
  DType dst_dtype = DType::f32;
};
struct QuantizeWork {
  QuantParams params;
};
struct TransposeWork {
  std::vector<std::int64_t> permutation;  ///< of the memory axes
};
struct UpsampleWork {
  Shape factors;
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
struct SoftmaxWork {
  std::size_t axis;  ///< memory axis
};
struct AddWork {};
struct ConcatWork {
  std::size_t axis;  ///< memory axis
};
struct CopyWork {};
using Work = std::variant<LayerWork, QuantizeWork, TransposeWork, UpsampleWork, PadWork, PoolWork,
                          AffineWork, EltwiseWork, SoftmaxWork, AddWork, ConcatWork, CopyWork>;

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

/// Throws ModelError for an operator that cannot be executed.
[[nodiscard]] LoweredGraph lower(const Graph& graph, std::int64_t batch);

/// Memory order of a logical shape.
[[nodiscard]] Shape memory_shape(const Shape& logical, Layout layout);

}  // namespace caloquant
