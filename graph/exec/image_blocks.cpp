#include "graph/exec/image_blocks.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

#include "ops/core/thread_count.hpp"

namespace caloquant {

ImageBlocks::ImageBlocks(LoweredGraph block, Options options) : options_(std::move(options)) {
  // What a library makes ready for one thread must not be run by a team.
  const ThreadCount threads(options_.teams > 1 ? 1 : team_size());
  teams_.push_back(std::make_unique<CompiledSteps>(std::move(block), options_.steps, options_.given,
                                                   std::set<BufferId>{}, options_.isa));
  for (int team = 1; team < options_.teams; ++team) {
    teams_.push_back(
        std::make_unique<CompiledSteps>(*teams_.front(), options_.given, options_.isa));
  }
  if (options_.batch % this->block() != 0) {
    for (const BufferId output : options_.outputs) {
      const auto bytes = teams_.front()->graph().buffers[output].bytes();
      spare_.emplace(output, Tensor(DType::u8, {static_cast<std::int64_t>(bytes)}));
    }
  }
}

std::size_t ImageBlocks::arena_bytes() const {
  return teams_.size() * teams_.front()->arena_bytes();
}

void ImageBlocks::run(const CompiledSteps& whole, const StepListener& listener) {
  if (teams_.size() > 1) {
    run_teams(whole, listener);
    return;
  }
  for (std::int64_t index = 0; index < blocks(); ++index) {
    run_block(*teams_.front(), index, whole, listener);
  }
}

/// The last block begins early enough to be a full one. Its first images were computed before, or
/// are while it runs: it writes elsewhere, and hands on the others.
void ImageBlocks::run_block(CompiledSteps& team, std::int64_t index, const CompiledSteps& whole,
                            const StepListener& listener) {
  const std::int64_t first = index * block();
  const std::int64_t start = std::min(first, options_.batch - block());
  const auto image = [&](BufferId root) {
    return team.graph().buffers[root].bytes() / static_cast<std::size_t>(block());
  };
  for (const BufferId root : options_.given) {
    team.set(root, whole.at(root) + static_cast<std::size_t>(start) * image(root));
  }
  if (start < first) {
    for (auto& [output, memory] : spare_) {
      team.set(output, memory.raw());
    }
  }
  team.run(listener);
  if (start < first) {
    for (const auto& [output, memory] : spare_) {
      const std::size_t again = static_cast<std::size_t>(first - start) * image(output);
      std::memcpy(whole.at(output) + static_cast<std::size_t>(first) * image(output),
                  memory.raw() + again, memory.bytes() - again);
    }
  }
}

void ImageBlocks::run_teams(const CompiledSteps& whole, const StepListener& listener) {
  std::atomic<bool> ends{false};
  const StepListener nobody;
  on_each_thread(static_cast<int>(teams_.size()), [&](int thread, int team) {
    try {
      for (std::int64_t index = thread; index < blocks() && !ends; index += team) {
        run_block(*teams_[static_cast<std::size_t>(thread)], index, whole,
                  thread == 0 ? listener : nobody);
      }
    } catch (...) {
      ends = true;
      throw;
    }
  });
}

}  // namespace caloquant
