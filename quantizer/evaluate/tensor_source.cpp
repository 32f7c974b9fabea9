#include "quantizer/evaluate/tensor_source.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <string>

#include "calibration/data/file_list.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

std::filesystem::path base_folder(const RunConfig& config) {
  return std::filesystem::path(config.source).parent_path();
}

std::vector<WantedTensor> targets_of(const Graph& graph, std::optional<std::size_t> class_axis) {
  std::vector<WantedTensor> wanted;
  for (const GraphOutput& output : graph.outputs()) {
    const Shape& shape = graph.value(output.value).shape;
    wanted.push_back({output.name, {shape}, "target"});
    if (class_axis) {
      Shape numbers = shape;
      numbers.erase(numbers.begin() + static_cast<std::ptrdiff_t>(*class_axis));
      wanted.back().shapes.push_back(std::move(numbers));
    }
  }
  return wanted;
}

void expect_rows(const EventSplit& split, std::int64_t rows, const std::string& place) {
  if (rows < split.events()) {
    throw DataError(place, "there are only " + counted(rows, "row") + ", " + split.text(),
                    "ask for fewer or give more files");
  }
}

/// Files of their own where the config has some, else those with the inputs.
std::vector<std::filesystem::path> target_files(const RunConfig& config) {
  const TensorDataConfig& tensors = *config.data.tensors;
  return expand_files(tensors.target_files.empty() ? config.data.files : tensors.target_files,
                      base_folder(config), true);
}

}  // namespace

TensorSource::TensorSource(const RunConfig& config, const Graph& fp32, const TensorArrays* given)
    : files_(given != nullptr ? std::vector<std::filesystem::path>{}
                              : expand_files(config.data.files, base_folder(config), true)),
      split_(split_of(config.data)),
      inputs_(given != nullptr ? arrays_as_events(given->inputs, inputs_of(fp32))
                               : open_network_inputs(fp32, files_, config.data.tensors->inputs,
                                                     config.data.follow_links)) {
  expect_rows(split_, inputs_.rows(), files_.empty() ? "the inputs" : files_.front().string());
}

void TensorSource::fill(std::int64_t first, std::int64_t count,
                        std::span<const std::span<float>> inputs) const {
  inputs_.fill(first, count, inputs);
}

TargetSource::TargetSource(const RunConfig& config, const Graph& fp32,
                           std::optional<std::size_t> class_axis, const TensorArrays* given)
    : targets_(given != nullptr ? arrays_as_events(given->targets, targets_of(fp32, class_axis))
                                : TensorEvents(target_files(config), targets_of(fp32, class_axis),
                                               config.data.tensors->targets,
                                               numbered("output_", fp32.outputs().size()),
                                               config.data.follow_links)) {
  expect_rows(split_of(config.data), targets_.rows(), "the targets");
}

std::size_t TargetSource::elements(std::size_t output) const {
  Shape shape = targets_.shape(output);
  shape.front() = 1;
  return static_cast<std::size_t>(element_count(shape));
}

void TargetSource::read(std::size_t output, std::int64_t first, std::int64_t count,
                        std::span<float> dst) const {
  targets_.read(output, first, count, dst);
}

}  // namespace caloquant
