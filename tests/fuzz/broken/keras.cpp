// Keras: architectures as JSON, full models in HDF5, .keras archives.

#include "graph/io/files/h5file.hpp"
#include "graph/io/keras/reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/fuzz/broken/cases.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

void read_archive(const fs::path& folder) {
  (void)canonicalize(read_keras({{}, folder / "model.keras", {}}));
}

using LayerEdit = std::function<void(Json& layers)>;

Json& layers_of(Json& model) {
  return model.at("config").at("layers");
}

class ArchitectureCases {
 public:
  explicit ArchitectureCases(BrokenFiles& all) : all_(all) {}

  void text(const std::string& defect, const std::string& content) {
    all_.push_back({"Keras JSON: " + defect,
                    {{"model.json", content}},
                    "model.json",
                    ErrorKind::model,
                    [](const fs::path& folder) {
                      (void)canonicalize(read_keras({folder / "model.json", {}, 1}));
                    }});
  }
  void edited(const std::string& defect, const std::function<void(Json&)>& edit) {
    Json json = Json::parse(good);
    edit(json);
    text(defect, json.dump());
  }
  /// Of the layer that is a convolution.
  void option(const std::string& name, const Json& value) {
    edited("a convolution whose " + name + " is " + value.dump(), [&](Json& json) {
      for (Json& layer : layers_of(json)) {
        if (layer.at("class_name") == "Conv2D") {
          layer["config"][name] = value;
          return;
        }
      }
      throw std::runtime_error("there is no convolution");
    });
  }

  const std::string good = fixture("keras/conv2d.json");

 private:
  BrokenFiles& all_;
};

void add_architectures(BrokenFiles& all) {
  ArchitectureCases cases(all);
  cases.text("empty", "");
  cases.text("half", first_part(cases.good, 0.5));
  cases.text("a list", "[]");
  cases.text("no UTF-8", replaced(cases.good, "Conv2D",
                                  "Conv\xff"
                                  "D"));
  cases.text("100,000 arrays inside each other", nested(100000));
  cases.text("YAML", "class_name: Sequential\n");
  cases.edited("no class", [](Json& json) { json.erase("class_name"); });
  cases.edited("an unknown class", [](Json& json) { json["class_name"] = "Explosion"; });
  cases.edited("a class that is a number", [](Json& json) { json["class_name"] = 7; });
  cases.edited("no config", [](Json& json) { json.erase("config"); });
  cases.edited("a config that is text", [](Json& json) { json["config"] = "none"; });
  cases.edited("no layers", [](Json& json) { json["config"].erase("layers"); });
  cases.edited("an empty list of layers", [](Json& json) { layers_of(json) = Json::array(); });
  cases.edited("layers that are numbers", [](Json& json) { layers_of(json) = {1, 2}; });
  cases.edited("a layer of an unknown class",
               [](Json& json) { layers_of(json).back()["class_name"] = "Lambda"; });
  cases.edited("a layer without a config",
               [](Json& json) { layers_of(json).back().erase("config"); });
  cases.edited("two layers of one name",
               [](Json& json) { layers_of(json).push_back(layers_of(json).back()); });
  cases.edited("another backend", [](Json& json) { json["backend"] = "theano"; });
  cases.option("filters", -4);
  cases.option("filters", 0);
  cases.option("filters", 1e18);
  cases.option("filters", "many");
  cases.option("kernel_size", {0, 0});
  cases.option("kernel_size", {1000000000, 1000000000});
  cases.option("kernel_size", {3});
  cases.option("strides", {0, 1});
  cases.option("strides", {-1, -1});
  cases.option("padding", "around");
  cases.option("activation", "explode");
  cases.option("data_format", "channels_middle");
  cases.option("dilation_rate", {0, 0});
  cases.option("dtype", "complex64");
  cases.option("use_bias", "perhaps");
}

void add_models(BrokenFiles& all) {
  const auto add = [&all](const std::string& defect, const std::string& bytes) {
    all.push_back({"Keras HDF5: " + defect,
                   {{"model.h5", bytes}},
                   "model.h5",
                   ErrorKind::model,
                   [](const fs::path& folder) {
                     (void)canonicalize(read_keras({{}, folder / "model.h5", {}}));
                   }});
  };
  const std::string good = fixture("keras/conv1d.h5");
  for (const double part : {0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999}) {
    add("ends after " + std::to_string(static_cast<int>(1000 * part)) + " of 1000 bytes",
        first_part(good, part));
  }
  add("weights only", fixture("keras/conv2d_weights.h5"));
  add("arrays only", fixture("keras/conv1d_golden.h5"));
  add("an architecture that ends",
      replaced(good, "\"class_name\"", "\"class_nam\0\"" + std::string()));
  add("an architecture without layers", replaced(good, "\"layers\"", "\"laxers\""));
  add("an architecture that is no JSON", replaced(good, "{\"class_name\"", "<\"class_name\""));
  add("a class that is unknown", replaced(good, "Conv1D", "Conv1X"));
  add("weights of another name", replaced(good, "kernel:0", "kernex:0"));
  add("no group of weights", replaced(good, "model_weights", "modex_weights"));
}

void add_archives(BrokenFiles& all) {
  using Members = std::map<std::string, std::string>;
  const auto add = [&all](const std::string& defect, const std::string& bytes) {
    all.push_back({".keras: " + defect,
                   {{"model.keras", bytes}},
                   "model.keras",
                   ErrorKind::model,
                   read_archive});
  };
  const std::string good = fixture("keras_archive/classifier.keras");
  add("only the signature", "PK\x03\x04");
  add("ends after a quarter", first_part(good, 0.25));
  add("ends after three quarters", first_part(good, 0.75));
  add("the last byte missing", good.substr(0, good.size() - 1));
  const std::size_t end = good.rfind("PK\x05\x06");
  add("no end record", good.substr(0, end));
  add("65535 members", with_bytes(good, end + 8, "\xff\xff\xff\xff"));
  add("a directory beyond the end", with_bytes(good, end + 16, "\xff\xff\xff\x7f"));
  add("a member of an unknown method", with_bytes(good, good.find("PK\x01\x02") + 10, "\x63"));
  add("an encrypted member", with_bytes(good, good.find("PK\x01\x02") + 8, "\x01"));
  add("a damaged member", with_bytes(good, good.find("config.json") + 20, "\1\2\3\4\5\6\7\x08"));
  add("an empty archive", zip_of({}));
  const Members whole{{"metadata.json", R"({"keras_version": "2.15.0"})"},
                      {"config.json", fixture("keras/conv2d.json")},
                      {"model.weights.h5", fixture("keras/conv2d_weights.h5")}};
  const auto with = [&](const std::string& defect, const std::function<void(Members&)>& change) {
    Members members = whole;
    change(members);
    add(defect, zip_of({members.begin(), members.end()}));
  };
  with("no config", [](Members& members) { members.erase("config.json"); });
  with("no weights", [](Members& members) { members.erase("model.weights.h5"); });
  with("a config that is no JSON", [](Members& members) { members["config.json"] = "{"; });
  with("a deep config", [](Members& members) { members["config.json"] = nested(5000); });
  with("deep metadata", [](Members& members) { members["metadata.json"] = nested(5000); });
  with("metadata that are no JSON", [](Members& members) { members["metadata.json"] = "2.15"; });
  with("weights that are text", [](Members& members) { members["model.weights.h5"] = "1 2 3"; });
  with("empty weights", [](Members& members) { members["model.weights.h5"] = ""; });
  with("half the weights", [](Members& members) {
    members["model.weights.h5"] = first_part(members["model.weights.h5"], 0.5);
  });
  with("config and weights swapped",
       [](Members& members) { std::swap(members["config.json"], members["model.weights.h5"]); });
  with("another model's weights",
       [](Members& members) { members["model.weights.h5"] = fixture("keras/conv1d.h5"); });
  add("weights that unpack to 2 GiB", fixture("hostile/bomb.keras"));
  add("two configs", zip_of({{"config.json", whole.at("config.json")},
                             {"config.json", "{}"},
                             {"model.weights.h5", whole.at("model.weights.h5")}}));
}

}  // namespace

void add_broken_keras(BrokenFiles& all) {
  add_architectures(all);
  add_models(all);
  add_archives(all);
}

}  // namespace caloquant::testing
