#include "scan/encoded_search.h"

#include <bit>

namespace leak::hook {

bool EncodedSearch::begin(const EncodingFacts& facts, bool& partial) noexcept {
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

EncodedSearch::Stretch EncodedSearch::stretch_from(NodeId node) const noexcept {
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
bool EncodedSearch::note_starts() noexcept {
  constexpr std::uint32_t kMostAlignment = 0xff;
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

NodeId EncodedSearch::lost_at(const EncodedQuery& query, std::uint64_t address) const noexcept {
  if (!query.targets.contains(address) || !query.may_be_low_half(static_cast<std::uint32_t>(address)) ||
      !index_.may_hold(address)) {
    return NodeIndex::kNone;
  }
  const Target target = index_.find(address);
  return target.node != NodeIndex::kNone && target.offset == 0 && reached_[target.node] == 0
             ? target.node
             : NodeIndex::kNone;
}

}  // namespace leak::hook
