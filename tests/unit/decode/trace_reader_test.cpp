#include "decode/trace_reader.h"

#include <gtest/gtest.h>

#include "support/refusal.h"
#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::Bytes;
using test::TraceBuilder;

std::string error_of(TraceSource source) {
  Diagnostics diagnostics;
  return test::refusal_of([&] { TraceReader::open(std::move(source), diagnostics); });
}

TEST(TraceReader, RefusesWhatIsNoTrace) {
  const std::string text = "This is not a trace at all, whatever its name says.";
  EXPECT_NE(error_of(trace_in_memory({text.begin(), text.end()})).find("is not a leakhook trace"),
            std::string::npos);
  EXPECT_NE(error_of(trace_in_memory(Bytes(100'000, 0))).find("is not a leakhook trace"), std::string::npos);
}

TEST(TraceReader, RefusesANewerMajorVersion) {
  TraceBuilder builder;
  builder.set_version((trace::kFormatMajor + 1) << 8);
  EXPECT_NE(
      error_of(builder.finished()).find("format version " + std::to_string(trace::kFormatMajor + 1) + ".0"),
      std::string::npos);
}

TEST(TraceReader, ReadsANewerMinorVersion) {
  TraceBuilder builder;
  builder.set_version(1 << 8 | 7);
  EXPECT_EQ(error_of(builder.finished()), "");
}

TEST(TraceReader, ListsEventChunksByTheirFirstTime) {
  TraceBuilder builder;
  builder.alloc(1, 5000, 0x10, 1, {1});
  builder.flush_events();
  builder.alloc(2, 3000, 0x20, 1, {1});
  builder.flush_events();
  Diagnostics diagnostics;
  const TraceReader reader = TraceReader::open(builder.finished(), diagnostics);
  ASSERT_EQ(reader.event_chunks().size(), 2U);
  EXPECT_EQ(reader.event_chunks()[0].frame.first_ticks, 3000U);
}

TEST(TraceReader, AddsJournalSlotsThatAreNotInTheTrace) {
  TraceBuilder builder;
  add_small_trace(builder);
  const Bytes early_journal = [&] {
    add_small_journal(builder);
    return builder.journal();
  }();
  Diagnostics diagnostics;
  const TraceReader with =
      TraceReader::open(trace_in_memory(builder.killed_trace(), early_journal), diagnostics);
  EXPECT_EQ(with.event_chunks().size(), 4U);
  EXPECT_TRUE(diagnostics.recovered_from_journal);
  // The writer got further, and then the process was killed before it could free the slots.
  builder.flush_events();
  Diagnostics later;
  const TraceReader without =
      TraceReader::open(trace_in_memory(builder.killed_trace(), early_journal), later);
  EXPECT_EQ(without.event_chunks().size(), 3U);
  EXPECT_FALSE(later.recovered_from_journal);
}

TEST(TraceReader, IgnoresTheJournalOfAnotherRecording) {
  test::ProcessSpec other;
  other.start_ticks = 77;
  TraceBuilder stranger(other);
  add_small_journal(stranger);
  TraceBuilder builder;
  add_small_trace(builder);
  Diagnostics diagnostics;
  const TraceReader reader =
      TraceReader::open(trace_in_memory(builder.killed_trace(), stranger.journal()), diagnostics);
  EXPECT_FALSE(reader.journal());
  ASSERT_EQ(diagnostics.warnings.size(), 1U);
  EXPECT_NE(diagnostics.warnings[0].find("another recording"), std::string::npos);
}

TEST(TraceReader, ReadsAJournalWithoutATrace) {
  TraceBuilder builder;
  add_small_journal(builder);
  Diagnostics diagnostics;
  const TraceReader reader = TraceReader::open(trace_in_memory({}, builder.journal()), diagnostics);
  ASSERT_TRUE(reader.meta().process);
  EXPECT_EQ(reader.meta().process->exe, "/usr/bin/myapp");
  EXPECT_EQ(reader.event_chunks().size(), 2U);
  EXPECT_EQ(reader.last_ticks(), 7000U);
}

TEST(TraceReader, TakesTheProcessFromTheJournalWhenTheFirstFrameIsLost) {
  TraceBuilder builder;
  add_small_trace(builder);
  add_small_journal(builder);
  Bytes trace = builder.killed_trace();
  trace[10] ^= 0x55;
  trace[40] ^= 0x55;
  Diagnostics diagnostics;
  const TraceReader reader = TraceReader::open(trace_in_memory(trace, builder.journal()), diagnostics);
  ASSERT_TRUE(reader.meta().process);
  EXPECT_EQ(reader.event_chunks().size(), 4U);
  EXPECT_EQ(diagnostics.torn_frames, 1U);
}

TEST(TraceReader, GuessesTheTimeQuantumWhenTheProcessRecordIsLost) {
  test::ProcessSpec spec;
  spec.time_quantum_shift = 9;
  TraceBuilder builder(spec);
  builder.flush_meta();
  builder.alloc(1, std::uint64_t{12345} << 9, 0x10, 1, {1});
  builder.flush_events();
  Bytes trace = builder.killed_trace();
  trace[12] ^= 0xff;
  trace[50] ^= 0xff;
  Diagnostics diagnostics;
  const TraceReader reader = TraceReader::open(trace_in_memory(trace), diagnostics);
  EXPECT_FALSE(reader.meta().process);
  EXPECT_EQ(reader.time_quantum_shift(), 9U);
  EXPECT_EQ(diagnostics.warnings.size(), 1U);
}

}  // namespace
}  // namespace leak::scan
