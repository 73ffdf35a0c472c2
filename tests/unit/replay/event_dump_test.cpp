#include "replay/event_dump.h"

#include <gtest/gtest.h>

#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;

std::vector<DumpedEvent> dumped(TraceSource source) {
  Diagnostics diagnostics;
  EventDump dump(std::move(source), diagnostics);
  std::vector<DumpedEvent> events;
  for (DumpedEvent event; dump.next(event);) events.push_back(event);
  return events;
}

TEST(EventDump, GivesAllEventsInTheOrderOfTime) {
  TraceBuilder builder;
  add_small_trace(builder);
  add_small_journal(builder);
  const std::vector<DumpedEvent> events = dumped(builder.killed());
  ASSERT_EQ(events.size(), test::kSmallTraceEvents + test::kSmallJournalEvents);
  for (std::size_t i = 1; i != events.size(); ++i) EXPECT_LE(events[i - 1].time_ns, events[i].time_ns);
  EXPECT_EQ(events[0].tid, ThreadId(7));
  EXPECT_EQ(events[0].op, trace::Op::kMalloc);
  EXPECT_EQ(events[0].address, 0x5000U);
  EXPECT_EQ(events[0].size, 100U);
  EXPECT_EQ(events[0].stack, (std::vector<PcId>{PcId(3), PcId(2), PcId(1)}));
  EXPECT_EQ(events[2].tid, ThreadId(8));
  EXPECT_TRUE(events[3].stack.empty());
  EXPECT_EQ(events[4].op, trace::Op::kRealloc);
  EXPECT_EQ(events[4].old_address, 0x5000U);
  EXPECT_LT(events[4].begin_ns, events[4].time_ns);
}

TEST(EventDump, OneThreadKeepsItsOrderAcrossSections) {
  TraceBuilder builder({}, {3, 2, 1});
  for (std::uint64_t i = 0; i != 100; ++i) builder.alloc(1, 5000, 16 * (i + 1), i, {1});
  const std::vector<DumpedEvent> events = dumped(builder.finished());
  ASSERT_EQ(events.size(), 100U);
  for (std::size_t i = 0; i != events.size(); ++i) EXPECT_EQ(events[i].size, i);
}

}  // namespace
}  // namespace leak::scan
