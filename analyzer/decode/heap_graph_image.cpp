#include "decode/heap_graph_image.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "base/damage.h"
#include "decode/chunk_bodies.h"
#include "decode/zstd_frame.h"
#include "trace_format/heap_graph_parts.h"

namespace leak::scan {

namespace {

using trace::GraphSection;

// A sound graph takes at least a byte in the file for this many in memory; a frame made to explode takes
// less.
constexpr std::uint64_t kMostExpansion = 512;
constexpr std::size_t kHeadBytes =
    sizeof(trace::ChunkHeader) + sizeof(trace::GraphPart) + sizeof(trace::GraphHeader);
constexpr std::uint64_t kFreeBytes = std::uint64_t{64} << 20;

// What a graph is, seen from the outside of its frames.
struct Listing {
  std::uint64_t id = 0;
  std::uint64_t ticks = 0;
  std::optional<trace::GraphTrigger> trigger;  // absent: the first part is lost
  std::vector<std::pair<std::uint32_t, FrameRef>> parts;
};

std::vector<Listing> list_graphs(const TraceReader& reader, Diagnostics& diagnostics) {
  FrameDecoder decoder;
  std::map<std::uint64_t, Listing> graphs;
  for (const FrameRef& frame : reader.graph_frames()) {
    std::array<std::uint8_t, kHeadBytes> head{};
    std::array<std::uint8_t, 4096> prefix{};
    const std::size_t length = std::min<std::size_t>(frame.frame_bytes, prefix.size());
    const std::size_t got = decoder.peek(
        std::span(prefix).first(reader.trace().read_at(frame.offset, std::span(prefix).first(length))), head);
    trace::GraphPart part{};
    if (got < sizeof(trace::ChunkHeader) + sizeof part) {
      note_damage(diagnostics, frame.offset);
      continue;
    }
    std::memcpy(&part, head.data() + sizeof(trace::ChunkHeader), sizeof part);
    Listing& graph = graphs[part.graph_id];
    graph.id = part.graph_id;
    graph.ticks = frame.first_ticks;
    graph.parts.emplace_back(part.part, frame);
    if (part.section == GraphSection::kHeader && got == head.size()) {
      trace::GraphHeader header;
      std::memcpy(&header, head.data() + head.size() - sizeof header, sizeof header);
      graph.trigger = header.trigger;
    }
  }
  std::vector<Listing> list;
  for (auto& [id, graph] : graphs) {
    std::stable_sort(graph.parts.begin(), graph.parts.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    list.push_back(std::move(graph));
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Listing& a, const Listing& b) { return a.ticks < b.ticks; });
  return list;
}

// Of each view of the exit the last, of the others the first and the last.
std::vector<Listing> choose(std::vector<Listing> all) {
  std::vector<Listing> chosen;
  const auto is_exit = [](const Listing& graph) {
    return graph.trigger == trace::GraphTrigger::kExit || graph.trigger == trace::GraphTrigger::kAfterExit;
  };
  for (std::size_t i = 0; i != all.size(); ++i) {
    const bool is_last =
        std::none_of(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(), [&](const Listing& later) {
          return is_exit(all[i]) ? later.trigger == all[i].trigger : !is_exit(later);
        });
    const bool is_first = !is_exit(all[i]) && std::all_of(chosen.begin(), chosen.end(), is_exit);
    if (is_first || is_last) chosen.push_back(std::move(all[i]));
  }
  return chosen;
}

std::uint32_t cut_offset(std::uint64_t offset) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(offset, 0xffffffff));
}

// Puts the parts of one graph together; the first thing that makes no sense ends it.
class Assembler {
 public:
  explicit Assembler(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

  bool add(std::span<const std::uint8_t> body) {
    trace::GraphPartReader part;
    if (body.size() > trace::kGraphPartBytes || !part.open(body.data(), body.size())) return false;
    if (ended_ || part.part().part != next_part_++) return false;
    switch (part.part().section) {
      case GraphSection::kHeader:
        return take_header(part);
      case GraphSection::kThreads:
        return take<trace::GraphThread>(part, threads_, [this](const auto& thread) {
          image_.threads.push_back(thread);
          return true;
        });
      case GraphSection::kModules:
        return take<trace::GraphModule>(part, modules_, [this](const auto& module) {
          image_.modules.push_back({module.begin, module.end, {module.path.bytes, module.path.size}});
          return true;
        });
      case GraphSection::kTypes:
        return take<trace::GraphType>(part, types_, [this](const auto& type) {
          image_.types.push_back({type.vtable, {type.name.bytes, type.name.size}});
          return true;
        });
      case GraphSection::kBlocks:
        return take<trace::GraphNode>(part, blocks_, [this](const auto& node) { return add_block(node); });
      case GraphSection::kMappings:
        return take<trace::GraphNode>(part, mappings_,
                                      [this](const auto& node) { return add_node(node, last_mapping_); });
      case GraphSection::kEdges:
      case GraphSection::kEncodedEdges:
        return take<trace::GraphEdge>(part, part.part().section == GraphSection::kEdges ? edges_ : encoded_,
                                      [this](const auto& edge) { return add_edge(edge); });
      case GraphSection::kRoots:
        return take<trace::GraphRoot>(part, roots_, [this](const auto& root) {
          image_.roots.push_back(root);
          return root.to < image_.nodes.size();
        });
      case GraphSection::kContents:
        return take<trace::GraphContent>(part, contents_, [this](const auto& content) {
          image_.contents.push_back(content);
          return content.node < image_.nodes.size();
        });
      case GraphSection::kEnd:
        ended_ = part.totals(image_.totals);
        return ended_;
    }
    return true;  // a section of a newer writer
  }

  // nullopt: cut short.
  std::optional<HeapGraphImage> finish() && {
    if (!ended_ || !has_header_ || image_.totals.parts != next_part_) return std::nullopt;
    return std::move(image_);
  }

 private:
  // Items of one section so far; a part tells how many it believes came before.
  using Count = std::uint64_t;

  template <class Item, class Add>
  bool take(trace::GraphPartReader& part, Count& count, Add add) {
    if (part.part().first_index != count) return false;
    for (Item item; part.next(item); ++count) {
      used_bytes_ += sizeof(Item);
      if (used_bytes_ > most_bytes_ || !add(item)) return false;
    }
    return part.items_left() == 0;
  }

  bool take_header(trace::GraphPartReader& part) {
    trace::GraphText label;
    if (!part.header(image_.header, label)) return false;
    image_.id = part.part().graph_id;
    image_.label.assign(label.bytes, label.size);
    has_header_ = true;
    return true;
  }

  bool add_block(const trace::GraphNode& node) {
    if (mappings_ != 0 || !add_node(node, last_block_)) return false;
    image_.block_count = image_.nodes.size();
    return true;
  }

  bool add_node(trace::GraphNode node, std::uint64_t& last) {
    if (node.address < last || image_.nodes.size() >= 0xfffffffe) return false;
    if (node.type > image_.types.size()) return false;
    if (node.type != 0) node.first_word = image_.types[node.type - 1].vtable;
    last = node.address;
    image_.nodes.push_back(node);
    return true;
  }

  bool add_edge(const trace::GraphEdge& edge) {
    if (edge.from >= image_.nodes.size() || edge.to >= image_.nodes.size()) return false;
    image_.edges.push_back(
        {edge.from, edge.to, cut_offset(edge.from_offset), cut_offset(edge.to_offset), edge.form, edge.hint});
    return image_.edges.size() < 0xffffffff;
  }

  HeapGraphImage image_;
  std::uint64_t most_bytes_;
  std::uint64_t used_bytes_ = 0;
  std::uint64_t last_block_ = 0;
  std::uint64_t last_mapping_ = 0;
  std::uint32_t next_part_ = 0;
  bool has_header_ = false;
  bool ended_ = false;
  Count threads_ = 0, modules_ = 0, types_ = 0, blocks_ = 0, mappings_ = 0;
  Count edges_ = 0, encoded_ = 0, roots_ = 0, contents_ = 0;
};

std::optional<HeapGraphImage> assemble(const TraceReader& reader, const Listing& graph,
                                       Diagnostics& diagnostics) {
  std::uint64_t frame_bytes = 0;
  for (const auto& [number, frame] : graph.parts) frame_bytes += frame.frame_bytes;
  Assembler assembler(kFreeBytes + kMostExpansion * frame_bytes);
  ChunkBodies bodies(reader.source());
  for (const auto& [number, frame] : graph.parts) {
    const std::optional<std::span<const std::uint8_t>> body = bodies.body(frame);
    if (!body || !assembler.add(*body)) {
      note_damage(diagnostics, frame.offset);
      return std::nullopt;
    }
  }
  return std::move(assembler).finish();
}

}  // namespace

std::vector<HeapGraphImage> read_heap_graphs(const TraceReader& reader, Diagnostics& diagnostics) {
  std::vector<HeapGraphImage> images;
  for (const Listing& graph : choose(list_graphs(reader, diagnostics))) {
    std::optional<HeapGraphImage> image = assemble(reader, graph, diagnostics);
    if (!image) {
      diagnostics.warnings.push_back(
          "A heap graph is incomplete (the process ended while it was written, or the trace is damaged); it "
          "was left out, because it would call blocks lost that are not.");
    } else if ((image->totals.problems & trace::kProblemNoMemory) != 0) {
      diagnostics.warnings.push_back(
          "A heap graph lacks pointers, because its scan ran out of memory; it was left out.");
    } else {
      images.push_back(std::move(*image));
    }
  }
  return images;
}

}  // namespace leak::scan
