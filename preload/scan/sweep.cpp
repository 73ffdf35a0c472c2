#include "scan/sweep.h"

#include <algorithm>
#include <limits>

namespace leak::hook {

namespace {

// Candidates are looked up many at a time and in steps, so that their cache misses overlap: a branch that
// waits for one would keep the processor from the next.
class Sweep {
 public:
  Sweep(const NodeIndex& index, PointerFilter filter, TypeNames& types, EdgeTable& table) noexcept
      : index_(index), filter_(filter), types_(types), table_(table) {}

  bool begin() noexcept {
    const std::size_t count = index_.size();
    table_.edges.reserve(2 * count);  // as a rule there are more
    return table_.first.resize(count + 1) && table_.first_word.resize(count) &&
           last_holder_.resize(count - index_.block_count());
  }

  void read(NodeId node, AddressRange piece) noexcept {
    const std::uintptr_t begin = (piece.begin + 7) & ~std::uintptr_t{7};
    const std::uint64_t* words = reinterpret_cast<const std::uint64_t*>(begin);
    std::size_t left = piece.end > begin ? (piece.end - begin) / 8 : 0;
    if (left == 0) return;
    if (begin == index_[node].begin) table_.first_word[node] = words[0];
    while (left != 0) {
      const std::size_t count = std::min(left, kPieceWords);
      const std::size_t found = filter_(&index_.hull(0), words, count, candidates_ + filled_);
      std::fill(sources_ + filled_, sources_ + filled_ + found, node);
      filled_ += found;
      if (filled_ >= kBatch) look_up();
      words += count;
      left -= count;
    }
  }

  bool finish() noexcept {
    look_up();
    begin_edges_of(static_cast<NodeId>(index_.size()));
    return ok_;
  }

 private:
  static constexpr std::size_t kBatch = 256;
  static constexpr std::size_t kPieceWords = 512;

  void look_up() noexcept {
    for (std::size_t i = 0; i != filled_; ++i) {
      places_[i] = index_.place_of(candidates_[i].value);
      __builtin_prefetch(places_[i]);
    }
    for (std::size_t i = 0; i != filled_; ++i) {
      words_[i] = *places_[i];
      index_.prefetch_node(candidates_[i].value, words_[i]);
    }
    ok_ = ok_ && table_.edges.size() + filled_ < std::numeric_limits<std::uint32_t>::max() &&
          table_.reserve_more(filled_);
    StoredEdge* out = table_.edges.end();
    for (std::size_t i = 0; ok_ && i != filled_; ++i) {
      const Target target = index_.find(candidates_[i].value, words_[i]);
      const NodeId source = sources_[i];
      if (target.node == NodeIndex::kNone) continue;
      if (target.node == source && (target.offset != 0 || !may_own_itself(source))) continue;
      if (target.offset != 0 && is_known_holder(source, target.node)) continue;
      if (source >= next_source_) {
        table_.edges.set_size(static_cast<std::size_t>(out - table_.edges.begin()));
        begin_edges_of(source);
      }
      *out++ = table_.make(candidates_[i].where - index_[source].begin, target.node, target.offset);
    }
    if (ok_) table_.edges.set_size(static_cast<std::size_t>(out - table_.edges.begin()));
    filled_ = 0;
  }

  bool may_own_itself(NodeId node) const noexcept {
    return types_.is_control_block(types_.type_of(table_.first_word[node]));
  }

  // A mapping is held by a pointer to any place in it, so one from each holder tells it all. Heaps that a
  // program keeps in mappings of its own have millions.
  bool is_known_holder(NodeId source, NodeId target) noexcept {
    if (target < index_.block_count()) return false;
    NodeId& holder = last_holder_[target - index_.block_count()];
    const bool known = holder == source + 1;
    holder = source + 1;
    return known;
  }

  // All nodes up to `source` begin, at the latest, here.
  void begin_edges_of(NodeId source) noexcept {
    const std::uint32_t here = static_cast<std::uint32_t>(table_.edges.size());
    while (next_source_ <= source) table_.first[next_source_++] = here;
  }

  const NodeIndex& index_;
  PointerFilter filter_;
  TypeNames& types_;
  EdgeTable& table_;
  GrowingArray<NodeId>
      last_holder_;  // of each mapping: the node whose pointer into its middle was met last, + 1
  NodeId next_source_ = 0;
  bool ok_ = true;
  std::size_t filled_ = 0;
  NodeId sources_[kBatch + kPieceWords];
  Candidate candidates_[kBatch + kPieceWords];
  const NodeIndex::RankWord* places_[kBatch + kPieceWords];
  NodeIndex::RankWord words_[kBatch + kPieceWords];
};

}  // namespace

bool sweep_nodes(NodeIndex& index, PointerFilter filter, TypeNames& types, ReadableWalk& walk,
                 EdgeTable& table) noexcept {
  constexpr NodeId kNotesAhead = 12;
  const std::size_t count = index.size();
  Sweep sweep(index, filter, types, table);
  const bool ok = sweep.begin();
  for (std::size_t i = 0; i != count; ++i) {
    const NodeId node = static_cast<NodeId>(i);
    index.prefetch_note(node + kNotesAhead);
    if (node < index.block_count()) index.settle(node);
    if (!ok) continue;
    index.for_each_own_range(node, [&](AddressRange part) {
      walk.for_each(part, [&](AddressRange piece) { sweep.read(node, piece); });
    });
  }
  return ok && sweep.finish();
}

}  // namespace leak::hook
