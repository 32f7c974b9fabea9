// Walks keras_option_table.hpp: nothing that Keras can write is missing, and every option of every
// class either gives what Keras computes (tests/fixtures/options, made by
// tools/dev/make_option_fixtures.py and list_options.py), or changes nothing, or is refused, at
// every place where it can stand.

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <set>

#include "graph/io/files/h5file.hpp"
#include "graph/io/keras/layers.hpp"
#include "graph/io/keras/option_table.hpp"
#include "graph/io/keras/reader.hpp"
#include "graph/json/json.hpp"
#include "tests/graph/io/keras/models.hpp"
#include "tests/graph/io/keras/option_cases.hpp"
#include "tests/graph/io/keras/support.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using namespace testing::keras_options;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;
using testing::read_random;
using Texts = std::vector<std::string>;

TEST(KerasOptionTable, HoldsWhatKerasWrites) {
  Texts missing;
  for (const char* source : {"keras2", "keras3", "keras_old"}) {
    const Json& written = written_by(source);
    for (const auto& [class_name, keys] : written.items()) {
      const KerasClass* type = find_keras_class(class_name);
      for (const Json& key : keys) {
        const auto name = key.get<std::string>();
        const auto members = keras_object_members();
        const bool listed =
            class_name == "(functions)" ||
            (class_name == "(object)"
                 ? std::ranges::find(members, name, &KerasOption::name) != members.end()
                 : type != nullptr && find_keras_option(*type, name) != nullptr);
        if (!listed) {
          missing.push_back(
              std::string(source).append(": ").append(class_name).append(".").append(name));
        }
      }
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST(KerasOptionTable, HasEveryClassThatIsRead) {
  std::set<std::string> listed;
  for (const KerasClass& type : keras_option_table()) {
    EXPECT_TRUE(listed.insert(std::string(type.name)).second) << type.name;
    std::set<std::string_view> keys;
    for (const KerasOption& option : options_of(type)) {
      EXPECT_TRUE(keys.insert(option.name).second) << type.name << "." << option.name;
      const bool plain = option.use == KerasUse::read || option.use == KerasUse::structure;
      EXPECT_EQ(option.reason.empty(), plain) << type.name << "." << option.name;
      EXPECT_EQ(option.allowed.empty(), option.use != KerasUse::only) << option.name;
    }
  }
  std::set<std::string> supported;
  const std::string text = supported_keras_layers() + ", ";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find(", ", at);
    supported.insert(text.substr(at, end - at));
    at = end + 2;
  }
  EXPECT_EQ(listed, supported);
}

class KerasOptionGolden : public ::testing::TestWithParam<const char*> {};

/// Every layer of the fixture is one layer deep: sums of at most 60 products in f32.
TEST_P(KerasOptionGolden, EveryOptionMeansWhatItMeansInKeras) {
  const std::string name = GetParam();
  const fs::path file = option_fixture(name + (name == "keras3" ? ".keras" : ".h5"));
  const Graph graph = read_keras({{}, file, {}});
  const H5File golden = H5File::open(option_fixture(name + "_golden.h5"), ErrorKind::data);
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    inputs.push_back(golden.read("/in/" + std::to_string(i), DType::f32));
  }
  const std::vector<Tensor> outputs = testing::run_reference(graph, inputs);
  const std::vector<std::string> names = golden.children("/out");
  ASSERT_EQ(outputs.size(), names.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string layer = graph.outputs()[i].name;
    const Tensor expected = golden.read("/out/" + names[i], DType::f32);
    ASSERT_EQ(outputs[i].shape(), expected.shape()) << layer;
    const testing::Difference found = testing::difference(outputs[i], expected);
    EXPECT_GT(found.scale, 0.0) << layer;
    EXPECT_LE(found.largest, 1e-5 * found.scale) << layer;
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, KerasOptionGolden, ::testing::Values("keras2", "keras3"));

/// Options that are read to be refused unless they have their usual value.
const std::map<std::string, Json>& refused_values() {
  static const std::map<std::string, Json> values{{"interpolation", "bilinear"}};
  return values;
}

bool some_keras_writes(const std::string& class_name, const std::string& key) {
  for (const char* source : {"keras2", "keras3", "keras_old"}) {
    const Json& options = written_by(source);
    const Json keys = options.value(class_name, Json::array());
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
      return true;
    }
  }
  return false;
}

/// Layers of the fixtures that differ from their class's base in this option alone, and in their
/// graph.
int cases_that_differ(const std::string& class_name, const std::string& key) {
  const std::string base = bytes_of(without_entry(class_name));
  const std::string prefix = class_name + "__" + key + "__";
  int differ = 0;
  for (const char* name : {"keras2", "keras3"}) {
    const Json& model = architecture(name);
    for (int i = 0;; ++i) {
      const Json* layer = layer_called(model, prefix + std::to_string(i));
      if (layer == nullptr) {
        break;
      }
      const Json other = with_entry(class_name, key, layer->at("config").at(key));
      differ += bytes_of(other) != base ? 1 : 0;
    }
  }
  return differ;
}

TEST(KerasOptionTable, EveryOptionThatIsReadIsSeenToMatter) {
  int walked = 0;
  for (const KerasClass& type : keras_option_table()) {
    const std::string class_name(type.name);
    for (const KerasOption& option : options_of(type)) {
      const std::string key(option.name);
      if (option.use != KerasUse::read || !some_keras_writes(class_name, key)) {
        continue;
      }
      ++walked;
      const auto refused = refused_values().find(key);
      if (refused != refused_values().end()) {
        EXPECT_THAT(refusal_of(with_entry(class_name, key, refused->second)),
                    HasSubstr("option '" + key + "'"))
            << class_name;
      } else {
        EXPECT_GE(cases_that_differ(class_name, key), 1) << class_name << "." << key;
      }
    }
  }
  EXPECT_GE(walked, 90);
}

TEST(KerasOptionTable, HarmlessOptionsChangeNothing) {
  for (const KerasClass& type : keras_option_table()) {
    const std::string class_name(type.name);
    const std::string base = bytes_of(without_entry(class_name));
    for (const KerasOption& option : options_of(type)) {
      const std::string key(option.name);
      if (option.use == KerasUse::harmless) {
        for (const Json& value : {any_values().front(), any_values()[2], any_values().back()}) {
          ASSERT_EQ(bytes_of(with_entry(class_name, key, value)), base) << class_name << "." << key;
        }
      } else if (option.use == KerasUse::only) {
        for (const Json& value : Json::parse(option.allowed)) {
          ASSERT_EQ(bytes_of(with_entry(class_name, key, value)), base) << class_name << "." << key;
        }
      }
    }
  }
}

TEST(KerasOptionTable, OtherValuesAndKeysAreRefused) {
  for (const KerasClass& type : keras_option_table()) {
    const std::string class_name(type.name);
    for (const KerasOption& option : options_of(type)) {
      const Json allowed =
          option.use == KerasUse::only ? Json::parse(option.allowed) : Json(any_values());
      for (const Json& value : any_values()) {
        if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
          EXPECT_THAT(refusal_of(with_entry(class_name, std::string(option.name), value)),
                      AllOf(HasSubstr("option '" + std::string(option.name) + "' is"),
                            HasSubstr("not supported")))
              << class_name;
        }
      }
    }
    for (const Json& value : {Json(nullptr), Json(false), Json(true), Json(0)}) {
      EXPECT_THAT(refusal_of(with_entry(class_name, "no_such", value)),
                  HasSubstr("option 'no_such' is not known here"))
          << class_name << " " << value;
    }
  }
}

/// A layer in the place of a function, and a layer inside of nested models.
TEST(KerasOptionTable, HoldsInsideOfNestedObjects) {
  for (const char* class_name : {"Activation", "ReLU", "LeakyReLU", "ELU", "Softmax"}) {
    const auto with = [&](const Json& config) {
      const Json inner = {{"class_name", class_name}, {"config", config}};
      return with_entry("Dense", "activation", inner);
    };
    Json config = probe_of(class_name).config;
    EXPECT_EQ(refusal_of(with(config)), "") << class_name;
    config["no_such"] = nullptr;
    EXPECT_THAT(refusal_of(with(config)),
                AllOf(HasSubstr("layer 'a': its activation"), HasSubstr("'no_such'")));
  }
  Json half = probe_of("ReLU").config;
  half["dtype"] = "mixed_float16";
  EXPECT_THAT(
      refusal_of(with_entry("Dense", "activation", {{"class_name", "ReLU"}, {"config", half}})),
      HasSubstr("option 'dtype' is \"mixed_float16\", which is not supported"));
  const Json inner = sequential_of("Dropout", {{"no_such", false}}, {4, 2});
  Json outer = model_of("Sequential", inner.at("config"), {4, 2});
  EXPECT_THAT(refusal_of(outer), AllOf(HasSubstr("layer 'a/a'"), HasSubstr("'no_such'")));
  outer["config"]["layers"][1]["config"] = sequential_of("ReLU", {}, {4, 2}).at("config");
  outer["config"]["layers"][1]["config"]["no_such"] = false;
  EXPECT_THAT(refusal_of(outer), AllOf(HasSubstr("layer 'a'"), HasSubstr("'no_such'")));
}

TEST(KerasOptionTable, ClassesAndFunctionsOfOthersAreRefused) {
  const auto dense = [](const char* key, const Json& value) {
    Json model = without_entry("Dense");
    model["config"]["layers"][1][key] = value;
    return refusal_of(model);
  };
  EXPECT_EQ(dense("registered_name", nullptr), "");
  EXPECT_EQ(dense("registered_name", "Dense"), "");
  EXPECT_EQ(dense("module", "keras.src.layers.core.dense"), "");
  EXPECT_THAT(dense("registered_name", "pkg>Dense"),
              AllOf(HasSubstr("layer 'a'"), HasSubstr("pkg>Dense"), HasSubstr("not Keras's own")));
  EXPECT_THAT(dense("module", "my_layers"), HasSubstr("not Keras's own"));
  EXPECT_THAT(dense("module", "kerasX.layers"), HasSubstr("not Keras's own"));
  EXPECT_THAT(dense("no_such", nullptr), HasSubstr("member 'no_such' is not known"));
  const auto function = [](const Json& object) {
    return refusal_of(with_entry("Dense", "activation", object));
  };
  Json object = {{"module", "builtins"},
                 {"class_name", "function"},
                 {"config", "relu"},
                 {"registered_name", "function"}};
  EXPECT_EQ(function(object), "");
  object["config"] = "pkg>swish";
  EXPECT_THAT(function(object), HasSubstr("'pkg>swish' is not supported"));
  object["config"] = "relu";
  object["module"] = "my_functions";
  EXPECT_THAT(function(object), HasSubstr("not Keras's own"));
}

/// A function that Keras has by name is in the golden models, or refused; in both versions.
TEST(KerasFunctions, AreReadOrRefused) {
  for (const char* source : {"keras2", "keras3"}) {
    std::set<std::string> read;
    const Json& model = architecture(source);
    const Json& written = written_by(source);
    for (const Json& layer : model.at("config").at("layers")) {
      const Json& function = layer.at("config").value("activation", Json());
      if (layer.at("class_name") == "Activation" && function.is_string()) {
        read.insert(function.get<std::string>());
      }
    }
    for (const Json& function : written.at("(functions)")) {
      const auto name = function.get<std::string>();
      const bool alias = name == "swish";  // Keras 3 writes silu
      if (read.count(name) == 0 && !alias) {
        EXPECT_THAT(refusal_of(with_entry("Activation", "activation", name)),
                    HasSubstr("the activation '" + name + "' is not supported"));
      }
    }
  }
}

/// An architecture tells by itself which Keras wrote it, also where it has no version.
TEST(KerasFunctions, MeanWhatTheirVersionSays) {
  const auto slope = [](const Json& model, const std::string& node) {
    const Graph graph = read_random(model.dump());
    const Node* found = graph.find(node);
    return found == nullptr ? 0.0F : std::get<Eltwise>(found->op).alpha;
  };
  const Json& third = architecture("keras3");
  const Json& second = architecture("keras2");
  // clip(0.2 x + 0.5, 0, 1) or relu6(x + 3) / 6; so do its twins inside of a layer, of a
  // Sequential.
  for (const char* node : {"Activation__activation__6", "Dense__activation__6/activation",
                           "Dense__activation__22/activation", "Dense__activation__37/activation",
                           "inner_dense/activation", "inner_twin"}) {
    EXPECT_EQ(slope(third, node), 1.0F / 6.0F) << node;
    EXPECT_EQ(slope(second, node), 0.2F) << node;
  }
}

/// Options that a config leaves out, as architecture files written by hand do.
TEST(KerasDefaults, AreThoseOfKeras) {
  const auto op_of = [](const std::string& class_name, const Shape& extents) {
    return read_random(model_of(class_name, Json::object(), extents).dump()).find("a")->op;
  };
  EXPECT_EQ(std::get<BatchNorm>(op_of("BatchNormalization", {4, 2})).epsilon, 1e-3);
  EXPECT_EQ(std::get<Eltwise>(op_of("LeakyReLU", {4})), (Eltwise{EltwiseKind::leaky_relu, 0.3F}));
  EXPECT_EQ(std::get<Eltwise>(op_of("ELU", {4})), (Eltwise{EltwiseKind::elu, 1.0F}));
  EXPECT_EQ(std::get<UpsampleNearest>(op_of("UpSampling2D", {4, 4, 2})).factors, (Shape{2, 2}));
  EXPECT_EQ(std::get<Pool>(op_of("MaxPooling2D", {4, 4, 2})).strides, (Shape{2, 2}));
}

TEST(KerasCallArguments, AreListedToo) {
  const auto called = [](const Json& arguments, bool third) {
    Json model = model_of("BatchNormalization", Json::object(), {4, 2});
    const Json tensor = {{"class_name", "__keras_tensor__"},
                         {"config", {{"keras_history", {"x", 0, 0}}}}};
    model["config"]["layers"][1]["inbound_nodes"] =
        third ? Json::array({{{"args", Json::array({tensor})}, {"kwargs", arguments}}})
              : Json::array({Json::array({Json::array({"x", 0, 0, arguments})})});
    return refusal_of(model);
  };
  for (const bool third : {false, true}) {
    for (const Json& fine : {Json::object(), Json{{"training", nullptr}, {"mask", nullptr}},
                             Json{{"training", false}}}) {
      EXPECT_EQ(called(fine, third), "") << fine;
    }
    EXPECT_THAT(called({{"training", true}}, third), HasSubstr("call argument 'training' is true"));
    EXPECT_THAT(called({{"training", 1}}, third), HasSubstr("call argument 'training' is 1"));
    EXPECT_THAT(called({{"mask", {"x", 0, 0}}}, third), HasSubstr("call argument 'mask'"));
    EXPECT_THAT(called({{"mask", false}}, third), HasSubstr("call argument 'mask'"));
    EXPECT_THAT(called({{"no_such", nullptr}}, third), HasSubstr("call argument 'no_such'"));
    EXPECT_NE(called(Json::array({true}), third), "");
  }
}

}  // namespace
}  // namespace caloquant
