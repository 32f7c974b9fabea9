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

/// True when vectors over planes are fewer than row by row.
bool planes_pay(const LayerQuestion& question, Isa isa) {
  const LayerWork& work = question.work;
  const auto quant = work.quant ? std::optional(work.quant->src) : std::nullopt;
  const direct::Lane lane = lane_of(quant, direct::int8_lane(isa));
  const auto& conv = std::get<Conv>(work.op);
  const PackedTensor src{lane,
                         work.src[1],
                         triple_of({work.src.begin() + 2, work.src.end()}, 1),
                         triple_of(conv.pads_begin, 0),
                         triple_of(conv.pads_end, 0),
                         false};
  return planes_take_fewer_vectors(src, triple_of({work.dst.begin() + 2, work.dst.end()}, 1),
                                   direct::kernels_of(isa, lane).lanes);
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
  const Packing halo{lane, triple_of(conv.pads_begin, 0), triple_of(conv.pads_end, 0), false};
  const Packing bare{lane, {0, 0, 0}, {0, 0, 0}, false};
  if (kind == LayerKind::library) {
    add_library(question, std::move(work), halo, bare);
  } else {
    const bool takes_phases = kind == LayerKind::direct_channels && question.phases != nullptr;
    if (takes_phases) {
      work.phases = triple_of(question.phases->factors, 1);
    }
    // What joining costs whoever stores src is charged here, for a dst of as many lanes.
    Packing from = halo;
    Packing into = bare;
    from.joined = reads_joined_lanes(kind);
    into.joined = from.joined;
    const BufferId src = add(work.src, Layout::packed, from);
    const BufferId dst =
        add(takes_phases ? after_phases(question) : work.dst, Layout::packed, into);
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

std::vector<LayerKind> kinds_to_measure(const LayerQuestion& question, Isa isa) {
  std::vector<LayerKind> kinds;
  const auto& quant = question.work.quant;
  const bool portable = quant && (quant->src.dtype == DType::s16 || !cpu_report().exact_int8);
  if (!portable || !(question.rows || question.channels)) {
    kinds.push_back(LayerKind::library);
  }
  // Rows leave phases to a step of its own, in another memory order.
  if (question.rows && (question.phases == nullptr || !question.channels)) {
    kinds.push_back(LayerKind::direct_rows);
    const bool planes = question.planes && planes_pay(question, isa);
    if (planes) {
      kinds.push_back(LayerKind::direct_planes);
    }
    if (question.joined) {
      kinds.push_back(planes ? LayerKind::direct_planes_joined : LayerKind::direct_rows_joined);
    }
  }
  if (question.channels) {
    kinds.push_back(LayerKind::direct_channels);
  }
  return kinds;
}

namespace {

/// A kind and its times so far.
struct TimedKind {
  LayerKind kind;
  LayerBench bench;
  std::vector<double> milliseconds{};
  double fastest = std::numeric_limits<double>::infinity();

  /// Half of the runs took no more than a few percent longer than the fastest.
  [[nodiscard]] bool is_steady() const {
    constexpr double few_percent = 1.15;
    std::vector<double> sorted = milliseconds;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    return *middle <= few_percent * fastest;
  }
  void run() {
    const double start = steady_seconds();
    bench.run();
    milliseconds.push_back(1e3 * (steady_seconds() - start));
    fastest = std::min(fastest, milliseconds.back());
  }
};

}  // namespace

KindTimes measure_kinds(const LayerQuestion& question, const std::vector<LayerKind>& kinds, Isa isa,
                        int attempts) {
  constexpr std::size_t least_rounds = 5;
  constexpr double enough = 30.0;   // [ms] for every kind and attempt
  constexpr double hopeless = 2.0;  // times as long as the fastest kind
  const ThreadCount one(1);
  std::vector<TimedKind> timed;
  for (const LayerKind kind : kinds) {
    timed.push_back({kind, LayerBench(question, kind, isa)});
    timed.back().bench.run();
  }
  double best = std::numeric_limits<double>::infinity();
  const auto in_the_race = [&](const TimedKind& kind) {
    return kind.milliseconds.size() < least_rounds || kind.fastest <= hopeless * best;
  };
  KindTimes result;
  result.steady = false;
  for (int attempt = 0; attempt < attempts && !result.steady; ++attempt) {
    double total = 0.0;
    for (std::size_t round = 0;
         round < least_rounds || total < enough * static_cast<double>(kinds.size()); ++round) {
      for (TimedKind& kind : timed) {
        if (in_the_race(kind)) {
          kind.run();
          total += kind.milliseconds.back();
          best = std::min(best, kind.milliseconds.back());
        }
      }
    }
    result.steady = std::ranges::all_of(
        timed, [&](const TimedKind& kind) { return !in_the_race(kind) || kind.is_steady(); });
  }
  for (const TimedKind& kind : timed) {
    result.milliseconds[kind.kind] = kind.fastest;
  }
  return result;
}

}  // namespace caloquant
