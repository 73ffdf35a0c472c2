#include "scan/encoded_pointers.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "scan/encoded_filter.h"

namespace leak::hook {

namespace {

using trace::PointerForm;

// Numbers below are too common to be taken for the low half of an address.
constexpr std::uint32_t kLeastCompressed = 1 << 16;

class Search {
 public:
  Search(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached,
         const EncodingFacts& facts) noexcept
      : index_(index), reached_(reached), filter_(encoded_filter()) {
    query_.pointer_guard = facts.pointer_guard;
  }

  // From here on only lost nodes of the next stretch of 4 GiB that has any are looked for. False: there are
  // no more, or no memory (ok() says so).
  bool next_stretch() noexcept {
    query_.targets = {};
    const NodeId first = next_;
    std::size_t count = 0;
    for (; next_ != index_.size(); ++next_) {
      if (reached_[next_] != 0) continue;
      const std::uintptr_t begin = index_[next_].begin;
      if (query_.targets.begin == 0) {
        query_.targets.begin = begin;
      } else if (begin >> 32 != query_.targets.begin >> 32) {
        break;
      }
      query_.targets.end = begin + 1;  // only starts count
      ++count;
    }
    return query_.targets.begin != 0 && note_starts(first, count);
  }
  bool ok() const noexcept { return ok_; }

  // Calls found(address, form, node) for each find in the piece.
  template <class F>
  void look_through(AddressRange piece, F&& found) noexcept {
    const std::uintptr_t end = piece.end;
    std::uintptr_t at = (piece.begin + 7) & ~std::uintptr_t{7};
    for (; at < end && (at = filter_(query_, at, end)) < end; at += 8) examine(at, end, found);
  }

 private:
  // One in 64 numbers passes, of those that do not come from a start; more when starts are very many.
  bool note_starts(NodeId first, std::size_t count) noexcept {
    constexpr std::size_t kFewestWords = 1024, kMostWords = std::size_t{1} << 20;
    query_.start_words =
        static_cast<std::uint32_t>(std::clamp(std::bit_ceil(2 * count), kFewestWords, kMostWords));
    ok_ = starts_.resize(std::max<std::size_t>(starts_.size(), query_.start_words));
    if (!ok_) return false;
    std::memset(starts_.data(), 0, starts_.size() * sizeof(starts_[0]));
    query_.starts = starts_.data();
    for (NodeId node = first; node != next_; ++node) {
      const std::uint32_t low = static_cast<std::uint32_t>(index_[node].begin);
      if (reached_[node] == 0) starts_[low >> 9 & (query_.start_words - 1)] |= 1U << (low >> 4 & 31);
    }
    return true;
  }

  // The lost node that starts at `address`.
  NodeId lost_at(std::uint64_t address) const noexcept {
    if (!query_.targets.contains(address) || !index_.may_hold(address)) return NodeIndex::kNone;
    const Target target = index_.find(address);
    return target.node != NodeIndex::kNone && target.offset == 0 && reached_[target.node] == 0
               ? target.node
               : NodeIndex::kNone;
  }

  template <class F>
  void examine(std::uintptr_t at, std::uintptr_t end, F& found) const noexcept {
    const auto load = [](auto value, std::uintptr_t from) {
      std::memcpy(&value, reinterpret_cast<const void*>(from), sizeof(value));
      return value;
    };
    const auto try_form = [&](std::uintptr_t place, PointerForm form, std::uint64_t address) {
      const NodeId node = lost_at(address);
      if (node != NodeIndex::kNone) found(place, form, node);
      return node != NodeIndex::kNone;
    };
    const std::uint64_t word = load(std::uint64_t{0}, at);
    if (word >> 48 != 0 && try_form(at, PointerForm::kHighTag, word & kAddressMask)) return;
    for (unsigned shift = 1; shift != 8 && at + shift + 8 <= end; ++shift) {
      if (try_form(at + shift, PointerForm::kUnaligned, load(std::uint64_t{0}, at + shift))) return;
    }
    // A whole pointer is none of the rest.
    if (index_.may_hold(word)) return;
    bool found_half = false;
    for (const unsigned half : {0U, 4U}) {
      const std::uint32_t low = load(std::uint32_t{0}, at + half);
      const std::uint64_t base = query_.targets.begin >> 32 << 32;
      found_half |= low >= kLeastCompressed && try_form(at + half, PointerForm::kCompressed, base | low);
    }
    if (found_half) return;
    const bool is_distance = word + kLeastDistance > 2 * kLeastDistance;
    if (is_distance && try_form(at, PointerForm::kSelfRelative, word + at)) return;
    if (query_.pointer_guard != 0) try_form(at, PointerForm::kMangled, unmangle(word, query_.pointer_guard));
  }

  const NodeIndex& index_;
  const GrowingArray<std::uint8_t>& reached_;
  EncodedFilter filter_;
  EncodedQuery query_;
  GrowingArray<std::uint32_t> starts_;
  bool ok_ = true;
  NodeId next_ = 0;  // not yet in any stretch
};

// Half a word may be anything. Of all halves looked at, so many are the low half of a lost node's address by
// chance; only where there are far more, and more than one, are they pointers.
class CompressedFinds {
 public:
  void look_at(AddressRange piece) noexcept { halves_ += (piece.end - piece.begin) / 4; }
  void count(PointerForm form) noexcept { found_ += form == PointerForm::kCompressed; }

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

}  // namespace

bool find_encoded_pointers(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached,
                           const MemoryMap& map, const RootTable& roots, const EncodingFacts& facts,
                           EncodedFinds& finds) noexcept {
  // Each stretch costs one reading of all memory; blocks and mappings are two ascending series.
  constexpr int kMostStretches = 4;
  Search search(index, reached, facts);
  bool ok = true;
  int stretches = 0;
  CompressedFinds compressed;
  while (search.next_stretch()) {
    if (++stretches > kMostStretches) {
      finds.partial = true;
      break;
    }
    for (const RootRange& range : roots.ranges()) {
      compressed.look_at(range.memory);
      search.look_through(range.memory, [&](std::uintptr_t at, PointerForm form, NodeId to) {
        compressed.count(form);
        ok = finds.roots.push({range.kind, form, trace::InteriorHint::kNone, range.context, at, to, 0}) && ok;
      });
    }
    ReadableWalk walk(map);
    for (std::size_t i = 0; i != index.size(); ++i) {
      const NodeId from = static_cast<NodeId>(i);
      const Node& node = index[from];
      index.for_each_own_range(from, [&](AddressRange part) {
        walk.for_each(part, [&](AddressRange piece) {
          compressed.look_at(piece);
          search.look_through(piece, [&](std::uintptr_t at, PointerForm form, NodeId to) {
            if (to == from) return;
            compressed.count(form);
            ok = finds.edges.push({from, to, at - node.begin, 0, form, trace::InteriorHint::kNone}) && ok;
          });
        });
      });
    }
  }
  const auto lost = static_cast<std::size_t>(std::count(reached.begin(), reached.end(), 0));
  if (compressed.are_chance(lost)) {
    drop_compressed(finds.edges);
    drop_compressed(finds.roots);
  }
  return ok && search.ok();
}

}  // namespace leak::hook
