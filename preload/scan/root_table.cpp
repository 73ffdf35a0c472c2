#include "scan/root_table.h"

#include <algorithm>

namespace leak::hook {

void RootTable::add_memory(trace::RootKind kind, std::uint32_t context, AddressRange memory) noexcept {
  if (memory.begin >= memory.end) return;
  left_out_.for_each_outside(memory, [&](AddressRange part) {
    walk_.for_each(part, [&](AddressRange piece) { search(kind, context, piece); });
  });
}

void RootTable::add_value(trace::RootKind kind, std::uint32_t context, std::uint64_t where,
                          std::uint64_t value) noexcept {
  if (!index_.may_hold(value)) return;
  const Target target = index_.find(value);
  if (target.node == NodeIndex::kNone) return;
  add({kind, trace::PointerForm::kPlain, trace::InteriorHint::kNone, context, where, target.node,
       target.offset});
}

void RootTable::search(trace::RootKind kind, std::uint32_t context, AddressRange piece) noexcept {
  ok_ = ranges_.push({piece, kind, context}) && ok_;
  constexpr std::size_t kPieceWords = 512;
  Candidate candidates[kPieceWords];
  const std::uintptr_t end = piece.end & ~std::uintptr_t{7};
  for (std::uintptr_t at = (piece.begin + 7) & ~std::uintptr_t{7}; at < end;) {
    const std::size_t count = std::min(kPieceWords, (end - at) / 8);
    const std::size_t found =
        filter_(&index_.hull(0), reinterpret_cast<const std::uint64_t*>(at), count, candidates);
    for (std::size_t i = 0; i != found; ++i)
      add_value(kind, context, candidates[i].where, candidates[i].value);
    at += count * 8;
  }
}

}  // namespace leak::hook
