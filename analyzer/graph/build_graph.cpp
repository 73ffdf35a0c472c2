#include "graph/build_graph.h"

#include <algorithm>
#include <utility>

#include "graph/near_distances.h"

namespace leak::scan {

namespace {

HeapNode node_of(const trace::GraphNode& from, const BlockOrigin& origin, bool is_mapping) {
  HeapNode node;
  node.address = from.address;
  node.size = from.bytes;
  node.first_word = from.first_word;
  node.type = from.type;
  node.is_mapping = is_mapping;
  if (!origin.is_known) return node;
  node.is_known = true;
  node.born_time = origin.time;
  node.born_order = origin.order;
  node.stack = origin.stack;
  node.tid = origin.tid;
  // The hooks may record a mapping in parts; the scan saw how long it is.
  if (!is_mapping) node.size = std::min(origin.size, from.bytes);
  return node;
}

// A block of no bytes still has an address that points to it.
bool lies_inside(const HeapNode& node, std::uint32_t offset) {
  return offset < std::max<std::uint64_t>(node.size, 1);
}

class GraphBuilder {
 public:
  GraphBuilder(CapturedGraph& capture, const StackTable& stacks) : capture_(capture), stacks_(stacks) {}

  HeapGraph build() && {
    add_nodes();
    add_edges();
    add_roots();
    HeapGraphImage& image = capture_.image;
    for (const trace::GraphThread& thread : image.threads) {
      graph_.threads.push_back({thread.tid, thread.stack_pointer, thread.stack_end, thread.thread_pointer});
    }
    for (auto& module : image.modules) {
      graph_.modules.push_back({std::move(module.path), module.begin, module.end});
    }
    for (auto& type : image.types) graph_.types.push_back({type.vtable, std::move(type.name)});
    return std::move(graph_);
  }

 private:
  void add_nodes() {
    const HeapGraphImage& image = capture_.image;
    graph_.nodes.reserve(image.nodes.size());
    for (std::size_t i = 0; i != image.nodes.size(); ++i) {
      graph_.nodes.push_back(node_of(image.nodes[i], capture_.origins[i], i >= image.block_count));
    }
    for (const trace::GraphContent& from : image.contents) {
      HeapContent& to = graph_.contents.emplace_back();
      to.size = from.size;
      std::copy(from.bytes, from.bytes + from.size, to.bytes);
      graph_.nodes[from.node].content = static_cast<std::uint32_t>(graph_.contents.size());
    }
    capture_.image.nodes = {};
    capture_.origins = {};
  }

  bool is_wanted(const HeapGraphImage::Edge& edge) const {
    return lies_inside(graph_.nodes[edge.from], edge.from_offset) &&
           lies_inside(graph_.nodes[edge.to], edge.to_offset);
  }

  // The trace has plain and encoded edges apart, each in order; a stable sort by counting joins them.
  void add_edges() {
    std::vector<HeapGraphImage::Edge> from = std::move(capture_.image.edges);
    drop_doubtful_distances(graph_.nodes, stacks_, from);
    graph_.first_edge.assign(graph_.nodes.size() + 1, 0);
    for (const auto& edge : from) graph_.first_edge[edge.from + 1] += is_wanted(edge);
    for (std::size_t i = 1; i < graph_.first_edge.size(); ++i) {
      graph_.first_edge[i] += graph_.first_edge[i - 1];
    }
    graph_.edges.resize(graph_.first_edge.back());
    std::vector<std::uint32_t> next(graph_.first_edge.begin(), graph_.first_edge.end() - 1);
    for (const auto& edge : from) {
      if (!is_wanted(edge)) continue;
      graph_.edges[next[edge.from]++] = {edge.to,   edge.from_offset, edge.to_offset,
                                         edge.form, edge.hint,        false};
    }
    const auto by_offset = [](const HeapEdge& a, const HeapEdge& b) { return a.from_offset < b.from_offset; };
    for (NodeId node = 0; node != graph_.size(); ++node) {
      const std::span<HeapEdge> edges = graph_.edges_of(node);
      if (!std::is_sorted(edges.begin(), edges.end(), by_offset)) {
        std::stable_sort(edges.begin(), edges.end(), by_offset);
      }
    }
  }

  void add_roots() {
    for (const trace::GraphRoot& from : capture_.image.roots) {
      const auto to_offset = static_cast<std::uint32_t>(std::min<std::uint64_t>(from.to_offset, kFarOffset));
      if (!lies_inside(graph_.nodes[from.to], to_offset)) continue;
      graph_.roots.push_back(
          {from.kind, from.form, from.hint, false, from.context, from.where, from.to, to_offset});
    }
  }

  CapturedGraph& capture_;
  const StackTable& stacks_;
  HeapGraph graph_;
};

}  // namespace

HeapGraph build_graph(CapturedGraph capture, const StackTable& stacks) {
  return GraphBuilder(capture, stacks).build();
}

}  // namespace leak::scan
