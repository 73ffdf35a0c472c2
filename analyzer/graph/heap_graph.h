// The heap as a graph in memory: nodes, who points to whom, and what of the program points in. Plain data;
// everything else in this folder reads it.
//
// Nodes are in the order of their addresses, blocks first, then the program's own mappings. Edges of a node
// stand together (first_edge), in the order of the offsets they are found at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/strong_id.h"
#include "trace_format/heap_graph.h"

namespace leak::scan {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xffffffff;
inline constexpr std::uint32_t kWord = 8;  // bytes of a pointer

struct HeapNode {
  std::uint64_t address = 0;
  std::uint64_t size = 0;        // what the program asked for; usable bytes where that is not known
  std::uint64_t first_word = 0;  // 0: unknown
  std::uint64_t born_time = 0;   // when it was allocated; with born_order a total order
  std::uint32_t born_order = 0;
  StackId stack;              // that allocated it; 0: unknown
  std::uint32_t tid = 0;      // that allocated it; 0: unknown
  std::uint32_t type = 0;     // index into HeapGraph::types, plus 1; 0: unknown
  std::uint32_t content = 0;  // index into HeapGraph::contents, plus 1; 0: not kept
  bool is_mapping = false;
  bool is_known = false;    // the recording has its allocation
  bool is_runtime = false;  // of the C or C++ runtime, or from before the recording: nobody's leak
};
static_assert(sizeof(HeapNode) == 56);

inline bool is_older(const HeapNode& a, const HeapNode& b) {
  if (a.born_time != b.born_time) return a.born_time < b.born_time;
  if (a.born_order != b.born_order) return a.born_order < b.born_order;
  return a.address < b.address;
}

struct HeapEdge {
  NodeId to = kNoNode;
  std::uint32_t from_offset = 0;  // offsets beyond 32 bits are cut to kFarOffset
  std::uint32_t to_offset = 0;
  trace::PointerForm form = trace::PointerForm::kPlain;
  trace::InteriorHint hint = trace::InteriorHint::kNone;
  bool starts = false;  // as good as a pointer to the start (start_pointers.h)
};
static_assert(sizeof(HeapEdge) == 16);
inline constexpr std::uint32_t kFarOffset = 0xffffffff;

struct HeapRoot {
  trace::RootKind kind = trace::RootKind::kData;
  trace::PointerForm form = trace::PointerForm::kPlain;
  trace::InteriorHint hint = trace::InteriorHint::kNone;
  bool starts = false;
  std::uint32_t context = 0;  // see trace::RootKind, likewise below
  std::uint64_t where = 0;
  NodeId to = kNoNode;
  std::uint32_t to_offset = 0;
};
static_assert(sizeof(HeapRoot) == 24);

struct HeapContent {
  std::uint8_t size = 0;
  std::uint8_t bytes[trace::kGraphContentBytes] = {};
};

struct HeapThread {
  std::uint32_t tid = 0;
  std::uint64_t stack_pointer = 0;
  std::uint64_t stack_end = 0;
  std::uint64_t thread_pointer = 0;  // 0: unknown
};

struct HeapModule {
  std::string path;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct HeapType {
  std::uint64_t vtable = 0;
  std::string name;  // mangled: "6Parent"
};

struct HeapGraph {
  std::vector<HeapNode> nodes;
  std::vector<std::uint32_t> first_edge;  // one more than nodes: where a node's edges begin, and end
  std::vector<HeapEdge> edges;
  std::vector<HeapRoot> roots;
  std::vector<HeapThread> threads;
  std::vector<HeapModule> modules;
  std::vector<HeapType> types;
  std::vector<HeapContent> contents;

  std::span<const HeapEdge> edges_of(NodeId node) const {
    return {edges.data() + first_edge[node], edges.data() + first_edge[node + 1]};
  }
  std::span<HeapEdge> edges_of(NodeId node) {
    return {edges.data() + first_edge[node], edges.data() + first_edge[node + 1]};
  }
  const HeapContent* content_of(NodeId node) const {
    return nodes[node].content == 0 ? nullptr : &contents[nodes[node].content - 1];
  }
  NodeId size() const { return static_cast<NodeId>(nodes.size()); }
};

struct NodeTotals {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;

  void add(const HeapNode& node) {
    ++blocks;
    bytes += node.size;
  }
  bool operator==(const NodeTotals&) const = default;
};

}  // namespace leak::scan
