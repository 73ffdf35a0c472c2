#include "scan/near_distances.h"

#include <algorithm>

namespace leak::hook {

namespace {

using trace::PointerForm;

// A place in all blocks of one size.
struct Shape {
  std::size_t bytes;
  std::uint64_t offset;

  friend bool operator==(const Shape&, const Shape&) = default;
  friend bool operator<(const Shape& a, const Shape& b) noexcept {
    return a.bytes != b.bytes ? a.bytes < b.bytes : a.offset < b.offset;
  }
};

class NearDistances {
 public:
  NearDistances(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached, const MemoryMap& map,
                EncodedFinds& finds) noexcept
      : index_(index), reached_(reached), map_(map), finds_(finds) {}

  bool run() noexcept {
    if (!is_array_.resize(index_.size())) return false;
    learn();
    if (shapes_.empty()) return ok_;
    // The arrays among what is found are looked at with the begin of their holders known.
    for (NodeId block = 0; block != index_.block_count(); ++block) look_at_shapes(block);
    for (NodeId block = 0; block != index_.block_count(); ++block) {
      if (is_array_[block] != 0) look_at_array(block);
    }
    return ok_;
  }

 private:
  // Of what has been found by a distance from its holder's begin.
  void learn() noexcept {
    GrowingArray<Shape> all;
    for (const trace::GraphEdge& edge : finds_.edges) {
      std::uint64_t word = 0;
      if (edge.form != PointerForm::kSelfRelative || edge.from >= index_.block_count()) continue;
      if (!read(edge.from, edge.from_offset, word)) continue;
      if (word + index_[edge.from].begin != index_[edge.to].begin) continue;
      ok_ = all.push({index_[edge.from].bytes, edge.from_offset}) && ok_;
      is_array_[edge.to] = 1;
    }
    std::sort(all.begin(), all.end());
    for (const Shape* at = all.begin(); at != all.end();) {
      const Shape* const next =
          std::find_if(at, std::as_const(all).end(), [at](const Shape& s) { return !(s == *at); });
      if (static_cast<std::size_t>(next - at) >= kFewestFar) ok_ = shapes_.push(*at) && ok_;
      at = next;
    }
  }

  void look_at_shapes(NodeId block) noexcept {
    const std::size_t bytes = index_[block].bytes;
    const Shape* at = std::lower_bound(shapes_.begin(), shapes_.end(), Shape{bytes, 0});
    for (; at != shapes_.end() && at->bytes == bytes; ++at) {
      std::uint64_t word = 0;
      if (!read(block, at->offset, word) || !is_near(word) || !is_near(word - at->offset)) continue;
      const NodeId to = start_at(index_[block].begin + word);
      if (to == NodeIndex::kNone || to == block || reached_[to] != 0) continue;
      add(block, at->offset, to);
      is_array_[to] = 1;
    }
  }

  void look_at_array(NodeId array) noexcept {
    std::size_t count = 0;
    for (std::uint64_t word = 0; read(array, 8 * count, word); ++count) {
      const NodeId to = word == 0 ? NodeIndex::kNone : start_at(index_[array].begin + word);
      if (to == NodeIndex::kNone || to == array) break;
    }
    if (count < kFewestInArray) return;
    for (std::size_t i = 0; i != count; ++i) {
      std::uint64_t word = 0;
      if (!read(array, 8 * i, word)) return;
      const NodeId to = start_at(index_[array].begin + word);
      // What is large has been found, as a rule; not where it also looks like half an address.
      const bool is_new = is_near(word) || 8 * i > kMostInside || is_array_[to] == 0;
      if (reached_[to] == 0 && is_new) add(array, 8 * i, to);
    }
  }

  static bool is_near(std::uint64_t word) noexcept { return word != 0 && !is_far(word); }

  bool read(NodeId node, std::uint64_t offset, std::uint64_t& word) const noexcept {
    const Node& from = index_[node];
    if (offset % 8 != 0 || offset + 8 > from.bytes || !map_.can_read(from.begin + offset, 8)) return false;
    word = *reinterpret_cast<const std::uint64_t*>(from.begin + offset);
    return true;
  }

  NodeId start_at(std::uintptr_t address) const noexcept {
    if (!index_.may_hold(address)) return NodeIndex::kNone;
    const Target target = index_.find(address);
    return target.offset == 0 ? target.node : NodeIndex::kNone;
  }

  void add(NodeId from, std::uint64_t offset, NodeId to) noexcept {
    ok_ = finds_.edges.push({from, to, offset, 0, PointerForm::kSelfRelative, trace::InteriorHint::kNone}) &&
          ok_;
  }

  const NodeIndex& index_;
  const GrowingArray<std::uint8_t>& reached_;
  const MemoryMap& map_;
  EncodedFinds& finds_;
  GrowingArray<Shape> shapes_;           // ascending
  GrowingArray<std::uint8_t> is_array_;  // found by a distance: it may hold distances itself
  bool ok_ = true;
};

}  // namespace

bool add_near_distances(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached,
                        const MemoryMap& map, EncodedFinds& finds) noexcept {
  const auto is_distance = [](const trace::GraphEdge& edge) {
    return edge.form == PointerForm::kSelfRelative;
  };
  if (std::none_of(finds.edges.begin(), finds.edges.end(), is_distance)) return true;
  return NearDistances(index, reached, map, finds).run();
}

}  // namespace leak::hook
