#include "graph/start_pointers.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "graph/class_objects.h"

namespace leak::scan {

namespace {

using trace::InteriorHint;
using trace::PointerForm;

constexpr std::uint32_t kCowStringHeader = 24;
// Fewer blocks of a site prove no habit; so many tenths must be held by the same offset.
constexpr std::uint64_t kLeastSiteBlocks = 10;
constexpr std::uint64_t kSiteTenths = 9;

// The offset at which each block is pointed into, where it is always the same; and whether any pointer is
// exact.
class TargetFacts {
 public:
  TargetFacts(const HeapGraph& graph, const RootSet& roots) : offset_(graph.nodes.size(), kNone) {
    for (const HeapEdge& edge : graph.edges) note(edge.form, edge.to, edge.to_offset);
    for (const HeapRoot& root : graph.roots) {
      if (roots.contains(root.kind)) note(root.form, root.to, root.to_offset);
    }
  }

  bool is_held_exactly(NodeId node) const { return offset_[node] == 0; }
  // nullopt-like: kNone without any plain pointer, kMixed with several offsets.
  std::uint32_t only_offset(NodeId node) const { return offset_[node]; }

  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint32_t kMixed = 0xfffffffe;

 private:
  void note(PointerForm form, NodeId to, std::uint32_t offset) {
    if (form != PointerForm::kPlain) return;
    std::uint32_t& known = offset_[to];
    if (known == kNone) {
      known = offset;
    } else if (known != offset) {
      known = known == 0 || offset == 0 ? 0 : kMixed;
    }
  }

  std::vector<std::uint32_t> offset_;
};

// For each site the one offset that holds its blocks; sites without such a habit are absent.
std::unordered_map<StackId, std::uint32_t> learn_site_offsets(const HeapGraph& graph,
                                                              const TargetFacts& facts) {
  struct Votes {
    std::uint64_t blocks = 0;
    std::uint64_t votes = 0;  // for `offset`: the majority vote of Boyer and Moore
    std::uint64_t for_offset = 0;
    std::uint32_t offset = 0;
  };
  const auto is_held_inside = [&facts](NodeId node) {
    return !facts.is_held_exactly(node) && facts.only_offset(node) < TargetFacts::kMixed;
  };
  std::unordered_map<StackId, Votes> sites;
  for (NodeId node = 0; node != graph.size(); ++node) {
    if (graph.nodes[node].stack.value == 0 || graph.nodes[node].is_mapping) continue;
    Votes& site = sites[graph.nodes[node].stack];
    ++site.blocks;
    if (!is_held_inside(node)) continue;
    if (site.votes == 0) site.offset = facts.only_offset(node);
    site.votes += facts.only_offset(node) == site.offset ? 1 : -std::uint64_t{1};
  }
  std::unordered_map<StackId, std::uint32_t> learned;
  std::erase_if(sites, [](const auto& site) { return site.second.votes == 0; });
  for (NodeId node = 0; !sites.empty() && node != graph.size(); ++node) {
    const auto site = sites.find(graph.nodes[node].stack);
    if (site == sites.end() || !is_held_inside(node)) continue;
    site->second.for_offset += facts.only_offset(node) == site->second.offset;
  }
  for (const auto& [stack, site] : sites) {
    if (site.blocks >= kLeastSiteBlocks && site.for_offset * 10 >= site.blocks * kSiteTenths) {
      learned.emplace(stack, site.offset);
    }
  }
  return learned;
}

// Has pointers in the order of their places: the edges of one node, or roots of one kind.
struct Holder {
  std::span<const HeapEdge> edges;

  const HeapEdge* at(std::uint32_t offset) const {
    const auto found = std::lower_bound(
        edges.begin(), edges.end(), offset,
        [](const HeapEdge& edge, std::uint32_t wanted) { return edge.from_offset < wanted; });
    return found != edges.end() && found->from_offset == offset ? &*found : nullptr;
  }
};

class StartPointers {
 public:
  StartPointers(HeapGraph& graph, const RootSet& roots, const StartRules& rules)
      : graph_(graph), rules_(rules), facts_(graph, roots), learned_(learn_site_offsets(graph, facts_)) {}

  void decide() {
    for (NodeId from = 0; from != graph_.size(); ++from) {
      const std::span<HeapEdge> edges = graph_.edges_of(from);
      for (HeapEdge& edge : edges) {
        edge.starts = is_start(edge.to, edge.to_offset, edge.form, edge.hint);
        if (rules_.blocks_touch && edge.starts && is_vector_end({edges}, edge)) edge.starts = false;
      }
    }
    for (HeapRoot& root : graph_.roots) {
      root.starts = is_start(root.to, root.to_offset, root.form, root.hint);
    }
    if (rules_.blocks_touch) drop_vector_ends_of_roots();
  }

 private:
  bool is_start(NodeId to, std::uint32_t offset, PointerForm form, InteriorHint hint) {
    if (form != PointerForm::kPlain) return false;
    if (offset == 0) return true;
    const HeapNode& node = graph_.nodes[to];
    if (node.is_mapping) return true;
    if (offset < kWord) return true;
    if (hint == InteriorHint::kVtable) return true;
    if (hint == InteriorHint::kCowString && offset == kCowStringHeader) return true;
    if (offset == kWord && (is_length(node) || is_element_count(node))) return true;
    const auto habit = learned_.find(node.stack);
    return (habit != learned_.end() && habit->second == offset) || objects_.begins_at(to, offset);
  }

  static bool is_length(const HeapNode& node) { return node.size > 8 && node.first_word == node.size - 8; }
  static bool is_element_count(const HeapNode& node) {
    return node.size > 8 && node.first_word != 0 && (node.size - 8) % node.first_word == 0;
  }

  // {begin, end, capacity} of a vector: begin holds the node before `to`, which ends where `to` starts; so
  // `pointer` is that one's end, not a pointer to `to`.
  bool is_vector_end(const Holder& holder, const HeapEdge& pointer) const {
    if (pointer.to_offset != 0 || pointer.to == 0 || pointer.from_offset < kWord) return false;
    const NodeId before = pointer.to - 1;
    const HeapNode& storage = graph_.nodes[before];
    if (storage.address + storage.size != graph_.nodes[pointer.to].address) return false;
    const auto points_to = [&holder](std::uint32_t offset, NodeId to, bool exactly) {
      const HeapEdge* edge = holder.at(offset);
      return edge != nullptr && edge->to == to && (!exactly || edge->to_offset == 0);
    };
    const std::uint32_t at = pointer.from_offset;
    const bool is_end = points_to(at - kWord, before, true) && points_to(at + kWord, pointer.to, true);
    const bool is_capacity =
        at >= 2 * kWord && points_to(at - 2 * kWord, before, true) &&
        (points_to(at - kWord, before, false) || points_to(at - kWord, pointer.to, true));
    return is_end || is_capacity;
  }

  // Vectors in globals and on stacks: the words around a root, seen as the edges of one holder.
  void drop_vector_ends_of_roots() {
    std::vector<std::uint32_t> order(graph_.roots.size());
    for (std::uint32_t i = 0; i != order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
      return graph_.roots[a].where < graph_.roots[b].where;
    });
    for (std::size_t i = 0; i != order.size(); ++i) {
      HeapRoot& root = graph_.roots[order[i]];
      if (!root.starts || root.where < 2 * kWord) continue;
      const std::uint64_t base = root.where - 2 * kWord;
      std::vector<HeapEdge> around;
      for (std::size_t j = i < 4 ? 0 : i - 4; j != std::min(order.size(), i + 4); ++j) {
        const HeapRoot& other = graph_.roots[order[j]];
        if (other.kind != root.kind || other.where < base || other.where > base + 3 * kWord) continue;
        around.push_back({other.to, static_cast<std::uint32_t>(other.where - base), other.to_offset,
                          other.form, other.hint, false});
      }
      if (is_vector_end({around}, {root.to, 2 * kWord, root.to_offset, root.form, root.hint, true})) {
        root.starts = false;
      }
    }
  }

  HeapGraph& graph_;
  const StartRules& rules_;
  TargetFacts facts_;
  std::unordered_map<StackId, std::uint32_t> learned_;
  ClassObjects objects_{graph_};
};

}  // namespace

void decide_start_pointers(HeapGraph& graph, const RootSet& roots, const StartRules& rules) {
  StartPointers(graph, roots, rules).decide();
}

}  // namespace leak::scan
