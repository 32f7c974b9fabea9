#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "graph/io/keras/weights.hpp"

namespace caloquant {
namespace {

/// One group of weights: what Keras saved for one layer of the outermost model.
struct Group {
  std::string path;
  std::string layer;
  std::vector<std::string> weights;  ///< dataset names inside
};

struct Wanted {
  const KerasLayer* layer;
  std::vector<KerasWeightName> weights;
};

/// A list attribute; Keras cuts one beyond 64 KiB into name0, name1, ...
std::vector<std::string> list_attribute(const H5File& file, const std::string& object,
                                        const std::string& name) {
  if (file.has_attribute(object, name)) {
    return file.strings_attribute(object, name);
  }
  std::vector<std::string> all;
  for (int part = 0; file.has_attribute(object, name + std::to_string(part)); ++part) {
    const auto more = file.strings_attribute(object, name + std::to_string(part));
    all.insert(all.end(), more.begin(), more.end());
  }
  if (all.empty()) {
    throw ModelError(file.path().string() + ":" + object, "has no attribute '" + name + "'",
                     "give a weights or model file written by Keras 2 in HDF5 format");
  }
  return all;
}

/// Names that say which weights belong to what must not say it twice.
void expect_distinct(const std::vector<std::string>& names, const H5File& file,
                     const std::string& object, const char* attribute) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) {
      throw ModelError(file.path().string() + ":" + object,
                       std::string("lists '") + name + "' twice in '" + attribute + "'",
                       "the file is damaged, or was not written by Keras: write it again");
    }
  }
}

std::vector<Group> groups_with_weights(const H5File& file) {
  const std::string root = file.is_group("/model_weights") ? "/model_weights" : "/";
  const std::string prefix = root == "/" ? "/" : root + "/";
  std::vector<Group> groups;
  const std::vector<std::string> layers = list_attribute(file, root, "layer_names");
  expect_distinct(layers, file, root, "layer_names");
  for (const std::string& layer : layers) {
    Group group{prefix + layer, layer, {}};
    if (!file.is_group(group.path)) {
      throw ModelError(file.path().string() + ":" + group.path,
                       "is listed in 'layer_names', but there is no such group",
                       "the file may be truncated: copy it again");
    }
    group.weights = list_attribute(file, group.path, "weight_names");
    expect_distinct(group.weights, file, group.path, "weight_names");
    if (!group.weights.empty()) {
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

/// "a/conv3d_1_2/kernel_1:0" has the kind "kernel" and the layer "conv3d_1_2".
struct DatasetName {
  std::string parents;  ///< "a/conv3d_1_2"
  std::string kind;

  explicit DatasetName(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    parents = slash == std::string::npos ? "" : name.substr(0, slash);
    kind = slash == std::string::npos ? name : name.substr(slash + 1);
    kind = kind.substr(0, kind.find(':'));
    const std::size_t digits = kind.find_last_not_of("0123456789");
    if (digits != std::string::npos && digits + 1 < kind.size() && kind[digits] == '_') {
      kind = kind.substr(0, digits);
    }
  }
  [[nodiscard]] bool belongs_to(const std::string& leaf) const {
    return parents == leaf || parents.ends_with("/" + leaf);
  }
};

/// For each wanted weight the one dataset that carries its layer's name and kind; empty unless all
/// are found and none is used twice.
std::vector<std::string> match_by_name(const std::vector<KerasWeightName>& wanted,
                                       const std::vector<std::string>& datasets) {
  std::vector<std::string> matched;
  std::set<std::string> used;
  for (const KerasWeightName& weight : wanted) {
    std::vector<std::string> candidates;
    std::copy_if(datasets.begin(), datasets.end(), std::back_inserter(candidates),
                 [&](const std::string& dataset) {
                   const DatasetName name(dataset);
                   return name.kind == weight.kind && name.belongs_to(weight.leaf);
                 });
    if (candidates.size() != 1 || !used.insert(candidates.front()).second) {
      return {};
    }
    matched.push_back(candidates.front());
  }
  return matched;
}

/// The n-th dataset of each kind for the n-th weight of that kind: names of layers differ between
/// sessions, kinds do not. Datasets of unknown kinds go by their order alone. Empty when the kinds
/// do not fit.
std::vector<std::string> match_by_order(const std::vector<KerasWeightName>& wanted,
                                        const std::vector<std::string>& datasets) {
  constexpr std::array<std::string_view, 6> kinds{"kernel", "bias",        "gamma",
                                                  "beta",   "moving_mean", "moving_variance"};
  std::map<std::string, std::vector<std::string>> by_kind;
  for (const std::string& dataset : datasets) {
    const std::string kind = DatasetName(dataset).kind;
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
      return datasets;
    }
    by_kind[kind].push_back(dataset);
  }
  std::map<std::string, std::size_t> taken;
  std::vector<std::string> matched;
  for (const KerasWeightName& weight : wanted) {
    const auto& candidates = by_kind[weight.kind];
    const std::size_t next = taken[weight.kind]++;
    if (next >= candidates.size()) {
      return {};
    }
    matched.push_back(candidates[next]);
  }
  return matched;
}

class FileWeights final : public KerasWeights {
 public:
  FileWeights(H5File file, const KerasModel& model) : file_(std::move(file)) {
    std::vector<Wanted> wanted;
    for (const KerasLayer& layer : model.layers) {
      Wanted next{&layer, keras_weight_names(layer)};
      if (!next.weights.empty()) {
        wanted.push_back(std::move(next));
      }
    }
    const std::vector<Group> groups = groups_with_weights(file_);
    for (const auto& [layer, group] : pair_up(wanted, groups)) {
      assign(*layer, *group);
    }
  }

  Tensor take(const std::string& layer, const std::string& kind, const Shape& shape) override {
    const auto found = datasets_.find(layer + "/" + kind);
    CALOQUANT_EXPECT(found != datasets_.end());
    return checked_weight(file_, found->second, layer, kind, shape);
  }

 private:
  using Pairs = std::vector<std::pair<const Wanted*, const Group*>>;

  [[nodiscard]] std::string place(const std::string& inside) const {
    return file_.path().string() + ":" + inside;
  }

  /// Layers with their groups: by name when the same names are on both sides, else by order.
  [[nodiscard]] Pairs pair_up(const std::vector<Wanted>& wanted,
                              const std::vector<Group>& groups) const {
    Pairs by_name;
    const Wanted* missing = nullptr;
    for (const Wanted& layer : wanted) {
      const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& candidate) {
        return candidate.layer == layer.layer->name;
      });
      if (group != groups.end()) {
        by_name.emplace_back(&layer, &*group);
      } else if (missing == nullptr) {
        missing = &layer;
      }
    }
    if (wanted.size() == groups.size()) {
      Pairs by_order;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        by_order.emplace_back(&wanted[i], &groups[i]);
      }
      return missing == nullptr ? by_name : by_order;
    }
    if (missing != nullptr) {
      throw ModelError(file_.path().string(), "has no weights for layer '" + missing->layer->path +
                                                  "'; it has " + std::to_string(groups.size()) +
                                                  " layers with weights, the model has " +
                                                  std::to_string(wanted.size()));
    }
    const auto extra = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return std::none_of(wanted.begin(), wanted.end(),
                          [&](const Wanted& layer) { return layer.layer->name == group.layer; });
    });
    CALOQUANT_EXPECT(extra != groups.end());
    throw ModelError(place(extra->path), "the model has no layer for these weights",
                     "give the weights of this architecture");
  }

  void assign(const Wanted& layer, const Group& group) {
    if (group.weights.size() != layer.weights.size()) {
      refuse(layer, group);
    }
    std::vector<std::string> matched = match_by_name(layer.weights, group.weights);
    if (matched.empty()) {
      matched = match_by_order(layer.weights, group.weights);
    }
    if (matched.empty()) {
      refuse(layer, group);
    }
    for (std::size_t i = 0; i < matched.size(); ++i) {
      const KerasWeightName& weight = layer.weights[i];
      datasets_[weight.layer + "/" + weight.kind] = group.path + "/" + matched[i];
    }
  }

  /// Names the first weight that only one side has.
  [[noreturn]] void refuse(const Wanted& layer, const Group& group) const {
    const std::string counts = "; the layer needs " + std::to_string(layer.weights.size()) +
                               " weights, the file has " + std::to_string(group.weights.size());
    for (const KerasWeightName& weight : layer.weights) {
      if (match_by_name({weight}, group.weights).empty()) {
        throw ModelError(place(group.path),
                         "has no '" + weight.kind + "' for layer '" + weight.layer + "'" + counts);
      }
    }
    for (const std::string& dataset : group.weights) {
      const bool known = std::any_of(layer.weights.begin(), layer.weights.end(),
                                     [&](const KerasWeightName& weight) {
                                       return !match_by_name({weight}, {dataset}).empty();
                                     });
      if (!known) {
        throw ModelError(place(group.path + "/" + dataset),
                         "belongs to no weight of layer '" + layer.layer->path + "'" + counts);
      }
    }
    throw ModelError(place(group.path), "does not fit layer '" + layer.layer->path + "'" + counts);
  }

  H5File file_;
  std::map<std::string, std::string> datasets_;  ///< "layer path/kind" -> HDF5 path
};

}  // namespace

Tensor checked_weight(const H5File& file, const std::string& dataset, const std::string& layer,
                      const std::string& kind, const Shape& shape) {
  const std::string place = file.path().string() + ":" + dataset;
  const H5DatasetInfo info = file.info(dataset);
  if (info.shape != shape) {
    throw ModelError(place,
                     "layer '" + layer + "' needs '" + kind + "' of shape " + to_string(shape) +
                         ", the file has " + to_string(info.shape),
                     "give the weights of this architecture");
  }
  Tensor tensor = file.read(dataset, DType::f32);
  const auto values = tensor.data<float>();
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (bad != values.end()) {
    throw ModelError(place, "'" + kind + "' of layer '" + layer + "' is not finite at element " +
                                std::to_string(bad - values.begin()));
  }
  return tensor;
}

std::unique_ptr<KerasWeights> keras_weights_from(H5File file, const KerasModel& model) {
  return std::make_unique<FileWeights>(std::move(file), model);
}

}  // namespace caloquant
