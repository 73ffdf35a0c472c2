// How a thread of the program asks the writer thread for a graph of the heap, and waits until it has been taken.
#pragma once

#include <atomic>
#include <cstdint>

#include "scan/heap_scan.h"
#include "snapshot/captured_threads.h"

namespace leak::hook {

struct GraphRequest {
  trace::GraphTrigger trigger = trace::GraphTrigger::kApi;
  const char* label = "";
  // Nothing of the program runs any more: no copy is needed, and the answer comes when the graph stands in the trace.
  // Else it comes when the program may go on.
  bool at_exit = false;
  ThreadContext requester;  // as of its call into us
  std::atomic<std::uint32_t> answered{0};
};

// The asking thread as a scan needs it. `saved`: the callee-saved registers at the entry, in the order of
// user_regs_struct; nullptr: none hold anything of the program's.
ThreadContext context_of_caller(std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept;
inline constexpr std::uint32_t kCalleeSavedRegisters = 6;

// Posts the request and waits. False: nobody serves it. Requires: inside a scope, recording.
bool ask_for_graph(GraphRequest& request) noexcept;

// Writer: the request that waits, or nullptr; then it must be answered. Only while open do requests wait.
GraphRequest* posted_request() noexcept;
void answer(GraphRequest& request) noexcept;
void open_for_requests() noexcept;
void close_for_requests() noexcept;

// From a signal handler: a graph is wanted.
void want_graph_by_signal() noexcept;
// Writer: whether one was wanted since the last call.
bool take_wish_by_signal() noexcept;

}  // namespace leak::hook
