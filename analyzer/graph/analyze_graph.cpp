#include "graph/analyze_graph.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/build_graph.h"
#include "graph/reachability.h"
#include "graph/retention.h"
#include "graph/runtime_blocks.h"
#include "graph/stack_names.h"
#include "graph/start_pointers.h"
#include "graph/type_names.h"

namespace leak::scan {

namespace {

// Names cost a look into debug information: sites beyond these hold little.
constexpr std::size_t kMostNamedSites = 300;
constexpr std::size_t kMostHolders = 8;
constexpr std::size_t kMostTypes = 200;
constexpr std::size_t kMostSiteTypes = 10;
constexpr std::size_t kMostChanges = 200;
constexpr std::size_t kMostCycles = 200;

bool is_lost(LossClass of) { return of == LossClass::kDefinite || of == LossClass::kIndirect; }

const char* name_of(trace::GraphTrigger trigger) {
  switch (trigger) {
    case trace::GraphTrigger::kExit:
      return "exit";
    case trace::GraphTrigger::kAfterExit:
      return "after_destructors";
    case trace::GraphTrigger::kApi:
      return "api";
    case trace::GraphTrigger::kSignal:
      return "signal";
    case trace::GraphTrigger::kTimer:
      return "timer";
    case trace::GraphTrigger::kControl:
      return "control";
    case trace::GraphTrigger::kLeakCheckApi:
      return "leak_check";
  }
  return "unknown";
}

// Unknown allocators are taken for it: nearly all are.
bool is_glibc(const std::string& allocator) {
  return allocator.empty() || allocator.starts_with("glibc") ||
         allocator.find("libc.so") != std::string::npos;
}

// One graph and its classes.
struct Classed {
  HeapGraph graph;
  Loss loss;
  GraphView view;
};

std::vector<SiteLoss> by_stack(const std::unordered_map<StackId, ClassTotals>& sites) {
  std::vector<SiteLoss> list;
  for (const auto& [stack, blocks] : sites) list.push_back({stack, blocks});
  std::sort(list.begin(), list.end(), [](const SiteLoss& a, const SiteLoss& b) { return a.stack < b.stack; });
  return list;
}

Classed class_graph(CapturedGraph capture, const HeapHistory& history, StackNames& names,
                    Symbolizer& symbolizer, const GraphOptions& options) {
  Classed classed;
  GraphView& view = classed.view;
  view.when = name_of(capture.image.header.trigger);
  view.label = capture.image.label;
  view.time_ns = capture.time_ns;
  view.header = capture.image.header;
  view.scan = capture.image.totals;
  classed.graph = build_graph(std::move(capture));
  HeapGraph& graph = classed.graph;
  mark_runtime_blocks(graph, names);
  spread_types(graph, history, symbolizer);
  StartRules rules;
  rules.blocks_touch = !is_glibc(history.process.allocator);
  decide_start_pointers(graph, options.roots, rules);
  classed.loss = classify(graph, find_reach(graph, options.roots));

  std::unordered_map<StackId, ClassTotals> sites;
  std::unordered_map<StackId, ClassTotals> mapping_sites;
  for (NodeId node = 0; node != graph.size(); ++node) {
    const HeapNode& one = graph.nodes[node];
    const LossClass of = classed.loss.of[node];
    totals_of(one.is_mapping ? view.mappings : view.blocks, of).add(one);
    if (one.is_known) totals_of((one.is_mapping ? mapping_sites : sites)[one.stack], of).add(one);
  }
  view.sites = by_stack(sites);
  view.mapping_sites = by_stack(mapping_sites);
  return classed;
}

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

std::vector<Held> held_of(const std::map<std::uint32_t, NodeTotals>& by_root) {
  std::vector<Held> held;
  for (const auto& [root, totals] : by_root) held.push_back({root, totals});
  sort_by_bytes(held, kMostHolders);
  return held;
}

// Everything about the last graph that goes beyond its classes.
class DetailFinder {
 public:
  DetailFinder(const Classed& classed, const NamedRoots& roots, StackNames& names, GraphAnalysis& out)
      : graph_(classed.graph),
        loss_(classed.loss),
        view_(classed.view),
        names_(names),
        types_(graph_, names),
        retention_(graph_, roots, loss_),
        worth_names_(sites_worth_names(view_)),
        out_(out) {}

  void run() {
    add_sites_and_types();
    add_retained();
    add_cycles();
    add_weakly_held();
  }

  std::uint32_t holder(NodeId node) const { return retention_.holder(node); }

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
  Retention retention_;
  std::unordered_set<StackId> worth_names_;
  GraphAnalysis& out_;
};

// A block is another one when its address was allocated anew.
struct BlockIdentity {
  std::uint64_t address;
  std::uint64_t born_time;
  std::uint32_t born_order;
  auto operator<=>(const BlockIdentity&) const = default;
};

std::vector<BlockIdentity> identities_of(const HeapGraph& graph) {
  std::vector<BlockIdentity> list;
  list.reserve(graph.nodes.size());
  for (const HeapNode& node : graph.nodes) list.push_back({node.address, node.born_time, node.born_order});
  std::sort(list.begin(), list.end());
  return list;
}

GraphDelta compare(const std::vector<BlockIdentity>& before, const GraphView& from, const Classed& after,
                   const DetailFinder& details) {
  struct Sums {
    NodeTotals all;
    std::map<std::uint32_t, NodeTotals> held;
  };
  std::map<StackId, Sums> sums;
  const HeapGraph& graph = after.graph;
  for (NodeId node = 0; node != graph.size(); ++node) {
    const HeapNode& one = graph.nodes[node];
    if (one.is_runtime || one.is_mapping) continue;
    const BlockIdentity identity{one.address, one.born_time, one.born_order};
    if (std::binary_search(before.begin(), before.end(), identity)) continue;
    Sums& site = sums[one.stack];
    site.all.add(one);
    const std::uint32_t holder = details.holder(node);
    if (holder != Retention::kUnheld) site.held[holder].add(one);
  }
  GraphDelta delta{moment_of(from), moment_of(after.view), {}};
  for (const auto& [stack, site] : sums) delta.sites.push_back({stack, site.all, held_of(site.held)});
  std::stable_sort(delta.sites.begin(), delta.sites.end(), [](const SiteChange& a, const SiteChange& b) {
    return a.appeared.bytes > b.appeared.bytes;
  });
  if (delta.sites.size() > kMostChanges) delta.sites.resize(kMostChanges);
  return delta;
}

}  // namespace

static_assert(kSeveralRoots == Retention::kShared);

std::string moment_of(const GraphView& view) {
  return view.label.empty() ? view.when : "marker:" + view.label;
}

std::optional<GraphAnalysis> analyze_graphs(HeapHistory& history, Symbolizer& symbolizer,
                                            const GraphOptions& options) {
  if (history.graphs.empty()) return std::nullopt;
  StackNames names(history, symbolizer);
  GraphAnalysis analysis;
  std::vector<BlockIdentity> first;
  std::vector<CapturedGraph> captures = std::move(history.graphs);
  history.graphs.clear();
  for (std::size_t i = 0; i != captures.size(); ++i) {
    const Classed classed = class_graph(std::move(captures[i]), history, names, symbolizer, options);
    analysis.views.push_back(classed.view);
    // At the exit nothing new comes between its two views.
    const bool is_early = classed.view.header.trigger != trace::GraphTrigger::kExit;
    if (i == 0 && captures.size() > 1 && is_early) first = identities_of(classed.graph);
    if (i + 1 != captures.size()) continue;
    NamedRoots roots = name_roots(classed.graph, options.roots, history, symbolizer);
    analysis.roots = roots.names;
    DetailFinder details(classed, roots, names, analysis);
    details.run();
    if (!first.empty()) analysis.delta = compare(first, analysis.views.front(), classed, details);
  }
  return analysis;
}

}  // namespace leak::scan
