#include "decode/stack_interner.h"

namespace leak::scan {

[[gnu::noinline]] std::uint32_t StackInterner::find_or_insert(std::uint64_t hash, StackNode node) {
  std::size_t i = place_of(hash);
  for (; slots_[i].id != 0; i = (i + 1) & mask_) {
    if (slots_[i].is(node)) return slots_[i].id;
  }
  const std::uint32_t id = static_cast<std::uint32_t>(nodes_.size());
  slots_[i] = {tag_of(hash), id, node};
  nodes_.push_back(node);
  if (nodes_.size() * 2 > slots_.size()) grow();
  return id;
}

// A caller's id is below its callee's, so going through them in order meets each hash before it is needed.
void StackInterner::grow() {
  std::vector<std::uint64_t> hashes(nodes_.size());
  mask_ = slots_.size() * 2 - 1;
  std::vector<Slot>().swap(slots_);  // not both at once
  slots_.resize(mask_ + 1);
  for (std::uint32_t id = 1; id != nodes_.size(); ++id) {
    hashes[id] = hash_of(hashes[nodes_[id].caller], nodes_[id].pc_id);
    std::size_t i = place_of(hashes[id]);
    while (slots_[i].id != 0) i = (i + 1) & mask_;
    slots_[i] = {tag_of(hashes[id]), id, nodes_[id]};
  }
}

}  // namespace leak::scan
