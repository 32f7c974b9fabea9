#include "quantizer/showers/shower_maker.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <string>

#include "calibration/data/latents.hpp"
#include "ops/core/thread_count.hpp"
#include "quantizer/evaluate/generator_interface.hpp"

namespace caloquant {
namespace {

/// Cells to the units asked for, in place. False when one is not finite.
bool convert(std::span<float> cells, const CellConversion& conversion) {
  const bool unchanged = conversion.linear() && conversion.factor == 1.0;
  const auto size = static_cast<std::int64_t>(cells.size());
  bool finite = true;
#pragma omp parallel for num_threads(team_size()) reduction(&& : finite)
  for (std::int64_t i = 0; i < size; ++i) {
    float& cell = cells[static_cast<std::size_t>(i)];
    if (!unchanged && cell != 0.0F) {  // most cells are 0, and powers are slow
      cell = static_cast<float>(conversion(static_cast<double>(cell)));
    }
    finite = finite && std::isfinite(cell);
  }
  return finite;
}

}  // namespace

ShowerMaker::ShowerMaker(const Graph& graph, const Spec& spec)
    : graph_(graph),
      spec_(spec),
      image_shape_(image_shape_of(graph)),
      latent_size_(latent_size_of(graph, spec.encoding)),
      cells_(static_cast<std::size_t>(element_count(image_shape_))),
      conversion_(
          convert_cells(graph.output_units(), units_of_loss(spec.units, graph.output_units()))),
      executable_(compile_engine(graph, spec.batch, spec.engine)),
      latents_(static_cast<std::size_t>(spec.batch * latent_size_), 0.0F) {}

void ShowerMaker::fill(std::int64_t first, std::span<const EventLabel> labels,
                       std::vector<float>& images) {
  const std::size_t count = labels.size();
  CALOQUANT_EXPECT(count <= static_cast<std::size_t>(spec_.batch));
  fill_latents(spec_.encoding, spec_.seed, first, labels, latent_size_,
               std::span(latents_).first(count * static_cast<std::size_t>(latent_size_)));
  images.resize(static_cast<std::size_t>(spec_.batch) * cells_);
  const std::span<const float> src = latents_;
  const std::span<float> dst = images;
  executable_->run({&src, 1}, {&dst, 1});
  const std::span<float> used = dst.first(count * cells_);
  if (!convert(used, conversion_)) {
    fail(first, used);
  }
}

void ShowerMaker::fail(std::int64_t first, std::span<const float> images) const {
  const auto bad =
      std::find_if(images.begin(), images.end(), [](float cell) { return !std::isfinite(cell); });
  const std::int64_t event = first + (bad - images.begin()) / static_cast<std::int64_t>(cells_);
  throw ModelError("model '" + graph_.name() + "'",
                   "event " + std::to_string(event) + " has a cell that is not finite",
                   "check the weights, the energies and the output units");
}

}  // namespace caloquant
