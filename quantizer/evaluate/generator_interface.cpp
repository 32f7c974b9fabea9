#include "quantizer/evaluate/generator_interface.hpp"

#include <caloquant/error.hpp>

#include "calibration/data/latents.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {

namespace {

/// Without N and without the axis of the only channel.
Shape without_channel(const Shape& output) {
  Shape image(output.begin() + 1, output.end());
  if (image.size() == 4 && image.back() == 1) {
    image.pop_back();
  } else if (image.size() == 4 && image.front() == 1) {
    image.erase(image.begin());
  }
  return image;
}

}  // namespace

bool is_generator(const Graph& graph) noexcept {
  return graph.inputs().size() == 1 && graph.outputs().size() == 1 &&
         graph.value(graph.inputs()[0]).shape.size() == 2 &&
         without_channel(graph.value(graph.outputs()[0].value).shape).size() == 3;
}

Shape image_shape_of(const Graph& graph) {
  if (graph.outputs().size() != 1) {
    throw ModelError("model '" + graph.name() + "'",
                     "has " + counted(graph.outputs().size(), "output"),
                     "a shower generator has one image");
  }
  const Shape& output = graph.value(graph.outputs()[0].value).shape;
  Shape image = without_channel(output);
  if (image.size() != 3) {
    throw ModelError("model '" + graph.name() + "'", "puts out " + to_string(output),
                     "showers are images [N, X, Y, Z] with one channel");
  }
  return image;
}

std::int64_t latent_size_of(const Graph& graph, InputEncoding encoding) {
  const bool fits = graph.inputs().size() == 1 &&
                    graph.value(graph.inputs()[0]).shape.size() == 2 &&
                    graph.value(graph.inputs()[0]).shape[1] >= smallest_latent(encoding);
  if (!fits) {
    throw ModelError("model '" + graph.name() + "'",
                     "does not take one latent vector [N, L] as encoding '" +
                         std::string(name_of(encoding)) + "' makes it",
                     "choose another encoding");
  }
  return graph.value(graph.inputs()[0]).shape[1];
}

InputEncoding default_encoding(const Graph& graph) {
  return image_shape_of(graph) == Shape{51, 51, 25} ? InputEncoding::energy_angle_noise
                                                    : InputEncoding::energy_times_noise;
}

}  // namespace caloquant
