// What a report says of the heap's graph: classes of blocks, cycles, types, who holds what. Plain and sorted, part
// of report/report_model.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leak::scan {

struct ReportCount {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
  bool operator==(const ReportCount&) const = default;
};

struct ReportClasses {
  ReportCount definitely_lost;
  ReportCount indirectly_lost;
  ReportCount possibly_lost;
  ReportCount possibly_lost_encoded;  // of possibly_lost: the only pointers are no plain addresses
  ReportCount still_reachable;
  bool operator==(const ReportClasses&) const = default;
};

struct ReportTypeCount {
  std::string name;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
  std::uint64_t lost_blocks = 0;  // definitely or indirectly
  std::uint64_t lost_bytes = 0;
};

// What a root keeps alive: "g_cache in server.cpp (libapp.so)".
struct ReportHeld {
  std::string root;
  std::string kind;  // global | stack | registers | tls | kernel | mapping | registered | runtime | several
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

struct ReportPathStep {
  std::string type;  // empty when unknown
  std::uint64_t size = 0;
  std::uint64_t offset = 0;  // in the one before, where the pointer is
  std::optional<std::uint32_t> site;
};

struct ReportPath {
  std::string root;
  std::vector<ReportPathStep> steps;
};

// One image of the heap.
struct ReportGraphView {
  std::string when;  // exit | after_destructors | marker:LABEL | signal | timer | control | leak_check
  std::uint64_t time_ns = 0;
  ReportClasses blocks;
  ReportClasses mappings;  // the program's own
  ReportCount runtime;     // of the C and C++ runtime, and from before the recording: in no class
  std::string stop;        // single_thread | tracer | signal | none
  std::uint64_t pause_ns = 0;
  std::uint64_t threads_missed = 0;
  std::uint64_t skipped_bytes = 0;
};

struct ReportTruth {
  std::vector<ReportGraphView> views;  // by time; the last one is what the report is about

  const ReportGraphView& last() const { return views.back(); }
};

struct ReportCycleBlock {
  std::string type;  // empty when unknown
  std::uint64_t size = 0;
  std::optional<std::uint32_t> site;
  std::optional<std::uint64_t> use_count;
  std::optional<std::uint64_t> weak_count;  // as the library counts
};

struct ReportCycleEdge {
  std::uint32_t from = 0;  // index into blocks
  std::uint64_t offset = 0;
  std::uint32_t to = 0;
  std::uint64_t to_offset = 0;
  bool strong = false;
  bool weak = false;
  bool cut = false;
};

// Shared pointers that own each other.
struct ReportCycle {
  std::uint32_t id = 0;
  std::uint64_t instances = 0;
  std::uint64_t bytes = 0;               // of all instances
  std::uint64_t block_count = 0;         // of one; `blocks` may be fewer
  bool proven = false;                   // the use counts know of no owner outside
  bool owned_by_lost = false;            // something else that is lost points to it
  std::vector<ReportCycleBlock> blocks;  // of one instance, oldest first
  std::vector<ReportCycleEdge> edges;
  std::string advice;
};

// The links within a lost container.
struct ReportRing {
  std::uint64_t instances = 0;
  std::uint64_t bytes = 0;
  std::uint64_t block_count = 0;
  std::optional<std::uint32_t> site;  // of its oldest block
  std::string type;
};

struct ReportWeaklyHeld {
  std::string type;
  std::optional<std::uint32_t> site;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

struct ReportGraphChange {
  std::optional<std::uint32_t> site;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
  std::vector<ReportHeld> retained_by;
};

struct ReportGraphDelta {
  std::string from;
  std::string to;
  std::vector<ReportGraphChange> appeared;  // largest first
};

}  // namespace leak::scan
