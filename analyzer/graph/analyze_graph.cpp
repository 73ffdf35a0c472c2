#include "graph/analyze_graph.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "graph/graph_delta.h"
#include "graph/graph_details.h"

namespace leak::scan {

static_assert(kSeveralRoots == Retention::kShared);

namespace {

// What static destructors free is only in the view from before them, whose types and holders tell what it
// was.
constexpr std::size_t kWorthDetails = 64;  // blocks

void add_details(const Classed& classed, const NamedRoots& roots, const Retention& retention,
                 StackNames& names, GraphAnalysis& to) {
  to.roots = roots.names;
  find_details(classed, retention, names, to);
}

// Of sites that have nothing any more.
void add_earlier_sites(GraphAnalysis earlier, GraphAnalysis& analysis) {
  std::unordered_set<StackId> known;
  for (const SiteDetails& site : analysis.sites) known.insert(site.stack);
  const auto first_root = static_cast<std::uint32_t>(analysis.roots.size());
  std::move(earlier.roots.begin(), earlier.roots.end(), std::back_inserter(analysis.roots));
  for (SiteDetails& site : earlier.sites) {
    if (known.contains(site.stack)) continue;
    for (Held& held : site.held_by) {
      if (held.root != kSeveralRoots) held.root += first_root;
    }
    if (site.path) site.path->root += first_root;
    site.retained = {};
    analysis.sites.push_back(std::move(site));
  }
  std::sort(analysis.sites.begin(), analysis.sites.end(),
            [](const SiteDetails& a, const SiteDetails& b) { return a.stack < b.stack; });
}

}  // namespace

std::optional<GraphAnalysis> analyze_graphs(HeapHistory& history, Symbolizer& symbolizer,
                                            const GraphOptions& options) {
  if (history.graphs.empty()) return std::nullopt;
  StackNames names(history, symbolizer);
  GraphAnalysis analysis;
  GraphAnalysis at_exit;
  std::vector<BlockIdentity> first;
  std::vector<CapturedGraph> captures = std::move(history.graphs);
  history.graphs.clear();
  for (std::size_t i = 0; i != captures.size(); ++i) {
    const Classed classed = class_graph(std::move(captures[i]), history, names, symbolizer, options);
    analysis.views.push_back(classed.view);
    const bool is_last = i + 1 == captures.size();
    // At the exit nothing new comes between its two views.
    const bool is_exit = classed.view.header.trigger == trace::GraphTrigger::kExit;
    if (i == 0 && !is_last && !is_exit) first = identities_of(classed.graph);
    const bool loses_much =
        is_exit && classed.graph.size() >= captures.back().image.nodes.size() + kWorthDetails;
    if (!is_last && !loses_much) continue;
    const NamedRoots roots = name_roots(classed.graph, options.roots, history, symbolizer);
    const Retention retention(classed.graph, roots, classed.loss);
    add_details(classed, roots, retention, names, is_last ? analysis : at_exit);
    if (is_last && !first.empty())
      analysis.delta = compare(first, analysis.views.front(), classed, retention);
  }
  add_earlier_sites(std::move(at_exit), analysis);
  return analysis;
}

}  // namespace leak::scan
