// Objects whose class is itself an object on the heap, as GLib's are: the first word of each points to its
// class. They need not begin where their block does: GLib puts what is private to an object in front of it.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "graph/heap_graph.h"

namespace leak::scan {

class ClassObjects {
 public:
  explicit ClassObjects(const HeapGraph& graph) : graph_(graph) {}

  // Whether an object begins `offset` bytes into the node. Remembers the classes it has met.
  bool begins_at(NodeId node, std::uint32_t offset);

 private:
  bool is_class(NodeId node) const;

  const HeapGraph& graph_;
  std::unordered_map<NodeId, bool> classes_;
};

}  // namespace leak::scan
