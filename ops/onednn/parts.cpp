#include "ops/onednn/parts.hpp"

#include <omp.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cstring>
#include <utility>

#include "ops/core/thread_count.hpp"

namespace caloquant::onednn {
namespace {

bool is_empty(const Md& md) {
  return md.get_size() == 0;
}

}  // namespace

Parts::Parts(const dnnl::engine& engine, PartPrimitive primitive, std::int64_t rows,
             std::int64_t part)
    : primitive_(std::move(primitive)),
      rows_(rows),
      part_(part),
      src_row_((is_empty(primitive_.given) ? primitive_.src : primitive_.given).get_size() /
               static_cast<std::size_t>(part)),
      dst_row_(primitive_.dst.get_size() / static_cast<std::size_t>(part)) {
  if (!is_empty(primitive_.given)) {
    round_.emplace(dnnl::reorder::primitive_desc(engine, primitive_.given, engine, primitive_.src));
  }
  const auto place = [&](const Md& md, bool owned) {
    return owned ? dnnl::memory(md, engine) : dnnl::memory(md, engine, DNNL_MEMORY_NONE);
  };
  const auto parts = static_cast<int>((rows + part - 1) / part);
  for (int i = 0; i < std::min(team_size(), parts); ++i) {
    Worker worker{dnnl::stream(engine), primitive_.args, {}};
    worker.args.emplace(DNNL_ARG_SRC, place(primitive_.src, primitive_.aligned || round_));
    worker.args.emplace(DNNL_ARG_DST, place(primitive_.dst, primitive_.aligned));
    if (!is_empty(primitive_.scratchpad)) {
      worker.args.emplace(DNNL_ARG_SCRATCHPAD, place(primitive_.scratchpad, true));
    }
    if (round_) {
      worker.given = place(primitive_.given, false);
    }
    workers_.push_back(std::move(worker));
  }
}

void Parts::execute(const void* src, void* dst, const std::string& what) {
  const int team = std::min(team_size(), static_cast<int>(workers_.size()));
  std::vector<std::string> failures(workers_.size());
#pragma omp parallel num_threads(team)
  {
    const ThreadCount one(1);  // for oneDNN's own regions, also where this team has one thread
    const auto me = static_cast<std::size_t>(omp_get_thread_num());
#pragma omp for schedule(static)
    for (std::int64_t first = 0; first < rows_; first += part_) {
      try {
        // The last part begins early enough to be a full one, and computes some rows again.
        execute_part(workers_[me], std::min(first, rows_ - part_), src, dst);
      } catch (const dnnl::error& error) {
        failures[me] = error.message;
      }
    }
  }
  for (const std::string& failure : failures) {
    if (!failure.empty()) {
      throw BackendError("oneDNN " + what, "failed while running: " + failure);
    }
  }
}

void Parts::execute_part(Worker& worker, std::int64_t first, const void* src, void* dst) const {
  // oneDNN takes void* for what it only reads.
  auto* const from =
      static_cast<std::byte*>(const_cast<void*>(src)) + static_cast<std::size_t>(first) * src_row_;
  auto* const into = static_cast<std::byte*>(dst) + static_cast<std::size_t>(first) * dst_row_;
  dnnl::memory& own_src = worker.args.at(DNNL_ARG_SRC);
  dnnl::memory& own_dst = worker.args.at(DNNL_ARG_DST);
  if (round_) {
    worker.given.set_data_handle(from);
    round_->execute(worker.stream, worker.given, own_src);
  } else if (primitive_.aligned) {
    std::memcpy(own_src.get_data_handle(), from, primitive_.src.get_size());
  } else {
    own_src.set_data_handle(from);
  }
  if (!primitive_.aligned) {
    own_dst.set_data_handle(into);
  }
  primitive_.primitive.execute(worker.stream, worker.args);
  worker.stream.wait();
  if (primitive_.aligned) {
    std::memcpy(into, own_dst.get_data_handle(), primitive_.dst.get_size());
  }
}

}  // namespace caloquant::onednn
