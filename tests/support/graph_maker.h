// Heap graphs by hand: nodes in the order they are made, 0x100 bytes apart, each younger than the one before.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/heap_graph.h"

namespace leak::test {

class GraphMaker {
 public:
  scan::NodeId block(std::uint64_t size = 32, std::uint32_t stack = 1) {
    const scan::NodeId id = graph_.size();
    scan::HeapNode node;
    node.address = 0x10000 + 0x100 * std::uint64_t{id};
    node.size = size;
    node.stack = scan::StackId(stack);
    node.born_time = 100 + id;
    node.is_known = true;
    graph_.nodes.push_back(node);
    return id;
  }
  scan::NodeId mapping(std::uint64_t size = 4096) {
    const scan::NodeId id = block(size, 0);
    graph_.nodes[id].is_mapping = true;
    return id;
  }
  scan::HeapNode& node(scan::NodeId id) { return graph_.nodes[id]; }

  void type(scan::NodeId id, const std::string& name) {
    std::size_t number = 0;
    while (number != graph_.types.size() && graph_.types[number].name != name) ++number;
    if (number == graph_.types.size()) graph_.types.push_back({0x400000 + 16 * number, name});
    graph_.nodes[id].type = static_cast<std::uint32_t>(number + 1);
    graph_.nodes[id].first_word = graph_.types[number].vtable;
  }
  // Two 32-bit counters behind the vtable pointer, as libstdc++ has them.
  void counts(scan::NodeId id, std::uint32_t use, std::uint32_t weak) {
    scan::HeapContent content;
    content.size = 16;
    std::memcpy(content.bytes + 8, &use, 4);
    std::memcpy(content.bytes + 12, &weak, 4);
    this->content(id, content);
  }
  void content(scan::NodeId id, const scan::HeapContent& content) {
    graph_.contents.push_back(content);
    graph_.nodes[id].content = static_cast<std::uint32_t>(graph_.contents.size());
  }

  scan::HeapEdge& edge(scan::NodeId from, scan::NodeId to, std::uint32_t from_offset = 0,
                       std::uint32_t to_offset = 0) {
    std::vector<scan::HeapEdge>& edges = edges_[from];
    edges.push_back({to, from_offset, to_offset, {}, {}, false});
    return edges.back();
  }
  scan::HeapRoot& root(scan::NodeId to, std::uint32_t to_offset = 0,
                       trace::RootKind kind = trace::RootKind::kData) {
    scan::HeapRoot root;
    root.kind = kind;
    root.where = 0x600000 + 8 * graph_.roots.size();
    root.to = to;
    root.to_offset = to_offset;
    graph_.roots.push_back(root);
    return graph_.roots.back();
  }

  scan::HeapGraph graph() {
    scan::HeapGraph graph = graph_;
    graph.first_edge.assign(1, 0);
    for (scan::NodeId node = 0; node != graph.size(); ++node) {
      std::vector<scan::HeapEdge> edges = edges_[node];
      std::stable_sort(edges.begin(), edges.end(),
                       [](const auto& a, const auto& b) { return a.from_offset < b.from_offset; });
      graph.edges.insert(graph.edges.end(), edges.begin(), edges.end());
      graph.first_edge.push_back(static_cast<std::uint32_t>(graph.edges.size()));
    }
    return graph;
  }

 private:
  scan::HeapGraph graph_;
  std::map<scan::NodeId, std::vector<scan::HeapEdge>> edges_;
};

}  // namespace leak::test
