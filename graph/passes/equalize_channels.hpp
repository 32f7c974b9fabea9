#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// max |x| of each channel (axis 1) of a layer's src, by layer name.
using ChannelRanges = std::map<std::string, std::vector<float>>;

/// Where channels were divided by factors that their readers multiply with.
struct EqualizedPlace {
  std::string place;                 ///< the Affine, Conv or Dense that took the division
  std::vector<std::string> readers;  ///< nodes whose weights took the factors, in order
  float smallest = 1.0F;             ///< factor
  float largest = 1.0F;
};

struct EqualizedGraph {
  Graph graph;
  std::vector<EqualizedPlace> places;  ///< empty: the graph is as it was
};

/// Equalizes the channels between layers of a canonical fp32 graph (Nagel et al. 2019,
/// arXiv:1906.04721, section 4.1, with measured activations): every channel is divided by a factor
/// that brings its range and that of the weights that read it together. Factors are powers of two,
/// so that every value of the network outside of those channels keeps its bits. What is equalized,
/// and when, stands on top of the source file. `ranges` come from the same graph; a place with a
/// weighted reader that is not among them is left alone.
[[nodiscard]] EqualizedGraph equalize_channels(const Graph& graph, const ChannelRanges& ranges);

}  // namespace caloquant
