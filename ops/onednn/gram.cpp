#include "ops/onednn/gram.hpp"

#include <caloquant/error.hpp>
#include <dnnl.hpp>

namespace caloquant {

void gram_of_rows(const float* rows, std::int64_t count, std::int64_t width, std::int64_t stride,
                  float* gram) {
  const dnnl_status_t status = dnnl_sgemm('T', 'N', width, width, count, 1.0F, rows, stride, rows,
                                          stride, 0.0F, gram, width);
  if (status != dnnl_success) {
    throw BackendError("oneDNN", "cannot multiply matrices (status " +
                                     std::to_string(static_cast<int>(status)) + ")");
  }
}

}  // namespace caloquant
