// A heap for tests of the scan: blocks in a mapping of its own, to which nothing in the process points unless
// the test says so; and the graph that a scan gives, read back.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "scan/heap_scan.h"
#include "trace_format/heap_graph_parts.h"

namespace leak::test {

// Anonymous pages, given back at the end.
class Pages {
 public:
  explicit Pages(std::size_t bytes, int protection = PROT_READ | PROT_WRITE, int flags = 0)
      : bytes_(bytes),
        begin_(mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0)) {
  }
  ~Pages() { munmap(begin_, bytes_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(begin_); }
  std::uint64_t* words() const { return static_cast<std::uint64_t*>(begin_); }
  hook::AddressRange range() const { return {address(), address() + bytes_}; }

 private:
  std::size_t bytes_;
  void* begin_;
};

class TestHeap {
 public:
  explicit TestHeap(std::size_t bytes = std::size_t{64} << 20)
      : pages_(bytes), next_(pages_.address() + 16) {}

  // A zeroed block; its size stands before it. `gap` bytes are left free before it.
  std::uintptr_t block(std::size_t bytes, std::size_t gap = 0) {
    const std::uintptr_t block = ((next_ + gap + 15) & ~std::uintptr_t{15}) + shift_;
    *reinterpret_cast<std::uint64_t*>(block - 8) = bytes;
    blocks_.push_back(block);
    next_ = block + bytes + 8;
    return block;
  }
  void* object(std::size_t bytes) { return reinterpret_cast<void*>(block(bytes)); }
  // From now on blocks are multiples of 8, but not of 16.
  void use_odd_granules() { shift_ = 8; }

  static std::uint64_t* words(std::uintptr_t block) { return reinterpret_cast<std::uint64_t*>(block); }
  static std::uintptr_t usable_size(std::uintptr_t block) {
    return *reinterpret_cast<std::uint64_t*>(block - 8);
  }

  template <class F>
  void for_each(F&& f) const {
    for (const std::uintptr_t block : blocks_) f(block);
  }
  hook::AddressRange memory() const { return pages_.range(); }
  std::uint32_t index_of(std::uintptr_t block) const {
    return static_cast<std::uint32_t>(std::lower_bound(blocks_.begin(), blocks_.end(), block) -
                                      blocks_.begin());
  }

 private:
  Pages pages_;
  std::uintptr_t next_;
  std::uintptr_t shift_ = 0;
  std::vector<std::uintptr_t> blocks_;
};

struct Graph {
  bool complete = false;
  trace::GraphHeader header;
  std::string label;
  std::vector<trace::GraphThread> threads;
  std::vector<std::string> modules;
  std::vector<std::string> types;
  std::vector<trace::GraphNode> blocks;
  std::vector<trace::GraphNode> mappings;
  std::vector<trace::GraphEdge> edges;
  std::vector<trace::GraphRoot> roots;
  std::vector<trace::GraphEdge> encoded_edges;
  std::map<std::uint32_t, trace::GraphContent> contents;
  trace::GraphTotals totals;

  std::vector<trace::GraphRoot> roots_to(std::uint32_t node) const {
    std::vector<trace::GraphRoot> found;
    std::copy_if(roots.begin(), roots.end(), std::back_inserter(found),
                 [&](const auto& r) { return r.to == node; });
    return found;
  }
  std::string type_of(std::uint32_t block) const {
    return blocks[block].type == 0 ? "" : types[blocks[block].type - 1];
  }
  // "0+8 -> 1+0" for each plain edge, in order.
  std::vector<std::string> edge_list() const {
    std::vector<std::string> list;
    for (const trace::GraphEdge& e : edges) {
      list.push_back(std::to_string(e.from) + "+" + std::to_string(e.from_offset) + " -> " +
                     std::to_string(e.to) + "+" + std::to_string(e.to_offset));
    }
    return list;
  }
};

namespace graph_reading {

template <class Item>
void read_items(trace::GraphPartReader& reader, std::vector<Item>& items) {
  for (Item item; reader.next(item);) items.push_back(item);
}

inline void read_part(Graph& graph, trace::GraphPartReader& reader) {
  switch (reader.part().section) {
    case trace::GraphSection::kHeader: {
      trace::GraphText label;
      if (reader.header(graph.header, label)) graph.label.assign(label.bytes, label.size);
      break;
    }
    case trace::GraphSection::kThreads:
      read_items(reader, graph.threads);
      break;
    case trace::GraphSection::kModules:
      for (trace::GraphModule m; reader.next(m);) graph.modules.emplace_back(m.path.bytes, m.path.size);
      break;
    case trace::GraphSection::kTypes:
      for (trace::GraphType t; reader.next(t);) graph.types.emplace_back(t.name.bytes, t.name.size);
      break;
    case trace::GraphSection::kBlocks:
      read_items(reader, graph.blocks);
      break;
    case trace::GraphSection::kMappings:
      read_items(reader, graph.mappings);
      break;
    case trace::GraphSection::kEdges:
      read_items(reader, graph.edges);
      break;
    case trace::GraphSection::kRoots:
      read_items(reader, graph.roots);
      break;
    case trace::GraphSection::kEncodedEdges:
      read_items(reader, graph.encoded_edges);
      break;
    case trace::GraphSection::kContents:
      for (trace::GraphContent c; reader.next(c);) graph.contents[c.node] = c;
      break;
    case trace::GraphSection::kEnd:
      graph.complete = reader.totals(graph.totals);
      break;
  }
}

}  // namespace graph_reading

// What the scan is asked, with the heap filled in.
inline hook::ScanRequest request_for(const TestHeap& heap) {
  hook::ScanRequest request;
  request.pid = getpid();
  request.live = hook::block_source(heap);
  request.usable_size = &TestHeap::usable_size;
  request.graph_id = 1;
  return request;
}

inline Graph scan(const hook::ScanRequest& request) {
  Graph graph;
  const hook::GraphSink sink{
      [](void* self, const void* body, std::size_t bytes, const trace::GraphPart&) noexcept {
        trace::GraphPartReader reader;
        if (!reader.open(static_cast<const std::uint8_t*>(body), bytes)) return false;
        graph_reading::read_part(*static_cast<Graph*>(self), reader);
        return true;
      },
      &graph};
  const hook::ScanOutcome outcome = hook::scan_heap(request, sink);
  graph.complete = graph.complete && outcome.complete;
  return graph;
}

}  // namespace leak::test
