#include "quantizer/measure/benchmark.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "calibration/collect/collect.hpp"
#include "graph/exec/plain_executor.hpp"
#include "ops/core/clock.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/kernels.hpp"
#include "quantizer/measure/batch_run.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/search/space/layer_specs.hpp"

namespace caloquant {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

/// One candidate at one batch and thread count, compiled, with what was measured so far.
class Subject {
 public:
  Subject(const BenchmarkCandidate& candidate, std::int64_t batch, int threads,
          EngineOptions options)
      : candidate_(candidate), data_(candidate.graph, batch) {
    row_.precision = candidate.precision;
    row_.batch = batch;
    const ThreadCount guard(threads);
    row_.threads = granted_threads();
    if (candidate.engine == BenchmarkEngine::plain) {
      executable_ = compile_plain_onednn(candidate.graph, batch);
    } else {
      options.listener = [this, also = options.listener](const LoweredGraph& graph,
                                                         std::size_t step, const std::byte* src,
                                                         const std::byte* dst) {
        listen(graph, step);
        if (also) {
          also(graph, step, src, dst);
          last_ = steady_seconds();
        }
      };
      if (candidate.engine == BenchmarkEngine::library) {
        options.choose = [](const LayerQuestion&) { return LayerKind::library; };
      }
      executable_ = compile_engine(candidate.graph, batch, options);
    }
    row_.arena_bytes = executable_->arena_bytes();
    run_once();
    forget();
  }
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  void repeat(double seconds) {
    const ThreadCount guard(row_.threads);
    const double start = steady_seconds();
    std::int64_t runs = 0;
    do {
      run_once();
      ++runs;
    } while (steady_seconds() - start < seconds);
    times_.push_back((steady_seconds() - start) / static_cast<double>(runs));
  }

  BenchmarkRow finish() {
    const double batch = static_cast<double>(row_.batch);
    const auto [fastest, slowest] = std::minmax_element(times_.begin(), times_.end());
    row_.showers_per_second = batch / median(times_);
    row_.fastest = batch / *fastest;
    row_.slowest = batch / *slowest;
    for (const double seconds : times_) {
      row_.turns.push_back(batch / seconds);
    }
    finish_layers();
    return std::move(row_);
  }

 private:
  void run_once() {
    last_ = steady_seconds();
    data_.run(*executable_);
    for (const auto& [step, seconds] : running_) {
      step_times_[step].push_back(seconds);
    }
    running_.clear();
  }

  /// The time since the step before belongs to this one, which may run on several blocks.
  void listen(const LoweredGraph& graph, std::size_t step) {
    lowered_[step] = &graph;
    running_[step] += steady_seconds() - last_;
    last_ = steady_seconds();
  }

  void forget() { step_times_.clear(); }

  void finish_layers() {
    const std::vector<StepInfo> steps = executable_->steps();
    for (const auto& [step, times] : step_times_) {
      const LoweredGraph& graph = *lowered_.at(step);
      const Step& lowered = graph.steps[step];
      const StepInfo& info = steps[step];
      BenchmarkLayer layer{
          info.layer, info.op, info.precision, info.implementation, 1e3 * median(times), 0.0, 0.0};
      if (const auto* work = std::get_if<LayerWork>(&lowered.work)) {
        layer.macs = useful_macs(*work, graph.buffers[lowered.dst].shape) *
                     static_cast<double>(row_.batch) / static_cast<double>(graph.batch);
      }
      row_.layers.push_back(layer);
    }
  }

  const BenchmarkCandidate& candidate_;
  BenchmarkRow row_;
  BatchRun data_;
  std::unique_ptr<Executable> executable_;
  std::vector<double> times_;
  double last_ = 0.0;  ///< [s]
  std::map<std::size_t, const LoweredGraph*> lowered_;
  std::map<std::size_t, double> running_;  ///< seconds of each step in the present run
  std::map<std::size_t, std::vector<double>> step_times_;
};

/// Most multiply-adds per second of any turn.
struct Peaks {
  double f32 = 0.0;
  double int8 = 0.0;
};

/// Subject after subject, again and again. The peaks are measured in between, so that a machine
/// that others use slows both alike.
void take_turns(const std::vector<std::unique_ptr<Subject>>& subjects,
                const BenchmarkOptions& options, int threads, Peaks& peaks) {
  const Isa isa = active_isa();
  for (int repetition = 0; repetition < options.repetitions; ++repetition) {
    for (const auto& subject : subjects) {
      subject->repeat(options.seconds);
    }
    if (options.peaks) {
      peaks.f32 = std::max(peaks.f32, direct::measured_peak(isa, direct::Lane::f32, threads));
      peaks.int8 =
          std::max(peaks.int8, direct::measured_peak(isa, direct::int8_lane(isa), threads));
    }
  }
}

void compare_with_peaks(BenchmarkRow& row, const Peaks& peaks) {
  double macs = 0.0;
  double seconds_at_peak = 0.0;
  for (BenchmarkLayer& layer : row.layers) {
    const double peak = layer.precision == Precision::int8 ? peaks.int8 : peaks.f32;
    layer.share_of_peak = layer.macs / (1e-3 * layer.milliseconds) / peak;
    macs += layer.macs;
    seconds_at_peak += layer.macs / peak;
  }
  if (seconds_at_peak > 0.0) {
    row.peak = macs / seconds_at_peak;
    row.share_of_peak = seconds_at_peak * row.showers_per_second / static_cast<double>(row.batch);
  }
}

}  // namespace

double useful_macs(const LayerWork& work, const Shape& space) {
  const Shape& shape = work.weights->shape();
  const auto channels = static_cast<std::size_t>(shape.front());
  const std::size_t per_channel = static_cast<std::size_t>(work.weights->size()) / channels;
  const std::int64_t phases = work.phases[0] * work.phases[1] * work.phases[2];
  const auto is_zero = [&](std::size_t i) {
    return work.weights->dtype() == DType::s8 ? work.weights->data<std::int8_t>()[i] == 0
                                              : work.weights->data<float>()[i] == 0.0F;
  };
  double macs = 0.0;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    double cells = static_cast<double>(work.dst.front());
    const std::int64_t phase =
        static_cast<std::int64_t>(channel) * phases / static_cast<std::int64_t>(channels);
    const Triple at{phase / (work.phases[1] * work.phases[2]),
                    phase / work.phases[2] % work.phases[1], phase % work.phases[2]};
    const Triple extents = phases == 1 ? triple_of({work.dst.begin() + 2, work.dst.end()}, 1)
                                       : triple_of({space.begin() + 2, space.end()}, 1);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t positions =
          (extents[axis] - at[axis] + work.phases[axis] - 1) / work.phases[axis];
      cells *= static_cast<double>(positions);
    }
    std::int64_t weights = 0;
    for (std::size_t i = 0; i < per_channel; ++i) {
      weights += is_zero(channel * per_channel + i) ? 0 : 1;
    }
    macs += cells * static_cast<double>(weights);
  }
  return macs;
}

Graph all_int8(const Graph& fp32) {
  constexpr std::int64_t events = 8;
  const CalibrationTable table = collect_ranges(
      fp32,
      [&](std::int64_t first, std::int64_t count, std::span<const std::span<float>> inputs) {
        fill_typical_inputs(fp32, first, count, inputs);
      },
      {{0, events}, events, {RangeAlgorithm::minmax}, {}});
  TuningConfig config;
  for (const LayerSpec& layer : layer_specs(fp32)) {
    if (!layer.fixed()) {
      config.set(layer.name,
                 {Precision::int8, RangeAlgorithm::minmax, true, ActivationType::automatic});
    }
  }
  WeightCache weights;
  return apply_plan(fp32, make_plan(fp32, table, config, ActivationRule::measured, weights));
}

std::vector<BenchmarkRow> run_benchmark(const std::vector<BenchmarkCandidate>& candidates,
                                        const BenchmarkOptions& options,
                                        const std::function<void(const std::string&)>& progress) {
  const std::vector<int> threads =
      options.threads.empty() ? std::vector<int>{team_size()} : options.threads;
  std::vector<BenchmarkRow> rows;
  for (const int count : threads) {
    Peaks peaks;
    const std::size_t first_row = rows.size();
    for (const std::int64_t batch : options.batches) {
      std::vector<std::unique_ptr<Subject>> subjects;
      for (const BenchmarkCandidate& candidate : candidates) {
        if (progress) {
          progress(candidate.precision + ", batch " + std::to_string(batch));
        }
        subjects.push_back(std::make_unique<Subject>(candidate, batch, count, options.engine));
      }
      take_turns(subjects, options, count, peaks);
      for (const auto& subject : subjects) {
        rows.push_back(subject->finish());
      }
    }
    for (std::size_t row = first_row; options.peaks && row < rows.size(); ++row) {
      compare_with_peaks(rows[row], peaks);
    }
  }
  return rows;
}

}  // namespace caloquant
