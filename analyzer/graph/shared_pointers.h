// Which pointers among lost nodes are those of shared and weak pointers. Both look alike, a pointer to the
// object and one to the control block; the counts say how many own.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "graph/control_blocks.h"
#include "graph/heap_graph.h"
#include "graph/loss.h"

namespace leak::scan {

enum class PointerRole : std::uint8_t {
  kPlain,
  kOwner,        // a shared pointer's, to the control block
  kOwnerObject,  // the same one's, to the object
  kWeak,         // either of a weak pointer's
};

class SharedPointers {
 public:
  SharedPointers(const HeapGraph& graph, const Loss& loss,
                 const std::function<SharedPointerHint(StackId)>& hint);

  const ControlBlock* block(NodeId node) const {
    const auto found = blocks_.find(node);
    return found == blocks_.end() ? nullptr : &found->second.counts;
  }
  // `edge`: index into HeapGraph::edges.
  PointerRole role(std::uint32_t edge) const {
    const auto found = roles_.find(edge);
    return found == roles_.end() ? PointerRole::kPlain : found->second;
  }

 private:
  struct Reference {
    NodeId holder;
    std::uint32_t edge;
  };
  struct Block {
    ControlBlock counts;
    std::vector<Reference> references;
  };

  void find_blocks(const std::function<SharedPointerHint(StackId)>& hint);
  void find_references();
  void decide_roles(NodeId node, Block& block);
  void assign(const Reference& reference, NodeId node, NodeId object, PointerRole role, CountLayout layout);
  NodeId object_of(NodeId node, const ControlBlock& counts) const;

  const HeapGraph& graph_;
  const Loss& loss_;
  std::unordered_map<NodeId, Block> blocks_;
  std::unordered_map<std::uint32_t, PointerRole> roles_;
};

}  // namespace leak::scan
