// Weight files: what is accepted by name or order, and what is refused.

#include <gmock/gmock.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <fstream>
#include <limits>
#include <map>

#include "graph/io/files/h5file.hpp"
#include "graph/io/keras/reader.hpp"
#include "tests/graph/io/keras/models.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::layer;
using testing::message_of;
using testing::sequential;

/// Datasets of one layer group, in the order of weight_names.
using Datasets = std::vector<std::pair<std::string, Tensor>>;

Tensor filled(const Shape& shape, float value) {
  Tensor tensor(DType::f32, shape);
  std::ranges::fill(tensor.data<float>(), value);
  return tensor;
}

/// Writes a weights file; lists are cut into one-entry parts, as Keras cuts long ones.
class WeightsFile {
 public:
  explicit WeightsFile(const std::filesystem::path& file) : file_(H5File::create(file)) {}

  void add(const std::string& group, const Datasets& datasets) {
    const std::string path = "/" + group;
    for (const auto& [name, tensor] : datasets) {
      file_.write((std::filesystem::path(path) / name).string(), tensor);
    }
    for (std::size_t i = 0; i < datasets.size(); ++i) {
      file_.set_attribute(path, "weight_names" + std::to_string(i), datasets[i].first);
    }
    file_.set_attribute("/", "layer_names" + std::to_string(groups_++), group);
  }
  H5File& file() { return file_; }

 private:
  H5File file_;
  int groups_ = 0;
};

class KerasWeightsTest : public ::testing::Test {
 protected:
  /// Two dense layers, 3 -> 2 -> 1, the second without bias.
  static std::string model() {
    return sequential({layer("Dense", "a", R"("batch_input_shape": [null, 3], "units": 2)"),
                       layer("Dense", "b", R"("units": 1, "use_bias": false)")});
  }
  static Datasets first() {
    return {{"a/kernel:0", filled({3, 2}, 1.0F)}, {"a/bias:0", filled({2}, 2.0F)}};
  }
  static Datasets second() { return {{"b/kernel:0", filled({2, 1}, 3.0F)}}; }

  Graph read(const std::string& architecture,
             const std::vector<std::pair<std::string, Datasets>>& groups) {
    WeightsFile weights(folder / "w.h5");
    for (const auto& [name, datasets] : groups) {
      weights.add(name, datasets);
    }
    weights.file().commit();
    return read(architecture);
  }
  Graph read(const std::string& architecture) {
    std::ofstream(folder / "m.json") << architecture;
    return read_keras({folder / "m.json", folder / "w.h5", std::nullopt});
  }
  std::string refusal(const std::vector<std::pair<std::string, Datasets>>& groups) {
    return message_of([&] { (void)read(model(), groups); });
  }
  static float value(const Graph& graph, const char* node, std::size_t input) {
    return graph.constant(*graph.find(node), input)->data<float>()[0];
  }

  testing::TempDir folder;
};

TEST_F(KerasWeightsTest, ByNameWhateverTheOrder) {
  Datasets swapped = first();
  std::swap(swapped[0], swapped[1]);
  const Graph graph = read(model(), {{"b", second()}, {"a", swapped}});
  EXPECT_EQ(value(graph, "a", 1), 1.0F);
  EXPECT_EQ(value(graph, "a", 2), 2.0F);
  EXPECT_EQ(value(graph, "b", 1), 3.0F);
}

TEST_F(KerasWeightsTest, ByOrderWhereNamesDiffer) {
  const Graph graph = read(
      model(),
      {{"dense_7",
        {{"dense_7/bias_3:0", filled({2}, 2.0F)}, {"dense_7/kernel_3:0", filled({3, 2}, 1.0F)}}},
       {"a", second()}});
  EXPECT_EQ(value(graph, "a", 1), 1.0F);  // kinds still match by name
  EXPECT_EQ(value(graph, "a", 2), 2.0F);
  EXPECT_EQ(value(graph, "b", 1), 3.0F);
}

TEST_F(KerasWeightsTest, ByOrderAloneWhereNamesSayNothing) {
  const Graph graph =
      read(model(), {{"a", {{"param_0", filled({3, 2}, 1.0F)}, {"param_1", filled({2}, 2.0F)}}},
                     {"b", second()}});
  EXPECT_EQ(value(graph, "a", 1), 1.0F);
  EXPECT_EQ(value(graph, "a", 2), 2.0F);
}

/// Frozen layers come last in a nested group, but the names decide.
TEST_F(KerasWeightsTest, NestedLayersShareOneGroup) {
  const std::string nested = sequential(
      {layer("Sequential", "n",
             R"("layers": [)" + layer("Dense", "a", R"("batch_input_shape": [null, 3], "units": 3,
                                                    "trainable": false)") +
                 "," + layer("Dense", "b", R"("units": 3)") + "]")});
  const Datasets keras_order{{"b/kernel:0", filled({3, 3}, 3.0F)},
                             {"b/bias:0", filled({3}, 4.0F)},
                             {"a/kernel:0", filled({3, 3}, 1.0F)},
                             {"a/bias:0", filled({3}, 2.0F)}};
  Datasets named = keras_order;
  std::ranges::reverse(named);
  const Graph by_name = read(nested, {{"n", named}});
  EXPECT_EQ(value(by_name, "a", 1), 1.0F);
  EXPECT_EQ(value(by_name, "b", 2), 4.0F);
  Datasets renamed = keras_order;
  for (auto& [name, tensor] : renamed) {
    name.replace(0, 1, name[0] == 'a' ? "dense_5" : "dense_6");
  }
  const Graph by_order = read(nested, {{"n", renamed}});
  EXPECT_EQ(value(by_order, "a", 1), 1.0F);
  EXPECT_EQ(value(by_order, "b", 2), 4.0F);
}

TEST_F(KerasWeightsTest, BatchNormWithoutGammaOrBeta) {
  const auto norm = [&](const std::string& option, const char* kind) {
    return read(sequential({layer("BatchNormalization", "n",
                                  R"("batch_input_shape": [null, 2], ")" + option + "\": false")}),
                {{"n",
                  {{std::string("n/") + kind + ":0", filled({2}, 5.0F)},
                   {"n/moving_mean:0", filled({2}, 6.0F)},
                   {"n/moving_variance:0", filled({2}, 7.0F)}}}});
  };
  EXPECT_EQ(value(norm("scale", "beta"), "n", 1), 1.0F);
  EXPECT_EQ(value(norm("scale", "beta"), "n", 2), 5.0F);
  EXPECT_EQ(value(norm("center", "gamma"), "n", 1), 5.0F);
  EXPECT_EQ(value(norm("center", "gamma"), "n", 2), 0.0F);
}

TEST_F(KerasWeightsTest, RefusesShapes) {
  EXPECT_THAT(
      refusal({{"a", {{"a/kernel:0", filled({2, 3}, 1)}, first()[1]}}, {"b", second()}}),
      AllOf(HasSubstr("w.h5:/a/a/kernel:0"), HasSubstr("layer 'a' needs 'kernel' of shape [3, 2]"),
            HasSubstr("the file has [2, 3]")));
}

TEST_F(KerasWeightsTest, RefusesValuesThatAreNotFinite) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    Datasets broken = first();
    broken[0].second.data<float>()[4] = bad;
    EXPECT_THAT(refusal({{"a", broken}, {"b", second()}}),
                AllOf(HasSubstr("w.h5:/a/a/kernel:0"), HasSubstr("is not finite at element 4")));
  }
}

TEST_F(KerasWeightsTest, RefusesMissingWeights) {
  EXPECT_THAT(refusal({{"a", first()}}), HasSubstr("no weights for layer 'b'"));
  EXPECT_THAT(refusal({{"a", {first()[0]}}, {"b", second()}}),
              AllOf(HasSubstr("w.h5:/a"), HasSubstr("has no 'bias' for layer 'a'"),
                    HasSubstr("needs 2 weights, the file has 1")));
  // As many, but of the wrong kind.
  EXPECT_THAT(refusal({{"a", {first()[0], {"a/gamma:0", filled({2}, 1)}}}, {"b", second()}}),
              HasSubstr("has no 'bias' for layer 'a'"));
}

TEST_F(KerasWeightsTest, RefusesExtraWeights) {
  Datasets more = first();
  more.emplace_back("a/gamma:0", filled({2}, 1));
  EXPECT_THAT(
      refusal({{"a", more}, {"b", second()}}),
      AllOf(HasSubstr("w.h5:/a/a/gamma:0"), HasSubstr("belongs to no weight of layer 'a'")));
  EXPECT_THAT(refusal({{"a", first()}, {"b", second()}, {"c", {{"c/kernel:0", filled({1}, 1)}}}}),
              AllOf(HasSubstr("w.h5:/c"), HasSubstr("no layer for these weights")));
}

TEST_F(KerasWeightsTest, RefusesListedButAbsentObjects) {
  {
    WeightsFile weights(folder / "w.h5");
    weights.add("a", first());
    weights.add("b", second());
    weights.file().set_attribute("/", "layer_names2", std::string("c"));
    weights.file().commit();
  }
  EXPECT_THAT(message_of([&] { (void)read(model()); }),
              AllOf(HasSubstr("w.h5:/c"), HasSubstr("there is no such group")));
  {
    WeightsFile weights(folder / "w.h5");
    weights.add("a", first());
    weights.file().write("/b/other", filled({1}, 1));
    weights.file().set_attribute("/b", "weight_names", std::string("b/kernel:0"));
    weights.file().set_attribute("/", "layer_names1", std::string("b"));
    weights.file().commit();
  }
  EXPECT_THAT(message_of([&] { (void)read(model()); }),
              AllOf(HasSubstr("w.h5:/b/b/kernel:0"), HasSubstr("there is no such dataset")));
}

TEST_F(KerasWeightsTest, RefusesWhatIsListedTwice) {
  {
    WeightsFile weights(folder / "w.h5");
    weights.add("a", first());
    weights.add("b", second());
    weights.file().set_attribute("/", "layer_names2", std::string("b"));
    weights.file().commit();
  }
  EXPECT_THAT(message_of([&] { (void)read(model()); }),
              AllOf(HasSubstr("w.h5:/: lists 'b' twice in 'layer_names'")));
  {
    WeightsFile weights(folder / "w.h5");
    weights.add("a", first());
    weights.add("b", second());
    weights.file().set_attribute("/b", "weight_names1", second().front().first);
    weights.file().commit();
  }
  EXPECT_THAT(message_of([&] { (void)read(model()); }),
              AllOf(HasSubstr("w.h5:/b: lists '"), HasSubstr("twice in 'weight_names'")));
}

TEST_F(KerasWeightsTest, RefusesOtherFiles) {
  {
    H5File other = H5File::create(folder / "w.h5");
    other.write("/x", filled({1}, 1));
    other.commit();
  }
  EXPECT_THAT(message_of([&] { (void)read(model()); }),
              AllOf(HasSubstr("has no attribute 'layer_names'"), HasSubstr("Keras 2")));
  EXPECT_THAT(message_of([&] {
                (void)read_keras({{}, folder / "w.h5", {}});
              }),
              HasSubstr("holds weights only"));
  EXPECT_THAT(message_of([&] {
                (void)read_keras({folder / "m.json", folder / "w.h5", 1});
              }),
              HasSubstr("give one of both"));
  std::ofstream(folder / "w.h5") << "no HDF5 at all";
  EXPECT_THAT(message_of([&] { (void)read(model()); }), HasSubstr("is not an HDF5 file"));
  {
    H5File other = H5File::create(folder / "w.h5");
    other.write("/x", filled({1}, 1));
    other.set_attribute("/", "keras_version", std::string("3.1.0"));
    other.commit();
  }
  EXPECT_THAT(message_of([&] { (void)read(model()); }), HasSubstr("was written by Keras 3.1.0"));
}

/// Wherever a model file is cut, the reader refuses it: never a crash, never a graph of what is
/// left.
TEST_F(KerasWeightsTest, RefusesTruncatedFiles) {
  const std::filesystem::path whole =
      std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/keras/conv3d.h5";
  const auto size = std::filesystem::file_size(whole);
  for (std::uintmax_t part = 0; part < 20; ++part) {
    std::filesystem::copy_file(whole, folder / "cut.h5",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(folder / "cut.h5", size * part / 20);
    EXPECT_THROW((void)read_keras({{}, folder / "cut.h5", {}}), ModelError) << part << " / 20";
  }
}

}  // namespace
}  // namespace caloquant
