// Every network of the fixtures, computed twice: no difference comes near its bound.

#include <gtest/gtest.h>

#include <cstdio>

#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/opinion/second_opinion.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/io/onnx/test_folder.hpp"
#include "graph/io/tensorflow/tensorflow_reader.hpp"
#include "graph/passes/pass.hpp"

namespace caloquant::onnx {
namespace {

namespace fs = std::filesystem;

const fs::path fixtures = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures";

struct GoodModel {
  std::string name;
  fs::path path;
};

std::vector<GoodModel> good_models() {
  std::vector<GoodModel> models;
  for (const fs::path& folder : test_folders(fixtures / "onnx/networks")) {
    models.push_back({folder.filename().string(), folder / "model.onnx"});
  }
  for (const char* name : {"classifier", "segmentation"}) {
    models.push_back(
        {std::string("foreign_") + name, fixtures / "foreign" / (std::string(name) + ".onnx")});
  }
  for (const char* name : {"classifier", "generator"}) {
    for (const char* form : {"saved_model", "saved_model_keras3", "frozen.pb"}) {
      const fs::path path = fixtures / "tensorflow" / name / form;
      if (fs::exists(path)) {
        std::string text = std::string("tensorflow_") + name + "_" + form;
        std::replace(text.begin(), text.end(), '.', '_');
        models.push_back({text, path});
      }
    }
  }
  return models;
}

Model read(const fs::path& path) {
  return is_saved_model(path)         ? saved_model_as_onnx(path)
         : looks_like_graph_def(path) ? graph_def_as_onnx(path)
                                      : read_model(path);
}

class GoodOnnx : public ::testing::TestWithParam<GoodModel> {};

TEST_P(GoodOnnx, IsComputedAlikeTwice) {
  const Model model = read(GetParam().path);
  const ImportedModel imported = import_with_names(model);
  const ImportCheck check = check_import(model, imported, canonicalize(imported.graph));
  std::printf("%-40s %s: %.3g of the bound at a node, %.3g at an output, %.3f s\n",
              GetParam().name.c_str(), describe(check).c_str(), check.largest_ratio,
              check.output_ratio, check.seconds);
  EXPECT_TRUE(check.complete()) << describe(check);
  EXPECT_GT(check.compared, 0U);
  EXPECT_LT(check.largest_ratio, 0.5);
  EXPECT_LT(check.output_ratio, 0.5);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, GoodOnnx, ::testing::ValuesIn(good_models()),
                         [](const ::testing::TestParamInfo<GoodModel>& each) {
                           return each.param.name;
                         });

}  // namespace
}  // namespace caloquant::onnx
