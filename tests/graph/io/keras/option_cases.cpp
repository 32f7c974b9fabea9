#include "tests/graph/io/keras/option_cases.hpp"

#include <caloquant/error.hpp>
#include <fstream>
#include <map>

#include "graph/io/files/h5file.hpp"
#include "graph/io/keras/archive.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/io/keras/models.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing::keras_options {

std::filesystem::path option_fixture(const std::string& name) {
  return std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/options" / name;
}

const Json& written_by(const std::string& name) {
  static std::map<std::string, Json> known;
  if (known.count(name) == 0) {
    const std::filesystem::path file = option_fixture(name + ".json");
    known[name] = parse_json<ModelError>(read_text<ModelError>(file), file.string()).at("options");
  }
  return known.at(name);
}

const Json& architecture(const std::string& name) {
  static std::map<std::string, Json> known;
  if (known.count(name) == 0) {
    if (name == "keras3") {
      known[name] = read_keras_archive(option_fixture("keras3.keras")).config;
    } else {
      const H5File file = H5File::open(option_fixture(name + ".h5"), ErrorKind::model);
      known[name] = parse_json<ModelError>(file.string_attribute("/", "model_config"), name);
    }
  }
  return known.at(name);
}

const Json* layer_called(const Json& model, const std::string& name) {
  for (const Json& layer : model.at("config").at("layers")) {
    if (layer.at("config").value("name", "") == name) {
      return &layer;
    }
  }
  return nullptr;
}

std::string bytes_of(const Graph& graph) {
  const TempDir folder;
  write_native({canonicalize(graph), {}, {}}, folder / "graph.h5");
  std::ifstream stream(folder / "graph.h5", std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string bytes_of(const Json& model) {
  return bytes_of(read_random(model.dump()));
}

std::string refusal_of(const Json& model) {
  return message_of([&] { (void)read_random(model.dump()); });
}

Json model_of(const std::string& class_name, Json config, const Shape& extents) {
  const bool two = class_name == "Add" || class_name == "Concatenate";
  Json shape = Json::array({nullptr});
  for (const std::int64_t extent : extents) {
    shape.push_back(extent);
  }
  config["name"] = "a";
  const Json ref = {"x", 0, 0};
  const Json input = {{"class_name", "InputLayer"},
                      {"name", "x"},
                      {"config", {{"name", "x"}, {"batch_input_shape", shape}}},
                      {"inbound_nodes", Json::array()}};
  const Json layer = {
      {"class_name", class_name},
      {"name", "a"},
      {"config", config},
      {"inbound_nodes", Json::array({two ? Json::array({ref, ref}) : Json::array({ref})})}};
  return {{"class_name", "Functional"},
          {"config",
           {{"name", "m"},
            {"layers", Json::array({input, layer})},
            {"input_layers", Json::array({{"x", 0, 0}})},
            {"output_layers", Json::array({{"a", 0, 0}})}}}};
}

Json sequential_of(const std::string& class_name, Json config, const Shape& extents) {
  const Json model = model_of(class_name, std::move(config), extents);
  Json layers = model.at("config").at("layers");
  return {{"class_name", "Sequential"}, {"config", {{"name", "a"}, {"layers", layers}}}};
}

Probe probe_of(const std::string& class_name) {
  for (const char* name : {"keras2", "keras3"}) {
    const Json& model = architecture(name);
    const Json* layer = layer_called(model, class_name + "__base");
    if (layer == nullptr) {
      continue;
    }
    std::string input;
    for (const Json& candidate : model.at("config").at("layers")) {
      const std::string own = candidate.at("config").value("name", "");
      const bool read =
          layer->at("inbound_nodes").dump().find('"' + own + '"') != std::string::npos;
      input = candidate.at("class_name") == "InputLayer" && read ? own : input;
    }
    const Json& config = layer_called(model, input)->at("config");
    const Json& shape =
        config.at(name == std::string("keras2") ? "batch_input_shape" : "batch_shape");
    Shape extents;
    for (std::size_t i = 1; i < shape.size(); ++i) {
      extents.push_back(shape[i].get<std::int64_t>());
    }
    if (class_name.ends_with("Pooling1D")) {
      ++extents.front();  // an odd extent, which is padded by "same"
    }
    return {layer->at("config"), extents};
  }
  const bool spatial = class_name.find("3D") != std::string::npos;
  return {Json::object(), spatial ? Shape{3, 3, 3, 2} : Shape{4, 4, 2}};
}

Json with_entry(const std::string& class_name, const std::string& key, const Json& value) {
  if (class_name == "InputLayer" || class_name == "Functional" || class_name == "Model") {
    Json model = model_of("ReLU", Json::object(), {4, 2});
    Json& target =
        class_name == "InputLayer" ? model["config"]["layers"][0]["config"] : model["config"];
    model["class_name"] = class_name == "InputLayer" ? "Functional" : class_name;
    target[key] = value;
    return model;
  }
  if (class_name == "Sequential") {
    Json model = sequential_of("ReLU", Json::object(), {4, 2});
    model["config"][key] = value;
    return model;
  }
  Probe probe = probe_of(class_name);
  if (key == "negative_slope") {
    probe.config.erase("alpha");  // what Keras 2 calls it
  }
  probe.config[key] = value;
  return model_of(class_name, probe.config, probe.extents);
}

Json without_entry(const std::string& class_name) {
  const bool functional = class_name == "Functional" || class_name == "Model";
  return with_entry(class_name, "name", class_name == "InputLayer" ? "x" : functional ? "m" : "a");
}

std::vector<KerasOption> options_of(const KerasClass& type) {
  std::vector<KerasOption> options;
  for (const auto group : type.groups) {
    options.insert(options.end(), group.begin(), group.end());
  }
  return options;
}

const std::vector<Json>& any_values() {
  static const std::vector<Json> values{true,
                                        false,
                                        7,
                                        "other",
                                        Json::array({1}),
                                        Json{{"class_name", "L2"}, {"config", Json::object()}}};
  return values;
}

}  // namespace caloquant::testing::keras_options
