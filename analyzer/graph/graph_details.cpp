#include "graph/graph_details.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/type_names.h"

namespace leak::scan {

namespace {

// Names cost a look into debug information: sites beyond these hold little.
constexpr std::size_t kMostNamedSites = 300;
constexpr std::size_t kMostHolders = 8;
constexpr std::size_t kMostTypes = 200;
constexpr std::size_t kMostSiteTypes = 10;
constexpr std::size_t kMostCycles = 200;

std::uint64_t live_bytes_of(const SiteLoss& site) {
  std::uint64_t bytes = 0;
  for (const NodeTotals& totals : site.blocks) bytes += totals.bytes;
  return bytes;
}

bool has_lost(const SiteLoss& site) {
  return totals_of(site.blocks, LossClass::kDefinite).blocks +
             totals_of(site.blocks, LossClass::kIndirect).blocks +
             totals_of(site.blocks, LossClass::kPossible).blocks +
             totals_of(site.blocks, LossClass::kPossibleEncoded).blocks !=
         0;
}

// Those with the most at stake: lost first, then large.
std::unordered_set<StackId> sites_worth_names(const GraphView& view) {
  std::vector<const SiteLoss*> order;
  for (const SiteLoss& site : view.sites) order.push_back(&site);
  const auto rank = [](const SiteLoss* site) {
    return std::tuple(!has_lost(*site), ~live_bytes_of(*site), site->stack);
  };
  const std::size_t kept = std::min(order.size(), kMostNamedSites);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](const SiteLoss* a, const SiteLoss* b) { return rank(a) < rank(b); });
  order.resize(kept);
  std::unordered_set<StackId> chosen;
  for (const SiteLoss* site : order) chosen.insert(site->stack);
  return chosen;
}

template <class Item>
void sort_by_bytes(std::vector<Item>& items, std::size_t most) {
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.all.bytes > b.all.bytes; });
  if (items.size() > most) items.resize(most);
}

class DetailFinder {
 public:
  DetailFinder(const Classed& classed, const Retention& retention, StackNames& names, GraphAnalysis& out)
      : graph_(classed.graph),
        loss_(classed.loss),
        view_(classed.view),
        names_(names),
        types_(graph_, names),
        retention_(retention),
        worth_names_(sites_worth_names(view_)),
        out_(out) {}

  void run() {
    add_sites_and_types();
    add_retained();
    add_cycles();
    add_weakly_held();
  }

 private:
  std::string type_of(NodeId node) {
    const HeapNode& one = graph_.nodes[node];
    if (one.type == 0 && !worth_names_.contains(one.stack)) return {};
    return types_.name_of(node);
  }

  struct SiteSums {
    std::map<std::uint32_t, NodeTotals> held;
    NodeId largest = kNoNode;  // of those that a root holds
    NodeTotals retained;
  };
  // Blocks of one site and one type; a million of them are summed before the first name is looked up.
  struct Kind {
    NodeTotals all;
    NodeTotals lost;
    NodeId sample = kNoNode;
  };
  static constexpr std::uint64_t kind_of(const HeapNode& node) {
    return std::uint64_t{node.stack.value} << 32 | node.type;
  }

  static void add(std::map<std::string, TypeTotals>& types, const std::string& name, const Kind& kind) {
    TypeTotals& totals = types[name];
    totals.all.blocks += kind.all.blocks;
    totals.all.bytes += kind.all.bytes;
    totals.lost.blocks += kind.lost.blocks;
    totals.lost.bytes += kind.lost.bytes;
  }

  static std::vector<TypeTotals> list_types(std::map<std::string, TypeTotals>& types, std::size_t most) {
    std::vector<TypeTotals> list;
    for (auto& [name, totals] : types) {
      if (name.empty()) continue;
      totals.name = name;
      list.push_back(totals);
    }
    sort_by_bytes(list, most);
    return list;
  }

  void add_sites_and_types() {
    std::unordered_map<std::uint64_t, Kind> kinds;
    std::unordered_map<StackId, SiteSums> sums;
    for (const StackId stack : worth_names_) sums.try_emplace(stack);
    for (NodeId node = 0; node != graph_.size(); ++node) {
      const HeapNode& one = graph_.nodes[node];
      if (one.is_mapping || one.is_runtime) continue;
      const auto site = sums.find(one.stack);
      if (one.type == 0 && site == sums.end()) continue;
      Kind& kind = kinds[kind_of(one)];
      kind.sample = node;
      kind.all.add(one);
      if (is_lost(loss_.of[node])) kind.lost.add(one);
      if (site != sums.end()) add_to_site(site->second, node);
    }
    std::map<std::string, TypeTotals> types;
    std::map<StackId, std::map<std::string, TypeTotals>> site_types;
    for (const auto& [key, kind] : kinds) {
      const std::string name = type_of(kind.sample);
      add(types, name, kind);
      const StackId stack = graph_.nodes[kind.sample].stack;
      if (sums.contains(stack)) add(site_types[stack], name, kind);
    }
    out_.types = list_types(types, kMostTypes);
    for (auto& [stack, of_site] : site_types) {
      const SiteSums& site = sums.at(stack);
      SiteDetails& details = out_.sites.emplace_back();
      details.stack = stack;
      details.types = list_types(of_site, kMostSiteTypes);
      details.held_by = held_of(site.held);
      if (site.largest != kNoNode) details.path = path_to(site.largest);
      details.retained = site.retained;
    }
  }

  void add_to_site(SiteSums& site, NodeId node) const {
    const HeapNode& one = graph_.nodes[node];
    const std::uint32_t holder = retention_.holder(node);
    if (holder != Retention::kUnheld) site.held[holder].add(one);
    const bool is_larger = site.largest == kNoNode || one.size > graph_.nodes[site.largest].size;
    if (!is_lost(loss_.of[node]) && is_larger) site.largest = node;
    if (loss_.of[node] != LossClass::kDefinite) return;
    const NodeTotals retained = retention_.retained_by_node(node);
    site.retained.blocks += retained.blocks;
    site.retained.bytes += retained.bytes;
  }

  std::optional<HoldingPath> path_to(NodeId node) {
    const std::optional<Retention::Path> way = retention_.path_to(node);
    if (!way) return std::nullopt;
    HoldingPath path{way->root, {}};
    for (const Retention::Step& step : way->steps) {
      path.steps.push_back(
          {type_of(step.node), graph_.nodes[step.node].size, graph_.nodes[step.node].stack, step.offset});
    }
    return path;
  }

  void add_retained() {
    for (std::uint32_t root = 0; root != out_.roots.size(); ++root) {
      const NodeTotals totals = retention_.retained_by_root(root);
      if (totals.blocks != 0) out_.retained.push_back({root, totals});
    }
    sort_by_bytes(out_.retained, kMostTypes);
  }

  void add_cycles() {
    std::unordered_map<StackId, SharedPointerHint> hints;
    const auto hint = [&](StackId stack) {
      const auto [known, is_new] = hints.try_emplace(stack, SharedPointerHint::kNone);
      if (!is_new || !worth_names_.contains(stack)) return known->second;
      for (const PcId pc : names_.frames(stack)) {
        for (const std::string& function : names_.functions(pc)) {
          if (known->second == SharedPointerHint::kNone) known->second = shared_pointer_hint(function);
        }
        if (known->second != SharedPointerHint::kNone) break;
      }
      return known->second;
    };
    for (Cycle& cycle : find_cycles(graph_, loss_, hint)) {
      std::vector<NamedCycle>& list = cycle.is_reference ? out_.cycles : out_.rings;
      if (list.size() == kMostCycles) continue;
      NamedCycle& named = list.emplace_back();
      for (const CycleMember& member : cycle.members) {
        named.types.push_back(type_of(member.node));
        named.sizes.push_back(graph_.nodes[member.node].size);
        named.stacks.push_back(graph_.nodes[member.node].stack);
      }
      named.cycle = std::move(cycle);
    }
  }

  void add_weakly_held() {
    std::map<std::pair<StackId, std::string>, NodeTotals> found;
    for (NodeId node = 0; node != graph_.size(); ++node) {
      const HeapNode& one = graph_.nodes[node];
      if (one.content == 0 || one.is_runtime) continue;
      const std::optional<ControlBlock> counts = control_block_of(graph_, node, SharedPointerHint::kNone);
      if (!counts || counts->use != 0 || counts->weak == 0 || !counts->holds_object) continue;
      found[{one.stack, type_of(node)}].add(one);
    }
    for (const auto& [key, totals] : found) out_.weakly_held.push_back({key.second, key.first, totals});
    sort_by_bytes(out_.weakly_held, kMostTypes);
  }

  const HeapGraph& graph_;
  const Loss& loss_;
  const GraphView& view_;
  StackNames& names_;
  TypeNames types_;
  const Retention& retention_;
  std::unordered_set<StackId> worth_names_;
  GraphAnalysis& out_;
};

}  // namespace

std::vector<Held> held_of(const std::map<std::uint32_t, NodeTotals>& by_root) {
  std::vector<Held> held;
  for (const auto& [root, totals] : by_root) held.push_back({root, totals});
  sort_by_bytes(held, kMostHolders);
  return held;
}

void find_details(const Classed& classed, const Retention& retention, StackNames& names, GraphAnalysis& out) {
  DetailFinder(classed, retention, names, out).run();
}

}  // namespace leak::scan
