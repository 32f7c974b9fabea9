#include "ops/onednn/post_ops.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ops/core/check.hpp"
#include "ops/core/overloaded.hpp"

namespace caloquant::onednn {
namespace {

dnnl::algorithm to_dnnl(EltwiseKind kind) {
  using dnnl::algorithm;
  switch (kind) {
    case EltwiseKind::relu:
    case EltwiseKind::leaky_relu:
      return algorithm::eltwise_relu;
    case EltwiseKind::clip:
      return algorithm::eltwise_clip;
    case EltwiseKind::elu:
      return algorithm::eltwise_elu;
    case EltwiseKind::sigmoid:
      return algorithm::eltwise_logistic;
    case EltwiseKind::tanh:
      return algorithm::eltwise_tanh;
    case EltwiseKind::exp:
      return algorithm::eltwise_exp;
    case EltwiseKind::softplus:
      return algorithm::eltwise_soft_relu;
    case EltwiseKind::swish:
      return algorithm::eltwise_swish;
    case EltwiseKind::gelu:
      return algorithm::eltwise_gelu_erf;
    case EltwiseKind::threshold:
    case EltwiseKind::selu:
    case EltwiseKind::hard_sigmoid:
    case EltwiseKind::softsign:
      break;
  }
  CALOQUANT_EXPECT(false && "not a fusable element-wise function");
  return algorithm::undef;
}

}  // namespace

Tag plain(std::size_t rank) {
  constexpr Tag tags[] = {Tag::a, Tag::ab, Tag::abc, Tag::abcd, Tag::abcde, Tag::abcdef};
  return tags[rank - 1];
}

PostOps::PostOps(const Epilogue& epilogue, std::size_t rank, const dnnl::engine& engine)
    : rank_(rank), engine_(engine) {
  std::vector<EpilogueOp> ops = epilogue.ops;
  if (epilogue.dst) {
    add_requantization(ops, *epilogue.dst);
  }
  for (const EpilogueOp& op : ops) {
    std::visit(Overloaded{[&](const Eltwise& eltwise) { append(eltwise); },
                          [&](const ChannelAffine& affine) { append(affine); }},
               op);
  }
  if (tail_) {
    post_ops_.append_eltwise(1.0F, dnnl::algorithm::eltwise_linear, tail_->first, tail_->second);
  }
}

/// y / scale + zero_point: into the last affine if there is one, else a linear function.
void PostOps::add_requantization(std::vector<EpilogueOp>& ops, const QuantParams& dst) {
  const float inverse = 1.0F / dst.scale;
  const auto zero = static_cast<float>(dst.zero_point);
  if (ops.empty() || !std::holds_alternative<ChannelAffine>(ops.back())) {
    tail_ = {inverse, zero};
    return;
  }
  ChannelAffine affine = std::get<ChannelAffine>(ops.back());
  bool finite = true;
  for (std::size_t c = 0; c < affine.mul.size(); ++c) {
    affine.mul[c] *= inverse;
    affine.add[c] = affine.add[c] * inverse + zero;
    finite = finite && std::isfinite(affine.mul[c]) && std::isfinite(affine.add[c]);
  }
  if (finite) {
    ops.back() = std::move(affine);
  } else {
    tail_ = {inverse, zero};
  }
}

void PostOps::append(const Eltwise& eltwise) {
  const bool swish = eltwise.kind == EltwiseKind::swish;
  post_ops_.append_eltwise(1.0F, to_dnnl(eltwise.kind), swish ? 1.0F : eltwise.alpha, eltwise.beta);
}

void PostOps::append(const ChannelAffine& affine) {
  append_binary(dnnl::algorithm::binary_mul, affine.mul);
  append_binary(dnnl::algorithm::binary_add, affine.add);
}

void PostOps::append_binary(dnnl::algorithm algorithm, const std::vector<float>& values) {
  dnnl::memory::dims dims(rank_, 1);
  dims[1] = static_cast<std::int64_t>(values.size());
  const Md md(dims, dnnl::memory::data_type::f32, plain(rank_));
  dnnl::memory memory(md, engine_);
  std::copy(values.begin(), values.end(), static_cast<float*>(memory.get_data_handle()));
  post_ops_.append_binary(algorithm, md);
  args_.emplace(DNNL_ARG_ATTR_MULTIPLE_POST_OP(post_ops_.len() - 1) | DNNL_ARG_SRC_1, memory);
}

}  // namespace caloquant::onednn
