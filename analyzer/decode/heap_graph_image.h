// Heap graphs as a trace has them (trace_format/heap_graph.h): whole and checked, not yet joined with the
// events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "decode/trace_reader.h"
#include "trace_format/heap_graph.h"

namespace leak::scan {

struct HeapGraphImage {
  struct Module {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string path;
  };
  struct Type {
    std::uint64_t vtable = 0;
    std::string name;  // mangled
  };
  struct Edge {  // as trace::GraphEdge; offsets beyond 32 bits are cut to 0xffffffff
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::uint32_t from_offset = 0;
    std::uint32_t to_offset = 0;
    trace::PointerForm form{};
    trace::InteriorHint hint{};
  };

  std::uint64_t id = 0;
  trace::GraphHeader header;
  std::string label;
  trace::GraphTotals totals;
  std::size_t block_count = 0;          // of nodes; mappings follow
  std::vector<trace::GraphNode> nodes;  // first_word is filled in for those with a type, too
  std::vector<Edge> edges;              // in the trace's order: plain ones, then encoded ones
  std::vector<trace::GraphRoot> roots;
  std::vector<trace::GraphContent> contents;
  std::vector<trace::GraphThread> threads;
  std::vector<Module> modules;
  std::vector<Type> types;
};

// The graphs worth an analysis, by time: both views of the exit, and of the others the first and the last.
// A graph with a damaged or missing part, or whose writer ran out of memory, would call blocks lost that are
// not: it is left out, and a warning says so.
std::vector<HeapGraphImage> read_heap_graphs(const TraceReader& reader, Diagnostics& diagnostics);

}  // namespace leak::scan
