#include "decode/stack_interner.h"

namespace leak::scan {

std::uint32_t StackInterner::insert(std::size_t slot, std::uint64_t hash, StackNode node) {
  const std::uint32_t id = static_cast<std::uint32_t>(nodes_.size());
  slots_[slot] = {static_cast<std::uint32_t>(hash), id};
  nodes_.push_back(node);
  hashes_.push_back(hash);
  if (nodes_.size() * 4 > slots_.size()) grow();
  return id;
}

void StackInterner::grow() {
  slots_.assign(slots_.size() * 2, Slot{});
  --shift_;
  for (std::uint32_t id = 1; id != nodes_.size(); ++id) {
    const std::uint64_t hash = hashes_[id];
    std::size_t i = static_cast<std::size_t>(hash >> shift_);
    while (slots_[i].id != 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = {static_cast<std::uint32_t>(hash), id};
  }
}

}  // namespace leak::scan
