#include "decode/event_feed.h"

#include <gtest/gtest.h>

#include "support/event_samples.h"
#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;

std::vector<std::unique_ptr<DecodedChunk>> all_chunks(TraceSource source, FeedOptions options) {
  Diagnostics diagnostics;
  const TraceReader reader = TraceReader::open(std::move(source), diagnostics);
  EventFeed feed(reader, options);
  std::vector<std::unique_ptr<DecodedChunk>> chunks;
  while (!feed.done()) chunks.push_back(feed.next());
  return chunks;
}

// With and without the address model.
class EventFeedCoding : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(AddressModel, EventFeedCoding, testing::Bool());

TEST_P(EventFeedCoding, JournalAndColumnsGiveTheSameEvents) {
  test::ProcessSpec spec;
  spec.time_quantum_shift = 10;
  TraceBuilder builder(spec, {1000, 4, 1, GetParam()});
  for (const test::SampleEvent& sample : test::sample_events()) {
    if (sample.event.push > 100) continue;
    trace::Event event = sample.event;
    event.ticks += 77;  // not a multiple of the quantum
    event.begin_ticks += 77;
    builder.add(1, event, test::Stack(sample.pc_ids.begin(), sample.pc_ids.end()));
  }
  const auto raw = all_chunks(builder.killed(), {0, true});
  const auto columns = all_chunks(builder.finished(), {0, true});
  ASSERT_EQ(raw.size(), 1U);
  ASSERT_EQ(columns.size(), 1U);
  EXPECT_TRUE(raw[0]->from_journal);
  const Section& a = raw[0]->sections.at(0);
  const Section& b = columns[0]->sections.at(0);
  ASSERT_EQ(a.events.size(), b.events.size());
  for (std::size_t i = 0; i != a.events.size(); ++i) {
    EXPECT_TRUE(test::same(a.events[i].event, b.events[i].event)) << i;
    EXPECT_EQ(a.events[i].stack, b.events[i].stack);
  }
  ASSERT_EQ(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i != a.steps.size(); ++i) {
    EXPECT_EQ(a.steps[i].time, b.steps[i].time);
    EXPECT_EQ(a.steps[i].address_and_code, b.steps[i].address_and_code);
    EXPECT_EQ(a.steps[i].size, b.steps[i].size);
    EXPECT_EQ(a.steps[i].stack, b.steps[i].stack);
  }
}

TEST(EventFeed, SplitsAResizeIntoItsTwoMoments) {
  TraceBuilder builder;
  builder.resize(1, 2000, 3000, 0x10, 0x20, 5, {1});
  const auto chunks = all_chunks(builder.finished(), {});
  const std::vector<Step>& steps = chunks.at(0)->sections.at(0).steps;
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].kind(), StepKind::kFree);
  EXPECT_EQ(steps[0].time, 2000U);
  EXPECT_EQ(steps[0].address(), 0x10U);
  EXPECT_EQ(steps[1].kind(), StepKind::kAlloc);
  EXPECT_EQ(steps[1].time, 3000U);
  EXPECT_EQ(steps[1].op(), trace::Op::kRealloc);
}

TEST(EventFeed, WorkersDeliverWhatOneThreadDelivers) {
  const auto build = [] {
    TraceBuilder builder({}, {50, 2, 1});
    for (std::uint32_t i = 0; i != 5000; ++i) {
      builder.alloc(1 + i % 3, 2000 + i, 0x1000 + 16 * i, i, {1 + i % 7, 1 + i % 5, 1});
    }
    return builder.finished();
  };
  const auto one = all_chunks(build(), {0, false});
  const auto three = all_chunks(build(), {3, false});
  ASSERT_EQ(one.size(), three.size());
  for (std::size_t i = 0; i != one.size(); ++i) {
    ASSERT_EQ(one[i]->sections.size(), three[i]->sections.size());
    EXPECT_EQ(one[i]->events, three[i]->events);
    EXPECT_EQ(one[i]->sections[0].steps.front().address(), three[i]->sections[0].steps.front().address());
  }
}

TEST(EventFeed, AFeedThatIsLeftEarlyStops) {
  TraceBuilder builder({}, {10, 1, 1});
  for (std::uint32_t i = 0; i != 1000; ++i) builder.alloc(1, 2000 + i, 0x1000 + 16 * i, i, {1});
  Diagnostics diagnostics;
  const TraceReader reader = TraceReader::open(builder.finished(), diagnostics);
  EventFeed feed(reader, {2, false});
  EXPECT_EQ(feed.next()->events, 10U);
}

}  // namespace
}  // namespace leak::scan
