#include "quantizer/showers/discriminator.hpp"

#include <algorithm>
#include <caloquant/error.hpp>

namespace caloquant {
namespace {

constexpr std::int64_t most_numbers = 16;

/// The one channel may stand anywhere: memory is the same.
bool takes_images(const Graph& graph, const Shape& image) {
  if (graph.inputs().size() != 1) {
    return false;
  }
  const Shape& input = graph.value(graph.inputs()[0]).shape;
  Shape with_channel_first = image;
  with_channel_first.insert(with_channel_first.begin(), 1);
  Shape with_channel_last = image;
  with_channel_last.push_back(1);
  const Shape row(input.begin() + 1, input.end());
  return row == image || row == with_channel_first || row == with_channel_last;
}

}  // namespace

Discriminator::Discriminator(const Graph& graph, const Shape& image, EnergyUnits units,
                             std::int64_t batch)
    : conversion_(convert_cells({}, units)),
      batch_(static_cast<std::size_t>(batch)),
      src_(BatchTensors::inputs_of(graph, batch)),
      dst_(BatchTensors::outputs_of(graph, batch)) {
  const std::string place = "model '" + graph.name() + "'";
  if (!takes_images(graph, image)) {
    throw ModelError(place, "does not take one image " + to_string(image),
                     "give a discriminator for showers of that size");
  }
  for (const GraphOutput& output : graph.outputs()) {
    const Shape& shape = graph.value(output.value).shape;
    const std::int64_t numbers = element_count(Shape(shape.begin() + 1, shape.end()));
    if (numbers < 1 || numbers > most_numbers) {
      throw ModelError(place, "puts out '" + output.name + "' of shape " + to_string(shape),
                       "a discriminator gives a few numbers per shower");
    }
    outputs_.push_back({output.name, static_cast<std::size_t>(numbers)});
  }
  executable_ = compile_engine(graph, batch);
}

void Discriminator::score(std::span<const float> images, ShowerSample& sample) {
  const std::span<float> input = src_.dst().front();
  CALOQUANT_EXPECT(images.size() <= input.size());
  std::ranges::fill(input, 0.0F);
  std::transform(images.begin(), images.end(), input.begin(), [&](float cell) {
    return cell == 0.0F ? 0.0F : static_cast<float>(conversion_(static_cast<double>(cell)));
  });
  executable_->run(src_.src(), dst_.dst());
  const std::size_t count = images.size() / (input.size() / batch_);
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const Output& output = outputs_[i];
    for (std::size_t number = 0; number < output.numbers; ++number) {
      std::vector<double> values(count);
      for (std::size_t event = 0; event < count; ++event) {
        values[event] = static_cast<double>(dst_.src()[i][event * output.numbers + number]);
      }
      const std::string which = output.numbers == 1 ? "" : "[" + std::to_string(number) + "]";
      sample.add_quantity(output.name + which, values);
    }
  }
}

}  // namespace caloquant
