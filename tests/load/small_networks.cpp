#include "tests/load/small_networks.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/io/keras/reader.hpp"
#include "graph/load_model/load_model.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing {

bool full_load() {
  const char* wish = std::getenv("CALOQUANT_LOAD");  // NOLINT(concurrency-mt-unsafe)
  return wish != nullptr && std::string_view(wish) == "full";
}

std::filesystem::path small_generator_file() {
  return std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/small/generator.json";
}

Model small_generator(bool quantized) {
  LoadedModel loaded;
  loaded.graph = canonicalize(read_keras({small_generator_file(), {}, 1}));
  loaded.quantized = quantized;
  if (quantized) {
    std::vector<Tensor> inputs;
    inputs.emplace_back(DType::f32, Shape{2, 20});
    std::mt19937_64 random(3);
    for (float& value : inputs.back().data<float>()) {
      value = uniform(random, -2.0F, 2.0F);
    }
    loaded.graph = quantize_everything(loaded.graph, inputs);
  }
  return Model(std::make_shared<LoadedModel>(std::move(loaded)));
}

long resident_kib() {
  std::ifstream stream("/proc/self/statm");
  long pages = 0;
  long resident = 0;
  stream >> pages >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

}  // namespace caloquant::testing
