#include "graph/cycles.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "graph/components.h"
#include "graph/cycle_cut.h"
#include "graph/shared_pointers.h"

namespace leak::scan {

namespace {

// Larger cycles are compared by what they consist of, not edge by edge.
constexpr std::size_t kMostComparedMembers = 256;

template <class Number>
void append(std::string& text, Number number) {
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// What a member of a cycle looks like from outside. No padding: it is compared as bytes, too.
struct Look {
  std::uint32_t stack;
  std::uint32_t type;
  std::uint64_t size;
  std::uint64_t counts;
  auto operator<=>(const Look&) const = default;
};
static_assert(sizeof(Look) == 24);

class CycleFinder {
 public:
  CycleFinder(const HeapGraph& graph, const Loss& loss, const std::function<SharedPointerHint(StackId)>& hint)
      : graph_(graph), loss_(loss), shared_(graph, loss, hint), position_(graph.nodes.size(), kNoNode) {}

  std::vector<Cycle> run() && {
    for (ComponentId component = 0; component != loss_.lost.count(); ++component) {
      const std::span<const NodeId> members = loss_.lost.members_of(component);
      if (members.size() == 1 && !has_self_edge(members.front())) continue;
      std::vector<NodeId> by_age(members.begin(), members.end());
      sort_by_age(by_age);
      split(by_age, loss_.is_source[component]);
    }
    std::stable_sort(cycles_.begin(), cycles_.end(), [](const Cycle& a, const Cycle& b) {
      return std::tuple(b.is_reference, b.all.bytes, b.instances) <
             std::tuple(a.is_reference, a.all.bytes, a.instances);
    });
    return std::move(cycles_);
  }

 private:
  bool has_self_edge(NodeId node) const {
    const std::span<const HeapEdge> edges = graph_.edges_of(node);
    return std::any_of(edges.begin(), edges.end(), [node](const HeapEdge& edge) { return edge.to == node; });
  }

  // Members that were made one after the other often lie so.
  void sort_by_age(std::vector<NodeId>& members) const {
    const auto by_age = [this](NodeId a, NodeId b) { return is_older(graph_.nodes[a], graph_.nodes[b]); };
    if (!std::is_sorted(members.begin(), members.end(), by_age)) std::sort(members.begin(), members.end(), by_age);
  }

  // Weak pointers hold nothing together: without them the component may fall apart. Members are by age, here and
  // below.
  void split(const std::vector<NodeId>& members, bool is_source) {
    const std::vector<CyclePointer> pointers = pointers_among(members);
    const bool has_weak = std::any_of(pointers.begin(), pointers.end(), [](const CyclePointer& pointer) {
      return pointer.role == PointerRole::kWeak;
    });
    if (!has_weak) return add(members, pointers, is_source);
    const Components parts =
        components_without(pointers, static_cast<std::uint32_t>(members.size()),
                           [](const CyclePointer& pointer) { return pointer.role == PointerRole::kWeak; });
    for (ComponentId part = 0; part != parts.count(); ++part) {
      std::vector<NodeId> some;
      for (const std::uint32_t local : parts.members_of(part)) some.push_back(members[local]);
      const std::vector<CyclePointer> inside = pointers_among(some);
      const bool is_ring = some.size() > 1 || std::any_of(inside.begin(), inside.end(), is_owner);
      const bool is_held = std::any_of(pointers.begin(), pointers.end(), [&](const CyclePointer& pointer) {
        return pointer.role != PointerRole::kWeak && parts.of[pointer.to] == part &&
               parts.of[pointer.from] != part;
      });
      if (is_ring) add(some, inside, is_source && !is_held);
    }
  }

  static bool is_owner(const CyclePointer& pointer) { return pointer.role == PointerRole::kOwner; }

  // From and to are positions in `members`; in the order of from, then of the place in it.
  std::vector<CyclePointer> pointers_among(const std::vector<NodeId>& members) {
    for (std::uint32_t i = 0; i != members.size(); ++i) position_[members[i]] = i;
    std::vector<CyclePointer> pointers;
    for (std::uint32_t i = 0; i != members.size(); ++i) {
      const NodeId from = members[i];
      for (std::uint32_t edge = graph_.first_edge[from]; edge != graph_.first_edge[from + 1]; ++edge) {
        const std::uint32_t to = position_[graph_.edges[edge].to];
        if (to != kNoNode) pointers.push_back({i, to, edge, shared_.role(edge)});
      }
    }
    for (const NodeId member : members) position_[member] = kNoNode;
    return pointers;
  }

  void add(const std::vector<NodeId>& by_age, const std::vector<CyclePointer>& pointers, bool is_source) {
    if (by_age.size() == 1 && std::none_of(pointers.begin(), pointers.end(), is_owner)) return;
    const bool is_reference = owns_itself(by_age, pointers);
    const auto [known, is_new] =
        by_look_.try_emplace(look_of(by_age, pointers, is_reference, is_source), cycles_.size());
    if (is_new) cycles_.push_back(describe(by_age, pointers, is_reference, is_source));
    Cycle& cycle = cycles_[known->second];
    ++cycle.instances;
    for (const NodeId member : by_age) cycle.all.add(graph_.nodes[member]);
  }

  // A ring of owners. An owner may also be in a ring closed by back pointers that own nothing, of an oldest
  // node that nobody shares: then it was lost for another reason.
  bool owns_itself(const std::vector<NodeId>& by_age, const std::vector<CyclePointer>& pointers) const {
    if (std::none_of(pointers.begin(), pointers.end(), is_owner)) return false;
    const bool oldest_is_shared = std::any_of(
        pointers.begin(), pointers.end(),
        [](const CyclePointer& pointer) { return pointer.to == 0 && pointer.role != PointerRole::kPlain; });
    if (oldest_is_shared) return true;
    return holds_owners(pointers, static_cast<std::uint32_t>(by_age.size()),
                        [](const CyclePointer& pointer) { return pointer.to == 0; });
  }

  bool is_proven(const std::vector<NodeId>& by_age, const std::vector<CyclePointer>& pointers) const {
    std::vector<std::uint64_t> owners(by_age.size(), 0);
    for (const CyclePointer& pointer : pointers) owners[pointer.to] += is_owner(pointer);
    for (std::size_t i = 0; i != by_age.size(); ++i) {
      const ControlBlock* counts = shared_.block(by_age[i]);
      if (counts != nullptr && counts->use != 0 && owners[i] != counts->use) return false;
    }
    return true;
  }

  // Equal for cycles that are instances of one: members in the order of their age.
  std::string look_of(const std::vector<NodeId>& by_age, const std::vector<CyclePointer>& pointers,
                      bool is_reference, bool is_source) const {
    std::vector<Look> looks;
    looks.reserve(by_age.size());
    for (const NodeId member : by_age) {
      const HeapNode& node = graph_.nodes[member];
      const ControlBlock* counts = shared_.block(member);
      looks.push_back({node.stack.value, node.type, node.size,
                       counts == nullptr ? 0 : std::uint64_t{counts->use} << 32 | counts->weak});
    }
    const bool is_small = by_age.size() <= kMostComparedMembers;
    if (!is_small) std::sort(looks.begin(), looks.end());
    std::string whole{static_cast<char>(is_reference), static_cast<char>(is_source)};
    append(whole, by_age.size());
    for (std::size_t i = 0, next = 0; i != looks.size(); i = next) {
      while (next != looks.size() && looks[next] == looks[i]) ++next;
      append(whole, looks[i]);
      append(whole, next - i);
    }
    for (const CyclePointer& pointer : pointers) {
      if (!is_small) break;
      append(whole, pointer.from);
      append(whole, pointer.to);
      append(whole, graph_.edges[pointer.edge].from_offset);
      append(whole, graph_.edges[pointer.edge].to_offset);
      append(whole, pointer.role);
    }
    return whole;
  }

  Cycle describe(const std::vector<NodeId>& by_age, const std::vector<CyclePointer>& pointers,
                 bool is_reference, bool is_source) const {
    Cycle cycle;
    cycle.is_reference = is_reference;
    cycle.is_proven = is_reference && is_proven(by_age, pointers);
    cycle.is_source = is_source;
    cycle.size = by_age.size();
    const std::size_t shown = std::min(by_age.size(), kMostCycleMembers);
    for (std::size_t i = 0; i != shown; ++i) {
      const ControlBlock* counts = shared_.block(by_age[i]);
      cycle.members.push_back({by_age[i], counts == nullptr ? std::nullopt : std::optional(*counts)});
    }
    const std::vector<bool> cut =
        is_reference ? find_cut(graph_, by_age, pointers) : std::vector<bool>(pointers.size());
    for (std::size_t i = 0; i != pointers.size(); ++i) {
      const CyclePointer& pointer = pointers[i];
      if (pointer.from >= shown || pointer.to >= shown) continue;
      const HeapEdge& edge = graph_.edges[pointer.edge];
      const bool strong = pointer.role == PointerRole::kOwner || pointer.role == PointerRole::kOwnerObject;
      cycle.edges.push_back({pointer.from, pointer.to, edge.from_offset, edge.to_offset, strong,
                             pointer.role == PointerRole::kWeak, cut[i]});
    }
    return cycle;
  }

  const HeapGraph& graph_;
  const Loss& loss_;
  SharedPointers shared_;
  std::vector<std::uint32_t> position_;  // index: NodeId; in the cycle looked at
  std::unordered_map<std::string, std::size_t> by_look_;
  std::vector<Cycle> cycles_;
};

}  // namespace

std::vector<Cycle> find_cycles(const HeapGraph& graph, const Loss& loss,
                               const std::function<SharedPointerHint(StackId)>& hint) {
  return CycleFinder(graph, loss, hint).run();
}

}  // namespace leak::scan
