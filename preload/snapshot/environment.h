// What the machine allows.
#pragma once

#include "scan/touched_pages.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

// A system-call filter that answers ptrace with death would, before Linux 5.16, kill not only our helper but
// every process that shares its memory. False: that may happen here.
bool tracing_is_safe() noexcept;

// Where the Yama module lets a process be traced only by its ancestors, the process itself may name one
// other.
void allow_tracer(int pid) noexcept;

// How many system-call filters the calling thread has; kUnknownFilters: the kernel does not say.
int system_call_filters() noexcept;
inline constexpr int kUnknownFilters = -1;

// How many threads may help the calling one, which has `filters`, to scan: as many as there are idle
// processors for it, in a copy of the program only what leaves the program most of them. None if it had other
// filters at its start (`filters_at_start`): to make a thread might be death.
unsigned scan_helpers(trace::ImageKind image, int filters, int filters_at_start) noexcept;

// What a scan by a thread with `filters` may ask the kernel about pages.
PageQuestions page_questions(int filters) noexcept;

}  // namespace leak::hook
