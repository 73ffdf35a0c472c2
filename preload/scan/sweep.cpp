#include "scan/sweep.h"

#include <atomic>

#include "scan/in_order.h"
#include "scan/mapping_holders.h"
#include "scan/slice_reader.h"

namespace leak::hook {

namespace {

class Sweep {
 public:
  Sweep(const NodeIndex& index, TypeNames& types, EdgeTable& table) noexcept
      : index_(index), types_(types), table_(table) {}

  bool begin() noexcept { return table_.begin(index_.size()) && holders_.begin(index_); }

  // One thread's work on the nodes of `slices`. False: no memory for all.
  bool read(NodeSlices& slices, InOrder<FoundEdges>& found, SliceReader& reader) noexcept {
    bool ok = true;
    for (NodeSlice slice; slices.claim(slice);) {
      ok = reader.read(slice, found.place_for(slice.number)) && ok;
      found.finish(slice.number, [&](const FoundEdges& edges) { ok = take(edges) && ok; });
    }
    return ok;
  }

 private:
  // In the order of the slices.
  bool take(const FoundEdges& found) noexcept {
    return table_.add(found, [this](NodeId from, NodeId to, std::uint64_t to_offset) {
      if (from == to) return may_own_itself(from);
      return to_offset == 0 || !holders_.knows(from, to);
    });
  }

  bool may_own_itself(NodeId node) const noexcept {
    return types_.is_control_block(types_.type_of(table_.first_word[node]));
  }

  const NodeIndex& index_;
  TypeNames& types_;
  EdgeTable& table_;
  MappingHolders holders_;  // of large nodes, which have several slices
};

}  // namespace

bool sweep_nodes(const NodeIndex& index, PointerFilter filter, TypeNames& types, const MemoryMap& map,
                 Team& team, EdgeTable& table, SweptBytes& bytes) noexcept {
  Sweep sweep(index, types, table);
  if (!sweep.begin()) {
    index.settle_all();
    return false;
  }
  const NodeId blocks = static_cast<NodeId>(index.block_count());
  const NodeId nodes = static_cast<NodeId>(index.size());
  std::atomic<bool> ok{true};
  std::atomic<std::uint64_t> read{0}, skipped{0};
  const auto sweep_range = [&](NodeId first, NodeId end) {
    NodeSlices slices(index, first, end);
    InOrder<FoundEdges> found;
    team.run([&](unsigned) {
      SliceReader reader(index, filter, map, types, table.first_word.data());
      if (!(reader.begin() && sweep.read(slices, found, reader))) ok.store(false, std::memory_order_relaxed);
      read.fetch_add(reader.walk().read_bytes(), std::memory_order_relaxed);
      skipped.fetch_add(reader.walk().skipped_bytes(), std::memory_order_relaxed);
    });
  };
  sweep_range(0, blocks);
  if (!ok.load(std::memory_order_relaxed)) index.settle_all();
  // Which part of a mapping is no block's shows only when all sizes are known.
  sweep_range(blocks, nodes);
  table.finish();
  bytes.read = read.load(std::memory_order_relaxed);
  bytes.skipped = skipped.load(std::memory_order_relaxed);
  return ok.load(std::memory_order_relaxed);
}

}  // namespace leak::hook
