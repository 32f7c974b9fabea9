#include "quantizer/start/tensor_match.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <optional>
#include <set>

#include "calibration/tensors/tensor_events.hpp"

namespace caloquant {
namespace {

bool fits(const TensorFile& file, const std::string& name, const Shape& wanted) {
  const Shape shape = file.shape(name);
  return !shape.empty() && shape.size() <= wanted.size() + 1 && same_but_for_ones(shape, wanted);
}

/// The array of a file that is called as the network says, or the first of this shape.
std::optional<std::string> array_for(const TensorFile& file, const std::string& name,
                                     const std::string& fallback, const Shape& shape,
                                     const std::set<std::string>& taken) {
  for (const std::string& candidate : {name, fallback}) {
    if (file.has(candidate) && fits(file, candidate, shape)) {
      return candidate;
    }
  }
  for (const std::string& candidate : file.names()) {
    if (taken.count(candidate) == 0 && fits(file, candidate, shape)) {
      return candidate;
    }
  }
  return std::nullopt;
}

/// Arrays of all inputs in a file; empty when it lacks one.
std::map<std::string, std::string> inputs_in(const Graph& graph, const TensorFile& file) {
  std::map<std::string, std::string> found;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    const Value& input = graph.value(graph.inputs()[i]);
    const auto array =
        array_for(file, input.name, "input_" + std::to_string(i), input.shape, taken);
    if (!array) {
      return {};
    }
    found[input.name] = *array;
    taken.insert(*array);
  }
  return found;
}

/// One number per event, for an output of one number per class.
bool is_class_number(const TensorFile& file, const std::string& name, const Shape& output) {
  const Shape shape = file.shape(name);
  return output.size() == 2 && output[1] > 1 && (shape.size() == 1 || shape.size() == 2) &&
         (shape.size() == 1 || shape[1] == 1);
}

/// Targets in a file, among arrays that are not `taken`; sets match.classes.
void find_targets(const Graph& graph, const TensorFile& file, const std::set<std::string>& taken,
                  TensorMatch& match) {
  for (const GraphOutput& output : graph.outputs()) {
    const Shape& shape = graph.value(output.value).shape;
    for (const std::string& name : file.names()) {
      if (taken.count(name) > 0 || file.shape(name).empty()) {
        continue;
      }
      const bool number = graph.outputs().size() == 1 && is_class_number(file, name, shape);
      if (number || fits(file, name, shape)) {
        match.targets[output.name] = name.empty() ? file.path().string() : name;
        match.classes = number;
        break;
      }
    }
  }
}

std::string wanted_inputs(const Graph& graph) {
  std::string text;
  for (const ValueId id : graph.inputs()) {
    text += (text.empty() ? "'" : ", '") + graph.value(id).name + "' " +
            to_string(graph.value(id).shape);
  }
  return text;
}

}  // namespace

TensorMatch match_tensors(const Graph& graph, const std::vector<std::filesystem::path>& files,
                          bool follow_links) {
  TensorMatch match;
  for (const std::filesystem::path& path : files) {
    const auto file = open_tensor_file(path, follow_links);
    const std::map<std::string, std::string> inputs = inputs_in(graph, *file);
    if (!inputs.empty()) {
      std::set<std::string> taken;
      for (const auto& [input, array] : inputs) {
        taken.insert(array);
      }
      match.rows += file->shape(inputs.begin()->second).front();
      if (match.files.empty()) {
        find_targets(graph, *file, taken, match);
      }
      match.files.push_back(path);
      match.inputs = inputs;
      continue;
    }
    const std::size_t targets_before = match.targets.size();
    if (path.extension() == ".npy" && targets_before == 0) {
      find_targets(graph, *file, {}, match);
    }
    if (match.targets.size() == targets_before) {
      throw DataError(path.string(), "holds no array that fits the inputs of the network",
                      "wanted are rows of " + wanted_inputs(graph));
    }
  }
  if (match.files.empty()) {
    throw DataError(files.front().string(), "no file holds the inputs of the network",
                    "wanted are rows of " + wanted_inputs(graph));
  }
  std::erase_if(match.inputs, [](const auto& entry) { return entry.second.empty(); });
  return match;
}

}  // namespace caloquant
