#include "scan/heap_scan.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "scan/encoded_pointers.h"
#include "scan/interior_hints.h"
#include "scan/kernel_roots.h"
#include "scan/mapping_roots.h"
#include "scan/mark.h"
#include "scan/near_distances.h"
#include "scan/part_slices.h"
#include "scan/sweep.h"
#include "scan/thin_edges.h"
#include "scan/thread_roots.h"
#include "sys/clock.h"
#include "trace_format/heap_graph_parts.h"

namespace leak::hook {

namespace {

using trace::GraphSection;

struct PartSink {
  GraphSink sink;
  bool operator()(const std::uint8_t* body, std::size_t bytes, const trace::GraphPart& part) const noexcept {
    return sink.write(sink.self, body, bytes, part);
  }
};

// One scan, in the order of its functions.
class Scan {
 public:
  explicit Scan(const ScanRequest& request) noexcept : request_(request) {}

  // False: not even a beginning.
  bool begin() noexcept {
    if (!map_.load(request_.page_questions)) return false;
    RangeSet& left_out = roots_.left_out();
    for (const AddressRange& range : std::span(request_.excluded, request_.excluded_count))
      left_out.add(range);
    map_.for_each_own_range(
        [](void* set, AddressRange range) { return static_cast<RangeSet*>(set)->add(range); }, &left_out);
    left_out.sort();
    return index_.build(request_.live, request_.usable_size, request_.mappings, request_.mapping_count,
                        left_out, map_);
  }

  void collect() noexcept {
    expect_memory(list_modules(map_, modules_));
    if (request_.helpers != 0 && is_worth_help()) {
      team_.gather(request_.helpers);
      if (!request_.sizes_for_all_threads) index_.settle_all();
    }
    SweptBytes swept;
    expect_memory(sweep_nodes(index_, pointer_filter(), types_, map_, team_, table_, swept));
    collect_roots();
    totals_.scanned_bytes = swept.read + roots_.walk().read_bytes();
    totals_.skipped_bytes = swept.skipped + roots_.walk().skipped_bytes();
  }

  // From here on edges and roots of plain form are complete.
  void examine() noexcept {
    const bool hinted = set_interior_hints(index_, map_, types_, table_, roots_.roots());
    expect_memory(hinted);
    if (hinted) expect_memory(thin_far_edges(index_, table_));
    bool marked = false;
    totals_.lost_nodes = mark_reached(table_, roots_.roots(), reached_, marked);
    expect_memory(marked);
    if (totals_.lost_nodes != 0) search_encoded();
    for (const trace::GraphRoot& root : finds_.roots) roots_.add(root);
    name_types();
  }

  bool write(const GraphSink& sink, std::uint64_t start_ns) noexcept {
    GrowingArray<std::uint8_t> memory;
    if (!memory.resize(trace::kGraphPartBytes)) return false;
    Writer writer(request_.graph_id, memory.data(), PartSink{sink});
    writer.header(request_.header, request_.label);
    write_all(writer, GraphSection::kThreads, threads_);
    writer.begin(GraphSection::kModules);
    for (const Module& module : modules_) {
      writer.put(trace::GraphModule{module.begin, module.end, {module.path, std::strlen(module.path)}});
    }
    write_all(writer, GraphSection::kTypes, types_.types());
    write_nodes(writer, GraphSection::kBlocks, 0, index_.block_count());
    write_nodes(writer, GraphSection::kMappings, index_.block_count(), index_.size());
    write_edges(writer);
    write_all(writer, GraphSection::kRoots, roots_.roots());
    write_all(writer, GraphSection::kEncodedEdges, finds_.edges);
    write_contents(writer);
    expect_memory(roots_.ok());
    totals_.blocks = index_.block_count();
    totals_.mappings = index_.size() - index_.block_count();
    totals_.edges = table_.edges.size();
    totals_.encoded_edges = finds_.edges.size();
    totals_.roots = roots_.roots().size();
    totals_.types = types_.types().size();
    totals_.scan_ns = sys::clock_ns(CLOCK_MONOTONIC) - start_ns;
    return writer.end(totals_);
  }

  const trace::GraphTotals& totals() const noexcept { return totals_; }

 private:
  using Writer = trace::GraphPartWriter<PartSink>;

  void expect_memory(bool there_was) noexcept {
    if (!there_was) totals_.problems |= trace::kProblemNoMemory;
  }

  bool is_worth_help() const noexcept {
    constexpr std::size_t kWorthAThread = std::size_t{16} << 20;
    return index_.hull(0).bytes() + index_.hull(1).bytes() >= kWorthAThread;
  }

  void collect_roots() noexcept {
    using trace::RootKind;
    add_module_roots(map_, modules_, roots_);
    totals_.problems |= add_thread_roots({request_.threads, request_.thread_count}, request_.pid, map_,
                                         index_, roots_, threads_);
    totals_.problems |= add_kernel_roots(request_.pid, map_, roots_);
    for (const PinnedRoot& pinned : std::span(request_.pinned, request_.pinned_count)) {
      roots_.add_value(pinned.kind, 0, 0, pinned.pointer);
    }
    for (const AddressRange& region : std::span(request_.root_regions, request_.root_region_count)) {
      roots_.add_memory(RootKind::kPinned, 0, region);
      roots_.add_value(RootKind::kPinned, 0, 0, region.begin);  // and so is the mapping that it lies in
    }
    add_untraced_roots(map_, modules_, index_, roots_);
  }

  void search_encoded() noexcept {
    KnownLost* const known = request_.known_lost;
    if (known == nullptr || !known->holds_all(index_, reached_)) {
      expect_memory(find_encoded_pointers(index_, reached_, map_, roots_, {pointer_guard()}, team_, finds_));
      expect_memory(add_near_distances(index_, reached_, map_, finds_));
      if (finds_.partial) totals_.problems |= trace::kProblemEncodedPartly;
    }
    if (known == nullptr) return;
    if (totals_.problems == 0) {
      known->note(index_, reached_, finds_);
    } else {
      known->forget();
    }
  }

  // The same in all threads.
  std::uint64_t pointer_guard() const noexcept {
    constexpr std::size_t kGuardOffset = 0x30;
    for (const ThreadContext& thread : std::span(request_.threads, request_.thread_count)) {
      const std::uintptr_t place = thread.thread_pointer + kGuardOffset;
      if (thread.thread_pointer != 0 && map_.can_read(place, 8))
        return *reinterpret_cast<const std::uint64_t*>(place);
    }
    return 0;
  }

  // Only pointers into the program's files can be vtable pointers; most other first words are pointers to
  // nodes.
  void name_types() noexcept {
    if (!node_types_.resize(index_.size())) {
      expect_memory(false);
      return;
    }
    for (std::size_t i = 0; i != table_.first_word.size(); ++i) {
      // Most are of none: no memory is touched for them.
      if (const std::uint32_t type = types_.type_of(table_.first_word[i])) node_types_[i] = type;
    }
  }

  std::uint32_t type_of(std::size_t node) const noexcept {
    return node_types_.empty() ? 0 : node_types_[node];
  }

  // What no reader asks about is left out; pointers, most first words, do not compress.
  std::uint64_t told_first_word(std::size_t node) const noexcept {
    if (table_.first_word.empty()) return 0;
    const std::uint64_t word = table_.first_word[node];
    if (word <= index_[static_cast<NodeId>(node)].bytes) return word;
    return !index_.may_hold(word) && types_.in_module(word) ? word : 0;
  }

  template <class Item>
  static void write_all(Writer& writer, GraphSection section, const GrowingArray<Item>& items) noexcept {
    writer.begin(section);
    for (const Item& item : items) writer.put(item);
  }

  void write_nodes(Writer& writer, GraphSection section, std::size_t begin, std::size_t end) noexcept {
    write_long(writer, section, end - begin, [&](auto& out, std::size_t from, std::size_t to) {
      for (std::size_t i = begin + from; i != begin + to; ++i) {
        const Node& node = index_[static_cast<NodeId>(i)];
        out.put(trace::GraphNode{node.begin, node.bytes, told_first_word(i), type_of(i)});
      }
    });
  }

  void write_edges(Writer& writer) noexcept {
    const std::size_t count = table_.first.empty() ? 0 : table_.edges.size();
    write_long(writer, GraphSection::kEdges, count, [&](auto& out, std::size_t from, std::size_t to) {
      const std::uint32_t* next_source = std::upper_bound(table_.first.begin(), table_.first.end(), from);
      for (std::size_t i = from; i != to; ++i) {
        while (i == *next_source) ++next_source;
        const NodeId source = static_cast<NodeId>(next_source - table_.first.begin() - 1);
        const StoredEdge& edge = table_.edges[i];
        out.put(trace::GraphEdge{source, edge.to(), table_.from_offset(edge), table_.to_offset(edge),
                                 trace::PointerForm::kPlain, table_.hint(edge)});
      }
    });
  }

  template <class Encode>
  void write_long(Writer& writer, GraphSection section, std::size_t count, Encode&& encode) noexcept {
    writer.begin(section);
    if (!write_in_slices(team_, writer, request_.graph_id, section, count, encode)) encode(writer, 0, count);
  }

  void write_contents(Writer& writer) noexcept {
    writer.begin(GraphSection::kContents);
    ReadableWalk walk(map_);
    for (std::size_t i = 0; i != reached_.size(); ++i) {
      if (reached_[i] != 0 && !types_.is_control_block(type_of(i))) continue;
      const Node& node = index_[static_cast<NodeId>(i)];
      trace::GraphContent content;
      content.node = static_cast<NodeId>(i);
      walk.for_each({node.begin, node.begin + std::min(node.bytes, trace::kGraphContentBytes)},
                    [&](AddressRange piece) {
                      if (piece.begin != node.begin) return;
                      content.size = static_cast<std::uint8_t>(piece.bytes());
                      std::memcpy(content.bytes, reinterpret_cast<const void*>(piece.begin), piece.bytes());
                    });
      writer.put(content);
      ++totals_.contents;
    }
  }

  const ScanRequest& request_;
  MemoryMap map_;
  NodeIndex index_;
  EdgeTable table_;
  GrowingArray<Module> modules_;
  GrowingArray<trace::GraphThread> threads_;
  RootTable roots_{index_, map_, pointer_filter()};
  GrowingArray<std::uint8_t> reached_;
  EncodedFinds finds_;
  TypeNames types_{map_, modules_};
  GrowingArray<std::uint32_t> node_types_;
  trace::GraphTotals totals_;
  Team team_;  // last: gone before what it works on
};

}  // namespace

ScanOutcome scan_heap(const ScanRequest& request, const GraphSink& sink) noexcept {
  const std::uint64_t start_ns = sys::clock_ns(CLOCK_MONOTONIC);
  ScanOutcome outcome;
  Scan scan(request);
  if (!scan.begin()) return outcome;
  scan.collect();
  scan.examine();
  outcome.complete = scan.write(sink, start_ns);
  outcome.totals = scan.totals();
  return outcome;
}

}  // namespace leak::hook
