#include "graph/exec/run_step.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <span>

#include "ops/core/overloaded.hpp"
#include "ops/kernels/eltwise.hpp"
#include "ops/kernels/movement.hpp"

namespace caloquant {
namespace {

template <typename T>
std::span<T> cells(std::byte* bytes, const Buffer& buffer) {
  return {reinterpret_cast<T*>(bytes), static_cast<std::size_t>(element_count(buffer.shape))};
}

class StepCall {
 public:
  StepCall(const LoweredGraph& graph, const std::vector<std::byte*>& pointers)
      : graph_(graph), pointers_(pointers) {}

  void execute(const Step& step, LayerKernel* kernel) const {
    const Buffer& src = graph_.buffers[step.src.front()];
    const Buffer& dst = graph_.buffers[step.dst];
    const std::byte* from = at(step.src.front());
    std::byte* into = at(step.dst);
    const std::size_t element = size_of(src.dtype());
    const auto f32_src = [&] { return cells<float>(at(step.src.front()), src); };
    const auto f32_dst = [&] { return cells<float>(into, dst); };
    std::visit(
        Overloaded{
            [&](const LayerWork&) { kernel->execute(from, into); },
            [&](const PackWork&) { pack(src, from, dst, into); },
            [&](const JoinWork&) {
              join_lanes(reinterpret_cast<const std::uint32_t*>(from), src.packed(),
                         reinterpret_cast<std::uint32_t*>(into), dst.packed(), dst.shape.front());
            },
            [&](const QuantizeWork& work) { quantize_cells(f32_src(), into, work.params); },
            [&](const TransposeWork& work) {
              transpose_cells(from, into, src.shape, work.permutation, element);
            },
            [&](const UpsampleWork& work) {
              upsample_cells(from, into, src.shape, work.factors, element);
            },
            [&](const DepthToSpaceWork& work) {
              depth_to_space_cells(from, into, src.shape, work.move, element);
            },
            [&](const PadWork& work) {
              pad_cells(from, into, src.shape, work.begin, work.end, element, work.fill);
            },
            [&](const PoolWork& work) {
              pool_cells(work.pool, f32_src().data(), f32_dst().data(), src.shape, dst.shape);
            },
            [&](const AffineWork& work) {
              affine_cells(f32_src(), f32_dst(), work.mul->data<float>(), work.add->data<float>());
            },
            [&](const EltwiseWork& work) { eltwise(work.eltwise, f32_src(), f32_dst()); },
            [&](const ExtremumWork& work) { extremum(step, work, f32_dst()); },
            [&](const SoftmaxWork& work) {
              softmax_cells(f32_src().data(), f32_dst().data(), src.shape, work.axis);
            },
            [&](const AddWork&) { add(step, f32_dst()); },
            [&](const ConcatWork& work) { concat(step, work.axis); },
            [&](const CopyWork&) { std::memcpy(into, from, dst.bytes()); },
        },
        step.work);
  }

 private:
  [[nodiscard]] std::byte* at(BufferId buffer) const { return pointers_[graph_.root(buffer)]; }

  static void pack(const Buffer& src, const std::byte* from, const Buffer& dst, std::byte* into) {
    pack_cells(
        from, src.dtype(),
        src.format.layout == Layout::plain ? CellOrder::channels_first : CellOrder::channels_last,
        reinterpret_cast<std::uint32_t*>(into), dst.packed(), dst.format.quant, dst.shape.front());
  }

  [[nodiscard]] std::span<const float> f32_src(const Step& step, std::size_t index) const {
    return cells<float>(at(step.src[index]), graph_.buffers[step.src[index]]);
  }

  void extremum(const Step& step, const ExtremumWork& work, std::span<float> dst) const {
    std::ranges::copy(f32_src(step, 0), dst.begin());
    for (std::size_t i = 1; i < step.src.size(); ++i) {
      extremum_cells(work.kind, f32_src(step, i), dst);
    }
    for (const auto& vector : work.vectors) {
      extremum_cells(work.kind, vector->data<float>(), dst);
    }
  }

  void add(const Step& step, std::span<float> dst) const {
    std::ranges::copy(f32_src(step, 0), dst.begin());
    for (std::size_t i = 1; i < step.src.size(); ++i) {
      const auto next = f32_src(step, i);
      std::transform(next.begin(), next.end(), dst.begin(), dst.begin(), std::plus<>());
    }
  }

  void concat(const Step& step, std::size_t axis) const {
    const Shape& dst = graph_.buffers[step.dst].shape;
    std::int64_t outer = 1;
    std::size_t inner = sizeof(float);
    for (std::size_t i = 0; i < dst.size(); ++i) {
      outer *= i < axis ? dst[i] : 1;
      inner *= i > axis ? static_cast<std::size_t>(dst[i]) : 1;
    }
    std::int64_t offset = 0;
    for (const BufferId part : step.src) {
      const std::int64_t extent = graph_.buffers[part].shape[axis];
      concat_part(at(part), at(step.dst), outer, extent, dst[axis], offset, inner);
      offset += extent;
    }
  }

  const LoweredGraph& graph_;
  const std::vector<std::byte*>& pointers_;
};

}  // namespace

void run_step(const LoweredGraph& graph, const Step& step, LayerKernel* kernel,
              const std::vector<std::byte*>& pointers) {
  StepCall(graph, pointers).execute(step, kernel);
}

}  // namespace caloquant
