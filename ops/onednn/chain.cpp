#include "ops/onednn/chain.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <dnnl.hpp>
#include <utility>

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/onednn/post_ops.hpp"

namespace caloquant {
namespace {

using onednn::Args;
using onednn::Md;
using onednn::plain;
using onednn::PostOps;
using onednn::Tag;

constexpr auto f32 = dnnl::memory::data_type::f32;
constexpr auto inference = dnnl::prop_kind::forward_inference;

Md any(const Shape& shape) {
  return {shape, f32, Tag::any};
}

}  // namespace

struct OneDnnChain::State {
  struct Step {
    dnnl::primitive primitive;
    Args args;
  };

  int threads = 1;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::memory src;   ///< plain, the caller's
  dnnl::memory last;  ///< what the chain computes so far
  std::vector<Step> steps;
  std::vector<std::string> implementations;

  /// The last dst in this format.
  dnnl::memory in_format(const Md& wanted) {
    if (last.get_desc() == wanted) {
      return last;
    }
    dnnl::memory moved(wanted, engine);
    steps.push_back({dnnl::reorder(last, moved), {{DNNL_ARG_FROM, last}, {DNNL_ARG_TO, moved}}});
    last = moved;
    return moved;
  }

  dnnl::memory constant(const Md& given, const Tensor& tensor, const Md& wanted) {
    dnnl::memory from(given, engine, const_cast<std::byte*>(tensor.raw()));
    dnnl::memory into(wanted, engine);
    dnnl::reorder(from, into).execute(stream, from, into);
    stream.wait();
    return into;
  }

  template <typename PrimitiveDesc>
  void add(const PrimitiveDesc& pd, dnnl::primitive primitive, Args args) {
    args.emplace(DNNL_ARG_SRC, in_format(pd.src_desc()));
    last = dnnl::memory(pd.dst_desc(), engine);
    args.emplace(DNNL_ARG_DST, last);
    steps.push_back({std::move(primitive), std::move(args)});
    implementations.emplace_back(pd.impl_info_str());
  }
};

OneDnnChain::OneDnnChain(const Shape& src) : state_(std::make_unique<State>()) {
  state_->threads = granted_threads();
  state_->src = dnnl::memory(Md(src, f32, plain(src.size())), state_->engine, DNNL_MEMORY_NONE);
  state_->last = state_->src;
}

OneDnnChain::~OneDnnChain() = default;

void OneDnnChain::dense(const Tensor& weights, const Tensor* bias, const Epilogue& epilogue,
                        const Shape& dst) {
  const GrantedTeam team;
  const std::int64_t outputs = weights.shape()[0];
  const std::int64_t inputs = weights.shape()[1];
  const PostOps post_ops(epilogue, 2, state_->engine);
  dnnl::primitive_attr attr;
  attr.set_post_ops(post_ops.get());
  const Md src({dst[0], inputs}, f32, Tag::ab);
  const Md out(dst, f32, Tag::ab);
  const Md bias_md = bias != nullptr ? Md({1, outputs}, f32, Tag::ab) : Md();
  const auto desc = bias != nullptr ? dnnl::matmul::desc(src, any({inputs, outputs}), bias_md, out)
                                    : dnnl::matmul::desc(src, any({inputs, outputs}), out);
  const dnnl::matmul::primitive_desc pd(desc, attr, state_->engine);
  Args args = post_ops.args();
  const Md given({inputs, outputs}, f32, Tag::ba);
  args.emplace(DNNL_ARG_WEIGHTS, state_->constant(given, weights, pd.weights_desc()));
  if (bias != nullptr) {
    args.emplace(DNNL_ARG_BIAS, state_->constant(bias_md, *bias, bias_md));
  }
  state_->add(pd, dnnl::matmul(pd), std::move(args));
}

void OneDnnChain::conv(const Conv& conv, const Tensor& weights, const Tensor* bias,
                       const Epilogue& epilogue, const Shape& dst) {
  CALOQUANT_EXPECT(conv.groups == 1);
  const GrantedTeam team;
  const auto dims = state_->last.get_desc().dims();
  const Shape& shape = weights.shape();
  Shape gaps = conv.dilations;
  std::transform(gaps.begin(), gaps.end(), gaps.begin(),
                 [](std::int64_t dilation) { return dilation - 1; });
  const PostOps post_ops(epilogue, shape.size(), state_->engine);
  dnnl::primitive_attr attr;
  attr.set_post_ops(post_ops.get());
  const Md bias_md = bias != nullptr ? Md({dst[1]}, f32, Tag::a) : Md();
  const auto direct = dnnl::algorithm::convolution_direct;
  const auto desc =
      bias != nullptr
          ? dnnl::convolution_forward::desc(inference, direct, any(dims), any(shape), bias_md,
                                            any(dst), conv.strides, gaps, conv.pads_begin,
                                            conv.pads_end)
          : dnnl::convolution_forward::desc(inference, direct, any(dims), any(shape), any(dst),
                                            conv.strides, gaps, conv.pads_begin, conv.pads_end);
  const dnnl::convolution_forward::primitive_desc pd(desc, attr, state_->engine);
  Args args = post_ops.args();
  args.emplace(DNNL_ARG_WEIGHTS,
               state_->constant(Md(shape, f32, plain(shape.size())), weights, pd.weights_desc()));
  if (bias != nullptr) {
    args.emplace(DNNL_ARG_BIAS, state_->constant(bias_md, *bias, bias_md));
  }
  state_->add(pd, dnnl::convolution_forward(pd), std::move(args));
}

void OneDnnChain::upsample(const Shape& dst) {
  const GrantedTeam team;
  const dnnl::resampling_forward::desc desc(inference, dnnl::algorithm::resampling_nearest,
                                            state_->last.get_desc(), any(dst));
  const dnnl::resampling_forward::primitive_desc pd(desc, state_->engine);
  state_->add(pd, dnnl::resampling_forward(pd), {});
}

void OneDnnChain::reshape(const Shape& dst) {
  const GrantedTeam team;
  const auto dims = state_->last.get_desc().dims();
  const dnnl::memory from = state_->in_format(Md(dims, f32, plain(dims.size())));
  state_->last =
      dnnl::memory(Md(dst, f32, plain(dst.size())), state_->engine, from.get_data_handle());
}

int OneDnnChain::threads() const {
  return state_->threads;
}

void OneDnnChain::run(const float* src, float* dst, const GrantedTeam& team) {
  CALOQUANT_EXPECT(team.threads() == state_->threads);
  state_->src.set_data_handle(const_cast<float*>(src));
  for (const State::Step& step : state_->steps) {
    step.primitive.execute(state_->stream, step.args);
  }
  const auto dims = state_->last.get_desc().dims();
  dnnl::memory out(Md(dims, f32, plain(dims.size())), state_->engine, dst);
  dnnl::reorder(state_->last, out).execute(state_->stream, state_->last, out);
  state_->stream.wait();
}

const std::vector<std::string>& OneDnnChain::implementations() const {
  return state_->implementations;
}

}  // namespace caloquant
