#include <caloquant/shower_generator.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <caloquant/error.hpp>
#include <caloquant/model.hpp>
#include <cmath>
#include <cstdlib>
#include <new>
#include <thread>

#include "graph/io/keras/reader.hpp"
#include "graph/load_model/load_model.hpp"
#include "graph/passes/pass.hpp"
#include "quantizer/showers/shower_maker.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace {

std::atomic<bool> counting{false};
std::atomic<long> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  if (counting.load(std::memory_order_relaxed)) {
    allocations.fetch_add(1, std::memory_order_relaxed);
  }
  void* memory = nullptr;
  if (posix_memalign(&memory, std::max(alignment, sizeof(void*)), std::max<std::size_t>(size, 1)) !=
      0) {
    throw std::bad_alloc();
  }
  return memory;
}

}  // namespace

// Every allocation of this program, the library's and oneDNN's too, goes through these. A sanitizer
// has its own, with which these would be mixed (new (nothrow)).
#ifndef __SANITIZE_ADDRESS__
void* operator new(std::size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
// g++ 12 inlines these and not the new ones above, and then takes them for no pair.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
#endif

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Model model_of(Graph graph) {
  LoadedModel loaded;
  loaded.quantized =
      std::ranges::any_of(graph.nodes(), [](const Node& node) { return node.quant.has_value(); });
  loaded.graph = std::move(graph);
  return Model(std::make_shared<LoadedModel>(std::move(loaded)));
}

/// EnergyGAN with random weights, fp32 or with every layer in INT8.
Graph energygan(bool quantized) {
  const auto file = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json";
  Graph graph = canonicalize(read_keras({file, {}, 1}));
  if (!quantized) {
    return graph;
  }
  std::vector<Tensor> inputs;
  inputs.emplace_back(DType::f32, Shape{2, 200});
  std::mt19937_64 random(3);
  for (float& value : inputs.back().data<float>()) {
    value = testing::uniform(random, -2.0F, 2.0F);
  }
  return testing::quantize_everything(graph, inputs);
}

class ShowerGenerator : public ::testing::TestWithParam<bool> {
 protected:
  ShowerGenerator() : model(model_of(energygan(GetParam()))) {}
  ShowerModel model;
  static std::vector<float> copy(std::span<const float> cells) {
    return {cells.begin(), cells.end()};
  }
};

// The same network and noise as `caloquant generate`. Only Dense in INT8 is requantized in another
// order, which may round to a neighbouring step; sums over the image hardly feel that.
TEST_P(ShowerGenerator, DrawsWhatGenerateDraws) {
  ShowerContext context(model);
  const Graph graph = energygan(GetParam());
  ShowerMaker maker(graph, {InputEncoding::energy_times_noise, 7, 1, LossUnits::gev, {}});
  std::vector<float> images;
  for (std::uint64_t event = 0; event < 3; ++event) {
    const EventLabel label{200.0, 0.5 * std::numbers::pi};
    maker.fill(static_cast<std::int64_t>(event), {&label, 1}, images);
    const auto cells = context.generate({200.0, label.theta, 7, event});
    double difference = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      difference += std::abs(double{cells[i]} - double{images[i]});
      size += std::abs(double{images[i]});
    }
    EXPECT_GT(size, 0.0);
    EXPECT_LE(difference, (GetParam() ? 1e-2 : 0.0) * size);
  }
}

TEST_P(ShowerGenerator, SameRequestsGiveSameBitsEverywhere) {
  const std::vector<ShowerRequest> requests{{100.0, 1.2, 5, 0},
                                            {150.0, 1.5, 5, 1},
                                            {100.0, 1.2, 5, 0},
                                            {100.0, 1.2, 6, 0},
                                            {70.0, 1.4, 5, 9}};
  const std::size_t count = model.cell_count();
  std::vector<float> batched(requests.size() * count);
  ShowerContext(model, {2, 2}).generate(requests, batched);
  const auto drawn = [&](std::size_t i) {
    return copy(std::span<const float>(batched).subspan(i * count, count));
  };
  EXPECT_EQ(drawn(0), drawn(2));
  EXPECT_NE(drawn(0), drawn(3));
  std::vector<std::thread> threads;
  std::vector<std::vector<float>> alone(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    threads.emplace_back([&, i] { alone[i] = copy(ShowerContext(model).generate(requests[i])); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(alone[i], drawn(i)) << i;
  }
}

TEST_P(ShowerGenerator, AllocatesNothingPerEvent) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "a sanitizer counts nothing";
#endif
  ShowerContext context(model);
  EXPECT_THAT(context.allocates(), IsEmpty());
  ShowerPlacement placement(model, CellGeometry::clic());
  std::vector<ShowerHit> hits(model.cell_count());
  static_cast<void>(context.generate({100.0, 1.5, 1, 0}));  // OpenMP makes its threads once
  allocations = 0;
  counting = true;
  for (std::uint64_t event = 0; event < 3; ++event) {
    const auto cells = context.generate({100.0, 1.5, 1, event});
    static_cast<void>(placement.place(cells, 1.5, {}, 1e-6F, hits));
  }
  counting = false;
  EXPECT_EQ(allocations, 0);
  counting = true;               // the counter counts
  int* volatile made = new int;  // volatile: else the compiler may leave out both
  delete made;
  counting = false;
  EXPECT_GE(allocations, 1);
}

INSTANTIATE_TEST_SUITE_P(Precisions, ShowerGenerator, ::testing::Bool());

TEST(ShowerGeneratorErrors, NameWhatIsWrong) {
  const ShowerModel model(model_of(energygan(false)));
  ShowerContext context(model);
  EXPECT_THAT(testing::message_of([&] { static_cast<void>(context.generate({-3.0})); }),
              HasSubstr("ShowerRequest::energy"));
  EXPECT_THAT(testing::message_of([&] {
                static_cast<void>(context.generate({3.0, 90.0}));
              }),
              HasSubstr("radians"));
  std::vector<float> small(5);
  const ShowerRequest request{100.0};
  EXPECT_THAT(testing::message_of([&] {
                context.generate({&request, 1}, small);
              }),
              HasSubstr("15625"));
  EXPECT_THAT(testing::message_of([&] { ShowerContext(model, {0, 1}); }), HasSubstr("batch"));
  EXPECT_THAT(testing::message_of([&] {
                ShowerPlacement(model, {5.1, {1.0, 2.0}});
              }),
              HasSubstr("25 layers"));
  EXPECT_THAT(testing::message_of([] {
                static_cast<void>(ShowerFrame::at({}, {0, 0, 1}, {0, 0, 2}));
              }),
              HasSubstr("beam"));
}

TEST(ShowerPlacementTest, PutsTheBarycentreOnTheElectronsLine) {
  const ShowerModel model(model_of(energygan(false)));
  const CellGeometry geometry = CellGeometry::clic();
  const ShowerPlacement placement(model, geometry);
  // Two cells: at depths of layers 4 and 20, in the middle of the image along y.
  std::vector<float> cells(model.cell_count(), 0.0F);
  const auto at = [](std::size_t x, std::size_t y, std::size_t z) { return (x * 25 + y) * 25 + z; };
  cells[at(12, 12, 4)] = 3.0F;
  cells[at(14, 12, 20)] = 1.0F;
  cells[at(0, 0, 0)] = 0.5F;  // below the threshold
  const double theta = 1.1;
  const ShowerFrame frame = ShowerFrame::at({10, 20, 1500}, {0, 0, 2}, {0, 3, 0});
  EXPECT_DOUBLE_EQ(frame.theta_of({0, std::cos(theta), std::sin(theta)}), theta);
  std::vector<ShowerHit> hits(4);
  ASSERT_EQ(placement.place(cells, theta, frame, 0.6F, hits), 2U);
  const double depth = (3.0 * geometry.depths[4] + geometry.depths[20]) / 4.0;
  for (const ShowerHit& hit : {hits[0], hits[1]}) {
    EXPECT_NEAR(hit.position[1], 20.0 + depth / std::tan(theta), 1e-9);
  }
  EXPECT_NEAR(hits[0].position[0], 10.0, 1e-9);  // cell 12 of 25 is the middle
  EXPECT_NEAR(hits[1].position[0], 10.0 + 2 * 5.1, 1e-9);
  EXPECT_NEAR(hits[1].position[2], 1500.0 + geometry.depths[20], 1e-9);
  EXPECT_FLOAT_EQ(hits[0].energy, 3.0F);
  // A short list: all are counted, the first are written.
  std::vector<ShowerHit> one(1);
  EXPECT_EQ(placement.place(cells, theta, frame, 0.6F, one), 2U);
  EXPECT_NEAR(one[0].position[0], 10.0, 1e-9);
}

}  // namespace
}  // namespace caloquant
