// Spikes and residency: what a timeline says besides its trend.
#include <gtest/gtest.h>

#include <functional>

#include "analyses/residency.h"
#include "analyses/spikes.h"

namespace leak::scan {
namespace {

constexpr std::uint64_t kMiB = 1U << 20;
constexpr std::size_t kPoints = 1000;
constexpr std::uint64_t kStepNs = 10'000'000;

using Course = std::function<std::uint64_t(std::size_t)>;

HeapHistory with_heap(const Course& heap) {
  HeapHistory history;
  history.process.duration_ns = kPoints * kStepNs;
  for (std::size_t i = 0; i != kPoints; ++i) {
    TimelinePoint& point = history.timeline.emplace_back();
    point.time_ns = (i + 1) * kStepNs;
    point.heap.bytes = point.heap_max_bytes = heap(i);
  }
  return history;
}

bool between(std::size_t i, std::size_t from, std::size_t to) { return i >= from && i < to; }

TEST(Spikes, AWaveHasABeginningATopAndAnEnd) {
  const std::vector<Spike> spikes =
      find_spikes(with_heap([](std::size_t i) { return between(i, 400, 450) ? 50 * kMiB : 10 * kMiB; }));
  ASSERT_EQ(spikes.size(), 1U);
  EXPECT_EQ(spikes[0].begin_ns, 400 * kStepNs);
  EXPECT_EQ(spikes[0].top_ns, 401 * kStepNs);
  EXPECT_EQ(spikes[0].end_ns, 451 * kStepNs);
  EXPECT_EQ(spikes[0].from_bytes, 10 * kMiB);
  EXPECT_EQ(spikes[0].top_bytes, 50 * kMiB);
}

TEST(Spikes, AWaveBetweenTwoPointsIsSeenByItsHighest) {
  HeapHistory history = with_heap([](std::size_t) { return 10 * kMiB; });
  history.timeline[700].heap_max_bytes = 60 * kMiB;
  const std::vector<Spike> spikes = find_spikes(history);
  ASSERT_EQ(spikes.size(), 1U);
  EXPECT_EQ(spikes[0].top_bytes, 60 * kMiB);
  EXPECT_EQ(spikes[0].end_ns, spikes[0].top_ns);
}

TEST(Spikes, AStepStays) {
  const std::vector<Spike> spikes =
      find_spikes(with_heap([](std::size_t i) { return i < 500 ? 10 * kMiB : 50 * kMiB; }));
  ASSERT_EQ(spikes.size(), 1U);
  EXPECT_FALSE(spikes[0].end_ns);
}

TEST(Spikes, WhatIsFreedWhenTheRunEndsHasStayed) {
  const std::vector<Spike> spikes = find_spikes(
      with_heap([](std::size_t i) { return between(i, 500, 980) ? 50 * kMiB : 10 * kMiB; }));
  ASSERT_EQ(spikes.size(), 1U);
  EXPECT_FALSE(spikes[0].end_ns);
  EXPECT_TRUE(find_spikes(with_heap([](std::size_t i) {
                return between(i, 500, 900) ? 50 * kMiB : 10 * kMiB;
              })).empty())
      << "neither short nor for good";
}

TEST(Spikes, WhatIsCommonIsNoSpike) {
  EXPECT_TRUE(find_spikes(with_heap([](std::size_t) { return 10 * kMiB; })).empty()) << "flat";
  EXPECT_TRUE(find_spikes(with_heap([](std::size_t i) { return i * kMiB; })).empty()) << "a ramp";
  EXPECT_TRUE(find_spikes(with_heap([](std::size_t i) { return i % 20 < 10 ? kMiB : 50 * kMiB; })).empty())
      << "to and fro";
  EXPECT_TRUE(find_spikes(with_heap([](std::size_t i) { return i % 100 * kMiB; })).empty()) << "sawtooth";
  EXPECT_TRUE(find_spikes(with_heap([](std::size_t i) { return i < 10 ? 0 : 50 * kMiB; })).empty()) << "start-up";
  EXPECT_TRUE(find_spikes(with_heap([](std::size_t i) { return i == 500 ? kMiB : 100; })).empty()) << "small";
}

TEST(Spikes, ShortRunsAreNotJudged) {
  HeapHistory history = with_heap([](std::size_t i) { return i == 500 ? 50 * kMiB : kMiB; });
  EXPECT_EQ(find_spikes(history).size(), 1U);
  history.process.duration_ns = 900'000'000;
  EXPECT_TRUE(find_spikes(history).empty());
}

HeapHistory with_resident(const Course& heap, const Course& anonymous) {
  HeapHistory history = with_heap(heap);
  for (std::size_t i = 0; i != kPoints; ++i) {
    history.timeline[i].anonymous_bytes = anonymous(i);
    history.timeline[i].rss_bytes = anonymous(i) + 5 * kMiB;
  }
  return history;
}

TEST(Residency, FreedMemoryThatStaysIsKept) {
  const auto residency = measure_residency(with_resident(
      [](std::size_t i) { return i < 500 ? 90 * kMiB : 10 * kMiB; }, [](std::size_t) { return 100 * kMiB; }));
  ASSERT_TRUE(residency);
  EXPECT_EQ(residency->beyond_bytes, 90 * kMiB);
  EXPECT_TRUE(residency->keeps_freed);
  EXPECT_FALSE(residency->growth);
}

TEST(Residency, MemoryThatFollowsTheHeapIsNot) {
  const auto residency =
      measure_residency(with_resident([](std::size_t i) { return i < 500 ? 90 * kMiB : 10 * kMiB; },
                                      [](std::size_t i) { return i < 500 ? 95 * kMiB : 15 * kMiB; }));
  ASSERT_TRUE(residency);
  EXPECT_FALSE(residency->keeps_freed);
}

TEST(Residency, WhatTheHeapNeverHadIsNotFreedMemory) {
  const auto residency = measure_residency(
      with_resident([](std::size_t) { return kMiB; }, [](std::size_t) { return 100 * kMiB; }));
  ASSERT_TRUE(residency);
  EXPECT_FALSE(residency->keeps_freed) << "stacks, or memory from the kernel";
}

TEST(Residency, AHeapThatIsEmptiedAtTheVeryEndKeepsNothing) {
  const auto residency = measure_residency(with_resident(
      [](std::size_t i) { return i < 990 ? 90 * kMiB : 0; }, [](std::size_t) { return 95 * kMiB; }));
  ASSERT_TRUE(residency);
  EXPECT_FALSE(residency->keeps_freed);
}

TEST(Residency, GrowthBesideTheHeapIsFound) {
  const auto alone = measure_residency(with_resident([](std::size_t i) { return (50 + i % 7) * kMiB; },
                                                     [](std::size_t i) { return (60 + i / 10) * kMiB; }));
  ASSERT_TRUE(alone && alone->growth);
  EXPECT_NEAR(alone->growth->slope_per_s, 10.0 * kMiB, 1.0 * kMiB);
  const auto with_it = measure_residency(with_resident(
      [](std::size_t i) { return (50 + i / 10) * kMiB; }, [](std::size_t i) { return (60 + i / 10) * kMiB; }));
  EXPECT_FALSE(with_it->growth);
  const auto settled = measure_residency(with_resident(
      [](std::size_t) { return 50 * kMiB; },
      [](std::size_t i) { return (60 + std::min<std::size_t>(i, 500) / 10) * kMiB; }));
  EXPECT_FALSE(settled->growth);
}

TEST(Residency, WithoutSamplesNothingIsSaid) {
  EXPECT_FALSE(measure_residency(with_heap([](std::size_t) { return kMiB; })));
}

}  // namespace
}  // namespace leak::scan
