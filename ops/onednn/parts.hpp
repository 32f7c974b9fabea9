#pragma once

// A primitive run part by part. Includes dnnl.hpp: for ops/onednn only.

#include <cstddef>
#include <dnnl.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ops/onednn/post_ops.hpp"

namespace caloquant::onednn {

/// What computes one part of a layer.
struct PartPrimitive {
  dnnl::primitive primitive;  ///< made for one thread, with a scratchpad of the caller's
  Args args;                  ///< what all parts read: weights, bias, post-ops
  Md src;
  Md dst;
  Md scratchpad;
  Md given;              ///< f32 src that is rounded to `src` first; empty: none
  bool aligned = false;  ///< src and dst of a part are copied to where memory begins: the last bits
                         ///< of oneDNN's gemm depend on alignment
};

/// A tensor of `rows` rows computed `part` of them at a time, each part by one thread, the parts by
/// as many threads as there are. oneDNN itself must not be given more than one: 2.6 divides a
/// product of matrices by the number that it asks for, also where OpenMP grants fewer
/// (brgemm_matmul.cpp, get_num_threads_for_parallelization), and its sums of floats may depend on
/// the batch and the number that a primitive was made for.
class Parts {
 public:
  /// part <= rows.
  Parts(const dnnl::engine& engine, PartPrimitive primitive, std::int64_t rows, std::int64_t part);
  /// Throws BackendError, naming `what`.
  void execute(const void* src, void* dst, const std::string& what);

 private:
  struct Worker {
    dnnl::stream stream;
    Args args;
    dnnl::memory given;
  };
  void execute_part(Worker& worker, std::int64_t first, const void* src, void* dst) const;

  PartPrimitive primitive_;
  std::int64_t rows_;
  std::int64_t part_;
  std::size_t src_row_;  ///< bytes
  std::size_t dst_row_;
  std::optional<dnnl::reorder> round_;
  std::vector<Worker> workers_;
};

}  // namespace caloquant::onednn
