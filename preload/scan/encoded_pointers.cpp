#include "scan/encoded_pointers.h"

#include "scan/encoded_search.h"
#include "scan/in_order.h"
#include "scan/node_slices.h"

namespace leak::hook {

namespace {

using trace::PointerForm;

// Half a word may be anything. Of all halves looked at, so many are the low half of a lost node's address by
// chance; only where there are far more, and more than one, are they pointers.
class CompressedFinds {
 public:
  void look_at(AddressRange piece) noexcept { halves_ += (piece.end - piece.begin) / 4; }
  void count(PointerForm form) noexcept { found_ += form == PointerForm::kCompressed; }
  void add(const CompressedFinds& other) noexcept {
    halves_ += other.halves_;
    found_ += other.found_;
  }

  bool are_chance(std::size_t lost) const noexcept {
    constexpr double kFarMore = 16;
    const double by_chance = static_cast<double>(halves_) * static_cast<double>(lost) / 0x1p32;
    return found_ < 2 || static_cast<double>(found_) < kFarMore * by_chance;
  }

 private:
  std::uint64_t halves_ = 0;
  std::uint64_t found_ = 0;
};

template <class Item>
void drop_compressed(GrowingArray<Item>& items) noexcept {
  std::size_t kept = 0;
  for (const Item& item : items) {
    if (item.form != PointerForm::kCompressed) items[kept++] = item;
  }
  items.set_size(kept);
}

// Calls f(AddressRange) for the memory of the blocks [first, end), of those that lie close together at once:
// most are smaller than what it costs to begin.
template <class F>
void for_each_run_of_blocks(const NodeIndex& index, NodeId first, NodeId end, F&& f) noexcept {
  constexpr std::size_t kCloseBytes = 256;
  constexpr std::size_t kMostBytes = std::size_t{256} << 10;
  AddressRange run;
  for (NodeId block = first; block != end; ++block) {
    const Node& node = index[block];
    const std::uintptr_t node_end = node.begin + node.bytes;
    if (node.begin - run.end > kCloseBytes || node_end - run.begin > kMostBytes) {
      if (run.end != 0) f(run);
      run.begin = node.begin;
    }
    run.end = node_end;
  }
  if (run.end != 0) f(run);
}

// What a slice of the nodes holds.
struct SliceFinds {
  GrowingArray<trace::GraphEdge> edges;
  CompressedFinds compressed;
  bool ok = true;
};

// Looks through nodes: one thread's part.
class NodeSearch {
 public:
  NodeSearch(const EncodedSearch& search, const NodeIndex& index, const MemoryMap& map) noexcept
      : search_(search), index_(index), walk_(map) {}

  void look_through(const NodeSlice& slice, SliceFinds& finds) noexcept {
    finds.edges.set_size(0);
    finds.compressed = {};
    finds.ok = true;
    if (slice.first < index_.block_count()) {
      for_each_run_of_blocks(index_, slice.first, slice.end, [&](AddressRange run) {
        look_through(run, finds, [this](std::uintptr_t at) { return block_at(at); });
      });
      return;
    }
    for (NodeId node = slice.first; node != slice.end; ++node) {
      owner_ = node;
      index_.for_each_own_range(node, [&](AddressRange part) {
        look_through(part, finds, [this](std::uintptr_t) { return memory_of(owner_); });
      });
    }
  }

 private:
  template <class Owner>
  void look_through(AddressRange range, SliceFinds& finds, Owner&& owner_of) noexcept {
    walk_.for_each(range, [&](AddressRange piece) {
      finds.compressed.look_at(piece);
      search_.look_through(piece, scratch_, owner_of, [&](std::uintptr_t at, PointerForm form, NodeId to) {
        if (to == owner_) return;
        finds.compressed.count(form);
        const std::uint64_t from_offset = at - index_[owner_].begin;
        finds.ok =
            finds.edges.push({owner_, to, from_offset, 0, form, trace::InteriorHint::kNone}) && finds.ok;
      });
    });
  }

  AddressRange memory_of(NodeId node) const noexcept {
    return {index_[node].begin, index_[node].begin + index_[node].bytes};
  }
  AddressRange block_at(std::uintptr_t at) noexcept {
    if (!index_.may_hold(at)) return {};
    owner_ = index_.find(at).node;
    return owner_ < index_.block_count() ? memory_of(owner_) : AddressRange{};
  }

  const EncodedSearch& search_;
  const NodeIndex& index_;
  ReadableWalk walk_;
  NodeId owner_ = 0;
  EncodedSearch::Scratch scratch_;
};

}  // namespace

bool find_encoded_pointers(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached,
                           const MemoryMap& map, const RootTable& roots, const EncodingFacts& facts,
                           Team& team, EncodedFinds& finds) noexcept {
  EncodedSearch search(index, reached);
  if (!search.begin(facts, finds.partial)) return false;
  bool ok = true;
  CompressedFinds compressed;
  EncodedSearch::Scratch scratch;
  for (const RootRange& range : roots.ranges()) {
    compressed.look_at(range.memory);
    search.look_through(
        range.memory, scratch,
        [&](std::uintptr_t at) {
          return AddressRange{at, range.memory.end};
        },
        [&](std::uintptr_t at, PointerForm form, NodeId to) {
          compressed.count(form);
          ok = finds.roots.push({range.kind, form, trace::InteriorHint::kNone, range.context, at, to, 0}) &&
               ok;
        });
  }
  const auto look_through = [&](NodeId first, NodeId end) {
    NodeSlices slices(index, first, end, NodeSlices::LargeNodes::kWhole);
    InOrder<SliceFinds> found;
    team.run([&](unsigned) {
      NodeSearch nodes(search, index, map);
      for (NodeSlice slice; slices.claim(slice);) {
        nodes.look_through(slice, found.place_for(slice.number));
        found.finish(slice.number, [&](const SliceFinds& in_slice) {
          for (const trace::GraphEdge& edge : in_slice.edges) ok = finds.edges.push(edge) && ok;
          compressed.add(in_slice.compressed);
          ok = ok && in_slice.ok;
        });
      }
    });
  };
  const NodeId blocks = static_cast<NodeId>(index.block_count());
  look_through(0, blocks);
  look_through(blocks, static_cast<NodeId>(index.size()));
  if (compressed.are_chance(search.lost())) {
    drop_compressed(finds.edges);
    drop_compressed(finds.roots);
  }
  return ok;
}

}  // namespace leak::hook
