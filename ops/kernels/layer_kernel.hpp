#pragma once

#include <caloquant/qparams.hpp>
#include <caloquant/types.hpp>
#include <memory>
#include <string>

#include "ops/core/tensor.hpp"
#include "ops/schema/epilogue.hpp"
#include "ops/schema/op.hpp"

namespace caloquant {

/// One weighted layer to be compiled. Tensors are only read while compiling.
struct LayerProblem {
  std::string name;  ///< for messages
  Op op;             ///< Conv or Dense
  Shape src;         ///< logical, with the batch: [N, C, spatial...] or [M, I]
  Shape dst;         ///< logical
  /// f32, or s8 when quant is set; [O, I/groups, spatial...] or [O, I]
  const Tensor* weights = nullptr;
  const Tensor* bias = nullptr;  ///< f32 [O] or null
  const LayerQuant* quant = nullptr;
  Epilogue epilogue;
  /// Stored type of dst: f32, the type of epilogue.dst, or s32 for the bare sums (then no bias and
  /// no epilogue; sums beyond 2^24 come out rounded to f32).
  DType dst_dtype = DType::f32;
  /// f32 src and weights that are exactly bfloat16 (quant is null): oneDNN multiplies them as such
  /// where the processor can (CpuReport::native_bf16).
  bool bf16 = false;
};

/// A compiled layer: src and dst are dense, channels last ([N, spatial..., C]) for a convolution,
/// [M, I] for Dense.
class LayerKernel {
 public:
  virtual ~LayerKernel() = default;
  LayerKernel(const LayerKernel&) = delete;
  LayerKernel& operator=(const LayerKernel&) = delete;
  virtual void execute(const void* src, void* dst) = 0;
  [[nodiscard]] virtual std::string implementation() const = 0;
  /// True when threads may execute it at the same time.
  [[nodiscard]] virtual bool is_shareable() const { return false; }

 protected:
  LayerKernel() = default;
};

/// Exact integer layer in portable code, for machines where oneDNN's int8 kernels would saturate.
[[nodiscard]] std::unique_ptr<LayerKernel> make_portable_int8_layer(const LayerProblem& problem);

/// Dense in integers in plain loops that allocates nothing when it runs, for event loops: oneDNN
/// makes tables of its arguments anew for every call. Sums are exact.
[[nodiscard]] std::unique_ptr<LayerKernel> make_plain_dense(const LayerProblem& problem);

}  // namespace caloquant
