// What one process did with its memory, after replay: the only thing the analyses read. Plain data,
// addresses not yet turned into names. Times are nanoseconds since the process start.
//
// Counting rules: every successful call that hands out a block is one allocation (a realloc that succeeds
// is one deallocation of the old block, if there was one, and one allocation of the new one, also when it stays
// in place); every call that ends a known block is one deallocation. Bytes are requested sizes. An allocation is
// temporary when the very next heap event of its thread frees it. Mappings are a ledger of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/strong_id.h"
#include "replay/stack_table.h"
#include "trace_format/record.h"

namespace leak::scan {

struct ProcessInfo {
  std::string trace_path;
  std::string exe;
  std::vector<std::string> argv;
  std::string working_directory;
  std::string allocator;
  std::string hook_version;
  std::vector<std::string> settings;  // "NAME=value"
  std::uint32_t pid = 0;
  std::uint32_t parent_pid = 0;
  std::string forked_from;              // trace path of the parent, when forked from a recorded process
  std::uint64_t fork_time_ns = 0;       // forked: on the parent's own time axis
  std::uint64_t start_time_unix_ns = 0;
  std::uint64_t duration_ns = 0;
  trace::EndKind end = trace::EndKind::kUnknown;
  bool still_running = false;           // no end record, and the process is alive
  std::uint32_t end_code = 0;
};

struct Module {
  ModuleId id;
  std::string path;
  std::vector<std::uint8_t> build_id;
  std::uint64_t load_bias = 0;
  std::uint64_t map_start = 0;
  std::uint64_t map_end = 0;
  std::uint64_t first_seen_ns = 0;
  std::optional<std::uint64_t> gone_ns;
};

struct ProgramCounter {
  std::uint64_t address = 0;
  ModuleId module;       // 0: unknown
  bool guessed = false;
  bool exact = false;    // not a return address
};

struct BlockTotals {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

// One allocation site: a distinct allocating stack.
struct Site {
  StackId stack;
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t deallocations = 0;         // of blocks made here, wherever they were freed
  std::uint64_t temporary_allocations = 0;
  BlockTotals live;                        // at the end
  BlockTotals peak;                        // at the moment of the exact global peak
  BlockTotals inherited;                   // of live: made before the fork (forked processes)
  std::vector<std::uint64_t> live_bytes_over_time;  // at HeapHistory::bucket_end_ns
  std::vector<std::uint64_t> live_blocks_over_time;
};

struct SiteLive {
  std::uint32_t site = 0;  // index into HeapHistory::sites
  BlockTotals live;
};

struct Snapshot {
  std::string label;     // automatic ones: "auto 25%"
  bool automatic = false;
  std::uint64_t time_ns = 0;
  BlockTotals heap;
  std::uint64_t mapped_bytes = 0;
  std::uint64_t rss_bytes = 0;   // of the nearest sample, 0 without samples
  std::vector<SiteLive> sites;   // those with live blocks
};

struct TimelinePoint {
  std::uint64_t time_ns = 0;
  BlockTotals heap;
  std::uint64_t heap_max_bytes = 0;  // within the interval that ends here
  std::uint64_t mapped_bytes = 0;
  std::uint64_t rss_bytes = 0;
};

struct Thread {
  ThreadId tid;
  std::string name;
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
  std::optional<std::uint64_t> started_ns;
  std::optional<std::uint64_t> ended_ns;
};

struct HeapTotals {
  std::uint64_t events = 0;
  std::uint64_t allocations = 0;
  std::uint64_t deallocations = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t temporary_allocations = 0;
  std::uint64_t failed_allocations = 0;
  BlockTotals live;
  BlockTotals peak;
  std::uint64_t peak_time_ns = 0;
};

struct MappingSite {
  StackId stack;
  std::uint64_t maps = 0;
  std::uint64_t mapped_bytes = 0;  // ever
  std::uint64_t live_bytes = 0;
};

struct MappingLedger {
  std::uint64_t maps = 0;
  std::uint64_t unmaps = 0;
  std::uint64_t live_bytes = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t brk_bytes = 0;      // growth of the program break by the program's own brk/sbrk
  std::vector<MappingSite> sites;
};

// Allocations by operation and size class: op number -> count; power-of-two size class -> count.
struct SizeClass {
  std::uint64_t min_bytes = 0;
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
};

struct HeapHistory {
  ProcessInfo process;
  HeapTotals totals;
  MappingLedger mappings;
  std::vector<Site> sites;
  std::vector<std::uint64_t> bucket_end_ns;  // the time axis of Site::*_over_time
  std::vector<Snapshot> snapshots;           // by time
  std::vector<TimelinePoint> timeline;
  std::vector<std::uint64_t> allocations_by_op;  // index: number of trace::Op
  std::vector<std::uint64_t> deallocations_by_op;
  std::vector<SizeClass> size_classes;
  std::vector<Thread> threads;
  StackTable stacks;
  std::vector<ProgramCounter> pcs;           // index: PcId
  std::vector<Module> modules;               // index: ModuleId - 1
  Diagnostics diagnostics;
};

}  // namespace leak::scan
