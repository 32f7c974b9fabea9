#include "graph/io/tensorflow/inline_functions.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <charconv>
#include <memory>
#include <set>

#include "graph/io/files/utf8.hpp"
#include "graph/io/onnx/model.hpp"
#include "graph/io/tensorflow/operator_table.hpp"
#include "graph/io/tensorflow/sort_nodes.hpp"

namespace caloquant::tensorflow {
namespace {

using onnx::printable;

constexpr int deepest_call = 64;
constexpr std::size_t most_nodes = 200'000;
constexpr std::size_t most_calls = 20'000;
constexpr int deepest_chain = 2000;  // of calls that give their results to each other

bool is_call(const Node& node) {
  return node.op == "StatefulPartitionedCall" || node.op == "PartitionedCall";
}

/// A function that is being inlined, or the main graph.
struct Scope {
  const Function* function = nullptr;  ///< null: the main graph
  const std::vector<Node>* nodes = nullptr;
  std::map<std::string, std::size_t> index;             ///< node -> position
  std::map<std::string, std::string> arguments;         ///< -> flat tensor
  std::map<std::string, std::string> flat;              ///< node -> flat node
  std::map<std::string, std::shared_ptr<Scope>> calls;  ///< node -> what it calls
  int depth = 0;
};

class Inliner {
 public:
  explicit Inliner(const Program& program) : program_(program) {
    main_->nodes = &program.nodes;
    index_nodes(*main_);
  }

  FlatProgram run() {
    FlatProgram flat;
    flat.file = program_.file;
    choose_endpoints(flat);
    for (Endpoint& output : flat.outputs) {
      output.tensor = resolve(*main_, main_name(output.tensor));
    }
    while (!waiting_.empty()) {
      const auto [scope, node, position] = waiting_.back();
      waiting_.pop_back();
      std::vector<std::string> inputs;
      for (const std::string& input : node->inputs) {
        if (input.rfind('^', 0) != 0) {
          inputs.push_back(resolve(*scope, scope->function == nullptr ? main_name(input) : input));
        }
      }
      nodes_[position].inputs = std::move(inputs);
    }
    for (Endpoint& input : flat.inputs) {
      const auto known = main_->flat.find(parse_tensor_name(input.tensor).node);
      input.tensor = known == main_->flat.end() ? "" : known->second + ":0";
    }
    std::erase_if(flat.inputs, [](const Endpoint& input) { return input.tensor.empty(); });
    flat.nodes = sort_nodes(std::move(nodes_), program_.file.string());
    return flat;
  }

 private:
  [[noreturn]] void fail(const std::string& where, const std::string& problem,
                         const std::string& remedy = "the file is damaged") const {
    throw ModelError(program_.file.string() + ": " + where, problem, remedy);
  }

  void index_nodes(Scope& scope) {
    for (std::size_t i = 0; i < scope.nodes->size(); ++i) {
      const std::string& name = (*scope.nodes)[i].name;
      if (name.empty() || name.front() == '^' || name.find(':') != std::string::npos ||
          !is_utf8(name)) {
        fail("node '" + printable(name) + "'", "has an impossible name");
      }
      if (!scope.index.emplace(name, i).second) {
        fail("node '" + printable(name) + "'", "exists twice");
      }
    }
  }

  /// "node", "node:1" of the main graph as a function body writes it: "node::1". What is neither
  /// ("node:-1") stays as it is and is found nowhere.
  static std::string main_name(const std::string& text) {
    const TensorName name = parse_tensor_name(text);
    const bool known = name.node.find(':') == std::string::npos;
    return known ? name.node + "::" + std::to_string(name.index) : text;
  }

  /// Number of the output `name` of a node; lists have one name for all of their tensors.
  static std::size_t first_output(const Node& node, const std::string& name) {
    if (node.op.rfind("FusedBatchNorm", 0) == 0 && !name.empty() && name != "y") {
      return 1;  // a statistic, which nothing that we translate reads
    }
    return 0;
  }

  /// The flat tensor of "argument" or "node:output:index" within a scope.
  std::string resolve(Scope& scope, const std::string& text) {
    const auto argument = scope.arguments.find(text);
    if (argument != scope.arguments.end()) {
      return argument->second;
    }
    const std::size_t first = text.find(':');
    const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
    const std::string name = text.substr(0, first);
    const auto found = scope.index.find(name);
    if (found == scope.index.end() || (first != std::string::npos && second == std::string::npos)) {
      fail("tensor '" + printable(text) + "'", "is computed by no node");
    }
    const std::string output =
        second == std::string::npos ? "" : text.substr(first + 1, second - first - 1);
    std::size_t index =
        second == std::string::npos ? 0 : parse_tensor_name("x:" + text.substr(second + 1)).index;
    const Node& node = (*scope.nodes)[found->second];
    if (is_call(node)) {
      return resolve_call(scope, node, index);
    }
    index += first_output(node, output);
    return flat_name(scope, node) + ":" + std::to_string(index);
  }

  std::string resolve_call(Scope& scope, const Node& node, std::size_t index) {
    if (++chain_ > deepest_chain) {
      fail("node '" + printable(node.name) + "'", "is behind too many function calls");
    }
    Scope& inner = called(scope, node);
    const Function& function = *inner.function;
    if (index >= function.results.size() || function.returns.count(function.results[index]) == 0) {
      fail("function '" + printable(function.name) + "'", "has no result " + std::to_string(index));
    }
    std::string result = resolve(inner, function.returns.at(function.results[index]));
    --chain_;
    return result;
  }

  Scope& called(Scope& scope, const Node& node) {
    auto& inner = scope.calls[node.name];
    if (inner) {
      return *inner;
    }
    check_attributes(node, program_.file.string() + ": node '" + printable(node.name) + "'");
    const Attr* attr = node.find("f", AttrKind::function);
    const auto found =
        attr == nullptr ? program_.functions.end() : program_.functions.find(attr->text);
    if (found == program_.functions.end()) {
      fail("node '" + printable(node.name) + "'", "calls a function that the file does not have");
    }
    if (scope.depth >= deepest_call) {
      fail("function '" + printable(found->first) + "'",
           "calls are nested more than " + std::to_string(deepest_call) + " deep");
    }
    if (++calls_ > most_calls) {
      fail("function '" + printable(found->first) + "'",
           "is called by one of more than " + std::to_string(most_calls) + " calls");
    }
    auto made = std::make_shared<Scope>();
    made->function = &found->second;
    made->nodes = &found->second.nodes;
    made->depth = scope.depth + 1;
    index_nodes(*made);
    std::size_t position = 0;
    for (const std::string& input : node.inputs) {
      if (input.rfind('^', 0) == 0) {
        continue;
      }
      if (position >= made->function->arguments.size()) {
        fail("node '" + printable(node.name) + "'", "gives more arguments than the function takes");
      }
      made->arguments[made->function->arguments[position++]] =
          resolve(scope, scope.function == nullptr ? main_name(input) : input);
    }
    inner = made;
    return *made;
  }

  std::string flat_name(Scope& scope, const Node& node) {
    const auto known = scope.flat.find(node.name);
    if (known != scope.flat.end()) {
      return known->second;
    }
    if (nodes_.size() >= most_nodes) {
      fail("node '" + printable(node.name) + "'",
           "is one of more than " + std::to_string(most_nodes) + " behind all function calls");
    }
    std::string name = node.name;
    for (int suffix = 2; !names_.insert(name).second; ++suffix) {
      name = node.name + "_" + std::to_string(suffix);
    }
    scope.flat[node.name] = name;
    nodes_.push_back({name, node.op, {}, node.attrs});
    waiting_.push_back({&scope, &node, nodes_.size() - 1});
    return name;
  }

  void choose_endpoints(FlatProgram& flat) const {
    if (program_.signatures.empty()) {
      return choose_loose_ends(flat);
    }
    const Signature* chosen = nullptr;
    std::string names;
    for (const Signature& signature : program_.signatures) {
      if (signature.inputs.empty()) {
        continue;  // __saved_model_init_op
      }
      names += (names.empty() ? "" : ", ") + printable(signature.name);
      if (signature.name == "serving_default" || chosen == nullptr) {
        chosen = &signature;
      }
    }
    const bool several = names.find(',') != std::string::npos;
    if (chosen == nullptr || (several && chosen->name != "serving_default")) {
      fail("signatures", "none is called 'serving_default'; there are: " + names,
           "save the model with that signature");
    }
    flat.inputs = chosen->inputs;
    flat.outputs = chosen->outputs;
  }

  void choose_loose_ends(FlatProgram& flat) const {
    std::set<std::string> read;
    for (const Node& node : program_.nodes) {
      for (const std::string& input : node.inputs) {
        read.insert(parse_tensor_name(input.rfind('^', 0) == 0 ? input.substr(1) : input).node);
      }
    }
    for (const Node& node : program_.nodes) {
      if (node.op == "Placeholder") {
        flat.inputs.push_back({node.name, node.name + ":0"});
      } else if (read.count(node.name) == 0 && node.op != "NoOp" && node.op != "Const") {
        flat.outputs.push_back({node.name, node.name + ":0"});
      }
    }
    if (flat.inputs.empty() || flat.outputs.empty()) {
      fail("graph", "has no placeholder or computes nothing", "is it a frozen GraphDef?");
    }
  }

  struct Waiting {
    Scope* scope;
    const Node* node;
    std::size_t position;
  };

  const Program& program_;
  std::shared_ptr<Scope> main_ = std::make_shared<Scope>();
  std::vector<Node> nodes_;
  std::set<std::string> names_;
  std::vector<Waiting> waiting_;
  std::size_t calls_ = 0;
  int chain_ = 0;
};

}  // namespace

TensorName parse_tensor_name(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  TensorName name{text.substr(0, colon), 0};
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, name.index);
    if (error != std::errc{} || stop != end) {
      return {text, 0};
    }
  }
  return name;
}

FlatProgram inline_functions(const Program& program) {
  return Inliner(program).run();
}

}  // namespace caloquant::tensorflow
