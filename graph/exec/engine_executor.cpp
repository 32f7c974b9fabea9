#include <algorithm>
#include <cstring>
#include <utility>

#include "graph/exec/engine.hpp"
#include "graph/exec/memory_plan.hpp"
#include "ops/core/overloaded.hpp"
#include "ops/kernels/direct/kernels.hpp"
#include "ops/kernels/eltwise.hpp"
#include "ops/kernels/layer.hpp"
#include "ops/kernels/movement.hpp"

namespace caloquant {
namespace {

template <typename T>
std::span<T> cells(std::byte* bytes, const Buffer& buffer) {
  return {reinterpret_cast<T*>(bytes), static_cast<std::size_t>(element_count(buffer.shape))};
}

class EngineExecutable : public Executable {
 public:
  EngineExecutable(const Graph& graph, std::int64_t batch, const EngineOptions& options)
      : lowered_(lower(
            graph, batch,
            {direct::int8_lane(options.isa), options.choose ? options.choose : default_kind})),
        listener_(options.listener) {
    for (const Step& step : lowered_.steps) {
      kernels_.push_back(std::holds_alternative<LayerWork>(step.work)
                             ? make_step_kernel(lowered_, step, options.isa)
                             : nullptr);
    }
    place_buffers();
  }

  [[nodiscard]] std::int64_t batch() const override { return lowered_.batch; }
  [[nodiscard]] std::size_t arena_bytes() const override {
    return static_cast<std::size_t>(arena_.size());
  }

  void run(std::span<const std::span<const float>> inputs,
           std::span<const std::span<float>> outputs) override {
    CALOQUANT_EXPECT(inputs.size() == lowered_.inputs.size());
    CALOQUANT_EXPECT(outputs.size() == lowered_.outputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      CALOQUANT_EXPECT(inputs[i].size_bytes() == lowered_.buffers[lowered_.inputs[i]].bytes());
      // Inputs are only read; the table is shared with buffers that are written.
      pointers_[lowered_.inputs[i]] =
          reinterpret_cast<std::byte*>(const_cast<float*>(inputs[i].data()));
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      CALOQUANT_EXPECT(outputs[i].size_bytes() == lowered_.buffers[lowered_.outputs[i]].bytes());
      pointers_[lowered_.root(lowered_.outputs[i])] =
          reinterpret_cast<std::byte*>(outputs[i].data());
    }
    for (std::size_t i = 0; i < lowered_.steps.size(); ++i) {
      const Step& step = lowered_.steps[i];
      execute(step, kernels_[i].get());
      if (listener_) {
        listener_(lowered_, i, at(step.src.front()), at(step.dst));
      }
    }
  }

  [[nodiscard]] std::vector<StepInfo> steps() const override {
    std::vector<StepInfo> infos;
    for (std::size_t i = 0; i < lowered_.steps.size(); ++i) {
      const Step& step = lowered_.steps[i];
      const bool integer = lowered_.buffers[step.src.front()].form.quant.has_value();
      infos.push_back({step.layer, step.op, integer ? Precision::int8 : Precision::fp32,
                       kernels_[i] ? kernels_[i]->implementation() : "native"});
    }
    return infos;
  }

 private:
  /// One arena for everything that neither comes from nor goes to the caller.
  void place_buffers() {
    const std::size_t count = lowered_.buffers.size();
    std::vector<Lifetime> lifetimes(count, Lifetime{0, lowered_.steps.size(), 0});
    for (std::size_t i = 0; i < lowered_.steps.size(); ++i) {
      const auto touch = [&](BufferId buffer) {
        Lifetime& life = lifetimes[lowered_.root(buffer)];
        life.first = std::min(life.first, i);
        life.last = std::max(life.last, i);
      };
      std::for_each(lowered_.steps[i].src.begin(), lowered_.steps[i].src.end(), touch);
      touch(lowered_.steps[i].dst);
    }
    std::vector<bool> external(count, false);
    for (const auto* list : {&lowered_.inputs, &lowered_.outputs}) {
      for (const BufferId buffer : *list) {
        external[lowered_.root(buffer)] = true;
      }
    }
    for (BufferId buffer = 0; buffer < count; ++buffer) {
      if (lowered_.root(buffer) == buffer && !external[buffer]) {
        lifetimes[buffer].bytes = lowered_.buffers[buffer].bytes();
      }
    }
    const MemoryPlan plan = plan_memory(lifetimes);
    arena_ = Tensor(DType::u8, {static_cast<std::int64_t>(plan.total)});
    pointers_.assign(count, nullptr);
    for (BufferId buffer = 0; buffer < count; ++buffer) {
      if (lifetimes[buffer].bytes > 0) {
        pointers_[buffer] = arena_.raw() + plan.offsets[buffer];
      }
    }
  }

  [[nodiscard]] std::byte* at(BufferId buffer) const { return pointers_[lowered_.root(buffer)]; }

  void execute(const Step& step, LayerKernel* kernel) const {
    const Buffer& src = lowered_.buffers[step.src.front()];
    const Buffer& dst = lowered_.buffers[step.dst];
    const std::byte* from = at(step.src.front());
    std::byte* into = at(step.dst);
    const std::size_t element = size_of(src.dtype());
    const auto f32_src = [&] { return cells<float>(at(step.src.front()), src); };
    const auto f32_dst = [&] { return cells<float>(into, dst); };
    std::visit(
        Overloaded{
            [&](const LayerWork&) { kernel->execute(from, into); },
            [&](const PackWork&) { pack(src, from, dst, into); },
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
            [&](const SoftmaxWork& work) {
              softmax_cells(f32_src().data(), f32_dst().data(), src.shape, work.axis);
            },
            [&](const AddWork&) { add(step, f32_dst()); },
            [&](const ConcatWork& work) { concat(step, work.axis); },
            [&](const CopyWork&) { std::memcpy(into, from, dst.bytes()); },
        },
        step.work);
  }

  static void pack(const Buffer& src, const std::byte* from, const Buffer& dst, std::byte* into) {
    pack_cells(
        from, src.dtype(),
        src.form.layout == Layout::plain ? CellOrder::channels_first : CellOrder::channels_last,
        reinterpret_cast<std::uint32_t*>(into), dst.packed(), dst.form.quant, dst.shape.front());
  }

  void add(const Step& step, std::span<float> dst) const {
    const auto first = cells<float>(at(step.src[0]), lowered_.buffers[step.src[0]]);
    std::copy(first.begin(), first.end(), dst.begin());
    for (std::size_t i = 1; i < step.src.size(); ++i) {
      const auto next = cells<float>(at(step.src[i]), lowered_.buffers[step.src[i]]);
      std::transform(next.begin(), next.end(), dst.begin(), dst.begin(), std::plus<>());
    }
  }

  void concat(const Step& step, std::size_t axis) const {
    const Shape& dst = lowered_.buffers[step.dst].shape;
    std::int64_t outer = 1;
    std::size_t inner = sizeof(float);
    for (std::size_t i = 0; i < dst.size(); ++i) {
      outer *= i < axis ? dst[i] : 1;
      inner *= i > axis ? static_cast<std::size_t>(dst[i]) : 1;
    }
    std::int64_t offset = 0;
    for (const BufferId part : step.src) {
      const std::int64_t extent = lowered_.buffers[part].shape[axis];
      concat_part(at(part), at(step.dst), outer, extent, dst[axis], offset, inner);
      offset += extent;
    }
  }

  LoweredGraph lowered_;
  StepListener listener_;
  std::vector<std::unique_ptr<LayerKernel>> kernels_;
  Tensor arena_;
  std::vector<std::byte*> pointers_;  ///< per root buffer
};

}  // namespace

std::unique_ptr<Executable> compile_engine(const Graph& graph, std::int64_t batch) {
  return compile_engine(graph, batch, EngineOptions{});
}

std::unique_ptr<Executable> compile_engine(const Graph& graph, std::int64_t batch,
                                           const EngineOptions& options) {
  return std::make_unique<EngineExecutable>(graph, batch, options);
}

}  // namespace caloquant
