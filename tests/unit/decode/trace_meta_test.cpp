#include "decode/trace_meta.h"

#include <gtest/gtest.h>

#include "decode/trace_reader.h"
#include "support/trace_builder.h"

namespace leak::scan {
namespace {

using test::Bytes;
using test::TraceBuilder;

TraceMeta meta_of(TraceBuilder& builder, Diagnostics& diagnostics) {
  return TraceReader::open(builder.finished(), diagnostics).meta();
}

TEST(TraceMeta, ReadsTheProcess) {
  TraceBuilder builder;
  Diagnostics diagnostics;
  const TraceMeta meta = meta_of(builder, diagnostics);
  ASSERT_TRUE(meta.process);
  EXPECT_EQ(meta.process->exe, "/usr/bin/myapp");
  EXPECT_EQ(meta.process->working_directory, "/home/user");
  EXPECT_EQ(meta.process->allocator, "glibc 2.36");
  EXPECT_EQ(meta.process->settings, "LEAKHOOK_LEVEL=1\n");
  EXPECT_EQ(meta.process->argv, (std::vector<std::string>{"myapp", "--fast"}));
  EXPECT_EQ(meta.process->record.pid, 4242U);
}

TEST(TraceMeta, ReadsEveryKind) {
  TraceBuilder builder;
  builder.module(3, "/lib/libfoo.so", 0x1000, 0x2000, {1, 2, 3});
  builder.module_gone(3, 9000);
  builder.pc(5, 0x1234, 3, trace::kPcGuessed);
  builder.thread(7, trace::kThreadStarted, "", 2000);
  builder.thread(7, trace::kThreadNamed, "worker", 2100);
  builder.thread(7, trace::kThreadEnded, "", 2200);
  builder.marker(3000, "late");
  builder.marker(2500, "early");
  builder.sample(2600, 1, 77);
  builder.counters(8000, 4, {1, 2});
  builder.memory_limit(1 << 30);
  builder.end(9500, 10, trace::EndKind::kSignaled, 11);
  Diagnostics diagnostics;
  const TraceMeta meta = meta_of(builder, diagnostics);
  ASSERT_EQ(meta.modules.size(), 1U);
  EXPECT_EQ(meta.modules[0].path, "/lib/libfoo.so");
  EXPECT_EQ(meta.modules[0].build_id, (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(meta.modules[0].gone_ticks, 9000U);
  ASSERT_EQ(meta.pcs.size(), 1U);
  EXPECT_EQ(meta.pcs[0].pc, 0x1234U);
  ASSERT_EQ(meta.threads.size(), 1U);
  EXPECT_EQ(meta.threads[0].name, "worker");
  EXPECT_EQ(meta.threads[0].ended_ticks, 2200U);
  ASSERT_EQ(meta.markers.size(), 2U);
  EXPECT_EQ(meta.markers[0].label, "early");
  EXPECT_EQ(meta.samples[0].rss_bytes, 77U);
  EXPECT_EQ(meta.counters->failed_allocations, 4U);
  EXPECT_EQ(meta.memory_limit_bytes, 1U << 30);
  EXPECT_EQ(meta.end->code, 11U);
}

TEST(TraceMeta, KeepsTheNewestCountOfWaits) {
  TraceBuilder silent;
  Diagnostics diagnostics;
  EXPECT_FALSE(meta_of(silent, diagnostics).back_pressure);
  TraceBuilder builder;
  builder.back_pressure(5000, 3, 400, 9000);
  builder.back_pressure(4000, 1, 100, 8000);
  const TraceMeta meta = meta_of(builder, diagnostics);
  ASSERT_TRUE(meta.back_pressure);
  EXPECT_EQ(meta.back_pressure->waits, 3U);
  EXPECT_EQ(meta.back_pressure->wait_ns, 400U);
  EXPECT_EQ(meta.back_pressure->cpu_ns, 9000U);
  EXPECT_EQ(diagnostics.unknown_records, 0U);
}

TEST(TraceMeta, SkipsAndCountsUnknownKinds) {
  TraceBuilder builder;
  builder.meta_bytes({24, 0, 0, 0, 99, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5, 5, 5});
  builder.pc(5, 0x1234);
  Diagnostics diagnostics;
  EXPECT_EQ(meta_of(builder, diagnostics).pcs.size(), 1U);
  EXPECT_EQ(diagnostics.unknown_records, 1U);
  EXPECT_EQ(diagnostics.torn_frames, 0U);
}

TEST(TraceMeta, KeepsWhatStoodBeforeARecordWithNonsense) {
  for (const std::uint8_t length : Bytes{0, 8, 17, 255}) {
    TraceBuilder builder;
    builder.pc(5, 0x1234);
    builder.meta_bytes({length, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0});
    builder.pc(6, 0x1234);
    Diagnostics diagnostics;
    EXPECT_EQ(meta_of(builder, diagnostics).pcs.size(), 1U);
    EXPECT_EQ(diagnostics.torn_frames, 1U);
  }
}

TEST(TraceMeta, RefusesStringsLongerThanTheirRecord) {
  const Bytes record = test::process_record({});
  for (std::size_t length = 0; length < record.size() - 8; ++length) {
    EXPECT_FALSE(parse_process(std::span(record).first(length))) << length;
  }
  EXPECT_TRUE(parse_process(record));
  // An argument count that asks for a lot of memory.
  Bytes hostile = record;
  std::fill(hostile.end() - 32, hostile.end(), 0xff);
  EXPECT_FALSE(parse_process(hostile));
}

}  // namespace
}  // namespace leak::scan
