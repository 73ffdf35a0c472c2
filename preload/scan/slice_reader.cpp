#include "scan/slice_reader.h"

#include <algorithm>

namespace leak::hook {

namespace {

// What lies between the blocks of a run, an allocator's notes as a rule, is read with them; on the same
// pages, so it can be read.
constexpr std::size_t kMostBetween = 64;
constexpr std::size_t kMostInRun = std::size_t{16} << 10;
constexpr NodeId kNotesAhead = 12;

}  // namespace

bool SliceReader::read(const NodeSlice& slice, FoundEdges& found) noexcept {
  found.begin(NodeSlices::kBytes / 8);
  found_ = &found;
  for (NodeId node = slice.first; node != slice.end; ++node) {
    if (node < index_.block_count()) {
      index_.prefetch_note(node + kNotesAhead);
      const std::uintptr_t begin = index_[node].begin;
      const std::uintptr_t end = begin + index_.settle(node, nearby_);
      read_block(node, {std::max(begin, slice.memory.begin), std::min(end, slice.memory.end)});
    } else {
      index_.for_each_own_range(node, slice.memory, [&](AddressRange part) {
        walk_.for_each(part, [&](AddressRange piece) { read_piece(node, piece); });
      });
    }
  }
  read_run();
  look_up();
  return ok_;
}

void SliceReader::read_block(NodeId block, AddressRange own) noexcept {
  if (own.bytes() > kMostInRun || own.begin % 8 != 0 || !walk_.take_plainly(own)) [[unlikely]] {
    read_run();
    walk_.for_each(own, [&](AddressRange piece) { read_piece(block, piece); });
    return;
  }
  if (own.bytes() >= 8) first_words_[block] = *reinterpret_cast<const std::uint64_t*>(own.begin);
  if (own.begin - run_.end > kMostBetween || own.end - run_.begin > kMostInRun) {
    read_run();
    run_.begin = own.begin;
    run_begin_ = block;
  }
  run_.end = own.end;
}

void SliceReader::read_piece(NodeId node, AddressRange piece) noexcept {
  piece.begin = (piece.begin + 7) & ~std::uintptr_t{7};
  if (piece.begin + 8 > piece.end) return;
  if (piece.begin == index_[node].begin)
    first_words_[node] = *reinterpret_cast<const std::uint64_t*>(piece.begin);
  filter_words(piece, node);
}

void SliceReader::read_run() noexcept {
  if (run_.end != 0) filter_words(run_, run_begin_);
  run_ = {};
}

// `node`: the first that has words there.
void SliceReader::filter_words(AddressRange memory, NodeId node) noexcept {
  const std::uint64_t* words = reinterpret_cast<const std::uint64_t*>(memory.begin);
  std::size_t left = memory.bytes() / 8;
  while (left != 0) {
    const std::size_t count = std::min(left, kPieceWords);
    const std::size_t found = filter_(&index_.hull(0), words, count, candidates_ + filled_);
    filled_ = node < index_.block_count() ? own(node, filled_, filled_ + found)
                                          : own_mapping(node, filled_, filled_ + found);
    if (filled_ >= kBatch) look_up();
    words += count;
    left -= count;
  }
}

// Notes the nodes that the candidates [from, to) lie in, and leaves out those that lie between two. `node`:
// of the first, or one before it. Returns the new end.
std::size_t SliceReader::own(NodeId& node, std::size_t from, std::size_t to) noexcept {
  std::size_t out = from;
  std::uintptr_t begin = index_[node].begin;
  std::uintptr_t end = begin + index_.noted_size(node);
  for (std::size_t i = from; i != to; ++i) {
    const Candidate candidate = candidates_[i];
    while (candidate.where >= end) {
      ++node;
      begin = index_[node].begin;
      end = begin + index_.noted_size(node);
    }
    if (candidate.where < begin || candidate.where + 8 > end) continue;
    if (candidate.value - begin - 1 < end - begin - 1) continue;  // into its own middle: as look_up() says
    sources_[out] = node;
    candidates_[out++] = candidate;
  }
  return out;
}

// The same for those of a mapping's own memory.
std::size_t SliceReader::own_mapping(NodeId node, std::size_t from, std::size_t to) noexcept {
  std::size_t out = from;
  for (std::size_t i = from; i != to; ++i) {
    const Candidate candidate = candidates_[i];
    sources_[out] = node;
    candidates_[out] = candidate;
    if (!held_.contains(node, candidate.value)) ++out;
  }
  return out;
}

void SliceReader::look_up() noexcept {
  for (std::size_t i = 0; i != filled_; ++i) {
    places_[i] = index_.place_of(candidates_[i].value);
    __builtin_prefetch(places_[i]);
  }
  for (std::size_t i = 0; i != filled_; ++i) {
    nearest_[i] = index_.nearest(candidates_[i].value, *places_[i]);
    index_.prefetch_node(nearest_[i], *places_[i]);
  }
  ok_ = ok_ && found_->reserve_more(filled_);
  for (std::size_t i = 0; ok_ && i != filled_; ++i) {
    const std::uint64_t value = candidates_[i].value;
    const Target target = index_.find(value, nearest_[i]);
    const NodeId source = sources_[i];
    if (target.node == NodeIndex::kNone) continue;
    if (target.offset != 0 && (target.node == source || holders_.knows(source, target.node))) {
      if (nearest_[i].is_far() && source >= index_.block_count())
        held_.add(source, value, index_[target.node]);
      continue;
    }
    if (target.offset != 0 && tells_nothing_new(source, target)) continue;
    found_->add(source, candidates_[i].where - index_[source].begin, target.node, target.offset);
  }
  filled_ = 0;
}

// Of pointers to far places: whether thin_far_edges() would leave it out, because enough were met before.
bool SliceReader::tells_nothing_new(NodeId source, const Target& target) noexcept {
  constexpr std::uint32_t kAllCount = kMostFarPointers + 1, kNoneCounts = kMostFarPointers + 2;
  if (!is_far_place(target.offset, index_.noted_size(target.node))) return false;
  std::uint32_t& count = far_.count_of(source, target.node);
  if (count < kMostFarPointers) {
    ++count;
    return false;
  }
  if (count == kMostFarPointers) count = may_have_hint(target.node) ? kAllCount : kNoneCounts;
  return count == kNoneCounts;
}

// Whether a pointer to a far place in it may yet get a hint: only in an object, as its vtable pointer shows.
bool SliceReader::may_have_hint(NodeId target) const noexcept {
  const std::uintptr_t begin = index_[target].begin;
  return !map_.can_read(begin, 8) || types_.in_module(*reinterpret_cast<const std::uint64_t*>(begin));
}

}  // namespace leak::hook
