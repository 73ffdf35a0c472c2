// Everything a report says, complete, sorted and plain: the renderers compute nothing. Field names follow the
// JSON report (README, "JSON report"). Bytes and counts are integers, times are nanoseconds since the process
// start, stacks are leaf first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/strong_id.h"
#include "report/graph_model.h"
#include "report/pattern_model.h"
#include "report/resource_model.h"

namespace leak::scan {

inline constexpr int kReportSchemaVersion = 1;

enum class Severity { kGood, kWarning, kCritical };

// Around the line that a stack is blamed on, where the file is at hand.
struct ReportSource {
  std::uint32_t first_line = 0;
  std::vector<std::string> lines;
};

struct ReportFrame {
  // Demangled; "symbol+0x12" without line info; without symbols "module+0x1200+0x34", the function's start in
  // the file and the place in it, or "module+0x1234" where no function is known.
  std::string function;
  std::string file;  // empty when unknown
  std::uint32_t line = 0;
  std::string module;
  std::uint64_t address = 0;  // in the process
  bool inlined = false;       // this frame was inlined into the next outer one
  bool system = false;        // of the C or C++ runtime: not to be blamed first
  std::optional<ReportSource> source;
};

// How sure estimates are; only where the trace is a sample. Errors are half widths of the 99 % interval.
struct ReportSampled {
  std::uint64_t recorded_live_blocks = 0;
  std::uint64_t live_bytes_error = 0;
  std::uint64_t allocated_bytes_error = 0;
};

struct ReportGrowth {
  double slope_bytes_per_s = 0;
  double slope_low_bytes_per_s = 0;  // of its 95 % interval
  double slope_high_bytes_per_s = 0;
  double confidence = 0;  // 0..1
  std::string verdict;    // leak | slowing | too_short | bounded_cache | spike | churn | warm_up | flat
};

struct ReportSite {
  std::uint32_t id = 0;
  std::vector<FrameId> stack;
  std::optional<FrameId> blamed;  // the first frame that is not system code
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t deallocations = 0;
  std::uint64_t live_blocks = 0;
  std::uint64_t live_bytes = 0;
  std::uint64_t inherited_bytes = 0;
  std::uint64_t peak_blocks = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t temporary_allocations = 0;
  std::vector<std::uint32_t>
      threads;                // that allocated here, over the whole run; only where there are several
  bool more_threads = false;  // than these
  std::optional<ReportSampled> sampled;
  std::optional<ReportGrowth> growth;
  std::optional<ReportClasses> lost;          // absent without a heap graph
  std::optional<ReportClasses> lost_at_exit;  // before static destructors ran, where that differs
  std::optional<ReportCount> retained_lost;   // by its definitely lost blocks: they and what only they hold
  std::vector<ReportTypeCount> types;         // largest first
  std::vector<ReportHeld> retained_by;        // largest first
  std::optional<ReportPath> path;             // shortest way to its largest reachable block
  std::vector<std::uint64_t> live_bytes_over_time;  // at ReportProcess::bucket_end_ns
};

struct ReportMappingSite {
  std::vector<FrameId> stack;
  std::optional<FrameId> blamed;
  std::uint64_t maps = 0;
  std::uint64_t mapped_bytes = 0;
  std::uint64_t live_bytes = 0;
  std::optional<ReportCount> lost;  // nothing points to them
};

// When growth that goes on meets the memory limit, in time after the end of the recording.
struct ReportForecast {
  std::uint64_t in_ns = 0;  // 0: it has
  // At the ends of the 95 % interval of the growth; absent when that does not exclude standing still.
  std::optional<std::uint64_t> earliest_ns;
  std::optional<std::uint64_t> latest_ns;
};

struct ReportRate {
  double bytes_per_s = 0;
  double low_bytes_per_s = 0;  // of its 95 % interval; 0: not known
  double high_bytes_per_s = 0;
  double share = 0;  // of the growth of all that grows in the heap, 0..1; 0: not known
};

struct ReportLimit {
  std::uint64_t bytes = 0;
  std::string source;  // option | cgroup
  std::uint64_t horizon_ns = 0;
  std::uint64_t used_bytes = 0;       // at the end
  std::string used;                   // rss | heap (and mappings, where nothing was sampled)
  ReportRate growth;                  // of all findings together
  std::optional<ReportForecast> met;  // absent when nothing grows
  bool is_met = false;                // within the horizon
};

struct ReportFinding {
  std::string kind;  // leak | growth | mapping | ...
  Severity severity = Severity::kWarning;
  std::string title;
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
  std::optional<std::uint32_t> site;
  std::optional<std::uint32_t> cycle;  // id
  std::optional<ReportRate> growth;
  std::optional<ReportForecast> limit_met;  // by this growth alone
  std::vector<std::pair<std::string, std::string>> evidence;
  std::string advice;
  std::optional<ReportPattern> pattern;
};

struct ReportSnapshotSite {
  std::uint32_t site = 0;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

struct ReportSnapshot {
  std::string label;
  bool automatic = false;
  std::uint64_t time_ns = 0;
  std::uint64_t heap_bytes = 0;
  std::uint64_t blocks = 0;
  std::uint64_t rss_bytes = 0;
  std::uint64_t mapped_bytes = 0;
  std::vector<ReportSnapshotSite> sites;  // of those in ReportProcess::sites, largest first
};

// What changed between two snapshots of one process.
struct ReportSiteChange {
  std::uint32_t site = 0;
  std::int64_t bytes = 0;
  std::int64_t blocks = 0;
};

struct ReportComparison {
  std::string from_label;
  std::string to_label;
  std::uint64_t from_ns = 0;
  std::uint64_t to_ns = 0;
  std::int64_t heap_bytes = 0;
  std::int64_t blocks = 0;
  std::vector<ReportSiteChange> sites;  // changed ones, largest growth first
};

struct ReportTimeline {  // parallel arrays
  std::vector<std::uint64_t> time_ns;
  std::vector<std::uint64_t> heap_bytes;
  std::vector<std::uint64_t> heap_max_bytes;
  std::vector<std::uint64_t> blocks;
  std::vector<std::uint64_t> mapped_bytes;
  std::vector<std::uint64_t> rss_bytes;
  std::vector<std::uint64_t> anonymous_bytes;  // of rss: neither of files nor shared
};

// The heap rose by much within little time.
struct ReportSpike {
  std::uint64_t begin_ns = 0;
  std::uint64_t top_ns = 0;
  std::optional<std::uint64_t> end_ns;  // half of it is gone; absent: it stayed
  std::uint64_t from_bytes = 0;
  std::uint64_t top_bytes = 0;
  std::vector<ReportSnapshotSite> sites;  // what they rose by, largest first; the most important
};

// Pages with live blocks, in one range of addresses. Sparse: less than half in use.
struct ReportPageRegion {
  std::string kind;  // main heap | arena (glibc's other heaps and large blocks, by windows of 64 MiB)
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t pages = 0;
  std::uint64_t sparse_pages = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t idle_bytes = 0;  // of sparse pages
};

struct ReportPagePins {
  std::uint32_t site = 0;
  std::uint64_t sparse_pages = 0;
  std::uint64_t idle_bytes = 0;  // its part of what sparse pages keep
};

// Resident memory against the heap; analyses/residency.h says what the figures are.
struct ReportResidency {
  std::uint64_t time_ns = 0;
  std::uint64_t rss_bytes = 0;
  std::uint64_t anonymous_bytes = 0;
  std::uint64_t heap_bytes = 0;
  std::uint64_t mapped_bytes = 0;
  std::uint64_t beyond_bytes = 0;
  bool keeps_freed = false;
  std::optional<ReportRate> growth;       // of anonymous memory, where the heap does not grow
  std::vector<ReportPageRegion> regions;  // by idle bytes, largest first; empty: pages were not counted
  std::vector<ReportPagePins> pins;       // likewise
};

struct ReportModule {
  std::string path;
  std::string build_id;  // hex
  struct Epoch {
    std::uint64_t map_start = 0;
    std::uint64_t map_end = 0;
    std::uint64_t from_ns = 0;
    std::optional<std::uint64_t> to_ns;
  };
  std::vector<Epoch> epochs;
};

struct ReportThread {
  std::uint32_t tid = 0;
  std::string name;
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
};

struct ReportNamedCount {
  std::string name;
  std::uint64_t count = 0;
};

struct ReportSizeClass {
  std::uint64_t min_bytes = 0;
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
};

// Freed blocks that lived for `min_ns` or longer, and less than twice that.
struct ReportLifetimeClass {
  std::uint64_t min_ns = 0;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

struct ReportTotals {
  std::uint64_t events = 0;
  std::uint64_t allocations = 0;
  std::uint64_t deallocations = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t live_blocks = 0;
  std::uint64_t live_bytes = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t peak_blocks = 0;
  std::uint64_t peak_time_ns = 0;
  std::uint64_t temporary_allocations = 0;
  std::uint64_t failed_allocations = 0;
  std::optional<ReportSampled> sampled;
};

struct ReportSamplingPeriod {
  std::uint64_t from_ns = 0;
  std::uint64_t sample_bytes = 0;
  std::uint32_t budget_permille = 0;  // the recorder's own choice, to stay under this; 0: asked for
  std::uint32_t measured_permille = 0;
};

// Sites by one property, largest first: indices into ReportProcess::sites.
struct ReportTop {
  std::vector<std::uint32_t> live;
  std::vector<std::uint32_t> peak;
  std::vector<std::uint32_t> allocations;
  std::vector<std::uint32_t> temporary;
  std::vector<std::uint32_t> growth;
  std::vector<std::uint32_t> lost;
};

struct ReportProcess {
  std::string trace_path;
  std::string exe;
  std::vector<std::string> argv;
  std::uint32_t pid = 0;
  std::uint32_t parent_pid = 0;
  std::optional<std::uint32_t> parent;  // index of the recorded parent (or of the image before an exec)
  std::uint32_t depth = 0;              // in the process tree
  std::string forked_from;
  std::uint64_t fork_time_ns = 0;
  std::uint64_t start_time_unix_ns = 0;
  std::uint64_t duration_ns = 0;
  std::string allocator;
  std::string end_kind;  // exited | signaled | exec | running | unknown
  std::uint32_t end_code = 0;
  bool still_running = false;

  std::vector<ReportSamplingPeriod> sampling;  // by time; empty: everything was recorded
  ReportTotals totals;
  struct Mappings {
    std::uint64_t maps = 0;
    std::uint64_t unmaps = 0;
    std::uint64_t live_bytes = 0;
    std::uint64_t peak_bytes = 0;
    std::uint64_t brk_bytes = 0;
    std::vector<ReportMappingSite> sites;
  } mappings;

  std::optional<ReportTruth> truth;  // absent when the heap was never scanned, likewise below
  std::vector<ReportCycle> cycles;   // largest first
  std::vector<ReportRing> rings;
  std::vector<ReportTypeCount> types;
  std::vector<ReportHeld> retained;           // by each root alone, largest first
  std::vector<ReportWeaklyHeld> weakly_held;  // expired objects whose memory weak pointers keep
  std::optional<ReportGraphDelta> graph_delta;

  std::vector<ReportSpike> spikes;           // by time
  std::optional<ReportResidency> residency;  // absent where memory was not sampled, or for too short
  std::optional<ReportLimit> limit;          // absent when none is known
  Severity severity = Severity::kGood;
  std::string verdict;  // one plain sentence with numbers
  std::vector<ReportFinding> findings;

  std::vector<ReportSite> sites;  // by live bytes, largest first; id = position
  std::uint64_t sites_total = 0;  // when `sites` was limited: how many there are
  ReportTop top;
  std::vector<std::uint64_t> bucket_end_ns;  // time axis of ReportSite::live_bytes_over_time
  ReportTimeline timeline;
  std::vector<ReportSnapshot> snapshots;
  std::optional<ReportComparison> comparison;  // first to last snapshot; absent with fewer than two
  std::vector<ReportModule> modules;
  std::vector<ReportThread> threads;
  ReportResources resources;
  std::vector<ReportNamedCount> allocations_by_function;
  std::vector<ReportNamedCount> deallocations_by_function;
  std::vector<ReportSizeClass> size_classes;
  std::vector<ReportLifetimeClass> lifetimes;  // absent where they are not known
  std::uint64_t lifetime_resolution_ns = 0;
  Diagnostics diagnostics;
};

struct ReportModel {
  std::string tool_version;
  Severity severity = Severity::kGood;      // the worst of the processes
  std::vector<ReportProcess> processes;     // parents before children
  std::vector<ReportFrame> frames;          // index: FrameId
  std::vector<ReportPatternPage> patterns;  // that findings name, in the order of the catalogue
};

}  // namespace leak::scan
