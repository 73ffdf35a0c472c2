#include "report/graph_report.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/units.h"

namespace leak::scan {

namespace {

ReportCount count_of(const NodeTotals& totals) { return {totals.blocks, totals.bytes}; }

ReportCount sum_of(const NodeTotals& a, const NodeTotals& b) {
  return {a.blocks + b.blocks, a.bytes + b.bytes};
}

ReportClasses classes_of(const ClassTotals& totals) {
  ReportClasses classes;
  classes.definitely_lost = count_of(totals_of(totals, LossClass::kDefinite));
  classes.indirectly_lost = count_of(totals_of(totals, LossClass::kIndirect));
  classes.possibly_lost =
      sum_of(totals_of(totals, LossClass::kPossible), totals_of(totals, LossClass::kPossibleEncoded));
  classes.possibly_lost_encoded = count_of(totals_of(totals, LossClass::kPossibleEncoded));
  classes.still_reachable = count_of(totals_of(totals, LossClass::kReachable));
  return classes;
}

const char* name_of(trace::StopMethod stop) {
  switch (stop) {
    case trace::StopMethod::kNotNeeded:
      return "single_thread";
    case trace::StopMethod::kTracer:
      return "tracer";
    case trace::StopMethod::kSignal:
      return "signal";
    case trace::StopMethod::kUnstopped:
      break;
  }
  return "none";
}

ReportTypeCount type_of(const TypeTotals& type) {
  return {type.name, type.all.blocks, type.all.bytes, type.lost.blocks, type.lost.bytes};
}

class GraphReport {
 public:
  GraphReport(const GraphAnalysis& graph, const SiteOfStack& site_of, ReportProcess& process)
      : graph_(graph), site_of_(site_of), process_(process) {}

  void add() {
    add_truth();
    add_losses();
    for (const SiteDetails& details : graph_.sites) add_details(details);
    for (const NamedCycle& cycle : graph_.cycles) add_cycle(cycle);
    for (const NamedCycle& ring : graph_.rings) add_ring(ring);
    for (const TypeTotals& type : graph_.types) process_.types.push_back(type_of(type));
    process_.retained = held(graph_.retained);
    for (const WeaklyHeld& weak : graph_.weakly_held) {
      process_.weakly_held.push_back({weak.type, site_of_(weak.stack), weak.all.blocks, weak.all.bytes});
    }
    add_delta();
  }

 private:
  void add_truth() {
    ReportTruth& truth = process_.truth.emplace();
    for (const GraphView& view : graph_.views) {
      ReportGraphView& to = truth.views.emplace_back();
      to.when = moment_of(view);
      to.time_ns = view.time_ns;
      to.blocks = classes_of(view.blocks);
      to.mappings = classes_of(view.mappings);
      to.runtime = count_of(totals_of(view.blocks, LossClass::kRuntime));
      to.stop = name_of(view.header.stop);
      to.pause_ns = view.header.pause_ns;
      to.threads_missed = view.header.threads_missed;
      to.skipped_bytes = view.scan.skipped_bytes;
    }
  }

  // Of the last view; and of the view from before the static destructors where that differs.
  void add_losses() {
    const GraphView* before = nullptr;
    for (const GraphView& view : graph_.views) {
      if (view.header.trigger == trace::GraphTrigger::kExit && &view != &graph_.view()) before = &view;
    }
    for (const SiteLoss& site : graph_.view().sites) {
      if (ReportSite* to = shown(site.stack)) to->lost = classes_of(site.blocks);
    }
    if (before == nullptr) return;
    for (const SiteLoss& site : before->sites) {
      ReportSite* to = shown(site.stack);
      if (to == nullptr || !to->lost) continue;
      const ReportClasses classes = classes_of(site.blocks);
      if (!(classes == *to->lost)) to->lost_at_exit = classes;
    }
  }

  ReportSite* shown(StackId stack) {
    const std::optional<std::uint32_t> id = site_of_(stack);
    return id ? &process_.sites[*id] : nullptr;
  }

  std::string root_text(std::uint32_t root) const {
    return root == kSeveralRoots ? "several roots" : text_of(graph_.roots[root]);
  }

  std::vector<ReportHeld> held(const std::vector<Held>& list) const {
    std::vector<ReportHeld> result;
    for (const Held& one : list) {
      const std::string kind = one.root == kSeveralRoots ? "several" : graph_.roots[one.root].kind;
      result.push_back({root_text(one.root), kind, one.all.blocks, one.all.bytes});
    }
    return result;
  }

  void add_details(const SiteDetails& details) {
    ReportSite* site = shown(details.stack);
    if (site == nullptr) return;
    for (const TypeTotals& type : details.types) site->types.push_back(type_of(type));
    site->retained_by = held(details.held_by);
    if (details.retained.blocks != 0) site->retained_lost = count_of(details.retained);
    if (!details.path) return;
    ReportPath& path = site->path.emplace();
    path.root = root_text(details.path->root);
    for (const PathStep& step : details.path->steps) {
      path.steps.push_back({step.type, step.size, step.offset, site_of_(step.stack)});
    }
  }

  void add_cycle(const NamedCycle& named) {
    const Cycle& cycle = named.cycle;
    ReportCycle& to = process_.cycles.emplace_back();
    to.id = static_cast<std::uint32_t>(process_.cycles.size() - 1);
    to.instances = cycle.instances;
    to.bytes = cycle.all.bytes;
    to.block_count = cycle.size;
    to.proven = cycle.is_proven;
    to.owned_by_lost = !cycle.is_source;
    for (std::size_t i = 0; i != cycle.members.size(); ++i) {
      ReportCycleBlock& block = to.blocks.emplace_back();
      block.type = named.types[i];
      block.size = named.sizes[i];
      block.site = site_of_(named.stacks[i]);
      if (!cycle.members[i].counts) continue;
      block.use_count = cycle.members[i].counts->use;
      block.weak_count = cycle.members[i].counts->weak;
    }
    for (const CycleEdge& edge : cycle.edges) {
      to.edges.push_back({edge.from, edge.offset, edge.to, edge.to_offset, edge.strong, edge.weak, edge.cut});
    }
    to.advice = advice_for(to);
  }

  static std::string block_text(const ReportCycleBlock& block) {
    return block.type.empty() ? "a block of " + format_bytes(block.size) : block.type;
  }

  static std::string advice_for(const ReportCycle& cycle) {
    for (const ReportCycleEdge& edge : cycle.edges) {
      if (!edge.cut) continue;
      const std::string from = block_text(cycle.blocks[edge.from]);
      const std::string to = block_text(cycle.blocks[edge.to]);
      const bool leads_back = edge.from > edge.to;
      return "Make the shared pointer at offset " + std::to_string(edge.offset) + " of " + from +
             " a weak one: it " + (leads_back ? "leads back to the older " : "points to ") + to +
             ", and without it the cycle falls apart.";
    }
    return "Several of these pointers would have to be weak: decide who owns whom, and let the others only "
           "look.";
  }

  void add_ring(const NamedCycle& named) {
    ReportRing& ring = process_.rings.emplace_back();
    ring.instances = named.cycle.instances;
    ring.bytes = named.cycle.all.bytes;
    ring.block_count = named.cycle.size;
    if (!named.stacks.empty()) ring.site = site_of_(named.stacks.front());
    if (!named.types.empty()) ring.type = named.types.front();
  }

  void add_delta() {
    if (!graph_.delta) return;
    ReportGraphDelta& delta = process_.graph_delta.emplace();
    delta.from = graph_.delta->from;
    delta.to = graph_.delta->to;
    for (const SiteChange& change : graph_.delta->sites) {
      delta.appeared.push_back(
          {site_of_(change.stack), change.appeared.blocks, change.appeared.bytes, held(change.held_by)});
    }
  }

  const GraphAnalysis& graph_;
  const SiteOfStack& site_of_;
  ReportProcess& process_;
};

}  // namespace

void add_graph(const GraphAnalysis& graph, const SiteOfStack& site_of, ReportProcess& process) {
  GraphReport(graph, site_of, process).add();
}

std::unordered_map<StackId, ReportCount> lost_mappings_by_site(const GraphAnalysis& graph) {
  std::unordered_map<StackId, ReportCount> lost;
  for (const SiteLoss& site : graph.view().mapping_sites) {
    const NodeTotals& definite = totals_of(site.blocks, LossClass::kDefinite);
    const NodeTotals& indirect = totals_of(site.blocks, LossClass::kIndirect);
    if (definite.blocks + indirect.blocks != 0) lost.emplace(site.stack, sum_of(definite, indirect));
  }
  return lost;
}

std::vector<std::pair<StackId, std::uint64_t>> lost_bytes_by_site(const GraphAnalysis& graph) {
  std::vector<std::pair<StackId, std::uint64_t>> list;
  for (const SiteLoss& site : graph.view().sites) {
    const std::uint64_t bytes = totals_of(site.blocks, LossClass::kDefinite).bytes +
                                totals_of(site.blocks, LossClass::kIndirect).bytes;
    const std::uint64_t blocks = totals_of(site.blocks, LossClass::kDefinite).blocks +
                                 totals_of(site.blocks, LossClass::kIndirect).blocks;
    if (blocks != 0) list.emplace_back(site.stack, std::max<std::uint64_t>(bytes, 1));
  }
  return list;
}

}  // namespace leak::scan
