#include "graph/analyze_graph.h"

#include <string>
#include <utility>
#include <vector>

#include "graph/graph_delta.h"
#include "graph/graph_details.h"

namespace leak::scan {

static_assert(kSeveralRoots == Retention::kShared);

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
    const NamedRoots roots = name_roots(classed.graph, options.roots, history, symbolizer);
    analysis.roots = roots.names;
    const Retention retention(classed.graph, roots, classed.loss);
    find_details(classed, retention, names, analysis);
    if (!first.empty()) analysis.delta = compare(first, analysis.views.front(), classed, retention);
  }
  return analysis;
}

}  // namespace leak::scan
