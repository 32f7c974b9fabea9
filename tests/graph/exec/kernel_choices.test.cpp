// Which kernel computes which layer: measured, kept, and never a matter of results.

#include "graph/exec/kernel_choices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "graph/exec/layer_timing.hpp"
#include "graph/json/json.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/integer_check.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

std::string with_first(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

class MeasuredKernels : public testing::PropertyTest {
 protected:
  testing::TempDir folder;

  /// A convolution whose 8 phases are 2 channels each.
  Graph collapsed() {
    GraphEditor editor("net");
    const ValueId x = editor.add_input("x", {dynamic, 3, 5, 4, 6});
    const ValueId w =
        editor.add_constant("w", testing::random_tensor(random, {16, 3, 2, 2, 3}, -1.0F, 1.0F));
    const Conv conv{{1, 1, 1}, {1, 1, 1}, {0, 0, 1}, {1, 1, 1}, 1};
    const ValueId y = editor.add_node("conv", conv, {x, w});
    editor.add_output("y", editor.add_node("shuffle", DepthToSpace{{2, 2, 2}, {1, 0, 1}}, {y}));
    return editor.finish();
  }

  static void compile(const Graph& graph, KernelChoices& kernels) {
    (void)compile_engine(graph, 2, engine_with(&kernels));
  }
  static std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static void set_provisional(const std::filesystem::path& file, bool value) {
    Json json = Json::parse(text_of(file));
    for (auto& [signature, entry] : json.at("layers").items()) {
      entry["provisional"] = value;
    }
    std::ofstream(file) << json.dump(1);
  }
};

TEST_F(MeasuredKernels, EveryKindThatCanIsMeasuredAndTheFastestChosen) {
  KernelChoices kernels("");
  compile(collapsed(), kernels);
  ASSERT_EQ(kernels.table().size(), 1U);
  const auto& [signature, measured] = *kernels.table().begin();
  EXPECT_EQ(signature,
            "conv f32 src 1x3x5x4x6 weights 16x3x2x2x3 strides 1x1x1 dilations 1x1x1 pads 0x0x1 "
            "and 1x1x1 groups 1 epilogue 0 phases 2x2x2");
  // Rows would leave the phases to another step.
  ASSERT_EQ(measured.milliseconds.size(), 2U);
  const double library = measured.milliseconds.at(LayerKind::library);
  const double channels = measured.milliseconds.at(LayerKind::direct_channels);
  EXPECT_GT(std::min(library, channels), 0.0);
  EXPECT_EQ(measured.kind, library * KernelChoices::margin < channels
                               ? LayerKind::library
                               : LayerKind::direct_channels);  // the default for 16 channels
}

TEST_F(MeasuredKernels, AreMeasuredOnceAndKept) {
  const Graph graph = collapsed();
  KernelChoices first(folder / "cache/kernels.json");
  compile(graph, first);
  first.save();
  set_provisional(folder / "cache/kernels.json", false);  // whatever the machine was doing
  KernelChoices second(folder / "cache/kernels.json");
  ASSERT_EQ(second.table().size(), 1U);
  compile(graph, second);
  EXPECT_EQ(second.table().begin()->second.milliseconds,
            first.table().begin()->second.milliseconds);
  EXPECT_EQ(second.table().begin()->second.kind, first.table().begin()->second.kind);
}

// What was measured on a busy machine is measured again by the next process, which takes it where
// the machine is quiet; a run that goes on keeps what it began with.
TEST_F(MeasuredKernels, ThatAreProvisionalAreMeasuredAgain) {
  const std::filesystem::path file = folder / "kernels.json";
  KernelChoices first(file);
  compile(collapsed(), first);
  first.save();
  Json json = Json::parse(text_of(file));
  for (auto& [signature, entry] : json.at("layers").items()) {
    entry["provisional"] = true;
    entry["chosen"] = "library";
    entry["milliseconds"]["library"] = 1e9;
  }
  std::ofstream(file) << json.dump(1);
  KernelChoices next(file);
  compile(collapsed(), next);
  const KernelChoices::Measured& again = next.table().begin()->second;
  EXPECT_EQ(again.milliseconds.at(LayerKind::library) == 1e9, again.provisional);
  EXPECT_TRUE(!again.provisional || again.kind == LayerKind::library);
  KernelChoices resumed("");
  resumed.adopt(json.dump(), "kernels.json");
  compile(collapsed(), resumed);
  EXPECT_TRUE(resumed.table().begin()->second.provisional);
  EXPECT_EQ(resumed.table().begin()->second.milliseconds.at(LayerKind::library), 1e9);
}

// A table that an earlier version wrote does not know every kind that there is now.
TEST_F(MeasuredKernels, ThatLackAKindAreMeasuredAgain) {
  KernelChoices first("");
  compile(collapsed(), first);
  Json json = Json::parse(first.text());
  for (auto& [signature, entry] : json.at("layers").items()) {
    entry.at("chosen") = "library";
    entry.at("milliseconds").erase("direct_channels");
  }
  KernelChoices second("");
  second.adopt(json.dump(), "kernels.json");
  compile(collapsed(), second);
  EXPECT_EQ(second.table().begin()->second.milliseconds.count(LayerKind::direct_channels), 1U);
}

// A cache is no input: whatever is wrong with it, it is made anew.
TEST_F(MeasuredKernels, OfAnotherMachineOrDamagedAreNotUsed) {
  const std::filesystem::path file = folder / "kernels.json";
  KernelChoices kernels(file);
  compile(collapsed(), kernels);
  kernels.save();
  set_provisional(file, false);
  const std::string good = text_of(file);
  std::string other = good;
  other.replace(other.find("\"machine\": \"") + 12, 3, "ZX8");
  for (const std::string& text :
       {other, good.substr(0, good.size() / 2), std::string("[]"), std::string(),
        std::string(R"({"_version": 2, "machine": 7, "layers": []})")}) {
    std::ofstream(file) << text;
    EXPECT_TRUE(KernelChoices(file).table().empty()) << text;
  }
  std::ofstream(file) << good;
  EXPECT_EQ(KernelChoices(file).table().size(), 1U);
}

// What a run has left behind is an input.
TEST_F(MeasuredKernels, ThatARunGoesOnWithAreReadOrRefused) {
  KernelChoices measured("");
  compile(collapsed(), measured);
  const std::string good = measured.text();
  KernelChoices adopted("");
  adopted.adopt(good, "kernels.json");
  EXPECT_EQ(adopted.table().size(), 1U);
  for (const std::string& text : {good.substr(0, good.size() / 2), std::string("[]"),
                                  with_first(good, "\"machine\"", "\"engine\""),
                                  with_first(good, "\"milliseconds\"", "\"seconds\""),
                                  with_first(good, "\"layers\": {", "\"layers\": {\"conv\": 7, "),
                                  with_first(good, "\"layers\": {",
                                             "\"layers\": {\"conv\": {\"milliseconds\": "
                                             "{\"library\": -1}}, ")}) {
    EXPECT_THAT(testing::message_of([&] { adopted.adopt(text, "kernels.json"); }),
                HasSubstr("kernels.json"))
        << text;
  }
}

// CALOQUANT_KERNEL_CACHE may name anything by mistake.
TEST_F(MeasuredKernels, ReplaceNoFileOfSomebodyElse) {
  const std::filesystem::path file = folder / "run.json";
  for (const std::string& text : {std::string("{\"model\": {}}"), std::string("text")}) {
    std::ofstream(file) << text;
    KernelChoices kernels(file);
    compile(collapsed(), kernels);
    kernels.save();
    EXPECT_EQ(text_of(file), text);
  }
  std::ofstream(file, std::ios::trunc).close();
  KernelChoices kernels(file);
  compile(collapsed(), kernels);
  kernels.save();
  set_provisional(file, false);
  EXPECT_EQ(KernelChoices(file).table().size(), 1U);
}

// Rows cannot compute the phases of this layer, whatever a file says.
TEST_F(MeasuredKernels, OfAFileThatCannotComputeTheLayerAreMeasuredAnew) {
  const std::filesystem::path file = folder / "kernels.json";
  KernelChoices kernels(file);
  compile(collapsed(), kernels);
  kernels.save();
  set_provisional(file, false);
  std::string text = text_of(file);
  const std::size_t chosen = text.find("\"chosen\": \"") + 11;
  text.replace(chosen, text.find('"', chosen) - chosen, name_of(LayerKind::direct_rows));
  const std::string times = "\"milliseconds\": {";
  text.insert(text.find(times) + times.size(),
              "\"" + std::string(name_of(LayerKind::direct_rows)) + "\": 1e-9, ");
  std::ofstream(file) << text;
  KernelChoices hostile(file);
  ASSERT_EQ(hostile.table().begin()->second.kind, LayerKind::direct_rows);
  compile(collapsed(), hostile);
  EXPECT_NE(hostile.table().begin()->second.kind, LayerKind::direct_rows);
}

TEST_F(MeasuredKernels, ThatCannotBeKeptDoNoHarm) {
  std::ofstream(folder / "file") << "not a folder";
  KernelChoices kernels(folder / "file" / "kernels.json");
  compile(collapsed(), kernels);
  EXPECT_NO_THROW(kernels.save());
  EXPECT_EQ(kernels.table().size(), 1U);
}

// Whatever is chosen, layer by layer at random: the numbers stay.
TEST_F(MeasuredKernels, AnyChoiceComputesTheSame) {
  for (int round = 0; round < 10; ++round) {
    const Graph canonical = canonicalize(testing::random_generator(random));
    const auto reference = compile_reference(canonical, 3);
    const testing::Ran expected = testing::run_random(canonical, *reference, random);
    const Graph quantized = testing::quantize_everything(canonical, expected.inputs);
    testing::IntegerCheck judge;
    std::map<std::string, int> drawn;  // a layer is asked about more than once
    EngineOptions options;
    options.choose = [&](const LayerQuestion& question) {
      const int kind =
          drawn.try_emplace(question.node.name, testing::uniform_int(random, 0, 5)).first->second;
      const bool joins = question.joined && question.rows;
      return kind == 1 && question.rows                        ? LayerKind::direct_rows
             : kind == 2 && question.channels                  ? LayerKind::direct_channels
             : kind == 3 && question.planes                    ? LayerKind::direct_planes
             : kind == 4 && joins                              ? LayerKind::direct_rows_joined
             : kind == 5 && question.joined && question.planes ? LayerKind::direct_planes_joined
                                                               : LayerKind::library;
    };
    const auto found =
        testing::run_on(canonical, *compile_engine(canonical, 3, options), expected.inputs);
    float largest = 1.0F;
    float difference = 0.0F;
    for (std::size_t i = 0; i < found[0].data<float>().size(); ++i) {
      const float want = expected.outputs[0].data<float>()[i];
      largest = std::max(largest, std::fabs(want));
      difference = std::max(difference, std::fabs(found[0].data<float>()[i] - want));
    }
    EXPECT_LE(difference, 1e-4F * largest);  // as Engine.Fp32EqualsReference
    options.listener = judge.listener();
    options.block_images = 3;
    (void)testing::run_on(quantized, *compile_engine(quantized, 3, options), expected.inputs);
    for (const testing::LayerTally& tally : judge.tallies()) {
      EXPECT_EQ(tally.wrong, 0) << tally.layer << " of round " << round;
    }
  }
}

}  // namespace
}  // namespace caloquant
