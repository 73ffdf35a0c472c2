#include "replay/trace_clock.h"

#include <gtest/gtest.h>

#include "support/trace_builder.h"

namespace leak::scan {
namespace {

using test::ProcessSpec;
using test::TraceBuilder;

TraceClock clock_of(TraceSource source) {
  Diagnostics diagnostics;
  const TraceReader reader = TraceReader::open(std::move(source), diagnostics);
  return TraceClock(reader);
}

ProcessSpec spec_of(trace::ClockSource source) {
  ProcessSpec spec;
  spec.clock_source = source;
  spec.ticks_per_second = 2'000'000'000;
  spec.start_ticks = 1000;
  spec.start_mono_ns = 100;
  return spec;
}

TEST(TraceClock, UsesTheFirstEstimateWithoutAnythingBetter) {
  TraceBuilder builder(spec_of(trace::ClockSource::kTsc));
  const TraceClock clock = clock_of(builder.finished());
  EXPECT_EQ(clock.ns_at(1000), 0U);
  EXPECT_EQ(clock.ns_at(3000), 1000U);
  EXPECT_EQ(clock.ns_at(5), 0U);
  EXPECT_EQ(clock.ticks_at(1000), 3000U);
}

TEST(TraceClock, TheEndRecordCalibratesTheTsc) {
  TraceBuilder builder(spec_of(trace::ClockSource::kTsc));
  builder.sample(2000, 100 + 999, 1);  // read late: must not bend the line
  builder.end(5000, 100 + 1000);
  const TraceClock clock = clock_of(builder.finished());
  EXPECT_EQ(clock.ns_at(5000), 1000U);
  EXPECT_EQ(clock.ns_at(3000), 500U);
  EXPECT_EQ(clock.ns_at(9000), 2000U);
  EXPECT_EQ(clock.ticks_at(500), 3000U);
}

TEST(TraceClock, TheJournalCalibratesAKilledProcess) {
  TraceBuilder builder(spec_of(trace::ClockSource::kTsc));
  builder.sample(2000, 100 + 500, 1);
  builder.set_journal_clock(9000, 100 + 8000);
  EXPECT_EQ(clock_of(builder.killed()).ns_at(5000), 4000U);
}

TEST(TraceClock, ACounterIsInterpolatedBetweenSamples) {
  TraceBuilder builder(spec_of(trace::ClockSource::kCounter));
  builder.sample(1010, 100 + 1'000'000, 1);  // few events in the first millisecond
  builder.sample(2010, 100 + 2'000'000, 1);  // many in the second
  const TraceClock clock = clock_of(builder.finished());
  EXPECT_EQ(clock.ns_at(1005), 500'000U);
  EXPECT_EQ(clock.ns_at(1510), 1'500'000U);
  EXPECT_EQ(clock.ns_at(2110), 2'100'000U);
  EXPECT_EQ(clock.ticks_at(1'500'000), 1510U);
}

TEST(TraceClock, SurvivesNonsense) {
  ProcessSpec spec = spec_of(trace::ClockSource::kCounter);
  spec.ticks_per_second = 0;
  TraceBuilder builder(spec);
  builder.sample(500, 50, 1);
  builder.sample(~std::uint64_t{0}, ~std::uint64_t{0}, 1);
  const TraceClock clock = clock_of(builder.finished());
  EXPECT_EQ(clock.ns_at(1000), 0U);
  EXPECT_GT(clock.ns_at(~std::uint64_t{0}), 0U);
}

}  // namespace
}  // namespace leak::scan
