// What one process did with its memory, after replay: the only thing the analyses read. Plain data,
// addresses not yet turned into names. Times are nanoseconds since the process start.
//
// Counting rules: every successful call that hands out a block is one allocation (a realloc that succeeds
// is one deallocation of the old block, if there was one, and one allocation of the new one, also when it
// stays in place); every call that ends a known block is one deallocation. Of a sampled trace all counts and
// bytes are estimates, except where a name says recorded. Bytes are requested sizes. An allocation is
// temporary when the very next heap event of its thread frees it. Mappings are a ledger of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/strong_id.h"
#include "decode/heap_graph_image.h"
#include "replay/cohorts.h"
#include "replay/free_families.h"
#include "replay/page_use.h"
#include "replay/resource_history.h"
#include "replay/stack_table.h"
#include "replay/step_series.h"
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
  std::string forked_from;         // trace path of the parent, when forked from a recorded process
  std::uint64_t fork_time_ns = 0;  // forked: on the parent's own time axis
  std::uint64_t start_time_unix_ns = 0;
  std::uint64_t duration_ns = 0;
  trace::EndKind end = trace::EndKind::kUnknown;
  bool still_running = false;  // no end record, and the process is alive
  std::uint32_t end_code = 0;
  std::uint64_t memory_limit_bytes = 0;  // of the control groups at the start; 0: none, or not known
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
  ModuleId module;  // 0: unknown
  bool guessed = false;
  bool exact = false;  // not a return address
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
  std::uint64_t deallocations = 0;  // of blocks made here, wherever they were freed
  std::uint64_t temporary_allocations = 0;
  BlockTotals live;                        // at the end
  BlockTotals peak;                        // at the moment of the exact global peak
  BlockTotals inherited;                   // of live: made before the fork (forked processes)
  std::uint64_t recorded_live_blocks = 0;  // live.blocks, unless that is an estimate
  std::uint64_t live_bytes_error = 0;      // see HeapTotals
  std::uint64_t allocated_bytes_error = 0;
  std::vector<std::uint32_t> threads;      // that ever allocated here; not all of them if there are more
  bool more_threads = false;
  StepSeries live_bytes_over_time;  // at HeapHistory::bucket_end_ns
  SiteCohorts cohorts;
};

struct SiteLive {
  std::uint32_t site = 0;  // index into HeapHistory::sites
  BlockTotals live;
};

struct Snapshot {
  std::string label;  // automatic ones: "auto 25%"
  bool automatic = false;
  std::uint64_t time_ns = 0;
  BlockTotals heap;
  std::uint64_t mapped_bytes = 0;
  std::uint64_t rss_bytes = 0;  // of the nearest sample, 0 without samples
  std::vector<SiteLive> sites;  // those with live blocks
};

struct TimelinePoint {
  std::uint64_t time_ns = 0;
  BlockTotals heap;
  std::uint64_t heap_max_bytes = 0;  // within the interval that ends here
  std::uint64_t mapped_bytes = 0;
  std::uint64_t rss_bytes = 0;        // of the nearest sample, 0 without samples
  std::uint64_t anonymous_bytes = 0;  // of that: neither of files nor shared
};

struct TimeSpan {
  std::uint64_t from_ns = 0;
  std::uint64_t to_ns = 0;
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
  // Of a sampled trace: with 99 % confidence the truth lies no farther from the estimate. Else 0.
  std::uint64_t live_bytes_error = 0;
  std::uint64_t allocated_bytes_error = 0;
  std::uint64_t recorded_live_blocks = 0;
  BlockTotals peak;  // the highest of noisy values: no error can be given, and it leans upwards
  std::uint64_t peak_time_ns = 0;
};

// From `from_ns` on one block per `sample_bytes` was recorded on average.
struct SamplingPeriod {
  std::uint64_t from_ns = 0;
  std::uint64_t sample_bytes = 0;
  // The recorder chose it, because it took `measured` of the program's CPU time and was allowed `budget`.
  std::uint32_t budget_permille = 0;  // 0: asked for
  std::uint32_t measured_permille = 0;
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
  std::uint64_t brk_bytes = 0;  // growth of the program break by the program's own brk/sbrk
  std::vector<MappingSite> sites;
};

// Allocations by operation and size class: op number -> count; power-of-two size class -> count.
struct SizeClass {
  std::uint64_t min_bytes = 0;
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
};

// Freed blocks by how long they lived.
struct LifetimeClass {
  std::uint64_t min_ns = 0;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

// What the events say about one node of a heap graph.
struct BlockOrigin {
  std::uint64_t size = 0;   // as requested
  std::uint64_t time = 0;   // of the last event at the address, in quanta; comparable within the process
  std::uint32_t order = 0;  // among events at one time
  StackId stack;
  std::uint32_t tid = 0;
  bool is_known = false;  // that event allocated it
  bool changed = false;   // there was an event
};

struct CapturedGraph {
  std::uint64_t time_ns = 0;
  HeapGraphImage image;
  std::vector<BlockOrigin> origins;  // parallel to image.nodes
};

struct HeapHistory {
  ProcessInfo process;
  HeapTotals totals;
  MappingLedger mappings;
  std::vector<Site> sites;
  std::vector<std::uint64_t> bucket_end_ns;  // the time axis of Site::live_bytes_over_time
  CohortAxis cohorts;                        // of Site::cohorts
  std::vector<Snapshot> snapshots;           // by time
  std::vector<TimelinePoint> timeline;
  std::vector<std::vector<SiteLive>> rises;      // by ReplayOptions::spans: to the highest moment of each
  std::optional<PageCensus> pages;               // at the end, where resident memory is much more than live
  std::vector<CapturedGraph> graphs;             // by time
  std::vector<std::uint64_t> allocations_by_op;  // index: number of trace::Op
  std::vector<std::uint64_t> deallocations_by_op;
  std::vector<SizeClass> size_classes;
  std::vector<FreeFamilies::Mismatch> mismatches;  // site: index into sites
  // None where time is not known evenly, or blocks are a sample; blocks from before the recording are not in it.
  std::vector<LifetimeClass> lifetimes;
  std::uint64_t lifetime_resolution_ns = 0;
  std::vector<SamplingPeriod> sampling;  // by time; empty: everything was recorded
  std::vector<Thread> threads;
  ResourceHistory resources;
  StackTable stacks;
  std::vector<ProgramCounter> pcs;  // index: PcId
  std::vector<Module> modules;      // index: ModuleId - 1
  Diagnostics diagnostics;
};

}  // namespace leak::scan
