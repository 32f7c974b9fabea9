// Frozen GraphDefs and SavedModels of TensorFlow.

#include "graph/io/tensorflow/tensorflow_reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/fuzz/broken/cases.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

std::string node_def(const std::string& name, const std::string& op,
                     const std::vector<std::string>& inputs, const std::string& more = {}) {
  std::string bytes = wire_bytes(1, name) + wire_bytes(2, op);
  for (const std::string& input : inputs) {
    bytes += wire_bytes(3, input);
  }
  return wire_bytes(1, bytes + more);
}

/// An attribute of a node: a map entry of a key and an AttrValue.
std::string attribute(const std::string& key, const std::string& value) {
  return wire_bytes(5, wire_bytes(1, key) + wire_bytes(2, value));
}

std::string placeholder(const std::vector<std::int64_t>& extents) {
  std::string shape;
  for (const std::int64_t extent : extents) {
    shape += wire_bytes(2, wire_number(1, static_cast<std::uint64_t>(extent)));
  }
  return node_def("x", "Placeholder", {},
                  attribute("dtype", wire_number(6, 1)) + attribute("shape", wire_bytes(7, shape)));
}

void add_graph_defs(BrokenFiles& all) {
  const auto add = [&all](const std::string& defect, const std::string& bytes) {
    all.push_back(
        {"GraphDef: " + defect,
         {{"frozen.pb", bytes}},
         "frozen.pb",
         ErrorKind::model,
         [](const fs::path& folder) { (void)canonicalize(read_graph_def(folder / "frozen.pb")); }});
  };
  const std::string good = fixture("tensorflow/classifier/frozen.pb");
  add("empty", "");
  add("one byte", "\x0a");
  add("half", first_part(good, 0.5));
  add("the last byte missing", good.substr(0, good.size() - 1));
  add("text", "node { name: \"x\" op: \"Placeholder\" }\n");
  add("ONNX", fixture("foreign/classifier.onnx"));
  add("no nodes", wire_bytes(4, wire_number(1, 1)));
  const std::string input = placeholder({-1, 3});
  add("only an input", input);
  add("an unknown operator", input + node_def("y", "Explode", {"x"}));
  add("an operator without a name", input + node_def("y", "", {"x"}));
  add("a node without a name", input + node_def("", "Relu", {"x"}));
  add("a name that is no UTF-8", input + node_def("y\xff", "Relu", {"x"}));
  add("two nodes of one name", input + node_def("y", "Relu", {"x"}) + node_def("y", "Relu", {"x"}));
  add("an input that is not there", input + node_def("y", "Relu", {"z"}));
  add("a node that reads itself", input + node_def("y", "Relu", {"y"}));
  add("a circle", input + node_def("a", "Relu", {"b"}) + node_def("b", "Relu", {"a"}));
  add("output 9 of a node that has one", input + node_def("y", "Relu", {"x:9"}));
  add("output -1", input + node_def("y", "Relu", {"x:-1"}));
  add("a node without its inputs", input + node_def("y", "MatMul", {"x"}));
  add("an input of 10^18 numbers",
      placeholder({-1, 1000000000, 1000000000}) + node_def("y", "Relu", {"x"}));
  add("an input of a negative extent", placeholder({-1, -7}) + node_def("y", "Relu", {"x"}));
  const std::string claim =  // a tensor of 10^18 floats
      wire_bytes(8, wire_number(1, 1) +
                        wire_bytes(2, wire_bytes(2, wire_number(1, 1000000000)) +
                                          wire_bytes(2, wire_number(1, 1000000000))) +
                        wire_bytes(5, floats_as_bytes({1.0F})));
  add("a constant of 10^18 numbers",
      input +
          node_def("w", "Const", {},
                   attribute("dtype", wire_number(6, 1)) + attribute("value", claim)) +
          node_def("y", "MatMul", {"x", "w"}));
  add("a constant without a value",
      input + node_def("w", "Const", {}, attribute("dtype", wire_number(6, 1))) +
          node_def("y", "MatMul", {"x", "w"}));
  std::string calls;
  for (int i = 0; i < 60; ++i) {  // f0 calls f1 twice, that f2 twice, ...
    const std::string next = "f" + std::to_string(i + 1);
    const std::string body = wire_bytes(3, wire_bytes(1, "a") + wire_bytes(2, next)) +
                             wire_bytes(3, wire_bytes(1, "b") + wire_bytes(2, next));
    calls += wire_bytes(1, wire_bytes(1, wire_bytes(1, "f" + std::to_string(i))) + body);
  }
  add("functions that double 60 times", input + node_def("y", "f0", {"x"}) + wire_bytes(2, calls));
  add("a function that calls itself",
      input + node_def("y", "f", {"x"}) +
          wire_bytes(2, wire_bytes(1, wire_bytes(1, wire_bytes(1, "f")) +
                                          wire_bytes(3, wire_bytes(1, "a") + wire_bytes(2, "f")))));
}

void add_saved_models(BrokenFiles& all) {
  const std::string folder = "tensorflow/classifier/saved_model/";
  const std::string graph = "saved_model.pb";
  const std::string index = "variables/variables.index";
  const std::string values = "variables/variables.data-00000-of-00001";
  using Files = std::map<std::string, std::string>;
  const auto add = [&](const std::string& defect, const std::string& named,
                       const std::function<void(Files&)>& change) {
    Files files;
    for (const std::string& name : {graph, index, values}) {
      files[name] = fixture(folder + name);
    }
    change(files);
    all.push_back({"SavedModel: " + defect, std::move(files), named, ErrorKind::model,
                   [](const fs::path& at) { (void)canonicalize(read_saved_model(at)); }});
  };
  const std::string in_index = "variables.index";
  for (const double part : {0.0, 0.25, 0.5, 0.999}) {
    const std::string text = std::to_string(static_cast<int>(100 * part)) + " %";
    add("graph, " + text, graph,
        [&](Files& files) { files[graph] = first_part(files[graph], part); });
    add("index, " + text, in_index,
        [&](Files& files) { files[index] = first_part(files[index], part); });
    add("values, " + text, "variables",
        [&](Files& files) { files[values] = first_part(files[values], part); });
  }
  add("no index", "", [&](Files& files) { files.erase(index); });
  add("no values", "variables", [&](Files& files) { files.erase(values); });
  add("values of zeros", in_index,
      [&](Files& files) { files[values] = std::string(files[values].size(), '\0'); });
  add("another model's values", "variables",
      [&](Files& files) { files[values] = fixture("tensorflow/generator/saved_model/" + values); });
  add("another model's index", "variables",
      [&](Files& files) { files[index] = fixture("tensorflow/generator/saved_model/" + index); });
  add("another model's graph", "",
      [&](Files& files) { files[graph] = fixture("tensorflow/generator/saved_model/" + graph); });
  add("graph and index swapped", graph,
      [&](Files& files) { std::swap(files[graph], files[index]); });
  add("an index of text", in_index, [&](Files& files) { files[index] = "kernel 0 24\n"; });
  add("an index of another magic number", in_index, [&](Files& files) {
    files[index] = with_bytes(files[index], files[index].size() - 8, "\1\2\3\4\5\6\7\x08");
  });
  add("an index whose footer leads beyond its end", in_index, [&](Files& files) {
    files[index] = with_bytes(files[index], files[index].size() - 48, "\xff\xff\xff\xff\x7f");
  });
  add("an index with a wrong checksum", in_index, [&](Files& files) { files[index][3] ^= 1; });
  add("a graph that is a GraphDef", graph,
      [&](Files& files) { files[graph] = fixture("tensorflow/classifier/frozen.pb"); });
}

}  // namespace

void add_broken_tensorflow(BrokenFiles& all) {
  add_graph_defs(all);
  add_saved_models(all);
}

}  // namespace caloquant::testing
