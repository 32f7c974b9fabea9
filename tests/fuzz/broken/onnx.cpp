// ONNX models, made field by field.

#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/fuzz/broken/cases.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t f32 = 1;
constexpr std::uint64_t external = 1;

/// The parts of a model of one Gemm, y [N, 2] = x [N, 3] w; each a message or several.
struct Parts {
  std::string ir = wire_number(1, 8);
  std::string opset = wire_bytes(8, wire_number(2, 17));
  std::string node;
  std::string weights;
  std::string input;
  std::string output;
  std::string more{};      ///< behind all others in the graph
  std::string metadata{};  ///< of the model

  [[nodiscard]] std::string whole() const {
    const std::string graph = node + wire_bytes(2, "network") + weights + input + output + more;
    return ir + opset + wire_bytes(7, graph) + metadata;
  }
};

std::string info(const std::string& name, const std::vector<std::int64_t>& extents,
                 std::uint64_t type = f32) {
  std::string shape;
  for (const std::int64_t extent : extents) {
    shape += wire_bytes(1, wire_number(1, static_cast<std::uint64_t>(extent)));
  }
  return wire_bytes(1, name) +
         wire_bytes(2, wire_bytes(1, wire_number(1, type) + wire_bytes(2, shape)));
}

std::string node_of(const std::string& op, const std::vector<std::string>& inputs,
                    const std::vector<std::string>& outputs, const std::string& more = {}) {
  std::string bytes;
  for (const std::string& input : inputs) {
    bytes += wire_bytes(1, input);
  }
  for (const std::string& output : outputs) {
    bytes += wire_bytes(2, output);
  }
  return wire_bytes(1, bytes + wire_bytes(3, "layer") + wire_bytes(4, op) + more);
}

std::string weights_of(const std::vector<std::uint64_t>& dims, const std::string& values,
                       std::uint64_t type = f32, const std::string& name = "w") {
  std::string bytes;
  for (const std::uint64_t extent : dims) {
    bytes += wire_number(1, extent);
  }
  return wire_bytes(5, bytes + wire_number(2, type) + wire_bytes(8, name) + values);
}

std::string integer(const std::string& name, std::int64_t value) {
  return wire_bytes(5, wire_bytes(1, name) + wire_number(3, static_cast<std::uint64_t>(value)) +
                           wire_number(20, 2));
}

const std::string six = wire_bytes(9, floats_as_bytes({1, 2, 3, 4, 5, 6}));

Parts good_parts() {
  return {.node = node_of("Gemm", {"x", "w"}, {"y"}),
          .weights = weights_of({3, 2}, six),
          .input = wire_bytes(11, info("x", {1, 3})),
          .output = wire_bytes(12, info("y", {1, 2}))};
}

class OnnxCases {
 public:
  explicit OnnxCases(BrokenFiles& all) : all_(all) {}

  void bytes(const std::string& defect, const std::string& content,
             std::map<std::string, std::string> beside = {}) {
    beside["model.onnx"] = content;
    all_.push_back(
        {"ONNX: " + defect, std::move(beside), "model.onnx", ErrorKind::model,
         [](const fs::path& folder) { (void)canonicalize(read_onnx(folder / "model.onnx")); }});
  }
  void with(const std::string& defect, const std::function<void(Parts&)>& change,
            std::map<std::string, std::string> beside = {}) {
    Parts parts = good_parts();
    change(parts);
    bytes(defect, parts.whole(), std::move(beside));
  }
  /// Weights whose data are elsewhere.
  void elsewhere(const std::string& defect,
                 const std::vector<std::pair<std::string, std::string>>& entries,
                 std::map<std::string, std::string> beside = {}) {
    std::string data;
    for (const auto& [key, value] : entries) {
      data += wire_bytes(13, wire_bytes(1, key) + wire_bytes(2, value));
    }
    with(
        "external data, " + defect,
        [&](Parts& parts) {
          parts.weights = weights_of({3, 2}, data + wire_number(14, external));
        },
        std::move(beside));
  }

 private:
  BrokenFiles& all_;
};

void add_structure(OnnxCases& cases) {
  const std::string good = good_parts().whole();
  cases.bytes("empty", "");
  cases.bytes("only the version", wire_number(1, 8));
  cases.bytes("half", first_part(good, 0.5));
  cases.bytes("the last byte missing", good.substr(0, good.size() - 1));
  cases.bytes("text", "onnx model\n");
  cases.bytes("HDF5", fixture("keras/compiled_sequential.h5"));
  cases.bytes("a tensor", fixture("foreign/labels.npy"));
  cases.bytes("messages inside each other", [&] {
    std::string inner = "x";
    for (int i = 0; i < 200; ++i) {
      inner = wire_bytes(7, wire_bytes(1, wire_bytes(5, wire_bytes(6, inner))));
    }
    return wire_number(1, 8) + inner;
  }());
  cases.with("no graph",
             [](Parts& parts) { parts = {.node = "", .weights = "", .input = "", .output = ""}; });
  cases.with("no opset", [](Parts& parts) { parts.opset = ""; });
  cases.with("an opset of the future",
             [](Parts& parts) { parts.opset = wire_bytes(8, wire_number(2, 9999)); });
  cases.with("an opset below 0",
             [](Parts& parts) { parts.opset = wire_bytes(8, wire_number(2, ~std::uint64_t{0})); });
  cases.with("an opset of another domain", [](Parts& parts) {
    parts.opset = wire_bytes(8, wire_bytes(1, "evil.domain") + wire_number(2, 1));
  });
  cases.with("no nodes", [](Parts& parts) { parts.node = ""; });
  cases.with("no inputs", [](Parts& parts) { parts.input = ""; });
  cases.with("no outputs", [](Parts& parts) { parts.output = ""; });
  cases.with("an input twice", [](Parts& parts) { parts.input += parts.input; });
  cases.with("an output twice", [](Parts& parts) { parts.output += parts.output; });
  cases.with("a name that is no UTF-8", [](Parts& parts) {
    parts.node = node_of("Gemm", {"x", "w"}, {"y\xff"});
    parts.output = wire_bytes(12, info("y\xff", {1, 2}));
  });
  cases.with("units that are no number", [](Parts& parts) {
    parts.metadata = wire_bytes(14, wire_bytes(1, "caloquant.output_scale") + wire_bytes(2, "nan"));
  });
  cases.with("units below 0", [](Parts& parts) {
    parts.metadata = wire_bytes(14, wire_bytes(1, "caloquant.output_scale") + wire_bytes(2, "-1"));
  });
  cases.with("metadata twice", [](Parts& parts) {
    const std::string one = wire_bytes(14, wire_bytes(1, "a") + wire_bytes(2, "b"));
    parts.metadata = one + one;
  });
}

void add_graphs(OnnxCases& cases) {
  cases.with("an unknown operator", [](Parts& parts) {
    parts.node = node_of("Explode", {"x", "w"}, {"y"});
  });
  cases.with("an operator of another domain", [](Parts& parts) {
    parts.node = node_of("Gemm", {"x", "w"}, {"y"}, wire_bytes(7, "evil.domain"));
  });
  cases.with("an operator without a name", [](Parts& parts) {
    parts.node = node_of("", {"x", "w"}, {"y"});
  });
  cases.with("a node without inputs",
             [](Parts& parts) { parts.node = node_of("Gemm", {}, {"y"}); });
  cases.with("a node of too many inputs", [](Parts& parts) {
    parts.node = node_of("Relu", {"x", "w", "x", "w"}, {"y"});
  });
  cases.with("a node without outputs", [](Parts& parts) {
    parts.node = node_of("Gemm", {"x", "w"}, {});
  });
  cases.with("an input that is not there", [](Parts& parts) {
    parts.node = node_of("Gemm", {"x", "v"}, {"y"});
  });
  cases.with("an output that is not computed", [](Parts& parts) {
    parts.node = node_of("Gemm", {"x", "w"}, {"z"});
  });
  cases.with("a node that reads itself", [](Parts& parts) {
    parts.node = node_of("Gemm", {"y", "w"}, {"y"});
  });
  cases.with("a circle of two nodes", [](Parts& parts) {
    parts.node = node_of("Relu", {"b"}, {"a"}) + node_of("Relu", {"a"}, {"b"}) +
                 node_of("Add", {"x", "a"}, {"y"});
  });
  cases.with("a value that is computed twice", [](Parts& parts) { parts.node += parts.node; });
  cases.with("an attribute twice", [](Parts& parts) {
    parts.node = node_of("Gemm", {"x", "w"}, {"y"}, integer("transB", 0) + integer("transB", 0));
  });
  cases.with("an attribute that the operator lacks", [](Parts& parts) {
    parts.node = node_of("Gemm", {"x", "w"}, {"y"}, integer("transC", 1));
  });
  cases.with("an attribute of an unknown kind", [](Parts& parts) {
    parts.node = node_of("Gemm", {"x", "w"}, {"y"},
                         wire_bytes(5, wire_bytes(1, "transB") + wire_number(20, 99)));
  });
  cases.with("an attribute of another kind", [](Parts& parts) {
    parts.node =
        node_of("Gemm", {"x", "w"}, {"y"},
                wire_bytes(5, wire_bytes(1, "transB") + wire_bytes(4, "yes") + wire_number(20, 3)));
  });
  cases.with("extents that do not fit", [](Parts& parts) {
    parts.weights = weights_of({2, 3}, six);
  });
  cases.with("an input of 10^18 numbers", [](Parts& parts) {
    parts.input = wire_bytes(11, info("x", {1, 1000000000, 1000000000}));
  });
  cases.with("an input of a negative extent", [](Parts& parts) {
    parts.input = wire_bytes(11, info("x", {1, -3}));
  });
  cases.with("an input of text", [](Parts& parts) {
    parts.input = wire_bytes(11, info("x", {1, 3}, 8));
  });
  cases.with("an input of an unknown type", [](Parts& parts) {
    parts.input = wire_bytes(11, info("x", {1, 3}, 99));
  });
  cases.with("an axis beyond all", [](Parts& parts) {
    parts.node = node_of("Softmax", {"x"}, {"y"}, integer("axis", 1000000000));
  });
  cases.with("a group count of 0", [](Parts& parts) {
    parts.node = node_of("Conv", {"x", "w"}, {"y"}, integer("group", 0));
    parts.input = wire_bytes(11, info("x", {1, 1, 5}));
    parts.weights = weights_of({1, 1, 6}, six);
  });
}

void add_weights(OnnxCases& cases) {
  cases.with("weights twice", [](Parts& parts) { parts.weights += parts.weights; });
  cases.with("weights without numbers", [](Parts& parts) {
    parts.weights = weights_of({3, 2}, "");
  });
  cases.with("too few weights", [](Parts& parts) { parts.weights = weights_of({3, 3}, six); });
  cases.with("too many weights", [](Parts& parts) { parts.weights = weights_of({3, 1}, six); });
  cases.with("weights of 10^18 numbers", [](Parts& parts) {
    parts.weights = weights_of({1000000000, 1000000000}, six);
  });
  cases.with("weights whose extents wrap to 6", [](Parts& parts) {
    parts.weights = weights_of({std::uint64_t{1} << 62U, 4, 6}, six);
  });
  cases.with("weights of a negative extent", [](Parts& parts) {
    parts.weights = weights_of({~std::uint64_t{0}, 2}, six);
  });
  cases.with("weights of an unknown type", [](Parts& parts) {
    parts.weights = weights_of({3, 2}, six, 99);
  });
  cases.with("weights without a name", [](Parts& parts) {
    parts.weights = weights_of({3, 2}, six, f32, "");
  });
  const float nan = std::numeric_limits<float>::quiet_NaN();
  cases.with("a weight that is no number", [&](Parts& parts) {
    parts.weights = weights_of({3, 2}, wire_bytes(9, floats_as_bytes({1, 2, nan, 4, 5, 6})));
  });
  cases.elsewhere("absent", {{"location", "absent.bin"}});
  cases.elsewhere("an absolute path", {{"location", "/etc/passwd"}});
  cases.elsewhere("outside of the folder", {{"location", "../../../../etc/passwd"}});
  cases.elsewhere("a folder", {{"location", "."}});
  cases.elsewhere("no place", {{"offset", "0"}});
  cases.elsewhere("too short", {{"location", "w.bin"}}, {{"w.bin", "1234"}});
  cases.elsewhere("an offset beyond its end", {{"location", "w.bin"}, {"offset", "1000"}},
                  {{"w.bin", std::string(24, '\0')}});
  cases.elsewhere("an offset below 0", {{"location", "w.bin"}, {"offset", "-8"}},
                  {{"w.bin", std::string(24, '\0')}});
  cases.elsewhere("an offset that wraps",
                  {{"location", "w.bin"}, {"offset", "18446744073709551600"}},
                  {{"w.bin", std::string(24, '\0')}});
  cases.elsewhere("an offset that is text", {{"location", "w.bin"}, {"offset", "first"}},
                  {{"w.bin", std::string(24, '\0')}});
  cases.elsewhere("another length", {{"location", "w.bin"}, {"length", "12"}},
                  {{"w.bin", std::string(24, '\0')}});
}

}  // namespace

void add_broken_onnx(BrokenFiles& all) {
  OnnxCases cases(all);
  add_structure(cases);
  add_graphs(cases);
  add_weights(cases);
}

}  // namespace caloquant::testing
