#include "decode/stack_interner.h"

#include <utility>

namespace leak::scan {

std::uint32_t StackInterner::insert(std::size_t slot, std::uint64_t key, StackNode node) {
  const std::uint32_t id = static_cast<std::uint32_t>(nodes_.size());
  slots_[slot] = {key, id};
  nodes_.push_back(node);
  if (nodes_.size() * 2 > slots_.size()) grow();
  return id;
}

void StackInterner::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_ = std::vector<Slot>(old.size() * 2);
  --shift_;
  for (const Slot& slot : old) {
    if (slot.key == 0) continue;
    std::size_t i = home(slot.key);
    while (slots_[i].key != 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = slot;
  }
}

}  // namespace leak::scan
