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

// The lost nodes in one stretch of 4 GiB.
struct Stretch {
  EncodedQuery query;
  NodeId first = 0;
  NodeId end = 0;
  std::size_t lost = 0;
};

class Search {
 public:
  Search(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached) noexcept
      : index_(index), reached_(reached), filter_(encoded_filter()) {}

  // False: no memory. `partial` becomes true when lost nodes lie in more stretches than are looked for.
  bool begin(const EncodingFacts& facts, bool& partial) noexcept {
    NodeId next = 0;
    while (next != index_.size()) {
      Stretch stretch = stretch_from(next);
      next = stretch.end;
      if (stretch.lost == 0) break;
      if (stretch_count_ == kMostStretches) {
        partial = true;
        break;
      }
      stretch.query.pointer_guard = facts.pointer_guard;
      lost_ += stretch.lost;
      stretches_[stretch_count_++] = stretch;
    }
    return note_starts();
  }

  std::size_t lost() const noexcept { return lost_; }

  // Calls found(address, form, node) for each find in the piece. It may have several owners: owner_of(at) is
  // the memory of the one that has the word there, empty: nobody.
  template <class Owner, class Found>
  void look_through(AddressRange piece, Owner&& owner_of, Found&& found) noexcept {
    std::uintptr_t at = (piece.begin + 7) & ~std::uintptr_t{7};
    while (at < piece.end) {
      const std::uintptr_t stop = std::min(at + kChunkBytes, piece.end);
      for (std::size_t i = 0; i != stretch_count_; ++i) {
        const EncodedQuery& query = stretches_[i].query;
        const std::size_t count = filter_(query, at, stop, piece.end, words_);
        for (std::size_t word = 0; word != count; ++word) {
          const std::uintptr_t place = words_[word];
          AddressRange owner = owner_of(place);
          owner.end = std::min(owner.end, piece.end);
          if (owner.end >= place + 8) examine(query, place, owner, found);
        }
      }
      at = stop;
    }
  }

 private:
  static constexpr std::size_t kMostStretches = 8;
  static constexpr std::uint32_t kMostAlignment = 0xff;
  // Read once for all stretches: what the nearest cache holds. A multiple of any vector.
  static constexpr std::size_t kChunkBytes = std::size_t{16} << 10;

  Stretch stretch_from(NodeId node) const noexcept {
    Stretch stretch;
    AddressRange& targets = stretch.query.targets;
    for (; node != index_.size(); ++node) {
      if (reached_[node] != 0) continue;
      const std::uintptr_t begin = index_[node].begin;
      if (stretch.lost == 0) {
        targets.begin = begin;
        stretch.first = node;
      } else if (begin >> 32 != targets.begin >> 32) {
        break;
      }
      targets.end = begin + 1;  // only starts count
      ++stretch.lost;
    }
    stretch.end = node;
    return stretch;
  }

  // One in 64 numbers passes, of those that do not come from a start; more when starts are very many.
  bool note_starts() noexcept {
    constexpr std::size_t kFewestWords = 1024, kMostWords = std::size_t{1} << 20;
    std::size_t words = 0;
    for (std::size_t i = 0; i != stretch_count_; ++i) {
      EncodedQuery& query = stretches_[i].query;
      query.start_words = static_cast<std::uint32_t>(
          std::clamp(std::bit_ceil(2 * stretches_[i].lost), kFewestWords, kMostWords));
      words += query.start_words;
    }
    if (!starts_.resize(words)) return false;
    std::uint32_t* starts = starts_.data();
    for (std::size_t i = 0; i != stretch_count_; ++i) {
      EncodedQuery& query = stretches_[i].query;
      query.starts = starts;
      std::uint32_t any_bits = 0;
      for (NodeId node = stretches_[i].first; node != stretches_[i].end; ++node) {
        const std::uint32_t low = static_cast<std::uint32_t>(index_[node].begin);
        if (reached_[node] != 0) continue;
        starts[low >> 9 & (query.start_words - 1)] |= 1U << (low >> 4 & 31);
        any_bits |= low;
      }
      query.alignment_mask = ~any_bits & kMostAlignment;
      starts += query.start_words;
    }
    return true;
  }

  // The lost node that starts at `address`.
  NodeId lost_at(const EncodedQuery& query, std::uint64_t address) const noexcept {
    if (!query.targets.contains(address) || !query.may_be_low_half(static_cast<std::uint32_t>(address)) ||
        !index_.may_hold(address)) {
      return NodeIndex::kNone;
    }
    const Target target = index_.find(address);
    return target.node != NodeIndex::kNone && target.offset == 0 && reached_[target.node] == 0
               ? target.node
               : NodeIndex::kNone;
  }

  template <class F>
  void examine(const EncodedQuery& query, std::uintptr_t at, AddressRange owner, F& found) const noexcept {
    const auto load = [](auto value, std::uintptr_t from) {
      std::memcpy(&value, reinterpret_cast<const void*>(from), sizeof(value));
      return value;
    };
    const auto try_form = [&](std::uintptr_t place, PointerForm form, std::uint64_t address) {
      const NodeId node = lost_at(query, address);
      if (node != NodeIndex::kNone) found(place, form, node);
      return node != NodeIndex::kNone;
    };
    const std::uint64_t word = load(std::uint64_t{0}, at);
    if (word >> 48 != 0 && try_form(at, PointerForm::kHighTag, word & kAddressMask)) return;
    for (unsigned shift = 1; shift != 8 && at + shift + 8 <= owner.end; ++shift) {
      if (try_form(at + shift, PointerForm::kUnaligned, load(std::uint64_t{0}, at + shift))) return;
    }
    // A whole pointer is none of the rest.
    if (index_.may_hold(word)) return;
    bool found_half = false;
    for (const unsigned half : {0U, 4U}) {
      const std::uint32_t low = load(std::uint32_t{0}, at + half);
      const std::uint64_t base = query.targets.begin >> 32 << 32;
      found_half |= low >= kLeastCompressed && try_form(at + half, PointerForm::kCompressed, base | low);
    }
    if (found_half) return;
    const bool is_distance = word + kLeastDistance > 2 * kLeastDistance;
    if (is_distance && try_form(at, PointerForm::kSelfRelative, word + at)) return;
    const bool may_be_from_begin = is_distance && at - owner.begin <= kMostInside;
    if (may_be_from_begin && try_form(at, PointerForm::kSelfRelative, word + owner.begin)) return;
    if (query.pointer_guard != 0) try_form(at, PointerForm::kMangled, unmangle(word, query.pointer_guard));
  }

  const NodeIndex& index_;
  const GrowingArray<std::uint8_t>& reached_;
  EncodedFilter filter_;
  GrowingArray<std::uint32_t> starts_;  // of all stretches
  std::size_t lost_ = 0;
  std::size_t stretch_count_ = 0;
  Stretch stretches_[kMostStretches];
  std::uintptr_t words_[kChunkBytes / 8 + 4];
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

// Calls f(AddressRange) for the memory of all blocks, of those that lie close together at once: most are
// smaller than what it costs to begin.
template <class F>
void for_each_run_of_blocks(const NodeIndex& index, F&& f) noexcept {
  constexpr std::size_t kCloseBytes = 256;
  constexpr std::size_t kMostBytes = std::size_t{256} << 10;
  AddressRange run;
  for (NodeId block = 0; block != index.block_count(); ++block) {
    const Node& node = index[block];
    const std::uintptr_t end = node.begin + node.bytes;
    if (node.begin - run.end > kCloseBytes || end - run.begin > kMostBytes) {
      if (run.end != 0) f(run);
      run.begin = node.begin;
    }
    run.end = end;
  }
  if (run.end != 0) f(run);
}

}  // namespace

bool find_encoded_pointers(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached,
                           const MemoryMap& map, const RootTable& roots, const EncodingFacts& facts,
                           EncodedFinds& finds) noexcept {
  Search search(index, reached);
  if (!search.begin(facts, finds.partial)) return false;
  bool ok = true;
  CompressedFinds compressed;
  for (const RootRange& range : roots.ranges()) {
    compressed.look_at(range.memory);
    search.look_through(
        range.memory,
        [&](std::uintptr_t at) {
          return AddressRange{at, range.memory.end};
        },
        [&](std::uintptr_t at, PointerForm form, NodeId to) {
          compressed.count(form);
          ok = finds.roots.push({range.kind, form, trace::InteriorHint::kNone, range.context, at, to, 0}) &&
               ok;
        });
  }
  ReadableWalk walk(map);
  NodeId owner = 0;
  const auto found = [&](std::uintptr_t at, PointerForm form, NodeId to) {
    if (to == owner) return;
    compressed.count(form);
    ok = finds.edges.push({owner, to, at - index[owner].begin, 0, form, trace::InteriorHint::kNone}) && ok;
  };
  const auto memory_of = [&index](NodeId node) {
    return AddressRange{index[node].begin, index[node].begin + index[node].bytes};
  };
  const auto block_at = [&](std::uintptr_t at) {
    if (!index.may_hold(at)) return AddressRange{};
    owner = index.find(at).node;
    return owner < index.block_count() ? memory_of(owner) : AddressRange{};
  };
  const auto look_through = [&](AddressRange range, auto&& owner_of) {
    walk.for_each(range, [&](AddressRange piece) {
      compressed.look_at(piece);
      search.look_through(piece, owner_of, found);
    });
  };
  for_each_run_of_blocks(index, [&](AddressRange run) { look_through(run, block_at); });
  for (std::size_t i = index.block_count(); i != index.size(); ++i) {
    owner = static_cast<NodeId>(i);
    index.for_each_own_range(owner, [&](AddressRange part) {
      look_through(part, [&](std::uintptr_t) { return memory_of(owner); });
    });
  }
  if (compressed.are_chance(search.lost())) {
    drop_compressed(finds.edges);
    drop_compressed(finds.roots);
  }
  return ok;
}

}  // namespace leak::hook
