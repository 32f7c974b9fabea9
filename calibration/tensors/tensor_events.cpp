#include "calibration/tensors/tensor_events.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <utility>

#include "ops/core/check.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

Shape without_ones(const Shape& shape) {
  Shape result;
  std::copy_if(shape.begin() + std::min<std::ptrdiff_t>(1, std::ssize(shape)), shape.end(),
               std::back_inserter(result), [](std::int64_t extent) { return extent != 1; });
  return result;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "'" : ", '") + name + "'";
  }
  return text.empty() ? "nothing" : text;
}

/// What a tensor is called in a file.
std::string name_in(const TensorFile& file, const WantedTensor& wanted, std::size_t tensors,
                    const TensorNames& names, const std::string& fallback) {
  for (const std::string& key : {wanted.name, std::string()}) {
    const auto told = names.find(key);
    if (told != names.end() && (!key.empty() || tensors == 1)) {
      if (!file.has(told->second)) {
        throw DataError(file.place(told->second), "is not there",
                        "the file holds " + listed(file.names()));
      }
      return told->second;
    }
  }
  for (const std::string& candidate : {wanted.name, fallback}) {
    if (!candidate.empty() && file.has(candidate)) {
      return candidate;
    }
  }
  const std::vector<std::string> all = file.names();
  if (all.size() == 1 && tensors == 1) {
    return all.front();
  }
  throw DataError(file.path().string(),
                  "does not say which array is the " + wanted.role + " '" + wanted.name +
                      "' of the network: it holds " + listed(all),
                  "name it: data." + wanted.role + "s in a config, FILE:array on a command line");
}

std::vector<std::unique_ptr<TensorFile>> opened(const std::vector<std::filesystem::path>& paths,
                                                bool follow_links) {
  std::vector<std::unique_ptr<TensorFile>> files;
  files.reserve(paths.size());
  for (const std::filesystem::path& path : paths) {
    files.push_back(open_tensor_file(path, follow_links));
  }
  return files;
}

}  // namespace

std::vector<std::string> numbered(const std::string& prefix, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(prefix + std::to_string(i));
  }
  return names;
}

std::vector<WantedTensor> inputs_of(const Graph& graph) {
  std::vector<WantedTensor> wanted;
  for (const ValueId id : graph.inputs()) {
    wanted.push_back({graph.value(id).name, {graph.value(id).shape}, "input"});
  }
  return wanted;
}

TensorEvents open_network_inputs(const Graph& graph,
                                 const std::vector<std::filesystem::path>& files,
                                 const TensorNames& names, bool follow_links) {
  return {files, inputs_of(graph), names, numbered("input_", graph.inputs().size()), follow_links};
}

TensorEvents arrays_as_events(const std::map<std::string, ArrayView>& arrays,
                              std::vector<WantedTensor> wanted) {
  const std::string role = wanted.front().role;
  std::vector<std::string> fallbacks(wanted.size());
  std::vector<std::unique_ptr<TensorFile>> files;
  files.push_back(memory_tensors(arrays, role + "s"));
  return {std::move(files), std::move(wanted), {}, fallbacks};
}

bool same_but_for_ones(const Shape& a, const Shape& b) {
  return without_ones(a) == without_ones(b);
}

TensorEvents::TensorEvents(const std::vector<std::filesystem::path>& files,
                           std::vector<WantedTensor> wanted, const TensorNames& names,
                           const std::vector<std::string>& fallbacks, bool follow_links)
    : TensorEvents(opened(files, follow_links), std::move(wanted), names, fallbacks) {}

TensorEvents::TensorEvents(std::vector<std::unique_ptr<TensorFile>> files,
                           std::vector<WantedTensor> wanted, const TensorNames& names,
                           const std::vector<std::string>& fallbacks)
    : wanted_(std::move(wanted)) {
  CALOQUANT_EXPECT(fallbacks.size() == wanted_.size());
  for (std::unique_ptr<TensorFile>& file : files) {
    add(std::move(file), names, fallbacks);
  }
}

void TensorEvents::add(std::unique_ptr<TensorFile> file, const TensorNames& names,
                       const std::vector<std::string>& fallbacks) {
  Part part;
  part.file = std::move(file);
  std::int64_t rows = -1;
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const std::string name = name_in(*part.file, wanted_[i], wanted_.size(), names, fallbacks[i]);
    const Shape shape = part.file->shape(name);
    const std::string place = part.file->place(name);
    const bool fits = std::ranges::any_of(
        wanted_[i].shapes, [&](const Shape& own) { return same_but_for_ones(shape, own); });
    if (shape.empty() || !fits) {
      throw DataError(place, "has the shape " + to_string(shape),
                      "the " + wanted_[i].role + " '" + wanted_[i].name + "' of the network is " +
                          to_string(wanted_[i].shapes.front()));
    }
    if (rows >= 0 && shape.front() != rows) {
      throw DataError(
          place,
          "has " + counted(shape.front(), "row") + ", another array has " + std::to_string(rows),
          "every array needs one row per event");
    }
    rows = shape.front();
    part.names.push_back(name);
    if (parts_.empty()) {
      shapes_.push_back(shape);
    } else if (!same_but_for_ones(shape, shapes_[i])) {
      throw DataError(place, "has the shape " + to_string(shape),
                      "in the first file it is " + to_string(shapes_[i]));
    }
  }
  part.first = rows_;
  part.last = rows_ += rows;
  parts_.push_back(std::move(part));
}

void TensorEvents::fill(std::int64_t first, std::int64_t count,
                        std::span<const std::span<float>> dst) const {
  for (std::size_t i = 0; i < dst.size(); ++i) {
    read(i, first, count, dst[i]);
  }
}

void TensorEvents::read(std::size_t tensor, std::int64_t first, std::int64_t count,
                        std::span<float> dst) const {
  CALOQUANT_EXPECT(first >= 0 && count >= 1 && first + count <= rows_);
  const std::size_t row = dst.size() / static_cast<std::size_t>(count);
  for (const Part& part : parts_) {
    const std::int64_t begin = std::max(first, part.first);
    const std::int64_t end = std::min(first + count, part.last);
    if (begin >= end) {
      continue;
    }
    const auto into = dst.subspan(static_cast<std::size_t>(begin - first) * row,
                                  static_cast<std::size_t>(end - begin) * row);
    part.file->read_rows(part.names[tensor], begin - part.first, end - begin, into);
    const auto bad = std::ranges::find_if(into, [](float value) { return !std::isfinite(value); });
    if (bad != into.end()) {
      const auto at = static_cast<std::size_t>(bad - into.begin()) / row;
      throw DataError(part.file->place(part.names[tensor]) + "[" +
                          std::to_string(begin - part.first + static_cast<std::int64_t>(at)) + "]",
                      "holds a value that is not finite");
    }
  }
}

}  // namespace caloquant
