#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/model.hpp>
#include <caloquant/shower_generator.hpp>
#include <cmath>
#include <utility>

#include "calibration/data/data_options.hpp"
#include "calibration/data/latents.hpp"
#include "graph/exec/engine.hpp"
#include "graph/load_model/load_model.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/thread_count.hpp"
#include "quantizer/evaluate/generator_interface.hpp"
#include "quantizer/showers/generate.hpp"

namespace caloquant {
namespace {

EngineOptions engine_without_allocations() {
  EngineOptions options;
  options.plain_dense = true;
  return options;
}

}  // namespace

struct ShowerModel::Data {
  Model model;
  InputEncoding encoding;
  std::int64_t latent_size;
  std::array<std::size_t, 3> cells;
  CellConversion to_gev;
};

ShowerModel::ShowerModel(const Model& model, std::optional<InputEncoding> encoding) {
  const Graph& graph = model.loaded().graph;
  const Shape image = image_shape_of(graph);
  const InputEncoding chosen = encoding.value_or(default_encoding(graph));
  data_ = std::make_shared<Data>(
      Data{model,
           chosen,
           latent_size_of(graph, chosen),
           {static_cast<std::size_t>(image[0]), static_cast<std::size_t>(image[1]),
            static_cast<std::size_t>(image[2])},
           convert_cells(graph.output_units(), EnergyUnits{})});
}

ShowerModel ShowerModel::load(const std::filesystem::path& file,
                              std::optional<InputEncoding> encoding) {
  return ShowerModel(Model::load(file), encoding);
}

const std::array<std::size_t, 3>& ShowerModel::cells() const {
  return data_->cells;
}

std::size_t ShowerModel::cell_count() const {
  return data_->cells[0] * data_->cells[1] * data_->cells[2];
}

InputEncoding ShowerModel::encoding() const {
  return data_->encoding;
}

struct ShowerContext::State {
  State(const ShowerModel& of, const ContextOptions& wanted)
      : model(of),
        options(wanted),
        executable(compile_engine(of.data().model.loaded().graph,
                                  static_cast<std::int64_t>(wanted.batch),
                                  engine_without_allocations())),
        latents(wanted.batch * static_cast<std::size_t>(of.data().latent_size), 0.0F),
        images(wanted.batch * of.cell_count(), 0.0F) {}

  /// At most a batch of showers, into `images`.
  void draw(std::span<const ShowerRequest> requests) {
    const auto size = static_cast<std::size_t>(model.data().latent_size);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const EventLabel label{requests[i].energy, requests[i].theta};
      if (!(label.energy > 0.0 && std::isfinite(label.energy) && label.theta > 0.0 &&
            label.theta < std::numbers::pi)) {
        expect_label(label, "ShowerRequest::energy", "ShowerRequest::theta");  // throws
      }
      fill_latents(model.data().encoding, requests[i].seed,
                   static_cast<std::int64_t>(requests[i].event), {&label, 1},
                   model.data().latent_size, std::span(latents).subspan(i * size, size));
    }
    const std::span<const float> src = latents;
    const std::span<float> dst = images;
    executable->run({&src, 1}, {&dst, 1});
    const CellConversion& to_gev = model.data().to_gev;
    bool finite = true;
    for (float& cell : dst.first(requests.size() * model.cell_count())) {
      if (cell != 0.0F) {  // most cells are 0, and powers are slow
        cell = static_cast<float>(to_gev(static_cast<double>(cell)));
      }
      finite = finite && std::isfinite(cell);
    }
    if (!finite) {
      throw ModelError("model '" + model.data().model.name() + "'",
                       "gives a cell that is not finite",
                       "check the weights, the energies and the output units");
    }
  }

  ShowerModel model;
  ContextOptions options;
  std::unique_ptr<Executable> executable;
  std::vector<float> latents;
  std::vector<float> images;
};

ShowerContext::ShowerContext(const ShowerModel& model, const ContextOptions& options) {
  if (options.batch < 1 || options.threads < 1) {
    throw UsageError("ContextOptions", "batch and threads must be 1 or more");
  }
  const ThreadCount threads(options.threads);
  state_ = std::make_unique<State>(model, options);
}

ShowerContext::~ShowerContext() = default;
ShowerContext::ShowerContext(ShowerContext&&) noexcept = default;
ShowerContext& ShowerContext::operator=(ShowerContext&&) noexcept = default;

std::span<const float> ShowerContext::generate(const ShowerRequest& request) {
  const ThreadCount threads(state_->options.threads);
  state_->draw({&request, 1});
  return std::span(state_->images).first(state_->model.cell_count());
}

void ShowerContext::generate(std::span<const ShowerRequest> requests, std::span<float> cells) {
  const std::size_t count = state_->model.cell_count();
  if (cells.size() != requests.size() * count) {
    throw UsageError("cells", "has " + counted(cells.size(), "value"),
                     std::to_string(requests.size() * count) + " are expected for " +
                         counted(requests.size(), "shower"));
  }
  const ThreadCount threads(state_->options.threads);
  for (std::size_t first = 0; first < requests.size(); first += state_->options.batch) {
    const auto part =
        requests.subspan(first, std::min(state_->options.batch, requests.size() - first));
    state_->draw(part);
    std::copy_n(state_->images.begin(), part.size() * count,
                cells.begin() + static_cast<std::ptrdiff_t>(first * count));
  }
}

std::vector<std::string> ShowerContext::allocates() const {
  std::vector<std::string> layers;
  for (const StepInfo& step : state_->executable->steps()) {
    const bool own = step.implementation == "native" || step.implementation == "plain_dense" ||
                     step.implementation.rfind("direct_", 0) == 0;
    if (!own) {
      layers.push_back(step.layer);
    }
  }
  return layers;
}

}  // namespace caloquant
