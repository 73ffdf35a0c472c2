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

namespace leak::scan {

inline constexpr int kReportSchemaVersion = 1;

enum class Severity { kGood, kWarning, kCritical };

struct ReportFrame {
  std::string function;  // demangled; "symbol+0x12" without line info; "module+0x1234" without symbols
  std::string file;      // empty when unknown
  std::uint32_t line = 0;
  std::string module;
  std::uint64_t address = 0;  // in the process
  bool inlined = false;       // this frame was inlined into the next outer one
  bool system = false;        // of the C or C++ runtime: not to be blamed first
};

struct ReportGrowth {
  double slope_bytes_per_s = 0;
  double confidence = 0;  // 0..1
  std::string verdict;    // empty until judged
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
  std::optional<ReportGrowth> growth;
  std::vector<std::uint64_t> live_bytes_over_time;  // at ReportProcess::bucket_end_ns
};

struct ReportMappingSite {
  std::vector<FrameId> stack;
  std::optional<FrameId> blamed;
  std::uint64_t maps = 0;
  std::uint64_t mapped_bytes = 0;
  std::uint64_t live_bytes = 0;
};

struct ReportFinding {
  std::string kind;  // leak | growth | mapping | ...
  Severity severity = Severity::kWarning;
  std::string title;
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
  std::optional<std::uint32_t> site;
  std::vector<std::pair<std::string, std::string>> evidence;
  std::string advice;
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
};

// Sites by one property, largest first: indices into ReportProcess::sites.
struct ReportTop {
  std::vector<std::uint32_t> live;
  std::vector<std::uint32_t> peak;
  std::vector<std::uint32_t> allocations;
  std::vector<std::uint32_t> temporary;
  std::vector<std::uint32_t> growth;
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

  ReportTotals totals;
  struct Mappings {
    std::uint64_t maps = 0;
    std::uint64_t unmaps = 0;
    std::uint64_t live_bytes = 0;
    std::uint64_t peak_bytes = 0;
    std::uint64_t brk_bytes = 0;
    std::vector<ReportMappingSite> sites;
  } mappings;

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
  std::vector<ReportNamedCount> allocations_by_function;
  std::vector<ReportNamedCount> deallocations_by_function;
  std::vector<ReportSizeClass> size_classes;
  Diagnostics diagnostics;
};

struct ReportModel {
  std::string tool_version;
  Severity severity = Severity::kGood;   // the worst of the processes
  std::vector<ReportProcess> processes;  // parents before children
  std::vector<ReportFrame> frames;       // index: FrameId
};

}  // namespace leak::scan
