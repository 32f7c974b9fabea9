#include "ops/onednn/layer.hpp"
#include "ops/core/qmath.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <dnnl.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "ops/core/overloaded.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/core/weight_scales.hpp"
#include "ops/kernels/eltwise.hpp"
#include "ops/kernels/movement.hpp"
#include "ops/onednn/cpu.hpp"
#include "ops/onednn/parts.hpp"
#include "ops/onednn/post_ops.hpp"

namespace caloquant {
namespace {

using onednn::Md;
using onednn::PartPrimitive;
using onednn::Parts;
using onednn::plain;
using onednn::PostOps;
using onednn::Tag;

dnnl::memory::data_type to_dnnl(DType dtype) {
  switch (dtype) {
    case DType::s8:
      return dnnl::memory::data_type::s8;
    case DType::u8:
      return dnnl::memory::data_type::u8;
    case DType::s32:
      return dnnl::memory::data_type::s32;
    case DType::bf16:
      return dnnl::memory::data_type::bf16;
    case DType::f32:
      return dnnl::memory::data_type::f32;
    case DType::f64:
    case DType::s64:
    case DType::s16:
      break;
  }
  CALOQUANT_EXPECT(false && "not a type of oneDNN's layers");
  return dnnl::memory::data_type::undef;
}

Tag channels_last(std::size_t rank) {
  return rank == 3 ? Tag::nwc : rank == 4 ? Tag::nhwc : Tag::ndhwc;
}

/// oneDNN 2.6's older AMX kernels lose what post-ops are given of some shapes
/// (tests/ops/kernels/int8_layer.test.cpp, ChannelsGetTheirOwnEpilogue); its brgconv ones do not.
bool loses_post_ops(std::string_view implementation) {
  return implementation.starts_with("jit:avx512_core_amx");
}

/// A layer of images one by one. Dense in integers, whose sums are exact, takes several rows at a
/// time.
class OneDnnLayer : public LayerKernel {
 public:
  explicit OneDnnLayer(const LayerProblem& problem)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    const bool conv = std::holds_alternative<Conv>(problem.op);
    const std::int64_t rows = problem.src.front();
    const std::int64_t part =
        conv || problem.quant == nullptr ? 1 : (rows + team_size() - 1) / team_size();
    LayerProblem one_part = problem;
    one_part.src.front() = one_part.dst.front() = part;
    {
      const ThreadCount one(1);
      if (conv) {
        create_conv(one_part, std::get<Conv>(problem.op));
      } else {
        create_dense(one_part);
      }
    }
    parts_.emplace(engine_, std::move(made_), rows, part);
  }

  void execute(const void* src, void* dst) override { parts_->execute(src, dst, implementation_); }

  [[nodiscard]] std::string implementation() const override { return implementation_; }

 private:
  dnnl::primitive_attr attributes(const LayerProblem& problem, const PostOps& post_ops) const {
    dnnl::primitive_attr attr;
    if (problem.quant != nullptr) {
      // The channel is axis 1 of dst for convolutions and for [M, O] alike.
      attr.set_output_scales(1 << 1, output_scales(problem));
      if (problem.quant->src.zero_point != 0) {
        attr.set_zero_points(DNNL_ARG_SRC, 0, {problem.quant->src.zero_point});
      }
    }
    attr.set_post_ops(post_ops.get());
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attr;
  }

  /// oneDNN 2.x multiplies (sum + bias) by its "output scale", a step of the sums.
  static std::vector<float> output_scales(const LayerProblem& problem) {
    const auto channels = static_cast<std::size_t>(problem.weights->shape().front());
    std::vector<float> scales(channels, 1.0F);
    if (problem.dst_dtype == DType::s32) {
      return scales;
    }
    for (std::size_t c = 0; c < channels; ++c) {
      scales[c] = step_of_sums(*problem.quant, c);
    }
    return scales;
  }

  dnnl::memory bias_memory(const LayerProblem& problem, const Md& md) const {
    dnnl::memory memory(md, engine_);
    const auto bias = problem.bias->data<float>();
    auto* values = static_cast<float*>(memory.get_data_handle());
    std::copy(bias.begin(), bias.end(), values);
    if (problem.quant != nullptr) {
      const std::vector<float> scales = output_scales(problem);
      for (std::size_t c = 0; c < bias.size(); ++c) {
        values[c] = bias[c] / scales[c];
      }
    }
    return memory;
  }

  /// Weights into the format that the primitive wants.
  dnnl::memory weights_memory(const Md& given, const Tensor& weights, const Md& wanted) {
    dnnl::memory src(given, engine_, const_cast<std::byte*>(weights.raw()));
    dnnl::memory dst(wanted, engine_);
    dnnl::reorder(src, dst).execute(stream_, src, dst);
    stream_.wait();
    return dst;
  }

  static DType src_type(const LayerProblem& problem) {
    return problem.quant != nullptr ? problem.quant->src.dtype
           : problem.bf16           ? DType::bf16
                                    : DType::f32;
  }
  static DType weights_type(const LayerProblem& problem) {
    return problem.bf16 ? DType::bf16 : problem.weights->dtype();
  }

  void create_conv(const LayerProblem& problem, const Conv& conv) {
    const std::size_t rank = problem.src.size();
    Shape weights_shape = problem.weights->shape();
    if (conv.groups > 1) {
      weights_shape.front() /= conv.groups;
      weights_shape.insert(weights_shape.begin(), conv.groups);
    }
    const Md src(problem.src, to_dnnl(src_type(problem)), channels_last(rank));
    const Md dst(problem.dst, to_dnnl(problem.dst_dtype), channels_last(rank));
    const Md weights(weights_shape, to_dnnl(weights_type(problem)), Tag::any);
    Shape dilations = conv.dilations;
    for (std::int64_t& dilation : dilations) {
      dilation -= 1;  // oneDNN counts the gaps
    }
    const PostOps post_ops(problem.epilogue, rank, engine_);
    const Md bias =
        problem.bias != nullptr ? Md({problem.dst[1]}, dnnl::memory::data_type::f32, Tag::a) : Md();
    const auto kind = dnnl::prop_kind::forward_inference;
    const auto algorithm = dnnl::algorithm::convolution_direct;
    const auto desc =
        problem.bias != nullptr
            ? dnnl::convolution_forward::desc(kind, algorithm, src, weights, bias, dst,
                                              conv.strides, dilations, conv.pads_begin,
                                              conv.pads_end)
            : dnnl::convolution_forward::desc(kind, algorithm, src, weights, dst, conv.strides,
                                              dilations, conv.pads_begin, conv.pads_end);
    dnnl::convolution_forward::primitive_desc pd(desc, attributes(problem, post_ops), engine_);
    while (loses_post_ops(pd.impl_info_str()) && pd.next_impl()) {
    }
    made_.primitive = dnnl::convolution_forward(pd);
    const Md given(weights_shape, to_dnnl(problem.weights->dtype()), plain(weights_shape.size()));
    finish(problem, pd, post_ops, weights_memory(given, *problem.weights, pd.weights_desc()),
           pd.bias_desc());
    if (problem.bf16) {
      made_.given = Md(problem.src, dnnl::memory::data_type::f32, channels_last(rank));
    }
  }

  void create_dense(const LayerProblem& problem) {
    const std::int64_t outputs = problem.weights->shape()[0];
    const std::int64_t inputs = problem.weights->shape()[1];
    const Md src(problem.src, to_dnnl(src_type(problem)), Tag::ab);
    const Md dst(problem.dst, to_dnnl(problem.dst_dtype), Tag::ab);
    const Md weights({inputs, outputs}, to_dnnl(weights_type(problem)), Tag::any);
    const PostOps post_ops(problem.epilogue, 2, engine_);
    const Md bias =
        problem.bias != nullptr ? Md({1, outputs}, dnnl::memory::data_type::f32, Tag::ab) : Md();
    const auto desc = problem.bias != nullptr ? dnnl::matmul::desc(src, weights, bias, dst)
                                              : dnnl::matmul::desc(src, weights, dst);
    const dnnl::matmul::primitive_desc pd(desc, attributes(problem, post_ops), engine_);
    made_.primitive = dnnl::matmul(pd);
    const Md given({inputs, outputs}, to_dnnl(problem.weights->dtype()), Tag::ba);
    finish(problem, pd, post_ops, weights_memory(given, *problem.weights, pd.weights_desc()),
           pd.bias_desc());
    if (problem.bf16) {
      made_.given = Md(problem.src, dnnl::memory::data_type::f32, Tag::ab);
    }
  }

  template <typename PrimitiveDesc>
  void finish(const LayerProblem& problem, const PrimitiveDesc& pd, const PostOps& post_ops,
              const dnnl::memory& weights, const Md& bias) {
    implementation_ = pd.impl_info_str();
    made_.args = post_ops.args();
    made_.args.emplace(DNNL_ARG_WEIGHTS, weights);
    if (problem.bias != nullptr) {
      made_.args.emplace(DNNL_ARG_BIAS, bias_memory(problem, bias));
    }
    made_.src = pd.src_desc();
    made_.dst = pd.dst_desc();
    made_.scratchpad = pd.scratchpad_desc();
    made_.aligned = implementation_.find("gemm:") != std::string::npos;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  PartPrimitive made_;
  std::optional<Parts> parts_;
  std::string implementation_;
};

/// oneDNN 2.6's gemm convolutions, which it takes where it has no direct kernel, cannot be trusted:
/// with s8 or u8 src some shapes give wrong sums (tests/ops/kernels/int8_layer.test.cpp, seeds 43
/// and 53), and with per-channel binary post-ops on channels-last f32 tensors every shape does
/// (tests/graph/exec/engine.test.cpp below AVX-512).
bool is_gemm_convolution(const LayerProblem& problem, const LayerKernel& layer) {
  return std::holds_alternative<Conv>(problem.op) &&
         layer.implementation().find("gemm") != std::string::npos;
}

bool has_affine(const Epilogue& epilogue) {
  return std::any_of(epilogue.ops.begin(), epilogue.ops.end(), [](const EpilogueOp& op) {
    return std::holds_alternative<ChannelAffine>(op);
  });
}

/// An f32 layer without post-ops, followed by its epilogue in place.
class SplitLayer : public LayerKernel {
 public:
  explicit SplitLayer(const LayerProblem& problem)
      : epilogue_(problem.epilogue), cells_(static_cast<std::size_t>(element_count(problem.dst))) {
    CALOQUANT_EXPECT(problem.quant == nullptr && problem.dst_dtype == DType::f32);
    LayerProblem bare = problem;
    bare.epilogue = {};
    layer_ = std::make_unique<OneDnnLayer>(bare);
  }

  void execute(const void* src, void* dst) override {
    layer_->execute(src, dst);
    const std::span<float> cells(static_cast<float*>(dst), cells_);
    for (const EpilogueOp& op : epilogue_.ops) {
      std::visit(Overloaded{[&](const Eltwise& function) { eltwise(function, cells, cells); },
                            [&](const ChannelAffine& affine) {
                              affine_cells(cells, cells, affine.mul, affine.add);
                            }},
                 op);
    }
  }

  [[nodiscard]] std::string implementation() const override { return layer_->implementation(); }

 private:
  Epilogue epilogue_;
  std::size_t cells_;
  std::unique_ptr<OneDnnLayer> layer_;
};

}  // namespace

std::unique_ptr<LayerKernel> make_onednn_layer(const LayerProblem& problem) {
  CALOQUANT_EXPECT(!problem.bf16 || problem.quant == nullptr);
  if (problem.bf16) {
    LayerProblem in_floats = problem;
    in_floats.bf16 = false;
    if (!cpu_report().native_bf16) {
      return make_onednn_layer(in_floats);
    }
    try {
      auto layer = std::make_unique<OneDnnLayer>(problem);
      if (!is_gemm_convolution(problem, *layer)) {
        return layer;
      }
    } catch (const dnnl::error&) {  // no such kernel: bf16 numbers are multiplied as floats
    }
    return make_onednn_layer(in_floats);
  }
  try {
    auto layer = std::make_unique<OneDnnLayer>(problem);
    if (is_gemm_convolution(problem, *layer)) {
      if (problem.quant != nullptr) {
        return make_portable_int8_layer(problem);
      }
      if (has_affine(problem.epilogue)) {
        return std::make_unique<SplitLayer>(problem);
      }
    }
    return layer;
  } catch (const dnnl::error& error) {
    throw BackendError("layer '" + problem.name + "'",
                       std::string("oneDNN refuses it: ") + error.message);
  }
}

}  // namespace caloquant
