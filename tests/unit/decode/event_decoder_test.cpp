// Whatever the bytes, reading events in batches gives what reading them one by one gives.
#include "decode/event_decoder.h"

#include <gtest/gtest.h>

#include <random>

#include "decode/frame_list.h"
#include "decode/zstd_frame.h"
#include "support/event_samples.h"
#include "support/trace_builder.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;

constexpr std::uint32_t kShift = 3;

// The body of the one events chunk that `builder` makes.
test::Bytes events_body(TraceBuilder& builder) {
  const TraceSource source = builder.finished();
  Diagnostics diagnostics;
  for (const FrameRef& frame : list_frames(*source.trace, diagnostics).frames) {
    if (frame.kind != trace::ChunkKind::kEvents) continue;
    test::Bytes compressed(frame.frame_bytes);
    source.trace->read_at(frame.offset, compressed);
    FrameDecoder decoder;
    FrameBuffer buffer;
    if (!decoder.decode(compressed, buffer)) break;
    const auto body = buffer.bytes().subspan(sizeof(trace::ChunkHeader));
    return {body.begin(), body.end()};
  }
  ADD_FAILURE() << "no events";
  return {};
}

test::Bytes random_body(std::uint32_t seed) {
  const bool has_address_model = seed % 2 == 0;
  TraceBuilder builder({}, {4000, 3, 1, has_address_model});
  std::mt19937 random(seed);
  std::uint64_t ticks = 5000;
  for (int i = 0; i != 3000; ++i) {
    const std::uint32_t tid = 1 + random() % 2;
    const std::uint64_t address = std::uint64_t{random() % 4} << 44 | (random() % 3000);
    test::Stack stack(random() % 6, 1);
    for (std::uint32_t& pc : stack)
      pc = static_cast<std::uint32_t>(random() % 3 == 0 ? random() : random() % 40);
    ticks += random() % 100 - (random() % 50 == 0 ? 60 : 0);
    if (random() % 2 == 0) {
      builder.free(tid, ticks, address, random() % 2 == 0 ? trace::Op::kFree : trace::Op::kDelete);
    } else if (random() % 100 == 0) {
      builder.resize(tid, ticks - 20, ticks, address ^ random() % 2, address, random() % 100, stack);
    } else if (random() % 100 == 0) {
      builder.map(tid, ticks, address, 1 + random() % 100'000, stack);
    } else {
      const bool is_huge = random() % 200 == 0;
      builder.alloc(tid, ticks, address, is_huge ? std::uint64_t{1} << 33 : random() % 1000, stack);
    }
  }
  return events_body(builder);
}

void expect_same(const DecodedChunk& a, const DecodedChunk& b) {
  ASSERT_EQ(a.torn, b.torn);
  ASSERT_EQ(a.events, b.events);
  EXPECT_EQ(a.last_time, b.last_time);
  EXPECT_EQ(a.parts_by_op, b.parts_by_op);
  EXPECT_EQ(a.parts_by_class, b.parts_by_class);
  EXPECT_EQ(a.bytes_by_class, b.bytes_by_class);
  ASSERT_EQ(a.sections.size(), b.sections.size());
  for (std::size_t s = 0; s != a.sections.size(); ++s) {
    const Section& one = a.sections[s];
    const Section& other = b.sections[s];
    EXPECT_EQ(one.first_heap_step, other.first_heap_step);
    EXPECT_EQ(one.open_allocation, other.open_allocation);
    EXPECT_EQ(one.allocated_parts, other.allocated_parts);
    EXPECT_EQ(one.allocated_bytes, other.allocated_bytes);
    EXPECT_EQ(one.wide.size(), other.wide.size());
    ASSERT_EQ(one.steps.size(), other.steps.size());
    for (std::size_t i = 0; i != one.steps.size(); ++i) {
      ASSERT_EQ(one.steps[i].time, other.steps[i].time) << i;
      ASSERT_EQ(one.steps[i].address_and_code, other.steps[i].address_and_code) << i;
      ASSERT_EQ(one.steps[i].size, other.steps[i].size) << i;
      ASSERT_EQ(one.steps[i].stack, other.steps[i].stack) << i;
    }
  }
}

void expect_both_ways_same(const test::Bytes& body) {
  DecodedChunk batches;
  DecodedChunk one_by_one;
  EventDecoder({}, kShift, false).decode_columns(body, batches);
  EventDecoder({}, kShift, true).decode_columns(body, one_by_one);
  expect_same(batches, one_by_one);
}

TEST(EventDecoder, BatchesAreTheEventsOneByOne) {
  for (std::uint32_t seed = 1; seed != 5; ++seed) expect_both_ways_same(random_body(seed));
}

TEST(EventDecoder, BatchesTearWhereEventsTear) {
  const test::Bytes bodies[] = {random_body(9), random_body(10)};
  std::mt19937 random(2);
  for (int i = 0; i != 400; ++i) {
    test::Bytes damaged = bodies[i % 2];
    const std::size_t changes = 1 + random() % 3;
    for (std::size_t n = 0; n != changes; ++n)
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    ASSERT_NO_FATAL_FAILURE(expect_both_ways_same(damaged)) << i;
  }
}

TEST(EventDecoder, KnowsEveryOperation) {
  TraceBuilder builder;
  for (const test::SampleEvent& sample : test::sample_events()) {
    if (sample.event.push > 100) continue;
    builder.add(1, sample.event, test::Stack(sample.pc_ids.begin(), sample.pc_ids.end()));
  }
  expect_both_ways_same(events_body(builder));
}

}  // namespace
}  // namespace leak::scan
