#include "graph/class_objects.h"

#include <algorithm>
#include <span>

namespace leak::scan {

namespace {

// Of a type's description; what points to more is none.
constexpr std::size_t kMostPointers = 256;

bool is_exact(const HeapEdge& edge) { return edge.form == trace::PointerForm::kPlain && edge.to_offset == 0; }

// The node whose start the word there points to.
NodeId target_at(std::span<const HeapEdge> edges, std::uint32_t offset) {
  const auto found =
      std::lower_bound(edges.begin(), edges.end(), offset,
                       [](const HeapEdge& edge, std::uint32_t wanted) { return edge.from_offset < wanted; });
  return found != edges.end() && found->from_offset == offset && is_exact(*found) ? found->to : kNoNode;
}

}  // namespace

bool ClassObjects::begins_at(NodeId node, std::uint32_t offset) {
  const NodeId target = target_at(graph_.edges_of(node), offset);
  if (target == kNoNode) return false;
  const auto [known, is_new] = classes_.try_emplace(target, false);
  if (is_new) known->second = is_class(target);
  return known->second;
}

// A class begins with its type, whose description leads back to the class. No list or tree does.
bool ClassObjects::is_class(NodeId node) const {
  const NodeId type = target_at(graph_.edges_of(node), 0);
  if (type == kNoNode || type == node || graph_.edges_of(type).size() > kMostPointers) return false;
  for (const HeapEdge& to_description : graph_.edges_of(type)) {
    if (!is_exact(to_description) || to_description.to == node || to_description.to == type) continue;
    const std::span<const HeapEdge> edges = graph_.edges_of(to_description.to);
    if (edges.size() > kMostPointers) continue;
    const bool leads_back = std::any_of(edges.begin(), edges.end(), [node](const HeapEdge& edge) {
      return is_exact(edge) && edge.to == node;
    });
    if (leads_back) return true;
  }
  return false;
}

}  // namespace leak::scan
