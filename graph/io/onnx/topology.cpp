#include "graph/io/onnx/topology.hpp"

#include <caloquant/error.hpp>
#include <queue>
#include <set>
#include <unordered_map>
#include <utility>

namespace caloquant::onnx {
namespace {

constexpr std::size_t given = static_cast<std::size_t>(-1);  ///< by an input or initializer

/// Value name -> index of the node that computes it, or `given`.
using Producers = std::unordered_map<std::string, std::size_t>;

Producers find_producers(const Model& model) {
  Producers producers;
  for (const ValueInfo& input : model.inputs) {
    producers.emplace(input.name, given);
  }
  for (const Initializer& initializer : model.initializers) {
    producers.emplace(initializer.name, given);
  }
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    for (const std::string& output : model.nodes[i].outputs) {
      if (!output.empty() && !producers.emplace(output, i).second) {
        throw ModelError(model.place(model.nodes[i]),
                         "computes '" + printable(output) + "', which exists already");
      }
    }
  }
  return producers;
}

/// A node of a cycle: of the nodes that wait, follow the producers that wait too.
std::size_t node_in_cycle(const Model& model, const Producers& producers,
                          const std::vector<std::size_t>& waiting_for) {
  std::size_t node = 0;
  while (waiting_for[node] == 0) {
    ++node;
  }
  std::set<std::size_t> seen;
  while (seen.insert(node).second) {
    for (const std::string& input : model.nodes[node].inputs) {
      const std::size_t producer = input.empty() ? given : producers.at(input);
      if (producer != given && waiting_for[producer] > 0) {
        node = producer;
        break;
      }
    }
  }
  return node;
}

/// The values that a node needs, each once, and that nodes compute.
std::set<std::size_t> sources(const Model& model, const NodeDef& node, const Producers& producers) {
  std::set<std::size_t> result;
  for (const std::string& input : node.inputs) {
    if (input.empty()) {
      continue;
    }
    const auto producer = producers.find(input);
    if (producer == producers.end()) {
      throw ModelError(model.place(node),
                       "reads '" + printable(input) + "', which nothing computes");
    }
    if (producer->second != given) {
      result.insert(producer->second);
    }
  }
  return result;
}

}  // namespace

void sort_nodes(Model& model) {
  const Producers producers = find_producers(model);
  std::vector<std::size_t> waiting_for(model.nodes.size(), 0);
  std::vector<std::vector<std::size_t>> readers(model.nodes.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    for (const std::size_t source : sources(model, model.nodes[i], producers)) {
      readers[source].push_back(i);
      ++waiting_for[i];
    }
    if (waiting_for[i] == 0) {
      ready.push(i);
    }
  }
  std::vector<NodeDef> sorted;
  sorted.reserve(model.nodes.size());
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    for (const std::size_t reader : readers[next]) {
      if (--waiting_for[reader] == 0) {
        ready.push(reader);
      }
    }
    sorted.push_back(std::move(model.nodes[next]));
  }
  if (sorted.size() != model.nodes.size()) {
    const NodeDef& node = model.nodes[node_in_cycle(model, producers, waiting_for)];
    throw ModelError(model.place(node), "is part of a cycle");
  }
  for (const ValueInfo& output : model.outputs) {
    if (producers.count(output.name) == 0) {
      throw ModelError(model.file.string() + ": output '" + printable(output.name) + "'",
                       "is never computed");
    }
  }
  model.nodes = std::move(sorted);
}

}  // namespace caloquant::onnx
