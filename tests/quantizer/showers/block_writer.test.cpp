#include "quantizer/showers/block_writer.hpp"

#include <gtest/gtest.h>

#include <caloquant/error.hpp>
#include <future>

namespace caloquant {
namespace {

GeneratedBlock block_from(std::int64_t first) {
  GeneratedBlock block;
  block.first = first;
  return block;
}

TEST(BlockWriter, WritesAllInOrder) {
  std::vector<std::int64_t> written;
  BlockWriter writer([&](const GeneratedBlock& block) { written.push_back(block.first); });
  for (std::int64_t first = 0; first < 20; ++first) {
    writer.put(block_from(first));
  }
  writer.finish();
  ASSERT_EQ(written.size(), 20U);
  for (std::size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ(written[i], static_cast<std::int64_t>(i));
  }
}

TEST(BlockWriter, UsesMemoryAgain) {
  BlockWriter writer([](const GeneratedBlock&) {});
  EXPECT_TRUE(writer.recycled().images.empty());
  GeneratedBlock block;
  block.images.assign(5, 1.0F);
  const float* memory = block.images.data();
  writer.put(std::move(block));
  writer.finish();
  EXPECT_EQ(writer.recycled().images.data(), memory);
}

TEST(BlockWriter, FailureReachesTheCaller) {
  BlockWriter writer([](const GeneratedBlock& block) {
    if (block.first == 1) {
      throw BackendError("x.h5", "the disk is full");
    }
  });
  // However fast the thread is: a put() that fills the queue behind the failure throws.
  EXPECT_THROW(
      {
        for (std::int64_t first = 0; first < 10; ++first) {
          writer.put(block_from(first));
        }
      },
      BackendError);
  EXPECT_THROW(writer.finish(), BackendError);
}

TEST(BlockWriter, FailureOfTheLastBlockComesWithFinish) {
  BlockWriter writer([](const GeneratedBlock&) { throw BackendError("x.h5", "the disk is full"); });
  writer.put(block_from(0));
  EXPECT_THROW(writer.finish(), BackendError);
}

TEST(BlockWriter, DestructionFinishesTheBlockAtHand) {
  std::promise<void> begun;
  std::promise<void> go_on;
  std::vector<std::int64_t> written;
  {
    BlockWriter writer([&](const GeneratedBlock& block) {
      if (block.first == 0) {
        begun.set_value();
        go_on.get_future().wait();
      }
      written.push_back(block.first);
    });
    writer.put(block_from(0));
    begun.get_future().wait();
    writer.put(block_from(1));
    writer.put(block_from(2));
    go_on.set_value();
  }
  ASSERT_FALSE(written.empty());
  EXPECT_EQ(written.front(), 0);
}

}  // namespace
}  // namespace caloquant
