#include "quantizer/showers/shower_samples.hpp"

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

ImageExtents extents_of_images(const Shape& shape) {
  return {static_cast<std::size_t>(shape[0]), static_cast<std::size_t>(shape[1]),
          static_cast<std::size_t>(shape[2])};
}

}  // namespace

SampleCollector::SampleCollector(const LatentSource& source, std::int64_t batch)
    : events_(source),
      reference_(extents_of_images(source.data().image_shape),
                 static_cast<std::size_t>(source.evaluation().size())) {
  block_.events = {source.evaluation().first, source.evaluation().first};
  if (!source.in_memory()) {
    files_.emplace(source.events(), source.data(), source.evaluation(), batch);
  }
}

void SampleCollector::read(std::size_t count) {
  if (files_) {
    CALOQUANT_EXPECT(files_->next(block_));
    return;
  }
  block_.events = {block_.events.last, block_.events.last + static_cast<std::int64_t>(count)};
  block_.labels = events_.events().labels(block_.events);
  block_.images.clear();
  events_.read_images(block_.events, [this](std::int64_t, std::span<const float> images) {
    block_.images.insert(block_.images.end(), images.begin(), images.end());
  });
}

void SampleCollector::add(std::span<const float> fp32, std::span<const float> quantized) {
  read(fp32.size() / cell_count(reference_.extents()));
  CALOQUANT_EXPECT(block_.images.size() == fp32.size());
  std::vector<double> energies;
  std::vector<double> thetas;
  for (const EventLabel& label : block_.labels) {
    energies.push_back(label.energy);
    thetas.push_back(label.theta);
  }
  reference_.add(block_.images, energies, thetas, team_size());
  if (event_.reference.empty()) {
    const auto first = [&](std::span<const float> images) {
      const auto image = images.first(cell_count(reference_.extents()));
      return std::vector<float>(image.begin(), image.end());
    };
    event_ = {block_.labels.front(), first(block_.images), first(fp32), first(quantized)};
  }
}

}  // namespace caloquant
