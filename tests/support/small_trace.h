// The small recording that many tests start from: two threads, every kind of meta record, blocks that leak, a
// snapshot in the middle. Part of it is still in the journal when killed() is asked for.
#pragma once

#include "support/trace_builder.h"

namespace leak::test {

inline constexpr std::uint64_t kSmallTraceEvents = 8;  // in the trace
inline constexpr std::uint64_t kSmallJournalEvents = 3;

inline void add_small_trace(TraceBuilder& builder) {
  builder.module(1, "/usr/bin/myapp");
  for (std::uint32_t id = 1; id != 6; ++id) builder.pc(id, 0x400000 + id * 16);
  builder.thread(7, trace::kThreadStarted | trace::kThreadNamed, "main", 1000);
  builder.thread(8, trace::kThreadStarted, "", 2000);
  builder.sample(3000, 5'000'002'000, 1 << 20);
  builder.alloc(7, 2000, 0x5000, 100, {3, 2, 1});
  builder.alloc(7, 3000, 0x6000, 50, {4, 2, 1}, trace::Op::kNew);
  builder.alloc(8, 3500, 0x7000, 1000, {5, 1});
  builder.free(7, 4000, 0x6000, trace::Op::kDelete);
  builder.marker(4500, "half way");
  builder.flush_events();
  builder.flush_meta();
  builder.resize(7, 5000, 5100, 0x5000, 0x8000, 300, {3, 2, 1});
  builder.free(8, 5200, 0x7000);
  builder.map(8, 5300, 0x7f0000000000, 8192, {5, 1});
  builder.alloc(8, 5400, 0x5000, 10, {5, 1});
  builder.flush_events();
}

inline void add_small_journal(TraceBuilder& builder) {
  builder.alloc(7, 6000, 0x9000, 7, {3, 2, 1});
  builder.alloc(8, 6100, 0xa000, 8, {5, 1});
  builder.free(8, 6200, 0x5000);
  builder.set_journal_clock(7000, 5'000'006'000);
}

}  // namespace leak::test
