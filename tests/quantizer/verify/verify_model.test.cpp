// Models beside what their frameworks computed (tests/fixtures: TensorFlow 2.15), as they are and
// with the faults that importers and passes have.

#include "quantizer/verify/verify_model.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <caloquant/error.hpp>

#include "graph/io/files/h5file.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"
#include "quantizer/verify/fp32_model.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;
using ::testing::StartsWith;
namespace fs = std::filesystem;

fs::path fixture(const std::string& name) {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures" / name;
}

ModelConfig keras(const std::string& name) {
  ModelConfig config;
  config.architecture = fixture("keras/" + name + ".json");
  config.weights = fixture("keras/" + name + "_weights.h5");
  if (!fs::exists(config.architecture)) {
    config.architecture.clear();
    config.weights.clear();
    config.file = fixture("keras/" + name + ".h5");
  }
  return config;
}

Verification verified(const LoadedModel& model, const ExpectedFiles& files) {
  return verify_model(model, expected_values(files, model.imported->graph, model.imported->layers));
}

std::ptrdiff_t layers_of(const Verification& verification) {
  return std::ranges::count_if(verification.tensors, [](const VerifiedTensor& tensor) {
    return tensor.where == VerifiedTensor::Where::layer && tensor.compared;
  });
}

std::string verdict(const Verification& verification) {
  return message_of([&] { require_agreement(verification); });
}

/// Every golden file of the Keras reader is an expected file, outputs only.
TEST(VerifyModel, EveryKerasFixtureAgrees) {
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(fixture("keras"))) {
    const std::string file = entry.path().filename().string();
    constexpr std::string_view ending = "_golden.h5";
    if (!file.ends_with(ending)) {
      continue;
    }
    const std::string name = file.substr(0, file.size() - ending.size());
    SCOPED_TRACE(name);
    const LoadedModel model = load_fp32_with_import(keras(name), {});
    const Verification verification = verified(model, {entry.path().string(), {}});
    EXPECT_EQ(verdict(verification), "");
    EXPECT_EQ(verification.tensors.size(), 2 * model.graph.outputs().size());
    ++cases;
  }
  EXPECT_EQ(cases, 35);
}

class VerifyLayers : public ::testing::TestWithParam<const char*> {};

/// Layers, too, in Keras's own axis order.
TEST_P(VerifyLayers, Agree) {
  const std::string name = GetParam();
  const LoadedModel model = load_fp32_with_import(keras(name), {});
  const Verification verification = verified(model, {fixture("verify/" + name + ".h5"), {}});
  EXPECT_EQ(verdict(verification), "");
  EXPECT_GE(layers_of(verification), 4);
}

INSTANTIATE_TEST_SUITE_P(Keras, VerifyLayers,
                         ::testing::Values("generator3d", "conv2d", "discriminator3d", "batch_norm",
                                           "pooling", "activation_layers", "nested_sequential"));

struct TensorFlowCase {
  const char* model;
  bool layers;  ///< called as in the file of layers
};
class VerifyTensorFlow : public ::testing::TestWithParam<TensorFlowCase> {};

TEST_P(VerifyTensorFlow, Agrees) {
  const std::string path = GetParam().model;
  const std::string name = path.substr(0, path.find('/'));
  const LoadedModel model = load_file_with_import(fixture("tensorflow/" + path), {});
  const std::string golden = fixture("tensorflow/" + name + "/golden.h5").string();
  EXPECT_EQ(verdict(verified(model, {golden + ":x", golden + ":y"})), "");
  if (GetParam().layers) {
    const Verification verification =
        verified(model, {fixture("verify/tensorflow_" + name + ".h5"), {}});
    EXPECT_EQ(verdict(verification), "");
    EXPECT_GE(layers_of(verification), 5);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, VerifyTensorFlow,
                         ::testing::Values(TensorFlowCase{"generator/saved_model", true},
                                           TensorFlowCase{"generator/saved_model_keras3", false},
                                           TensorFlowCase{"generator/frozen.pb", true},
                                           TensorFlowCase{"generator/keras2.keras", true},
                                           TensorFlowCase{"generator/keras3.keras", false},
                                           TensorFlowCase{"classifier/saved_model", true},
                                           TensorFlowCase{"classifier/frozen.pb", true},
                                           TensorFlowCase{"classifier/keras2.keras", true},
                                           TensorFlowCase{"classifier/keras3.keras", false}));

/// A model whose import went wrong: `edit` changes the graph as it was read.
template <typename Edit>
LoadedModel wrongly_imported(const std::string& name, Edit edit) {
  const LoadedModel right = load_fp32_with_import(keras(name), {});
  GraphEditor editor(right.imported->graph);
  edit(editor);
  ImportedModel wrong{editor.finish(), right.imported->layers};
  LoadedModel model;
  model.graph = canonicalize(wrong.graph);
  model.imported = std::make_shared<const ImportedModel>(std::move(wrong));
  return model;
}

NodeId node_called(const Graph& graph, const std::string& name) {
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (graph.nodes()[i].name == name) {
      return static_cast<NodeId>(i);
    }
  }
  ADD_FAILURE() << "no node " << name;
  return {};
}

template <typename Operator, typename Change>
void change_op(GraphEditor& editor, const std::string& name, Change change) {
  const NodeId id = node_called(editor.graph(), name);
  auto op = std::get<Operator>(editor.graph().node(id).op);
  change(op);
  editor.set_op(id, op);
}

std::string first_difference(const LoadedModel& model, const std::string& name) {
  return verdict(verified(model, {fixture("verify/" + name + ".h5"), {}}));
}

std::string conv_of(const std::string& name) {
  const LoadedModel model = load_fp32_with_import(keras(name), {});
  for (const Node& node : model.imported->graph.nodes()) {
    if (std::holds_alternative<Conv>(node.op) &&
        std::get<Conv>(node.op).pads_begin != std::get<Conv>(node.op).pads_end) {
      return node.name;
    }
  }
  return "";
}

TEST(VerifyFaults, AKernelAxisTheWrongWayRound) {
  const std::string conv = conv_of("generator3d");
  const LoadedModel model = wrongly_imported("generator3d", [&](GraphEditor& editor) {
    const NodeId id = node_called(editor.graph(), conv);
    Tensor kernel = *editor.graph().constant(editor.graph().node(id), 1);
    const auto axis = static_cast<std::size_t>(kernel.shape().back());
    auto values = kernel.data<float>();
    for (std::size_t i = 0; i < values.size(); i += axis) {
      std::reverse(values.begin() + static_cast<std::ptrdiff_t>(i),
                   values.begin() + static_cast<std::ptrdiff_t>(i + axis));
    }
    editor.set_input(id, 1, editor.add_constant("flipped", std::move(kernel)));
  });
  EXPECT_THAT(first_difference(model, "generator3d"),
              HasSubstr("first difference at layer '" + conv + "' (Conv3D "));
}

TEST(VerifyFaults, APadOnTheOtherSide) {
  const std::string conv = conv_of("generator3d");
  const LoadedModel model = wrongly_imported("generator3d", [&](GraphEditor& editor) {
    change_op<Conv>(editor, conv, [](Conv& op) { std::swap(op.pads_begin, op.pads_end); });
  });
  EXPECT_THAT(
      first_difference(model, "generator3d"),
      AllOf(HasSubstr("first difference at layer '" + conv + "'"), HasSubstr("padding=\"same\"")));
}

TEST(VerifyFaults, AnotherSlope) {
  std::string name;
  const LoadedModel model = wrongly_imported("generator3d", [&](GraphEditor& editor) {
    for (const Node& node : editor.graph().nodes()) {
      const auto* eltwise = std::get_if<Eltwise>(&node.op);
      if (eltwise != nullptr && eltwise->kind == EltwiseKind::leaky_relu) {
        name = node.name;
      }
    }
    change_op<Eltwise>(editor, name, [](Eltwise& op) { op.alpha = 0.2F; });
  });
  EXPECT_THAT(first_difference(model, "generator3d"), HasSubstr("difference at layer '" + name));
}

TEST(VerifyFaults, AnotherEpsilon) {
  std::string name;
  const LoadedModel model = wrongly_imported("batch_norm", [&](GraphEditor& editor) {
    for (const Node& node : editor.graph().nodes()) {
      if (std::holds_alternative<BatchNorm>(node.op)) {
        name = node.name;
      }
    }
    change_op<BatchNorm>(editor, name, [](BatchNorm& op) { op.epsilon += 1e-4; });
  });
  EXPECT_THAT(first_difference(model, "batch_norm"), HasSubstr("difference at layer '" + name));
}

/// What a pass does wrong shows behind all passes only.
TEST(VerifyFaults, APassThatChangesTheNetwork) {
  LoadedModel model = load_fp32_with_import(keras("generator3d"), {});
  GraphEditor editor(model.graph);
  for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
    if (std::holds_alternative<Conv>(editor.graph().nodes()[i].op)) {
      Tensor kernel = *editor.graph().constant(editor.graph().nodes()[i], 1);
      kernel.data<float>()[0] += 0.01F;
      editor.set_input(static_cast<NodeId>(i), 1, editor.add_constant("moved", std::move(kernel)));
      break;
    }
  }
  model.graph = editor.finish();
  EXPECT_THAT(first_difference(model, "generator3d"),
              AllOf(HasSubstr("first difference at output '"),
                    HasSubstr("in the engine, behind all passes: differs by ")));
}

TEST(VerifyFaults, OutputsAloneAskForLayers) {
  const LoadedModel model = wrongly_imported("generator3d", [&](GraphEditor& editor) {
    change_op<Conv>(editor, conv_of("generator3d"),
                    [](Conv& op) { std::swap(op.pads_begin, op.pads_end); });
  });
  EXPECT_THAT(verdict(verified(model, {fixture("keras/generator3d_golden.h5"), {}})),
              AllOf(HasSubstr("first difference at output '"),
                    HasSubstr("give the outputs of inner layers, too")));
}

/// Of another seed, or another event, the same outputs are wrong.
TEST(VerifyModel, OtherInputsAreRefused) {
  testing::TempDir folder;
  const H5File golden = H5File::open(fixture("keras/generator3d_golden.h5"), ErrorKind::data);
  H5File file = H5File::create(folder / "expected.h5");
  Tensor inputs = golden.read("/input_0", DType::f32);
  inputs.data<float>()[3] += 0.01F;
  file.write("/inputs", inputs);
  file.write("/outputs", golden.read("/output_0", DType::f32));
  file.commit();
  const LoadedModel model = load_fp32_with_import(keras("generator3d"), {});
  EXPECT_THAT(verdict(verified(model, {(folder / "expected.h5").string(), {}})),
              HasSubstr("first difference at output"));
}

TEST(VerifyModel, TheConfigAsksForItWhereverAModelIsLoaded) {
  ModelConfig config = keras("generator3d");
  config.expected = fixture("verify/generator3d.h5");
  const Fp32Model model = load_fp32_model(config, {});
  ASSERT_TRUE(model.verified);
  EXPECT_TRUE(model.verified->agrees());
  EXPECT_EQ(model.files.back(), config.expected);
  EXPECT_EQ(model.imported, nullptr);
  config.expected = fixture("keras/generator3d_golden.h5");
  config.random_weights = 3;
  config.weights.clear();
  EXPECT_THAT(message_of([&] { (void)load_fp32_model(config, {}); }),
              AllOf(StartsWith(config.architecture.string() + ": does not compute what " +
                               config.expected.string() + " holds"),
                    HasSubstr("first difference at output")));
}

TEST(VerifyModel, AQuantizedModelHasNoFramework) {
  const Model model =
      Model::load(fixture("foreign/classifier.onnx")).with_output(EnergyUnits{2.0, 1.0});
  EXPECT_FALSE(verifiable_layers(model).empty());
  testing::TempDir folder;
  model.save(folder / "model.h5");
  const Model native = Model::load(folder / "model.h5");
  EXPECT_TRUE(verifiable_layers(native).empty());
  EXPECT_THAT(message_of([&] {
                (void)verify(native, ExpectedFiles{"x.h5", {}});
              }),
              HasSubstr("is quantized, or was written by caloquant"));
}

}  // namespace
}  // namespace caloquant
