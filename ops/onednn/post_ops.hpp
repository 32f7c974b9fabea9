#pragma once

// An epilogue as oneDNN post-ops. Includes dnnl.hpp: for ops/onednn only.

#include <dnnl.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "ops/schema/epilogue.hpp"

namespace caloquant::onednn {

using Md = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
using Args = std::unordered_map<int, dnnl::memory>;

/// Row-major format of a rank from 1 to 6.
[[nodiscard]] Tag plain(std::size_t rank);

/// Post-ops with the tensors they read.
class PostOps {
 public:
  PostOps(const Epilogue& epilogue, std::size_t rank, const dnnl::engine& engine);

  [[nodiscard]] const dnnl::post_ops& get() const { return post_ops_; }
  [[nodiscard]] const Args& args() const { return args_; }

 private:
  void add_requantization(std::vector<EpilogueOp>& ops, const QuantParams& dst);
  void append(const Eltwise& eltwise);
  void append(const ChannelAffine& affine);
  void append_binary(dnnl::algorithm algorithm, const std::vector<float>& values);

  std::size_t rank_;
  const dnnl::engine& engine_;
  dnnl::post_ops post_ops_;
  Args args_;
  std::optional<std::pair<float, float>> tail_;
};

}  // namespace caloquant::onednn
