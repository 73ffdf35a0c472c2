// Replay of traces that are a sample, wholly or from some moment on.
#include <gtest/gtest.h>

#include "decode/sample_weights.h"
#include "replay/heap_replay.h"
#include "support/replay_helpers.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;

constexpr std::uint64_t kRate = 4096;

class SampledReplay : public ::testing::Test {
 protected:
  SampledReplay() { add_pcs(builder_, 3); }

  static std::uint64_t bytes_of(std::uint64_t size) { return weigh(size, kRate).bytes; }

  TraceBuilder builder_;
};

TEST_F(SampledReplay, EachBlockCountsWithItsOwnWeight) {
  builder_.sampling(1500, kRate);
  builder_.alloc(1, 2000, 0x10, 64, {1});
  builder_.alloc(1, 2100, 0x20, 8000, {1});
  builder_.alloc(1, 2200, 0x30, 64, {2});
  builder_.free(1, 2300, 0x30);
  builder_.end(10'000, 5'000'009'000);
  const HeapHistory history = test::replay(builder_);
  const Site& site = test::site_at(history, 1);
  EXPECT_EQ(site.live.bytes, bytes_of(64) + bytes_of(8000));
  EXPECT_EQ(site.live.blocks, whole_blocks(weigh(64, kRate).parts + weigh(8000, kRate).parts));
  EXPECT_EQ(site.recorded_live_blocks, 2U);
  EXPECT_GT(site.live_bytes_error, 4096U);
  EXPECT_GT(site.allocated_bytes_error, 4096U);
  const Site& freed = test::site_at(history, 2);
  EXPECT_EQ(freed.live.bytes, 0U);
  EXPECT_EQ(freed.live_bytes_error, 0U);
  EXPECT_EQ(freed.temporary_allocations, whole_blocks(weigh(64, kRate).parts));
  EXPECT_EQ(history.totals.allocated_bytes, 2 * bytes_of(64) + bytes_of(8000));
  EXPECT_EQ(history.totals.live.bytes, site.live.bytes);
  EXPECT_EQ(history.totals.peak.bytes, history.totals.allocated_bytes);
  EXPECT_EQ(history.totals.recorded_live_blocks, 2U);
  EXPECT_EQ(history.totals.events, 4U);
  EXPECT_EQ(history.threads[0].allocated_bytes, history.totals.allocated_bytes);
  ASSERT_EQ(history.sampling.size(), 1U);
  EXPECT_EQ(history.sampling[0].from_ns, 500U);
  EXPECT_TRUE(history.diagnostics.warnings.empty());
}

TEST_F(SampledReplay, WhatWasRecordedBeforeTheSwitchCountsOnce) {
  builder_.alloc(1, 2000, 0x10, 64, {1});
  builder_.alloc(1, 2100, 0x20, 64, {1});
  builder_.sampling(3000, kRate, 50, 80);
  builder_.alloc(1, 3000, 0x30, 64, {1});
  builder_.free(1, 3100, 0x10);
  builder_.end(10'000, 5'000'009'000);
  const HeapHistory history = test::replay(builder_);
  ASSERT_EQ(history.sites.size(), 1U);
  EXPECT_EQ(history.sites[0].live.bytes, 64 + bytes_of(64));
  EXPECT_EQ(history.sites[0].recorded_live_blocks, 2U);
  EXPECT_EQ(history.sites[0].deallocations, 1U);
  EXPECT_EQ(history.totals.allocated_bytes, 128 + bytes_of(64));
  EXPECT_EQ(history.sampling[0].budget_permille, 50U);
  EXPECT_EQ(history.sampling[0].measured_permille, 80U);
}

TEST_F(SampledReplay, ABlockKeepsTheRateItWasRecordedAt) {
  builder_.sampling(1500, kRate);
  builder_.alloc(1, 2000, 0x10, 64, {1});
  builder_.sampling(3000, 4 * kRate);
  builder_.free(1, 3100, 0x10);
  builder_.alloc(1, 3200, 0x20, 64, {1});
  builder_.end(10'000, 5'000'009'000);
  const HeapHistory history = test::replay(builder_);
  EXPECT_EQ(history.totals.live.bytes, weigh(64, 4 * kRate).bytes);
  EXPECT_EQ(history.sites[0].live.bytes, history.totals.live.bytes);
}

TEST_F(SampledReplay, BlocksOutsideTheRangeKeepTheirWeightToo) {
  builder_.alloc(1, 1100, 0x10, 64, {1});
  builder_.sampling(1500, kRate);
  builder_.alloc(1, 2000, 0x20, 64, {1});
  builder_.alloc(1, 4000, 0x30, 64, {1});
  builder_.free(1, 4100, 0x10);
  builder_.free(1, 4200, 0x20);
  builder_.end(10'000, 5'000'009'000);
  ReplayOptions options;
  options.from_ns = 2500;
  const HeapHistory history = test::replay(builder_, options);
  EXPECT_EQ(history.totals.live.bytes, bytes_of(64));
  ASSERT_EQ(history.sites.size(), 1U);
  EXPECT_EQ(history.sites[0].live.bytes, bytes_of(64));
}

TEST_F(SampledReplay, AFullTraceHasNoErrors) {
  builder_.alloc(1, 2000, 0x10, 64, {1});
  builder_.end(10'000, 5'000'009'000);
  const HeapHistory history = test::replay(builder_);
  EXPECT_EQ(history.sites[0].recorded_live_blocks, 1U);
  EXPECT_EQ(history.sites[0].live_bytes_error, 0U);
  EXPECT_EQ(history.totals.live_bytes_error, 0U);
  EXPECT_TRUE(history.sampling.empty());
}

}  // namespace
}  // namespace leak::scan
