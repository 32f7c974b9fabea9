#include "graph/io/tensorflow/sort_nodes.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <map>
#include <utility>

#include "graph/io/onnx/model.hpp"
#include "graph/io/tensorflow/inline_functions.hpp"

namespace caloquant::tensorflow {

std::vector<Node> sort_nodes(std::vector<Node> nodes, const std::string& file) {
  std::map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    position[nodes[i].name] = i;
  }
  std::vector<std::vector<std::size_t>> readers(nodes.size());
  std::vector<std::size_t> missing(nodes.size(), 0);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string& input : nodes[i].inputs) {
      readers[position.at(parse_tensor_name(input).node)].push_back(i);
      ++missing[i];
    }
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (missing[i] == 0) {
      order.push_back(i);
    }
  }
  for (std::size_t at = 0; at < order.size(); ++at) {
    for (const std::size_t reader : readers[order[at]]) {
      if (--missing[reader] == 0) {
        order.push_back(reader);
      }
    }
  }
  if (order.size() != nodes.size()) {
    const auto stuck = static_cast<std::size_t>(
        std::ranges::find_if(missing, [](std::size_t n) { return n > 0; }) - missing.begin());
    throw ModelError(file + ": node '" + onnx::printable(nodes[stuck].name) + "'",
                     "is part of a cycle", "the file is damaged");
  }
  std::vector<Node> result;
  result.reserve(order.size());
  for (const std::size_t i : order) {
    result.push_back(std::move(nodes[i]));
  }
  return result;
}

}  // namespace caloquant::tensorflow
