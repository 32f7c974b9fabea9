#include "graph/exec/layer_timing.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "graph/exec/engine.hpp"
#include "graph/exec/run_step.hpp"
#include "ops/core/clock.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/kernels.hpp"
#include "ops/onednn/cpu.hpp"

namespace caloquant {
namespace {

/// Logical shape of what the DepthToSpace behind the layer stores; of dst where there is none.
Shape after_phases(const LayerQuestion& question) {
  Shape shape = question.work.dst;
  if (question.phases == nullptr) {
    return shape;
  }
  for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis) {
    const std::int64_t factor = question.phases->factors[axis];
    shape[1] /= factor;
    shape[axis + 2] = shape[axis + 2] * factor - question.phases->crop_end[axis];
  }
  return shape;
}

}  // namespace

LayerBench::LayerBench(const LayerQuestion& question, LayerKind kind, Isa isa) {
  graph_.batch = 1;
  LayerWork work = question.work;
  if (work.quant) {
    quant_ = work.quant->src;
  }
  work.kind = kind;
  work.epilogue.dst = quant_;
  work.dst_dtype = quant_ ? quant_->dtype : DType::f32;
  const direct::Lane lane = lane_of(quant_, direct::int8_lane(isa));
  const auto& conv = std::get<Conv>(work.op);
  const Packing halo{lane, triple_of(conv.pads_begin, 0), triple_of(conv.pads_end, 0)};
  const Packing bare{lane, {0, 0, 0}, {0, 0, 0}};
  if (kind == LayerKind::library) {
    add_library(question, std::move(work), halo, bare);
  } else {
    const bool takes_phases = kind == LayerKind::direct_channels && question.phases != nullptr;
    if (takes_phases) {
      work.phases = triple_of(question.phases->factors, 1);
    }
    const BufferId src = add(work.src, Layout::packed, halo);
    const BufferId dst =
        add(takes_phases ? after_phases(question) : work.dst, Layout::packed, bare);
    step(std::move(work), src, dst);
  }
  make_ready(isa);
}

void LayerBench::add_library(const LayerQuestion& question, LayerWork work, const Packing& halo,
                             const Packing& bare) {
  const BufferId src = add(work.src, Layout::channels_last);
  BufferId dst = add(work.dst, Layout::channels_last);
  step(std::move(work), src, dst);
  if (question.phases != nullptr) {
    const BufferId shuffled = add(after_phases(question), Layout::channels_last);
    step(DepthToSpaceWork{*question.phases}, dst, shuffled);
    dst = shuffled;
  }
  // Packing stands for both directions.
  step(PackWork{}, src, add(question.work.src, Layout::packed, halo));
  step(PackWork{}, dst, add(after_phases(question), Layout::packed, bare));
}

BufferId LayerBench::add(const Shape& logical, Layout layout, const Packing& packing) {
  graph_.buffers.push_back(
      {ValueId{}, {layout, quant_, packing}, memory_shape(logical, layout), {}});
  return graph_.buffers.size() - 1;
}

void LayerBench::step(Work work, BufferId src, BufferId dst) {
  graph_.steps.push_back({"measured layer", "", std::move(work), {src}, dst});
}

void LayerBench::make_ready(Isa isa) {
  for (const Buffer& buffer : graph_.buffers) {
    memory_.emplace_back(DType::u8, Shape{static_cast<std::int64_t>(buffer.bytes())});
    pointers_.push_back(memory_.back().raw());
  }
  for (const Step& step : graph_.steps) {
    kernels_.push_back(std::holds_alternative<LayerWork>(step.work)
                           ? make_step_kernel(graph_, step, isa)
                           : nullptr);
  }
}

void LayerBench::run() {
  for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
    run_step(graph_, graph_.steps[i], kernels_[i].get(), pointers_);
  }
}

std::vector<LayerKind> kinds_to_measure(const LayerQuestion& question) {
  std::vector<LayerKind> kinds;
  const auto& quant = question.work.quant;
  const bool portable = quant && (quant->src.dtype == DType::s16 || !cpu_report().exact_int8);
  if (!portable || !(question.rows || question.channels)) {
    kinds.push_back(LayerKind::library);
  }
  // Rows leave phases to a step of its own, in another memory order.
  if (question.rows && (question.phases == nullptr || !question.channels)) {
    kinds.push_back(LayerKind::direct_rows);
  }
  if (question.channels) {
    kinds.push_back(LayerKind::direct_channels);
  }
  return kinds;
}

double layer_milliseconds(const LayerQuestion& question, LayerKind kind, Isa isa) {
  constexpr int least_runs = 5;
  constexpr double enough = 30.0;  // [ms]
  const ThreadCount one(1);
  LayerBench bench(question, kind, isa);
  double fastest = std::numeric_limits<double>::infinity();
  double total = 0.0;
  bench.run();
  for (int i = 0; i < least_runs || total < enough; ++i) {
    const double start = steady_seconds();
    bench.run();
    const double time = 1e3 * (steady_seconds() - start);
    fastest = std::min(fastest, time);
    total += time;
  }
  return fastest;
}

}  // namespace caloquant
