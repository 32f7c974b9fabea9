#include "graph/io/onnx/opinion/draws.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "ops/core/philox.hpp"

namespace caloquant::onnx {
namespace {

constexpr std::uint64_t seed = 1978;

/// Functions that the engine computes by polynomials of its own.
bool is_function(const std::string& op) {
  static constexpr std::array<std::string_view, 10> functions{
      "Elu", "Erf", "Exp", "Gelu", "Selu", "Sigmoid", "Softmax", "Softplus", "Softsign", "Tanh"};
  return std::find(functions.begin(), functions.end(), op) != functions.end();
}

/// What the engine may be off by in f(x) = y: 2^-18 of y by its polynomials, and some roundings of
/// numbers up to 1 + |x| that cancel, as in exp(x) - 1.
double function_error(double x, double y) {
  return 0x1p-18 * std::fabs(y) + roundings * unit * (1.0 + std::fabs(x));
}

/// Random signs of one node in one draw.
philox::Stream signs_of(const NodeDef& node, std::size_t draw) {
  return {seed + draw, node.index};
}

double with_sign(philox::Stream& signs, double value) {
  return (signs.word() & 1U) == 0 ? value : -value;
}

void disturb(const Evaluated& at, const Margin& margin, std::size_t draw, Array& dst) {
  if (!margin.values || dst.type() != ElementType::f32) {
    return;
  }
  const Array& src = *at.values.at(at.node.inputs.front());
  const bool function = is_function(at.node.op) && src.size() == dst.size();
  const double sums = (roundings + std::sqrt(terms_of(at))) * unit;
  philox::Stream signs = signs_of(at.node, draw);
  const auto to = dst.data<float>();
  const auto m = margin.values->data<float>();
  for (std::size_t i = 0; i < to.size(); ++i) {
    const double error = function ? function_error(static_cast<double>(src.data<float>()[i]),
                                                   static_cast<double>(at.dst.data<float>()[i]))
                                  : sums * static_cast<double>(m[i]);
    to[i] += static_cast<float>(with_sign(signs, error));
  }
}

std::size_t row_size(const Array& array) {
  return static_cast<std::size_t>(
      array.size() / std::max<std::int64_t>(1, array.rank() == 0 ? 1 : array.dims()[0]));
}

}  // namespace

Draws::Draws(const Model& model, std::size_t count) : model_(model), draws_(count) {}

/// The inputs of a node in one draw. In front of a rounding to steps, a value that may be off moves
/// by all that it may be off by, so that every step that may flip does so in half of the draws.
Values Draws::inputs_of(const Evaluated& at, std::size_t draw) {
  Values values;
  for (const std::string& name : at.node.inputs) {
    const auto own = draws_[draw].find(name);
    if (!name.empty()) {
      values[name] = own == draws_[draw].end() ? at.values.at(name) : own->second;
    }
  }
  const std::string& name = at.node.inputs.empty() ? std::string() : at.node.inputs.front();
  if (rounding_of(at.node, at.dst) != Rounding::steps || draws_[draw].count(name) == 0) {
    return values;
  }
  Array src = *at.values.at(name);
  const std::vector<double> spreads = spread(name, src);
  philox::Stream signs = signs_of(at.node, draw);
  const auto to = src.data<float>();
  for (std::size_t i = 0; i < to.size(); ++i) {
    const double off = confidence * spreads[i / row_size(src)];
    to[i] += static_cast<float>(with_sign(signs, std::isfinite(off) ? off : 0.0));
  }
  values[name] = std::make_shared<const Array>(std::move(src));
  return values;
}

void Draws::evaluate(const Evaluated& at, const Results& results, const Margin& margin,
                     Budget& budget) {
  std::vector<Results> all;
  for (std::size_t draw = 0; draw < draws_.size(); ++draw) {
    const Values inputs = inputs_of(at, draw);
    const bool same = std::all_of(inputs.begin(), inputs.end(), [&](const auto& entry) {
      return at.values.at(entry.first) == entry.second;
    });
    all.push_back(same ? results : evaluate_node(model_, at.node, inputs, budget));
    disturb(at, margin, draw, all.back().front());
  }
  for (std::size_t draw = 0; draw < draws_.size(); ++draw) {
    for (std::size_t i = 0; i < at.node.outputs.size() && i < all[draw].size(); ++i) {
      draws_[draw][at.node.outputs[i]] = std::make_shared<const Array>(std::move(all[draw][i]));
    }
  }
}

void Draws::forget(const std::string& value) {
  for (Values& draw : draws_) {
    draw.erase(value);
  }
}

std::vector<double> Draws::spread(const std::string& name, const Array& value) const {
  const std::size_t size = std::max<std::size_t>(1, row_size(value));
  const auto nominal = value.data<float>();
  std::vector<double> squares(nominal.size(), 0.0);
  for (const Values& draw : draws_) {
    const auto found = draw.find(name);
    for (std::size_t i = 0; found != draw.end() && i < squares.size(); ++i) {
      const double off =
          static_cast<double>(found->second->data<float>()[i]) - static_cast<double>(nominal[i]);
      squares[i] += off * off / static_cast<double>(draws_.size());
    }
  }
  std::vector<double> spreads(squares.size() / size, 0.0);
  for (std::size_t i = 0; i < squares.size(); ++i) {
    double& row = spreads[i / size];
    const double here = std::sqrt(squares[i]);
    row = std::isfinite(here) ? std::max(row, here) : std::numeric_limits<double>::infinity();
  }
  return spreads;
}

}  // namespace caloquant::onnx
