// quantized.h5: damaged, and changed by a stranger who makes its checksum anew.

#include <fstream>
#include <iterator>
#include <limits>
#include <optional>

#include "graph/io/files/checksum_block.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/io/native/native_format.hpp"
#include "tests/fuzz/broken/cases.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t format_version = 3;

/// Everything that such a file holds.
struct Content {
  Json graph;
  std::map<std::string, Tensor> tensors;
  std::optional<std::string> provenance = "{}";
  bool with_graph = true;
  std::int64_t version = format_version;

  Json& node(std::size_t index) { return graph.at("nodes").at(index); }
  /// The first node that is quantized.
  Json& quantized() {
    for (Json& node : graph.at("nodes")) {
      if (node.contains("quantized_src")) {
        return node;
      }
    }
    throw std::runtime_error("nothing is quantized");
  }
  Json& first_conv() {
    for (Json& node : graph.at("nodes")) {
      if (node.at("op") == "conv") {
        return node;
      }
    }
    throw std::runtime_error("there is no convolution");
  }
  Tensor& first(const std::string& group) { return tensors.lower_bound(group)->second; }
  std::string first_path(const std::string& group) const {
    return tensors.lower_bound(group)->first;
  }
};

void add_group(const H5File& file, const std::string& group, const Json& graph,
               std::map<std::string, Tensor>& tensors) {
  for (const std::string& name : file.children(group)) {
    const std::string path = group + "/" + name;
    DType dtype = DType::f32;
    for (const Json& constant : graph.at("constants")) {
      if (path == "/constants/" + constant.at("id").dump()) {
        dtype = constant.at("dtype") == "s8" ? DType::s8 : DType::f32;
      }
    }
    tensors.emplace(path, file.read(path, dtype));
  }
}

Content content_of(const fs::path& path) {
  const H5File file = H5File::open(path, ErrorKind::model);
  Content content;
  content.graph = Json::parse(file.read_text("/graph"));
  for (const char* group : {"/constants", "/scales", "/samples"}) {
    add_group(file, group, content.graph, content.tensors);
  }
  return content;
}

std::string sealed(const Content& content) {
  const TempDir folder;
  const fs::path path = folder / "sealed.h5";
  H5File file = H5File::create(path, checksum_block_bytes);
  if (content.with_graph) {
    file.write_text("/graph", content.graph.dump());
  }
  for (const auto& [name, tensor] : content.tensors) {
    file.write(name, tensor);
  }
  if (content.provenance) {
    file.write_text("/provenance", *content.provenance);
  }
  file.commit_with_checksum(content.version);
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// As every command reads it.
void read(const fs::path& folder) {
  const NativeModel model = read_native(folder / "quantized.h5");
  verify_samples(model, folder / "quantized.h5");
}

class NativeCases {
 public:
  explicit NativeCases(BrokenFiles& all) : all_(all) {
    std::ofstream(folder_ / "good.h5", std::ios::binary) << good;
    content_ = content_of(folder_ / "good.h5");
  }

  void bytes(const std::string& defect, const std::string& content) {
    all_.push_back({"quantized.h5: " + defect,
                    {{"quantized.h5", content}},
                    "quantized.h5",
                    ErrorKind::model,
                    read});
  }
  void with(const std::string& defect, const std::function<void(Content&)>& change) {
    Content content = content_;
    change(content);
    bytes("resealed, " + defect, sealed(content));
  }
  void src(const std::string& key, const Json& value) {
    with("a src whose " + key + " is " + value.dump(),
         [&](Content& content) { content.quantized()["quantized_src"][key] = value; });
  }
  void conv(const std::string& key, const Json& value) {
    with("a convolution whose " + key + " is " + value.dump(),
         [&](Content& content) { content.first_conv()[key] = value; });
  }
  /// The first number of the first tensor of a group.
  void number(const std::string& group, float value, const std::string& called) {
    with(called + " in " + group, [&](Content& content) {
      for (auto& [path, tensor] : content.tensors) {
        if (path.starts_with(group) && tensor.dtype() == DType::f32) {
          tensor.data<float>()[0] = value;
          return;
        }
      }
      throw std::runtime_error("there are no numbers in " + group);
    });
  }

  const std::string good = fixture("native/quantized.h5");

 private:
  BrokenFiles& all_;
  TempDir folder_;
  Content content_;
};

void add_bytes(NativeCases& cases) {
  const std::string& good = cases.good;
  cases.bytes("empty", "");
  cases.bytes("only the word", "caloquant-model");
  cases.bytes("only the block", good.substr(0, checksum_block_bytes));
  cases.bytes("half", first_part(good, 0.5));
  cases.bytes("the last byte missing", good.substr(0, good.size() - 1));
  cases.bytes("something behind it", good + "x");
  cases.bytes("another word", with_bytes(good, 0, "k"));
  cases.bytes("a checksum of another file", with_bytes(good, 20, "0000"));
  cases.bytes("no checksum", good.substr(checksum_block_bytes));
  cases.bytes("version 1", replaced(good, "caloquant-model 3", "caloquant-model 1"));
  cases.bytes("version 2", replaced(good, "caloquant-model 3", "caloquant-model 2"));
  cases.bytes("version 4", replaced(good, "caloquant-model 3", "caloquant-model 4"));
  cases.bytes("version beyond 64 bits",
              replaced(good, "caloquant-model 3 ", "caloquant-model 99999999999999999999 "));
}

void add_numbers(NativeCases& cases) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const float denormal = std::numeric_limits<float>::denorm_min();
  cases.number("/scales", nan, "no number");
  cases.number("/scales", infinity, "infinity");
  cases.number("/scales", 0.0F, "0");
  cases.number("/scales", -0.1F, "a negative number");
  cases.number("/scales", denormal, "a denormal");
  cases.number("/scales", 3e38F, "a number whose products overflow");
  cases.number("/constants", nan, "no number");
  cases.number("/constants", -infinity, "infinity");
  cases.number("/samples/input", nan, "no number");
  cases.number("/samples/output", nan, "no number");
  cases.number("/samples/output", infinity, "infinity");
  cases.number("/samples/output", 1e30F, "another number");
  cases.src("scale", 0);
  cases.src("scale", -1);
  cases.src("scale", 1e-45);
  cases.src("scale", 1e39);
  cases.src("scale", "nan");
  cases.src("scale", nullptr);
  cases.src("zero_point", 256);
  cases.src("zero_point", -129);
  cases.src("zero_point", 1e18);
  cases.src("zero_point", 0.5);
  cases.src("dtype", "s4");
  cases.src("dtype", 8);
  cases.src("limit", 7);
}

void add_graph(NativeCases& cases) {
  cases.with("no graph", [](Content& content) { content.with_graph = false; });
  cases.with("a graph that is a list", [](Content& content) { content.graph = Json::array(); });
  cases.with("no provenance", [](Content& content) { content.provenance.reset(); });
  cases.with("provenance that is no JSON", [](Content& content) { content.provenance = "{"; });
  cases.with("deep provenance", [](Content& content) { content.provenance = nested(1000); });
  for (const char* key : {"name", "output_units", "inputs", "constants", "nodes", "outputs"}) {
    cases.with(std::string("no ") + key, [&](Content& content) { content.graph.erase(key); });
    cases.with(std::string("a number as ") + key,
               [&](Content& content) { content.graph[key] = 7; });
  }
  cases.with("units of 0", [](Content& content) { content.graph["output_units"]["scale"] = 0; });
  cases.with("units below 0",
             [](Content& content) { content.graph["output_units"]["scale"] = -2; });
  cases.with("no outputs in the list",
             [](Content& content) { content.graph["outputs"] = Json::array(); });
  cases.with("no inputs in the list",
             [](Content& content) { content.graph["inputs"] = Json::array(); });
  cases.with("an output that is not there",
             [](Content& content) { content.graph["outputs"][0]["id"] = 99999; });
  cases.with("two outputs of one name", [](Content& content) {
    content.graph["outputs"].push_back(content.graph["outputs"][0]);
  });
  cases.with("an input of 10^18 numbers", [](Content& content) {
    content.graph["inputs"][0]["shape"] = {1, 1000000000, 1000000000};
  });
  cases.with("an input whose extents wrap", [](Content& content) {
    content.graph["inputs"][0]["shape"] = {1, std::int64_t{1} << 62, 8};
  });
  cases.with("an input of a negative extent", [](Content& content) {
    content.graph["inputs"][0]["shape"] = {1, -8};
  });
  cases.with("an input without extents",
             [](Content& content) { content.graph["inputs"][0]["shape"] = Json::array(); });
  cases.with("an unknown operator", [](Content& content) { content.node(0)["op"] = "explode"; });
  cases.with("a node that reads itself",
             [](Content& content) { content.node(0)["inputs"][0] = content.node(0)["output"]; });
  cases.with("a node that reads what comes later", [](Content& content) {
    content.node(0)["inputs"][0] = content.graph["nodes"].back()["output"];
  });
  cases.with("a node without inputs",
             [](Content& content) { content.first_conv()["inputs"] = Json::array(); });
  cases.with("a node of too many inputs", [](Content& content) {
    Json& inputs = content.first_conv()["inputs"];
    inputs = {inputs[0], inputs[1], inputs[1], inputs[1], inputs[1]};
  });
  cases.with("two nodes of one name",
             [](Content& content) { content.node(1)["name"] = content.node(0)["name"]; });
  cases.with("two values of one number",
             [](Content& content) { content.node(1)["output"] = content.node(0)["output"]; });
  cases.conv("strides", {0, 0});
  cases.conv("strides", {-1, -1});
  cases.conv("strides", {1});
  cases.conv("dilations", {0, 0});
  cases.conv("dilations", {1000000000000, 1});
  cases.conv("pads_begin", {-5, 0});
  cases.conv("pads_end", {std::int64_t{1} << 62, 0});
  cases.conv("groups", 0);
  cases.conv("groups", -1);
  cases.conv("groups", 7777);
}

void add_tensors(NativeCases& cases) {
  for (const char* group : {"/constants", "/scales", "/samples/input", "/samples/output"}) {
    cases.with(std::string("without the first of ") + group,
               [&](Content& content) { content.tensors.erase(content.first_path(group)); });
    cases.with(std::string("another shape in ") + group, [&](Content& content) {
      content.first(group) = Tensor::of<float>({7}, std::vector<float>(7, 0.5F));
    });
    cases.with(std::string("a scalar in ") + group, [&](Content& content) {
      content.first(group) = Tensor::of<float>({1}, std::vector<float>{0.5F});
    });
  }
  cases.with("no samples", [](Content& content) {
    std::erase_if(content.tensors,
                  [](const auto& entry) { return entry.first.starts_with("/samples"); });
  });
  cases.with("samples without rows", [](Content& content) {
    for (auto& [path, tensor] : content.tensors) {
      if (path.starts_with("/samples")) {
        Shape shape = tensor.shape();
        shape.front() = 0;
        tensor = Tensor(DType::f32, shape);
      }
    }
  });
  cases.with("samples of zeros", [](Content& content) {
    for (auto& [path, tensor] : content.tensors) {
      if (path.starts_with("/samples/output")) {
        tensor = Tensor(DType::f32, tensor.shape());
      }
    }
  });
  cases.with("weights of another sign", [](Content& content) {
    for (auto& [path, tensor] : content.tensors) {
      if (path.starts_with("/constants") && tensor.dtype() == DType::s8) {
        for (std::int8_t& weight : tensor.data<std::int8_t>()) {
          weight = static_cast<std::int8_t>(weight == -128 ? 127 : -weight);
        }
      }
    }
  });
  cases.with("weights of an unknown type",
             [](Content& content) { content.graph["constants"][0]["dtype"] = "f16"; });
  cases.with("weights of another type", [](Content& content) {
    for (Json& constant : content.graph["constants"]) {
      constant["dtype"] = "f32";
    }
  });
  cases.with("a constant of a negative number",
             [](Content& content) { content.graph["constants"][0]["id"] = -1; });
  cases.with("no constants in the list",
             [](Content& content) { content.graph["constants"] = Json::array(); });
  cases.with("samples that do not fit in memory", [](Content& content) {
    content.graph["inputs"][0]["shape"] = {1, 1000000};
  });
}

}  // namespace

void add_broken_native(BrokenFiles& all) {
  NativeCases cases(all);
  add_bytes(cases);
  add_numbers(cases);
  add_graph(cases);
  add_tensors(cases);
}

}  // namespace caloquant::testing
