#include "graph/exec/plain_executor.hpp"

#include <caloquant/error.hpp>
#include <optional>

#include "graph/exec/batch_tensors.hpp"
#include "graph/exec/fusion.hpp"
#include "ops/core/overloaded.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/onednn/chain.hpp"

namespace caloquant {
namespace {

class PlainExecutable final : public Executable {
 public:
  PlainExecutable(const Graph& graph, std::int64_t batch)
      : graph_(graph), batch_(batch), fusion_(fuse_epilogues(graph)) {
    compile();
  }
  [[nodiscard]] std::int64_t batch() const override { return batch_; }

  void run(std::span<const std::span<const float>> inputs,
           std::span<const std::span<float>> outputs) override {
    const GrantedTeam team;
    if (team.threads() != chain_->threads()) {
      compile();
    }
    chain_->run(inputs.front().data(), outputs.front().data(), team);
  }

  [[nodiscard]] std::vector<StepInfo> steps() const override {
    std::vector<StepInfo> steps;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      steps.push_back(
          {names_[i].first, names_[i].second, Precision::fp32, chain_->implementations()[i]});
    }
    return steps;
  }

 private:
  /// Makes the chain, for the threads that there are at present.
  void compile() {
    chain_.emplace(src_shape());
    names_.clear();
    ValueId last = graph_.inputs().front();
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      const auto id = static_cast<NodeId>(i);
      if (fusion_.absorbed.count(id) == 0) {
        last = append(id, last);
      }
    }
    if (graph_.outputs().size() != 1 || graph_.outputs().front().value != last) {
      refuse("its end is not its only output");
    }
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw ModelError("model '" + graph_.name() + "'",
                     "is no straight generator for plain oneDNN: " + why);
  }

  [[nodiscard]] Shape with_batch(ValueId value) const { return batch_shape(graph_, value, batch_); }

  [[nodiscard]] Shape src_shape() const {
    if (graph_.inputs().size() != 1) {
      refuse("it has several inputs");
    }
    return with_batch(graph_.inputs().front());
  }

  /// Appends a node that reads `last`; returns what it computes.
  ValueId append(NodeId id, ValueId last) {
    const Node& node = graph_.node(id);
    if (node.inputs.front() != last) {
      refuse("layer '" + node.name + "' does not read the layer before it");
    }
    const auto layer = fusion_.layers.find(id);
    const ValueId dst = layer == fusion_.layers.end() ? node.output : layer->second.dst;
    const Tensor* weights = graph_.constant(node, 1);
    const Tensor* bias = graph_.constant(node, 2);
    std::visit(
        Overloaded{
            [&](const Dense&) {
              chain_->dense(*weights, bias, {layer->second.epilogue, {}}, with_batch(dst));
              names_.emplace_back(node.name, "dense");
            },
            [&](const Conv& conv) {
              chain_->conv(conv, *weights, bias, {layer->second.epilogue, {}}, with_batch(dst));
              names_.emplace_back(node.name, "conv");
            },
            [&](const UpsampleNearest&) {
              chain_->upsample(with_batch(dst));
              names_.emplace_back(node.name, "upsample_nearest");
            },
            [&](const Reshape&) { chain_->reshape(with_batch(dst)); },
            [&](const Transpose& op) {
              if (!keeps_memory(graph_.value(node.inputs.front()).shape, op.permutation)) {
                refuse("layer '" + node.name + "' transposes");
              }
              chain_->reshape(with_batch(dst));
            },
            [&](const auto&) {
              refuse("it has a layer '" + node.name + "' (" + std::string(name_of(node.op)) + ")");
            },
        },
        node.op);
    return dst;
  }

  const Graph graph_;
  std::int64_t batch_;
  Fusion fusion_;
  std::optional<OneDnnChain> chain_;
  std::vector<std::pair<std::string, std::string>> names_;
};

}  // namespace

std::unique_ptr<Executable> compile_plain_onednn(const Graph& graph, std::int64_t batch) {
  return std::make_unique<PlainExecutable>(graph, batch);
}

}  // namespace caloquant
