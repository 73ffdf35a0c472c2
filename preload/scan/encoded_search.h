// Looks in memory for the lost nodes' addresses in the forms that no plain pointer has (trace::PointerForm).
#pragma once

#include <algorithm>
#include <cstring>

#include "scan/encoded_filter.h"
#include "scan/node_index.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

// What the search needs to know of the process.
struct EncodingFacts {
  std::uint64_t pointer_guard = 0;  // the C library's, for trace::PointerForm::kMangled; 0: not known
};

class EncodedSearch {
 public:
  EncodedSearch(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached) noexcept
      : index_(index), reached_(reached), filter_(encoded_filter()) {}

  // False: no memory. `partial` becomes true when lost nodes lie in more stretches than are looked for.
  bool begin(const EncodingFacts& facts, bool& partial) noexcept;

  std::size_t lost() const noexcept { return lost_; }

  // Read once for all stretches: what the nearest cache holds. A multiple of any vector.
  static constexpr std::size_t kChunkBytes = std::size_t{16} << 10;
  // What one thread needs.
  struct Scratch {
    std::uintptr_t words[kChunkBytes / 8 + 4];
  };

  // Calls found(address, form, node) for each find in the piece. It may have several owners: owner_of(at) is
  // the memory of the one that has the word there, empty: nobody.
  template <class Owner, class Found>
  void look_through(AddressRange piece, Scratch& scratch, Owner&& owner_of, Found&& found) const noexcept {
    std::uintptr_t at = (piece.begin + 7) & ~std::uintptr_t{7};
    while (at < piece.end) {
      const std::uintptr_t stop = std::min(at + kChunkBytes, piece.end);
      for (std::size_t i = 0; i != stretch_count_; ++i) {
        const EncodedQuery& query = stretches_[i].query;
        const std::size_t count = filter_(query, at, stop, piece.end, scratch.words);
        for (std::size_t word = 0; word != count; ++word) {
          const std::uintptr_t place = scratch.words[word];
          AddressRange owner = owner_of(place);
          owner.end = std::min(owner.end, piece.end);
          if (owner.end >= place + 8) examine(query, place, owner, found);
        }
      }
      at = stop;
    }
  }

 private:
  // The lost nodes in one stretch of 4 GiB.
  struct Stretch {
    EncodedQuery query;
    NodeId first = 0;
    NodeId end = 0;
    std::size_t lost = 0;
  };

  static constexpr std::size_t kMostStretches = 8;
  // Numbers below are too common to be taken for the low half of an address.
  static constexpr std::uint32_t kLeastCompressed = 1 << 16;

  Stretch stretch_from(NodeId node) const noexcept;
  bool note_starts() noexcept;
  // The lost node that starts at `address`.
  NodeId lost_at(const EncodedQuery& query, std::uint64_t address) const noexcept;

  template <class F>
  void examine(const EncodedQuery& query, std::uintptr_t at, AddressRange owner, F& found) const noexcept {
    const auto load = [](auto value, std::uintptr_t from) {
      std::memcpy(&value, reinterpret_cast<const void*>(from), sizeof(value));
      return value;
    };
    const auto try_form = [&](std::uintptr_t place, trace::PointerForm form, std::uint64_t address) {
      const NodeId node = lost_at(query, address);
      if (node != NodeIndex::kNone) found(place, form, node);
      return node != NodeIndex::kNone;
    };
    const std::uint64_t word = load(std::uint64_t{0}, at);
    if (word >> 48 != 0 && try_form(at, trace::PointerForm::kHighTag, word & kAddressMask)) return;
    for (unsigned shift = 1; shift != 8 && at + shift + 8 <= owner.end; ++shift) {
      if (try_form(at + shift, trace::PointerForm::kUnaligned, load(std::uint64_t{0}, at + shift))) return;
    }
    // A whole pointer is none of the rest.
    if (index_.may_hold(word)) return;
    bool found_half = false;
    for (const unsigned half : {0U, 4U}) {
      const std::uint32_t low = load(std::uint32_t{0}, at + half);
      const std::uint64_t base = query.targets.begin >> 32 << 32;
      found_half |=
          low >= kLeastCompressed && try_form(at + half, trace::PointerForm::kCompressed, base | low);
    }
    if (found_half) return;
    const bool is_distance = is_far(word);
    if (is_distance && try_form(at, trace::PointerForm::kSelfRelative, word + at)) return;
    const bool may_be_from_begin = is_distance && at - owner.begin <= kMostInside;
    if (may_be_from_begin && try_form(at, trace::PointerForm::kSelfRelative, word + owner.begin)) return;
    if (query.pointer_guard != 0)
      try_form(at, trace::PointerForm::kMangled, unmangle(word, query.pointer_guard));
  }

  const NodeIndex& index_;
  const GrowingArray<std::uint8_t>& reached_;
  EncodedFilter filter_;
  GrowingArray<std::uint32_t> starts_;  // of all stretches
  std::size_t lost_ = 0;
  std::size_t stretch_count_ = 0;
  Stretch stretches_[kMostStretches];
};

}  // namespace leak::hook
