// Weights as a .keras archive has them: "layers/<layer>/vars/<n>", where the layer is called after
// its class ("conv3d", "conv3d_1", in order) or, by newer versions, after itself.

#include <caloquant/error.hpp>
#include <cctype>
#include <map>
#include <utility>

#include "graph/io/keras/weights.hpp"

namespace caloquant {
namespace {

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}
bool is_lower(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0;
}

/// Keras's to_snake_case: "LeakyReLU" -> "leaky_re_lu", "UpSampling3D" -> "up_sampling3d".
std::string snake_case(const std::string& name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins_word = i + 1 < name.size() && is_upper(name[i]) && is_lower(name[i + 1]);
    const bool behind_lower = i > 0 && is_lower(name[i - 1]) && is_upper(name[i]);
    if (i > 0 && (begins_word || behind_lower)) {
      words += '_';
    }
    words += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return words;
}

class ArchiveWeights final : public KerasWeights {
 public:
  ArchiveWeights(H5File file, const KerasModel& model) : file_(std::move(file)) {
    const char* const roots[] = {"/layers", "/_layer_checkpoint_dependencies"};
    for (const char* root : roots) {
      if (file_.is_group(root)) {
        assign(model, root);
        return;
      }
    }
    throw ModelError(file_.path().string(), "has no group '/layers'");
  }

  Tensor take(const std::string& layer, const std::string& kind, const Shape& shape) override {
    return checked_weight(file_, datasets_.at(layer + "/" + kind), layer, kind, shape);
  }

 private:
  void assign(const KerasModel& model, const std::string& folder) {
    std::map<std::string, int> used;
    for (const KerasLayer& layer : model.layers) {
      const std::string type =
          layer.class_name == "Model" ? "functional" : snake_case(layer.class_name);
      const int number = used[type]++;
      const std::string by_class = number == 0 ? type : type + "_" + std::to_string(number);
      std::string group = folder;
      group.append("/").append(by_class);
      // By its own name where that exists and the name by class does not.
      if (!file_.is_group(group) && file_.is_group(folder + "/" + layer.name)) {
        group = folder + "/" + layer.name;
      }
      if (layer.nested) {
        assign(*layer.nested, group + "/layers");
      } else {
        assign(layer, group);
      }
    }
  }

  void assign(const KerasLayer& layer, const std::string& group) {
    const std::vector<KerasWeightName> names = keras_weight_names(layer);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string path = group + "/vars/" + std::to_string(i);
      if (!file_.exists(path)) {
        throw ModelError(file_.path().string() + ":" + path,
                         "is not there: '" + names[i].kind + "' of layer '" + layer.path + "'",
                         "is the archive whole, and its layers not renamed?");
      }
      datasets_[layer.path + "/" + names[i].kind] = path;
    }
    if (file_.exists(group + "/vars/" + std::to_string(names.size()))) {
      throw ModelError(file_.path().string() + ":" + group,
                       "has more weights than layer '" + layer.path + "' needs");
    }
  }

  H5File file_;
  std::map<std::string, std::string> datasets_;  ///< "layer path/kind" -> HDF5 path
};

}  // namespace

std::unique_ptr<KerasWeights> keras_weights_from_archive(H5File file, const KerasModel& model) {
  return std::make_unique<ArchiveWeights>(std::move(file), model);
}

}  // namespace caloquant
