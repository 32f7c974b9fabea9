// Whatever team OpenMP grants, and however images are cut into batches, an image has the same bits.

#include <gtest/gtest.h>
#include <omp.h>

#include <cstring>
#include <functional>
#include <thread>

#include "graph/exec/engine.hpp"
#include "graph/exec/plain_executor.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/qmath.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// OpenMP's settings of this thread, changed for one call.
struct Setting {
  std::string name;
  int threads = 4;
  bool dynamic = false;
  int levels = 1;

  void during(const std::function<void()>& call) const {
    const int threads_before = omp_get_max_threads();
    const int dynamic_before = omp_get_dynamic();
    const int levels_before = omp_get_max_active_levels();
    omp_set_num_threads(threads);
    omp_set_dynamic(dynamic ? 1 : 0);
    omp_set_max_active_levels(levels);
    call();
    omp_set_num_threads(threads_before);
    omp_set_dynamic(dynamic_before);
    omp_set_max_active_levels(levels_before);
  }
};

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all{{"one", 1},
                                        {"two", 2},
                                        {"three", 3},
                                        {"many", 100000},
                                        {"dynamic", 4, true},
                                        {"no active level", 4, false, 0},
                                        {"nested levels", 2, false, 4}};
  return all;
}

struct Subject {
  std::string name;
  Graph graph;
  EngineOptions options;
};

EngineOptions library_alone() {
  EngineOptions options;
  options.choose = [](const LayerQuestion&) { return LayerKind::library; };
  return options;
}

/// Dense wide enough for oneDNN's product of matrices to have parts for several threads.
Graph wide_dense(std::mt19937_64& random) {
  GraphEditor editor("wide");
  const ValueId x = editor.add_input("x", {dynamic, 96});
  const ValueId w =
      editor.add_constant("w", testing::random_tensor(random, {515, 96}, -1.0F, 1.0F));
  const ValueId b = editor.add_constant("b", testing::random_tensor(random, {515}, -1.0F, 1.0F));
  const ValueId hidden = editor.add_node("hidden", Dense{}, {x, w, b});
  const ValueId v =
      editor.add_constant("v", testing::random_tensor(random, {300, 515}, -1.0F, 1.0F));
  editor.add_output("y", editor.add_node("last", Dense{}, {hidden, v}));
  return editor.finish();
}

Graph with_bf16_convolutions(const Graph& graph) {
  GraphEditor editor(graph);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    if (std::holds_alternative<Conv>(node.op)) {
      editor.set_quant(static_cast<NodeId>(i), {{DType::bf16, 1.0F, 0}, {1.0F}},
                       std::make_shared<const Tensor>(to_bf16(*graph.constant(node, 1))));
    }
  }
  return editor.finish();
}

class Threads : public testing::PropertyTest {
 protected:
  /// Networks in f32, integers and bf16, in our kernels and in oneDNN's.
  std::vector<Subject> subjects(int generators) {
    std::vector<Graph> fp32{canonicalize(wide_dense(random))};
    for (int i = 0; i < generators; ++i) {
      fp32.push_back(canonicalize(testing::random_generator(random)));
    }
    std::vector<Subject> all;
    for (const Graph& graph : fp32) {
      const testing::Ran ran = testing::run_random(graph, *compile_reference(graph, 2), random);
      const Graph int8 = testing::quantize_everything(graph, ran.inputs);
      for (const EngineOptions& options : {EngineOptions{}, library_alone()}) {
        const std::string kernels = options.choose ? ", oneDNN" : ", ours";
        all.push_back({graph.name() + " fp32" + kernels, graph, options});
        all.push_back({graph.name() + " int8" + kernels, int8, options});
        all.push_back({graph.name() + " bf16" + kernels, with_bf16_convolutions(graph), options});
      }
    }
    return all;
  }
};

testing::Ran run_seeded(const Graph& graph, Executable& executable) {
  std::mt19937_64 inputs(3);
  return testing::run_random(graph, executable, inputs);
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.raw(), b.raw(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0;
}

constexpr std::int64_t batch = 11;

TEST_F(Threads, EveryTeamGivesTheSameBits) {
  for (const Subject& subject : subjects(4)) {
    const auto compile = [&] { return compile_engine(subject.graph, batch, subject.options); };
    const auto made_before = compile();
    Tensor expected;
    Setting{"one", 1}.during(
        [&] { expected = run_seeded(subject.graph, *compile()).outputs.front(); });
    for (const Setting& setting : settings()) {
      setting.during([&] {
        EXPECT_TRUE(same_bits(run_seeded(subject.graph, *made_before).outputs.front(), expected))
            << subject.name << ", run with " << setting.name;
        EXPECT_TRUE(same_bits(run_seeded(subject.graph, *compile()).outputs.front(), expected))
            << subject.name << ", made and run with " << setting.name;
      });
    }
    EXPECT_TRUE(same_bits(run_seeded(subject.graph, *made_before).outputs.front(), expected))
        << subject.name << ", afterwards";
  }
}

TEST_F(Threads, CallersInsideParallelRegionsGetTheSameBits) {
  for (const Subject& subject : subjects(2)) {
    const auto made_before = compile_engine(subject.graph, batch, subject.options);
    const Tensor expected = run_seeded(subject.graph, *made_before).outputs.front();
    for (const int levels : {1, 2, 3}) {
      std::array<bool, 4> same{};
      bool shared_same = false;
      Setting{"", 2, false, levels}.during([&] {
#pragma omp parallel for num_threads(4) schedule(static, 1)
        for (std::size_t i = 0; i < same.size(); ++i) {
          const auto own = compile_engine(subject.graph, batch, subject.options);
          same[i] = same_bits(run_seeded(subject.graph, *own).outputs.front(), expected);
        }
#pragma omp parallel num_threads(2)
#pragma omp parallel num_threads(2)
#pragma omp single
        {
          const auto own = compile_engine(subject.graph, batch, subject.options);
          const bool equal = same_bits(run_seeded(subject.graph, *own).outputs.front(), expected);
#pragma omp critical
          same[0] = same[0] && equal;
        }
#pragma omp parallel num_threads(2)
#pragma omp master
        shared_same = same_bits(run_seeded(subject.graph, *made_before).outputs.front(), expected);
      });
      for (const bool one : same) {
        EXPECT_TRUE(one) << subject.name << ", levels " << levels;
      }
      EXPECT_TRUE(shared_same) << subject.name << ", made outside, levels " << levels;
    }
  }
}

TEST_F(Threads, ThreadsOfTheCallersOwnGetTheSameBits) {
  for (const Subject& subject : subjects(2)) {
    const auto made_here = compile_engine(subject.graph, batch, subject.options);
    const Tensor expected = run_seeded(subject.graph, *made_here).outputs.front();
    std::array<char, 8> same{};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < same.size(); ++i) {
      threads.emplace_back([&, i] {
        omp_set_num_threads(static_cast<int>(i % 4) + 1);
        const auto own = compile_engine(subject.graph, batch, subject.options);
        same[i] = 1;
        for (int repetition = 0; repetition < 3; ++repetition) {
          const auto found = run_seeded(subject.graph, *own).outputs;
          same[i] = same[i] != 0 && same_bits(found.front(), expected) ? 1 : 0;
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (const char one : same) {
      EXPECT_EQ(one, 1) << subject.name;
    }
    // An executable may go from thread to thread.
    bool moved = false;
    std::thread([&] {
      moved = same_bits(run_seeded(subject.graph, *made_here).outputs.front(), expected);
    }).join();
    EXPECT_TRUE(moved) << subject.name;
  }
}

TEST_F(Threads, AnyBatchGivesTheSameImages) {
  constexpr std::int64_t images = 32;
  for (const Subject& subject : subjects(4)) {
    const auto whole = compile_engine(subject.graph, images, subject.options);
    const testing::Ran expected = run_seeded(subject.graph, *whole);
    const auto per_image =
        static_cast<std::size_t>(expected.outputs.front().size() / images) * sizeof(float);
    for (const std::int64_t size : {1, 3, 8}) {
      const auto part = compile_engine(subject.graph, size, subject.options);
      for (const std::int64_t first : {0, 5, 24}) {
        std::vector<Tensor> inputs;
        for (const Tensor& all : expected.inputs) {
          Shape shape = all.shape();
          shape.front() = size;
          Tensor some(DType::f32, shape);
          const std::int64_t row = all.size() / images;
          std::memcpy(some.raw(), all.raw() + static_cast<std::size_t>(first * row) * sizeof(float),
                      static_cast<std::size_t>(size * row) * sizeof(float));
          inputs.push_back(std::move(some));
        }
        const auto found = testing::run_on(subject.graph, *part, inputs);
        EXPECT_EQ(std::memcmp(
                      found.front().raw(),
                      expected.outputs.front().raw() + static_cast<std::size_t>(first) * per_image,
                      static_cast<std::size_t>(size) * per_image),
                  0)
            << subject.name << ", batch " << size << " from image " << first;
      }
    }
  }
}

// What the engine is measured against is right too, for every team, also for one that it was not
// made for.
TEST_F(Threads, PlainOneDnnIsRightForEveryTeam) {
  const Graph graph = canonicalize(wide_dense(random));
  const auto executable = compile_plain_onednn(graph, batch);
  const Tensor expected = run_seeded(graph, *compile_reference(graph, batch)).outputs.front();
  for (const Setting& setting : settings()) {
    setting.during([&] {
      const Tensor found = run_seeded(graph, *executable).outputs.front();
      for (std::size_t i = 0; i < found.data<float>().size(); ++i) {
        // 96 and 515 products of at most 2 and 200 in f32, in another order.
        ASSERT_NEAR(found.data<float>()[i], expected.data<float>()[i], 0.5F) << setting.name;
      }
    });
  }
}

}  // namespace
}  // namespace caloquant
