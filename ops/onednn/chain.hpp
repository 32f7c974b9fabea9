#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ops/core/tensor.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/schema/epilogue.hpp"
#include "ops/schema/op.hpp"

namespace caloquant {

/// A straight f32 network in plain oneDNN primitives, every one in the memory format that oneDNN
/// likes best, with reorders only where two neighbours disagree: what a careful user of the library
/// would write, and what our engine is measured against.
class OneDnnChain {
 public:
  /// Shape with the batch, [N, I] or [N, C, spatial...]. The primitives are made for the threads
  /// that a region gets at present.
  explicit OneDnnChain(const Shape& src);
  ~OneDnnChain();
  OneDnnChain(const OneDnnChain&) = delete;
  OneDnnChain& operator=(const OneDnnChain&) = delete;

  // Each appends an operator on the dst of the one before. `dst` is its logical shape. Throw
  // BackendError when oneDNN has no kernel.
  void dense(const Tensor& weights, const Tensor* bias, const Epilogue& epilogue, const Shape& dst);
  void conv(const Conv& conv, const Tensor& weights, const Tensor* bias, const Epilogue& epilogue,
            const Shape& dst);
  void upsample(const Shape& dst);
  void reshape(const Shape& dst);

  /// Threads that it was made for.
  [[nodiscard]] int threads() const;
  /// Dense row-major src and dst. `team` has the threads that it was made for: with fewer
  /// oneDNN 2.6 would leave out what the others should have computed.
  void run(const float* src, float* dst, const GrantedTeam& team);
  /// "jit:avx2" and the like, one an operator; reorders left out.
  [[nodiscard]] const std::vector<std::string>& implementations() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace caloquant
