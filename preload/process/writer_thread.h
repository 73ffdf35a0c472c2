// The writer's thread and the few things that the program's threads ask of it.
//
// Thread rules: start from one thread at a time; the requests from any thread inside a hook, one at a time (they
// serialise themselves). Nothing here takes a lock that a signal handler's owner could hold.
#pragma once

#include "process/settings.h"
#include "sys/text.h"
#include "trace_format/record.h"

namespace leak::hook {

// How this recording came about.
struct Origin {
  bool forked = false;
  sys::PathText parent_trace;             // forked
  int parent_pid = 0;
  std::uint64_t parent_start_ticks = 0;
  std::uint64_t fork_ticks = 0;
};

// Creates the trace and begins to serve. On failure, one sentence in `complaint`.
bool start_writer(const Settings& settings, const Origin& origin, const char* allocator,
                  sys::Text<512>& complaint) noexcept;

// The trace that the running writer writes.
const sys::PathText& current_trace_path() noexcept;

// Everything recorded so far goes to the trace, then its end. Returns when the writer has ended; recording must
// have been switched off before.
void finish_writer(trace::EndKind end, std::uint32_t code) noexcept;

// The same, for an exec that may fail: the writer waits for resume_writer. Requires: the calling thread is the
// only one that records, and has given its slots away.
void finish_writer_for_exec() noexcept;
void resume_writer() noexcept;

// A forked child: the writer is the parent's.
void forget_writer() noexcept;

}  // namespace leak::hook
