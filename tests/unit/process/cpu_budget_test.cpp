#include "process/cpu_budget.h"

#include <gtest/gtest.h>

namespace leak::hook {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

// A program that uses `cpu_ms` of each 100 ms, of which recording takes `ours_ms`.
struct Program {
  std::uint64_t cpu_ms;
  std::uint64_t ours_ms;
  std::uint64_t bytes_per_event = 100;
  CpuBudget::Reading reading{};

  CpuBudget::Reading next() {
    reading.process_cpu_ns += cpu_ms * kMs;
    reading.hook_ns += ours_ms * kMs / 2;
    reading.writer_cpu_ns += ours_ms * kMs - ours_ms * kMs / 2;
    reading.events += ours_ms * kMs / 50;
    reading.allocated_bytes += ours_ms * kMs / 50 * bytes_per_event;
    return reading;
  }
};

CpuBudget::Judgement judge_for(Program& program, CpuBudget& budget, int readings,
                               std::uint64_t sample_bytes = 0) {
  CpuBudget::Judgement judgement;
  for (int i = 0; i != readings && !judgement.is_too_much; ++i) {
    judgement = budget.judge(program.next(), sample_bytes);
  }
  return judgement;
}

TEST(CpuBudget, SwitchesAboveTheShareAndNotBelow) {
  for (const std::uint64_t ours : {2U, 4U, 6U, 30U}) {
    CpuBudget budget;
    budget.open(50);
    Program program{100, ours};
    const CpuBudget::Judgement judgement = judge_for(program, budget, 100);
    EXPECT_EQ(judgement.is_too_much, ours >= 6) << ours;
    EXPECT_EQ(judgement.measured_permille, ours * 1000 / (100 - ours)) << ours;
  }
}

TEST(CpuBudget, AnIdleProgramIsNotJudged) {
  CpuBudget budget;
  budget.open(50);
  Program program{9, 8};
  EXPECT_FALSE(judge_for(program, budget, 1000).is_too_much);
}

TEST(CpuBudget, TheRateGrowsWithTheExcess) {
  std::uint64_t before = 0;
  for (const std::uint64_t ours : {10U, 50U, 90U}) {
    CpuBudget budget;
    budget.open(10);
    Program program{100, ours};
    const CpuBudget::Judgement judgement = judge_for(program, budget, 100);
    ASSERT_TRUE(judgement.is_too_much);
    EXPECT_GT(judgement.sample_bytes, before);
    // What such a sample costs: two events a block, each four times as dear as one of a full recording.
    const double blocks =
        static_cast<double>(program.reading.allocated_bytes) / static_cast<double>(judgement.sample_bytes);
    const double program_ns =
        static_cast<double>(program.reading.process_cpu_ns) * static_cast<double>(100 - ours) / 100;
    EXPECT_LE(blocks * 2 * 4 * 50, 0.01 * program_ns);
    before = judgement.sample_bytes;
  }
}

TEST(CpuBudget, BecomesCoarserWhileItIsStillTooMuch) {
  CpuBudget budget;
  budget.open(50);
  Program program{100, 20};
  const std::uint64_t first = judge_for(program, budget, 100).sample_bytes;
  const CpuBudget::Judgement second = judge_for(program, budget, 100, first);
  ASSERT_TRUE(second.is_too_much);
  EXPECT_EQ(second.sample_bytes, first * 4);
  EXPECT_FALSE(judge_for(program, budget, 100, std::uint64_t{1} << 30).is_too_much);
}

TEST(CpuBudget, AProgramThatOnlyAllocatesGetsARateToo) {
  CpuBudget budget;
  budget.open(50);
  Program program{100, 100};
  const CpuBudget::Judgement judgement = judge_for(program, budget, 100);
  ASSERT_TRUE(judgement.is_too_much);
  EXPECT_LT(judgement.sample_bytes, std::uint64_t{16} << 20);
}

}  // namespace
}  // namespace leak::hook
