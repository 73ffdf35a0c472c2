#include "replay/stack_table.h"

#include <algorithm>

namespace leak::scan {

namespace {

constexpr std::size_t kFirstIndexSize = 1024;

std::size_t hash_of(StackId caller, PcId pc) {
  const std::uint64_t key = std::uint64_t{caller.value} << 32 | pc.value;
  return static_cast<std::size_t>(((key ^ key >> 29) * 0x9e3779b97f4a7c15) >> 20);
}

}  // namespace

StackTable::StackTable() : nodes_(1), index_(kFirstIndexSize) {}

StackId StackTable::intern(StackId caller, PcId pc) {
  const std::size_t mask = index_.size() - 1;
  for (std::size_t i = hash_of(caller, pc) & mask;; i = (i + 1) & mask) {
    const std::uint32_t node = index_[i];
    if (node == 0) {
      const StackId id(static_cast<std::uint32_t>(nodes_.size()));
      index_[i] = id.value;
      nodes_.push_back({caller, pc});
      if (nodes_.size() * 2 > index_.size()) grow_index();
      return id;
    }
    if (nodes_[node].caller == caller && nodes_[node].pc == pc) return StackId(node);
  }
}

void StackTable::grow_index() {
  index_.assign(index_.size() * 2, 0);
  const std::size_t mask = index_.size() - 1;
  for (std::size_t node = 1; node != nodes_.size(); ++node) {
    std::size_t i = hash_of(nodes_[node].caller, nodes_[node].pc) & mask;
    while (index_[i] != 0) i = (i + 1) & mask;
    index_[i] = static_cast<std::uint32_t>(node);
  }
}

std::vector<PcId> StackTable::frames(StackId stack) const {
  std::vector<PcId> result;
  for (; stack != StackId{}; stack = caller(stack)) result.push_back(pc(stack));
  return result;
}

}  // namespace leak::scan
