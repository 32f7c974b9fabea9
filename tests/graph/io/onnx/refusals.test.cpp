// Every way in which an ONNX file is refused: with its place, at once, and without allocating what
// it claims.

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <ctime>
#include <functional>
#include <limits>
#include <random>

#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "tests/graph/io/onnx/model_builder.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;
using testing::OnnxBuilder;
using testing::set_integer;
using testing::set_integers;
using testing::set_text;
using testing::TempDir;
using testing::write_bytes;

#ifdef __SANITIZE_ADDRESS__
constexpr std::clock_t most_seconds = 30;
#else
constexpr std::clock_t most_seconds = 1;
#endif

/// The message for a file of these bytes; it must come within a second (the promise; it takes
/// milliseconds, the rest is for slow machines) of processor time, as others may keep the machine
/// busy. A sanitizer's second is longer.
std::string refusal_of_bytes(const std::string& bytes) {
  const TempDir folder;
  write_bytes(folder / "model.onnx", bytes);
  const std::clock_t start = std::clock();
  const std::string message = message_of([&] { (void)read_onnx(folder / "model.onnx"); });
  EXPECT_LT(std::clock() - start, most_seconds * CLOCKS_PER_SEC);
  return message;
}

std::string refusal(const OnnxBuilder& builder) {
  return refusal_of_bytes(builder.bytes());
}

/// x [N, 2, 4, 4] -> y, to be filled with nodes.
OnnxBuilder image_model(std::int64_t opset = 13) {
  OnnxBuilder builder(opset);
  builder.input("x", {-1, 2, 4, 4}).output("y");
  return builder;
}

TEST(OnnxRefusals, FilesThatAreNone) {
  EXPECT_THAT(message_of([] { (void)read_onnx("no_such.onnx"); }),
              AllOf(HasSubstr("no_such.onnx"), HasSubstr("no such file")));
  EXPECT_THAT(message_of([] { (void)read_onnx("."); }), HasSubstr("is a folder"));
  EXPECT_THAT(refusal_of_bytes(""), HasSubstr("has no graph"));
  EXPECT_THAT(refusal_of_bytes("this is a text"), HasSubstr("byte 0"));
  EXPECT_THAT(refusal_of_bytes(std::string(4096, '\xff')),
              AllOf(HasSubstr("byte 0"), HasSubstr("more than 10 bytes")));
}

TEST(OnnxRefusals, EveryTruncation) {
  OnnxBuilder builder = image_model();
  builder.weights("w", {1, 2, 1, 1}, {0.5F, -1.0F});
  builder.node("Conv", {"x", "w"}, "y", "conv_1");
  const std::string bytes = builder.bytes();
  ASSERT_EQ(refusal_of_bytes(bytes), "");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // The opset stands behind the graph: whatever is cut off is missed.
    EXPECT_NE(refusal_of_bytes(bytes.substr(0, size)), "") << size << " of " << bytes.size();
  }
  EXPECT_THAT(refusal_of_bytes(bytes.substr(0, bytes.size() / 2)),
              AllOf(HasSubstr("byte "), HasSubstr("claims"), HasSubstr("are left")));
}

TEST(OnnxRefusals, DamagedBytesNeverCrash) {
  OnnxBuilder builder = image_model();
  builder.weights("w", {1, 2, 1, 1}, {0.5F, -1.0F}).list("shape", {0, -1});
  builder.node("Conv", {"x", "w"}, "c", "conv_1");
  builder.node("Reshape", {"c", "shape"}, "y", "reshape_1");
  const std::string bytes = builder.bytes();
  std::mt19937 random(1978);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = bytes;
    for (int hits = 0; hits <= round % 4; ++hits) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    (void)refusal_of_bytes(damaged);  // a typed error or a model, nothing else
  }
}

TEST(OnnxRefusals, WireFormat) {
  // graph (field 7) that claims 2^60 bytes.
  EXPECT_THAT(refusal_of_bytes("\x08\x07\x3a\x80\x80\x80\x80\x80\x80\x80\x80\x10"),
              AllOf(HasSubstr("byte 2"), HasSubstr("claims 1152921504606846976 bytes")));
  // graph as a number.
  EXPECT_THAT(refusal_of_bytes("\x08\x07\x38\x01"),
              AllOf(HasSubstr("byte 2"), HasSubstr("another type")));
  // A group, which ONNX does not have.
  EXPECT_THAT(refusal_of_bytes("\x08\x07\x9b\x06"), HasSubstr("wire type 3"));
}

/// 4 MB that would become a quarter of a gigabyte: two million empty nodes, inputs of a node, or
/// fields that ONNX does not have.
TEST(OnnxRefusals, MillionsOfEmptyParts) {
  const auto delimited = [](char tag, const std::string& content) {
    std::string field(1, tag);
    std::size_t rest = content.size();
    for (; rest > 0x7f; rest >>= 7) {
      field += static_cast<char>((rest & 0x7f) | 0x80);
    }
    return field + static_cast<char>(rest) + content;
  };
  const auto empty_fields = [](char tag) {
    std::string fields;
    for (int i = 0; i < 2'000'000; ++i) {
      fields += {tag, '\0'};
    }
    return fields;
  };
  const std::string head = image_model().bytes();
  const std::string more = "more than 1000000 messages, strings and unknown fields";
  EXPECT_THAT(refusal_of_bytes(head + delimited('\x3a', empty_fields('\x0a'))),
              AllOf(HasSubstr("graph.node["), HasSubstr(more)));
  const std::string node = delimited('\x0a', empty_fields('\x0a'));
  EXPECT_THAT(refusal_of_bytes(head + delimited('\x3a', node)),
              AllOf(HasSubstr("graph.node[0]"), HasSubstr(more)));
  EXPECT_THAT(refusal_of_bytes(head + delimited('\x3a', empty_fields('\x52'))), HasSubstr(more));
}

TEST(OnnxRefusals, Opsets) {
  EXPECT_THAT(refusal(image_model(23)), AllOf(HasSubstr("opset 23"), HasSubstr("7 to 22")));
  EXPECT_THAT(refusal(image_model(0)), HasSubstr("opset 0"));
  OnnxBuilder none = image_model();
  none.model().clear_opset_import();
  EXPECT_THAT(refusal(none), HasSubstr("names no opset"));
  OnnxBuilder old = image_model(6);
  old.node("Add", {"x", "x"}, "y", "sum");
  EXPECT_THAT(refusal(old), AllOf(HasSubstr("node 'sum' (Add, opset 6)"), HasSubstr("7 to 22")));
  OnnxBuilder dropped = image_model(13);
  dropped.node("Upsample", {"x", "x"}, "y");
  EXPECT_THAT(refusal(dropped), AllOf(HasSubstr("(Upsample, opset 13)"), HasSubstr("7 to 9")));
}

TEST(OnnxRefusals, OperatorsAndAttributes) {
  OnnxBuilder unknown = image_model();
  unknown.node("NonMaxSuppression", {"x"}, "y", "nms");
  EXPECT_THAT(refusal(unknown),
              AllOf(HasSubstr("node 'nms' (NonMaxSuppression, opset 13)"),
                    HasSubstr("is not supported"), HasSubstr("`caloquant operators`")));
  OnnxBuilder domain = image_model();
  domain.node("Conv", {"x"}, "y").set_domain("com.microsoft");
  EXPECT_THAT(refusal(domain), HasSubstr("of domain 'com.microsoft'"));
  OnnxBuilder attribute = image_model();
  set_integer(attribute.node("Relu", {"x"}, "y"), "leak", 1);
  EXPECT_THAT(refusal(attribute), HasSubstr("unknown attribute 'leak'"));
  OnnxBuilder kind = image_model();
  set_integer(kind.node("LeakyRelu", {"x"}, "y"), "alpha", 1);
  EXPECT_THAT(refusal(kind), HasSubstr("'alpha' has another type"));
  for (const float alpha :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    OnnxBuilder number = image_model();
    auto& written = *number.node("LeakyRelu", {"x"}, "y").add_attribute();
    written.set_name("alpha");
    written.set_type(1);  // FLOAT
    written.set_f(alpha);
    EXPECT_THAT(refusal(number), HasSubstr("(LeakyRelu, opset 13): attribute 'alpha' is "));
    EXPECT_THAT(refusal(number), HasSubstr("it must be a finite number"));
  }
  OnnxBuilder twice = image_model();
  auto& node = twice.node("Flatten", {"x"}, "y");
  set_integer(node, "axis", 1);
  set_integer(node, "axis", 2);
  EXPECT_THAT(refusal(twice), HasSubstr("attribute 'axis' twice"));
  OnnxBuilder inputs = image_model();
  inputs.node("Relu", {"x", "x"}, "y");
  EXPECT_THAT(refusal(inputs), HasSubstr("has 2 inputs"));
  OnnxBuilder missing = image_model();
  missing.node("Add", {"x", ""}, "y");
  EXPECT_THAT(refusal(missing), HasSubstr("has no input 1"));
}

TEST(OnnxRefusals, NamesAndCycles) {
  OnnxBuilder cycle = image_model();
  cycle.node("Add", {"x", "b"}, "a", "first");
  cycle.node("Relu", {"a"}, "b", "second");
  cycle.node("Relu", {"a"}, "y", "third");
  EXPECT_THAT(refusal(cycle), AllOf(HasSubstr("node 'first' (Add"), HasSubstr("part of a cycle")));
  OnnxBuilder self = image_model();
  self.node("Relu", {"y"}, "y", "ouroboros");
  EXPECT_THAT(refusal(self), AllOf(HasSubstr("'ouroboros'"), HasSubstr("part of a cycle")));
  OnnxBuilder unknown = image_model();
  unknown.node("Relu", {"z"}, "y", "lost");
  EXPECT_THAT(refusal(unknown), AllOf(HasSubstr("'lost'"), HasSubstr("reads 'z'")));
  OnnxBuilder twice = image_model();
  twice.node("Relu", {"x"}, "y", "one");
  twice.node("Tanh", {"x"}, "y", "two");
  EXPECT_THAT(refusal(twice), AllOf(HasSubstr("'two'"), HasSubstr("exists already")));
  EXPECT_THAT(refusal(image_model()), HasSubstr("output 'y': is never computed"));
  OnnxBuilder weird = image_model();
  weird.node("Relu", {"z"}, "y", "a\nb\x1b[31m");
  EXPECT_THAT(refusal(weird), HasSubstr("'a\\nb\\x1b[31m'"));
}

TEST(OnnxRefusals, Tensors) {
  OnnxBuilder huge = image_model();
  huge.weights("w", {1, 2, 1, std::int64_t{1} << 40}, {0.5F});
  EXPECT_THAT(refusal(huge), AllOf(HasSubstr("tensor 'w'"), HasSubstr("claims to be f32[1, 2"),
                                   HasSubstr("has 1 number")));
  OnnxBuilder overflow = image_model();
  overflow.weights("w", {std::int64_t{1} << 40, std::int64_t{1} << 40}, {0.5F});
  EXPECT_THAT(refusal(overflow), HasSubstr("impossible extents"));
  OnnxBuilder negative = image_model();
  negative.weights("w", {-1}, {0.5F});
  EXPECT_THAT(refusal(negative), HasSubstr("impossible extents"));
  OnnxBuilder raw = image_model();
  raw.weights("w", {3}, {});
  raw.model().mutable_graph()->mutable_initializer(0)->set_raw_data("12345");
  EXPECT_THAT(refusal(raw), AllOf(HasSubstr("f32[3]"), HasSubstr("has 5 bytes")));
  OnnxBuilder type = image_model();
  type.weights("w", {1}, {1.0F});
  type.model().mutable_graph()->mutable_initializer(0)->set_data_type(8);
  EXPECT_THAT(refusal(type), HasSubstr("elements of string"));
  type.model().mutable_graph()->mutable_initializer(0)->set_data_type(99);
  EXPECT_THAT(refusal(type), HasSubstr("elements of type 99"));
  OnnxBuilder range = image_model();
  range.weights("w", {1}, {});
  auto& tensor = *range.model().mutable_graph()->mutable_initializer(0);
  tensor.set_data_type(3);
  tensor.add_int32_data(300);
  EXPECT_THAT(refusal(range), HasSubstr("holds 300, which is no s8"));
  OnnxBuilder doubled = image_model();
  doubled.weights("w", {1}, {1.0F}).weights("w", {1}, {1.0F});
  EXPECT_THAT(refusal(doubled), AllOf(HasSubstr("tensor 'w'"), HasSubstr("exists twice")));
}

std::string refusal_of_external(const std::vector<std::pair<std::string, std::string>>& entries) {
  const TempDir folder;
  std::filesystem::create_directory(folder / "model");
  write_bytes(folder / "secret.bin", "12345678");
  write_bytes(folder / "model/weights.bin", "12345678");
  std::filesystem::create_symlink(folder / "secret.bin", folder / "model/link.bin");
  OnnxBuilder builder = image_model();
  builder.weights("w", {2}, {});
  auto& tensor = *builder.model().mutable_graph()->mutable_initializer(0);
  tensor.set_data_location(onnx_proto::TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  builder.node("Relu", {"x"}, "y");
  return message_of([&] { (void)read_onnx(builder.save(folder / "model/model.onnx")); });
}

TEST(OnnxRefusals, ExternalData) {
  EXPECT_EQ(refusal_of_external({{"location", "weights.bin"}}), "");
  EXPECT_EQ(refusal_of_external({{"location", "./weights.bin"}, {"length", "8"}}), "");
  for (const char* outside : {"../secret.bin", "/etc/hostname", "link.bin", "", ".."}) {
    EXPECT_THAT(refusal_of_external({{"location", outside}}),
                AllOf(HasSubstr("tensor 'w'"), HasSubstr("not inside the folder")))
        << outside;
  }
  EXPECT_THAT(refusal_of_external({{"location", "absent.bin"}}), HasSubstr("is not there"));
  EXPECT_THAT(refusal_of_external({{"location", "weights.bin"}, {"offset", "4"}}),
              AllOf(HasSubstr("has 8 bytes"), HasSubstr("from byte 4")));
  EXPECT_THAT(
      refusal_of_external({{"location", "weights.bin"}, {"offset", "18446744073709551615"}}),
      HasSubstr("has 8 bytes"));
  EXPECT_THAT(refusal_of_external({{"location", "weights.bin"}, {"length", "4"}}),
              HasSubstr("4 bytes of external data"));
  EXPECT_THAT(refusal_of_external({{"location", "weights.bin"}, {"offset", "-1"}}),
              HasSubstr("'-1' where a number stands"));
}

/// Constants that would compute for hours or fill the memory.
TEST(OnnxRefusals, Bombs) {
  OnnxBuilder large = image_model();
  large.list("dims", {1 << 30, 1 << 30});
  large.node("ConstantOfShape", {"dims"}, "zeros", "bomb");
  large.node("Add", {"x", "zeros"}, "y");
  EXPECT_THAT(refusal(large), AllOf(HasSubstr("'bomb'"), HasSubstr("more than the 64 MiB")));
  OnnxBuilder tile = image_model();
  tile.weights("w", {1}, {1.0F}).list("repeats", {std::int64_t{1} << 60});
  tile.node("Tile", {"w", "repeats"}, "zeros", "bomb");
  tile.node("Add", {"x", "zeros"}, "y");
  EXPECT_THAT(refusal(tile), AllOf(HasSubstr("'bomb'"), HasSubstr("repeats")));
  OnnxBuilder product = image_model();
  product.list("dims", {2000, 2000});
  product.node("ConstantOfShape", {"dims"}, "m", "zeros");
  product.node("MatMul", {"m", "m"}, "mm", "bomb");
  product.node("Add", {"x", "mm"}, "y");
  EXPECT_THAT(refusal(product), AllOf(HasSubstr("'bomb'"), HasSubstr("more work")));
  OnnxBuilder stride = image_model();
  stride.weights("w", {2, 1, 1, 1}, {1.0F, 1.0F});
  set_integers(stride.node("ConvTranspose", {"x", "w"}, "y", "bomb"), "strides",
               {1 << 30, 1 << 30});
  EXPECT_THAT(refusal(stride), AllOf(HasSubstr("'bomb'"), HasSubstr("stride")));
  OnnxBuilder pads = image_model();
  pads.weights("w", {1, 2, 1, 1}, {1.0F, 1.0F});
  set_integers(pads.node("Conv", {"x", "w"}, "y", "bomb"), "pads",
               {0, std::int64_t{1} << 62, 0, std::int64_t{1} << 62});
  EXPECT_THAT(refusal(pads), AllOf(HasSubstr("'bomb'"), HasSubstr("out of range")));
}

TEST(OnnxRefusals, Inputs) {
  OnnxBuilder none;
  none.output("y");
  none.node("Constant", {}, "y");
  EXPECT_THAT(refusal(none), HasSubstr("no inputs"));
  const auto with_input = [](const std::vector<std::int64_t>& dims, int type = 1) {
    OnnxBuilder builder;
    builder.input("x", dims, type).output("y");
    builder.node("Relu", {"x"}, "y");
    return refusal(builder);
  };
  EXPECT_EQ(with_input({-1, 4}), "");
  EXPECT_EQ(with_input({8, 4}), "");
  EXPECT_THAT(with_input({-1, -1, 4}), HasSubstr("only the first may be unknown"));
  EXPECT_THAT(with_input({-1}), HasSubstr("needs 2 to 5 axes"));
  EXPECT_THAT(with_input({-1, 4}, 7), HasSubstr("elements of s64, f32 is needed"));
  OnnxBuilder batches;
  batches.input("a", {2, 4}).input("b", {3, 4}).output("y");
  batches.node("Add", {"a", "b"}, "y");
  EXPECT_THAT(refusal(batches), HasSubstr("a batch of 3, another input one of 2"));
}

TEST(OnnxRefusals, WhatTheGraphCannotDo) {
  const auto refused = [](const std::string& op, const std::vector<std::string>& inputs,
                          const std::function<void(OnnxBuilder&, onnx_proto::NodeProto&)>& more) {
    OnnxBuilder builder = image_model();
    auto& node = builder.node(op, inputs, "y", "n");
    more(builder, node);
    return refusal(builder);
  };
  const auto nothing = [](OnnxBuilder&, onnx_proto::NodeProto&) {};
  EXPECT_THAT(refused("Mul", {"x", "x"}, nothing), HasSubstr("multiplies two computed tensors"));
  const auto bounded = [&](const std::string& op, const std::vector<std::string>& inputs,
                           std::vector<std::int64_t> dims, std::vector<float> values) {
    return refused(op, inputs, [&](OnnxBuilder& builder, onnx_proto::NodeProto&) {
      builder.weights("b", dims, values);
    });
  };
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(bounded("Clip", {"x", "b"}, {}, {nan}), HasSubstr("a bound that is not a number"));
  EXPECT_THAT(bounded("Clip", {"x", "", "b"}, {2}, {1.0F, 2.0F}),
              HasSubstr("has a bound [2], needs a number"));
  EXPECT_THAT(refused("Clip", {"x", "x"}, nothing),
              HasSubstr("is computed, it must be a constant"));
  EXPECT_THAT(bounded("Max", {"x", "b"}, {2, 1, 1}, {1.0F, nan}),
              HasSubstr("a bound that is not a number"));
  EXPECT_THAT(bounded("Min", {"b", "x"}, {3, 1, 1, 1}, {1.0F, 2.0F, 3.0F}),
              HasSubstr("for each event"));
  EXPECT_THAT(refused("Sqrt", {"x"}, nothing),
              AllOf(HasSubstr("'n' (Sqrt, opset 13)"), HasSubstr("`caloquant operators`")));
  EXPECT_THAT(refused("Transpose", {"x"}, nothing), HasSubstr("moves the batch"));
  EXPECT_THAT(refused("Conv", {"x", "x"}, nothing), HasSubstr("weights frozen"));
  EXPECT_THAT(refused("Resize", {"x", "", "s"},
                      [](OnnxBuilder& builder, onnx_proto::NodeProto& node) {
                        builder.weights("s", {4}, {1.0F, 1.0F, 2.0F, 2.0F});
                        set_text(node, "mode", "linear");
                      }),
              HasSubstr("only nearest is supported"));
  EXPECT_THAT(refused("Resize", {"x", "", "s"},
                      [](OnnxBuilder& builder, onnx_proto::NodeProto&) {
                        builder.weights("s", {4}, {1.0F, 1.0F, 1.5F, 2.0F});
                      }),
              HasSubstr("only integer factors"));
  EXPECT_THAT(refused("Reshape", {"x", "s"},
                      [](OnnxBuilder& builder, onnx_proto::NodeProto&) {
                        builder.list("s", {4, 8});
                      }),
              HasSubstr("whose first is not the batch"));
  EXPECT_THAT(refused("Reshape", {"x", "s"},
                      [](OnnxBuilder& builder, onnx_proto::NodeProto&) {
                        builder.list("s", {-1, 8});
                      }),
              HasSubstr("the first axis must stay the batch"));
  EXPECT_THAT(refused("Pad", {"x", "p"},
                      [](OnnxBuilder& builder, onnx_proto::NodeProto& node) {
                        builder.list("p", {0, 0, 1, 1, 0, 0, 1, 1});
                        set_text(node, "mode", "reflect");
                      }),
              HasSubstr("pads in mode 'reflect'"));
  EXPECT_THAT(refused("Slice", {"x", "b", "e"},
                      [](OnnxBuilder& builder, onnx_proto::NodeProto&) {
                        builder.list("b", {0, 1}).list("e", {9, 2});
                      }),
              HasSubstr("cuts the batch"));
  EXPECT_THAT(refused("Conv", {"x", "w"},
                      [](OnnxBuilder& builder, onnx_proto::NodeProto&) {
                        builder.weights("w", {1, 3, 1, 1}, {1.0F, 1.0F, 1.0F});
                      }),
              AllOf(HasSubstr("'n' (Conv, opset 13)"), HasSubstr("do not fit src")));
  EXPECT_THAT(
      refused("Conv", {"x", "w"},
              [](OnnxBuilder& builder, onnx_proto::NodeProto&) {
                builder.weights("w", {1, 2, 1, 1}, {1.0F, std::numeric_limits<float>::infinity()});
              }),
      HasSubstr("not finite"));
}

}  // namespace
}  // namespace caloquant
