#include "record/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace leak::hook {
namespace {

constexpr std::uint64_t kRate = 1000;

const void* block_at(std::uintptr_t address) { return reinterpret_cast<const void*>(address); }

// How many of `count` blocks of `size` bytes are chosen, all stamped `ticks`.
std::uint64_t chosen(std::uint64_t count, std::size_t size, std::uint64_t ticks) {
  std::uint64_t recorded = 0;
  for (std::uint64_t i = 0; i != count; ++i)
    recorded += choose_allocation(block_at(0x1000), size, ticks) ? 1U : 0U;
  return recorded;
}

// Within five standard deviations of what 1 - exp(-size/rate) promises.
void expect_share(std::uint64_t recorded, std::uint64_t count, std::size_t size, std::uint64_t rate) {
  const double probability = -std::expm1(-static_cast<double>(size) / static_cast<double>(rate));
  const double mean = static_cast<double>(count) * probability;
  EXPECT_NEAR(static_cast<double>(recorded), mean, 5 * std::sqrt(mean * (1 - probability)) + 1) << size;
}

// The order matters: a process begins to sample once.
TEST(Sampling, BeginsBecomesCoarserAndKnowsWhatItLeavesOut) {
  prepare_sampling(5, 42);
  EXPECT_FALSE(is_sampling());
  ASSERT_TRUE(begin_sampling(kRate, 100));
  EXPECT_EQ(chosen(1000, 16, 99), 1000U) << "before its time everything is recorded";
  EXPECT_FALSE(is_left_out(block_at(0x1000)));
  for (const std::size_t size : {16U, 200U, 1000U, 5000U}) {
    expect_share(chosen(100'000, size, 100), 100'000, size, kRate);
  }
  EXPECT_EQ(chosen(1000, 100 * kRate, 100), 1000U);

  // Each block is remembered as what it last was.
  std::vector<bool> was_chosen;
  for (std::uintptr_t i = 0; i != 1000; ++i)
    was_chosen.push_back(choose_allocation(block_at(0x10000 + i * 32), 700, 100));
  for (std::uintptr_t i = 0; i != 1000; ++i)
    EXPECT_NE(is_left_out(block_at(0x10000 + i * 32)), was_chosen[i]);

  // Coarser, ten thousand threads' worth of first points: none is lost and none too many.
  constexpr std::uint64_t kCoarse = 4 * kRate;
  ASSERT_TRUE(begin_sampling(kCoarse, 200));
  expect_share(chosen(100'000, 200, 199), 100'000, 200, kRate);
  std::uint64_t recorded = 0;
  for (int trial = 0; trial != 10'000; ++trial) {
    t_hook.sample_point.bytes_left = 0;
    t_hook.sample_point.rate = 0;
    choose_allocation(block_at(0x1000), 1, 199);
    recorded += chosen(10, 300, 200);
  }
  expect_share(recorded, 100'000, 300, kCoarse);
  expect_share(chosen(100'000, 300, 200), 100'000, 300, kCoarse);

  // The short way counts the same bytes.
  recorded = 0;
  for (int i = 0; i != 100'000; ++i) {
    if (!pass_sampling_point(300)) recorded += choose_allocation(block_at(0x1000), 300, 200) ? 1U : 0U;
  }
  expect_share(recorded, 100'000, 300, kCoarse);

  // From a process that never recorded but a sample the recorded blocks are known.
  mark_recorded_blocks();
  for (std::uintptr_t i = 0; i != 1000; ++i) {
    const void* const block = block_at(0x9000000 + i * 32);
    EXPECT_TRUE(is_left_out(block));
    for (int again = 0; again != 3; ++again) {
      const bool is_chosen = choose_allocation(block, 3000, 200);
      EXPECT_NE(is_left_out(block), is_chosen);
    }
    forget_recorded(block);
    EXPECT_TRUE(is_left_out(block));
    EXPECT_FALSE(g_recorded_filter.may_hold(reinterpret_cast<std::uintptr_t>(block)));
  }

  repair_sampling_after_fork();
  EXPECT_EQ(current_sample_bytes(), kCoarse);
  expect_share(chosen(100'000, 300, 1), 100'000, 300, kCoarse);
}

}  // namespace
}  // namespace leak::hook
