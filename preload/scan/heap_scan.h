// The scan of the heap: which live block points to which, and what outside the heap points to blocks; written
// as a heap graph (trace_format/heap_graph.h). Runs where nothing else moves: in a forked child, or in the
// stopped process.
//
// Takes no lock, calls nothing of libc, allocates from its own mappings only and gives them back. It changes
// no memory of the program. Needs about 80 bytes for each block and 10 for each pointer while it runs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "scan/address_range.h"
#include "scan/known_lost.h"
#include "scan/touched_pages.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

// The live blocks: calls visit(context, block) for each, in ascending order.
struct BlockSource {
  const void* set = nullptr;
  void (*for_each)(const void* set, void (*visit)(void* context, std::uintptr_t block),
                   void* context) = nullptr;
};

// From any set with for_each(f); the set must outlive the result.
template <class Set>
BlockSource block_source(const Set& set) noexcept {
  return {&set, [](const void* self, void (*visit)(void*, std::uintptr_t), void* context) {
            static_cast<const Set*>(self)->for_each(
                [visit, context](std::uintptr_t block) { visit(context, block); });
          }};
}

struct ThreadContext {
  int tid = 0;                        // pid: the main thread
  std::uintptr_t stack_pointer = 0;   // 0: unknown, the thread was missed
  std::uintptr_t thread_pointer = 0;  // fs_base; 0: unknown
  const std::uint64_t* registers =
      nullptr;  // in the kernel's order (user_regs_struct), vector registers after them
  std::uint32_t register_count = 0;
};

// A pointer that counts as a root by the hooks' word: of a block inside realloc, of an alternate signal
// stack.
struct PinnedRoot {
  std::uintptr_t pointer = 0;
  trace::RootKind kind = trace::RootKind::kPinned;
};

struct ScanRequest {
  int pid = 0;  // of the program: a forked child asks /proc for its descriptors and timers
  BlockSource live;
  const ThreadContext* threads = nullptr;
  std::uint32_t thread_count = 0;
  const AddressRange* mappings = nullptr;  // the program's own: nodes of the graph, ascending, disjoint
  std::uint32_t mapping_count = 0;
  const AddressRange* excluded = nullptr;  // our own memory, in any order: neither roots nor nodes
  std::uint32_t excluded_count = 0;
  const PinnedRoot* pinned = nullptr;
  std::uint32_t pinned_count = 0;
  const AddressRange* root_regions = nullptr;  // registered by the program: every word in them is a root
  std::uint32_t root_region_count = 0;
  std::uintptr_t (*usable_size)(std::uintptr_t block) = nullptr;  // of the real allocator; lock-free
  bool sizes_for_all_threads = false;  // usable_size uses nothing of the thread that calls it
  unsigned helpers = 0;  // threads beside the caller's, where the heap is large and they can be had
  PageQuestions page_questions = PageQuestions::kReadsOnly;
  KnownLost* known_lost = nullptr;  // of the scans of this process before; brought up to date
  std::uint64_t graph_id = 0;
  trace::GraphHeader header;
  const char* label = "";
};

// One call for each part of the graph, in order and one at a time: `body` is a whole chunk body of at most
// trace::kGraphPartBytes. False ends the scan. May be called by a helper, which has no thread-local storage.
struct GraphSink {
  bool (*write)(void* self, const void* body, std::size_t bytes,
                const trace::GraphPart& part) noexcept = nullptr;
  void* self = nullptr;
};

struct ScanOutcome {
  bool complete = false;  // false: the sink refused, or there was no memory even to begin
  trace::GraphTotals totals;
};

ScanOutcome scan_heap(const ScanRequest& request, const GraphSink& sink) noexcept;

}  // namespace leak::hook
