// What is known about the heap from its graphs: plain data, by allocation site, ready to be shown.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graph/cycles.h"
#include "graph/heap_graph.h"
#include "graph/loss.h"
#include "graph/named_roots.h"

namespace leak::scan {

using ClassTotals = std::array<NodeTotals, kLossClasses>;  // index: LossClass

inline NodeTotals& totals_of(ClassTotals& totals, LossClass of) {
  return totals[static_cast<std::size_t>(of)];
}
inline const NodeTotals& totals_of(const ClassTotals& totals, LossClass of) {
  return totals[static_cast<std::size_t>(of)];
}

struct SiteLoss {
  StackId stack;
  ClassTotals blocks;
};

// One graph, classed.
struct GraphView {
  std::string when;  // exit | after_destructors | api | signal | timer | control | leak_check
  std::string label;
  std::uint64_t time_ns = 0;
  trace::GraphHeader header;
  trace::GraphTotals scan;
  ClassTotals blocks;
  ClassTotals mappings;
  std::vector<SiteLoss> sites;          // of heap blocks, by stack
  std::vector<SiteLoss> mapping_sites;  // of mappings, by stack
};

struct TypeTotals {
  std::string name;
  NodeTotals all;
  NodeTotals lost;  // definitely or indirectly
};

// What a root keeps alive of one site, or of all.
struct Held {
  std::uint32_t root = 0;  // index into GraphAnalysis::roots; kSeveralRoots
  NodeTotals all;
};
inline constexpr std::uint32_t kSeveralRoots = 0xffffffff;

struct PathStep {
  std::string type;  // may be empty
  std::uint64_t size = 0;
  StackId stack;             // that allocated it
  std::uint32_t offset = 0;  // in the one before, where the pointer is
};

// The shortest way from a root to the site's largest reachable block.
struct HoldingPath {
  std::uint32_t root = 0;  // index into GraphAnalysis::roots
  std::vector<PathStep> steps;
};

struct SiteDetails {
  StackId stack;
  std::vector<TypeTotals> types;  // by bytes, largest first
  std::vector<Held> held_by;      // by bytes, largest first
  std::optional<HoldingPath> path;
  NodeTotals retained;  // by its definitely lost blocks: they and all that only they hold
};

struct NamedCycle {
  Cycle cycle;
  std::vector<std::string> types;    // parallel to cycle.members; may be empty
  std::vector<std::uint64_t> sizes;  // likewise
  std::vector<StackId> stacks;       // likewise
};

// Objects that are gone while weak pointers keep their memory.
struct WeaklyHeld {
  std::string type;
  StackId stack;
  NodeTotals all;
};

struct SiteChange {
  StackId stack;
  NodeTotals appeared;
  std::vector<Held> held_by;
};

// What is in the last graph and was not in the first.
struct GraphDelta {
  std::string from;  // "marker:before", as GraphAnalysis names them
  std::string to;
  std::vector<SiteChange> sites;  // by bytes, largest first
};

struct GraphAnalysis {
  std::vector<GraphView> views;  // by time; the last one is the one that the rest is about
  std::vector<NamedRoot> roots;
  std::vector<Held> retained;      // by each root alone, largest first
  std::vector<SiteDetails> sites;  // by stack; those worth it
  std::vector<NamedCycle> cycles;  // reference cycles
  std::vector<NamedCycle> rings;   // structural ones
  std::vector<TypeTotals> types;   // by bytes, largest first
  std::vector<WeaklyHeld> weakly_held;
  std::optional<GraphDelta> delta;

  const GraphView& view() const { return views.back(); }
};

// "exit", "after_destructors", "marker:LABEL", "signal", ...
std::string moment_of(const GraphView& view);

}  // namespace leak::scan
