// Finds the pointers into nodes in a slice of memory: one thread's part of the sweep.
#pragma once

#include "scan/edge_table.h"
#include "scan/far_pointers.h"
#include "scan/held_mappings.h"
#include "scan/mapping_holders.h"
#include "scan/memory_map.h"
#include "scan/node_slices.h"
#include "scan/pointer_filter.h"
#include "scan/type_names.h"

namespace leak::hook {

// Candidates are looked up many at a time and in steps, so that their cache misses overlap: a branch that
// waits for one would keep the processor from the next.
class SliceReader {
 public:
  // `first_words` has a place for each node.
  SliceReader(const NodeIndex& index, PointerFilter filter, const MemoryMap& map, const TypeNames& types,
              std::uint64_t* first_words) noexcept
      : index_(index),
        filter_(filter),
        map_(map),
        types_(types),
        walk_(map),
        nearby_(map.end()),
        first_words_(first_words) {}

  // False: no memory.
  bool begin() noexcept { return holders_.begin(index_) && far_.begin(index_.size()); }

  // Makes the sizes of the slice's blocks known, and `found` what the slice holds; without what
  // thin_far_edges() would leave out anyway, as far as that shows here; of the edges of a node into itself
  // only those to its begin. False: no memory for all edges.
  bool read(const NodeSlice& slice, FoundEdges& found) noexcept;

  const ReadableWalk& walk() const noexcept { return walk_; }

 private:
  static constexpr std::size_t kBatch = 256;
  static constexpr std::size_t kPieceWords = 512;

  void read_block(NodeId block, AddressRange own) noexcept;
  void read_piece(NodeId node, AddressRange piece) noexcept;
  void read_run() noexcept;
  void filter_words(AddressRange memory, NodeId node) noexcept;
  std::size_t own(NodeId& node, std::size_t from, std::size_t to) noexcept;
  std::size_t own_mapping(NodeId node, std::size_t from, std::size_t to) noexcept;
  void look_up() noexcept;
  bool tells_nothing_new(NodeId source, const Target& target) noexcept;
  bool may_have_hint(NodeId target) const noexcept;

  const NodeIndex& index_;
  PointerFilter filter_;
  const MemoryMap& map_;
  const TypeNames& types_;
  ReadableWalk walk_;
  const Mapping* nearby_;
  std::uint64_t* first_words_;
  MappingHolders holders_;
  FarPointers far_;
  FoundEdges* found_ = nullptr;
  bool ok_ = true;
  // Blocks that lie side by side, to be read at once: most are smaller than what it costs to begin.
  AddressRange run_;
  NodeId run_begin_ = 0;
  std::size_t filled_ = 0;
  NodeId sources_[kBatch + kPieceWords];
  Candidate candidates_[kBatch + kPieceWords];
  const NodeIndex::RankWord* places_[kBatch + kPieceWords];
  NodeIndex::Nearest nearest_[kBatch + kPieceWords];
  HeldMappings held_;
};

}  // namespace leak::hook
