#include "graph/classed_graph.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "graph/build_graph.h"
#include "graph/reachability.h"
#include "graph/runtime_blocks.h"
#include "graph/start_pointers.h"
#include "graph/type_names.h"

namespace leak::scan {

namespace {

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

std::vector<SiteLoss> by_stack(const std::unordered_map<StackId, ClassTotals>& sites) {
  std::vector<SiteLoss> list;
  for (const auto& [stack, blocks] : sites) list.push_back({stack, blocks});
  std::sort(list.begin(), list.end(), [](const SiteLoss& a, const SiteLoss& b) { return a.stack < b.stack; });
  return list;
}

}  // namespace

Classed class_graph(CapturedGraph capture, const HeapHistory& history, StackNames& names,
                    Symbolizer& symbolizer, const GraphOptions& options) {
  Classed classed;
  GraphView& view = classed.view;
  view.when = name_of(capture.image.header.trigger);
  view.label = capture.image.label;
  view.time_ns = capture.time_ns;
  view.header = capture.image.header;
  view.scan = capture.image.totals;
  classed.graph = build_graph(std::move(capture), history.stacks);
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

std::string moment_of(const GraphView& view) {
  return view.label.empty() ? view.when : "marker:" + view.label;
}

}  // namespace leak::scan
