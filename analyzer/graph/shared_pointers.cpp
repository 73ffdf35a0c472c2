#include "graph/shared_pointers.h"

#include <algorithm>
#include <tuple>

namespace leak::scan {

namespace {

// The edge that `node` holds at `offset`; nullptr when there is none.
const HeapEdge* edge_at(const HeapGraph& graph, NodeId node, std::uint32_t offset) {
  const std::span<const HeapEdge> edges = graph.edges_of(node);
  const auto found =
      std::lower_bound(edges.begin(), edges.end(), offset,
                       [](const HeapEdge& edge, std::uint32_t at) { return edge.from_offset < at; });
  return found != edges.end() && found->from_offset == offset ? &*found : nullptr;
}

}  // namespace

SharedPointers::SharedPointers(const HeapGraph& graph, const Loss& loss,
                               const std::function<SharedPointerHint(StackId)>& hint)
    : graph_(graph), loss_(loss) {
  find_blocks(hint);
  find_references();
  for (auto& [node, block] : blocks_) decide_roles(node, block);
}

void SharedPointers::find_blocks(const std::function<SharedPointerHint(StackId)>& hint) {
  for (const NodeId node : loss_.lost.members) {
    const SharedPointerHint by_stack = graph_.nodes[node].type == 0 && graph_.nodes[node].content != 0
                                           ? hint(graph_.nodes[node].stack)
                                           : SharedPointerHint::kNone;
    if (const std::optional<ControlBlock> counts = control_block_of(graph_, node, by_stack)) {
      blocks_.emplace(node, Block{*counts, {}});
    }
  }
}

void SharedPointers::find_references() {
  if (blocks_.empty()) return;
  for (const NodeId holder : loss_.lost.members) {
    for (std::uint32_t edge = graph_.first_edge[holder]; edge != graph_.first_edge[holder + 1]; ++edge) {
      const HeapEdge& pointer = graph_.edges[edge];
      if (pointer.to_offset != 0 || pointer.form != trace::PointerForm::kPlain) continue;
      const auto block = blocks_.find(pointer.to);
      if (block != blocks_.end()) block->second.references.push_back({holder, edge});
    }
  }
}

// Where the control block keeps the object's address.
NodeId SharedPointers::object_of(NodeId node, const ControlBlock& counts) const {
  if (counts.holds_object) return node;
  if (counts.layout != CountLayout::kStd && counts.layout != CountLayout::kLibcxx) return kNoNode;
  const HeapEdge* edge = edge_at(graph_, node, counts.layout == CountLayout::kStd ? 16 : 24);
  return edge == nullptr ? kNoNode : edge->to;
}

// As many references as there can be weak pointers, and no more than are too many for owners, are weak. Most
// likely so are the object's own (enable_shared_from_this), then those of young holders in the same cycle;
// what points in from elsewhere is taken for an owner.
void SharedPointers::decide_roles(NodeId node, Block& block) {
  const ControlBlock& counts = block.counts;
  const NodeId object = object_of(node, counts);
  std::vector<Reference>& references = block.references;
  const auto rank = [&](const Reference& reference) {
    const bool is_own = reference.holder == object;
    const bool is_inside = loss_.lost.of[reference.holder] == loss_.lost.of[node];
    return std::tuple(!is_own, !is_inside);
  };
  std::sort(references.begin(), references.end(), [&](const Reference& a, const Reference& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (a.holder != b.holder) return is_older(graph_.nodes[b.holder], graph_.nodes[a.holder]);
    return a.edge < b.edge;
  });
  const std::uint64_t too_many = references.size() - std::min<std::uint64_t>(references.size(), counts.use);
  const std::uint64_t weak = std::min(too_many, counts.use == 0 ? too_many : counts.weak_only);
  for (std::size_t i = 0; i != references.size(); ++i) {
    assign(references[i], node, object, i < weak ? PointerRole::kWeak : PointerRole::kOwner, counts.layout);
  }
}

void SharedPointers::assign(const Reference& reference, NodeId node, NodeId object, PointerRole role,
                            CountLayout layout) {
  roles_[reference.edge] = role;
  const std::uint32_t offset = graph_.edges[reference.edge].from_offset;
  const bool object_follows = layout == CountLayout::kQt && role == PointerRole::kWeak;
  if (layout == CountLayout::kRust || (!object_follows && offset < kWord)) return;
  const HeapEdge* edge = edge_at(graph_, reference.holder, object_follows ? offset + kWord : offset - kWord);
  if (edge == nullptr || (edge->to != node && edge->to != object && object != kNoNode)) return;
  roles_[static_cast<std::uint32_t>(edge - graph_.edges.data())] =
      role == PointerRole::kOwner ? PointerRole::kOwnerObject : PointerRole::kWeak;
}

}  // namespace leak::scan
