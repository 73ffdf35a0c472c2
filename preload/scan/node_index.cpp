#include "scan/node_index.h"

#include <algorithm>
#include <utility>

#include "scan/heap_scan.h"

namespace leak::hook {

namespace {

// What collect_blocks carries through the callbacks of the source.
struct Collector {
  GrowingArray<Node>& nodes;
  const RangeSet& excluded;
  const AddressRange* cut = nullptr;  // the one that holds the last block, or the next above it
  std::uintptr_t cut_known_to = 0;    // no other cut begins below
  bool any_small_granule = false;
  bool ok = true;

  void add(std::uintptr_t block) noexcept {
    if (block >= cut_known_to) {
      cut = excluded.at_or_above(block);
      cut_known_to = cut == nullptr ? ~std::uintptr_t{0} : cut->end;
    }
    if (cut != nullptr && block >= cut->begin) return;
    ok = nodes.push({block, 0}) && ok;
    any_small_granule = any_small_granule || (block & 15) != 0;
  }
};

// How much of [block, block + bytes) is mapped without a hole: a size that was overwritten may be anything.
std::size_t mapped_bytes(const MemoryMap& map, const Mapping* mapping, std::uintptr_t block,
                         std::size_t bytes) noexcept {
  while (bytes > mapping->end - block && mapping + 1 != map.end() && mapping[1].begin == mapping->end)
    ++mapping;
  return std::min(bytes, mapping->end - block);
}

}  // namespace

bool NodeIndex::build(const BlockSource& live, std::uintptr_t (*usable_size)(std::uintptr_t),
                      const AddressRange* mappings, std::uint32_t mapping_count, const RangeSet& excluded,
                      const MemoryMap& map) noexcept {
  if (!collect_blocks(live, excluded)) return false;
  usable_size_ = usable_size;
  map_ = &map;
  settle_large();
  if (!add_mappings(mappings, mapping_count) || nodes_.size() >= kMappingsFrom) return false;
  choose_hulls();
  return build_regions();
}

bool NodeIndex::collect_blocks(const BlockSource& live, const RangeSet& excluded) noexcept {
  Collector collector{nodes_, excluded};
  live.for_each(
      live.set, [](void* self, std::uintptr_t block) { static_cast<Collector*>(self)->add(block); },
      &collector);
  block_count_ = nodes_.size();
  if (collector.any_small_granule) {
    granule_shift_ = 3;
    granule_mask_ = 7;
  }
  return collector.ok;
}

// Those that may reach into a region where no block starts. From here on every other ends, for all the index
// cares, where the next begins.
void NodeIndex::settle_large() noexcept {
  constexpr std::uintptr_t kRegionBytes = std::uintptr_t{1} << kRegionShift;
  const Mapping* nearby = map_->end();
  for (NodeId i = 0; i != block_count_; ++i) {
    if (i + 1 == block_count_ || nodes_[i + 1].begin - nodes_[i].begin > kRegionBytes) settle(i, nearby);
  }
}

std::size_t NodeIndex::settle(NodeId block, const Mapping*& nearby) const noexcept {
  if (const std::size_t bytes = noted_size(block)) return bytes;
  const std::uintptr_t begin = nodes_[block].begin;
  if (nearby == map_->end() || begin < nearby->begin || begin >= nearby->end) nearby = find_memory(begin);
  return note_size(block, size_of(block, nearby));
}

void NodeIndex::settle_all() const noexcept {
  constexpr NodeId kNotesAhead = 12;
  const Mapping* nearby = map_->end();
  for (NodeId block = 0; block != block_count_; ++block) {
    prefetch_note(block + kNotesAhead);
    settle(block, nearby);
  }
}

// At least 1, which is also the answer where the block cannot be read, and with it its size.
std::size_t NodeIndex::size_of(NodeId block, const Mapping* memory) const noexcept {
  const std::uintptr_t begin = nodes_[block].begin;
  if (memory == map_->end() || begin < memory->begin || !memory->readable) return 1;
  // A program that wrote past a block's end may have spoilt the next one's size: no block reaches into
  // another.
  const std::uintptr_t limit = block + 1 != block_count_ ? nodes_[block + 1].begin : ~std::uintptr_t{0};
  const std::size_t bytes = mapped_bytes(*map_, memory, begin, usable_size_(begin));
  return std::min(std::max<std::size_t>(bytes, 1), limit - begin);
}

bool NodeIndex::add_mappings(const AddressRange* mappings, std::uint32_t count) noexcept {
  for (std::uint32_t i = 0; i != count; ++i) {
    if (!nodes_.push({mappings[i].begin, mappings[i].bytes()})) return false;
  }
  if (count != 0) mappings_ = {mappings[0].begin, mappings[count - 1].end};
  return true;
}

// Cut at the widest gap: between the two lie the program's files or the stacks, to which most of the other
// pointers go.
void NodeIndex::choose_hulls() noexcept {
  if (nodes_.empty()) return;
  const Node* const blocks_end = nodes_.begin() + block_count_;
  const Node* block = nodes_.begin();
  const Node* mapping = blocks_end;
  const std::uintptr_t first =
      block != blocks_end && (mapping == nodes_.end() || block->begin < mapping->begin) ? block->begin
                                                                                        : mapping->begin;
  std::uintptr_t end = first, gap_begin = first, gap_end = first;
  while (block != blocks_end || mapping != nodes_.end()) {
    const bool take_block = mapping == nodes_.end() || (block != blocks_end && block->begin < mapping->begin);
    const Node& node = take_block ? *block++ : *mapping++;
    if (node.begin > end && node.begin - end > gap_end - gap_begin) {
      gap_begin = end;
      gap_end = node.begin;
    }
    end = std::max(
        end, take_block ? bound_of(static_cast<NodeId>(&node - nodes_.begin())) : node.begin + node.bytes);
  }
  constexpr std::uintptr_t kRegionMask = (std::uintptr_t{1} << kRegionShift) - 1;
  // Both in one region of the index would be one range cut in two for nothing.
  if (gap_end - gap_begin <= 2 * kRegionMask) {
    hulls_[0] = {first, end};
    hulls_[1] = {end, end};
  } else {
    hulls_[0] = {first, gap_begin};
    hulls_[1] = {gap_end, end};
  }
}

bool NodeIndex::build_regions() noexcept {
  const auto regions_in = [](const AddressRange& range) {
    return range.begin == range.end ? 0
                                    : ((range.end - 1) >> kRegionShift) - (range.begin >> kRegionShift) + 1;
  };
  const std::size_t lower = regions_in(hulls_[0]);
  region_offset_[0] = hulls_[0].begin >> kRegionShift;
  region_offset_[1] = (hulls_[1].begin >> kRegionShift) - lower;
  if (!regions_.resize(lower + regions_in(hulls_[1]) + 1)) return false;
  // Most regions hold blocks, where there are many; none has words without a block that begins or ends in it.
  words_.reserve(std::min(regions_.size(), 2 * block_count_) << words_per_region_shift());
  for (NodeId block = 0; block != block_count_; ++block) {
    if (!mark_block(block)) return false;
  }
  fill_ranks();
  mark_mappings();
  return true;
}

bool NodeIndex::mark_block(NodeId block) noexcept {
  const Node& node = nodes_[block];
  const auto give_words = [this](std::uint32_t& region) {
    if (region != kEmptyRegion) return true;
    if (!words_.reserve_more(std::size_t{1} << words_per_region_shift())) return false;
    words_.set_size(words_.size() + (std::size_t{1} << words_per_region_shift()));
    region = static_cast<std::uint32_t>(words_.size() >> words_per_region_shift());
    return true;
  };
  std::uint32_t* const first = &regions_[static_cast<std::size_t>(region_of(node.begin) - regions_.data())];
  std::uint32_t* const last =
      &regions_[static_cast<std::size_t>(region_of(bound_of(block) - 1) - regions_.data())];
  if (!give_words(*first) || !give_words(*last)) return false;
  for (std::uint32_t* between = first + 1; between < last; ++between) *between = kWhollyInside | block;
  RankWord& word = words_[static_cast<std::size_t>(rank_word(*first, node.begin) - words_.data())];
  word.starts |= std::uint64_t{1} << ((node.begin >> granule_shift_) & 63);
  return true;
}

// Regions got their words in ascending order, so the words are in the order of their addresses.
void NodeIndex::fill_ranks() noexcept {
  std::uint32_t rank = 0;
  for (RankWord& word : words_) {
    word.rank = rank;
    rank += count_bits(word.starts);
  }
}

void NodeIndex::mark_mappings() noexcept {
  constexpr std::uintptr_t kRegionBytes = std::uintptr_t{1} << kRegionShift;
  for (std::size_t i = block_count_; i != nodes_.size(); ++i) {
    const NodeId number = static_cast<NodeId>(i);
    const std::uintptr_t end = nodes_[number].begin + nodes_[number].bytes;
    std::uintptr_t at = nodes_[number].begin & ~(kRegionBytes - 1);
    for (; at < end; at += kRegionBytes) {
      std::uint32_t& region =
          regions_[static_cast<std::size_t>(region_of(std::max(at, nodes_[number].begin)) - regions_.data())];
      if (region != kEmptyRegion) continue;
      const bool inside = at >= nodes_[number].begin && end - at >= kRegionBytes;
      region = number | (inside ? kWhollyInside : kMappingsFrom);
    }
  }
}

Target NodeIndex::find_without_words(std::uint32_t region, std::uintptr_t value) const noexcept {
  if (region == kEmptyRegion) return {kNone, 0};
  std::size_t node = region & ~(kWhollyInside | kMappingsFrom);
  if ((region & kWhollyInside) == 0) {
    while (node != nodes_.size() && value >= nodes_[node].begin + nodes_[node].bytes) ++node;
    if (node == nodes_.size() || value < nodes_[node].begin) return {kNone, 0};
  }
  return {static_cast<NodeId>(node), value - nodes_[node].begin};
}

NodeId NodeIndex::first_block_beyond(std::uintptr_t address) const noexcept {
  const Node* const found = std::upper_bound(
      nodes_.begin(), nodes_.begin() + block_count_, address,
      [](std::uintptr_t value, const Node& node) { return value < node.begin + node.bytes; });
  return static_cast<NodeId>(found - nodes_.begin());
}

Target NodeIndex::find_mapping(std::uintptr_t value) const noexcept {
  const Node* const first = nodes_.begin() + block_count_;
  const Node* const found =
      std::upper_bound(first, std::as_const(nodes_).end(), value,
                       [](std::uintptr_t address, const Node& node) { return address < node.begin; });
  if (found == first) return {kNone, 0};
  const Node& node = found[-1];
  if (value - node.begin >= node.bytes) return {kNone, 0};
  return {static_cast<NodeId>(&node - nodes_.begin()), value - node.begin};
}

}  // namespace leak::hook
