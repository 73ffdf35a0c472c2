// A small trace with its journal, damaged in every place: never a crash or a hang, and what can be saved is
// saved.
#include <gtest/gtest.h>

#include "base/command_error.h"
#include "replay/heap_replay.h"
#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::Bytes;
using test::TraceBuilder;

struct Recording {
  Bytes trace;
  Bytes journal;
};

Recording small_recording() {
  TraceBuilder builder;
  add_small_trace(builder);
  add_small_journal(builder);
  return {builder.killed_trace(), builder.journal()};
}

// nullopt: refused with a clear sentence.
std::optional<HeapHistory> replayed(Bytes trace, std::optional<Bytes> journal) {
  ReplayOptions options;
  options.threads = 1;
  try {
    return replay_trace(trace_in_memory(std::move(trace), std::move(journal)), options);
  } catch (const CommandError& error) {
    EXPECT_NE(std::string(error.what()), "");
    return std::nullopt;
  }
}

TEST(TraceDamage, IntactRecordingHasNone) {
  const Recording small = small_recording();
  const std::optional<HeapHistory> history = replayed(small.trace, small.journal);
  ASSERT_TRUE(history);
  EXPECT_EQ(history->totals.events, test::kSmallTraceEvents + test::kSmallJournalEvents);
  EXPECT_EQ(history->diagnostics.recovered_events, test::kSmallJournalEvents);
  EXPECT_EQ(history->diagnostics.torn_frames, 0U);
  EXPECT_EQ(history->diagnostics.skipped_bytes, 0U);
  EXPECT_TRUE(history->diagnostics.truncated);
}

TEST(TraceDamage, CutAtEveryByteOfTheTrace) {
  const Recording small = small_recording();
  std::uint64_t events_before = 0;
  for (std::size_t length = 0; length <= small.trace.size(); ++length) {
    const Bytes cut(small.trace.begin(), small.trace.begin() + static_cast<std::ptrdiff_t>(length));
    const std::optional<HeapHistory> history = replayed(cut, small.journal);
    ASSERT_TRUE(history) << length;  // the journal alone is enough
    EXPECT_EQ(history->process.exe, "/usr/bin/myapp");
    EXPECT_GE(history->totals.events, test::kSmallJournalEvents);
    EXPECT_GE(history->totals.events, events_before) << length;
    events_before = history->totals.events;
  }
  EXPECT_EQ(events_before, test::kSmallTraceEvents + test::kSmallJournalEvents);
}

TEST(TraceDamage, CutAtEveryByteOfTheTraceWithoutJournal) {
  const Recording small = small_recording();
  for (std::size_t length = 0; length < small.trace.size(); ++length) {
    const Bytes cut(small.trace.begin(), small.trace.begin() + static_cast<std::ptrdiff_t>(length));
    const std::optional<HeapHistory> history = replayed(cut, std::nullopt);
    EXPECT_TRUE(!history || history->totals.events <= test::kSmallTraceEvents) << length;
  }
}

TEST(TraceDamage, FlipEveryByteOfTheTrace) {
  const Recording small = small_recording();
  for (std::size_t i = 0; i != small.trace.size(); ++i) {
    for (const std::uint8_t flip : Bytes{0x01, 0x80, 0xff}) {
      Bytes damaged = small.trace;
      damaged[i] ^= flip;
      const std::optional<HeapHistory> history = replayed(damaged, small.journal);
      ASSERT_TRUE(history) << i;
      // One frame is lost at most, and that is said. (A few bits of zstd frame headers mean nothing.)
      EXPECT_GE(history->totals.events, test::kSmallJournalEvents + 4) << i;
      if (history->totals.events != test::kSmallTraceEvents + test::kSmallJournalEvents) {
        EXPECT_GE(history->diagnostics.torn_frames + history->diagnostics.unknown_records, 1U) << i;
      }
    }
  }
}

TEST(TraceDamage, FlipEveryByteOfAFinishedTrace) {
  TraceBuilder builder;
  add_small_trace(builder);
  builder.end(9000, 5'000'008'000);
  const Bytes trace = builder.finished_trace();
  for (std::size_t i = 0; i != trace.size(); ++i) {
    Bytes damaged = trace;
    damaged[i] ^= 0x10;
    const std::optional<HeapHistory> history = replayed(damaged, std::nullopt);
    ASSERT_TRUE(history) << i;
    EXPECT_GE(history->totals.events, 4U) << i;
  }
}

TEST(TraceDamage, CutAtEveryPageOfTheJournal) {
  const Recording small = small_recording();
  for (std::size_t length = 0; length <= small.journal.size(); length += 512) {
    const Bytes cut(small.journal.begin(), small.journal.begin() + static_cast<std::ptrdiff_t>(length));
    const std::optional<HeapHistory> history = replayed(small.trace, cut);
    ASSERT_TRUE(history) << length;
    EXPECT_GE(history->totals.events, test::kSmallTraceEvents);
  }
}

TEST(TraceDamage, FlipEveryUsedByteOfTheJournal) {
  const Recording small = small_recording();
  for (std::size_t i = 0; i != small.journal.size(); ++i) {
    const bool in_slot_head =
        i >= trace::kJournalSlotsOffset && (i - trace::kJournalSlotsOffset) % trace::kSlotBytes < 256;
    if (small.journal[i] == 0 && !in_slot_head && i > sizeof(trace::JournalHeader)) continue;
    for (const std::uint8_t flip : Bytes{0x01, 0x80, 0xff}) {
      Bytes damaged = small.journal;
      damaged[i] ^= flip;
      const std::optional<HeapHistory> history = replayed(small.trace, damaged);
      ASSERT_TRUE(history) << i;
      EXPECT_GE(history->totals.events, test::kSmallTraceEvents) << i;
    }
  }
}

TEST(TraceDamage, ASlotThatClaimsTooMuchIsTorn) {
  Recording small = small_recording();
  const std::size_t used = trace::kJournalSlotsOffset + offsetof(trace::SlotHeader, used);
  std::fill_n(small.journal.begin() + static_cast<std::ptrdiff_t>(used), 4, 0xff);
  const std::optional<HeapHistory> history = replayed(small.trace, small.journal);
  ASSERT_TRUE(history);
  EXPECT_GE(history->diagnostics.torn_frames, 1U);
  EXPECT_GE(history->totals.events, test::kSmallTraceEvents + test::kSmallJournalEvents);
}

}  // namespace
}  // namespace leak::scan
